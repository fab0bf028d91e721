//! Certificates for this machine, and a client that says what it is shown.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::aws_lc_rs::default_provider,
    pki_types::{CertificateDer, ServerName},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::support::Dir;

/// A certificate for `localhost` that vouches for itself, and its key, in files.
pub struct Pair {
    pub cert: PathBuf,
    pub key: PathBuf,
    pub der: CertificateDer<'static>,
}

impl Pair {
    /// A good one, under these names.
    pub fn new(dir: &Dir, name: &str) -> Self {
        Self::until(dir, name, 2090)
    }

    /// One that ends with the first day of a year.
    pub fn until(dir: &Dir, name: &str, year: i32) -> Self {
        let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let made = params.self_signed(&key).unwrap();
        let at = |end: &str| dir.path().join(format!("{name}.{end}"));
        let pair = Self { cert: at("crt"), key: at("key"), der: made.der().clone() };
        fs::write(&pair.cert, made.pem()).unwrap();
        fs::write(&pair.key, key.serialize_pem()).unwrap();
        fs::set_permissions(&pair.key, fs::Permissions::from_mode(0o600)).unwrap();
        pair
    }

    /// Puts its files where those of `other` are, each in one step, as ACME clients do.
    pub fn replace(&self, other: &Self) {
        fs::rename(&self.cert, &other.cert).unwrap();
        fs::rename(&self.key, &other.key).unwrap();
    }

    pub fn settings(&self) -> [(&'static str, &str); 2] {
        [("REDRESS_TLS_CERT", self.cert.to_str().unwrap()), ("REDRESS_TLS_KEY", self.key.to_str().unwrap())]
    }
}

/// A connection by TLS to `127.0.0.1`, which trusts `roots` alone.
pub async fn connect(
    port: u16,
    roots: &[&Pair],
    versions: &[&'static SupportedProtocolVersion],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root.der.clone()).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_protocol_versions(versions).unwrap().with_root_certificates(store);
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// Asks and reads one answer to its end, which `Content-Length` tells.
pub async fn ask(stream: &mut TlsStream<TcpStream>, path: &str) -> String {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await.unwrap();
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).await.unwrap();
        text.push(byte[0]);
    }
    let head = String::from_utf8(text).unwrap().to_lowercase();
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    head
}

/// The certificate that a connection was shown.
pub fn shown(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}
