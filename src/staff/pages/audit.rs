//! The audit history: newest first, a page at a time, by who, what and when. Its file is in `audit_file`.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use uuid::Uuid;

use crate::{
    audit::{self, Entry, Filter, Group},
    db::Tx,
    fault::{Fault, FieldFault},
    input,
    staff::{SignedIn, Staff, User, store},
    web::{Frame, PageFault, Query, Visit},
    words::{Text, When},
};

/// Entries of one page.
const SHOWN: u32 = 50;

#[derive(Template)]
#[template(path = "staff/audit.html")]
struct AuditPage {
    frame: Frame,
    rows: Vec<Row>,
    asked: Asked,
    users: Vec<User>,
    /// Where older entries are.
    older: Option<String>,
    /// Where the newest are, unless they are shown.
    newest: Option<String>,
    /// Where the file of the same is asked for.
    export: String,
}

struct Row {
    at: When,
    /// Where it came from, unless `about` says so.
    from: Option<String>,
    who: String,
    what: Text,
    about: Text,
}

/// What an address asks for. What cannot be read is left out, and the page shows what it took.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    who: String,
    group: Group,
    from: String,
    to: String,
    filter: Filter,
}

impl Asked {
    /// Of an address, days being the ISP's.
    pub fn read(query: &Query, zone: &TimeZone) -> Self {
        let day = |name: &str| query.get(name).and_then(|text| text.parse::<Date>().ok());
        let start = |day: Date| {
            let start = day.to_zoned(zone.clone()).and_then(|day| day.start_of_day());
            start.map_or(i64::MAX, |start| start.timestamp().as_millisecond())
        };
        let who = query.get("who").unwrap_or("");
        let actor = if who == "redress" { Some(Uuid::nil()) } else { Uuid::try_parse(who).ok() };
        let group = query.get("kind").and_then(Group::parse).unwrap_or_default();
        let (from, to) = (day("from"), day("to"));
        let until = to.map(|day| start(day.saturating_add(1.day())));
        let words = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        Self {
            who: if actor.is_some() { who.to_owned() } else { String::new() },
            group,
            from: words(from),
            to: words(to),
            filter: Filter { actor, group, from: from.map(start), until },
        }
    }

    /// Refuses what a program sends and nobody can read; a page leaves it out.
    ///
    /// # Errors
    /// [`Fault::Invalid`] with every parameter that is not right.
    pub fn check(query: &Query) -> Result<(), Fault> {
        let good = |(name, value): &(String, String)| match name.as_str() {
            "who" => value == "redress" || Uuid::try_parse(value).is_ok(),
            "kind" => Group::parse(value).is_some(),
            "from" | "to" => value.parse::<Date>().is_ok(),
            "before" => value.parse::<i64>().is_ok(),
            _ => false,
        };
        let fault = |(name, _): &(String, String)| {
            let name: String = name.chars().take(64).collect();
            FieldFault::new(name, "invalid", Text::new("audit-bad-parameter"))
        };
        input::none_of(query.0.iter().filter(|pair| !good(pair)).map(fault).collect())
    }

    /// The filter.
    pub const fn filter(&self) -> &Filter {
        &self.filter
    }

    pub(super) fn query(&self, before: Option<i64>) -> String {
        let group = if self.group == Group::default() { "" } else { self.group.name() };
        let before = before.map(|before| before.to_string()).unwrap_or_default();
        let pairs =
            [("who", self.who.as_str()), ("kind", group), ("from", &self.from), ("to", &self.to), ("before", &before)];
        let given = pairs.iter().filter(|(_, value)| !value.is_empty());
        form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish()
    }

    pub(super) fn address(&self, path: &str, before: Option<i64>) -> String {
        let query = self.query(before);
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// Whether a user is the one asked for.
    fn is(&self, user: &Uuid) -> bool {
        self.filter.actor == Some(*user)
    }

    fn groups(&self) -> [(Group, Text, bool); 9] {
        Group::ALL.map(|group| {
            let words = Text::new(match group {
                Group::Changes => "audit-group-changes",
                Group::Access => "audit-group-access",
                Group::Users => "audit-group-users",
                Group::Clients => "audit-group-clients",
                Group::Exports => "audit-group-exports",
                Group::Reads => "audit-group-reads",
                Group::Messages => "audit-group-messages",
                Group::Other => "audit-group-other",
                Group::All => "audit-group-all",
            });
            (group, words, group == self.group)
        })
    }
}

/// Who did something, by their name as it is now.
pub(super) fn name_of(names: &HashMap<Uuid, String>, entry: &Entry) -> String {
    entry.actor.and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| "Redress".to_owned())
}

/// `GET /audit`; `?before=N` goes on after a page. What is no number is the first page.
pub async fn show(
    State(staff): State<Staff>,
    SignedIn(by): SignedIn,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let before = query.get("before").and_then(|text| text.parse().ok());
    let asked = Asked::read(&query, &staff.chrome.zone);
    let (vault, filter) = (staff.vault.clone(), asked.filter);
    let read = move |tx: &mut Tx<'_>| {
        let entries = audit::recent(tx, &vault, &filter, before, SHOWN + 1)?;
        Ok::<_, Fault>((entries, store::list(tx, &vault, None)?))
    };
    let (mut entries, users) = staff.db.read(read).await?;
    let more = entries.len() > SHOWN as usize;
    entries.truncate(SHOWN as usize);
    let names: HashMap<Uuid, String> = users.iter().map(|user| (user.id, user.name.clone())).collect();
    let times = staff.chrome.times(staff.clock.now(), visit.language);
    let row = |entry: &Entry| Row {
        at: times.exact(entry.at),
        // What is said of a sign-in ends with it.
        from: entry.from.clone().filter(|_| entry.event.origin().is_none()),
        who: name_of(&names, entry),
        what: entry.event.words(),
        about: entry.event.about(),
    };
    let title = visit.title(Text::new("audit-heading"), true);
    let frame = staff.chrome.frame(&staff.db, &by.viewer(), visit, &title).await?;
    let page = AuditPage {
        rows: entries.iter().map(row).collect(),
        older: entries.last().filter(|_| more).map(|last| asked.address("/audit", Some(last.seq))),
        newest: before.map(|_| asked.address("/audit", None)),
        export: asked.address("/audit/export", None),
        asked,
        users,
        frame,
    };
    Ok(page.frame.respond(StatusCode::OK, &page))
}
