//! From either engine into the other.

use std::{
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use testbase::Database;

use super::*;
use crate::support::process::redress;

async fn goes_on(dir: &Dir, url: &str, admin: &Caller, before: &BTreeMap<String, Value>) {
    run(dir, &["audit", "verify", "--database-url", url]).done();
    let process = Process::serve(dir, &[&GATEWAY[..], &[("REDRESS_DATABASE_URL", url)]].concat());
    let admin = Caller::new(&process.base).with_token(&admin.token().unwrap());
    holds(&admin, before).await;
    admin.ticket(json!({"clientName": "Persimmonia"})).await;
    let found = admin.get("/api/tickets?q=persimm").await.json;
    assert_eq!(found["total"], 1, "and it goes on");
    process.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_goes_into_the_other_engine_and_back() {
    let dir = Dir::new();
    let process = Process::serve(&dir, &GATEWAY);
    let admin = process.admin(&dir);
    let load = Load::start(&admin);
    load.reaches(40).await;
    let before = load.so_far();
    let first = path(&dir, "first.backup");
    tokio::task::block_in_place(|| run(&dir, &["backup", &first])).done();
    load.end().await;
    process.kill();

    let file = format!("sqlite://{}", path(&dir, "data/redress.db"));
    run(&dir, &["restore", &first, "--database-url", &file]).done();
    goes_on(&dir, &file, &admin, &before).await;

    let (second, server) = (path(&dir, "second.backup"), Database::required());
    run(&dir, &["backup", &second, "--database-url", &file]).done();
    run(&dir, &["restore", &second, "--database-url", server.url()]).done();
    let process = Process::serve(&dir, &[&GATEWAY[..], &[("REDRESS_DATABASE_URL", server.url())]].concat());
    let admin = Caller::new(&process.base).with_token(&admin.token().unwrap());
    holds(&admin, &before).await;
    process.stop();
    let refused = run(&dir, &["restore", &second, "--database-url", server.url()]).failed();
    assert!(refused.contains("holds data already"), "{refused}");
}

/// Kills a restore when the first rows are there.
fn kill_in_the_middle(mut restore: Child, server: &Database) {
    let has_rows = || {
        let count = server.with(async |client| client.query_one("SELECT count(*) FROM ticket_events", &[]).await);
        count.is_ok_and(|row| row.get::<_, i64>(0) > 0)
    };
    let until = Instant::now() + Duration::from_mins(1);
    while !has_rows() {
        assert!(Instant::now() < until, "it was never under way");
        std::thread::sleep(Duration::from_millis(2));
    }
    restore.kill().unwrap();
    restore.wait().unwrap();
}

#[test]
fn a_restore_that_breaks_off_is_no_desk_and_is_run_again() {
    let dir = Dir::new();
    run(&dir, &["demo", "--tickets", "600", "--keep", "desk", "--no-serve"]).done();
    let file = format!("sqlite://{}", path(&dir, "desk/redress.db"));
    let backup = path(&dir, "desk.backup");
    let desk = ["--data-dir", "desk", "--database-url"];
    run(&dir, &[&["backup", &backup][..], &desk, &[&file]].concat()).done();
    let broken_off = || {
        let server = Database::required();
        let mut restore = redress(&dir, &[&["restore", &backup][..], &desk, &[server.url()]].concat());
        kill_in_the_middle(restore.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(), &server);
        let listed = run(&dir, &[&["user", "list"][..], &desk, &[server.url()]].concat());
        (server, listed)
    };
    // One may be whole by the time that it is killed.
    let mut tries = std::iter::repeat_with(broken_off).take(10);
    let (server, listed) = tries.find(|tried| tried.1.code != Some(0)).expect("it is always whole before it is killed");
    let refused = listed.failed();
    assert!(refused.contains("unfinished copy") && refused.contains("redress restore"), "{refused}");
    let restore = [&["restore", &backup][..], &desk, &[server.url()]].concat();
    run(&dir, &restore).done();
    let users = [&["user", "list"][..], &desk, &[server.url()]].concat();
    assert!(run(&dir, &users).done().contains("priya@demo.example"));
}
