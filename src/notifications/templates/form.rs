//! Reads what a template is made from: a form's fields or a call's.

use std::collections::BTreeMap;

use super::{
    letter,
    template::{Draft, Registration},
    variable::Variable,
};
use crate::{
    fault::{Fault, FieldFault},
    input::{Input, Limits},
    notifications::{channels::Registered, segments::clean},
    words::Text,
};

/// The longest id, in characters: India's have 19 digits.
const ID: usize = 40;
/// The longest name of a sender, in characters (3GPP TS 23.040, 9.1.2.5).
const HEADER: usize = 11;
/// What a cap can be.
const CAPS: std::ops::RangeInclusive<u64> = 1..=200;

/// The field of a variable's cap in forms.
pub fn cap_field(variable: Variable) -> String {
    format!("cap_{}", variable.name())
}

/// Reads a draft, of a letter or of one line. Faults of its words are [`Check`](super::Check)'s.
pub fn draft(mut input: Input, is_letter: bool) -> (Draft, Vec<FieldFault>) {
    input.texts(&["body"]);
    // As it came: of a registered text every character counts.
    let body = input.take_raw("body").unwrap_or_default().replace("\r\n", "\n");
    let entity = input.text("entity", Limits::line(ID)).value().unwrap_or_default();
    let header = input.text("header", Limits::line(ID)).value().unwrap_or_default();
    let template = input.text("templateId", Limits::line(ID)).value().unwrap_or_default();
    let unicode = input.flag("unicode").value().unwrap_or_default();
    let caps = caps(&mut input);
    let is_registered = [&entity, &header, &template].iter().any(|id| !id.is_empty());
    if is_registered {
        ids(&mut input, &[("entity", &entity), ("header", &header), ("templateId", &template)]);
    }
    let registration =
        is_registered.then_some(Registration { ids: Registered { entity, header, template }, unicode, caps });
    let body = match () {
        () if is_letter => letter::tidy(&body),
        () if is_registered => body.trim().to_owned(),
        () => clean(&body),
    };
    let faults = match input.finish() {
        Err(Fault::Invalid(faults)) => faults,
        _ => Vec::new(),
    };
    (Draft { body, registration }, faults)
}

fn ids(input: &mut Input, ids: &[(&'static str, &str)]) {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    for (name, id) in ids {
        let label = Text::new(match *name {
            "entity" => "templates-entity",
            "header" => "templates-header",
            _ => "templates-id",
        });
        if id.is_empty() {
            input.fault(name, "required", Text::new("templates-fault-id-missing").arg("field", label));
        } else if *name == "header" && id.len() > HEADER {
            input.fault(name, "too_long", Text::new("input-too-long").arg("count", HEADER));
        } else if !id.chars().all(plain) {
            input.fault(name, "invalid", Text::new("templates-fault-id").arg("field", label));
        }
    }
}

/// The caps that are given: one field each in forms, an object in calls.
fn caps(input: &mut Input) -> BTreeMap<Variable, usize> {
    let mut given: Vec<(String, String, u64)> = Vec::new();
    for (name, cap) in input.numbers("caps") {
        given.push(("caps".to_owned(), name, cap));
    }
    for variable in Variable::ALL {
        let field = cap_field(variable);
        if let Some(text) = input.text(&field, Limits::line(9)).value() {
            given.push((field, variable.name().to_owned(), text.parse().unwrap_or(0)));
        }
    }
    let mut caps = BTreeMap::new();
    for (field, name, cap) in given {
        match Variable::find(&name) {
            Some(variable) if CAPS.contains(&cap) => {
                caps.insert(variable, usize::try_from(cap).unwrap_or(usize::MAX));
            }
            Some(_) => input.fault(&field, "invalid", Text::new("templates-fault-cap-number").arg("most", *CAPS.end())),
            None => input.fault(&field, "unknown", Text::new("templates-fault-unknown").arg("name", name)),
        }
    }
    caps
}
