//! Reads backups: whether one is whole, and the database out of it.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, BufWriter, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, bail};

use super::{
    age::{self, Identities},
    archive::{self, Header},
    work::settle,
};
use crate::db::{self, DbError};

/// Reads a backup to its end and holds it against its checksum, and changes nothing. Blocks.
///
/// # Errors
/// One sentence that says what is wrong with it and what to do.
pub fn check(file: &Path, identities: Option<&Identities>) -> anyhow::Result<Header> {
    read(file, identities, None)
}

/// The same, writing the database into a new file, mode 0600. What is there after an error is of no use. Blocks.
///
/// # Errors
/// As [`check`], and where it cannot be written.
pub fn unpack(file: &Path, identities: Option<&Identities>, into: &Path) -> anyhow::Result<Header> {
    let new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(into);
    let mut out = BufWriter::new(new.with_context(|| format!("cannot write {}", into.display()))?);
    let header = read(file, identities, Some(&mut out))?;
    out.flush().with_context(|| format!("cannot write {}", into.display()))?;
    Ok(header)
}

/// Whether an unpacked database is whole. `file` is the backup that it came from. Blocks.
///
/// # Errors
/// One sentence that says what is wrong and what to do.
pub fn inspect(unpacked: &Path, file: &Path) -> anyhow::Result<()> {
    match db::inspect(unpacked) {
        Err(DbError::Corrupt) => bail!(
            "{} is as it was made, but the database in it was damaged already when it was made; use an older backup",
            file.display()
        ),
        other => Ok(other?),
    }
}

/// Moves an unpacked database to where a desk is to be, unless something is there.
///
/// # Errors
/// One sentence that says what failed and what to do.
pub fn place(unpacked: &Path, to: &Path) -> anyhow::Result<()> {
    settle(unpacked, to, false)
}

fn read(file: &Path, identities: Option<&Identities>, into: Option<&mut dyn Write>) -> anyhow::Result<Header> {
    let open = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    opened(BufReader::new(open), identities)
        .and_then(|plain| archive::unpack(plain, into))
        .with_context(|| file.display().to_string())
}

/// The backup in clear, whether it is encrypted or not.
fn opened(mut from: impl BufRead + 'static, identities: Option<&Identities>) -> anyhow::Result<Box<dyn Read>> {
    let mut start = Vec::new();
    (&mut from).take(age::MAGIC.len() as u64).read_to_end(&mut start).context("it cannot be read")?;
    if start != age::MAGIC.as_bytes() {
        return Ok(Box::new(std::io::Cursor::new(start).chain(from)));
    }
    let identities =
        identities.context("it is encrypted; name the file of an age identity that opens it with --identity")?;
    Ok(Box::new(age::open(identities, from)?))
}
