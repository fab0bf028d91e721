//! A sheet as a file of comma-separated values (RFC 4180), safe to open in a spreadsheet program. Column names, shares and
//! durations are for programs: they are the same in every language.

use super::sheet::{Label, Sheet, Value};
use crate::{fault::Fault, spreadsheet};

/// By this mark spreadsheet programs know UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The whole file: a report has a hundred rows or so.
///
/// # Errors
/// A fault of ours: writing to memory does not fail.
pub fn csv(sheet: &Sheet) -> Result<Vec<u8>, Fault> {
    let days = matches!(sheet.rows.first().map(|row| &row.label), Some(Label::Days(_)));
    let mut head = if days { vec!["from", "to"] } else { vec![sheet.of.name] };
    head.extend(sheet.columns.iter().map(|column| column.name));
    let head = head.into_iter().map(ToOwned::to_owned).collect();
    let rows = sheet.rows.iter().map(|row| {
        let mut record = match &row.label {
            Label::Days(days) => vec![days.first.to_string(), days.last.to_string()],
            Label::Word(_, name) | Label::Name(name) => vec![name.clone()],
        };
        record.extend(row.cells.iter().map(|cell| value(cell.value)));
        record
    });
    let lines = spreadsheet::lines(std::iter::once(head).chain(rows))?;
    Ok([BYTE_ORDER_MARK, &lines].concat())
}

/// Nothing to measure is an empty cell. A share has four places.
fn value(value: Value) -> String {
    match value {
        Value::Count(count) => count.to_string(),
        Value::Share { whole: 0, .. } | Value::Time(None) => String::new(),
        Value::Share { part, whole } => {
            let share = (part * 10_000 + whole / 2) / whole;
            format!("{}.{:04}", share / 10_000, share % 10_000)
        }
        Value::Time(Some(seconds)) => seconds.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        reports::sheet::{Cell, Chart, Column, Row},
        words::Text,
    };

    #[test]
    fn cells_are_for_programs_and_none_is_a_formula() {
        let row =
            |label, values: [Value; 3]| Row { label, cells: values.map(|value| Cell { value, leads: None }).to_vec() };
        let nothing = [Value::Count(0), Value::Share { part: 0, whole: 0 }, Value::Time(None)];
        let sheet = Sheet {
            figures: Vec::new(),
            of: Column::new("technician", "reports-technician"),
            columns: ["fixed", "reopenedShare", "medianSeconds"]
                .map(|name| Column::new(name, "reports-fixed"))
                .to_vec(),
            rows: vec![
                row(
                    Label::Name("=HYPERLINK(\"x\")".to_owned()),
                    [Value::Count(1200), Value::Share { part: 1, whole: 3 }, Value::Time(Some(90))],
                ),
                row(Label::Word(Text::new("reports-nobody"), String::new()), nothing),
            ],
            chart: Chart { upright: false, stacked: false, series: Vec::new() },
        };
        let text = String::from_utf8(csv(&sheet).unwrap()).unwrap();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split("\r\n").collect();
        assert_eq!(
            lines,
            [
                r#""technician","fixed","reopenedShare","medianSeconds""#,
                r#""'=HYPERLINK(""x"")","1200","0.3333","90""#,
                r#""","0","","""#,
                ""
            ]
        );
    }
}
