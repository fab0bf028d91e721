//! `redress config …`

use super::{Failure, out};
use crate::{
    app::App,
    clock::Clock,
    config::{Config, Sources, describe},
};

/// Prints the effective settings; every fault goes to standard error.
pub fn check(sources: &Sources) -> Result<(), Failure> {
    out(describe(sources).trim_end());
    Config::check(sources).map(drop).map_err(Failure::Usage)
}

/// Prints where the gateway is to hand in what clients send, secret included.
pub async fn hook_address(config: Config) -> Result<(), Failure> {
    let base = config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
    let gateway = config.notifications.gateway.name();
    let app = App::open(config, Clock::system()).await?;
    out(&format!("{base}/hooks/sms/{gateway}/inbound?secret={}", app.hook_secret()));
    Ok(())
}
