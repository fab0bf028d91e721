//! How many connections each address has open.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use ipnet::IpNet;

use crate::sparing::Sparing;

/// Counts connections by address.
pub struct Guests {
    most: usize,
    shared: Vec<IpNet>,
    open: Open,
    log: Sparing,
}

/// How many connections each address has.
type Open = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// One connection's place, given back when it is dropped.
pub struct Guest {
    of: Option<(IpAddr, Open)>,
}

impl Guests {
    /// At most so many for each, 0 for any number, and any number for those that are shared.
    pub fn new(most: usize, shared: Vec<IpNet>) -> Self {
        Self { most, shared, open: Arc::default(), log: Sparing::new(5, 60) }
    }

    /// A place for one more connection, unless its address has enough.
    pub fn admit(&self, peer: IpAddr) -> Option<Guest> {
        let peer = peer.to_canonical();
        if self.most == 0 || self.shared.iter().any(|net| net.contains(&peer)) {
            return Some(Guest { of: None });
        }
        let key = household(peer);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(key).or_default();
        if *count < self.most {
            *count += 1;
            return Some(Guest { of: Some((key, Arc::clone(&self.open))) });
        }
        drop(open);
        metrics::counter!("redress_connections_refused_total").increment(1);
        if let Some(left_out) = self.log.may() {
            tracing::warn!(
                address = %key, left_out,
                "connections are refused: this address has {} open, which connections_per_address allows", self.most
            );
        }
        None
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let Some((key, open)) = &self.of else { return };
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(key) {
            *count -= 1;
            // Or the map would come to hold everybody who was ever here.
            if *count == 0 {
                open.remove(key);
            }
        }
    }
}

/// Of IPv6 the network counts: everybody has 2⁶⁴ addresses.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_so_many_places_and_gets_them_back() {
        let guests = Guests::new(2, Vec::new());
        let first = guests.admit(ip("192.0.2.1")).unwrap();
        let second = guests.admit(ip("::ffff:192.0.2.1")).unwrap();
        assert!(guests.admit(ip("192.0.2.1")).is_none(), "both ways of writing it are one address");
        assert!(guests.admit(ip("192.0.2.2")).is_some(), "others are not kept out");
        drop(first);
        let third = guests.admit(ip("192.0.2.1"));
        assert!(third.is_some());
        drop((second, third));
        assert!(guests.open.lock().unwrap().is_empty(), "nobody is remembered");
    }

    #[test]
    fn a_network_of_ipv6_is_one_and_what_is_shared_is_not_counted() {
        let guests = Guests::new(1, vec!["10.0.0.0/8".parse().unwrap()]);
        let _first = guests.admit(ip("2001:db8:1:2::1")).unwrap();
        assert!(guests.admit(ip("2001:db8:1:2:ffff::9")).is_none());
        let _next = guests.admit(ip("2001:db8:1:3::1")).unwrap();
        let proxied: Vec<_> = (0..9).map(|_| guests.admit(ip("10.1.2.3"))).collect();
        assert!(proxied.iter().all(Option::is_some));
        let any = Guests::new(0, Vec::new());
        let all: Vec<_> = (0..9).map(|_| any.admit(ip("192.0.2.1"))).collect();
        assert!(all.iter().all(Option::is_some));
    }
}
