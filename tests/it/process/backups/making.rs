//! How they are made: beside what is there, encrypted, and whole or not at all.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use super::*;
use crate::support::process::redress;

#[tokio::test]
async fn nothing_is_written_over() {
    let (dir, file) = small().await;
    let before = fs::read(&file).unwrap();
    let refused = run(&dir, &["backup", &file]).failed();
    assert!(refused.contains("there already") && refused.contains("--force"), "{refused}");
    assert!(fs::read(&file).unwrap() == before);
    run(&dir, &["backup", &file, "--force"]).done();

    let into = run(&dir, &["restore", &file]).failed();
    assert!(into.contains("holds data already"), "{into}");
    let users = run(&dir, &["user", "list"]).done();
    assert!(users.contains("priya@isp.example"), "it is what it was: {users}");

    let nowhere = run(&dir, &["backup", &path(&dir, "no/such/desk.backup")]).failed();
    assert!(nowhere.contains("cannot write to") && !dir.path().join("no").exists(), "{nowhere}");
    let full = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 200; exec \"$0\" backup full.backup --data-dir data --database-url \"$1\"",
        ])
        .arg(env!("CARGO_BIN_EXE_redress"))
        .arg(dir.database().map_or(format!("sqlite://{}", path(&dir, "data/redress.db")), |db| db.url().to_owned()))
        .current_dir(dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8(full.stderr).unwrap();
    assert!(full.status.code() == Some(1) && said.lines().count() == 1, "{said}");
    let left = lies_in(dir.path()).into_keys().filter(|path| path.to_string_lossy().contains("full"));
    assert_eq!(left.count(), 0, "{said}");
    let empty = Dir::new();
    let none = run(&empty, &["backup", "desk.backup"]).failed();
    assert!(none.contains("there is no desk in") && !empty.path().join("desk.backup").exists(), "{none}");
    let directory = run(&dir, &["backup", "."]);
    assert!(directory.code == Some(2) && directory.err.contains("is a directory"), "{directory:?}");
    for args in [
        &["backup"][..],
        &["restore"],
        &["backup", "-"],
        &["backup", "x", "--recipient", "age1nonsense"],
        &["backup", "x", "y"],
    ] {
        assert_eq!(run(&dir, args).code, Some(2), "{args:?}");
    }
}

/// Stops a backup with a signal while it is being written, and tells how it ended and what it said. One that was quicker than the
/// signal is made again.
fn broken_off(dir: &Dir, file: &str, signal: &str) -> (Option<i32>, String) {
    let (url, kept) = (format!("sqlite://{}", path(dir, "desk/redress.db")), dir.path().join("kept"));
    for _ in 0..20 {
        let args = ["backup", file, "--data-dir", "desk", "--database-url", &url];
        let mut child = redress(dir, &args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let id = child.id().to_string();
        let send = |name: &str| {
            assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
        };
        // Looked at by name alone: what is there may be gone in the next moment.
        let begun = || fs::read_dir(&kept).unwrap().any(|entry| entry.unwrap().path().join("desk.db").exists());
        while !begun() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        if child.try_wait().unwrap().is_none() {
            for name in ["STOP", signal, "CONT"] {
                send(name);
            }
        }
        let output = child.wait_with_output().unwrap();
        if !fs::exists(file).unwrap() {
            return (output.status.code(), String::from_utf8(output.stderr).unwrap());
        }
        // What it worked in may be there still.
        fs::remove_dir_all(&kept).unwrap();
        fs::create_dir(&kept).unwrap();
    }
    panic!("it is always whole before SIG{signal} reaches it");
}

#[test]
fn a_backup_that_breaks_off_leaves_no_file() {
    let dir = Dir::new();
    run(&dir, &["demo", "--tickets", "600", "--keep", "desk", "--no-serve"]).done();
    fs::create_dir(dir.path().join("kept")).unwrap();
    let (file, kept) = (path(&dir, "kept/desk.backup"), dir.path().join("kept"));
    let (code, said) = broken_off(&dir, &file, "INT");
    assert!(code == Some(1) && said.contains("interrupted") && said.lines().count() == 1, "{said}");
    assert!(lies_in(&kept).is_empty(), "{:?}", lies_in(&kept).keys());
    broken_off(&dir, &file, "KILL");
    let left: Vec<_> = fs::read_dir(&kept).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left.len(), 1, "what it had begun");
    let old = std::time::UNIX_EPOCH + Duration::from_hours(24);
    fs::File::open(&left[0]).unwrap().set_times(fs::FileTimes::new().set_modified(old)).unwrap();
    let url = format!("sqlite://{}", path(&dir, "desk/redress.db"));
    run(&dir, &["backup", &file, "--data-dir", "desk", "--database-url", &url]).done();
    assert_eq!(
        lies_in(&kept).into_keys().collect::<Vec<_>>(),
        [PathBuf::from(&file)],
        "and that is gone with the next"
    );
}

#[tokio::test]
async fn an_encrypted_one_is_opened_by_its_recipient_and_by_age() {
    let (dir, plain) = small().await;
    let (identity, recipient) = keys(&dir);
    let file = path(&dir, "sealed.backup");
    let said = run(&dir, &["backup", &file, "--recipient", &recipient]).done();
    assert!(said.contains(", encrypted"), "{said}");
    assert!(fs::read(&file).unwrap().starts_with(b"age-encryption.org/v1\n"));
    let to = keyed(&dir);
    let refused = run(&to, &["restore", &file]).failed();
    assert!(refused.contains("is encrypted") && refused.contains("--identity"), "{refused}");
    let other = path(&dir, "other.txt");
    script(&dir, "age-keygen -o other.txt 2>/dev/null", &[]).done();
    let refused = run(&to, &["restore", &file, "--identity", &other]).failed();
    assert!(refused.contains("encrypted to others"), "{refused}");
    for (identity, words) in [(plain.as_str(), "--identity"), ("none.txt", "--identity none.txt")] {
        let refused = run(&to, &["restore", &file, "--identity", identity]).failed();
        assert!(refused.contains(words), "{refused}");
    }
    let mut damaged = fs::read(&file).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(path(&dir, "damaged.backup"), damaged).unwrap();
    let refused = run(&to, &["restore", &path(&dir, "damaged.backup"), "--identity", &identity]).failed();
    assert!(refused.contains("damaged or cut short"), "{refused}");
    assert_eq!(lies_in(to.path()).len(), 2, "the keys and their directory");

    let lines = format!("age -d -i '{identity}' -o opened.backup sealed.backup");
    script(&dir, &lines, &[]).done();
    run(&to, &["restore", "--verify", &path(&dir, "opened.backup")]).done();
    let lines = format!("age -r {recipient} -r $(age-keygen -y other.txt) -o by-age.backup '{plain}'");
    script(&dir, &lines, &[]).done();
    run(&to, &["restore", &path(&dir, "by-age.backup"), "--identity", &other]).done();
    let to = keyed(&dir);
    run(&to, &["restore", &file, "--identity", &identity]).done();
    assert!(run(&to, &["user", "list"]).done().contains("priya@isp.example"));
}
