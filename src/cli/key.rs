//! `redress key …`: rotates the data key while servers run, and tells which keys are in use.

use std::{path::Path, time::Duration};

use anyhow::{anyhow, bail};
use clap::{Arg, ArgMatches, Command};
use vault::KeyId;

use super::{Failure, checked, open, out, progress::Progress, say};
use crate::{
    app::App,
    audit::{self, Event},
    config::Sources,
    db::Tx,
    keys::{self, Behind, Found, Resealing},
};

/// Servers look at the file twice a second; one that was killed counts for a minute.
const PATIENCE: Duration = Duration::from_secs(75);
const LOOK: Duration = Duration::from_millis(250);
/// A value may be sealed with the key of before while a walk goes by. Nobody does that for long.
const WALKS: usize = 5;

const ROTATE: &str = "\
Adds a data key to the key file, waits until every server has it, has it seal what is written from then on, and seals
everything that is there anew, while servers run. A rotation that broke off goes on when it is run again.

Where several machines have copies of the key file, copy it to them while this waits, or run it again afterwards.
Copy the key file away when it is done: older copies cannot open the data any more.";

/// The commands.
pub fn command() -> Command {
    let id = Arg::new("id").value_name("KEY").required(true).value_parser(clap::value_parser!(u32));
    Command::new("key")
        .about("Look after the keys that the data is sealed with")
        .subcommand_required(true)
        .subcommand(Command::new("rotate").about("Seal everything under a new data key").before_help(ROTATE))
        .subcommand(Command::new("status").about("Tell which keys there are, and how much each has sealed"))
        .subcommand(
            Command::new("forget")
                .about("Take a key that seals nothing any more out of the key file; backups that need it open no more")
                .arg(id.help("Its number")),
        )
        .subcommand(Command::new("next").about(
            "Print the key ring with the next step of a rotation done, for keys that come from key_command or the like",
        ))
}

/// Runs one of them.
pub async fn run(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let app = open(checked(sources)?).await?;
    let done = match args.subcommand() {
        Some(("status", _)) => status(&app).await,
        Some(("forget", args)) => forget(&app, KeyId::new(args.get_one("id").copied().unwrap_or_default())).await,
        Some(("next", _)) => next(&app),
        _ => rotate(&app).await,
    };
    app.db.close().await.map_err(anyhow::Error::from)?;
    Ok(done?)
}

fn resealing(app: &App) -> Resealing {
    Resealing { db: app.db.clone(), vault: app.tickets.desk.vault.clone() }
}

/// The file, which only Redress changes.
fn file(app: &App) -> anyhow::Result<&Path> {
    let name = app.config.keys.name();
    app.config.keys.file().ok_or_else(|| anyhow!("the keys come from {name}: change them there, see redress key next"))
}

async fn rotate(app: &App) -> anyhow::Result<()> {
    let vault = &app.tickets.desk.vault;
    let begun = app.db.read(keys::rotating).await?;
    match begun.filter(|key| *key == vault.active_key()) {
        Some(key) => say(&format!("going on with the rotation to key {key}")),
        None if app.config.keys.file().is_some() => advance(app, file(app)?).await?,
        None if vault.newest_key() > vault.active_key() => {
            let (key, name) = (vault.newest_key(), app.config.keys.name());
            app.db.write(move |tx| keys::require(tx, key)).await?;
            wait(app, key, |behind| behind.without, "do not have").await?;
            bail!("every server has key {key}: have {name} give what redress key next prints, and run this again");
        }
        None => {
            let key = vault.active_key();
            app.db.write(move |tx| keys::begin(tx, key)).await?;
        }
    }
    let key = vault.active_key();
    wait(app, key, |behind| behind.without + behind.sealing, "do not seal with").await?;
    let found = reseal(app).await?;
    if found.unreadable > 0 {
        bail!("{} values could not be opened and stay as they are; see the log above", found.unreadable);
    }
    app.db.write(keys::finish).await?;
    out(&format!("everything is sealed with key {key}"));
    out(&format!("copy the keys away now ({}): older copies do not open this data", app.config.keys.name()));
    let old: Vec<String> = vault.keys().into_iter().filter(|id| *id < key).map(|id| id.to_string()).collect();
    if !old.is_empty() {
        out(&format!("sealing nothing any more, needed for older backups alone: key {}", old.join(", key ")));
    }
    Ok(())
}

/// Adds a key and has it seal, once every server has it.
async fn advance(app: &App, path: &Path) -> anyhow::Result<()> {
    let (vault, clock) = (app.tickets.desk.vault.clone(), app.clock.clone());
    let key = vault.stage_key(path)?;
    // Before it seals anything: from now on nobody starts with a copy of the file that lacks it.
    app.db.write(move |tx| keys::require(tx, key)).await?;
    wait(app, key, |behind| behind.without, "do not have").await?;
    let record = move |tx: &mut Tx<'_>| {
        keys::begin(tx, key)?;
        audit::record(tx, &vault, &clock, None, &Event::KeyActivated { key: key.get() })
    };
    app.db.write(record).await?;
    app.tickets.desk.vault.activate_key(path)?;
    say(&format!("key {key} seals from now on"));
    Ok(())
}

/// Waits until all servers have got somewhere.
async fn wait(app: &App, key: KeyId, count: fn(Behind) -> i64, lack: &str) -> anyhow::Result<()> {
    let began = tokio::time::Instant::now();
    let mut said = 0;
    loop {
        let now = app.clock.now();
        let behind = count(app.db.read(move |tx| keys::behind(tx, key, now)).await?);
        if behind == 0 {
            return Ok(());
        }
        let words = if behind == 1 { "1 server".to_owned() } else { format!("{behind} servers") };
        if began.elapsed() > PATIENCE {
            let name = app.config.keys.name();
            bail!("{words} still {lack} key {key}: copy {name} to each machine, and run this again to go on");
        }
        if behind != said && began.elapsed() > Duration::from_secs(2) {
            say(&format!("waiting for {words} that {lack} key {key} yet"));
            said = behind;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Seals everything anew, until a walk finds nothing to do.
async fn reseal(app: &App) -> anyhow::Result<Found> {
    let work = resealing(app);
    let (mut found, mut done) = (Found::default(), 0);
    for _ in 0..WALKS {
        let mut progress = Progress::new("rows looked at", work.rows().await?, app.clock.clone());
        found = work.reseal(&mut |more| progress.add(more)).await?;
        progress.finish();
        done += found.resealed;
        if found.resealed == 0 {
            say(&format!("{done} values sealed anew"));
            return Ok(found);
        }
    }
    let used: Vec<String> = found.used.iter().map(|(key, count)| format!("{count} with key {key}")).collect();
    bail!(
        "something still seals with an older key ({}): is an import running? run this again after it",
        used.join(", ")
    )
}

async fn look(app: &App) -> anyhow::Result<Found> {
    let work = resealing(app);
    let mut progress = Progress::new("rows looked at", work.rows().await?, app.clock.clone());
    let found = work.look(&mut |more| progress.add(more)).await?;
    progress.finish();
    Ok(found)
}

async fn status(app: &App) -> anyhow::Result<()> {
    let vault = &app.tickets.desk.vault;
    let found = look(app).await?;
    out(&format!("keys from {}", app.config.keys.name()));
    let active = vault.active_key();
    for key in vault.keys() {
        let state = match key.cmp(&active) {
            std::cmp::Ordering::Less => "retired",
            std::cmp::Ordering::Equal => "active",
            std::cmp::Ordering::Greater => "waiting",
        };
        out(&format!("key {key:<4} {state:8} {:>12} values", found.used.get(&key).copied().unwrap_or_default()));
    }
    let missing = found.used.iter().filter(|(key, _)| !vault.has_key(**key));
    for (key, count) in missing {
        out(&format!(
            "key {key:<4} MISSING  {count:>12} values that cannot be opened: put the newest copy of the keys in place"
        ));
    }
    if found.unreadable > 0 {
        out(&format!("{} values cannot be opened", found.unreadable));
    }
    let (key, now) = (vault.newest_key(), app.clock.now());
    let behind = app.db.read(move |tx| keys::behind(tx, key, now)).await?;
    if behind.without > 0 {
        out(&format!("servers without key {key}: {}", behind.without));
    }
    if let Some(key) = app.db.read(keys::rotating).await? {
        out(&format!("a rotation to key {key} is not finished: redress key rotate goes on with it"));
    }
    Ok(())
}

async fn forget(app: &App, id: KeyId) -> anyhow::Result<()> {
    let (path, vault, now) = (file(app)?, app.tickets.desk.vault.clone(), app.clock.now());
    let active = vault.active_key();
    let behind = app.db.read(move |tx| keys::behind(tx, active, now)).await?;
    if behind.without + behind.sealing > 0 {
        bail!("{} servers do not seal with key {active} yet; try again when they do", behind.without + behind.sealing);
    }
    let found = look(app).await?;
    if let Some(count) = found.used.get(&id) {
        bail!("{count} values are sealed with key {id}: redress key rotate seals them anew");
    }
    vault.forget_key(path, id)?;
    let clock = app.clock.clone();
    let record = move |tx: &mut Tx<'_>| audit::record(tx, &vault, &clock, None, &Event::KeyForgotten { key: id.get() });
    app.db.write(record).await?;
    out(&format!("key {id} is taken out; backups that need it open with older copies of the key file only"));
    Ok(())
}

fn next(app: &App) -> anyhow::Result<()> {
    let text = app.tickets.desk.vault.next_text().ok_or_else(|| anyhow!("the ring can take no further key"))?;
    out(text.trim_end());
    Ok(())
}
