//! Every statement on messages that wait.

use vault::{OpenError, Vault};

use super::{
    backoff::LONGEST_PAUSE,
    channels::{CHANNELS, Channel, Registered},
    delivery::Delivery,
    reason::{ENOUGH, NOT_NOW, QUIET, SPENT},
    store::{DELIVERY, DELIVERY_COLUMNS, read_delivery, recipient_cell, text_cell},
};
use crate::{
    db::{Dialect, Row, Tx, params},
    fault::Fault,
    request_id::RequestId,
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
    /// The request that brought it about, if one did.
    pub request: Option<RequestId>,
}

/// Which messages of a channel a worker takes.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub channel: &'static Channel,
    pub now: i64,
    pub most: usize,
    /// Only those that may have gone already, which wait for no gateway's rest.
    pub doubtful: bool,
    /// Whether so little is due that all of it is put in order, and no way led through what is put off.
    pub few: bool,
}

/// The messages that a worker may take now, the most urgent first and of them the oldest: queued and due, or left by a
/// worker whose lease ran out. Of each ticket only the earliest to the client, so that nobody reads that a ticket is fixed
/// before reading that there is one.
pub fn due(tx: &mut Tx<'_>, vault: &Vault, wanted: Wanted) -> Result<Vec<Due>, Fault> {
    let dialect = tx.dialect();
    let sql = format!(
        "SELECT {DELIVERY}, recipient, text, registered, recipient_token, segments, \
         (SELECT COUNT(*) FROM opt_outs WHERE opt_outs.number_token = notifications.recipient_token), request_id \
         {} ORDER BY rank, id LIMIT $3{}",
        open(dialect, if wanted.few { "notifications_ready" } else { "notifications_lane" }, wanted.doubtful),
        dialect.skip_locked()
    );
    let most = i64::try_from(wanted.most).unwrap_or(i64::MAX);
    let rows = tx.query(&sql, params![wanted.now, wanted.channel.name, most])?;
    rows.iter().map(|row| read_due(vault, row)).collect()
}

/// Whether [`due`] would give anything.
pub fn any_due(tx: &mut Tx<'_>, wanted: Wanted) -> Result<bool, Fault> {
    let sql = format!("SELECT id {} LIMIT 1", open(tx.dialect(), "notifications_ready", wanted.doubtful));
    Ok(!tx.query(&sql, params![wanted.now, wanted.channel.name])?.is_empty())
}

/// Whether so little is due that [`Wanted::few`] is right.
pub fn are_few(tx: &mut Tx<'_>, wanted: Wanted) -> Result<bool, Fault> {
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM notifications{} WHERE state IN (0, 1) AND channel = $1 AND due_at <= $2 \
         LIMIT {FEW}) AS due",
        tx.dialect().by_index("notifications_ready")
    );
    let count = tx.query_one(&sql, params![wanted.channel.name, wanted.now])?.map_or(Ok(0), |row| row.int(0))?;
    Ok(count < FEW)
}

/// From so many on that are due, they are read in the order in which they go.
const FEW: i64 = 512;

/// `FROM` and `WHERE` of what is due on channel `$2` at `$1`, by an index: among a hundred thousand that wait, no look may
/// read them all.
fn open(dialect: Dialect, index: &str, doubtful: bool) -> String {
    let (index, only) =
        if doubtful { ("notifications_doubtful", " AND (state = 1 OR doubts > 0)") } else { (index, "") };
    format!(
        "FROM notifications{} WHERE state IN (0, 1) AND channel = $2 AND due_at <= $1 \
         AND (state = 0 OR lease_until < $1){only} \
         AND NOT EXISTS (SELECT 1 FROM notifications AS earlier{} WHERE earlier.ticket_id = notifications.ticket_id \
         AND earlier.revision < notifications.revision AND earlier.channel = notifications.channel \
         AND earlier.recipient_token = notifications.recipient_token AND earlier.state IN (0, 1))",
        dialect.by_index(index),
        // Left to itself it looks for the earlier messages of a ticket among all that wait.
        dialect.by_unique("notifications"),
    )
}

/// Has those that limits hold back, and quiet hours where there are none now, be looked at again: the settings may be others
/// than when they were put off. And those that are due later than any pause of ours, since a clock that was ahead has said
/// when. A gateway that asked for a longer one is asked once before that is over.
pub fn look_again(tx: &mut Tx<'_>, quiet: bool, now: i64) -> Result<u64, Fault> {
    let held = if quiet { vec![ENOUGH, SPENT] } else { vec![ENOUGH, SPENT, QUIET] };
    let held = held.iter().map(|reason| format!("'{reason}'")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "UPDATE notifications{} SET due_at = $1 WHERE state IN (0, 1) AND state = 0 AND due_at > $1 \
         AND (reason IN ({held}) OR (due_at > $2 AND COALESCE(reason, '') <> '{QUIET}'))",
        tx.dialect().by_index("notifications_backlog")
    );
    Ok(tx.execute(&sql, params![now, now + LONGEST_PAUSE])?)
}

/// At most 200 messages of a channel that wait and whose validity is over.
pub fn over(tx: &mut Tx<'_>, channel: &Channel, now: i64) -> Result<Vec<Delivery>, Fault> {
    let sql = format!(
        "SELECT {DELIVERY} FROM notifications{} WHERE state IN (0, 1) AND channel = $1 AND expires_at <= $2 \
         AND (state = 0 OR lease_until < $2) LIMIT 200",
        tx.dialect().by_index("notifications_ready")
    );
    tx.query(&sql, params![channel.name, now])?.iter().map(read_delivery).collect()
}

/// How many messages wait, those on their way included.
pub fn waiting(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    let row = tx.query_one("SELECT COUNT(*) FROM notifications WHERE state IN (0, 1)", &[])?;
    Ok(row.map_or(Ok(0), |row| row.int(0))?)
}

/// What waits on a channel.
#[derive(Debug, Clone, Copy)]
pub struct Backlog {
    pub channel: &'static str,
    /// Messages, those on their way included.
    pub waiting: i64,
    /// Since when the oldest does, in milliseconds.
    pub since: Option<i64>,
    /// Those of them that wait for no gateway: see [`held_back`].
    pub held: i64,
}

/// What waits on each channel, counted in one walk.
pub fn backlogs(tx: &mut Tx<'_>) -> Result<Vec<Backlog>, Fault> {
    let each = CHANNELS.map(|channel| {
        let of = |value: &str| format!("CASE WHEN channel = '{}' THEN {value} END", channel.name);
        format!("COUNT({}), MIN({})", of("1"), of("created_at"))
    });
    let sql = format!(
        "SELECT {} FROM notifications{} WHERE state IN (0, 1)",
        each.join(", "),
        tx.dialect().by_index("notifications_backlog")
    );
    let Some(row) = tx.query_one(&sql, &[])? else { return Ok(Vec::new()) };
    let backlog = |(place, channel): (usize, &'static Channel)| {
        let (waiting, since) = (row.int(2 * place)?, row.opt_int(2 * place + 1)?);
        Ok::<_, Fault>(Backlog { channel: channel.name, waiting, since, held: held_back(tx, channel)? })
    };
    CHANNELS.into_iter().enumerate().map(backlog).collect()
}

/// How many messages wait on one channel, and since when.
pub fn waiting_on(tx: &mut Tx<'_>, channel: &Channel) -> Result<(i64, Option<i64>), Fault> {
    let sql = format!(
        "SELECT COUNT(*), MIN(created_at) FROM notifications{} WHERE state IN (0, 1) AND channel = $1",
        tx.dialect().by_index("notifications_backlog")
    );
    let row = tx.query_one(&sql, params![channel.name])?;
    Ok(row.map_or(Ok((0, None)), |row| Ok::<_, crate::db::DbError>((row.int(0)?, row.opt_int(1)?)))?)
}

/// Those of a channel that wait for no gateway, but since people, the hour or the day's limit hold them back.
pub fn held_back(tx: &mut Tx<'_>, channel: &Channel) -> Result<i64, Fault> {
    // Word for word as the index has it.
    let sql = format!(
        "SELECT COUNT(*) FROM notifications{} WHERE state = 0 AND reason IN ('{QUIET}', '{ENOUGH}', '{SPENT}') \
         AND channel = $1",
        tx.dialect().by_index("notifications_held")
    );
    let row = tx.query_one(&sql, params![channel.name])?;
    Ok(row.map_or(Ok(0), |row| row.int(0))?)
}

/// Has those that were put off while their gateway was away be due at once, now that it is back. What a person or the hour
/// holds back stays so, and so does what the gateway could not pass on for a cause of its own.
pub fn hasten(tx: &mut Tx<'_>, channel: &Channel, now: i64) -> Result<u64, Fault> {
    let sql = format!(
        "UPDATE notifications{} SET due_at = $1 WHERE state IN (0, 1) AND state = 0 AND channel = $2 AND due_at > $1 \
         AND attempts > 0 AND doubts = 0 AND reason NOT LIKE $3 AND reason <> $4",
        tx.dialect().by_index("notifications_ready")
    );
    Ok(tx.execute(&sql, params![now, channel.name, format!("{NOT_NOW}%"), QUIET])?)
}

fn read_due(vault: &Vault, row: &Row) -> Result<Due, Fault> {
    const AFTER: usize = DELIVERY_COLUMNS;
    let delivery = read_delivery(row)?;
    let id = delivery.id;
    let (to, text, registered) = (row.bytes(AFTER)?, row.bytes(AFTER + 1)?, row.opt_text(AFTER + 2)?);
    let request = row.opt_text(AFTER + 6)?.as_deref().and_then(RequestId::read);
    let open = || {
        let to = vault.open_text(&recipient_cell(&id), &to)?;
        let registered = registered.as_deref().and_then(Registered::read);
        Ok(Letter { to, text: vault.open_text(&text_cell(&id), &text)?, registered, request })
    };
    Ok(Due {
        letter: open(),
        delivery,
        token: row.int(AFTER + 3)?,
        segments: row.int(AFTER + 4)?,
        opted_out: row.int(AFTER + 5)? > 0,
    })
}

#[cfg(test)]
mod sqlite_only {
    use super::*;
    use crate::db::{Db, DbError, DbOptions};

    /// However many messages wait, a look reads those that it takes, in their order, and sorts nothing.
    #[tokio::test]
    async fn no_look_reads_all_that_wait() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let dialect = db.read(|tx| Ok::<_, DbError>(tx.dialect())).await.unwrap();
        for (index, doubtful, order, want) in [
            ("notifications_lane", false, " ORDER BY rank, id", "USING INDEX notifications_lane (channel=?)"),
            ("notifications_ready", false, "", "USING INDEX notifications_ready (channel=? AND due_at<?)"),
            ("notifications_ready", true, "", "USING INDEX notifications_doubtful (channel=? AND due_at<?)"),
        ] {
            let sql = format!("EXPLAIN QUERY PLAN SELECT id {}{order} LIMIT 1", open(dialect, index, doubtful));
            let steps = db.read(move |tx| tx.query(&sql, params![0, "sms"])).await.unwrap();
            let steps: Vec<String> = steps.iter().map(|row| row.text(3).unwrap()).collect();
            assert_eq!(steps[0], format!("SEARCH notifications {want}"));
            assert!(steps[2].starts_with("SEARCH earlier") && steps[2].ends_with(" (ticket_id=?)"), "{steps:?}");
            assert_eq!(steps.len(), 3, "{steps:?}");
        }
    }
}
