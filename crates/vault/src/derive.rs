//! Subkeys: everything the vault does is done under a key made for that one use.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;

/// 256 bits of key: on the heap so that a move leaves no copy, wiped on drop, absent from Debug.
pub(crate) type Secret = SecretBox<[u8; 32]>;

/// First part of every `info` and of all associated data. A change of meaning takes a new label.
pub(crate) const LABEL: &[u8] = b"redress/vault/v1";

/// Each part behind its length (8 bytes, big endian), so that no two lists pack alike.
pub(crate) fn pack(parts: &[&[u8]]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(parts.iter().map(|part| 8 + part.len()).sum());
    for part in parts {
        packed.extend_from_slice(&(part.len() as u64).to_be_bytes());
        packed.extend_from_slice(part);
    }
    packed
}

/// HKDF-Expand (RFC 5869, SHA-256). The extract step is left out, as its section 3.3 allows:
/// our roots are uniformly random, and the step would leave a key on the stack.
pub(crate) fn expand(root: &Secret, info: &[u8]) -> Secret {
    let hkdf = Hkdf::<Sha256>::from_prk(root.expose_secret()).expect("a root is 32 bytes long");
    SecretBox::init_with_mut(|key: &mut [u8; 32]| {
        hkdf.expand(info, key).expect("32 bytes are one block");
    })
}

/// The subkey of `root` for one use, named by `parts`.
pub(crate) fn subkey(root: &Secret, parts: &[&[u8]]) -> Secret {
    let named = [&[LABEL], parts].concat();
    expand(root, &pack(&named))
}

/// Derived keys by use. Bounded, because uses are named by `&'static str` and known key ids.
pub(crate) struct Cache<K, V>(RwLock<HashMap<K, Arc<V>>>);

impl<K: Eq + Hash, V> Cache<K, V> {
    pub(crate) fn new() -> Self {
        Self(RwLock::new(HashMap::new()))
    }

    /// The value for `key`, made at its first use; `None` (not kept) when `make` has none.
    pub(crate) fn get_or_make(&self, key: K, make: impl FnOnce() -> Option<V>) -> Option<Arc<V>> {
        // A poisoned lock is taken as it is: the map is changed by a single insert.
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = known.get(&key) {
            return Some(Arc::clone(value));
        }
        drop(known);
        // Made while nobody else may change the map: what is made of a key that is being forgotten would else come in after
        // `retain` has been through.
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match known.entry(key) {
            Entry::Occupied(there) => Some(Arc::clone(there.get())),
            Entry::Vacant(place) => Some(Arc::clone(place.insert(Arc::new(make()?)))),
        }
    }

    /// Forgets the values of all other keys.
    pub(crate) fn retain(&self, stays: impl Fn(&K) -> bool) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|key, _| stays(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;
    use hmac::{Hmac, KeyInit, Mac};
    use zeroize::ZeroizeOnDrop;

    /// RFC 5869 appendix A.1, from its PRK; 32 of its 42 bytes.
    #[test]
    fn expand_gives_the_known_answer_of_rfc_5869() {
        let prk = HEXLOWER.decode(b"077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5").unwrap();
        let root = Secret::init_with_mut(|key| key.copy_from_slice(&prk));
        let info = HEXLOWER.decode(b"f0f1f2f3f4f5f6f7f8f9").unwrap();
        assert_eq!(
            HEXLOWER.encode(expand(&root, &info).expose_secret()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
        );
    }

    /// RFC 4231 section 4.3.
    #[test]
    fn hmac_gives_the_known_answer_of_rfc_4231() {
        let mac =
            Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap().chain_update(b"what do ya want for nothing?").finalize();
        assert_eq!(
            HEXLOWER.encode(&mac.into_bytes()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn packing_keeps_borders() {
        assert_ne!(pack(&[b"ab", b"c"]), pack(&[b"a", b"bc"]));
        assert_ne!(pack(&[b"a", b""]), pack(&[b"a"]));
        assert_eq!(pack(&[b"ab"]), b"\0\0\0\0\0\0\0\x02ab");
    }

    /// Fails to build when a dependency loses its `zeroize` feature.
    #[test]
    fn what_holds_keys_wipes_them() {
        fn wiped<T: ZeroizeOnDrop>() {}
        wiped::<Secret>();
        // `Hmac` is made of these states only, and does not carry the marker itself.
        wiped::<Sha256>();
    }
}
