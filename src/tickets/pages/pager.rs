//! The page numbers under a list.

/// A number of the pager, or the gap between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A page.
    Page(u64),
    /// Pages left out.
    Gap,
}

/// How many pages there are, at least one.
pub fn pages(total: u64, page_size: u64) -> u64 {
    total.div_ceil(page_size.max(1)).max(1)
}

/// The first and the last page, the present one and its neighbours; all of them up to seven. A gap stands for two
/// pages or more, so that it never takes the place of a single number.
pub fn window(page: u64, pages: u64) -> Vec<Step> {
    let last = pages.max(page).max(1);
    if last <= 7 {
        return (1..=last).map(Step::Page).collect();
    }
    let (mut from, mut to) = (page.saturating_sub(1).max(1), (page + 1).min(last));
    if page <= 4 {
        (from, to) = (1, 5);
    } else if page + 3 >= last {
        (from, to) = (last - 4, last);
    }
    let mut steps = Vec::new();
    if from > 1 {
        steps.extend([Step::Page(1), Step::Gap]);
    }
    steps.extend((from..=to).map(Step::Page));
    if to < last {
        steps.extend([Step::Gap, Step::Page(last)]);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(page: u64, pages: u64) -> String {
        let steps = window(page, pages);
        let words: Vec<String> = steps
            .iter()
            .map(|step| match step {
                Step::Page(number) if *number == page => format!("[{number}]"),
                Step::Page(number) => number.to_string(),
                Step::Gap => "…".to_owned(),
            })
            .collect();
        words.join(" ")
    }

    #[test]
    fn windows() {
        for (page, pages, want) in [
            (1, 1, "[1]"),
            (1, 0, "[1]"),
            (3, 7, "1 2 [3] 4 5 6 7"),
            (1, 8, "[1] 2 3 4 5 … 8"),
            (4, 8, "1 2 3 [4] 5 … 8"),
            (5, 8, "1 … 4 [5] 6 7 8"),
            (5, 9, "1 … 4 [5] 6 … 9"),
            (8, 8, "1 … 4 5 6 7 [8]"),
            (200, 400, "1 … 199 [200] 201 … 400"),
            (397, 400, "1 … 396 [397] 398 399 400"),
            (401, 400, "1 … 397 398 399 400 [401]"),
            (9, 2, "1 … 5 6 7 8 [9]"),
        ] {
            assert_eq!(written(page, pages), want, "{page} of {pages}");
        }
    }

    #[test]
    fn every_window_has_its_page_once_and_rises() {
        for pages in 1..40 {
            for page in 1..=pages {
                let numbers: Vec<u64> = window(page, pages)
                    .iter()
                    .filter_map(|step| if let Step::Page(number) = step { Some(*number) } else { None })
                    .collect();
                assert!(numbers.is_sorted_by(|a, b| a < b) && numbers.contains(&page), "{page} of {pages}");
                assert!(numbers.contains(&1) && numbers.contains(&pages));
            }
        }
    }

    #[test]
    fn page_counts() {
        for (total, size, want) in [(0, 25, 1), (1, 25, 1), (25, 25, 1), (26, 25, 2), (10_000, 25, 400), (5, 0, 5)] {
            assert_eq!(pages(total, size), want);
        }
    }
}
