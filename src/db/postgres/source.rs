//! Connecting: to whichever of the hosts takes writes, without everybody trying at once while none does.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::ConfigVerifierExt as _;
use tokio::task::AbortHandle;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Connection, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::{Address, Tls};
use super::values;
use crate::cause::innermost;
use crate::db::DbError;

/// After an attempt has failed, nobody tries again for so long: others would fail alike and keep people waiting.
const REST: Duration = Duration::from_millis(250);
/// Handshake and log-in of one host, beyond the time to reach it.
const HANDSHAKE: Duration = Duration::from_secs(3);

/// What sessions ask of the server.
///
/// To compile a query, or to start helpers for it, takes longer than any of ours; many are asked at once instead. And a
/// node that vanishes, without its machine closing its connections, must not hold its locks for hours: no transaction of
/// ours waits for anybody between two statements, and none of them is waited for longer.
const OPTIONS: &str = "-c jit=off -c max_parallel_workers_per_gather=0 -c statement_timeout=20s \
    -c idle_in_transaction_session_timeout=20s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 \
    -c tcp_keepalives_count=3";

/// What is needed to connect. Clones share what is known of the servers.
#[derive(Clone)]
pub(super) struct Source {
    address: Arc<Address>,
    /// Ready to verify, where connections are encrypted.
    tls: Option<MakeRustlsConnect>,
    pooled: bool,
    /// When and why the last attempt failed, if it did.
    failed: Arc<Mutex<Option<(Instant, DbError)>>>,
    /// Whose turn it is to try, while attempts fail.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Source {
    /// Reads the file of authorities, if there is one. `pooled` says that a pooler stands between.
    pub(super) fn new(address: &Address, pooled: bool) -> Result<Self, DbError> {
        let tls = match &address.tls {
            Tls::Off => None,
            Tls::Checked(None) => Some(system_trust()?),
            Tls::Checked(Some(file)) => Some(
                trust(file).map_err(|reason| DbError::Other(format!("sslrootcert {}: {reason}", file.display())))?,
            ),
        };
        let mut address = address.clone();
        // Poolers do not pass options on.
        if !pooled && address.config.get_options().is_none() {
            address.config.options(OPTIONS);
        }
        Ok(Self { address: Arc::new(address), tls, pooled, failed: Arc::default(), turn: Arc::default() })
    }

    /// Whether a pooler hands each transaction to any connection: nothing may then outlive a transaction.
    pub(super) const fn pooled(&self) -> bool {
        self.pooled
    }

    /// A new connection, looked after by a task on the present runtime.
    pub(super) async fn connect(&self) -> Result<(Client, AbortHandle), DbError> {
        let failed = || self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let _turn = if failed().is_some() { Some(self.turn.lock().await) } else { None };
        if let Some((at, error)) = failed()
            && at.elapsed() < REST
        {
            return Err(error);
        }
        let connected = match &self.tls {
            None => self.open(NoTls).await.map(tend),
            Some(tls) => self.open(tls.clone()).await.map(tend),
        };
        let failed = connected.as_ref().err().map(|error| (Instant::now(), error.clone()));
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = failed;
        connected
    }

    /// Asks the server of this connection to end what it is doing there.
    pub(super) fn cancel(&self, client: &Client) -> impl Future<Output = ()> + use<> {
        let (token, tls) = (client.cancel_token(), self.tls.clone());
        async move {
            // Where it cannot be reached, nothing can be done.
            let _ = match tls {
                None => token.cancel_query(NoTls).await,
                Some(tls) => token.cancel_query(tls).await,
            };
        }
    }

    /// A new connection that the caller looks after.
    pub(super) async fn open<T>(&self, tls: T) -> Result<(Client, Connection<Socket, T::Stream>), DbError>
    where
        T: MakeTlsConnect<Socket>,
    {
        let config = &self.address.config;
        let hosts = u32::try_from(config.get_hosts().len()).unwrap_or(u32::MAX);
        let limit = (config.get_connect_timeout().copied().unwrap_or_default() + HANDSHAKE) * hosts;
        match tokio::time::timeout(limit, config.connect(tls)).await {
            Ok(Ok(connected)) => Ok(connected),
            Ok(Err(error)) => Err(DbError::Unavailable(match values::error(&error) {
                DbError::Other(reason) | DbError::Unavailable(reason) => reason,
                other => other.to_string(),
            })),
            Err(_) => Err(DbError::Unavailable("no server answered in time".to_owned())),
        }
    }

    pub(super) fn tls(&self) -> Option<&MakeRustlsConnect> {
        self.tls.as_ref()
    }
}

fn tend<S>((client, connection): (Client, Connection<Socket, S>)) -> (Client, AbortHandle)
where
    S: tokio_postgres::tls::TlsStream + Unpin + Send + 'static,
{
    let task = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(reason = innermost(&error), "a database connection ended");
        }
    });
    (client, task.abort_handle())
}

/// The authorities that the system trusts.
fn system_trust() -> Result<MakeRustlsConnect, DbError> {
    let config = ClientConfig::with_platform_verifier().map_err(|error| DbError::Other(error.to_string()))?;
    Ok(MakeRustlsConnect::new(config))
}

/// The authorities of a PEM file, and no others.
fn trust(file: &std::path::Path) -> Result<MakeRustlsConnect, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| error.to_string())? {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
