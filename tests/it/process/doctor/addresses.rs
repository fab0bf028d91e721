//! Where the desk is reached, and its certificate.

use std::{os::unix::fs::PermissionsExt, path::Path};

use super::*;

/// Certificate and key for these names, good until a year.
fn pair(dir: &Path, name: &str, host: &str, until: i32) -> (String, String) {
    let mut params = rcgen::CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    let key = rcgen::KeyPair::generate().unwrap();
    let place = |end: &str| dir.join(format!("{name}.{end}"));
    fs::write(place("cert"), params.self_signed(&key).unwrap().pem()).unwrap();
    fs::write(place("key"), key.serialize_pem()).unwrap();
    fs::set_permissions(place("key"), fs::Permissions::from_mode(0o600)).unwrap();
    (place("cert").display().to_string(), place("key").display().to_string())
}

#[tokio::test]
async fn certificates_are_held_against_their_key_the_name_and_the_time() {
    let dir = stopped().await;
    let (cert, key) = pair(dir.path(), "good", "desk.isp.example", 2200);
    let (old, old_key) = pair(dir.path(), "old", "desk.isp.example", 2020);
    let look = |cert: &str, key: &str, host: &str| {
        doctor(&dir, &["--tls-cert", cert, "--tls-key", key, "--public-url", &format!("https://{host}:1")])
    };
    look(&cert, &key, "desk.isp.example").has("tls", "ok", "is good for");
    look(&cert, &key, "other.isp.example").has("tls", "fault", "is not for other.isp.example");
    look(&cert, &old_key, "desk.isp.example").has("tls", "fault", "is not the key of");
    look(&old, &old_key, "desk.isp.example").has("tls", "fault", "has expired at 2020-01-01");
    look(&key, &key, "desk.isp.example").has("tls", "fault", "holds no certificate");
    let served = [("REDRESS_TLS_CERT", &*cert), ("REDRESS_TLS_KEY", &*key)];
    let process = Process::serve(&dir, &served);
    let listen = process.base.trim_start_matches("https://").to_owned();
    let report = doctor(&dir, &["--listen", &listen, "--tls-cert", &cert, "--tls-key", &key]);
    report.has("listen", "ok", "this desk's server answers");
    // Nobody vouches for this certificate.
    let report = doctor(&dir, &["--public-url", &process.base]);
    report.has("public url", "fault", "nobody answers");
}

#[tokio::test]
async fn addresses_that_lead_elsewhere_are_told() {
    let (dir, other) = (stopped().await, Dir::new());
    let elsewhere = Process::serve(&other, &[]);
    let theirs = elsewhere.base.trim_start_matches("http://").to_owned();
    let report = doctor(&dir, &["--public-url", &elsewhere.base, "--listen", &theirs]);
    report.has("public url", "fault", "another desk answers");
    report.has("listen", "fault", "another desk has");
    let site = answering(|_| http("200 OK", "ok\n"));
    let report =
        doctor(&dir, &["--public-url", &format!("http://{site}"), "--listen", &site, "--metrics-listen", &site]);
    report.has("public url", "fault", "is not this desk: status 200");
    report.has("listen", "fault", "another program has");
    report.has("metrics", "fault", "another program has");
    let nowhere = format!("http://{NOBODY}");
    doctor(&dir, &["--public-url", &nowhere]).has("public url", "note", "no server is at work");
    let process = Process::serve(&dir, &[]);
    doctor(&dir, &["--public-url", &nowhere]).has("public url", "fault", "nobody answers");
    process.stop();
}
