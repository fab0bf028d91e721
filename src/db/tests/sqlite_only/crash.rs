//! A process that ends without notice, and a disk that fails under it.
//!
//! The test program starts itself: an ignored test is the child, told where to work on its
//! standard input.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::super::*;

#[test]
#[ignore = "the child of the tests below"]
fn child_that_writes_until_it_cannot() {
    let mut dir = String::new();
    std::io::stdin().read_line(&mut dir).unwrap();
    if dir.is_empty() {
        return;
    }
    let db = at(Path::new(dir.trim()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let writers: Vec<_> =
            (0..8).map(|writer| tokio::spawn(write_and_tell(db.clone(), writer * 1_000_000))).collect();
        for writer in writers {
            writer.await.unwrap();
        }
    });
}

/// Tells each acknowledged pair of rows in a line, and the first failure in the last one. It has
/// an end, lest a test that fails runs for ever.
async fn write_and_tell(db: Db, first: i64) {
    for id in (first..first + 40_000).step_by(2) {
        let written = db
            .write(move |tx| {
                insert(tx, id)?;
                insert(tx, id + 1)
            })
            .await;
        let line = match &written {
            Ok(_) => format!("ack {id}\n"),
            Err(DbError::Unavailable(_)) => "unavailable\n".to_owned(),
            Err(error) => format!("unexpected {error}\n"),
        };
        std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
        if written.is_err() {
            return;
        }
    }
}

fn start_child(program: &mut Command, dir: &Path) -> Child {
    let module = module_path!().split_once("::").unwrap().1;
    let mut child = program
        .args(["--exact", "--ignored", "--nocapture"])
        .arg(format!("{module}::child_that_writes_until_it_cannot"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", dir.display()).unwrap();
    child
}

/// The ids in complete lines; the last line may have been cut off.
fn acknowledged(output: &str) -> Vec<i64> {
    let complete = output.rfind('\n').map_or("", |end| &output[..end]);
    let ids = complete.lines().filter_map(|line| line.rsplit_once("ack "));
    ids.map(|(_, id)| id.parse().unwrap()).collect()
}

fn at(dir: &Path) -> Db {
    let url = DatabaseUrl::Sqlite(dir.join("redress.db"));
    Db::open(&url, DbOptions { busy_timeout: PATIENCE, ..DbOptions::default() }).unwrap()
}

async fn assert_kept(dir: &Path, acknowledged: &[i64]) {
    let db = at(dir);
    let stored = ids(&db).await;
    let lost: Vec<_> = acknowledged.iter().filter(|id| stored.binary_search(id).is_err()).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(stored.chunks(2).all(|pair| pair[0] % 2 == 0 && pair[1] == pair[0] + 1));
    let sound = db.read(|tx| tx.query_one("PRAGMA integrity_check", &[])).await;
    assert_eq!(Result::<_, DbError>::unwrap(sound).unwrap().text(0).unwrap(), "ok");
}

#[tokio::test]
async fn what_was_acknowledged_outlives_a_kill() {
    for enough in [1, 50, 400] {
        let (dir, db) = fresh().await;
        db.close().await.unwrap();
        let mut child = start_child(&mut Command::new(std::env::current_exe().unwrap()), dir.path());
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut output = String::new();
        while acknowledged(&output).len() < enough {
            assert_ne!(lines.read_line(&mut output).unwrap(), 0, "the child ended early");
        }
        child.kill().unwrap();
        lines.read_to_string(&mut output).unwrap();
        child.wait().unwrap();
        assert_kept(dir.path(), &acknowledged(&output)).await;
    }
}

/// The limit on file sizes makes the log's writes fail inside SQLite, as a full disk does, at
/// whatever point of a commit it is reached.
#[tokio::test]
async fn what_was_acknowledged_outlives_a_disk_that_refuses_to_grow() {
    let (dir, db) = fresh().await;
    db.close().await.unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$0\" \"$@\""]);
    let mut child = start_child(shell.arg(std::env::current_exe().unwrap()), dir.path());
    let mut output = String::new();
    child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
    assert!(child.wait().unwrap().success(), "{output}");
    let acknowledged = acknowledged(&output);
    assert!(!acknowledged.is_empty());
    assert!(output.contains("unavailable") && !output.contains("unexpected"), "{output}");
    assert_kept(dir.path(), &acknowledged).await;
}
