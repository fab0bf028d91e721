//! Commands beside a running server.

use serde_json::{Value, json};

use crate::support::{
    Browser, Caller, Dir, PASSWORD,
    process::{Process, add_user, redress, run, run_with},
    sql,
};

/// A full disk under its output is what it panics at, by a message made of the error.
#[test]
fn the_program_itself_tells_of_a_panic_its_place_alone() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ran = redress(&Dir::new(), &["openapi"]).stdout(full).output().unwrap();
    let told = String::from_utf8(ran.stderr).unwrap();
    assert!(ran.status.code() == Some(101) && told.starts_with("redress: thread main panicked at "), "{told}");
    assert!(told.contains("may name people") && !told.contains("No space left"), "{told}");
}

#[tokio::test]
async fn users_and_tokens_change_under_a_running_server() {
    let dir = &Dir::new();
    let process = Process::serve(dir, &[]);
    let admin = process.admin(dir);
    assert_eq!(admin.get("/api/tickets").await.status, 200, "a token works at once");

    let id = run_with(dir, &add_user("dev@isp.example", "Dev Anand", "admin"), PASSWORD).done();
    let users = admin.get("/api/users").await.json;
    let added = users["items"].as_array().unwrap().iter().find(|user| user["email"] == "dev@isp.example").unwrap();
    assert_eq!(id.trim_end(), added["id"].as_str().unwrap(), "the new id, alone");
    let token = run(dir, &["token", "create", "--user", "DEV@isp.example", "--name", "export"]).done();
    let dev = Caller::new(&process.base).with_token(token.trim_end());
    let browser = Browser::new(&process.base);
    let sign_in = async |password: &str| {
        browser.submit("/login", &[("email", "dev@isp.example"), ("password", password)]).await.status
    };
    assert_eq!(sign_in(PASSWORD).await, 303);
    assert_eq!((dev.get("/api/auth/me").await.status, browser.open("/tickets").await.status), (200, 200));

    run(dir, &["user", "disable", "dev@isp.example"]).done();
    assert_eq!(dev.get("/api/auth/me").await.status, 401, "a disabled user stops at once");
    assert_eq!(browser.open("/tickets").await.status, 303);
    assert_eq!(sign_in(PASSWORD).await, 422);
    run(dir, &["user", "enable", "dev@isp.example"]).done();
    assert_eq!(sign_in(PASSWORD).await, 303);

    run_with(dir, &["user", "set-password", "dev@isp.example", "--password-stdin"], "quite another one\n").done();
    assert_eq!(browser.open("/tickets").await.status, 303, "sessions of the old password end");
    assert_eq!((sign_in(PASSWORD).await, sign_in("quite another one").await), (422, 303));

    let token =
        run(dir, &["token", "create", "--user", "dev@isp.example", "--name", "short", "--expires-days", "1"]).done();
    let short = Caller::new(&process.base).with_token(token.trim_end());
    assert_eq!(short.get("/api/auth/me").await.status, 200);
    let list = run(dir, &["token", "list"]).done();
    assert!(!list.contains(token.trim_end()), "{list}");
    let row = list.lines().find(|line| line.ends_with("short")).unwrap();
    run(dir, &["token", "revoke", row.split_whitespace().next().unwrap()]).done();
    assert_eq!(short.get("/api/auth/me").await.status, 401);
    let said = process.stop();
    for secret in ["dev@isp.example", "Dev Anand", PASSWORD, "quite another one", token.trim_end()] {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
}

#[tokio::test]
async fn an_export_that_is_broken_off_leaves_no_file() {
    let dir = &Dir::new();
    let process = Process::serve(dir, &[]);
    let admin = process.admin(dir);
    let ticket = admin.ticket(json!({})).await;
    let notes = format!("/api/tickets/{}/notes", ticket["id"].as_str().unwrap());
    assert_eq!(admin.post(&notes, &json!({"content": "She called again."})).await.status, 201);
    process.stop();
    // A photo that does not open.
    let photo = "INSERT INTO photos (id, ticket_id, version, width, height) \
                 SELECT id, ticket_id, version, 1, 1 FROM ticket_notes";
    assert_eq!(sql(dir, photo), 1);
    assert_eq!(sql(dir, "INSERT INTO photo_parts (photo_id, part, data) SELECT id, 0, id FROM photos"), 1);
    let file = dir.path().join("document.json");
    let whom = ["--ticket", ticket["ticketRef"].as_str().unwrap(), "--reason", "Request 2026-17"];
    let args = [&["clients", "export", "--out", file.to_str().unwrap()][..], &whom].concat();
    let ran = run(dir, &args);
    assert!(ran.code == Some(1) && ran.err.contains("the document was broken off"), "{ran:?}");
    assert!(!file.exists(), "half a document");

    assert_eq!((sql(dir, "DELETE FROM photo_parts"), sql(dir, "DELETE FROM photos")), (1, 1));
    run(dir, &args).done();
    let document: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(document["tickets"].as_array().unwrap().len(), 1, "{document:#}");
    assert!(run(dir, &args).failed().contains("cannot make"), "what is there is not written over");
    assert!(file.exists());
}

#[test]
fn what_cannot_be_done_is_said_in_one_line() {
    let dir = &Dir::new();
    run_with(dir, &add_user("priya@isp.example", "Priya", "admin"), PASSWORD).done();
    for (args, words) in [
        (&["user", "disable", "nobody@isp.example"][..], "no user"),
        (&["user", "disable", "priya@isp.example"], "last enabled admin"),
        (&["token", "create", "--user", "nobody@isp.example", "--name", "x"], "no user"),
        (&["token", "revoke", "x"], "no token"),
    ] {
        let error = run(dir, args).failed();
        assert!(error.contains(words), "{args:?}: {error}");
    }
    for (input, args) in [
        ("short", add_user("a@isp.example", "A", "admin")),
        (PASSWORD, add_user("not an address", "A", "admin")),
        (PASSWORD, add_user("priya@isp.example", "Again", "admin")),
        ("", add_user("a@isp.example", "A", "admin")),
    ] {
        let ran = run_with(dir, &args, input);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{args:?}: {ran:?}");
        assert!(!ran.err.is_empty() && !ran.err.contains("panicked"), "{ran:?}");
    }
    assert_eq!(run(dir, &["user", "list"]).done().lines().count(), 2);
}

#[test]
fn only_adding_a_user_makes_a_desk_and_says_where() {
    let dir = Dir::new();
    let data = dir.path().join("data");
    let (place, remedies) = match dir.database() {
        Some(_) => ("postgres://", ["database_url", "redress serve"]),
        None => (data.to_str().unwrap(), ["--data-dir", "REDRESS_DATA_DIR"]),
    };
    for args in [
        &["user", "list"][..],
        &["user", "disable", "a@isp.example"],
        &["user", "enable", "a@isp.example"],
        &["user", "set-password", "a@isp.example", "--password-stdin"],
        &["token", "create", "--user", "a@isp.example", "--name", "x"],
        &["token", "list"],
        &["token", "revoke", "x"],
    ] {
        let error = run(&dir, args).failed();
        let told = [place, remedies[0], remedies[1]].iter().all(|word| error.contains(word));
        assert!(told, "{args:?}: {error}");
        assert!(!data.exists(), "{args:?} made a desk");
    }
    let first = run_with(&dir, &add_user("priya@isp.example", "Priya", "admin"), PASSWORD);
    assert!(first.err.contains("new desk") && first.err.contains(place), "{first:?}");
    assert_eq!(first.done().trim_end().len(), 36, "standard output has the id alone");
    let second = run_with(&dir, &add_user("dev@isp.example", "Dev", "admin"), PASSWORD);
    assert_eq!((second.code, second.err.as_str()), (Some(0), ""));
}

#[test]
fn a_user_without_a_password_is_not_made_in_silence() {
    let dir = Dir::new();
    run_with(&dir, &add_user("priya@isp.example", "Priya", "admin"), PASSWORD).done();
    let args = ["user", "add", "--email", "dev@isp.example", "--name", "Dev", "--role", "admin"];
    let ran = run(&dir, &args);
    assert!(ran.err.contains("no password") && ran.err.contains("user set-password dev@isp.example"), "{ran:?}");
    assert_eq!((ran.err.lines().count(), ran.done().trim_end().len()), (1, 36));
}

#[test]
fn wrong_usage_is_2() {
    let dir = Dir::new();
    for args in [
        &["fly"][..],
        &["serve", "--fly"],
        &["--listen"],
        &["--listen", ""],
        &["user"],
        &["user", "add"],
        &["user", "add", "--email", "a@b.example", "--name", "A", "--role", "boss"],
        &["user", "disable"],
        &["token", "create", "--user", "a@b.example"],
        &["token", "create", "--user", "a@b.example", "--name", "x", "--expires-days", "0"],
        &["db"],
        &["config"],
        &["serve", "extra"],
        &["serve", "--listen", "nowhere"],
        &["serve", "--config", "missing.toml"],
        &["user", "list", "--timezone", "Mars/Olympus"],
    ] {
        let ran = run(&dir, args);
        assert_eq!(ran.code, Some(2), "{args:?}: {ran:?}");
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{args:?}: {ran:?}");
    }
    assert!(!dir.path().join("data").exists(), "and nothing was made");
    for args in [&["--help"][..], &["--version"], &["user", "add", "--help"]] {
        let ran = run(&dir, args);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn the_help_of_a_command_is_its_own_and_its_settings_still_work() {
    let dir = Dir::new();
    let all = run(&dir, &["--help"]).done();
    assert!(all.contains("--sms-kannel-url") && all.contains("--data-dir"), "{all}");
    for args in [&["user", "--help"][..], &["user", "add", "--help"], &["token", "create", "--help"], &["serve", "-h"]]
    {
        let help = run(&dir, args).done();
        assert!(!help.contains("--timezone") && !help.contains("--sms-kannel-url"), "{args:?}: {help}");
        assert_eq!(help.matches("redress --help").count(), 1, "{args:?}: {help}");
    }
    let add = run(&dir, &["user", "add", "--help"]).done();
    assert!(add.contains("--email") && add.contains("--password-stdin"), "{add}");
    std::fs::write(dir.path().join("other.toml"), "isp_name = \"Other\"\n").unwrap();
    for args in [
        &["--isp-name", "Flag", "config", "check", "--config", "other.toml"][..],
        &["config", "--isp-name", "Flag", "check"],
        &["config", "check", "--isp-name=Flag"],
        &["--isp-name", "Far", "config", "check", "--isp-name", "Flag"],
    ] {
        assert!(run(&dir, args).done().contains("isp_name = \"Flag\""), "{args:?}");
    }
    let file = ["config", "--config", "other.toml", "check"];
    assert!(run(&dir, &file).done().contains("isp_name = \"Other\""));
}

#[tokio::test]
async fn openapi_prints_what_the_server_serves() {
    let dir = Dir::new();
    let printed: Value = serde_json::from_str(&run(&dir, &["openapi"]).done()).unwrap();
    assert!(!dir.path().join("data").exists(), "it opens nothing");
    let process = Process::serve(&dir, &[]);
    assert_eq!(Caller::new(&process.base).get("/api/openapi.json").await.json, printed);
}

#[tokio::test]
async fn db_migrate_says_where_the_schema_is() {
    let dir = Dir::new();
    let first = run(&dir, &["db", "migrate"]).done();
    assert!(first.contains("up to date"), "{first}");
    let again = run(&dir, &["db", "migrate"]).done();
    assert_eq!(first.lines().last(), again.lines().last());
    let process = Process::serve(&dir, &[]);
    process.admin(&dir).ticket(json!({})).await;
    run(&dir, &["db", "migrate"]).done();
}

#[test]
fn the_audit_history_is_proved_by_a_command() {
    let dir = Dir::new();
    run_with(&dir, &add_user("priya@isp.example", "Priya", "admin"), PASSWORD).done();
    let proved = run(&dir, &["audit", "verify"]).done();
    assert!(proved.starts_with("1 rows hold together\nhead "), "{proved}");
    let head = proved.lines().find_map(|line| line.strip_prefix("head ")).unwrap().to_owned();
    run_with(&dir, &add_user("dev@isp.example", "Dev", "admin"), PASSWORD).done();
    assert!(run(&dir, &["audit", "verify", "--head", &head]).done().starts_with("2 rows"));
    sql(&dir, "UPDATE audit_events SET at = 0 WHERE seq = 1");
    let said = run(&dir, &["audit", "verify"]).failed();
    assert!(said.contains("the audit history was changed"), "{said}");
    let said = run(&dir, &["audit", "verify", "--head", "00"]).failed();
    assert!(said.contains("changed"), "{said}");
}
