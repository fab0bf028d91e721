//! Threads that each own a connection. As many as work at once are started, and they stay.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::session::{Mode, Session};
use super::source::Source;
use crate::db::{Connections, DbError};

/// How long a thread keeps a connection that nobody needs.
const IDLE: Duration = Duration::from_mins(5);

/// The pool; clones share it.
#[derive(Clone)]
pub(super) struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    source: Source,
    /// How long somebody waits for a connection while all are at work.
    patience: Duration,
    size: u32,
    all: Arc<Semaphore>,
    /// Fewer, so that long reads leave some for writes.
    reads: Arc<Semaphore>,
    /// As many, so that commits which wait for a standby leave some for reads.
    writes: Arc<Semaphore>,
    /// The last one back goes out first: its statements are prepared.
    idle: Mutex<Vec<Hand>>,
}

/// The way to a thread, which ends when the pool is closed.
type Hand = mpsc::UnboundedSender<Errand>;

struct Errand {
    work: Box<dyn FnOnce(&mut Session) + Send>,
    /// Goes back to the idle ones afterwards.
    hand: Hand,
    _permits: [OwnedSemaphorePermit; 2],
}

impl Pool {
    pub(super) fn new(source: Source, size: usize, patience: Duration) -> Self {
        let size = u32::try_from(size).unwrap_or(u32::MAX).max(2);
        let reads = size - (size / 4).max(1);
        let shared = Shared {
            source,
            patience,
            size,
            all: Arc::new(Semaphore::new(size as usize)),
            reads: Arc::new(Semaphore::new(reads as usize)),
            writes: Arc::new(Semaphore::new(reads as usize)),
            idle: Mutex::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Hands `work` to a thread. It may never run, when the pool is closed meanwhile.
    ///
    /// # Errors
    /// [`DbError::Busy`] when all connections stay at work.
    pub(super) async fn run(
        &self,
        mode: Mode,
        work: impl FnOnce(&mut Session) + Send + 'static,
    ) -> Result<(), DbError> {
        let permits = tokio::time::timeout(self.shared.patience, self.permits(mode))
            .await
            .map_err(|_| DbError::Busy)?
            .ok_or_else(DbError::closed)?;
        let idle = self.shared.idle().pop();
        let hand = idle.filter(|hand| !hand.is_closed()).map_or_else(|| self.hire(), Ok)?;
        let errand = Errand { work: Box::new(work), hand: hand.clone(), _permits: permits };
        hand.send(errand).map_err(|_| DbError::closed())
    }

    async fn permits(&self, mode: Mode) -> Option<[OwnedSemaphorePermit; 2]> {
        let one = |of: &Arc<Semaphore>| Arc::clone(of).acquire_owned();
        let of_kind = match mode {
            Mode::Read => &self.shared.reads,
            Mode::Write | Mode::Alone => &self.shared.writes,
        };
        Some([one(of_kind).await.ok()?, one(&self.shared.all).await.ok()?])
    }

    fn hire(&self) -> Result<Hand, DbError> {
        let (hand, errands) = mpsc::unbounded_channel();
        let session = Session::new(self.shared.source.clone())?;
        let shared = Arc::clone(&self.shared);
        std::thread::Builder::new()
            .name("db".to_owned())
            .spawn(move || serve(session, errands, &shared))
            .map_err(|error| DbError::Unavailable(error.to_string()))?;
        Ok(hand)
    }

    /// How many there are, and how many are at work. One that nobody has needed for a while is closed, and made anew.
    pub(super) fn connections(&self, pool: &'static str) -> Connections {
        let (most, free) = (self.shared.size as usize, self.shared.all.available_permits());
        Connections { pool, in_use: most.saturating_sub(free), idle: self.shared.idle().len(), most }
    }

    /// Waits for what is under way, and refuses anything further.
    pub(super) async fn close(&self) {
        let all = self.shared.all.acquire_many(self.shared.size).await;
        self.shared.all.close();
        self.shared.reads.close();
        self.shared.writes.close();
        drop(all);
        self.shared.idle().clear();
    }
}

impl Shared {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Hand>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(mut session: Session, mut errands: mpsc::UnboundedReceiver<Errand>, shared: &Shared) {
    loop {
        match session.wait(async { tokio::time::timeout(IDLE, errands.recv()).await }) {
            Ok(Some(Errand { work, hand, _permits: permits })) => {
                // Work catches its own panics; this is for values that panic when dropped.
                if catch_unwind(AssertUnwindSafe(|| work(&mut session))).is_err() {
                    session.disconnect();
                }
                shared.idle().push(hand);
                drop(permits);
            }
            Ok(None) => return,
            Err(_) => session.disconnect(),
        }
    }
}
