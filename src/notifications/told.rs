//! What is kept of an answer beside the message's own state.

use super::{
    channels::Outcome,
    delivery::Delivery,
    gates::{Gate, Gates},
    inbox,
    number_store::{self, Via},
    off_store::{self, Sign},
    parts_store, store,
};
use crate::{
    db::{Db, Tx},
    fault::Fault,
};

/// What of an answer is kept beside the message's own state.
#[derive(Debug, Clone)]
pub struct Told {
    gateway: &'static str,
    /// The gateway's names for its parts.
    ids: Vec<String>,
    opted_out: bool,
    /// What it says of a gateway that may be turned off, with the mark of its settings.
    sign: Option<(Sign, String)>,
    gone: Option<String>,
}

impl Told {
    pub fn of(outcome: &Outcome, gate: &Gate) -> Self {
        let ids = match outcome {
            Outcome::Accepted { ids } if gate.gateway.reports_by_id() => ids.clone(),
            _ => Vec::new(),
        };
        let mark = gate.gateway.turns_off().map(ToOwned::to_owned);
        Self {
            gateway: gate.gateway.name(),
            ids,
            opted_out: matches!(outcome, Outcome::OptedOut { .. }),
            sign: Sign::of(outcome).zip(mark),
            gone: if let Outcome::Gone { reason } = outcome { Some(reason.clone()) } else { None },
        }
    }

    /// Nothing was asked.
    pub fn nothing(gate: &Gate) -> Self {
        Self { gateway: gate.gateway.name(), ids: Vec::new(), opted_out: false, sign: None, gone: None }
    }
}

/// What came of keeping an answer.
#[derive(Debug, Default)]
pub struct Kept {
    /// Whether the message was still ours.
    pub ours: bool,
    /// The states that a report brought which had come before the answer.
    states: Vec<&'static str>,
    /// The gateway, and why it is turned off, where it has been just now.
    off: Option<(&'static str, String)>,
}

impl Kept {
    /// Counts it, and says what there is to say of it. Only once it is durable: within the transaction it may be undone,
    /// and is done again.
    pub fn tell(&self) {
        inbox::count(&self.states);
        if let Some((gateway, reason)) = &self.off {
            tracing::error!(gateway, reason, "the gateway is turned off; docs/channels.md says how to turn it on");
        }
    }
}

/// Stores a message as its answer left it, and the rest of that.
///
/// # Errors
/// Only the database's.
pub fn keep(tx: &mut Tx<'_>, mut delivery: Delivery, told: &Told, now: i64) -> Result<Kept, Fault> {
    let about = (delivery.id, delivery.round);
    let mut kept = Kept { ours: store::save(tx, &mut delivery)?, ..Kept::default() };
    if told.opted_out
        && let Some(token) = store::token_of(tx, delivery.id)?
    {
        number_store::opt_out(tx, token, Via::Gateway, now)?;
    }
    if let Some((sign, mark)) = &told.sign {
        let reason = off_store::note(tx, (told.gateway, mark), *sign, told.gone.as_deref(), now)?;
        kept.off = reason.map(|reason| (told.gateway, reason));
    }
    if told.ids.is_empty() {
        return Ok(kept);
    }
    // Even where somebody was faster: the phone gets this one too, and its report counts.
    if let Some(known) = parts_store::name(tx, told.gateway, &told.ids, about, now)? {
        kept.states = inbox::apply(tx, (known.message, known.round), &inbox::plain(known.verdict, known.code), now)?;
    }
    Ok(kept)
}

/// A gateway that may be turned off, with the mark of its settings.
pub fn watched(gate: &Gate) -> Option<(&'static str, String)> {
    Some((gate.gateway.name(), gate.gateway.turns_off()?.to_owned()))
}

/// A gateway that was turned off with other settings is on again, and one that is not set any more is not told of.
pub async fn forget_other_settings(db: &Db, gates: &Gates) {
    let watched: Vec<_> = gates.lanes().iter().flat_map(|lane| lane.gates.iter().filter_map(watched)).collect();
    if let Err(fault) = db.write(move |tx| off_store::keep_only(tx, &watched)).await {
        tracing::warn!(%fault, "whether a gateway was turned off with other settings cannot be told");
    }
}
