//! Whether the certificate and its key can be used, for the address that people open, and for how long.

use rustls::crypto::aws_lc_rs::default_provider;

use super::{LIMIT, Patient, Verdict, aside};
use crate::{clock::instant, config::TlsSettings, web::tls::Loaded};

const DAY: i64 = 24 * 60 * 60 * 1000;
const REMEDY: &str = "docs/operations/tls.md has how certificates are had and renewed";

/// What of a certificate is judged.
struct Seen {
    until: i64,
    ends_soon: bool,
    /// The host that people open, where it is not good for that.
    not_for: Option<String>,
}

pub(super) async fn check(patient: &Patient) -> Vec<Verdict> {
    let Some(tls) = &patient.config.tls else {
        return vec![Verdict::ok("not set: this server speaks HTTP, and TLS is for a proxy before it")];
    };
    let (files, now) = (tls.files.clone(), patient.clock.now());
    let loaded = aside(Some(LIMIT), move || files.load(&default_provider(), now)).await;
    let seen = match loaded {
        None => Err(format!("its files do not answer within {} s", LIMIT.as_secs())),
        Some(Err(error)) => Err(format!("{error:#}")),
        Some(Ok(loaded)) => Ok(seen(&loaded, patient.config.public_url.as_deref(), now)),
    };
    let mut verdicts = judge(&tls.files.cert.display().to_string(), seen, now);
    verdicts.extend(webroot(tls));
    verdicts
}

fn seen(loaded: &Loaded, public_url: Option<&str>, now: i64) -> Seen {
    let host = public_url.and_then(host).filter(|host| !loaded.is_for(host));
    Seen { until: loaded.until, ends_soon: loaded.ends_soon(now), not_for: host }
}

/// The host of an address.
pub(super) fn host(address: &str) -> Option<String> {
    reqwest::Url::parse(address).ok()?.host_str().map(ToOwned::to_owned)
}

fn judge(cert: &str, seen: Result<Seen, String>, now: i64) -> Vec<Verdict> {
    let seen = match seen {
        Ok(seen) => seen,
        Err(why) => return vec![Verdict::fault(why, REMEDY)],
    };
    let days = (seen.until - now) / DAY;
    let mut verdicts = Vec::new();
    if let Some(host) = &seen.not_for {
        let said = format!("tls.cert: {cert} is not for {host}, the host of public_url: browsers refuse it");
        verdicts.push(Verdict::fault(said, "have a certificate issued for that name, or correct public_url"));
    }
    if seen.ends_soon {
        let said = format!("tls.cert: {cert} ends in {days} days and has not been renewed");
        verdicts.push(Verdict::warning(said, REMEDY));
    }
    if verdicts.is_empty() {
        verdicts.push(Verdict::ok(format!("{cert} is good for {days} more days, until {}", instant(seen.until))));
    }
    verdicts
}

fn webroot(tls: &TlsSettings) -> Option<Verdict> {
    let absent = tls.acme_webroot.as_ref().filter(|dir| !dir.is_dir())?;
    let said =
        format!("tls.acme_webroot: {} is no directory, so no certificate can be renewed by it", absent.display());
    Some(Verdict::warning(said, "make it, and let the ACME client write there"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn a_certificate_is_good_ends_soon_or_is_for_another_name() {
        let seen = |days: i64, ends_soon, not_for: Option<&str>| {
            Ok(Seen { until: days * DAY, ends_soon, not_for: not_for.map(ToOwned::to_owned) })
        };
        let table = [
            (seen(60, false, None), Level::Ok, "good for 60 more days"),
            (seen(9, true, None), Level::Warning, "ends in 9 days"),
            (seen(60, false, Some("desk.isp.example")), Level::Fault, "is not for desk.isp.example"),
            (Err("tls.key: /k is not the key of /c".to_owned()), Level::Fault, "is not the key of"),
        ];
        for (seen, level, words) in table {
            let verdicts = judge("/c", seen, 0);
            assert_eq!(verdicts.len(), 1, "{verdicts:?}");
            assert_eq!(verdicts[0].level, level, "{words}");
            assert!(verdicts[0].said.contains(words), "{words}: {verdicts:?}");
        }
        assert_eq!(judge("/c", seen(9, true, Some("x")), 0).len(), 2, "one does not hide the other");
    }

    #[test]
    fn the_host_of_an_address_is_found() {
        for (address, want) in [
            ("https://desk.isp.example", Some("desk.isp.example")),
            ("https://desk.isp.example:8443", Some("desk.isp.example")),
            ("http://[::1]:80", Some("[::1]")),
            ("desk", None),
        ] {
            assert_eq!(host(address).as_deref(), want);
        }
    }
}
