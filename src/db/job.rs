//! A write that waits for its turn, whatever it returns.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use tokio::sync::oneshot;

use super::{DbError, Tx};

/// A write.
pub(super) trait Job: Send {
    /// Whether nobody waits for the answer any more.
    fn abandoned(&self) -> bool;
    /// Does the work, and tells whether it is to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Answers, now that the fate of its transaction is known.
    fn answer(self: Box<Self>, fate: Result<(), DbError>);
}

pub(super) type Panic = Box<dyn Any + Send>;

struct Write<T, E, F> {
    work: F,
    result: Option<Result<Result<T, E>, Panic>>,
    reply: oneshot::Sender<Result<Result<T, E>, Panic>>,
}

/// What a job answers.
pub(super) struct Answer<T, E>(oneshot::Receiver<Result<Result<T, E>, Panic>>);

impl<T, E: From<DbError>> Answer<T, E> {
    /// Waits for it.
    ///
    /// # Panics
    /// When the work did.
    pub(super) async fn wait(self) -> Result<T, E> {
        match self.0.await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => Err(DbError::closed().into()),
        }
    }
}

/// A job, and what it will answer.
pub(super) fn write<T, E, F>(work: F) -> (Box<dyn Job>, Answer<T, E>)
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Box::new(Write { work, result: None, reply }), Answer(answer))
}

impl<T, E, F> Job for Write<T, E, F>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<DbError> + Send,
{
    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let result = catch_unwind(AssertUnwindSafe(|| tx.run(&mut self.work)));
        let keep = matches!(result, Ok(Ok(_)));
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, fate: Result<(), DbError>) {
        let answer = match (self.result, fate) {
            (Some(Err(panic)), _) => Err(panic),
            // Even an error of the work itself may rest on a neighbour's row that is now gone.
            (_, Err(error)) => Ok(Err(error.into())),
            (Some(result), Ok(())) => result,
            (None, Ok(())) => return,
        };
        // The caller may have gone; the work is done all the same.
        drop(self.reply.send(answer));
    }
}
