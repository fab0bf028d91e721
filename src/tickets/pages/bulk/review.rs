//! What a run will do, stated before it is done.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{Group, groups};
use crate::{
    db::Tx,
    fault::Fault,
    input::Given,
    notifications::{Kind, wording::Sms},
    staff::{self, SignedIn, User},
    tickets::{
        Filter, Status, Tickets,
        bulk::{self, Action, Chosen, Fate, Plan},
        by_key,
        pages::{fields::Problem, filters, fresh_key},
    },
    web::{Frame, PageFault, Query, Visit},
    words::{Piece, Text},
};

#[derive(Template)]
#[template(path = "tickets/bulk.html")]
struct ReviewPage {
    frame: Frame,
    list: String,
    back: String,
    heading: Text,
    /// What the button says; absent where nothing changes.
    button: Option<Text>,
    problems: Vec<Problem>,
    /// What is asked for, a line each, with the technician's name that stands in it.
    asked: Vec<(Text, String)>,
    pairs: Vec<(&'static str, String)>,
    groups: Vec<Group>,
    /// Each ticket with the version that is shown.
    tickets: Vec<String>,
    more: bool,
    sms: usize,
    /// One of the SMS that go out.
    example: Option<Sms>,
    /// Why some clients get none, and how many.
    no_sms: Vec<(Text, Text)>,
    undo_seconds: i64,
    key: String,
}

/// `GET /tickets/bulk`: `ticket`, repeated, or `all` with the list's query as `list`; and the action's parameters.
pub async fn show(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Query(pairs): Query,
) -> Result<Response, PageFault> {
    match Action::read(&pairs) {
        Ok(action) => page(&state, &user, visit, &pairs, Some(action), Vec::new()).await,
        Err(wrong) => page(&state, &user, visit, &pairs, None, wrong).await,
    }
}

/// The review, with what was wrong with what was sent.
pub async fn page(
    state: &Tickets,
    user: &User,
    visit: Visit,
    pairs: &[(String, String)],
    action: Option<Action>,
    mut wrong: Vec<Text>,
) -> Result<Response, PageFault> {
    let list = value(pairs, "list").to_owned();
    let chosen = match chosen(state, pairs, &list).await {
        Ok(chosen) => Some(chosen),
        // The list's address cannot be read any more: a technician's name is none, say.
        Err(Fault::Invalid(_)) => {
            wrong.push(Text::new("bulk-bad-list"));
            None
        }
        Err(other) => return Err(other.into()),
    };
    let (desk, wanted) = (state.desk.clone(), action.clone().zip(chosen));
    let read = move |tx: &mut Tx<'_>| {
        let plan = wanted.map(|(action, chosen)| bulk::plan(tx, &desk, &action, &chosen)).transpose()?;
        Ok::<_, Fault>((plan, staff::technicians(tx, &desk.vault)?))
    };
    let (plan, staff) = state.db.read(read).await?;
    let plan = plan.unwrap_or(Plan { rows: Vec::new(), more: false });
    if wrong.is_empty() && plan.rows.is_empty() {
        wrong.push(Text::new("bulk-none"));
    }
    let changing = plan.those(|fate| matches!(fate, Fate::Changed { .. })).len();
    let telling = plan.those(|fate| *fate == Fate::Changed { sms: true });
    let (heading, button) = words(action.as_ref(), changing);
    let good = wrong.is_empty();
    let mut frame = state.chrome.frame(&state.db, &user.viewer(), visit, "").await?;
    frame.title = frame.visit.title(heading.clone(), good);
    let example = match telling.first() {
        Some(row) => {
            let (desk, reference) = (state.desk.clone(), row.reference.clone());
            let ticket = state.db.read(move |tx| by_key(tx, &desk.vault, reference.as_str())).await?;
            Some(state.desk.outbox.preview(Kind::Fixed, &ticket.facts_when_fixed()))
        }
        None => None,
    };
    let page = ReviewPage {
        back: filters::href(&list),
        list,
        heading,
        button: button.filter(|_| changing > 0),
        problems: wrong.into_iter().map(Problem::general).collect(),
        asked: action.as_ref().map(|action| asked(action, &staff)).unwrap_or_default(),
        pairs: action.as_ref().map(Action::pairs).unwrap_or_default(),
        groups: groups::planned(&plan),
        tickets: plan.rows.iter().map(|row| format!("{}@{}", row.reference, row.version)).collect(),
        more: plan.more,
        sms: telling.len(),
        example,
        no_sms: untold(&plan),
        undo_seconds: state.undo / 1000,
        key: fresh_key(&state.desk),
        frame,
    };
    let status = if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page.frame.respond(status, &page))
}

/// The last value of a parameter, or nothing.
pub fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().rev().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

async fn chosen(state: &Tickets, pairs: &[(String, String)], list: &str) -> Result<Chosen, Fault> {
    if value(pairs, "all").is_empty() {
        let keys = pairs.iter().filter(|(name, _)| name == "ticket");
        return Ok(Chosen::These(keys.flat_map(|(_, text)| keys_of(text)).collect()));
    }
    let list = form_urlencoded::parse(list.as_bytes()).into_owned();
    let list: Vec<_> = list.filter(|(name, _)| !matches!(name.as_str(), "page" | "cursor")).collect();
    let filter = Filter::parse(&list, &state.desk)?;
    filter.check(&state.db, &state.desk).await?;
    Ok(Chosen::All(Box::new(filter)))
}

/// The tickets of one value: `BILL-20261126-7K4M.2HX9` is two of a day, which keeps addresses short on their
/// way through a proxy. What comes with a version is looked at again as it is now.
fn keys_of(text: &str) -> Vec<String> {
    let text = text.split('@').next().unwrap_or("");
    let day = text.rfind('-').map_or("", |at| &text[..=at]);
    let mut parts = text.split('.');
    let first = parts.next().map(str::to_owned);
    first.into_iter().chain(parts.map(|tail| format!("{day}{tail}"))).collect()
}

/// The question, and what the button says.
fn words(action: Option<&Action>, changing: usize) -> (Text, Option<Text>) {
    let Some(action) = action.filter(|_| changing > 0) else { return (Text::new("bulk-nothing"), None) };
    let (ask, act) = match action.status.filter(|_| action.is_only_status()) {
        Some(Status::Fixed) => ("bulk-fix-ask", "bulk-fix-do"),
        Some(Status::Closed) => ("bulk-close-ask", "bulk-close-do"),
        _ => ("bulk-change-ask", "bulk-change-do"),
    };
    (Text::new(ask).arg("count", changing), Some(Text::new(act).arg("count", changing)))
}

fn asked(action: &Action, staff: &[User]) -> Vec<(Text, String)> {
    // That it becomes Fixed or Closed is what the heading asks.
    let headed = |status: &Status| action.is_only_status() && matches!(status, Status::Fixed | Status::Closed);
    let status = action
        .status
        .filter(|status| !headed(status))
        .map(|status| Text::new("bulk-to-status").arg("status", status.label()));
    let priority = action.priority.map(|priority| Text::new("bulk-to-priority").arg("priority", priority.label()));
    let known = |id| staff.iter().find(|user| user.id == id).map(|user| user.name.clone());
    let named = action.assigned_to.clone().value().and_then(known);
    let technician = match &action.assigned_to {
        Given::Absent => None,
        Given::Null => Some(Text::new("bulk-to-nobody")),
        Given::Value(_) if named.is_some() => Some(Text::new("bulk-to-technician")),
        Given::Value(_) => Some(Text::new("bulk-to-unknown")),
    };
    let name = named.unwrap_or_default();
    [status, priority, technician].into_iter().flatten().map(|line| (line, name.clone())).collect()
}

/// Why clients are told nothing although their ticket becomes Fixed, and how many for each reason.
fn untold(plan: &Plan) -> Vec<(Text, Text)> {
    let mut reasons: Vec<(&Text, usize)> = Vec::new();
    for why in plan.rows.iter().filter_map(|row| row.no_sms.as_ref()) {
        match reasons.iter_mut().find(|(other, _)| *other == why) {
            Some((_, count)) => *count += 1,
            None => reasons.push((why, 1)),
        }
    }
    reasons.into_iter().map(|(why, count)| (why.clone(), Text::new("bulk-no-sms").arg("count", count))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_tickets_of_a_day_are_one_value() {
        assert_eq!(
            keys_of("BILL-20261126-7K4M.2HX9.Q81D"),
            ["BILL-20261126-7K4M", "BILL-20261126-2HX9", "BILL-20261126-Q81D"]
        );
        assert_eq!(keys_of("BILL-20261126-7K4M@3"), ["BILL-20261126-7K4M"]);
        assert_eq!(keys_of("0198f5a1-7000-7000-8000-000000000001"), ["0198f5a1-7000-7000-8000-000000000001"]);
        assert_eq!(keys_of(""), [""]);
    }
}
