//! The file format of age, version 1, for X25519 recipients: <https://age-encryption.org/v1>. What is written here opens with
//! any program of that format, and the other way round. The algorithms are of `aws-lc-rs`.
//!
//! Whoever makes backups needs the recipient alone: a machine that is taken over gives away no backup that it has made.

mod bech32;
mod payload;
mod recipient;

use std::io::{BufRead, Read, Write};

use anyhow::{Context, anyhow, bail};
use aws_lc_rs::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey},
    agreement::{self, PrivateKey, UnparsedPublicKey, X25519},
    constant_time,
    hkdf::{HKDF_SHA256, Salt},
    hmac,
};
use data_encoding::BASE64_NOPAD;
use vault::Zeroizing;

pub use self::{
    payload::{Opener, Sealer},
    recipient::{Identities, Recipient},
};
use crate::clock::Clock;

/// How such a file begins.
pub const MAGIC: &str = "age-encryption.org/v1\n";

/// The letters of a line of a stanza's body; a shorter one ends it.
const COLUMNS: usize = 64;
/// More recipients than anybody has; a longer header is none of ours.
const MAX_HEADER: u64 = 64 * 1024;
const FILE_KEY: usize = 16;
const TAG: usize = 16;

/// What a file is sealed with, for each of which every recipient has a copy.
type FileKey = Zeroizing<[u8; FILE_KEY]>;

/// Begins a file that each of the recipients can open: what is written to the answer goes to `out` sealed.
///
/// # Errors
/// When `out` cannot be written to, or a recipient is no point of the curve.
pub fn seal<W: Write>(recipients: &[Recipient], mut out: W, clock: &Clock) -> anyhow::Result<Sealer<W>> {
    let key: FileKey = Zeroizing::new(clock.bytes());
    let mut header = MAGIC.to_owned();
    for recipient in recipients {
        let secret = Zeroizing::new(clock.bytes::<32>());
        let ours = PrivateKey::from_private_key(&X25519, secret.as_slice()).context("no key can be made")?;
        let share = share(&ours)?;
        let wrap = wrapping_key(&ours, &recipient.0, &share, &recipient.0)?;
        let mut body = key.to_vec();
        wrap.seal_in_place_append_tag(zero_nonce(), Aad::empty(), &mut body)
            .map_err(|_| anyhow!("the backup cannot be sealed"))?;
        header.extend(["-> X25519 ", &BASE64_NOPAD.encode(&share), "\n", &BASE64_NOPAD.encode(&body), "\n"]);
    }
    header += "---";
    let mac = hmac::sign(&mac_key(&key)?, header.as_bytes());
    header.extend([" ", &BASE64_NOPAD.encode(mac.as_ref()), "\n"]);
    out.write_all(header.as_bytes())?;
    let nonce: [u8; 16] = clock.bytes();
    out.write_all(&nonce)?;
    Ok(Sealer::new(payload_key(&key, &nonce)?, out))
}

/// Opens a file, after its first line, with whichever of the identities fits: what is read from the answer is in clear.
///
/// # Errors
/// When it is for others, or is not whole.
pub fn open<R: BufRead>(identities: &Identities, mut from: R) -> anyhow::Result<Opener<R>> {
    let Header { text, shares, mac } = Header::read(&mut from)?;
    let mut pairs = identities.0.iter().flat_map(|identity| shares.iter().map(move |share| (identity, share)));
    let key = pairs.find_map(|(identity, share)| file_key(identity, share));
    let key = key.context("it is encrypted to others: none of the identities opens it")?;
    if hmac::verify(&mac_key(&key)?, text.as_bytes(), &mac).is_err() {
        bail!("it is damaged where it says to whom it is encrypted");
    }
    let mut nonce = [0; 16];
    from.read_exact(&mut nonce).context("it is cut short")?;
    Ok(Opener::new(payload_key(&key, &nonce)?, from))
}

/// A recipient's copy of the file key, and what it was sealed with.
struct Share {
    public: [u8; 32],
    body: Vec<u8>,
}

struct Header {
    /// What the MAC is over.
    text: String,
    shares: Vec<Share>,
    mac: Vec<u8>,
}

impl Header {
    fn read(from: &mut impl BufRead) -> anyhow::Result<Self> {
        let (mut text, mut shares) = (MAGIC.to_owned(), Vec::new());
        let mut from = Read::take(from, MAX_HEADER);
        let mut line = next_line(&mut from)?;
        loop {
            if let Some(mac) = line.strip_prefix("--- ") {
                let mac = BASE64_NOPAD.decode(mac.as_bytes()).context("its header is damaged")?;
                text += "---";
                return Ok(Self { text, shares, mac });
            }
            let words = line.strip_prefix("-> ").context("its header is damaged")?.to_owned();
            text.extend([line.as_str(), "\n"]);
            let mut body = String::new();
            loop {
                line = next_line(&mut from)?;
                text.extend([line.as_str(), "\n"]);
                body += &line;
                if line.len() < COLUMNS {
                    break;
                }
            }
            // Others, such as passwords and plugins, are not for us.
            if let Some(public) = words.strip_prefix("X25519 ") {
                let public = BASE64_NOPAD.decode(public.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
                let body = BASE64_NOPAD.decode(body.as_bytes()).ok().filter(|body| body.len() == FILE_KEY + TAG);
                let (public, body) = public.zip(body).context("its header is damaged")?;
                shares.push(Share { public, body });
            }
            line = next_line(&mut from)?;
        }
    }
}

fn next_line(from: &mut impl BufRead) -> anyhow::Result<String> {
    let mut line = String::new();
    from.read_line(&mut line).context("its header is damaged")?;
    line.strip_suffix('\n').map(ToOwned::to_owned).context("it is cut short")
}

/// The file key, if this share was made for this identity.
fn file_key(identity: &Zeroizing<[u8; 32]>, share: &Share) -> Option<FileKey> {
    let own = PrivateKey::from_private_key(&X25519, identity.as_slice()).ok()?;
    let recipient = self::share(&own).ok()?;
    let wrap = wrapping_key(&own, &share.public, &share.public, &recipient).ok()?;
    let mut body = Zeroizing::new(share.body.clone());
    let key = wrap.open_in_place(zero_nonce(), Aad::empty(), &mut body).ok()?;
    Some(Zeroizing::new(<[u8; FILE_KEY]>::try_from(&*key).ok()?))
}

/// The public half of a key.
fn share(key: &PrivateKey) -> anyhow::Result<[u8; 32]> {
    let public = key.compute_public_key().context("no key can be made")?;
    <[u8; 32]>::try_from(public.as_ref()).context("no key can be made")
}

fn wrapping_key(
    ours: &PrivateKey,
    theirs: &[u8; 32],
    share: &[u8; 32],
    recipient: &[u8; 32],
) -> anyhow::Result<LessSafeKey> {
    let salt = [&share[..], &recipient[..]].concat();
    let failed = || anyhow!("a recipient is no key of X25519");
    agreement::agree(ours, UnparsedPublicKey::new(&X25519, theirs), failed(), |secret| {
        // A point of low order would make a secret that everybody knows.
        if constant_time::verify_slices_are_equal(secret, &[0; 32]).is_ok() {
            return Err(failed());
        }
        cipher(&*derived(&salt, secret, b"age-encryption.org/v1/X25519")?)
    })
}

fn derived(salt: &[u8], secret: &[u8], info: &[u8]) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    let failed = |_| anyhow!("no key can be derived");
    let extracted = Salt::new(HKDF_SHA256, salt).extract(secret);
    extracted.expand(&[info], HKDF_SHA256).and_then(|key_of| key_of.fill(key.as_mut_slice())).map_err(failed)?;
    Ok(key)
}

fn mac_key(key: &FileKey) -> anyhow::Result<hmac::Key> {
    Ok(hmac::Key::new(hmac::HMAC_SHA256, derived(&[], key.as_slice(), b"header")?.as_slice()))
}

fn payload_key(key: &FileKey, nonce: &[u8; 16]) -> anyhow::Result<LessSafeKey> {
    cipher(&*derived(nonce, key.as_slice(), b"payload")?)
}

fn cipher(key: &[u8; 32]) -> anyhow::Result<LessSafeKey> {
    let key = UnboundKey::new(&CHACHA20_POLY1305, key).map_err(|_| anyhow!("no key can be made"))?;
    Ok(LessSafeKey::new(key))
}

/// Each of these keys seals one value.
fn zero_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the program `age` 1.1.1 has sealed to the key of `identity` and to another one.
    const SEALED: &[u8] = include_bytes!("age/fixtures/sealed.age");
    const TEXT: &str = "A backup that another program has sealed.\n";

    fn identities(text: &str) -> Identities {
        text.parse().unwrap()
    }

    fn opened(identities: &Identities, bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut plain = Vec::new();
        let rest = bytes.strip_prefix(MAGIC.as_bytes()).context("no such file")?;
        open(identities, rest)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    fn sealed(recipients: &[Recipient], plain: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut sealer = seal(recipients, &mut bytes, &Clock::system()).unwrap();
        sealer.write_all(plain).unwrap();
        sealer.finish().unwrap();
        bytes
    }

    #[test]
    fn what_age_has_sealed_is_opened() {
        assert_eq!(opened(&identities(&recipient::tests::identity()), SEALED).unwrap(), TEXT.as_bytes());
    }

    #[test]
    fn each_recipient_opens_it_and_nobody_else() {
        let keys: Vec<[u8; 32]> = (1..=3).map(|seed| [seed; 32]).collect();
        let recipients: Vec<_> = keys.iter().map(|key| Recipient::of(key).unwrap()).collect();
        let bytes = sealed(&recipients[..2], b"hush");
        for (key, opens) in keys.iter().zip([true, true, false]) {
            let plain = opened(&Identities::of(&[*key]), &bytes);
            assert_eq!(plain.is_ok_and(|plain| plain == b"hush"), opens);
        }
        assert_eq!(opened(&Identities::of(&[keys[2], keys[1]]), &bytes).unwrap(), b"hush");
    }

    #[test]
    fn any_length_comes_back_and_no_other_byte_does() {
        let key = [7; 32];
        let (recipient, identities) = (Recipient::of(&key).unwrap(), Identities::of(&[key]));
        for length in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
            let plain: Vec<u8> = (0..length).map(|at: usize| u8::try_from(at % 251).unwrap()).collect();
            let bytes = sealed(std::slice::from_ref(&recipient), &plain);
            assert!(opened(&identities, &bytes).unwrap() == plain, "{length}");
            for cut in [1, 16, 17, 65_552] {
                let end = bytes.len().saturating_sub(cut);
                assert!(opened(&identities, &bytes[..end]).is_err(), "{length} cut by {cut}");
            }
            assert!(opened(&identities, &[&bytes[..], b"x"].concat()).is_err(), "{length} with more behind");
        }
        let bytes = sealed(&[recipient], b"hush");
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(opened(&identities, &damaged).is_err(), "byte {at}");
        }
    }
}
