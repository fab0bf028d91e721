//! Backups that are made again and again.

use std::path::{Path, PathBuf};

use super::{
    Checker, Key, key,
    lives::{DAY, HOUR, time},
};
use crate::backup::{Before, Recipient, Settings};

pub(super) const KEYS: [Key; 5] = [
    key("backup.dir", "", "Directory that backups are made into, again and again; none are without it"),
    key("backup.every", "24h", "How often, 1h to 30d"),
    key("backup.keep", "14", "How many of them are kept, the newest, 1 to 1000"),
    key("backup.recipient", "", "Recipients of age (age1…) whom they are encrypted to, comma-separated"),
    key("backup.before_upgrade", "true", "Whether one is made before a new version changes the schema"),
];

/// Of those that are made again and again, if there is a directory; and of those before an upgrade, unless that is turned off,
/// which go beside the data where there is no directory.
pub(super) fn settings(checker: &mut Checker<'_>, data: &Path) -> (Option<Settings>, Option<Before>) {
    let every = checker.parsed("backup.every", "write a time from 1h to 30d", |text| {
        time(text).filter(|every| (HOUR..=30 * DAY).contains(every))
    });
    let keep = checker.parsed("backup.keep", "write a number from 1 to 1000", |text| {
        text.parse().ok().filter(|keep| (1..=1000).contains(keep))
    });
    let recipients = recipients(checker);
    let before = checker.parsed("backup.before_upgrade", "write true or false", |text| text.parse().ok());
    let dir = PathBuf::from(checker.text("backup.dir"));
    let before = before.unwrap_or(true).then(|| Before {
        dir: dir.clone(),
        otherwise: data.to_owned(),
        recipients: recipients.clone(),
    });
    // Whether it is there is found out each time: a desk must not stay away because a disk for backups does.
    let again = || Some(Settings { dir: dir.clone(), every: every?, keep: keep?, recipients });
    (if dir.as_os_str().is_empty() { None } else { again() }, before)
}

pub(super) fn read(text: &str) -> Option<Vec<Recipient>> {
    let parts = text.split(',').map(str::trim).filter(|_| !text.is_empty());
    parts.map(|one| one.parse().ok()).collect()
}

/// What will do for no recipient is not shown: it may be the secret half of one.
fn recipients(checker: &mut Checker<'_>) -> Vec<Recipient> {
    let read = read(&checker.text("backup.recipient"));
    if read.is_none() {
        let fault = "backup.recipient: it holds what is no recipient; write what age-keygen prints as the public key, age1…, \
                     and keep AGE-SECRET-KEY-1… away from this machine";
        checker.faults.push(fault.to_owned());
    }
    read.unwrap_or_default()
}
