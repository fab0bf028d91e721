//! `redress clients import FILE.csv`: keeps the clients as the billing system has them. Works beside a running server.

use std::{io::Read, path::Path, time::Duration};

use anyhow::{Context, anyhow};
use clap::{Arg, ArgMatches, Command};

use super::{Failure, checked, on_record, open, out, privacy, progress::Progress, say};
use crate::{
    app::App,
    audit::{Brought, Clients},
    clients::{
        self, Outcome,
        import::{Row, Sheet},
    },
    config::Sources,
    db::{self, TokenIndex},
    fault::Fault,
    jobs::Presence,
};

/// Rows in one transaction: a few tens of milliseconds, so that a server beside it is never kept waiting for long. While
/// the next rows are sealed the database is free.
const BATCH: usize = 250;

const HELP: &str = "\
The first line names the columns, in any order and letter case:
  account    accountId, account, account number, customer id…   needed
  name       name, client name, customer name, full name…       needed
  phone      mobile, msisdn, phone, telephone…                  needed
  email      email, e-mail address…
  plan       plan, package, tariff, product
  address    address, service address, installation address
Other columns are left out. Commas, semicolons or tabs between them; UTF-8.

A client who has the account already is changed, nobody is taken away, and an empty cell clears. The last row of an
account counts. Who was erased on request is left out. Rows with faults are told by their line, and the good ones are kept; the exit status is then 1.";

/// The commands with their flags.
pub fn command() -> Command {
    let import = Command::new("import")
        .about("Add clients from a CSV file, or change those whose account is known")
        .before_help(HELP)
        .arg(Arg::new("file").value_name("FILE").required(true).help("The file; - reads standard input"));
    Command::new("clients")
        .alias("client")
        .about("Look after the clients")
        .subcommand_required(true)
        .subcommand(import)
        .subcommand(privacy::export_command())
        .subcommand(privacy::erase_command())
}

/// What became of the rows.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    added: u64,
    changed: u64,
    same: u64,
    erased: u64,
}

impl Tally {
    fn note(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Added => self.added += 1,
            Outcome::Changed(_) => self.changed += 1,
            Outcome::Same => self.same += 1,
        }
    }

    fn join(&mut self, other: Self) {
        self.added += other.added;
        self.changed += other.changed;
        self.same += other.same;
        self.erased += other.erased;
    }
}

/// Imports a file.
pub async fn import(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let file = args.get_one::<String>("file").map_or("-", String::as_str);
    let app = open(checked(sources)?).await?;
    let bytes = read(file)?;
    let sheet = Sheet::read(&bytes, app.config.region.as_ref()).map_err(|error| anyhow!("{file}: {error}"))?;
    drop(bytes);
    tell(&sheet);
    let presence = Presence::begin(&app).await?;
    let stored = recorded(&app, &sheet).await;
    presence.end().await;
    app.db.close().await?;
    let Tally { added, changed, same, erased } = stored?;
    let (repeated, refused) = (sheet.repeated.len(), sheet.refused.len());
    let read = sheet.rows.len() + repeated + refused;
    out(&format!(
        "{read} rows: {added} added, {changed} changed, {same} as they were, {repeated} repeated, {refused} refused"
    ));
    if erased > 0 {
        say(&format!(
            "{erased} left out, whose data was erased on request; add who is a client again on the page of clients"
        ));
    }
    if refused > 0 {
        let rows = if refused == 1 { "1 row was".to_owned() } else { format!("{refused} rows were") };
        return Err(anyhow!("{rows} refused; correct what is said above and import the file again").into());
    }
    Ok(())
}

fn read(file: &str) -> anyhow::Result<Vec<u8>> {
    if file == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        return Ok(bytes);
    }
    std::fs::read(Path::new(file)).with_context(|| format!("cannot read {file}"))
}

/// Says what is not stored as it stands, in the order of the file.
fn tell(sheet: &Sheet) {
    if !sheet.unused.is_empty() {
        say(&format!("columns left out: {}", sheet.unused.join(", ")));
    }
    let repeated = sheet
        .repeated
        .iter()
        .map(|(line, later)| (*line, format!("line {line}: line {later} has the same account and counts instead")));
    let refused = sheet.refused.iter().map(|row| {
        let end = if row.to > row.line { format!(" (to line {})", row.to) } else { String::new() };
        (row.line, format!("line {}{end}: {}", row.line, row.reason))
    });
    let mut lines: Vec<(u64, String)> = repeated.chain(refused).collect();
    lines.sort_by_key(|(line, _)| *line);
    for (_, line) in lines {
        say(&line);
    }
}

/// Stores the rows, between the two lines of the audit history that tell of it.
async fn recorded(app: &App, sheet: &Sheet) -> Result<Tally, Fault> {
    let (of, count) = (Brought::Clients, |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX));
    on_record(app, Clients::ImportBegan { of, rows: count(sheet.rows.len()) }).await?;
    let tally = store(app, &sheet.rows).await?;
    let Tally { added, changed, .. } = tally;
    on_record(app, Clients::Imported { of, added, changed, refused: count(sheet.refused.len()) }).await?;
    Ok(tally)
}

async fn store(app: &App, rows: &[Row]) -> Result<Tally, Fault> {
    let mut progress = Progress::new("clients", u64::try_from(rows.len()).unwrap_or(u64::MAX), app.clock.clone());
    let mut tally = Tally::default();
    for batch in rows.chunks(BATCH) {
        let (vault, clock, desk) = (app.vault.clone(), app.clock.clone(), app.tickets.desk.clone());
        let prepare = |row: &Row| clients::prepare(&vault, &clock, row.entry.clone());
        let prepared: Vec<_> = batch.iter().map(prepare).collect();
        let write = move |tx: &mut db::Tx<'_>| {
            let mut tally = Tally::default();
            for one in &prepared {
                if one.is_erased(tx)? {
                    tally.erased += 1;
                    continue;
                }
                tally.note(&clients::upsert(tx, &vault, &clock, &desk, one)?.1);
            }
            Ok::<_, Fault>(tally)
        };
        tally.join(app.db.write(write).await?);
        progress.add(u64::try_from(batch.len()).unwrap_or(0));
    }
    db::merge_index(&app.db, TokenIndex::Clients, Duration::ZERO).await?;
    progress.finish();
    Ok(tally)
}
