//! TLS of our own (1.2 and 1.3, RFC 9325): certificate and key from PEM files, taken up anew when they change.

mod files;
mod validity;

use std::{
    fmt, io,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use anyhow::Context;
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    signal::unix::Signal,
    sync::watch,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use self::files::Stamp;
pub use self::files::{Files, Loaded};
use crate::clock::{Clock, instant};

/// Between two looks at the files.
const LOOK: Duration = Duration::from_secs(2);
/// Between two warnings, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// How this server proves who it is. Cheap to clone; all clones change together.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
    files: Files,
    /// The files as they were when they were read.
    stamp: Option<Stamp>,
    clock: Clock,
}

/// The certificate that is shown to clients now.
struct Shown(RwLock<Arc<Loaded>>);

impl Shown {
    fn now(&self) -> Arc<Loaded> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, loaded: Loaded) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.now().certified))
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown")
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tls({})", self.files.cert.display())
    }
}

impl Tls {
    /// Reads certificate and key.
    ///
    /// # Errors
    /// One sentence that says what is wrong with them and what to do.
    pub fn open(files: Files, clock: Clock) -> anyhow::Result<Self> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let stamp = files.stamp();
        let loaded = files.load(&provider, clock.now())?;
        let shown = Arc::new(Shown(RwLock::new(Arc::new(loaded))));
        let config = config(provider, Arc::clone(&shown))?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), shown, files, stamp, clock })
    }

    /// Shakes hands with a client.
    ///
    /// # Errors
    /// When they do not agree, or the connection breaks.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> io::Result<TlsStream<S>> {
        self.acceptor.accept(stream).await
    }

    /// Takes up what changes in the files, and what `hangup` (SIGHUP) asks for, until `stopped` turns true. Open
    /// connections go on; new ones are shown the new certificate. What cannot be read leaves the one before in use.
    pub async fn follow(self, mut hangup: Signal, mut stopped: watch::Receiver<bool>) {
        let mut watcher = Watcher { settled: self.stamp, doubted: None, warned: None, tls: self };
        watcher.measure();
        loop {
            let asked = tokio::select! {
                () = tokio::time::sleep(LOOK) => false,
                Some(()) = hangup.recv() => true,
                _ = stopped.wait_for(|stop| *stop) => return,
            };
            watcher.look(asked).await;
            watcher.measure();
        }
    }
}

fn config(provider: Arc<CryptoProvider>, shown: Arc<Shown>) -> anyhow::Result<ServerConfig> {
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_protocol_versions(&[&TLS13, &TLS12]).context("TLS cannot be set up")?;
    let mut config = builder.with_no_client_auth().with_cert_resolver(shown);
    config.ignore_client_order = true;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// What follows the files.
struct Watcher {
    tls: Tls,
    /// The state of the files that has been dealt with, well or not.
    settled: Option<Stamp>,
    /// One that could not be read at the first look: half of a renewal, perhaps.
    doubted: Option<Stamp>,
    /// When it was last said that the certificate ends soon.
    warned: Option<i64>,
}

impl Watcher {
    async fn look(&mut self, asked: bool) {
        let stamp = self.tls.files.stamp();
        if !asked && stamp == self.settled {
            return;
        }
        let (files, now) = (self.tls.files.clone(), self.tls.clock.now());
        let provider = Arc::clone(self.tls.acceptor.config().crypto_provider());
        let read = tokio::task::spawn_blocking(move || files.load(&provider, now)).await;
        match read {
            Ok(Ok(loaded)) => {
                self.settled = stamp;
                Self::failing(false);
                let (until, other) = (loaded.until, loaded.certified.cert != self.tls.shown.now().certified.cert);
                // Before it is said: who reads that it is in use may connect at once.
                self.tls.shown.put(loaded);
                if asked || other {
                    tracing::info!(until = instant(until), "the certificate was taken up from its files");
                    self.warned = None;
                }
            }
            // Certificate and key are seldom changed in one moment.
            Ok(Err(_)) if !asked && stamp != self.doubted => self.doubted = stamp,
            Ok(Err(error)) => {
                self.settled = stamp;
                Self::failing(true);
                tracing::error!("the certificate cannot be taken up, the one before stays in use: {error:#}");
            }
            Err(error) => tracing::error!(%error, "the certificate's files could not be read"),
        }
    }

    fn failing(failing: bool) {
        metrics::gauge!("redress_tls_reload_failing").set(f64::from(u8::from(failing)));
    }

    /// Says when the certificate ends: always as a figure, once a day as a warning when that is soon.
    fn measure(&mut self) {
        let (shown, now) = (self.tls.shown.now(), self.tls.clock.now());
        // Whole seconds stay exact far beyond any certificate.
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are below 2^53")]
        metrics::gauge!("redress_tls_certificate_expires_seconds").set((shown.until / 1000) as f64);
        if !shown.ends_soon(now) || self.warned.is_some_and(|at| now - at < DAY) {
            return;
        }
        self.warned = Some(now);
        let until = instant(shown.until);
        if shown.until > now {
            tracing::warn!(until, "the certificate ends soon, and its files have not been renewed");
        } else {
            tracing::error!(until, "the certificate has ended: browsers refuse it until its files are renewed");
        }
    }
}
