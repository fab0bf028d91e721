//! A view that was saved when more was known than is now: an issue type has left the settings, say.

use crate::tickets::{Desk, Filter};

/// What is still known of a query string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The parameters that still mean something.
    pub pairs: Vec<(String, String)>,
    /// Those that do not: names and values.
    pub gone: Vec<(String, String)>,
}

/// Parts a query string into values that are still known and those that are not, each looked at by itself.
pub fn known_parts(pairs: &[(String, String)], desk: &Desk) -> Known {
    let mut known = Known { pairs: Vec::new(), gone: Vec::new() };
    for (name, text) in pairs {
        // Lists may stand in one parameter, comma-separated; a search or a date is one value whatever is in it.
        let several = matches!(name.as_str(), "status" | "issueType" | "priority" | "assignedTo");
        let values: Vec<&str> = if several { text.split(',').map(str::trim).collect() } else { vec![text] };
        for value in values {
            let pair = (name.clone(), value.to_owned());
            let good = Filter::parse(std::slice::from_ref(&pair), desk).is_ok();
            if good { &mut known.pairs } else { &mut known.gone }.push(pair);
        }
    }
    known
}
