//! Draws that repeat for a seed.

use crate::clock::Clock;

/// Draws from a clock's random numbers, which repeat where the clock is a fixed one.
#[derive(Debug)]
pub struct Dice<'a>(pub &'a Clock);

impl Dice<'_> {
    /// A whole number from 0 to `bound` - 1; 0 for a `bound` of 0.
    pub fn below(&self, bound: usize) -> usize {
        let drawn = self.0.below(u32::try_from(bound).unwrap_or(u32::MAX));
        usize::try_from(drawn).unwrap_or(0)
    }

    /// The same for milliseconds.
    pub fn millis(&self, bound: i64) -> i64 {
        i64::from(self.0.below(u32::try_from(bound.max(1)).unwrap_or(u32::MAX)))
    }

    /// True in so many of a thousand draws.
    pub fn permille(&self, chance: usize) -> bool {
        self.below(1000) < chance
    }

    /// A rank from 0 to `count` - 1 (`count` at least 1), about as often as 1 in rank + 1 (Zipf's law, which words and names follow): the
    /// doublings of a rank are drawn evenly, and then a rank within one.
    pub fn rank(&self, count: usize) -> usize {
        let doublings = usize::try_from(count.max(1).ilog2()).unwrap_or(0) + 1;
        loop {
            let first = 1 << self.below(doublings);
            let rank = first - 1 + self.below(first);
            if rank < count {
                return rank;
            }
        }
    }

    /// One of `all`, evenly.
    pub fn even<T: Clone>(&self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// One of `all`, the first most often.
    pub fn early<T: Clone>(&self, all: &[T]) -> T {
        all[self.rank(all.len())].clone()
    }

    /// One of a list parted by commas, the first most often.
    pub fn word<'a>(&self, list: &'a str) -> &'a str {
        let rank = self.rank(list.split(',').count());
        list.split(',').nth(rank).unwrap_or_default()
    }

    /// A text with a digit for each `#`.
    pub fn digits(&self, pattern: &str) -> String {
        let digit = || char::from_digit(self.0.below(10), 10).unwrap_or('0');
        pattern.chars().map(|c| if c == '#' { digit() } else { c }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_follow_zipfs_law_roughly() {
        let (clock, _) = Clock::fixed(0, 7);
        let mut drawn = [0_u32; 100];
        for _ in 0..70_000 {
            drawn[Dice(&clock).rank(100)] += 1;
        }
        assert!(drawn.iter().all(|&times| times > 50), "each is drawn: {drawn:?}");
        assert!(drawn[0] > 5 * drawn[9] && drawn[0] < 20 * drawn[9], "{drawn:?}");
        assert!(drawn[1] > 10 * drawn[99], "{drawn:?}");
        assert_eq!(Dice(&clock).rank(1), 0);
    }
}
