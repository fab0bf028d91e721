//! Whether the settings will do, and what of them may not be meant.

use super::Verdict;
use crate::config::{Sources, exposed, hints};

const REMEDY: &str = "redress config check shows every setting, with where it comes from";

/// `faults` are those of settings that will not do. Where there are any, nothing else can be looked at.
pub(super) fn judge(sources: &Sources, faults: Option<&[String]>) -> Vec<Verdict> {
    if let Some(faults) = faults {
        return faults.iter().map(|fault| Verdict::fault(fault.as_str(), REMEDY)).collect();
    }
    let seen_by_others = exposed(sources);
    let hints = hints(sources).into_iter().map(|hint| {
        if seen_by_others.contains(&hint) { Verdict::warning(hint, REMEDY) } else { Verdict::note(hint, REMEDY) }
    });
    let mut verdicts: Vec<Verdict> = hints.collect();
    if verdicts.is_empty() {
        verdicts.push(Verdict::ok("all of them will do"));
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn faults_hints_and_what_others_can_see_are_told_apart() {
        let good = Sources::of(&[("isp_name", "Lake"), ("data_dir", "/nowhere")]);
        assert_eq!(judge(&good, None)[0].level, Level::Ok);
        let hinted = judge(&Sources::of(&[("data_dir", "/nowhere")]), None);
        assert!(hinted.len() == 1 && hinted[0].level == Level::Note && hinted[0].said.starts_with("isp_name:"));
        let faults = ["listen: no".to_owned(), "region: no".to_owned()];
        let refused = judge(&good, Some(&faults));
        assert!(refused.len() == 2 && refused.iter().all(|verdict| verdict.level == Level::Fault));
        let dir = testbase::Dir::new();
        std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let open = Sources::of(&[("isp_name", "Lake"), ("data_dir", dir.path().to_str().unwrap())]);
        assert_eq!(judge(&open, None)[0].level, Level::Warning);
    }
}
