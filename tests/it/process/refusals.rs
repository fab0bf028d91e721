//! When it must not start, it says why in one line and touches nothing.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt, path::Path};

use serde_json::json;

use crate::support::{
    Dir, contents,
    process::{Process, run},
    sql,
};

/// A directory that a server has used, with a ticket in it.
async fn used() -> Dir {
    let dir = Dir::new();
    let process = Process::serve(&dir, &[]);
    process.admin(&dir).ticket(json!({})).await;
    process.stop();
    dir
}

fn key(dir: &Path) -> std::path::PathBuf {
    dir.join("data/redress.key")
}

/// Every command that opens the data refuses, with these words.
#[track_caller]
fn assert_refused(dir: &Dir, words: &str) {
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["user", "list"], &["token", "list"]] {
        let error = run(dir, args).failed();
        assert!(error.contains(words), "{args:?}: {error}");
        assert!(error.starts_with("redress: ") && !error.contains("panicked"), "{error}");
    }
}

#[tokio::test]
async fn without_its_key_the_data_stays_shut() {
    let dir = used().await;
    let kept = fs::read(key(dir.path())).unwrap();
    let database = contents(&dir);

    fs::remove_file(key(dir.path())).unwrap();
    assert_refused(&dir, "no key file");
    assert!(!key(dir.path()).exists(), "no new key over data");

    let other = used().await;
    fs::copy(key(other.path()), key(dir.path())).unwrap();
    assert_refused(&dir, "belongs to other data");

    let mut damaged = kept.clone();
    let digit = damaged.len() - 5;
    damaged[digit] ^= 1;
    fs::write(key(dir.path()), &damaged).unwrap();
    assert_refused(&dir, "damaged");
    fs::write(key(dir.path()), "not a key").unwrap();
    assert_refused(&dir, "not a key file");

    fs::write(key(dir.path()), &kept).unwrap();
    for mode in [0o644, 0o640, 0o660, 0o604] {
        fs::set_permissions(key(dir.path()), fs::Permissions::from_mode(mode)).unwrap();
        assert_refused(&dir, "chmod 600");
    }
    fs::set_permissions(key(dir.path()), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(!database.is_empty() && contents(&dir) == database, "nothing was written meanwhile");
    let process = Process::serve(&dir, &[]);
    assert_eq!(process.admin_again(&dir).get("/api/tickets?q=nadia").await.json["total"], 1);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let dir = used().await;
    let add = "INSERT INTO schema_migrations (version, name, sha256, applied_at) \
               SELECT 99, '0099_later', sha256, 0 FROM schema_migrations WHERE version = 1";
    assert_eq!(sql(&dir, add), 1);
    assert_refused(&dir, "newer");
    let error = run(&dir, &["db", "migrate"]).failed();
    assert!(error.contains("newer"), "{error}");
}

mod sqlite_only {
    use super::*;

    #[test]
    fn what_is_no_database_is_left_alone() {
        let dir = Dir::new();
        fs::create_dir(dir.path().join("data")).unwrap();
        let path = dir.path().join("data/redress.db");
        let garbage = "This is a letter, and no database. ".repeat(500);
        fs::write(&path, &garbage).unwrap();
        assert_refused(&dir, "not a database");
        assert_eq!(fs::read_to_string(&path).unwrap(), garbage);
    }
}

#[test]
fn a_file_where_the_data_directory_should_be_is_left_alone() {
    let dir = Dir::new();
    fs::write(dir.path().join("data"), "a file where the directory should be").unwrap();
    run(&dir, &["serve", "--listen", "127.0.0.1:0"]).failed();
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let dir = Dir::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = run(&dir, &["serve", "--listen", &address]).failed();
    assert!(error.contains(&address), "{error}");
    let error = run(&dir, &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", &address]).failed();
    assert!(error.contains(&address), "{error}");
}

#[tokio::test]
async fn no_address_for_replies_is_made_up() {
    let dir = Dir::new();
    assert!(run(&dir, &["config", "hook-address"]).failed().contains("set sms.gateway first"));
    let kannel = ["--sms-gateway", "kannel", "--sms-kannel-url", "http://127.0.0.1:9/", "--sms-kannel-username", "u"];
    let args = [&["config", "hook-address", "--sms-kannel-password", "p"][..], &kannel[..]].concat();
    assert!(run(&dir, &args).failed().contains("there is no desk"));
    assert!(!key(dir.path()).exists() && !dir.path().join("data").exists(), "nothing was made");
}
