//! `redress tickets import FILE.csv`: brings tickets of another help desk here, with their past. Works beside a running
//! server.

use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Cursor, Read},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, anyhow};
use clap::{Arg, ArgAction, ArgMatches, Command};
use sha2::{Digest as _, Sha256};

use super::{Failure, checked, on_record, open, out, progress::Progress, say};
use crate::{
    app::App,
    audit::{Brought, Clients},
    config::Sources,
    db::{self, TokenIndex, Tx},
    fault::Fault,
    jobs::Presence,
    phone::Phone,
    search,
    staff::{self, Person, Role},
    tickets::import::{
        Entry, File, Import, Order, Outcome, Prepared, Rules, Source, Technicians, Values, Weighed, tell_pages,
    },
};

/// Rows in one transaction: a few tens of milliseconds, so that a server beside it is never kept waiting for long. While
/// the next rows are sealed the database is free.
const BATCH: usize = 250;

const HELP: &str = "\
Reads the exports of osTicket, Request Tracker and Zammad, known by their columns, and files with columns of our own:
  reference    ref, ticket number, id…              needed; the ticket is known by it again
  subject      title; or description, or both       needed
  status       New, Open, In Progress, Fixed…       needed
  createdAt    created, date created, opened…       needed
  clientName, clientPhone, clientEmail, clientAccountId
  issueType, priority, technician, updatedAt, fixedAt, closedAt, note, note 2, note 3…
Commas, semicolons or tabs between them; UTF-8. Times that name no zone are meant in the setting timezone.

Nothing is sent to anybody. A ticket without a number gets that of the client with its account or, alone, its e-mail
address: import the clients first. The same file again changes nothing, a later export what is different, unless
somebody of this desk has changed the ticket since. Stop it at any time, and go on by the same command. Rows with
faults are told by their line, and the good ones are kept; the exit status is then 1.

Columns, statuses and a plan for the day: docs/operations/coming-from-elsewhere.md";

/// The command with its flags.
pub fn command() -> Command {
    let import = Command::new("import")
        .about("Bring tickets of another help desk here, or up to date, from a CSV file")
        .before_help(HELP)
        .arg(Arg::new("file").value_name("FILE").required(true).help("The file; - reads standard input into memory"))
        .arg(flag("from", "DESK", "Which help desk wrote it; known by its columns without this").value_parser(Source::ALL.map(Source::name)))
        .arg(
            flag("map", "FIELD:VALUE=OURS", "What a value means, as in 'status:Waiting on customer=Open'; the field is status, issueType, priority or technician, the value * stands for all others; may be given more than once")
                .action(ArgAction::Append),
        )
        .arg(flag("dates", "ORDER", "Whether the day or the month comes first in dates like 03/04/2026").value_parser(["dmy", "mdy"]))
        .arg(flag("default-phone", "NUMBER", "The number of tickets whose client's number nobody knows, such as the desk's own"))
        .arg(flag("by", "EMAIL", "The admin who stands for having logged the tickets [default: the first one]"))
        .arg(Arg::new("dry-run").long("dry-run").action(ArgAction::SetTrue).help("Check everything, and store nothing"));
    Command::new("tickets")
        .alias("ticket")
        .about("Bring tickets from another help desk")
        .subcommand_required(true)
        .subcommand(import)
}

fn flag(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

/// What became of the rows.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    added: u64,
    changed: u64,
    same: u64,
    kept: u64,
    erased: u64,
    repeated: u64,
    refused: u64,
}

impl Tally {
    /// Counts a row, and says of it what has to be said.
    fn note(&mut self, line: u64, outcome: Outcome) {
        match outcome {
            Outcome::Added => self.added += 1,
            Outcome::Changed => self.changed += 1,
            Outcome::Same => self.same += 1,
            Outcome::Erased => self.erased += 1,
            Outcome::Kept => {
                self.kept += 1;
                say(&format!("line {line}: this ticket has been changed here since, and stays as it is"));
            }
            Outcome::Refused(why) => {
                self.refused += 1;
                say(&format!("line {line}: {why}"));
            }
        }
    }
}

/// Where the rows come from. They are read twice: all faults are told before the first is stored, and of a ticket that
/// is in the file twice the last row counts.
enum Origin {
    File(PathBuf),
    /// What cannot be read twice.
    Held(Arc<[u8]>),
}

impl Origin {
    fn of(file: &str) -> anyhow::Result<Self> {
        if file != "-" {
            return Ok(Self::File(file.into()));
        }
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        Ok(Self::Held(bytes.into()))
    }

    fn open(&self, forced: Option<Source>) -> anyhow::Result<File<Box<dyn BufRead>>> {
        let (name, source): (_, Box<dyn BufRead>) = match self {
            Self::File(path) => {
                let name = path.display().to_string();
                let file = std::fs::File::open(path).with_context(|| format!("cannot read {name}"))?;
                (name, Box::new(BufReader::with_capacity(1 << 16, file)))
            }
            Self::Held(bytes) => ("standard input".to_owned(), Box::new(Cursor::new(Arc::clone(bytes)))),
        };
        File::open(source, forced).map_err(|error| anyhow!("{name}: {error}"))
    }
}

/// A file that has been looked through.
#[derive(Debug, Default)]
struct Survey {
    rows: u64,
    refused: u64,
    /// The line of the last good row of each reference, by the half of its digest.
    latest: HashMap<[u8; 16], u64>,
}

impl Survey {
    /// Looks through a file and says which rows are none.
    fn of(file: &mut File<impl BufRead>, rules: &Rules) -> io::Result<Self> {
        let mut survey = Self::default();
        while let Some(row) = file.next_row(rules)? {
            survey.rows += 1;
            match row.entry {
                Ok(entry) => drop(survey.latest.insert(half(&entry), row.line)),
                Err(why) => {
                    survey.refused += 1;
                    let end = if row.to > row.line { format!(" (to line {})", row.to) } else { String::new() };
                    say(&format!("line {}{end}: {why}", row.line));
                }
            }
        }
        Ok(survey)
    }

    /// The line of the row that counts for a ticket.
    fn counts(&self, entry: &Entry, line: u64) -> u64 {
        self.latest.get(&half(entry)).copied().unwrap_or(line)
    }
}

fn half(entry: &Entry) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(search::account_key(&entry.reference)).into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

/// Does what a command of tickets asks for.
pub async fn run(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    match args.subcommand() {
        Some(("import", args)) => import(sources, args).await,
        _ => Ok(()),
    }
}

/// Imports a file.
async fn import(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let app = open(checked(sources)?).await?;
    let presence = Presence::begin(&app).await?;
    let done = read_and_store(&app, args).await;
    presence.end().await;
    app.db.close().await?;
    let (rows, tally) = done?;
    let Tally { added, changed, same, kept, erased, repeated, refused } = tally;
    let summary = format!(
        "{rows} rows: {added} added, {changed} changed, {same} as they were, {repeated} repeated, {refused} refused"
    );
    out(&if args.get_flag("dry-run") { format!("dry run, nothing is stored. It would be {summary}") } else { summary });
    if kept > 0 {
        say(&format!("{kept} left as they are, since somebody of this desk has changed them after they came"));
    }
    if erased > 0 {
        say(&format!("{erased} left out, whose client was erased on request"));
    }
    if refused > 0 {
        let rows = if refused == 1 { "1 row was".to_owned() } else { format!("{refused} rows were") };
        return Err(anyhow!("{rows} refused; correct what is said above and import the file again").into());
    }
    Ok(())
}

async fn read_and_store(app: &App, args: &ArgMatches) -> Result<(u64, Tally), Failure> {
    let text = |name: &str| args.get_one::<String>(name).map(String::as_str);
    let forced = text("from").and_then(Source::parse);
    let rules = rules(app, args).await?;
    let by = stands_for(app, text("by")).await?;
    let default_phone = match text("default-phone") {
        Some(number) => Some(
            Phone::parse(number, app.config.region.as_ref())
                .map_err(|why| Failure::Usage(vec![format!("--default-phone: {why}")]))?,
        ),
        None => None,
    };
    let origin = Origin::of(text("file").unwrap_or("-"))?;
    let mut file = origin.open(forced)?;
    let source = file.head.source;
    say(&format!("read as {source}"));
    if !file.head.unused.is_empty() {
        say(&format!("columns left out: {}", file.head.unused.join(", ")));
    }
    let survey = Survey::of(&mut file, &rules).context("the file cannot be read to its end")?;
    let import = Import { desk: app.tickets.desk.clone(), source, by, default_phone };
    let (of, rows, dry) = (Brought::Tickets, u64::try_from(survey.latest.len()).unwrap_or(0), args.get_flag("dry-run"));
    let storing = Storing {
        app,
        import,
        progress: Progress::new("tickets", rows, app.clock.clone()),
        tally: Tally { refused: survey.refused, ..Tally::default() },
        dry,
    };
    if !dry {
        on_record(app, Clients::ImportBegan { of, rows }).await?;
    }
    let tally = storing.all(&mut origin.open(Some(source))?, &rules, &survey).await?;
    if !dry {
        let Tally { added, changed, refused, .. } = tally;
        on_record(app, Clients::Imported { of, added, changed, refused }).await?;
    }
    Ok((survey.rows, tally))
}

/// What the rows are read by.
async fn rules(app: &App, args: &ArgMatches) -> Result<Rules, Failure> {
    let desk = app.tickets.desk.clone();
    let vault = desk.vault.clone();
    let technicians = app.db.read(move |tx| staff::technicians(tx, &vault)).await?;
    let said: Vec<String> = args.get_many::<String>("map").into_iter().flatten().cloned().collect();
    let values = Values::read(&said, &desk.issue_types, Technicians::of(&technicians)).map_err(Failure::Usage)?;
    let order = args.get_one::<String>("dates").and_then(|order| Order::parse(order));
    Ok(Rules { values, zone: desk.zone, order, region: desk.region, now: app.clock.now() })
}

/// The admin whose name stands on what is imported.
async fn stands_for(app: &App, email: Option<&str>) -> anyhow::Result<Person> {
    let vault = app.tickets.desk.vault.clone();
    let mut admins = app.db.read(move |tx: &mut Tx<'_>| staff::users_of(tx, &vault, Role::Admin)).await?;
    admins.retain(|user| user.enabled);
    let admin = match email {
        Some(email) => admins.iter().find(|user| crate::email::key(&user.email) == crate::email::key(email)),
        None => admins.iter().min_by_key(|user| (user.created_at, user.id)),
    };
    admin.map(staff::User::person).ok_or_else(|| match email {
        Some(email) => anyhow!("{email} is no enabled admin; see redress user list"),
        None => {
            anyhow!("nobody could stand for having logged the tickets; add an admin: redress user add --role admin")
        }
    })
}

/// An import that is being done.
struct Storing<'a> {
    app: &'a App,
    import: Import,
    progress: Progress,
    tally: Tally,
    dry: bool,
}

impl Storing<'_> {
    async fn all(mut self, file: &mut File<impl BufRead>, rules: &Rules, survey: &Survey) -> anyhow::Result<Tally> {
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(row) = file.next_row(rules)? {
            // What is wrong was told when the file was looked through.
            let Ok(entry) = row.entry else { continue };
            let later = survey.counts(&entry, row.line);
            if later != row.line {
                self.tally.repeated += 1;
                say(&format!("line {}: line {later} has the same reference and counts instead", row.line));
                continue;
            }
            batch.push((row.line, entry));
            if batch.len() == BATCH {
                self.batch(std::mem::take(&mut batch)).await?;
            }
        }
        self.batch(batch).await?;
        if self.tally.added + self.tally.changed > 0 && !self.dry {
            db::merge_index(&self.app.db, TokenIndex::Tickets, Duration::ZERO).await?;
            let tell = |tx: &mut Tx<'_>| {
                tell_pages(tx);
                Ok::<_, Fault>(())
            };
            self.app.db.write(tell).await?;
        }
        self.progress.finish();
        Ok(self.tally)
    }

    async fn batch(&mut self, batch: Vec<(u64, Entry)>) -> Result<(), Fault> {
        let (lines, entries): (Vec<u64>, Vec<Entry>) = batch.into_iter().unzip();
        let count = u64::try_from(lines.len()).unwrap_or(0);
        let import = self.import.clone();
        let weigh = move |tx: &mut Tx<'_>| import.weigh(tx, &entries).map(|weighed| (weighed, entries));
        let (weighed, entries) = self.app.db.read(weigh).await?;
        let (mut to_store, mut prepared) = (Vec::new(), Vec::new());
        for ((line, entry), weighed) in lines.into_iter().zip(entries).zip(weighed) {
            match weighed {
                Weighed::Done(outcome) => self.tally.note(line, outcome),
                other if self.dry => self.tally.note(line, other.outcome()),
                Weighed::New(contact) => {
                    to_store.push(line);
                    prepared.push(self.import.prepare(entry, Some(&contact)));
                }
                Weighed::Change => {
                    to_store.push(line);
                    prepared.push(self.import.prepare(entry, None));
                }
            }
        }
        for (line, outcome) in to_store.into_iter().zip(self.store(prepared).await?) {
            self.tally.note(line, outcome);
        }
        self.progress.add(count);
        Ok(())
    }

    async fn store(&self, prepared: Vec<Prepared>) -> Result<Vec<Outcome>, Fault> {
        if prepared.is_empty() {
            return Ok(Vec::new());
        }
        let import = self.import.clone();
        self.app.db.write(move |tx| import.store(tx, &prepared)).await
    }
}
