//! Words for what events keep as names.

use crate::words::{Language, Text};

/// A role, as it is stored.
pub(super) fn role(name: &str) -> Text {
    Text::new(match name {
        "owner" => "staff-role-owner",
        "admin" => "staff-role-admin",
        "auditor" => "staff-role-auditor",
        _ => "staff-role-technician",
    })
}

/// Why the provider's word did not do.
pub(super) fn why(name: &str) -> Text {
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
pub(super) fn changed(what: &str) -> Text {
    match what.split_once(": ") {
        Some(("role", name)) => role(name),
        Some(("owner", "true")) => Text::new("audit-owner"),
        Some(("owner", _)) => Text::new("audit-no-owner"),
        Some(("enabled", "true")) => Text::new("audit-enabled"),
        Some(_) => Text::new("audit-disabled"),
        None => Text::new(match what {
            "email" => "staff-email",
            "phone" => "staff-phone",
            _ => "staff-name",
        }),
    }
}

/// Where somebody came from.
pub(super) fn origin(from: Option<&str>) -> Text {
    from.map_or_else(|| Text::new("audit-from-unknown"), |from| Text::new("audit-from").arg("from", from))
}

/// What a template is for.
pub(super) fn template(kind: &str, channel: &str, language: &str) -> Text {
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
pub(super) fn filter(name: &str) -> Text {
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
pub(super) fn place(path: &str, query: &str) -> Text {
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty());
    let asked: Vec<String> = pairs.map(|(name, value)| format!("{name}: {value}")).collect();
    let asked = if asked.is_empty() { String::new() } else { format!(" ({})", asked.join(", ")) };
    Text::verbatim(format!("{path}{asked}"))
}
