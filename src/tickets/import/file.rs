//! A file of another help desk's tickets, row by row: it is never in memory as a whole.

use std::io::{self, BufRead};

use super::{Entry, Head, Rules, Source, Unreadable, row};
use crate::records::{Record, Records};

/// A file being read, behind its first line.
#[derive(Debug)]
pub struct File<R> {
    records: Records<R>,
    /// What its columns mean.
    pub head: Head,
}

/// A row with something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The line on which it ends.
    pub to: u64,
    /// What it says, or what is wrong with it and what to do.
    pub entry: Result<Entry, String>,
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    /// It is none of tickets.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The disk's or the pipe's fault.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl<R: BufRead> File<R> {
    /// Reads the first line.
    ///
    /// # Errors
    /// [`NotRead`].
    pub fn open(source: R, forced: Option<Source>) -> Result<Self, NotRead> {
        let mut records = Records::new(source)?;
        if records.is_wide() {
            return Err(Unreadable::NotUtf8.into());
        }
        let first = records.next_record()?.ok_or(Unreadable::Empty)?;
        let head = Head::read(&first.cells.map_err(Unreadable::Broken)?, forced)?;
        // RT writes texts as they are, with quotation marks and without tabs and line breaks.
        if head.source == Source::Rt {
            records.take_tabs_literally();
        }
        Ok(Self { records, head })
    }

    /// The next row that is not empty.
    ///
    /// # Errors
    /// The disk's.
    pub fn next_row(&mut self, rules: &Rules) -> io::Result<Option<Row>> {
        while let Some(Record { line, to, cells }) = self.records.next_record()? {
            let entry = match cells {
                Ok(cells) if cells.iter().all(Vec::is_empty) => continue,
                Ok(cells) => row::read(&cells, &self.head, rules),
                Err(broken) => Err(broken.to_string()),
            };
            return Ok(Some(Row { line, to, entry }));
        }
        Ok(None)
    }
}
