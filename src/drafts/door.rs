//! The doors of drafts: scripts keep them while somebody types, buttons keep and discard them without scripts.

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{post, put},
};
use uuid::Uuid;

use super::{Draft, FormName, keep};
use crate::{
    db::Tx,
    fault::Fault,
    staff::{Lapsed, SignedIn, Staff},
    web::{Flash, Form, PageFault, Path, Visit},
    words::Text,
};

/// The routes of drafts.
pub fn routes(state: Staff) -> Router {
    Router::new()
        .route("/drafts/{form}", put(keep_typing).post(keep_by_hand))
        .route("/drafts/{form}/discard", post(discard))
        .with_state(state)
}

/// `PUT /drafts/{form}`, from a script: 200 with a line to show, empty when there was nothing to keep. Who has been
/// signed out meanwhile gets 401 and such a line; what they typed is kept all the same, see [`Lapsed`].
async fn keep_typing(
    State(state): State<Staff>,
    admin: Result<SignedIn, Response>,
    lapsed: Lapsed,
    visit: Visit,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, PageFault> {
    let name = FormName::parse(&name).ok_or(Fault::NotFound)?;
    let (owner, status) = match (&admin, lapsed.0) {
        (Ok(SignedIn(user)), _) => (Some(user.id), StatusCode::OK),
        (Err(refusal), owner) if refusal.status().is_redirection() => (owner, StatusCode::UNAUTHORIZED),
        (Err(_), _) => return Ok(admin.err().unwrap_or_default()),
    };
    let saved = match owner {
        Some(owner) => save(&state, owner, name, &form).await?,
        None => false,
    };
    let line = match (status, saved) {
        (StatusCode::OK, true) => {
            let now = state.clock.now();
            Some(Text::new("drafts-saved").arg("time", state.chrome.times(now, visit.language).time(now).words))
        }
        (StatusCode::OK, false) => None,
        (_, true) => Some(Text::new("drafts-signed-out")),
        (_, false) => Some(Text::new("drafts-signed-out-unsaved")),
    };
    let line = line.map(|line| line.to(visit.language).to_string()).unwrap_or_default();
    Ok((status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], line).into_response())
}

/// `POST /drafts/{form}`, from a button: 303 to the form.
async fn keep_by_hand(
    State(state): State<Staff>,
    admin: Result<SignedIn, Response>,
    lapsed: Lapsed,
    visit: Visit,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, PageFault> {
    let name = FormName::parse(&name).ok_or(Fault::NotFound)?;
    let SignedIn(user) = match admin {
        Ok(admin) => admin,
        Err(refusal) => return Ok(sent_without_session(&state, lapsed, name, &form, &visit, refusal).await),
    };
    let saved = save(&state, user.id, name, &form).await?;
    let flash = saved.then(|| toast("drafts-kept", &visit));
    Ok(state.chrome.redirect(&name.page(), flash))
}

/// `POST /drafts/{form}/discard`: 303 to the form.
async fn discard(
    State(state): State<Staff>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, PageFault> {
    let name = FormName::parse(&name).ok_or(Fault::NotFound)?;
    let (vault, now, key) = (state.vault.clone(), state.clock.now(), form.typed("idempotencyKey").to_owned());
    state.db.write(move |tx| keep::take(tx, &vault, user.id, name, &key, now)).await?;
    Ok(state.chrome.redirect(&name.page(), Some(toast("drafts-discarded", &visit))))
}

/// Answers a form that came from somebody whose session ended while they were typing: `refusal` is where the door would
/// send them. What they typed becomes their draft, and signing in leads back to it.
pub async fn sent_without_session(
    state: &Staff,
    lapsed: Lapsed,
    name: FormName,
    form: &Form,
    visit: &Visit,
    refusal: Response,
) -> Response {
    let Some(owner) = lapsed.0.filter(|_| refusal.status().is_redirection()) else { return refusal };
    match save(state, owner, name, form).await {
        Ok(true) => {
            let next = form_urlencoded::Serializer::new(String::new()).append_pair("next", &name.page()).finish();
            state.chrome.redirect(&format!("/login?{next}"), Some(toast("drafts-signed-out", visit)))
        }
        Ok(false) => refusal,
        Err(fault) => PageFault(fault).into_response(),
    }
}

fn toast(key: &'static str, visit: &Visit) -> Flash {
    Flash::ok(Text::new(key).to(visit.language))
}

async fn save(state: &Staff, owner: Uuid, name: FormName, form: &Form) -> Result<bool, Fault> {
    let (draft, vault, now) = (Draft::of(name, &form.typed)?, state.vault.clone(), state.clock.now());
    state.db.write(move |tx: &mut Tx<'_>| keep::save(tx, &vault, owner, name, &draft, now)).await
}
