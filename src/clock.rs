//! Time and randomness, injected, so that tests can set both.

use std::{
    cell::RefCell,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use jiff::Timestamp;
use uuid::Uuid;

/// The one source of time and randomness. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Source>);

trait Source: Send + Sync {
    fn now(&self) -> i64;
    fn fill(&self, bytes: &mut [u8]);
}

impl Clock {
    /// The machine's clock and the operating system's random numbers.
    pub fn system() -> Self {
        Self(Arc::new(System))
    }

    /// A clock that stands still until [`Hand::advance`], with numbers that repeat for a `seed`. For tests.
    pub fn fixed(now: i64, seed: u64) -> (Self, Hand) {
        let hand = Hand(Arc::new(Fixed {
            now: AtomicI64::new(now),
            seed: AtomicU64::new(seed),
            script: Mutex::new(Vec::new()),
        }));
        (Self(hand.0.clone()), hand)
    }

    /// Milliseconds since the epoch.
    pub fn now(&self) -> i64 {
        self.0.now()
    }

    /// The same as a timestamp.
    pub fn timestamp(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Unpredictable bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }

    /// A whole number from 0 to `bound` - 1, `bound` at least 1. The bias is below 2⁻³² for the bounds used here.
    pub fn below(&self, bound: u32) -> u32 {
        let wide = u64::from_le_bytes(self.bytes());
        u32::try_from(wide % u64::from(bound.max(1))).unwrap_or(0)
    }

    /// A new `UUIDv7` (RFC 9562): ordered by time, not a secret.
    pub fn uuid(&self) -> Uuid {
        self.uuid_at(self.now())
    }

    /// The same for something that happened at `at`, in milliseconds.
    pub fn uuid_at(&self, at: i64) -> Uuid {
        let millis = u64::try_from(at).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}

/// An instant, in milliseconds, as the API writes it: RFC 3339, UTC, milliseconds.
pub fn instant(at: i64) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{at:.3}")
}

/// The least id that [`Clock::uuid`] makes at a time, in milliseconds (RFC 9562, section 5.7).
pub fn first_id_at(at: i64) -> Vec<u8> {
    const LAST: u64 = (1 << 48) - 1;
    let millis = u64::try_from(at).unwrap_or(0);
    if millis > LAST {
        return vec![0xff; 16];
    }
    let mut id = millis.to_be_bytes()[2..].to_vec();
    id.resize(16, 0);
    id
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

struct System;

impl Source for System {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    fn now(&self) -> i64 {
        Timestamp::now().as_millisecond()
    }

    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > SMALL {
            return draw(bytes);
        }
        READY.with_borrow_mut(|ready| {
            if ready.len() < bytes.len() {
                ready.resize(DRAWN, 0);
                draw(ready);
            }
            let rest = ready.len() - bytes.len();
            bytes.copy_from_slice(&ready[rest..]);
            ready.truncate(rest);
        });
    }
}

/// Ids, references and nonces of pages are no longer than this; keys are.
const SMALL: usize = 16;

/// Bytes that are drawn at once for those: to ask the system costs more than most of what a request does, and hardly
/// more for many bytes than for a few.
const DRAWN: usize = 512;

thread_local! {
    static READY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn draw(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random numbers");
}

/// Moves a [`Clock::fixed`].
#[derive(Clone)]
pub struct Hand(Arc<Fixed>);

impl Hand {
    /// Moves the clock by `millis`, which may be negative.
    pub fn advance(&self, millis: i64) {
        self.0.now.fetch_add(millis, Ordering::SeqCst);
    }

    /// The next bytes asked for are these, one byte after the other, before the seeded ones go on.
    pub fn script(&self, bytes: &[u8]) {
        if let Ok(mut script) = self.0.script.lock() {
            script.extend(bytes.iter().rev());
        }
    }
}

struct Fixed {
    now: AtomicI64,
    seed: AtomicU64,
    script: Mutex<Vec<u8>>,
}

impl Source for Fixed {
    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    /// `SplitMix64`: repeatable, and only for tests.
    fn fill(&self, bytes: &mut [u8]) {
        let mut script = self.script.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for byte in bytes {
            *byte = script.pop().unwrap_or_else(|| {
                let mut z = self.seed.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                (z >> 33).to_le_bytes()[0]
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_time_are_not_below_its_first() {
        for at in [0, 1, 1_763_875_200_000, (1 << 48) - 1] {
            let id = Clock::fixed(at, 7).0.uuid().as_bytes().to_vec();
            assert!(first_id_at(at) <= id && id < first_id_at(at + 1), "{at}");
        }
        assert!(first_id_at(-5) <= first_id_at(0) && first_id_at(i64::MAX) == [0xff; 16]);
    }
}
