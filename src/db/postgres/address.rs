//! Where a PostgreSQL is: a URL as libpq has it
//! (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>), read strictly.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use crate::cause::innermost;

/// How long a host may take to accept a connection, unless `connect_timeout` says otherwise.
const CONNECT: Duration = Duration::from_secs(2);
/// How long sent data may go without an answer of the other machine, before its connection counts as lost.
const UNANSWERED: Duration = Duration::from_secs(10);
/// Between three questions whether an idle connection still has another end.
const PROBE: Duration = Duration::from_secs(5);

/// A checked `postgres://` URL.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    pub(super) config: Config,
    pub(super) tls: Tls,
}

/// Whether a connection is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    Off,
    /// With the server's certificate and name checked, against this file of authorities or the system's.
    Checked(Option<PathBuf>),
}

impl Address {
    /// The same, for a server that need not take writes.
    #[must_use]
    pub fn for_reading(mut self) -> Self {
        self.config.target_session_attrs(TargetSessionAttrs::Any);
        self
    }

    /// The hosts, without anything secret.
    pub(in crate::db) fn hosts(&self) -> String {
        let ports = self.config.get_ports();
        // One port may be said for all.
        let port = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        let named = self.config.get_hosts().iter().enumerate().map(|(at, host)| match host {
            Host::Tcp(name) => format!("{name}:{}", port(at)),
            Host::Unix(path) => path.display().to_string(),
        });
        named.collect::<Vec<_>>().join(",")
    }
}

/// Shows no password.
impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.hosts())
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut kept = Vec::new();
        let (mut mode, mut authorities, mut session) = (None, None, None);
        // A plus sign is one, as libpq has it.
        for (name, value) in form_urlencoded::parse(query.replace('+', "%2B").as_bytes()) {
            match &*name {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => authorities = Some(PathBuf::from(&*value)),
                "target_session_attrs" => session = Some(value.into_owned()),
                _ => kept.push((name.into_owned(), value.into_owned())),
            }
        }
        let pairs = form_urlencoded::Serializer::new(String::new()).extend_pairs(&kept).finish();
        // What it says of a fault names the parameter at most, never a value.
        let mut config = Config::from_str(&format!("{base}?{}", pairs.replace('+', "%20")))
            .map_err(|error| format!("this is no PostgreSQL URL: {}", innermost(&error)))?;
        if config.get_hosts().is_empty() {
            return Err("the URL names no host; write postgres://USER@HOST/DATABASE".to_owned());
        }
        if config.get_dbname().is_none() {
            return Err("the URL names no database; write postgres://USER@HOST/DATABASE".to_owned());
        }
        config.target_session_attrs(match session.as_deref() {
            None | Some("read-write" | "primary") => TargetSessionAttrs::ReadWrite,
            Some("any") => TargetSessionAttrs::Any,
            Some(_) => return Err("target_session_attrs must be read-write or any".to_owned()),
        });
        let here = config.get_hosts().iter().all(is_here) && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
        let tls = tls(mode.as_deref(), authorities, here)?;
        config.ssl_mode(if tls == Tls::Off { SslMode::Disable } else { SslMode::Require });
        if config.get_application_name().is_none() {
            config.application_name("redress");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(UNANSWERED);
        }
        if !kept.iter().any(|(name, _)| name.starts_with("keepalives")) {
            config.keepalives_idle(UNANSWERED).keepalives_interval(PROBE).keepalives_retries(3);
        }
        Ok(Self { config, tls })
    }
}

/// Encrypted unless nobody is between: without a word, what leaves the machine is encrypted and checked.
fn tls(mode: Option<&str>, authorities: Option<PathBuf>, here: bool) -> Result<Tls, String> {
    match mode {
        Some("disable") if authorities.is_some() => {
            Err("sslrootcert says who is trusted and sslmode=disable that nobody is asked; leave one out".to_owned())
        }
        Some("disable") => Ok(Tls::Off),
        None if authorities.is_none() && here => Ok(Tls::Off),
        None | Some("require" | "verify-ca" | "verify-full") => Ok(Tls::Checked(authorities)),
        Some(_) => Err("sslmode must be verify-full (encrypted and checked) or disable".to_owned()),
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read_as_libpq_does_but_for_what_is_unsafe() {
        let read = |url: &str| url.parse::<Address>();
        let local = read("postgres://redress@127.0.0.1:5499,localhost/desk").unwrap();
        assert_eq!(local.tls, Tls::Off);
        assert_eq!(local.hosts(), "127.0.0.1:5499,localhost:5432");
        assert_eq!(local.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        assert_eq!(read("postgres://u@db.example/desk").unwrap().tls, Tls::Checked(None));
        assert_eq!(read("postgres://u@db.example/desk?sslmode=disable").unwrap().tls, Tls::Off);
        let trusted = read("postgres://u@127.0.0.1/desk?sslrootcert=/etc/ssl/our%20ca.pem").unwrap();
        assert_eq!(trusted.tls, Tls::Checked(Some("/etc/ssl/our ca.pem".into())));
        let verified = read("postgres://u:p%40ss@a,b/desk?sslmode=verify-full&target_session_attrs=any").unwrap();
        assert_eq!(verified.tls, Tls::Checked(None));
        assert_eq!(verified.config.get_target_session_attrs(), TargetSessionAttrs::Any);
        assert_eq!(verified.config.get_password(), Some(&b"p@ss"[..]));
        assert_eq!(
            read("postgres://u@a/d").unwrap().for_reading().config.get_target_session_attrs(),
            TargetSessionAttrs::Any
        );
    }

    #[test]
    fn a_url_that_will_not_do_is_refused_without_its_password() {
        for (url, told) in [
            ("postgres:///desk", "names no host"),
            ("postgres://u:secret@a", "names no database"),
            ("postgres://u:secret@a/d?sslmode=prefer", "sslmode must be"),
            ("postgres://u:secret@a/d?target_session_attrs=standby", "target_session_attrs must be"),
            ("postgres://u:secret@a/d?sslmode=disable&sslrootcert=/ca.pem", "leave one out"),
            ("postgres://u:secret@a:port/d", "no PostgreSQL URL"),
            ("postgres://u:secret@a/d?colour=red", "no PostgreSQL URL"),
        ] {
            let fault = url.parse::<Address>().err().unwrap_or_else(|| panic!("{url} was taken"));
            assert!(fault.contains(told) && !fault.contains("secret"), "{url}: {fault}");
        }
    }
}
