//! Makes a backup of a desk while others work with it.

use std::{
    fs::{File, OpenOptions},
    io::{BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use data_encoding::HEXLOWER;

use super::{
    age::{self, Recipient},
    archive::{self, Header},
    work::{Work, directory, settle},
};
use crate::{
    clock::{Clock, instant},
    db::{Db, Stop, copy},
    keys,
};

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Order {
    /// The file; its directory has to be there.
    pub to: PathBuf,
    /// Whether it may take the place of another.
    pub replace: bool,
    /// Who can open it; anybody if there are none.
    pub recipients: Vec<Recipient>,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// What the backup says of itself.
    pub header: Header,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Stops the work when nobody waits for it any more.
struct Guard(Stop);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.now();
    }
}

/// Makes a backup; `name` is what people know the database by. All that was committed before this began is in it. Needs room for
/// the database and the backup beside the file, for as long as it takes. Nothing of the file's name is there before it is whole and
/// forced to the disk; when this is dropped it never is.
///
/// # Errors
/// One sentence that says what failed and what to do.
pub async fn make(db: &Db, name: &str, clock: &Clock, order: Order) -> anyhow::Result<Made> {
    copy::check_whole(db, name).await?;
    let print = db.read(keys::recorded).await?.with_context(|| format!("there is no desk in {name}"))?;
    let now = clock.now();
    // Whoever else is served waits neither for a disk nor for a new connection.
    let asked = db.clone();
    let begin = move || {
        if !order.replace && order.to.symlink_metadata().is_ok() {
            bail!("{} is there already; name another file", order.to.display());
        }
        let work = Arc::new(Work::beside(directory(&order.to))?);
        Ok((order, asked.schema_status()?, work))
    };
    let (order, status, work) = tokio::task::spawn_blocking(begin).await??;
    let guard = Guard(Stop::default());
    let database = work.file("desk.db");
    db.snapshot(&database, now, guard.0.clone()).await.with_context(|| format!("cannot read all of {name}"))?;
    let header = Header {
        made: instant(now),
        redress: env!("CARGO_PKG_VERSION").to_owned(),
        schema: status.version,
        keys: HEXLOWER.encode(&print),
        bytes: database.metadata()?.len(),
    };
    let (stop, clock) = (guard.0.clone(), clock.clone());
    tokio::task::spawn_blocking(move || {
        let packed = work.file("packed");
        let go_on = || if stop.is_told() { bail!("it was stopped") } else { Ok(()) };
        let written = write(&header, &database, &packed, (&order.recipients, &clock), go_on);
        written.with_context(|| format!("cannot write {}", order.to.display()))?;
        go_on()?;
        let bytes = packed.metadata()?.len();
        settle(&packed, &order.to, order.replace)?;
        Ok(Made { header, bytes })
    })
    .await?
}

fn write(
    header: &Header,
    database: &Path,
    to: &Path,
    (recipients, clock): (&[Recipient], &Clock),
    go_on: impl Fn() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let database = File::open(database)?;
    let mut out = BufWriter::new(OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?);
    if recipients.is_empty() {
        return archive::pack(header, database, out, go_on);
    }
    let mut sealer = age::seal(recipients, &mut out, clock)?;
    archive::pack(header, database, &mut sealer, go_on)?;
    sealer.finish()?;
    Ok(out.flush()?)
}
