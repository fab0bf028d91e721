//! `redress backup` and `redress restore`: nothing that was answered is lost, and nothing but a whole backup becomes a desk.

mod making;
mod postgres_only;
mod restoring;
mod server;

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::recovery::{GATEWAY, Load, holds};
use crate::support::{
    Caller, Dir,
    process::{Process, run, script},
};

/// A file of `age-keygen` with a secret half, and the public half of it.
fn keys(dir: &Dir) -> (String, String) {
    script(dir, "age-keygen -o identity.txt 2>/dev/null", &[]).done();
    let public = script(dir, "age-keygen -y identity.txt", &[]).done();
    (path(dir, "identity.txt"), public.trim().to_owned())
}

fn path(dir: &Dir, name: &str) -> String {
    dir.path().join(name).display().to_string()
}

/// Another desk's place with a copy of the keys of this one.
fn keyed(from: &Dir) -> Dir {
    let dir = Dir::new();
    fs::create_dir(dir.path().join("data")).unwrap();
    fs::copy(from.path().join("data/redress.key"), dir.path().join("data/redress.key")).unwrap();
    dir
}

/// All that lies in a directory, with everything below it.
fn lies_in(place: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(place).into_iter().flatten().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.insert(entry.path(), Vec::new());
            found.extend(lies_in(&entry.path()));
        } else {
            found.insert(entry.path(), fs::read(entry.path()).unwrap());
        }
    }
    found
}

/// The header of a backup, and the database in it.
fn opened(file: &[u8]) -> (Value, Vec<u8>) {
    let rest = file.strip_prefix(b"redress backup 1\n").unwrap();
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
    let mut database = Vec::new();
    GzDecoder::new(&rest[end + 1..rest.len() - 32]).read_to_end(&mut database).unwrap();
    (serde_json::from_slice(&rest[..end]).unwrap(), database)
}

/// A backup as the program would write it, of whatever is said.
fn forged(header: &Value, database: &[u8]) -> Vec<u8> {
    let mut file = format!("redress backup 1\n{header}\n").into_bytes();
    flate2::read::GzEncoder::new(database, flate2::Compression::fast()).read_to_end(&mut file).unwrap();
    let digest = Sha256::digest(&file);
    file.extend_from_slice(&digest);
    file
}

/// A small desk that nobody serves any more, and a backup of it.
async fn small() -> (Dir, String) {
    let dir = Dir::new();
    let process = Process::serve(&dir, &GATEWAY);
    process.admin(&dir).ticket(json!({"clientName": "Xanthippe Quillfeather"})).await;
    process.stop();
    let file = path(&dir, "desk.backup");
    run(&dir, &["backup", &file]).done();
    (dir, file)
}
