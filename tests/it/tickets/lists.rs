//! The list's filters: alone, together, at the edges of days, and with bad values.

use std::collections::BTreeSet;

use redress::clock::Clock;
use serde_json::{Value, json};

use super::{assert_problem, listed, path};
use crate::support::{Caller, TestApp};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

async fn found(admin: &Caller, query: &str) -> BTreeSet<String> {
    listed(admin, &format!("pageSize=100&{query}"), "id").await.into_iter().collect()
}

/// The ids of the tickets that a rule picks.
fn picked(tickets: &[Value], rule: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    tickets.iter().filter(|ticket| rule(ticket)).map(|ticket| ticket["id"].as_str().unwrap().to_owned()).collect()
}

/// Which tickets a query should find.
type Rule<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

/// One ticket for each of 3 types, 4 priorities, 3 statuses, and 3 ways to be assigned: 108 less what cannot be asked.
async fn desk(app: &TestApp, admin: &Caller) -> (Vec<Value>, [String; 2]) {
    let staff = [app.technician("Tomasz").await.id.to_string(), app.technician("Aisha").await.id.to_string()];
    let mut tickets = Vec::new();
    for (n, issue) in ["Incorrect Bill", "Payment Not Reflected", "Other"].into_iter().enumerate() {
        for (m, priority) in ["Low", "Medium", "High", "Urgent"].into_iter().enumerate() {
            for (k, status) in ["New", "In Progress", "Fixed"].into_iter().enumerate() {
                let assigned = [None, Some(&staff[0]), Some(&staff[1])][(n + m + k) % 3];
                let name = if m % 2 == 0 { "Nadia Okonkwo" } else { "Peter Lindqvist" };
                let fields =
                    json!({"issueType": issue, "priority": priority, "assignedTo": assigned, "clientName": name});
                let mut ticket = admin.ticket(fields).await;
                if status != "New" {
                    ticket = admin.put(&path(&ticket), &json!({"status": status})).await.json;
                }
                tickets.push(ticket);
            }
        }
    }
    (tickets, staff)
}

#[tokio::test]
async fn filters_alone_and_together() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (tickets, [tomasz, aisha]) = desk(&app, &admin).await;
    let is = |field: &'static str, values: &'static [&str]| {
        move |ticket: &Value| values.contains(&ticket[field].as_str().unwrap())
    };
    let by = |id: Option<&str>| {
        let id = id.map(str::to_owned);
        move |ticket: &Value| ticket["assignedTo"]["id"].as_str() == id.as_deref()
    };
    let (none, his, hers) = (by(None), by(Some(&tomasz)), by(Some(&aisha)));
    let table: Vec<(String, Rule<'_>)> = vec![
        (String::new(), Box::new(|_| true)),
        ("status=&issueType=&priority=&assignedTo=&q=&createdFrom=&sort=".into(), Box::new(|_| true)),
        ("status=New".into(), Box::new(is("status", &["New"]))),
        ("status=In%20Progress".into(), Box::new(is("status", &["In Progress"]))),
        ("status=In+Progress,Fixed".into(), Box::new(is("status", &["In Progress", "Fixed"]))),
        ("status=New&status=Fixed".into(), Box::new(is("status", &["New", "Fixed"]))),
        ("status=New,New&status=Fixed,%20New".into(), Box::new(is("status", &["New", "Fixed"]))),
        ("status=Closed".into(), Box::new(|_| false)),
        ("issueType=Incorrect+Bill".into(), Box::new(is("issueType", &["Incorrect Bill"]))),
        ("issueType=Other&issueType=Incorrect%20Bill".into(), Box::new(is("issueType", &["Incorrect Bill", "Other"]))),
        ("priority=Urgent".into(), Box::new(is("priority", &["Urgent"]))),
        ("priority=Low,Urgent&priority=High".into(), Box::new(is("priority", &["Low", "High", "Urgent"]))),
        ("assignedTo=none".into(), Box::new(&none)),
        (format!("assignedTo={tomasz}"), Box::new(&his)),
        (format!("assignedTo={}", tomasz.to_uppercase()), Box::new(&his)),
        (format!("assignedTo={tomasz},none"), Box::new(|t| his(t) || none(t))),
        (format!("assignedTo={tomasz}&assignedTo={aisha}"), Box::new(|t| his(t) || hers(t))),
        ("assignedTo=0190b5f0-0000-7000-8000-000000000000".into(), Box::new(|_| false)),
        (
            "status=New,Fixed&priority=High&q=nadia".into(),
            Box::new(|t| is("status", &["New", "Fixed"])(t) && is("priority", &["High"])(t)),
        ),
        (
            format!("assignedTo={aisha}&issueType=Other&status=New"),
            Box::new(|t| hers(t) && is("issueType", &["Other"])(t) && is("status", &["New"])(t)),
        ),
        ("q=lindqvist&assignedTo=none".into(), Box::new(|t| none(t) && t["clientName"] == "Peter Lindqvist")),
        ("priority=Low&q=lindqvist".into(), Box::new(|_| false)),
        ("createdFrom=2020-01-01&createdTo=2099-12-31&priority=Low".into(), Box::new(is("priority", &["Low"]))),
        ("createdTo=2020-01-01".into(), Box::new(|_| false)),
    ];
    for (query, rule) in table {
        let want = picked(&tickets, rule);
        assert_eq!(found(&admin, &query).await, want, "{query}");
        let reply = admin.get(&format!("/api/tickets?{query}")).await;
        assert_eq!(reply.json["total"], json!(want.len()), "{query}");
    }
}

#[tokio::test]
async fn a_list_has_the_contracts_shape() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let empty = json!({"items": [], "page": 1, "pageSize": 25, "total": 0, "totalIsExact": true, "nextCursor": null});
    assert_eq!(admin.get("/api/tickets").await.json, empty);
    let ticket = admin.ticket(json!({})).await;
    admin.post(&format!("{}/notes", path(&ticket)), &json!({"content": "x"})).await;
    let mut item = admin.get(&path(&ticket)).await.json;
    let left_out = ["notes", "statusHistory"];
    for field in left_out {
        assert!(item.as_object_mut().unwrap().remove(field).is_some());
    }
    let list = admin.get("/api/tickets?pageSize=1&page=1").await;
    let want = json!({"items": [item], "page": 1, "pageSize": 1, "total": 1, "totalIsExact": true, "nextCursor": null});
    assert_eq!(list.json, want);
    let beyond = admin.get("/api/tickets?pageSize=100&page=9").await.json;
    let want = json!({"items": [], "page": 9, "pageSize": 100, "total": 1, "totalIsExact": true, "nextCursor": null});
    assert_eq!(beyond, want);
    let fields: Vec<Value> = (0..26).map(|n| json!({"clientName": format!("N{n}")})).collect();
    for one in fields {
        admin.ticket(one).await;
    }
    let first = admin.get("/api/tickets").await.json;
    assert_eq!((first["items"].as_array().unwrap().len(), &first["total"]), (25, &json!(27)));
}

#[tokio::test]
async fn unknown_parameters_and_bad_values_are_422() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let table = [
        ("x=1", vec!["x"]),
        ("Status=New", vec!["Status"]),
        ("page_size=1", vec!["page_size"]),
        ("status=Done", vec!["status"]),
        ("status=New,Done", vec!["status"]),
        ("status=1", vec!["status"]),
        ("issueType=Weather", vec!["issueType"]),
        ("priority=Soon", vec!["priority"]),
        ("assignedTo=me", vec!["assignedTo"]),
        ("assignedTo=None,1", vec!["assignedTo", "assignedTo"]),
        ("createdFrom=yesterday", vec!["createdFrom"]),
        ("createdFrom=2026-02-30", vec!["createdFrom"]),
        ("createdTo=2026-13-01", vec!["createdTo"]),
        ("createdTo=2026-11-23T25:00:00Z", vec!["createdTo"]),
        ("createdTo=2026-11-23T10:00:00", vec!["createdTo"]),
        ("createdFrom=2026-11-24&createdTo=2026-11-23", vec!["createdTo"]),
        ("sort=name", vec!["sort"]),
        ("sort=createdAt&sort=status", vec!["sort"]),
        ("order=up", vec!["order"]),
        ("order=ASC", vec!["order"]),
        ("page=0", vec!["page"]),
        ("page=-1", vec!["page"]),
        ("page=1.5", vec!["page"]),
        ("page=x", vec!["page"]),
        ("page=99999999999999999999", vec!["page"]),
        ("page=1&page=2", vec!["page"]),
        ("pageSize=0", vec!["pageSize"]),
        ("pageSize=101", vec!["pageSize"]),
        ("cursor=x", vec!["cursor"]),
        ("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", vec!["cursor"]),
        ("q=a&q=b", vec!["q"]),
        ("pageSize=0&page=0&order=up&sort=x&status=x&x=1", vec!["order", "page", "pageSize", "sort", "status", "x"]),
    ];
    for (query, fields) in table {
        let reply = admin.get(&format!("/api/tickets?{query}")).await;
        assert_problem(&reply, 422);
        assert_eq!(reply.faults(), fields, "{query}: {}", reply.text);
    }
    for query in ["page=1&pageSize=100", "page=10000000", "pageSize=1", "createdFrom=2026-11-23&createdTo=2026-11-23"] {
        assert_eq!(admin.get(&format!("/api/tickets?{query}")).await.status, 200, "{query}");
    }
}

/// Clocks go forward in London at 01:00 UTC on 29 March 2026 and back at 01:00 UTC on 25 October 2026.
#[tokio::test]
async fn days_are_the_set_zones_also_when_clocks_change() {
    let march_29: i64 = 1_774_742_400_000;
    let (clock, hand) = Clock::fixed(march_29 - MINUTE, 7);
    let app = TestApp::with_clock(&[("timezone", "Europe/London")], clock.clone()).await;
    let admin = app.admin().await;
    let at = async |millis: i64| {
        hand.advance(millis - clock.now());
        admin.ticket(json!({"description": format!("at {millis}")})).await["id"].as_str().unwrap().to_owned()
    };
    let eve = at(march_29 - 1).await;
    let first = at(march_29).await;
    let last = at(march_29 + 23 * HOUR - 1).await;
    let next = at(march_29 + 23 * HOUR).await;
    let october_25: i64 = 1_792_886_400_000 - HOUR;
    let autumn_eve = at(october_25 - 1).await;
    let autumn_first = at(october_25).await;
    let autumn_last = at(october_25 + 25 * HOUR - 1).await;
    let autumn_next = at(october_25 + 25 * HOUR).await;
    let table = [
        ("createdFrom=2026-03-29&createdTo=2026-03-29", vec![&first, &last]),
        ("createdFrom=2026-03-28&createdTo=2026-03-28", vec![&eve]),
        ("createdFrom=2026-03-30&createdTo=2026-03-30", vec![&next]),
        ("createdTo=2026-03-29", vec![&eve, &first, &last]),
        ("createdFrom=2026-10-25&createdTo=2026-10-25", vec![&autumn_first, &autumn_last]),
        ("createdFrom=2026-03-30&createdTo=2026-10-24", vec![&next, &autumn_eve]),
        ("createdFrom=2026-10-26", vec![&autumn_next]),
        ("createdFrom=2026-03-29T00:00:00Z&createdTo=2026-03-29T00:00:00.000Z", vec![&first]),
        ("createdFrom=2026-03-29T01:00:00%2B01:00&createdTo=2026-03-29T22:59:59.999Z", vec![&first, &last]),
        ("createdFrom=2026-03-29T01:00:00+01:00&createdTo=2026-03-29T22:59:59.998Z", vec![&first]),
        ("createdFrom=2026-03-28T23:59:59.999500Z&createdTo=2026-03-29", vec![&first, &last]),
        ("createdFrom=2026-10-26T00:00:00.000Z", vec![&autumn_next]),
    ];
    for (query, want) in table {
        let want: BTreeSet<String> = want.into_iter().cloned().collect();
        assert_eq!(found(&admin, query).await, want, "{query}");
    }
}
