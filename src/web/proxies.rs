//! Whose address a request comes from, where proxies stand before the server.

use std::net::IpAddr;

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The proxies that tell the truth about who they speak for.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    /// Their addresses.
    pub trusted: Vec<IpNet>,
    /// Whether people reach the server by another address than it listens on, so that loopback is a proxy's.
    pub local: bool,
}

impl Proxies {
    /// Reads comma-separated addresses and networks in CIDR notation.
    pub fn parse(text: &str) -> Option<Vec<IpNet>> {
        let net = |text: &str| text.parse().or_else(|_| text.parse().map(|ip: IpAddr| ip.to_canonical().into())).ok();
        text.split(',').map(|one| net(one.trim())).collect()
    }

    /// Whether this is one of them.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted.iter().any(|net| net.contains(&peer.to_canonical()))
    }

    /// The sender's address: the last hop of `X-Forwarded-For` that is no trusted proxy, or else the peer. Hops before
    /// that one are whatever the sender wrote there.
    ///
    /// Unknown when the peer is a proxy on this machine that nobody told us to trust.
    pub fn sender(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let mut sender = peer?.to_canonical();
        if self.local && self.trusted.is_empty() && sender.is_loopback() {
            return None;
        }
        let lines = headers.get_all("x-forwarded-for").iter().rev();
        let mut hops = lines.flat_map(|line| line.to_str().unwrap_or("").rsplit(',')).map(hop);
        while self.trusts(sender) {
            // A hop that cannot be read: the proxy that passed it on answers for it.
            let Some(Some(before)) = hops.next() else { break };
            sender = before;
        }
        Some(sender)
    }
}

/// A hop's address, without the port that some proxies add.
fn hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let ip = text.parse().ok();
    let ip = ip.or_else(|| text.parse().ok().map(|socket: std::net::SocketAddr| socket.ip()));
    let ip = ip.or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok());
    ip.map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(trusted: &str, local: bool, peer: &str, forwarded: &[&str]) -> Option<String> {
        let trusted = if trusted.is_empty() { Vec::new() } else { Proxies::parse(trusted).unwrap() };
        let lines = forwarded.iter().map(|line| ("x-forwarded-for".parse().unwrap(), line.parse().unwrap()));
        let headers = lines.collect::<HeaderMap>();
        Proxies { trusted, local }.sender(Some(peer.parse().unwrap()), &headers).map(|ip| ip.to_string())
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        for (trusted, peer, forwarded, want) in [
            ("", "192.0.2.1", &["198.51.100.7"][..], "192.0.2.1"),
            ("192.0.2.9", "192.0.2.1", &["198.51.100.7"], "192.0.2.1"),
            ("192.0.2.1", "192.0.2.1", &["198.51.100.7"], "198.51.100.7"),
            ("192.0.2.0/24, ::1", "::ffff:192.0.2.1", &["198.51.100.7"], "198.51.100.7"),
            // Whatever a sender writes stands before what the proxy adds.
            ("192.0.2.1", "192.0.2.1", &["10.0.0.1, 198.51.100.7"], "198.51.100.7"),
            ("192.0.2.1", "192.0.2.1", &["10.0.0.1", "198.51.100.7"], "198.51.100.7"),
            ("192.0.2.0/24", "192.0.2.1", &["203.0.113.5, 198.51.100.7,192.0.2.2"], "198.51.100.7"),
            ("192.0.2.0/24", "192.0.2.1", &["192.0.2.3, 192.0.2.2"], "192.0.2.3"),
            ("192.0.2.1", "192.0.2.1", &["198.51.100.7:4711"], "198.51.100.7"),
            ("192.0.2.1", "192.0.2.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("192.0.2.1", "192.0.2.1", &["198.51.100.7, unknown"], "192.0.2.1"),
            ("192.0.2.1", "192.0.2.1", &[], "192.0.2.1"),
        ] {
            assert_eq!(sender(trusted, true, peer, forwarded).as_deref(), Some(want), "{trusted} {peer} {forwarded:?}");
        }
    }

    #[test]
    fn a_proxy_on_this_machine_that_nobody_named_stands_for_nobody() {
        for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(sender("", true, peer, &["198.51.100.7"]), None);
            assert_eq!(
                sender("", false, peer, &["198.51.100.7"]).as_deref(),
                peer.strip_prefix("::ffff:").or(Some(peer))
            );
        }
        assert_eq!(sender("127.0.0.1", true, "127.0.0.1", &["198.51.100.7"]).as_deref(), Some("198.51.100.7"));
    }

    #[test]
    fn addresses_and_networks_are_read_and_nothing_else_is() {
        assert_eq!(Proxies::parse("127.0.0.1,::1, 10.0.0.0/8").unwrap().len(), 3);
        for bad in ["localhost", "10.0.0.0/33", "127.0.0.1,", "10.0.0.1:80"] {
            assert!(Proxies::parse(bad).is_none(), "{bad}");
        }
    }
}
