//! Every statement that takes personal text out of messages, and that finds those whose age asks for it.

use uuid::Uuid;
use vault::Vault;

use super::{erase::Age, store};
use crate::{
    db::{Tx, params},
    fault::Fault,
};

/// The token of a receiver that was erased: of no number, so that nothing is ever counted or stopped by it.
pub const NOBODY: i64 = 0;

/// The messages of a ticket that are not erased.
pub fn of_ticket(tx: &mut Tx<'_>, ticket: Uuid) -> Result<Vec<Uuid>, Fault> {
    let sql = "SELECT id FROM notifications WHERE ticket_id = $1 AND erased_at IS NULL ORDER BY id";
    Ok(tx.query(sql, params![ticket])?.iter().map(|row| row.uuid(0)).collect::<Result<_, _>>()?)
}

/// Overwrites receiver and text, and forgets what the gateway calls the message: its own records would else lead back.
pub fn blank(tx: &mut Tx<'_>, vault: &Vault, id: Uuid, now: i64) -> Result<(), Fault> {
    tx.execute(
        "UPDATE notifications SET recipient = $2, recipient_token = $3, text = $4, gateway_message_id = NULL, \
         erased_at = $5 WHERE id = $1",
        params![
            id,
            vault.seal_text(&store::recipient_cell(&id), ""),
            NOBODY,
            vault.seal_text(&store::text_cell(&id), ""),
            now
        ],
    )?;
    tx.execute("DELETE FROM message_parts WHERE notification_id = $1", params![id])?;
    tx.execute("DELETE FROM undelivered WHERE notification_id = $1", params![id])?;
    Ok(())
}

/// As the index `notifications_to_erase` has it.
const OLD: &str = "FROM notifications WHERE state NOT IN (0, 1) AND erased_at IS NULL AND created_at < $1";

/// How many are from before a time, in milliseconds.
pub fn age(tx: &mut Tx<'_>, before: i64) -> Result<Age, Fault> {
    Age::read(tx.query_one(&format!("SELECT count(*), min(created_at), max(created_at) {OLD}"), params![before])?)
}

/// The oldest of those: at most `most`, each with its time, its id and its ticket, after a time and an id.
pub fn old(tx: &mut Tx<'_>, before: i64, after: (i64, Uuid), most: i64) -> Result<Vec<(i64, Uuid, Uuid)>, Fault> {
    let sql = format!(
        "SELECT created_at, id, ticket_id {OLD} AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4"
    );
    let rows = tx.query(&sql, params![before, after.0, after.1, most])?;
    rows.iter().map(|row| Ok((row.int(0)?, row.uuid(1)?, row.uuid(2)?))).collect()
}
