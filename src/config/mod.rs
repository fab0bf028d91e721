//! Settings: which there are, and what they come to.

mod backups;
mod exposed;
mod key_source;
mod lives;
mod oidc;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod properties;
mod sources;
mod tls;
mod watched;

use std::{fmt::Write as _, net::SocketAddr, path::PathBuf};

use ipnet::IpNet;
use jiff::tz::TimeZone;

use crate::{
    backup,
    db::{DatabaseUrl, DbOptions, PostgresAddress},
    keys::KeySource,
    notifications,
    phone::Region,
    privacy::{self, Retention},
    staff,
    tickets::IssueTypes,
    web::proxies::Proxies,
};

pub use self::{
    exposed::exposed,
    sources::{Sources, hints},
    tls::TlsSettings,
    watched::{LogFormat, Watched},
};

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name in `redress.toml`; `sms.sender` is `--sms-sender` and `REDRESS_SMS_SENDER` elsewhere.
    pub name: &'static str,
    /// The value without one, as `config check` and `--help` show it; the word in brackets where it is computed.
    pub default: &'static str,
    /// Whether it is masked wherever it is shown.
    pub secret: bool,
    /// What it is for.
    pub help: &'static str,
}

const fn key(name: &'static str, default: &'static str, help: &'static str) -> Key {
    Key { name, default, secret: false, help }
}

const OWN: [Key; 35] = [
    key("listen", "127.0.0.1:8080", "Address and port to serve on; port 0 picks one"),
    key("tls.cert", "", "PEM file of the certificate and its chain; with it, listen speaks HTTPS alone"),
    key("tls.key", "", "PEM file of the certificate's private key, closed to others"),
    key("tls.redirect_listen", "", "Address and port that lead from HTTP to HTTPS, such as 0.0.0.0:80"),
    key("tls.acme_webroot", "", "Directory that an ACME client writes its proofs into, shown on tls.redirect_listen"),
    key(
        "connections_per_address",
        "512",
        "Connections that one address may have open, proxies apart; 0 for any number",
    ),
    key("requests_per_minute", "600000", "Requests that one user may send a minute to this node; 0 for any number"),
    key("data_dir", "./data", "Directory of the database, the key file and attachments"),
    key(
        "database_url",
        "",
        "sqlite://PATH, by default redress.db in the data directory; or postgres://USER@HOST[,HOST]/DATABASE",
    ),
    key("database_replica_url", "", "A PostgreSQL standby for reports and exports, which may then be seconds old"),
    key("database_connections", "16", "Connections of this node to PostgreSQL, 2 to 500"),
    key(
        "database_pooler",
        "false",
        "Whether a pooler in transaction mode, such as PgBouncer, stands before PostgreSQL",
    ),
    key("key_file", "", "The key ring; default: redress.key in the data directory"),
    key("key_credential", "", "Name of a systemd credential that holds the key ring, instead of key_file"),
    key("key_command", "", "A command that prints the key ring, such as a KMS client's, instead of key_file"),
    Key { secret: true, ..key("key_ring", "", "The text of the key ring itself, instead of key_file") },
    key("public_url", "", "The address people and gateways reach this server by, such as https://desk.example.com"),
    key("trusted_proxies", "", "Proxies whose X-Forwarded-For is believed: addresses or networks, comma-separated"),
    key("hooks_from", "", "Addresses or networks that gateways may call from, comma-separated; anywhere if not set"),
    key("timezone", "UTC", "IANA time zone of the ISP: the days of references and filters"),
    key("region", "", "Country of numbers written without a country code, such as GB or IN"),
    key("isp_name", "Your ISP", "The ISP's name, on pages and at the start of each SMS"),
    key("issue_types", "", "Issue types beside the four built in, comma-separated"),
    key("technician_view", "false", "Whether technicians see and report on the tickets assigned to them, at /jobs"),
    key("audit_reads", "true", "Whether the audit history also says who saw which ticket, client or message"),
    key("worker", "true", "Whether this node sends messages; false only serves"),
    key("metrics_listen", "", "Address and port of the Prometheus listener; off by default"),
    key("session.idle", "1h", "A browser is signed out when nobody has used it for so long, 5m to 24h"),
    key("session.absolute", "12h", "A browser is signed out after so long however it is used, 15m to 30d"),
    key("links.invitation", "72h", "How long the link works by which somebody new chooses a password, 15m to 30d"),
    key("links.reset", "1h", "How long the link works by which a forgotten password is replaced, 5m to 24h"),
    key(privacy::KEYS[0].0, "", privacy::KEYS[0].2),
    key(privacy::KEYS[1].0, "", privacy::KEYS[1].2),
    key(privacy::KEYS[2].0, "", privacy::KEYS[2].2),
    key(privacy::KEYS[3].0, "", privacy::KEYS[3].2),
];

/// All settings, in the order of `config check`.
pub fn keys() -> impl Iterator<Item = Key> {
    let messages = notifications::Settings::keys().map(|key| Key {
        name: key.name,
        default: key.default.unwrap_or(""),
        secret: key.secret,
        help: key.doc.trim_end_matches('.'),
    });
    OWN.into_iter().chain(watched::KEYS).chain(backups::KEYS).chain(oidc::KEYS).chain(messages)
}

impl Key {
    /// The name of its flag, without the dashes.
    pub fn flag(&self) -> String {
        self.name.replace(['.', '_'], "-")
    }

    /// The name of its environment variable.
    pub fn variable(&self) -> String {
        format!("REDRESS_{}", self.name.replace('.', "_").to_uppercase())
    }
}

/// The effective settings, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to serve.
    pub listen: SocketAddr,
    /// By TLS, if so.
    pub tls: Option<TlsSettings>,
    /// Connections of one address; 0 for any number.
    pub connections_per_address: usize,
    /// Requests of one user; 0 for any number.
    pub requests_per_minute: u32,
    /// Where data is.
    pub data_dir: PathBuf,
    /// The database.
    pub database_url: DatabaseUrl,
    /// How to open it.
    pub database: DbOptions,
    /// Where the key ring comes from.
    pub keys: KeySource,
    /// Without a slash at its end.
    pub public_url: Option<String>,
    /// Who is believed about the sender's address.
    pub trusted_proxies: Vec<IpNet>,
    /// Where gateways may call from; anywhere when empty.
    pub hooks_from: Vec<IpNet>,
    /// The ISP's time zone.
    pub zone: TimeZone,
    /// Of numbers without a country code.
    pub region: Option<Region>,
    /// On pages and in messages.
    pub isp_name: String,
    /// Built in and added.
    pub issue_types: IssueTypes,
    /// Whether technicians have a view of their own.
    pub technician_view: bool,
    /// Whether the audit history says who saw what.
    pub audit_reads: bool,
    /// Whether this node sends.
    pub worker: bool,
    /// Of `/metrics`.
    pub metrics_listen: Option<SocketAddr>,
    /// How operators are told what goes on.
    pub watched: Watched,
    /// Of sessions and of the links by which passwords are chosen.
    pub staff: staff::Settings,
    /// Of single sign-on, if there is a provider.
    pub oidc: Option<staff::oidc::Settings>,
    /// Of backups, if they are made by themselves.
    pub backups: Option<backup::Settings>,
    /// Of backups before an upgrade, if such are made.
    pub before_upgrade: Option<backup::Before>,
    /// How long personal data is kept.
    pub retention: Retention,
    /// Of messages.
    pub notifications: notifications::Settings,
}

/// Collects faults while settings are parsed.
struct Checker<'a> {
    sources: &'a Sources,
    faults: Vec<String>,
}

impl Checker<'_> {
    fn text(&self, name: &str) -> String {
        self.sources.get(name).map_or_else(|| self.sources.default(name), ToOwned::to_owned)
    }

    fn parsed<T>(&mut self, name: &str, remedy: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name);
        if text.is_empty() {
            return None;
        }
        let value = parse(&text);
        if value.is_none() {
            self.faults.push(format!("{name}: \"{text}\" will not do; {remedy}"));
        }
        value
    }

    /// A whole number up to `most`. Where it is a fault, what it comes to does not matter.
    fn number(&mut self, name: &str, most: u32) -> u32 {
        let remedy = format!("write a whole number up to {most}, or 0 for any number");
        self.parsed(name, &remedy, |text| text.parse().ok().filter(|number| *number <= most)).unwrap_or_default()
    }
}

impl Config {
    /// Checks every setting.
    ///
    /// # Errors
    /// All faults, each a line that names the setting, the reason and the remedy.
    pub fn check(sources: &Sources) -> Result<Self, Vec<String>> {
        let mut checker = Checker { sources, faults: sources.faults.clone() };
        let listen =
            checker.parsed("listen", "write an address and a port, such as 127.0.0.1:8080", |t| t.parse().ok());
        let tls = tls::settings(&mut checker);
        let connections_per_address = checker.number("connections_per_address", 1_000_000);
        let requests_per_minute = checker.number("requests_per_minute", 10_000_000);
        let data_dir = PathBuf::from(checker.text("data_dir"));
        let (database_url, database) = (database_url(&mut checker), database_options(&mut checker));
        let keys = key_source::key_source(&mut checker);
        let public_url = checker.parsed("public_url", "write http:// or https://, a host, and no path", public_url);
        let trusted_proxies =
            checker.parsed("trusted_proxies", "write addresses such as 127.0.0.1,10.0.0.0/8", Proxies::parse);
        let hooks_from = checker.parsed("hooks_from", "write addresses such as 127.0.0.1,10.0.0.0/8", Proxies::parse);
        let zone = checker.parsed("timezone", "write an IANA name such as Asia/Kolkata", |t| TimeZone::get(t).ok());
        let region = checker.parsed("region", "write a country's two letters, such as GB or IN", |t| t.parse().ok());
        let (isp_name, issue_types) = (isp_name(&mut checker), issue_types(&mut checker));
        let mut switch = |name| checker.parsed(name, "write true or false", |text| text.parse().ok());
        let (audit_reads, worker, technician_view) =
            (switch("audit_reads"), switch("worker"), switch("technician_view"));
        let metrics_listen =
            checker.parsed("metrics_listen", "write an address and a port, such as 127.0.0.1:9090", |t| t.parse().ok());
        let (watched, oidc) = (watched::settings(&mut checker), oidc::settings(&mut checker));
        let (staff, retention) = (lives::staff(&mut checker), lives::retention(&mut checker));
        let (backups, before_upgrade) = backups::settings(&mut checker, &data_dir);
        let notifications = messages(&mut checker, zone.as_ref());
        match (listen, database_url, zone, worker, notifications) {
            (Some(listen), Ok(database_url), Some(zone), Some(worker), Ok(notifications))
                if checker.faults.is_empty() =>
            {
                Ok(Self {
                    listen,
                    tls,
                    connections_per_address: usize::try_from(connections_per_address).unwrap_or(usize::MAX),
                    requests_per_minute,
                    data_dir,
                    database_url,
                    database,
                    keys,
                    public_url,
                    trusted_proxies: trusted_proxies.unwrap_or_default(),
                    hooks_from: hooks_from.unwrap_or_default(),
                    zone,
                    region,
                    isp_name,
                    issue_types,
                    technician_view: technician_view.unwrap_or_default(),
                    audit_reads: audit_reads.unwrap_or(true),
                    worker,
                    metrics_listen,
                    watched,
                    staff,
                    oidc,
                    retention,
                    backups,
                    before_upgrade,
                    notifications,
                })
            }
            _ => Err(checker.faults),
        }
    }

    /// Whether people reach this server by TLS, its own or a proxy's: then cookies are for TLS alone.
    pub fn is_secure(&self) -> bool {
        self.tls.is_some() || self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Whether the database is there. Where it is a file that is not, opening it makes one.
    pub fn has_desk(&self) -> bool {
        self.database_url.file().is_none_or(std::path::Path::exists)
    }
}

fn database_options(checker: &mut Checker<'_>) -> DbOptions {
    let mut options = DbOptions::default();
    let replica = checker.text("database_replica_url");
    match (!replica.is_empty()).then(|| replica.parse::<DatabaseUrl>()) {
        Some(Ok(DatabaseUrl::Postgres(address))) => {
            options.replica = Some(Box::new(PostgresAddress::for_reading(*address)));
        }
        Some(Ok(DatabaseUrl::Sqlite(_))) => {
            checker.faults.push("database_replica_url: only PostgreSQL has replicas; write postgres://…".to_owned());
        }
        Some(Err(fault)) => checker.faults.push(format!("database_replica_url: {fault}")),
        None => {}
    }
    let connections = checker.parsed("database_connections", "write a number from 2 to 500", |text| {
        text.parse().ok().filter(|number| (2..=500).contains(number))
    });
    options.connections = connections.unwrap_or(options.connections);
    options.slow = watched::slow(checker);
    options.pooled = checker.parsed("database_pooler", "write true or false", |t| t.parse().ok()).unwrap_or_default();
    options
}

fn database_url(checker: &mut Checker<'_>) -> Result<DatabaseUrl, ()> {
    let parsed = checker.text("database_url").parse();
    parsed.map_err(|fault| checker.faults.push(format!("database_url: {fault}")))
}

fn isp_name(checker: &mut Checker<'_>) -> String {
    let name = checker.parsed("isp_name", "write 1 to 100 characters on one line", |text| {
        crate::input::clean(text, crate::input::Limits::line(100)).ok().filter(|text| !text.is_empty())
    });
    name.unwrap_or_else(|| "Your ISP".to_owned())
}

fn messages(checker: &mut Checker<'_>, zone: Option<&TimeZone>) -> Result<notifications::Settings, ()> {
    let lookup = |name: &str| checker.sources.get(name).map(ToOwned::to_owned);
    notifications::Settings::read(&lookup, zone.unwrap_or(&TimeZone::UTC)).map_err(|faults| {
        checker.faults.extend(faults.into_iter().map(|fault| format!("{}: {}", fault.key, fault.message)));
    })
}

fn public_url(text: &str) -> Option<String> {
    let uri: axum::http::Uri = text.parse().ok()?;
    let plain = matches!(uri.scheme_str(), Some("http" | "https")) && uri.path() == "/" && uri.query().is_none();
    (plain && uri.authority().is_some_and(|authority| !authority.as_str().contains('@')))
        .then(|| text.trim_end_matches('/').to_owned())
}

fn issue_types(checker: &mut Checker<'_>) -> IssueTypes {
    let mut more = Vec::new();
    for name in checker.text("issue_types").split(',').filter(|name| !name.trim().is_empty()) {
        match crate::input::clean(name, crate::input::Limits::line(100)) {
            Ok(name) if !name.is_empty() => more.push(name),
            _ => checker.faults.push("issue_types: write names of 1 to 100 characters on one line each".to_owned()),
        }
    }
    IssueTypes::new(&more)
}

/// The effective settings as `redress.toml` would have them, each with where it came from. Secrets are masked.
pub fn describe(sources: &Sources) -> String {
    let mut out = String::new();
    for key in keys() {
        let default = sources.default(key.name);
        let (source, value) = sources.find(key.name).unwrap_or(("default", &default));
        let value = match value {
            "" => "\"\"".to_owned(),
            _ if key.secret => "\"***\"".to_owned(),
            // What does not parse may hold a password anywhere.
            url if key.name == "database_url" || key.name == "database_replica_url" => {
                toml_text(&url.parse::<DatabaseUrl>().map_or_else(|_| "***".to_owned(), |url| url.to_string()))
            }
            // What stands where a recipient should may be the secret half of one.
            text if key.name == "backup.recipient" && backups::read(text).is_none() => "\"***\"".to_owned(),
            text => toml_text(text),
        };
        let _ = writeln!(out, "{} = {value}  # {source}", key.name);
    }
    out
}

fn toml_text(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::Path};

    use super::{
        lives::{DAY, HOUR, time},
        *,
    };

    #[test]
    fn defaults_are_the_contracts() {
        let config = Config::check(&Sources::of(&[])).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.database_url.to_string(), "sqlite://./data/redress.db");
        assert_eq!(config.keys.file(), Some(Path::new("./data/redress.key")));
        assert_eq!((config.isp_name.as_str(), config.worker), ("Your ISP", true));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let sources = Sources::of(&[
            ("listen", "8080"),
            ("timezone", "Mars/Base"),
            ("region", "Scotland"),
            ("public_url", "desk.example.com/x"),
            ("worker", "maybe"),
            ("database_url", "mysql://x"),
            ("sms.gateway", "pigeon"),
        ]);
        let faults = Config::check(&sources).unwrap_err();
        for name in ["listen", "timezone", "region", "public_url", "worker", "database_url", "sms.gateway"] {
            assert!(faults.iter().any(|fault| fault.starts_with(&format!("{name}:"))), "{name} in {faults:?}");
        }
    }

    #[test]
    fn a_file_is_flattened_and_its_unknown_settings_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("r.toml");
        std::fs::write(&path, "isp_name = \"A\"\nissue_types = [\"Roaming\", \"Refund\"]\nlisten_to = 5\n[sms.kannel]\nurl = \"http://k\"\n").unwrap();
        let sources = Sources::read(BTreeMap::new(), Some(&path));
        assert_eq!(sources.get("sms.kannel.url"), Some("http://k"));
        assert_eq!(sources.get("issue_types"), Some("Roaming,Refund"));
        let faults = Config::check(&sources).unwrap_err();
        assert!(faults.iter().any(|fault| fault.starts_with("listen_to:") && fault.contains("listen?")), "{faults:?}");
    }

    #[test]
    fn times_have_a_unit_and_bounds_and_idle_is_the_shorter() {
        for (text, want) in [("5m", Some(300_000)), ("12h", Some(43_200_000)), ("30d", Some(2_592_000_000))] {
            assert_eq!(time(text), want);
        }
        for text in ["", "h", "12", "12s", "1.5h", "-1h", "9223372036854775807d", "१h", "hé"] {
            assert!(time(text).is_none_or(|time| time < 0), "{text}");
        }
        let staff = Config::check(&Sources::of(&[("session.idle", "2h"), ("session.absolute", "1d")])).unwrap().staff;
        assert_eq!((staff.idle, staff.life, staff.links), (2 * HOUR, DAY, staff::Lives::default()));
        assert_eq!(Config::check(&Sources::of(&[])).unwrap().staff, staff::Settings::default());
        let bad =
            [("session.idle", "4m"), ("session.absolute", "31d"), ("links.invitation", "x"), ("links.reset", "2d")];
        let faults = Config::check(&Sources::of(&bad)).unwrap_err();
        assert!(bad.iter().all(|(name, _)| faults.iter().any(|fault| fault.starts_with(name))), "{faults:?}");
        let faults = Config::check(&Sources::of(&[("session.idle", "13h")])).unwrap_err();
        assert!(faults.len() == 1 && faults[0].starts_with("session.idle: longer"), "{faults:?}");
    }

    #[test]
    fn flags_go_before_the_file() {
        let sources = Sources::of(&[("isp_name", "File")]).with("isp_name", "Flag");
        assert_eq!(Config::check(&sources).unwrap().isp_name, "Flag");
    }

    #[test]
    fn secrets_are_masked() {
        let shown = describe(&Sources::of(&[("sms.hook_secret", "tell-nobody"), ("isp_name", "A \"B\"")]));
        assert!(!shown.contains("tell-nobody") && shown.contains("sms.hook_secret = \"***\"  # given"), "{shown}");
    }
}
