//! The fields of a ticket read from a form or a JSON object, with the contract's limits.

use uuid::Uuid;

use super::{Change, Desk, NewTicket, Priority, Status, Tickets, by_key, create::no_technician, issue_label};
use crate::{
    db::Tx,
    fault::Fault,
    input::{Given, Input, Limits},
    notifications::Kind,
    phone::{Phone, PhoneError},
    staff,
    words::Text,
};

pub(super) const NAME: Limits = Limits::line(200);
const PHONE: Limits = Limits::line(64);
pub(super) const EMAIL: Limits = Limits::line(254);
pub(super) const ACCOUNT: Limits = Limits::line(64);
const WORD: Limits = Limits::line(100);
pub(super) const TEXT: Limits = Limits::lines(10_000);

/// Reads a whole new ticket.
///
/// # Errors
/// [`Fault::Invalid`] with every fault of every field.
pub fn new_ticket(mut input: Input, desk: &Desk) -> Result<NewTicket, Fault> {
    let client_name = input.required("clientName", NAME, NAME_MISSING);
    let client_phone = phone(&mut input, desk);
    let client_email = email(&mut input).value();
    let client_account_id = input.text("clientAccountId", ACCOUNT).value();
    let issue_type = issue_type(&mut input, desk, None);
    let description = input.required("description", TEXT, TEXT_MISSING);
    let status = status(&mut input).value().unwrap_or(Status::New);
    if !Status::INITIAL.contains(&status) {
        let [new, open] = Status::INITIAL.map(Status::label);
        input.fault("status", "not_allowed", Text::new("rules-starts-as").arg("new", new).arg("open", open));
    }
    let priority = priority(&mut input).value().unwrap_or_default();
    let assigned_to = technician(&mut input).value();
    input.finish()?;
    // Either is only absent with a fault, which `finish` has just returned.
    let (Some(client_phone), Some(issue_type)) = (client_phone, issue_type) else {
        return Err(Fault::Invalid(Vec::new()));
    };
    Ok(NewTicket {
        client_name,
        client_phone,
        client_email,
        client_account_id,
        issue_type,
        description,
        status,
        priority,
        assigned_to,
    })
}

/// Reads a change of the ticket with this id or reference: only the fields that were sent.
///
/// # Errors
/// [`Fault::Invalid`] with every fault of every field.
pub async fn change(input: Input, tickets: &Tickets, key: &str) -> Result<Change, Fault> {
    let (desk, wanted, asked) = (tickets.desk.clone(), key.to_owned(), technician_of(&input));
    // A type that was taken out of the settings stays good for the tickets that have it; they are only then asked.
    let unlisted = input.peek("issueType").is_some_and(|text| desk.issue_types.find(text.trim()).is_none());
    let kept = if unlisted {
        tickets.db.read(move |tx| by_key(tx, &desk.vault, &wanted).map(|ticket| Some(ticket.issue_type))).await?
    } else {
        None
    };
    match read_change(input, &tickets.desk, kept.as_deref()) {
        Ok(change) => Ok(change),
        Err(fault) => Err(all_faults(fault, asked, (tickets, Some(key))).await),
    }
}

/// The technician whom an input asks for, before it is read.
pub(super) fn technician_of(input: &Input) -> Option<Uuid> {
    input.peek("assignedTo").and_then(|text| Uuid::try_parse(text.trim()).ok())
}

/// What an input is refused for, and what only the database knows of it: that the technician asked for cannot go. So that
/// whoever mends it does so once. Whoever has the ticket of the change already keeps it.
pub(super) async fn all_faults(fault: Fault, asked: Option<Uuid>, of: (&Tickets, Option<&str>)) -> Fault {
    let (mut faults, id) = match (fault, asked) {
        (Fault::Invalid(faults), Some(id)) => (faults, id),
        (fault, _) => return fault,
    };
    let (tickets, key) = of;
    let (vault, key) = (tickets.desk.vault.clone(), key.map(ToOwned::to_owned));
    let may_go = move |tx: &mut Tx<'_>| {
        let has = match key.as_deref().map(|key| by_key(tx, &vault, key)) {
            Some(Ok(ticket)) => ticket.has_technician(id),
            None | Some(Err(Fault::NotFound)) => false,
            Some(Err(fault)) => return Err(fault),
        };
        Ok::<_, Fault>(has || staff::enabled_technician(tx, &vault, id)?.is_some())
    };
    match tickets.db.read(may_go).await {
        Ok(true) => {}
        Ok(false) => faults.push(no_technician()),
        Err(fault) => return fault,
    }
    Fault::Invalid(faults)
}

fn read_change(mut input: Input, desk: &Desk, kept_type: Option<&str>) -> Result<Change, Fault> {
    let client_name = sent_text(&mut input, "clientName", NAME, NAME_MISSING);
    let client_phone = if input.has("clientPhone") { phone(&mut input, desk) } else { None };
    let client_email = email(&mut input);
    let client_account_id = input.text("clientAccountId", ACCOUNT);
    let issue_type = if input.has("issueType") { issue_type(&mut input, desk, kept_type) } else { None };
    let description = sent_text(&mut input, "description", TEXT, TEXT_MISSING);
    let status = status(&mut input);
    let status = sent_word(&mut input, "status", status);
    let priority = priority(&mut input);
    let priority = sent_word(&mut input, "priority", priority);
    let assigned_to = technician(&mut input);
    input.finish()?;
    Ok(Change {
        client_name,
        client_phone,
        client_email,
        client_account_id,
        issue_type,
        description,
        status,
        priority,
        assigned_to,
    })
}

/// A note about to be added.
#[derive(Debug, Clone)]
pub struct NewNote {
    /// 1 to 10,000 characters.
    pub content: String,
    /// Whether the client gets it too.
    pub tell_client: bool,
}

/// Reads the `status` that a technician reports.
///
/// # Errors
/// [`Fault::Invalid`] with every fault.
pub fn report(mut input: Input) -> Result<Status, Fault> {
    let status = status(&mut input).value();
    if status.is_none() && input.faults() == 0 {
        input.fault("status", "required", choose(Status::labels(&Status::ALL)));
    }
    input.finish()?;
    // Absent with a fault only, which `finish` has just returned.
    status.ok_or_else(|| Fault::Invalid(Vec::new()))
}

/// Reads a note's `content` and `tellClient`.
///
/// # Errors
/// [`Fault::Invalid`] with every fault.
pub fn note(mut input: Input, desk: &Desk) -> Result<NewNote, Fault> {
    let content = input.required("content", TEXT, Text::new("rules-write-note"));
    let tell_client = input.flag("tellClient").value().unwrap_or(false);
    if tell_client && !desk.outbox.tells(Kind::Note) {
        input.fault("tellClient", "not_allowed", Text::new("rules-no-notes-to-clients"));
    }
    input.finish().map(|()| NewNote { content, tell_client })
}

const NAME_MISSING: Text = Text::new("clients-name-missing");
const PHONE_MISSING: Text = Text::new("clients-phone-missing");
const TYPE_MISSING: Text = Text::new("rules-choose-issue");
const TEXT_MISSING: Text = Text::new("rules-say-what-happened");

fn sent_text(input: &mut Input, name: &str, limits: Limits, missing: Text) -> Option<String> {
    input.has(name).then(|| input.required(name, limits, missing))
}

fn phone(input: &mut Input, desk: &Desk) -> Option<Phone> {
    input.must("clientPhone", PHONE, PHONE_MISSING, |text| {
        Phone::parse(text, desk.region.as_ref()).map_err(PhoneError::text)
    })
}

fn issue_type(input: &mut Input, desk: &Desk, kept: Option<&str>) -> Option<String> {
    let types = &desk.issue_types;
    let find = |text: &str| types.find(text).or_else(|| kept.filter(|kept| kept.to_lowercase() == text.to_lowercase()));
    input.must("issueType", WORD, TYPE_MISSING, |text| {
        find(text)
            .map(ToOwned::to_owned)
            .ok_or_else(|| choose(types.all().iter().map(|name| issue_label(name)).collect()))
    })
}

fn email(input: &mut Input) -> Given<String> {
    input.parsed("clientEmail", EMAIL, crate::email::check)
}

fn status(input: &mut Input) -> Given<Status> {
    input.parsed("status", WORD, |text| Status::parse(text).ok_or_else(|| choose(Status::labels(&Status::ALL))))
}

fn priority(input: &mut Input) -> Given<Priority> {
    input.parsed("priority", WORD, |text| {
        Priority::parse(text).ok_or_else(|| choose(Priority::ALL.map(Priority::label).to_vec()))
    })
}

/// One of a list of words, for a ticket that has one already: it cannot be cleared.
pub(super) fn choose(choices: Vec<Text>) -> Text {
    Text::new("rules-choose").arg("choices", choices)
}

fn sent_word<T>(input: &mut Input, name: &str, given: Given<T>) -> Option<T> {
    match given {
        Given::Value(value) => Some(value),
        Given::Null => {
            input.fault(name, "required", Text::new("rules-choose-or-omit"));
            None
        }
        Given::Absent => None,
    }
}

fn technician(input: &mut Input) -> Given<Uuid> {
    input.parsed("assignedTo", WORD, |text| Uuid::parse_str(text).map_err(|_| Text::new("rules-technician-id")))
}
