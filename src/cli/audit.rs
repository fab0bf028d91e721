//! `redress audit …`: holds the history against its chain.

use anyhow::bail;
use clap::{Arg, ArgMatches, Command};

use super::{Failure, checked, open, out};
use crate::{
    audit::{self, Break},
    config::Sources,
};

const VERIFY: &str = "\
Holds every row of the audit history against the chain that binds it to the one before. A row that was changed, put in or
taken out shows, whatever the database says. That the last rows are gone shows only against a head that was kept
elsewhere: keep what this prints, and give it the next time with --head.";

/// The command.
pub fn command() -> Command {
    let head =
        Arg::new("head").long("head").value_name("HEX").help("A head printed before, which has to be in the chain");
    Command::new("audit").about("Look after the audit history").subcommand_required(true).subcommand(
        Command::new("verify").about("Prove that nobody has changed the audit history").before_help(VERIFY).arg(head),
    )
}

/// Verifies it.
pub async fn verify(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let app = open(checked(sources)?).await?;
    let held = args.get_one::<String>("head").map(|head| head.trim().to_lowercase());
    let verdict = audit::verify(&app.db, &app.tickets.desk.vault, held.as_deref()).await;
    app.db.close().await.map_err(anyhow::Error::from)?;
    let verdict = verdict.map_err(anyhow::Error::from)?;
    out(&format!("{} rows hold together", verdict.linked));
    if verdict.redacted > 0 {
        out(&format!("{} of them had their text taken out, since it named a client who was erased", verdict.redacted));
    }
    if verdict.purged > 0 {
        out(&format!("{} rows before them have gone by age", verdict.purged));
    }
    if let Some(head) = &verdict.head {
        out(&format!("head {head}"));
    }
    for (seq, fault) in &verdict.broken {
        let words = match fault {
            Break::Unreadable => "it was changed, or the keys are others",
            Break::Link => "it was changed, or rows before it were changed, put in or taken out",
            Break::Loose => {
                "it is outside of the chain: put in, its link taken off, or written by a server of an older version"
            }
        };
        out(&format!("row {seq}: {words}"));
    }
    Ok(outcome(&verdict)?)
}

fn outcome(verdict: &audit::Verdict) -> anyhow::Result<()> {
    if !verdict.broken.is_empty() {
        bail!("the audit history was changed: see the rows above, and compare with a backup");
    }
    if !verdict.held {
        bail!("the head that was given is not in the chain: rows were taken out at its end, or it is of another desk");
    }
    Ok(())
}
