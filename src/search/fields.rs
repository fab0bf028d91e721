//! Terms of a search that name the field they are about, such as `status:open` or `type:"Incorrect Bill"`.

/// A field that a term may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The status.
    Status,
    /// The issue type, or any word of it.
    Type,
    /// The priority.
    Priority,
    /// The technician's name, or the start of any of its words; `none`.
    Tech,
    /// The phone number, or its last four digits or more.
    Phone,
    /// The account id.
    Account,
    /// Logged before this day.
    Before,
    /// Logged on this day or later.
    After,
    /// Became Fixed on this day, or between two.
    Fixed,
    /// The same, and was opened again afterwards.
    Reopened,
}

impl Field {
    /// All of them, by name.
    pub const ALL: [(&'static str, Self); 10] = [
        ("status", Self::Status),
        ("type", Self::Type),
        ("priority", Self::Priority),
        ("tech", Self::Tech),
        ("phone", Self::Phone),
        ("account", Self::Account),
        ("before", Self::Before),
        ("after", Self::After),
        ("fixed", Self::Fixed),
        ("reopened", Self::Reopened),
    ];
}

/// A search, parted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parted {
    /// What names no field.
    pub text: String,
    /// Each term that does, with its value.
    pub terms: Vec<(Field, String)>,
}

/// Takes the terms that name a field out of a search: a name, a colon, and a value without a blank before it, which
/// may stand in quotation marks. A phone number may have blanks in it. What stands in quotation marks by itself names
/// nothing. A colon behind any other word, as in an account id or `Re:bill`, is a sign like others.
pub fn part(q: &str) -> Parted {
    let mut parted = Parted::default();
    let mut rest = q.trim_start();
    while !rest.is_empty() {
        let (term, after) = if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"').map_or(rest.len(), |end| end + 2);
            rest.split_at(end)
        } else if let Some((field, value)) = named(rest) {
            let (value, mut after) = take_value(value);
            let mut value = value.to_owned();
            if field == Field::Phone {
                after = take_digits(&mut value, after);
            }
            parted.terms.push((field, value));
            rest = after.trim_start();
            continue;
        } else {
            rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()))
        };
        if !parted.text.is_empty() {
            parted.text.push(' ');
        }
        parted.text.push_str(term);
        rest = after.trim_start();
    }
    parted
}

/// The field and all that follows its colon, if `rest` begins with a term that names one.
fn named(rest: &str) -> Option<(Field, &str)> {
    let (name, value) = rest.split_once(':')?;
    let (_, field) = Field::ALL.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    value.starts_with(|c: char| !c.is_whitespace()).then_some((field, value))
}

/// Takes what follows of a phone number with blanks in it.
fn take_digits<'a>(value: &mut String, mut after: &'a str) -> &'a str {
    loop {
        let rest = after.trim_start();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let piece = &rest[..end];
        if piece.is_empty() || !piece.chars().all(|c| c.is_ascii_digit() || "()-./".contains(c)) {
            return after;
        }
        value.push(' ');
        value.push_str(piece);
        after = &rest[end..];
    }
}

fn take_value(value: &str) -> (&str, &str) {
    if let Some((quoted, after)) = value.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return (quoted, after);
    }
    let (value, after) = value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()));
    (value.trim_matches('"'), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_named_terms_from_the_rest() {
        use Field::{Account, Before, Phone, Status, Type};
        type Terms = &'static [(Field, &'static str)];
        let table: [(&str, &str, Terms); 16] = [
            ("nadia okonkwo", "nadia okonkwo", &[]),
            ("status:open router", "router", &[(Status, "open")]),
            ("  router   STATUS:Open  ", "router", &[(Status, "Open")]),
            ("type:\"incorrect bill\" late", "late", &[(Type, "incorrect bill")]),
            ("phone:\"07700 900142\"account:x", "", &[(Phone, "07700 900142"), (Account, "x")]),
            ("\"status:open\" x", "\"status:open\" x", &[]),
            ("\"never closed: x", "\"never closed: x", &[]),
            ("see https://isp.example/x", "see https://isp.example/x", &[]),
            ("ACC:0042 AA:BB:0C colour:red", "ACC:0042 AA:BB:0C colour:red", &[]),
            ("re:status:open статус:x", "re:status:open статус:x", &[]),
            ("bill: router", "bill: router", &[]),
            ("12:30 :x a:b", "12:30 :x a:b", &[]),
            ("account: closed before:", "account: closed before:", &[]),
            ("before:2026-11-01 x", "x", &[(Before, "2026-11-01")]),
            ("phone:07700 900 142 nadia", "nadia", &[(Phone, "07700 900 142")]),
            ("", "", &[]),
        ];
        for (q, text, terms) in table {
            let terms = terms.iter().map(|(field, value)| (*field, (*value).to_owned())).collect();
            assert_eq!(part(q), Parted { text: text.to_owned(), terms }, "{q}");
        }
    }
}
