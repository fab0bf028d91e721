//! Records of a CSV file (RFC 4180), one after the other and with their lines, however long the file is.
//!
//! A quotation mark that is not closed would swallow all rows up to the next one: its line is given as broken, and reading
//! goes on behind it.

use std::io::{self, BufRead, Read as _};

/// The longest record, in bytes: many times what the fields of any row may hold, and little enough to be held in memory.
const LONGEST: usize = 1 << 20;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The line on which it ends.
    pub to: u64,
    /// Its columns, or why they cannot be told.
    pub cells: Result<Vec<Vec<u8>>, Broken>,
}

/// Why the columns of a record cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A quotation mark opened and did not close where its column ends.
    #[error("A quotation mark opens here that is not closed where its column ends.")]
    Open,
    /// More than 1 MiB without an end.
    #[error("This line is longer than 1 MiB; no row is.")]
    TooLong,
}

/// A file that is being read.
#[derive(Debug)]
pub struct Records<R> {
    source: R,
    delimiter: u8,
    /// Whether quotation marks mean anything.
    quotes: bool,
    /// What was taken in, and where in it reading goes on: on this line.
    taken: Vec<u8>,
    at: usize,
    line: u64,
}

/// Where the columns of a record are being told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Start,
    Plain,
    Quoted,
    /// Behind a quotation mark that closes, unless another one follows.
    Closed,
    /// Behind one and a blank, which may only be the end of the line.
    Blank,
}

impl<R: BufRead> Records<R> {
    /// Begins to read. A byte order mark is passed over; the sign between the columns is the one of tab, semicolon and comma
    /// that the first line has most of.
    ///
    /// # Errors
    /// The source's.
    pub fn new(source: R) -> io::Result<Self> {
        let mut records = Self { source, delimiter: b',', quotes: true, taken: Vec::new(), at: 0, line: 1 };
        let mut from = 0;
        while records.more()? {
            if records.taken.starts_with(b"\xef\xbb\xbf") {
                records.taken.drain(..3);
            }
            if !records.taken[from..].trim_ascii().is_empty() {
                break;
            }
            from = records.taken.len();
        }
        records.delimiter = delimiter(&records.taken);
        Ok(records)
    }

    /// Whether it is UTF-16, as some spreadsheet programs write it. To be asked before the first record.
    pub fn is_wide(&self) -> bool {
        self.taken.starts_with(&[0xff, 0xfe]) || self.taken.starts_with(&[0xfe, 0xff])
    }

    /// From here on, where tabs stand between the columns, a quotation mark is a sign like any other.
    pub fn take_tabs_literally(&mut self) {
        self.quotes = self.delimiter != b'\t';
    }

    /// The next record that is no empty line.
    ///
    /// # Errors
    /// The source's.
    pub fn next_record(&mut self) -> io::Result<Option<Record>> {
        loop {
            match self.taken.get(self.at).copied() {
                None if !self.more()? => return Ok(None),
                Some(b'\n') => (self.at, self.line) = (self.at + 1, self.line + 1),
                Some(b'\r') => self.at += 1,
                None => {}
                Some(_) => return self.record().map(Some),
            }
        }
    }

    /// Takes in one more line, or the beginning of one; false where there is none, or no room for it.
    fn more(&mut self) -> io::Result<bool> {
        self.taken.drain(..self.at);
        self.at = 0;
        let room = u64::try_from(LONGEST.saturating_sub(self.taken.len())).unwrap_or(0);
        Ok(self.source.by_ref().take(room).read_until(b'\n', &mut self.taken)? > 0)
    }

    fn record(&mut self) -> io::Result<Record> {
        let (mut cells, mut cell, mut within) = (Vec::new(), Vec::new(), Within::Start);
        let (mut here, mut lines, mut marred) = (0, 0, false);
        loop {
            let Some(&byte) = self.taken.get(self.at + here) else {
                if self.taken.len() - self.at >= LONGEST {
                    let why = if within == Within::Quoted { Broken::Open } else { Broken::TooLong };
                    return self.pass_over(why);
                }
                if self.more()? {
                    continue;
                }
                break;
            };
            here += 1;
            let ends = matches!(byte, b'\r' | b'\n');
            within = match within {
                Within::Quoted if byte == b'"' => Within::Closed,
                Within::Quoted => {
                    lines += u64::from(byte == b'\n');
                    cell.push(byte);
                    Within::Quoted
                }
                Within::Closed if byte == b'"' => {
                    cell.push(byte);
                    Within::Quoted
                }
                Within::Start if byte == b'"' && self.quotes => Within::Quoted,
                _ if ends => break,
                _ if byte == self.delimiter => {
                    marred |= within == Within::Blank;
                    cells.push(std::mem::take(&mut cell));
                    Within::Start
                }
                Within::Closed | Within::Blank => {
                    cell.push(byte);
                    let blank = byte.is_ascii_whitespace();
                    marred |= !blank;
                    if blank { Within::Blank } else { Within::Plain }
                }
                Within::Start | Within::Plain => {
                    cell.push(byte);
                    Within::Plain
                }
            };
        }
        if within == Within::Quoted || (marred && lines > 0) {
            return self.pass_over(Broken::Open);
        }
        cells.push(cell);
        let line = self.line;
        let behind = self.at + here;
        // A line break that ends the record is counted by whoever passes over it.
        self.at = if self.taken[..behind].ends_with(b"\n") { behind - 1 } else { behind };
        self.line += lines;
        Ok(Record { line, to: self.line, cells: Ok(cells) })
    }

    /// Goes on behind the line on which a record began.
    fn pass_over(&mut self, why: Broken) -> io::Result<Record> {
        let line = self.line;
        if let Some(end) = self.taken[self.at..].iter().position(|byte| *byte == b'\n') {
            self.at += end + 1;
        } else {
            (self.at, self.taken) = (0, Vec::new());
            self.source.skip_until(b'\n')?;
        }
        self.line += 1;
        Ok(Record { line, to: line, cells: Err(why) })
    }
}

/// The sign between the columns: whichever of them the first line has most of.
pub fn delimiter(bytes: &[u8]) -> u8 {
    let first = bytes.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let count = |sign: u8| first.split(|byte| *byte == sign).count();
    *b"\t;,".iter().max_by_key(|sign| count(**sign)).unwrap_or(&b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines and columns of each record; a broken one has its reason for a column.
    fn read(text: impl AsRef<[u8]>) -> Vec<(u64, u64, Vec<String>)> {
        read_from(Records::new(text.as_ref()).unwrap())
    }

    fn read_from(mut records: Records<&[u8]>) -> Vec<(u64, u64, Vec<String>)> {
        let mut all = Vec::new();
        while let Some(Record { line, to, cells }) = records.next_record().unwrap() {
            let text = |cell: &Vec<u8>| String::from_utf8_lossy(cell).into_owned();
            all.push((
                line,
                to,
                cells.map_or_else(|why| vec![format!("{why:?}")], |cells| cells.iter().map(text).collect()),
            ));
        }
        all
    }

    #[test]
    fn columns_are_told_apart_as_every_spreadsheet_program_writes_them() {
        for (text, want) in [
            ("a,b,c", &["a", "b", "c"][..]),
            ("\u{feff}a;b,x;c\n", &["a", "b,x", "c"]),
            ("a\tb,;\tc\r\n", &["a", "b,;", "c"]),
            ("\"a\",\"b, \"\"x\"\"\",\"\"", &["a", "b, \"x\"", ""]),
            ("a 6\" pipe,b,", &["a 6\" pipe", "b", ""]),
            ("\"a\"b,c,", &["ab", "c", ""]),
            ("\"a\",\"b\"  \n", &["a", "b  "]),
        ] {
            assert_eq!(read(text), [(1, 1, want.iter().map(ToString::to_string).collect())], "{text:?}");
        }
        assert_eq!(read(""), []);
        assert_eq!(read("\u{feff}\r\n\n"), []);
    }

    #[test]
    fn lines_are_counted_within_columns_and_between_rows() {
        let all = read("h,i\r\n\r\n\"a\nb\",c\rd,e\n\n\"f\r\ng\n\",\nlast,");
        let lines: Vec<(u64, u64)> = all.iter().map(|(line, to, _)| (*line, *to)).collect();
        assert_eq!(lines, [(1, 1), (3, 4), (4, 4), (6, 8), (9, 9)]);
        assert_eq!(all[1].2, ["a\nb", "c"]);
        assert_eq!(all[3].2, ["f\r\ng\n", ""]);
    }

    #[test]
    fn a_mark_that_is_not_closed_costs_its_own_line_only() {
        for (text, broken, rest) in [
            ("h,i\n\"a,b\nc,d\ne,f\n", 2, vec!["c", "e"]),
            ("h,i\n\"a,b\nc,d\n\"e\",f\n", 2, vec!["c", "e"]),
            ("h,i\nc,d\na,\"b", 3, vec!["c"]),
            ("h,i\n\"a\"x,\"b\nc\",d\n", 2, vec!["c\""]),
        ] {
            let all = read(text);
            let (bad, good): (Vec<_>, Vec<_>) = all[1..].iter().partition(|row| row.2 == ["Open"]);
            assert_eq!(bad.iter().map(|row| row.0).collect::<Vec<_>>(), [broken], "{text:?}");
            assert_eq!(good.iter().map(|row| row.2[0].as_str()).collect::<Vec<_>>(), rest, "{text:?}");
        }
    }

    #[test]
    fn tabs_may_be_taken_literally() {
        let mut records = Records::new(&b"id\tSubject\n1\t\"Slow\n2\t\"Off\" again\n"[..]).unwrap();
        records.next_record().unwrap();
        records.take_tabs_literally();
        let rows: Vec<_> = read_from(records).into_iter().map(|(line, _, cells)| (line, cells[1].clone())).collect();
        assert_eq!(rows, [(2, "\"Slow".to_owned()), (3, "\"Off\" again".to_owned())]);
        let mut records = Records::new(&b"id,Subject\n1,\"a,b\"\n"[..]).unwrap();
        records.take_tabs_literally();
        assert_eq!(read_from(records)[1].2, ["1", "a,b"], "commas stand between quotation marks all the same");
    }

    #[test]
    fn what_never_ends_is_passed_over_without_being_held() {
        let long = "x".repeat(3 * LONGEST);
        let all = read(format!("h,i\n{long}\na,b\n\"{long}\nc,d\n"));
        let kept: Vec<_> = all.iter().map(|(line, _, cells)| (*line, cells[0].as_str())).collect();
        assert_eq!(kept, [(1, "h"), (2, "TooLong"), (3, "a"), (4, "Open"), (5, "c")]);
        let many = "\"a\n".to_owned() + &"b,c\n".repeat(LONGEST / 2);
        let all = read(format!("h,i\n{many}"));
        assert_eq!((all[1].2[0].as_str(), all.len()), ("Open", 2 + LONGEST / 2));
    }
}
