//! One's own second factors: what there is, setting up, taking away.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar};
use uuid::Uuid;

use super::{
    door::{Refusal, wait_on},
    second_step::PasskeyForm,
    view::{Field, FormView, split},
};
use crate::{
    db::Tx,
    fault::{Fault, FieldFault},
    input::Limits,
    staff::{
        Staff, User,
        second_factor::{self, Authenticator, Carried, Key, Kind, Required, picture},
        session::{self, Caller, FACTORS},
        step_up::{self, Act},
    },
    web::{Flash, Form, Frame, PageFault, Path, Visit, render::set_cookie},
    words::{Text, When},
};

const NAME: Limits = Limits::line(60);
/// Carries new recovery codes to the page that shows them, once. Sealed.
const NEW_CODES: &str = "redress_new_codes";

#[derive(Template)]
#[template(path = "staff/factors.html")]
struct FactorsPage {
    frame: Frame,
    factors: Vec<FactorRow>,
    /// To be shown this once.
    new_codes: Vec<String>,
    codes_left: i64,
    /// Whether passkeys can be made for this server's address.
    passkeys: bool,
    /// Whether the user has to set one up now.
    needed: bool,
}

struct FactorRow {
    id: Uuid,
    label: Text,
    name: String,
    since: When,
    used: Option<When>,
}

#[derive(Template)]
#[template(path = "staff/factor_app.html")]
struct AppPage {
    frame: Frame,
    form: FormView,
    /// The key as people type it, in groups of four.
    key: String,
    address: String,
    /// The picture's path, and the modules on a side with the quiet zone.
    path: String,
    size: usize,
}

#[derive(Template)]
#[template(path = "staff/factor_passkey.html")]
struct PasskeyPage {
    frame: Frame,
    form: FormView,
    passkey: PasskeyForm,
}

/// Whoever sets up or takes away has proved lately who they are, by a second factor if they have one: a session that was
/// opened before there was one is not enough.
async fn guard(staff: &Staff, caller: &Caller, act: Act) -> Result<Option<Response>, Fault> {
    let now = staff.clock.now();
    if let Some(away) = step_up::ask(caller, act, now, FACTORS) {
        return Ok(Some(away));
    }
    let of = caller.user.id;
    let any = staff.db.read(move |tx| second_factor::store::any(tx, of).map_err(Fault::from)).await?;
    Ok((any && !caller.strong).then(|| step_up::to_confirm(FACTORS)))
}

/// `GET /account/second-factor`.
pub async fn show(
    State(staff): State<Staff>,
    caller: Caller,
    visit: Visit,
    jar: CookieJar,
) -> Result<Response, PageFault> {
    if let Some(away) = guard(&staff, &caller, Act::Begin).await? {
        return Ok(away);
    }
    let (of, now, vault) = (caller.user.id, staff.clock.now(), staff.vault.clone());
    let read = move |tx: &mut Tx<'_>| {
        let factors = second_factor::store::of_user(tx, &vault, of)?;
        Ok::<_, Fault>((factors, second_factor::store::codes_left(tx, of)?, Required::now(tx)?))
    };
    let (factors, codes_left, required) = staff.db.read(read).await?;
    let times = staff.chrome.times(now, visit.language);
    let row = |one: Authenticator| FactorRow {
        id: one.id,
        label: Text::new(match one.kind {
            Kind::App => "factor-app",
            Kind::Passkey => "factor-passkey",
        }),
        name: one.name,
        since: times.exact(one.created_at),
        used: one.last_used_at.map(|at| times.exact(at)),
    };
    let factors: Vec<FactorRow> = factors.into_iter().map(row).collect();
    let carried = jar.get(NEW_CODES).map(Cookie::value);
    let new_codes = carried.and_then(|text| Carried::CODES.open(&staff.vault, of.as_bytes(), now, text));
    let needed = factors.is_empty() && required.asks(caller.user.role);
    let title = visit.title(Text::new("factor-heading"), true);
    let frame = frame(&staff, &caller.user, visit, &title).await?;
    let new_codes = new_codes.unwrap_or_default();
    let page = FactorsPage { frame, factors, new_codes, codes_left, passkeys: staff.passkeys.is_some(), needed };
    let mut response = page.frame.respond(StatusCode::OK, &page);
    if jar.get(NEW_CODES).is_some() {
        session::remove(&mut response, staff.chrome.cookie(NEW_CODES, ""));
    }
    Ok(response)
}

async fn frame(staff: &Staff, user: &User, visit: Visit, title: &str) -> Result<Frame, Fault> {
    staff.chrome.frame(&staff.db, &user.viewer(), visit, title).await
}

/// Back to the page, which says what was done and shows new codes.
fn done(staff: &Staff, caller: &Caller, visit: &Visit, said: &'static str, codes: Option<Vec<String>>) -> Response {
    let mut response = staff.chrome.redirect(FACTORS, Some(Flash::ok(Text::new(said).to(visit.language))));
    if let Some(codes) = codes {
        let sealed = Carried::CODES.seal(&staff.vault, caller.user.id.as_bytes(), staff.clock.now(), &codes);
        set_cookie(response.headers_mut(), &staff.chrome.cookie(NEW_CODES, &sealed));
    }
    response
}

fn name_field(value: String) -> Field {
    Field::new("name", "factor-name", "text", "off").hint("factor-name-hint").value(value)
}

const MISSING: Text = Text::new("factor-name-missing");

async fn app_page(
    staff: &Staff,
    caller: &Caller,
    visit: Visit,
    key: &Key,
    (typed, faults): (&[(String, String)], Vec<FieldFault>),
    status: StatusCode,
) -> Result<Response, PageFault> {
    let name = Text::new("factor-app").to(visit.language).to_string();
    let code = Field::new("code", "factor-app-code", "text", "one-time-code").hint("factor-app-code-hint");
    let action = format!("{FACTORS}/app");
    let sealed = Carried::APP.seal(&staff.vault, caller.user.id.as_bytes(), staff.clock.now(), &key.text());
    let form = FormView::new(action, "factor-add-app", vec![name_field(name), code]).refused(typed, faults);
    let form = FormView { hidden: Some(("key", sealed)), cancel: FACTORS, ..form };
    let address = key.address(&staff.chrome.isp_name, &caller.user.email)?;
    let (path, size) = picture(&address)?;
    let groups: Vec<String> =
        key.text().as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into()).collect();
    let title = visit.title(Text::new("factor-add-app"), form.faults.is_empty());
    let frame = frame(staff, &caller.user, visit, &title).await?;
    let page = AppPage { frame, form, key: groups.join(" "), address, path, size };
    Ok(page.frame.respond(status, &page))
}

/// `GET /account/second-factor/app`.
pub async fn show_app(State(staff): State<Staff>, caller: Caller, visit: Visit) -> Result<Response, PageFault> {
    if let Some(away) = guard(&staff, &caller, Act::Begin).await? {
        return Ok(away);
    }
    let key = Key::new(staff.clock.bytes());
    app_page(&staff, &caller, visit, &key, (&[], Vec::new()), StatusCode::OK).await
}

/// `POST /account/second-factor/app`.
pub async fn add_app(
    State(staff): State<Staff>,
    caller: Caller,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    if let Some(away) = guard(&staff, &caller, Act::End).await? {
        return Ok(away);
    }
    let (mut input, typed) = split(form);
    let sealed = input.take_raw("key").unwrap_or_default();
    let (of, now) = (caller.user.id, staff.clock.now());
    // A key that has waited too long, or is none of ours: a new one is shown.
    let key: Option<String> = Carried::APP.open(&staff.vault, of.as_bytes(), now, &sealed);
    let Some(key) = key.and_then(|text| Key::parse(&text)) else {
        return Ok(Redirect::to(&format!("{FACTORS}/app")).into_response());
    };
    let name = input.required("name", NAME, MISSING);
    let code = input.required("code", Limits::line(64), Text::new("factor-code-missing"));
    let added = match input.finish() {
        Ok(()) => second_factor::add_app(&staff, &caller, name, &key, &code).await,
        Err(fault) => Err(fault),
    };
    match added {
        Ok(codes) => Ok(done(&staff, &caller, &visit, "factor-app-added", codes)),
        Err(fault) => {
            let Refusal { faults, status, wait } = Refusal::of(of_conflict(fault))?;
            Ok(wait_on(app_page(&staff, &caller, visit, &key, (&typed, faults), status).await?, wait))
        }
    }
}

/// A conflict, on the form that met it.
fn of_conflict(fault: Fault) -> Fault {
    match fault {
        Fault::Conflict { detail, .. } => Fault::field("", "not_allowed", detail),
        other => other,
    }
}

async fn passkey_page(
    staff: &Staff,
    caller: &Caller,
    visit: Visit,
    (typed, faults): (&[(String, String)], Vec<FieldFault>),
    status: StatusCode,
) -> Result<Response, PageFault> {
    let site = staff.passkeys.as_ref().ok_or(Fault::NotFound)?;
    let (of, vault) = (caller.user.id, staff.vault.clone());
    let found = staff.db.read(move |tx| second_factor::store::of_user(tx, &vault, of)).await?;
    let others: Vec<String> = found.into_iter().filter(|one| one.kind == Kind::Passkey).map(|one| one.secret).collect();
    let asked = site.begin(&staff.vault, &caller.user, &others, staff.clock.now())?;
    let passkey = PasskeyForm { action: "/account/second-factor/passkey", asked, next: String::new() };
    let name = Text::new("factor-passkey").to(visit.language).to_string();
    let form = FormView::new(passkey.action, "factor-add-passkey", vec![name_field(name)]).refused(typed, faults);
    let title = visit.title(Text::new("factor-add-passkey"), form.faults.is_empty());
    let frame = frame(staff, &caller.user, visit, &title).await?;
    let page = PasskeyPage { frame, form, passkey };
    Ok(page.frame.respond(status, &page))
}

/// `GET /account/second-factor/passkey`.
pub async fn show_passkey(State(staff): State<Staff>, caller: Caller, visit: Visit) -> Result<Response, PageFault> {
    if let Some(away) = guard(&staff, &caller, Act::Begin).await? {
        return Ok(away);
    }
    passkey_page(&staff, &caller, visit, (&[], Vec::new()), StatusCode::OK).await
}

/// `POST /account/second-factor/passkey`.
pub async fn add_passkey(
    State(staff): State<Staff>,
    caller: Caller,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    if let Some(away) = guard(&staff, &caller, Act::End).await? {
        return Ok(away);
    }
    let site = staff.passkeys.clone().ok_or(Fault::NotFound)?;
    let (mut input, typed) = split(form);
    let (answer, state) = (input.take_raw("passkey").unwrap_or_default(), input.take_raw("state").unwrap_or_default());
    let name = input.required("name", NAME, MISSING);
    let added = match input.finish() {
        Ok(()) => second_factor::add_passkey(&staff, &caller, &site, name, (&answer, &state)).await,
        Err(fault) => Err(fault),
    };
    match added {
        Ok(codes) => Ok(done(&staff, &caller, &visit, "factor-passkey-added", codes)),
        Err(fault) => {
            let Refusal { faults, status, wait } = Refusal::of(of_conflict(fault))?;
            Ok(wait_on(passkey_page(&staff, &caller, visit, (&typed, faults), status).await?, wait))
        }
    }
}

/// `POST /account/second-factor/codes`.
pub async fn make_codes(State(staff): State<Staff>, caller: Caller, visit: Visit) -> Result<Response, PageFault> {
    if let Some(away) = guard(&staff, &caller, Act::End).await? {
        return Ok(away);
    }
    match second_factor::make_codes(&staff, caller.user.id).await {
        Ok(codes) => Ok(done(&staff, &caller, &visit, "factor-codes-made", Some(codes))),
        Err(Fault::Conflict { detail, .. }) => {
            Ok(staff.chrome.redirect(FACTORS, Some(Flash::error(detail.to(visit.language)))))
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /account/second-factor/{id}/remove`.
pub async fn remove(
    State(staff): State<Staff>,
    caller: Caller,
    Path(id): Path<Uuid>,
    visit: Visit,
) -> Result<Response, PageFault> {
    if let Some(away) = guard(&staff, &caller, Act::End).await? {
        return Ok(away);
    }
    second_factor::remove(&staff, &caller, id).await?;
    Ok(done(&staff, &caller, &visit, "factor-removed", None))
}
