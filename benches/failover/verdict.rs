//! What has to be true in the end.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use serde_json::Value;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

use crate::{
    clients::Record,
    gateway::Gateway,
    pair::Pair,
    support::{
        load::{Connection, get},
        server::wait,
    },
};

/// A lease takes 30 s to run out, and the messages of a minute have to be sent.
const DRAINED: Duration = Duration::from_mins(5);
/// The last reports are given up sooner.
const REPORTED: Duration = Duration::from_secs(30);

/// States of a message, in the stored order.
const STATES: [&str; 8] = ["queued", "sending", "sent", "delivered", "failed", "unknown", "suppressed", "cancelled"];

/// A ticket's message as the database has it.
struct Message {
    reference: String,
    state: usize,
    doubts: i64,
}

/// Waits until all messages have gone, then tells what is there and what is not.
pub fn print(runtime: &Runtime, pair: &Pair, gateway: &Gateway, record: &Record, base: &str, token: &str) {
    let database = runtime.block_on(connect(&pair.url));
    let waiting = |states: &str| {
        let sql = format!("SELECT count(*) FROM notifications WHERE state IN ({states})");
        runtime.block_on(database.query_one(&sql, &[])).unwrap().get::<_, i64>(0)
    };
    match wait(DRAINED, || waiting("0, 1") == 0) {
        Some(took) => println!("The outbox was empty {:.0} s after the last request", took.as_secs_f64()),
        None => println!("THE OUTBOX IS NOT EMPTY: {} messages wait", waiting("0, 1")),
    }
    wait(REPORTED, || waiting("2") == 0);

    let there = runtime.block_on(listed(base, token));
    let lost = record.tickets.iter().filter(|(key, id, _)| !there.get(key).is_some_and(|ids| ids.contains(id))).count();
    let twice = there.values().filter(|ids| ids.len() > 1).count();
    println!(
        "Tickets there: {}; acknowledged and lost: {lost}; there more than once: {twice}; never acknowledged: {}",
        there.values().map(Vec::len).sum::<usize>(),
        there.len() - (record.tickets.len() - lost),
    );
    let notes: i64 = runtime.block_on(database.query_one("SELECT count(*) FROM ticket_notes", &[])).unwrap().get(0);
    println!("Notes there: {notes}, acknowledged: {}", record.notes);
    messages(&runtime.block_on(stored(&database)), gateway, record);
}

fn messages(stored: &[Message], gateway: &Gateway, record: &Record) {
    let heard = gateway.heard();
    let mut states = BTreeMap::new();
    for message in stored {
        *states.entry(STATES[message.state]).or_insert(0) += 1;
    }
    let doubts: HashMap<&str, i64> = stored.iter().map(|one| (one.reference.as_str(), one.doubts)).collect();
    let unsent = record.tickets.iter().filter(|(_, _, reference)| !heard.contains_key(reference)).count();
    let doubles = heard.values().filter(|times| **times > 1).count();
    let most = heard.values().copied().max().unwrap_or_default();
    let unknown =
        heard.iter().filter(|(of, times)| **times > 1 && doubts.get(of.as_str()).is_none_or(|n| *n == 0)).count();
    let sent: u32 = heard.values().sum();
    println!("Messages: {} of {} tickets, {states:?}", stored.len(), doubts.len());
    println!("  at the gateway: {sent}, of {} tickets; acknowledged tickets without one: {unsent}", heard.len());
    println!(
        "  doubles: {doubles}, at most {most} of one; counted by the product as sent in doubt: {}; doubles it does not \
         know of: {unknown}",
        stored.iter().filter(|one| one.doubts > 0).count(),
    );
    let (reported, given_up) = gateway.reports();
    println!("  reports taken: {reported}, given up: {given_up}");
}

/// Connects to whichever takes writes.
async fn connect(url: &str) -> Client {
    let url = format!("{url}?target_session_attrs=read-write");
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The ids of the tickets under each key, which their account names.
async fn listed(base: &str, token: &str) -> HashMap<String, Vec<String>> {
    let mut connection = Connection::new(base);
    let (mut there, mut cursor) = (HashMap::<String, Vec<String>>::new(), String::new());
    loop {
        let request = get(&format!("/api/tickets?sort=createdAt&pageSize=100{cursor}"), token);
        let (status, body) = connection.send(&request).await.unwrap();
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(body));
        let page: Value = serde_json::from_slice(body).unwrap();
        for item in page["items"].as_array().unwrap() {
            let text = |field: &str| item[field].as_str().unwrap().to_owned();
            there.entry(text("clientAccountId")).or_default().push(text("id"));
        }
        let Some(next) = page["nextCursor"].as_str() else { return there };
        cursor = format!("&cursor={next}");
    }
}

async fn stored(database: &Client) -> Vec<Message> {
    let sql = "SELECT t.ticket_ref, n.state, n.doubts FROM notifications n JOIN tickets t ON t.id = n.ticket_id";
    let rows = database.query(sql, &[]).await.unwrap();
    let message = |row: &tokio_postgres::Row| Message {
        reference: row.get(0),
        state: usize::try_from(row.get::<_, i64>(1)).unwrap(),
        doubts: row.get(2),
    };
    rows.iter().map(message).collect()
}
