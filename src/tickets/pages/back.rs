//! The way back from a ticket to the list that it was opened from.

use super::filters;
use crate::{
    tickets::{Reference, filter::PARAMETERS},
    web::{Frame, Visit},
};

/// The parameter that carries the list's query from one of a ticket's pages to the next.
const LIST: &str = "list";

/// A longer query than any that the list's own links have is not carried.
const LONGEST: usize = 8_000;

/// The list that a ticket was opened from; all tickets where that is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Back {
    query: String,
}

impl Back {
    /// From the request's own parameter or, since the list's links do not carry it, from the page before (`Referer`,
    /// which our policy keeps whole within this server): the list itself, or another page of a ticket.
    pub fn of(visit: &Visit) -> Self {
        let own = parameter(&visit.path);
        let before = || match visit.referer.split_once('?') {
            Some(("/tickets", query)) => Some(query.to_owned()),
            Some((path, _)) if path.starts_with("/tickets/") => parameter(&visit.referer),
            _ => None,
        };
        own.or_else(before).map_or_else(Self::default, |query| Self::to(&query))
    }

    fn to(query: &str) -> Self {
        if query.len() > LONGEST {
            return Self::default();
        }
        let pairs = form_urlencoded::parse(query.as_bytes());
        // Whatever else an address brings along is dropped: the way back leads to a list of ours and nowhere else.
        let known = pairs.filter(|(name, value)| PARAMETERS.contains(&&**name) && !value.is_empty());
        Self { query: form_urlencoded::Serializer::new(String::new()).extend_pairs(known).finish() }
    }

    /// The list, at the ticket's row.
    pub fn href(&self, reference: &Reference) -> String {
        format!("{}#{reference}", filters::href(&self.query))
    }

    /// What the list is called: a view's name where it is one.
    pub fn label<'a>(&self, frame: &'a Frame) -> &'a str {
        if self.query.is_empty() {
            return "Tickets";
        }
        let here = sorted(&self.query);
        let same = |address: &str| sorted(address.split_once('?').map_or("", |(_, query)| query)) == here;
        let plain = if here.iter().any(|(name, _)| name == "q") { "Search" } else { "Tickets" };
        frame.view_at(|view| same(&view.href)).map_or(plain, |view| &view.label)
    }

    /// What carries the list along, behind a path without parameters: empty where nothing need be.
    pub fn suffix(&self) -> String {
        self.marked('?')
    }

    /// The same behind a path that has parameters.
    pub fn more(&self) -> String {
        self.marked('&')
    }

    fn marked(&self, mark: char) -> String {
        if self.query.is_empty() {
            return String::new();
        }
        let pair = form_urlencoded::Serializer::new(String::new()).append_pair(LIST, &self.query).finish();
        format!("{mark}{pair}")
    }
}

/// The carried query of an address.
fn parameter(address: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == LIST).map(|(_, list)| list.into_owned())
}

/// The values of a query, comma-separated ones apart, in one order; without the page.
fn sorted(query: &str) -> Vec<(String, String)> {
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(name, _)| name != "page");
    let mut values: Vec<_> = pairs
        .flat_map(|(name, text)| text.split(',').map(|value| (name.clone(), value.to_owned())).collect::<Vec<_>>())
        .collect();
    values.sort();
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(path: &str, referer: &str) -> Visit {
        Visit {
            path: path.to_owned(),
            referer: referer.to_owned(),
            q: String::new(),
            flash: None,
            theme: "",
            language: crate::words::Language::English,
            nonce: String::new(),
        }
    }

    #[test]
    fn the_way_back_is_carried_and_leads_to_the_list_only() {
        let reference = Reference::parse("BILL-20261103-7K01").unwrap();
        let ticket = "/tickets/BILL-20261103-7K01";
        for (path, referer, want) in [
            (ticket, "", "/tickets#BILL-20261103-7K01"),
            (ticket, "/tickets", "/tickets#BILL-20261103-7K01"),
            (ticket, "/users?q=x", "/tickets#BILL-20261103-7K01"),
            (ticket, "/tickets?status=New&page=2", "/tickets?status=New&page=2#BILL-20261103-7K01"),
            (ticket, "/tickets/BILL-1?list=q%3Da%2526b", "/tickets?q=a%26b#BILL-20261103-7K01"),
            (
                "/tickets/BILL-20261103-7K01?show=sms&list=status%3DOpen",
                "/tickets?status=New",
                "/tickets?status=Open#BILL-20261103-7K01",
            ),
            ("/tickets/X?list=https%3A%2F%2Fevil.example", "", "/tickets#BILL-20261103-7K01"),
            ("/tickets/X?list=q%3D%0d%0aX%3A+y%26evil%3D1", "", "/tickets?q=%0D%0AX%3A+y#BILL-20261103-7K01"),
        ] {
            let back = Back::of(&visit(path, referer));
            assert_eq!(back.href(&reference), want, "{path} after {referer}");
            assert_eq!(Back::of(&visit(&format!("/tickets/X/edit{}", back.suffix()), "")), back, "{path}");
            assert_eq!(Back::of(&visit(&format!("/tickets/X?show=sms{}", back.more()), "")), back, "{path}");
        }
        assert_eq!(Back::to(&format!("q={}", "x".repeat(9000))), Back::default());
    }
}
