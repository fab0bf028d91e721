//! The one query string of a list: by it a saved view is kept and recognised, whatever order its parameters came in.

use super::{Assignee, Filter, Order, Sort};

/// Rows of a page where nothing is said.
const PAGE_SIZE: u32 = 25;

impl Filter {
    /// The query string with everything that makes the list, and nothing else: no page, no cursor, no defaults, no
    /// value twice, parameters and values in one order. Empty for the list of all tickets.
    pub fn canonical(&self) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        let mut each = |name: &str, mut values: Vec<String>| {
            let mut seen = std::collections::HashSet::new();
            values.retain(|value| !value.is_empty() && seen.insert(value.clone()));
            for value in values {
                out.append_pair(name, &value);
            }
        };
        let (mut statuses, mut priorities) = (self.statuses.clone(), self.priorities.clone());
        statuses.sort();
        priorities.sort();
        let mut types = self.issue_types.clone();
        types.sort();
        let mut assigned: Vec<String> = self.assigned.iter().map(written).collect();
        assigned.sort();
        each("status", statuses.iter().map(ToString::to_string).collect());
        each("issueType", types);
        each("priority", priorities.iter().map(ToString::to_string).collect());
        each("assignedTo", assigned);
        each("createdFrom", vec![self.created_from_text.clone()]);
        each("createdTo", vec![self.created_to_text.clone()]);
        each("q", vec![self.q.trim().to_owned()]);
        if self.sort != Sort::default() {
            each("sort", vec![self.sort.name().to_owned()]);
        }
        if self.order != Order::default() {
            each("order", vec![self.order.name().to_owned()]);
        }
        if self.page_size != PAGE_SIZE {
            each("pageSize", vec![self.page_size.to_string()]);
        }
        out.finish()
    }
}

fn written(assignee: &Assignee) -> String {
    match assignee {
        Assignee::Nobody => "none".to_owned(),
        Assignee::User(id) => id.to_string(),
    }
}
