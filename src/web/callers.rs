//! Lets only some addresses call: gateways have few, and sign little.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use ipnet::IpNet;

use super::proxies::Proxies;

/// Who may call.
#[derive(Debug, Clone)]
pub struct Callers {
    /// How a sender's address is known.
    pub proxies: Arc<Proxies>,
    /// Their addresses; anybody when empty.
    pub from: Vec<IpNet>,
}

/// Refuses every other sender with 403, and one for whom a proxy speaks that is not trusted.
pub async fn only(State(callers): State<Callers>, request: Request, next: Next) -> Response {
    if !callers.from.is_empty() {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        // A gateway on this machine, with no proxy between: a proxy would say whom it speaks for.
        let itself = peer.filter(|peer| peer.is_loopback() && !request.headers().contains_key("x-forwarded-for"));
        let sender = callers.proxies.sender(peer, request.headers()).or(itself);
        if !sender.is_some_and(|sender| callers.from.iter().any(|net| net.contains(&sender))) {
            tracing::warn!(?sender, "a call of a gateway's was refused: its address is not among hooks_from");
            return (StatusCode::FORBIDDEN, "Refused.").into_response();
        }
    }
    next.run(request).await
}
