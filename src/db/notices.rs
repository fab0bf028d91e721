//! Word of what was committed, for whoever keeps open pages true.
//!
//! A notice is short and holds ids and numbers only: it may travel in clear, as PostgreSQL's NOTIFY does, whose rules
//! these are (<https://www.postgresql.org/docs/current/sql-notify.html>): it goes out after the commit or not at all,
//! and the same one twice in a transaction goes once. It carries no state. Who hears it, reads; who may have missed
//! some, reads everything.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::broadcast::{
    self,
    error::{RecvError, TryRecvError},
};

/// Notices that may wait for a listener; one that is slower has missed some, and learns that.
const WAITING: usize = 1_024;

/// Notices of one transaction. More of them become one that says "look at everything".
const PER_TRANSACTION: usize = 64;

/// The longest payload, in bytes: ids and numbers.
const LONGEST: usize = 200;

/// How often it is looked whether other processes have committed something, while somebody listens.
const LOOK: Duration = Duration::from_secs(1);

/// Word that something has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What kind of thing.
    pub channel: Cow<'static, str>,
    /// Which one; empty for "too many to tell".
    pub payload: Arc<str>,
}

/// What a listener gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Something has changed, and that is durable.
    Notice(Notice),
    /// Another process has committed, and says nothing of what: anything may have changed.
    Elsewhere,
    /// Notices were missed: anything may have changed.
    Lagged,
}

/// Hears what is committed from the time it was made.
#[derive(Debug)]
pub struct Listener(broadcast::Receiver<Heard>);

impl Listener {
    /// Waits for the next one; `None` when the database is gone.
    pub async fn next(&mut self) -> Option<Heard> {
        match self.0.recv().await {
            Ok(heard) => Some(heard),
            Err(RecvError::Lagged(_)) => Some(Heard::Lagged),
            Err(RecvError::Closed) => None,
        }
    }

    /// The next one that is there already.
    pub fn waiting(&mut self) -> Option<Heard> {
        match self.0.try_recv() {
            Ok(heard) => Some(heard),
            Err(TryRecvError::Lagged(_)) => Some(Heard::Lagged),
            Err(TryRecvError::Empty | TryRecvError::Closed) => None,
        }
    }
}

/// The way to all listeners. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Notices {
    words: broadcast::Sender<Heard>,
    /// Rung by whoever begins to listen.
    bell: Arc<Notify>,
}

impl Default for Notices {
    fn default() -> Self {
        Self { words: broadcast::Sender::new(WAITING), bell: Arc::default() }
    }
}

impl Notices {
    pub(super) fn listen(&self) -> Listener {
        let listener = Listener(self.words.subscribe());
        self.bell.notify_one();
        listener
    }

    /// Tells whoever listens now that another process has committed.
    pub(super) fn send_elsewhere(&self) {
        // Nobody there is nobody told.
        let _ = self.words.send(Heard::Elsewhere);
    }

    /// Waits until it is time to look at other processes: a second, and without listeners for ever.
    pub(super) async fn time_to_look(&self) {
        while self.words.receiver_count() == 0 {
            self.bell.notified().await;
        }
        tokio::time::sleep(LOOK).await;
    }

    /// Sends them to whoever listens now. Without anybody it costs next to nothing.
    pub(super) fn send(&self, notices: impl IntoIterator<Item = Notice>) {
        for notice in notices {
            if self.words.send(Heard::Notice(notice)).is_err() {
                return;
            }
        }
    }
}

impl Notice {
    /// A notice, which is cut down to "look at everything" when its payload is none.
    pub(super) fn new(channel: impl Into<Cow<'static, str>>, payload: impl Into<Arc<str>>) -> Self {
        let payload = payload.into();
        debug_assert!(payload.len() <= LONGEST, "a notice names things, it does not carry them");
        Self { channel: channel.into(), payload: if payload.len() <= LONGEST { payload } else { Arc::default() } }
    }

    /// Adds it to those of a transaction.
    pub(super) fn add_to(self, notices: &mut Vec<Self>) {
        if notices.contains(&self) {
            return;
        }
        if notices.len() < PER_TRANSACTION {
            return notices.push(self);
        }
        let Self { channel, .. } = self;
        notices.retain(|other| other.channel != channel);
        notices.push(Self { channel, payload: Arc::default() });
    }
}
