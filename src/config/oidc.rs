//! The settings of single sign-on, `oidc.…`.

use secrecy::SecretString;

use super::{Checker, Key, key};
use crate::staff::{
    Role,
    oidc::{Rule, Settings},
};

/// In the order of `config check`.
pub(super) const KEYS: [Key; 15] = [
    key(
        "oidc.issuer",
        "",
        "The provider of single sign-on, as its discovery document has it; without it there is none",
    ),
    key("oidc.client_id", "", "What the provider calls this desk"),
    Key { secret: true, ..key("oidc.client_secret", "", "What the desk proves that by; none for a public client") },
    key("oidc.client_secret_file", "", "A file that holds the secret alone, instead of oidc.client_secret"),
    key("oidc.scopes", "openid,profile,email", "What the provider is asked for, comma-separated"),
    key("oidc.label", "", "The provider's name on the button of the log-in page"),
    key("oidc.admin_if", "", "The claim and values that make an admin, such as groups=redress-admin"),
    key("oidc.owner_if", "", "The claim and values that make an owner; without it every admin by a claim is one"),
    key("oidc.auditor_if", "", "The same for auditors"),
    key("oidc.technician_if", "", "The same for technicians; without any such setting roles are set in the desk"),
    key("oidc.create_users", "true", "Whether somebody new to whom a claim gives a role becomes a user"),
    key(
        "oidc.link_by_email",
        "false",
        "Whether somebody new becomes the user with the same address, if it is verified",
    ),
    key("oidc.local_login", "true", "Whether passwords still let people in, on pages and over the API"),
    key("oidc.acr", "", "Authentication contexts of which the provider has to state one, comma-separated"),
    key("oidc.max_age", "", "Seconds since somebody proved who they are at the provider, at most"),
];

/// Which setting gives which role, the one with the most to do first.
const ROLES: [(Role, &str); 3] =
    [(Role::Admin, "oidc.admin_if"), (Role::Auditor, "oidc.auditor_if"), (Role::Technician, "oidc.technician_if")];

/// How to write a rule.
const RULE: &str = "write a claim, = and its values, such as groups=redress-admin";

/// The settings, if there is a provider.
pub(super) fn settings(checker: &mut Checker<'_>) -> Option<Settings> {
    let yes_or_no = "write true or false";
    let local_login = checker.parsed("oidc.local_login", yes_or_no, |text| text.parse().ok());
    let issuer = checker.parsed("oidc.issuer", "write its https address, without a query", issuer);
    if checker.text("oidc.issuer").is_empty() {
        alone(checker, local_login);
        return None;
    }
    let client_id = checker.text("oidc.client_id");
    if client_id.is_empty() {
        checker
            .faults
            .push("oidc.client_id: not set, yet oidc.issuer is; write what the provider calls this desk".to_owned());
    }
    let client_secret = secret(checker);
    let list = |text: String| {
        text.split([',', ' ']).filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let rule = |(role, name)| checker.parsed(name, RULE, Rule::parse).map(|rule| (role, rule));
    let roles: Vec<_> = ROLES.into_iter().filter_map(rule).collect();
    let owners = checker.parsed("oidc.owner_if", RULE, Rule::parse);
    let label = checker.parsed("oidc.label", "write 1 to 60 characters on one line", |text| {
        crate::input::clean(text, crate::input::Limits::line(60)).ok().filter(|text| !text.is_empty())
    });
    let create_users = checker.parsed("oidc.create_users", yes_or_no, |text| text.parse().ok());
    let link_by_email = checker.parsed("oidc.link_by_email", yes_or_no, |text| text.parse().ok());
    let max_age = checker.parsed("oidc.max_age", "write a number of seconds", |text| text.parse().ok());
    Some(Settings {
        issuer: issuer?,
        client_id,
        client_secret,
        scopes: list(checker.text("oidc.scopes")),
        label,
        roles,
        owners,
        create_users: create_users?,
        link_by_email: link_by_email?,
        local_login: local_login?,
        acr: list(checker.text("oidc.acr")),
        max_age,
    })
}

/// What makes no sense without a provider.
fn alone(checker: &mut Checker<'_>, local_login: Option<bool>) {
    if local_login == Some(false) {
        let fault = "oidc.local_login: false, yet there is no oidc.issuer, so nobody could sign in; set that, or true";
        checker.faults.push(fault.to_owned());
    }
}

/// An address that others cannot read along or answer for: by TLS, or on this machine.
fn issuer(text: &str) -> Option<String> {
    let uri: axum::http::Uri = text.parse().ok()?;
    let host = uri.host()?.trim_matches(['[', ']']);
    let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let good = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => here,
        _ => false,
    };
    (good && uri.query().is_none() && !text.contains(['#', '@'])).then(|| text.to_owned())
}

/// The secret, from one place at most.
fn secret(checker: &mut Checker<'_>) -> Option<SecretString> {
    let (text, file) = (checker.text("oidc.client_secret"), checker.text("oidc.client_secret_file"));
    match (text.is_empty(), file.is_empty()) {
        (true, true) => None,
        (false, true) => Some(text.into()),
        (false, false) => {
            let fault = "oidc.client_secret: oidc.client_secret_file is set too; leave one of them out";
            checker.faults.push(fault.to_owned());
            None
        }
        (true, false) => match std::fs::read_to_string(&file) {
            Ok(text) if !text.trim().is_empty() => Some(text.trim().to_owned().into()),
            Ok(_) => {
                checker.faults.push(format!("oidc.client_secret_file: {file} is empty; write the secret into it"));
                None
            }
            Err(error) => {
                checker.faults.push(format!("oidc.client_secret_file: cannot read {file}: {error}"));
                None
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::config::{Config, Sources};

    const GOOD: [(&str, &str); 3] = [
        ("oidc.issuer", "https://id.example/realms/isp"),
        ("oidc.client_id", "redress"),
        ("oidc.admin_if", "groups=redress-admin"),
    ];

    fn read(more: &[(&str, &str)]) -> Result<Option<Settings>, Vec<String>> {
        let pairs: Vec<_> = more.iter().chain(&GOOD).copied().collect();
        let mut sources = Sources::of(&[]);
        for (name, value) in pairs.iter().rev() {
            sources = sources.with(name, value);
        }
        Config::check(&sources).map(|config| config.oidc)
    }

    #[test]
    fn without_an_issuer_there_is_no_single_sign_on_and_passwords_cannot_be_closed() {
        assert!(Config::check(&Sources::of(&[("oidc.client_id", "redress")])).unwrap().oidc.is_none());
        let faults = Config::check(&Sources::of(&[("oidc.local_login", "false")])).unwrap_err();
        assert!(faults.len() == 1 && faults[0].starts_with("oidc.local_login:"), "{faults:?}");
    }

    #[test]
    fn the_defaults_let_passwords_in_and_tie_nobody_by_an_address() {
        let settings = read(&[]).unwrap().unwrap();
        assert_eq!(settings.scopes, ["openid", "profile", "email"]);
        assert!(settings.local_login && settings.create_users && !settings.link_by_email);
        assert!(settings.client_secret.is_none() && settings.acr.is_empty() && settings.max_age.is_none());
        assert_eq!(settings.roles.iter().map(|(role, _)| *role).collect::<Vec<_>>(), [Role::Admin]);
    }

    #[test]
    fn each_fault_names_its_setting() {
        for (name, bad) in [
            ("oidc.issuer", "http://id.example"),
            ("oidc.issuer", "id.example"),
            ("oidc.issuer", "https://id.example/?x=1"),
            ("oidc.issuer", "https://user:pass@id.example"),
            ("oidc.issuer", "http://127.0.0.1.example"),
            ("oidc.admin_if", "redress-admin"),
            ("oidc.owner_if", "groups"),
            ("oidc.auditor_if", "=x"),
            ("oidc.technician_if", "groups="),
            ("oidc.create_users", "perhaps"),
            ("oidc.link_by_email", "1"),
            ("oidc.local_login", "no"),
            ("oidc.max_age", "an hour"),
            ("oidc.client_secret_file", "/nowhere/at/all"),
        ] {
            let faults = read(&[(name, bad)]).unwrap_err();
            assert!(faults.len() == 1 && faults[0].starts_with(&format!("{name}:")), "{name}={bad}: {faults:?}");
        }
        for good in ["http://127.0.0.1:3900", "http://[::1]:3900/x", "http://localhost:3900"] {
            assert_eq!(read(&[("oidc.issuer", good)]).unwrap().unwrap().issuer, good);
        }
        assert!(read(&[("oidc.client_id", "")]).unwrap_err()[0].starts_with("oidc.client_id:"));
    }

    #[test]
    fn the_secret_comes_from_a_file_or_from_the_setting_and_is_not_shown() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("secret");
        std::fs::write(&file, "s3cret\n").unwrap();
        let path = file.to_str().unwrap();
        let settings = read(&[("oidc.client_secret_file", path)]).unwrap().unwrap();
        assert_eq!(settings.client_secret.as_ref().unwrap().expose_secret(), "s3cret");
        assert!(!format!("{settings:?}").contains("s3cret"));
        let both = read(&[("oidc.client_secret_file", path), ("oidc.client_secret", "x")]).unwrap_err();
        assert!(both.len() == 1 && both[0].starts_with("oidc.client_secret:"), "{both:?}");
    }
}
