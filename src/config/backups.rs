//! Backups that are made again and again.

use std::path::PathBuf;

use super::{
    Checker, Key, key,
    lives::{DAY, HOUR, time},
};
use crate::backup::{Recipient, Settings};

pub(super) const KEYS: [Key; 4] = [
    key("backup.dir", "", "Directory that backups are made into, again and again; none are without it"),
    key("backup.every", "24h", "How often, 1h to 30d"),
    key("backup.keep", "14", "How many of them are kept, the newest, 1 to 1000"),
    key("backup.recipient", "", "Recipients of age (age1…) whom they are encrypted to, comma-separated"),
];

/// The settings, if there is a directory.
pub(super) fn settings(checker: &mut Checker<'_>) -> Option<Settings> {
    let every = checker.parsed("backup.every", "write a time from 1h to 30d", |text| {
        time(text).filter(|every| (HOUR..=30 * DAY).contains(every))
    });
    let keep = checker.parsed("backup.keep", "write a number from 1 to 1000", |text| {
        text.parse().ok().filter(|keep| (1..=1000).contains(keep))
    });
    let recipients =
        checker.parsed("backup.recipient", "write what age-keygen prints as the public key, age1…", |text| {
            text.split(',').map(|one| one.trim().parse().ok()).collect::<Option<Vec<Recipient>>>()
        });
    let dir = PathBuf::from(checker.text("backup.dir"));
    if dir.as_os_str().is_empty() {
        return None;
    }
    // Whether it is there is found out each time: a desk must not stay away because a disk for backups does.
    Some(Settings { dir, every: every?, keep: keep?, recipients: recipients.unwrap_or_default() })
}
