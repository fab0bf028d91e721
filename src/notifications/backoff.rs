//! When a message is tried again.

use crate::clock::Clock;

/// The middle of the first pause, in milliseconds.
const FIRST: u32 = 2_000;
/// The middle of the longest pause; with the jitter on top it is 15 minutes.
const LONGEST: u32 = 10 * 60 * 1_000;

/// With its jitter, in milliseconds.
pub const LONGEST_PAUSE: i64 = 15 * 60 * 1_000;

/// The pause after the try number `attempt` (from 1) that a passing fault ended, in milliseconds.
///
/// It doubles with each try. The jitter is from half to one and a half of it, so that messages that failed together
/// do not come back together.
pub fn pause(attempt: i64, clock: &Clock) -> i64 {
    let doublings = u32::try_from(attempt.clamp(1, 20) - 1).unwrap_or(0);
    let middle = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    i64::from(middle / 2 + clock.below(middle + 1))
}

/// What is added to a pause that the gateway asks for, in milliseconds: less than a second, so that messages do not all
/// come back together.
pub fn jitter(clock: &Clock) -> i64 {
    i64::from(clock.below(1_000))
}

/// The pause before the second and last try of a send that may have gone, in milliseconds: inside 20 to 40 s, with
/// room for the worker's rhythm.
pub fn doubtful_pause(clock: &Clock) -> i64 {
    i64::from(21_000 + clock.below(16_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(attempt: i64) -> (i64, i64) {
        let (clock, _) = Clock::fixed(0, 7);
        let pauses: Vec<i64> = (0..2_000).map(|_| pause(attempt, &clock)).collect();
        (*pauses.iter().min().unwrap(), *pauses.iter().max().unwrap())
    }

    #[test]
    fn the_first_pause_is_about_two_seconds_and_the_longest_a_quarter_of_an_hour() {
        let (least, most) = range(1);
        assert!((1_000..1_100).contains(&least) && (2_900..=3_000).contains(&most), "{least} {most}");
        let (least, most) = range(3);
        assert!((4_000..4_300).contains(&least) && (11_700..=12_000).contains(&most), "{least} {most}");
        for attempt in [10, 20, 21, 5_000, i64::MAX] {
            let (least, most) = range(attempt);
            assert!(least >= 300_000 && (890_000..=900_000).contains(&most), "{attempt}: {least} {most}");
        }
    }

    #[test]
    fn a_doubtful_send_waits_twenty_to_forty_seconds() {
        let (clock, _) = Clock::fixed(0, 7);
        for _ in 0..2_000 {
            assert!((20_000..=38_000).contains(&doubtful_pause(&clock)));
        }
    }
}
