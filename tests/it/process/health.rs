//! `redress health`, by which a container without any other program asks how it does.

use crate::{
    edge::certificate::Pair,
    support::{
        Dir,
        process::{Process, redress, run},
        sql,
    },
};

#[test]
fn a_server_that_answers_is_well_and_ready_as_long_as_its_database_is() {
    let dir = Dir::new();
    let listen = format!("127.0.0.1:{}", testbase::free_port());
    let asked = |more: &[&str]| run(&dir, &[&["health", "--listen", &listen], more].concat());
    let nobody = asked(&[]).failed();
    assert!(nobody.contains(&format!("no server answers at http://{listen}")), "{nobody}");
    assert!(!dir.path().join("data").exists(), "asking makes nothing");

    // As a container has it: on all addresses, and asked at one.
    let all = listen.replace("127.0.0.1", "0.0.0.0");
    let mut command = redress(&dir, &["serve"]);
    command.env("REDRESS_LISTEN", &all);
    let process = Process::start(command);
    let well = run(&dir, &["health", "--listen", &all]).done();
    assert_eq!(well, format!("the server at http://{listen} answers\n"));
    assert_eq!(asked(&["--ready"]).done(), format!("the server at http://{listen} is ready\n"));

    sql(&dir, "DELETE FROM schema_migrations WHERE version = (SELECT MAX(version) FROM schema_migrations)");
    let not = asked(&["--ready"]).failed();
    assert!(not.contains("is not ready: schema"), "{not}");
    asked(&[]).done();
    process.stop();
    asked(&[]).failed();
}

#[test]
fn by_tls_it_is_asked_whatever_name_its_certificate_has() {
    let dir = Dir::new();
    let pair = Pair::new(&dir, "desk");
    let process = Process::serve(&dir, &pair.settings());
    let listen = process.base.strip_prefix("https://").unwrap();
    let mut command = redress(&dir, &["health", "--ready"]);
    let well = command.env("REDRESS_LISTEN", listen).envs(pair.settings()).output().unwrap();
    assert!(well.status.success(), "{well:?}");
    run(&dir, &["health", "--listen", listen]).failed();
    process.stop();
}

#[tokio::test]
async fn what_is_no_redress_is_not_taken_for_one() {
    let dir = Dir::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listen = listener.local_addr().unwrap().to_string();
    let router = axum::Router::new().fallback(async || "It works!");
    tokio::spawn(axum::serve(listener, router).into_future());
    for ready in [&[][..], &["--ready"]] {
        let args = [&["health", "--listen", &listen][..], ready].concat();
        let mut command = redress(&dir, &args);
        let other = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let said = String::from_utf8(other.stderr).unwrap();
        assert!(other.status.code() == Some(1) && said.contains("no Redress"), "{said}");
    }
    // Whoever asks by a status knows 0 and 1 alone.
    let nonsense = run(&dir, &["health", "--listen", "nonsense"]).failed();
    assert!(nonsense.contains("listen: "), "{nonsense}");
    let port = run(&dir, &["health", "--listen", "127.0.0.1:0"]).failed();
    assert!(port.contains("a port that a start picks"), "{port}");
}
