//! The handler of deliveries, and the answer that waits for it.

use std::{pin::Pin, sync::Arc};

use tokio::sync::{Semaphore, mpsc};

use crate::{client::TryAgain, inbound::Delivery};

pub(crate) type Handler =
    Arc<dyn Fn(Delivery) -> Pin<Box<dyn Future<Output = Result<(), TryAgain>> + Send>> + Send + Sync>;

pub(crate) const OK: u32 = 0;
/// `ESME_RX_T_APPN`: not now, deliver it again.
pub(crate) const TRY_AGAIN: u32 = 0x64;

/// Answers when it goes, so that a handler that panics is answered for, too: with "try again".
pub(crate) struct Answer {
    command: u32,
    sequence: u32,
    status: u32,
    to: mpsc::UnboundedSender<(u32, u32, u32)>,
}

impl Answer {
    pub(crate) const fn new(command: u32, sequence: u32, to: mpsc::UnboundedSender<(u32, u32, u32)>) -> Self {
        Self { command, sequence, status: TRY_AGAIN, to }
    }

    pub(crate) async fn after(mut self, delivery: Delivery, handler: Handler, handlers: Arc<Semaphore>) {
        let turn = tokio::select! {
            turn = handlers.acquire_owned() => turn,
            // The session is over: nobody would see the answer, so it is not begun.
            () = self.to.closed() => return,
        };
        if turn.is_ok() && handler(delivery).await.is_ok() {
            self.status = OK;
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let _ = self.to.send((self.command, self.sequence, self.status));
    }
}
