//! How a reader is told of events.

use super::{Event, Over, event::READ};
use crate::words::{Language, Text};

impl Event {
    /// What happened, in a sentence without its end.
    pub fn words(&self) -> Text {
        match self {
            Self::ExportBegan { .. } => Text::new("audit-export-began"),
            Self::ExportEnded { rows, .. } => Text::new("audit-export-ended").arg("count", rows),
            Self::ExportBroken { rows, .. } => Text::new("audit-export-broken").arg("count", rows),
            Self::TemplateSaved { .. } => Text::new("audit-template-saved"),
            Self::TemplateReset { .. } => Text::new("audit-template-reset"),
            Self::TemplateTried { taken: true, .. } => Text::new("audit-template-tried"),
            Self::TemplateTried { taken: false, .. } => Text::new("audit-template-not-taken"),
            Self::GatewayTried { taken: true, .. } => Text::new("audit-gateway-tried"),
            Self::GatewayTried { taken: false, .. } => Text::new("audit-gateway-not-taken"),
            Self::OptedOut { .. } => Text::new("audit-opted-out"),
            Self::OptedIn { .. } => Text::new("audit-opted-in"),
            Self::KeyActivated { .. } => Text::new("audit-key-activated"),
            Self::KeyForgotten { .. } => Text::new("audit-key-forgotten"),
            Self::SignedIn { over: Over::Page, .. } => Text::new("audit-signed-in"),
            Self::SignedIn { over: Over::Api, .. } => Text::new("audit-signed-in-api"),
            Self::SignedIn { over: Over::Provider, .. } => Text::new("audit-signed-in-provider"),
            Self::SignInRefused { .. } => Text::new("audit-sign-in-refused"),
            Self::SignedOut { over: Over::Api, .. } => Text::new("audit-signed-out-api"),
            Self::SignedOut { .. } => Text::new("audit-signed-out"),
            Self::SignInHeld { .. } => Text::new("audit-sign-in-held"),
            Self::UserAdded { .. } => Text::new("audit-user-added"),
            Self::UserChanged { .. } => Text::new("audit-user-changed"),
            Self::PasswordSet { .. } => Text::new("audit-password-set"),
            Self::TokenMade { .. } => Text::new("audit-token-made"),
            Self::TokenRevoked { .. } => Text::new("audit-token-revoked"),
            Self::SessionEnded { .. } => Text::new("audit-session-ended"),
            Self::FactorAdded { .. } => Text::new("audit-factor-added"),
            Self::FactorRemoved { .. } => Text::new("audit-factor-removed"),
            Self::RecoveryCodesMade => Text::new("audit-codes-made"),
            Self::RecoveryCodeUsed { .. } => Text::new("audit-code-used"),
            Self::FactorsReset { .. } => Text::new("audit-factors-reset"),
            Self::SecondFactorRequired { .. } => Text::new("audit-factor-required"),
            Self::FactorRefused { .. } => Text::new("audit-factor-refused"),
            Self::LinkMade { .. } => Text::new("audit-link-made"),
            Self::ProviderRefused { .. } => Text::new("audit-provider-refused"),
            Self::IdentityLinked { .. } => Text::new("audit-identity-linked"),
            Self::ProviderSignedOut { .. } => Text::new("audit-provider-signed-out"),
            Self::StaffBound { .. } => Text::new("audit-staff-bound"),
            Self::Clients(what) => what.words(),
            Self::Privacy(what) => what.words(),
            Self::Redacted { kind } => redacted(*kind),
            Self::Read { .. } => Text::new("audit-read"),
            Self::AuditExported { .. } => Text::new("audit-exported"),
            Self::Unreadable { .. } => Text::new("audit-unreadable"),
            Self::Unknown => Text::new("audit-unknown"),
        }
    }

    /// What it was about, for people.
    pub fn about(&self) -> Text {
        match self {
            Self::ExportBegan { query, reason: Some(reason) } => {
                let what = Self::ExportBegan { query: query.clone(), reason: None }.about();
                Text::new("audit-of-what").arg("name", reason).arg("what", what)
            }
            Self::ExportBegan { query, .. } | Self::ExportEnded { query, .. } | Self::ExportBroken { query, .. } => {
                let pairs = form_urlencoded::parse(query.as_bytes());
                let filters: Vec<_> = pairs
                    .map(|(name, value)| Text::new("audit-filter").arg("name", filter(&name)).arg("value", &*value))
                    .collect();
                if filters.is_empty() {
                    Text::new("audit-all-tickets")
                } else {
                    Text::new("audit-filters").arg("filters", filters)
                }
            }
            Self::TemplateSaved { kind, channel, language, version }
            | Self::TemplateReset { kind, channel, language, version } => Text::new("audit-template-version")
                .arg("template", template(kind, channel, language))
                .arg("version", version),
            Self::TemplateTried { kind, channel, language, to, .. } if to.starts_with('@') => {
                Text::new("audit-template-at").arg("template", template(kind, channel, language)).arg("to", to)
            }
            Self::TemplateTried { kind, channel, language, to, .. } => {
                Text::new("audit-template-to").arg("template", template(kind, channel, language)).arg("to", to)
            }
            Self::GatewayTried { channel, gateway, to, .. } if to.is_empty() => {
                Text::new("audit-gateway").arg("channel", channel).arg("gateway", gateway)
            }
            Self::GatewayTried { channel, gateway, to, .. } => {
                Text::new("audit-gateway-to").arg("channel", channel).arg("gateway", gateway).arg("to", to)
            }
            Self::OptedOut { number } | Self::OptedIn { number } => Text::new("audit-number").arg("number", number),
            Self::KeyActivated { key } | Self::KeyForgotten { key } => Text::new("audit-key").arg("key", key),
            Self::SignedIn { from, .. } | Self::SignedOut { from, .. } => origin(from.as_deref()),
            Self::SignInHeld { name, seconds, from } => {
                let nobody = || Text::new("audit-nobody");
                let name = name.as_ref().map_or_else(nobody, |name| Text::verbatim(name.clone()));
                Text::new("audit-held-from")
                    .arg("name", name)
                    .arg("minutes", (seconds + 59) / 60)
                    .arg("from", origin(from.as_deref()))
            }
            Self::SignInRefused { name, from } | Self::FactorRefused { name, from } => {
                Text::new("audit-of-from").arg("name", name).arg("from", origin(from.as_deref()))
            }
            Self::ProviderRefused { why, from } => {
                Text::new("audit-why-from").arg("why", self::why(why)).arg("from", origin(from.as_deref()))
            }
            Self::Clients(what) => what.about(),
            Self::Privacy(what) => what.about(),
            Self::Redacted { kind } => {
                Text::new(if *kind == READ { "audit-redacted-read-about" } else { "audit-redacted-about" })
            }
            Self::Unreadable { row } => Text::new("audit-unreadable-about").arg("row", row.to_string()),
            Self::Unknown => Text::new("audit-unknown-about"),
            of_staff => of_staff.about_staff(),
        }
    }

    /// The same of users, and of what they sign in with.
    fn about_staff(&self) -> Text {
        match self {
            Self::UserAdded { name, role, .. } => {
                Text::new("audit-of-what").arg("name", name).arg("what", self::role(role))
            }
            Self::UserChanged { name, what, .. } => {
                let what: Vec<Text> = what.iter().map(|what| changed(what)).collect();
                Text::new("audit-of-what").arg("name", name).arg("what", what)
            }
            Self::PasswordSet { name, .. }
            | Self::FactorsReset { name, .. }
            | Self::IdentityLinked { name, .. }
            | Self::ProviderSignedOut { name, .. } => Text::verbatim(name),
            Self::FactorAdded { kind, name } | Self::FactorRemoved { kind, name } => {
                Text::new("audit-of-what").arg("name", kind.words()).arg("what", name)
            }
            Self::StaffBound { users } => Text::new("audit-staff-bound-users").arg("count", users),
            Self::Read { path, query } => place(path, query),
            Self::AuditExported { query, reason: Some(reason) } => {
                let what = Self::AuditExported { query: query.clone(), reason: None }.about();
                Text::new("audit-of-what").arg("name", reason).arg("what", what)
            }
            Self::AuditExported { query, .. } if query.is_empty() => Text::new("audit-all"),
            Self::AuditExported { query, .. } => Text::verbatim(query),
            Self::RecoveryCodesMade => Text::new("audit-codes-ten"),
            Self::RecoveryCodeUsed { left } => Text::new("audit-codes-left").arg("count", left),
            Self::SecondFactorRequired { of } => Text::new(match of.as_str() {
                "nobody" => "factor-required-nobody",
                "admins" => "factor-required-admins",
                _ => "factor-required-everybody",
            }),
            Self::LinkMade { name, kind, .. } => {
                let what = if kind == "invitation" { "audit-link-invitation" } else { "audit-link-reset" };
                Text::new("audit-of-what").arg("name", name).arg("what", Text::new(what))
            }
            Self::TokenMade { token, name, scopes } => {
                let of = |scopes: &String| {
                    let scopes: Vec<Text> = scopes.split_whitespace().map(scope).collect();
                    Text::new("audit-of-what").arg("name", token).arg("what", scopes)
                };
                let what = scopes.as_ref().map_or_else(|| Text::verbatim(token.clone()), of);
                Text::new("audit-of-what").arg("name", name).arg("what", what)
            }
            Self::TokenRevoked { id } | Self::SessionEnded { id } => Text::verbatim(id.to_string()),
            _ => Text::new("audit-unknown-about"),
        }
    }
}

/// What a row was whose text was taken out.
fn redacted(kind: i64) -> Text {
    Text::new(match kind {
        60 => "audit-redacted-person",
        61 => "audit-erasure-began",
        READ => "audit-read",
        71 => "audit-exported",
        _ => "audit-redacted",
    })
}

/// A role, as it is stored.
fn role(name: &str) -> Text {
    Text::new(match name {
        "owner" => "staff-role-owner",
        "admin" => "staff-role-admin",
        "auditor" => "staff-role-auditor",
        _ => "staff-role-technician",
    })
}

/// A scope of a token, as it is stored.
fn scope(name: &str) -> Text {
    Text::new(match name {
        "tickets:read" => "account-scope-tickets-read",
        "tickets:write" => "account-scope-tickets-write",
        _ => "account-scope-admin",
    })
}

/// Why the provider's word did not do.
fn why(name: &str) -> Text {
    Text::new(match name {
        "no-role" => "audit-why-no-role",
        "disabled" => "audit-why-disabled",
        "taken" => "audit-why-taken",
        "last-admin" => "audit-why-last-admin",
        "nameless" => "audit-why-nameless",
        _ => "audit-why-unknown",
    })
}

/// What was changed of a user.
fn changed(what: &str) -> Text {
    match what.split_once(": ") {
        Some(("role", name)) => role(name),
        Some(("owner", "true")) => Text::new("audit-owner"),
        Some(("owner", _)) => Text::new("audit-no-owner"),
        Some(("vouched", "disabled")) => {
            Text::new("audit-of-what").arg("name", Text::new("audit-vouched")).arg("what", Text::new("audit-disabled"))
        }
        Some(("vouched", name)) => {
            Text::new("audit-of-what").arg("name", Text::new("audit-vouched")).arg("what", role(name))
        }
        Some(("enabled", "true")) => Text::new("audit-enabled"),
        Some(_) => Text::new("audit-disabled"),
        None => Text::new(match what {
            "email" => "staff-email",
            "phone" => "staff-phone",
            "no password" => "audit-no-password",
            _ => "staff-name",
        }),
    }
}

/// Where somebody came from.
fn origin(from: Option<&str>) -> Text {
    from.map_or_else(|| Text::new("audit-from-unknown"), |from| Text::new("audit-from").arg("from", from))
}

/// What a template is for.
fn template(kind: &str, channel: &str, language: &str) -> Text {
    let kind = Text::new(match kind {
        "created" => "notifications-kind-created",
        "fixed" => "notifications-kind-fixed",
        "assigned" => "notifications-kind-assigned",
        "reopened" => "notifications-kind-reopened",
        _ => "notifications-kind-note",
    });
    let language = Language::of(language).map_or_else(|| language.to_owned(), |known| known.name().to_owned());
    let channel = if channel == "sms" { "SMS" } else { channel };
    Text::new("audit-template").arg("kind", kind).arg("channel", channel).arg("language", language)
}

/// The name of a filter of tickets, as it stands in their addresses.
fn filter(name: &str) -> Text {
    Text::new(match name {
        "q" => "audit-filter-q",
        "status" => "audit-filter-status",
        "priority" => "audit-filter-priority",
        "issueType" => "audit-filter-issue",
        "assignedTo" => "audit-filter-technician",
        "createdFrom" => "audit-filter-from",
        "createdTo" => "audit-filter-to",
        "sort" => "audit-filter-sort",
        "order" => "audit-filter-order",
        _ => return Text::verbatim(name),
    })
}

/// A page with what was asked there, as people read it.
fn place(path: &str, query: &str) -> Text {
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty());
    let asked: Vec<String> = pairs.map(|(name, value)| format!("{name}: {value}")).collect();
    let asked = if asked.is_empty() { String::new() } else { format!(" ({})", asked.join(", ")) };
    Text::verbatim(format!("{path}{asked}"))
}
