//! What an ISP sets, and what a role follows from.

use secrecy::SecretString;

use super::claims::Claims;
use crate::staff::Role;

/// The settings of single sign-on.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The provider's address as its discovery document has it, to the letter.
    pub issuer: String,
    /// What the provider calls us.
    pub client_id: String,
    /// What we prove that by; without one PKCE alone ties the code to us (a public client).
    pub client_secret: Option<SecretString>,
    /// What is asked for, `openid` included.
    pub scopes: Vec<String>,
    /// The provider's name on the button.
    pub label: Option<String>,
    /// Which claims give which role; the first that holds counts. Without any, roles are set in the desk.
    pub roles: Vec<(Role, Rule)>,
    /// Which claim makes an admin an owner; without it admins by a claim are owners, and it may be changed in the desk.
    pub owners: Option<Rule>,
    /// Whether somebody new with a role becomes a user.
    pub create_users: bool,
    /// Whether somebody new becomes the user with the same address, if the provider has verified that.
    pub link_by_email: bool,
    /// Whether passwords still let anybody in.
    pub local_login: bool,
    /// The authentication contexts (`acr`) of which one is required; any if empty.
    pub acr: Vec<String>,
    /// How many seconds ago somebody may have proved who they are at the provider; any time if absent.
    pub max_age: Option<u32>,
}

impl Settings {
    /// Whether claims say what somebody may do, and the desk does not.
    pub(super) const fn are_roles_claimed(&self) -> bool {
        !self.roles.is_empty() || self.owners.is_some()
    }

    /// Whether more claims could give no more than these do.
    pub(super) fn is_settled(&self, claims: &Claims) -> bool {
        matches!(self.role(claims), Some((_, None | Some(true))))
    }

    /// The role that the claims give, and the owner flag where they say of it; `None` when they give none.
    pub(super) fn role(&self, claims: &Claims) -> Option<(Role, Option<bool>)> {
        if self.owners.as_ref().is_some_and(|rule| rule.holds(claims)) {
            return Some((Role::Admin, Some(true)));
        }
        let (role, _) = self.roles.iter().find(|(_, rule)| rule.holds(claims))?;
        Some((*role, self.owners.as_ref().map(|_| false)))
    }
}

/// A claim, and its values that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    claim: String,
    values: Vec<String>,
}

impl Rule {
    /// Reads `claim=value,value`. A claim's name may have `=` in it no more than its values a comma.
    pub fn parse(text: &str) -> Option<Self> {
        let (claim, values) = text.split_once('=')?;
        let values: Vec<String> =
            values.split(',').map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect();
        let claim = claim.trim().to_owned();
        (!claim.is_empty() && !values.is_empty()).then_some(Self { claim, values })
    }

    /// Whether the claim is one of the values, or a list with one of them. An address counts only where the provider
    /// says that it has verified it: many let people write any.
    fn holds(&self, claims: &Claims) -> bool {
        if self.claim == "email" && claims.email_verified() != Some(true) {
            return false;
        }
        claims.words(&self.claim).iter().any(|word| self.values.iter().any(|value| value == word))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_names_a_claim_and_its_values() {
        let rule = Rule::parse(" groups = desk admins , redress-admin,").unwrap();
        assert_eq!(rule, Rule { claim: "groups".into(), values: vec!["desk admins".into(), "redress-admin".into()] });
        for bad in ["", "groups", "groups=", "=x", " = x", "groups=,"] {
            assert_eq!(Rule::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_rule_holds_for_a_value_in_a_list_or_alone_wherever_the_claim_lies() {
        let holds = |rule: &str, claims: serde_json::Value| Rule::parse(rule).unwrap().holds(&Claims::of(claims));
        assert!(holds("groups=a,b", json!({"groups": ["x", "b"]})));
        assert!(holds("groups=b", json!({"groups": "b"})));
        assert!(holds("realm_access.roles=b", json!({"realm_access": {"roles": ["b"]}})));
        assert!(holds("https://isp.example/roles=b", json!({"https://isp.example/roles": ["b"]})));
        assert!(holds("staff=true", json!({"staff": true})));
        // Neither a part of a value, nor another letter case, nor the words within a text.
        for claims in
            [json!({"groups": ["bb", "B"]}), json!({"groups": "a b"}), json!({"groups": {"b": true}}), json!({})]
        {
            assert!(!holds("groups=b", claims.clone()), "{claims}");
        }
    }

    #[test]
    fn an_address_counts_only_when_it_is_verified() {
        let rule = Rule::parse("email=asha@isp.example").unwrap();
        for (verified, want) in
            [(json!(true), true), (json!("true"), true), (json!(false), false), (json!(null), false)]
        {
            let claims = json!({"email": "asha@isp.example", "email_verified": verified});
            assert_eq!(rule.holds(&Claims::of(claims)), want, "{verified}");
        }
    }

    #[test]
    fn the_first_role_that_holds_counts() {
        let rule = |text: &str| Rule::parse(text).unwrap();
        let roles = vec![(Role::Admin, rule("groups=desk")), (Role::Technician, rule("groups=field,desk"))];
        let settings = Settings {
            issuer: String::new(),
            client_id: String::new(),
            client_secret: None,
            scopes: Vec::new(),
            label: None,
            roles,
            owners: None,
            create_users: true,
            link_by_email: false,
            local_login: true,
            acr: Vec::new(),
            max_age: None,
        };
        let of = |groups: serde_json::Value| settings.role(&Claims::of(json!({ "groups": groups })));
        assert_eq!(of(json!(["field", "desk"])), Some((Role::Admin, None)));
        assert_eq!((of(json!(["field"])), of(json!([]))), (Some((Role::Technician, None)), None));

        // An owner is an admin, and where owners are claimed no other admin is one.
        let settings = Settings { owners: Some(rule("groups=lead")), ..settings.clone() };
        let of = |groups: serde_json::Value| settings.role(&Claims::of(json!({ "groups": groups })));
        assert_eq!(of(json!(["lead"])), Some((Role::Admin, Some(true))));
        assert_eq!(of(json!(["desk"])), Some((Role::Admin, Some(false))));
        assert_eq!(of(json!(["field", "lead"])), Some((Role::Admin, Some(true))));
    }
}
