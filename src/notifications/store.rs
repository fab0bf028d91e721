//! Every statement on messages. The vault goes in and out here: recipient and text are sealed.

use uuid::Uuid;
use vault::{Cell, Vault};

use super::{
    call_store,
    channels::{Channel, Content, Registered},
    delivery::{Delivery, Guard},
    message::{Kind, News, Notification, StateChange},
    number_store,
    state::State,
    way::Passed,
};
use crate::{
    db::{Row, Tx, params},
    fault::Fault,
    request_id::RequestId,
};

/// Told of each message whose state has changed, by its id: see [`Tx::notify`].
pub const CHANGED: &str = "messages";

/// What of a new message never changes, sealed: made before the transaction, as it takes longer than storing it.
#[derive(Debug, Clone)]
pub struct Envelope {
    id: Uuid,
    ticket: Uuid,
    pub kind: Kind,
    revision: i64,
    pub channel: &'static Channel,
    recipient: Vec<u8>,
    pub token: i64,
    text: Vec<u8>,
    segments: i64,
    registered: Option<String>,
    rank: i64,
    pub created_at: i64,
    request: Option<RequestId>,
}

impl Envelope {
    pub fn seal(
        vault: &Vault,
        (id, now): (Uuid, i64),
        news: &News<'_>,
        channel: &'static Channel,
        to: &str,
        content: &Content,
    ) -> Self {
        Self {
            id,
            ticket: news.ticket,
            kind: news.kind,
            revision: news.revision,
            channel,
            recipient: vault.seal_text(&recipient_cell(&id), to),
            token: number_store::token_of(vault, to),
            text: vault.seal_text(&text_cell(&id), &content.text),
            segments: i64::try_from(content.segments).unwrap_or(i64::MAX),
            registered: content.registered.as_ref().map(Registered::store),
            rank: news.rank,
            created_at: now,
            request: RequestId::current(),
        }
    }

    /// Its way has yet to begin.
    pub fn delivery(&self, hold: i64, hindrance: Option<&str>) -> Delivery {
        Delivery::new(self.id, self.kind, self.created_at, hold, hindrance)
    }

    /// When the number that it goes to said STOP, in milliseconds, if it did.
    pub fn stopped_at(&self, tx: &mut Tx<'_>) -> Result<Option<i64>, Fault> {
        number_store::stopped(tx, self.token)
    }
}

/// Stores a new message, unless the ticket's version has one of its kind already.
pub fn insert(tx: &mut Tx<'_>, new: &Envelope, delivery: &mut Delivery) -> Result<(), Fault> {
    let added = tx.execute(
        "INSERT INTO notifications (id, ticket_id, kind, revision, channel, recipient, recipient_token, text, segments, \
         state, reason, attempts, round, addressed_in, doubts, due_at, undo_until, expires_at, lease, lease_until, \
         created_at, settled_at, rank, registered, request_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
         $23, $24, $25) \
         ON CONFLICT (ticket_id, kind, revision, channel) DO NOTHING",
        params![
            new.id,
            new.ticket,
            new.kind.code(),
            new.revision,
            new.channel.name,
            &new.recipient,
            new.token,
            &new.text,
            new.segments,
            delivery.state.code(),
            &delivery.reason,
            delivery.attempts,
            delivery.round,
            delivery.addressed_in,
            delivery.doubts,
            delivery.due_at,
            delivery.undo_until,
            delivery.expires_at,
            delivery.lease,
            delivery.lease_until,
            new.created_at,
            delivery.settled_at,
            new.rank,
            &new.registered,
            new.request.as_ref().map(RequestId::as_str),
        ],
    )?;
    if added == 0 {
        return Ok(());
    }
    if delivery.needs_call() && new.channel != Channel::WEBHOOK {
        call_store::add(tx, new.id, new.ticket, new.created_at)?;
    }
    append_changes(tx, delivery, 0)
}

/// Stores what changed, if the row still is as it was when it was read. `false` means that somebody was faster.
pub fn save(tx: &mut Tx<'_>, delivery: &mut Delivery) -> Result<bool, Fault> {
    let Guard { state, lease, round } = delivery.guard;
    let changed = tx.execute(
        "UPDATE notifications SET state = $5, reason = $6, attempts = $7, round = $8, doubts = $9, due_at = $10, \
         undo_until = $11, expires_at = $12, lease = $13, lease_until = $14, gateway = $15, gateway_message_id = $16, \
         sent_at = $17, settled_at = $18, addressed_in = $19, passed = $20, counted_in = $21 \
         WHERE id = $1 AND state = $2 AND lease = $3 AND round = $4",
        params![
            delivery.id,
            state.code(),
            lease,
            round,
            delivery.state.code(),
            &delivery.reason,
            delivery.attempts,
            delivery.round,
            delivery.doubts,
            delivery.due_at,
            delivery.undo_until,
            delivery.expires_at,
            delivery.lease,
            delivery.lease_until,
            &delivery.gateway,
            &delivery.gateway_message_id,
            delivery.sent_at,
            delivery.settled_at,
            delivery.addressed_in,
            delivery.passed.as_str(),
            delivery.counted_in,
        ],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    // The row is locked by the statement before, so that the numbers cannot collide.
    let last = tx.query_one(
        "SELECT COALESCE(MAX(n), 0) FROM notification_events WHERE notification_id = $1",
        params![delivery.id],
    )?;
    // What has only been put off looks as before.
    let shows = !delivery.changes.is_empty();
    append_changes(tx, delivery, last.map_or(Ok(0), |row| row.int(0))?)?;
    call_store::follow(tx, delivery)?;
    delivery.guard = Guard { state: delivery.state, lease: delivery.lease, round: delivery.round };
    if shows {
        tx.notify(CHANGED, delivery.id.simple().to_string());
    }
    Ok(true)
}

/// Stores the changes of state that are new, after the `last` one.
fn append_changes(tx: &mut Tx<'_>, delivery: &mut Delivery, last: i64) -> Result<(), Fault> {
    for (n, change) in (last + 1..).zip(delivery.changes.drain(..)) {
        tx.execute(
            "INSERT INTO notification_events (notification_id, n, at, state, reason, actor, gateway) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![delivery.id, n, change.at, change.state.code(), change.reason, change.by, change.gateway],
        )?;
    }
    Ok(())
}

/// Notes that a message is sent again for the request that is being answered.
pub fn asked_again(tx: &mut Tx<'_>, id: Uuid) -> Result<(), Fault> {
    let request = RequestId::current();
    tx.execute(
        "UPDATE notifications SET request_id = $2 WHERE id = $1",
        params![id, request.as_ref().map(RequestId::as_str)],
    )?;
    Ok(())
}

/// Gives a message another address.
pub fn readdress(tx: &mut Tx<'_>, vault: &Vault, id: Uuid, to: &str) -> Result<(), Fault> {
    tx.execute(
        "UPDATE notifications SET recipient = $2, recipient_token = $3 WHERE id = $1",
        params![id, vault.seal_text(&recipient_cell(&id), to), number_store::token_of(vault, to)],
    )?;
    Ok(())
}

pub(super) const DELIVERY: &str = "id, state, reason, attempts, round, doubts, due_at, undo_until, expires_at, lease, lease_until, \
    gateway, gateway_message_id, sent_at, settled_at, addressed_in, kind, passed, counted_in";
pub(super) const DELIVERY_COLUMNS: usize = 19;

pub(super) fn read_delivery(row: &Row) -> Result<Delivery, Fault> {
    let (state, round, lease) = (read_state(row, 1)?, row.int(4)?, row.int(9)?);
    Ok(Delivery {
        id: row.uuid(0)?,
        kind: read_kind(row.int(16)?)?,
        state,
        reason: row.opt_text(2)?,
        attempts: row.int(3)?,
        round,
        doubts: row.int(5)?,
        due_at: row.int(6)?,
        undo_until: row.opt_int(7)?,
        expires_at: row.int(8)?,
        lease,
        lease_until: row.opt_int(10)?,
        gateway: row.opt_text(11)?,
        gateway_message_id: row.opt_text(12)?,
        sent_at: row.opt_int(13)?,
        settled_at: row.opt_int(14)?,
        addressed_in: row.int(15)?,
        passed: Passed::read(row.text(17)?),
        counted_in: row.int(18)?,
        guard: Guard { state, lease, round },
        changes: Vec::new(),
    })
}

pub fn read_state(row: &Row, column: usize) -> Result<State, Fault> {
    let code = row.int(column)?;
    State::from_code(code).ok_or_else(|| Fault::Unexpected(anyhow::anyhow!("no state has the number {code}")))
}

/// The kind of a stored number.
pub fn read_kind(code: i64) -> Result<Kind, Fault> {
    Kind::from_code(code).ok_or_else(|| Fault::Unexpected(anyhow::anyhow!("no kind of message has the number {code}")))
}

/// The channel of a stored name.
pub fn read_channel(name: &str) -> Result<&'static Channel, Fault> {
    Channel::find(name).ok_or_else(|| Fault::Unexpected(anyhow::anyhow!("no channel is called {name}")))
}

/// The changing part of one message.
pub fn delivery(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Delivery>, Fault> {
    let sql = format!("SELECT {DELIVERY} FROM notifications WHERE id = $1");
    tx.query_one(&sql, params![id])?.as_ref().map(read_delivery).transpose()
}

/// At most 500 messages of a channel that the gateway took until `before`, in milliseconds, and that no report has come for;
/// none of the gateways that send none. What they took is left behind in the index, so that it is not read for more than 30
/// days.
pub fn unreported(tx: &mut Tx<'_>, channel: &Channel, silent: &[&str], before: i64) -> Result<Vec<Delivery>, Fault> {
    let silent: Vec<String> = silent.iter().map(|gateway| format!(" AND gateway <> '{gateway}'")).collect();
    let silent = silent.concat();
    let sql = format!(
        "SELECT {DELIVERY} FROM notifications{} WHERE state = 2 AND channel = $1 AND sent_at <= $2 AND sent_at > $3\
         {silent} LIMIT 500",
        tx.dialect().by_index("notifications_unreported")
    );
    let after = before - 30 * 24 * 60 * 60 * 1_000;
    tx.query(&sql, params![channel.name, before, after])?.iter().map(read_delivery).collect()
}

/// The ticket that a message tells of.
pub fn ticket_of(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Uuid>, Fault> {
    let row = tx.query_one("SELECT ticket_id FROM notifications WHERE id = $1", params![id])?;
    Ok(row.map(|row| row.uuid(0)).transpose()?)
}

/// How many changes of state the messages of a ticket have had.
pub fn changes_of(tx: &mut Tx<'_>, ticket: Uuid) -> Result<i64, Fault> {
    let row = tx.query_one(
        "SELECT COUNT(*) FROM notifications n JOIN notification_events e ON e.notification_id = n.id \
         WHERE n.ticket_id = $1",
        params![ticket],
    )?;
    Ok(row.map_or(Ok(0), |row| row.int(0))?)
}

/// The changing parts of the messages that tell of a ticket's version.
pub fn deliveries_of(tx: &mut Tx<'_>, ticket: Uuid, kind: Kind, revision: i64) -> Result<Vec<Delivery>, Fault> {
    let sql = format!(
        "SELECT {DELIVERY} FROM notifications WHERE ticket_id = $1 AND kind = $2 AND revision = $3 ORDER BY channel"
    );
    tx.query(&sql, params![ticket, kind.code(), revision])?.iter().map(read_delivery).collect()
}

/// The token of the address that a message goes to.
pub fn token_of(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<i64>, Fault> {
    let row = tx.query_one("SELECT recipient_token FROM notifications WHERE id = $1", params![id])?;
    Ok(row.map(|row| row.int(0)).transpose()?)
}

const RECORD: &str = "id, ticket_id, kind, channel, recipient, text, segments, state, reason, attempts, gateway, \
    gateway_message_id, created_at, sent_at, settled_at, undo_until, erased_at";

/// All messages of a ticket with their changes of state, oldest first.
pub fn of_ticket(tx: &mut Tx<'_>, vault: &Vault, ticket: Uuid) -> Result<Vec<Notification>, Fault> {
    let sql = format!("SELECT {RECORD} FROM notifications WHERE ticket_id = $1 ORDER BY revision, kind, channel");
    records(tx, vault, &sql, ticket)
}

/// One message with its changes of state.
pub fn by_id(tx: &mut Tx<'_>, vault: &Vault, id: Uuid) -> Result<Option<Notification>, Fault> {
    let sql = format!("SELECT {RECORD} FROM notifications WHERE id = $1");
    Ok(records(tx, vault, &sql, id)?.pop())
}

fn records(tx: &mut Tx<'_>, vault: &Vault, sql: &str, key: Uuid) -> Result<Vec<Notification>, Fault> {
    let rows = tx.query(sql, params![key])?;
    let mut found = rows.iter().map(|row| read_record(vault, row)).collect::<Result<Vec<_>, _>>()?;
    for one in &mut found {
        let rows = tx.query(
            "SELECT at, state, reason, actor, gateway FROM notification_events WHERE notification_id = $1 ORDER BY n",
            params![one.id],
        )?;
        one.events = rows.iter().map(read_change).collect::<Result<_, _>>()?;
    }
    Ok(found)
}

fn read_record(vault: &Vault, row: &Row) -> Result<Notification, Fault> {
    let id = row.uuid(0)?;
    Ok(Notification {
        id,
        ticket: row.uuid(1)?,
        kind: read_kind(row.int(2)?)?,
        channel: read_channel(&row.text(3)?)?,
        recipient: vault.open_text(&recipient_cell(&id), &row.bytes(4)?)?,
        text: vault.open_text(&text_cell(&id), &row.bytes(5)?)?,
        segments: row.int(6)?,
        state: read_state(row, 7)?,
        reason: row.opt_text(8)?,
        attempts: row.int(9)?,
        gateway: row.opt_text(10)?,
        gateway_message_id: row.opt_text(11)?,
        created_at: row.int(12)?,
        sent_at: row.opt_int(13)?,
        settled_at: row.opt_int(14)?,
        undo_until: row.opt_int(15)?,
        erased: row.opt_int(16)?.is_some(),
        events: Vec::new(),
    })
}

fn read_change(row: &Row) -> Result<StateChange, Fault> {
    Ok(StateChange {
        at: row.int(0)?,
        state: read_state(row, 1)?,
        reason: row.opt_text(2)?,
        by: row.opt_uuid(3)?,
        gateway: row.opt_text(4)?,
    })
}

/// Messages made after `since` and until `until`, in milliseconds, that were suppressed at once for this reason: at most 100
/// of them, with the time of each.
pub fn suppressed_between(tx: &mut Tx<'_>, reason: &str, since: i64, until: i64) -> Result<Vec<(Uuid, i64)>, Fault> {
    let rows = tx.query(
        "SELECT id, created_at FROM notifications WHERE state NOT IN (0, 1) AND state = $1 AND created_at > $2 \
         AND created_at <= $4 AND reason = $3 ORDER BY created_at LIMIT 100",
        params![State::Suppressed.code(), since, reason, until],
    )?;
    rows.iter().map(|row| Ok((row.uuid(0)?, row.int(1)?))).collect()
}

/// The stored value of this name, if there is none yet after storing `made`.
pub fn meta_or(tx: &mut Tx<'_>, vault: &Vault, name: &str, made: &str) -> Result<String, Fault> {
    let cell = Cell { table: "meta", column: "value", row: name.as_bytes() };
    tx.execute(
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        params![name, vault.seal_text(&cell, made)],
    )?;
    let row = tx.query_one("SELECT value FROM meta WHERE name = $1", params![name])?.ok_or(Fault::NotFound)?;
    Ok(vault.open_text(&cell, &row.bytes(0)?)?)
}

pub fn recipient_cell(id: &Uuid) -> Cell<'_> {
    Cell { table: "notifications", column: "recipient", row: id.as_bytes() }
}

pub fn text_cell(id: &Uuid) -> Cell<'_> {
    Cell { table: "notifications", column: "text", row: id.as_bytes() }
}
