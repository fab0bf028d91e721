//! Files that people open in a spreadsheet program (RFC 4180), and that such a program takes for text alone.

use std::borrow::Cow;

use csv::{QuoteStyle, Terminator, WriterBuilder};

use crate::fault::Fault;

/// A line for each record.
///
/// Every cell is quoted: where the system's list separator is a semicolon, programs part a bare cell at it, and what
/// comes after would be a cell of its own.
///
/// # Errors
/// A fault of ours: writing to memory does not fail.
pub fn lines<R: AsRef<[String]>>(records: impl Iterator<Item = R>) -> Result<Vec<u8>, Fault> {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).quote_style(QuoteStyle::Always).from_writer(Vec::new());
    for record in records {
        let cells = record.as_ref().iter().map(|cell| safe(cell));
        writer.write_record(cells.map(Cow::into_owned)).map_err(|error| Fault::Unexpected(error.into()))?;
    }
    writer.into_inner().map_err(|error| Fault::Unexpected(anyhow::anyhow!("csv: {error}")))
}

/// A cell that no spreadsheet program takes for a formula: one that begins like one gets an apostrophe before it, by
/// which those programs know text (OWASP, CSV injection). White space and characters that print nothing are looked
/// through, since some programs drop them. Phone numbers begin with a plus sign, so every one of them has it.
pub fn safe(cell: &str) -> Cow<'_, str> {
    let drops = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let first = cell.trim_start_matches(drops).chars().next();
    let formula = matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
    if formula || cell.starts_with(['\t', '\r', '\n', '\0']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_like_a_formula() {
        for bad in [
            "=1+1",
            "+447700900142",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\rx",
            "\nx",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            " =1",
            "\u{200b}=1",
            "\u{feff}@x",
            "\u{202e}=1",
            "-",
        ] {
            assert_eq!(safe(bad), format!("'{bad}"), "{bad:?}");
        }
        for good in ["", "a=1", "07700 900142", "'quoted", "1-2", "\"=1\"", "é", "−1 is a minus sign of typographers"]
        {
            assert_eq!(safe(good), good);
        }
    }
}
