//! Which gateway a message goes by: the first of its channel that has not passed it on and does not rest.

use super::{delivery::Delivery, pace::Ready};

/// The gateways that did not take a message, so that the next one gets it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passed(String);

impl Passed {
    pub fn read(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn add(&mut self, gateway: &str, for_good: bool) {
        let mark = if for_good { "!" } else { "" };
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(gateway);
        self.0.push_str(mark);
    }

    fn has(&self, gateway: &str) -> bool {
        self.0.split(' ').any(|one| one.trim_end_matches('!') == gateway)
    }

    /// Those that were only away get another chance.
    fn forget_the_absent(&mut self) {
        let kept: Vec<&str> = self.0.split(' ').filter(|one| one.ends_with('!')).collect();
        self.0 = kept.join(" ");
    }
}

/// Which way a message goes now.
#[derive(Debug, PartialEq, Eq)]
pub enum Way {
    /// By the gateway at this place.
    By(usize),
    /// Not before then, in milliseconds.
    Wait(i64),
    /// As soon as its gateway takes more.
    Soon,
    /// By none.
    Nowhere,
}

/// What becomes of a message that a gateway did not take.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Another one is asked at once.
    Now,
    /// All that may take it are asked again after a pause.
    Again,
    /// Nobody takes it.
    None,
}

impl Delivery {
    /// Chooses among the gateways of its channel, in the order of their use.
    ///
    /// What may have gone by one of them goes by no other, and rests for no pause but its own.
    pub fn way(&mut self, gateways: &[(&str, Ready)]) -> Way {
        if self.doubts > 0 {
            let own = gateways.iter().position(|(name, _)| self.gateway.as_deref() == Some(name));
            return own.map_or(Way::Nowhere, Way::By);
        }
        let untried = |passed: &Passed| {
            let all = gateways.iter().enumerate();
            all.filter(|(_, (name, _))| !passed.has(name)).map(|(at, (_, ready))| (at, *ready)).collect::<Vec<_>>()
        };
        let mut open = untried(&self.passed);
        if open.is_empty() {
            self.passed.forget_the_absent();
            open = untried(&self.passed);
        }
        let ready = open.iter().find(|(_, ready)| matches!(ready, Ready::Probe | Ready::Open(1..)));
        if let Some((at, _)) = ready {
            return Way::By(*at);
        }
        let resting = open.iter().filter_map(|(_, ready)| match ready {
            Ready::Resting(until) => Some(*until),
            _ => None,
        });
        match resting.min() {
            // Another one has no room just now.
            Some(until) if resting_alone(&open) => Way::Wait(until),
            _ if open.is_empty() => Way::Nowhere,
            _ => Way::Soon,
        }
    }

    /// The gateway that was tried did not take it. What may have gone by it stays with it.
    pub(super) fn pass(&mut self, for_good: bool, gateways: &[&str]) -> Next {
        if self.doubts > 0 {
            return if for_good { Next::None } else { Next::Again };
        }
        if let Some(gateway) = &self.gateway {
            self.passed.add(gateway, for_good);
        }
        let left = |passed: &Passed| gateways.iter().any(|name| !passed.has(name));
        if left(&self.passed) {
            return Next::Now;
        }
        self.passed.forget_the_absent();
        if left(&self.passed) { Next::Again } else { Next::None }
    }
}

/// Whether every gateway that is left for a message rests.
fn resting_alone(open: &[(usize, Ready)]) -> bool {
    open.iter().all(|(_, ready)| matches!(ready, Ready::Resting(_)))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        clock::Clock,
        notifications::{channels::Outcome, message::Kind, state::State},
    };

    const NOW: i64 = 1_000_000;
    const BOTH: [&str; 2] = ["smpp", "kannel"];

    fn open() -> [(&'static str, Ready); 2] {
        BOTH.map(|name| (name, Ready::Open(9)))
    }

    fn new() -> Delivery {
        Delivery::new(Uuid::nil(), Kind::Created, NOW, 0, None)
    }

    fn later() -> Outcome {
        Outcome::Later { reason: "away".into(), after: None }
    }

    fn refused() -> Outcome {
        Outcome::Refused { reason: "no".into() }
    }

    /// Sends it by whichever gateway it goes to, which answers so. Gives the gateway.
    fn try_once(delivery: &mut Delivery, clock: &Clock, outcome: Outcome) -> &'static str {
        let now = delivery.due_at.max(NOW);
        assert!(delivery.look(now, None), "{delivery:?}");
        let Way::By(at) = delivery.way(&open()) else { panic!("{delivery:?}") };
        delivery.begin(now, BOTH[at]);
        delivery.settle(outcome, now, clock, &BOTH);
        BOTH[at]
    }

    #[test]
    fn what_the_first_does_not_take_goes_to_the_second_at_once() {
        let (clock, _) = Clock::fixed(NOW, 3);
        for outcome in [later(), refused(), Outcome::LoginRefused { reason: "who?".into() }] {
            let mut delivery = new();
            assert_eq!(try_once(&mut delivery, &clock, outcome), "smpp");
            assert_eq!((delivery.state, delivery.due_at), (State::Queued, NOW));
            assert_eq!(try_once(&mut delivery, &clock, Outcome::Accepted { ids: Vec::new() }), "kannel");
            assert_eq!(delivery.state, State::Sent);
        }
    }

    #[test]
    fn when_both_are_away_both_are_tried_again_after_a_pause() {
        let (clock, _) = Clock::fixed(NOW, 3);
        let mut delivery = new();
        let tried: Vec<&str> = (0..6).map(|_| try_once(&mut delivery, &clock, later())).collect();
        assert_eq!(tried, ["smpp", "kannel", "smpp", "kannel", "smpp", "kannel"]);
        assert!(delivery.due_at > NOW + 5_000, "the pauses grow");
    }

    #[test]
    fn whoever_refused_for_good_is_not_asked_again() {
        let (clock, _) = Clock::fixed(NOW, 3);
        let mut delivery = new();
        let answers = [refused(), later(), later(), refused()];
        let tried: Vec<&str> = answers.map(|answer| try_once(&mut delivery, &clock, answer)).into();
        assert_eq!(tried, ["smpp", "kannel", "kannel", "kannel"]);
        assert_eq!((delivery.state, delivery.reason.as_deref()), (State::Failed, Some("no")));
        delivery.resend(NOW, None, false, Uuid::nil()).unwrap();
        assert_eq!(try_once(&mut delivery, &clock, later()), "smpp", "a new sending asks all of them");
    }

    /// Never on both without the first having refused it.
    #[test]
    fn what_may_have_gone_by_one_goes_by_no_other() {
        let (clock, _) = Clock::fixed(NOW, 3);
        let doubt = || Outcome::Doubtful { reason: "cut".into() };
        let mut delivery = new();
        assert_eq!(try_once(&mut delivery, &clock, doubt()), "smpp");
        let resting = [("smpp", Ready::Resting(i64::MAX)), ("kannel", Ready::Open(9))];
        assert_eq!(delivery.way(&resting), Way::By(0), "not even while its own rests");
        for _ in 0..3 {
            assert_eq!(try_once(&mut delivery, &clock, later()), "smpp");
        }
        assert_eq!(delivery.way(&[("kannel", Ready::Open(9))]), Way::Nowhere, "nor when that is not set any more");
        let mut refused_then = delivery.clone();
        try_once(&mut refused_then, &clock, refused());
        assert_eq!(refused_then.state, State::Unknown);
        assert_eq!(try_once(&mut delivery, &clock, doubt()), "smpp");
        assert_eq!(delivery.state, State::Unknown);
    }

    #[test]
    fn who_says_stop_to_one_is_not_reached_by_another() {
        let (clock, _) = Clock::fixed(NOW, 3);
        let mut delivery = new();
        try_once(&mut delivery, &clock, Outcome::OptedOut { reason: "21610".into() });
        assert_eq!((delivery.state, delivery.reason.as_deref()), (State::Suppressed, Some("opted out")));
        assert!(delivery.needs_call());
    }

    #[test]
    fn to_be_asked_for_less_is_no_try() {
        let (clock, _) = Clock::fixed(NOW, 3);
        let mut delivery = new();
        for _ in 0..50 {
            let slow = Outcome::Throttled { reason: "slow".into(), after: Some(100) };
            assert_eq!(try_once(&mut delivery, &clock, slow), "smpp", "and goes to no other");
        }
        assert_eq!((delivery.attempts, delivery.state), (0, State::Queued));
        // As long as it asks and at most a second more, but for what the message's age adds.
        assert!((50 * 100..50 * 4_000).contains(&(delivery.due_at - NOW)), "{}", delivery.due_at - NOW);
    }

    #[test]
    fn while_one_rests_the_next_is_used_and_while_all_do_it_waits() {
        let rests = |until| Ready::Resting(until);
        for (first, second, way) in [
            (rests(NOW + 5), Ready::Open(1), Way::By(1)),
            (Ready::Probe, Ready::Open(1), Way::By(0)),
            (rests(NOW + 9), rests(NOW + 5), Way::Wait(NOW + 5)),
            (Ready::Open(0), rests(NOW + 5), Way::Soon),
            (Ready::Open(0), Ready::Open(0), Way::Soon),
            (Ready::Open(0), Ready::Open(1), Way::By(1)),
        ] {
            assert_eq!(new().way(&[(BOTH[0], first), (BOTH[1], second)]), way, "{first:?} {second:?}");
        }
    }
}
