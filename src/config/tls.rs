//! The settings of TLS.

use std::{net::SocketAddr, path::PathBuf};

use super::Checker;
use crate::web::tls;

/// What TLS of our own needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// Certificate and key.
    pub files: tls::Files,
    /// Where people are led over from HTTP.
    pub redirect_listen: Option<SocketAddr>,
    /// Where an ACME client leaves its proofs.
    pub acme_webroot: Option<PathBuf>,
}

/// Certificate and key go together, and all else goes with them.
pub(super) fn settings(checker: &mut Checker<'_>) -> Option<TlsSettings> {
    let path = |name: &str| Some(PathBuf::from(checker.text(name))).filter(|path| !path.as_os_str().is_empty());
    let (cert, key, acme_webroot) = (path("tls.cert"), path("tls.key"), path("tls.acme_webroot"));
    let redirect_listen =
        checker
            .parsed("tls.redirect_listen", "write an address and a port, such as 0.0.0.0:80", |text| text.parse().ok());
    let mut fault = |words: &str| checker.faults.push(words.to_owned());
    if acme_webroot.is_some() && redirect_listen.is_none() {
        fault("tls.acme_webroot: authorities look for proofs by HTTP; set tls.redirect_listen too");
    }
    match (cert, key) {
        (Some(cert), Some(key)) => {
            if checker.sources.get("public_url").is_some_and(|url| url.starts_with("http://")) {
                checker.faults.push("public_url: with tls.cert people come by https; write https://".to_owned());
            }
            Some(TlsSettings { files: tls::Files { cert, key }, redirect_listen, acme_webroot })
        }
        (Some(_), None) => {
            fault("tls.key: not set, and tls.cert is nothing without it; name the file of its private key");
            None
        }
        (None, Some(_)) => {
            fault("tls.cert: not set, and tls.key is nothing without it; name the file of the certificate");
            None
        }
        (None, None) => {
            if redirect_listen.is_some() {
                fault("tls.redirect_listen: leads to HTTPS, which tls.cert and tls.key turn on; set them too");
            }
            None
        }
    }
}
