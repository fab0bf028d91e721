//! Clients as pages, and the options of the form that logs a ticket. Every action is a plain link or form.

mod detail;
mod edit;
mod fields;
mod list;
mod options;

use axum::{Router, routing::get};
use jiff::{Timestamp, tz::TimeZone};

use super::Clients;
use crate::{fault::FieldFault, web::Frame, words::Text};

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

/// A day for programs and for people.
#[derive(Debug, Clone)]
struct Day {
    /// RFC 3339.
    iso: String,
    words: Text,
}

impl Day {
    /// Of milliseconds since the epoch, in a zone.
    fn at(millis: i64, zone: &TimeZone) -> Self {
        const MONTHS: [&str; 12] = [
            "clients-january",
            "clients-february",
            "clients-march",
            "clients-april",
            "clients-may",
            "clients-june",
            "clients-july",
            "clients-august",
            "clients-september",
            "clients-october",
            "clients-november",
            "clients-december",
        ];
        let at = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH);
        let day = at.to_zoned(zone.clone()).date();
        let month = MONTHS[usize::try_from(day.month() - 1).unwrap_or(0) % 12];
        let words = Text::new("clients-day")
            .arg("day", i64::from(day.day()))
            .arg("month", Text::new(month))
            .arg("year", day.year().to_string());
        Self { iso: format!("{at:.3}"), words }
    }
}

/// A page's title, which says so when there are faults.
fn title(frame: &mut Frame, words: &Text, faults: &[FieldFault]) {
    let words = frame.say(words);
    frame.title = if faults.is_empty() {
        words.to_string()
    } else {
        frame.t("frame-error-title").arg("title", words).to_string()
    };
}
