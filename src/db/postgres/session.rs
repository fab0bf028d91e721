//! One connection, owned by one thread: transactions and statements on it.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::{FutureExt as _, TryStreamExt as _, future};
use tokio::runtime::Runtime;
use tokio::task::AbortHandle;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, RowStream, Statement};

use super::source::Source;
use super::values;
use crate::cause::innermost;
use crate::db::{DbError, Row, Value};

/// Statements kept prepared per connection. Beyond it all are given up, which costs each one preparation more.
const CACHED_STATEMENTS: usize = 256;

/// No statement of ours takes longer on a server that lives, and no commit on one whose standby answers.
const PATIENCE: Duration = Duration::from_secs(15);
/// What a server that was given up may take to hear that it need not go on.
const CANCEL: Duration = Duration::from_secs(1);

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
    /// A write that waits for a lock, however long its holder takes, and sees then what that has done.
    Alone,
}

impl Mode {
    /// One state for all statements. What rests on rows that another transaction changes meanwhile fails and is done
    /// again; what rests on rows it adds takes a turn, see [`crate::db::Tx::take_turn`].
    const fn begin(self) -> &'static str {
        match self {
            Self::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Self::Write => "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE",
            Self::Alone => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL statement_timeout = 0",
        }
    }

    const fn patience(self) -> Duration {
        match self {
            Self::Read | Self::Write => PATIENCE,
            Self::Alone => Duration::from_hours(24),
        }
    }
}

/// A connection, made when needed, and the transaction on it.
///
/// The transaction is begun together with its first statement, which saves a round trip; and should the connection turn
/// out to be lost then, both are sent once more on a new one.
pub(in crate::db) struct Session {
    runtime: Runtime,
    source: Source,
    link: Option<Link>,
    mode: Mode,
    begun: bool,
    /// When a reading transaction has to be over.
    end: Option<Instant>,
}

struct Link {
    client: Client,
    /// What looks after the connection.
    task: AbortHandle,
    statements: HashMap<Box<str>, Vec<Statement>>,
    cached: usize,
}

impl Session {
    pub(super) fn new(source: Source) -> Result<Self, DbError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| DbError::Unavailable(error.to_string()))?;
        Ok(Self { runtime, source, link: None, mode: Mode::Read, begun: false, end: None })
    }

    /// Waits for what comes next. The connection is looked after meanwhile, so that its loss is noticed.
    pub(super) fn wait<T>(&self, next: impl Future<Output = T>) -> T {
        self.runtime.block_on(next)
    }

    /// Makes sure that there is a connection.
    pub(super) fn connect(&mut self) -> Result<(), DbError> {
        if self.link.as_ref().is_some_and(|link| !link.client.is_closed()) {
            return Ok(());
        }
        self.link = None;
        let (client, task) = self.runtime.block_on(self.source.connect())?;
        self.link = Some(Link { client, task, statements: HashMap::new(), cached: 0 });
        Ok(())
    }

    /// Gives up a connection whose server does not answer. It is told to end what it does, as it would else hold locks and
    /// a place among its connections for as long as that takes.
    fn give_up(&mut self) {
        let Some(link) = self.link.take() else { return };
        let cancel = self.source.cancel(&link.client);
        self.runtime.block_on(async { tokio::time::timeout(CANCEL, cancel).await }).ok();
        link.task.abort();
    }

    /// Gives the connection up, and whatever is open on it.
    pub(super) fn disconnect(&mut self) {
        (self.link, self.begun, self.end) = (None, false, None);
    }

    /// The next statement begins a transaction.
    pub(super) fn begin(&mut self, mode: Mode, end: Option<Instant>) {
        debug_assert!(!self.begun, "the transaction before was ended");
        (self.mode, self.end) = (mode, end);
    }

    /// Runs a statement, hands its rows to `each` until it breaks off, and tells how many rows it changed or gave.
    pub(super) fn statement(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(Row) -> ControlFlow<()>,
    ) -> Result<u64, DbError> {
        let first = !self.begun;
        let done = self.attempt(sql, params, each);
        match done {
            // Nothing of the transaction is there yet, and no row has come.
            Err(Failed { error: DbError::Unavailable(_), again: true }) if first => {
                self.abandon();
                self.attempt(sql, params, each).map_err(|failed| failed.error)
            }
            done => done.map_err(|failed| failed.error),
        }
    }

    fn attempt(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(Row) -> ControlFlow<()>,
    ) -> Result<u64, Failed> {
        let opening = self.opening()?;
        self.connect()?;
        let Some(link) = &mut self.link else { return Err(DbError::closed().into()) };
        self.begun = true;
        // A plan for any tokens would not know which are rare: it has been seen to take a second where one made for
        // those asked for takes a millisecond.
        let prepared = !self.source.pooled() && !params.iter().any(|value| matches!(value, Value::Ints(_)));
        let (run, patience) = (link.run(opening.as_deref(), prepared, sql, params, each), self.mode.patience());
        let Ok(done) = self.runtime.block_on(async { tokio::time::timeout(patience, run).await }) else {
            self.give_up();
            let error = DbError::Unavailable("no answer to a statement".to_owned());
            return Err(Failed { error, again: false });
        };
        if let Err(Failed { error, .. }) = &done
            && values::ends_connection(error)
        {
            self.link = None;
        }
        done
    }

    /// What goes before the statement: the beginning of the transaction, and the time it has.
    fn opening(&self) -> Result<Option<String>, Failed> {
        let begin = if self.begun { "" } else { self.mode.begin() };
        let Some(end) = self.end else {
            return Ok((!begin.is_empty()).then(|| begin.to_owned()));
        };
        let left = end.saturating_duration_since(Instant::now()).as_millis();
        if left == 0 {
            return Err(DbError::TooLong.into());
        }
        Ok(Some(format!("{begin}; SET LOCAL statement_timeout = {left}")))
    }

    /// Runs a script in the open transaction.
    pub(super) fn batch(&mut self, script: &str) -> Result<(), DbError> {
        let Some(link) = &self.link else { return Err(DbError::closed()) };
        self.runtime.block_on(link.client.batch_execute(script)).map_err(|error| values::error(&error))
    }

    /// Makes a writing transaction durable.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when nobody knows whether it is.
    pub(super) fn commit(&mut self) -> Result<(), DbError> {
        if !std::mem::take(&mut self.begun) {
            return Ok(());
        }
        let Some(link) = &self.link else { return Err(DbError::closed()) };
        let commit = link.client.batch_execute("COMMIT");
        let done = match self.runtime.block_on(async { tokio::time::timeout(PATIENCE, commit).await }) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => values::error(&error),
            Err(_) => {
                self.give_up();
                DbError::Unavailable("the commit was not confirmed in time".to_owned())
            }
        };
        if done == DbError::Conflict {
            return Err(done);
        }
        self.link = None;
        Err(match done {
            DbError::Unavailable(reason) => DbError::Unavailable(format!("a commit has no known outcome: {reason}")),
            other => DbError::Unavailable(format!("a commit failed: {other}")),
        })
    }

    /// Ends the transaction without keeping anything. Nobody waits for the answer: whatever comes next on this
    /// connection comes after it.
    pub(super) fn abandon(&mut self) {
        self.end = None;
        if !std::mem::take(&mut self.begun) {
            return;
        }
        if let Some(link) = &self.link {
            let sent = self.runtime.block_on(async { link.client.batch_execute("ROLLBACK").now_or_never() });
            if let Some(Err(_)) = sent {
                self.link = None;
            }
        }
    }
}

/// A statement that failed.
struct Failed {
    error: DbError,
    /// Whether nobody has seen anything of it.
    again: bool,
}

impl From<DbError> for Failed {
    fn from(error: DbError) -> Self {
        Self { error, again: true }
    }
}

impl Link {
    /// Runs `opening` and the statement in one go.
    async fn run(
        &mut self,
        opening: Option<&str>,
        prepared: bool,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(Row) -> ControlFlow<()>,
    ) -> Result<u64, Failed> {
        let Self { client, statements, cached, task: _ } = self;
        let open = async {
            match opening {
                Some(opening) => client.batch_execute(opening).await,
                None => Ok(()),
            }
        };
        let send = async {
            if prepared {
                let statement = prepare(client, statements, cached, sql, params).await?;
                client.query_raw(&statement, params).await.map_err(|error| values::error(&error))
            } else {
                let typed = params.iter().map(|value| (value, values::declared(value)));
                client.query_typed_raw(sql, typed).await.map_err(|error| values::error(&error))
            }
        };
        // Both are on their way before either is answered.
        let (begun, stream) = future::join(open, send).await;
        // A pooler may have handed over a server that has become a standby, on which no writing transaction begins.
        begun.map_err(|error| DbError::Unavailable(innermost(&error)))?;
        deliver(stream?, each).await
    }
}

async fn deliver(stream: RowStream, each: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<u64, Failed> {
    let mut stream = pin!(stream);
    let mut rows = 0;
    loop {
        match stream.try_next().await {
            Ok(Some(row)) => {
                let row = values::row(&row).map_err(|error| Failed { error, again: false })?;
                rows += 1;
                if each(row).is_break() {
                    return Ok(rows);
                }
            }
            Ok(None) => return Ok(stream.rows_affected().unwrap_or(rows)),
            Err(error) => return Err(Failed { error: values::error(&error), again: rows == 0 }),
        }
    }
}

/// The statement, prepared for parameters of these types.
async fn prepare(
    client: &Client,
    statements: &mut HashMap<Box<str>, Vec<Statement>>,
    cached: &mut usize,
    sql: &str,
    params: &[Value],
) -> Result<Statement, DbError> {
    let takes = |statement: &&Statement| {
        let types = statement.params();
        types.len() == params.len() && params.iter().zip(types).all(|(value, kind)| values::fits(value, kind))
    };
    if let Some(found) = statements.get(sql).and_then(|variants| variants.iter().find(takes)) {
        return Ok(found.clone());
    }
    let types: Vec<Type> = params.iter().map(values::declared).collect();
    let statement = client.prepare_typed(sql, &types).await.map_err(|error| values::error(&error))?;
    if statement.params().len() != params.len() {
        let (expected, given) = (statement.params().len(), params.len());
        return Err(DbError::Other(format!("{given} values for {expected} placeholders")));
    }
    if *cached >= CACHED_STATEMENTS {
        statements.clear();
        *cached = 0;
    }
    *cached += 1;
    statements.entry(sql.into()).or_default().push(statement.clone());
    Ok(statement)
}
