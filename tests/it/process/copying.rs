//! `redress db copy`: a desk moves into another database and is whole there.
//!
//! Where tests run on PostgreSQL it moves from one of its databases to another; `postgres_only` has both ways between that
//! and a file.

use std::{
    fs, iter,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use testbase::Database;

use crate::support::{
    Caller, Dir, PASSWORD,
    process::{Process, Ran, add_user, redress, run, run_with},
    sql,
};

/// A gateway, and nobody who sends to it, so that what is queued stays as it is.
const GATEWAY: [(&str, &str); 5] = [
    ("REDRESS_WORKER", "false"),
    ("REDRESS_SMS_GATEWAY", "kannel"),
    ("REDRESS_SMS_KANNEL_URL", "http://127.0.0.1:9/cgi-bin/sendsms"),
    ("REDRESS_SMS_KANNEL_USERNAME", "redress"),
    ("REDRESS_SMS_KANNEL_PASSWORD", "sendpw"),
];

/// Where the program finds the database of a directory without being told.
fn own(dir: &Dir) -> String {
    match dir.database() {
        Some(database) => database.url().to_owned(),
        None => file(dir, "data/redress.db"),
    }
}

fn file(dir: &Dir, name: &str) -> String {
    format!("sqlite://{}", dir.path().join(name).display())
}

/// Runs a command on the keys of a directory and any database.
fn with(dir: &Dir, url: &str, args: &[&str]) -> Ran {
    run(dir, &[args, &["--database-url", url]].concat())
}

fn copy(dir: &Dir, from: &str, to: &str) -> Ran {
    with(dir, from, &["db", "copy", "--to", to])
}

fn serve(dir: &Dir, url: &str) -> Process {
    Process::serve(dir, &[&GATEWAY[..], &[("REDRESS_DATABASE_URL", url)]].concat())
}

/// A desk with something of everything, and the token of its admin.
async fn fill(dir: &Dir, url: &str) -> String {
    let process = serve(dir, url);
    let add = add_user("priya@isp.example", "Priya Raman", "admin");
    run_with(dir, &[&add[..], &["--database-url", url]].concat(), PASSWORD).done();
    let token = with(dir, url, &["token", "create", "--user", "priya@isp.example", "--name", "tests"]).done();
    let admin = Caller::new(&process.base).with_token(token.trim_end());
    let tech =
        json!({"email": "tomasz@isp.example", "name": "Tomasz Zielinski", "role": "technician", "password": PASSWORD});
    let tech = admin.post("/api/users", &tech).await.json;
    let client = json!({"name": "Wilhelmina Otterbach", "phone": "+447700900777", "email": "wil@example.com"});
    assert_eq!(admin.put("/api/clients/OTTER-17", &client).await.status, 201);
    for number in 0..30 {
        let phone = format!("+4477009005{number:02}");
        admin.ticket(json!({"clientName": format!("Nadia {number}"), "clientPhone": phone})).await;
    }
    let ticket = admin.ticket(json!({"clientAccountId": "HERON-3", "assignedTo": tech["id"]})).await;
    let one = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
    admin.post(&format!("{one}/notes"), &json!({"content": "She plays the xylophone"})).await;
    for status in ["Dispatched", "Fixed"] {
        let moved = admin.put(&one, &json!({"status": status})).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
    }
    let view = admin.post("/api/views", &json!({"name": "Routers", "query": "q=router", "shared": true})).await;
    assert_eq!(view.status, 201, "{}", view.text);
    fs::write(
        dir.path().join("before.csv"),
        "ref,title,state,opened,mobile,name\nQX-4815,Slow,New,2026-01-02,+447700900808,Otto\n",
    )
    .unwrap();
    with(dir, url, &["tickets", "import", "before.csv"]).done();
    process.stop();
    token.trim_end().to_owned()
}

/// Everything that the API tells of a desk.
async fn all(admin: &Caller) -> Vec<Value> {
    let mut told = Vec::new();
    for path in ["/api/tickets?pageSize=100&sort=createdAt", "/api/users", "/api/clients/OTTER-17", "/api/views"] {
        let reply = admin.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        told.push(reply.json);
    }
    for ticket in told[0]["items"].as_array().unwrap().clone() {
        let one = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
        for path in [one.clone(), format!("{one}/notifications")] {
            let reply = admin.get(&path).await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.text);
            told.push(reply.json);
        }
    }
    told
}

#[track_caller]
fn assert_same(now: &[Value], before: &[Value]) {
    assert_eq!(now.len(), before.len());
    for (now, before) in now.iter().zip(before) {
        assert_eq!(now, before);
    }
}

async fn finds(admin: &Caller, q: &str) -> i64 {
    let found = admin.get(&format!("/api/tickets?q={q}")).await;
    found.json["total"].as_i64().unwrap_or_else(|| panic!("{q}: {}", found.text))
}

/// What people of a copied desk meet: everybody gets in, everything is there and found, and work goes on.
async fn goes_on(dir: &Dir, url: &str, token: &str, before: &[Value]) {
    let process = serve(dir, url);
    let admin = Caller::new(&process.base).with_token(token);
    assert_same(&all(&admin).await, before);
    for (q, total) in
        [("nadia", 31), ("0529", 1), ("0142", 1), ("heron3", 1), ("xylophones", 1), ("phone:0142", 1), ("qx4815", 1)]
    {
        assert_eq!(finds(&admin, q).await, total, "{q}");
    }
    let found = admin.get("/api/clients?q=otterb").await.json;
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
    let log_in = json!({"email": "tomasz@isp.example", "password": PASSWORD});
    assert_eq!(admin.post("/api/auth/login", &log_in).await.status, 200);
    process.stop();
}

/// The same on the copy, which is then copied back.
async fn there_and_back(dir: &Dir, from: &str, to: &str, back: &str) {
    let token = fill(dir, from).await;
    let process = serve(dir, from);
    let before = all(&Caller::new(&process.base).with_token(&token)).await;
    process.stop();

    let said = copy(dir, from, to).done();
    assert!(said.contains("is a whole copy of") && said.contains(" 0 there already"), "{said}");
    for (table, rows) in [("tickets", "32 rows"), ("clients", "1 rows"), ("ticket_search", "34 texts found")] {
        let line = said.lines().find(|line| line.starts_with(&format!("{table} "))).unwrap();
        assert!(line.contains(&format!(" {rows}")), "{line}");
    }
    assert!(!said.contains("Nadia") && !said.contains("isp.example"), "{said}");
    goes_on(dir, to, &token, &before).await;

    let process = serve(dir, to);
    let admin = Caller::new(&process.base).with_token(&token);
    admin.ticket(json!({"clientName": "Persimmonia"})).await;
    let before = all(&admin).await;
    process.stop();
    let again = copy(dir, to, back).done();
    let digest = |said: &str, table: &str| {
        let line = said.lines().find(|line| line.starts_with(&format!("{table} "))).unwrap().to_owned();
        line.rsplit(' ').next().unwrap().to_owned()
    };
    for (table, same) in [("clients", true), ("ticket_notes", true), ("tickets", false), ("total", false)] {
        assert_eq!(digest(&said, table) == digest(&again, table), same, "{table}: {said}{again}");
    }
    let process = serve(dir, back);
    let admin = Caller::new(&process.base).with_token(&token);
    assert_same(&all(&admin).await, &before);
    admin.ticket(json!({"clientName": "Persimmonia"})).await;
    assert_eq!((finds(&admin, "persimm").await, finds(&admin, "nadia").await), (2, 31));
    process.stop();
}

#[tokio::test]
async fn a_desk_moves_and_moves_back() {
    let (dir, to) = (Dir::new(), Dir::new());
    there_and_back(&dir, &own(&dir), &to.url(), &file(&dir, "back.db")).await;
}

#[tokio::test]
async fn a_second_run_brings_what_came_after_the_first() {
    let (dir, to) = (Dir::new(), Dir::new());
    let (from, url) = (own(&dir), to.url());
    let token = fill(&dir, &from).await;
    let process = serve(&dir, &from);
    let ahead = copy(&dir, &from, &url);
    assert!(ahead.code == Some(1) && ahead.err.contains("servers use") && ahead.out.is_empty(), "{ahead:?}");
    assert!(with(&dir, &url, &["user", "list"]).failed().contains("unfinished copy"));
    let admin = Caller::new(&process.base).with_token(&token);
    admin.ticket(json!({"clientName": "Persimmonia"})).await;
    let first = admin.get("/api/tickets?q=0500").await.json["items"][0].clone();
    let edit = json!({"clientName": "Quixotically", "description": "Something else"});
    assert_eq!(admin.put(&format!("/api/tickets/{}", first["id"].as_str().unwrap()), &edit).await.status, 200);
    process.stop();
    let said = copy(&dir, &from, &url).done();
    let written = said.lines().find(|line| line.contains(" rows written, ")).unwrap();
    let number: u64 = written.split(' ').next().unwrap().parse().unwrap();
    assert!((5..40).contains(&number), "{said}");
    let again = copy(&dir, &from, &url).done();
    assert!(again.contains("0 rows written, 0 removed"), "until it is opened it can be brought up to date: {again}");

    let process = serve(&dir, &url);
    let admin = Caller::new(&process.base).with_token(&token);
    for (q, total) in [("persimm", 1), ("quixot", 1), ("0500", 1), ("nadia", 30), ("router", 31)] {
        assert_eq!(finds(&admin, q).await, total, "{q}");
    }
    process.stop();
    let refused = copy(&dir, &from, &url).failed();
    assert!(refused.contains("holds data already"), "what was opened is a desk of its own: {refused}");
}

#[tokio::test]
async fn an_unfinished_copy_is_gone_on_with_and_not_served() {
    let (dir, to) = (Dir::new(), Dir::new());
    let (from, url) = (own(&dir), to.url());
    fill(&dir, &from).await;
    copy(&dir, &from, &url).done();
    assert_eq!(sql(&to, "UPDATE meta SET name = 'copy.unfinished' WHERE name = 'copy.unopened'"), 1);
    let third = file(&to, "third.db");
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["user", "list"], &["db", "copy", "--to", &third]] {
        let refused = with(&dir, &url, args).failed();
        assert!(refused.contains("unfinished copy") && refused.contains("redress db copy again"), "{refused}");
    }
    assert_eq!(sql(&to, "UPDATE opt_outs SET stopped_at = 1"), 0);
    assert_eq!(sql(&to, "DELETE FROM saved_views"), 1);
    assert_eq!(sql(&to, "UPDATE users SET role = 1 - role"), 2);
    let said = copy(&dir, &from, &url).done();
    assert!(said.contains("3 rows written, 0 removed"), "{said}");
    with(&dir, &url, &["user", "list"]).done();
}

/// How many rows a table of a directory's database has, as soon as there is such a table.
fn count(dir: &Dir, table: &str) -> Option<i64> {
    let sql = format!("SELECT count(*) FROM {table}");
    if let Some(database) = dir.database() {
        return database.with(async |client| client.query_one(&sql, &[]).await).ok().map(|row| row.get(0));
    }
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let file = rusqlite::Connection::open_with_flags(dir.path().join("redress.db"), flags).ok()?;
    file.query_row(&sql, [], |row| row.get(0)).ok()
}

/// Kills a copy when a table has rows, at the latest when it is whole.
fn kill_at(mut child: Child, to: &Dir, table: &str) {
    let until = Instant::now() + Duration::from_mins(1);
    while count(to, table).unwrap_or(0) == 0 && child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < until, "{table} stays empty");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_copy_killed_in_the_middle_goes_on_where_it_was() {
    let dir = Dir::new();
    run(&dir, &["demo", "--tickets", "600", "--keep", "desk", "--no-serve"]).done();
    let from = file(&dir, "desk/redress.db");
    let desk = ["--data-dir", "desk", "--database-url", &from];
    let is_unfinished = |to: &Dir| {
        ["users", "tickets", "ticket_events"].iter().all(|table| {
            let mut command = redress(&dir, &[&["db", "copy", "--to", &to.url()][..], &desk].concat());
            kill_at(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(), to, table);
            sql(to, "UPDATE meta SET value = value WHERE name = 'copy.unfinished'") == 1
        })
    };
    // One may be whole by the time that it is killed.
    let to = iter::repeat_with(Dir::new).take(10).find(is_unfinished).expect("it is always whole before it is killed");
    let url = to.url();
    let args = [&["db", "copy", "--to", &url][..], &desk].concat();
    let said = run(&dir, &args).done();
    let tickets = said.lines().find(|line| line.starts_with("tickets ")).unwrap();
    assert!(tickets.contains(" 600 rows") && !said.contains(" 0 there already"), "{said}");
    let users = run(&dir, &["user", "list", "--data-dir", "desk", "--database-url", &url]).done();
    assert!(users.contains("priya@demo.example"), "{users}");
    let refused = run(&dir, &args).failed();
    assert!(refused.contains("holds data already"), "{refused}");
}

#[tokio::test]
async fn what_cannot_be_copied_is_said_in_one_line_and_nothing_is_made() {
    let (dir, to) = (Dir::new(), Dir::new());
    let from = own(&dir);
    let elsewhere = file(&to, "other.db");
    let made = || to.path().join("other.db").exists();

    let none = copy(&dir, &file(&dir, "data/none.db"), &elsewhere).failed();
    assert!(none.contains("there is no desk in"), "{none}");
    run(&dir, &["db", "migrate"]).done();
    let empty = copy(&dir, &from, &elsewhere).failed();
    assert!(empty.contains("there is no desk in"), "{empty}");
    Process::serve(&dir, &[]).stop();

    let key = dir.path().join("data/redress.key");
    fs::rename(&key, dir.path().join("data/kept.key")).unwrap();
    let keyless = copy(&dir, &from, &elsewhere).failed();
    assert!(keyless.contains("no key file") && !key.exists(), "{keyless}");
    fs::rename(dir.path().join("data/kept.key"), &key).unwrap();

    let same = copy(&dir, &from, &from);
    assert_eq!(same.code, Some(2), "{same:?}");
    assert!(same.err.contains("--to: ") && same.err.contains("name another one"), "{same:?}");
    for url in ["mysql://root:tell-nobody@host/db", "postgres://root:tell-nobody@host", "other.db", ""] {
        let ran = copy(&dir, &from, url);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.out.is_empty() && ran.err.contains("--to") && !ran.err.contains("tell-nobody"), "{ran:?}");
    }
    assert_eq!(run(&dir, &["db", "copy"]).code, Some(2));
    assert!(!made(), "and nothing was made");

    let nowhere = copy(&dir, &from, &file(&to, "no/such/directory.db")).failed();
    assert!(nowhere.contains("cannot open"), "{nowhere}");
    Process::serve(&to, &[]).stop();
    let served = copy(&dir, &from, &own(&to)).failed();
    assert!(served.contains("holds data already") && served.contains("empty database"), "{served}");

    let said = run_with(&dir, &["db", "copy", "--to", "-"], &format!("{elsewhere}\n")).done();
    assert!(made() && said.contains("is a whole copy of"), "{said}");
}

/// What is in a file moves to a server, and back.
mod postgres_only {
    use super::*;

    #[tokio::test]
    async fn a_desk_moves_up_and_back() {
        let (dir, server) = (Dir::new(), Database::required());
        there_and_back(&dir, &file(&dir, "data/redress.db"), server.url(), &file(&dir, "back.db")).await;
    }

    #[tokio::test]
    async fn what_search_looks_up_is_what_the_product_itself_stores() {
        let (dir, to) = (Dir::new(), Dir::new());
        fill(&dir, &own(&dir)).await;
        copy(&dir, &own(&dir), &to.url()).done();
        for table in
            ["SELECT ticket, part, tokens FROM ticket_search", "SELECT client, 0::bigint, tokens FROM client_search"]
        {
            let rows = |dir: &Dir| -> Vec<(i64, i64, Vec<i64>)> {
                let rows = dir.database().unwrap().with(async |client| client.query(table, &[]).await).unwrap();
                let mut rows: Vec<_> = rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
                rows.sort();
                rows
            };
            assert!(!rows(&dir).is_empty(), "{table}");
            assert_eq!(rows(&dir), rows(&to), "{table}");
        }
    }
}
