//! How often a password or the set-up code may be tried: rules only, see [`super::log_in`] for their use.

/// The longest wait, and how long a subject must be quiet to be forgotten: 15 minutes.
pub const WINDOW: i64 = 15 * 60 * 1000;
/// The first wait: one minute. Each failure after it doubles the next.
const FIRST_WAIT: i64 = 60 * 1000;

/// What is known of a subject: an account, known or not, or an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// Failures since the subject was last quiet.
    pub failures: i64,
    /// When the last try began, in milliseconds.
    pub last_at: i64,
    /// No try before this, in milliseconds.
    pub blocked_until: i64,
}

/// How many failures are free before waiting begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(i64);

impl Limit {
    /// Of one account, or of the set-up code.
    pub const ACCOUNT: Self = Self(5);
    /// Of one address, behind which a whole office may sit.
    pub const ADDRESS: Self = Self(50);

    /// Counts a try as a failure before it is judged, so that guesses made at once cannot all slip past.
    ///
    /// # Errors
    /// Seconds to wait; the try is then neither made nor counted.
    pub fn reserve(self, before: Option<Tries>, now: i64) -> Result<Tries, u64> {
        let failures = match before.filter(|tries| tries.remembered(now)) {
            None => 0,
            Some(tries) if tries.blocked_until > now => return Err(seconds(tries.blocked_until - now)),
            Some(tries) => tries.failures,
        };
        let failures = failures + 1;
        let over = failures - self.0;
        let blocked_until = if over < 0 { 0 } else { now + (FIRST_WAIT << over.min(4)).min(WINDOW) };
        Ok(Tries { failures, last_at: now, blocked_until })
    }

    /// Takes back a try that was no failure; nothing when none is left.
    pub fn give_back(tries: Tries) -> Option<Tries> {
        (tries.failures > 1).then_some(Tries { failures: tries.failures - 1, blocked_until: 0, ..tries })
    }
}

impl Tries {
    /// A time further ahead than any wait comes from a clock that was set back since.
    fn remembered(&self, now: i64) -> bool {
        let until = self.last_at.max(self.blocked_until);
        until <= now + WINDOW && now - until < WINDOW
    }
}

fn seconds(millis: i64) -> u64 {
    u64::try_from(millis).unwrap_or(0).div_ceil(1000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    /// Fails as soon as it may, `times` over, and gives the minutes of each wait.
    fn waits(limit: Limit, times: usize) -> Vec<i64> {
        let (mut tries, mut now) = (None, 1_000_000);
        let mut waits = Vec::new();
        for _ in 0..times {
            let after = limit.reserve(tries, now).unwrap();
            let wait = (after.blocked_until - now).max(0);
            if wait > 0 {
                assert_eq!(limit.reserve(Some(after), now), Err(seconds(wait)));
                assert_eq!(limit.reserve(Some(after), now + wait - 1), Err(1));
            }
            waits.push(wait / MINUTE);
            now += wait;
            tries = Some(after);
        }
        waits
    }

    #[test]
    fn waiting_begins_with_the_fifth_failure_and_doubles_to_a_quarter_of_an_hour() {
        assert_eq!(waits(Limit::ACCOUNT, 11), [0, 0, 0, 0, 1, 2, 4, 8, 15, 15, 15]);
        let address = waits(Limit::ADDRESS, 51);
        assert_eq!(address[..49], [0; 49]);
        assert_eq!(address[49..], [1, 2]);
    }

    #[test]
    fn a_quarter_of_an_hour_of_quiet_forgets() {
        let four = Tries { failures: 4, last_at: 0, blocked_until: 0 };
        assert_eq!(Limit::ACCOUNT.reserve(Some(four), WINDOW - 1).unwrap().failures, 5);
        assert_eq!(Limit::ACCOUNT.reserve(Some(four), WINDOW).unwrap().failures, 1);
        // The quiet begins after the wait, or the longest wait would end in a clean slate.
        let blocked = Tries { failures: 9, last_at: 0, blocked_until: WINDOW };
        assert_eq!(Limit::ACCOUNT.reserve(Some(blocked), WINDOW).unwrap().failures, 10);
        assert_eq!(Limit::ACCOUNT.reserve(Some(blocked), 2 * WINDOW).unwrap().failures, 1);
    }

    #[test]
    fn a_clock_set_back_by_a_day_locks_nobody_out_for_a_day() {
        let ahead = Tries { failures: 9, last_at: 86_400_000, blocked_until: 86_400_000 + MINUTE };
        assert_eq!(Limit::ACCOUNT.reserve(Some(ahead), 0).unwrap().failures, 1);
    }

    #[test]
    fn a_success_takes_its_own_try_back_and_no_other() {
        let fifth = Limit::ACCOUNT.reserve(Some(Tries { failures: 4, last_at: 0, blocked_until: 0 }), 1).unwrap();
        let left = Limit::give_back(fifth).unwrap();
        assert_eq!((left.failures, left.blocked_until), (4, 0));
        let first = Limit::ACCOUNT.reserve(None, 1).unwrap();
        assert_eq!(Limit::give_back(first), None);
    }
}
