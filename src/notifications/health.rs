//! How the gateways are doing, for pages and for whoever is on call.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::watch;

use super::{
    channels::Outcome,
    reason::{NOT_UNDERSTOOD, WEBHOOK_GONE, WEBHOOK_OFF},
};

/// How each gateway is doing, as far as this process knows. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<watch::Sender<Seen>>);

/// Each gateway that was used, by its name.
pub type Seen = BTreeMap<&'static str, GatewayHealth>;

/// A look at a gateway. Times are in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GatewayHealth {
    /// When it last took a message.
    pub last_ok: Option<i64>,
    /// When it last failed, and how, as [`reason_text`](super::reason_text) reads it.
    pub last_error: Option<(i64, String)>,
    /// Whether it has failed since it last answered as it should, and since when.
    pub failing: bool,
    /// When it first failed since then.
    pub failing_since: Option<i64>,
    /// Whether it refuses our own log-in: someone has to look at the settings.
    pub login_refused: bool,
}

/// A gateway in trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Milliseconds.
    pub since: i64,
    /// How it fails, as [`reason_text`](super::reason_text) reads it; absent where it refuses our own log-in, which somebody
    /// has to correct.
    pub reason: Option<String>,
}

impl Trouble {
    /// Whether nothing more is sent by it until somebody sees to it.
    pub fn is_off(&self) -> bool {
        matches!(self.reason.as_deref(), Some(WEBHOOK_OFF | WEBHOOK_GONE))
    }
}

impl Health {
    /// How they are now.
    pub fn now(&self) -> Seen {
        self.0.borrow().clone()
    }

    /// How one of them is now.
    pub fn of(&self, gateway: &str) -> GatewayHealth {
        self.0.borrow().get(gateway).cloned().unwrap_or_default()
    }

    /// For whoever waits until a gateway goes down or answers again.
    pub fn turns(&self) -> watch::Receiver<Seen> {
        self.0.subscribe()
    }

    /// Notes what came of a send. The log says when a gateway goes down and when it answers again, and of a refused
    /// log-in as an error: once each, not for each message.
    pub(super) fn note(&self, gateway: &'static str, outcome: &Outcome, now: i64) {
        self.0.send_if_modified(|seen| seen.entry(gateway).or_default().note(gateway, outcome, now));
    }
}

impl GatewayHealth {
    /// What whoever is at the desk should know, if there is anything.
    pub fn trouble(&self) -> Option<Trouble> {
        let (last, reason) = self.last_error.as_ref().filter(|_| self.failing)?;
        let reason = (!self.login_refused).then(|| reason.clone());
        Some(Trouble { since: self.failing_since.unwrap_or(*last), reason })
    }

    /// Gives whether the gateway has gone down with this, or answers again.
    fn note(&mut self, gateway: &'static str, outcome: &Outcome, now: i64) -> bool {
        let before = (self.failing, self.login_refused);
        match outcome {
            Outcome::Accepted { .. } => {
                self.last_ok = Some(now);
                (self.failing, self.login_refused) = (false, false);
            }
            // Its "yes" may be one that the settings do not know.
            Outcome::Refused { reason } if reason.starts_with(NOT_UNDERSTOOD) => {
                self.last_error = Some((now, reason.clone()));
                self.failing = true;
            }
            // Whoever refuses one message for good is there and knows us.
            Outcome::Refused { .. } | Outcome::OptedOut { .. } => (self.failing, self.login_refused) = (false, false),
            Outcome::LoginRefused { reason } => {
                self.last_error = Some((now, reason.clone()));
                (self.failing, self.login_refused) = (true, true);
            }
            Outcome::Later { reason, .. } | Outcome::Doubtful { reason } | Outcome::Gone { reason } => {
                self.last_error = Some((now, reason.clone()));
                self.failing = true;
            }
            // To be asked for less is no failure, and what one message cannot do may be all that it is: the pages show it.
            Outcome::Throttled { reason, .. } | Outcome::Deferred { reason } => {
                self.last_error = Some((now, reason.clone()));
            }
            Outcome::NotSent { .. } => {}
        }
        self.failing_since = if self.failing { self.failing_since.or(Some(now)) } else { None };
        let after = (self.failing, self.login_refused);
        let reason = self.last_error.as_ref().map_or("", |(_, reason)| reason);
        match (before, after) {
            ((_, false), (_, true)) => {
                tracing::error!(gateway, "the gateway refuses our log-in: correct its user name and password");
            }
            ((false, _), (true, _)) => {
                tracing::warn!(gateway, reason, "the gateway is failing; messages wait and are tried again");
            }
            ((true, _), (false, _)) => tracing::info!(gateway, "the gateway answers again"),
            _ => {}
        }
        before != after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desk_is_warned_until_the_gateway_takes_messages_again() {
        let reason = String::from("away");
        let health = Health::default();
        let after = |outcome, now| {
            health.note("kannel", &outcome, now);
            health.of("kannel").trouble()
        };
        assert_eq!(health.of("kannel").trouble(), None);
        let failing = after(Outcome::Later { reason: reason.clone(), after: None }, 1);
        assert_eq!(failing, Some(Trouble { since: 1, reason: Some(reason.clone()) }));
        let still = after(Outcome::Doubtful { reason: "cut".to_owned() }, 2);
        assert_eq!(still, Some(Trouble { since: 1, reason: Some("cut".to_owned()) }), "since the first failure");
        assert_eq!(after(Outcome::Accepted { ids: Vec::new() }, 2), None);
        let refused = after(Outcome::LoginRefused { reason: reason.clone() }, 3);
        assert_eq!(refused, Some(Trouble { since: 3, reason: None }));
        assert!(after(Outcome::Doubtful { reason: reason.clone() }, 4) == refused, "it was not asked");
        assert_eq!(after(Outcome::Refused { reason: reason.clone() }, 5), None, "it answers");
        let again = after(Outcome::Later { reason, after: None }, 5);
        assert_eq!(again.map(|trouble| trouble.since), Some(5), "in the same millisecond");
        assert_eq!(after(Outcome::Accepted { ids: Vec::new() }, 5), None);
        assert_eq!(health.of("kannel").last_ok, Some(5));
    }
}
