//! Whether a text names somebody: a draft, a search, a kept answer. Rather one too many than one too few, since what is held
//! against this is short-lived or can be typed again.

use super::subject::Found;
use crate::{clients::Client, phone::Phone, search, tickets::Ticket};

/// Fewer letters of a name are part of many words.
const NAME: usize = 4;
/// Fewer digits are part of many numbers.
const DIGITS: usize = 7;

/// What somebody is known by, folded as a search folds it: whatever finds them names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mentions {
    /// Names and addresses.
    texts: Vec<String>,
    /// Digits in a row, whatever stands between them.
    numbers: Vec<String>,
    accounts: Vec<String>,
    /// Ids and references of records. They say nothing of anybody, and stay on what is left.
    records: Vec<String>,
}

impl Mentions {
    /// All that names whom this was found of.
    pub(super) fn of(found: &Found) -> Self {
        Self::of_all(&found.clients, &found.tickets)
    }

    /// All that names these clients and the clients of these tickets.
    pub(super) fn of_all(clients: &[Client], tickets: &[Ticket]) -> Self {
        let mut all = Self::default();
        for client in clients {
            all.name(&client.name);
            all.texts.extend(client.email.as_deref().map(search::folded));
            all.account(&client.account_id);
            all.number(&client.phone);
            all.records.push(client.id.to_string());
        }
        for ticket in tickets {
            all.name(&ticket.client_name);
            all.texts.extend(ticket.client_email.as_deref().map(search::folded));
            if let Some(account) = &ticket.client_account_id {
                all.account(account);
            }
            all.number(&ticket.client_phone);
            all.records.extend([ticket.id.to_string(), search::folded(ticket.reference.as_str())]);
        }
        for list in [&mut all.texts, &mut all.numbers, &mut all.accounts, &mut all.records] {
            list.sort();
            list.dedup();
        }
        all
    }

    fn name(&mut self, name: &str) {
        let forms = forms(&search::folded(name)).into_iter();
        self.texts.extend(forms.filter(|name| name.chars().count() >= NAME));
    }

    fn number(&mut self, phone: &Phone) {
        let national: String = phone.national().chars().filter(char::is_ascii_digit).collect();
        let both = [phone.digits().to_owned(), national.trim_start_matches('0').to_owned()];
        self.numbers.extend(both.into_iter().filter(|digits| digits.len() >= DIGITS));
    }

    /// As it is written, and its letters and digits alone, by which a search finds it.
    fn account(&mut self, account: &str) {
        let account = single_blanks(&search::folded(account));
        let signs: String = account.chars().filter(|c| c.is_alphanumeric()).collect();
        self.accounts.extend([account, signs].into_iter().filter(|account| !account.is_empty()));
    }

    /// Whether there is nobody to be named.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a text, as it stands or as a query string, names them or a record of theirs.
    pub(super) fn are_in(&self, text: &str) -> bool {
        read(text).any(|text| {
            let text = search::folded(&text);
            self.records.iter().any(|record| text.contains(record.as_str())) || self.stand_in(&text)
        })
    }

    /// The same of a text that may go on naming their records, such as the address of a ticket's page.
    pub(super) fn are_told_in(&self, text: &str) -> bool {
        read(text).any(|text| self.stand_in(&search::folded(&text)))
    }

    fn stand_in(&self, folded: &str) -> bool {
        let is_sign = |c: char| c.is_alphanumeric();
        let whole = |text: &str, account: &str| {
            text.match_indices(account).any(|(at, found)| {
                let before = text[..at].chars().next_back();
                let after = text[at + found.len()..].chars().next();
                !before.is_some_and(is_sign) && !after.is_some_and(is_sign)
            })
        };
        let names = |text: &String| {
            self.texts.iter().any(|name| text.contains(name.as_str()))
                || self.accounts.iter().any(|account| whole(text, account))
        };
        forms(folded).iter().any(names) || in_digits(folded, &self.numbers)
    }
}

/// A text, and each value of it as a query string.
fn read(text: &str) -> impl Iterator<Item = String> {
    let pairs = form_urlencoded::parse(text.as_bytes()).map(|(_, value)| value.into_owned());
    std::iter::once(text.to_owned()).chain(pairs)
}

/// The ways to write a folded text, each with single blanks: as it is, and with apostrophes and hyphens gone (`obrien`) or made
/// blanks (`anne marie`). A search takes them for the same.
fn forms(folded: &str) -> Vec<String> {
    let text = single_blanks(folded);
    if !text.contains(['\'', '-']) {
        return vec![text];
    }
    let (joined, parted) = (text.replace(['\'', '-'], ""), text.replace(['\'', '-'], " "));
    vec![text, single_blanks(&joined), single_blanks(&parted)]
}

fn single_blanks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether one of these numbers stands in a text, with what people put between digits.
fn in_digits(text: &str, numbers: &[String]) -> bool {
    let gap = |c: char| matches!(c, ' ' | '-' | '(' | ')' | '.' | '/' | '+' | '\u{a0}');
    let mut run = String::new();
    let mut runs = Vec::new();
    for c in text.chars() {
        match c.to_digit(10) {
            Some(digit) => run.extend(char::from_digit(digit, 10)),
            None if gap(c) => {}
            None => runs.push(std::mem::take(&mut run)),
        }
    }
    runs.push(run);
    runs.iter().any(|run| numbers.iter().any(|number| run.contains(number.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mentions() -> Mentions {
        let mut all = Mentions {
            texts: vec!["zoe@x.example".to_owned()],
            numbers: vec!["447700900142".to_owned(), "7700900142".to_owned()],
            accounts: Vec::new(),
            records: vec!["bill-20261123-7k4m".to_owned()],
        };
        for name in ["Zoë Quill", "O’Brien", "Anne-Marie Groß", "Søren Łys", "Ann"] {
            all.name(name);
        }
        all.account("LF-1");
        all
    }

    #[test]
    fn a_text_names_somebody_however_it_is_written() {
        for text in [
            "Zoë Quill called",
            "q=Zo%C3%AB+Quill&status=New",
            "07700 900142",
            "(07700) 900-142",
            "q=%2B44+7700+900142",
            "account LF-1, twice",
            "q=lf-1",
            "{\"clientPhone\":\"+447700900142\"}",
            "ZOE@X.example",
            "BILL-20261123-7K4M",
        ] {
            assert!(mentions().are_in(text), "{text}");
        }
        for text in ["", "Zoë", "LF-12", "xlf-1", "7700 900143", "status=New", "7700900\n142"] {
            assert!(!mentions().are_in(text), "{text}");
        }
    }

    /// As a search takes them: without the marks that the record has, or with others.
    #[test]
    fn a_plain_spelling_names_somebody_too() {
        for text in [
            "q=zoe quill",
            "q=ZOE++Quill",
            "zoe\u{308} quill",
            "q=o'brien",
            "q=o%27brien",
            "O`Brien",
            "q=obrien",
            "q=anne+marie+gross",
            "AnneMarie Gross",
            "anne‑marie groß",
            "soren lys",
            "q=lf1",
            "lf–1",
            "q=٠٧٧٠٠٩٠٠١٤٢",
        ] {
            assert!(mentions().are_in(text) && mentions().are_told_in(text), "{text}");
        }
        for text in ["q=zoe+quin", "brie", "annemarie", "lf11", "Ann"] {
            assert!(!mentions().are_in(text), "{text}");
        }
    }

    #[test]
    fn a_record_may_go_on_being_named_where_nobody_is() {
        assert!(!mentions().are_told_in("/tickets/BILL-20261123-7K4M"));
        assert!(mentions().are_in("q=bill-20261123-7k4m"));
    }
}
