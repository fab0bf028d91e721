//! `redress restore FILE`: makes a desk of a backup, where there is none.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::{Arg, ArgAction, ArgMatches, Command, builder::NonEmptyStringValueParser};
use data_encoding::HEXLOWER;
use vault::Zeroizing;

use super::{Failure, backup::file_argument, checked, db as databases, out, text};
use crate::{
    backup::{self, Header, Identities, Work},
    clock::Clock,
    config::{Config, Sources},
    data,
    db::{Db, DbOptions, copy::End, in_file, newest_schema},
};

const HELP: &str = "\
Makes a desk of a backup in the place that the settings name: the file of a data directory where there is none yet, or an
empty database of a server. It never writes over data. Put the copy of the key file in its place first, with mode 0600: then
they are held against the backup. Without one there a file is restored all the same, and no server starts on it until
the keys are there; a database of a server needs them first.

The backup is read to its end and held against its checksum before anything is made. A restore that broke off leaves
nothing that could be taken for a desk; run it again. A backup of an older version is brought up to date.

--verify does all of that but the last step, in the directory for temporary files (TMPDIR).";

/// The command with its flags.
pub fn command() -> Command {
    let identity = Arg::new("identity")
        .long("identity")
        .value_name("FILE")
        .value_parser(NonEmptyStringValueParser::new())
        .help("The file of age-keygen with what opens an encrypted backup");
    let verify =
        Arg::new("verify").long("verify").action(ArgAction::SetTrue).help("Only see whether it could be restored");
    Command::new("restore")
        .about("Make a desk of a backup, where there is none")
        .before_help(HELP)
        .arg(file_argument("The backup"))
        .arg(identity)
        .arg(verify)
}

/// A backup that was asked for.
struct Wanted {
    file: PathBuf,
    identities: Option<Identities>,
}

/// Restores a backup, or only looks whether it could.
pub async fn restore(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let config = checked(sources)?;
    let identities = args.get_one::<String>("identity").map(|path| identities(Path::new(path))).transpose()?;
    let wanted = Wanted { file: text(args, "file").into(), identities };
    if !args.get_flag("verify") {
        check_free(&config)?;
    }
    let header = tokio::task::block_in_place(|| backup::check(&wanted.file, wanted.identities.as_ref()))?;
    check_version(&wanted.file, &header)?;
    if args.get_flag("verify") {
        return Ok(verify(&config, &wanted, &header).await?);
    }
    let place = config.database_url.file();
    // Into a file they may follow: a server that does not have them refuses to start, and brings the schema up to date then.
    let keys_follow = place.is_some() && keys_are_absent(&config);
    if !keys_follow {
        check_keys(&config, &header)?;
    }
    data::make_data_dir(&config.data_dir)?;
    let (clock, name) = (Clock::system(), config.database_url.to_string());
    let work = Work::beside(place.and_then(Path::parent).unwrap_or(&config.data_dir))?;
    let unpacked = unpack(&wanted, &work)?;
    if let Some(place) = place {
        if !keys_follow {
            made_ready(&config, &unpacked, &clock).await?.close().await.map_err(anyhow::Error::from)?;
        }
        backup::place(&unpacked, place)?;
    } else {
        let db = made_ready(&config, &unpacked, &clock).await?;
        let source = End { db: db.clone(), name: wanted.file.display().to_string() };
        let copied = databases::bring(&config, source, &config.database_url, &clock).await;
        db.close().await.map_err(anyhow::Error::from)?;
        copied?;
    }
    out(&format!("{name} is the desk as of {}", header.made));
    if keys_follow {
        let (keys, at) = (&header.keys, config.keys.name());
        out(&format!(
            "it needs the keys {keys}, which the backup does not hold: put that desk's key file at {at}, mode 0600"
        ));
    }
    out("messages that waited then are sent once a server starts, even if they went out since");
    Ok(())
}

fn identities(path: &Path) -> anyhow::Result<Identities> {
    let named = || format!("--identity {}", path.display());
    let text = Zeroizing::new(std::fs::read_to_string(path).with_context(named)?);
    text.parse().map_err(|reason: String| anyhow!("{}: {reason}", named()))
}

/// Refuses to write where a desk may be. Of a server's database that is found out later, when it is opened.
fn check_free(config: &Config) -> anyhow::Result<()> {
    let Some(place) = config.database_url.file() else { return Ok(()) };
    let beside = |end: &str| {
        let mut name = place.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    // A log without its database would be written into the one that is put there.
    for path in ["", "-wal", "-shm", "-journal"].map(beside) {
        if path.symlink_metadata().is_ok() {
            bail!(
                "{} holds data already; restore into another directory with --data-dir, or move it away yourself",
                path.display()
            );
        }
    }
    Ok(())
}

fn check_version(file: &Path, header: &Header) -> anyhow::Result<()> {
    let (file, newest) = (file.display(), newest_schema());
    if header.schema > newest {
        bail!(
            "{file} has schema version {}, and this Redress knows up to {newest}; restore it with Redress {} or newer",
            header.schema,
            header.redress
        );
    }
    Ok(())
}

/// Whether there is no key file where the settings say that it is.
fn keys_are_absent(config: &Config) -> bool {
    config.keys.file().is_some_and(|file| !file.exists())
}

/// Whether the keys that are in place are those of the backup.
fn check_keys(config: &Config, header: &Header) -> anyhow::Result<()> {
    let fingerprint = HEXLOWER.decode(header.keys.as_bytes()).unwrap_or_default();
    let opened = config.keys.open(Some(&fingerprint)).map(drop);
    opened.with_context(|| format!("it needs the keys {}, which the backup does not hold", header.keys))
}

fn unpack(wanted: &Wanted, work: &Work) -> anyhow::Result<PathBuf> {
    let database = work.file("desk.db");
    tokio::task::block_in_place(|| {
        backup::unpack(&wanted.file, wanted.identities.as_ref(), &database)?;
        backup::inspect(&database, &wanted.file)
    })?;
    Ok(database)
}

/// All but the last step. A machine that has no keys, as one where backups lie, can tell all else.
async fn verify(config: &Config, wanted: &Wanted, header: &Header) -> anyhow::Result<()> {
    let absent = keys_are_absent(config);
    if !absent {
        check_keys(config, header)?;
    }
    let work = Work::beside(&std::env::temp_dir())?;
    let unpacked = unpack(wanted, &work)?;
    let Header { made, redress, schema, bytes, keys } = header;
    out(&format!("{}: whole; as of {made}, by Redress {redress}, schema version {schema}", wanted.file.display()));
    out(&format!("{bytes} bytes of database, whole too"));
    if absent {
        out(&format!("it needs the keys {keys}; there are none at {}, so that was not tried", config.keys.name()));
        return Ok(());
    }
    let db = Db::open(&in_file(&unpacked), DbOptions { create: false, ..DbOptions::default() })?;
    let fits = data::vault(config, &db).await;
    db.close().await?;
    fits?;
    out(&format!("the keys {keys} of {} open it", config.keys.name()));
    Ok(())
}

/// Opens what was unpacked with the keys that are in place, and brings its schema up to date.
async fn made_ready(config: &Config, unpacked: &Path, clock: &Clock) -> anyhow::Result<Db> {
    let db = Db::open(&in_file(unpacked), DbOptions { create: false, ..DbOptions::default() })?;
    data::vault(config, &db).await?;
    let report = db.migrate(clock.now()).context("the backup's schema cannot be brought up to date")?;
    if !report.applied.is_empty() {
        out(&format!("schema brought up to version {}: {}", report.version, report.applied.join(", ")));
    }
    Ok(db)
}
