//! What goes by age, and what is held.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use crate::{
    db::Tx,
    fault::Fault,
    privacy::{self, Hold, Planned, Privacy, Rule},
    staff::{self, SignedIn, User},
    tickets,
    web::{Frame, PageFault, Visit},
    words::{Text, Times, When},
};

#[derive(Template)]
#[template(path = "privacy/overview.html")]
struct OverviewPage {
    frame: Frame,
    rules: Vec<RuleRow>,
    holds: Vec<HoldRow>,
    sought: String,
    fault: Option<Text>,
}

struct RuleRow {
    rule: Rule,
    name: &'static str,
    after: Option<Text>,
    planned: Planned,
    oldest: Option<When>,
    newest: Option<When>,
}

pub(super) struct HoldRow {
    pub(super) id: Uuid,
    pub(super) reason: String,
    pub(super) by: String,
    pub(super) placed: When,
    pub(super) until: Option<When>,
    pub(super) href: String,
    /// A reference; nothing for a client.
    pub(super) reference: Option<String>,
}

impl RuleRow {
    fn new(planned: Planned, times: &Times) -> Self {
        let (name, after) = match planned.rule {
            Rule::Tickets => ("privacy-rule-tickets", "privacy-after-months"),
            Rule::Messages => ("privacy-rule-messages", "privacy-after-days"),
            Rule::Inbound => ("privacy-rule-inbound", "privacy-after-days"),
            Rule::Audit => ("privacy-rule-audit", "privacy-after-years"),
        };
        Self {
            rule: planned.rule,
            name,
            after: planned.limit.map(|limit| Text::new(after).arg("count", limit)),
            oldest: planned.age.oldest.map(|at| times.long_day(at)),
            newest: planned.age.newest.map(|at| times.long_day(at)),
            planned,
        }
    }
}

pub(super) fn hold_row(
    hold: &Hold,
    reference: Option<String>,
    names: &HashMap<Uuid, String>,
    times: &Times,
) -> HoldRow {
    HoldRow {
        id: hold.id,
        reason: hold.reason.clone(),
        by: names.get(&hold.placed_by).cloned().unwrap_or_default(),
        placed: times.long_day(hold.placed_at),
        // The day before: it ends with that day.
        until: hold.until.map(|at| times.long_day(at - 1)),
        href: match (hold.client, &reference) {
            (Some(id), _) => format!("/privacy/clients/{id}"),
            (None, reference) => format!("/privacy/tickets/{}", reference.clone().unwrap_or_default()),
        },
        reference,
    }
}

/// The names of those who placed holds.
pub(super) fn names(tx: &mut Tx<'_>, state: &Privacy, holds: &[Hold]) -> Result<HashMap<Uuid, String>, Fault> {
    let mut names = HashMap::new();
    for by in holds.iter().map(|hold| hold.placed_by) {
        if let Some(user) = staff::by_id(tx, &state.tickets.desk.vault, by)? {
            names.insert(by, user.name);
        }
    }
    Ok(names)
}

/// `GET /privacy`.
pub(super) async fn page(
    State(state): State<Privacy>,
    SignedIn(user): SignedIn,
    visit: Visit,
) -> Result<Response, PageFault> {
    show(&state, &user, visit, String::new(), None).await
}

pub(super) async fn show(
    state: &Privacy,
    user: &User,
    visit: Visit,
    sought: String,
    fault: Option<Text>,
) -> Result<Response, PageFault> {
    let here = state.clone();
    let read = move |tx: &mut Tx<'_>| {
        let desk = &here.tickets.desk;
        let planned = privacy::plan(tx, desk, &here.retention)?;
        let holds = privacy::holds(tx, desk)?;
        let names = names(tx, &here, &holds)?;
        let mut references = Vec::new();
        for hold in &holds {
            let ticket = hold.ticket.map(|id| tickets::by_key(tx, &desk.vault, &id.to_string())).transpose()?;
            references.push(ticket.map(|ticket| ticket.reference.to_string()));
        }
        Ok::<_, Fault>((planned, holds, names, references))
    };
    let (planned, holds, names, references) = state.tickets.db.read(read).await?;
    let title = visit.title(Text::new("privacy-heading"), fault.is_none());
    let frame = state.tickets.chrome.frame(&state.tickets.db, &user.viewer(), visit, &title).await?;
    let times = state.tickets.desk.times(frame.visit.language);
    let status = if fault.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let rows = holds.iter().zip(references);
    let page = OverviewPage {
        rules: planned.into_iter().map(|one| RuleRow::new(one, &times)).collect(),
        holds: rows.map(|(hold, reference)| hold_row(hold, reference, &names, &times)).collect(),
        sought,
        fault,
        frame,
    };
    Ok(page.frame.respond(status, &page))
}
