//! What the routes of this feature need.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use uuid::Uuid;
use vault::Vault;

use super::{Gate, Rules, Settings, Throttle, mail::Mails, oidc::Provider, second_factor::Passkeys, store};
use crate::{
    audit::{HasAccount, Reads},
    clock::Clock,
    db::Db,
    fault::Fault,
    phone::Region,
    web::{Chrome, proxies::Proxies},
};

/// The state of the staff's routes and of the extractors [`super::SignedIn`] and [`super::Caller`]. Cheap to clone.
#[derive(Clone)]
pub struct Staff {
    /// Where users, sessions and tokens are.
    pub db: Db,
    /// Seals and opens what is personal.
    pub vault: Vault,
    /// Time and randomness.
    pub clock: Clock,
    /// The frame of pages.
    pub chrome: Chrome,
    /// The country whose numbers may be written without a country code.
    pub region: Option<Region>,
    /// Where passwords are hashed.
    pub gate: Arc<Gate>,
    /// Who is believed about the sender's address.
    pub proxies: Arc<Proxies>,
    /// What the desk has chosen about roles.
    pub rules: Rules,
    /// How many requests each user may send.
    pub throttle: Arc<Throttle>,
    /// This server as passkeys know it; absent where browsers make none for its address.
    pub(super) passkeys: Option<Arc<Passkeys>>,
    /// How long sessions and links last.
    pub settings: Settings,
    /// Mails to the staff.
    pub mails: Mails,
    /// Whom people sign in by, if there is single sign-on.
    pub provider: Option<Arc<Provider>>,
    /// Where it is recorded who saw what; nowhere where that is off.
    reads: Option<Reads>,
    has_users: Arc<AtomicBool>,
}

impl Staff {
    /// The state, with the [`Gate`] of a server.
    pub fn new(db: Db, vault: Vault, clock: Clock, chrome: Chrome, region: Option<Region>) -> Self {
        let gate = Arc::new(Gate::default());
        let (proxies, throttle) = (Arc::default(), Arc::default());
        let (has_users, rules) = (Arc::default(), Rules::default());
        let (settings, mails, passkeys, provider) = (Settings::default(), Mails::default(), None, None);
        Self {
            db,
            vault,
            clock,
            chrome,
            region,
            gate,
            proxies,
            rules,
            throttle,
            settings,
            mails,
            passkeys,
            provider,
            reads: None,
            has_users,
        }
    }

    /// The same behind these proxies.
    #[must_use]
    pub fn behind(self, proxies: Proxies) -> Self {
        Self { proxies: Arc::new(proxies), ..self }
    }

    /// The same with these rules.
    #[must_use]
    pub fn under(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// The same with a limit for each user.
    #[must_use]
    pub fn with_throttle(self, throttle: Throttle) -> Self {
        Self { throttle: Arc::new(throttle), ..self }
    }

    /// The same where people reach it at this address, which passkeys are bound to.
    #[must_use]
    pub fn at(self, public_url: Option<&str>) -> Self {
        let passkeys = public_url.and_then(|url| Passkeys::new(url, &self.chrome.isp_name)).map(Arc::new);
        Self { passkeys, ..self }
    }

    /// The same with these settings, and with mails where they can be sent.
    #[must_use]
    pub fn with(self, settings: Settings, mails: Mails) -> Self {
        Self { settings, mails, ..self }
    }

    /// The same with single sign-on by this provider.
    #[must_use]
    pub fn by(self, provider: Option<Provider>) -> Self {
        Self { provider: provider.map(Arc::new), ..self }
    }

    /// Says where people reach the desk, where no setting does and it is known only once the program listens.
    pub fn reached_at(&self, base: &str) {
        if let Some(provider) = &self.provider {
            provider.set_base(base);
        }
    }

    /// Whether a password lets nobody in, as everybody signs in by the provider.
    pub(super) fn is_closed(&self) -> bool {
        self.provider.as_ref().is_some_and(|provider| !provider.settings.local_login)
    }

    /// The same, which records who saw what is personal. After an erasure it is asked whether a client has an account.
    #[must_use]
    pub fn recording_reads(self, on: bool, has_account: HasAccount) -> Self {
        let reads = on.then(|| Reads::new(self.db.clone(), self.vault.clone(), self.clock.clone(), has_account));
        Self { reads, ..self }
    }

    /// Notes that somebody saw what is personal at an address, by a request that began at `since`, where that is recorded.
    pub fn saw(&self, by: Uuid, path: &str, query: &str, since: i64) {
        if let Some(reads) = &self.reads {
            reads.note(by, path, query, since);
        }
    }

    /// The same with another gate. For tests, which have no time for strong hashes.
    #[must_use]
    pub fn with_gate(self, gate: Gate) -> Self {
        Self { gate: Arc::new(gate), ..self }
    }

    /// The hash of a new password, if there is one.
    pub(super) async fn hash(&self, password: Option<String>) -> Result<Option<String>, Fault> {
        match password {
            None => Ok(None),
            Some(password) => self.gate.hash(password, self.clock.bytes()).await.map(Some),
        }
    }

    /// Whether there is no user yet. Users are never deleted, so the database is asked only until there is one.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn needs_setup(&self) -> Result<bool, Fault> {
        if self.has_users.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let any = self.db.look_up(|tx| store::any_user(tx).map_err(Fault::from)).await?;
        self.has_users.store(any, Ordering::Relaxed);
        Ok(!any)
    }
}

impl std::fmt::Debug for Staff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Staff").field("vault", &self.vault).finish_non_exhaustive()
    }
}
