//! The fields of a ticket's form, as typed or as stored, with their faults beside them.

use std::collections::BTreeMap;

use crate::{
    fault::FieldFault,
    notifications::Kind,
    staff::{Person, User},
    tickets::{Desk, Priority, Status, Ticket, issue_label},
    web::Frame,
    words::{Language, Text},
};

/// The fields of the form, in its order.
const NAMES: [&str; 9] = [
    "clientName",
    "clientPhone",
    "clientAccountId",
    "clientEmail",
    "issueType",
    "description",
    "priority",
    "assignedTo",
    "status",
];

/// More issue types than these make a menu of what is otherwise a row of buttons.
const PILLS: usize = 6;

/// A line of the error summary.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The field's id, or empty.
    pub field: String,
    /// What to do.
    pub message: Text,
}

impl Problem {
    /// One that belongs to no field.
    pub fn general(message: Text) -> Self {
        Self { field: String::new(), message }
    }

    /// All of some faults, linked where the form has the field.
    pub fn of(faults: &[FieldFault]) -> Vec<Self> {
        let line = |fault: &FieldFault| {
            let known = NAMES.contains(&fault.field.as_str()) || fault.field == "content";
            let field = if known { fault.field.clone() } else { String::new() };
            let message = if known { fault.message.clone() } else { fault.clone().named() };
            Self { field, message }
        };
        faults.iter().map(line).collect()
    }
}

/// A choice of a menu.
#[derive(Debug, Clone)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

impl Choice {
    /// The three parts.
    pub fn new(value: &str, label: &str, chosen: bool) -> Self {
        Self { value: value.to_owned(), label: label.to_owned(), chosen }
    }

    /// The icon of an issue type; those that the settings add share one.
    pub fn icon(&self) -> &'static str {
        match self.value.as_str() {
            "Incorrect Bill" => "receipt",
            "Payment Not Reflected" => "credit-card-pay",
            "Service Suspension" => "wifi-off",
            "Other" => "help-circle",
            _ => "receipt-refund",
        }
    }
}

/// A status of a menu.
#[derive(Debug, Clone)]
pub struct StatusChoice {
    pub status: Status,
    pub chosen: bool,
    /// Why it cannot be chosen now.
    pub refused: Option<Text>,
}

/// One field.
#[derive(Debug, Clone, Default)]
pub struct Field {
    pub value: String,
    /// What is wrong with it, or empty.
    pub fault: Option<Text>,
    /// What it was changed to by somebody else meanwhile.
    pub now: Option<String>,
}

impl Field {
    /// The ids of what describes it, in the order of the page.
    pub fn described_by(&self, name: &str, hint: &str) -> String {
        let parts = [(!hint.is_empty(), "hint"), (self.now.is_some(), "now"), (self.fault.is_some(), "err")];
        let ids: Vec<_> = parts.iter().filter(|(there, _)| *there).map(|(_, id)| format!("{name}-{id}")).collect();
        ids.join(" ")
    }
}

/// The whole form, of a new ticket or of a change.
#[derive(Debug, Clone)]
pub struct TicketForm {
    pub action: String,
    /// Of a new ticket.
    pub key: String,
    /// Of a change: the version that the form was filled from.
    pub version: i64,
    pub problems: Vec<Problem>,
    fields: BTreeMap<&'static str, Field>,
    pub issue_types: Vec<Choice>,
    pub statuses: Vec<StatusChoice>,
    pub priorities: Vec<(Priority, bool)>,
    pub technicians: Vec<Choice>,
    /// Whether an SMS may tell the client of it.
    sends: bool,
}

/// What the form's menus are made of.
pub struct Menus<'a> {
    /// The settings.
    pub desk: &'a Desk,
    /// Who may be sent.
    pub staff: &'a [User],
    /// The ticket that is changed; none for a new one.
    pub ticket: Option<&'a Ticket>,
    /// What they are worded in.
    pub language: Language,
}

impl TicketForm {
    /// A form with these values.
    pub fn new(action: String, menus: &Menus<'_>, values: impl Fn(&str) -> String) -> Self {
        let fields: BTreeMap<&'static str, Field> =
            NAMES.into_iter().map(|name| (name, Field { value: values(name), ..Field::default() })).collect();
        let mut form = Self {
            action,
            key: String::new(),
            version: menus.ticket.map_or(0, |ticket| ticket.version),
            problems: Vec::new(),
            fields,
            issue_types: Vec::new(),
            statuses: Vec::new(),
            priorities: Vec::new(),
            technicians: Vec::new(),
            sends: menus.desk.outbox.why_no_sms_at_all(Kind::Created).is_none(),
        };
        form.fill_menus(menus);
        form
    }

    fn fill_menus(&mut self, menus: &Menus<'_>) {
        let issue = self.field("issueType").value.to_lowercase();
        let mut types: Vec<&str> = menus.desk.issue_types.all().iter().map(String::as_str).collect();
        if let Some(ticket) = menus.ticket
            && !types.contains(&ticket.issue_type.as_str())
        {
            types.push(&ticket.issue_type);
        }
        let label = |name: &str| issue_label(name).to(menus.language).to_string();
        self.issue_types =
            types.into_iter().map(|name| Choice::new(name, &label(name), name.to_lowercase() == issue)).collect();
        let priority = Priority::parse(&self.field("priority").value);
        self.priorities = Priority::ALL.map(|one| (one, priority == Some(one))).to_vec();
        let status = Status::parse(&self.field("status").value);
        let all: &[Status] = if menus.ticket.is_some() { &Status::ALL } else { &Status::INITIAL };
        let choice = |one: &Status| StatusChoice {
            status: *one,
            chosen: status == Some(*one),
            refused: menus.ticket.and_then(|ticket| why_not(ticket.status, *one)),
        };
        self.statuses = all.iter().map(choice).collect();
        let holder = menus.ticket.and_then(|ticket| ticket.assigned_to.as_ref());
        self.technicians = technician_choices(menus.staff, holder, &self.field("assignedTo").value, menus.language);
    }

    /// The same with the faults of its fields.
    #[must_use]
    pub fn with_faults(mut self, faults: &[FieldFault]) -> Self {
        for fault in faults {
            if let Some(field) = self.fields.get_mut(fault.field.as_str()) {
                field.fault = Some(fault.message.clone());
            }
        }
        self.problems = Problem::of(faults);
        self
    }

    /// Notes what a field is now, where somebody else has changed it.
    pub fn set_now(&mut self, name: &str, now: String) {
        if let Some(field) = self.fields.get_mut(name) {
            field.now = Some(now);
        }
    }

    /// A field by its name; an unknown one is empty.
    pub fn field(&self, name: &str) -> Field {
        self.fields.get(name).cloned().unwrap_or_default()
    }

    /// Whether the issue types are a row of buttons.
    pub fn pills(&self) -> bool {
        self.issue_types.len() <= PILLS
    }

    /// What to mind when writing down what happened.
    pub fn text_hint(&self, frame: &Frame) -> String {
        match (self.version, self.sends) {
            (0, true) => frame.t("intake-text-hint-sms").to_string(),
            (0, false) => frame.t("intake-text-hint").to_string(),
            _ => String::new(),
        }
    }

    /// Whether what is folded away should be seen: it has a value of its own, or a fault.
    pub fn unfolded(&self) -> bool {
        let told = |name| {
            let field = self.field(name);
            field.fault.is_some() || field.now.is_some()
        };
        self.version > 0
            || told("status")
            || told("assignedTo")
            || !self.field("assignedTo").value.is_empty()
            || self.statuses.iter().any(|choice| choice.chosen && choice.status != Status::New)
    }
}

/// The technicians, with who has the ticket now even if they could not be assigned again.
pub fn technician_choices(staff: &[User], holder: Option<&Person>, chosen: &str, language: Language) -> Vec<Choice> {
    let mut choices: Vec<Choice> = staff
        .iter()
        .map(|user| (user.id.to_string(), &user.name))
        .map(|(id, name)| Choice::new(&id, name, id == chosen))
        .collect();
    if let Some(person) = holder
        && !staff.iter().any(|user| user.id == person.id)
    {
        let id = person.id.to_string();
        let label = Text::new("ticket-technician-gone").arg("name", &person.name).to(language).to_string();
        choices.push(Choice::new(&id, &label, id == chosen));
    }
    choices
}

/// Why a move is not in the transition table, in a few words; nothing when it is, or is none.
pub fn why_not(from: Status, to: Status) -> Option<Text> {
    if from == to || from.may_become(to) {
        return None;
    }
    Some(Text::new(match to {
        Status::New => "ticket-only-when-logged",
        Status::Closed => "ticket-only-after-fixed",
        _ => "ticket-reopen-first",
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refused_move_has_a_reason_and_no_allowed_one_has() {
        for from in Status::ALL {
            for to in Status::ALL {
                assert_eq!(why_not(from, to).is_none(), from == to || from.may_become(to), "{from} to {to}");
            }
        }
    }

    #[test]
    fn a_field_is_described_by_what_stands_beside_it_and_by_no_blank() {
        let field = |fault: &str, now| Field {
            fault: (!fault.is_empty()).then(|| Text::verbatim(fault)),
            now,
            ..Field::default()
        };
        assert_eq!(field("", None).described_by("x", "Hint."), "x-hint");
        assert_eq!(field("", Some("1".into())).described_by("x", ""), "x-now");
        assert_eq!(field("Bad.", Some("1".into())).described_by("x", "Hint."), "x-hint x-now x-err");
    }

    #[test]
    fn faults_of_unknown_fields_say_which() {
        let faults = [
            FieldFault::new("clientPhone", "invalid", Text::verbatim("Too short.")),
            FieldFault::new("colour", "unknown", Text::verbatim("No such field.")),
            FieldFault::new("", "invalid", Text::verbatim("Broken.")),
        ];
        let lines: Vec<_> = Problem::of(&faults).into_iter().map(|line| (line.field, line.message.english())).collect();
        let want = [("clientPhone", "Too short."), ("", "colour: No such field."), ("", "Broken.")];
        assert_eq!(lines, want.map(|(field, message)| (field.to_owned(), message.to_owned())));
    }
}
