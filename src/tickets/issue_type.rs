//! What a complaint is about (FR-TC-003): four that every ISP has, and those that the settings add.

use std::sync::Arc;

use crate::words::Text;

/// The issue types of this desk, in the order of menus. Stored by name, so that one may be taken out of the settings
/// without its tickets losing theirs.
#[derive(Debug, Clone)]
pub struct IssueTypes(Arc<[String]>);

impl IssueTypes {
    /// The types of the contract.
    pub const BUILT_IN: [&'static str; 4] = ["Incorrect Bill", "Payment Not Reflected", "Service Suspension", "Other"];

    /// The built-in types, with `more` before "Other", which stays last.
    pub fn new(more: &[String]) -> Self {
        let (other, first) = Self::BUILT_IN.split_last().unwrap_or((&"Other", &[]));
        let mut names: Vec<String> = first.iter().map(ToString::to_string).collect();
        for name in more {
            if !names.contains(name) && name != other {
                names.push(name.clone());
            }
        }
        names.push((*other).to_owned());
        Self(names.into())
    }

    /// The names, in order.
    pub fn all(&self) -> &[String] {
        &self.0
    }

    /// The type of this name, in any letter case.
    pub fn find(&self, text: &str) -> Option<&str> {
        self.0.iter().find(|name| name.to_lowercase() == text.to_lowercase()).map(String::as_str)
    }
}

/// What people read of a type: those that the settings add are worded there.
pub fn issue_label(name: &str) -> Text {
    match name {
        "Incorrect Bill" => Text::new("status-incorrect-bill"),
        "Payment Not Reflected" => Text::new("status-payment-missing"),
        "Service Suspension" => Text::new("status-suspension"),
        "Other" => Text::new("status-other"),
        named => Text::verbatim(named),
    }
}

impl Default for IssueTypes {
    fn default() -> Self {
        Self::new(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_has_words_in_every_language() {
        for name in IssueTypes::BUILT_IN {
            assert_eq!(issue_label(name).english(), name);
            assert_ne!(issue_label(name).to(crate::words::Language::Hindi).to_string(), name);
        }
        assert_eq!(issue_label("Roaming").english(), "Roaming");
    }

    #[test]
    fn settings_add_types_and_other_stays_last() {
        let types = IssueTypes::new(&["Roaming".into(), "Other".into(), "Roaming".into()]);
        assert_eq!(types.all(), ["Incorrect Bill", "Payment Not Reflected", "Service Suspension", "Roaming", "Other"]);
        assert_eq!(types.find("roaming"), Some("Roaming"));
        assert_eq!(types.find("Bill"), None);
    }
}
