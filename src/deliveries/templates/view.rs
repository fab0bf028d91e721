//! A draft as pages show it: its fields, its faults, and the message that it makes.

use super::{Sample, check, letter, voice};
use crate::{
    fault::FieldFault,
    notifications::{
        Content,
        segments::Encoding,
        templates::{CAP, Checked, Draft, Place, Variable, form::cap_field},
        wording::Created,
    },
    tickets::Desk,
    words::{Language, Text},
};

/// The fields of a form with what is in them.
#[derive(Debug)]
pub struct Fields {
    pub body: String,
    pub entity: String,
    pub header: String,
    pub template: String,
    pub unicode: bool,
    pub caps: Vec<CapField>,
    pub faults: Vec<FieldFault>,
}

/// The cap of a variable.
#[derive(Debug)]
pub struct CapField {
    pub variable: Variable,
    pub name: String,
    pub value: String,
    /// What it is when it is not given.
    pub otherwise: String,
}

impl Fields {
    /// Of a draft that is kept.
    pub fn of(draft: &Draft, place: Place) -> Self {
        let registration = draft.registration.as_ref();
        let ids = registration.map(|registration| registration.ids.clone()).unwrap_or_default();
        let cap = |variable| registration.and_then(|registration| registration.caps.get(&variable)).copied();
        Self::new(place, |name| match name {
            "body" => draft.body.clone(),
            "entity" => ids.entity.clone(),
            "header" => ids.header.clone(),
            "templateId" => ids.template.clone(),
            "unicode" if registration.is_some_and(|registration| registration.unicode) => "on".to_owned(),
            _ => {
                let variable = Variable::ALL.into_iter().find(|variable| cap_field(*variable) == name);
                variable.and_then(cap).map(|cap| cap.to_string()).unwrap_or_default()
            }
        })
    }

    /// As they were typed.
    pub fn new(place: Place, typed: impl Fn(&str) -> String) -> Self {
        let cap = |variable: Variable| {
            let name = cap_field(variable);
            let otherwise = if variable.is_free() { String::new() } else { CAP.to_string() };
            CapField { variable, value: typed(&name), name, otherwise }
        };
        Self {
            body: typed("body"),
            entity: typed("entity"),
            header: typed("header"),
            template: typed("templateId"),
            unicode: !typed("unicode").is_empty(),
            caps: Variable::ALL.into_iter().filter(|variable| variable.is_for(place.kind)).map(cap).collect(),
            faults: Vec::new(),
        }
    }

    /// Whether it is, or is becoming, a registered template.
    pub fn is_registered(&self) -> bool {
        let ids = [&self.entity, &self.header, &self.template];
        ids.iter().any(|id| !id.is_empty()) || self.faults.iter().any(|fault| fault.field != "body")
    }

    /// The faults of a field.
    pub fn faults_of(&self, field: &str) -> Vec<&Text> {
        self.faults.iter().filter(|fault| fault.field == field).map(|fault| &fault.message).collect()
    }

    /// Whether a field is wrong.
    pub fn is_wrong(&self, field: &str) -> bool {
        self.faults.iter().any(|fault| fault.field == field)
    }
}

/// The message that a draft makes of a sample ticket.
#[derive(Debug)]
pub struct Shown {
    pub said: Created,
    /// What is wrong with the words.
    pub wrong: Vec<Text>,
    /// The words, parted where something is wrong: nothing where nothing is.
    pub marked: Vec<Bit>,
    pub cost: Option<String>,
    /// The first character that costs the text the GSM alphabet.
    pub odd: Option<char>,
    pub room: usize,
    /// Subject and text, where it is a letter.
    pub letter: Option<(String, String)>,
    /// Whether there is anything to show.
    pub any: bool,
    pub registered: bool,
    /// What the message is in.
    pub language: Language,
}

/// A part of a body.
#[derive(Debug)]
pub struct Bit {
    pub text: String,
    pub wrong: bool,
    /// Code points of what cannot be seen.
    pub unseen: String,
}

impl Shown {
    /// Of a draft.
    pub fn of(desk: &Desk, place: Place, draft: &Draft) -> (Self, Checked) {
        let checked = check(desk, place, draft);
        let said = voice(desk, place).fill(&checked.template, &Sample::new(desk, place).facts());
        let segments = said.sms.segments;
        let shown = Self {
            wrong: checked.misfits.iter().map(|misfit| misfit.text.clone()).collect(),
            marked: marked(&draft.body, &checked),
            cost: desk.outbox.cost(segments.segments),
            odd: (segments.encoding == Encoding::Ucs2).then(|| odd_one(&said.sms.text)).flatten(),
            room: segments.per_segment * segments.segments,
            any: !said.sms.text.is_empty(),
            letter: letter(desk, place, draft),
            registered: draft.registration.is_some(),
            language: place.language,
            said,
        };
        (shown, checked)
    }

    /// What is handed to a gateway.
    pub fn content(&self) -> Content {
        let text = match &self.letter {
            Some((subject, text)) => format!("{subject}\n\n{text}"),
            None => self.said.sms.text.clone(),
        };
        Content { text, segments: 0, registered: self.said.sms.registered.clone() }
    }

    /// How full each segment is.
    pub fn filled(&self) -> Vec<usize> {
        let segments = self.said.sms.segments;
        let full = segments.segments.saturating_sub(1);
        std::iter::repeat_n(segments.per_segment, full).chain([segments.per_segment - segments.left]).collect()
    }

    /// The alphabet that the message is sent in.
    pub fn alphabet(&self) -> &'static str {
        match self.said.sms.segments.encoding {
            Encoding::Gsm7 => "GSM-7",
            Encoding::Ucs2 => "UCS-2",
        }
    }
}

fn marked(body: &str, checked: &Checked) -> Vec<Bit> {
    let mut places: Vec<_> = checked.misfits.iter().flat_map(|misfit| misfit.at.clone()).collect();
    places.sort_by_key(|range| (range.start, range.end));
    let (mut bits, mut at) = (Vec::new(), 0);
    for range in places {
        if range.start < at {
            continue;
        }
        if range.start > at {
            bits.push(Bit { text: body[at..range.start].to_owned(), wrong: false, unseen: String::new() });
        }
        let text = &body[range.clone()];
        let unseen = text.trim().is_empty() || crate::notifications::segments::clean(text).is_empty();
        let codes = text.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect::<Vec<_>>().join(" ");
        bits.push(Bit { text: text.to_owned(), wrong: true, unseen: if unseen { codes } else { String::new() } });
        at = range.end;
    }
    if !bits.is_empty() && at < body.len() {
        bits.push(Bit { text: body[at..].to_owned(), wrong: false, unseen: String::new() });
    }
    bits
}

fn odd_one(text: &str) -> Option<char> {
    text.chars().find(|c| Encoding::of(c.encode_utf8(&mut [0; 4])) == Encoding::Ucs2)
}
