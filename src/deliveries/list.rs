//! All messages, newest first; the address says which.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use jiff::{ToSpan, civil::Date};

use super::{COUNTED_TO, SHOWN, counted, row::Row};
use crate::{
    db::Tx,
    fault::Fault,
    notifications::{self, Channel, Place, Sought},
    staff::SignedIn,
    tickets::{Desk, Tickets},
    web::{Frame, PageFault, Query, Visit},
    words::Text,
};

/// The tabs: the states of each, and its words. Its count is shown beside it.
const TABS: [(&[notifications::State], &str); 8] = [
    (&[], "notifications-all"),
    (&[notifications::State::Queued, notifications::State::Sending], "notifications-waiting"),
    (&[notifications::State::Sent], "notifications-state-sent"),
    (&[notifications::State::Delivered], "notifications-state-delivered"),
    (&[notifications::State::Failed], "notifications-state-failed"),
    (&[notifications::State::Unknown], "notifications-state-unknown"),
    (&[notifications::State::Suppressed], "notifications-state-suppressed"),
    (&[notifications::State::Cancelled], "notifications-state-cancelled"),
];

#[derive(Template)]
#[template(path = "notifications/list.html")]
struct ListPage {
    frame: Frame,
    tabs: Vec<Tab>,
    /// The days asked for, with the way to all days.
    days: Option<(Text, String)>,
    total: String,
    rows: Vec<Row>,
    older: Option<String>,
    newest: Option<String>,
    /// The channel asked for, with the way to all of them; and, where there are several, the ways to each.
    channel: Option<(Text, String)>,
    channels: Vec<(Text, String)>,
    /// Where all that failed can be sent again.
    again: Option<String>,
    /// The page itself, to come back to.
    here: String,
    /// Whether there is no message at all.
    none: bool,
}

pub struct Tab {
    pub label: Text,
    pub href: String,
    pub count: String,
    pub here: bool,
}

/// A list's address, read.
#[derive(Clone)]
pub struct Asked {
    pub sought: Sought,
    pub from: String,
    pub to: String,
}

impl Asked {
    /// What cannot be read is left out, and the page says what it shows.
    pub fn read(query: &Query, desk: &Desk) -> Self {
        let wanted = query.0.iter().filter(|(name, _)| name == "state").flat_map(|(_, value)| value.split(','));
        let by_name = |name: &str| notifications::State::ALL.into_iter().find(|state| state.name() == name);
        let mut states: Vec<notifications::State> = wanted.filter_map(by_name).collect();
        states.sort();
        states.dedup();
        let day = |name: &str| query.get(name).and_then(|text| text.parse::<Date>().ok());
        let start = |day: Date| {
            let start = day.to_zoned(desk.zone.clone()).and_then(|day| day.start_of_day());
            start.map_or(i64::MAX, |start| start.timestamp().as_millisecond())
        };
        let (from, to) = (day("from"), day("to"));
        let words = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let before = to.map(|day| start(day.saturating_add(1.day())));
        let channel = query.get("channel").and_then(Channel::find);
        Self { sought: Sought { states, channel, from: from.map(start), before }, from: words(from), to: words(to) }
    }

    /// The address of the page for some states, or of another page about the same days.
    pub fn address(&self, path: &str, states: &[notifications::State], after: Option<Place>) -> String {
        let names: Vec<&str> = states.iter().map(|state| state.name()).collect();
        let after = after.map(|place| place.to_string()).unwrap_or_default();
        let channel = self.sought.channel.map_or_else(String::new, |channel| channel.name.to_owned());
        let (from, to) = (self.from.clone(), self.to.clone());
        let pairs = [("state", names.join(",")), ("channel", channel), ("from", from), ("to", to), ("after", after)];
        let given = pairs.iter().filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// The tabs above these pages, with the number of messages that each leads to.
pub fn tabs(tx: &mut Tx<'_>, desk: &Desk, asked: &Asked) -> Result<Vec<Tab>, Fault> {
    let of = |(states, word): (&[notifications::State], &'static str)| {
        let sought = Sought { states: states.to_vec(), ..asked.sought.clone() };
        let count = desk.outbox.count_messages(tx, &sought, COUNTED_TO + 1)?;
        Ok(Tab {
            label: Text::new(word),
            href: asked.address("/notifications", states, None),
            count: counted(count),
            here: asked.sought.states == states,
        })
    };
    TABS.into_iter().map(of).collect()
}

/// `GET /notifications`.
pub async fn show(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let desk = state.desk.clone();
    let asked = Asked::read(&query, &desk);
    let after = query.get("after").and_then(Place::parse);
    let read = move |tx: &mut Tx<'_>| {
        let found = desk.outbox.messages(tx, &asked.sought, after, SHOWN + 1)?;
        let total = desk.outbox.count_messages(tx, &asked.sought, COUNTED_TO + 1)?;
        Ok::<_, Fault>((tabs(tx, &desk, &asked)?, found, total, asked))
    };
    let (tabs, mut found, total, asked) = state.db.read(read).await?;
    let more = found.len() > SHOWN as usize;
    found.truncate(SHOWN as usize);
    let times = state.desk.times(visit.language);
    let here = visit.path.clone();
    let title = Text::new("notifications-title").to(visit.language).to_string();
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let states = &asked.sought.states;
    let failed = *states == [notifications::State::Failed] && !found.is_empty();
    let days = (!asked.from.is_empty() || !asked.to.is_empty()).then(|| {
        let sought = Sought { channel: asked.sought.channel, ..Sought::default() };
        let all = Asked { sought, from: String::new(), to: String::new() };
        let words = if asked.from == asked.to {
            Text::verbatim(&asked.from)
        } else {
            Text::new("notifications-from-to").arg("from", &asked.from).arg("to", &asked.to)
        };
        (words, all.address("/notifications", states, None))
    });
    let on = |channel| Asked { sought: Sought { channel, ..asked.sought.clone() }, ..asked.clone() };
    let address = |channel| on(channel).address("/notifications", states, None);
    let set_up = state.desk.outbox.channels();
    let several = set_up.len() > 1 && asked.sought.channel.is_none();
    let channels = if several { set_up } else { Vec::new() };
    let page = ListPage {
        channel: asked.sought.channel.map(|one| (one.label(), address(None))),
        channels: channels.into_iter().map(|one| (one.label(), address(Some(one)))).collect(),
        none: states.is_empty() && days.is_none() && after.is_none() && asked.sought.channel.is_none(),
        days,
        total: counted(total),
        rows: found.iter().map(|one| Row::new(one, &state.desk, &times)).collect(),
        older: found.last().filter(|_| more).map(|last| asked.address("/notifications", states, Some(last.place()))),
        newest: after.map(|_| asked.address("/notifications", states, None)),
        again: failed.then(|| asked.address("/notifications/resend", states, None)),
        here,
        tabs,
        frame,
    };
    Ok(page.frame.respond(StatusCode::OK, &page))
}
