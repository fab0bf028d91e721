//! `redress webhook on`: calls a webhook again that was turned off.

use clap::Command;

use super::{Failure, open, out};
use crate::{config::Config, notifications};

/// The command.
pub fn command() -> Command {
    Command::new("webhook")
        .about("Look after the webhook")
        .subcommand_required(true)
        .subcommand(Command::new("on").about("Call it again after it was turned off because it failed steadily"))
}

/// Turns it on. Servers that run find it so at their next message.
pub async fn on(config: Config) -> Result<(), Failure> {
    let app = open(config).await?;
    let on = app.db.write(|tx| notifications::turn_on(tx, "webhook")).await.map_err(anyhow::Error::from)?;
    out(if on { "the webhook is called again" } else { "the webhook was not off" });
    Ok(())
}
