//! The gateways: how each does, and a trial message by one of them.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::list::{Asked, Tab, tabs};
use crate::{
    db::Tx,
    email,
    fault::{Fault, FieldFault},
    notifications::{Channel, Contact, Way, reason_text},
    phone::Phone,
    staff::{SignedIn, User},
    tickets::Tickets,
    web::{Flash, Form, Frame, PageFault, Path, Query, Visit},
    words::{Text, Times, When},
};

#[derive(Template)]
#[template(path = "notifications/gateways.html")]
struct GatewaysPage {
    frame: Frame,
    tabs: Vec<Tab>,
    ways: Vec<Row>,
}

/// A gateway as the page shows it.
#[derive(Debug)]
struct Row {
    channel: &'static str,
    channel_words: Text,
    gateway: &'static str,
    tone: &'static str,
    icon: &'static str,
    state: Text,
    since: Option<When>,
    last_ok: Option<When>,
    last_error: Option<(When, Option<Text>)>,
    waiting: i64,
    held: i64,
    oldest: Option<When>,
    sends: bool,
    to_phones: bool,
    to_people: bool,
    /// What was typed for a trial, and what was wrong with it.
    tried: Option<(String, Text)>,
}

impl Row {
    fn new(way: &Way, times: &Times) -> Self {
        let standing = &way.standing;
        let (tone, icon, state) = match (&standing.trouble, way.hindrance, standing.last_ok) {
            (_, Some(why), _) => ("off", "ban", reason_text(why)),
            (Some(trouble), ..) if trouble.reason.is_none() => {
                ("failed", "alert-triangle", Text::new("notifications-way-refused"))
            }
            (Some(_), ..) => ("failed", "alert-triangle", Text::new("notifications-way-failing")),
            (None, _, Some(_)) => ("delivered", "check", Text::new("notifications-way-well")),
            (None, _, None) => ("queued", "clock", Text::new("notifications-way-unused")),
        };
        Self {
            channel: way.channel.name,
            channel_words: way.channel.label(),
            gateway: way.gateway,
            tone,
            icon,
            state,
            since: standing.trouble.as_ref().map(|trouble| times.ago(trouble.since)),
            last_ok: standing.last_ok.map(|at| times.ago(at)),
            last_error: standing
                .last_error
                .as_ref()
                .map(|(at, reason)| (times.ago(*at), reason.as_deref().map(reason_text))),
            waiting: way.waiting,
            held: way.held,
            oldest: way.oldest.map(|at| times.ago(at)),
            sends: way.hindrance.is_none(),
            to_phones: way.channel.to_phones,
            to_people: way.channel.is_for_people(),
            tried: None,
        }
    }
}

/// `GET /notifications/gateways`.
pub async fn show(State(state): State<Tickets>, SignedIn(user): SignedIn, visit: Visit) -> Result<Response, PageFault> {
    page(&state, &user, visit, None).await
}

/// What a trial was asked for, and why there was none.
struct Trouble {
    channel: String,
    gateway: String,
    typed: String,
    why: Text,
}

async fn page(state: &Tickets, user: &User, visit: Visit, trouble: Option<Trouble>) -> Result<Response, PageFault> {
    let desk = state.desk.clone();
    let read = move |tx: &mut Tx<'_>| {
        let mut tabs = tabs(tx, &desk, &Asked::read(&Query::default(), &desk))?;
        for tab in &mut tabs {
            tab.here = false;
        }
        Ok::<_, Fault>((tabs, desk.outbox.ways(tx)?))
    };
    let (tabs, ways) = state.db.read(read).await?;
    let times = state.desk.times(visit.language);
    let mut ways: Vec<Row> = ways.iter().map(|way| Row::new(way, &times)).collect();
    let status = if trouble.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = visit.title(Text::new("notifications-ways"), trouble.is_none());
    if let Some(Trouble { channel, gateway, typed, why }) = trouble {
        let meant = ways.iter_mut().find(|way| way.channel == channel && way.gateway == gateway);
        meant.ok_or(Fault::NotFound)?.tried = Some((typed, why));
    }
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let page = GatewaysPage { frame, tabs, ways };
    Ok(page.frame.respond(status, &page))
}

/// `POST /notifications/gateways/{channel}/{gateway}/test`: `to`, a number or an e-mail address.
pub async fn test(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path((channel, gateway)): Path<(String, String)>,
    mut form: Form,
) -> Result<Response, PageFault> {
    let typed = form.input.take_raw("to").unwrap_or_default().trim().to_owned();
    match try_out(&state, user.id, (&channel, &gateway), &typed, |_| Ok(())).await {
        Ok(answer) => {
            let flash = match answer {
                None => Flash::ok(Text::new("notifications-tried").to(visit.language)),
                Some(why) => {
                    let why = Text::new("notifications-tried-not").arg("reason", reason_text(&why));
                    Flash::error(why.to(visit.language))
                }
            };
            Ok(state.chrome.redirect("/notifications/gateways", Some(flash)))
        }
        Err(Fault::Invalid(faults)) => {
            let why = faults.into_iter().next().map_or(Text::new("phone-empty"), |fault: FieldFault| fault.message);
            page(&state, &user, visit, Some(Trouble { channel, gateway, typed, why })).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Sends a trial to what somebody typed, if `admit` has nothing against it.
///
/// # Errors
/// As [`Outbox::try_gateway`](crate::notifications::Outbox::try_out); [`Fault::Invalid`] on `to` for what is neither number nor
/// address.
pub async fn try_out(
    state: &Tickets,
    by: Uuid,
    (channel, gateway): (&str, &str),
    typed: &str,
    admit: impl Fn(&mut Tx<'_>) -> Result<(), Fault> + Send + 'static,
) -> Result<Option<String>, Fault> {
    let desk = &state.desk;
    let by_mail = channel == "email";
    // What goes to a program goes where the settings say.
    let phone = if by_mail || channel == Channel::WEBHOOK.name {
        None
    } else {
        let parsed = Phone::parse(typed, desk.region.as_ref());
        Some(parsed.map_err(|why| Fault::field("to", "invalid", why.text()))?)
    };
    if by_mail {
        email::check(typed).map_err(|why| Fault::field("to", "invalid", why))?;
    }
    let to = Contact { phone: phone.as_ref(), email: by_mail.then_some(typed) };
    let answer = desk.outbox.try_gateway(&state.db, by, (channel, gateway), &to, admit).await?;
    tracing::info!(channel, gateway, taken = answer.is_none(), "a trial was sent");
    Ok(answer)
}
