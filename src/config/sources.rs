//! Where settings come from: flags, then `REDRESS_*`, then `redress.toml`, then defaults. The only reader of the environment.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{exposed, keys};
use crate::notifications;

/// The file that is read where none is named.
const USUAL: &str = "redress.toml";

/// Where settings come from, each source as texts by setting name.
#[derive(Debug, Default, Clone)]
pub struct Sources {
    layers: Vec<(&'static str, BTreeMap<String, String>)>,
    /// The file that was read, if there is one.
    pub(super) file: Option<PathBuf>,
    pub(super) faults: Vec<String>,
    /// Variables that look like ours and are none. They may be anybody's, as a cluster sets such by itself, and so are
    /// no fault.
    strangers: Vec<String>,
}

impl Sources {
    /// Reads the environment and the file. `flags` are those that were given. Without `file`, `redress.toml` of the
    /// working directory is read if it is there.
    pub fn read(flags: BTreeMap<String, String>, file: Option<&Path>) -> Self {
        let (mut faults, mut strangers) = (Vec::new(), Vec::new());
        let mut environment = BTreeMap::new();
        let mut file = file.map(Path::to_path_buf);
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else { continue };
            if value.is_empty() || !name.starts_with("REDRESS_") {
                continue;
            }
            let value = value.to_string_lossy().into_owned();
            if let Some(key) = keys().find(|key| key.variable() == name) {
                environment.insert(key.name.to_owned(), value);
            } else if name == "REDRESS_CONFIG" {
                file = file.or_else(|| Some(PathBuf::from(value)));
            } else {
                strangers.push(name);
            }
        }
        strangers.sort_unstable();
        let from_file = read_file(file.as_deref(), &mut faults);
        let layers = vec![("flag", flags), ("environment", environment), ("file", from_file)];
        let file = file.or_else(|| Some(PathBuf::from(USUAL)).filter(|path| path.exists()));
        Self { layers, file, faults, strangers }
    }

    /// Those of a file with this text, and of nothing else.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn of_file(path: &Path, text: &str) -> Self {
        let mut faults = Vec::new();
        let layers = vec![("file", parse(path, text, &mut faults))];
        Self { layers, faults, ..Default::default() }
    }

    /// Settings given by hand, for tests and the demo.
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        let map = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { layers: vec![("given", map)], ..Default::default() }
    }

    /// The same with one setting on top of all others.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.layers.insert(0, ("given", BTreeMap::from([(name.to_owned(), value.to_owned())])));
        self
    }

    /// The same with all of `others` on top.
    #[must_use]
    pub fn under(mut self, others: &Self) -> Self {
        self.layers.splice(0..0, others.layers.iter().cloned());
        self.faults.extend(others.faults.iter().cloned());
        self
    }

    pub(super) fn find(&self, name: &str) -> Option<(&'static str, &str)> {
        self.layers.iter().find_map(|(source, map)| map.get(name).map(|value| (*source, value.as_str())))
    }

    /// What one source says, whether it counts or not.
    pub(super) fn find_in(&self, source: &str, name: &str) -> Option<&str> {
        let layers = self.layers.iter().filter(|(layer, _)| *layer == source);
        layers.filter_map(|(_, map)| map.get(name)).map(String::as_str).next()
    }

    /// What a setting is when nothing sets it. Two follow the data directory.
    pub(super) fn default(&self, name: &str) -> String {
        let in_data = |file: &str| Path::new(self.get("data_dir").unwrap_or("./data")).join(file).display().to_string();
        match name {
            "database_url" => format!("sqlite://{}", in_data("redress.db")),
            "key_file" => in_data("redress.key"),
            _ => keys().find(|key| key.name == name).map_or("", |key| key.default).to_owned(),
        }
    }

    /// Whether something says what a setting is.
    pub fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_empty())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.find(name).map(|(_, value)| value)
    }
}

fn read_file(given: Option<&Path>, faults: &mut Vec<String>) -> BTreeMap<String, String> {
    let path = given.unwrap_or(Path::new(USUAL));
    if given.is_none() && !path.exists() {
        return BTreeMap::new();
    }
    match std::fs::read_to_string(path) {
        Ok(text) => parse(path, &text, faults),
        Err(error) => {
            faults.push(format!("config: cannot read {}: {error}", path.display()));
            BTreeMap::new()
        }
    }
}

/// The settings in a file's text.
fn parse(path: &Path, text: &str, faults: &mut Vec<String>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    match text.parse::<toml::Table>() {
        Err(error) => {
            let place = error.span().map(|span| place(text, span.start)).unwrap_or_default();
            faults.push(format!("config: {}{place}: this is not TOML: {}", path.display(), error.message()));
        }
        Ok(table) => flatten("", &table, &mut out, faults),
    }
    for name in out.keys().filter(|name| !keys().any(|key| key.name == name.as_str())) {
        let meant = nearest(name, keys().map(|key| key.name.to_owned()));
        let meant = meant.map(|meant| format!(" did you mean {meant}?")).unwrap_or_default();
        faults.push(format!("{name}: there is no such setting;{meant} see `redress --help` for all of them"));
    }
    out
}

/// Line and column of a byte, from 1. The text itself is never shown: it may hold a password.
fn place(text: &str, byte: usize) -> String {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    format!(", line {}, column {}", before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// The name that was probably meant.
fn nearest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let likeness = |known: &String| strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase());
    let scored = known.map(|known| (likeness(&known), known)).filter(|(likeness, _)| *likeness > 0.85);
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

/// What is no fault and yet may not be what was meant, a line each.
pub fn hints(sources: &Sources) -> Vec<String> {
    let mut hints = Vec::new();
    for stranger in &sources.strangers {
        let bare = |name: &str| name.trim_start_matches("REDRESS_").to_owned();
        let meant = nearest(&bare(stranger), keys().map(|key| bare(&key.variable())));
        let meant = meant.map(|meant| format!("; did you mean REDRESS_{meant}?")).unwrap_or_default();
        hints.push(format!("{stranger}: there is no such setting, so this variable does nothing{meant}"));
    }
    if sources.get("isp_name").is_none() {
        let name = sources.default("isp_name");
        hints.push(format!("isp_name: not set, so SMS and pages say \"{name}\""));
    }
    hints.extend(open_to_networks(sources));
    hints.extend(exposed(sources));
    hints.extend(idle(sources));
    let set = |name: &str| sources.get(name).is_some_and(|text| !text.is_empty());
    let unused = keys().find(|key| ["backup.every", "backup.keep"].contains(&key.name) && set(key.name));
    let absent = sources.get("backup.dir").filter(|dir| !dir.is_empty() && !Path::new(dir).is_dir());
    hints.extend(absent.map(|dir| format!("backup.dir: {dir} is no directory, so no backup is made until it is one")));
    hints.extend(
        unused
            .filter(|_| !set("backup.dir"))
            .map(|key| format!("{}: set, but none is made without backup.dir", key.name)),
    );
    hints.extend(single_sign_on(sources));
    if sources.get(HOOK_SECRET).is_some_and(|secret| !secret.is_empty() && secret.len() < LONG_ENOUGH) {
        hints.push(format!(
            "{HOOK_SECRET}: can be guessed; take {LONG_ENOUGH} characters or more, or let the first start make one"
        ));
    }
    let gateway = sources.get(notifications::Settings::GATEWAY).unwrap_or_default();
    if sources.get("public_url").is_none() && notifications::Settings::is_called_by(gateway) {
        let listen = sources.get("listen").map_or_else(|| sources.default("listen"), ToOwned::to_owned);
        hints.push(format!(
            "public_url: not set, so {gateway} is told to report to {listen}, which works only on this machine"
        ));
    }
    hints
}

/// What is served in clear to more than this machine, or may be served to strangers under the address of a proxy.
fn open_to_networks(sources: &Sources) -> Option<String> {
    let listen = sources.get("listen").map_or_else(|| sources.default("listen"), ToOwned::to_owned);
    if sources.get("tls.cert").is_some() {
        return None;
    }
    let https = sources.get("public_url").is_some_and(|url| url.starts_with("https://"));
    let beyond = listen.parse().is_ok_and(|at: std::net::SocketAddr| !at.ip().is_loopback());
    let proxied = sources.get("trusted_proxies").is_some_and(|proxies| !proxies.is_empty());
    if beyond && !https {
        return Some(format!(
            "listen: {listen} is open to other machines in clear; set tls.cert and tls.key, or put a proxy with TLS before it and set public_url to its https address"
        ));
    }
    (https && !proxied).then(|| {
        "trusted_proxies: not set, so failed log-ins are not counted by the address they come from; name the proxy that public_url leads to".to_owned()
    })
}

/// What keeps people from coming back from the provider of single sign-on, or in at all.
fn single_sign_on(sources: &Sources) -> Vec<String> {
    let set = |name: &str| sources.get(name).is_some_and(|text| !text.is_empty());
    let mut hints = Vec::new();
    if !set("oidc.issuer") {
        let idle = keys().find(|key| key.name.starts_with("oidc.") && key.name != "oidc.local_login" && set(key.name));
        hints.extend(idle.map(|key| format!("{}: set, but there is no single sign-on without oidc.issuer", key.name)));
        return hints;
    }
    if !set("public_url") {
        let listen = sources.get("listen").map_or_else(|| sources.default("listen"), ToOwned::to_owned);
        hints.push(format!("public_url: not set, so the provider sends people back to http://{listen}/auth/callback"));
    }
    if !set("oidc.admin_if")
        && !set("oidc.technician_if")
        && sources.get("oidc.link_by_email").is_none_or(|text| text != "true")
    {
        hints.push(
            "oidc.admin_if: no claim gives a role and oidc.link_by_email is false, so nobody new gets in".to_owned(),
        );
    }
    hints
}

/// The setting that calls of gateways are told from forged ones by.
const HOOK_SECRET: &str = "sms.hook_secret";
/// A secret of so many bytes is not guessed.
const LONG_ENOUGH: usize = 16;

/// Settings of gateways by which nothing goes out, as what turns them on is not set: one hint for each gateway.
fn idle(sources: &Sources) -> Vec<String> {
    let chosen = sources.get(notifications::Settings::GATEWAY).unwrap_or_default();
    let gateways = ["kannel", "smpp", "twilio", "http"].into_iter().filter_map(|gateway| {
        let named = chosen.split(',').any(|one| one.trim() == gateway);
        let turned_on = format!("{} = {gateway}", notifications::Settings::GATEWAY);
        (!named).then(|| (format!("sms.{gateway}."), turned_on))
    });
    let ways = [("email.", "email.host"), ("whatsapp.", "whatsapp.phone_number_id"), ("webhook.", "webhook.url")];
    let ways = ways.into_iter().filter(|(_, on)| sources.get(on).is_none_or(str::is_empty));
    let all = gateways.chain(ways.map(|(prefix, on)| (prefix.to_owned(), on.to_owned())));
    let hint = |(prefix, on): (String, String)| {
        let set =
            keys().find(|key| key.name.starts_with(&prefix) && sources.get(key.name).is_some_and(|v| !v.is_empty()))?;
        Some(format!("{}: set, but nothing goes out by it without {on}", set.name))
    };
    all.filter_map(hint).collect()
}

fn flatten(prefix: &str, table: &toml::Table, out: &mut BTreeMap<String, String>, faults: &mut Vec<String>) {
    for (name, value) in table {
        let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(table) => flatten(&name, table, out, faults),
            // Empty is not set, as in the environment.
            toml::Value::String(text) if text.is_empty() => {}
            toml::Value::String(text) => {
                out.insert(name, text.clone());
            }
            toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Boolean(_) => {
                out.insert(name, value.to_string());
            }
            toml::Value::Array(items) if items.iter().all(toml::Value::is_str) => {
                let items: Vec<_> = items.iter().filter_map(toml::Value::as_str).collect();
                out.insert(name, items.join(","));
            }
            _ => faults.push(format!("{name}: write a text, a number, true, false or a list of texts")),
        }
    }
}
