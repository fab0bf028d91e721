//! Keeps a gateway's answer.

use super::{
    channels::{Gateway, Outcome},
    delivery::Delivery,
    inbox,
    number_store::{self, Via},
    parts_store, store,
};
use crate::{db::Tx, fault::Fault};

/// What of an answer is kept beside the message's own state.
#[derive(Debug, Clone)]
pub struct Told {
    gateway: &'static str,
    /// The gateway's names for its parts.
    ids: Vec<String>,
    opted_out: bool,
}

impl Told {
    pub fn of(outcome: &Outcome, gateway: &dyn Gateway) -> Self {
        let ids = match outcome {
            Outcome::Accepted { ids } if gateway.reports_by_id() => ids.clone(),
            _ => Vec::new(),
        };
        Self { gateway: gateway.name(), ids, opted_out: matches!(outcome, Outcome::OptedOut { .. }) }
    }
}

/// Stores the answer, and what the gateway calls the parts of the message. `false` when the row had changed meanwhile.
///
/// # Errors
/// Only the database's.
pub fn keep(tx: &mut Tx<'_>, mut delivery: Delivery, told: &Told, now: i64) -> Result<bool, Fault> {
    let about = (delivery.id, delivery.round);
    let saved = store::save(tx, &mut delivery)?;
    if told.opted_out
        && let Some(token) = store::token_of(tx, delivery.id)?
    {
        number_store::opt_out(tx, token, Via::Gateway, now)?;
    }
    if told.ids.is_empty() {
        return Ok(saved);
    }
    // Even where somebody was faster: the phone gets this one too, and its report counts.
    if let Some(known) = parts_store::name(tx, told.gateway, &told.ids, about, now)? {
        inbox::apply(tx, (known.message, known.round), &inbox::plain(known.verdict, known.code), now)?;
    }
    Ok(saved)
}
