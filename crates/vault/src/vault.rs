//! The one handle the application holds.

use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use aws_lc_rs::aead::{LessSafeKey, NONCE_LEN};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::cell::{self, Cell, OpenError};
use crate::derive::{Cache, Secret, expand, subkey};
use crate::key_file::{self, KeyFileError};
use crate::ring::{self, KeyId, Ring};

/// What a token or MAC is for. Each purpose has its own key, so that equal texts under two
/// purposes give unrelated tokens. Name it after its use, for example `clients.phone`, and never
/// rename it: the stored tokens would be found no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Purpose(&'static str);

impl Purpose {
    /// The purpose with this name.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }
}

/// Encrypts fields and makes look-up tokens with the keys of one key file.
///
/// Cheap to clone: all clones share the keys, and a key activated through one is used by all.
/// Debug output shows key ids only.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    ring: RwLock<Ring>,
    cell_keys: Cache<(KeyId, &'static str, &'static str), LessSafeKey>,
    index_keys: Cache<(Kind, Purpose), Hmac<Sha256>>,
}

/// Keeps the uses of the index root apart, whatever name a purpose has.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Token,
    Mac,
    Fingerprint,
}

impl Kind {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Token => b"token",
            Self::Mac => b"mac",
            Self::Fingerprint => b"fingerprint",
        }
    }
}

impl Vault {
    /// Opens the key file at `path`.
    ///
    /// # Errors
    /// When it is missing, no plain file, open to group or others (any of the bits 0077),
    /// damaged, malformed, or of an unknown version.
    pub fn open(path: &Path) -> Result<Self, KeyFileError> {
        key_file::read(path).map(Self::new)
    }

    /// Creates the key file with fresh random keys (`O_CREAT | O_EXCL`, mode 0600, file and
    /// directory synced) and opens it.
    ///
    /// # Errors
    /// When anything is at `path` already, or the file cannot be written. Nothing is left then.
    ///
    /// # Panics
    /// When the system's random source fails.
    pub fn create(path: &Path) -> Result<Self, KeyFileError> {
        let ring = Ring::random();
        key_file::create(path, &ring)?;
        Ok(Self::new(ring))
    }

    /// What a start needs: opens the key file, and creates it only if there is no data yet.
    ///
    /// `recorded` is the [fingerprint](Self::fingerprint) kept beside the data, `None` for an
    /// empty database. Record the fingerprint before the first cell is written.
    ///
    /// # Errors
    /// Those of [`open`](Self::open) and [`create`](Self::create); `Missing` when there is data
    /// and no file; `WrongKeys` when the fingerprint is another one.
    pub fn open_or_create(path: &Path, recorded: Option<&[u8]>) -> Result<Self, KeyFileError> {
        let vault = match Self::open(path) {
            Err(KeyFileError::Missing { .. }) if recorded.is_none() => match Self::create(path) {
                // Of two first starts at once the other one was quicker.
                Err(KeyFileError::Exists { .. }) => Self::open(path)?,
                created => created?,
            },
            opened => opened?,
        };
        if recorded.is_some_and(|recorded| recorded != vault.fingerprint()) {
            return Err(KeyFileError::WrongKeys { path: path.into() });
        }
        Ok(vault)
    }

    /// Fixed keys, the same for the same seed. For tests and benchmarks only: anybody can make
    /// these keys.
    pub fn for_tests(seed: u8) -> Self {
        let root = Secret::init_with_mut(|key| key.fill(seed));
        let active = KeyId::new(1);
        let keys = [(active, expand(&root, b"data"))].into();
        Self::new(Ring { index: expand(&root, b"index"), keys, active })
    }

    fn new(ring: Ring) -> Self {
        Self(Arc::new(Inner { ring: RwLock::new(ring), cell_keys: Cache::new(), index_keys: Cache::new() }))
    }

    fn ring(&self) -> RwLockReadGuard<'_, Ring> {
        self.0.ring.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Encrypts `plain` for its place with the active key: AES-256-GCM-SIV (RFC 8452) with a
    /// random nonce. The result is 33 bytes longer: `version | key id | nonce | ciphertext | tag`.
    ///
    /// # Panics
    /// When the system's random source fails, or `plain` is over 64 GiB.
    pub fn seal(&self, cell: &Cell<'_>, plain: &[u8]) -> Vec<u8> {
        if cfg!(vault_plain) {
            return plain.to_vec();
        }
        loop {
            let id = self.active_key();
            // None where a later ring without that key came in between: its own active key is another one.
            if let Some(key) = self.cell_key(id, cell) {
                return cell::seal(&key, id, nonce(), cell, plain);
            }
        }
    }

    /// Decrypts what was sealed for this place, with whichever key of the ring it names.
    ///
    /// # Errors
    /// See [`OpenError`]; any bytes may be given.
    pub fn open_cell(&self, cell: &Cell<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        if cfg!(vault_plain) {
            return Ok(Zeroizing::new(sealed.to_vec()));
        }
        cell::open(|id| self.cell_key(id, cell), cell, sealed)
    }

    /// [`seal`](Self::seal) for text.
    ///
    /// # Panics
    /// As `seal` does.
    pub fn seal_text(&self, cell: &Cell<'_>, text: &str) -> Vec<u8> {
        self.seal(cell, text.as_bytes())
    }

    /// [`open_cell`](Self::open_cell) for text. The result is an ordinary string: it is not
    /// wiped on drop.
    ///
    /// # Errors
    /// Those of `open_cell`; `NotText` when the value is not UTF-8.
    pub fn open_text(&self, cell: &Cell<'_>, sealed: &[u8]) -> Result<String, OpenError> {
        let plain = self.open_cell(cell, sealed)?;
        std::str::from_utf8(&plain).map(str::to_owned).map_err(|_| OpenError::NotText)
    }

    fn cell_key(&self, id: KeyId, cell: &Cell<'_>) -> Option<Arc<LessSafeKey>> {
        self.0.cell_keys.get_or_make((id, cell.table, cell.column), || {
            let ring = self.ring();
            let data_key = ring.keys.get(&id)?;
            Some(cell::cell_key(data_key, cell.table, cell.column))
        })
    }

    /// The key that [`seal`](Self::seal) uses now.
    pub fn active_key(&self) -> KeyId {
        self.ring().active
    }

    /// Whether the ring has this key: ask it at start for the newest id in the data.
    pub fn has_key(&self, id: KeyId) -> bool {
        self.ring().keys.contains_key(&id)
    }

    /// The key a sealed value names, unverified, to find what is still under a retired key;
    /// `None` when it is no sealed value.
    pub fn key_of(sealed: &[u8]) -> Option<KeyId> {
        cell::key_of(sealed)
    }

    /// A 64-bit keyed token for an index column: equal texts give equal tokens, and nothing else
    /// can be told without the key. Bring the text to its normal form first. Different texts may
    /// share a token (rarely: half a chance among 5 billion texts), so compare what was found
    /// with what was asked after decryption. HMAC-SHA-256 (RFC 2104), first 8 bytes, big endian.
    pub fn token(&self, purpose: Purpose, text: &str) -> i64 {
        if cfg!(vault_plain) {
            return plain_token(purpose, text);
        }
        token_under(self.index_key(Kind::Token, purpose), text)
    }

    /// [`token`](Self::token) of each of `texts`, for which the key is looked up once.
    pub fn tokens<'t>(&self, purpose: Purpose, texts: impl Iterator<Item = &'t str>) -> impl Iterator<Item = i64> {
        let key = self.index_key(Kind::Token, purpose);
        texts.map(
            move |text| if cfg!(vault_plain) { plain_token(purpose, text) } else { token_under(key.clone(), text) },
        )
    }

    /// A full HMAC-SHA-256 over `parts`, each behind its length: `["ab", "c"]` and `["a", "bc"]`
    /// differ. For secrets handed out in addresses, set-up codes and the like; check one that
    /// comes back with [`verify_mac`](Self::verify_mac).
    pub fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        self.mac_of(purpose, parts).finalize().into_bytes().into()
    }

    /// Whether `given` is the MAC of `parts`, in a time that does not depend on where it differs.
    pub fn verify_mac(&self, purpose: Purpose, parts: &[&[u8]], given: &[u8]) -> bool {
        self.mac_of(purpose, parts).verify_slice(given).is_ok()
    }

    fn mac_of(&self, purpose: Purpose, parts: &[&[u8]]) -> Hmac<Sha256> {
        parts.iter().fold(self.index_key(Kind::Mac, purpose), |mac, part| {
            mac.chain_update((part.len() as u64).to_be_bytes()).chain_update(part)
        })
    }

    fn index_key(&self, kind: Kind, purpose: Purpose) -> Hmac<Sha256> {
        let make = || {
            let key = subkey(&self.ring().index, &[kind.label(), purpose.0.as_bytes()]);
            Hmac::new_from_slice(key.expose_secret()).ok()
        };
        let key = self.0.index_keys.get_or_make((kind, purpose), make);
        Hmac::clone(&key.expect("HMAC takes keys of any length"))
    }

    /// A value to keep beside the data, so that a wrong key file is noticed at start. It tells
    /// nothing about the keys and stays the same when keys are added.
    pub fn fingerprint(&self) -> [u8; 16] {
        let mac = self.index_key(Kind::Fingerprint, Purpose("")).finalize().into_bytes();
        let mut first = [0; 16];
        first.copy_from_slice(&mac[..16]);
        first
    }

    /// The ring of a text as a key file holds it, which comes from elsewhere: `name` stands for it in errors.
    ///
    /// # Errors
    /// Those of [`open`](Self::open) that are about what a file holds.
    pub fn from_text(text: &[u8], name: &str) -> Result<Self, KeyFileError> {
        key_file::parse(text, name).map(Self::new)
    }

    /// The newest key. It seals once it is [activated](Self::activate_key).
    pub fn newest_key(&self) -> KeyId {
        self.ring().newest()
    }

    /// All keys, the oldest first.
    pub fn keys(&self) -> Vec<KeyId> {
        self.ring().keys.keys().copied().collect()
    }

    /// Adds a random data key to the file at `path`, unless one waits there already. It seals nothing
    /// until it is [activated](Self::activate_key), so that everybody can take it up before. The file is
    /// replaced in one step (temporary file, sync, rename, sync of the directory), keeping owner and
    /// mode. Copy the new file away before the key is activated: older copies lack it.
    ///
    /// # Errors
    /// Those of [`open`](Self::open); `WrongKeys` when the file is no later state of this vault's ring.
    /// The vault is unchanged then. When the last sync fails the new key is in the file and may
    /// not survive a power cut, so it is not used.
    ///
    /// # Panics
    /// When the system's random source fails.
    pub fn stage_key(&self, path: &Path) -> Result<KeyId, KeyFileError> {
        let (ring, added) = key_file::stage(path, &self.ring())?;
        self.take_up(ring);
        Ok(added)
    }

    /// Has the newest key of the file at `path` seal from now on. Old keys stay, retired: they open, and
    /// seal no more.
    ///
    /// # Errors
    /// As [`stage_key`](Self::stage_key).
    pub fn activate_key(&self, path: &Path) -> Result<KeyId, KeyFileError> {
        let (ring, active) = key_file::change(path, &self.ring(), |ring| Ok(ring.activate()))?;
        self.take_up(ring);
        Ok(active)
    }

    /// Takes a retired key out of the file at `path`. What it sealed opens no more.
    ///
    /// # Errors
    /// As [`stage_key`](Self::stage_key); `InUse` unless it is retired.
    pub fn forget_key(&self, path: &Path, id: KeyId) -> Result<(), KeyFileError> {
        let in_use = || KeyFileError::InUse { path: path.into(), id };
        let forget = |ring: &mut Ring| if ring.forget(id) { Ok(()) } else { Err(in_use()) };
        let (ring, ()) = key_file::change(path, &self.ring(), forget)?;
        self.take_up(ring);
        Ok(())
    }

    /// Takes up what another process has changed in the file at `path`.
    ///
    /// # Errors
    /// As [`stage_key`](Self::stage_key).
    pub fn reload(&self, path: &Path) -> Result<(), KeyFileError> {
        let ring = key_file::read_following(path, &self.ring())?;
        self.take_up(ring);
        Ok(())
    }

    /// [`reload`](Self::reload) for a ring that comes from elsewhere than a file.
    ///
    /// # Errors
    /// Those of [`from_text`](Self::from_text); `WrongKeys` when it is no later state of this vault's ring.
    pub fn reload_text(&self, text: &[u8], name: &str) -> Result<(), KeyFileError> {
        let ring = key_file::parse(text, name)?;
        if !ring.follows(&self.ring()) {
            return Err(KeyFileError::WrongKeys { path: name.into() });
        }
        self.take_up(ring);
        Ok(())
    }

    /// The ring's text with its next step done, for whoever keeps it elsewhere than in a file: a key added
    /// that waits, or the one that waits activated.
    ///
    /// # Panics
    /// When the system's random source fails.
    pub fn next_text(&self) -> Option<Zeroizing<String>> {
        let text = self.ring().to_text();
        let mut next = Ring::from_text(text.as_bytes()).ok()?;
        if next.newest() > next.active {
            next.activate();
        } else {
            next.stage()?;
        }
        Some(next.to_text())
    }

    fn take_up(&self, ring: Ring) {
        let mut held = self.0.ring.write().unwrap_or_else(PoisonError::into_inner);
        // Two threads may come here in either order; the later state must win.
        if ring.follows(&held) {
            *held = ring;
        }
        let kept: Vec<KeyId> = held.keys.keys().copied().collect();
        // Not under both locks at once: whoever derives a key takes them in the other order.
        drop(held);
        self.0.cell_keys.retain(|(id, _, _)| kept.contains(id));
    }
}

fn token_under(key: Hmac<Sha256>, text: &str) -> i64 {
    let mac = key.chain_update(text).finalize().into_bytes();
    let mut first = [0; 8];
    first.copy_from_slice(&mac[..8]);
    i64::from_be_bytes(first)
}

/// In place of a token where nothing is sealed.
fn plain_token(purpose: Purpose, text: &str) -> i64 {
    let mut hasher = std::hash::DefaultHasher::new();
    std::hash::Hash::hash(&(purpose, text), &mut hasher);
    std::hash::Hasher::finish(&hasher).cast_signed()
}

/// How many nonces are drawn at once: to ask the system costs more than a seal, and hardly more for many than for one.
const DRAWN: usize = 64;

thread_local! {
    static NONCES: RefCell<Vec<[u8; NONCE_LEN]>> = const { RefCell::new(Vec::new()) };
}

/// A random nonce. Nonces are stored in clear, so that nothing is lost by having some ready.
fn nonce() -> [u8; NONCE_LEN] {
    NONCES.with_borrow_mut(|ready| {
        ready.pop().unwrap_or_else(|| {
            let mut drawn = [[0; NONCE_LEN]; DRAWN];
            ring::fill_random(drawn.as_flattened_mut());
            ready.extend_from_slice(&drawn[1..]);
            drawn[0]
        })
    })
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ring = self.ring();
        f.debug_struct("Vault")
            .field("active", &ring.active.get())
            .field("keys", &ring.keys.keys().map(|id| id.get()).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    const PHONE: Cell<'_> = Cell { table: "clients", column: "phone", row: b"row-1" };

    /// Expected values from HKDF, HMAC and AES-GCM-SIV of Python's `hmac` and `cryptography`.
    /// A change here is a change of the format: stored data would be lost.
    #[test]
    fn stored_values_keep_their_meaning() {
        let vault = Vault::for_tests(7);
        let purpose = Purpose::new("clients.phone");
        assert_eq!(vault.token(purpose, "+919812345678"), 4_745_418_129_688_881_487);
        assert_eq!(
            HEXLOWER.encode(&vault.mac(Purpose::new("setup"), &[b"ab", b"c"])),
            "c3eeaa058ff0190a7839135aa2ed30f0299e5112a25c3c9ab50d1caa8e91cb49"
        );
        assert_eq!(HEXLOWER.encode(&vault.fingerprint()), "79addde7c7796a70de0500b5fe74f58e");
        let sealed = "01000000012222222222222222222222224d106c168afcf5f2148e5ff7f58ef4fc\
                      c1c925d2203eca16ef99389e09";
        let sealed = HEXLOWER.decode(sealed.as_bytes()).unwrap();
        assert_eq!(vault.open_text(&PHONE, &sealed).unwrap(), "+919812345678");
    }

    #[test]
    fn tokens_are_those_of_one_at_a_time() {
        let (vault, purpose) = (Vault::for_tests(7), Purpose::new("p"));
        let texts = ["", "a", "+919812345678"];
        let each: Vec<i64> = texts.iter().map(|text| vault.token(purpose, text)).collect();
        assert_eq!(vault.tokens(purpose, texts.into_iter()).collect::<Vec<_>>(), each);
    }

    #[test]
    fn no_nonce_comes_twice() {
        let here = || (0..3 * DRAWN).map(|_| nonce()).collect::<Vec<_>>();
        let there = std::thread::spawn(here);
        let mut all = here();
        all.append(&mut there.join().unwrap());
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }

    #[test]
    fn debug_holds_no_key() {
        let vault = Vault::for_tests(9);
        let sealed = vault.seal(&PHONE, b"x");
        vault.open_cell(&PHONE, &sealed).unwrap();
        vault.token(Purpose::new("p"), "x");
        let ring = vault.ring();
        let shown = format!("{vault:?} {:?} {:#?}", ring.index, ring.keys);
        for key in ring.keys.values().chain([&ring.index]) {
            let key = key.expose_secret();
            let decimal = format!("{key:?}");
            for form in [
                HEXLOWER.encode(key),
                data_encoding::HEXUPPER.encode(key),
                data_encoding::BASE64_NOPAD.encode(key),
                decimal.trim_matches(['[', ']']).to_owned(),
            ] {
                // A quarter of a key is too much already.
                assert!(!shown.contains(&form[..form.len() / 4]), "{shown}");
            }
        }
        assert_eq!(format!("{vault:?}"), "Vault { active: 1, keys: [1], .. }");
    }

    /// Two rotations in two threads: the older ring may come in last.
    #[test]
    fn an_older_ring_is_not_taken_up() {
        let again = |ring: &Ring| Ring::from_text(ring.to_text().as_bytes()).ok().unwrap();
        let older = Ring::random();
        let mut newer = again(&older);
        newer.stage().unwrap();
        let added = newer.activate();
        let vault = Vault::new(again(&older));
        vault.take_up(newer);
        vault.take_up(older);
        assert_eq!(vault.active_key(), added);
    }
}
