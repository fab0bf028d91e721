//! How pages look and work for whoever sits at this browser: kept in cookies, see [`choices`].

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    account::{self, Asked},
    view::{Choice, Field, FormView, split},
};
use crate::{
    fault::Fault,
    input::{Input, Limits},
    staff::{
        Staff,
        session::{self, Caller},
    },
    web::{Chrome, Flash, Form, PageFault, Visit, choices, is_local, render::set_cookie},
    words::{Language, Text},
};

const WORD: Limits = Limits::line(20);

/// One choice of the form.
struct Setting {
    /// The field's name.
    name: &'static str,
    /// Where it is kept.
    cookie: &'static str,
    /// The message that labels it.
    label: &'static str,
    /// The message under that, or empty.
    hint: &'static str,
    /// Values and their messages. The first is what holds without a cookie.
    values: &'static [(&'static str, &'static str)],
}

static SETTINGS: [Setting; 4] = [
    Setting {
        name: "theme",
        cookie: choices::THEME,
        label: "account-theme",
        hint: "",
        values: &[("system", "account-theme-system"), ("light", "account-theme-light"), ("dark", "account-theme-dark")],
    },
    // The values are those of the list's own buttons.
    Setting {
        name: "density",
        cookie: choices::DENSITY,
        label: "account-density",
        hint: "",
        values: &[("roomy", "account-density-roomy"), ("compact", "account-density-compact")],
    },
    // And each language.
    Setting {
        name: "language",
        cookie: choices::LANGUAGE,
        label: "account-language",
        hint: "",
        values: &[("browser", "account-language-browser")],
    },
    Setting {
        name: "shortcuts",
        cookie: choices::KEYS,
        label: "account-keys",
        hint: "account-keys-hint",
        values: &[("on", "account-keys-on"), ("off", "account-keys-off")],
    },
];

impl Setting {
    fn options(&self) -> Vec<Choice> {
        let mut options: Vec<_> = self.values.iter().map(|(value, words)| Choice::new(value, words)).collect();
        if self.cookie == choices::LANGUAGE {
            options.extend(Language::ALL.map(Choice::of));
        }
        options
    }

    /// What holds without a cookie.
    fn without(&self) -> &'static str {
        self.values[0].0
    }

    /// What holds now.
    fn now(&self, visit: &Visit) -> &'static str {
        let kept = match self.cookie {
            choices::THEME => visit.theme,
            choices::DENSITY if visit.compact => "compact",
            choices::LANGUAGE => visit.chosen.map_or("", Language::tag),
            choices::KEYS if !visit.keys => "off",
            _ => "",
        };
        if kept.is_empty() { self.without() } else { kept }
    }

    /// Takes the choice from what was sent.
    fn read(&self, input: &mut Input) -> Option<&'static str> {
        let known = |text: &str| self.options().into_iter().map(|choice| choice.value).find(|value| *value == text);
        input.must(self.name, WORD, unknown(), |text| known(text).ok_or_else(unknown))
    }
}

fn unknown() -> Text {
    Text::new("account-choose")
}

/// The form as its choices are now.
pub fn form(visit: &Visit) -> FormView {
    let field = |setting: &Setting| {
        let field = Field::choice(setting.name, setting.label, "radio", setting.options());
        field.hint(setting.hint).value(setting.now(visit))
    };
    let fields = SETTINGS.iter().map(field).collect();
    FormView { whole: true, ..FormView::new("/account/preferences", "account-preferences-save", fields) }
}

/// `POST /account/preferences`: all choices at once.
pub async fn set(
    State(staff): State<Staff>,
    caller: Caller,
    visit: Visit,
    headers: HeaderMap,
    sent: Form,
) -> Result<Response, PageFault> {
    let (input, typed) = split(sent);
    let chosen = match read(input) {
        Ok(chosen) => chosen,
        Err(Fault::Invalid(faults)) => {
            let preferences = form(&visit).refused(&typed, faults);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let asked = Asked { preferences, status, ..Asked::new(&staff, &caller.user, &visit) };
            return account::page(&staff, caller, visit, asked).await;
        }
        Err(other) => return Err(other.into()),
    };
    let language = chosen.iter().find(|(setting, _)| setting.cookie == choices::LANGUAGE);
    let language = language.and_then(|(_, tag)| Language::of(tag)).unwrap_or_else(|| choices::asked_language(&headers));
    let flash = Flash::ok(Text::new("account-preferences-saved").to(language));
    let mut response = staff.chrome.redirect("/account", Some(flash));
    for (setting, value) in chosen {
        if value == setting.without() {
            session::remove(&mut response, staff.chrome.cookie(setting.cookie, ""));
        } else {
            keep(&staff.chrome, &mut response, setting.cookie, value);
        }
    }
    Ok(response)
}

fn read(mut input: Input) -> Result<Vec<(&'static Setting, &'static str)>, Fault> {
    let chosen: Vec<_> = SETTINGS.iter().map(|setting| (setting, setting.read(&mut input))).collect();
    input.finish()?;
    // Each is only absent with a fault, which `finish` has just returned.
    Ok(chosen.into_iter().filter_map(|(setting, value)| Some((setting, value?))).collect())
}

fn keep(chrome: &Chrome, response: &mut Response, name: &str, value: &str) {
    let mut cookie = chrome.cookie(name, value);
    // The longest that browsers keep one.
    cookie.make_permanent();
    set_cookie(response.headers_mut(), &cookie);
}

/// `POST /language`, for those who are not signed in: `language`, and `back`, the page that they came from. Whoever cannot
/// read the log-in page could not sign in to change its language.
pub async fn set_language(State(staff): State<Staff>, sent: Form) -> Result<Response, PageFault> {
    let (mut input, _) = split(sent);
    let back = input.take_raw("back").filter(|path| is_local(path));
    let known = |text: &str| Language::ALL.into_iter().find(|language| language.tag() == text).ok_or_else(unknown);
    let language = input.must("language", WORD, unknown(), known);
    input.finish()?;
    let mut response = Redirect::to(back.as_deref().unwrap_or("/login")).into_response();
    if let Some(language) = language {
        keep(&staff.chrome, &mut response, choices::LANGUAGE, language.tag());
    }
    Ok(response)
}
