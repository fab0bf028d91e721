//! Asks for a proof anew before what does lasting harm in wrong hands: users, tokens, second factors. A desk that is left
//! unlocked, or a session that was stolen, is not enough for it.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::{credential::Kind, session::Caller};
use crate::{web::problem::Problem, words::Text};

const MINUTE: i64 = 60 * 1000;
/// A form is shown to whoever proved who they are this long ago.
const TO_BEGIN: i64 = 10 * MINUTE;
/// It is taken this long after: what somebody has typed meanwhile is not lost.
const TO_END: i64 = 40 * MINUTE;

/// Where in a dangerous act a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It asks for the form.
    Begin,
    /// It sends it.
    End,
}

fn is_fresh(caller: &Caller, act: Act, now: i64) -> bool {
    let life = match act {
        Act::Begin => TO_BEGIN,
        Act::End => TO_END,
    };
    // A proof from a clock that has been set back since is none.
    (0..life).contains(&(now - caller.proved_at))
}

/// Where somebody has to go first who asks for a page, to come back to `page`; nothing where their proof is fresh.
pub fn ask(caller: &Caller, act: Act, now: i64, page: &str) -> Option<Response> {
    (!is_fresh(caller, act, now)).then(|| to_confirm(page))
}

/// To where one proves anew who one is, and from there to `page`.
pub fn to_confirm(page: &str) -> Response {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", page).finish();
    Redirect::to(&format!("/account/confirm?{query}")).into_response()
}

/// The refusal of a call that a browser makes with its session, which is too old for what the call does. A token was made
/// for calls.
pub fn refusal(caller: &Caller, now: i64) -> Option<Response> {
    let stale = caller.kind == Kind::Session && !is_fresh(caller, Act::End, now);
    stale.then(|| Problem::of(StatusCode::FORBIDDEN, Text::new("factor-confirm-api")).into())
}
