//! Every statement on messages that wait.

use vault::{OpenError, Vault};

use super::{
    channels::{Channel, Registered},
    delivery::Delivery,
    store::{DELIVERY, DELIVERY_COLUMNS, read_delivery, recipient_cell, text_cell},
};
use crate::{
    db::{Row, Tx, params},
    fault::Fault,
};

/// A message that is due.
#[derive(Debug, Clone)]
pub struct Due {
    pub delivery: Delivery,
    /// What is sealed. A row that does not open must not hold up all others.
    pub letter: Result<Letter, OpenError>,
    /// Of its address.
    pub token: i64,
    pub segments: i64,
    /// Whether the number has said STOP.
    pub opted_out: bool,
}

/// What goes out.
#[derive(Debug, Clone)]
pub struct Letter {
    pub to: String,
    pub text: String,
    pub registered: Option<Registered>,
}

/// Which messages of a channel a worker takes.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub channel: &'static Channel,
    pub now: i64,
    pub most: usize,
    /// Only those that may have gone already, which wait for no gateway's rest.
    pub doubtful: bool,
}

/// The messages that a worker may take now, the most urgent first and of them the oldest: queued and due, or left by a
/// worker whose lease ran out. Of each ticket only the earliest to the client, so that nobody reads that a ticket is fixed
/// before reading that there is one.
pub fn due(tx: &mut Tx<'_>, vault: &Vault, wanted: Wanted) -> Result<Vec<Due>, Fault> {
    // Each by its own index: among a hundred thousand that wait, no look may read them all.
    let (index, only) = if wanted.doubtful {
        ("notifications_doubtful", " AND (state = 1 OR doubts > 0)")
    } else {
        ("notifications_lane", "")
    };
    let sql = format!(
        "SELECT {DELIVERY}, recipient, text, registered, recipient_token, segments, \
         (SELECT COUNT(*) FROM opt_outs WHERE opt_outs.number_token = notifications.recipient_token) \
         FROM notifications{} {DUE}{only} ORDER BY rank, id LIMIT $3{}",
        tx.dialect().by_index(index),
        tx.dialect().skip_locked()
    );
    let most = i64::try_from(wanted.most).unwrap_or(i64::MAX);
    let rows = tx.query(&sql, params![wanted.now, wanted.channel.name, most])?;
    rows.iter().map(|row| read_due(vault, row)).collect()
}

const DUE: &str = "WHERE state IN (0, 1) AND channel = $2 AND due_at <= $1 AND (state = 0 OR lease_until < $1) \
    AND NOT EXISTS (SELECT 1 FROM notifications AS earlier WHERE earlier.ticket_id = notifications.ticket_id \
    AND earlier.revision < notifications.revision AND earlier.channel = notifications.channel \
    AND earlier.recipient_token = notifications.recipient_token AND earlier.state IN (0, 1))";

/// Whether [`due`] would give anything.
pub fn any_due(tx: &mut Tx<'_>, channel: &Channel, now: i64) -> Result<bool, Fault> {
    let sql = format!("SELECT id FROM notifications {DUE} LIMIT 1");
    Ok(!tx.query(&sql, params![now, channel.name])?.is_empty())
}

/// How many messages wait, those on their way included, and since when the oldest does, in milliseconds.
pub fn waiting(tx: &mut Tx<'_>) -> Result<(i64, Option<i64>), Fault> {
    let row = tx.query_one("SELECT COUNT(*), MIN(created_at) FROM notifications WHERE state IN (0, 1)", &[])?;
    Ok(row.map_or(Ok((0, None)), |row| Ok::<_, crate::db::DbError>((row.int(0)?, row.opt_int(1)?)))?)
}

/// The same for one channel.
pub fn waiting_on(tx: &mut Tx<'_>, channel: &Channel) -> Result<(i64, Option<i64>), Fault> {
    let sql = "SELECT COUNT(*), MIN(created_at) FROM notifications WHERE state IN (0, 1) AND channel = $1";
    let row = tx.query_one(sql, params![channel.name])?;
    Ok(row.map_or(Ok((0, None)), |row| Ok::<_, crate::db::DbError>((row.int(0)?, row.opt_int(1)?)))?)
}

/// Has those that were put off while their gateway was away be due at once, now that it is back. What a person or the hour
/// holds back stays so, since it was never tried.
pub fn hasten(tx: &mut Tx<'_>, channel: &Channel, now: i64) -> Result<u64, Fault> {
    Ok(tx.execute(
        "UPDATE notifications SET due_at = $1 WHERE state IN (0, 1) AND state = 0 AND channel = $2 AND due_at > $1 \
         AND attempts > 0 AND doubts = 0",
        params![now, channel.name],
    )?)
}

fn read_due(vault: &Vault, row: &Row) -> Result<Due, Fault> {
    const AFTER: usize = DELIVERY_COLUMNS;
    let delivery = read_delivery(row)?;
    let id = delivery.id;
    let (to, text, registered) = (row.bytes(AFTER)?, row.bytes(AFTER + 1)?, row.opt_text(AFTER + 2)?);
    let open = || {
        let to = vault.open_text(&recipient_cell(&id), &to)?;
        let registered = registered.as_deref().and_then(Registered::read);
        Ok(Letter { to, text: vault.open_text(&text_cell(&id), &text)?, registered })
    };
    Ok(Due {
        letter: open(),
        delivery,
        token: row.int(AFTER + 3)?,
        segments: row.int(AFTER + 4)?,
        opted_out: row.int(AFTER + 5)? > 0,
    })
}
