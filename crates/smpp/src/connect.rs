//! TCP, TLS, `bind_transceiver` (SMPP 3.4 section 4.1.5), and writing to what came of it.

use std::sync::Arc;

use bytes::BytesMut;
use rustls::{ClientConfig, crypto::aws_lc_rs, pki_types::ServerName};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::{
    config::{Config, ConfigError, Tls},
    message::refuses_login,
    outgoing,
    pdu::{self, Frame},
    session::Bound,
};

/// TCP or TLS.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Why there is no bind.
pub(crate) enum NoBind {
    /// The gateway refuses this login, with this status.
    Login(u32),
    /// Anything that may be over soon, in words.
    Failed(String),
}

pub(crate) fn tls(config: &Config) -> Result<Option<Arc<ClientConfig>>, ConfigError> {
    let words = |error: rustls::Error| ConfigError::Tls(error.to_string());
    match &config.tls {
        Tls::Off => Ok(None),
        Tls::Given(given) => Ok(Some(Arc::clone(given))),
        Tls::Platform => {
            // The provider by name: a process may have none installed, or another one.
            let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()
                .and_then(rustls::ConfigBuilder::with_platform_verifier)
                .map_err(words)?;
            Ok(Some(Arc::new(config.with_no_client_auth())))
        }
    }
}

/// Connects and binds.
pub(crate) async fn bind(config: &Config, tls: Option<Arc<ClientConfig>>) -> Result<Bound<Box<dyn Stream>>, NoBind> {
    let stream = match timeout(config.timing.connect, open(config, tls)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(NoBind::Failed(format!("cannot connect: {error}"))),
        Err(_) => return Err(NoBind::Failed("cannot connect: no answer".into())),
    };
    match timeout(config.timing.bind, introduce(config, stream)).await {
        Ok(result) => result,
        Err(_) => Err(NoBind::Failed("the bind had no answer".into())),
    }
}

/// Connects, by TLS where that is set, and closes again without a word: whether a gateway is there, while another bind is
/// left alone.
///
/// # Errors
/// Why not, in words.
pub async fn reach(config: &Config) -> Result<(), String> {
    let tls = tls(config).map_err(|error| error.to_string())?;
    match timeout(config.timing.connect, open(config, tls)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer".to_owned()),
    }
}

async fn open(config: &Config, tls: Option<Arc<ClientConfig>>) -> std::io::Result<Box<dyn Stream>> {
    let tcp = TcpStream::connect((config.host.as_str(), config.port)).await?;
    // PDUs are small, and answers wait for them.
    tcp.set_nodelay(true)?;
    let Some(tls) = tls else { return Ok(Box::new(tcp)) };
    let name = ServerName::try_from(config.host.clone()).map_err(std::io::Error::other)?;
    Ok(Box::new(TlsConnector::from(tls).connect(name, tcp).await?))
}

async fn introduce(config: &Config, stream: Box<dyn Stream>) -> Result<Bound<Box<dyn Stream>>, NoBind> {
    let failed = |error: std::io::Error| NoBind::Failed(format!("cannot bind: {error}"));
    let (mut reader, mut writer) = split(stream);
    let mut output = BytesMut::new();
    pdu::put(&mut output, 0, 1, outgoing::bind(config));
    writer.write_all(&output).await.map_err(failed)?;
    writer.flush().await.map_err(failed)?;
    let mut input = BytesMut::with_capacity(1024);
    loop {
        match Frame::take(&mut input) {
            Ok(Some(Frame { id: pdu::BIND_TRANSCEIVER_RESP, status: 0, .. })) => {
                return Ok(Bound { reader, writer, input, sequence: 1 });
            }
            Ok(Some(Frame { id: pdu::BIND_TRANSCEIVER_RESP | pdu::GENERIC_NACK, status, .. })) => {
                if refuses_login(status) {
                    return Err(NoBind::Login(status));
                }
                return Err(NoBind::Failed(format!("the bind was refused with status {status:#x}")));
            }
            // Before a bind there is nothing else to talk about.
            Ok(Some(_)) => {}
            Ok(None) => {
                input.reserve(1024);
                if reader.read_buf(&mut input).await.map_err(failed)? == 0 {
                    return Err(NoBind::Failed("the gateway closed the connection instead of binding".into()));
                }
            }
            Err(pdu::BadLength) => return Err(NoBind::Failed("the gateway sent no SMPP".into())),
        }
    }
}

/// Some of the output, or when there is none, what TLS still holds. Losing the race in `select!` loses
/// no octet.
pub(crate) async fn push<W: AsyncWrite + Unpin>(writer: &mut W, output: &mut BytesMut) -> std::io::Result<u64> {
    if output.is_empty() {
        writer.flush().await?;
        return Ok(0);
    }
    let octets = writer.write_buf(output).await?;
    if octets == 0 {
        return Err(std::io::ErrorKind::WriteZero.into());
    }
    Ok(u64::try_from(octets).unwrap_or(u64::MAX))
}
