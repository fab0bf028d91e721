//! How requests go, for Prometheus: rate, errors, duration.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{Method, StatusCode},
    response::Response,
};
use hyper::body::{Frame, SizeHint};
use metrics::{gauge, histogram};

/// A request that is being answered: until the last of its answer is taken, or nobody is there to take it.
pub struct InFlight(());

impl InFlight {
    /// It has come.
    pub fn begin() -> Self {
        gauge!("redress_http_in_flight").increment(1.0);
        Self(())
    }

    /// From here on it is in flight as long as its answer.
    pub fn with(self, answer: Response) -> Response {
        if answer.body().is_end_stream() {
            return answer;
        }
        answer.map(|body| Body::new(Held { body, _flight: self }))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!("redress_http_in_flight").decrement(1.0);
    }
}

/// A body whose request is in flight while it is there.
struct Held {
    body: Body,
    _flight: InFlight,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How long it takes until an answer begins. It counts as broken off where whoever asked left before.
pub struct Asked {
    method: &'static str,
    route: String,
    began: Instant,
    status: &'static str,
}

impl Asked {
    /// Of this method, by the route's pattern.
    pub fn begin(method: &Method, route: &str) -> Self {
        Self { method: known(method), route: route.to_owned(), began: Instant::now(), status: "broken off" }
    }

    /// Its answer begins.
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

    #[test]
    fn an_answer_is_as_long_as_without_its_flight() {
        let held = |body: Body| InFlight::begin().with(Response::new(body)).into_body();
        let words = held(Body::from("words"));
        assert_eq!((words.size_hint().exact(), words.is_end_stream()), (Some(5), false));
        let nothing = held(Body::empty());
        assert_eq!((nothing.size_hint().exact(), nothing.is_end_stream()), (Some(0), true));
    }
}
