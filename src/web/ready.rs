//! `GET /readyz`: whether a node should get requests, and which node says so.
//!
//! Anybody may ask, so it answers strangers with little: yes or no, why not in a word, and a part of the node's id that tells
//! it from others and nothing else. Whoever asks from this machine or from a trusted proxy, and not for somebody else, hears
//! what runs here too.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Json,
    extract::{ConnectInfo, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use uuid::Uuid;

use super::proxies::Proxies;
use crate::{
    clock::Clock,
    db::{Db, DbError, Fit, newest_schema},
    sparing::Sparing,
};

/// A database that takes longer to answer is away.
const PATIENCE: Duration = Duration::from_secs(2);

/// This process among those that serve from the same database. Clones are of the same one.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its id, a new one each time that it is started.
    pub id: Uuid,
    draining: Arc<AtomicBool>,
}

impl Node {
    /// A new one.
    pub fn new(clock: &Clock) -> Self {
        Self { id: clock.uuid(), draining: Arc::default() }
    }

    /// It is about to stop: from here on it wants no more requests, though it answers them.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// The end of its id, which is random: the beginning would tell when it was started.
    pub fn short(&self) -> String {
        let id = self.id.simple().to_string();
        id[id.len() - 8..].to_owned()
    }
}

/// What the answer needs.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Asked whether it answers.
    pub db: Db,
    /// Who is told more.
    pub proxies: Arc<Proxies>,
    /// Which node it is.
    pub node: Node,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    ready: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    node: String,
    #[serde(flatten)]
    more: Option<More>,
}

/// What strangers are not told.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct More {
    version: &'static str,
    /// The schema that this program knows.
    schema: i64,
    /// The one that the database has, where it answers.
    database_schema: Option<i64>,
}

/// Answers 200, or 503 with the reason.
pub async fn readyz(State(ready): State<Ready>, request: Request) -> Response {
    let fit = tokio::time::timeout(PATIENCE, look(&ready.db)).await;
    let (reason, database_schema) = match fit {
        Ok(Ok(fit)) => (hindrance(&ready.db, fit), Some(fit.database)),
        Ok(Err(error)) => {
            told(&error.to_string());
            (Some("database"), None)
        }
        Err(_) => {
            told(&format!("the database has not answered within {} s", PATIENCE.as_secs()));
            (Some("database"), None)
        }
    };
    let reason = if ready.node.draining.load(Ordering::Relaxed) { Some("stopping") } else { reason };
    let near = is_near(&ready.proxies, &request);
    let answer = Answer {
        ready: reason.is_none(),
        reason,
        node: if near { ready.node.id.to_string() } else { ready.node.short() },
        more: near.then(|| More { version: env!("CARGO_PKG_VERSION"), schema: newest_schema(), database_schema }),
    };
    let status = if answer.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(answer)).into_response()
}

/// What hinders a node whose database answers.
fn hindrance(db: &Db, fit: Fit) -> Option<&'static str> {
    if !fit.works {
        return Some("schema");
    }
    let refused = db.refused()?;
    told(&refused.to_string());
    Some("writes")
}

/// Anybody may ask, as often as they like.
fn told(error: &str) {
    static TOLD: Sparing = Sparing::new(3, 30);
    if let Some(left_out) = TOLD.may() {
        tracing::warn!(error, left_out, "not ready");
    }
}

/// Whether it takes reads and writes, and what its schema is.
async fn look(db: &Db) -> Result<Fit, DbError> {
    db.ping().await?;
    db.fit().await
}

/// Whether this machine or a trusted proxy asks, and for itself: for others it would say whom it speaks for.
fn is_near(proxies: &Proxies, request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let near = |peer: IpAddr| peer.to_canonical().is_loopback() || proxies.trusts(peer);
    peer.is_some_and(near) && !request.headers().contains_key("x-forwarded-for")
}
