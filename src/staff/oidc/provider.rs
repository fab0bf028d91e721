//! The provider: what is known of it, for how long, and which keys it signs with.

use std::sync::{Arc, RwLock};

use openidconnect::{
    AdditionalProviderMetadata, ClientId, EndSessionUrl, IssuerUrl, JsonWebKeySet, LogoutRequest,
    PostLogoutRedirectUrl, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
        CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::{Refusal, http::Http, settings::Settings};
use crate::clock::Clock;

/// How long what was discovered is believed without asking again, in milliseconds: an hour.
const FRESH: i64 = 60 * 60 * 1000;
/// After a failure nobody waits again for this long, in milliseconds.
const REST: i64 = 5 * 1000;
/// Keys are not fetched more often, in milliseconds, whatever tokens name.
const KEYS_REST: i64 = 10 * 1000;
/// How far the provider's clock may be from ours, in milliseconds.
pub(super) const SKEW: i64 = 60 * 1000;

/// The signatures that count. None at all, and those by a shared secret (HS256), are not among them: whoever knows the
/// secret, or gives out a public key for one, could forge them (RFC 8725, sections 3.1 and 3.2).
pub(super) const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What we read of the discovery document beyond OpenID Connect Discovery 1.0.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct More {
    /// RP-Initiated Logout 1.0.
    end_session_endpoint: Option<EndSessionUrl>,
    /// RFC 9207: answers without an `iss` are forged.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

pub(super) type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What was discovered.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) metadata: Metadata,
    pub(super) keys: CoreJsonWebKeySet,
    read_at: i64,
    keys_at: i64,
}

#[derive(Debug, Default)]
struct Memory {
    known: Option<Arc<Known>>,
    failed_at: Option<i64>,
}

/// A provider that people sign in by. One for each server.
pub struct Provider {
    /// What the ISP set.
    pub settings: Settings,
    pub(super) http: Http,
    pub(super) clock: Clock,
    base: RwLock<String>,
    memory: Mutex<Memory>,
}

impl Provider {
    /// For a desk that people reach at `base`, without a slash at its end. The provider is not asked yet.
    ///
    /// # Errors
    /// Why it cannot be asked at all, for people.
    pub fn new(settings: Settings, base: &str, clock: Clock) -> Result<Self, String> {
        let http = Http::new(&settings.issuer)?;
        Ok(Self { settings, http, clock, base: RwLock::new(base.to_owned()), memory: Mutex::default() })
    }

    /// Says where people reach the desk, once that is known.
    pub fn set_base(&self, base: &str) {
        if let Ok(mut known) = self.base.write() {
            base.trim_end_matches('/').clone_into(&mut known);
        }
    }

    /// An address of the desk.
    pub(super) fn at(&self, path: &str) -> String {
        self.base.read().map(|base| format!("{base}{path}")).unwrap_or_default()
    }

    pub(super) fn client_id(&self) -> ClientId {
        ClientId::new(self.settings.client_id.clone())
    }

    /// What is known of the provider, asked for where that is nothing or old. Who comes while another asks waits for the
    /// same answer, and for a while after a failure nobody waits at all.
    pub(super) async fn known(&self) -> Result<Arc<Known>, Refusal> {
        let mut memory = self.memory.lock().await;
        let now = self.clock.now();
        if let Some(known) = memory.known.as_ref().filter(|known| is_within(FRESH, known.read_at, now)) {
            return Ok(Arc::clone(known));
        }
        if !memory.failed_at.is_some_and(|at| is_within(REST, at, now)) {
            match self.discover(now).await {
                Ok(known) => {
                    let known = Arc::new(known);
                    *memory = Memory { known: Some(Arc::clone(&known)), failed_at: None };
                    return Ok(known);
                }
                Err(error) => {
                    tracing::warn!(error, "the provider of single sign-on cannot be asked");
                    memory.failed_at = Some(now);
                }
            }
        }
        // Old news do until there are new ones: its addresses hardly ever change, and keys are asked for by their name.
        memory.known.clone().ok_or(Refusal::Unreachable)
    }

    /// Asks it for its discovery document and its keys.
    ///
    /// # Errors
    /// Why they cannot be had, for people.
    pub async fn look(&self) -> Result<(), String> {
        self.discover(self.clock.now()).await.map(drop)
    }

    async fn discover(&self, now: i64) -> Result<Known, String> {
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(|error| error.to_string())?;
        let metadata = Metadata::discover_async(issuer, &self.http).await.map_err(|error| told(&error))?;
        let authorization = metadata.authorization_endpoint().as_str();
        if !self.http.allows(authorization) {
            return Err(format!("{authorization} is not https"));
        }
        let keys = metadata.jwks().clone();
        Ok(Known { metadata, keys, read_at: now, keys_at: now })
    }

    /// The same with keys that are newer than those of `old`, for a token that names one that is not among them.
    pub(super) async fn with_newer_keys(&self, old: &Known) -> Result<Arc<Known>, Refusal> {
        let mut memory = self.memory.lock().await;
        let now = self.clock.now();
        if let Some(known) = memory.known.as_ref().filter(|known| known.keys_at > old.keys_at) {
            return Ok(Arc::clone(known));
        }
        if is_within(KEYS_REST, old.keys_at, now) {
            return Err(Refusal::Unproven);
        }
        let fetched = JsonWebKeySet::fetch_async(old.metadata.jwks_uri(), &self.http).await;
        let keys = fetched.map_err(|error| {
            tracing::warn!(error = told(&error), "the keys of the provider of single sign-on cannot be had");
            Refusal::Unreachable
        })?;
        let known = Arc::new(Known { keys, keys_at: now, ..old.clone() });
        memory.known = Some(Arc::clone(&known));
        Ok(known)
    }

    /// Where the browser is sent to sign out at the provider as well, if it has such a place. No hint of who it is goes
    /// along: the ID token would be one, and stand in addresses with all that it says; so the provider may ask.
    pub async fn end_session(&self) -> Option<String> {
        let known = self.known().await.ok()?;
        let end = known.metadata.additional_metadata().end_session_endpoint.clone()?;
        let back = PostLogoutRedirectUrl::new(self.at("/")).ok()?;
        let request = LogoutRequest::from(end).set_client_id(self.client_id()).set_post_logout_redirect_uri(back);
        Some(String::from(request.http_get_url())).filter(|address| self.http.allows(address))
    }
}

/// Whether `at` is at most so long ago. A time ahead is of a clock that was set back since, and counts as long ago.
fn is_within(span: i64, at: i64, now: i64) -> bool {
    (0..span).contains(&(now - at))
}

/// An error with its causes, but without what was answered.
fn told<E: std::error::Error + 'static>(error: &openidconnect::DiscoveryError<E>) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Provider({})", self.settings.issuer)
    }
}
