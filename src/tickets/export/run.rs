//! One export from its record in the audit history to its last line.

use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, Sender};
use uuid::Uuid;

use super::{table, walk::Walk};
use crate::{
    audit::{self, Event},
    db::Db,
    fault::Fault,
    request_id::Carried,
    tickets::{Desk, Filter},
};

/// How long a receiver may take nothing before it counts as gone.
const PATIENCE: Duration = Duration::from_mins(2);

/// A piece of the file, or word that no more will come although more was to come.
pub type Piece = Result<Vec<u8>, std::io::Error>;

struct Export {
    db: Db,
    desk: Desk,
    by: Uuid,
    id: Uuid,
    query: String,
    pieces: Sender<Piece>,
}

/// Why an export ended before its end.
enum Stopped {
    /// Nobody takes it any more.
    Gone,
    /// We cannot go on.
    Failed(Fault),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

/// Records that the export begins, and begins it. Its pieces come as fast as they are taken: at most one waits.
///
/// It ends by itself when the receiver is dropped. The end is recorded before the last piece's receiver learns of it.
///
/// # Errors
/// Only the database's: what is not recorded does not begin.
pub async fn begin(
    db: &Db,
    desk: &Desk,
    by: Uuid,
    filter: Filter,
    reason: Option<String>,
    start: &'static str,
) -> Result<Receiver<Piece>, Fault> {
    let query = filter.canonical();
    let (recording, event) = (desk.clone(), Event::ExportBegan { query: query.clone(), reason });
    let id = db.write(move |tx| audit::record(tx, &recording.vault, &recording.clock, Some(by), &event)).await?;
    let (pieces, taken) = mpsc::channel(1);
    let walk = Walk::new(filter, desk.clock.now());
    let export = Export { db: db.clone(), desk: desk.clone(), by, id, query, pieces };
    tokio::spawn(Carried::here().follow(export.run(walk, start)));
    Ok(taken)
}

impl Export {
    async fn run(self, walk: Walk, start: &'static str) {
        let mut rows = 0;
        let stopped = self.send_all(walk, start, &mut rows).await.err();
        if let Some(Stopped::Failed(fault)) = &stopped {
            tracing::error!(%fault, rows, "an export was broken off");
        }
        let (export, query) = (self.id, self.query.clone());
        let event = match stopped {
            None => Event::ExportEnded { export, query, rows },
            Some(_) => Event::ExportBroken { export, query, rows },
        };
        let (desk, by) = (self.desk.clone(), self.by);
        let kept = self.db.write(move |tx| audit::record(tx, &desk.vault, &desk.clock, Some(by), &event)).await;
        if let Err(fault) = &kept {
            tracing::error!(%fault, rows, "the end of an export could not be recorded");
        }
        // A file that looks whole has its end on record; any other breaks off for its receiver too.
        if matches!(stopped, Some(Stopped::Failed(_))) || kept.is_err() {
            let _ = self.pieces.send(Err(std::io::Error::other("the export was broken off"))).await;
        }
    }

    async fn send_all(&self, mut walk: Walk, start: &str, rows: &mut u64) -> Result<(), Stopped> {
        self.send([start.as_bytes(), &table::head()].concat()).await?;
        loop {
            let desk = self.desk.clone();
            let db = self.db.stale();
            let step = db.read(move |tx| {
                let tickets = walk.step(tx, &desk)?;
                Ok::<_, Fault>((walk, tickets))
            });
            let (next, tickets) = step.await?;
            if tickets.is_empty() {
                return Ok(());
            }
            walk = next;
            self.send(table::lines(&tickets, &self.desk.zone)?).await?;
            *rows += tickets.len() as u64;
        }
    }

    async fn send(&self, piece: Vec<u8>) -> Result<(), Stopped> {
        match tokio::time::timeout(PATIENCE, self.pieces.send(Ok(piece))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Stopped::Gone),
        }
    }
}
