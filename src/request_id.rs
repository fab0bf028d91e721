//! The request that something is done for. By its id the log lines, answers, messages and traces are found that belong
//! together: it says nothing of anybody. The address that it came from goes along for the audit history, and nowhere else.

use std::{fmt, net::IpAddr, sync::Arc};

use tracing::{Instrument as _, Span};

use crate::clock::Clock;

/// Bytes of an id of our own: nobody guesses another's, and it can still be read out on the phone.
const BYTES: usize = 10;
/// Characters of a proxy's id, at most.
const LONGEST: usize = 64;

tokio::task_local! {
    static CURRENT: Request;
}

/// What is known of a request wherever something is done for it.
#[derive(Debug, Clone)]
struct Request {
    id: RequestId,
    from: Option<IpAddr>,
}

/// The address from which the request came that is being answered, where that is known.
pub fn sender() -> Option<IpAddr> {
    CURRENT.try_with(|request| request.from).ok().flatten()
}

/// The id of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// A new one.
    pub fn new(clock: &Clock) -> Self {
        Self(data_encoding::BASE32_NOPAD.encode(&clock.bytes::<BYTES>()).to_lowercase().into())
    }

    /// One that somebody else has made, or that was kept: 1 to 64 letters, digits, full stops, underscores and hyphens, so
    /// that it can stand anywhere.
    pub fn read(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let sane = (1..=LONGEST).contains(&text.len()) && text.bytes().all(plain);
        sane.then(|| Self(text.into()))
    }

    /// That of the request that is being answered, if this is done for one.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|request| request.id.clone()).ok()
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The request that something is done for, and its span: to be handed to another thread or task, which knows neither.
#[derive(Debug, Clone)]
pub struct Carried {
    request: Option<Request>,
    span: Span,
}

impl Carried {
    /// Those of whoever calls.
    pub fn here() -> Self {
        Self { request: CURRENT.try_with(Clone::clone).ok(), span: Span::current() }
    }

    /// These, of a request that came from nowhere that is known.
    pub fn of(request: Option<RequestId>, span: Span) -> Self {
        Self { request: request.map(|id| Request { id, from: None }), span }
    }

    /// The same with the address that the request came from.
    #[must_use]
    pub fn coming_from(self, from: Option<IpAddr>) -> Self {
        Self { request: self.request.map(|request| Request { from, ..request }), span: self.span }
    }

    /// Does something for it, here and now.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        self.span.in_scope(|| match &self.request {
            Some(request) => CURRENT.sync_scope(request.clone(), work),
            None => work(),
        })
    }

    /// Does something for it, whichever task it becomes a part of.
    pub async fn follow<T>(self, work: impl Future<Output = T>) -> T {
        let work = work.instrument(self.span);
        match self.request {
            Some(request) => CURRENT.scope(request, work).await,
            None => work.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_plain_and_all_different() {
        let clock = Clock::system();
        let (one, other) = (RequestId::new(&clock), RequestId::new(&clock));
        assert_ne!(one, other);
        assert_eq!((one.as_str().len(), RequestId::read(one.as_str())), (16, Some(one.clone())));
        let longest = "x".repeat(64);
        for good in ["a", "0194.A-b_c", &longest] {
            assert_eq!(RequestId::read(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a\n", "a\"", "ä", "a/b", &"x".repeat(65)] {
            assert_eq!(RequestId::read(bad), None, "{bad:?}");
        }
    }

    #[tokio::test]
    async fn it_goes_along_to_other_tasks_and_threads_and_no_further() {
        let (id, from) = (RequestId::read("r-1"), "192.0.2.1".parse().ok());
        let known = || (RequestId::current(), sender());
        let seen = Carried::of(id.clone(), Span::none()).coming_from(from).follow(async move {
            let carried = Carried::here();
            let thread = std::thread::spawn(move || (carried.run(known), known()));
            let task = tokio::spawn(async move { known() }).await.unwrap();
            (thread.join().unwrap(), task)
        });
        assert_eq!(seen.await, (((id, from), (None, None)), (None, None)));
        assert_eq!(known(), (None, None));
    }
}
