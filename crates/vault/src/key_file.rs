//! The key file on disk: who may read it, how it is made, and how it is replaced.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::ring::{KeyId, ParseError, Ring};

/// No file is read past this; about a thousand rotations.
const MAX_BYTES: usize = 64 * 1024;

/// How often a file may be found replaced while it is opened. One is rare already.
const REPLACED_AT_MOST: usize = 100;

const GROUP_AND_OTHERS: u32 = 0o077;

/// What is wrong with a key file, and what to do. No variant carries any key.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// No such file.
    #[error(
        "there is no key file at {path}: put a copy of it back, or correct the path \
             (a new key file cannot open data that is there already)"
    )]
    Missing {
        /// The path asked for.
        path: PathBuf,
    },
    /// Asked to create a file where something is.
    #[error("{path} is there already: a key file is never overwritten")]
    Exists {
        /// The path asked for.
        path: PathBuf,
    },
    /// A symbolic link, directory, device or the like.
    #[error("{path} is {found}: name the key file itself, a plain file")]
    NotAFile {
        /// The path asked for.
        path: PathBuf,
        /// What is there, with its article.
        found: &'static str,
    },
    /// Group or others have some right to it.
    #[error(
        "the key file {path} is open to others (mode {mode:04o}): run `chmod 600 {path}`, \
             and think whether anybody has read it"
    )]
    OpenToOthers {
        /// The path asked for.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Readable, but something else.
    #[error("{path} is not a key file of Redress: correct the path")]
    NotAKeyFile {
        /// The path asked for.
        path: PathBuf,
    },
    /// From another, most likely a newer, build.
    #[error(
        "the key file {path} has version {version}, and this build knows version 1: \
             use a newer build"
    )]
    UnknownVersion {
        /// The path asked for.
        path: PathBuf,
        /// The version it names.
        version: u32,
    },
    /// The checksum is missing or does not fit.
    #[error("the key file {path} is damaged (its checksum does not fit): put a copy of it back")]
    Damaged {
        /// The path asked for.
        path: PathBuf,
    },
    /// The checksum fits, but a line makes no sense.
    #[error("the key file {path} is wrong at line {line} ({what}): put a copy of it back")]
    Malformed {
        /// The path asked for.
        path: PathBuf,
        /// Line number, from 1.
        line: usize,
        /// The rule that is broken.
        what: &'static str,
    },
    /// A sound key file, but not the one the data was written with.
    #[error(
        "the key file {path} belongs to other data, or is an older copy: \
             put the newest copy of the right one in place"
    )]
    WrongKeys {
        /// The path asked for.
        path: PathBuf,
    },
    /// Asked to take out a key that is not there, or that seals or will.
    #[error("key {id} cannot be taken out of {path}: it is in use, or not there")]
    InUse {
        /// The path asked for.
        path: PathBuf,
        /// The key.
        id: KeyId,
    },
    /// The ring can take no further key.
    #[error("the key file {path} is full: it can take no further key")]
    Full {
        /// The path asked for.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot {doing} the key file {path}: {reason}")]
    Io {
        /// The path asked for.
        path: PathBuf,
        /// What was being done, as a verb.
        doing: &'static str,
        /// The system's reason.
        reason: io::Error,
    },
}

/// Turns an I/O error into ours.
fn failed(path: &Path, doing: &'static str) -> impl Fn(io::Error) -> KeyFileError {
    move |reason| match reason.kind() {
        ErrorKind::NotFound if doing == "read" => KeyFileError::Missing { path: path.into() },
        ErrorKind::AlreadyExists => KeyFileError::Exists { path: path.into() },
        _ => KeyFileError::Io { path: path.into(), doing, reason },
    }
}

/// Reads the ring, after the checks of kind and mode.
pub(crate) fn read(path: &Path) -> Result<Ring, KeyFileError> {
    let failed = failed(path, "read");
    let file = open_plain(path)?;
    let meta = file.metadata().map_err(&failed)?;
    check_mode(path, &meta)?;
    // Room from the start: growing would leave keys in freed memory.
    let mut text = Zeroizing::new(Vec::with_capacity(MAX_BYTES + 64));
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut text).map_err(&failed)?;
    if text.len() > MAX_BYTES {
        return Err(KeyFileError::NotAKeyFile { path: path.into() });
    }
    Ring::from_text(&text).map_err(|problem| refused(path.into(), &problem))
}

/// Opens a plain file. Looked at before it is opened, because opening a pipe would wait for its
/// other end; looked at again, because a rotation may replace it in between.
fn open_plain(path: &Path) -> Result<File, KeyFileError> {
    let failed = failed(path, "read");
    for _ in 0..REPLACED_AT_MOST {
        let seen = fs::symlink_metadata(path).map_err(&failed)?;
        check_kind(path, &seen)?;
        let file = File::open(path).map_err(&failed)?;
        let meta = file.metadata().map_err(&failed)?;
        if (meta.dev(), meta.ino()) == (seen.dev(), seen.ino()) {
            return Ok(file);
        }
    }
    Err(failed(io::Error::other("it is being replaced, try again")))
}

fn check_kind(path: &Path, meta: &Metadata) -> Result<(), KeyFileError> {
    let kind = meta.file_type();
    let found = match () {
        () if kind.is_file() => return Ok(()),
        () if kind.is_dir() => "a directory",
        // Replacing the file at a rotation would replace the link and leave its target behind.
        () if kind.is_symlink() => "a symbolic link",
        () => "a device, pipe or socket",
    };
    Err(KeyFileError::NotAFile { path: path.into(), found })
}

fn check_mode(path: &Path, meta: &Metadata) -> Result<(), KeyFileError> {
    let mode = meta.permissions().mode() & 0o7777;
    if mode & GROUP_AND_OTHERS == 0 {
        return Ok(());
    }
    Err(KeyFileError::OpenToOthers { path: path.into(), mode })
}

fn refused(path: PathBuf, problem: &ParseError) -> KeyFileError {
    match *problem {
        ParseError::NotKeys => KeyFileError::NotAKeyFile { path },
        ParseError::UnknownVersion(version) => KeyFileError::UnknownVersion { path, version },
        ParseError::Damaged => KeyFileError::Damaged { path },
        ParseError::Malformed { line, what } => KeyFileError::Malformed { path, line, what },
    }
}

/// Writes a ring where nothing is. The file appears whole or not at all, whatever fails.
pub(crate) fn create(path: &Path, ring: &Ring) -> Result<(), KeyFileError> {
    let failed = failed(path, "create");
    let directory = directory_of(path)?;
    let written = write_beside(path, ring)?;
    // Unlike a rename, this fails on whatever has the name, a dangling link included.
    written.persist_noclobber(path).map_err(|failure| failed(failure.error))?;
    directory.sync_all().map_err(failed)
}

/// Reads a ring that comes from elsewhere than a file, named `name` in errors.
pub(crate) fn parse(text: &[u8], name: &str) -> Result<Ring, KeyFileError> {
    if text.len() > MAX_BYTES {
        return Err(KeyFileError::NotAKeyFile { path: name.into() });
    }
    Ring::from_text(text).map_err(|problem| refused(name.into(), &problem))
}

/// Adds a key that seals nothing yet.
pub(crate) fn stage(path: &Path, known: &Ring) -> Result<(Ring, KeyId), KeyFileError> {
    change(path, known, |ring| ring.stage().ok_or_else(|| KeyFileError::Full { path: path.into() }))
}

/// Changes the ring in the file, which must follow `known`, and returns it with what `how` gives.
pub(crate) fn change<T>(
    path: &Path,
    known: &Ring,
    how: impl FnOnce(&mut Ring) -> Result<T, KeyFileError>,
) -> Result<(Ring, T), KeyFileError> {
    let failed = failed(path, "replace");
    let directory = directory_of(path)?;
    // Two rotations at once would each write a ring without the other's key. The lock is on the
    // directory because the file itself is replaced; it ends with `directory`.
    directory.lock().map_err(&failed)?;
    let mut ring = read_following(path, known)?;
    let before = ring.to_text();
    let made = how(&mut ring)?;
    let after = ring.to_text();
    if after.len() > MAX_BYTES {
        return Err(KeyFileError::Full { path: path.into() });
    }
    if *after == *before {
        return Ok((ring, made));
    }
    let written = write_beside(path, &ring)?;
    keep_owner(path, written.as_file()).map_err(&failed)?;
    written.persist(path).map_err(|failure| failed(failure.error))?;
    directory.sync_all().map_err(failed)?;
    Ok((ring, made))
}

/// Reads the ring, which must be a later state of `known`.
pub(crate) fn read_following(path: &Path, known: &Ring) -> Result<Ring, KeyFileError> {
    let ring = read(path)?;
    if ring.follows(known) {
        return Ok(ring);
    }
    Err(KeyFileError::WrongKeys { path: path.into() })
}

/// Opens the directory the file is in, to lock and to sync.
fn directory_of(path: &Path) -> Result<File, KeyFileError> {
    File::open(parent(path)).map_err(failed(path, "open the directory of"))
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes and syncs a temporary file (`O_CREAT | O_EXCL`, mode 0600, removed unless persisted)
/// in the same directory.
fn write_beside(path: &Path, ring: &Ring) -> Result<NamedTempFile, KeyFileError> {
    let write = || {
        let permissions = Permissions::from_mode(0o600);
        let mut file =
            tempfile::Builder::new().prefix(".redress-keys-").permissions(permissions).tempfile_in(parent(path))?;
        file.write_all(ring.to_text().as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    write().map_err(failed(path, "write"))
}

/// Gives the new file the old one's owner, group and mode: root may rotate the keys of a service
/// that runs as another user, and must not lock it out.
fn keep_owner(path: &Path, new: &File) -> io::Result<()> {
    let (old, meta) = (fs::metadata(path)?, new.metadata()?);
    if (old.uid(), old.gid()) != (meta.uid(), meta.gid()) {
        fchown(new, Some(old.uid()), Some(old.gid()))?;
    }
    new.set_permissions(old.permissions())?;
    new.sync_all()
}
