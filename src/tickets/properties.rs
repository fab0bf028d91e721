//! What holds of any query string, search and cursor.

use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;
use uuid::Uuid;
use vault::Vault;

use super::{
    Cursor, Desk, Filter, Holds, IssueTypes, Reference, Status, Ticket,
    filter::LONGEST_SEARCH,
    import::{Contact, Entry, File, Rules, Technicians, Values},
};
use crate::{
    clients::Whose,
    clock::Clock,
    config::{Config, Sources},
    db::Tx,
    fault::Fault,
    fuzzing::{altered, choice, text},
    notifications::{Outbox, wording::Voice},
    phone::Phone,
    search::{self, Parted},
    staff::Person,
    words::Language,
};

/// Nothing is held.
#[derive(Debug)]
struct Free;

impl Holds for Free {
    fn left(&self, _: &mut Tx<'_>, _: &Desk, _: Uuid, _: &[Ticket]) -> Result<(), Fault> {
        Ok(())
    }

    fn edited(&self, _: &mut Tx<'_>, _: &Desk, _: Whose<'_>, _: &Ticket) -> Result<(), Fault> {
        Ok(())
    }
}

/// A desk in London, on a day of January 2027.
fn desk() -> &'static Desk {
    static DESK: OnceLock<Desk> = OnceLock::new();
    DESK.get_or_init(|| {
        let (vault, clock) = (Vault::for_tests(1), Clock::fixed(1_800_000_000_000, 1).0);
        let settings = Config::check(&Sources::of(&[])).expect("the defaults are right").notifications;
        let voice = Voice::new("Larkfield Fibre", Language::English);
        let outbox = Outbox::new(vault.clone(), clock.clone(), voice, &settings);
        let zone = TimeZone::get("Europe/London").expect("it is known");
        Desk {
            vault,
            clock,
            zone,
            region: "GB".parse().ok(),
            issue_types: IssueTypes::default(),
            outbox,
            holds: Arc::new(Free),
        }
    })
}

fn read(query: &[u8]) -> Option<Filter> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query).into_owned().collect();
    Filter::parse(&pairs, desk()).ok()
}

/// The list's one query string means the same list, and is its own.
fn comes_back(filter: &Filter) {
    let written = filter.canonical();
    let again = read(written.as_bytes()).unwrap_or_else(|| panic!("{written:?} cannot be read again"));
    assert_eq!(again.canonical(), written);
    assert_eq!(again.search, filter.search, "{written}");
    assert_eq!(format!("{:?}", again.terms), format!("{:?}", filter.terms), "{written}");
    assert_eq!((again.created_from, again.created_before), (filter.created_from, filter.created_before));
    assert_eq!((again.sort, again.order, again.page_size), (filter.sort, filter.order, filter.page_size));
    assert_eq!(again.is_open(), filter.is_open());
}

/// Every search is read or refused, what it is read as is bounded, and its wording comes back.
pub fn search(data: &[u8]) {
    let q: String = text(data).chars().take(LONGEST_SEARCH).collect();
    let parted = search::part(&q);
    let rest = Parted { text: parted.text.clone(), terms: Vec::new() };
    assert_eq!(search::part(&parted.text), rest, "what is left of {q:?} names a field");
    if let Ok(read) = search::parse(&parted.text, &desk().phone_forms()) {
        assert_eq!(read.is_none(), parted.text.trim().is_empty());
        let clauses = read.and_then(|cond| search::clauses(&cond, |_| true).ok().flatten()).unwrap_or_default();
        assert!(clauses.iter().all(|clause| !clause.is_empty()));
        assert!(clauses.iter().map(std::collections::BTreeSet::len).sum::<usize>() <= 2_000);
    }
    let pieces = search::mark(&q, &q);
    assert_eq!(pieces.iter().map(|piece| piece.text).collect::<String>(), q);
    assert!(pieces.iter().all(|piece| !piece.text.is_empty()));
    if let Ok(filter) = Filter::parse(&[("q".to_owned(), q.clone())], desk()) {
        comes_back(&filter);
    }
    if let Some(reference) = Reference::parse(&q) {
        for written in [reference.as_str(), &reference.key(), &reference.as_str().to_lowercase()] {
            assert_eq!(Reference::parse(written).as_ref(), Some(&reference), "{written}");
        }
        let (head, tail) = reference.parts();
        assert_eq!(format!("{head}{tail}"), reference.as_str());
    }
}

/// Every query string is read or refused, and one that is read has one that means the same.
pub fn filter(data: &[u8]) {
    let Some(filter) = read(data) else { return };
    assert!((1..=100).contains(&filter.page_size));
    comes_back(&filter);
    let other = filter.query_with(&[("sort", "status"), ("q", "")]);
    let pairs: Vec<_> = form_urlencoded::parse(other.as_bytes()).collect();
    assert_eq!(pairs.iter().filter(|(name, _)| name == "sort").count(), 1, "{other}");
    assert!(pairs.iter().all(|(name, value)| !matches!(&**name, "page" | "cursor" | "q") && !value.is_empty()));
}

/// A cursor leads where it was written for, in its own list, and nowhere otherwise.
pub fn cursor(data: &[u8]) {
    let (vault, list) = (&desk().vault, read(b"status=Open").expect("it is right"));
    assert_eq!(list.read_cursor(vault, &text(data)), None, "nobody makes one up");
    let (at, rest) = choice(data);
    let (id, key) = rest.split_at(rest.len().min(16));
    let mut bytes = [0; 16];
    bytes[..id.len()].copy_from_slice(id);
    let cursor = Cursor { key: text(key).into_owned(), id: Uuid::from_bytes(bytes) };
    let written = list.write_cursor(vault, &cursor);
    // No row has an empty key.
    assert_eq!(list.read_cursor(vault, &written), Some(cursor.clone()).filter(|cursor| !cursor.key.is_empty()));
    for forged in [altered(&written, at), written[..at % written.len()].to_owned(), format!("{written}A")] {
        assert_eq!(list.read_cursor(vault, &forged), None, "{forged} for {written}");
    }
    for other in [&b"status=Fixed"[..], b"", b"status=Open&sort=createdAt", b"status=Open&q=router"] {
        assert_eq!(read(other).and_then(|other| other.read_cursor(vault, &written)), None);
    }
    assert_eq!(list.read_cursor(&Vault::for_tests(2), &written), None);
}

/// Every row of another help desk's file is told or good, none is lost, the past of a good one is one of allowed moves, and
/// it can be written in columns of our own and read again.
pub fn history(data: &[u8]) {
    let Ok(mut file) = File::open(data, None) else { return };
    let values = Values::read(&[], &desk().issue_types, Technicians::default()).expect("no rule is wrong");
    let (zone, region, now) = (desk().zone.clone(), desk().region, desk().clock.now());
    let rules = Rules { values, zone, order: None, region, now };
    let (mut good, mut rows, mut after) = (Vec::new(), 0, 0);
    while let Some(row) = file.next_row(&rules).expect("memory does not fail") {
        assert!(row.line >= after && row.to >= row.line, "lines go on");
        (rows, after) = (rows + 1, row.line);
        match row.entry {
            Ok(entry) => good.push(entry),
            Err(why) => assert!(!why.is_empty()),
        }
    }
    // Without quotation marks, anybody can count.
    if !data.contains(&b'"') && data.len() < 1 << 20 {
        // A mark of the byte order is one at the start alone. Further on it stands in a row, which is told.
        let data = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
        let sign = crate::records::delimiter(data);
        let lines = data.split(|octet| matches!(octet, b'\r' | b'\n')).filter(|line| !line.is_empty()).skip(1);
        assert_eq!(rows, lines.filter(|line| line.iter().any(|octet| *octet != sign)).count(), "rows are lost");
    }
    for entry in &good {
        told(entry);
        written_again(entry, &rules);
    }
}

/// The past of a row.
fn told(entry: &Entry) {
    let contact = Contact { name: "N".to_owned(), phone: Phone::erased(), account_id: None };
    let by = Person { id: Uuid::nil(), name: "A".to_owned() };
    let (mut ticket, steps) =
        entry.logged(&contact, Uuid::nil(), Reference::stored("BILL-20260101-0000".to_owned()), &by);
    assert!(Status::INITIAL.contains(&ticket.status));
    for step in steps {
        assert!(step.at >= ticket.updated_at, "time goes on");
        ticket.updated_at = step.at;
        for to in step.happened.iter().filter_map(super::Happening::status) {
            assert!(ticket.status.may_become(to), "{} to {to}", ticket.status);
            ticket.status = to;
        }
    }
    assert_eq!(ticket.status, entry.status);
    assert!(ticket.updated_at >= entry.updated_at);
}

fn written_again(entry: &Entry, rules: &Rules) {
    let at = crate::clock::instant;
    let [name, email, account] = [&entry.client_name, &entry.client_email, &entry.client_account_id]
        .map(|field| field.clone().unwrap_or_default());
    let mut cells = vec![
        ("reference", entry.reference.clone()),
        ("clientName", name),
        ("clientPhone", entry.client_phone.as_ref().map(|phone| phone.as_str().to_owned()).unwrap_or_default()),
        ("clientEmail", email),
        ("clientAccountId", account),
        ("issueType", entry.issue_type.clone()),
        ("description", entry.description.clone()),
        ("status", entry.status.name().to_owned()),
        ("priority", entry.priority.name().to_owned()),
        ("createdAt", at(entry.created_at)),
        ("updatedAt", at(entry.updated_at)),
        ("fixedAt", at(entry.fixed_at)),
        ("closedAt", at(entry.closed_at)),
    ];
    cells.extend(entry.notes.iter().map(|note| ("note", note.clone())));
    let (names, values): (Vec<&str>, Vec<String>) = cells.into_iter().unzip();
    let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
    writer.write_record(names).expect("memory takes everything");
    writer.write_record(values).expect("memory takes everything");
    let file = writer.into_inner().expect("memory takes everything");
    let mut again = File::open(&file[..], None).expect("these are our own columns");
    let again = again.next_row(rules).expect("memory does not fail").expect("there is a row").entry;
    assert_eq!(again.as_ref().map(Entry::parts), Ok(entry.parts()), "{}", text(&file));
}
