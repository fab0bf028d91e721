//! Open pages that stay true: what is committed reaches them as Turbo Streams over server-sent events, and who is
//! editing what is told for as long as it lasts.
//!
//! ```text
//! Tx::notify → commit → Db::listen → hub (once per node: gathers, reads once) → seats (one per open page) → browser
//! ```
//!
//! Nothing here is kept but in memory, and nothing depends on a notice that comes: a seat that may have missed one holds
//! what its page shows against the database. That is also what it does when another process has changed something, which
//! tells no more than that. So how notices travel, between threads or from node to node, is `src/db/`'s own.

mod door;
mod editing;
mod hub;
mod room;
mod seat;
mod streams;

use std::sync::Arc;

use axum::{
    Router,
    extract::FromRef,
    routing::{get, post},
};

use self::room::Room;
use crate::{staff::Staff, tickets::Tickets};

/// Keeps the open pages of this node true. Clones share it.
#[derive(Clone, Debug)]
pub struct Live {
    tickets: Tickets,
    room: Arc<Room>,
}

impl Live {
    /// For these tickets. It tells nothing until it [runs](Self::run).
    pub fn new(tickets: Tickets) -> Self {
        Self { tickets, room: Arc::default() }
    }

    /// How many pages are open.
    pub fn open_pages(&self) -> usize {
        self.room.seats()
    }
}

impl FromRef<Live> for Staff {
    fn from_ref(live: &Live) -> Self {
        live.tickets.staff.clone()
    }
}

/// `GET /live`, a stream that lasts as long as its page, and `POST /live/editing`. For admins only.
pub fn routes(live: Live) -> Router {
    Router::new().route("/live", get(door::stream)).route("/live/editing", post(door::editing)).with_state(live)
}
