//! What a provider says of somebody. It has been verified that the provider says so, and nothing else.

use serde_json::{Map, Value};

/// The claims of an ID token, with those of the userinfo endpoint behind them. Its `Debug` tells none: they are personal.
#[derive(Clone, Default)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Of a JSON object; anything else has none.
    pub fn of(value: Value) -> Self {
        match value {
            Value::Object(map) => Self(map),
            _ => Self::default(),
        }
    }

    /// The same with those of `others` that are not there yet.
    #[must_use]
    pub fn or(mut self, others: Self) -> Self {
        for (name, value) in others.0 {
            self.0.entry(name).or_insert(value);
        }
        self
    }

    /// By its name, or by the path to it with dots (`realm_access.roles`). Names that are addresses have dots as well, so
    /// the whole name goes first.
    fn find(&self, name: &str) -> Option<&Value> {
        self.0.get(name).or_else(|| {
            let mut parts = name.split('.');
            let first = self.0.get(parts.next()?)?;
            parts.try_fold(first, |value, part| value.get(part))
        })
    }

    /// A claim as words: a text is one, a list has several.
    pub fn words(&self, name: &str) -> Vec<String> {
        let word = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
            _ => None,
        };
        match self.find(name) {
            Some(Value::Array(values)) => values.iter().filter_map(word).collect(),
            Some(value) => word(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// A claim that is a number; of a fraction the whole part.
    pub fn number(&self, name: &str) -> Option<i64> {
        let value = self.0.get(name)?;
        #[expect(clippy::cast_possible_truncation, reason = "seconds fit, and what does not is out of any range")]
        value.as_i64().or_else(|| value.as_f64().map(|number| number as i64))
    }

    /// A claim that is a text, unless that is empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The address, whoever has checked it.
    pub fn email(&self) -> Option<&str> {
        self.text("email")
    }

    /// Whether the provider has verified the address; some say so as a text, and some not at all.
    pub fn email_verified(&self) -> Option<bool> {
        match self.0.get("email_verified") {
            Some(Value::Bool(verified)) => Some(*verified),
            Some(Value::String(text)) => Some(text == "true"),
            _ => None,
        }
    }

    /// What to call them.
    pub fn name(&self) -> Option<&str> {
        self.text("name").or_else(|| self.text("preferred_username")).or_else(|| self.email())
    }
}

impl std::fmt::Debug for Claims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Claims({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_id_token_goes_before_the_userinfo() {
        let claims =
            Claims::of(json!({"name": "Asha"})).or(Claims::of(json!({"name": "Eve", "email": "a@isp.example"})));
        assert_eq!((claims.name(), claims.email()), (Some("Asha"), Some("a@isp.example")));
        assert_eq!(format!("{claims:?}"), "Claims(2)");
    }

    #[test]
    fn a_number_may_be_a_fraction_and_a_text_is_none() {
        for (value, want) in
            [(json!(5), Some(5)), (json!(5.9), Some(5)), (json!("5"), None), (json!(1e300), Some(i64::MAX))]
        {
            assert_eq!(Claims::of(json!({"nbf": value})).number("nbf"), want);
        }
    }

    #[test]
    fn somebody_without_a_name_is_called_by_what_there_is() {
        for (claims, want) in [
            (json!({"name": " ", "preferred_username": "asha", "email": "a@isp.example"}), Some("asha")),
            (json!({"email": "a@isp.example"}), Some("a@isp.example")),
            (json!({"name": 5}), None),
            (json!("no object"), None),
        ] {
            assert_eq!(Claims::of(claims).name(), want);
        }
    }
}
