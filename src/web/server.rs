//! The loop that accepts connections and serves HTTP/1.1 on them. Unlike `axum::serve` it closes what dawdles and has a
//! limit on how much is open at once.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tower::Service;

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long a request's head may take, from the first byte that is waited for. A connection kept alive ends when
    /// it is idle for this long.
    pub head: Duration,
    /// How many connections may be open; more wait in the system's queue.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { head: Duration::from_secs(30), connections: 10_000 }
    }
}

/// Serves until `stopped` turns true, then takes no more connections and waits for the requests in flight. Handlers
/// find the peer in `ConnectInfo<SocketAddr>`.
pub async fn serve(mut listener: TcpListener, router: Router, limits: Limits, mut stopped: watch::Receiver<bool>) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head);
    let mut services = router.into_make_service_with_connect_info::<SocketAddr>();
    let (graceful, slots) = (GracefulShutdown::new(), Arc::new(Semaphore::new(limits.connections)));
    loop {
        let (slot, stream, peer) = tokio::select! {
            accepted = accept(&mut listener, &slots) => accepted,
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        let Ok(service) = services.call(peer).await;
        let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(slot);
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
