//! Percentiles by the nearest rank: always a value that was really there, never one in between.

/// The least of `sorted` that at least `percent` of 100 are not above; nothing of nothing.
pub fn nearest_rank(sorted: &[u32], percent: u32) -> Option<u32> {
    let rank = (sorted.len() as u64 * u64::from(percent)).div_ceil(100).max(1);
    sorted.get(usize::try_from(rank - 1).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::nearest_rank;

    /// By the definition: the smallest value with at least that share of all at or below it.
    fn by_definition(sorted: &[u32], percent: u32) -> Option<u32> {
        sorted.iter().copied().find(|value| {
            let below = sorted.iter().filter(|other| *other <= value).count();
            below * 100 >= sorted.len() * percent as usize
        })
    }

    #[test]
    fn ranks_of_the_textbook() {
        let five = [15, 20, 35, 40, 50];
        let table: [(&[u32], u32, Option<u32>); 12] = [
            (&[], 50, None),
            (&[7], 50, Some(7)),
            (&[7], 90, Some(7)),
            (&five, 5, Some(15)),
            (&five, 30, Some(20)),
            (&five, 40, Some(20)),
            (&five, 50, Some(35)),
            (&five, 90, Some(50)),
            (&five, 100, Some(50)),
            (&[1, 2], 50, Some(1)),
            (&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90, Some(9)),
            (&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 90, Some(10)),
        ];
        for (sorted, percent, want) in table {
            assert_eq!(nearest_rank(sorted, percent), want, "{percent} of {sorted:?}");
        }
    }

    #[test]
    fn it_is_the_definition() {
        for count in 0..60_u32 {
            let sorted: Vec<u32> = (0..count).map(|place| place * place / 3).collect();
            for percent in 1..=100 {
                assert_eq!(nearest_rank(&sorted, percent), by_definition(&sorted, percent), "{percent} of {count}");
            }
        }
    }
}
