//! The form of a client, fresh or as it was filled in.

use crate::{clients::Client, fault::FieldFault, web::Form, words::Text};

/// One field of the form.
pub struct Field {
    /// Its name, and its id on the page.
    pub name: &'static str,
    /// The message that labels it.
    pub label: &'static str,
    /// The message under that, or empty.
    pub hint: &'static str,
    /// `text`, `tel` or `email`.
    pub kind: &'static str,
    /// Whether it may stay empty.
    pub optional: bool,
    /// What stands in it.
    pub value: String,
    /// What somebody else has set it to meanwhile, if that is something else.
    pub now: Option<String>,
    /// Its fault, or empty.
    pub error: Option<Text>,
}

impl Field {
    /// The ids of what describes it.
    pub fn described_by(&self) -> String {
        let mut ids = Vec::new();
        for (there, id) in [(!self.hint.is_empty(), "hint"), (self.now.is_some(), "now"), (self.error.is_some(), "err")]
        {
            if there {
                ids.push(format!("{}-{id}", self.name));
            }
        }
        ids.join(" ")
    }
}

/// The whole form.
pub struct ClientForm {
    /// Where it is posted to.
    pub action: String,
    /// Where Cancel leads.
    pub cancel: String,
    /// The message on its button.
    pub submit: &'static str,
    /// What goes with it unseen.
    pub hidden: Vec<(&'static str, String)>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// What is wrong with all of it.
    pub problems: Vec<Text>,
    /// What is wrong with its fields, in their order.
    pub faults: Vec<FieldFault>,
}

/// Name, label, hint, kind, optional.
const FIELDS: [(&str, &str, &str, &str, bool); 6] = [
    ("name", "clients-name", "", "text", false),
    ("phone", "clients-phone", "clients-phone-hint", "tel", false),
    ("accountId", "clients-account", "clients-account-hint", "text", false),
    ("email", "clients-email", "", "email", true),
    ("plan", "clients-plan", "", "text", true),
    ("address", "clients-address", "", "text", true),
];

/// The value of a client's field.
fn value(client: &Client, name: &str) -> String {
    match name {
        "name" => client.name.clone(),
        "phone" => client.phone.as_str().to_owned(),
        "accountId" => client.account_id.clone(),
        "email" => client.email.clone().unwrap_or_default(),
        "plan" => client.plan.clone().unwrap_or_default(),
        _ => client.address.clone().unwrap_or_default(),
    }
}

impl ClientForm {
    /// A form whose fields have these values.
    pub fn new(action: String, cancel: String, submit: &'static str, value: impl Fn(&str) -> String) -> Self {
        let field = |(name, label, hint, kind, optional): (&'static str, _, _, _, _)| Field {
            name,
            label,
            hint,
            kind,
            optional,
            value: value(name),
            now: None,
            error: None,
        };
        let fields = FIELDS.map(field).into();
        Self { action, cancel, submit, hidden: Vec::new(), fields, problems: Vec::new(), faults: Vec::new() }
    }

    /// The form that changes a client.
    pub fn of(client: &Client) -> Self {
        let page = format!("/clients/{}", client.id);
        let mut form = Self::new(format!("{page}/edit"), page, "clients-save", |name| value(client, name));
        form.hidden.push(("version", client.version.to_string()));
        form
    }

    /// The same with what was typed.
    pub fn typed(mut self, form: &Form) -> Self {
        for field in &mut self.fields {
            form.typed(field.name).clone_into(&mut field.value);
        }
        self
    }

    /// The same with what is wrong.
    pub fn refused(mut self, mut faults: Vec<FieldFault>) -> Self {
        for field in &mut self.fields {
            if let Some(fault) = faults.iter().find(|fault| fault.field == field.name) {
                field.error = Some(fault.message.clone());
            }
        }
        faults.sort_by_key(|fault| self.fields.iter().position(|field| field.name == fault.field));
        self.faults = faults;
        self
    }

    /// The same for a client whom somebody has changed since: what differs is shown beside.
    pub fn beside(mut self, now: &Client) -> Self {
        for field in &mut self.fields {
            let now = value(now, field.name);
            field.now = (now != field.value).then_some(now);
        }
        self.problems.push(Text::new("clients-changed-since"));
        self
    }

    /// How many things are wrong.
    pub fn wrong(&self) -> usize {
        self.problems.len() + self.faults.len()
    }

    /// Whether a fault is one of a field that can be linked to.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }
}
