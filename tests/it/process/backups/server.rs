//! Those that the server makes by itself, and the settings of that.

use redress::clock::Clock;

use super::*;
use crate::support::{
    eventually,
    process::{Ran, redress},
    sql,
};

/// The metrics of a server.
fn metrics(process: &Process) -> Caller {
    let line = process.wait_for("metrics on http");
    Caller::new(line[line.find("http").unwrap()..].trim().trim_end_matches("/metrics"))
}

async fn newest_is_told(process: &Process) {
    let metrics = metrics(process);
    let told = async || {
        let text = metrics.get("/metrics").await.text;
        let told = ["\nredress_backup_newest_seconds 1", "\nredress_backup_every_seconds 86400"];
        told.iter().all(|line| text.contains(line)).then_some(())
    };
    eventually("the newest is told, and how often one is wanted", told).await;
}

#[tokio::test]
async fn the_server_makes_them_by_itself_and_keeps_the_newest() {
    let dir = Dir::new();
    let kept = dir.path().join("kept");
    fs::create_dir(&kept).unwrap();
    let (identity, recipient) = keys(&dir);
    for name in ["redress-20200101T000000Z.backup", "redress-20200102T000000Z.backup", "mine.backup"] {
        fs::write(kept.join(name), "").unwrap();
    }
    let settings = [
        ("REDRESS_BACKUP_DIR", kept.to_str().unwrap()),
        ("REDRESS_BACKUP_KEEP", "2"),
        ("REDRESS_BACKUP_RECIPIENT", recipient.as_str()),
        ("REDRESS_METRICS_LISTEN", "127.0.0.1:0"),
    ];
    let process = Process::serve(&dir, &settings);
    let line = process.wait_for("a backup was made");
    assert!(line.contains("kept/redress-2"), "{line}");
    let names: Vec<_> = lies_in(&kept).into_keys().map(|path| path.file_name().unwrap().to_owned()).collect();
    assert!(
        names.len() == 3 && names[0] == "mine.backup" && names[1] == "redress-20200102T000000Z.backup",
        "{names:?}"
    );
    let newest = path(&dir, &format!("kept/{}", names[2].to_str().unwrap()));
    let seen = run(&dir, &["restore", "--verify", &newest, "--identity", &identity]).done();
    assert!(seen.contains("open it"), "{seen}");
    newest_is_told(&process).await;
    process.stop();

    // Not due again, until it is.
    let due = Clock::system().now() + 12 * 3_600_000;
    assert_eq!(sql(&dir, &format!("UPDATE schedules SET due_at = {due} WHERE name = 'backup'")), 1);
    let process = Process::serve(&dir, &settings);
    // Right before it is looked whether one is due. One that was begun and broken off would be due at the next start.
    newest_is_told(&process).await;
    let said = process.stop();
    assert!(!said.contains("a backup was made"), "{said}");
    let untouched = format!("DELETE FROM schedules WHERE name = 'backup' AND due_at = {due}");
    assert_eq!(sql(&dir, &untouched), 1, "none was begun either");
    let process = Process::serve(&dir, &[&settings[..], &[("REDRESS_BACKUP_DIR", "/proc")]].concat());
    let line = process.wait_for("no backup could be made");
    assert!(line.contains("/proc") && line.contains("tried again"), "{line}");
    let text = metrics(&process).get("/metrics").await.text;
    assert!(
        text.contains("\nredress_backup_failures_total 1") && text.contains("\nredress_backup_newest_seconds 0"),
        "{text}"
    );
    process.stop();

    // What was owed at a stop is made at the next start, and not a day later.
    let process = Process::serve(&dir, &settings);
    process.wait_for("a backup was made");
    process.stop();
}

#[test]
fn settings_of_backups_are_checked() {
    let dir = Dir::new();
    let check = |env: &[(&str, &str)]| {
        let output = redress(&dir, &["config", "check"]).envs(env.iter().copied()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    };
    let wrong = check(&[
        ("REDRESS_BACKUP_EVERY", "5m"),
        ("REDRESS_BACKUP_KEEP", "0"),
        ("REDRESS_BACKUP_RECIPIENT", "age1nonsense"),
    ]);
    assert_eq!(wrong.code, Some(2));
    for name in ["backup.every: ", "backup.keep: ", "backup.recipient: "] {
        assert_eq!(wrong.err.matches(name).count(), 1, "{}", wrong.err);
    }
    let secret = "AGE-SECRET-KEY-1QQPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQ9V9XHM";
    let pasted = check(&[("REDRESS_BACKUP_RECIPIENT", secret)]);
    assert!(pasted.code == Some(2) && pasted.err.contains("backup.recipient: "), "{}", pasted.err);
    assert!(!pasted.err.contains("QQPQ") && !pasted.out.contains("QQPQ"), "{}{}", pasted.out, pasted.err);
    let idle = check(&[("REDRESS_BACKUP_KEEP", "3"), ("REDRESS_ISP_NAME", "Larkfield")]).done();
    assert!(idle.contains("# hint: backup.keep: set, but"), "{idle}");
    let absent = check(&[("REDRESS_BACKUP_DIR", "none")]).done();
    assert!(absent.contains("# hint: backup.dir: none is no directory"), "a desk starts all the same: {absent}");
    assert!(!check(&[("REDRESS_BACKUP_DIR", ".")]).done().contains("# hint: backup"));
}
