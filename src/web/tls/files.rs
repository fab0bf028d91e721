//! Certificate and key as they lie on the disk.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail, ensure};
use rustls::{
    Error, InconsistentKeys,
    client::verify_server_name,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    server::ParsedCertificate,
    sign::CertifiedKey,
};
use vault::Zeroizing;

use super::validity::Validity;
use crate::clock::instant;

/// Where certificate and key are, in PEM (RFC 7468).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The server's certificate first, then those that lead to the authority.
    pub cert: PathBuf,
    /// The private key of the first: PKCS #8, PKCS #1 or SEC 1, without a passphrase.
    pub key: PathBuf,
}

const DAY: i64 = 24 * 60 * 60 * 1000;
/// Renewals are due long before: whoever renews a month ahead has missed it by now.
const SOON: i64 = 14 * DAY;

/// Something that is another whenever either file has changed.
pub type Stamp = [(u64, i64, i64, u64); 2];

/// What the files hold, checked.
pub struct Loaded {
    /// For handshakes.
    pub certified: Arc<CertifiedKey>,
    /// From when it is good, in milliseconds.
    pub from: i64,
    /// Until when, in milliseconds.
    pub until: i64,
}

impl Loaded {
    /// Whether it ends so soon that its renewal must have failed.
    pub fn ends_soon(&self, now: i64) -> bool {
        // Those for a few days are renewed later.
        self.until - now <= SOON.min((self.until - self.from) / 4)
    }

    /// Whether it is good for a host, a name or an address.
    pub fn is_for(&self, host: &str) -> bool {
        let parsed = self.certified.end_entity_cert().and_then(ParsedCertificate::try_from);
        let name = ServerName::try_from(host.trim_matches(['[', ']']));
        parsed.ok().zip(name.ok()).is_some_and(|(parsed, name)| verify_server_name(&parsed, &name).is_ok())
    }
}

impl Files {
    /// Unknown while one of them is not there.
    pub fn stamp(&self) -> Option<Stamp> {
        let one = |path| {
            let meta = fs::metadata(path).ok()?;
            Some((meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.len()))
        };
        Some([one(&self.cert)?, one(&self.key)?])
    }

    /// Reads both and holds them against each other and the time `now`, in milliseconds.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do.
    pub fn load(&self, provider: &CryptoProvider, now: i64) -> anyhow::Result<Loaded> {
        let chain = chain(&self.cert)?;
        let cert = self.cert.display();
        let validity = Validity::of(&chain[0])
            .with_context(|| format!("tls.cert: the first certificate of {cert} cannot be read; get it anew"))?;
        ensure!(
            now < validity.until,
            "tls.cert: {cert} has expired at {}; renew it, see docs/operations/tls.md",
            instant(validity.until)
        );
        ensure!(
            now >= validity.from,
            "tls.cert: {cert} begins at {} only; set this machine's clock, or use the certificate of before",
            instant(validity.from)
        );
        let certified = match CertifiedKey::from_der(chain, key(&self.key)?, provider) {
            Ok(certified) => certified,
            Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => bail!(
                "tls.key: {} is not the key of {cert}; name the pair that was made together, the server's certificate \
                 first in its file",
                self.key.display()
            ),
            Err(error) => bail!("tls.key: {} will not do: {error}; use RSA, ECDSA or Ed25519", self.key.display()),
        };
        Ok(Loaded { certified: Arc::new(certified), from: validity.from, until: validity.until })
    }
}

fn chain(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let shown = path.display();
    let text = fs::read(path).with_context(|| format!("tls.cert: cannot read {shown}"))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    chain.with_context(|| {
        format!(
            "tls.cert: {shown} holds no certificate in PEM; name the file with the whole chain, such as fullchain.pem"
        )
    })
}

fn key(path: &Path) -> anyhow::Result<PrivateKeyDer<'static>> {
    const OTHERS: u32 = 0o007;
    let shown = path.display();
    let reading = || format!("tls.key: cannot read {shown}");
    let mode = fs::metadata(path).with_context(reading)?.permissions().mode() & 0o7777;
    // A group for those who may use the key is a custom; everybody is none.
    ensure!(
        mode & OTHERS == 0,
        "tls.key: {shown} is open to everybody on this machine (mode {mode:04o}); chmod o= it, and have the \
         certificate issued anew if others may have read it"
    );
    let text = Zeroizing::new(fs::read(path).with_context(reading)?);
    PrivateKeyDer::from_pem_slice(&text).ok().with_context(|| {
        format!("tls.key: {shown} holds no private key in PEM that needs no passphrase; name such a one")
    })
}

#[cfg(test)]
mod tests {
    use rustls::crypto::aws_lc_rs::default_provider;

    use super::*;

    /// A certificate for the year 2030, and its key.
    fn pair() -> (String, String) {
        let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2030, 1, 1);
        params.not_after = rcgen::date_time_ymd(2031, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    fn load(cert: &str, key: &str, mode: u32, now: &str) -> Result<Loaded, String> {
        let dir = tempfile::tempdir().unwrap();
        let files = Files { cert: dir.path().join("cert.pem"), key: dir.path().join("key.pem") };
        fs::write(&files.cert, cert).unwrap();
        fs::write(&files.key, key).unwrap();
        fs::set_permissions(&files.key, fs::Permissions::from_mode(mode)).unwrap();
        let now = now.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        files.load(&default_provider(), now).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn it_is_for_the_names_in_it_and_ends_soon_two_weeks_before() {
        let (cert, key) = pair();
        let good = load(&cert, &key, 0o600, "2030-06-01T00:00:00Z").unwrap();
        assert!(good.is_for("localhost"));
        for other in ["desk.isp.example", "127.0.0.1", "[::1]", "", "local host"] {
            assert!(!good.is_for(other), "{other}");
        }
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        assert!(!good.ends_soon(at("2030-12-17T23:59:59Z")) && good.ends_soon(at("2030-12-18T00:00:00Z")));
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        let ((cert, key), (_, other)) = (pair(), pair());
        let within = "2030-06-01T00:00:00Z";
        for mode in [0o600, 0o640, 0o400] {
            let good = load(&cert, &key, mode, within).unwrap();
            assert_eq!((instant(good.from), instant(good.until)).1, "2031-01-01T00:00:00.000Z");
        }
        let chain = format!("{cert}{}", pair().0);
        assert_eq!(load(&chain, &key, 0o600, within).unwrap().certified.cert.len(), 2);
        for (cert, key, mode, now, words) in [
            (&cert, &other, 0o600, within, "is not the key of"),
            (&cert, &key, 0o644, within, "open to everybody on this machine (mode 0644)"),
            (&cert, &key, 0o600, "2031-01-01T00:00:00Z", "has expired at 2031-01-01T00:00:00.000Z"),
            (&cert, &key, 0o600, "2029-12-31T23:59:59Z", "begins at 2030-01-01T00:00:00.000Z only"),
            (&key, &key, 0o600, within, "holds no certificate"),
            (&cert, &cert, 0o600, within, "holds no private key"),
            (&String::new(), &key, 0o600, within, "holds no certificate"),
        ] {
            let said = load(cert, key, mode, now).err().unwrap();
            assert!(said.contains(words) && said.starts_with("tls."), "{words}: {said}");
        }
    }
}
