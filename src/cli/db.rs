//! `redress db …`: brings the schema up to date, and copies a desk into another database.

use std::io::BufRead;

use anyhow::Context;
use clap::{Arg, ArgMatches, Command, builder::NonEmptyStringValueParser};
use data_encoding::HEXLOWER;

use super::{Failure, checked, no_desk, out, progress::Progress};
use crate::{
    clients,
    clock::Clock,
    config::{Config, Sources},
    data,
    db::{
        DatabaseUrl, Db, DbOptions,
        copy::{self, Brought, Copying, End, Verified},
    },
    tickets,
};

const HELP: &str = "\
Copies everything from the database of the settings into an empty one, of the same kind or another:
tickets, history, messages, clients, staff and how they sign in. The key file stays where it is; the
copy is read with the same one.

Everything is then read on both sides and compared, row by row. When the copy is whole, a line for
each table tells its rows and the start of their SHA-256, the same whatever holds them.

A run that broke off goes on when it is run again. While servers run, everything is copied too, but not
taken for whole: stop them, and run it again for what has changed. Nobody can serve an unfinished copy;
a whole one can be brought up to date until it is first opened.";

/// The commands with their flags.
pub fn command() -> Command {
    let to = Arg::new("to")
        .long("to")
        .value_name("URL")
        .required(true)
        .value_parser(NonEmptyStringValueParser::new())
        .help("The empty database, as database_url would name it; - reads it from standard input");
    Command::new("db")
        .about("Look after the database")
        .subcommand_required(true)
        .subcommand(Command::new("migrate").about("Bring the schema up to date"))
        .subcommand(
            Command::new("copy").about("Copy everything into another database, and compare").before_help(HELP).arg(to),
        )
}

/// Brings the schema up to date.
pub async fn migrate(sources: &Sources) -> Result<(), Failure> {
    let config = checked(sources)?;
    let clock = Clock::system();
    data::make_data_dir(&config.data_dir)?;
    let db = data::open_db(&config, &clock).await?;
    let status = db.schema_status()?;
    out(&format!("{}: schema version {}, up to date", config.database_url, status.version));
    Ok(())
}

/// Copies the desk.
pub async fn copy(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let config = checked(sources)?;
    let to = address(args.get_one::<String>("to").map_or("", String::as_str))?;
    if config.database_url.is_same(&to) {
        return Err(Failure::Usage(vec![format!("--to: {to} is the database that would be copied; name another one")]));
    }
    let clock = Clock::system();
    let copy = open(&config, &to).await?;
    let copied = run(&copy, &clock).await;
    let closed = (copy.target.db.clone().close().await, copy.source.db.clone().close().await);
    let (brought, verified) = copied?;
    closed.0.and(closed.1)?;
    print(&verified);
    let Brought { written, removed, kept, .. } = brought;
    out(&format!("{written} rows written, {removed} removed, {kept} there already"));
    out(&format!("{} is a whole copy of {}", copy.target.name, copy.source.name));
    out(&format!("serve it with database_url set to it, and the same keys: {}", config.keys.name()));
    Ok(())
}

/// A faulty address is not shown, as it may hold a password anywhere.
fn address(given: &str) -> Result<DatabaseUrl, Failure> {
    let url = if given == "-" {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("cannot read the address from standard input")?;
        line.trim().to_owned()
    } else {
        given.to_owned()
    };
    url.parse().map_err(|fault| Failure::Usage(vec![format!("--to: {fault}")]))
}

/// Opens both sides. The target is not touched before the source is found to be in order.
async fn open(config: &Config, to: &DatabaseUrl) -> Result<Copying, Failure> {
    if let Some(error) = no_desk(config)? {
        return Err(error.into());
    }
    let options = DbOptions { create: false, replica: None, ..config.database.clone() };
    let db = Db::open(&config.database_url, options).with_context(|| format!("cannot open {}", config.database_url))?;
    let source = End { db, name: config.database_url.to_string() };
    copy::check_source(&source).await?;
    Ok(copying(config, source, to).await?)
}

/// Opens the target, once the keys are found to fit the source.
async fn copying(config: &Config, source: End, to: &DatabaseUrl) -> anyhow::Result<Copying> {
    let vault = data::vault(config, &source.db).await?;
    let options = DbOptions { create: true, replica: None, ..config.database.clone() };
    let db = Db::open(to, options).with_context(|| format!("cannot open {to}"))?;
    // Two databases of one server have one name.
    let name = if to.to_string() == source.name { format!("{to} (--to)") } else { to.to_string() };
    let target = End { db, name };
    let mut findable = tickets::findable(&vault).to_vec();
    findable.push(clients::findable(&vault));
    Ok(Copying { source, target, desk: vault.fingerprint().to_vec(), findable, run: Clock::system().uuid() })
}

/// Brings all that is in a database which nobody uses into an empty one, and compares.
///
/// # Errors
/// As `redress db copy`.
pub(super) async fn bring(config: &Config, source: End, to: &DatabaseUrl, clock: &Clock) -> Result<(), Failure> {
    let copy = copying(config, source, to).await?;
    let copied = run(&copy, clock).await;
    copy.target.db.clone().close().await.map_err(anyhow::Error::from)?;
    copied.map(drop)
}

async fn run(copy: &Copying, clock: &Clock) -> Result<(Brought, Verified), Failure> {
    copy.begin(clock.now()).await?;
    let rows = copy.rows().await?;
    let mut progress = Progress::new("rows copied", rows, clock.clone());
    let brought = copy.bring(&mut |more| progress.add(more)).await?;
    copy.settle().await?;
    progress.finish();
    copy.check_quiet(clock.now()).await?;
    let mut progress = Progress::new("rows compared", rows, clock.clone());
    let verified = copy.verify(&brought, &mut |more| progress.add(more)).await?;
    progress.finish();
    copy.end(clock.now()).await?;
    Ok((brought, verified))
}

fn print(verified: &Verified) {
    let start = |digest: &[u8; 32]| HEXLOWER.encode(&digest[..8]);
    for (table, rows, digest) in &verified.tables {
        out(&format!("{table:20} {rows:>12} rows  {}", start(digest)));
    }
    for (index, parts) in &verified.indexes {
        out(&format!("{index:20} {parts:>12} texts found"));
    }
    let (rows, digest) = verified.total;
    out(&format!("{:20} {rows:>12} rows  {}", "total", start(&digest)));
}
