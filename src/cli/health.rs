//! `redress health`: whether the server on this machine answers.

use anyhow::anyhow;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{Failure, out};
use crate::{
    config::{Config, Sources},
    doctor::{self, Wanted},
};

const HEALTH: &str = "\
Asks the server at `listen` on this machine, as the settings name it, and ends with 0 if it answers well, else with 1. It opens
neither data nor keys. It knows the server by file and variables, not by flags that `serve` was given. For health checks that have no other program at hand, such as those of a container.";

/// The command.
pub fn command() -> Command {
    let ready = Arg::new("ready").long("ready").action(ArgAction::SetTrue);
    Command::new("health").about("Ask whether the server on this machine answers").before_help(HEALTH).arg(
        ready.help("Ask whether it can serve, too: its database answers and takes writes, and it is not about to stop"),
    )
}

/// Asks, and tells.
pub async fn health(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    // Not as wrong usage: whoever asks by this knows 0 and 1 alone.
    let config = Config::check(sources).map_err(|faults| anyhow!(faults.join("; ")))?;
    let wanted = if args.get_flag("ready") { Wanted::Ready } else { Wanted::Alive };
    out(&doctor::health(&config, wanted).await?);
    Ok(())
}
