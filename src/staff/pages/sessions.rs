//! Browsers that are signed in: on the account page one's own, on a user's page all of that user's.

use axum::{extract::State, response::Response};
use uuid::Uuid;

use crate::{
    audit::{self, Event},
    db::Tx,
    fault::Fault,
    staff::{
        SignedIn, Staff,
        credential::Kind,
        session::Caller,
        session_store::Session,
        step_up::{self, Act},
        store,
    },
    web::{Flash, PageFault, Path, Visit},
    words::{Text, Times, When},
};

/// A session as pages list it.
pub(super) struct SessionRow {
    pub(super) id: Uuid,
    pub(super) agent: String,
    pub(super) since: When,
    pub(super) seen: When,
    /// Whether it is the one that the page is shown in.
    pub(super) own: bool,
}

impl SessionRow {
    pub(super) fn new((session, own): (Session, bool), times: &Times) -> Self {
        Self {
            id: session.id,
            agent: session.agent,
            since: times.exact(session.created_at),
            seen: times.exact(session.last_seen_at),
            own,
        }
    }
}

/// `POST /account/sessions/{id}/end`.
pub async fn end_own(
    State(staff): State<Staff>,
    caller: Caller,
    Path(id): Path<Uuid>,
    visit: Visit,
) -> Result<Response, PageFault> {
    // Whoever sits at an open page ends nobody's work elsewhere (ASVS 5.0, 7.5.2).
    if let Some(away) = step_up::ask(&caller, Act::End, staff.clock.now(), "/account") {
        return Ok(away);
    }
    end(&staff, Kind::Session, (caller.user.id, caller.user.id), id).await?;
    Ok(done(&staff, &visit, "/account", "account-session-ended"))
}

/// `POST /account/tokens/{id}/revoke`.
pub async fn revoke_own(
    State(staff): State<Staff>,
    caller: Caller,
    Path(id): Path<Uuid>,
    visit: Visit,
) -> Result<Response, PageFault> {
    end(&staff, Kind::Api, (caller.user.id, caller.user.id), id).await?;
    Ok(done(&staff, &visit, "/account", "account-token-revoked"))
}

/// `POST /users/{id}/sessions/{session}/end`: an admin ends anybody's.
pub async fn end_of(
    State(staff): State<Staff>,
    SignedIn(by): SignedIn,
    Path((of, id)): Path<(Uuid, Uuid)>,
    visit: Visit,
) -> Result<Response, PageFault> {
    end(&staff, Kind::Session, (by.id, of), id).await?;
    Ok(done(&staff, &visit, &format!("/users/{of}/edit"), "account-session-ended"))
}

fn done(staff: &Staff, visit: &Visit, page: &str, key: &'static str) -> Response {
    staff.chrome.redirect(page, Some(Flash::ok(Text::new(key).to(visit.language))))
}

/// Ends a session or a token of a user, and keeps who did.
async fn end(staff: &Staff, kind: Kind, (by, of): (Uuid, Uuid), id: Uuid) -> Result<(), Fault> {
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let end = move |tx: &mut Tx<'_>| {
        if !store::end_own(tx, kind, of, id)? {
            return Err(Fault::NotFound);
        }
        let event = match kind {
            Kind::Session => Event::SessionEnded { id },
            Kind::Api => Event::TokenRevoked { id },
        };
        audit::record(tx, &vault, &clock, Some(by), &event).map(drop)
    };
    staff.db.write(end).await
}
