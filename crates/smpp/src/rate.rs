//! The pace of `submit_sm`: a token bucket whose rate halves when the gateway says that it is too much,
//! and recovers slowly.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

/// Tokens saved up while timers are late. More would be a burst, which gateways count against us.
const SLACK: Duration = Duration::from_millis(20);
/// Growth in a second: doubling takes 14.
const RECOVERY: f64 = 1.05;
/// A whole window of answers tells of one event.
const ONE_EVENT: Duration = Duration::from_secs(1);
/// Slower is no service; then the queue of the application is the better place to wait.
const LEAST: f64 = 0.5;

pub(crate) struct Rate {
    state: Mutex<State>,
}

struct State {
    /// A second; `None` for no limit.
    limit: Option<f64>,
    slowed: Option<Slowed>,
    /// When the next token is there.
    next: Instant,
    /// Sent in the second that began then: what "half" is of when there is no limit.
    second: (Instant, u32),
}

/// `full` is the rate at which all is well again.
#[derive(Clone, Copy)]
struct Slowed {
    rate: f64,
    full: f64,
    said: Instant,
    grown: Instant,
}

impl Rate {
    /// `per_second` 0 means no limit.
    pub(crate) fn new(per_second: u32) -> Self {
        let now = Instant::now();
        let limit = (per_second > 0).then(|| f64::from(per_second));
        Self { state: Mutex::new(State { limit, slowed: None, next: now, second: (now, 0) }) }
    }

    /// Waits for a token. If there is none before `until`, takes none and says how long it would be.
    pub(crate) async fn pace(&self, until: Instant) -> Result<(), Duration> {
        let at = self.state().reserve(Instant::now(), until)?;
        sleep_until(at).await;
        Ok(())
    }

    /// The gateway said that it is too much.
    pub(crate) fn slow_down(&self) {
        self.state().slow_down(Instant::now());
    }

    pub(crate) fn is_slowed(&self) -> bool {
        let mut state = self.state();
        state.recover(Instant::now());
        state.slowed.is_some()
    }

    /// How long until a token is there.
    pub(crate) fn next_in(&self) -> Duration {
        self.state().next.saturating_duration_since(Instant::now())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn reserve(&mut self, now: Instant, until: Instant) -> Result<Instant, Duration> {
        self.recover(now);
        let rate = self.slowed.map(|slowed| slowed.rate).or(self.limit);
        let at = self.next.max(now.checked_sub(SLACK).unwrap_or(now));
        if at > until {
            return Err(at - now);
        }
        self.next = rate.map_or(now, |rate| at + Duration::from_secs_f64(1.0 / rate));
        if now - self.second.0 >= ONE_EVENT {
            self.second = (now, 0);
        }
        self.second.1 = self.second.1.saturating_add(1);
        Ok(at)
    }

    fn slow_down(&mut self, now: Instant) {
        self.recover(now);
        if self.slowed.is_some_and(|slowed| now - slowed.said < ONE_EVENT) {
            return;
        }
        let seen = f64::from(self.second.1.max(1));
        let full = self.slowed.map(|slowed| slowed.full).or(self.limit).unwrap_or(seen * 4.0);
        let rate = self.slowed.map(|slowed| slowed.rate).or(self.limit).unwrap_or(seen);
        let rate = (rate / 2.0).max(LEAST);
        self.slowed = Some(Slowed { rate, full, said: now, grown: now });
        self.next = self.next.max(now + Duration::from_secs_f64(1.0 / rate));
    }

    fn recover(&mut self, now: Instant) {
        let Some(slowed) = &mut self.slowed else { return };
        let seconds = (now - slowed.grown).as_secs();
        if seconds == 0 {
            return;
        }
        // Whole seconds only, so that asking often changes nothing.
        slowed.grown += Duration::from_secs(seconds);
        slowed.rate *= RECOVERY.powf(Duration::from_secs(seconds).as_secs_f64());
        if slowed.rate >= slowed.full {
            self.slowed = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    async fn sent_in(rate: &Rate, time: Duration) -> u32 {
        let until = Instant::now() + time;
        let mut sent = 0;
        while rate.pace(until).await.is_ok() && Instant::now() < until {
            sent += 1;
        }
        sent
    }

    #[tokio::test(start_paused = true)]
    async fn paces() {
        let rate = Rate::new(10);
        let sent = sent_in(&rate, Duration::from_secs(10)).await;
        assert!((99..=101).contains(&sent), "{sent}");
        // An idle minute saves up no burst.
        advance(Duration::from_mins(1)).await;
        let sent = sent_in(&rate, Duration::from_secs(1)).await;
        assert!((9..=11).contains(&sent), "{sent}");
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_wait_beyond_its_time() {
        let rate = Rate::new(1);
        let soon = Instant::now() + Duration::from_millis(100);
        assert_eq!(rate.pace(soon).await, Ok(()));
        let wait = rate.pace(soon).await.unwrap_err();
        assert!(wait > Duration::from_millis(900), "{wait:?}");
        // Nothing was taken, so the token is there when its time comes.
        advance(wait).await;
        assert_eq!(rate.pace(Instant::now()).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_never_waits() {
        let rate = Rate::new(0);
        let start = Instant::now();
        for _ in 0..10_000 {
            assert_eq!(rate.pace(start).await, Ok(()));
        }
        assert_eq!(Instant::now(), start);
    }

    #[tokio::test(start_paused = true)]
    async fn halves_once_an_event_and_recovers() {
        let rate = Rate::new(100);
        for _ in 0..10 {
            rate.slow_down();
        }
        assert!(rate.is_slowed());
        let sent = sent_in(&rate, Duration::from_secs(1)).await;
        assert!((45..=55).contains(&sent), "{sent}");
        rate.slow_down();
        let sent = sent_in(&rate, Duration::from_secs(1)).await;
        assert!((22..=30).contains(&sent), "{sent}");
        advance(Duration::from_secs(40)).await;
        assert!(!rate.is_slowed());
        let sent = sent_in(&rate, Duration::from_secs(1)).await;
        assert!((95..=105).contains(&sent), "{sent}");
    }

    #[tokio::test(start_paused = true)]
    async fn halves_what_it_saw_if_there_is_no_limit() {
        let rate = Rate::new(0);
        for _ in 0..40 {
            rate.pace(Instant::now()).await.unwrap();
        }
        rate.slow_down();
        let sent = sent_in(&rate, Duration::from_secs(1)).await;
        assert!((18..=22).contains(&sent), "{sent}");
        advance(Duration::from_mins(1)).await;
        assert!(!rate.is_slowed());
    }

    #[tokio::test(start_paused = true)]
    async fn never_stops_altogether() {
        let rate = Rate::new(1);
        for _ in 0..20 {
            rate.slow_down();
            advance(Duration::from_millis(1100)).await;
        }
        assert!(rate.next_in() <= Duration::from_secs(2));
    }
}
