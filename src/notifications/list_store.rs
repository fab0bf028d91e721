//! Every statement that lists messages across tickets. Each goes by an index in the order of the list, so that a page
//! costs the same among two million messages as among a hundred.

use uuid::Uuid;
use vault::Vault;

use super::{
    channels::Channel,
    list::{Listed, Place, Sought},
    state::State,
    store::{read_channel, read_kind, read_state, recipient_cell, text_cell},
};
use crate::{
    clock::first_id_at,
    db::{DbError, Dialect, Row, Tx, params},
    fault::Fault,
};

const COLUMNS: &str =
    "n.id, t.ticket_ref, n.kind, n.recipient, n.text, n.state, n.reason, n.attempts, n.created_at, n.channel";

/// Ids begin with a time that is read just before `created_at` is.
const SLACK: i64 = 60_000;

/// At most `most` messages after a place, newest first. The rows are found first, and only those shown are fetched.
pub fn page(
    tx: &mut Tx<'_>,
    vault: &Vault,
    sought: &Sought,
    after: Option<Place>,
    most: u32,
) -> Result<Vec<Listed>, Fault> {
    let (from, before) = (sought.from.unwrap_or(0), sought.before.unwrap_or(i64::MAX));
    let (found, order, values) = if sought.states.is_empty() {
        let low = first_id_at(from.saturating_sub(SLACK));
        let end = first_id_at(before.saturating_add(SLACK));
        let high = after.map_or(end.clone(), |place| end.min(place.id.as_bytes().to_vec()));
        let on = on(sought.channel);
        let found = format!(
            "SELECT n.id AS id, n.created_at AS at FROM notifications n WHERE n.id >= $1 AND n.id < $2 \
             AND n.created_at >= $3 AND n.created_at < $4{on} ORDER BY n.id DESC LIMIT $5"
        );
        (found, "n.id DESC", params![low, high, from, before, most])
    } else {
        let place = after.unwrap_or(Place { at: i64::MAX, id: Uuid::max() });
        let found = newest_in(tx.dialect(), &sought.states, sought.channel);
        (found, "found.at DESC, found.id DESC", params![from, before, place.at, place.id, most])
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM ({found}) AS found JOIN notifications n ON n.id = found.id \
         JOIN tickets t ON t.id = n.ticket_id ORDER BY {order}"
    );
    tx.query(&sql, values)?.iter().map(|row| listed(vault, row)).collect()
}

/// The newest of some states: of each by its index, and then of all of them.
fn newest_in(dialect: Dialect, states: &[State], channel: Option<&Channel>) -> String {
    let branch = |(number, from): (usize, String)| {
        format!(
            "SELECT id, at FROM (SELECT n.id AS id, n.created_at AS at {from} AND (n.created_at, n.id) < ($3, $4) \
             ORDER BY n.created_at DESC, n.id DESC LIMIT $5) AS branch{number}"
        )
    };
    let branches: Vec<String> = branches(dialect, states, channel).into_iter().enumerate().map(branch).collect();
    format!("{} ORDER BY at DESC, id DESC LIMIT $5", branches.join(" UNION ALL "))
}

/// How many there are, counted up to `most`: by indexes alone.
pub fn count(tx: &mut Tx<'_>, sought: &Sought, most: u32) -> Result<i64, DbError> {
    let (from, before) = (sought.from.unwrap_or(0), sought.before.unwrap_or(i64::MAX));
    let states = if sought.states.is_empty() { &State::ALL[..] } else { &sought.states };
    let branches: Vec<String> =
        branches(tx.dialect(), states, sought.channel).into_iter().map(|from| format!("SELECT 1 {from}")).collect();
    let sql =
        format!("SELECT count(*) FROM (SELECT 1 FROM ({}) AS found LIMIT $3) AS found", branches.join(" UNION ALL "));
    tx.query_one(&sql, params![from, before, most])?.map_or(Ok(0), |row| row.int(0))
}

/// One message.
pub fn one(tx: &mut Tx<'_>, vault: &Vault, id: Uuid) -> Result<Listed, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM notifications n JOIN tickets t ON t.id = n.ticket_id WHERE n.id = $1");
    listed(vault, &tx.query_one(&sql, params![id])?.ok_or(Fault::NotFound)?)
}

/// `FROM` and `WHERE` of a select for each state by itself, with the bounds `$1` and `$2` of its time.
fn branches(dialect: Dialect, states: &[State], channel: Option<&Channel>) -> Vec<String> {
    let of = |state: State| {
        let (index, part) = if state.is_waiting() {
            ("notifications_backlog", "n.state IN (0, 1)")
        } else {
            ("notifications_state", "n.state NOT IN (0, 1)")
        };
        format!(
            "FROM notifications n{} WHERE {part} AND n.state = {} AND n.created_at >= $1 AND n.created_at < $2{}",
            dialect.by_index(index),
            state.code(),
            on(channel)
        )
    };
    let mut wanted = states.to_vec();
    wanted.sort();
    wanted.dedup();
    wanted.into_iter().map(of).collect()
}

/// The condition of a channel. Few look at one alone, so that it has no index of its own: its rows are looked at and passed.
fn on(channel: Option<&Channel>) -> String {
    channel.map(|channel| format!(" AND n.channel = '{}'", channel.name)).unwrap_or_default()
}

fn listed(vault: &Vault, row: &Row) -> Result<Listed, Fault> {
    let id = row.uuid(0)?;
    Ok(Listed {
        id,
        reference: row.text(1)?,
        kind: read_kind(row.int(2)?)?,
        channel: read_channel(&row.text(9)?)?,
        recipient: vault.open_text(&recipient_cell(&id), &row.bytes(3)?)?,
        text: vault.open_text(&text_cell(&id), &row.bytes(4)?)?,
        state: read_state(row, 5)?,
        reason: row.opt_text(6)?,
        attempts: row.int(7)?,
        created_at: row.int(8)?,
    })
}

#[cfg(test)]
mod sqlite_only {
    use super::*;
    use crate::db::{Db, DbOptions};

    /// However many messages there are, a page of a state is read off its index: nothing is sorted but the pages.
    #[tokio::test]
    async fn no_page_scans_or_sorts_all_messages() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let plan = |sql: String, values: Vec<crate::db::Value>| {
            let db = db.clone();
            async move {
                let rows = db.read(move |tx| tx.query(&format!("EXPLAIN QUERY PLAN {sql}"), &values)).await.unwrap();
                let step = |row: &Row| (row.int(0).unwrap(), row.int(1).unwrap(), row.text(3).unwrap());
                rows.iter().map(step).collect::<Vec<_>>()
            }
        };
        let all: Vec<Vec<State>> =
            State::ALL.map(|state| vec![state]).into_iter().chain([State::ALL.to_vec()]).collect();
        for states in all {
            let values = params![0, 1, 1, Uuid::max(), 50].to_vec();
            let steps =
                plan(newest_in(db.read(|tx| Ok::<_, DbError>(tx.dialect())).await.unwrap(), &states, None), values)
                    .await;
            let reads = steps.iter().filter(|step| step.2.contains(" n "));
            assert!(reads.clone().count() >= states.len(), "{steps:?}");
            for (_, parent, read) in reads {
                assert!(read.starts_with("SEARCH n USING COVERING INDEX notifications_"), "{read}");
                let sorted = |step: &&(i64, i64, String)| step.1 == *parent && step.2.contains("TEMP B-TREE");
                let branch = steps.iter().find(|step| step.0 == *parent).is_some_and(|step| step.2.contains("branch"));
                assert!(!branch || !steps.iter().any(|step| sorted(&step)), "{steps:?}");
            }
        }
    }
}
