//! Whether the database opens, fits this program and is whole.

use vault::KeyId;

use super::{LIMIT, Level, Patient, Verdict, aside, disk};
use crate::{
    audit,
    clock::Clock,
    config::Config,
    db::{self, Checkup, DbError, Tx, Whole},
    fault::Fault,
    keys, tickets,
};

/// What is known of a desk without opening anything that is sealed.
#[derive(Debug)]
pub(super) struct Kept {
    /// What tells its keys from others.
    pub(super) fingerprint: Option<Vec<u8>>,
    /// The key that nobody may start without.
    pub(super) needed: Option<KeyId>,
    /// The key of a rotation that is not finished.
    pub(super) rotating: Option<KeyId>,
    /// When something was last recorded, in milliseconds.
    pub(super) newest: Option<i64>,
    /// Servers at work on it.
    pub(super) serving: i64,
}

fn read(tx: &mut Tx<'_>, now: i64) -> Result<Kept, Fault> {
    Ok(Kept {
        fingerprint: keys::recorded(tx)?,
        needed: keys::needed(tx)?,
        rotating: keys::rotating(tx)?,
        newest: audit::newest(tx)?.max(tickets::newest(tx)?),
        serving: db::serving(tx, now)?,
    })
}

/// What looking at the database came to.
pub(super) enum Facts {
    /// There is none.
    NoDesk,
    /// It does not answer.
    Silent,
    /// It cannot be opened.
    Closed(DbError),
    /// It answers; with our time when it was asked for its own, in milliseconds.
    Open(Box<Checkup<Result<Kept, Fault>>>, i64),
}

impl Facts {
    pub(super) async fn gather(config: &Config, clock: &Clock) -> Self {
        if !config.has_desk() {
            return Self::NoDesk;
        }
        let (url, options, clock) = (config.database_url.clone(), config.database.clone(), clock.clone());
        let looked = aside(Some(LIMIT), move || {
            let before = clock.now();
            let found = db::look(&url, &options, |tx| read(tx, before));
            found.map(|found| (found, before))
        });
        match looked.await {
            None => Self::Silent,
            Some(Err(error)) => Self::Closed(error),
            Some(Ok((found, at))) => Self::Open(Box::new(found), at),
        }
    }

    pub(super) fn kept(&self) -> Option<&Kept> {
        match self {
            Self::Open(found, _) => found.read.as_ref()?.as_ref().ok(),
            _ => None,
        }
    }

    pub(super) fn newest(&self) -> Option<i64> {
        self.kept()?.newest
    }

    /// Our clock and the database's at one moment.
    pub(super) fn clocks(&self) -> Option<(i64, i64)> {
        match self {
            Self::Open(found, at) => Some((*at, found.now?)),
            _ => None,
        }
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Open(found, _) => u64::try_from(found.bytes).unwrap_or_default(),
            _ => 0,
        }
    }

    /// Whether a server is at work on it, where that is known.
    pub(super) fn is_served(&self) -> Option<bool> {
        self.kept().map(|kept| kept.serving > 0)
    }
}

pub(super) async fn check(patient: &Patient) -> Vec<Verdict> {
    let url = patient.config.database_url.clone();
    let mut verdicts = judge(&url.to_string(), &patient.facts);
    if let Facts::Open(..) = &patient.facts {
        let (limit, name) = (patient.reading, url.to_string());
        // Somewhat longer than it may take, so that it says itself that it was not done.
        let read = aside(limit.map(|limit| limit + LIMIT), move || db::whole(&url, limit)).await;
        verdicts.extend(integrity(&name, read.unwrap_or(Ok(Whole::Unfinished))));
        verdicts.extend(replica(patient).await.into_iter().flat_map(of_replica));
    }
    // A line that says that all is well, only where it is.
    if verdicts.iter().any(|verdict| verdict.level != Level::Ok) {
        verdicts.retain(|verdict| verdict.level != Level::Ok);
    }
    verdicts
}

/// What is remarkable of the standby, or why it cannot be asked; nothing where none is set.
async fn replica(patient: &Patient) -> Option<Result<Vec<db::Remark>, String>> {
    let options = patient.config.database.clone();
    options.replica.as_ref()?;
    match aside(Some(LIMIT), move || db::look_at_replica(&options)).await {
        None => Some(Err(format!("no answer within {} s", LIMIT.as_secs()))),
        Some(found) => Some(found?.map_err(|error| error.to_string())),
    }
}

fn judge(name: &str, facts: &Facts) -> Vec<Verdict> {
    let found = match facts {
        Facts::NoDesk => return vec![no_desk(name)],
        Facts::Silent => {
            let said = format!("{name} does not answer within {} s", LIMIT.as_secs());
            return vec![Verdict::fault(said, "see that the server runs and that nothing is in the way to it")];
        }
        Facts::Closed(DbError::Corrupt) => {
            let said = format!("{name} is damaged, or no database");
            return vec![Verdict::fault(said, "stop the server and restore a backup: docs/operations/recovery.md")];
        }
        Facts::Closed(error) => {
            let remedy = "correct database_url, or start the server; run this as the user that the server runs as";
            return vec![Verdict::fault(format!("{name} cannot be opened: {error}"), remedy)];
        }
        Facts::Open(found, _) => found,
    };
    let mut verdicts = Vec::new();
    match &found.schema {
        Ok(schema) if schema.version == 0 => return vec![no_desk(name)],
        Ok(schema) if !schema.pending.is_empty() => verdicts.push(Verdict::warning(
            format!("{name} is at version {} of {}", schema.version, schema.known),
            "make a backup, then start redress serve, which brings it up to date, or run redress db migrate",
        )),
        Ok(schema) => {
            let servers = match facts.kept().map_or(0, |kept| kept.serving) {
                0 => "no server is at work on it".to_owned(),
                1 => "one server is at work on it".to_owned(),
                many => format!("{many} servers are at work on it"),
            };
            let size = disk::bytes(facts.bytes());
            let (engine, version) = (&found.engine, schema.version);
            verdicts.push(Verdict::ok(format!("{name}: {engine}, version {version}, {size}; {servers}")));
        }
        Err(error) => verdicts.push(Verdict::fault(
            format!("{name} is of another version: {error}"),
            "do not work on it with this program: docs/operations/install.md on upgrading",
        )),
    }
    if let Some(Err(error)) = &found.read {
        let remedy = "stop the server and restore a backup: docs/operations/recovery.md";
        verdicts.push(Verdict::fault(format!("{name} cannot be read: {error}"), remedy));
    }
    verdicts.extend(found.remarks.iter().map(of_remark));
    verdicts
}

fn no_desk(name: &str) -> Verdict {
    Verdict::fault(
        format!("there is no desk in {name}"),
        "name its directory with --data-dir, correct database_url, or start redress serve once, which makes one",
    )
}

fn of_remark(remark: &db::Remark) -> Verdict {
    let level = if remark.grave { Level::Fault } else { Level::Warning };
    Verdict::new(level, remark.said.as_str(), remark.remedy)
}

fn integrity(name: &str, read: Result<Whole, DbError>) -> Option<Verdict> {
    match read {
        Ok(Whole::Yes | Whole::NotAsked) => None,
        Ok(Whole::No(faults)) => Some(Verdict::fault(
            format!("{name} is damaged: {faults} or more pages or indexes do not fit"),
            "stop the server, keep a copy of the file, and restore a backup: docs/operations/recovery.md",
        )),
        Ok(Whole::Unfinished) => Some(Verdict::note(
            format!("{name} is too large to be read to its end in passing; no damage was found so far"),
            "run redress doctor --thorough at a quiet time",
        )),
        Err(error) => Some(Verdict::warning(
            format!("whether {name} is whole cannot be told: {error}"),
            "run redress doctor again when less is going on",
        )),
    }
}

fn of_replica(looked: Result<Vec<db::Remark>, String>) -> Vec<Verdict> {
    match looked {
        Ok(remarks) => remarks.iter().map(of_remark).collect(),
        Err(why) => vec![Verdict::warning(
            format!("the standby in database_replica_url does not answer: {why}"),
            "reports are read from the primary meanwhile; start it, or leave database_replica_url out",
        )],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Remark, SchemaStatus};

    fn kept(serving: i64) -> Kept {
        Kept { fingerprint: None, needed: None, rotating: None, newest: Some(7), serving }
    }

    fn open(version: i64, pending: usize, serving: i64) -> Facts {
        let schema = SchemaStatus { version, known: 21, pending: vec!["x".to_owned(); pending] };
        let found = Checkup {
            engine: "Engine 1".to_owned(),
            schema: Ok(schema),
            now: Some(90),
            bytes: 5 << 20,
            remarks: Vec::new(),
            read: Some(Ok(kept(serving))),
        };
        Facts::Open(Box::new(found), 100)
    }

    fn changed(change: impl FnOnce(&mut Checkup<Result<Kept, Fault>>)) -> Facts {
        let Facts::Open(mut found, at) = open(21, 0, 1) else { unreachable!() };
        change(&mut found);
        Facts::Open(found, at)
    }

    #[test]
    fn each_state_of_a_database_is_told() {
        let newer = || Err(DbError::Newer { database: 22, known: 21 });
        let remark = |grave| Remark { grave, said: "fsync is off".to_owned(), remedy: "turn it on" };
        let table = [
            (Facts::NoDesk, Level::Fault, "there is no desk in"),
            (Facts::Silent, Level::Fault, "does not answer within 5 s"),
            (Facts::Closed(DbError::Corrupt), Level::Fault, "is damaged"),
            (Facts::Closed(DbError::Unavailable("refused".to_owned())), Level::Fault, "cannot be opened"),
            (open(0, 21, 0), Level::Fault, "there is no desk in"),
            (open(20, 1, 0), Level::Warning, "is at version 20 of 21"),
            (open(21, 0, 0), Level::Ok, "Engine 1, version 21, 5 MiB; no server is at work"),
            (open(21, 0, 1), Level::Ok, "one server is"),
            (open(21, 0, 3), Level::Ok, "3 servers are"),
            (changed(|found| found.schema = newer()), Level::Fault, "is of another version"),
            (changed(|found| found.remarks = vec![remark(true)]), Level::Fault, "fsync is off"),
            (changed(|found| found.remarks = vec![remark(false)]), Level::Warning, "fsync is off"),
            (changed(|found| found.read = Some(Err(DbError::Corrupt.into()))), Level::Fault, "cannot be read"),
        ];
        for (facts, level, words) in table {
            let verdicts = judge("db", &facts);
            let worst = verdicts.iter().max_by_key(|verdict| verdict.level).unwrap();
            assert_eq!(worst.level, level, "{words}: {verdicts:?}");
            assert!(worst.said.contains(words), "{words}: {verdicts:?}");
        }
    }

    #[test]
    fn damage_and_what_was_not_read_to_its_end_are_told_apart() {
        assert_eq!(integrity("db", Ok(Whole::Yes)), None);
        assert_eq!(integrity("db", Ok(Whole::NotAsked)), None);
        for (read, level) in [
            (Ok(Whole::No(3)), Level::Fault),
            (Ok(Whole::Unfinished), Level::Note),
            (Err(DbError::Busy), Level::Warning),
        ] {
            assert_eq!(integrity("db", read).unwrap().level, level);
        }
    }

    #[test]
    fn a_standby_that_is_away_or_none_is_a_warning() {
        let remark = Remark { grave: false, said: "it is no standby".to_owned(), remedy: "name one" };
        assert_eq!(of_replica(Ok(Vec::new())), []);
        for looked in [Err("refused".to_owned()), Ok(vec![remark])] {
            assert_eq!(of_replica(looked)[0].level, Level::Warning);
        }
    }

    #[test]
    fn what_was_measured_is_handed_on() {
        let facts = open(21, 0, 2);
        assert_eq!((facts.clocks(), facts.newest(), facts.bytes()), (Some((100, 90)), Some(7), 5 << 20));
        assert_eq!((facts.is_served(), open(21, 0, 0).is_served()), (Some(true), Some(false)));
        assert_eq!((Facts::Silent.is_served(), Facts::NoDesk.clocks(), Facts::NoDesk.bytes()), (None, None, 0));
    }
}
