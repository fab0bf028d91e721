//! Both sides of a table read in the order of its key, a page ahead of whoever compares them.

use std::cmp::Ordering;

use tokio::sync::mpsc;

use super::super::{DbError, Row};
use super::tables::{PAGE, Table};
use super::{CopyError, End};

/// Rows of the two sides that belong together by their key.
#[derive(Debug)]
pub(super) enum Pair {
    /// The source alone has it.
    New(Row),
    /// Both have it, alike.
    Same { now: Row, was: Row },
    /// Both have it, the target another one.
    Changed { now: Row, was: Row },
    /// The target alone has it.
    Gone(Row),
}

/// Where they come from. What is written meanwhile at or before the last pair is not seen.
pub(super) struct Pairs {
    table: &'static Table<'static>,
    source: Side,
    target: Side,
}

impl Pairs {
    pub(super) fn of(source: &End, target: &End, table: &'static Table<'static>) -> Self {
        Self { table, source: Side::of(source, table), target: Side::of(target, table) }
    }

    /// The next pair, until both sides have ended.
    pub(super) async fn next(&mut self) -> Result<Option<Pair>, CopyError> {
        self.source.look().await?;
        self.target.look().await?;
        let order = match (&self.source.head, &self.target.head) {
            (Some(now), Some(was)) => self.table.order(now, was),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        let now = if order.is_le() { self.source.head.take() } else { None };
        let was = if order.is_ge() { self.target.head.take() } else { None };
        Ok(match (now, was) {
            (Some(now), Some(was)) if now == was => Some(Pair::Same { now, was }),
            (Some(now), Some(was)) => Some(Pair::Changed { now, was }),
            (Some(now), None) => Some(Pair::New(now)),
            (None, Some(was)) => Some(Pair::Gone(was)),
            (None, None) => None,
        })
    }
}

/// One side: its next row, and where the others come from.
struct Side {
    end: End,
    table: &'static Table<'static>,
    head: Option<Row>,
    page: std::vec::IntoIter<Row>,
    /// Ends when there are no more.
    pages: mpsc::Receiver<Result<Vec<Row>, DbError>>,
}

impl Side {
    fn of(end: &End, table: &'static Table<'static>) -> Self {
        let (send, pages) = mpsc::channel(1);
        tokio::spawn(read(end.clone(), table, send));
        Self { end: end.clone(), table, head: None, page: Vec::new().into_iter(), pages }
    }

    /// Makes sure that the next row is at hand, if there is one.
    async fn look(&mut self) -> Result<(), CopyError> {
        if self.head.is_some() {
            return Ok(());
        }
        self.head = self.page.next();
        if self.head.is_none()
            && let Some(page) = self.pages.recv().await
        {
            self.page = page.map_err(|error| self.end.failed(error).in_table(self.table.name))?.into_iter();
            self.head = self.page.next();
        }
        Ok(())
    }
}

/// Reads page after page, and ends when nobody wants more of them.
async fn read(end: End, table: &'static Table<'static>, pages: mpsc::Sender<Result<Vec<Row>, DbError>>) {
    let mut after = Vec::new();
    loop {
        let sql = table.page(after.is_empty());
        let page = end.db.read(move |tx| tx.query(&sql, &after)).await;
        let last = page.as_ref().ok().filter(|page| page.len() == PAGE).and_then(|page| page.last());
        let next = last.map(|row| table.key(row).to_vec());
        if pages.send(page).await.is_err() {
            return;
        }
        match next {
            Some(key) => after = key,
            None => return,
        }
    }
}
