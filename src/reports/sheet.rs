//! What a report says: figures, a table, and which of its columns are drawn.

use super::days::Days;
use crate::words::Text;

/// A report's answer.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// What it comes to, in one to four numbers.
    pub figures: Vec<(Text, Cell)>,
    /// What the rows are of: the name of the column of a file, and its head.
    pub of: Column,
    /// The other columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The picture.
    pub chart: Chart,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// In files: it never changes.
    pub name: &'static str,
    /// On pages.
    pub head: Text,
}

impl Column {
    /// A column with its name in files and its message.
    pub fn new(name: &'static str, message: &'static str) -> Self {
        Self { name, head: Text::new(message) }
    }
}

/// A row.
#[derive(Debug, Clone)]
pub struct Row {
    /// What it is of.
    pub label: Label,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// What a row is of.
#[derive(Debug, Clone)]
pub enum Label {
    /// Days.
    Days(Days),
    /// Something that we have a word for; the other is for files.
    Word(Text, String),
    /// Something with a name of its own.
    Name(String),
}

/// A number of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// So many.
    Count(u64),
    /// So many of so many.
    Share {
        /// These.
        part: u64,
        /// Of these.
        whole: u64,
    },
    /// How long, in seconds; nothing where there is nothing to measure.
    Time(Option<u32>),
}

impl Value {
    /// As a height, if there is one.
    pub fn height(self) -> Option<u64> {
        match self {
            Self::Count(count) => Some(count),
            // Per mille.
            Self::Share { part, whole } => (part * 1000).checked_div(whole),
            Self::Time(seconds) => seconds.map(u64::from),
        }
    }
}

/// A number, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The number.
    pub value: Value,
    /// The list of what it counts, and how long that list is. Nothing leads to an empty list.
    pub leads: Option<(String, u64)>,
}

impl Cell {
    /// A count, and the list of what was counted.
    pub fn count(count: u64, list: impl FnOnce() -> String) -> Self {
        Self::leading(Value::Count(count), count, list)
    }

    /// A number that leads to a list of so many.
    pub fn leading(value: Value, total: u64, list: impl FnOnce() -> String) -> Self {
        Self { value, leads: (total > 0).then(|| (list(), total)) }
    }
}

/// Which columns are drawn, and how.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Rows side by side, as time goes on, or one beneath the other with their names.
    pub upright: bool,
    /// Whether the columns are put on top of each other.
    pub stacked: bool,
    /// The columns by their place, with the hue of each: a word of `data-status`, or `bad`.
    pub series: Vec<(usize, &'static str)>,
}
