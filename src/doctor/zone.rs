//! Whether somebody has said where the ISP is.

use super::{Patient, Verdict};

pub(super) fn check(patient: &Patient) -> Vec<Verdict> {
    let here = patient.clock.timestamp().to_zoned(patient.config.zone.clone());
    let name = patient.config.zone.iana_name().unwrap_or("UTC");
    vec![judge(name, patient.zone_is_set, &here.strftime("%Y-%m-%d %H:%M").to_string())]
}

fn judge(name: &str, is_set: bool, here: &str) -> Verdict {
    let said = format!("{name}, where it is {here}");
    if is_set {
        return Verdict::ok(said);
    }
    Verdict::note(
        format!("{said}: not set, so the days of references and filters are those of {name}"),
        "set timezone to the ISP's, such as Asia/Kolkata",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn a_zone_that_nobody_set_is_told() {
        assert_eq!(judge("UTC", true, "2026-11-27 12:00").level, Level::Ok);
        let verdict = judge("UTC", false, "2026-11-27 12:00");
        assert!(verdict.level == Level::Note && verdict.said.contains("UTC, where it is 2026-11-27 12:00"));
    }
}
