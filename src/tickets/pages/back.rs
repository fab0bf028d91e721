//! The way back from a ticket to the list that it was opened from.

use super::filters;
use crate::{
    tickets::{Desk, Filter, Reference, parameters::PARAMETERS},
    web::{Frame, Visit},
};

/// The parameter that carries the list's query from one of a ticket's pages to the next.
const LIST: &str = "list";

/// The parameter that carries the ticket's place in that list, a cursor.
const AT: &str = "at";

/// A longer query than any that the list's own links have is not carried.
const LONGEST: usize = 8_000;

/// A longer place than any that a list has is none.
const LONGEST_AT: usize = 200;

/// The list that a ticket was opened from; all tickets where that is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Back {
    query: String,
    at: String,
    listed: bool,
}

impl Back {
    /// From the request's own parameter or, since the list's links do not carry it, from the page before (`Referer`,
    /// which our policy keeps whole within this server): the list itself, or another page of a ticket.
    pub fn of(visit: &Visit) -> Self {
        let at = parameter(&visit.path, AT).filter(|at| at.len() <= LONGEST_AT);
        let own = parameter(&visit.path, LIST).or_else(|| at.as_ref().map(|_| String::new()));
        let before = || {
            let (path, query) = visit.referer.split_once('?').unwrap_or((&visit.referer, ""));
            match path {
                "/tickets" => Some(query.to_owned()),
                _ if path.starts_with("/tickets/") => parameter(&visit.referer, LIST),
                _ => None,
            }
        };
        own.or_else(before).map_or_else(Self::default, |query| Self { at: at.unwrap_or_default(), ..Self::to(&query) })
    }

    fn to(query: &str) -> Self {
        if query.len() > LONGEST {
            return Self::default();
        }
        let pairs = form_urlencoded::parse(query.as_bytes());
        // Whatever else an address brings along is dropped: the way back leads to a list of ours and nowhere else.
        let known = pairs.filter(|(name, value)| PARAMETERS.contains(&&**name) && !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(known).finish();
        Self { query, at: String::new(), listed: true }
    }

    /// The list's filter, where the ticket was opened from a list and that still makes sense.
    pub fn filter(&self, desk: &Desk) -> Option<Filter> {
        let pairs = form_urlencoded::parse(self.query.as_bytes()).into_owned();
        let pairs: Vec<_> = pairs.filter(|(name, _)| !matches!(name.as_str(), "page" | "cursor")).collect();
        Filter::parse(&pairs, desk).ok().filter(|_| self.listed)
    }

    /// The ticket's place in the list, as it was opened from there; a cursor.
    pub fn at(&self) -> Option<&str> {
        Some(self.at.as_str()).filter(|at| !at.is_empty())
    }

    /// The same list at another place.
    pub fn moved(&self, at: &str) -> Self {
        Self { at: at.to_owned(), ..self.clone() }
    }

    /// The list, at the ticket's row.
    pub fn href(&self, reference: &Reference) -> String {
        format!("{}#{reference}", filters::href(&self.query))
    }

    /// What the list is called: a view's name where it is one.
    pub fn label(&self, frame: &Frame) -> String {
        if self.query.is_empty() {
            return frame.t("list-tickets").to_string();
        }
        let here = sorted(&self.query);
        let same = |address: &str| sorted(address.split_once('?').map_or("", |(_, query)| query)) == here;
        let key = if here.iter().any(|(name, _)| name == "q") { "list-search" } else { "list-tickets" };
        let view = frame.view_at(|view| same(&view.href));
        view.map_or_else(|| frame.t(key), |view| frame.say(&view.label)).to_string()
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
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let all = [(LIST, &self.query), (AT, &self.at)];
        pairs.extend_pairs(all.iter().filter(|(_, value)| !value.is_empty()));
        let pairs = pairs.finish();
        if pairs.is_empty() { pairs } else { format!("{mark}{pairs}") }
    }
}

/// A carried parameter of an address.
fn parameter(address: &str, wanted: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
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
            compact: false,
            view: None,
            keys: true,
            language: crate::words::Language::English,
            chosen: None,
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
            for placed in [back.clone(), back.moved("AbC_-1")] {
                for carried in
                    [format!("/tickets/X/edit{}", placed.suffix()), format!("/tickets/X?show=sms{}", placed.more())]
                {
                    let again = Back::of(&visit(&carried, ""));
                    assert_eq!((&again.query, again.at()), (&placed.query, placed.at()), "{path}: {carried}");
                }
            }
        }
        assert_eq!(Back::to(&format!("q={}", "x".repeat(9000))), Back::default());
        assert!(Back::of(&visit(ticket, "/tickets")).listed && Back::of(&visit("/tickets/X?at=c", "")).listed);
        assert!(!Back::of(&visit(ticket, "/users")).listed && !Back::of(&visit(ticket, "/tickets/Y")).listed);
        assert_eq!(Back::of(&visit(&format!("/tickets/X?list=q%3Da&at={}", "x".repeat(999)), "")).at(), None);
    }
}
