//! The history of a ticket: changes, notes and SMS in one list, newest first.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{
    notifications::{Channel, Kind, Notification, State, StateChange},
    phone::Phone,
    staff::Person,
    tickets::{Desk, Happening, History, Status, Ticket, can_undo_fixed, photos::Photo},
    words::{Text, Times, When},
};

/// What of the history is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    All,
    Notes,
    Sms,
    Changes,
}

impl Show {
    /// As an address asks by `?show=`; anything else is all of it.
    pub fn of_address(path: &str) -> Self {
        let query = path.split_once('?').map_or("", |(_, query)| query);
        let asked = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "show");
        match asked.as_ref().map(|(_, value)| value.as_ref()) {
            Some("notes") => Self::Notes,
            Some("sms") => Self::Sms,
            Some("changes") => Self::Changes,
            _ => Self::All,
        }
    }

    fn lets(self, body: &Body) -> bool {
        match self {
            Self::All => true,
            Self::Notes => matches!(body, Body::Note { .. }),
            Self::Sms => matches!(body, Body::Sms(_)),
            Self::Changes => matches!(body, Body::Change { .. }),
        }
    }
}

/// The history as the page shows it.
#[derive(Debug)]
pub struct Timeline {
    pub items: Vec<Item>,
    pub show: Show,
    pub notes: usize,
    pub sms: usize,
    pub changes: usize,
}

/// One thing of the history.
#[derive(Debug)]
pub struct Item {
    /// The day's name, on the first item of a day.
    pub day: Option<String>,
    pub when: When,
    pub body: Body,
    at: i64,
    version: i64,
}

/// What it is.
#[derive(Debug)]
pub enum Body {
    Change { by: String, status: Option<Status>, parts: Vec<Part> },
    Note { by: String, content: String, photos: Vec<Photo> },
    Sms(Box<Sent>),
}

/// One part of a change; a change may have several.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    Logged(Status),
    Moved {
        from: Option<Status>,
        to: Status,
    },
    Undone(Status),
    Assigned {
        from: Option<String>,
        to: Option<String>,
    },
    /// The field by the key of its name.
    Edited {
        field: &'static str,
        from: String,
        to: String,
    },
    Rewritten {
        from: String,
    },
}

/// An SMS.
#[derive(Debug)]
pub struct Sent {
    pub id: Uuid,
    pub text: String,
    pub to: String,
    pub channel: &'static Channel,
    pub state: State,
    pub reason: Option<Text>,
    pub segments: i64,
    /// The key of each state it had, with the time, and who brought it about where somebody did.
    pub trail: Vec<(&'static str, When, Option<String>)>,
    pub resend: bool,
    /// Whether it can be taken back.
    pub cancel: bool,
    /// Why it cannot be sent again although it did not arrive.
    pub barred: Option<Text>,
    pub undo: bool,
}

impl Sent {
    /// What happened, in a few words.
    pub fn headline(&self) -> Text {
        let by_sms = self.channel == Channel::SMS;
        let key = match self.state {
            State::Queued if by_sms => "ticket-sms-queued",
            State::Sending if by_sms => "ticket-sms-sending",
            State::Sent if by_sms => "ticket-sms-sent",
            State::Delivered if by_sms => "ticket-sms-delivered",
            State::Failed if by_sms => "ticket-sms-failed",
            State::Unknown if by_sms => "ticket-sms-unknown",
            State::Suppressed if by_sms => "ticket-sms-suppressed",
            State::Cancelled if by_sms => "ticket-sms-cancelled",
            State::Queued => "ticket-by-queued",
            State::Sending => "ticket-by-sending",
            State::Sent => "ticket-by-sent",
            State::Delivered => "ticket-by-delivered",
            State::Failed => "ticket-by-failed",
            State::Unknown => "ticket-by-unknown",
            State::Suppressed => "ticket-by-suppressed",
            State::Cancelled => "ticket-by-cancelled",
        };
        if by_sms { Text::new(key) } else { Text::new(key).arg("channel", self.channel.label()) }
    }

    /// The key of the state's name.
    pub const fn label(&self) -> &'static str {
        label(self.state)
    }

    /// The icon of the state.
    pub const fn icon(&self) -> &'static str {
        match self.state {
            State::Queued => "clock",
            State::Sending => "send",
            State::Sent => "check",
            State::Delivered => "checks",
            State::Failed => "message-x",
            State::Unknown => "help-circle",
            State::Suppressed => "ban",
            State::Cancelled => "arrow-back-up",
        }
    }

    /// The style sheet's word for good and bad news.
    pub const fn tone(&self) -> &'static str {
        match self.state {
            State::Delivered => "ok",
            State::Failed => "danger",
            _ => "",
        }
    }
}

const fn label(state: State) -> &'static str {
    match state {
        State::Queued => "ticket-state-queued",
        State::Sending => "ticket-state-sending",
        State::Sent => "ticket-state-sent",
        State::Delivered => "ticket-state-delivered",
        State::Failed => "ticket-state-failed",
        State::Unknown => "ticket-state-unknown",
        State::Suppressed => "ticket-state-suppressed",
        State::Cancelled => "ticket-state-cancelled",
    }
}

impl Timeline {
    /// Puts changes, notes and messages into one order. `no_sms` says why none could be sent again; `names` are of those who
    /// had a hand in messages.
    pub fn new(
        ticket: &Ticket,
        past: &History,
        (sent, no_sms, names): (&[Notification], Option<&Text>, &HashMap<Uuid, String>),
        show: Show,
        times: &Times,
        desk: &Desk,
    ) -> Self {
        // Each Fixed makes one message, so that the last of them is that of the Fixed that can be undone.
        let fixed = sent.iter().rfind(|sms| sms.kind == Kind::Fixed).map(|sms| sms.id);
        let undone = fixed.filter(|_| can_undo_fixed(ticket, past));
        let mut items = changes(past, times);
        let changes = items.len();
        for note in &past.notes {
            let (by, content, photos) = (note.by.name.clone(), note.content.clone(), note.photos.clone());
            let body = Body::Note { by, content, photos };
            items.push(Item { day: None, when: times.time(note.at), body, at: note.at, version: note.version });
        }
        items.extend(sent.iter().map(|sms| sms_item(sms, (no_sms, names), undone == Some(sms.id), times, desk)));
        items.retain(|item| show.lets(&item.body));
        items.sort_by_key(|item| std::cmp::Reverse((item.at, item.version)));
        let mut last = String::new();
        for item in &mut items {
            let day = times.day(item.at);
            if day != last {
                last.clone_from(&day);
                item.day = Some(day);
            }
        }
        Self { items, show, notes: past.notes.len(), sms: sent.len(), changes }
    }
}

/// The changes; what one step changed is one item.
fn changes(past: &History, times: &Times) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut status = None;
    for entry in &past.entries {
        let change = part(&entry.what, status);
        status = entry.what.status().or(status);
        let fresh = entry.what.status();
        match items.last_mut() {
            Some(Item { version, body: Body::Change { status, parts, .. }, .. }) if *version == entry.version => {
                parts.push(change);
                *status = fresh.or(*status);
            }
            _ => items.push(Item {
                day: None,
                when: times.time(entry.at),
                body: Body::Change { by: entry.by.name.clone(), status: fresh, parts: vec![change] },
                at: entry.at,
                version: entry.version,
            }),
        }
    }
    items
}

fn part(what: &Happening, before: Option<Status>) -> Part {
    match what {
        Happening::Created(status) => Part::Logged(*status),
        Happening::Moved(status) => Part::Moved { from: before, to: *status },
        Happening::Undone(status) => Part::Undone(*status),
        Happening::Assigned { from, to } => {
            let name = |person: &Option<Person>| person.as_ref().map(|person| person.name.clone());
            Part::Assigned { from: name(from), to: name(to) }
        }
        Happening::Edited { field, from, .. } if field == "description" => Part::Rewritten { from: from.clone() },
        Happening::Edited { field, from, to } => {
            let field = match field.as_str() {
                "clientName" => "ticket-field-name",
                "clientPhone" => "ticket-field-phone",
                "clientEmail" => "ticket-field-email",
                "clientAccountId" => "ticket-field-account",
                "issueType" => "ticket-field-issue",
                "priority" => "ticket-field-priority",
                _ => "ticket-field-other",
            };
            Part::Edited { field, from: from.clone(), to: to.clone() }
        }
    }
}

fn sms_item(
    sms: &Notification,
    (no_sms, names): (Option<&Text>, &HashMap<Uuid, String>),
    undone: bool,
    times: &Times,
    desk: &Desk,
) -> Item {
    let at = sms.events.last().map_or(sms.created_at, |event| event.at).max(sms.created_at);
    let now = desk.clock.now();
    let to = Phone::from_e164(&sms.recipient)
        .map_or_else(|_| sms.recipient.clone(), |phone| phone.shown_in(desk.region.as_ref()));
    let lost = matches!(sms.state, State::Failed | State::Unknown | State::Suppressed);
    let no_sms = no_sms.filter(|_| sms.channel == Channel::SMS && sms.kind.is_for_client());
    let barred = no_sms.filter(|_| lost);
    // What speaks against it now says more than the short reason of then.
    let told = barred.is_none() || sms.state != State::Suppressed;
    let step = |event: &StateChange| {
        let by = event.by.and_then(|by| names.get(&by).cloned());
        (label(event.state), times.second(event.at), by)
    };
    let sent = Sent {
        id: sms.id,
        text: sms.text.clone(),
        to,
        channel: sms.channel,
        cancel: sms.state == State::Queued,
        state: sms.state,
        reason: sms.why().filter(|_| told),
        segments: sms.segments,
        trail: sms.events.iter().map(step).collect(),
        resend: sms.may_resend() && no_sms.is_none(),
        barred: barred.cloned(),
        undo: undone && sms.state == State::Queued && sms.undo_until.is_some_and(|until| until > now),
    };
    // No version: in the same millisecond the message comes after the change that made it.
    Item { day: None, when: times.time(at), body: Body::Sms(Box::new(sent)), at, version: i64::MAX }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::tickets::Entry;

    fn person(name: &str) -> Person {
        Person { id: Uuid::nil(), name: name.into() }
    }

    fn entry(version: i64, at: i64, what: Happening) -> Entry {
        Entry { version, at, by: Person { id: Uuid::nil(), name: "Dev".into() }, what }
    }

    #[test]
    fn one_step_is_one_item_and_knows_the_status_before() {
        let past = History {
            entries: vec![
                entry(1, 0, Happening::Created(Status::New)),
                entry(1, 0, Happening::Assigned { from: None, to: Some(person("Tomasz")) }),
                entry(2, 5, Happening::Edited { field: "priority".into(), from: "Low".into(), to: "High".into() }),
                entry(3, 9, Happening::Assigned { from: Some(person("Tomasz")), to: Some(person("Aisha")) }),
                entry(3, 9, Happening::Moved(Status::Dispatched)),
            ],
            ..History::default()
        };
        let items = changes(&past, &Times::new(10, TimeZone::UTC, crate::words::Language::English));
        let Body::Change { status, parts, .. } = &items[2].body else { panic!("a change") };
        assert_eq!((items.len(), *status), (3, Some(Status::Dispatched)));
        assert_eq!(parts[1], Part::Moved { from: Some(Status::New), to: Status::Dispatched });
        let Body::Change { status, parts, .. } = &items[0].body else { panic!("a change") };
        assert_eq!((*status, parts.len()), (Some(Status::New), 2));
    }

    #[test]
    fn tabs_are_addresses() {
        for (path, want) in [
            ("/tickets/X", Show::All),
            ("/tickets/X?show=notes", Show::Notes),
            ("/tickets/X?a=b&show=sms", Show::Sms),
            ("/tickets/X?show=changes", Show::Changes),
            ("/tickets/X?show=%00", Show::All),
        ] {
            assert_eq!(Show::of_address(path), want, "{path}");
        }
    }
}
