//! To whom backups are sealed, and who opens them.

use std::{fmt, str::FromStr};

use aws_lc_rs::agreement::{PrivateKey, X25519};
use vault::Zeroizing;

use super::bech32;

/// The public half of an identity, as `age-keygen` prints it: `age1…`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Recipient(pub(super) [u8; 32]);

/// The secret halves, as a file of `age-keygen` has them: a line `AGE-SECRET-KEY-1…` each, and comments.
pub struct Identities(pub(super) Vec<Zeroizing<[u8; 32]>>);

const RECIPIENT: &str = "age";
const IDENTITY: &str = "AGE-SECRET-KEY-";

impl FromStr for Recipient {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let bytes = bech32::decode(RECIPIENT, text).ok_or(())?;
        Ok(Self(<[u8; 32]>::try_from(bytes.as_slice()).map_err(drop)?))
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recipient")
    }
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identities({})", self.0.len())
    }
}

impl FromStr for Identities {
    /// What is wrong and what to do, without any of the text.
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let keys = lines.map(|line| {
            let bytes = bech32::decode(IDENTITY, line).map(Zeroizing::new);
            let key = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
            key.map(Zeroizing::new).ok_or_else(|| {
                "it holds a line that is no AGE-SECRET-KEY-1…: name the file that age-keygen has made".to_owned()
            })
        });
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err("it holds no AGE-SECRET-KEY-1…: name the file that age-keygen has made".to_owned());
        }
        Ok(Self(keys))
    }
}

impl Recipient {
    /// Whom an identity's secret half belongs to.
    pub fn of(secret: &[u8; 32]) -> Option<Self> {
        let key = PrivateKey::from_private_key(&X25519, secret).ok()?;
        Some(Self(<[u8; 32]>::try_from(key.compute_public_key().ok()?.as_ref()).ok()?))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    impl Identities {
        pub(in super::super) fn of(keys: &[[u8; 32]]) -> Self {
            Self(keys.iter().copied().map(Zeroizing::new).collect())
        }
    }

    /// What `age-keygen -y` (1.1.1) makes of [`identity`].
    const PUBLIC: &str = "age1q740705lc9njw42y7np6dgtumqml9mrw0rxc54a3u00m8nqrtfmqg3lme7";

    /// A file of `age-keygen` for a key that is none of anybody's: made here, so that nothing in this folder looks like one.
    pub(in super::super) fn identity() -> String {
        format!("# comment\n{}\n", bech32::encode(super::IDENTITY, &[42; 32]).to_uppercase())
    }

    #[test]
    fn both_halves_are_read_as_age_writes_them() {
        let identities: Identities = identity().parse().unwrap();
        let public = PUBLIC;
        assert_eq!(Recipient::of(&identities.0[0]), Some(public.parse().unwrap()));
        for at in 0..public.len() {
            let mut wrong = public.to_owned().into_bytes();
            wrong[at] = if wrong[at] == b'q' { b'p' } else { b'q' };
            assert!(String::from_utf8(wrong).unwrap().parse::<Recipient>().is_err(), "letter {at}");
        }
        for wrong in ["", "age1", &public[..public.len() - 1], &public.to_uppercase(), IDENTITY] {
            assert!(wrong.parse::<Recipient>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_identity_is_refused_without_being_shown() {
        for text in ["", "# comment\n", "hush", &identity().to_lowercase()] {
            let error = text.parse::<Identities>().unwrap_err();
            assert!(error.contains("age-keygen") && !error.contains("hush"), "{error}");
        }
    }
}
