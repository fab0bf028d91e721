//! How requests go, for Prometheus: rate, errors, duration.

use std::time::Instant;

use axum::http::{Method, StatusCode};
use metrics::{gauge, histogram};

/// A request that is under way. It counts as answered when it was, and as broken off where whoever asked left before.
pub struct Asked {
    method: &'static str,
    route: String,
    began: Instant,
    status: &'static str,
}

impl Asked {
    /// Of this method, by the route's pattern.
    pub fn begin(method: &Method, route: &str) -> Self {
        gauge!("redress_http_in_flight").increment(1.0);
        Self { method: known(method), route: route.to_owned(), began: Instant::now(), status: "broken off" }
    }

    /// It was answered.
    pub fn answer(&mut self, status: StatusCode) {
        self.status = match status.as_u16() / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        gauge!("redress_http_in_flight").decrement(1.0);
        let route = std::mem::take(&mut self.route);
        histogram!("redress_http_seconds", "method" => self.method, "route" => route, "status" => self.status)
            .record(self.began.elapsed());
    }
}

/// Methods that anybody makes up would each be a series of their own.
pub(super) fn known(method: &Method) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        .into_iter()
        .find(|known| method.as_str() == *known)
        .unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_methods_are_one_series() {
        let named = |name: &str| known(&Method::from_bytes(name.as_bytes()).unwrap());
        assert_eq!(["GET", "PATCH", "get", "PROPFIND"].map(named), ["GET", "PATCH", "other", "other"]);
    }
}
