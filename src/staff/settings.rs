//! The settings of this feature.

use super::links::Lives;

const HOUR: i64 = 60 * 60 * 1000;

/// How long sessions and links last, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// A session ends when it was not used for this long. An hour, as NIST SP 800-63B-4 has it for AAL2.
    pub idle: i64,
    /// A session ends at this age, used or not. A shift with what comes before and after it, so that everybody signs in
    /// once a day; AAL2 wants 24 hours at most.
    pub life: i64,
    /// Of links by which passwords are chosen.
    pub links: Lives,
}

impl Default for Settings {
    fn default() -> Self {
        Self { idle: HOUR, life: 12 * HOUR, links: Lives::default() }
    }
}
