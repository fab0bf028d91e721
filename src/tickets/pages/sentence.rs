//! A step of a ticket's history as a sentence, with badges and names in it where the language has their places.

use super::timeline::Part;
use crate::{
    tickets::{Priority, Status, issue_label},
    words::{Language, Piece, Text},
};

/// A part of the sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bit {
    Words(String),
    Status(Status),
    /// Somebody of the staff.
    Name(String),
    /// A field's value; empty where it had none.
    Value(String),
}

/// Who did what.
pub fn sentence(by: &str, parts: &[Part], language: Language) -> Vec<Bit> {
    let mut bits = Vec::new();
    for piece in Text::new("ticket-event").to(language).pieces(&["who", "what"]) {
        match piece {
            Piece::Words(words) => bits.push(Bit::Words(words)),
            Piece::Slot("who") => bits.push(Bit::Name(by.to_owned())),
            Piece::Slot(_) => {
                for (place, part) in parts.iter().enumerate() {
                    if place > 0 {
                        let last = place + 1 == parts.len();
                        let and = Text::new("ticket-and").to(language);
                        bits.push(Bit::Words(if last { format!(" {and} ") } else { ", ".to_owned() }));
                    }
                    bits.extend(said(part, language));
                }
            }
        }
    }
    bits
}

fn said(part: &Part, language: Language) -> Vec<Bit> {
    let name = |name: &str| Bit::Name(name.to_owned());
    let (text, values) = match part {
        Part::Logged(status) => (Text::new("ticket-did-log"), vec![("status", Bit::Status(*status))]),
        Part::Moved { from: Some(from), to } => {
            (Text::new("ticket-did-move"), vec![("from", Bit::Status(*from)), ("to", Bit::Status(*to))])
        }
        Part::Moved { from: None, to } => (Text::new("ticket-did-set"), vec![("to", Bit::Status(*to))]),
        Part::Undone(status) => (Text::new("ticket-did-undo"), vec![("status", Bit::Status(*status))]),
        Part::Assigned { from: None, to: Some(to) } => (Text::new("ticket-did-assign"), vec![("to", name(to))]),
        Part::Assigned { from: Some(from), to: Some(to) } => {
            (Text::new("ticket-did-reassign"), vec![("from", name(from)), ("to", name(to))])
        }
        Part::Assigned { from: Some(from), to: None } => (Text::new("ticket-did-take"), vec![("from", name(from))]),
        Part::Assigned { from: None, to: None } => (Text::new("ticket-did-technician"), Vec::new()),
        Part::Edited { field, from, to } => (
            Text::new("ticket-did-edit").arg("field", Text::new(field)),
            vec![("from", value(field, from, language)), ("to", value(field, to, language))],
        ),
        Part::Rewritten { .. } => (Text::new("ticket-did-rewrite"), Vec::new()),
    };
    let slots: Vec<&'static str> = values.iter().map(|(slot, _)| *slot).collect();
    let bit = |piece| match piece {
        Piece::Words(words) => Bit::Words(words),
        Piece::Slot(wanted) => values
            .iter()
            .find(|(slot, _)| *slot == wanted)
            .map_or_else(|| Bit::Words(String::new()), |(_, bit)| bit.clone()),
    };
    text.to(language).pieces(&slots).into_iter().map(bit).collect()
}

/// A value as people read it: the history keeps priorities and issue types by name.
fn value(field: &str, value: &str, language: Language) -> Bit {
    let text = match field {
        "ticket-field-priority" => Priority::parse(value).map(Priority::label),
        "ticket-field-issue" => Some(issue_label(value)),
        _ => None,
    };
    Bit::Value(text.map_or_else(|| value.to_owned(), |text| text.to(language).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(bits: &[Bit]) -> String {
        let word = |bit: &Bit| match bit {
            Bit::Words(words) => words.clone(),
            Bit::Status(status) => format!("[{status}]"),
            Bit::Name(name) => format!("<{name}>"),
            Bit::Value(value) => format!("\"{value}\""),
        };
        bits.iter().map(word).collect()
    }

    #[test]
    fn a_step_of_several_parts_is_one_sentence() {
        let parts = [
            Part::Assigned { from: None, to: Some("Tomasz".into()) },
            Part::Edited { field: "ticket-field-priority", from: "Low".into(), to: "High".into() },
            Part::Moved { from: Some(Status::New), to: Status::Dispatched },
        ];
        assert_eq!(
            plain(&sentence("Priya", &parts, Language::English)),
            "<Priya> assigned <Tomasz>, changed the priority from \"Low\" to \"High\" and changed status from [New] to \
             [Dispatched]"
        );
        let hindi = plain(&sentence("Priya", &parts, Language::Hindi));
        for kept in ["<Priya> ने ", "<Tomasz>", "\"कम\"", "\"ज़्यादा\"", "[New]", "[Dispatched]", " और "]
        {
            assert!(hindi.contains(kept), "{kept} in {hindi}");
        }
    }

    #[test]
    fn every_part_keeps_its_values_in_every_language() {
        let name = || Some("Aisha".to_owned());
        for language in Language::ALL {
            for (part, want) in [
                (Part::Logged(Status::New), 1),
                (Part::Moved { from: None, to: Status::Open }, 1),
                (Part::Moved { from: Some(Status::New), to: Status::Open }, 2),
                (Part::Undone(Status::Open), 1),
                (Part::Assigned { from: None, to: name() }, 1),
                (Part::Assigned { from: name(), to: name() }, 2),
                (Part::Assigned { from: name(), to: None }, 1),
                (Part::Assigned { from: None, to: None }, 0),
                (Part::Edited { field: "ticket-field-phone", from: String::new(), to: "1".into() }, 2),
                (Part::Rewritten { from: "x".into() }, 0),
            ] {
                let bits = said(&part, language);
                let values = bits.iter().filter(|bit| !matches!(bit, Bit::Words(_))).count();
                assert_eq!(values, want, "{part:?} in {language:?}: {bits:?}");
            }
        }
    }
}
