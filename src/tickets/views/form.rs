//! Reads what a view is made or changed from: a form's fields or a call's.

use super::{Change, NAME, NewView};
use crate::{
    fault::Fault,
    input::{Given, Input, Limits},
    tickets::{Desk, Filter, parameters::named},
    words::Text,
};

/// The longest query string, in characters. A filter with everything in it stays well below.
const QUERY: usize = 8_000;

const NO_NAME: Text = Text::new("views-name-missing");
const NO_QUERY: Text = Text::new("views-query-missing");

/// A new view.
///
/// # Errors
/// [`Fault::Invalid`] with all faults.
pub fn new_view(mut input: Input, desk: &Desk) -> Result<NewView, Fault> {
    let name = input.required("name", Limits::line(NAME), NO_NAME);
    let text = input.required("query", Limits::line(QUERY), NO_QUERY);
    let query = if text.is_empty() { text } else { canonical(&mut input, &text, desk) };
    let shared = input.flag("shared").value().unwrap_or_default();
    input.finish()?;
    Ok(NewView { name, query, shared })
}

/// A change of a view.
///
/// # Errors
/// [`Fault::Invalid`] with all faults.
pub fn change(mut input: Input, desk: &Desk) -> Result<Change, Fault> {
    let name = match input.text("name", Limits::line(NAME)) {
        Given::Value(name) => Some(name),
        Given::Null => {
            input.fault("name", "required", NO_NAME);
            None
        }
        Given::Absent => None,
    };
    let query = match input.text("query", Limits::line(QUERY)) {
        Given::Value(text) => Some(canonical(&mut input, &text, desk)),
        Given::Null => {
            input.fault("query", "required", NO_QUERY);
            None
        }
        Given::Absent => None,
    };
    let shared = input.flag("shared").value();
    input.finish()?;
    Ok(Change { name, query, shared })
}

/// The one form of a list's query string. Every fault of it is one of the field `query`.
fn canonical(input: &mut Input, text: &str, desk: &Desk) -> String {
    let text = text.strip_prefix('?').unwrap_or(text);
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .filter(|(name, _)| !matches!(name.as_str(), "page" | "cursor"))
        .collect();
    match Filter::parse(&pairs, desk) {
        Ok(filter) => {
            let query = filter.canonical();
            if query.is_empty() {
                input.fault("query", "required", NO_QUERY);
            }
            query
        }
        Err(Fault::Invalid(faults)) => {
            for fault in faults {
                input.fault("query", fault.code, named(fault));
            }
            String::new()
        }
        // Reading a filter asks nothing of anybody, so it has no other faults.
        Err(_) => String::new(),
    }
}
