//! Tickets as pages. Every action is a plain link or form; scripts only make them quicker.

mod actions;
mod ask;
mod back;
mod bulk;
mod client;
mod conflict;
mod consent;
mod density;
mod detail;
mod edit;
mod fields;
mod filters;
mod find;
mod jobs;
mod list;
mod new;
mod pager;
mod preview;
mod seen;
mod sentence;
mod side_bar;
mod timeline;
mod views;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use uuid::Uuid;

pub use self::{list::row, side_bar::SideBar};
use super::{Desk, Reference, Tickets, export, photos};
use crate::{
    staff::{Role, SignedIn},
    web::{Form, Key},
};

/// The routes of this feature's pages.
pub fn routes(state: Tickets) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/tickets", get(list::show).post(new::submit))
        .route("/tickets/new", get(new::show).post(new::submit))
        .route("/tickets/new/preview", get(preview::back).post(preview::show))
        .route("/tickets/bulk", get(bulk::review).post(bulk::submit))
        .route("/tickets/bulk/{run}", get(bulk::result))
        .route("/tickets/bulk/{run}/undo", post(bulk::undo))
        .route("/tickets/find", get(find::show))
        .route("/tickets/density", post(density::set))
        .route("/tickets/{key}", get(detail::show))
        .route("/tickets/{key}/edit", get(edit::show).post(edit::submit))
        .route("/tickets/{key}/status", get(ask::status_page).post(actions::set_status))
        .route("/tickets/{key}/priority", get(ask::priority_page).post(actions::set_priority))
        .route("/tickets/{key}/assignment", get(ask::assignment_page).post(actions::set_assignment))
        .route("/tickets/{key}/notes", get(actions::back).post(actions::add))
        .route("/tickets/{key}/photos/{photo}", get(photos::door::desk_page))
        .route("/tickets/{key}/undo", get(actions::back).post(actions::undo))
        .route("/tickets/{key}/consent", get(actions::back).post(consent::set))
        .route("/tickets/{key}/notifications/{id}/cancel", get(actions::back).post(consent::cancel))
        .route("/tickets/{key}/notifications/{id}/resend", get(actions::back).post(actions::resend))
        .route("/tickets.csv", get(export::door::page).post(export::door::page_reasoned))
        .route("/tickets/export", get(export::door::ask))
        .route("/jobs", get(jobs::list))
        .route("/jobs/{key}", get(jobs::show))
        .route("/jobs/{key}/notes", get(jobs::back).post(jobs::add_note).layer(DefaultBodyLimit::max(photos::LARGEST)))
        .route("/jobs/{key}/photos/{photo}", get(photos::door::job_page))
        .route("/jobs/{key}/status", get(jobs::back).post(jobs::report))
        .route("/views", get(views::list).post(views::add))
        .route("/views/new", get(views::show_new))
        .route("/views/{id}", get(views::show).post(views::edit))
        .route("/views/{id}/filter", post(views::refilter))
        .route("/views/{id}/delete", get(views::ask_delete).post(views::delete))
        .with_state(state)
}

/// `GET /`: to what the viewer may see. Who is not signed in is led to the door by the extractor.
async fn home(State(state): State<Tickets>, SignedIn(user): SignedIn) -> Redirect {
    Redirect::to(match user.role {
        Role::Admin | Role::Auditor => "/tickets",
        Role::Technician if state.staff.rules.technician_view => "/jobs",
        Role::Technician => "/account",
    })
}

/// Where a ticket's page is.
fn path_of(reference: &Reference) -> String {
    format!("/tickets/{reference}")
}

/// `303 See Other` to the one address of a page, when the request came by another: an id, or other letter cases.
fn canonical(reference: &Reference, key: &str, rest: &str, query: &[(String, String)]) -> Option<Response> {
    if reference.as_str() == key {
        return None;
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let mark = if query.is_empty() { "" } else { "?" };
    Some(Redirect::to(&format!("{}{rest}{mark}{query}", path_of(reference))).into_response())
}

/// The field of a form's key.
const KEY: &str = "idempotencyKey";

/// The field under which a key that came with another body is refused.
const KEY_FAULT: &str = "Idempotency-Key";

/// The key that a form came with, if it has one, bound to who sent it and what for.
fn key_of(form: &mut Form, desk: &Desk, by: Uuid, what: &str) -> Option<Key> {
    let text = form.input.take_raw(KEY)?;
    Some(Key::new(&desk.vault, &text, &format!("{by} {what}"), &form.bytes))
}

/// A key for one form, so that sending it twice does it once.
fn fresh_key(desk: &Desk) -> String {
    data_encoding::HEXLOWER.encode(&desk.clock.bytes::<16>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_reference_as_it_is_written_is_the_address() {
        let reference = Reference::parse("BILL-20261103-7K01").unwrap();
        let query = [("show".to_owned(), "a b".to_owned())];
        assert!(canonical(&reference, "BILL-20261103-7K01", "/edit", &query).is_none());
        let response = canonical(&reference, "bill-20261103-7k01", "/edit", &query).unwrap();
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers()["location"], "/tickets/BILL-20261103-7K01/edit?show=a+b");
        let response = canonical(&reference, "019a", "", &[]).unwrap();
        assert_eq!(response.headers()["location"], "/tickets/BILL-20261103-7K01");
    }
}
