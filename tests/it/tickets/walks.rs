//! Orders are total, pages neither repeat nor skip, and cursors walk everything.

use redress::clock::Clock;
use serde_json::{Value, json};

use super::{assert_problem, listed, path};
use crate::support::{Caller, Reply, TestApp};

const SORTS: [&str; 5] = ["ticketRef", "createdAt", "updatedAt", "status", "priority"];
const STATUSES: [&str; 6] = ["New", "Open", "In Progress", "Dispatched", "Fixed", "Closed"];
const PRIORITIES: [&str; 4] = ["Low", "Medium", "High", "Urgent"];

/// Twenty-three tickets of which many share a time, a status and a priority.
async fn desk() -> (TestApp, Caller, Vec<Value>) {
    let (clock, hand) = Clock::fixed(1_795_164_800_007, 7);
    let app = TestApp::with_clock(&[], clock).await;
    let admin = app.admin().await;
    let tomasz = app.technician("Tomasz").await.id.to_string();
    let mut tickets = Vec::new();
    for n in 0..23 {
        if n % 6 == 0 {
            hand.advance(1000);
        }
        let fields = json!({"priority": PRIORITIES[n % 4], "status": STATUSES[n % 2], "assignedTo": tomasz});
        let mut ticket = admin.ticket(fields).await;
        let way: &[&str] = match n % 7 {
            2 => &["In Progress"],
            3 => &["Dispatched"],
            4 => &["Fixed"],
            5 => &["Fixed", "Closed"],
            _ => &[],
        };
        for status in way {
            ticket = admin.put(&path(&ticket), &json!({"status": status})).await.json;
        }
        tickets.push(ticket);
    }
    (app, admin, tickets)
}

/// What a ticket is sorted by; ties go by id.
fn key(ticket: &Value, sort: &str) -> (String, String) {
    let text = ticket[sort].as_str().unwrap();
    let place = match sort {
        "status" => STATUSES.iter().position(|status| *status == text).unwrap().to_string(),
        "priority" => PRIORITIES.iter().position(|priority| *priority == text).unwrap().to_string(),
        _ => text.to_owned(),
    };
    (place, ticket["id"].as_str().unwrap().to_owned())
}

fn ids(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.text);
    let items = reply.json["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Follows `nextCursor` to the end.
async fn walk(admin: &Caller, query: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut cursor = String::new();
    for _ in 0..200 {
        let reply = admin.get(&format!("/api/tickets?{query}{cursor}")).await;
        seen.extend(ids(&reply));
        match reply.json["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seen,
        }
    }
    panic!("a walk without an end: {seen:?}");
}

#[tokio::test]
async fn five_sorts_both_ways_are_total_by_page_and_by_cursor() {
    let (_app, admin, tickets) = desk().await;
    for sort in SORTS {
        let mut want: Vec<_> = tickets.iter().map(|ticket| key(ticket, sort)).collect();
        want.sort();
        let ascending: Vec<String> = want.into_iter().map(|(_, id)| id).collect();
        let descending: Vec<String> = ascending.iter().rev().cloned().collect();
        for (order, want) in [("asc", &ascending), ("desc", &descending)] {
            let query = format!("sort={sort}&order={order}");
            assert_eq!(&listed(&admin, &format!("{query}&pageSize=100"), "id").await, want, "{query}");
            for size in [1, 4, 23, 25] {
                let mut pages = Vec::new();
                for page in 1..=23_usize.div_ceil(size) {
                    pages.extend(ids(&admin.get(&format!("/api/tickets?{query}&pageSize={size}&page={page}")).await));
                }
                assert_eq!(&pages, want, "{query} by pages of {size}");
                assert_eq!(&walk(&admin, &format!("{query}&pageSize={size}")).await, want, "{query} walked by {size}");
            }
        }
    }
    let newest: Vec<String> = listed(&admin, "pageSize=100", "id").await;
    assert_eq!(newest, listed(&admin, "pageSize=100&sort=updatedAt&order=desc", "id").await, "the default");
}

#[tokio::test]
async fn a_filtered_walk_sees_what_the_filter_finds() {
    let (_app, admin, tickets) = desk().await;
    let want: Vec<_> = tickets.iter().filter(|ticket| ticket["priority"] == "Low").collect();
    let seen = walk(&admin, "priority=Low&q=okonkwo&pageSize=2&sort=status").await;
    assert_eq!(seen.len(), want.len());
    assert!(want.iter().all(|ticket| seen.contains(&ticket["id"].as_str().unwrap().to_owned())));
}

#[tokio::test]
async fn a_cursor_of_another_list_or_a_forged_one_is_refused() {
    let (_app, admin, _) = desk().await;
    let first = admin.get("/api/tickets?sort=createdAt&status=New,Open&pageSize=3").await;
    let cursor = first.json["nextCursor"].as_str().unwrap();
    let same = format!("sort=createdAt&status=New,Open&cursor={cursor}");
    let next = admin.get(&format!("/api/tickets?{same}")).await;
    assert_eq!((next.status, &next.json["page"]), (200, &Value::Null), "a walk has no page number");
    assert_eq!(next.json["total"], first.json["total"]);
    assert_eq!(admin.get(&format!("/api/tickets?{same}&pageSize=50")).await.status, 200, "the size may change");
    let mut forged = cursor.to_owned().into_bytes();
    for place in [0, 10, forged.len() / 2, forged.len() - 1] {
        forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
        let cursor = String::from_utf8(forged.clone()).unwrap();
        let reply = admin.get(&format!("/api/tickets?sort=createdAt&status=New,Open&cursor={cursor}")).await;
        assert_problem(&reply, 422);
        assert_eq!(reply.faults(), ["cursor"]);
        forged = cursor.into_bytes();
        forged.copy_from_slice(first.json["nextCursor"].as_str().unwrap().as_bytes());
    }
    for query in [
        "sort=updatedAt&status=New,Open",
        "sort=createdAt&order=asc&status=New,Open",
        "sort=createdAt&status=New",
        "sort=createdAt",
        "sort=createdAt&status=New,Open&q=nadia",
        "sort=createdAt&status=New,Open&priority=Low",
        "sort=createdAt&status=New,Open&assignedTo=none",
        "sort=createdAt&status=New,Open&createdFrom=2020-01-01",
        "sort=createdAt&status=New,Open&page=1",
    ] {
        let reply = admin.get(&format!("/api/tickets?{query}&cursor={cursor}")).await;
        assert_problem(&reply, 422);
        assert_eq!(reply.faults(), ["cursor"], "{query}");
    }
    for cut in 0..cursor.len() {
        let reply = admin.get(&format!("/api/tickets?sort=createdAt&status=New,Open&cursor={}", &cursor[..cut])).await;
        assert_eq!(reply.status, if cut == 0 { 200 } else { 422 }, "{cut}");
    }
}

#[tokio::test]
async fn a_walk_by_creation_sees_each_ticket_once_while_tickets_change() {
    let (_app, admin, tickets) = desk().await;
    let mut seen = Vec::new();
    let mut cursor = String::new();
    for step in 0.. {
        let reply = admin.get(&format!("/api/tickets?sort=createdAt&order=asc&pageSize=3{cursor}")).await;
        seen.extend(ids(&reply));
        // Tickets before and behind the place are edited, and one is added at the end.
        for ticket in [&tickets[step % 23], &tickets[22 - step % 23]] {
            let body = json!({"description": format!("Step {step}"), "priority": PRIORITIES[step % 4]});
            assert_eq!(admin.put(&path(ticket), &body).await.status, 200);
        }
        if step < 3 {
            admin.ticket(json!({"clientName": "Added meanwhile"})).await;
        }
        match reply.json["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len(), "none twice");
    assert!(tickets.iter().all(|ticket| seen.contains(&ticket["id"].as_str().unwrap().to_owned())), "none missed");
}
