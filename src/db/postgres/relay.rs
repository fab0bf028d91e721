//! Notices between nodes, by LISTEN and NOTIFY (<https://www.postgresql.org/docs/current/sql-notify.html>).
//!
//! They are sent after the commit, many in one go, from a connection of their own: a NOTIFY within a transaction makes
//! all commits of the database wait for each other, fsync included. One that is lost, as this node dies between the two,
//! leaves pages of other nodes stale until the next change; [`super::super::Heard::Elsewhere`] makes up for a lost
//! connection.
//!
//! Behind a pooler nothing can be listened to. Then it is looked every second whether anybody has written anything.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};
use tokio_postgres::tls::{MakeTlsConnect, TlsStream};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls, Socket};

use super::source::Source;
use crate::db::notices::Notices;
use crate::db::{DbError, Notice, WriteStats};

const CHANNEL: &str = "redress";
/// What other nodes learn a little later, they learn in one go.
const GATHER: Duration = Duration::from_millis(20);
/// Between attempts to connect again.
const REST: Duration = Duration::from_millis(500);
/// Between looks at who has written, behind a pooler.
const LOOK: Duration = Duration::from_secs(1);
/// Transactions that may wait to be told of. Beyond it others are told to look at everything.
const WAITING: usize = 4_096;
/// A payload must be shorter than 8,000 bytes.
const LONGEST: usize = 7_800;
/// What a node that stops still has to say may take so long.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// No answer of the server takes longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// What becomes another with every transaction that writes: those under way are in it.
const WRITTEN: &str = "SELECT pg_current_snapshot()::text";

/// Tells other nodes. Clones share it.
#[derive(Clone)]
pub(super) struct Sender {
    out: mpsc::Sender<Outgoing>,
    /// That something could not be told.
    overflown: Arc<AtomicBool>,
}

impl Sender {
    /// Tells other nodes that a transaction was committed, and what it had to say.
    pub(super) fn send(&self, notices: impl IntoIterator<Item = Notice>) {
        if self.out.try_send(Outgoing::Notices(notices.into_iter().collect())).is_err() {
            self.overflown.store(true, Ordering::Relaxed);
        }
    }
}

/// What goes out.
enum Outgoing {
    Notices(Vec<Notice>),
    /// Dropped once everything before it was told.
    Mark(oneshot::Sender<()>),
}

/// The thread that does it.
pub(super) struct Relay {
    sender: Sender,
    hears: Arc<AtomicBool>,
    stop: Mutex<Option<mpsc::Sender<()>>>,
}

impl Relay {
    pub(super) fn start(source: Source, notices: Notices, stats: Arc<Mutex<WriteStats>>) -> Result<Self, DbError> {
        let (out, outgoing) = mpsc::channel(WAITING);
        let (stop, stopped) = mpsc::channel(1);
        let (overflown, hears) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let worker = Worker {
            node: NODE.fetch_add(1, Ordering::Relaxed).wrapping_add(random()),
            source,
            notices,
            stats,
            outgoing,
            overflown: Arc::clone(&overflown),
            hears: Arc::clone(&hears),
        };
        let unavailable = |error: std::io::Error| DbError::Unavailable(error.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(unavailable)?;
        std::thread::Builder::new()
            .name("db-relay".to_owned())
            .spawn(move || runtime.block_on(worker.serve(stopped)))
            .map_err(unavailable)?;
        Ok(Self { sender: Sender { out, overflown }, hears, stop: Mutex::new(Some(stop)) })
    }

    pub(super) fn sender(&self) -> Sender {
        self.sender.clone()
    }

    /// Whether what others write is heard of.
    pub(super) fn hears(&self) -> bool {
        self.hears.load(Ordering::Relaxed)
    }

    /// Tells what is still to be told, if that takes no longer than a moment, and ends.
    pub(super) async fn close(&self) {
        let (mark, told) = oneshot::channel();
        if self.sender.out.try_send(Outgoing::Mark(mark)).is_ok() {
            let _ = timeout(LAST_WORDS, told).await;
        }
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Tells apart the databases that one process has open, as tests do.
static NODE: AtomicU64 = AtomicU64::new(0);

fn random() -> u64 {
    let mut bytes = [0; 8];
    // Should there be no randomness, a node takes another's notices for its own, and its pages are late.
    let _ = getrandom::fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

struct Worker {
    /// This node's own notices come back to it, and it knows them by this.
    node: u64,
    source: Source,
    notices: Notices,
    stats: Arc<Mutex<WriteStats>>,
    outgoing: mpsc::Receiver<Outgoing>,
    overflown: Arc<AtomicBool>,
    hears: Arc<AtomicBool>,
}

impl Worker {
    async fn serve(mut self, mut stopped: mpsc::Receiver<()>) {
        tokio::select! {
            _ = stopped.recv() => {}
            () = self.relay() => {}
        }
    }

    async fn relay(&mut self) {
        loop {
            let ended = if self.source.pooled() {
                self.look().await
            } else {
                match self.source.tls().cloned() {
                    Some(tls) => self.listen(tls).await,
                    None => self.listen(NoTls).await,
                }
            };
            if self.hears.swap(false, Ordering::Relaxed) {
                let reason = ended.map_or_else(|error| error.to_string(), |()| "it ended".to_owned());
                tracing::warn!(reason, "other nodes are not heard; open pages may be late");
            }
            sleep(REST).await;
        }
    }

    /// Something was written by another node, nobody knows what.
    fn elsewhere(&self) {
        self.written();
        self.notices.send_elsewhere();
    }

    fn written(&self) {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner).writes += 1;
    }

    async fn listen<T>(&mut self, tls: T) -> Result<(), DbError>
    where
        T: MakeTlsConnect<Socket>,
        T::Stream: TlsStream + Unpin + Send + 'static,
    {
        let (client, connection) = self.source.open(tls).await?;
        let mut heard = tend(connection);
        query(&client, &format!("LISTEN {CHANNEL}")).await?;
        // What was said before is lost.
        self.elsewhere();
        self.hears.store(true, Ordering::Relaxed);
        loop {
            tokio::select! {
                payload = heard.recv() => match payload {
                    Some(payload) => self.hear(&payload),
                    None => return Ok(()),
                },
                outgoing = self.outgoing.recv() => {
                    let Some(outgoing) = outgoing else { return Ok(()) };
                    sleep(GATHER).await;
                    if let Err(error) = self.say(&client, outgoing).await {
                        self.overflown.store(true, Ordering::Relaxed);
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Tells other nodes of these and all others that wait.
    async fn say(&mut self, client: &Client, first: Outgoing) -> Result<(), DbError> {
        let (mut all, mut marks) = (Vec::new(), Vec::new());
        let mut next = Some(first);
        while let Some(outgoing) = next {
            match outgoing {
                Outgoing::Notices(more) => {
                    let new: Vec<_> = more.into_iter().filter(|notice| !all.contains(notice)).collect();
                    all.extend(new);
                }
                Outgoing::Mark(mark) => marks.push(mark),
            }
            next = self.outgoing.try_recv().ok();
        }
        let payloads = if self.overflown.swap(false, Ordering::Relaxed) {
            vec![format!("{:x}\n{EVERYTHING}", self.node)]
        } else {
            payloads(self.node, &all)
        };
        for payload in payloads {
            let values: [(&(dyn ToSql + Sync), Type); 2] = [(&CHANNEL, Type::TEXT), (&payload, Type::TEXT)];
            let sent = client.execute_typed("SELECT pg_notify($1, $2)", &values);
            timeout(PATIENCE, sent).await.map_err(|_| late())?.map_err(|error| super::values::error(&error))?;
        }
        Ok(())
    }

    fn hear(&self, payload: &str) {
        let mut lines = payload.split('\n');
        if lines.next().is_none_or(|node| node == format!("{:x}", self.node)) {
            return;
        }
        self.written();
        for line in lines {
            match line.split_once(' ') {
                _ if line == EVERYTHING => self.notices.send_elsewhere(),
                Some((channel, payload)) => self.notices.send([Notice::new(channel.to_owned(), payload)]),
                None => {}
            }
        }
    }

    /// Looks whether anybody has written, again and again.
    async fn look(&mut self) -> Result<(), DbError> {
        let (client, _task) = self.source.connect().await?;
        let mut seen = None;
        loop {
            // Nobody can be told.
            while self.outgoing.try_recv().is_ok() {}
            let written = query(&client, WRITTEN).await?;
            if seen != written {
                seen = written;
                self.elsewhere();
            }
            self.hears.store(true, Ordering::Relaxed);
            sleep(LOOK).await;
        }
    }
}

/// Says that anything may have changed.
const EVERYTHING: &str = "*";

/// The notices as payloads: the node, then a line each.
fn payloads(node: u64, notices: &[Notice]) -> Vec<String> {
    let start = format!("{node:x}");
    let mut payloads = vec![start.clone()];
    for Notice { channel, payload } in notices {
        let line = format!("\n{channel} {payload}");
        match payloads.last_mut() {
            Some(last) if last.len() + line.len() <= LONGEST => last.push_str(&line),
            _ => payloads.push(format!("{start}{line}")),
        }
    }
    payloads
}

/// Looks after a connection and gives what it hears.
fn tend<S>(mut connection: Connection<Socket, S>) -> mpsc::UnboundedReceiver<String>
where
    S: TlsStream + Unpin + Send + 'static,
{
    let (heard, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(notice) = message
                && heard.send(notice.payload().to_owned()).is_err()
            {
                return;
            }
        }
    });
    receiver
}

async fn query(client: &Client, sql: &str) -> Result<Option<String>, DbError> {
    let rows = timeout(PATIENCE, client.simple_query(sql)).await.map_err(|_| late())?;
    let rows = rows.map_err(|error| super::values::error(&error))?;
    Ok(rows.iter().find_map(|row| match row {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(ToOwned::to_owned),
        _ => None,
    }))
}

fn late() -> DbError {
    DbError::Unavailable("no answer in time".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_notices_go_in_payloads_that_are_short_enough() {
        let many: Vec<_> = (0..1_000).map(|n| Notice::new("tickets", format!("{n:032} 2"))).collect();
        let payloads = payloads(0xab, &many);
        assert!(payloads.len() > 1 && payloads.iter().all(|payload| payload.len() < 8_000));
        let lines: Vec<_> = payloads.iter().flat_map(|payload| payload.split('\n').skip(1)).collect();
        assert_eq!(lines.len(), 1_000);
        assert!(payloads.iter().all(|payload| payload.starts_with("ab\ntickets 0")));
    }
}
