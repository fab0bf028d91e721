//! `redress key …` beside a server that works.

use std::{
    collections::BTreeSet,
    fs,
    process::{Child, Stdio},
    time::Duration,
};

use serde_json::json;
use vault::{KeyId, Vault};

use crate::support::{
    Dir, blobs,
    process::{Process, redress, run},
};

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_rotated_under_load_and_older_copies_are_refused() {
    let dir = Dir::new();
    let process = Process::serve(&dir, &[]);
    let admin = process.admin(&dir);
    let file = dir.path().join("data/redress.key");
    let old = fs::read(&file).unwrap();
    let first = admin.ticket(json!({})).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let busy = admin.clone();
    let load = tokio::spawn(async move {
        let mut made = Vec::new();
        while !*stopped.borrow() {
            made.push(busy.ticket(json!({"clientName": format!("Client {}", made.len())})).await);
        }
        made
    });
    let rotated = tokio::task::spawn_blocking({
        let command = redress(&dir, &["key", "rotate"]);
        move || {
            let mut command = command;
            command.output().unwrap()
        }
    });
    let rotated = rotated.await.unwrap();
    stop.send_replace(true);
    let made = load.await.unwrap();
    let said = String::from_utf8_lossy(&rotated.stderr).into_owned() + &String::from_utf8_lossy(&rotated.stdout);
    assert!(rotated.status.success(), "{said}");
    assert!(said.contains("everything is sealed with key 2") && said.contains("copy the keys away now"), "{said}");
    assert!(!made.is_empty());
    let status = run(&dir, &["key", "status"]).done();
    let line = |key: &str| status.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    assert!(line("key 1").contains("retired") && line("key 1").contains(" 0 values"), "{status}");
    assert!(line("key 2").contains("active") && !line("key 2").contains(" 0 values"), "{status}");
    for ticket in made.iter().chain([&first]) {
        let now = admin.get(&format!("/api/tickets/{}", ticket["id"].as_str().unwrap())).await.json;
        assert_eq!((&now["clientName"], &now["version"]), (&ticket["clientName"], &ticket["version"]));
    }
    let all = admin.get("/api/tickets?pageSize=1").await.json["total"].clone();
    assert_eq!(all, json!(made.len() + 1));

    // A key that seals is kept, one that does not may go.
    assert!(run(&dir, &["key", "forget", "2"]).failed().contains("are sealed with key 2"));
    run(&dir, &["key", "forget", "1"]).done();
    assert!(!fs::read_to_string(&file).unwrap().contains("key 1 "));
    admin.ticket(json!({})).await;
    process.stop();
    let new = fs::read(&file).unwrap();
    fs::write(&file, old).unwrap();
    let refused = run(&dir, &["serve"]).failed();
    assert!(refused.contains("older copy, without key 2") && refused.contains("newest copy"), "{refused}");
    fs::write(&file, new).unwrap();
    let process = Process::serve(&dir, &[]);
    let again = process.admin_again(&dir).get(&format!("/api/tickets/{}", first["id"].as_str().unwrap())).await;
    assert_eq!(again.json["clientName"], first["clientName"]);
}

/// The keys that have sealed what a rotation goes through first and what it comes to late; nobody changes any of it meanwhile.
fn sealed_with(dir: &Dir) -> BTreeSet<KeyId> {
    let watched = ["ticket_texts.", "ticket_events.", "users."];
    let blobs = blobs(dir).into_iter().filter(|(column, value)| {
        // Ids and digests are shorter than the shortest sealed value.
        value.len() >= 33 && watched.iter().any(|table| column.starts_with(table))
    });
    blobs.filter_map(|(_, value)| Vault::key_of(&value)).collect()
}

/// Starts a rotation, to be killed.
fn rotation(dir: &Dir) -> Child {
    redress(dir, &["key", "rotate"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Killed wherever it happens to be, again and again, and at last in the middle of its work.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_is_killed_goes_on_where_it_was() {
    let dir = Dir::new();
    let process = Process::serve(&dir, &[]);
    let admin = process.admin(&dir);
    let mut made = Vec::new();
    for _ in 0..60 {
        made.push(admin.ticket(json!({})).await);
    }
    let opens = async |when: &str| {
        for ticket in &made[..5] {
            let now = admin.get(&format!("/api/tickets/{}", ticket["id"].as_str().unwrap())).await.json;
            assert_eq!(now["clientName"], ticket["clientName"], "{when}");
        }
    };
    for millis in [30, 150, 400, 700, 1_000] {
        let mut child = rotation(&dir);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        let _ = child.kill();
        child.wait().unwrap();
        let when = format!("after {millis} ms");
        opens(when.as_str()).await;
    }
    let mut tries = 0;
    while sealed_with(&dir).len() < 2 {
        assert!(tries < 30, "no rotation was met in the middle");
        tries += 1;
        let mut child = rotation(&dir);
        while child.try_wait().unwrap().is_none() && sealed_with(&dir).len() < 2 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let _ = child.kill();
        child.wait().unwrap();
    }
    opens("in the middle").await;

    let used = |status: &str| {
        let keys = status.lines().filter(|line| line.starts_with("key "));
        let values = keys.map(|line| line.split_whitespace().nth(3).unwrap().parse::<u64>().unwrap());
        values.filter(|values| *values > 0).collect::<Vec<_>>()
    };
    let status = run(&dir, &["key", "status"]).done();
    let before = used(&status);
    assert!(before.len() == 2 && status.contains("not finished"), "{status}");
    let went_on = run(&dir, &["key", "rotate"]);
    let (said, done) = (went_on.err.clone(), went_on.done());
    assert!(said.contains("going on with the rotation") && done.contains("everything is sealed with key"), "{said}");
    let anew = said.lines().find_map(|line| line.strip_suffix(" values sealed anew")?.rsplit(' ').next());
    let anew: u64 = anew.unwrap().parse().unwrap();
    assert!(anew > 0 && anew < before.iter().sum::<u64>(), "what was left: {anew} of {before:?}");
    let status = run(&dir, &["key", "status"]).done();
    assert!(used(&status).len() == 1 && !status.contains("not finished"), "{status}");
    opens("at the end").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_may_come_from_a_command_and_are_rotated_there() {
    let dir = Dir::new();
    Process::serve(&dir, &[]).stop();
    let file = dir.path().join("data/redress.key");
    let elsewhere = dir.path().join("kms");
    fs::rename(&file, &elsewhere).unwrap();
    let line = format!("cat '{}'", elsewhere.display());
    let with = |args: &[&str]| {
        let ran = redress(&dir, args).env("REDRESS_KEY_COMMAND", &line).output().unwrap();
        (ran.status.code(), String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap())
    };
    for _ in 0..2 {
        let (code, ring, faults) = with(&["key", "next"]);
        assert_eq!(code, Some(0), "{faults}");
        fs::write(&elsewhere, ring + "\n").unwrap();
        let (_, status, _) = with(&["key", "status"]);
        assert!(status.contains("key 2"), "{status}");
    }
    let (code, said, faults) = with(&["key", "rotate"]);
    assert!(code == Some(0) && said.contains("everything is sealed with key 2"), "{said}{faults}");
    let (code, _, faults) = with(&["key", "forget", "1"]);
    assert!(code == Some(1) && faults.contains("come from key_command"), "{faults}");
    assert!(!file.exists(), "no file is made beside");
    let both =
        redress(&dir, &["config", "check"]).env("REDRESS_KEY_COMMAND", &line).env("REDRESS_KEY_RING", "x").output();
    let both = both.unwrap();
    assert_eq!(both.status.code(), Some(2));
    let said = String::from_utf8_lossy(&both.stderr).into_owned();
    assert!(said.contains("key_command: key_ring is set too"), "{said}");
    assert!(!String::from_utf8_lossy(&both.stdout).contains("key_ring = \"x\""), "it is masked");
}
