//! What has to hold of every parser of foreign input, whatever comes: `fuzz/` runs each of these with octets that a fuzzer
//! makes, and the tests below with those that are kept in `fuzz/corpus`, so that they stay true without one.
//!
//! Each stands in a `properties.rs` beside what it is about, takes any octets, and panics where something does not hold.

use std::borrow::Cow;

use csv::ReaderBuilder;
use vault::{Cell, Vault};

use crate::{
    phone::{Phone, Region},
    spreadsheet,
};

pub use crate::{
    clients::properties::import,
    config::properties::config,
    notifications::properties::{calls, inbound, sms, template},
    staff::{
        oidc::properties::{claims, logout_token},
        properties::carried,
    },
    tickets::properties::{cursor, filter, history, search},
    web::properties::{cookies, headers},
};

/// One parser's properties.
pub type Property = fn(&[u8]);

/// All of them, by the names of their fuzz targets and corpora. Those of SMPP are in its own crate.
pub const ALL: [(&str, Property); 18] = [
    ("calls", calls),
    ("carried", carried),
    ("ciphertext", ciphertext),
    ("claims", claims),
    ("config", config),
    ("cookies", cookies),
    ("cursor", cursor),
    ("export", export),
    ("filter", filter),
    ("headers", headers),
    ("history", history),
    ("import", import),
    ("inbound", inbound),
    ("logout_token", logout_token),
    ("phone", phone),
    ("search", search),
    ("sms", sms),
    ("template", template),
];

/// Octets as a text. What is no UTF-8 never gets so far: forms and calls are read in the same way.
pub(crate) fn text(data: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(data)
}

/// The first octet, to choose by, and the rest.
pub(crate) fn choice(data: &[u8]) -> (usize, &[u8]) {
    data.split_first().map_or((0, data), |(first, rest)| (usize::from(*first), rest))
}

/// What stands before the first octet of zero, and what behind it.
pub(crate) fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    let mut halves = data.splitn(2, |octet| *octet == 0);
    (halves.next().unwrap_or_default(), halves.next().unwrap_or_default())
}

/// The same text with another letter somewhere, of those that Base64 of addresses has.
pub(crate) fn altered(text: &str, at: usize) -> String {
    let at = at % text.len().max(1);
    let other = |c: char| if c == 'A' { 'Q' } else { 'A' };
    text.char_indices().map(|(here, c)| if here == at { other(c) } else { c }).collect()
}

/// A number that was read is the same whenever it is read again, however we write it.
pub fn phone(data: &[u8]) {
    const REGIONS: [&str; 10] = ["", "GB", "IN", "US", "DE", "BR", "IT", "AR", "MX", "CI"];
    let (chosen, rest) = choice(data);
    let region: Option<Region> = REGIONS[chosen % REGIONS.len()].parse().ok();
    let text = text(rest);
    for read in [Phone::parse(&text, region.as_ref()), Phone::from_gateway(&text, region.as_ref())] {
        let Ok(phone) = read else { continue };
        let digits = phone.digits();
        assert!((1..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit()), "{digits}");
        assert_eq!(phone.as_str(), format!("+{digits}"));
        assert_eq!(Phone::from_e164(phone.as_str()).as_ref(), Ok(&phone));
        for written in [phone.as_str(), &phone.international()] {
            assert_eq!(Phone::parse(written, None).as_ref(), Ok(&phone), "{written}");
            assert_eq!(Phone::parse(written, region.as_ref()).as_ref(), Ok(&phone), "{written}");
            assert_eq!(Phone::from_gateway(written, region.as_ref()).as_ref(), Ok(&phone), "{written}");
        }
        assert_eq!(Phone::from_gateway(digits, None).as_ref(), Ok(&phone));
        assert!(digits.ends_with(&phone.ending()) && !phone.shown_in(region.as_ref()).is_empty());
        assert!(digits.len() < 5 || !format!("{phone:?}").contains(digits), "a number in Debug");
    }
}

/// A spreadsheet program reads back every cell, and none of them as a formula.
pub fn export(data: &[u8]) {
    let (width, rest) = choice(data);
    let cells: Vec<String> = rest.split(|octet| *octet == 0).map(|cell| text(cell).into_owned()).collect();
    let records: Vec<&[String]> = cells.chunks_exact(width % 4 + 1).collect();
    let file = spreadsheet::lines(records.iter()).expect("memory takes everything");
    let mut read = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&*file);
    let mut seen = 0;
    for (record, given) in read.records().zip(&records) {
        let record = record.expect("it is UTF-8");
        assert_eq!(record.len(), given.len());
        for (cell, given) in record.iter().zip(*given) {
            assert!(cell == given || cell.strip_prefix('\'') == Some(given), "{given:?} became {cell:?}");
            assert!(!is_formula(cell), "{cell:?}");
        }
        seen += 1;
    }
    assert_eq!(seen, records.len());
}

/// By the signs that OWASP names, the wide ones among them, behind whatever a program may drop before it looks.
fn is_formula(cell: &str) -> bool {
    let begins = |text: &str| text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let shown = cell.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}');
    begins(cell) || begins(shown) || cell.starts_with(['\t', '\r', '\n'])
}

/// A value opens in its own place and as it was sealed, or not at all.
pub fn ciphertext(data: &[u8]) {
    let vault = Vault::for_tests(1);
    let (at, rest) = choice(data);
    let (row, plain) = halves(rest);
    let cell = Cell { table: "tickets", column: "description", row };
    for forged in [data.to_vec(), [&[1, 0, 0, 0, 1], rest].concat()] {
        assert!(vault.open_cell(&cell, &forged).is_err() && vault.open_text(&cell, &forged).is_err());
        assert!(Vault::key_of(&forged).is_none_or(|_| forged.len() >= 5));
    }
    let sealed = vault.seal(&cell, plain);
    assert_eq!(*vault.open_cell(&cell, &sealed).expect("it was sealed here"), plain);
    assert_eq!(vault.open_text(&cell, &sealed).is_ok(), std::str::from_utf8(plain).is_ok());
    let at = at % sealed.len();
    let mut altered = sealed.clone();
    altered[at] ^= 1 << (plain.len() % 8);
    for forged in [&altered[..], &sealed[..at], &sealed[1..], &[&sealed[..], &[0]].concat()] {
        assert!(vault.open_cell(&cell, forged).is_err(), "altered at {at}");
    }
    let longer = [row, &[0]].concat();
    for elsewhere in [
        Cell { row: &longer, ..cell },
        Cell { column: "client_name", ..cell },
        Cell { table: "notes", ..cell },
        Cell { table: "ticket", column: "sdescription", ..cell },
    ] {
        assert!(vault.open_cell(&elsewhere, &sealed).is_err(), "moved");
    }
    assert!(Vault::for_tests(2).open_cell(&cell, &sealed).is_err(), "by other keys");
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// Of one corpus: more is not kept in the repository, where everybody fetches it.
    const MOST_FILES: usize = 50;
    const MOST_OCTETS: u64 = 20 * 1024;

    fn names(dir: &str) -> BTreeSet<String> {
        let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(dir)).unwrap();
        entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn what_is_kept_for_the_fuzzer_still_holds() {
        for (name, property) in ALL {
            let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
            let files: Vec<_> = fs::read_dir(&dir).expect(name).map(|entry| entry.unwrap().path()).collect();
            assert!((1..=MOST_FILES).contains(&files.len()), "{name} has {} files", files.len());
            let octets: u64 = files.iter().map(|file| file.metadata().unwrap().len()).sum();
            assert!(octets <= MOST_OCTETS, "{name} has {octets} octets");
            for file in files {
                // Shown where the property fails, and kept from sight otherwise.
                println!("{}", file.display());
                property(&fs::read(file).unwrap());
            }
            property(b"");
        }
    }

    #[test]
    fn every_property_has_its_target_and_its_corpus() {
        let mut known: BTreeSet<String> = ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
        known.extend(["smpp", "receipt"].map(str::to_owned));
        assert_eq!(names("fuzz/fuzz_targets"), known);
        assert_eq!(names("fuzz/corpus"), known);
    }
}
