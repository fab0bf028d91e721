//! The two addresses of live pages.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures_util::stream;
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, Interval, interval_at},
};

use super::{
    Live,
    editing::Said,
    room::{NoSeat, Place, Word},
    seat::Seat,
};
use crate::{
    fault::Fault,
    permissions::Permission,
    staff::Caller,
    tickets::by_key,
    web::{Form, PageFault, Query, Visit},
    words::Text,
};

/// How often a stream says that it is there, and whether its reader still may have it is looked at. Proxies cut what is
/// silent for a minute.
const BEAT: Duration = Duration::from_secs(25);

/// A browser whose stream broke off comes back after this long and up to twice that, in milliseconds: all of them at
/// once would be the first thing that a restarted server has to bear.
const COME_BACK: u32 = 1_500;

/// `GET /live`: server-sent events (WHATWG HTML, section 9.2), each with Turbo Streams. The query says what the page
/// shows: see [`Seat::take`].
pub async fn stream(
    State(live): State<Live>,
    caller: Caller,
    visit: Visit,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, PageFault> {
    let viewer = caller.user.viewer();
    // Before anything is read: what changes from here on is heard.
    let place = match live.room.join(&viewer) {
        Ok(place) => place,
        Err(NoSeat::Full) => return Ok(refused(StatusCode::SERVICE_UNAVAILABLE)),
        Err(NoSeat::TooMany) => return Ok(refused(StatusCode::TOO_MANY_REQUESTS)),
    };
    let again = headers.contains_key("last-event-id") || query.get("again").is_some();
    // Address and nonce of this request are of no use for what comes later.
    let visit = Visit { path: String::new(), referer: String::new(), q: String::new(), flash: None, ..visit };
    let frame = live.tickets.chrome.outside(visit, "");
    let wait = COME_BACK + live.tickets.desk.clock.below(COME_BACK);
    let (seat, html) = Seat::take(live, viewer, frame, query, again).await?;
    let beat = interval_at(Instant::now() + BEAT, BEAT);
    // The id makes the browser send it when it comes back.
    let hello = event(html).id("1").retry(Duration::from_millis(wait.into()));
    let open = Open { seat, place, caller, beat, hello: Some(hello) };
    let events = stream::unfold(open, |mut open| async move {
        let event = open.next().await?;
        Some((Ok::<_, Infallible>(event), open))
    });
    let mut response = Sse::new(events).into_response();
    let headers = response.headers_mut();
    // Neither kept nor held back, by whatever stands between.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

fn refused(status: StatusCode) -> Response {
    (status, [(header::RETRY_AFTER, "60")]).into_response()
}

/// A stream that is open.
struct Open {
    seat: Seat,
    place: Place,
    caller: Caller,
    beat: Interval,
    hello: Option<Event>,
}

impl Open {
    /// The next event; none when it is over.
    async fn next(&mut self) -> Option<Event> {
        if let Some(hello) = self.hello.take() {
            return Some(hello);
        }
        loop {
            let word = tokio::select! {
                biased;
                _ = self.place.closed.wait_for(|closed| *closed) => return None,
                word = self.place.words.recv() => Some(word),
                _ = self.beat.tick() => None,
            };
            let told = match word {
                None => return self.is_still_let_in().await.then(|| event(String::new())),
                Some(Ok(word)) if matches!(*word, Word::Staff) => {
                    if self.is_still_let_in().await {
                        continue;
                    }
                    return None;
                }
                Some(Ok(word)) => self.seat.hear(&word).await,
                Some(Err(RecvError::Lagged(_))) => self.seat.look().await,
                Some(Err(RecvError::Closed)) => return None,
            };
            match told {
                Ok(html) if html.is_empty() => {}
                Ok(html) => return Some(event(html)),
                Err(fault) => {
                    // The browser comes back, and is told then.
                    tracing::warn!(%fault, "an open page cannot be kept true; its stream ends");
                    return None;
                }
            }
        }
    }

    async fn is_still_let_in(&self) -> bool {
        match self.caller.may_still(&self.seat.live.tickets.staff, Permission::TicketsRead).await {
            Ok(still) => still,
            Err(fault) => {
                tracing::warn!(%fault, "whether a stream may go on cannot be looked up; it ends");
                false
            }
        }
    }
}

/// An event with Turbo Streams; without any it is a comment, which only says that the stream is there.
fn event(html: String) -> Event {
    if html.is_empty() { Event::default().comment("") } else { Event::default().data(html) }
}

/// `POST /live/editing`: `ticket`, `tab` (a number that the tab has drawn), `on` (`1` or `0`). To be sent every 20 s
/// while it is so.
pub async fn editing(State(live): State<Live>, caller: Caller, form: Form) -> Result<StatusCode, PageFault> {
    let (desk, key) = (live.tickets.desk.clone(), form.typed("ticket").to_owned());
    let tab = form.typed("tab").parse();
    let tab = tab.map_err(|_| Fault::field("tab", "invalid", Text::new("editing-bad-tab")))?;
    let ticket = live.tickets.db.look_up(move |tx| by_key(tx, &desk.vault, &key)).await?;
    Said { ticket: ticket.id, user: caller.user.id, tab, on: form.typed("on") == "1" }.tell(&live.tickets.db);
    Ok(StatusCode::NO_CONTENT)
}
