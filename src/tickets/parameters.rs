//! The parameters of a list's query string, one by one and with every fault kept.

use crate::{fault::FieldFault, words::Text};

/// The list's parameters: all that its query string may hold.
pub(super) const PARAMETERS: [&str; 12] = [
    "status",
    "issueType",
    "priority",
    "assignedTo",
    "createdFrom",
    "createdTo",
    "q",
    "sort",
    "order",
    "page",
    "pageSize",
    "cursor",
];

/// A fault's message with its parameter's name before it, for where it does not stand beside its field: programs read
/// the name as it is sent, people what the list calls it.
pub(super) fn named(fault: FieldFault) -> Text {
    match called(&fault.field) {
        Some(name) => Text::new("input-of-field").arg("field", Text::new(name)).arg("message", fault.message),
        None => fault.named(),
    }
}

fn called(parameter: &str) -> Option<&'static str> {
    Some(match parameter {
        "status" => "filter-name-status",
        "issueType" => "filter-name-issue",
        "priority" => "filter-name-priority",
        "assignedTo" => "filter-name-technician",
        "createdFrom" => "filter-name-from",
        "createdTo" => "filter-name-to",
        "q" => "filter-name-search",
        "sort" => "filter-name-sort",
        "order" => "filter-name-order",
        "page" => "filter-name-page",
        "pageSize" => "filter-name-rows",
        "cursor" => "filter-name-cursor",
        _ => return None,
    })
}

/// Reads parameters one by one.
pub(super) struct Reader<'a> {
    pub pairs: &'a [(String, String)],
    pub faults: Vec<FieldFault>,
}

impl<'a> Reader<'a> {
    /// Of a query string's pairs, where what is no parameter is a fault.
    pub fn new(pairs: &'a [(String, String)]) -> Self {
        let mut reader = Self { pairs, faults: Vec::new() };
        for (name, _) in pairs.iter().filter(|(name, _)| !PARAMETERS.contains(&name.as_str())) {
            let shown: String = name.chars().take(64).collect();
            let message = Text::new("filter-unknown").arg("names", PARAMETERS.join(", "));
            reader.fault(&shown, "unknown", message);
        }
        reader
    }

    /// Keeps a fault.
    pub fn fault(&mut self, field: &str, code: &'static str, message: Text) {
        self.faults.push(FieldFault::new(field, code, message));
    }

    /// All values of a list parameter: repeated, comma-separated or both.
    pub fn list<T>(
        &mut self,
        name: &str,
        choices: impl Fn() -> Vec<Text>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let mut values = Vec::new();
        for (_, text) in self.pairs.iter().filter(|(key, _)| key == name) {
            for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
                if let Some(value) = parse(word) {
                    values.push(value);
                } else {
                    let message = Text::new("rules-choose-any").arg("choices", choices());
                    self.faults.push(FieldFault::new(name, "invalid", message));
                }
            }
        }
        values
    }

    /// The value of a parameter that may come once. Empty counts as absent, as a form sends it.
    pub fn one(&mut self, name: &str) -> Option<String> {
        let mut values = self.pairs.iter().filter(|(key, value)| key == name && !value.is_empty());
        let first = values.next().map(|(_, value)| value.clone());
        if values.next().is_some() {
            self.fault(name, "invalid", Text::new("filter-once"));
        }
        first
    }

    /// A whole number, from 1.
    pub fn number(&mut self, name: &str, default: u32, most: u32) -> u32 {
        let Some(text) = self.one(name) else { return default };
        match text.parse() {
            Ok(number) if (1..=most).contains(&number) => number,
            _ => {
                // Without signs between its digits, as it is to be sent.
                self.fault(name, "invalid", Text::new("filter-number").arg("most", most.to_string()));
                default
            }
        }
    }

    /// One word of several.
    pub fn word<T: Default>(&mut self, name: &str, names: &[&str], parse: impl Fn(&str) -> Option<T>) -> T {
        let Some(text) = self.one(name) else { return T::default() };
        parse(&text).unwrap_or_else(|| {
            self.fault(name, "invalid", Text::new("rules-choose").arg("choices", names.join(", ")));
            T::default()
        })
    }
}
