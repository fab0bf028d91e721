//! Whether this machine knows what time it is.

use super::{Level, Patient, Verdict};
use crate::clock::instant;

const SECOND: i64 = 1000;
/// A difference that is told.
const ODD: i64 = 5 * SECOND;
/// A difference by which codes of a second factor and log-ins by a provider fail.
const WRONG: i64 = 60 * SECOND;
/// There was no Redress before 1 January 2026, and there are no certificates for after 2100.
const YEARS: std::ops::Range<i64> = 1_767_225_600_000..4_102_444_800_000;

const REMEDY: &str = "have the clock kept by systemd-timesyncd or chrony, on every machine of the desk";

pub(super) fn check(patient: &Patient) -> Vec<Verdict> {
    vec![judge(patient.clock.now(), patient.facts.clocks(), patient.facts.newest())]
}

/// `clocks` are ours and the database's at one moment, `newest` is the latest change that is on record.
fn judge(now: i64, clocks: Option<(i64, i64)>, newest: Option<i64>) -> Verdict {
    let level = |difference: i64| match difference {
        WRONG.. => Some(Level::Fault),
        ODD.. => Some(Level::Warning),
        _ => None,
    };
    if !YEARS.contains(&now) {
        return Verdict::fault(format!("this machine's clock says {}", instant(now)), REMEDY);
    }
    let apart = clocks.map_or(0, |(ours, theirs)| ours - theirs);
    if let Some(level) = level(apart.abs()) {
        let way = if apart > 0 { "ahead of" } else { "behind" };
        let said = format!("this machine's clock is {} s {way} the database's", apart.abs() / SECOND);
        return Verdict::new(level, said, REMEDY);
    }
    let behind = newest.map_or(0, |newest| newest - now);
    if let Some(level) = level(behind) {
        let said = format!(
            "this machine's clock says {}, {} s before the newest change on record",
            instant(now),
            behind / SECOND
        );
        return Verdict::new(level, said, REMEDY);
    }
    let with = if clocks.is_some() { ", as does the database's" } else { "" };
    Verdict::ok(format!("{}{with}", instant(now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000_000;

    #[test]
    fn a_clock_is_held_against_the_years_the_database_and_what_is_on_record() {
        let table = [
            (NOW, None, None, Level::Ok, "2026-11-18"),
            (NOW, Some((NOW, NOW - 4_999)), Some(NOW + 4_999), Level::Ok, "as does the database's"),
            (NOW, None, Some(NOW - 1_000_000), Level::Ok, "2026-11-18"),
            (0, None, None, Level::Fault, "says 1970-01-01"),
            (YEARS.start - 1, None, None, Level::Fault, "says 2025-12-31"),
            (YEARS.end, None, None, Level::Fault, "says 2100-01-01"),
            (NOW, Some((NOW, NOW - 5_000)), None, Level::Warning, "5 s ahead of the database's"),
            (NOW, Some((NOW, NOW + 59_999)), None, Level::Warning, "59 s behind the database's"),
            (NOW, Some((NOW, NOW + 60_000)), None, Level::Fault, "60 s behind the database's"),
            (NOW, None, Some(NOW + 5_000), Level::Warning, "5 s before the newest change"),
            (NOW, None, Some(NOW + 86_400_000), Level::Fault, "86400 s before the newest change"),
        ];
        for (now, clocks, newest, level, words) in table {
            let verdict = judge(now, clocks, newest);
            assert_eq!(verdict.level, level, "{words}: {verdict:?}");
            assert!(verdict.said.contains(words), "{words}: {verdict:?}");
        }
    }
}
