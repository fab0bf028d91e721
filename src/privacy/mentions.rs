//! Whether a text names somebody: a draft, a search, a kept answer. Rather one too many than one too few, since what is held
//! against this is short-lived or can be typed again.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

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
    texts: BTreeSet<String>,
    /// Digits in a row, whatever stands between them.
    numbers: BTreeSet<String>,
    accounts: BTreeSet<String>,
    /// Ids and references of records. They say nothing of anybody, and stay on what is left.
    records: BTreeSet<String>,
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
            all.records.insert(client.id.to_string());
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

    /// Those of others too.
    pub(super) fn add(&mut self, mut other: Self) {
        for (mine, theirs) in self.lists().into_iter().zip(other.lists()) {
            mine.append(theirs);
        }
    }

    fn lists(&mut self) -> [&mut BTreeSet<String>; 4] {
        [&mut self.texts, &mut self.numbers, &mut self.accounts, &mut self.records]
    }

    /// Whether whatever names the others names these.
    pub(super) fn include(&self, others: &Self) -> bool {
        others.texts.is_subset(&self.texts)
            && others.numbers.is_subset(&self.numbers)
            && others.accounts.is_subset(&self.accounts)
            && others.records.is_subset(&self.records)
    }

    /// What looks for them in texts. Making it takes milliseconds where they are of hundreds of people; a text then takes no
    /// longer for them than for one.
    pub(super) fn reader(&self) -> Reader {
        let automaton = |patterns: Vec<&String>| {
            AhoCorasick::new(patterns).expect("what thousands of people are known by is no gigabyte")
        };
        Reader {
            words: automaton(self.texts.iter().chain(&self.accounts).chain(&self.records).collect()),
            numbers: automaton(self.numbers.iter().collect()),
            texts: self.texts.len(),
            accounts: self.accounts.len(),
        }
    }
}

/// Looks for what names somebody.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    /// Texts, then accounts, then records.
    words: AhoCorasick,
    numbers: AhoCorasick,
    /// How many of the words are texts, and accounts.
    texts: usize,
    accounts: usize,
}

impl Reader {
    /// Whether a text, as it stands or as a query string, names them or a record of theirs.
    pub(super) fn names(&self, text: &str) -> bool {
        read(text).any(|text| self.stand_in(&search::folded(&text), true))
    }

    /// The same of a text that may go on naming their records, such as the address of a ticket's page.
    pub(super) fn tells_of(&self, text: &str) -> bool {
        read(text).any(|text| self.stand_in(&search::folded(&text), false))
    }

    fn stand_in(&self, folded: &str, records: bool) -> bool {
        let is_sign = |c: char| c.is_alphanumeric();
        let whole = |text: &str, (start, end): (usize, usize)| {
            let (before, after) = (text[..start].chars().next_back(), text[end..].chars().next());
            !before.is_some_and(is_sign) && !after.is_some_and(is_sign)
        };
        let stand = |text: &String| {
            self.words.find_overlapping_iter(text).any(|found| match found.pattern().as_usize() {
                word if word < self.texts => true,
                word if word < self.texts + self.accounts => whole(text, (found.start(), found.end())),
                _ => records,
            })
        };
        forms(folded).iter().any(stand) || self.in_digits(folded)
    }

    /// Whether one of the numbers stands in a text, with what people put between digits.
    fn in_digits(&self, text: &str) -> bool {
        let gap = |c: char| matches!(c, ' ' | '-' | '(' | ')' | '.' | '/' | '+' | '\u{a0}');
        let mut run = String::new();
        for c in text.chars() {
            match c.to_digit(10) {
                Some(digit) => run.extend(char::from_digit(digit, 10)),
                None if gap(c) => {}
                // A number does not go on after a letter.
                None => run.push('\n'),
            }
        }
        self.numbers.is_match(&run)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn reader() -> Reader {
        let set = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let mut all = Mentions {
            texts: set(&["zoe@x.example"]),
            numbers: set(&["447700900142", "7700900142"]),
            accounts: BTreeSet::new(),
            records: set(&["bill-20261123-7k4m"]),
        };
        for name in ["Zoë Quill", "O’Brien", "Anne-Marie Groß", "Søren Łys", "Ann"] {
            all.name(name);
        }
        all.account("LF-1");
        all.reader()
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
            assert!(reader().names(text), "{text}");
        }
        for text in ["", "Zoë", "LF-12", "xlf-1", "7700 900143", "status=New", "7700900\n142"] {
            assert!(!reader().names(text), "{text}");
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
            assert!(reader().names(text) && reader().tells_of(text), "{text}");
        }
        for text in ["q=zoe+quin", "brie", "annemarie", "lf11", "Ann"] {
            assert!(!reader().names(text), "{text}");
        }
    }

    #[test]
    fn a_record_may_go_on_being_named_where_nobody_is() {
        assert!(!reader().tells_of("/tickets/BILL-20261123-7K4M"));
        assert!(reader().names("q=bill-20261123-7k4m"));
    }

    #[test]
    fn nobody_is_named_by_nothing() {
        let nobody = Mentions::default();
        assert!(nobody.is_empty() && !nobody.reader().names("Zoë Quill, LF-1, +447700900142"));
    }

    #[test]
    fn those_of_others_are_added() {
        let (mut one, mut other) = (Mentions::default(), Mentions::default());
        one.account("LF-1");
        other.name("Zoë Quill");
        assert!(!one.include(&other));
        one.add(other.clone());
        assert!(one.include(&other) && !other.include(&one));
        assert!(one.reader().names("zoe quill") && one.reader().names("LF-1"));
    }
}
