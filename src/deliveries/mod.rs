//! The page of SMS: everything sent, waiting and failed, whom to call since theirs did not arrive, and what they say. It stands above
//! tickets and notifications, which do not know each other's pages.

mod again;
mod api;
mod calls;
mod cancel;
mod gateways;
mod list;
mod record;
mod row;
mod templates;

use axum::{
    Router,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    db::Tx,
    fault::Fault,
    input::Input,
    staff::SignedIn,
    tickets::{Desk, Tickets},
    web::is_local,
};

/// Counts are exact up to this.
const COUNTED_TO: u32 = 10_000;

/// Messages of a page.
const SHOWN: u32 = 50;

/// The calls of this feature, with their documentation.
pub fn api(state: Tickets) -> OpenApiRouter {
    api::api(state.clone()).merge(templates::api::api(state))
}

/// The documentation alone.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = api::document();
    document.merge(templates::api::document());
    document
}

/// The routes of this feature's pages.
pub fn routes(state: Tickets) -> Router {
    Router::new()
        .route("/notifications", get(list::show))
        .route("/notifications/calls", get(calls::show))
        .route("/notifications/resend", get(again::ask).post(again::all))
        .merge(templates::routes())
        .route("/notifications/{id}/resend", get(back).post(again::one))
        .route("/notifications/gateways", get(gateways::show))
        .route("/notifications/gateways/{channel}/{gateway}/test", get(back).post(gateways::test))
        .route("/notifications/{id}/cancel", get(back).post(cancel::one))
        .route("/notifications/{id}/called", get(back).post(calls::called))
        .with_state(state)
}

/// How many clients have to be called, for the side bar; empty when it is nobody.
///
/// # Errors
/// Only the database's.
pub fn to_call(tx: &mut Tx<'_>, desk: &Desk) -> Result<String, Fault> {
    Ok(match desk.outbox.count_to_call(tx, COUNTED_TO + 1)? {
        0 => String::new(),
        count => counted(count),
    })
}

/// A form that was sent before the log-in ended leads back to the page.
async fn back(_: SignedIn) -> Response {
    Redirect::to("/notifications").into_response()
}

/// Where the form came from, as it says, within these pages.
fn origin(input: &mut Input, otherwise: &str) -> String {
    let path = input.take_raw("back").filter(|path| is_local(path) && path.starts_with("/notifications"));
    path.unwrap_or_else(|| otherwise.to_owned())
}

/// A count that may have stopped one after the last that is exact.
fn counted(count: u64) -> String {
    if count > u64::from(COUNTED_TO) { format!("{COUNTED_TO}+") } else { count.to_string() }
}
