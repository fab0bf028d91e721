//! Which letters of a name a search met.

use super::fold::{fold, is_word_char};

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Its letters.
    pub text: &'a str,
    /// Whether the search asked for them.
    pub met: bool,
}

/// How many of the words that `q` asks for a name has whole.
pub fn whole_words(name: &str, q: &str) -> usize {
    let name = fold(name);
    let asked = fold(q);
    let asked: Vec<&str> = terms(&asked).collect();
    terms(&name).filter(|word| asked.contains(word)).count()
}

fn terms(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !is_word_char(c)).filter(|term| !term.is_empty())
}

/// Parts a name into the starts of words that `q` asks for, and what is between them.
pub fn mark<'a>(name: &'a str, q: &str) -> Vec<Piece<'a>> {
    let asked = fold(q);
    let asked: Vec<&str> = terms(&asked).collect();
    let mut pieces = Vec::new();
    let mut done = 0;
    for (at, word) in words(name) {
        let met = asked.iter().filter_map(|term| start(word, term)).max().unwrap_or(0);
        if met > 0 {
            pieces.push(Piece { text: &name[done..at], met: false });
            pieces.push(Piece { text: &name[at..at + met], met: true });
            done = at + met;
        }
    }
    pieces.push(Piece { text: &name[done..], met: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

fn words(name: &str) -> impl Iterator<Item = (usize, &str)> {
    let ends = |c: char| !is_word_char(c);
    let mut at = 0;
    std::iter::from_fn(move || {
        at += name[at..].find(is_word_char)?;
        let end = name[at..].find(ends).map_or(name.len(), |len| at + len);
        let word = (at, &name[at..end]);
        at = end;
        Some(word)
    })
}

/// How many bytes of a word fold to a term.
fn start(word: &str, term: &str) -> Option<usize> {
    let ends = word.char_indices().map(|(at, _)| at).skip(1).chain([word.len()]);
    // The longest, so that an accent stays with its letter.
    ends.take_while(|end| fold(&word[..*end]).len() <= term.len()).filter(|end| fold(&word[..*end]) == term).last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_counted_without_accents() {
        for (name, q, want) in
            [("José Smith", "jose smi", 1), ("Smith", "smith smith", 1), ("Smithson", "smith", 0), ("", "", 0)]
        {
            assert_eq!(whole_words(name, q), want, "{name} by {q}");
        }
    }

    #[test]
    fn the_starts_that_were_asked_for_are_marked() {
        for (name, q, want) in [
            ("Nadia Okonkwo", "nad", "[Nad]ia Okonkwo"),
            ("Nadia Okonkwo", "oko NADIA", "[Nadia] [Oko]nkwo"),
            ("Siobhán O’Brien", "siobhan brien", "[Siobhán] O’[Brien]"),
            ("Jose\u{301} X", "jose", "[Jose\u{301}] X"),
            ("प्रिया शर्मा", "प्रि", "[प्रि]या शर्मा"),
            ("Nadia", "adia 0142", "Nadia"),
            ("Nadia", "", "Nadia"),
            ("", "x", ""),
        ] {
            let pieces = mark(name, q);
            let written: String = pieces
                .iter()
                .map(|one| if one.met { format!("[{}]", one.text) } else { one.text.to_owned() })
                .collect();
            assert_eq!(written, want, "{name} by {q}");
        }
    }
}
