//! Signing in and out over the API.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Staff, User,
    api::{UserRecord, instant},
    credential::{Fresh, LOG_IN_LIFE},
    form, links, log_in,
    second_factor::{self, Given, Required, Second},
    session::{Caller, Sender},
    store, token_store,
};
use crate::{
    audit::{self, Event, Over},
    db::Tx,
    fault::Fault,
    web::{
        Answer, ApiFault, JsonBody,
        openapi::{ProblemDocument, ReadProblems, WriteProblems},
        problem::Problem,
    },
    words::Text,
};

/// The calls, with their documentation.
pub fn calls() -> OpenApiRouter<Staff> {
    OpenApiRouter::new().routes(routes!(post_log_in)).routes(routes!(post_log_out))
}

/// A token for programs. It is shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoggedIn {
    /// Send it as `Authorization: Bearer TOKEN`.
    token: String,
    /// RFC 3339, UTC, milliseconds.
    #[schema(format = DateTime)]
    expires_at: String,
    user: UserRecord,
}

/// What somebody signs in with.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its documentation is used")]
pub struct LogInBody {
    /// In any letter case.
    #[schema(max_length = 254, pattern = r"\S")]
    pub email: String,
    /// As it was set.
    #[schema(format = Password, min_length = 1)]
    pub password: String,
    /// Of an authenticator app, or a recovery code; needed of users who have a second factor. Each is good once.
    #[schema(max_length = 64, nullable = false)]
    pub code: Option<String>,
}

/// Gives a token for 12 hours, each time another one. After 5 failures of an account, or 50 of an address, waiting is
/// asked for.
///
/// `Idempotency-Key` is not looked at: answering again would mean keeping the token itself, and only its hash is kept.
/// A log-in whose answer was lost is made again.
#[utoipa::path(
    post, path = "/api/auth/login", operation_id = "log_in", tag = "auth", request_body = LogInBody, security(()),
    responses(
        (status = 200, description = "The token and its user", body = LoggedIn),
        (
            status = 403,
            description = "Everybody signs in by the provider of single sign-on; or the password was chosen by somebody else and \
                has to be replaced first, or a second factor is required and has to be set up first: both on the page",
            body = ProblemDocument, content_type = "application/problem+json"
        ),
        (
            status = 429, description = "Too many failures; `Retry-After` says how many seconds to wait",
            body = ProblemDocument, content_type = "application/problem+json"
        ),
        WriteProblems
    )
)]
async fn post_log_in(State(staff): State<Staff>, sender: Sender, body: JsonBody) -> Result<Response, ApiFault> {
    if staff.is_closed() {
        return Ok(Problem::of(StatusCode::FORBIDDEN, Text::new("staff-local-closed")).into());
    }
    let mut input = body.input;
    let code = input.take_raw("code").filter(|code| !code.trim().is_empty());
    let (email, password) = form::log_in(input)?;
    let Some(proof) = log_in::verify(&staff, email, password, sender.address, None).await? else {
        return Ok(refused());
    };
    let second = match code {
        None => None,
        Some(code) => {
            let second = second_factor::check(&staff, proof.user(), sender.address, Given::Code(code)).await?;
            if second.is_none() {
                log_in::note_factor_refusal(&staff, proof.user(), sender.address);
                return Ok(refused());
            }
            second
        }
    };
    let (desk, fresh) = (staff.clone(), Fresh::api(&staff.clock));
    let (kept, now) = (fresh.clone(), staff.clock.now());
    let work = move |tx: &mut Tx<'_>| {
        let entered = enter(tx, &desk, &proof, second.as_ref())?;
        if let Entered::In(user) = &entered {
            token_store::insert_log_in(tx, &desk.vault, user.id, &kept, now)?;
            let event = Event::SignedIn { over: Over::Api, from: sender.origin() };
            audit::record(tx, &desk.vault, &desk.clock, Some(user.id), &event)?;
        }
        Ok::<_, Fault>(entered)
    };
    let user = match staff.db.write(work).await? {
        Entered::In(user) => user,
        Entered::Refused => return Ok(refused()),
        Entered::CodeNeeded => {
            return Ok(Problem::of(StatusCode::UNAUTHORIZED, Text::new("factor-code-needed-api")).into());
        }
        Entered::FactorNeeded => {
            return Ok(Problem::of(StatusCode::FORBIDDEN, Text::new("factor-needed-api")).into());
        }
        Entered::MustChange => return Ok(Problem::of(StatusCode::FORBIDDEN, Text::new("links-change-first")).into()),
    };
    tracing::info!(user = %user.id, "signed in over the API");
    let record = LoggedIn { token: fresh.token, expires_at: instant(now + LOG_IN_LIFE), user: UserRecord::from(&user) };
    Ok(Answer::json(StatusCode::OK, &record)?.into_response())
}

/// Where a right password leads.
enum Entered {
    In(User),
    Refused,
    /// The user has a second factor, and none was given.
    CodeNeeded,
    /// The user has none, and has to.
    FactorNeeded,
    /// The password was chosen by somebody else.
    MustChange,
}

fn enter(tx: &mut Tx<'_>, staff: &Staff, proof: &log_in::Proof, second: Option<&Second>) -> Result<Entered, Fault> {
    store::take_turn(tx, proof.user())?;
    if let Some(second) = second {
        if !second_factor::spend(tx, staff, second)? {
            return Ok(Entered::Refused);
        }
    } else if second_factor::store::any(tx, proof.user())? {
        return Ok(Entered::CodeNeeded);
    }
    let Some(user) = log_in::admit(tx, &staff.vault, proof)? else { return Ok(Entered::Refused) };
    if links::store::must_change(tx, user.id)? {
        return Ok(Entered::MustChange);
    }
    if second.is_none() && Required::now(tx)?.asks(user.role) {
        return Ok(Entered::FactorNeeded);
    }
    Ok(Entered::In(user))
}

fn refused() -> Response {
    Problem::of(StatusCode::UNAUTHORIZED, Text::new("staff-nobody")).into()
}

/// Ends the token, or the browser's session, that the call is made with.
#[utoipa::path(
    post, path = "/api/auth/logout", operation_id = "log_out", tag = "auth",
    responses((status = 204, description = "Ended"), ReadProblems)
)]
async fn post_log_out(State(staff): State<Staff>, caller: Caller, sender: Sender) -> Result<Response, ApiFault> {
    log_in::leave(&staff, caller.user.id, (caller.kind, caller.hash), (Over::Api, sender.origin())).await?;
    tracing::info!(user = %caller.user.id, "signed out over the API");
    Ok(StatusCode::NO_CONTENT.into_response())
}
