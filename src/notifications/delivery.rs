//! The way of one message through the states: rules only, no SQL.

use uuid::Uuid;

use super::{
    backoff,
    channels::Outcome,
    message::Kind,
    reason::{self, COUNTRY, NO_EMAIL, NO_SMS_NUMBER, OPTED_OUT},
    state::{About, State, Verdict},
    way::{Next, Passed},
};
use crate::{clock::Clock, fault::Fault, words::Text};

/// How long a message is tried, in milliseconds: 24 hours.
pub const VALIDITY: i64 = 24 * 60 * 60 * 1_000;
/// How long a worker may hold a message before another takes it over, in milliseconds. It has to be well above the
/// longest that a gateway's answer is waited for.
pub const LEASE: i64 = 30_000;
/// How often a send may end in doubt before the message is given up as `unknown`.
const DOUBTS: i64 = 2;

/// How long a report is waited for after the gateway took a message, in milliseconds: 72 hours.
pub const REPORT_DUE: i64 = 72 * 60 * 60 * 1_000;

/// What of a message changes while it is sent. Times are in milliseconds.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub id: Uuid,
    pub kind: Kind,
    pub state: State,
    pub reason: Option<String>,
    pub attempts: i64,
    /// Counts up whenever someone sends the message again.
    pub round: i64,
    /// The round since which it goes to the present number.
    pub addressed_in: i64,
    pub doubts: i64,
    /// The round whose message was counted against what may be sent; 0 before.
    pub counted_in: i64,
    pub due_at: i64,
    pub undo_until: Option<i64>,
    pub expires_at: i64,
    /// The fencing number: one up with each claim.
    pub lease: i64,
    pub lease_until: Option<i64>,
    pub gateway: Option<String>,
    /// The gateways that were asked and did not take it, as the schema says.
    pub passed: Passed,
    pub gateway_message_id: Option<String>,
    pub sent_at: Option<i64>,
    pub settled_at: Option<i64>,
    /// What the row said when it was read or last saved: the row is only written while it still says so.
    pub guard: Guard,
    /// Changes of state that are not stored yet.
    pub changes: Vec<Change>,
}

/// What makes a row the one that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    pub state: State,
    pub lease: i64,
    pub round: i64,
}

/// A change of state, not stored yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub at: i64,
    pub state: State,
    pub reason: Option<String>,
    pub by: Option<Uuid>,
    pub gateway: Option<String>,
}

impl Delivery {
    /// A new message, held back for `hold` milliseconds, or suppressed because of `hindrance`.
    pub fn new(id: Uuid, kind: Kind, now: i64, hold: i64, hindrance: Option<&str>) -> Self {
        let mut new = Self {
            id,
            kind,
            state: State::Queued,
            reason: None,
            attempts: 0,
            round: 1,
            addressed_in: 1,
            doubts: 0,
            counted_in: 0,
            due_at: now + hold,
            undo_until: (hold > 0).then_some(now + hold),
            expires_at: now + hold + VALIDITY,
            lease: 0,
            lease_until: None,
            gateway: None,
            passed: Passed::default(),
            gateway_message_id: None,
            sent_at: None,
            settled_at: None,
            guard: Guard { state: State::Queued, lease: 0, round: 1 },
            changes: Vec::new(),
        };
        new.queue(now, hindrance, None);
        new
    }

    fn queue(&mut self, now: i64, hindrance: Option<&str>, by: Option<Uuid>) {
        match hindrance {
            Some(reason) => self.turn_by(State::Suppressed, Some(reason.to_owned()), now, by),
            None => self.turn_by(State::Queued, None, now, by),
        }
    }

    /// A worker looks at the message, which is due. Gives whether it is still to be sent. A lease that ran out means that a
    /// worker died on it, perhaps after the gateway had it: that is a doubt like any other, and the pause before the
    /// second try has passed by now.
    pub fn look(&mut self, now: i64, hindrance: Option<&str>) -> bool {
        if self.state == State::Sending {
            self.doubt(reason::WORKER_LOST, now, now);
            if self.state != State::Queued {
                return false;
            }
        }
        if now >= self.expires_at {
            self.give_up(State::Failed, reason::EXPIRED, now);
            return false;
        }
        if let Some(reason) = hindrance {
            self.give_up(State::Suppressed, reason, now);
            return false;
        }
        true
    }

    /// No gateway is left for it.
    pub fn strand(&mut self, now: i64) {
        let reason = if self.doubts > 0 { reason::GATEWAY_GONE } else { reason::NOT_ROUTABLE };
        self.give_up(State::Failed, reason, now);
    }

    /// It goes out now, by this gateway.
    pub fn begin(&mut self, now: i64, gateway: &str) {
        self.gateway = Some(gateway.to_owned());
        self.turn(State::Sending, None, now);
        self.attempts += 1;
        self.lease += 1;
        self.lease_until = Some(now + LEASE);
    }

    /// Whether the phone may get it twice, by what came of this try.
    pub fn doubles(&self, outcome: &Outcome) -> bool {
        self.doubts > 0 && matches!(outcome, Outcome::Accepted { .. } | Outcome::Doubtful { .. })
    }

    /// How long it lets others by whose gateways have room while its own has none, in milliseconds: the longer the older
    /// it is, so that hundreds of such do nothing but step aside.
    pub fn aside(&self, now: i64) -> i64 {
        (self.age(now) / 16).clamp(250, 60_000)
    }

    fn age(&self, now: i64) -> i64 {
        (now - (self.expires_at - VALIDITY)).max(0)
    }

    /// It was taken too late to be sent by whoever took it.
    pub fn withdraw(&mut self, now: i64) {
        self.turn(State::Queued, None, now);
        self.attempts -= 1;
        (self.due_at, self.lease_until) = (now, None);
    }

    /// It waits until then, unsent; `reason` where people should know why.
    pub fn wait(&mut self, until: i64, reason: Option<&str>, now: i64) {
        if reason == Some(reason::QUIET) {
            // The night is none of its own time.
            self.expires_at += until - now;
        }
        // At its very end it is looked at once more, and given up.
        self.due_at = until.min(self.expires_at);
        if let Some(reason) = reason.filter(|reason| self.reason.as_deref() != Some(reason)) {
            self.turn(State::Queued, Some(reason.to_owned()), now);
        }
        self.lease_until = None;
    }

    /// It is due and cannot be read any more.
    pub fn spoil(&mut self, now: i64) {
        self.give_up(State::Failed, reason::UNREADABLE, now);
    }

    /// The gateway's answer, or what came instead; `gateways` are those of its channel. One that was surely not sent goes
    /// to the next of them.
    pub fn settle(&mut self, outcome: Outcome, now: i64, clock: &Clock, gateways: &[&str]) {
        match outcome {
            Outcome::Accepted { ids } => {
                self.gateway_message_id = ids.into_iter().next().or(self.gateway_message_id.take());
                self.turn(State::Sent, None, now);
            }
            Outcome::Refused { reason } => match self.pass(true, gateways) {
                Next::Now => self.retry(reason, now, now),
                Next::Again => self.retry(reason, now, now + backoff::pause(self.attempts, clock)),
                Next::None => self.give_up(State::Failed, &reason, now),
            },
            Outcome::OptedOut { .. } => self.give_up(State::Suppressed, OPTED_OUT, now),
            Outcome::NotSent { reason } | Outcome::Gone { reason } => self.give_up(State::Suppressed, &reason, now),
            Outcome::Later { reason, after } => {
                let pause = backoff::pause(self.attempts, clock).max(after.unwrap_or(0));
                self.put_off(reason, now, pause, gateways);
            }
            Outcome::Deferred { reason } | Outcome::LoginRefused { reason } => {
                self.put_off(reason, now, backoff::pause(self.attempts, clock), gateways);
            }
            Outcome::Throttled { reason, after } => {
                // The gateway's pace, and none of the message's doing. Some mean the receiver's alone by it, though: so it
                // waits longer the older it is, and lets others by.
                self.attempts -= 1;
                let age = self.age(now);
                let pause = after.map_or_else(|| backoff::pause(1, clock), |after| after + backoff::jitter(clock));
                self.retry(reason, now, now + pause.max((age / 16).min(backoff::LONGEST_PAUSE)));
            }
            Outcome::Doubtful { reason } => self.doubt(&reason, now, now + backoff::doubtful_pause(clock)),
        }
    }

    /// It was surely not sent: the next gateway gets it at once, or this one after the pause.
    fn put_off(&mut self, reason: String, now: i64, pause: i64, gateways: &[&str]) {
        let pause = if self.pass(false, gateways) == Next::Now { 0 } else { pause };
        self.retry(reason, now, now + pause);
    }

    fn retry(&mut self, reason: String, now: i64, due_at: i64) {
        self.turn(State::Queued, Some(reason), now);
        // At its very end it is looked at once more, and given up.
        self.due_at = due_at.min(self.expires_at);
    }

    fn doubt(&mut self, reason: &str, now: i64, due_at: i64) {
        self.doubts += 1;
        if self.doubts >= DOUBTS {
            self.turn(State::Unknown, Some(reason.to_owned()), now);
        } else {
            self.retry(reason.to_owned(), now, due_at);
        }
    }

    /// Ends it unsent. After a doubt nobody can say that it did not go: the first try may have.
    fn give_up(&mut self, state: State, reason: &str, now: i64) {
        let state = if self.doubts > 0 { State::Unknown } else { state };
        self.turn(state, Some(reason.to_owned()), now);
    }

    /// A gateway's report on the sending number `round`. Nothing to note gives `false`.
    pub fn report(&mut self, round: i64, verdict: Verdict, code: &str, message_id: Option<&str>, now: i64) -> bool {
        let about = match round {
            // What another phone got says nothing of this one.
            _ if round < self.addressed_in => About::Untried,
            _ if round != self.round => About::Earlier,
            _ if self.attempts == 0 => About::Untried,
            _ => About::Present,
        };
        let new_id = message_id.filter(|_| about == About::Present && self.gateway_message_id.is_none());
        self.gateway_message_id = new_id.map(ToOwned::to_owned).or(self.gateway_message_id.take());
        let to = self.state.after(about, verdict);
        if let Some(to) = to {
            let reason = (to == State::Failed).then(|| reason::with_code(reason::UNDELIVERABLE, code));
            self.turn(to, reason, now);
        }
        to.is_some() || new_id.is_some()
    }

    /// Gives up waiting for a report. One that comes after all still counts.
    pub fn lapse(&mut self, now: i64) {
        if self.state == State::Sent && self.sent_at.is_some_and(|sent| now - sent >= REPORT_DUE) {
            self.turn(State::Unknown, Some(reason::UNREPORTED.to_owned()), now);
        }
    }

    /// Undoes it, if it still can be undone.
    pub fn undo(&mut self, now: i64, by: Uuid) -> bool {
        let held = self.undo_until.is_some_and(|until| now < until);
        let waits = matches!(self.state, State::Queued | State::Suppressed);
        if held && waits {
            self.turn_by(State::Cancelled, Some(reason::UNDONE.to_owned()), now, Some(by));
        }
        held && waits
    }

    /// Takes it back while it waits.
    pub fn cancel(&mut self, now: i64, by: Uuid) -> Result<(), Fault> {
        if self.state != State::Queued {
            return Err(Fault::conflict(Text::new("notifications-not-waiting")));
        }
        // After a doubt nobody can say that it did not go.
        let state = if self.doubts > 0 { State::Unknown } else { State::Cancelled };
        self.turn_by(state, Some(reason::CANCELLED.to_owned()), now, Some(by));
        Ok(())
    }

    /// Ends it, if it waits, since whom it is for is erased. What a worker has, or may have sent, nobody can call back. `by`
    /// is nobody where its age did it.
    pub fn erase(&mut self, now: i64, by: Option<Uuid>) {
        if self.state.is_waiting() {
            let gone = self.state == State::Sending || self.doubts > 0;
            let state = if gone { State::Unknown } else { State::Cancelled };
            self.turn_by(state, Some(reason::ERASED.to_owned()), now, by);
        }
    }

    /// Sends it again, from the beginning; `elsewhere` when it now goes to another number.
    pub fn resend(&mut self, now: i64, hindrance: Option<&str>, elsewhere: bool, by: Uuid) -> Result<(), Fault> {
        if !self.state.may_resend(self.reason.as_deref()) {
            return Err(Fault::conflict(Text::new(match self.state {
                State::Cancelled => "notifications-undone",
                _ => "notifications-waiting-already",
            })));
        }
        self.round += 1;
        if elsewhere {
            self.addressed_in = self.round;
        }
        (self.attempts, self.doubts) = (0, 0);
        (self.due_at, self.expires_at, self.undo_until) = (now, now + VALIDITY, None);
        (self.gateway_message_id, self.sent_at, self.settled_at) = (None, None, None);
        self.passed = Passed::default();
        self.queue(now, hindrance, Some(by));
        Ok(())
    }

    /// Whether, as it now stands, somebody has to call the client: it did not arrive, or nobody can tell, and no more
    /// is done for it. Where no gateway is set nothing was ever to be sent, which the desk knows.
    pub fn needs_call(&self) -> bool {
        if !self.kind.is_for_client() {
            return false;
        }
        match self.state {
            State::Failed | State::Unknown => true,
            State::Suppressed => matches!(self.reason.as_deref(), Some(OPTED_OUT | NO_SMS_NUMBER | NO_EMAIL | COUNTRY)),
            State::Queued | State::Sending | State::Sent | State::Delivered | State::Cancelled => false,
        }
    }

    fn turn(&mut self, state: State, reason: Option<String>, now: i64) {
        self.turn_by(state, reason, now, None);
    }

    fn turn_by(&mut self, state: State, reason: Option<String>, now: i64, by: Option<Uuid>) {
        self.state = state;
        self.reason.clone_from(&reason);
        self.lease_until = None;
        if matches!(state, State::Sent | State::Delivered) {
            self.sent_at.get_or_insert(now);
        }
        self.settled_at = state.is_settled().then_some(now);
        // Which gateway matters from its first try on; what a person did has none.
        let gateway =
            self.gateway.clone().filter(|_| self.attempts > 0 || state == State::Sending).filter(|_| by.is_none());
        self.changes.push(Change { at: now, state, reason, by, gateway });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::reason::LOG_ONLY;

    const NOW: i64 = 1_000_000;
    const KANNEL: &str = "kannel";

    fn sending() -> (Delivery, Clock) {
        let mut delivery = Delivery::new(Uuid::nil(), Kind::Created, NOW, 0, None);
        assert!(delivery.look(NOW, None));
        delivery.begin(NOW, KANNEL);
        (delivery, Clock::fixed(NOW, 3).0)
    }

    fn doubted() -> (Delivery, Clock) {
        let (mut delivery, clock) = sending();
        delivery.settle(Outcome::Doubtful { reason: "cut".into() }, NOW, &clock, &[KANNEL]);
        assert_eq!((delivery.state, delivery.doubts), (State::Queued, 1));
        (delivery, clock)
    }

    #[test]
    fn after_a_doubt_nothing_is_said_to_be_unsent() {
        for (now, hindrance) in [(NOW + VALIDITY, None), (NOW + 30_000, Some(OPTED_OUT))] {
            let (mut delivery, _) = doubted();
            assert!(!delivery.look(now, hindrance));
            assert_eq!(delivery.state, State::Unknown);
        }
        let (mut delivery, _) = doubted();
        delivery.spoil(NOW);
        assert_eq!(delivery.state, State::Unknown);
        let (mut delivery, clock) = doubted();
        assert!(delivery.look(delivery.due_at, None));
        delivery.begin(delivery.due_at, KANNEL);
        delivery.settle(Outcome::Refused { reason: "not routable".into() }, delivery.due_at, &clock, &[KANNEL]);
        assert_eq!((delivery.state, delivery.reason.as_deref()), (State::Unknown, Some("not routable")));
    }

    #[test]
    fn a_second_try_that_never_left_is_not_the_last() {
        let (mut delivery, clock) = doubted();
        for _ in 0..3 {
            assert!(delivery.look(delivery.due_at, None));
            delivery.begin(delivery.due_at, KANNEL);
            delivery.settle(Outcome::Later { reason: "away".into(), after: None }, delivery.due_at, &clock, &[KANNEL]);
            assert_eq!(delivery.state, State::Queued);
        }
        assert!(delivery.look(delivery.due_at, None));
        delivery.begin(delivery.due_at, KANNEL);
        delivery.settle(Outcome::Doubtful { reason: "cut".into() }, delivery.due_at, &clock, &[KANNEL]);
        assert_eq!((delivery.state, delivery.doubts, delivery.settled_at.is_some()), (State::Unknown, 2, true));
    }

    #[test]
    fn the_gateways_own_pause_is_obeyed_within_the_validity() {
        for (after, due_at) in [(60_000, NOW + 60_000), (2 * VALIDITY, NOW + VALIDITY)] {
            let (mut delivery, clock) = sending();
            delivery.settle(Outcome::Later { reason: "busy".into(), after: Some(after) }, NOW, &clock, &[KANNEL]);
            assert_eq!(delivery.due_at, due_at);
        }
    }

    #[test]
    fn what_may_double_is_what_may_have_gone_twice() {
        let accepted = Outcome::Accepted { ids: Vec::new() };
        let later = Outcome::Later { reason: "away".into(), after: None };
        let doubtful = Outcome::Doubtful { reason: "cut".into() };
        let (first, (second, _)) = (sending().0, doubted());
        assert!(!first.doubles(&accepted) && !first.doubles(&doubtful));
        assert!(second.doubles(&accepted) && second.doubles(&doubtful) && !second.doubles(&later));
    }

    /// Some gateways ask for a pause for a single number. It must not be the first in the queue for a day.
    #[test]
    fn who_is_put_off_again_and_again_lets_others_by() {
        let (mut delivery, clock) = sending();
        let (mut now, mut tries) = (NOW, 0);
        while now < NOW + VALIDITY {
            delivery.settle(Outcome::Throttled { reason: "busy".into(), after: Some(1_000) }, now, &clock, &[KANNEL]);
            assert_eq!(delivery.attempts, 0, "it is the pace, and no try of its own");
            assert!(delivery.due_at >= (now + 1_000).min(delivery.expires_at));
            now = delivery.due_at;
            if delivery.look(now, None) {
                delivery.begin(now, KANNEL);
            }
            tries += 1;
        }
        assert!((60..250).contains(&tries), "{tries}");
        assert_eq!(delivery.state, State::Failed);
    }

    #[test]
    fn what_was_taken_too_late_is_as_if_nobody_had_taken_it() {
        let (mut delivery, _) = doubted();
        assert!(delivery.look(delivery.due_at, None));
        delivery.begin(NOW + 60_000, KANNEL);
        delivery.withdraw(NOW + 90_000);
        assert_eq!((delivery.state, delivery.doubts, delivery.attempts), (State::Queued, 1, 1));
        assert_eq!((delivery.due_at, delivery.lease_until), (NOW + 90_000, None));
    }

    #[test]
    fn a_gateways_id_comes_with_the_answer_or_the_first_report() {
        let (mut delivery, clock) = sending();
        delivery.settle(Outcome::Accepted { ids: vec!["a".into()] }, NOW, &clock, &[KANNEL]);
        assert!(!delivery.report(1, Verdict::Accepted, "8", Some("b"), NOW), "nothing new");
        assert_eq!(delivery.gateway_message_id.as_deref(), Some("a"));
        let (mut delivery, clock) = sending();
        delivery.settle(Outcome::Accepted { ids: Vec::new() }, NOW, &clock, &[KANNEL]);
        assert!(delivery.report(1, Verdict::Accepted, "8", Some("b"), NOW));
        assert_eq!((delivery.gateway_message_id.as_deref(), delivery.state), (Some("b"), State::Sent));
    }

    #[test]
    fn times_follow_the_state() {
        let (mut delivery, clock) = sending();
        assert_eq!((delivery.lease_until, delivery.sent_at), (Some(NOW + LEASE), None));
        delivery.settle(Outcome::Accepted { ids: Vec::new() }, NOW + 1, &clock, &[KANNEL]);
        assert_eq!((delivery.lease_until, delivery.sent_at, delivery.settled_at), (None, Some(NOW + 1), None));
        delivery.report(1, Verdict::Delivered, "1", None, NOW + 2);
        assert_eq!((delivery.sent_at, delivery.settled_at), (Some(NOW + 1), Some(NOW + 2)));
        let (mut delivery, clock) = sending();
        delivery.settle(Outcome::Refused { reason: "no".into() }, NOW + 2, &clock, &[KANNEL]);
        assert_eq!((delivery.sent_at, delivery.settled_at), (None, Some(NOW + 2)));
        delivery.resend(NOW + 3, None, false, Uuid::nil()).unwrap();
        assert_eq!((delivery.sent_at, delivery.settled_at, delivery.expires_at), (None, None, NOW + 3 + VALIDITY));
        assert_eq!((delivery.round, delivery.attempts, delivery.doubts), (2, 0, 0));
    }

    #[test]
    fn a_message_is_sent_again_unless_it_waits_or_was_undone() {
        for state in State::ALL {
            let mut delivery = Delivery::new(Uuid::nil(), Kind::Created, NOW, 0, None);
            delivery.state = state;
            let refusal = match state {
                State::Queued | State::Sending => Some("already waiting"),
                State::Cancelled => Some("undone"),
                _ => None,
            };
            let may = refusal.is_none();
            match (delivery.resend(NOW, None, false, Uuid::nil()), refusal) {
                (Ok(()), None) => {}
                (Err(Fault::Conflict { detail, .. }), Some(words)) => assert!(detail.english().contains(words)),
                (other, _) => panic!("{state}: {other:?}"),
            }
            assert_eq!(state.may_resend(None), may, "what the button goes by");
            assert_eq!(delivery.state, if may { State::Queued } else { state });
        }
        let (mut delivery, clock) = sending();
        delivery.settle(Outcome::Refused { reason: "no".into() }, NOW, &clock, &[KANNEL]);
        delivery.resend(NOW, Some(LOG_ONLY), false, Uuid::nil()).unwrap();
        assert_eq!(delivery.state, State::Suppressed);
    }
}
