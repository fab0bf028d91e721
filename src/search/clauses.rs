//! A search of records that have all their tokens in one place: as clauses, which one look-up of the index answers.

use std::collections::BTreeSet;

use super::{Cond, Criterion, Token, TooManyTerms};

/// Most tokens that the clauses of one search may hold together; a store looks all of them up at once.
const MOST: usize = 2_000;

/// Clauses of which each has to be met, by any one of its tokens (conjunctive normal form).
pub type Clauses = Vec<BTreeSet<Token>>;

/// The clauses of a search, in which only tokens that `can` be had count. `None`: nothing at all is found.
///
/// # Errors
/// [`TooManyTerms`] when they come to more than 2,000 tokens.
pub fn clauses(cond: &Cond, can: impl Fn(&Token) -> bool + Copy) -> Result<Option<Clauses>, TooManyTerms> {
    let clauses = read(cond, can)?;
    Ok(if clauses.iter().any(BTreeSet::is_empty) { None } else { Some(clauses) })
}

/// Here a clause without tokens is met by nothing, and no clause at all by everything.
fn read(cond: &Cond, can: impl Fn(&Token) -> bool + Copy) -> Result<Clauses, TooManyTerms> {
    match cond {
        Cond::Is(Criterion::Token(token)) if can(token) => Ok(vec![BTreeSet::from([token.clone()])]),
        Cond::Is(_) => Ok(vec![BTreeSet::new()]),
        Cond::All(conds) | Cond::Together(conds) => {
            let mut all = Clauses::new();
            for cond in conds {
                all.extend(read(cond, can)?);
            }
            lean(all)
        }
        Cond::Any(conds) => {
            let mut any = vec![BTreeSet::new()];
            for cond in conds {
                let other = read(cond, can)?;
                if any.len().saturating_mul(other.len()) > MOST {
                    return Err(TooManyTerms);
                }
                any = lean(any.iter().flat_map(|one| other.iter().map(move |two| one | two)).collect())?;
            }
            Ok(any)
        }
    }
}

/// Without clauses that another one implies.
fn lean(mut clauses: Clauses) -> Result<Clauses, TooManyTerms> {
    clauses.sort_by_key(BTreeSet::len);
    let mut kept = Clauses::new();
    for clause in clauses {
        if !kept.iter().any(|other| other.is_subset(&clause)) {
            kept.push(clause);
        }
    }
    if kept.iter().map(BTreeSet::len).sum::<usize>() > MOST { Err(TooManyTerms) } else { Ok(kept) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Contact, contact_tokens, parse};

    const CONTACT: Contact<'static> = Contact {
        name: "Siobhán O’Brien-Smith",
        phone_e164: "+447700900142",
        email: Some("S.OBrien@Example.com"),
        account: Some("LF 204-417"),
    };

    fn found(q: &str) -> bool {
        let tokens = contact_tokens(&CONTACT);
        let cond = parse(q, &|_| Vec::new()).unwrap().unwrap();
        clauses(&cond, is_contact).unwrap().is_some_and(|all| all.iter().all(|any| !any.is_disjoint(&tokens)))
    }

    fn is_contact(token: &Token) -> bool {
        !matches!(token, Token::Word(_) | Token::RefTail(_))
    }

    #[test]
    fn a_contact_is_found_as_a_ticket_with_it_would_be() {
        for q in [
            "siobhan",
            "SIO obr",
            "o'brien",
            "obrien",
            "brien",
            "smith o'b",
            "o’brien-smith",
            "0142",
            "07700 900142",
            "+44 7700 900 142",
            "siobhan 0142",
            "s.obrien@example.com",
            "LF204417",
            "lf 204-417",
            "lf-204-417 smith",
        ] {
            assert!(found(q), "{q}");
        }
        for q in ["s", "siobhan jones", "rien", "142", "0142 9999", "obrien@example.com", "LF2044", "---", "bill-2026"]
        {
            assert!(!found(q), "{q}");
        }
    }

    #[test]
    fn what_cannot_be_met_finds_nothing_and_needless_clauses_go() {
        let word = |text: &str| Cond::Is(Criterion::Token(Token::Word(text.to_owned())));
        let name = |text: &str| Cond::Is(Criterion::Token(Token::NamePrefix(text.to_owned())));
        let of = |cond: &Cond| clauses(cond, is_contact).unwrap();
        assert_eq!(of(&word("x")), None);
        assert_eq!(of(&Cond::Any(Vec::new())), None);
        assert_eq!(of(&Cond::All(vec![name("a"), word("x")])), None);
        let either = Cond::Any(vec![name("a"), Cond::All(vec![name("a"), name("b")])]);
        assert_eq!(of(&either), of(&name("a")));
        assert_eq!(of(&Cond::Any(vec![word("x"), name("a")])), of(&name("a")));
    }

    #[test]
    fn a_search_that_would_grow_without_end_is_refused() {
        let part = |n: usize, m: usize| Cond::Is(Criterion::Token(Token::NamePrefix(format!("{n}.{m}"))));
        let many = Cond::Any((0..12).map(|n| Cond::All((0..12).map(|m| part(n, m)).collect())).collect());
        assert_eq!(clauses(&many, is_contact), Err(TooManyTerms));
    }
}
