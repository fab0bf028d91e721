//! Sends messages again: one, or all that failed, after saying how many they are.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::{COUNTED_TO, counted, list::Asked, origin};
use crate::{
    db::Tx,
    fault::Fault,
    notifications::{self, Sought},
    staff::SignedIn,
    tickets::{self, Desk, Tickets},
    web::{Flash, Form, Frame, PageFault, Path, Query, Visit},
    words::Text,
};

/// So many are sent again at most at a time. The newest come first.
const MOST: u32 = 500;
/// So many in one transaction, since the desk writes in between.
const STEP: usize = 20;

#[derive(Template)]
#[template(path = "notifications/again.html")]
struct AgainPage {
    frame: Frame,
    count: u64,
    shown: String,
    most: u32,
    more: bool,
    from: String,
    to: String,
    channel: Option<&'static str>,
    back: String,
}

/// What came of sending one again.
enum Sent {
    /// It waits to be sent.
    Queued,
    /// It cannot be sent: no SMS number, opted out, or no gateway.
    Barred,
    /// Somebody was faster, or it has arrived meanwhile.
    Changed,
}

/// Sends one again, with the same words, to the number that its ticket has now.
fn again(tx: &mut Tx<'_>, desk: &Desk, id: Uuid, by: Uuid) -> Result<Sent, Fault> {
    match tickets::resend(tx, desk, id, by) {
        Ok(sms) if sms.state.is_waiting() => Ok(Sent::Queued),
        Ok(_) => Ok(Sent::Barred),
        Err(Fault::Conflict { .. }) => Ok(Sent::Changed),
        Err(fault) => Err(fault),
    }
}

/// `POST /notifications/{id}/resend`.
pub async fn one(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(id): Path<Uuid>,
    mut form: Form,
) -> Result<Response, PageFault> {
    let back = origin(&mut form.input, "/notifications");
    let (desk, by) = (state.desk.clone(), user.id);
    let sent = state.db.write(move |tx| again(tx, &desk, id, by)).await?;
    state.desk.outbox.wake();
    let say = |word| Text::new(word).to(visit.language);
    let flash = match sent {
        Sent::Queued => Flash::ok(say("notifications-again-done")),
        Sent::Barred => Flash::error(say("notifications-again-barred")),
        Sent::Changed => Flash::error(say("notifications-again-changed")),
    };
    Ok(state.chrome.redirect(&back, Some(flash)))
}

fn failed(asked: &Asked) -> Sought {
    Sought { states: vec![notifications::State::Failed], ..asked.sought.clone() }
}

/// `GET /notifications/resend`: how many failed, before anything is done.
pub async fn ask(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let asked = Asked::read(&query, &state.desk);
    let (desk, sought) = (state.desk.clone(), failed(&asked));
    let count = state.db.read(move |tx| desk.outbox.count_messages(tx, &sought, COUNTED_TO + 1)).await?;
    let title = Text::new("notifications-again-title").to(visit.language).to_string();
    let page = AgainPage {
        frame: state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?,
        count,
        shown: counted(count),
        most: MOST,
        more: count > u64::from(MOST),
        back: asked.address("/notifications", &[notifications::State::Failed], None),
        channel: asked.sought.channel.map(|channel| channel.name),
        from: asked.from,
        to: asked.to,
    };
    Ok(page.frame.respond(StatusCode::OK, &page))
}

/// `POST /notifications/resend`: sends again what failed, the newest first. What has changed meanwhile is left alone, so
/// that sending the form twice does it once.
pub async fn all(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    let asked = Asked::read(&Query(form.typed.clone()), &state.desk);
    let (desk, sought) = (state.desk.clone(), failed(&asked));
    let found = state.db.read(move |tx| desk.outbox.messages(tx, &sought, None, MOST)).await?;
    let ids: Vec<Uuid> = found.iter().map(|one| one.id).collect();
    let (mut queued, mut barred) = (0_u32, 0_u32);
    for step in ids.chunks(STEP) {
        let (desk, by, step) = (state.desk.clone(), user.id, step.to_vec());
        let work = move |tx: &mut Tx<'_>| {
            step.iter().map(|id| still_failed(tx, &desk, *id, by)).collect::<Result<Vec<Sent>, Fault>>()
        };
        for sent in state.db.write(work).await? {
            match sent {
                Sent::Queued => queued += 1,
                Sent::Barred => barred += 1,
                Sent::Changed => {}
            }
        }
        state.desk.outbox.wake();
    }
    let text = Text::new("notifications-again-all-done").arg("queued", queued).arg("barred", barred);
    let flash = Flash::ok(text.to(visit.language));
    let back = asked.address("/notifications", &[notifications::State::Failed], None);
    Ok(state.chrome.redirect(&back, Some(flash)))
}

fn still_failed(tx: &mut Tx<'_>, desk: &Desk, id: Uuid, by: Uuid) -> Result<Sent, Fault> {
    let now = desk.outbox.message(tx, id)?;
    if now.state == notifications::State::Failed { again(tx, desk, id, by) } else { Ok(Sent::Changed) }
}
