//! Logging a ticket (FR-TC-001 to -004).

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    KEY, KEY_FAULT,
    client::{self, Match},
    fields::{Menus, TicketForm},
    fresh_key, path_of,
    preview::Preview,
};
use crate::{
    clients,
    db::Tx,
    drafts::{self, FormName},
    fault::{Fault, FieldFault},
    staff::{self, Lapsed, SignedIn, User},
    tickets::{Desk, NewTicket, Tickets, create, form, prepare},
    web::{Answer, Flash, Form, Frame, Key, PageFault, Query, Visit, idempotency},
    words::{Piece, Text},
};

/// The box that says that the client is to be kept.
const KEEP: &str = "keepClient";

#[derive(Template)]
#[template(path = "tickets/new.html")]
struct NewPage {
    frame: Frame,
    form: TicketForm,
    preview: Preview,
    /// Whether the client is to be kept.
    keep: bool,
    /// Whether the client's fields are those of a known one, so that a card shows them.
    picked: bool,
    /// Known clients who may be meant, for who has no scripts.
    matches: Vec<Match>,
    /// When the draft was saved that fills the form.
    restored: Option<String>,
    /// When a draft was saved that does not, since the address fills it.
    waiting: Option<String>,
}

impl NewPage {
    /// How many clients are found, in words, for each number that the suggestions may have.
    fn counts(&self) -> String {
        let said: Vec<String> =
            (0..=10).map(|count| self.frame.t("intake-found").arg("count", count).to_string()).collect();
        serde_json::to_string(&said).unwrap_or_default()
    }
}

/// A form to be shown, and what is known beside its fields.
struct Shown {
    key: String,
    keep: bool,
    picked: bool,
    matches: Vec<Match>,
    restored: Option<i64>,
    waiting: Option<i64>,
}

impl Shown {
    fn with_key(key: String) -> Self {
        Self { key, keep: false, picked: false, matches: Vec::new(), restored: None, waiting: None }
    }
}

/// `GET /tickets/new`; `client`, an id, or parameters by the fields' names fill them in, and else the draft does.
pub async fn show(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let (vault, now) = (state.desk.vault.clone(), state.desk.clock.now());
    let draft = state.db.read(move |tx| drafts::find(tx, &vault, user.id, FormName::Ticket, now)).await?;
    let shown = Shown::with_key(fresh_key(&state.desk));
    match draft {
        Some(found) if query.0.is_empty() => {
            let key = found.draft.key().map_or(shown.key, ToOwned::to_owned);
            let keep = found.draft.get(KEEP) == "on";
            let shown = Shown { key, keep, restored: Some(found.saved_at), ..Shown::with_key(String::new()) };
            page(&state, &user, visit, |name| value_of(name, Some(found.draft.get(name))), shown, &[]).await
        }
        draft => {
            let known = client::by_id(&state, query.get("client")).await?;
            let shown = Shown { waiting: draft.map(|draft| draft.saved_at), picked: known.is_some(), ..shown };
            let value = |name: &str| {
                let recorded = known.as_ref().and_then(|known| client::value_of(known, &state, name));
                value_of(name, recorded.as_deref().or_else(|| query.get(name)))
            };
            page(&state, &user, visit, value, shown, &[]).await
        }
    }
}

/// The form as it is filled in, with the preview and the clients who may be meant, for who has no scripts. A button of
/// such a client brings `client`.
pub async fn looked_up(state: &Tickets, user: &User, visit: Visit, form: &Form) -> Result<Response, PageFault> {
    let key = Some(form.typed(KEY).to_owned()).filter(|key| !key.is_empty()).unwrap_or_else(|| fresh_key(&state.desk));
    let known = client::by_id(state, Some(form.typed("client"))).await?;
    let matches = match known {
        Some(_) => Vec::new(),
        None => client::matches(state, form.typed("clientName")).await?,
    };
    let shown = Shown { keep: form.typed(KEEP) == "on", matches, ..Shown::with_key(key) };
    let value = |name: &str| {
        let recorded = known.as_ref().and_then(|known| client::value_of(known, state, name));
        recorded.unwrap_or_else(|| form.typed(name).to_owned())
    };
    page(state, user, visit, value, shown, &[]).await
}

/// `POST /tickets/new` and `POST /tickets`.
pub async fn submit(
    State(state): State<Tickets>,
    admin: Result<SignedIn, Response>,
    lapsed: Lapsed,
    visit: Visit,
    mut form: Form,
) -> Result<Response, PageFault> {
    let SignedIn(user) = match admin {
        Ok(admin) => admin,
        Err(refusal) => {
            return Ok(
                drafts::sent_without_session(&state.staff, lapsed, FormName::Ticket, &form, &visit, refusal).await
            );
        }
    };
    let typed_key = form.input.take_raw(KEY);
    match log(&state, &user, &mut form, typed_key.as_deref()).await {
        Ok(answer) => {
            state.desk.outbox.wake();
            let path = answer.location.unwrap_or_else(|| "/tickets".to_owned());
            let reference = path.rsplit('/').next().unwrap_or("").to_owned();
            let said = Text::new("intake-logged").arg("reference", reference).to(visit.language);
            Ok(state.chrome.redirect(&path, Some(Flash::ok(said))))
        }
        Err(Fault::Invalid(mut faults)) => {
            let key_spent = faults.iter().any(|fault| fault.field == KEY_FAULT);
            if key_spent {
                faults = vec![FieldFault::new("", "not_allowed", Text::new("intake-sent-before"))];
            }
            let key = typed_key.filter(|_| !key_spent).unwrap_or_else(|| fresh_key(&state.desk));
            let shown = Shown { keep: form.typed(KEEP) == "on", ..Shown::with_key(key) };
            let typed = |name: &str| form.typed(name).to_owned();
            page(&state, &user, visit, typed, shown, &faults).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Logs the ticket of a form, once for its key; the form's draft goes with it, and the client is kept where that is
/// wanted.
async fn log(state: &Tickets, user: &User, form: &mut Form, typed_key: Option<&str>) -> Result<Answer, Fault> {
    let desk = state.desk.clone();
    let scope = format!("{} new_ticket", user.id);
    let key = typed_key.map(|key| Key::new(&desk.vault, key, &scope, &form.bytes));
    let (owner, draft_key) = (user.id, typed_key.unwrap_or_default().to_owned());
    let asked = form::technician_of(&form.input);
    let (new, kept) = match new_ticket(form, &desk) {
        Ok(read) => read,
        Err(fault) => return Err(form::all_faults(fault, asked, (state, None)).await),
    };
    let prepared = prepare(&desk, &user.person(), new);
    let work = move |tx: &mut Tx<'_>| {
        let now = desk.clock.now();
        idempotency::once(tx, &desk.vault, now, key.as_ref(), |tx| {
            let (ticket, _) = create(tx, &desk, &prepared)?;
            let put = |kept| clients::upsert(tx, &desk.vault, &desk.clock, &desk, kept);
            let put = kept.as_ref().map(put).transpose()?;
            drafts::take(tx, &desk.vault, owner, FormName::Ticket, &draft_key, now)?;
            if let Some((client, outcome)) = &put {
                clients::record(tx, &desk.vault, &desk.clock, owner, (client.id, outcome))?;
            }
            Ok(Answer::empty(StatusCode::SEE_OTHER).at(path_of(&ticket.reference)))
        })
    };
    state.db.write(work).await
}

/// Reads the form: the ticket, and its client if that is to be kept. Only one with an account can be, since that is what
/// clients are known by.
fn new_ticket(form: &mut Form, desk: &Desk) -> Result<(NewTicket, Option<clients::Prepared>), Fault> {
    let mut input = std::mem::take(&mut form.input);
    let keep = input.flag(KEEP).value().unwrap_or_default();
    if keep && input.peek("clientAccountId").is_none_or(|text| text.trim().is_empty()) {
        input.fault("clientAccountId", "required", Text::new("intake-keep-needs-account"));
    }
    let new = form::new_ticket(input, desk)?;
    let kept =
        client::entry(&new).filter(|_| keep).map(|entry| clients::prepare(&desk.vault, &desk.clock, entry).by_hand());
    Ok((new, kept))
}

/// A value for a fresh form: what the address or the draft gives, or the default.
fn value_of(name: &str, given: Option<&str>) -> String {
    let default = match name {
        "priority" => "Medium",
        "status" => "New",
        _ => "",
    };
    given.filter(|text| !text.is_empty()).unwrap_or(default).to_owned()
}

async fn page(
    state: &Tickets,
    user: &User,
    visit: Visit,
    values: impl Fn(&str) -> String,
    shown: Shown,
    faults: &[FieldFault],
) -> Result<Response, PageFault> {
    let vault = state.desk.vault.clone();
    let staff = state.db.read(move |tx| staff::technicians(tx, &vault)).await?;
    let menus = Menus { desk: &state.desk, staff: &staff, ticket: None, language: visit.language };
    let preview = Preview::of(state, &state.desk.times(visit.language), &values).await?;
    let mut form = TicketForm::new("/tickets/new".to_owned(), &menus, values).with_faults(faults);
    form.key = shown.key;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let title = visit.title(Text::new("intake-title"), faults.is_empty());
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let times = state.desk.times(frame.visit.language);
    let time = |at: i64| times.time(at).words;
    let page = NewPage {
        frame,
        form,
        preview,
        keep: shown.keep,
        picked: shown.picked,
        matches: shown.matches,
        restored: shown.restored.map(time),
        waiting: shown.waiting.map(time),
    };
    Ok(page.frame.respond(status, &page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_form_has_the_defaults_and_no_issue_type() {
        assert_eq!(value_of("priority", None), "Medium");
        assert_eq!(value_of("status", Some("")), "New");
        assert_eq!(value_of("issueType", None), "");
        assert_eq!(value_of("clientPhone", Some("07700 900555")), "07700 900555");
    }
}
