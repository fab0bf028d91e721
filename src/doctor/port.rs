//! Whether an address can be listened on.

use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use tokio::net::TcpListener;

use super::Verdict;

/// How an address is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Port {
    /// Nobody listens there, and we may.
    Free,
    /// Somebody listens there.
    Taken,
    /// It cannot be had: why.
    Refused(String),
}

/// Tries it, for less than a millisecond, and answers nobody.
pub(super) async fn look(address: SocketAddr) -> Port {
    match TcpListener::bind(address).await {
        Ok(_) => Port::Free,
        Err(error) if error.kind() == ErrorKind::AddrInUse => Port::Taken,
        Err(error) => Port::Refused(error.to_string()),
    }
}

/// What an address that we may not have comes to.
pub(super) fn refused(address: SocketAddr, setting: &str, why: &str) -> Verdict {
    Verdict::fault(
        format!("{address} cannot be listened on: {why}"),
        format!(
            "name an address of this machine in {setting}; a port below 1024 wants a right: docs/operations/install.md"
        ),
    )
}

/// How a program on this machine reaches what listens there.
pub(super) async fn reached_at(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    let [here, here_by_4] =
        [IpAddr::from(Ipv6Addr::LOCALHOST), Ipv4Addr::LOCALHOST.into()].map(|ip| SocketAddr::new(ip, address.port()));
    // Whoever listens on all addresses does so where IPv6 is turned off, too.
    if address.is_ipv4() || matches!(look(SocketAddr::new(here.ip(), 0)).await, Port::Refused(_)) {
        return here_by_4;
    }
    here
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn free_taken_and_refused_are_told_apart() {
        let taken = SocketAddr::from(([127, 0, 0, 1], testbase::free_port()));
        let held = TcpListener::bind(taken).await.unwrap();
        assert_eq!(look(taken).await, Port::Taken);
        drop(held);
        assert_eq!(look(taken).await, Port::Free);
        // An address for documentation (RFC 5737) is nobody's.
        assert!(matches!(look("192.0.2.1:80".parse().unwrap()).await, Port::Refused(_)));
    }

    #[tokio::test]
    async fn what_listens_everywhere_is_reached_here() {
        let by_6 = if look("[::1]:0".parse().unwrap()).await == Port::Free { "[::1]:80" } else { "127.0.0.1:80" };
        for (listens, reached) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", by_6),
            ("192.0.2.1:80", "192.0.2.1:80"),
            ("[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(reached_at(listens.parse().unwrap()).await.to_string(), reached);
        }
    }
}
