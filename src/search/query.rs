//! Reads what somebody typed into the search box.

use std::collections::BTreeSet;

use super::{
    Cond, Criterion, SUFFIX_START, Token, digits,
    fold::{caseless, fold, is_apostrophe, squash},
    words::{Sought, readings, runs, sought},
};

/// Most criteria that one search may come to: a store turns each into SQL.
const MAX_CRITERIA: usize = 512;

/// Digits that can be meant as a phone number: from the last four to an international prefix, fifteen digits of
/// ITU-T E.164 and a trunk zero.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 4..=20;

/// Fewest digits that a number without its leading zeros may have; fewer are the end of a number, zeros and all.
const SHORTEST_NATIONAL: usize = 6;

/// Signs that occur in no phone number, reference or e-mail address; the last one is the space of no width.
const SEPARATORS: &str = "\";:*[]<>，；：、＂“”„‟‚«»‹›「」『』\u{200B}";

/// The search has more terms than a store can look up at once. About sixty words are well within the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the search has too many words")]
pub struct TooManyTerms;

/// Reads a search; all of its terms have to match.
///
/// `None`: the search is blank and filters nothing. A search of nothing but symbols matches no ticket. The caller
/// limits the length of `q` (500 characters); the work is linear in it, but for the weeding out of repeated terms.
///
/// `phone_forms` turns a phone number, as somebody wrote it, into the E.164 digits it may stand for in the ISP's
/// region; it may answer with nothing.
///
/// # Errors
/// [`TooManyTerms`] when the terms come to more than 512 criteria.
pub fn parse(q: &str, phone_forms: &dyn Fn(&str) -> Vec<String>) -> Result<Option<Cond>, TooManyTerms> {
    if q.trim().is_empty() {
        return Ok(None);
    }
    let words: Vec<Vec<String>> = q.split_whitespace().map(split).collect();
    let groups = words.chunk_by(|a, b| is_number(a) && is_number(b));
    let conds: Vec<Cond> = groups.filter_map(|group| read_group(group, phone_forms)).collect();
    if conds.is_empty() {
        return Ok(Some(Cond::Any(conds)));
    }
    // An account id or a reference, ours or another desk's, may have been typed with spaces.
    let squashed = squash(&fold(q));
    let whole = reference(&squashed).filter(|criterion| matches!(criterion, Criterion::RefWhole(_)));
    let ways = whole.map(Cond::Is).into_iter().chain(account_or_before(&squashed)).chain([all(conds)]);
    let cond = any(ways);
    if size(&cond) > MAX_CRITERIA { Err(TooManyTerms) } else { Ok(Some(cond)) }
}

/// Parts a word at [`SEPARATORS`], and takes off what a sentence puts around a term.
fn split(word: &str) -> Vec<String> {
    let chars: Vec<char> = word.chars().collect();
    let is_digit = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_numeric());
    let parts = |at: usize, c: char| match c {
        // A comma between digits may group the digits of an amount.
        ',' => !(is_digit(at.checked_sub(1)) && is_digit(at.checked_add(1))),
        _ => SEPARATORS.contains(c) || c.is_control(),
    };
    let spaced: String = chars.iter().enumerate().map(|(at, &c)| if parts(at, c) { ' ' } else { c }).collect();
    let terms = spaced.split_whitespace().map(|term| term.trim_matches(|c| is_apostrophe(c) || c == '?' || c == '!'));
    terms.filter(|term| !term.is_empty()).map(str::to_owned).collect()
}

/// Whether `term` may be a piece of a phone number that was typed with spaces.
fn is_phone_like(term: impl AsRef<str>) -> bool {
    fold(term.as_ref()).chars().all(|c| c.is_ascii_digit() || "+()-./".contains(c))
}

/// The same of all terms of a word.
fn is_number(word: &[String]) -> bool {
    word.iter().all(is_phone_like)
}

/// A word, or adjacent ones that look like pieces of a phone number: the number, or else each for itself.
fn read_group(group: &[Vec<String>], phone_forms: &dyn Fn(&str) -> Vec<String>) -> Option<Cond> {
    let terms = group.concat();
    let each: Vec<Cond> = terms.iter().filter_map(|term| read_term(term, phone_forms)).collect();
    if each.is_empty() {
        return None;
    }
    let whole = match terms.len() {
        1 => Vec::new(),
        _ if group.iter().all(|word| is_number(word)) => phone_ends(&fold(&terms.join(" ")), phone_forms),
        // Signs that part words may stand in an account id.
        _ => account_or_before(&squash(&fold(&terms.concat()))),
    };
    Some(any(whole.into_iter().chain([all(each)])))
}

/// An account id, or a reference of another desk.
fn account_or_before(squashed: &str) -> Vec<Cond> {
    vec![token(Token::Account(squashed.to_owned())), token(Token::Before(squashed.to_owned()))]
}

/// All that one term may stand for, or nothing when it is made of stray symbols.
fn read_term(term: &str, phone_forms: &dyn Fn(&str) -> Vec<String>) -> Option<Cond> {
    let folded = fold(term);
    let squashed = squash(&folded);
    let is_email = folded.contains('@');
    let mut ways: Vec<Cond> = read_text(&folded, !is_email).into_iter().collect();
    if ways.is_empty() {
        return None;
    }
    if is_email {
        // An address in brackets, or at the end of a sentence.
        let address = term.trim_start_matches('(').trim_end_matches([')', '.']);
        ways.push(token(Token::Email(caseless(address))));
    }
    if is_phone_like(term) {
        ways.extend(phone_ends(&folded, phone_forms));
    }
    ways.extend(reference(&squashed).map(Cond::Is));
    if matches!(squashed.len(), 4 | 5) {
        ways.extend(base32(&squashed).map(|tail| token(Token::RefTail(tail))));
    }
    ways.extend(account_or_before(&squashed));
    Some(any(ways))
}

/// The words of a term, all of which have to be there; in names too if `names` says so.
fn read_text(folded: &str, names: bool) -> Option<Cond> {
    let runs = runs(folded);
    let read_parts = |parts: &Vec<String>| together(parts.iter().map(|part| read_part(part, names)));
    let read_run = |run| any(readings(run).iter().map(read_parts));
    (!runs.is_empty()).then(|| all(runs.into_iter().map(read_run)))
}

fn read_part(part: &str, names: bool) -> Cond {
    let name = names.then(|| token(Token::NamePrefix(part.to_owned())));
    let word = match sought(part) {
        Sought::Any(tokens) => any(tokens.into_iter().map(token)),
        // Letters too new for the crate that finds words: all of nothing would match every ticket.
        Sought::All(tokens) if tokens.is_empty() => Cond::Any(Vec::new()),
        Sought::All(tokens) => together(tokens.into_iter().map(token)),
    };
    any(name.into_iter().chain([word]))
}

/// A phone number, or its last four digits or more; `None` for anything else. As for [`parse`].
pub fn phone(text: &str, phone_forms: &dyn Fn(&str) -> Vec<String>) -> Option<Cond> {
    let ends = if is_phone_like(text.replace(' ', "")) { phone_ends(&fold(text), phone_forms) } else { Vec::new() };
    (!ends.is_empty()).then(|| any(ends))
}

/// An account id.
pub fn account(text: &str) -> Cond {
    token(Token::Account(squash(&fold(text))))
}

/// The ends of phone numbers that `folded` may stand for; none when it has too few or too many digits.
fn phone_ends(folded: &str, phone_forms: &dyn Fn(&str) -> Vec<String>) -> Vec<Cond> {
    let typed = digits(folded);
    if !PHONE_DIGITS.contains(&typed.len()) {
        return Vec::new();
    }
    let mut forms = BTreeSet::new();
    // `+44 (0)7700 900142` names the trunk zero that nobody dials after the country code.
    for form in [digits(&folded.replace("(0)", "")), typed] {
        let national = form.trim_start_matches('0');
        if national.len() >= SHORTEST_NATIONAL {
            forms.insert(national.to_owned());
        }
        forms.insert(form);
    }
    forms.extend(phone_forms(folded).iter().map(|form| digits(form)));
    forms.retain(|form| PHONE_DIGITS.contains(&form.len()));
    forms.into_iter().map(|form| token(Token::PhoneTail(form))).collect()
}

/// A reference, or the start of one up to at least the first digit of its day; `bill` alone is a word.
fn reference(squashed: &str) -> Option<Criterion> {
    let key = squashed.to_ascii_uppercase();
    let rest = key.strip_prefix("BILL").filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))?;
    let key = format!("BILL{}", base32(rest)?);
    let day = &key[4..key.len().min(SUFFIX_START)];
    if !day.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(if key.len() < SUFFIX_START + 4 { Criterion::RefStart(key) } else { Criterion::RefWhole(key) })
}

/// Crockford's base 32 in upper case, with the letters that are misread as digits taken for them.
fn base32(text: &str) -> Option<String> {
    let symbol = |c: char| match c.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        'U' => None,
        upper => Some(upper).filter(char::is_ascii_alphanumeric),
    };
    text.chars().map(symbol).collect()
}

fn token(token: Token) -> Cond {
    Cond::Is(Criterion::Token(token))
}

fn any(conds: impl IntoIterator<Item = Cond>) -> Cond {
    let flat = conds.into_iter().flat_map(|cond| match cond {
        Cond::Any(inner) => inner,
        other => vec![other],
    });
    single(flat).unwrap_or_else(Cond::Any)
}

fn all(conds: impl IntoIterator<Item = Cond>) -> Cond {
    let flat = conds.into_iter().flat_map(|cond| match cond {
        Cond::All(inner) => inner,
        other => vec![other],
    });
    single(flat).unwrap_or_else(Cond::All)
}

fn together(conds: impl IntoIterator<Item = Cond>) -> Cond {
    let flat = conds.into_iter().flat_map(|cond| match cond {
        Cond::Together(inner) => inner,
        other => vec![other],
    });
    single(flat).unwrap_or_else(Cond::Together)
}

/// The one condition there is, or else all of them, each once.
fn single(conds: impl Iterator<Item = Cond>) -> Result<Cond, Vec<Cond>> {
    let mut kept: Vec<Cond> = Vec::new();
    for cond in conds {
        if !kept.contains(&cond) {
            kept.push(cond);
        }
    }
    if kept.len() == 1 { Ok(kept.remove(0)) } else { Err(kept) }
}

fn size(cond: &Cond) -> usize {
    match cond {
        Cond::Any(inner) | Cond::All(inner) | Cond::Together(inner) => inner.iter().map(size).sum(),
        Cond::Is(_) => 1,
    }
}
