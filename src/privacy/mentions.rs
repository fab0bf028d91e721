//! Whether a text names somebody: a draft, a search, a kept answer, an old value. What is as likely a word of any text as somebody,
//! such as a name of one word or an account of three digits, names them only where it is all that was said, or was searched for.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use super::subject::Found;
use crate::{
    audit::Said,
    clients::Client,
    phone::Phone,
    search::{self, Field, Parted},
    tickets::Ticket,
};

/// Fewer letters are no name. Whole names have as few, as Om has, or 王伟; of one word, they are bare.
const NAME: usize = 2;
/// Fewer digits are part of many numbers.
const DIGITS: usize = 7;
/// Fewer signs of an account, or digits where it has no letter, stand in texts for much else.
const ACCOUNT: usize = 4;
const ACCOUNT_OF_DIGITS: usize = 6;

/// The parameter of every list in which a search is typed. What others say comes from lists to choose from, or is a field's.
const SEARCH: &str = "q";
/// Parameters that fill in a field, as in the link from a search to a new ticket.
const FIELDS: [&str; 3] = ["clientName", "clientAccountId", "description"];

/// What somebody is known by, folded as a search folds it: whatever finds them names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mentions {
    /// Names of several words, addresses, and accounts.
    texts: BTreeSet<String>,
    /// Names of one word, and short accounts.
    bare: BTreeSet<String>,
    /// Digits in a row, whatever stands between them.
    numbers: BTreeSet<String>,
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
        let mut all = Self::of_records(tickets);
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
        }
        all
    }

    /// These tickets alone, and nothing of whose they are.
    pub(super) fn of_records(tickets: &[Ticket]) -> Self {
        let records = |ticket: &Ticket| [ticket.id.to_string(), search::folded(ticket.reference.as_str())];
        Self { records: tickets.iter().flat_map(records).collect(), ..Self::default() }
    }

    fn name(&mut self, name: &str) {
        for form in forms(&search::folded(name)).into_iter().filter(|name| name.chars().count() >= NAME) {
            let list = if form.contains(' ') { &mut self.texts } else { &mut self.bare };
            list.insert(form);
        }
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
        let least = if signs.chars().all(|c| c.is_ascii_digit()) { ACCOUNT_OF_DIGITS } else { ACCOUNT };
        for form in [account, signs].into_iter().filter(|account| !account.is_empty()) {
            let known = form.chars().count() >= least && form.chars().any(|c| c.is_ascii_digit());
            let list = if known { &mut self.texts } else { &mut self.bare };
            list.insert(form);
        }
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

    /// Not what others are known by as well, such as a namesake.
    pub(super) fn spare(&mut self, mut others: Self) {
        for (mine, theirs) in self.lists().into_iter().zip(others.lists()) {
            mine.retain(|text| !theirs.contains(text));
        }
    }

    /// Whether they are known by anything that others are known by as well.
    pub(super) fn overlap(&self, others: &Self) -> bool {
        !(self.texts.is_disjoint(&others.texts)
            && self.bare.is_disjoint(&others.bare)
            && self.numbers.is_disjoint(&others.numbers)
            && self.records.is_disjoint(&others.records))
    }

    fn lists(&mut self) -> [&mut BTreeSet<String>; 4] {
        [&mut self.texts, &mut self.bare, &mut self.numbers, &mut self.records]
    }

    /// Whether whatever names the others names these.
    pub(super) fn include(&self, others: &Self) -> bool {
        others.texts.is_subset(&self.texts)
            && others.bare.is_subset(&self.bare)
            && others.numbers.is_subset(&self.numbers)
            && others.records.is_subset(&self.records)
    }

    /// What looks for them in texts. Making it takes milliseconds where they are of hundreds of people; a text then takes no
    /// longer for them than for one.
    pub(super) fn reader(&self) -> Reader {
        let automaton = |patterns: Vec<&String>| {
            AhoCorasick::new(patterns).expect("what thousands of people are known by is no gigabyte")
        };
        Reader {
            words: automaton(self.texts.iter().chain(&self.records).chain(&self.bare).collect()),
            numbers: automaton(self.numbers.iter().collect()),
            bare: self.bare.clone(),
            texts: self.texts.len(),
            records: self.records.len(),
        }
    }
}

/// Looks for what names somebody.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    /// Texts, then records, then what is bare.
    words: AhoCorasick,
    numbers: AhoCorasick,
    bare: BTreeSet<String>,
    /// How many of the words are texts, and records.
    texts: usize,
    records: usize,
}

/// What counts, beside what always does.
#[derive(Clone, Copy)]
struct Counts {
    records: bool,
    bare: bool,
}

impl Reader {
    /// Whether a text names them or a record of theirs.
    pub(super) fn names(&self, text: &str) -> bool {
        let folded = search::folded(text);
        self.is_bare(&folded) || self.stand_in(&folded, Counts { records: true, bare: false })
    }

    /// The same of a text that may go on naming their records, such as an old value of a ticket.
    pub(super) fn tells_of(&self, text: &str) -> bool {
        let folded = search::folded(text);
        self.is_bare(&folded) || self.stand_in(&folded, Counts { records: false, bare: false })
    }

    /// Whether a query string names them or a record of theirs.
    pub(super) fn names_in_query(&self, query: &str) -> bool {
        form_urlencoded::parse(query.as_bytes()).any(|(name, value)| self.names_in(&name, &value))
    }

    /// Whether the value of a parameter does.
    fn names_in(&self, parameter: &str, value: &str) -> bool {
        self.said(parameter, value, true)
    }

    /// Whether words on record name them, which may go on naming their records.
    pub(super) fn tells_of_said(&self, said: Said<'_>) -> bool {
        match said {
            Said::Asked(parameter, value) => self.said(parameter, value, false),
            Said::Reason(reason) => self.tells_of(reason),
        }
    }

    fn said(&self, parameter: &str, value: &str, records: bool) -> bool {
        if parameter == SEARCH {
            return self.stand_in(&search::folded(&sought(value)), Counts { records, bare: true });
        }
        let folded = search::folded(value);
        let is_all = FIELDS.contains(&parameter) && self.is_bare(&folded);
        is_all || self.stand_in(&folded, Counts { records, bare: false })
    }

    fn is_bare(&self, folded: &str) -> bool {
        forms(folded).iter().any(|form| self.bare.contains(form))
    }

    fn stand_in(&self, folded: &str, counts: Counts) -> bool {
        let is_sign = |c: char| c.is_alphanumeric();
        let whole = |text: &str, (start, end): (usize, usize)| {
            let (before, after) = (text[..start].chars().next_back(), text[end..].chars().next());
            !before.is_some_and(is_sign) && !after.is_some_and(is_sign)
        };
        let stand = |text: &String| {
            self.words.find_overlapping_iter(text).any(|found| {
                let counts = match found.pattern().as_usize() {
                    word if word < self.texts => true,
                    word if word < self.texts + self.records => counts.records,
                    _ => counts.bare,
                };
                counts && whole(text, (found.start(), found.end()))
            })
        };
        forms(folded).iter().any(stand) || self.in_digits(folded)
    }

    /// Whether one of the numbers stands in a text, with what people put between digits. A digit that follows at once makes it
    /// another one, as of an extension; before it may stand whatever is dialled first.
    fn in_digits(&self, text: &str) -> bool {
        let gap = |c: char| matches!(c, ' ' | '-' | '(' | ')' | '.' | '/' | '+' | '\u{a0}');
        // Of each sign of the run, whether no digit follows at once.
        let (mut run, mut ends) = (String::new(), Vec::new());
        for c in text.chars() {
            if c.is_ascii_digit() {
                run.push(c);
                ends.push(false);
                continue;
            }
            if let Some(end) = ends.last_mut() {
                *end = true;
            }
            // A number does not go on after a letter.
            if !gap(c) {
                run.push('\n');
                ends.push(true);
            }
        }
        if let Some(end) = ends.last_mut() {
            *end = true;
        }
        self.numbers.find_overlapping_iter(&run).any(|found| ends[found.end() - 1])
    }
}

/// What a search says of clients. Its other terms name a status or a technician, whatever clients are called: `status:open`.
fn sought(q: &str) -> String {
    let Parted { text, terms } = search::part(q);
    let theirs = terms.into_iter().filter(|(field, _)| matches!(field, Field::Phone | Field::Account));
    theirs.fold(text, |text, (_, value)| text + " " + &value)
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
            bare: BTreeSet::new(),
            numbers: set(&["447700900142", "7700900142"]),
            records: set(&["bill-20261123-7k4m"]),
        };
        for name in ["Zoë Quill", "O’Brien", "Anne-Marie Groß", "Søren Łys", "Uma", "Devi", "Open", "Tickets"] {
            all.name(name);
        }
        for account in ["LF-1", "500", "clients", "204417"] {
            all.account(account);
        }
        for name in ["王伟", "D"] {
            all.name(name);
        }
        all.reader()
    }

    #[test]
    fn a_text_names_somebody_however_it_is_written() {
        for text in [
            "Zoë Quill called",
            "It is Zoë  Quill’s",
            "07700 900142",
            "(07700) 900-142",
            "07700 900142 2 times",
            "account LF-1, twice",
            "account 204417",
            "{\"clientPhone\":\"+447700900142\"}",
            "{\"clientName\":\"Zoë Quill\"}",
            "ZOE@X.example",
            "BILL-20261123-7K4M",
            "devi",
            "Uma",
            "王伟",
            "500",
        ] {
            assert!(reader().names(text), "{text}");
        }
        for text in [
            "",
            "Zoë",
            "LF-12",
            "xlf-1",
            "7700 900143",
            "07700 9001423",
            "+44770090014278, her office",
            "status=New",
            "7700900\n142",
            "Zoë Quilliam",
            "Um",
            "D",
        ] {
            assert!(!reader().names(text), "{text}");
        }
    }

    #[test]
    fn a_query_names_somebody_by_what_was_searched_for() {
        for query in [
            "q=Zo%C3%AB+Quill&status=New",
            "q=%2B44+7700+900142",
            "q=lf-1",
            "q=devi+router",
            "q=uma",
            "q=account%3A500+status%3Anew",
            "q=phone%3A%2207700+900142%22+late",
            "q=colour%3Ared+devi",
            "clientName=Devi",
            "clientAccountId=500",
            "description=Devi",
            "q=500",
            "phone=07700900142",
            "q=bill-20261123-7k4m",
        ] {
            assert!(reader().names_in_query(query), "{query}");
        }
        for query in [
            "",
            "status=Open",
            "pageSize=500",
            "q=device",
            "q=reopened&status=Open",
            "q=late+status%3Aopen",
            "q=tech%3Adevi",
            "sort=tickets",
            "clientName=Devika",
            "description=Devi+came+back",
        ] {
            assert!(!reader().names_in_query(query), "{query}");
        }
    }

    /// What is a word of many texts does not name whoever is called so.
    #[test]
    fn a_common_word_in_a_text_is_nobody() {
        for text in [
            "The device was charged 500 twice",
            "charged 500 twice",
            "{\"status\":\"Open\",\"clientName\":\"Ada\"}",
            "two tickets of three clients",
            "Devi came back",
        ] {
            assert!(!reader().names(text) && !reader().tells_of(text), "{text}");
        }
    }

    /// As a search takes them: without the marks that the record has, or with others.
    #[test]
    fn a_plain_spelling_names_somebody_too() {
        for text in [
            "zoe quill",
            "ZOE  Quill",
            "zoe\u{308} quill",
            "o'brien",
            "O`Brien",
            "obrien",
            "anne marie gross",
            "AnneMarie Gross",
            "anne‑marie groß",
            "soren lys",
            "lf1",
            "lf–1",
            "٠٧٧٠٠٩٠٠١٤٢",
        ] {
            assert!(reader().names(text) && reader().tells_of(text), "{text}");
            assert!(reader().names_in("q", text) && reader().tells_of_said(Said::Asked("q", text)), "{text}");
        }
        for text in ["zoe quin", "brie", "annemarie", "lf11", "umas"] {
            assert!(!reader().names(text) && !reader().names_in("q", text), "{text}");
        }
    }

    #[test]
    fn a_record_may_go_on_being_named_where_nobody_is() {
        assert!(!reader().tells_of("/tickets/BILL-20261123-7K4M"));
        assert!(!reader().tells_of_said(Said::Asked("q", "bill-20261123-7k4m")));
        assert!(reader().names("bill-20261123-7k4m"));
    }

    #[test]
    fn nobody_is_named_by_nothing() {
        let nobody = Mentions::default();
        assert!(nobody.is_empty() && !nobody.reader().names("Zoë Quill, LF-1, +447700900142"));
    }

    #[test]
    fn those_of_others_are_added_and_spared() {
        let (mut one, mut other) = (Mentions::default(), Mentions::default());
        one.account("LF-1");
        other.name("Zoë Quill");
        assert!(!one.include(&other));
        one.add(other.clone());
        assert!(one.include(&other) && !other.include(&one));
        assert!(one.reader().names("zoe quill") && one.reader().names("LF-1"));
        one.spare(other);
        assert!(!one.reader().names("zoe quill") && one.reader().names("LF-1"));
    }
}
