//! Reads a file of clients (RFC 4180, comma, semicolon or tab): entries, and the rows that are none with the reason.

use std::collections::HashMap;

use csv::{ByteRecord, ReaderBuilder};

use super::{Entry, form};
use crate::{fault::Fault, input::Input, phone::Region, search};

/// What a column may be called, the likeliest first: letters and digits count, in any letter case.
const COLUMNS: [(&str, &[&str]); 6] = [
    (
        "accountId",
        &[
            "accountid",
            "account",
            "accountno",
            "accountnumber",
            "clientaccountid",
            "acct",
            "acctid",
            "acctno",
            "customerid",
            "customerno",
            "customernumber",
            "clientid",
            "clientno",
            "subscriberid",
        ],
    ),
    ("name", &["name", "clientname", "customername", "fullname", "subscribername", "customer", "client", "subscriber"]),
    (
        "phone",
        &[
            "mobile",
            "mobilenumber",
            "mobileno",
            "mobilephone",
            "msisdn",
            "clientphone",
            "phone",
            "phonenumber",
            "phoneno",
            "telephone",
            "tel",
            "contactnumber",
        ],
    ),
    ("email", &["email", "emailaddress", "clientemail", "mail"]),
    ("plan", &["plan", "planname", "package", "tariff", "product"]),
    ("address", &["address", "serviceaddress", "installationaddress", "postaladdress"]),
];

/// A row that can be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// What it says.
    pub entry: Entry,
}

/// A row that cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The line on which it ends.
    pub to: u64,
    /// What is wrong and what to do; nothing of what the row says.
    pub reason: String,
}

/// A file, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// One for each account, in order.
    pub rows: Vec<Row>,
    /// The rows with faults, in order.
    pub refused: Vec<Refused>,
    /// Rows whose account has a later one, which counts: the line of either.
    pub repeated: Vec<(u64, u64)>,
    /// Columns that mean nothing here, as they are called.
    pub unused: Vec<String>,
}

/// Why a file is none of clients.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No line with anything on it.
    #[error("there is nothing in it")]
    Empty,
    /// UTF-16, as some spreadsheet programs write it.
    #[error("it is not in UTF-8; save it as \"CSV UTF-8\"")]
    NotUtf8,
    /// The first line does not name what a client needs.
    #[error("its first line has to name the columns accountId, name and phone; there is none for {0}")]
    Column(&'static str),
    /// Nobody can tell which of them is meant.
    #[error("two of its columns are called {0}; rename one")]
    Twice(String),
}

impl Sheet {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be a file of clients at all.
    pub fn read(bytes: &[u8], region: Option<&Region>) -> Result<Self, Unreadable> {
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(Unreadable::NotUtf8);
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reading =
            Reading { region, columns: Vec::new(), latest: HashMap::new(), rows: Vec::new(), sheet: Self::default() };
        let mut head = None;
        each_record(bytes, |record| {
            if head.is_some() {
                reading.row(record);
                return true;
            }
            let read = reading.head(record);
            let good = read.is_ok();
            head = Some(read);
            good
        });
        head.ok_or(Unreadable::Empty)??;
        reading.sheet.rows = reading.rows.into_iter().flatten().collect();
        Ok(reading.sheet)
    }
}

/// A record with its place.
struct Record<'a> {
    line: u64,
    to: u64,
    cells: &'a ByteRecord,
    /// Whether a quotation mark opened in it and did not close where its column ends.
    open: bool,
}

/// A file, half read.
struct Reading<'a> {
    region: Option<&'a Region>,
    /// What each column means.
    columns: Vec<Option<&'static str>>,
    /// Where the row of each account is.
    latest: HashMap<String, usize>,
    /// The good rows, those without a later one of their account.
    rows: Vec<Option<Row>>,
    sheet: Sheet,
}

impl Reading<'_> {
    fn head(&mut self, record: &Record<'_>) -> Result<(), Unreadable> {
        let names: Vec<String> =
            record.cells.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let plain: Vec<String> = names.iter().map(|name| plain(name)).collect();
        self.columns = vec![None; names.len()];
        for (field, aliases) in COLUMNS {
            for alias in aliases {
                let mut places = plain.iter().enumerate().filter(|(_, name)| name == alias).map(|(place, _)| place);
                if let Some(place) = places.next() {
                    if places.next().is_some() {
                        return Err(Unreadable::Twice(names[place].clone()));
                    }
                    self.columns[place] = Some(field);
                    break;
                }
            }
        }
        for needed in ["accountId", "name", "phone"] {
            if !self.columns.contains(&Some(needed)) {
                return Err(Unreadable::Column(needed));
            }
        }
        let unused = names.into_iter().zip(&self.columns).filter(|(name, meant)| meant.is_none() && !name.is_empty());
        self.sheet.unused = unused.map(|(name, _)| name).collect();
        Ok(())
    }

    fn row(&mut self, record: &Record<'_>) {
        if record.cells.iter().all(<[u8]>::is_empty) {
            return;
        }
        match self.entry(record) {
            Ok(entry) => {
                let (account, row) = (search::account_key(&entry.account_id), Row { line: record.line, entry });
                if let Some(before) = self.latest.insert(account, self.rows.len())
                    && let Some(before) = self.rows[before].take()
                {
                    self.sheet.repeated.push((before.line, row.line));
                }
                self.rows.push(Some(row));
            }
            Err(reason) => self.sheet.refused.push(Refused { line: record.line, to: record.to, reason }),
        }
    }

    fn entry(&self, record: &Record<'_>) -> Result<Entry, String> {
        if record.open {
            return Err("A quotation mark opens here that is not closed where its column ends.".to_owned());
        }
        let (have, want) = (record.cells.len(), self.columns.len());
        if have < want || record.cells.iter().skip(want).any(|cell| !cell.is_empty()) {
            return Err(format!("There are {have} columns where the first line has {want}."));
        }
        let mut fields = Vec::with_capacity(COLUMNS.len());
        for (cell, column) in record.cells.iter().zip(&self.columns) {
            let Some(field) = column else { continue };
            let text = std::str::from_utf8(cell).map_err(|_| format!("{field}: This is not in UTF-8."))?;
            fields.push(((*field).to_owned(), text.to_owned()));
        }
        form::entry(Input::from_pairs(fields), self.region).map_err(|fault| match fault {
            Fault::Invalid(faults) => {
                let told: Vec<_> = faults.into_iter().map(|fault| fault.named().english()).collect();
                told.join(" ")
            }
            other => other.to_string(),
        })
    }
}

/// A column's name without what people vary in it.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The sign between the columns: whichever of them the first line has most of.
pub(super) fn delimiter(bytes: &[u8]) -> u8 {
    let first = bytes.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    *b"\t;,".iter().max_by_key(|sign| count(first, **sign)).unwrap_or(&b',')
}

/// Hands each record to `each` until that has had enough. A quotation mark that is not closed swallows rows up to the
/// next one, or the rest of the file: reading goes on behind its line.
fn each_record(bytes: &[u8], mut each: impl FnMut(&Record<'_>) -> bool) {
    let delimiter = delimiter(bytes);
    let (mut rest, mut line) = (bytes, 1);
    loop {
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(rest);
        let mut cells = ByteRecord::new();
        let mut done = 0;
        let opened = loop {
            // Reading from memory fails never, and a record that is not UTF-8 is still bytes.
            if !reader.read_byte_record(&mut cells).unwrap_or(false) {
                return;
            }
            let to = usize::try_from(reader.position().byte()).unwrap_or(rest.len()).min(rest.len());
            let blank = rest[done..to].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            line += lines(&rest[done..done + blank]);
            let raw = rest[done + blank..to].trim_ascii_end();
            let within = lines(raw);
            let open = within > 0 && !is_well_quoted(raw, delimiter);
            let last = if open { line } else { line + within };
            if !each(&Record { line, to: last, cells: &cells, open }) {
                return;
            }
            if open {
                break done + blank;
            }
            line += lines(&rest[done + blank..to]);
            done = to;
        };
        let end = rest[opened..].iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| opened + end + 1);
        rest = &rest[end..];
        line += 1;
    }
}

/// Whether each quotation mark that opens a column closes it (RFC 4180); within a column that began without, it is text.
fn is_well_quoted(record: &[u8], delimiter: u8) -> bool {
    let (mut within, mut at_start) = (false, true);
    let mut rest = record.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' if within => {
                within = rest.next_if_eq(&b'"').is_some();
                let ends = |next: &u8| *next == delimiter || matches!(next, b'\r' | b'\n');
                if !within && !rest.peek().is_none_or(ends) {
                    return false;
                }
            }
            b'"' if at_start => within = true,
            _ => {}
        }
        at_start = byte == delimiter && !within;
    }
    !within
}

fn lines(bytes: &[u8]) -> u64 {
    u64::try_from(count(bytes, b'\n')).unwrap_or(0)
}

fn count(bytes: &[u8], sign: u8) -> usize {
    bytes.split(|byte| *byte == sign).count() - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Given;

    fn read(text: impl AsRef<[u8]>) -> Sheet {
        Sheet::read(text.as_ref(), Some(&"GB".parse().unwrap())).unwrap()
    }

    /// Line, account and name of each row.
    fn rows(sheet: &Sheet) -> Vec<(u64, &str, &str)> {
        sheet
            .rows
            .iter()
            .map(|row| (row.line, row.entry.account_id.as_str(), row.entry.change.name.as_deref().unwrap()))
            .collect()
    }

    fn refused(sheet: &Sheet) -> Vec<(u64, u64)> {
        sheet.refused.iter().map(|row| (row.line, row.to)).collect()
    }

    #[test]
    fn columns_go_by_many_names_and_in_any_order() {
        for head in [
            "accountId,name,phone",
            "Account ID,Customer Name,Mobile No.",
            "ACCOUNT_NUMBER;Full name;MSISDN",
            "\"customer id\"\tclient\ttelephone",
        ] {
            let sign = head.chars().find(|c| ",;\t".contains(*c)).unwrap();
            let sheet = read(format!("{head}\nLF-1{sign}Nadia{sign}07700900142\n"));
            assert_eq!(rows(&sheet), [(2, "LF-1", "Nadia")], "{head}");
            assert_eq!(sheet.rows[0].entry.change.phone.as_ref().unwrap().as_str(), "+447700900142");
            assert_eq!(sheet.rows[0].entry.change.email, Given::Absent, "a column that is not there changes nothing");
        }
        let sheet = read("balance,phone,mobile,name,account,e-mail\n5,0113 4960001,07700900142,Nadia,LF-1,\n");
        assert_eq!(sheet.rows[0].entry.change.phone.as_ref().unwrap().as_str(), "+447700900142", "SMS go to mobiles");
        assert_eq!(sheet.rows[0].entry.change.email, Given::Null, "an empty cell clears");
        assert_eq!(sheet.unused, ["balance", "phone"]);
    }

    #[test]
    fn a_file_of_something_else_is_refused_whole() {
        let of = |bytes: &[u8]| Sheet::read(bytes, None).unwrap_err();
        assert_eq!(of(b""), Unreadable::Empty);
        assert_eq!(of(b"\xef\xbb\xbf\r\n\r\n"), Unreadable::Empty);
        assert_eq!(of(b"name,phone\nx,y\n"), Unreadable::Column("accountId"));
        assert_eq!(of(b"LF-1,Nadia,+447700900142\n"), Unreadable::Column("accountId"));
        assert_eq!(of(b"account,name\n"), Unreadable::Column("phone"));
        assert_eq!(of(b"account,name,phone,Phone\n"), Unreadable::Twice("phone".to_owned()));
        assert_eq!(of(b"\xff\xfea\0,\0"), Unreadable::NotUtf8);
    }

    #[test]
    fn marks_line_ends_and_breaks_within_quotes_are_read_and_counted() {
        let text = "\u{feff}account,name,phone,address\r\n\r\nLF-1,\"Okonkwo, Nadia\",07700900142,\"1 High St\r\nLeeds\"\r\n\
            \r\n,,,\r\nLF-2,\"The \"\"Fox\"\"\",07700900143,\r\nLF-3,Bob 6\" pipe,07700900144,x,\r\nLF-4,Zoe,07700900145,x";
        let sheet = read(text);
        assert_eq!(
            rows(&sheet),
            [
                (3, "LF-1", "Okonkwo, Nadia"),
                (7, "LF-2", "The \"Fox\""),
                (8, "LF-3", "Bob 6\" pipe"),
                (9, "LF-4", "Zoe")
            ]
        );
        assert_eq!(sheet.rows[0].entry.change.address, Given::Value("1 High St Leeds".to_owned()));
        assert_eq!(sheet.refused, []);
    }

    #[test]
    fn every_bad_row_is_told_and_the_good_ones_are_kept() {
        let mut text =
            b"account,name,phone,email\nLF-1,Nadia,12,x\n,,07700900142,\nLF-3,Zoe\nLF-4,A,07700900142,,5\n".to_vec();
        text.extend(b"LF-5,Jos\xe9,07700900142,\nLF-6,\"A\nB\",1,\nLF-7,Good,07700900142,\n");
        let sheet = read(text);
        assert_eq!(rows(&sheet), [(9, "LF-7", "Good")]);
        assert_eq!(refused(&sheet), [(2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 8)]);
        let reasons: Vec<&str> = sheet.refused.iter().map(|row| row.reason.as_str()).collect();
        for (reason, words) in reasons.iter().zip([
            &["phone: ", "email: "][..],
            &["accountId: ", "name: "],
            &["2 columns", "has 4"],
            &["5 columns"],
            &["name: ", "UTF-8"],
            &["phone: "],
        ]) {
            assert!(words.iter().all(|word| reason.contains(word)), "{reason}");
        }
        for planted in ["Nadia", "Zoe", "07700900142", "LF-"] {
            assert!(!reasons.concat().contains(planted), "{planted}");
        }
    }

    #[test]
    fn a_mark_that_never_closes_costs_its_own_row_only() {
        let head = "account,name,phone\nLF-1,A,07700900142\nLF-2,\"B,07700900142\nLF-3,C,07700900142\n";
        for end in ["LF-4,D,07700900142", "LF-4,\"D\",07700900142\n"] {
            let sheet = read(format!("{head}{end}"));
            assert_eq!(rows(&sheet), [(2, "LF-1", "A"), (4, "LF-3", "C"), (5, "LF-4", "D")]);
            assert_eq!(refused(&sheet), [(3, 3)]);
        }
        // Two of them must not make one long name of all that is between them.
        let sheet = read(format!("{head}LF-4,\"D,07700900142\nLF-5,E,07700900142\n"));
        assert_eq!(rows(&sheet), [(2, "LF-1", "A"), (4, "LF-3", "C"), (6, "LF-5", "E")]);
        assert_eq!(refused(&sheet), [(3, 3), (5, 5)]);
    }

    #[test]
    fn the_last_good_row_of_an_account_counts() {
        let sheet = read("account,name,phone\nLF-1,A,07700900142\nLF-2,B,07700900142\nlf-1,C,07700900142\nLF-1,D,1\n");
        assert_eq!(rows(&sheet), [(3, "LF-2", "B"), (4, "lf-1", "C")]);
        assert_eq!(sheet.repeated, [(2, 4)]);
        assert_eq!(refused(&sheet), [(5, 5)]);
    }
}
