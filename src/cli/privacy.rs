//! `redress clients export`, `redress clients erase` and `redress retention …`: what the page of privacy does, for a terminal.

use std::{io::Write, path::PathBuf};

use anyhow::{Context, anyhow};
use clap::{Arg, ArgGroup, ArgMatches, Command};
use jiff::Timestamp;

use super::{Failure, checked, open, out, required, say, text};
use crate::{
    app::App,
    config::Sources,
    fault::Fault,
    phone::Phone,
    privacy::{self, Named, Subject},
};

/// Who is meant, by one of three.
fn whom(command: Command) -> Command {
    let arg = |name, value, help| Arg::new(name).long(name).value_name(value).help(help);
    command
        .arg(arg("account", "ID", "A client, by account id, with all tickets of theirs"))
        .arg(arg("ticket", "REF", "One ticket alone, by its reference"))
        .arg(arg("phone", "P", "Everything with this number"))
        .group(ArgGroup::new("whom").args(["account", "ticket", "phone"]).required(true))
        .arg(required("reason", "WORDS", "Why, for the audit history; name nobody in it"))
}

/// `clients export`.
pub fn export_command() -> Command {
    whom(Command::new("export").about("Write all that is kept of somebody as JSON, on record")).arg(
        Arg::new("out")
            .long("out")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help("A new file, readable by its owner alone; standard output without it"),
    )
}

/// `clients erase`.
pub fn erase_command() -> Command {
    whom(Command::new("erase").about("Erase all that is personal of somebody, for ever")).arg(required(
        "confirm",
        "TEXT",
        "The client's account id or name, the reference, or the number, once more",
    ))
}

/// `retention`.
pub fn retention_command() -> Command {
    Command::new("retention")
        .about("Let go of what is past its age")
        .subcommand_required(true)
        .subcommand(Command::new("plan").about("Say what would go by the settings; nothing changes"))
        .subcommand(Command::new("purge").about("Let it go now; a running server does so each hour"))
}

async fn subject(app: &App, args: &ArgMatches) -> Result<Subject, Failure> {
    let given = |name| args.get_one::<String>(name).map(|text| text.trim().to_owned());
    let named = match (given("account"), given("ticket"), given("phone")) {
        (Some(account), ..) => Named::Account(account),
        (_, Some(ticket), _) => Named::Ticket(ticket),
        (.., phone) => {
            let phone = Phone::parse(&phone.unwrap_or_default(), app.config.region.as_ref());
            Named::Phone(phone.map_err(|fault| anyhow!("--phone: {fault}"))?)
        }
    };
    let desk = app.tickets.desk.clone();
    Ok(app.db.read(move |tx| named.subject(tx, &desk)).await.map_err(told)?)
}

/// A fault in words that name nobody.
fn told(fault: Fault) -> anyhow::Error {
    match fault {
        Fault::NotFound => anyhow!("nothing is kept of them; look for what was meant on the page of privacy"),
        Fault::Invalid(faults) => {
            let words: Vec<String> = faults.into_iter().map(|fault| fault.named().english()).collect();
            anyhow!("{}", words.join("; "))
        }
        other => anyhow!(other),
    }
}

/// Writes the document.
pub async fn export(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let app = open(checked(sources)?).await?;
    let done = written(&app, args).await;
    app.db.close().await.map_err(anyhow::Error::from)?;
    done
}

async fn written(app: &App, args: &ArgMatches) -> Result<(), Failure> {
    let subject = subject(app, args).await?;
    let Some(path) = args.get_one::<PathBuf>("out") else {
        write(app, &subject, args, &mut std::io::stdout()).await?;
        out("");
        return Ok(());
    };
    // Before it is on record that it left.
    let mut file = new_file(path)?;
    let mut written = write(app, &subject, args, &mut file).await;
    if written.is_ok() {
        written = file.sync_all().context("cannot write --out");
    }
    if written.is_err() {
        // Half of it passes for the whole, and another run would be refused as the file is there.
        let _ = std::fs::remove_file(path);
    }
    Ok(written?)
}

/// Writes the document as it is read.
async fn write(app: &App, subject: &Subject, args: &ArgMatches, to: &mut impl Write) -> anyhow::Result<()> {
    let exported = privacy::export(&app.privacy(), subject, text(args, "reason"), None).await;
    let mut document = exported.map_err(told)?;
    while let Some(piece) = document.piece().await.context("the document was broken off")? {
        to.write_all(&piece).context("cannot write the document")?;
    }
    Ok(())
}

fn new_file(path: &std::path::Path) -> anyhow::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.with_context(|| format!("cannot make {}", path.display()))
}

/// Erases somebody.
pub async fn erase(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let app = open(checked(sources)?).await?;
    let done = erased(&app, args).await;
    app.db.close().await.map_err(anyhow::Error::from)?;
    done
}

async fn erased(app: &App, args: &ArgMatches) -> Result<(), Failure> {
    let subject = subject(app, args).await?;
    let (reason, typed) = (text(args, "reason"), text(args, "confirm"));
    let erased = privacy::erase(&app.privacy(), &subject, reason, &typed, None).await.map_err(told)?;
    out(&format!(
        "{} clients erased; {} tickets, {} notes and {} messages stay without anything personal",
        erased.clients, erased.tickets, erased.notes, erased.messages
    ));
    say("what was copied before, such as backups, is not reached: see docs/operations/privacy.md");
    Ok(())
}

/// Says what would go.
pub async fn plan(sources: &Sources) -> Result<(), Failure> {
    let app = open(checked(sources)?).await?;
    let (desk, retention) = (app.tickets.desk.clone(), app.config.retention);
    let planned = app.db.read(move |tx| privacy::plan(tx, &desk, &retention)).await;
    app.db.close().await.map_err(anyhow::Error::from)?;
    for one in planned.map_err(anyhow::Error::from)? {
        let name = one.rule.setting();
        let Some(limit) = one.limit else {
            out(&format!("{name}: not set, kept for ever"));
            continue;
        };
        let day = |at: Option<i64>| at.and_then(|at| Timestamp::from_millisecond(at).ok()).map(|at| at.strftime("%F"));
        let span = match (day(one.age.oldest), day(one.age.newest)) {
            (Some(oldest), Some(newest)) if one.age.count > 0 => format!(", from {oldest} to {newest}"),
            _ => String::new(),
        };
        let held = if one.held > 0 { format!("; {} kept by legal holds", one.held) } else { String::new() };
        out(&format!("{name} = {limit} ({}): {} would go{span}{held}", one.rule.unit(), one.age.count));
    }
    Ok(())
}

/// Lets it go.
pub async fn purge(sources: &Sources) -> Result<(), Failure> {
    let app = open(checked(sources)?).await?;
    let purged = privacy::purge(&app.privacy()).await;
    app.db.close().await.map_err(anyhow::Error::from)?;
    let purged = purged.map_err(anyhow::Error::from)?;
    if purged.is_empty() {
        out("no rule is set: everything is kept for ever");
    }
    for (rule, count) in purged {
        out(&format!("{}: {count} gone", rule.setting()));
    }
    Ok(())
}
