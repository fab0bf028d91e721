//! Passwords: what is a good one (NIST SP 800-63B), and their hashes (argon2id, RFC 9106).

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::{fault::Fault, words::Text};

const SHORTEST: usize = 8;
const LONGEST: usize = 256;
/// The commonest passwords that are long enough, in small letters, one a line, sorted: what is tried first.
const COMMON: &str = include_str!("vendor/common-passwords");

/// Memory in KiB, passes, lanes: the OWASP minimum for argon2id.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes at a time. Each holds [`MEMORY`] and a core.
const PERMITS: usize = 2;
/// How many may wait for their turn besides: some five seconds of work. More would wait for answers that come too late.
const WAITING: usize = 100;
/// Seconds until it is worth trying again.
const LATER: u64 = 5;

/// Checks a new password, in NFC, of the user with this name and address.
///
/// # Errors
/// A fault's code and message.
pub fn check_password(password: &str, email: &str, name: &str) -> Result<(), (&'static str, Text)> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(("too_short", Text::new("staff-password-short").arg("count", SHORTEST)));
    }
    if length > LONGEST {
        return Err(("too_long", Text::new("input-too-long").arg("count", LONGEST)));
    }
    let folded = password.trim().to_lowercase();
    if [email, name].iter().any(|known| folded == known.trim().to_lowercase()) {
        return Err(("not_allowed", Text::new("staff-password-known")));
    }
    if is_common(&folded) {
        return Err(("too_common", Text::new("staff-password-common")));
    }
    Ok(())
}

fn is_common(folded: &str) -> bool {
    // Our own name stands on every page.
    folded.starts_with("redress") && folded.chars().skip(7).all(|c| !c.is_alphabetic())
        || COMMON.lines().any(|common| common == folded)
}

/// Hashes and verifies passwords: on threads for blocking work, a few at a time.
#[derive(Debug)]
pub struct Gate {
    permits: Arc<Semaphore>,
    /// Places of those at work and those who wait.
    places: Arc<Semaphore>,
    params: Params,
    /// Of no password: what is verified when there is nothing to verify, so that it takes as long.
    dummy: String,
}

impl Default for Gate {
    fn default() -> Self {
        Self::with_cost(MEMORY, PASSES)
    }
}

impl Gate {
    /// A gate with the cheapest hashes there are. For tests.
    pub fn light() -> Self {
        Self::with_cost(Params::MIN_M_COST, 1)
    }

    fn with_cost(memory: u32, passes: u32) -> Self {
        let params = Params::new(memory, passes, LANES, None).expect("the parameters are within argon2's bounds");
        // 16 bytes of salt and 32 of hash, all zero.
        let dummy = format!("$argon2id$v=19$m={memory},t={passes},p={LANES}${}${}", "A".repeat(22), "A".repeat(43));
        let (permits, places) = (Semaphore::new(PERMITS), Semaphore::new(PERMITS + WAITING));
        Self { permits: Arc::new(permits), places: Arc::new(places), params, dummy }
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// [`Fault::Busy`], or a fault of ours.
    pub async fn hash(&self, password: String, salt: [u8; 16]) -> Result<String, Fault> {
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone());
        self.run(move || hash(&hasher, &password, &salt)).await?
    }

    /// Whether this is the password of the hash. Without a hash it is not, and that takes as long to find out.
    ///
    /// # Errors
    /// [`Fault::Busy`], or a fault of ours.
    pub async fn verify(&self, password: String, phc: Option<String>) -> Result<bool, Fault> {
        let known = phc.is_some();
        let phc = phc.unwrap_or_else(|| self.dummy.clone());
        self.run(move || verify(&password, &phc)).await?.map(|right| right && known)
    }

    /// Whether this hash is of other costs than ours, so that it is to be made anew when its password is at hand.
    pub fn is_dated(&self, phc: &str) -> bool {
        let costs = PasswordHash::new(phc).ok().and_then(|hash| Params::try_from(&hash).ok());
        costs.is_none_or(|costs| {
            (costs.m_cost(), costs.t_cost(), costs.p_cost())
                != (self.params.m_cost(), self.params.t_cost(), self.params.p_cost())
        })
    }

    /// The permit goes with the work: a caller who hangs up does not make room before the work has ended.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Fault::Busy(LATER))?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(anyhow::Error::from)?;
        let work = move || {
            let done = work();
            drop((permit, place));
            done
        };
        Ok(tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)?)
    }
}

fn hash(hasher: &Argon2<'_>, password: &str, salt: &[u8]) -> Result<String, Fault> {
    let hash: Result<PasswordHash, _> = hasher.hash_password_with_salt(password.as_bytes(), salt);
    hash.map(|hash| hash.to_string()).map_err(|error| Fault::Unexpected(anyhow::anyhow!("hashing: {error}")))
}

/// The parameters are those of the hash, so that old hashes stay good when ours change.
fn verify(password: &str, phc: &str) -> Result<bool, Fault> {
    let broken = |error| Fault::Unexpected(anyhow::anyhow!("a stored password hash is broken: {error}"));
    let hash = PasswordHash::new(phc).map_err(|error| broken(error.to_string()))?;
    match Argon2::default().verify_password(password.as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(broken(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_verifies_its_password_and_no_other() {
        let gate = Gate::light();
        let hash = gate.hash("correct horse".to_owned(), [7; 16]).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert!(gate.verify("correct horse".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!gate.verify("correct horsf".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!gate.is_dated(&hash) && Gate::default().is_dated(&hash));
        assert!(Gate::default().verify("correct horse".to_owned(), Some(hash)).await.unwrap(), "old costs stay good");
        assert_ne!(
            gate.hash("x".to_owned(), [1; 16]).await.unwrap(),
            gate.hash("x".to_owned(), [2; 16]).await.unwrap()
        );
    }

    /// A crowd at the door is told to come again: neither memory nor time goes to those whose turn would come too late.
    #[tokio::test]
    async fn more_than_can_wait_are_sent_away_and_room_comes_back() {
        let gate = Gate::light();
        let all = gate.places.clone().acquire_many_owned(u32::try_from(PERMITS + WAITING).unwrap()).await.unwrap();
        let refused = gate.verify("x".to_owned(), None).await.unwrap_err();
        assert!(matches!(refused, Fault::Busy(LATER)), "{refused}");
        assert!(matches!(gate.hash("x".to_owned(), [1; 16]).await.unwrap_err(), Fault::Busy(_)));
        drop(all);
        gate.verify("x".to_owned(), None).await.unwrap();
        assert_eq!(gate.places.available_permits(), PERMITS + WAITING, "a place is given back");
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        let fault =
            |password: &str| check_password(password, "a@isp.example", "Ada Lovelace").err().map(|(code, _)| code);
        for common in ["password", "Password", "12345678", "qwertyuiop", "TRUSTNO1", "redress1", "Redress!2026"] {
            assert_eq!(fault(common), Some("too_common"), "{common}");
        }
        for fine in ["correct horse battery", "redressed wrongs", "mango-kettle"] {
            assert_eq!(fault(fine), None, "{fine}");
        }
        assert_eq!(fault("ada lovelace"), Some("not_allowed"));
        // NIST SP 800-63B and ASVS 6.2.4 ask for at least the 3,000 commonest that the other rules let through.
        assert!(
            COMMON.lines().count() > 3_000
                && COMMON.lines().all(|one| one.len() >= SHORTEST && one == one.to_lowercase())
        );
    }

    /// An account that is not there costs a guesser exactly what one that is there costs.
    #[tokio::test]
    async fn without_a_hash_the_same_work_is_done_and_nothing_is_right() {
        for gate in [Gate::default(), Gate::light()] {
            let dummy = PasswordHash::new(&gate.dummy).unwrap();
            assert_eq!(Params::try_from(&dummy).unwrap().m_cost(), gate.params.m_cost());
            assert_eq!(Params::try_from(&dummy).unwrap().t_cost(), gate.params.t_cost());
            assert_eq!(dummy.hash.unwrap().len(), 32);
        }
        let gate = Gate::light();
        assert!(!gate.verify(String::new(), None).await.unwrap());
        assert_eq!((Gate::default().params.m_cost(), Gate::default().params.t_cost()), (19 * 1024, 2));
    }

    #[test]
    fn a_password_is_judged_by_length_and_by_what_is_known() {
        let code =
            |password: &str| check_password(password, "Mei@isp.example", "Mei-Ling Chow").err().map(|fault| fault.0);
        assert_eq!(code("kxqzvwp"), Some("too_short"));
        assert_eq!(code("kxqzvwpj"), None);
        assert_eq!(code(&"é".repeat(256)), None);
        assert_eq!(code(&"é".repeat(257)), Some("too_long"));
        assert_eq!(code("mei-ling CHOW "), Some("not_allowed"));
        assert_eq!(code("mEI@isp.example"), Some("not_allowed"));
    }
}
