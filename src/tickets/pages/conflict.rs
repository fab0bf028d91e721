//! The page for a change that meets another one: both versions of each field that differs, side by side, with a choice
//! for each. Nothing that was typed is lost, and all else is merged.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::{
    back::Back,
    fields::why_not,
    fresh_key,
    seen::{Seen, TAKE},
};
use crate::{
    db::Tx,
    fault::Fault,
    phone::Phone,
    staff::{self, User},
    tickets::{
        Change, Desk, Priority, Status, Ticket, Tickets, by_key,
        merge::{FIELDS, Since, stored, wanted},
    },
    web::{Form, Frame, PageFault, Visit},
    words::{Piece, Text, Times, When},
};

#[derive(Template)]
#[template(path = "tickets/conflict.html")]
struct ConflictPage {
    frame: Frame,
    back: Back,
    ticket: Ticket,
    /// Where the choice is sent: where the change was.
    action: String,
    /// A key of the form's own, where the form before had one.
    key: String,
    /// Whether the change came from the form of all fields, to which one can go back.
    whole: bool,
    /// The note that was to be added with the change.
    note: String,
    /// What of the change meets nothing, as it was typed.
    carried: Vec<(&'static str, String)>,
    fields: Vec<Conflict>,
    /// The fields of both kinds that need no choice: mine, and those that others have changed.
    mine: Vec<Text>,
    theirs: Vec<Text>,
}

/// A field on which both differ.
struct Conflict {
    name: &'static str,
    label: Text,
    /// As it was typed.
    typed: String,
    mine: Side,
    theirs: Side,
    /// Who changed it meanwhile; empty for the reader, in another window.
    by: String,
    when: When,
    /// Why mine is no longer possible.
    refused: Option<Text>,
}

/// A value as people read it.
enum Side {
    Words(String),
    Issue(String),
    Nothing,
    Nobody,
    Status(Status),
    Priority(Priority),
}

impl Conflict {
    /// Whether what was typed can be gone over once more right here.
    fn is_text(&self) -> bool {
        matches!(self.name, "clientName" | "clientPhone" | "clientEmail" | "clientAccountId")
    }
}

/// What is needed to say who meets whom.
struct Meeting {
    ticket: Ticket,
    since: Since,
    staff: Vec<User>,
}

/// The page: 422, like every form that is not done with.
///
/// # Errors
/// The database's.
pub async fn page(
    state: &Tickets,
    user: &User,
    visit: Visit,
    key: &str,
    form: &Form,
    (seen, mut change): (Seen, Change),
) -> Result<Response, PageFault> {
    let (desk, wanted_key, held) = (state.desk.clone(), key.to_owned(), seen.clone());
    let read = move |tx: &mut Tx<'_>| {
        let ticket = by_key(tx, &desk.vault, &wanted_key)?;
        let since = held.since(tx, &desk, &ticket)?;
        Ok::<_, Fault>(Meeting { since, staff: staff::technicians(tx, &desk.vault)?, ticket })
    };
    let meeting = state.db.read(read).await?;
    let differ = seen.left(&meeting.ticket, &meeting.since, &mut change);
    let told = (&state.desk, state.desk.times(visit.language));
    let fields = differ.iter().filter_map(|name| conflict(&told, user, &meeting, form, &change, name)).collect();
    let met = |name: &&'static str| differ.contains(name);
    let carried: Vec<_> = FIELDS
        .into_iter()
        .filter(|name| !met(name) && wanted(&change, name).is_some_and(|mine| mine != stored(&meeting.ticket, name)))
        .map(|name| (name, form.typed(name).to_owned()))
        .collect();
    let title = Text::new("conflict-title").arg("reference", meeting.ticket.reference.as_str());
    let title = visit.title(title, false);
    let (back, action) = (Back::of(&visit), visit.path.clone());
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let page = ConflictPage {
        key: if form.typed(super::KEY).is_empty() { String::new() } else { fresh_key(&state.desk) },
        whole: action.split('?').next().is_some_and(|path| path.ends_with("/edit")),
        note: form.typed("content").to_owned(),
        mine: carried.iter().map(|(name, _)| label(name)).collect(),
        theirs: meeting.since.keys().filter(|name| !met(name)).map(|name| label(name)).collect(),
        carried,
        fields,
        back,
        action,
        frame,
        ticket: meeting.ticket,
    };
    Ok(page.frame.respond(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

fn conflict(
    (desk, times): &(&Desk, Times),
    user: &User,
    meeting: &Meeting,
    form: &Form,
    change: &Change,
    name: &'static str,
) -> Option<Conflict> {
    let (ticket, theirs) = (&meeting.ticket, meeting.since.get(name)?);
    let asked = change.status.filter(|_| name == "status");
    Some(Conflict {
        name,
        label: label(name),
        typed: form.typed(name).to_owned(),
        mine: side(name, &wanted(change, name)?, meeting, desk),
        theirs: side(name, &stored(ticket, name), meeting, desk),
        by: if theirs.by.id == user.id { String::new() } else { theirs.by.name.clone() },
        when: times.ago(theirs.at),
        refused: asked.and_then(|status| why_not(ticket.status, status)),
    })
}

fn side(name: &str, value: &str, meeting: &Meeting, desk: &Desk) -> Side {
    let known = match name {
        "status" => Status::parse(value).map(Side::Status),
        "priority" => Priority::parse(value).map(Side::Priority),
        "issueType" => Some(Side::Issue(value.to_owned())),
        "assignedTo" if value.is_empty() => Some(Side::Nobody),
        "assignedTo" => {
            let holder = meeting.ticket.assigned_to.iter().map(|one| (one.id, &one.name));
            let mut known = meeting.staff.iter().map(|one| (one.id, &one.name)).chain(holder);
            known.find(|(id, _)| id.to_string() == value).map(|(_, name)| Side::Words(name.clone()))
        }
        "clientPhone" => Phone::from_e164(value).ok().map(|phone| Side::Words(phone.shown_in(desk.region.as_ref()))),
        _ if value.is_empty() => Some(Side::Nothing),
        _ => None,
    };
    known.unwrap_or_else(|| Side::Words(value.to_owned()))
}

/// What a field is called.
fn label(name: &str) -> Text {
    Text::new(match name {
        "clientName" => "conflict-client-name",
        "clientPhone" => "conflict-client-phone",
        "clientEmail" => "conflict-client-email",
        "clientAccountId" => "conflict-client-account",
        "issueType" => "conflict-issue-type",
        "description" => "conflict-description",
        "priority" => "conflict-priority",
        "assignedTo" => "conflict-technician",
        _ => "conflict-status",
    })
}

/// The toast of a change that others' changes were merged with.
pub fn merged(since: &Since, user: &User) -> Option<Text> {
    let by = since.values().map(|theirs| &theirs.by).find(|by| by.id != user.id)?;
    Some(Text::new("conflict-merged").arg("who", by.name.as_str()))
}
