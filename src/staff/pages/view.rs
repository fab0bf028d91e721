//! Forms as these pages show them.

use crate::{
    fault::FieldFault,
    web::Form,
    words::{Language, Text},
};

/// One value of a choice.
#[derive(Debug, Clone)]
pub struct Choice {
    /// As it is sent.
    pub value: &'static str,
    /// Its words.
    pub label: Text,
    /// The language of its words, where that is not the page's.
    pub language: Option<Language>,
}

impl Choice {
    /// A value with the message of that key.
    pub fn new(value: &'static str, key: &'static str) -> Self {
        Self { value, label: Text::new(key), language: None }
    }

    /// A language, by its own name.
    pub fn of(language: Language) -> Self {
        Self { value: language.tag(), label: Text::verbatim(language.name()), language: Some(language) }
    }
}

/// One field of a form.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// Its name, and its id on the page.
    pub name: &'static str,
    /// The message that labels it.
    pub label: &'static str,
    /// `text`, `email`, `tel`, `password`, `number`, `select`, or `radio`.
    pub kind: &'static str,
    /// The message under that, or empty.
    pub hint: &'static str,
    /// What stands in it.
    pub value: String,
    /// What browsers may fill in.
    pub autocomplete: &'static str,
    /// What can be chosen, of a `select` or `radio`.
    pub options: Vec<Choice>,
    /// Whether it may stay empty.
    pub optional: bool,
    /// Its fault, or empty.
    pub error: Option<Text>,
}

impl Field {
    /// A field that must be filled in.
    pub fn new(name: &'static str, label: &'static str, kind: &'static str, autocomplete: &'static str) -> Self {
        Self { name, label, kind, autocomplete, ..Self::default() }
    }

    /// A choice: a `select`, or `radio` buttons.
    pub fn choice(name: &'static str, label: &'static str, kind: &'static str, options: Vec<Choice>) -> Self {
        Self { options, ..Self::new(name, label, kind, "off") }
    }

    /// The same with a message under its label.
    pub fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    /// The same with something in it.
    pub fn value(self, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..self }
    }

    /// The same, which may stay empty.
    pub fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// Whether this stands in it.
    pub fn holds(&self, value: &str) -> bool {
        self.value == value
    }

    /// The ids of what describes it.
    pub fn described_by(&self) -> String {
        let ids = [(!self.hint.is_empty(), "hint"), (self.error.is_some(), "err")];
        let ids: Vec<_> = ids.iter().filter(|(there, _)| *there).map(|(_, id)| format!("{}-{id}", self.name)).collect();
        ids.join(" ")
    }
}

/// A form, fresh or with what was typed and its faults.
#[derive(Debug, Clone)]
pub struct FormView {
    /// Where it is posted to.
    pub action: String,
    /// The message on its button.
    pub submit: &'static str,
    /// Where Cancel leads, or empty.
    pub cancel: &'static str,
    /// A value that goes with it unseen: name and value.
    pub hidden: Option<(&'static str, String)>,
    /// Whose password it is about, for password managers: shown to nobody and not sent. Empty where that is asked.
    pub username: String,
    /// Whether the page after it is loaded whole: a visit by script leaves the root element as it is, where the theme
    /// and the language stand.
    pub whole: bool,
    /// Its fields.
    pub fields: Vec<Field>,
    /// All faults, in the order of the fields.
    pub faults: Vec<FieldFault>,
}

impl FormView {
    /// A form of these fields.
    pub fn new(action: impl Into<String>, submit: &'static str, fields: Vec<Field>) -> Self {
        Self {
            action: action.into(),
            submit,
            cancel: "",
            hidden: None,
            username: String::new(),
            whole: false,
            fields,
            faults: Vec::new(),
        }
    }

    /// The same with what was typed, passwords aside, and what is wrong with it.
    pub fn refused(mut self, form: &[(String, String)], mut faults: Vec<FieldFault>) -> Self {
        for field in &mut self.fields {
            if field.kind != "password"
                && let Some((_, typed)) = form.iter().rev().find(|(name, _)| name == field.name)
            {
                field.value.clone_from(typed);
            }
            if let Some(fault) = faults.iter().find(|fault| fault.field == field.name) {
                field.error = Some(fault.message.clone());
            }
        }
        let place = |fault: &FieldFault| self.fields.iter().position(|field| field.name == fault.field);
        faults.sort_by_key(place);
        self.faults = faults;
        self
    }

    /// Whether a fault belongs to a field that can be linked to.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }
}

/// What was typed, without the body it came in.
pub fn split(form: Form) -> (crate::input::Input, Vec<(String, String)>) {
    (form.input, form.typed)
}
