//! Texts with variables, such as `{"to": "{to}"}`, and how a value is written where it stands.

use super::super::{super::Registered, xml};

/// What a variable stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variable {
    To,
    ToDigits,
    Text,
    Sender,
    Id,
    ReportUrl,
    Coding,
    EntityId,
    Header,
    TemplateId,
    Password,
}

impl Variable {
    const ALL: [(&str, Self); 11] = [
        ("to", Self::To),
        ("to_digits", Self::ToDigits),
        ("text", Self::Text),
        ("sender", Self::Sender),
        ("id", Self::Id),
        ("report_url", Self::ReportUrl),
        ("coding", Self::Coding),
        ("entity_id", Self::EntityId),
        ("header", Self::Header),
        ("template_id", Self::TemplateId),
        ("password", Self::Password),
    ];

    fn find(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|&(_, variable)| variable).ok_or_else(|| {
            let names: Vec<String> = Self::ALL.iter().map(|(name, _)| format!("{{{name}}}")).collect();
            format!("{{{name}}} is none of the variables, which are {}.", names.join(", "))
        })
    }
}

/// The values of one message. What is not known is empty.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    /// In E.164, with its plus sign.
    pub to: &'a str,
    pub text: &'a str,
    pub sender: &'a str,
    pub id: &'a str,
    pub report_url: &'a str,
    pub coding: &'static str,
    pub registered: Option<&'a Registered>,
    pub password: &'a str,
}

impl<'a> Values<'a> {
    fn of(&self, variable: Variable) -> &'a str {
        let registered = |part: fn(&Registered) -> &str| self.registered.map_or("", part);
        match variable {
            Variable::To => self.to,
            Variable::ToDigits => self.to.trim_start_matches('+'),
            Variable::Text => self.text,
            Variable::Sender => self.sender,
            Variable::Id => self.id,
            Variable::ReportUrl => self.report_url,
            Variable::Coding => self.coding,
            Variable::EntityId => registered(|registered| &registered.entity),
            Variable::Header => registered(|registered| &registered.header),
            Variable::TemplateId => registered(|registered| &registered.template),
            Variable::Password => self.password,
        }
    }
}

/// How values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In an address or a form: all but letters, digits and `-._~` percent-encoded, blanks and plus signs included, since `+`
    /// is a blank to some and a plus to others.
    Percent,
    /// Within a string of JSON.
    Json,
    /// In XML, in an element or a quoted attribute.
    Xml,
    /// In a header: control characters, which could begin another one, become blanks.
    Header,
    /// As they are.
    Plain,
}

impl Place {
    fn write(self, value: &str, out: &mut String) {
        match self {
            Self::Percent => percent(value, out),
            Self::Json => {
                // Never fails for a string, and puts one quote on each side.
                let quoted = serde_json::Value::from(value).to_string();
                out.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
            }
            Self::Xml => out.push_str(&xml(value)),
            Self::Header => out.extend(value.chars().map(|c| if c.is_control() { ' ' } else { c })),
            Self::Plain => out.push_str(value),
        }
    }

    /// Whether a brace may stand for itself, as it does in JSON.
    const fn has_braces(self) -> bool {
        matches!(self, Self::Json | Self::Xml | Self::Plain)
    }
}

fn percent(value: &str, out: &mut String) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.extend(['%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
    }
}

/// A text with variables, for one place. Its debugging form hides the text, which may hold a password.
pub struct Template {
    pieces: Vec<Piece>,
    place: Place,
}

enum Piece {
    Literal(String),
    Value(Variable),
}

impl Template {
    /// Reads `{name}` as a variable wherever it stands. A brace with no name behind it is one in JSON, XML and plain text, and a
    /// fault elsewhere.
    ///
    /// # Errors
    /// An unknown variable, one that is not closed, a stray brace: for people, and without any of the text but the variable.
    pub fn read(text: &str, place: Place) -> Result<Self, String> {
        let (mut pieces, mut literal, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            literal.push_str(before);
            let behind = &from[1..];
            let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
            let (name, after) = behind.split_at(end);
            match after.strip_prefix('}') {
                _ if from.starts_with('}') || name.is_empty() => {
                    if !place.has_braces() {
                        return Err("A brace that belongs to no variable: write %7B and %7D for the signs.".to_owned());
                    }
                    literal.push_str(&from[..1]);
                    rest = behind;
                }
                Some(after) => {
                    pieces.extend((!literal.is_empty()).then(|| Piece::Literal(std::mem::take(&mut literal))));
                    pieces.push(Piece::Value(Variable::find(name)?));
                    rest = after;
                }
                None => return Err(format!("{{{name} is not closed: write }} behind the name of the variable.")),
            }
        }
        literal.push_str(rest);
        pieces.extend((!literal.is_empty()).then_some(Piece::Literal(literal)));
        Ok(Self { pieces, place })
    }

    /// The text with these values.
    pub fn fill(&self, values: &Values<'_>) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Value(variable) => self.place.write(values.of(*variable), &mut out),
            }
        }
        out
    }

    /// Whether one of these is in it.
    pub fn has(&self, variables: &[Variable]) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Value(variable) if variables.contains(variable)))
    }

    /// Whether any is.
    pub fn varies(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Value(_)))
    }

    /// The text before the first variable.
    pub fn beginning(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Literal(text)) => text,
            _ => "",
        }
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let variables = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Value(variable) => Some(variable),
            Piece::Literal(_) => None,
        });
        f.write_str("Template")?;
        f.debug_list().entries(variables).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: Values<'_> = Values {
        to: "+447700900142",
        text: "A \"b\" & <c> \\ 50% + é\r\nX-Evil: 1",
        sender: "Lake Fibre",
        id: "0199",
        report_url: "http://d/s?a=1&b=2",
        coding: "gsm7",
        registered: None,
        password: "p&w",
    };

    fn fill(text: &str, place: Place) -> String {
        Template::read(text, place).unwrap().fill(&VALUES)
    }

    #[test]
    fn a_value_is_written_as_its_place_wants_it() {
        assert_eq!(
            fill("/{to}?d={to_digits}&s={sender}", Place::Percent),
            "/%2B447700900142?d=447700900142&s=Lake%20Fibre"
        );
        assert_eq!(
            fill("t={text}", Place::Percent),
            "t=A%20%22b%22%20%26%20%3Cc%3E%20%5C%2050%25%20%2B%20%C3%A9%0D%0AX-Evil%3A%201"
        );
        let json = fill(r#"{"to":"{to}","list":[{"text":"{text}"}],"none":{}}"#, Place::Json);
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((read["to"].as_str(), read["list"][0]["text"].as_str()), (Some(VALUES.to), Some(VALUES.text)));
        assert_eq!(
            fill("<m t=\"{text}\"/>", Place::Xml),
            "<m t=\"A &quot;b&quot; &amp; &lt;c&gt; \\ 50% + é\r\nX-Evil: 1\"/>"
        );
        assert_eq!(fill("Key {password}; {text}", Place::Header), "Key p&w; A \"b\" & <c> \\ 50% + é  X-Evil: 1");
        assert_eq!(fill("{text}{coding} {", Place::Plain), format!("{}gsm7 {{", VALUES.text));
        assert_eq!(fill("{entity_id}|{header}|{template_id}|{id}", Place::Plain), "|||0199");
        let registered = Registered { entity: "1101".into(), header: "LAKEFB".into(), template: "1107".into() };
        let values = Values { registered: Some(&registered), ..VALUES };
        let template = Template::read("{entity_id}|{header}|{template_id}", Place::Plain).unwrap();
        assert_eq!(template.fill(&values), "1101|LAKEFB|1107");
    }

    /// A value that looks like a variable is text all the same.
    #[test]
    fn values_are_not_templates() {
        let values = Values { text: "{password} {nothing}", ..VALUES };
        assert_eq!(Template::read("{text}", Place::Plain).unwrap().fill(&values), "{password} {nothing}");
    }

    #[test]
    fn a_bad_template_says_what_is_wrong() {
        let fault = |text, place| Template::read(text, place).unwrap_err();
        for place in [Place::Percent, Place::Json, Place::Plain] {
            assert!(
                fault("a {phone} b", place).starts_with("{phone} is none of the variables, which are {to}, {to_dig")
            );
            assert!(fault("{To}", place).starts_with("{To} is none"));
            for open in ["x {text", "{text }", "{text\"}"] {
                assert!(fault(open, place).ends_with("variable."), "{open}");
            }
        }
        for stray in ["{", "}", "a{}b", "{ to}", "{to}}"] {
            assert!(fault(stray, Place::Percent).contains("%7B"), "{stray}");
            assert!(Template::read(stray, Place::Json).is_ok(), "{stray}");
        }
    }

    #[test]
    fn what_is_in_it_can_be_asked_but_not_be_read_in_logs() {
        let template = Template::read("http://u:secret@h/{to}?{text}", Place::Percent).unwrap();
        assert!(template.has(&[Variable::Text]) && !template.has(&[Variable::Id, Variable::Sender]));
        assert_eq!(template.beginning(), "http://u:secret@h/");
        assert!(template.varies() && !Template::read("x", Place::Plain).unwrap().varies());
        assert_eq!(format!("{template:?}"), "Template[To, Text]");
    }
}
