//! `redress doctor`: what is wrong with this installation, and what to do about it.

use anyhow::bail;
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::json;

use super::{Failure, out};
use crate::{
    clock::{Clock, instant},
    config::Sources,
    doctor::{Finding, Level, Verdict, examine},
};

const DOCTOR: &str = "\
Looks at disk, clock, database, keys, backups, addresses, certificate, gateways and the provider of single sign-on, as the
settings name them, and prints a line for each: ok, note, warning or fault, and what to do. It ends with 1 where there is a
fault, else with 0. Nothing is made, changed or sent, and it works beside a running server.";

/// The command.
pub fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    Command::new("doctor")
        .about("Look for what is wrong with this installation, and say what to do about it")
        .before_help(DOCTOR)
        .arg(flag("json", "Print JSON, for programs"))
        .arg(flag("thorough", "Read a database file to its end, however large it is; else for 20 s at most"))
}

/// Looks, and tells.
pub async fn doctor(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let clock = Clock::system();
    let findings = examine(sources, clock.clone(), args.get_flag("thorough")).await;
    if args.get_flag("json") {
        out(&as_json(&findings, clock.now()));
    } else {
        for finding in &findings {
            out(&line(finding));
        }
    }
    Ok(outcome(&findings)?)
}

fn line(Finding { check, verdict: Verdict { level, said, remedy } }: &Finding) -> String {
    let remedy = remedy.as_ref().map(|remedy| format!("; {remedy}")).unwrap_or_default();
    // One line each, whatever a library says of its error.
    format!("{:<7}  {check:<14}  {said}{remedy}", level.name()).replace(['\n', '\r'], " ")
}

fn as_json(findings: &[Finding], now: i64) -> String {
    let count = |level| findings.iter().filter(|finding| finding.verdict.level == level).count();
    let report = json!({
        "redress": env!("CARGO_PKG_VERSION"),
        "at": instant(now),
        "faults": count(Level::Fault),
        "warnings": count(Level::Warning),
        "findings": findings,
    });
    format!("{report:#}")
}

fn outcome(findings: &[Finding]) -> anyhow::Result<()> {
    match findings.iter().filter(|finding| finding.verdict.level == Level::Fault).count() {
        0 => Ok(()),
        1 => bail!("there is a fault: see its line above"),
        many => bail!("there are {many} faults: see their lines above"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(level: Level, remedy: Option<&str>) -> Finding {
        let verdict = Verdict { level, said: "said\nmore".to_owned(), remedy: remedy.map(ToOwned::to_owned) };
        Finding { check: "disk", verdict }
    }

    #[test]
    fn a_finding_is_a_line_with_its_remedy() {
        assert_eq!(line(&finding(Level::Ok, None)), "ok       disk            said more");
        assert_eq!(line(&finding(Level::Warning, Some("do"))), "warning  disk            said more; do");
    }

    #[test]
    fn only_a_fault_is_a_failure_and_programs_read_all_of_it() {
        let mild = [finding(Level::Ok, None), finding(Level::Note, Some("a")), finding(Level::Warning, Some("b"))];
        assert!(outcome(&mild).is_ok());
        let bad = [mild[2].clone(), finding(Level::Fault, Some("c"))];
        assert!(outcome(&bad).is_err());
        let json: serde_json::Value = serde_json::from_str(&as_json(&bad, 0)).unwrap();
        assert_eq!((&json["faults"], &json["warnings"]), (&json!(1), &json!(1)));
        assert_eq!(
            json["findings"][1],
            json!({"check": "disk", "level": "fault", "said": "said\nmore", "remedy": "c"})
        );
    }
}
