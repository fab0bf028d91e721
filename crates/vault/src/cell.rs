//! One encrypted field: its place, its bytes, and the AEAD calls.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use secrecy::ExposeSecret;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::derive::{LABEL, Secret, pack, subkey};
use crate::ring::KeyId;

const VERSION: u8 = 1;
const NONCE_AT: usize = 1 + 4;
const TEXT_AT: usize = NONCE_AT + NONCE_LEN;
const TAG_LEN: usize = 16;

/// The place a sealed value belongs to. It is authenticated, not stored: a value copied to
/// another row, column or table does not open.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// Table name.
    pub table: &'static str,
    /// Column name.
    pub column: &'static str,
    /// The row's key as bytes; it has to be known before the row is inserted.
    pub row: &'a [u8],
}

/// Why a sealed value was not opened. No variant carries any of its content.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum OpenError {
    /// Shorter than the shortest sealed value, 33 bytes.
    #[error("the sealed value is cut short ({0} bytes): restore the row from a backup")]
    Truncated(usize),
    /// Written in a format this build does not know.
    #[error("the sealed value has format {0}, and this build knows format 1: use a newer build")]
    UnknownFormat(u8),
    /// The key ring has no such key.
    #[error(
        "the value was sealed with key {0}, which is not in the key file: \
             put the newest copy of the key file in place"
    )]
    UnknownKey(KeyId),
    /// Authentication failed. Which of the causes it was cannot be told.
    #[error(
        "the sealed value was changed, belongs to another row or column, \
             or was sealed by another key file"
    )]
    Refused,
    /// Opened, but not UTF-8: sealed as bytes, asked for as text.
    #[error("the opened value is not text: it was sealed as bytes")]
    NotText,
}

/// The AEAD key of one column under one data key.
pub(crate) fn cell_key(data_key: &Secret, table: &str, column: &str) -> LessSafeKey {
    let key = subkey(data_key, &[b"cell", table.as_bytes(), column.as_bytes()]);
    aead_key(&key)
}

fn aead_key(key: &Secret) -> LessSafeKey {
    let unbound = UnboundKey::new(&AES_256_GCM_SIV, key.expose_secret());
    LessSafeKey::new(unbound.expect("AES-256 takes 32 bytes"))
}

fn associated_data(cell: &Cell<'_>, id: KeyId) -> Vec<u8> {
    pack(&[LABEL, &[VERSION], &id.get().to_be_bytes(), cell.table.as_bytes(), cell.column.as_bytes(), cell.row])
}

/// `version | key id | nonce | ciphertext | tag`: 1 + 4 + 12 + length + 16 bytes.
pub(crate) fn seal(key: &LessSafeKey, id: KeyId, nonce: [u8; NONCE_LEN], cell: &Cell<'_>, plain: &[u8]) -> Vec<u8> {
    // Full capacity from the start: growing would leave plain text in freed memory.
    let mut sealed = Vec::with_capacity(TEXT_AT + plain.len() + TAG_LEN);
    sealed.push(VERSION);
    sealed.extend_from_slice(&id.get().to_be_bytes());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plain);
    let tag = encrypt(key, nonce, &associated_data(cell, id), &mut sealed[TEXT_AT..]);
    sealed.extend_from_slice(&tag);
    sealed
}

fn encrypt(key: &LessSafeKey, nonce: [u8; NONCE_LEN], aad: &[u8], text: &mut [u8]) -> [u8; TAG_LEN] {
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), text).expect("AES-GCM-SIV takes up to 64 GiB");
    tag.as_ref().try_into().expect("the tag is 16 bytes long")
}

/// The key id in a sealed value's head; `None` when it has no whole head of format 1.
pub(crate) fn key_of(sealed: &[u8]) -> Option<KeyId> {
    let (version, rest) = sealed.split_first()?;
    let id = rest.first_chunk()?;
    (*version == VERSION).then(|| KeyId::new(u32::from_be_bytes(*id)))
}

/// Undoes [`seal`], with the key that `find` gives for the id in the head.
pub(crate) fn open(
    find: impl FnOnce(KeyId) -> Option<Arc<LessSafeKey>>,
    cell: &Cell<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let truncated = OpenError::Truncated(sealed.len());
    let version = *sealed.first().ok_or(truncated)?;
    let id = key_of(sealed);
    if version != VERSION {
        return Err(OpenError::UnknownFormat(version));
    }
    let (id, (head, text)) = id.zip(sealed.split_at_checked(TEXT_AT)).ok_or(truncated)?;
    if text.len() < TAG_LEN {
        return Err(truncated);
    }
    let key = find(id).ok_or(OpenError::UnknownKey(id))?;
    let nonce = Nonce::try_assume_unique_for_key(&head[NONCE_AT..]).map_err(|_| truncated)?;
    let mut plain = Zeroizing::new(text.to_vec());
    key.open_in_place(nonce, Aad::from(associated_data(cell, id)), &mut plain).map_err(|_| OpenError::Refused)?;
    plain.truncate(text.len() - TAG_LEN);
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    /// RFC 8452 appendix C.2 (AES-256): plaintext, associated data, result.
    #[test]
    fn encrypt_gives_the_known_answers_of_rfc_8452() {
        let key = aead_key(&Secret::init_with_mut(|key| key[0] = 1));
        let mut nonce = [0; NONCE_LEN];
        nonce[0] = 3;
        for (plain, aad, result) in [
            ("", "", "07f5f4169bbf55a8400cd47ea6fd400f"),
            ("0100000000000000", "", "c2ef328e5c71c83b843122130f7364b761e0b97427e3df28"),
            ("0200000000000000", "01", "1de22967237a813291213f267e3b452f02d01ae33e4ec854"),
        ] {
            let mut text = HEXLOWER.decode(plain.as_bytes()).unwrap();
            let aad = HEXLOWER.decode(aad.as_bytes()).unwrap();
            let tag = encrypt(&key, nonce, &aad, &mut text);
            assert_eq!(HEXLOWER.encode(&[&text[..], &tag].concat()), result);
        }
    }

    /// The whole format, checked against an implementation in another language: data key
    /// 32 × 0x11, key id 7, nonce 12 × 0x22, HKDF and AES-GCM-SIV from Python's `cryptography`.
    #[test]
    fn a_cell_gives_the_known_answer() {
        let data_key = Secret::init_with_mut(|key| key.fill(0x11));
        let key = cell_key(&data_key, "clients", "phone");
        let cell = Cell { table: "clients", column: "phone", row: b"row-1" };
        let sealed = seal(&key, KeyId::new(7), [0x22; NONCE_LEN], &cell, b"+919812345678");
        assert_eq!(
            HEXLOWER.encode(&sealed),
            "01000000072222222222222222222222227ef7d85ef1872eb763ea716de0ebf7c17a13005510c2f0a1f050efd573"
        );
    }
}
