//! Clients as pages, and the options of the form that logs a ticket. Every action is a plain link or form.

mod detail;
mod edit;
mod fields;
mod list;
mod options;

use axum::{Router, routing::get};

use super::Clients;
use crate::{web::Frame, words::Text};

/// The routes of this feature's pages.
pub fn routes(state: Clients) -> Router {
    Router::new()
        .route("/clients", get(list::show).post(edit::add))
        .route("/clients/new", get(edit::show_new))
        .route("/clients/suggest", get(options::show))
        .route("/clients/{id}", get(detail::show))
        .route("/clients/{id}/edit", get(edit::show).post(edit::save))
        .with_state(state)
}

/// A page's title, which says so when there are faults.
fn title(frame: &mut Frame, words: &Text, good: bool) {
    frame.title = frame.visit.title(words.clone(), good);
}
