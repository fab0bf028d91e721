//! The loop that accepts connections and serves HTTP/1.1 on them, by TLS where there is a certificate. Unlike
//! `axum::serve` it closes what dawdles, whichever way, and has limits on how much is open at once.

mod guests;
mod stall;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, middleware::AddExtension, serve::Listener};
use hyper::{rt, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use ipnet::IpNet;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tower::Service;

use self::{guests::Guests, stall::Unstalled};
use super::tls::Tls;

/// What connections may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long a request's head may take, from the first byte that is waited for. A connection kept alive ends when
    /// it is idle for this long.
    pub head: Duration,
    /// How long a reader may take nothing of an answer that waits for them. Streams with nothing to say are no stall.
    pub stalled: Duration,
    /// How long a TLS handshake may take, from the first byte that is waited for.
    pub handshake: Duration,
    /// How many connections may be open; more wait in the system's queue.
    pub connections: usize,
    /// How many of them one address may have, or one /64 network of IPv6; more are closed at once. 0 for any number.
    pub per_address: usize,
    /// Addresses that many stand behind, such as trusted proxies: they may have any number.
    pub shared: Vec<IpNet>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            stalled: Duration::from_mins(1),
            handshake: Duration::from_secs(10),
            connections: 10_000,
            per_address: 0,
            shared: Vec::new(),
        }
    }
}

/// Serves in clear until `stopped` turns true, then takes no more connections and waits for the requests in flight.
/// Handlers find the peer in `ConnectInfo<SocketAddr>`.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stopped: watch::Receiver<bool>) {
    serve_by(listener, None, router, limits, stopped).await;
}

/// The same, by TLS alone if there is `tls`.
pub async fn serve_by(
    mut listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head);
    let mut services = router.into_make_service_with_connect_info::<SocketAddr>();
    let (graceful, slots) = (GracefulShutdown::new(), Arc::new(Semaphore::new(limits.connections)));
    let guests = Guests::new(limits.per_address, limits.shared.clone());
    loop {
        let (slot, stream, peer) = tokio::select! {
            accepted = accept(&mut listener, &slots) => accepted,
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        let Some(guest) = guests.admit(peer.ip()) else { continue };
        let Ok(service) = services.call(peer).await;
        let visit = Visit { http: http.clone(), service, watcher: graceful.watcher() };
        let (tls, handshake) = (tls.clone(), limits.handshake);
        let (stream, stopped) = (Unstalled::new(stream, limits.stalled), stopped.clone());
        // Whoever is slow to shake hands keeps nobody else waiting.
        tokio::spawn(async move {
            match tls {
                None => visit.run(TokioIo::new(stream)).await,
                Some(tls) => visit.run_by(&tls, stream, handshake, stopped).await,
            }
            drop((slot, guest));
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// The next connection, once there is a slot for it. Axum's listener sees out faults such as too many open files.
async fn accept(
    listener: &mut TcpListener,
    slots: &Arc<Semaphore>,
) -> (Option<OwnedSemaphorePermit>, TcpStream, SocketAddr) {
    // It is never closed, so there always is a permit.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    let (stream, peer) = Listener::accept(listener).await;
    (slot, stream, peer)
}

/// One connection, from its first byte to its last.
struct Visit {
    http: http1::Builder,
    service: AddExtension<Router, axum::extract::ConnectInfo<SocketAddr>>,
    watcher: Watcher,
}

impl Visit {
    async fn run(self, stream: impl rt::Read + rt::Write + Unpin + Send + 'static) {
        let connection = self.http.serve_connection(stream, TowerToHyperService::new(self.service));
        if let Err(error) = self.watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    async fn run_by(
        self,
        tls: &Tls,
        mut stream: Unstalled<TcpStream>,
        patience: Duration,
        mut stopped: watch::Receiver<bool>,
    ) {
        let greet = async {
            if !speaks_tls(stream.inner()).await {
                // Whoever reads it has no TLS: words in clear are all that helps.
                let _ = stream.write_all(IN_CLEAR).await;
                let _ = stream.shutdown().await;
                return None;
            }
            match tls.accept(stream).await {
                Ok(stream) => Some(stream),
                Err(error) => {
                    tracing::debug!(%error, "a TLS handshake failed");
                    None
                }
            }
        };
        let greeted = tokio::select! {
            greeted = tokio::time::timeout(patience, greet) => greeted.ok().flatten(),
            _ = stopped.wait_for(|stop| *stop) => None,
        };
        if let Some(stream) = greeted {
            self.run(TokioIo::new(stream)).await;
        }
    }
}

/// What is said to a client that speaks HTTP where HTTPS is spoken.
const IN_CLEAR: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 57\r\n\
    Connection: close\r\n\r\nThis port speaks HTTPS only: begin the address so: https\n";

/// Whether a client begins as TLS does, with a handshake record (RFC 8446, section 5.1). The byte stays to be read.
async fn speaks_tls(stream: &TcpStream) -> bool {
    const HANDSHAKE: u8 = 22;
    let mut first = [0];
    matches!(stream.peek(&mut first).await, Ok(1)) && first[0] == HANDSHAKE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_in_clear_is_as_long_as_it_says() {
        let text = std::str::from_utf8(IN_CLEAR).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())), "{}", body.len());
    }
}
