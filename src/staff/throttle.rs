//! How many requests one user may send: token buckets (as the virtual scheduling algorithm of ITU-T I.371), on this node
//! alone: one for what they ask for, and another of the same size for what their open pages ask for by themselves. Generous,
//! since it is for what runs away, a script in a loop or a token in wrong hands, and never for people.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use uuid::Uuid;

/// Microseconds that an empty bucket takes to fill.
const FILLS: i64 = 60_000_000;

/// Which of a user's two buckets a request comes out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// Of what somebody asks for, and programs.
    Asked,
    /// Of what a page asks for to stay true: it must not use up what its user may ask for. Whoever says that they are such
    /// a page gets no more than that.
    ByItself,
}

/// The buckets. There are no more than two for each user.
#[derive(Debug, Default)]
pub struct Throttle {
    /// Microseconds that one request takes out of a bucket; 0 for nothing.
    cost: i64,
    /// When each bucket will be full again, in microseconds.
    full_at: Mutex<HashMap<(Uuid, Bucket), i64>>,
}

impl Throttle {
    /// So many requests a minute, and as many at once after a minute of quiet; 0 for any number.
    pub fn new(per_minute: u32) -> Self {
        let cost = FILLS.checked_div(per_minute.into()).unwrap_or_default();
        Self { cost, full_at: Mutex::default() }
    }

    /// Takes a request of a user's at `now`, in milliseconds.
    ///
    /// # Errors
    /// Seconds to wait; the request is then not counted.
    pub fn take(&self, user: Uuid, bucket: Bucket, now: i64) -> Result<(), u64> {
        if self.cost == 0 {
            return Ok(());
        }
        let now = now.saturating_mul(1000);
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = buckets.entry((user, bucket)).or_insert(now);
        // Further ahead than it can be comes from a clock that was set back since.
        let taken = if *full_at > now + FILLS { 0 } else { (*full_at - now).max(0) } + self.cost;
        if taken > FILLS {
            return Err(u64::try_from(taken - FILLS).unwrap_or_default().div_ceil(1_000_000));
        }
        *full_at = now + taken;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minutes_worth_at_once_then_as_it_fills_and_each_user_alone() {
        let (throttle, one, other) = (Throttle::new(60), Uuid::from_u128(1), Uuid::from_u128(2));
        let start = 1_800_000_000_000;
        for _ in 0..60 {
            throttle.take(one, Bucket::Asked, start).unwrap();
        }
        assert_eq!(throttle.take(one, Bucket::Asked, start), Err(1));
        assert_eq!(throttle.take(one, Bucket::Asked, start + 999), Err(1), "what is refused costs nothing");
        throttle.take(one, Bucket::Asked, start + 1000).unwrap();
        assert_eq!(throttle.take(one, Bucket::Asked, start + 1000), Err(1));
        throttle.take(other, Bucket::Asked, start).unwrap();
        for _ in 0..60 {
            throttle.take(one, Bucket::ByItself, start + 1000).unwrap();
        }
        assert_eq!(throttle.take(one, Bucket::ByItself, start + 1000), Err(1), "apart, and no more of them");
        for _ in 0..60 {
            throttle.take(one, Bucket::Asked, start + 600_000).unwrap();
        }
        assert_eq!(
            throttle.take(one, Bucket::Asked, start + 600_000),
            Err(1),
            "quiet earns no more than a minute's worth"
        );
        let rare = Throttle::new(1);
        rare.take(one, Bucket::Asked, start).unwrap();
        assert_eq!(rare.take(one, Bucket::Asked, start), Err(60));
    }

    #[test]
    fn without_a_limit_nobody_waits_and_a_clock_set_back_locks_nobody_out() {
        let (throttle, user) = (Throttle::new(0), Uuid::from_u128(1));
        assert!((0..100_000).all(|_| throttle.take(user, Bucket::Asked, 0).is_ok()));
        let most = Throttle::new(10_000_000);
        assert!((0..100_000).all(|_| most.take(user, Bucket::Asked, 0).is_ok()));
        let throttle = Throttle::new(1);
        throttle.take(user, Bucket::Asked, 86_400_000).unwrap();
        throttle.take(user, Bucket::Asked, 0).unwrap();
    }
}
