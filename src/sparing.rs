//! Log lines that callers can bring about: some at once, then one in a while, so that nobody fills the disk.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How many such lines may be said.
#[derive(Debug)]
pub struct Sparing {
    burst: u32,
    every: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    left: u32,
    /// When the last line was earned.
    earned: Option<Instant>,
    left_out: u64,
}

impl Sparing {
    /// `burst` lines at once, and another each so many seconds.
    pub const fn new(burst: u32, seconds: u64) -> Self {
        let state = State { left: burst, earned: None, left_out: 0 };
        Self { burst, every: Duration::from_secs(seconds), state: Mutex::new(state) }
    }

    /// Whether a line may be said: then how many were left out since the last one.
    pub fn may(&self) -> Option<u64> {
        self.may_at(Instant::now())
    }

    fn may_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let earned = *state.earned.get_or_insert(now);
        let times = now.saturating_duration_since(earned).as_nanos() / self.every.as_nanos().max(1);
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        if times > 0 {
            state.left = state.left.saturating_add(times).min(self.burst);
            state.earned = earned.checked_add(self.every.saturating_mul(times)).or(Some(now));
        }
        if state.left == 0 {
            state.left_out += 1;
            return None;
        }
        state.left -= 1;
        Some(std::mem::take(&mut state.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_lines_at_once_then_one_in_a_while_which_counts_the_rest() {
        let (sparing, start) = (Sparing::new(2, 10), Instant::now());
        let at = |seconds| sparing.may_at(start + Duration::from_secs(seconds));
        assert_eq!([at(0), at(0), at(0), at(9), at(10), at(11)], [Some(0), Some(0), None, None, Some(2), None]);
        assert_eq!(at(1_000), Some(1));
        assert_eq!([at(1_000), at(1_000)], [Some(0), None], "quiet earns no more than the burst");
    }
}
