//! What holds of any file of clients.

use csv::{QuoteStyle, WriterBuilder};

use super::import::{Row, Sheet, delimiter};
use crate::{fuzzing::text, input::Given, phone::Region, search};

/// Every row is either kept, or told of, or has a later one of its account; and what is kept can be written and read again.
pub fn import(data: &[u8]) {
    let region: Region = "GB".parse().expect("it is known");
    let Ok(sheet) = Sheet::read(data, Some(&region)) else { return };
    let last = u64::try_from(data.split(|octet| *octet == b'\n').count()).unwrap_or(u64::MAX);
    assert!(sheet.rows.is_sorted_by(|one, next| one.line <= next.line));
    assert!(sheet.rows.iter().all(|row| (1..=last).contains(&row.line)));
    assert!(sheet.refused.is_sorted_by(|one, next| one.line <= next.line));
    for refused in &sheet.refused {
        assert!((1..=refused.to).contains(&refused.line) && refused.to <= last && !refused.reason.is_empty());
    }
    let accounts: std::collections::HashSet<_> =
        sheet.rows.iter().map(|row| search::account_key(&row.entry.account_id)).collect();
    assert_eq!(accounts.len(), sheet.rows.len(), "an account has one row");
    // Without quotation marks, anybody can count.
    if !data.contains(&b'"') {
        let told = sheet.rows.len() + sheet.refused.len() + sheet.repeated.len();
        assert_eq!(told, counted(data), "rows are lost");
    }
    written_again(&sheet.rows, region);
}

/// The rows behind the first line that have anything in them.
fn counted(data: &[u8]) -> usize {
    let data = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    let sign = delimiter(data);
    let lines = data.split(|octet| matches!(octet, b'\r' | b'\n')).filter(|line| !line.is_empty());
    lines.skip(1).filter(|line| line.iter().any(|octet| *octet != sign)).count()
}

fn written_again(rows: &[Row], region: Region) {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(Vec::new());
    writer.write_record(["account", "name", "mobile", "email", "plan", "address"]).expect("memory takes everything");
    for Row { entry, .. } in rows {
        let change = &entry.change;
        let phone = change.phone.as_ref().map(crate::phone::Phone::as_str).unwrap_or_default();
        let name = change.name.as_deref().unwrap_or_default();
        let [email, plan, address] = [&change.email, &change.plan, &change.address].map(|given| match given {
            Given::Value(value) => value.as_str(),
            Given::Absent | Given::Null => "",
        });
        let cells = [&*entry.account_id, name, phone, email, plan, address];
        writer.write_record(cells).expect("memory takes everything");
    }
    let file = writer.into_inner().expect("memory takes everything");
    let again = Sheet::read(&file, Some(&region)).expect("it is a file of clients");
    assert!(again.refused.is_empty() && again.repeated.is_empty(), "{}: {:?}", text(&file), again.refused);
    let kept = |rows: &[Row]| -> Vec<_> {
        let kept = rows.iter().map(|row| (row.entry.account_id.clone(), row.entry.change.name.clone()));
        kept.zip(rows.iter().map(|row| row.entry.change.phone.clone())).collect()
    };
    assert_eq!(kept(&again.rows), kept(rows));
}
