//! Whether a node is ready, and how it says that it is about to stop.

use redress::{
    clock::Clock,
    db::{newest_schema, params},
};
use serde_json::{Value, json};

use crate::support::{Caller, Dir, Reply, TestApp, eventually, process::Process, ready, sql};

/// As a stranger asks, whom a proxy on this machine speaks for.
async fn from_afar(caller: &Caller) -> Reply {
    caller.send(caller.request("GET", "/readyz").header("x-forwarded-for", "198.51.100.7")).await
}

#[tokio::test]
async fn nodes_are_told_apart_and_strangers_hear_no_more_than_that() {
    let dir = ready();
    let (one, other) = (TestApp::at(&dir, &[], Clock::system()).await, TestApp::at(&dir, &[], Clock::system()).await);
    let mut ids = Vec::new();
    for app in [&one, &other] {
        let near = app.anonymous().get("/readyz").await;
        let id = near.json["node"].as_str().unwrap().to_owned();
        let schema = newest_schema();
        let want = json!({"ready": true, "node": id, "version": env!("CARGO_PKG_VERSION"), "schema": schema,
            "databaseSchema": schema});
        assert_eq!((near.status, &near.json), (200, &want), "{}", near.text);
        let far = from_afar(&app.anonymous()).await;
        assert_eq!((far.status, &far.json), (200, &json!({"ready": true, "node": id[id.len() - 8..]})));
        // By this id the database knows it.
        let node: uuid::Uuid = id.parse().unwrap();
        eventually("the node is announced", async || {
            let row = app.app.db.read(move |tx| tx.query_one("SELECT 1 FROM nodes WHERE id = $1", params![node])).await;
            Result::<_, redress::db::DbError>::unwrap(row)
        })
        .await;
        ids.push(id);
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_trusted_proxy_hears_of_it_for_itself_alone() {
    let app = TestApp::with(&[("trusted_proxies", "127.0.0.1")]).await;
    assert!(app.anonymous().get("/readyz").await.json["version"].is_string());
    assert_eq!(from_afar(&app.anonymous()).await.json["version"], Value::Null);
}

#[tokio::test]
async fn a_newer_schema_is_no_hindrance_until_something_is_taken_away() {
    let app = TestApp::start().await;
    let add = |version: i64, name: &str| {
        format!(
            "INSERT INTO schema_migrations (version, name, sha256, applied_at) \
             SELECT {version}, '{name}', sha256, 0 FROM schema_migrations WHERE version = 1"
        )
    };
    let (ours, asked) = (newest_schema(), app.anonymous());
    sql(app.dir(), &add(ours + 1, "9998_more"));
    let newer = asked.get("/readyz").await;
    assert_eq!((newer.status, &newer.json["databaseSchema"]), (200, &json!(ours + 1)));
    sql(app.dir(), &add(ours + 2, "9999_less_contract"));
    let taken = asked.get("/readyz").await;
    assert_eq!((taken.status, &taken.json["reason"]), (503, &json!("schema")));
    sql(app.dir(), &format!("DELETE FROM schema_migrations WHERE version >= {ours}"));
    let behind = from_afar(&asked).await;
    assert_eq!((behind.status, &behind.json["reason"]), (503, &json!("schema")));
    app.app.db.clone().close().await.unwrap();
    let away = asked.get("/readyz").await;
    assert_eq!((away.status, &away.json["reason"]), (503, &json!("database")));
    assert_eq!((&away.json["ready"], &away.json["databaseSchema"]), (&json!(false), &Value::Null));
    assert_eq!(asked.get("/healthz").await.status, 200, "it lives all the same");
}

#[tokio::test]
async fn before_a_stop_it_turns_requests_away_to_others_and_answers_them_meanwhile() {
    let dir = Dir::new();
    let mut process = Process::serve(&dir, &[("REDRESS_DRAIN_SECONDS", "60")]);
    let admin = process.admin(&dir);
    assert_eq!(admin.get("/readyz").await.status, 200);
    process.signal("TERM");
    let told = eventually("it is not ready any more", async || {
        let reply = admin.get("/readyz").await;
        (reply.status == 503).then_some(reply)
    })
    .await;
    assert_eq!((&told.json["ready"], &told.json["reason"]), (&json!(false), &json!("stopping")));
    assert_eq!(admin.get("/api/tickets").await.status, 200, "whoever comes is answered");
    assert!(!process.said().contains("stopped"), "{}", process.said());
    // Whoever cannot wait says so again.
    process.signal("TERM");
    assert_eq!(process.ended(), Some(0), "{}", process.said());
}

mod sqlite_only {
    use redress::db::DbError;

    use super::*;

    /// Lets the database grow by so many pages of 4 KiB, as a nearly full disk would, and writes a million bytes.
    async fn write_with_room_for(app: &TestApp, pages: i64) -> bool {
        let written = app.app.db.write::<_, DbError, _>(move |tx| {
            let now = tx.query_one("PRAGMA page_count", &[])?.map_or(Ok(0), |row| row.int(0))?;
            tx.query(&format!("PRAGMA max_page_count = {}", now + pages), &[])?;
            tx.execute("INSERT INTO meta (name, value) VALUES ('large', $1)", params![vec![7_u8; 1_000_000]])
        });
        written.await.is_ok()
    }

    #[tokio::test]
    async fn a_full_disk_is_told_until_a_write_is_kept_again() {
        let app = TestApp::start().await;
        // What the node writes by itself may be kept at any time.
        let full = eventually("it is not ready", async || {
            assert!(!write_with_room_for(&app, 2).await);
            let reply = app.anonymous().get("/readyz").await;
            (reply.status == 503).then_some(reply)
        })
        .await;
        assert_eq!((&full.json["reason"], &full.json["databaseSchema"]), (&json!("writes"), &json!(newest_schema())));
        assert!(write_with_room_for(&app, 1_000).await);
        assert_eq!(app.anonymous().get("/readyz").await.status, 200);
    }
}
