//! The addresses that gateways call, and the secrets that guard them.

use std::sync::{Arc, OnceLock};

use data_encoding::{BASE32_NOPAD, HEXLOWER_PERMISSIVE};
use secrecy::SecretString;
use uuid::Uuid;
use vault::{Purpose, Vault};

use super::{channels::Fields, delivery::Delivery, settings::Settings, store};
use crate::{clock::Clock, db::Tx, fault::Fault};

const REPORT: Purpose = Purpose::new("notifications.report");
/// Bytes of a report's secret: not to be guessed, and short, since it travels with each message.
const SECRET: usize = 16;

/// Our own address as gateways reach it, known once the program listens. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Callbacks(Arc<OnceLock<String>>);

impl Callbacks {
    /// Sets the address, `https://desk.example.net` for instance. The first one stays.
    pub fn set(&self, public_url: &str) {
        self.0.get_or_init(|| public_url.trim_end_matches('/').to_owned());
    }

    /// Our own address, once it is known.
    pub(super) fn base(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }

    /// The address for reports on a message, `…/hooks/<channel>/<gateway>/status?id=…&round=…&secret=…`. It holds nothing
    /// about anybody, as gateways store it in clear.
    pub(super) fn report_url(
        &self,
        vault: &Vault,
        channel: &str,
        gateway: &str,
        delivery: &Delivery,
    ) -> Option<String> {
        let (id, round) = (delivery.id, delivery.round);
        let secret = HEXLOWER_PERMISSIVE.encode(&report_secret(vault, id, round));
        let base = self.0.get()?;
        Some(format!("{base}/hooks/{channel}/{gateway}/status?id={id}&round={round}&secret={secret}"))
    }
}

fn report_secret(vault: &Vault, id: Uuid, round: i64) -> [u8; SECRET] {
    let mac = vault.mac(REPORT, &[id.as_bytes(), &round.to_be_bytes()]);
    *mac.first_chunk().expect("a MAC has 32 bytes")
}

/// The message and the sending that a report is about, if its secret is the one that we handed out for them.
pub(super) fn message_of(vault: &Vault, fields: &Fields) -> Option<(Uuid, i64)> {
    let id = Uuid::parse_str(fields.get("id")?).ok()?;
    let round = fields.get("round")?.parse().ok()?;
    let given = HEXLOWER_PERMISSIVE.decode(fields.get("secret")?.as_bytes()).ok()?;
    same(&given, &report_secret(vault, id, round)).then_some((id, round))
}

/// Compares in a time that does not tell where they differ.
pub(super) fn same(given: &[u8], secret: &[u8]) -> bool {
    subtle::ConstantTimeEq::ct_eq(given, secret).into()
}

/// The secret of the hook for replies: the one of the settings, or one that is made on the first start and kept sealed.
///
/// # Errors
/// Only the database's and the vault's.
pub fn hook_secret(tx: &mut Tx<'_>, vault: &Vault, settings: &Settings, clock: &Clock) -> Result<SecretString, Fault> {
    if let Some(secret) = &settings.hook_secret {
        return Ok(secret.clone());
    }
    let made = BASE32_NOPAD.encode(&clock.bytes::<20>());
    Ok(store::meta_or(tx, vault, "sms.hook_secret", &made)?.into())
}
