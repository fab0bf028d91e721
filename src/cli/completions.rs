//! `redress completions`: what a shell completes behind `redress`.

use std::io::Write;

use anyhow::Context;
use clap::{Arg, ArgMatches, Command, ValueHint};
use clap_complete::{Shell, generate};

use super::{Failure, commands, setting, settings_file, text};
use crate::config::keys;

const SHELLS: [(&str, Shell); 3] = [("bash", Shell::Bash), ("zsh", Shell::Zsh), ("fish", Shell::Fish)];

const COMPLETIONS: &str = "\
Prints a script. Where it belongs:
  bash  redress completions bash > /usr/share/bash-completion/completions/redress
  zsh   redress completions zsh > /usr/local/share/zsh/site-functions/_redress
  fish  redress completions fish > ~/.config/fish/completions/redress.fish";

/// The command.
pub fn command() -> Command {
    let shell = Arg::new("shell").value_name("SHELL").required(true).value_parser(SHELLS.map(|(name, _)| name));
    Command::new("completions")
        .about("Print a script by which a shell completes commands and flags")
        .before_help(COMPLETIONS)
        .arg(shell.help("The shell"))
}

/// Prints the script of a shell.
pub fn print(args: &ArgMatches) -> Result<(), Failure> {
    let wanted = text(args, "shell");
    let (_, shell) = SHELLS.into_iter().find(|(name, _)| *name == wanted).context("there is no such shell")?;
    let mut script = Vec::new();
    generate(shell, &mut completed(), "redress", &mut script);
    Ok(std::io::stdout().write_all(&script)?)
}

/// What is completed: every setting behind the program itself, and behind its commands those two that tell where a desk is.
/// All of them everywhere, though understood, would make a script of a megabyte, and bury each command's own.
fn completed() -> Command {
    commands().arg(settings_file()).args(keys().map(setting)).mut_subcommands(with_place)
}

fn with_place(command: Command) -> Command {
    let place = keys().find(|key| key.name == "data_dir").map(setting);
    let place = place.map(|place| place.value_hint(ValueHint::DirPath));
    command.arg(settings_file()).args(place).mut_subcommands(with_place)
}
