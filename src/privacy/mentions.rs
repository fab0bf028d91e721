//! Whether a text names somebody: a draft, a search, a kept answer. Rather one too many than one too few, since what is held
//! against this is short-lived or can be typed again.

use super::subject::Found;
use crate::search;

/// Fewer letters of a name are part of many words.
const NAME: usize = 4;
/// Fewer digits are part of many numbers.
const DIGITS: usize = 7;

/// What somebody is known by.
#[derive(Debug, Clone, Default)]
pub(super) struct Mentions {
    /// In lower case.
    texts: Vec<String>,
    /// Digits in a row, whatever stands between them.
    numbers: Vec<String>,
    accounts: Vec<String>,
}

impl Mentions {
    /// All that names these clients and tickets.
    pub(super) fn of(found: &Found) -> Self {
        let mut all = Self::default();
        for client in &found.clients {
            all.name(&client.name);
            all.texts.extend(client.email.as_deref().map(str::to_lowercase));
            all.accounts.push(search::account_key(&client.account_id));
            all.texts.push(client.id.to_string());
        }
        for ticket in &found.tickets {
            all.name(&ticket.client_name);
            all.texts.extend(ticket.client_email.as_deref().map(str::to_lowercase));
            all.accounts.extend(ticket.client_account_id.as_deref().map(search::account_key));
            all.texts.extend([ticket.id.to_string(), ticket.reference.as_str().to_lowercase()]);
        }
        for phone in found.numbers() {
            let national: String = phone.national().chars().filter(char::is_ascii_digit).collect();
            all.numbers.extend([phone.digits().to_owned(), national.trim_start_matches('0').to_owned()]);
        }
        all.numbers.retain(|digits| digits.len() >= DIGITS);
        all.accounts.retain(|account| !account.is_empty());
        for list in [&mut all.texts, &mut all.numbers, &mut all.accounts] {
            list.sort();
            list.dedup();
        }
        all
    }

    fn name(&mut self, name: &str) {
        let name = name.to_lowercase();
        if name.chars().count() >= NAME {
            self.texts.push(name);
        }
    }

    /// Whether a text, as it stands or as a query string, names them.
    pub(super) fn are_in(&self, text: &str) -> bool {
        let pairs = form_urlencoded::parse(text.as_bytes()).map(|(_, value)| value.into_owned());
        std::iter::once(text.to_owned()).chain(pairs).any(|text| self.stand_in(&text.to_lowercase()))
    }

    fn stand_in(&self, text: &str) -> bool {
        let is_sign = |c: char| c.is_alphanumeric();
        let whole = |account: &String| {
            text.match_indices(account.as_str()).any(|(at, found)| {
                let before = text[..at].chars().next_back();
                let after = text[at + found.len()..].chars().next();
                !before.is_some_and(is_sign) && !after.is_some_and(is_sign)
            })
        };
        self.texts.iter().any(|name| text.contains(name.as_str()))
            || self.accounts.iter().any(whole)
            || in_digits(text, &self.numbers)
    }
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
        Mentions {
            texts: vec!["zoë quill".to_owned(), "zoe@x.example".to_owned()],
            numbers: vec!["447700900142".to_owned(), "7700900142".to_owned()],
            accounts: vec!["lf-1".to_owned()],
        }
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
        ] {
            assert!(mentions().are_in(text), "{text}");
        }
        for text in ["", "Zoë", "LF-12", "xlf-1", "7700 900143", "status=New", "7700900\n142"] {
            assert!(!mentions().are_in(text), "{text}");
        }
    }
}
