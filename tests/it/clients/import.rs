//! `redress clients import` through the real program, beside a running server.

use std::{fs, sync::Arc};

use serde_json::json;

use super::{path, query};
use crate::support::{
    Caller, Dir,
    process::{Process, run, run_with},
};

const FILE: &str = "\u{feff}Account ID,Name,Mobile,E-mail,Balance\r\n\
    LF-1,Nadia Okonkwo,07700 900142,n@example.com,5\r\n\
    LF-2,\"Smith, \"\"Bob\"\"\r\nJunior\",+447700900143,,\r\n\
    LF-3,No Number,12,x,\r\n\
    lf-1,Nadia Twice,07700 900142,,\r\n\
    ,Nobody,07700900144,,\r\n\
    LF-4,Zoë Jones,07700900145,,\r\n";

const SETTINGS: [(&str, &str); 1] = [("REDRESS_REGION", "GB")];

fn import(dir: &Dir, file: &str) -> crate::support::process::Ran {
    run(dir, &["clients", "import", file, "--region", "GB"])
}

async fn name(admin: &Caller, account: &str) -> String {
    admin.get(&path(account)).await.json["name"].as_str().unwrap_or("").to_owned()
}

#[tokio::test]
async fn good_rows_are_kept_and_bad_ones_told_beside_a_running_server() {
    let dir = &Dir::new();
    let process = Process::serve(dir, &SETTINGS);
    let admin = process.admin(dir);
    fs::write(dir.path().join("clients.csv"), FILE).unwrap();
    let ran = import(dir, "clients.csv");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.out, "6 rows: 3 added, 0 changed, 0 as they were, 1 repeated, 2 refused\n");
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(lines.len(), 5, "{ran:?}");
    assert!(lines[0].ends_with("columns left out: Balance"), "{ran:?}");
    assert!(lines[1].contains("line 2: line 6 has the same account"), "{ran:?}");
    assert!(lines[2].contains("line 5: phone: ") && lines[2].contains(" email: "), "{ran:?}");
    assert!(lines[3].contains("line 7: accountId: "), "{ran:?}");
    assert!(lines[4].contains("2 rows were refused; correct"), "{ran:?}");
    for personal in ["Nobody", "900142", "n@example", "LF-3", "No Number"] {
        assert!(!ran.err.contains(personal), "{personal}: {ran:?}");
    }
    assert_eq!(name(&admin, "LF-1").await, "Nadia Twice", "the last row counts");
    assert_eq!(name(&admin, "LF-2").await, "Smith, \"Bob\" Junior");
    assert_eq!((name(&admin, "LF-4").await, name(&admin, "LF-3").await), ("Zoë Jones".to_owned(), String::new()));
    let found = admin.get(&format!("/api/clients?q={}", query("zoe"))).await.json;
    assert_eq!(found["items"][0]["phone"], "+447700900145", "it is found at once");

    let told = async || {
        let items = admin.get("/api/audit?kind=clients").await.json["items"].clone();
        items.as_array().unwrap().iter().map(|item| item["event"]["clients"].clone()).collect::<Vec<_>>()
    };
    let want = [
        json!({"imported": {"of": "clients", "added": 3, "changed": 0, "refused": 2}}),
        json!({"importBegan": {"of": "clients", "rows": 3}}),
    ];
    assert_eq!(told().await, want, "one file, not each client of it");

    let again = import(dir, "clients.csv");
    assert!(again.out.starts_with("6 rows: 0 added, 0 changed, 3 as they were"), "{again:?}");
    assert_eq!(admin.get(&path("LF-1")).await.json["version"], 1, "nothing was written");
    admin.put(&path("LF-4"), &json!({"address": "1 High Street", "email": "z@example.com"})).await;
    let ran = run_with(
        dir,
        &["clients", "import", "-", "--region", "GB"],
        "account;name;phone;email\nLF-4;Zoë Jones;07700900146;\n",
    );
    assert_eq!(
        (ran.out.as_str(), ran.err.as_str()),
        ("1 rows: 0 added, 1 changed, 0 as they were, 0 repeated, 0 refused\n", "")
    );
    assert_eq!(ran.code, Some(0));
    let zoe = admin.get(&path("LF-4")).await.json;
    assert_eq!(
        (&zoe["phone"], &zoe["email"], &zoe["address"]),
        (&json!("+447700900146"), &json!(null), &json!("1 High Street"))
    );
    let said = process.stop();
    assert!(!said.contains("Nadia"), "{said}");
}

#[tokio::test]
async fn what_is_no_file_of_clients_changes_nothing() {
    let dir = &Dir::new();
    fs::write(dir.path().join("ok.csv"), "account,name,phone\nLF-1,Nadia,+447700900142\n").unwrap();
    let error = import(dir, "ok.csv").failed();
    assert!(error.contains("no desk") && !dir.path().join("data").exists(), "{error}");
    let process = Process::serve(dir, &[]);
    let admin = process.admin(dir);
    fs::write(dir.path().join("empty.csv"), "").unwrap();
    fs::write(dir.path().join("head.csv"), "name,phone\nNadia,+447700900142\n").unwrap();
    fs::write(dir.path().join("wide.csv"), b"\xff\xfea\0").unwrap();
    for (file, words) in [
        ("missing.csv", "cannot read missing.csv"),
        ("empty.csv", "nothing in it"),
        ("head.csv", "accountId"),
        ("wide.csv", "UTF-8"),
    ] {
        let error = import(dir, file).failed();
        assert!(error.contains(words), "{file}: {error}");
    }
    for args in [&["clients"][..], &["clients", "import"], &["clients", "import", "a", "b"], &["clients", "fly"]] {
        assert_eq!(run(dir, args).code, Some(2), "{args:?}");
    }
    assert_eq!(admin.get("/api/clients").await.json["items"], json!([]));
    let help = run(dir, &["clients", "import", "--help"]).done();
    assert!(help.contains("account number") && help.contains("msisdn"), "{help}");
}

#[tokio::test]
async fn a_long_file_is_stored_whole_while_others_write() {
    let dir = Arc::new(Dir::new());
    let process = Process::serve(&dir, &[]);
    let admin = process.admin(&dir);
    let rows: Vec<_> = (0..1_500).map(|n| format!("LF-{n},Client {n},+44770090{n:04}\n")).collect();
    fs::write(dir.path().join("long.csv"), format!("account,name,phone\n{}", rows.concat())).unwrap();
    let place = Arc::clone(&dir);
    let importing = std::thread::spawn(move || import(&place, "long.csv"));
    let mut written = 0;
    while !importing.is_finished() {
        admin.ticket(json!({})).await;
        written += 1;
    }
    let ran = importing.join().unwrap();
    assert!(ran.out.starts_with("1500 rows: 1500 added"), "{ran:?}");
    assert_eq!(admin.get("/api/tickets").await.json["total"], written, "and nobody was turned away");
    for account in ["LF-0", "LF-777", "LF-1499"] {
        assert_eq!(admin.get(&path(account)).await.status, 200, "{account}");
    }
}
