//! How fast a gateway is sent to: its limit a second, how many are on their way, and rest while it is away. Rules only.

use super::{backoff, channels::Outcome};
use crate::clock::Clock;

/// So many failures in a row, and the gateway rests: one of them may be the message's own fault.
const FAILURES: u32 = 3;
/// The longest rest, in milliseconds: so long does a gateway that is back wait for us at most.
const LONGEST_REST: i64 = 30_000;
/// One message costs so many tokens, so that slow rates stay whole numbers.
const MESSAGE: i64 = 1_000;

/// Whether a gateway may be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ready {
    /// With so many messages now.
    Open(usize),
    /// With one, to see whether it is back.
    Probe,
    /// Not before then, in milliseconds.
    Resting(i64),
}

/// The pace of one gateway. Times are in milliseconds.
#[derive(Debug)]
pub struct Pace {
    in_flight: usize,
    /// Messages a second at most, in thousandths.
    most: Option<i64>,
    /// The same, halved whenever the gateway asks for less, and rising again.
    rate: i64,
    tokens: i64,
    filled_at: i64,
    flying: usize,
    failures: u32,
    rests: i64,
    rest_until: Option<i64>,
    /// How often the rate was halved.
    slowed: u64,
    /// Until when it has asked us to send nothing.
    held_until: i64,
}

impl Pace {
    /// The pace of a gateway that takes so many at the same time, and so many a second if that is set.
    pub fn new(in_flight: usize, per_second: Option<u32>) -> Self {
        let most = per_second.map(|rate| i64::from(rate.max(1)) * MESSAGE);
        Self {
            in_flight: in_flight.max(1),
            most,
            rate: most.unwrap_or(0),
            tokens: most.unwrap_or(0),
            filled_at: 0,
            flying: 0,
            failures: 0,
            rests: 0,
            rest_until: None,
            slowed: 0,
            held_until: 0,
        }
    }

    /// What may be sent now.
    pub fn ready(&mut self, now: i64) -> Ready {
        if ahead(self.held_until, now) {
            return Ready::Resting(self.held_until);
        }
        match self.rest_until {
            Some(until) if ahead(until, now) => Ready::Resting(until),
            Some(_) if self.flying > 0 => Ready::Open(0),
            Some(_) => Ready::Probe,
            None => Ready::Open((self.in_flight.saturating_sub(self.flying)).min(self.tokens(now))),
        }
    }

    fn tokens(&mut self, now: i64) -> usize {
        if self.rate == 0 {
            return usize::MAX;
        }
        // A clock set back fills nothing.
        let earned = self.rate * (now - self.filled_at).clamp(0, 1_000);
        self.tokens = (self.tokens + earned / 1_000).min(self.rate.max(MESSAGE));
        // What is less than a thousandth counts the next time: looks come every millisecond, and would fill nothing.
        self.filled_at = now - earned % 1_000 / self.rate;
        usize::try_from(self.tokens / MESSAGE).unwrap_or(0)
    }

    /// One is on its way.
    pub fn begin(&mut self) {
        self.flying += 1;
        // What goes without a limit is not owed once there is one, and probes of a gateway that is away add up to no debt.
        if self.rate > 0 {
            self.tokens = (self.tokens - MESSAGE).max(-MESSAGE);
        }
    }

    /// It has come back, or nobody knows.
    pub fn end(&mut self) {
        self.flying = self.flying.saturating_sub(1);
    }

    /// How often it has asked for less and got it: what goes out from now on is noted with this.
    pub fn slowed(&self) -> u64 {
        self.slowed
    }

    /// Notes what came of one that went out when it had been `slowed` so often. Gives whether the gateway is back after a rest.
    pub fn note(&mut self, outcome: &Outcome, since: u64, now: i64, clock: &Clock) -> bool {
        match outcome {
            Outcome::Accepted { .. } | Outcome::Refused { .. } | Outcome::OptedOut { .. } | Outcome::NotSent { .. } => {
                if let Some(most) = self.most {
                    // A hundred messages until it is as before.
                    self.rate = (self.rate + most / 200).min(most);
                } else if self.rate > 0 {
                    self.rate += self.rate / 50 + 1;
                    // What nobody has limited is only slowed down for a while.
                    self.rate = if self.rate > UNLIMITED { 0 } else { self.rate };
                }
                self.failures = 0;
                self.rests = 0;
                self.rest_until.take().is_some()
            }
            // It may be all messages, or this one: nobody waits for it, and nobody is told that the gateway is back.
            Outcome::Deferred { .. } => false,
            Outcome::Throttled { after, .. } => {
                // What was on its way already says the same again, and knows of no slower pace.
                if since == self.slowed {
                    let rate = if self.rate == 0 { FIRST_LIMIT } else { self.rate };
                    self.rate = (rate / 2).max(MESSAGE / 2);
                    self.slowed += 1;
                }
                self.tokens = self.tokens.min(0);
                self.held_until = after.map_or(self.held_until, |after| now + after.min(LONGEST_REST));
                false
            }
            Outcome::Later { .. } | Outcome::LoginRefused { .. } | Outcome::Doubtful { .. } | Outcome::Gone { .. } => {
                self.failures += 1;
                let resting = self.rest_until.is_some_and(|until| ahead(until, now));
                if self.failures >= FAILURES && !resting {
                    self.rests += 1;
                    self.rest_until = Some(now + backoff::pause(self.rests, clock).min(LONGEST_REST));
                }
                false
            }
        }
    }
}

/// Whether a pause lasts. A clock set back makes none longer.
fn ahead(until: i64, now: i64) -> bool {
    now < until && until - now <= LONGEST_REST
}

/// Messages a second, in thousandths: the first limit of a gateway that has none set and asks us to slow down.
const FIRST_LIMIT: i64 = 20 * MESSAGE;
/// From here on it counts as none again.
const UNLIMITED: i64 = 1_000 * MESSAGE;

#[cfg(test)]
mod tests {
    use super::*;

    const ACCEPTED: Outcome = Outcome::Accepted { ids: Vec::new() };

    fn later() -> Outcome {
        Outcome::Later { reason: String::new(), after: None }
    }

    fn throttled(after: Option<i64>) -> Outcome {
        Outcome::Throttled { reason: String::new(), after }
    }

    #[test]
    fn so_many_at_a_time_and_so_many_a_second() {
        let mut pace = Pace::new(4, Some(10));
        assert_eq!(pace.ready(0), Ready::Open(4));
        for _ in 0..4 {
            pace.begin();
        }
        assert_eq!(pace.ready(0), Ready::Open(0));
        for _ in 0..4 {
            pace.end();
        }
        for _ in 0..4 {
            pace.begin();
            pace.end();
        }
        assert_eq!(pace.ready(0), Ready::Open(2), "ten in the first second, not more");
        pace.begin();
        pace.begin();
        assert_eq!(pace.ready(99), Ready::Open(0));
        assert_eq!(pace.ready(100), Ready::Open(1), "one each 100 ms");
        assert_eq!(Pace::new(16, None).ready(5), Ready::Open(16));
    }

    #[test]
    fn in_a_minute_no_more_go_than_the_rate_allows() {
        let mut pace = Pace::new(100, Some(7));
        let mut sent = 0;
        for now in 0..60_000 {
            if let Ready::Open(may) = pace.ready(now) {
                for _ in 0..may {
                    pace.begin();
                    pace.end();
                    sent += 1;
                }
            }
        }
        assert!((410..=7 * 61).contains(&sent), "{sent}");
    }

    #[test]
    fn what_went_before_there_was_a_limit_is_not_owed_under_it() {
        let (clock, _) = Clock::fixed(0, 7);
        let mut pace = Pace::new(16, None);
        for _ in 0..10_000 {
            pace.begin();
            pace.note(&ACCEPTED, pace.slowed(), 0, &clock);
            pace.end();
        }
        pace.note(&throttled(None), pace.slowed(), 0, &clock);
        assert_eq!(pace.ready(0), Ready::Open(0));
        assert_eq!(pace.ready(1_000), Ready::Open(10), "as many as the rate says, a second later");
    }

    #[test]
    fn who_looks_each_millisecond_gets_what_the_rate_says_however_slow_it_is() {
        let (clock, _) = Clock::fixed(0, 7);
        let mut pace = Pace::new(16, None);
        for _ in 0..40 {
            pace.note(&throttled(None), pace.slowed(), 0, &clock);
        }
        let mut sent = 0;
        for now in 0..60_000 {
            if let Ready::Open(1..) = pace.ready(now) {
                pace.begin();
                pace.end();
                sent += 1;
            }
        }
        assert_eq!((pace.rate, sent), (MESSAGE / 2, 29), "one in two seconds");
    }

    #[test]
    fn a_gateway_that_is_away_is_left_alone_but_for_a_probe_and_no_longer_than_half_a_minute() {
        let (clock, _) = Clock::fixed(0, 7);
        let mut pace = Pace::new(16, None);
        for _ in 0..2 {
            pace.note(&later(), pace.slowed(), 0, &clock);
            assert_eq!(pace.ready(0), Ready::Open(16), "it may be the message's fault");
        }
        pace.note(&later(), pace.slowed(), 0, &clock);
        let Ready::Resting(until) = pace.ready(0) else { panic!() };
        assert!((1_000..=3_000).contains(&until));
        // Those that were on their way with it count for nothing more.
        pace.note(&later(), pace.slowed(), 0, &clock);
        assert_eq!(pace.ready(0), Ready::Resting(until));
        let mut now = until;
        for round in 0..20 {
            assert_eq!(pace.ready(now), Ready::Probe);
            pace.begin();
            assert_eq!(pace.ready(now), Ready::Open(0), "one probe at a time");
            pace.end();
            assert!(!pace.note(&later(), pace.slowed(), now, &clock));
            let Ready::Resting(until) = pace.ready(now) else { panic!("{round}") };
            assert!(until - now <= LONGEST_REST && until - now >= 1_000);
            now = until;
        }
        assert!(pace.note(&ACCEPTED, pace.slowed(), now, &clock), "it is back");
        assert_eq!(pace.ready(now), Ready::Open(16));
        assert!(!pace.note(&ACCEPTED, pace.slowed(), now, &clock), "and was before");
    }

    #[test]
    fn a_gateway_with_a_limit_that_was_away_for_days_is_sent_to_as_soon_as_it_is_back() {
        let (clock, _) = Clock::fixed(0, 7);
        let mut pace = Pace::new(4, Some(1));
        let mut now = 0;
        for _ in 0..10_000 {
            if matches!(pace.ready(now), Ready::Open(1..) | Ready::Probe) {
                pace.begin();
                pace.note(&later(), pace.slowed(), now, &clock);
                pace.end();
            }
            now += LONGEST_REST;
        }
        assert_eq!(pace.ready(now), Ready::Probe);
        pace.begin();
        pace.note(&ACCEPTED, pace.slowed(), now, &clock);
        pace.end();
        let (mut next, back) = (pace.ready(now), now);
        while next == Ready::Open(0) {
            now += 100;
            next = pace.ready(now);
        }
        assert!(next == Ready::Open(1) && now - back <= 2_000, "{next:?} after {} ms", now - back);
    }

    #[test]
    fn what_one_message_cannot_do_slows_no_other() {
        let (clock, _) = Clock::fixed(0, 7);
        let mut pace = Pace::new(16, None);
        for _ in 0..50 {
            pace.note(&Outcome::Deferred { reason: String::new() }, pace.slowed(), 0, &clock);
        }
        assert_eq!(pace.ready(0), Ready::Open(16));
    }

    #[test]
    fn a_pause_that_was_asked_for_is_kept_whatever_else_is_taken_and_then_is_over() {
        let (clock, _) = Clock::fixed(0, 7);
        let mut pace = Pace::new(16, None);
        pace.note(&throttled(Some(5_000)), pace.slowed(), 0, &clock);
        assert!(!pace.note(&ACCEPTED, pace.slowed(), 5, &clock), "it was on its way, and the gateway was never away");
        assert_eq!(pace.ready(4_999), Ready::Resting(5_000));
        assert!(matches!(pace.ready(5_000), Ready::Open(1..)), "and not one at a time");
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nothing_up() {
        let (clock, _) = Clock::fixed(0, 7);
        let hour = 60 * 60 * 1_000;
        let mut pace = Pace::new(16, None);
        for _ in 0..3 {
            pace.note(&later(), pace.slowed(), 2 * hour, &clock);
        }
        assert!(matches!(pace.ready(2 * hour), Ready::Resting(_)));
        assert_eq!(pace.ready(hour), Ready::Probe);
        pace.note(&throttled(Some(20_000)), pace.slowed(), 2 * hour, &clock);
        assert_eq!(pace.ready(hour), Ready::Probe);
        pace.note(&later(), pace.slowed(), hour, &clock);
        assert!(matches!(pace.ready(hour), Ready::Resting(_)), "and it rests by the new time");
    }

    #[test]
    fn who_is_asked_to_slow_down_halves_the_rate_and_rises_again() {
        let (clock, _) = Clock::fixed(0, 7);
        let mut pace = Pace::new(100, Some(40));
        pace.note(&throttled(None), pace.slowed(), 0, &clock);
        assert_eq!((pace.rate, pace.ready(0)), (20 * MESSAGE, Ready::Open(0)));
        pace.note(&throttled(Some(5_000)), pace.slowed(), 0, &clock);
        assert_eq!((pace.rate, pace.ready(0)), (10 * MESSAGE, Ready::Resting(5_000)), "as long as it asks");
        for _ in 0..200 {
            pace.note(&ACCEPTED, pace.slowed(), 5_000, &clock);
        }
        assert_eq!(pace.rate, 40 * MESSAGE);
        for _ in 0..40 {
            pace.note(&throttled(None), pace.slowed(), 0, &clock);
        }
        assert_eq!(pace.rate, MESSAGE / 2, "never quite nothing");
        let mut unlimited = Pace::new(100, None);
        unlimited.note(&throttled(None), unlimited.slowed(), 0, &clock);
        assert_eq!(unlimited.rate, 10 * MESSAGE);
        for _ in 0..1_000 {
            unlimited.note(&ACCEPTED, unlimited.slowed(), 0, &clock);
        }
        assert_eq!(unlimited.ready(0), Ready::Open(100));
    }

    #[test]
    fn what_was_on_its_way_when_the_rate_was_halved_halves_it_no_more_however_late_it_comes() {
        let (clock, _) = Clock::fixed(0, 7);
        let mut pace = Pace::new(16, Some(40));
        let before = pace.slowed();
        for now in [1_001, 1_000, 1_900, 9_000] {
            pace.note(&throttled(None), before, now, &clock);
            assert_eq!(pace.rate, 20 * MESSAGE, "at {now}");
        }
        pace.note(&throttled(Some(5_000)), before, 9_000, &clock);
        assert_eq!(
            (pace.rate, pace.ready(9_001)),
            (20 * MESSAGE, Ready::Resting(14_000)),
            "a pause that it asks for is kept"
        );
        pace.note(&throttled(None), pace.slowed(), 9_001, &clock);
        assert_eq!(pace.rate, 10 * MESSAGE);
    }
}
