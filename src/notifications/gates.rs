//! The gateways that are set, each with its pace: shared by all workers of a process.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use tracing::Instrument as _;

use super::{
    channels::{Channel, Gateway, Hook, Outcome, Outgoing, hook_without_settings},
    pace::{Pace, Ready},
};
use crate::{clock::Clock, request_id::RequestId, traces};

/// The gateways of every channel. Clones share them.
#[derive(Debug, Clone)]
pub struct Gates(Arc<[Lane]>);

/// A channel and its gateways, in the order of their use.
#[derive(Debug)]
pub struct Lane {
    pub channel: &'static Channel,
    pub gates: Vec<Gate>,
    /// Until when much is taken to be due there, in milliseconds: it is not counted at each look.
    behind_until: AtomicI64,
}

/// So long is much that is due taken to be much, in milliseconds.
const BEHIND: i64 = 250;

impl Lane {
    /// Whether much was due there a moment ago.
    pub fn is_behind(&self, now: i64) -> bool {
        // A clock set back makes no moment longer.
        (1..=BEHIND).contains(&(self.behind_until.load(Ordering::Relaxed) - now))
    }

    /// Notes that it is.
    pub fn note_behind(&self, now: i64) {
        self.behind_until.store(now + BEHIND, Ordering::Relaxed);
    }
}

/// A gateway with its pace.
#[derive(Debug)]
pub struct Gate {
    pub gateway: Arc<dyn Gateway>,
    pace: Mutex<Pace>,
}

impl Gates {
    /// Of these channels and gateways.
    pub fn new(set: Vec<(&'static Channel, Vec<Arc<dyn Gateway>>)>) -> Self {
        let lane = |(channel, gateways): (_, Vec<Arc<dyn Gateway>>)| Lane {
            channel,
            gates: gateways.into_iter().map(Gate::new).collect(),
            behind_until: AtomicI64::new(0),
        };
        Self(set.into_iter().filter(|(_, gateways)| !gateways.is_empty()).map(lane).collect())
    }

    /// The channels that have a gateway.
    pub(super) fn lanes(&self) -> &[Lane] {
        &self.0
    }

    /// The gateways of a channel, in the order of their use.
    pub(super) fn of(&self, channel: &Channel) -> &[Gate] {
        self.0.iter().find(|lane| lane.channel == channel).map_or(&[], |lane| &lane.gates)
    }

    /// Every gateway with its channel.
    pub fn all(&self) -> impl Iterator<Item = (&'static Channel, &Arc<dyn Gateway>)> {
        self.0.iter().flat_map(|lane| lane.gates.iter().map(|gate| (lane.channel, &gate.gateway)))
    }

    /// The gateway of this name.
    pub fn find(&self, name: &str) -> Option<&Arc<dyn Gateway>> {
        self.all().map(|(_, gateway)| gateway).find(|gateway| gateway.name() == name)
    }

    /// Why nothing is sent on a channel, if so: it has no gateway, or one that does not send.
    pub fn hindrance(&self, channel: &Channel) -> Option<&'static str> {
        match self.of(channel) {
            [] => Some(super::reason::LOG_ONLY),
            gates => gates.iter().map(|gate| gate.gateway.hindrance()).find(Option::is_some).flatten(),
        }
    }

    /// How the calls of a channel's gateway are read, set or not, with its name.
    pub(super) fn hook(&self, channel: &str, name: &str) -> Option<(&dyn Hook, &'static str)> {
        let channel = Channel::find(channel)?;
        let set = self.of(channel).iter().find(|gate| gate.gateway.name() == name);
        let set = set.and_then(|gate| Some((gate.gateway.hook()?, gate.gateway.name())));
        set.or_else(|| hook_without_settings(name).filter(|_| channel == Channel::SMS))
    }
}

impl Gate {
    fn new(gateway: Arc<dyn Gateway>) -> Self {
        let pace = Pace::new(gateway.in_flight(), gateway.per_second());
        Self { gateway, pace: Mutex::new(pace) }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it may be sent to.
    pub fn ready(&self, now: i64) -> Ready {
        self.pace().ready(now)
    }

    /// Hands a message over, in a span for traces that names the request that it is for.
    pub async fn send(&self, channel: &Channel, message: &Outgoing<'_>) -> Outcome {
        let request = RequestId::current();
        let span = tracing::info_span!(
            target: traces::TARGET,
            "gateway",
            redress.channel = channel.name,
            redress.gateway = self.gateway.name(),
            redress.notification = %message.id,
            redress.request_id = request.as_ref().map(RequestId::as_str),
            redress.answer = tracing::field::Empty,
        );
        let outcome = self.gateway.send(message).instrument(span.clone()).await;
        span.record("redress.answer", outcome.name());
        outcome
    }

    /// One is on its way, until what this gives is dropped.
    pub fn begin(&self) {
        self.pace().begin();
    }

    /// It has come back.
    pub fn end(&self) {
        self.pace().end();
    }

    /// How often it has asked for less: what goes out from now on is noted with this.
    pub fn slowed(&self) -> u64 {
        self.pace().slowed()
    }

    /// Notes what came of one that went out when it had been `slowed` so often. Gives whether the gateway is back after a rest.
    pub fn note(&self, outcome: &Outcome, since: u64, now: i64, clock: &Clock) -> bool {
        self.pace().note(outcome, since, now, clock)
    }
}
