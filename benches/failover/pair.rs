//! `bin/pg-pair` for as long as it is needed.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A primary with its standby. Gone when dropped.
pub struct Pair {
    dir: PathBuf,
    pub url: String,
}

impl Pair {
    pub fn start(dir: &Path) -> Self {
        let mut pair = Self { dir: dir.to_owned(), url: String::new() };
        pair.run("start");
        std::fs::read_to_string(dir.join("url")).unwrap().trim().clone_into(&mut pair.url);
        pair
    }

    pub fn run(&self, what: &str) {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/bin/pg-pair");
        let status = Command::new(program).arg(what).arg(&self.dir).stdout(std::process::Stdio::null()).status();
        assert!(status.unwrap().success(), "bin/pg-pair {what} failed");
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.run("stop");
    }
}
