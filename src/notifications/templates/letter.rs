//! Letters, such as mail: the first line of a template is the subject, the rest the text. Nothing in them is cut.

use super::{
    render::Values,
    template::{Part, parse},
};
use crate::notifications::segments::clean;

/// The longest template of a letter, in characters.
pub const LONGEST_LETTER: usize = 5_000;
/// The longest subject, in characters of the template: mail programs show some 70.
pub const LONGEST_SUBJECT: usize = 150;

/// What somebody typed, line by line: blanks and signs that show nothing are left out, and of several empty lines all but one.
pub fn tidy(body: &str) -> String {
    joined(body.lines().map(clean))
}

/// Subject and text of a template.
pub fn parted(body: &str) -> (&str, &str) {
    let (subject, text) = body.split_once('\n').unwrap_or((body, ""));
    (subject, text.trim_start_matches('\n'))
}

/// A letter with these values, as subject and text. A line of the text whose values are all empty is left out: it has
/// nothing to say.
pub fn fill(body: &str, values: Values<'_>) -> (String, String) {
    let (subject, text) = parted(body);
    let line = |line: &str| {
        let (mut said, mut slots, mut filled) = (String::new(), 0, 0);
        for (part, _) in parse(line).0 {
            match part {
                Part::Words(words) => said.push_str(&words),
                Part::Slot(variable) => {
                    let value = values(variable);
                    (slots, filled) = (slots + 1, filled + usize::from(!value.is_empty()));
                    said.push_str(&value);
                }
            }
        }
        (said, slots > 0 && filled == 0)
    };
    let text = text.lines().map(line).filter(|(_, idle)| !idle).map(|(said, _)| said);
    (clean(&line(subject).0), joined(text))
}

fn joined(lines: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    let mut gap = false;
    for line in lines {
        if line.is_empty() {
            gap = !text.is_empty();
            continue;
        }
        if !text.is_empty() {
            text.push_str(if gap { "\n\n" } else { "\n" });
        }
        text.push_str(&line);
        gap = false;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::templates::Variable;

    const BODY: &str =
        "{{isp}}: ticket {{ref}}\n\nHello,\n\n{{note}}\n\nIssue: {{issue_type}}\nBy {{resolve_by}}\n\nBye";

    fn filled(values: &[(Variable, &str)]) -> (String, String) {
        fill(BODY, &|variable| {
            let value = values.iter().find(|(known, _)| *known == variable);
            value.map(|(_, value)| (*value).to_owned()).unwrap_or_default()
        })
    }

    #[test]
    fn a_line_without_any_value_is_left_out_and_no_gap_stays() {
        let (subject, text) = filled(&[(Variable::Reference, "BILL-1"), (Variable::Note, "One\nand two")]);
        assert_eq!((subject.as_str(), text.as_str()), (": ticket BILL-1", "Hello,\n\nOne\nand two\n\nBye"));
        let (_, text) = filled(&[(Variable::IssueType, "Incorrect Bill"), (Variable::ResolveBy, "Friday")]);
        assert_eq!(text, "Hello,\n\nIssue: Incorrect Bill\nBy Friday\n\nBye");
    }

    #[test]
    fn values_are_never_read_as_a_template_and_a_subject_is_one_line() {
        let evil = [(Variable::Reference, "a\r\nBcc: x@y.example {{note}}"), (Variable::Note, "{{ref}}")];
        let (subject, text) = filled(&evil);
        assert_eq!(subject, ": ticket a Bcc: x@y.example {{note}}");
        assert!(text.contains("\n\n{{ref}}\n\n"), "{text}");
    }

    #[test]
    fn what_is_typed_is_made_tidy() {
        assert_eq!(tidy("\r\n A  b \n\n\n\nc\u{0}\nd\u{202e}\n\n"), "A b\n\nc\nd");
        assert_eq!(parted("Subject\n\nText\nmore"), ("Subject", "Text\nmore"));
        assert_eq!((parted("Subject"), parted("")), (("Subject", ""), ("", "")));
    }
}
