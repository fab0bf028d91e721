//! What is said of a client, read from a form, a JSON object or a row of a file, with the contract's limits.

use super::{Change, Entry};
use crate::{
    fault::Fault,
    input::{self, Given, Input, Limits},
    phone::{Phone, PhoneError, Region},
    words::Text,
};

const ACCOUNT: Limits = Limits::line(64);
const NAME: Limits = Limits::line(200);
const PHONE: Limits = Limits::line(64);
const EMAIL: Limits = Limits::line(254);
const PLAN: Limits = Limits::line(100);
const ADDRESS: Limits = Limits::line(500);

const ACCOUNT_MISSING: Text = Text::new("clients-account-missing");
const NAME_MISSING: Text = Text::new("clients-name-missing");
const PHONE_MISSING: Text = Text::new("clients-phone-missing");

/// Reads an entry whose account is a field of its own, `accountId`. Name and number must be there.
///
/// # Errors
/// [`Fault::Invalid`] with every fault of every field.
pub fn entry(mut input: Input, region: Option<&Region>) -> Result<Entry, Fault> {
    let account_id = input.required("accountId", ACCOUNT, ACCOUNT_MISSING);
    read(input, account_id, true, region)
}

/// Reads an entry for the account that an address names. Name and number must be there where the client is `new`.
///
/// # Errors
/// [`Fault::Invalid`] with every fault of every field.
pub fn entry_for(mut input: Input, account_id: &str, new: bool, region: Option<&Region>) -> Result<Entry, Fault> {
    let account_id = match input::clean(account_id, ACCOUNT) {
        Ok(account_id) if account_id.is_empty() => {
            input.fault("accountId", "required", ACCOUNT_MISSING);
            account_id
        }
        Ok(account_id) => account_id,
        Err((code, message)) => {
            input.fault("accountId", code, message);
            String::new()
        }
    };
    read(input, account_id, new, region)
}

fn read(mut input: Input, account_id: String, new: bool, region: Option<&Region>) -> Result<Entry, Fault> {
    let name = (new || input.has("name")).then(|| input.required("name", NAME, NAME_MISSING));
    let parse = |text: &str| Phone::parse(text, region).map_err(PhoneError::text);
    let phone = if new || input.has("phone") { input.must("phone", PHONE, PHONE_MISSING, parse) } else { None };
    let email = input.parsed("email", EMAIL, crate::email::check);
    let plan = input.text("plan", PLAN);
    let address = input.text("address", ADDRESS);
    input.finish()?;
    Ok(Entry { account_id, change: Change { name, phone, email, plan, address } })
}

impl Change {
    /// Everything of a client that a ticket knows too.
    pub fn of_contact(name: &str, phone: &Phone, email: Option<&str>) -> Self {
        Self {
            name: Some(name.to_owned()),
            phone: Some(phone.clone()),
            // What a caller does not mention is not gone from the billing system.
            email: email.map_or(Given::Absent, |email| Given::Value(email.to_owned())),
            plan: Given::Absent,
            address: Given::Absent,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(body: Value, account: &str, new: bool) -> Result<Entry, Vec<(String, &'static str)>> {
        let region = "GB".parse().unwrap();
        entry_for(Input::from_json(body).unwrap(), account, new, Some(&region)).map_err(|fault| match fault {
            Fault::Invalid(faults) => faults.into_iter().map(|fault| (fault.field, fault.code)).collect(),
            other => panic!("{other}"),
        })
    }

    fn faults(body: Value, account: &str, new: bool) -> Vec<(String, &'static str)> {
        of(body, account, new).unwrap_err()
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let named = |names: &[(&str, &'static str)]| -> Vec<_> {
            names.iter().map(|(name, code)| ((*name).to_owned(), *code)).collect()
        };
        let body = json!({"phone": "12", "email": "x", "plan": 5, "address": "x".repeat(501), "colour": "red"});
        assert_eq!(
            faults(body, &"9".repeat(65), true),
            named(&[
                ("accountId", "too_long"),
                ("name", "required"),
                ("phone", "invalid"),
                ("email", "invalid"),
                ("plan", "invalid"),
                ("address", "too_long"),
                ("colour", "unknown"),
            ])
        );
        assert_eq!(
            faults(json!({}), " ", true),
            named(&[("accountId", "required"), ("name", "required"), ("phone", "required")])
        );
        assert_eq!(
            faults(json!({"name": "", "phone": null}), "LF-1", false),
            named(&[("name", "required"), ("phone", "required")])
        );
        assert_eq!(faults(json!({"accountId": "LF-2"}), "LF-1", false), named(&[("accountId", "unknown")]));
        assert_eq!(
            faults(json!({"name": "a\u{7}"}), "a\0", false),
            named(&[("accountId", "invalid"), ("name", "invalid")])
        );
    }

    #[test]
    fn what_was_not_sent_is_left_alone_once_the_client_is_known() {
        let entry = of(json!({"email": null}), " LF-1 ", false).unwrap();
        assert_eq!(entry.account_id, "LF-1");
        assert_eq!(
            entry.change,
            Change { name: None, phone: None, email: Given::Null, plan: Given::Absent, address: Given::Absent }
        );
        let entry = of(json!({"name": "Nadia", "phone": "07700 900142", "plan": " Fibre 150 "}), "LF-1", true).unwrap();
        assert_eq!(entry.change.phone.unwrap().as_str(), "+447700900142");
        assert_eq!(entry.change.plan, Given::Value("Fibre 150".to_owned()));
    }
}
