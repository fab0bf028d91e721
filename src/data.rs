//! What a desk lies in: its directory, its database, and the key that belongs to it.

use std::path::Path;

use anyhow::Context;
use vault::Vault;

use crate::{
    backup,
    clock::Clock,
    config::Config,
    db::{Db, SchemaStatus, copy},
    keys::{self, KeySource},
};

/// Makes the data directory, for its owner only, unless it is there.
///
/// # Errors
/// One sentence that says what failed and what to do.
pub fn make_data_dir(data: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    if data.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .with_context(|| format!("cannot make the data directory {}; make it or set data_dir", data.display()))
}

/// Opens the database and the key that belongs to it. A key is made only for a database that holds nothing yet.
///
/// # Errors
/// One sentence that says what failed and what to do.
pub async fn open_data(config: &Config, clock: &Clock) -> anyhow::Result<(Db, Vault)> {
    let db = up_to_date(config, clock, Some(&config.keys)).await?;
    copy::take_over(&db, &config.database_url.to_string()).await?;
    let recorded = db.read(keys::recorded).await?;
    let mut vault = config.keys.open(recorded.as_deref())?;
    check(config, &db, &vault).await?;
    if recorded.is_none() {
        let ours = vault.fingerprint();
        db.write(move |tx| keys::record(tx, &ours)).await?;
        // Two first starts at once: whoever recorded its key first is right.
        let recorded = db.read(keys::recorded).await?;
        vault = config.keys.open(recorded.as_deref())?;
    }
    Ok((db, vault))
}

/// The keys that belong to a database, which must have such.
///
/// # Errors
/// One sentence that says what failed and what to do.
pub async fn vault(config: &Config, db: &Db) -> anyhow::Result<Vault> {
    let recorded = db.read(keys::recorded).await?;
    let recorded = recorded.with_context(|| format!("there is no desk in {}", config.database_url))?;
    let vault = config.keys.open(Some(&recorded))?;
    check(config, db, &vault).await?;
    Ok(vault)
}

/// Refuses an older copy of the right keys: what is sealed with newer ones would not open.
async fn check(config: &Config, db: &Db, vault: &Vault) -> anyhow::Result<()> {
    match db.read(keys::needed).await? {
        Some(key) if vault.newest_key() < key => anyhow::bail!(
            "the keys of {} are an older copy, without key {key}: put the newest copy in place",
            config.keys.name()
        ),
        _ => Ok(()),
    }
}

/// Whether a database that is there holds a desk, of whatever version.
///
/// # Errors
/// One sentence that says what failed and what to do.
pub fn has_schema(config: &Config) -> anyhow::Result<bool> {
    let db = open_url(config)?;
    Ok(db.schema_status()?.version > 0)
}

fn open_url(config: &Config) -> anyhow::Result<Db> {
    Db::open(&config.database_url, config.database.clone())
        .with_context(|| format!("cannot open {}", config.database_url))
}

/// Opens the database alone and brings its schema up to date. A desk of an older version is kept as it was before, in a backup.
///
/// # Errors
/// One sentence that says what failed and what to do.
pub async fn open_db(config: &Config, clock: &Clock) -> anyhow::Result<Db> {
    up_to_date(config, clock, None).await
}

/// With `keys`, a desk that they do not open is not upgraded.
async fn up_to_date(config: &Config, clock: &Clock, keys: Option<&KeySource>) -> anyhow::Result<Db> {
    let (db, name) = (open_url(config)?, config.database_url.to_string());
    let failed = || format!("cannot migrate {name}");
    let SchemaStatus { version, pending, .. } = db.schema_status().with_context(failed)?;
    let mut kept = None;
    if version > 0 && !pending.is_empty() {
        if let (Some(keys), Some(recorded)) = (keys, db.read(keys::recorded).await?) {
            check(config, &db, &keys.open(Some(&recorded))?).await?;
        }
        if let Some(before) = &config.before_upgrade {
            tracing::info!(version, "the desk is of an older version; it is kept as it is before it is upgraded");
            kept = backup::before_upgrade(before, (&db, &name), version, clock).await?;
            if let Some(file) = &kept {
                let file = file.display();
                tracing::info!(%file, "the desk as it was, for the version before; its keys are not in it");
            } else {
                tracing::info!("another node has upgraded it meanwhile, and has kept it as it was");
            }
        }
    }
    let report = db.migrate(clock.now()).with_context(failed)?;
    if let Some(file) = kept {
        // Not before: as long as upgrades fail, whoever goes back wants an earlier one.
        backup::let_earlier_go(file).await;
    }
    if !report.applied.is_empty() {
        tracing::info!(version = report.version, applied = report.applied.join(", "), "schema brought up to date");
    }
    Ok(db)
}
