//! What is wrong with this installation, and what to do about it: `redress doctor`.
//!
//! One file a check. Each measures first and judges then, so that its judgement can be tested without what it measures. Nothing
//! is made, migrated or sent, and a server at work is not kept waiting. Whatever does not answer is given up after 5 seconds.

mod ask;
mod backups;
mod certificate;
mod clock;
mod database;
mod disk;
mod gateways;
mod health;
mod key;
mod listen;
mod metrics;
mod port;
mod provider;
mod public_url;
mod settings;
mod verdict;
mod zone;

use std::{pin::Pin, time::Duration};

use futures_util::future::join_all;
use tokio::{sync::oneshot, time::timeout};
use vault::Vault;

use self::database::Facts;
pub use self::{
    health::{Wanted, health},
    verdict::{Finding, Level, Verdict},
};
use crate::{
    clock::Clock,
    config::{Config, Sources},
};

/// What a check may wait for one answer.
const LIMIT: Duration = Duration::from_secs(5);
/// What reading the whole database may take, unless somebody wants it read to its end.
const READING: Duration = Duration::from_secs(20);

/// What is looked at.
pub struct Patient {
    config: Config,
    clock: Clock,
    /// Whether somebody has set the time zone.
    zone_is_set: bool,
    /// How long the whole database is read at most.
    reading: Option<Duration>,
    facts: Facts,
    /// Why there are no keys, if so.
    keys: Result<Vault, String>,
}

type Check = for<'p> fn(&'p Patient) -> Pin<Box<dyn Future<Output = Vec<Verdict>> + Send + 'p>>;

/// Every check, in the order of its lines.
const CHECKS: [(&str, Check); 12] = [
    ("disk", |patient| Box::pin(disk::check(patient))),
    ("clock", |patient| Box::pin(async move { clock::check(patient) })),
    ("time zone", |patient| Box::pin(async move { zone::check(patient) })),
    ("database", |patient| Box::pin(database::check(patient))),
    ("keys", |patient| Box::pin(async move { key::check(patient) })),
    ("backups", |patient| Box::pin(backups::check(patient))),
    ("listen", |patient| Box::pin(listen::check(patient))),
    ("tls", |patient| Box::pin(certificate::check(patient))),
    ("public url", |patient| Box::pin(public_url::check(patient))),
    ("metrics", |patient| Box::pin(metrics::check(patient))),
    ("gateways", |patient| Box::pin(gateways::check(patient))),
    ("single sign-on", |patient| Box::pin(provider::check(patient))),
];

/// Looks at the settings, and where they will do at everything that they name. With `thorough` the whole database is read,
/// however long that takes.
pub async fn examine(sources: &Sources, clock: Clock, thorough: bool) -> Vec<Finding> {
    let config = Config::check(sources);
    let mut findings = named("settings", settings::judge(sources, config.as_ref().err().map(Vec::as_slice)));
    let Ok(config) = config else { return findings };
    let (facts, keys) = tokio::join!(Facts::gather(&config, &clock), key::read(&config));
    let reading = (!thorough).then_some(READING);
    let zone_is_set = sources.is_set("timezone");
    let patient = Patient { config, clock, zone_is_set, reading, facts, keys };
    let verdicts = join_all(CHECKS.iter().map(|(_, check)| check(&patient))).await;
    findings.extend(CHECKS.iter().zip(verdicts).flat_map(|((check, _), verdicts)| named(check, verdicts)));
    findings
}

fn named(check: &'static str, verdicts: Vec<Verdict>) -> Vec<Finding> {
    verdicts.into_iter().map(|verdict| Finding { check, verdict }).collect()
}

/// Runs what blocks on a thread of its own, which nobody waits for once the time is up: a file system that hangs would
/// otherwise keep this program. Nothing when it was not done by then.
async fn aside<T: Send + 'static>(limit: Option<Duration>, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, waited) = oneshot::channel();
    // Where there is no further thread, the other end is dropped, and nobody waits.
    let _ = std::thread::Builder::new().spawn(move || done.send(work()));
    match limit {
        None => waited.await.ok(),
        Some(limit) => timeout(limit, waited).await.ok()?.ok(),
    }
}
