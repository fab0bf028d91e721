//! Passkeys (`WebAuthn` level 3): this server as their relying party.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use webauthn_rs::prelude::{
    CreationChallengeResponse, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyAuthentication,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder,
    WebauthnError,
};

use super::Carried;
use crate::{fault::Fault, staff::User};
use vault::Vault;

/// The relying party: the host and the origin of `public_url`.
#[derive(Debug)]
pub struct Passkeys {
    site: Webauthn,
}

/// What a browser is asked for, with what it carries for us until it answers.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The options of `navigator.credentials`, as JSON.
    pub options: String,
    /// The state, sealed.
    pub state: String,
}

/// A passkey that was made.
pub struct Made {
    /// Its id.
    pub credential: Vec<u8>,
    /// Its public key and counter, as JSON.
    pub secret: String,
}

/// A passkey that was used.
#[derive(Clone)]
pub struct Used {
    /// What it is stored as from now on; nothing where that has not changed.
    pub secret: Option<String>,
    /// The challenge, hashed: it is good once.
    pub challenge: [u8; 32],
}

impl Passkeys {
    /// The relying party of a server at this address. None for one that browsers make no passkeys for: without TLS, unless
    /// it is this very machine, or with an address in place of a name.
    pub fn new(public_url: &str, isp: &str) -> Option<Self> {
        let origin = Url::parse(public_url).ok()?;
        let host = origin.domain()?.to_owned();
        if origin.scheme() != "https" && host != "localhost" {
            return None;
        }
        let name = if isp.trim().is_empty() { "Redress" } else { isp };
        let site = WebauthnBuilder::new(&host, &origin).ok()?.rp_name(name).build().ok()?;
        Some(Self { site })
    }

    /// Asks for a new passkey of a user who has `others`.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn begin(&self, vault: &Vault, user: &User, others: &[String], now: i64) -> Result<Asked, Fault> {
        let others = others.iter().filter_map(|secret| passkey(secret).ok()).map(|key| key.cred_id().clone()).collect();
        let begun = self.site.start_passkey_registration(user.id, &user.email, &user.name, Some(others));
        let (options, state) = begun.map_err(|error| ours(&error))?;
        let state = Carried::NEW_PASSKEY.seal(vault, user.id.as_bytes(), now, &state);
        Ok(Asked { options: creation(&options)?, state })
    }

    /// The passkey that was made. Nothing where the answer is not that of the challenge, this site and this user.
    pub fn finish(&self, vault: &Vault, user: Uuid, answer: &str, state: &str, now: i64) -> Option<Made> {
        let state: PasskeyRegistration = Carried::NEW_PASSKEY.open(vault, user.as_bytes(), now, state)?;
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).ok()?;
        let made = self.site.finish_passkey_registration(&answer, &state).inspect_err(refused).ok()?;
        Some(Made { credential: made.cred_id().clone(), secret: serde_json::to_string(&made).ok()? })
    }

    /// Asks for one of a user's passkeys; nothing where they have none.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn ask(&self, vault: &Vault, user: Uuid, secrets: &[String], now: i64) -> Result<Option<Asked>, Fault> {
        let passkeys = secrets.iter().map(|secret| passkey(secret)).collect::<Result<Vec<_>, _>>()?;
        if passkeys.is_empty() {
            return Ok(None);
        }
        let (options, state) = self.site.start_passkey_authentication(&passkeys).map_err(|error| ours(&error))?;
        let state = Carried::PASSKEY.seal(vault, user.as_bytes(), now, &state);
        Ok(Some(Asked { options: json(&options.public_key)?, state }))
    }

    /// Asks for any passkey of this site.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn ask_anybody(&self, vault: &Vault, now: i64) -> Result<Asked, Fault> {
        let (options, state) = self.site.start_discoverable_authentication().map_err(|error| ours(&error))?;
        let state = Carried::PASSKEY.seal(vault, b"", now, &state);
        Ok(Asked { options: json(&options.public_key)?, state })
    }

    /// Reads whose passkey an answer says it is by, before anything is proved.
    pub fn read(answer: &str) -> Option<PublicKeyCredential> {
        serde_json::from_str(answer).ok()
    }

    /// Whether a user's passkey has answered what [`Self::ask`] sealed.
    pub fn check(
        &self,
        vault: &Vault,
        user: Uuid,
        secret: &str,
        (answer, state): (&PublicKeyCredential, &str),
        now: i64,
    ) -> Option<Used> {
        let kept: PasskeyAuthentication = Carried::PASSKEY.open(vault, user.as_bytes(), now, state)?;
        let result = self.site.finish_passkey_authentication(answer, &kept).inspect_err(refused).ok()?;
        used(secret, &result, state)
    }

    /// Whether a user's passkey has answered what [`Self::ask_anybody`] sealed.
    pub fn check_anybody(
        &self,
        vault: &Vault,
        secret: &str,
        (answer, state): (&PublicKeyCredential, &str),
        now: i64,
    ) -> Option<Used> {
        let kept: DiscoverableAuthentication = Carried::PASSKEY.open(vault, b"", now, state)?;
        let key = DiscoverableKey::from(passkey(secret).ok()?);
        let result = self.site.finish_discoverable_authentication_v2(answer, kept, &key).inspect_err(refused).ok()?;
        used(secret, &result, state)
    }
}

fn used(secret: &str, result: &webauthn_rs::prelude::AuthenticationResult, state: &str) -> Option<Used> {
    let mut key = passkey(secret).ok()?;
    let changed = key.update_credential(result)?;
    let secret = if changed { Some(serde_json::to_string(&key).ok()?) } else { None };
    Some(Used { secret, challenge: Sha256::digest(state).into() })
}

fn passkey(secret: &str) -> Result<Passkey, Fault> {
    Ok(serde_json::from_str(secret).map_err(anyhow::Error::from)?)
}

/// The options of a new passkey. The library wants none that is found without a name; browsers then keep it from the
/// log-in page, where it is to stand in for name and password.
fn creation(options: &CreationChallengeResponse) -> Result<String, Fault> {
    let mut options = serde_json::to_value(&options.public_key).map_err(anyhow::Error::from)?;
    options["authenticatorSelection"]["residentKey"] = "preferred".into();
    Ok(options.to_string())
}

fn json(value: &impl serde::Serialize) -> Result<String, Fault> {
    Ok(serde_json::to_string(value).map_err(anyhow::Error::from)?)
}

fn ours(error: &WebauthnError) -> Fault {
    Fault::Unexpected(anyhow::anyhow!("passkeys: {error}"))
}

/// The library's words carry nothing personal.
fn refused(error: &WebauthnError) {
    tracing::info!(%error, "a passkey was refused");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_for_names_by_tls_and_for_this_machine() {
        for (url, can) in [
            ("https://desk.isp.example", true),
            ("https://desk.isp.example:8443", true),
            ("http://localhost:8080", true),
            ("http://desk.isp.example", false),
            ("https://192.0.2.7", false),
            ("http://127.0.0.1:8080", false),
            ("", false),
        ] {
            assert_eq!(Passkeys::new(url, "ISP").is_some(), can, "{url}");
        }
    }

    #[test]
    fn nonsense_is_refused_and_breaks_nothing() {
        let (vault, site) = (Vault::for_tests(1), Passkeys::new("https://desk.isp.example", "ISP").unwrap());
        assert!(site.finish(&vault, Uuid::nil(), "{}", "", 0).is_none());
        assert!(Passkeys::read("{}").is_none());
        assert!(Passkeys::read("").is_none());
        assert!(site.ask(&vault, Uuid::nil(), &[], 0).unwrap().is_none());
    }
}
