//! Flags over variables over the file over defaults; every fault at once; secrets masked.

use std::fs;

use crate::support::{Dir, process::redress};

#[test]
fn flags_go_over_variables_over_the_file_over_defaults() {
    let dir = Dir::new();
    fs::write(
        dir.path().join("redress.toml"),
        "isp_name = \"File\"\ntimezone = \"Asia/Kolkata\"\nlisten = \"127.0.0.1:7001\"\n[sms]\nundo_seconds = 9\n",
    )
    .unwrap();
    let mut command = redress(&dir, &["config", "check", "--isp-name", "Flag"]);
    command.env("REDRESS_ISP_NAME", "Variable").env("REDRESS_LISTEN", "127.0.0.1:7002");
    let ran = command.output().unwrap();
    let out = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(ran.status.code(), Some(0), "{out}");
    for line in [
        "isp_name = \"Flag\"",
        "listen = \"127.0.0.1:7002\"",
        "timezone = \"Asia/Kolkata\"",
        "sms.undo_seconds = ",
        "worker = ",
    ] {
        assert_eq!(out.lines().filter(|found| found.starts_with(line)).count(), 1, "{line}: {out}");
    }
    let other = dir.path().join("other.toml");
    fs::write(&other, "isp_name = \"Other\"\n").unwrap();
    for (args, variable) in [
        (vec!["config", "check", "--config", "other.toml"], None),
        (vec!["--config", "other.toml", "config", "check"], None),
        (vec!["config", "check"], Some("other.toml")),
    ] {
        let mut command = redress(&dir, &args);
        command.envs(variable.map(|file| ("REDRESS_CONFIG", file)));
        let out = String::from_utf8(command.output().unwrap().stdout).unwrap();
        assert!(out.contains("isp_name = \"Other\"") && !out.contains("Kolkata"), "{out}");
    }
}

#[test]
fn every_fault_at_once_and_no_secret() {
    let dir = Dir::new();
    fs::write(
        dir.path().join("redress.toml"),
        "no_such = 1\nisp_name = 2026-11-28\n[sms]\ngateway = \"kannel\"\nhook_secret = \"tell-nobody-1\"\n[sms.kannel]\n\
         username = \"redress\"\npassword = \"tell-nobody-2\"\n",
    )
    .unwrap();
    let mut command = redress(&dir, &["config", "check", "--timezone", "Mars/Olympus"]);
    command.env("REDRESS_LISTEN", "nowhere").env("REDRESS_REGION", "Atlantis").env("REDRESS_WORKER", "perhaps");
    command.env("REDRESS_PUBLIC_URL", "ftp://x").env("REDRESS_DATABASE_URL", "mysql://user:tell-nobody-3@host/db");
    let ran = command.output().unwrap();
    let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert_eq!(ran.status.code(), Some(2), "{err}");
    let settings = [
        "no_such",
        "isp_name",
        "timezone",
        "listen",
        "region",
        "worker",
        "public_url",
        "database_url",
        "sms.kannel.url",
    ];
    for name in settings {
        assert!(err.contains(&format!("redress: {name}:")), "{name}: {err}");
    }
    for secret in ["tell-nobody-1", "tell-nobody-2", "tell-nobody-3"] {
        assert!(!out.contains(secret) && !err.contains(secret), "{secret}: {out}{err}");
    }
    assert!(out.contains("***"), "{out}");
    let mut serve = redress(&dir, &["serve"]);
    let ran = serve.env("REDRESS_LISTEN", "nowhere").output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(!dir.path().join("data").exists());
}

#[test]
fn what_is_probably_not_meant_is_hinted_at_without_failing() {
    let dir = Dir::new();
    let hints = |env: &[(&str, &str)]| {
        let ran = redress(&dir, &["config", "check"]).envs(env.iter().copied()).output().unwrap();
        assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
        let out = String::from_utf8(ran.stdout).unwrap();
        out.lines().filter_map(|line| line.strip_prefix("# hint: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let named = ("REDRESS_ISP_NAME", "Larkfield Fibre");
    assert!(hints(&[]).concat().contains("\"Your ISP\""));
    assert_eq!(hints(&[named]), Vec::<String>::new());
    let found = hints(&[named, ("REDRESS_ISPNAME", "x"), ("REDRESS_QQQ", "hush")]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("REDRESS_ISPNAME:") && found[0].contains("did you mean REDRESS_ISP_NAME?"));
    assert!(!found[1].contains("did you mean") && !found[1].contains("hush"), "{found:?}");
    let kannel = [
        named,
        ("REDRESS_SMS_GATEWAY", "kannel"),
        ("REDRESS_SMS_KANNEL_URL", "http://127.0.0.1:9/"),
        ("REDRESS_SMS_KANNEL_USERNAME", "u"),
        ("REDRESS_SMS_KANNEL_PASSWORD", "p"),
    ];
    let found = hints(&kannel);
    assert!(found.len() == 1 && found[0].starts_with("public_url:"), "{found:?}");
    let public = [&kannel[..], &[("REDRESS_PUBLIC_URL", "https://desk.example.com")]].concat();
    let found = hints(&public);
    assert!(found.len() == 1 && found[0].starts_with("trusted_proxies:"), "{found:?}");
    assert_eq!(hints(&[&public[..], &[("REDRESS_TRUSTED_PROXIES", "127.0.0.1")]].concat()).len(), 0);
    let found = hints(&[named, ("REDRESS_LISTEN", "0.0.0.0:8080")]);
    assert!(found.len() == 1 && found[0].starts_with("listen: 0.0.0.0:8080 is open"), "{found:?}");
    let idle = [
        named,
        ("REDRESS_SMS_KANNEL_PASSWORD", "hush"),
        ("REDRESS_EMAIL_FROM", "desk@isp.example"),
        ("REDRESS_WEBHOOK_SECRET", "hush hush hush hush hush hush hush"),
        ("REDRESS_SMS_HOOK_SECRET", "short"),
    ];
    let found = hints(&idle);
    let about: Vec<&str> = found.iter().map(|hint| hint.split_once(':').unwrap().0).collect();
    assert_eq!(about, ["sms.kannel.password", "email.from", "webhook.secret", "sms.hook_secret"], "{found:?}");
    assert!(found[0].ends_with("without sms.gateway = kannel") && !found.concat().contains("hush"), "{found:?}");
}

#[test]
fn a_broken_file_is_shown_where_and_not_what() {
    let dir = Dir::new();
    fs::write(dir.path().join("redress.toml"), "isp_name = \"A\"\n[sms.kannel]\npassword = tell-nobody\n").unwrap();
    let ran = redress(&dir, &["config", "check"]).output().unwrap();
    let err = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(2), "{err}");
    assert!(err.contains("redress.toml, line 3, column 12") && err.lines().count() == 1, "{err}");
    assert!(!err.contains("tell-nobody"), "{err}");
}
