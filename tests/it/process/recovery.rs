//! What docs/operations/recovery.md tells operators to do, done.

use std::{
    collections::BTreeMap,
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{
    Caller, Dir, PASSWORD, eventually,
    process::{Process, run, script},
};

/// Nothing answers there, so that what is queued stays queued.
pub(super) const GATEWAY: [(&str, &str); 4] = [
    ("REDRESS_SMS_GATEWAY", "kannel"),
    ("REDRESS_SMS_KANNEL_URL", "http://127.0.0.1:9/cgi-bin/sendsms"),
    ("REDRESS_SMS_KANNEL_USERNAME", "redress"),
    ("REDRESS_SMS_KANNEL_PASSWORD", "sendpw"),
];

type Tickets = BTreeMap<String, Value>;

/// People at work: tickets are logged, and every other one is fixed, by four at a time.
pub(super) struct Load {
    /// The last answer for each ticket, by id.
    acknowledged: Arc<Mutex<Tickets>>,
    stop: Arc<AtomicBool>,
    people: JoinSet<()>,
}

impl Load {
    pub(super) fn start(admin: &Caller) -> Self {
        let mut load = Self { acknowledged: Arc::default(), stop: Arc::default(), people: JoinSet::new() };
        for number in 0..4 {
            let (admin, stop, acknowledged) = (admin.clone(), load.stop.clone(), load.acknowledged.clone());
            let keep = move |ticket: Value| {
                let id = ticket["id"].as_str().unwrap().to_owned();
                acknowledged.lock().unwrap().insert(id.clone(), ticket);
                id
            };
            load.people.spawn(async move {
                for n in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let id = keep(admin.ticket(json!({"clientName": format!("Quillfeather {number} {n}")})).await);
                    if n % 2 == 0 {
                        let fixed = admin.put(&format!("/api/tickets/{id}"), &json!({"status": "Fixed"})).await;
                        assert_eq!(fixed.status, 200, "{}", fixed.text);
                        keep(fixed.json);
                    }
                }
            });
        }
        load
    }

    /// What has been answered by now.
    pub(super) fn so_far(&self) -> Tickets {
        self.acknowledged.lock().unwrap().clone()
    }

    pub(super) async fn reaches(&self, tickets: usize) {
        eventually("they are at work", async || (self.so_far().len() >= tickets).then_some(())).await;
    }

    pub(super) async fn end(mut self) -> Tickets {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(person) = self.people.join_next().await {
            person.unwrap();
        }
        self.so_far()
    }
}

/// Whether a desk has all that had been answered: each ticket as it was or as somebody changed it later, its message, and a search
/// that finds it.
pub(super) async fn holds(admin: &Caller, before: &Tickets) {
    assert!(before.len() > 20, "there was load");
    for (id, was) in before {
        let now = admin.get(&format!("/api/tickets/{id}")).await;
        assert_eq!(now.status, 200, "{was}: {}", now.text);
        let (now, path) = (now.json, format!("/api/tickets/{id}/notifications"));
        if now["version"] == was["version"] {
            assert_eq!(&now, was);
        }
        assert!(now["version"].as_i64() >= was["version"].as_i64(), "{was}: {now}");
        for same in ["clientName", "clientPhone", "description", "ticketRef", "createdAt"] {
            assert_eq!(now[same], was[same]);
        }
        let messages = admin.get(&path).await.json["items"].as_array().unwrap().len();
        assert_eq!(messages, if now["status"] == "Fixed" { 2 } else { 1 }, "{now}");
        let found = admin.get(&format!("/api/tickets?q={}", was["ticketRef"].as_str().unwrap())).await.json;
        assert_eq!(found["total"], 1, "{was}");
    }
    let found = admin.get("/api/tickets?q=quillf").await.json["total"].as_u64().unwrap();
    assert!(found >= before.len() as u64, "{found} found of {}", before.len());
}

/// The lines of a block of the page, by the words behind its fence.
fn block(kind: &str) -> String {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations/recovery.md")).unwrap();
    let (_, rest) = page.split_once(&format!("\n```{kind}\n")).unwrap();
    rest.split_once("\n```\n").unwrap().0.to_owned()
}

/// The same, with other values for the variables that it sets.
fn with_values(block: &str, values: &[(&str, &str)]) -> String {
    let mut lines: Vec<String> = block.lines().map(str::to_owned).collect();
    for (name, value) in values {
        let line = lines.iter_mut().find(|line| line.starts_with(&format!("{name}="))).unwrap();
        *line = format!("{name}='{value}'");
    }
    lines.join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_drill_brings_back_all_that_was_answered_before() {
    let dir = Dir::new();
    let process = Process::serve(&dir, &GATEWAY);
    let admin = process.admin(&dir);
    let load = Load::start(&admin);
    load.reaches(60).await;
    let before = load.so_far();

    let (place, key) = (dir.path().join("drill"), dir.path().join("data/redress.key"));
    let values = [("key", key.to_str().unwrap()), ("drill", place.to_str().unwrap())];
    let lines = with_values(&block("sh drill"), &values);
    let said = tokio::task::block_in_place(|| script(&dir, &lines, &[])).done();
    let after = load.end().await;
    assert!(after.len() > before.len(), "it went on meanwhile: {} {}", before.len(), after.len());
    for words in
        ["THE KEYS ARE NOT IN IT", "whole; as of", " is the desk as of ", "rows hold together", "priya@isp.example"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("MISSING") && !said.contains("cannot be opened"), "{said}");
    process.kill();

    let restored = Dir::new();
    let url = format!("sqlite://{}", place.join("data/redress.db").display());
    let data = place.join("data");
    let env = [("REDRESS_DATABASE_URL", url.as_str()), ("REDRESS_DATA_DIR", data.to_str().unwrap())];
    let process = Process::serve(&restored, &[&GATEWAY[..], &env].concat());
    // The token of before goes on to be one.
    let admin = Caller::new(&process.base).with_token(&admin.token().unwrap());
    holds(&admin, &before).await;
    let log_in = json!({"email": "priya@isp.example", "password": PASSWORD});
    assert_eq!(admin.post("/api/auth/login", &log_in).await.status, 200);
    process.stop();
}

/// What PostgreSQL's own programs make.
mod postgres_only {
    use testbase::Database;
    use testbase::servers::{self, Home};

    use super::*;

    /// The directory of PostgreSQL's programs before all others.
    fn with_its_programs(lines: &str) -> String {
        let programs = servers::run("as-postgres", &["sh", "-c", "dirname \"$(command -v pg_dump)\""], "");
        format!("PATH={programs}:$PATH\n{lines}")
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_pg_dump_makes_of_a_desk_at_work_is_a_desk() {
        let (dir, fresh) = (Dir::new(), Database::required());
        let process = Process::serve(&dir, &GATEWAY);
        let admin = process.admin(&dir);
        let load = Load::start(&admin);
        load.reaches(40).await;
        let before = load.so_far();
        let url = dir.url();
        let env = [("url", url.as_str()), ("fresh", fresh.url()), ("dump", "desk.dump")];
        let lines = with_its_programs(&block("sh pg_dump"));
        tokio::task::block_in_place(|| script(&dir, &lines, &env)).done();
        load.end().await;
        process.kill();

        let process = Process::serve(&dir, &[&GATEWAY[..], &[("REDRESS_DATABASE_URL", fresh.url())]].concat());
        let admin = Caller::new(&process.base).with_token(&admin.token().unwrap());
        holds(&admin, &before).await;
        run(&dir, &["audit", "verify", "--database-url", fresh.url()]).done();
        process.stop();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_base_backup_of_a_desk_at_work_is_a_desk() {
        let (dir, home) = (Dir::new(), Home::new());
        let process = Process::serve(&dir, &GATEWAY);
        let admin = process.admin(&dir);
        let load = Load::start(&admin);
        load.reaches(40).await;
        let before = load.so_far();
        let (url, base) = (dir.url(), format!("{}/base", home.0));
        let (server, name) = url.rsplit_once('/').unwrap();
        let (lines, server) = (block("sh pg_basebackup"), format!("{server}/postgres"));
        let lines = format!("server='{server}' base='{base}'; {lines}");
        tokio::task::block_in_place(|| servers::run("as-postgres", &["sh", "-e", "-u", "-c", &lines], ""));
        load.end().await;
        process.kill();

        let port = servers::run("start-postgres", &[&base], "");
        let url = format!("postgres://redress@127.0.0.1:{port}/{name}");
        let process = Process::serve(&dir, &[&GATEWAY[..], &[("REDRESS_DATABASE_URL", url.as_str())]].concat());
        let admin = Caller::new(&process.base).with_token(&admin.token().unwrap());
        holds(&admin, &before).await;
        process.stop();
        servers::run("as-postgres", &["pg_ctl", "stop", "-D", &base, "-m", "immediate", "-s"], "");
    }
}
