//! `redress config …`

use super::{Failure, open, out};
use crate::{
    clock::Clock,
    config::{Config, Sources, describe, hints},
    notifications::{Channel, Settings},
    web::tls::Tls,
};

/// Prints the effective settings, and hints as comments under them; every fault goes to standard error.
pub fn check(sources: &Sources) -> Result<(), Failure> {
    out(describe(sources).trim_end());
    for hint in hints(sources) {
        out(&format!("# hint: {hint}"));
    }
    let config = Config::check(sources).map_err(Failure::Usage)?;
    let Some(tls) = config.tls else { return Ok(()) };
    Tls::open(tls.files, Clock::system()).map(drop).map_err(|error| Failure::Usage(vec![format!("{error:#}")]))
}

/// Prints where the gateway is to hand in what clients send, secret included.
///
/// Where there is no desk yet, or no gateway, there is no such address: one made up here would be refused later.
pub async fn hook_address(config: Config) -> Result<(), Failure> {
    if config.notifications.gates.hindrance(Channel::SMS).is_some() {
        return Err(anyhow::anyhow!("no gateway is set, so nothing comes in; set sms.gateway first").into());
    }
    let base = config.public_url.clone().unwrap_or_else(|| {
        let scheme = if config.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", config.listen)
    });
    let callers = config.notifications.gates.all().filter(|(_, gateway)| Settings::is_called_by(gateway.name()));
    let paths: Vec<String> = callers.map(|(channel, gateway)| format!("{}/{}", channel.name, gateway.name())).collect();
    let app = open(config).await?;
    for path in paths {
        out(&format!("{base}/hooks/{path}/inbound?secret={}", app.hook_secret()));
    }
    Ok(())
}
