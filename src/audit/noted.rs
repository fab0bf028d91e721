//! How an event is written: with the address that its request came from, where there is one.

use serde::{Deserialize, Serialize};

use super::Event;
use crate::{fault::Fault, request_id};

#[derive(Serialize)]
struct Written<'a> {
    from: &'a str,
    event: &'a Event,
}

#[derive(Deserialize)]
struct Noted {
    from: String,
    event: Event,
}

/// The text of a row. An event of no request, and one that says itself where it came from, is nothing but the event.
pub(super) fn write(event: &Event) -> Result<String, Fault> {
    let from = request_id::sender().filter(|_| event.origin().is_none());
    let text = match from {
        Some(from) => serde_json::to_string(&Written { from: &from.to_canonical().to_string(), event }),
        None => serde_json::to_string(event),
    };
    text.map_err(|error| Fault::Unexpected(error.into()))
}

/// The event of a row's text, and where it came from; nothing where it is no event that this version knows.
pub(super) fn read(text: &str) -> Option<(Event, Option<String>)> {
    if let Ok(Noted { from, event }) = serde_json::from_str(text) {
        return Some((event, Some(from)));
    }
    let event: Event = serde_json::from_str(text).ok()?;
    let from = event.origin().map(ToOwned::to_owned);
    Some((event, from))
}

#[cfg(test)]
mod tests {
    use tracing::Span;

    use super::*;
    use crate::{
        audit::Over,
        request_id::{Carried, RequestId},
    };

    #[test]
    fn an_event_comes_back_with_its_address_and_without() {
        let from = |from: &str| Carried::of(RequestId::read("r-1"), Span::none()).coming_from(from.parse().ok());
        let signed_in = Event::SignedIn { over: Over::Page, from: Some("192.0.2.7".to_owned()) };
        for (sender, event, want) in [
            ("192.0.2.1", Event::RecoveryCodesMade, Some("192.0.2.1")),
            ("::ffff:192.0.2.1", Event::StaffBound { users: 2 }, Some("192.0.2.1")),
            ("unknown", Event::RecoveryCodesMade, None),
            ("192.0.2.1", signed_in, Some("192.0.2.7")),
        ] {
            let text = from(sender).run(|| write(&event)).unwrap();
            assert_eq!(read(&text), Some((event.clone(), want.map(ToOwned::to_owned))), "{text}");
            // As it is written for no request, and as it was before there were addresses.
            let plain = write(&event).unwrap();
            assert_eq!(plain, serde_json::to_string(&event).unwrap());
            assert_eq!(read(&plain).unwrap().0, event);
        }
        for unknown in ["", r#"{"from":"192.0.2.1","event":{"ofTomorrow":{}}}"#, r#"{"ofTomorrow":{}}"#] {
            assert_eq!(read(unknown), None);
        }
    }
}
