//! What a complaint is about (FR-TC-003): four that every ISP has, and those that the settings add.

use std::sync::Arc;

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

impl Default for IssueTypes {
    fn default() -> Self {
        Self::new(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_add_types_and_other_stays_last() {
        let types = IssueTypes::new(&["Roaming".into(), "Other".into(), "Roaming".into()]);
        assert_eq!(types.all(), ["Incorrect Bill", "Payment Not Reflected", "Service Suspension", "Roaming", "Other"]);
        assert_eq!(types.find("roaming"), Some("Roaming"));
        assert_eq!(types.find("Bill"), None);
    }
}
