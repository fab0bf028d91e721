//! The pages for nobody in particular: set-up, log-in, log-out.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    account::NEW_TOKEN,
    entering,
    second_step::{self, PasskeyForm},
    sso::{self, Way},
    view::{Field, FormView, split},
};
use crate::{
    audit::Over,
    db::Tx,
    fault::{Fault, FieldFault},
    input::{Input, Limits},
    staff::{
        Role, Staff, User,
        credential::{Fresh, Kind},
        form, log_in,
        session::{self, Maybe, Sender},
        session_store, setup, store,
    },
    web::{Flash, Form, Frame, PageFault, Query, Visit, is_local, problem::too_many, render::VIEW},
    words::{Language, Text},
};

/// What a browser is to forget (W3C Clear Site Data).
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

const CODE: Limits = Limits::line(100);

#[derive(Template)]
#[template(path = "staff/outside.html")]
pub(super) struct Outside {
    frame: Frame,
    /// Messages; the second may be empty.
    heading: &'static str,
    intro: &'static str,
    form: FormView,
    /// The way to the provider of single sign-on, if there is one.
    way: Option<Way>,
    languages: [Offer; Language::ALL.len()],
    /// Where the page is shown again in another language, with where it was to lead.
    back: String,
    /// For who signs in by a passkey alone.
    passkey: Option<PasskeyForm>,
    /// Whether a forgotten password can be told here.
    forgot: bool,
}

/// A language that the page can be had in.
struct Offer {
    language: Language,
    here: bool,
}

impl Outside {
    pub(super) fn answer(
        staff: &Staff,
        visit: Visit,
        heading: &'static str,
        intro: &'static str,
        (form, passkey): (FormView, Option<PasskeyForm>),
        status: StatusCode,
    ) -> Response {
        let title = visit.title(Text::new(heading), form.faults.is_empty());
        let languages = Language::ALL.map(|language| Offer { language, here: language == visit.language });
        let back = form.hidden.as_ref().map_or_else(
            || visit.path.clone(),
            |(name, value)| {
                let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
                format!("{}?{query}", form.action)
            },
        );
        let way = Way::of(staff, form.hidden.as_ref().map(|(_, next)| next.as_str()));
        let frame = staff.chrome.outside(visit, &title);
        let forgot = heading == LOG_IN && staff.mails.on() && !staff.is_closed();
        let page = Self { frame, heading, intro, form, way, languages, back, passkey, forgot };
        page.frame.respond(status, &page)
    }
}

/// Answers a refused form: faults, or too many tries, are shown on it; all else is a page of its own.
pub(super) fn refused(
    fault: Fault,
    show: impl FnOnce(Vec<FieldFault>, StatusCode) -> Response,
) -> Result<Response, PageFault> {
    let Refusal { faults, status, wait } = Refusal::of(fault)?;
    Ok(wait_on(show(faults, status), wait))
}

/// What a form shows of a fault.
pub(super) struct Refusal {
    pub faults: Vec<FieldFault>,
    pub status: StatusCode,
    /// How many seconds to wait before the next try.
    pub wait: Option<u64>,
}

impl Refusal {
    /// # Errors
    /// The fault itself, where it is none of a form.
    pub fn of(fault: Fault) -> Result<Self, Fault> {
        match fault {
            Fault::Invalid(faults) => Ok(Self { faults, status: StatusCode::UNPROCESSABLE_ENTITY, wait: None }),
            Fault::TooMany(seconds) => Ok(Self {
                faults: vec![FieldFault::new("", "too_many", too_many(seconds))],
                status: StatusCode::TOO_MANY_REQUESTS,
                wait: Some(seconds),
            }),
            other => Err(other),
        }
    }
}

/// The answer with how long to wait.
pub(super) fn wait_on(mut response: Response, wait: Option<u64>) -> Response {
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Where a user goes after signing in, `next` being a path of this server. A technician has no desk to go to, but may
/// have jobs.
pub(super) fn home(staff: &Staff, user: &User, next: Option<&str>) -> String {
    match (user.role, next) {
        (Role::Technician, Some(next)) if staff.rules.technician_view && next.starts_with("/jobs") => next.to_owned(),
        (Role::Technician, _) if staff.rules.technician_view => "/jobs".to_owned(),
        (Role::Technician, _) => "/account".to_owned(),
        (Role::Admin | Role::Auditor, Some(next)) => next.to_owned(),
        (Role::Admin | Role::Auditor, _) => "/tickets".to_owned(),
    }
}

/// Opens a session in place of the one that the browser may have had.
pub(super) fn open(
    tx: &mut Tx<'_>,
    staff: &Staff,
    user: &User,
    (fresh, strong): (&Fresh, bool),
    sender: &Sender,
) -> Result<(), Fault> {
    if let Some(former) = sender.former() {
        store::end(tx, Kind::Session, &former)?;
    }
    let now = staff.clock.now();
    let (proved, lasts) = ((strong, now), (now, staff.settings.life));
    Ok(session_store::insert(tx, &staff.vault, user.id, fresh, proved, &sender.agent, lasts)?)
}

const LOG_IN: &str = "staff-sign-in";

/// Without fields where passwords let nobody in.
fn log_in_form(staff: &Staff, next: Option<&str>) -> FormView {
    let fields = vec![
        Field::new("email", "staff-email", "email", "username"),
        Field::new("password", "staff-password", "password", "current-password"),
    ];
    let fields = if staff.is_closed() { Vec::new() } else { fields };
    FormView { hidden: next.map(|next| ("next", next.to_owned())), ..FormView::new("/login", LOG_IN, fields) }
}

/// The log-in page, fresh or refused.
pub(super) fn log_in_page(
    staff: &Staff,
    visit: Visit,
    next: Option<&str>,
    (typed, faults): (&[(String, String)], Vec<FieldFault>),
    status: StatusCode,
) -> Response {
    // Without the button there is still the password.
    let passkey = if staff.is_closed() { Ok(None) } else { second_step::ask_anybody(staff, next) };
    let passkey = passkey.unwrap_or_else(|error| {
        tracing::error!(%error, "the log-in page goes without its button for passkeys");
        None
    });
    let form = log_in_form(staff, next).refused(typed, faults);
    Outside::answer(staff, visit, LOG_IN, "", (form, passkey), status)
}

/// `GET /login`.
pub async fn show_log_in(
    State(staff): State<Staff>,
    Maybe(caller): Maybe,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let next = query.get("next").filter(|next| is_local(next));
    if let Some(caller) = caller {
        return Ok(Redirect::to(&home(&staff, &caller.user, next)).into_response());
    }
    if staff.needs_setup().await? {
        return Ok(Redirect::to("/setup").into_response());
    }
    let told = sso::told(&query).map(|words| FieldFault::new("", "invalid", words));
    Ok(log_in_page(&staff, visit, next, (&[], told.into_iter().collect()), StatusCode::OK))
}

/// `POST /login`.
pub async fn log_in(
    State(staff): State<Staff>,
    sender: Sender,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    if staff.needs_setup().await? {
        return Ok(Redirect::to("/setup").into_response());
    }
    let (mut input, typed) = split(form);
    let next = input.take_raw("next").filter(|next| is_local(next));
    if staff.is_closed() {
        let fault = FieldFault::new("", "not_allowed", Text::new("staff-local-closed"));
        return Ok(log_in_page(&staff, visit, next.as_deref(), (&[], vec![fault]), StatusCode::FORBIDDEN));
    }
    match entering::sign_in(&staff, &sender, visit.language, input).await {
        Ok(step) => Ok(step.answer(&staff, next.as_deref())),
        Err(fault) => {
            refused(fault, |faults, status| log_in_page(&staff, visit, next.as_deref(), (&typed, faults), status))
        }
    }
}

/// `POST /logout`.
pub async fn log_out(State(staff): State<Staff>, sender: Sender, visit: Visit) -> Result<Response, PageFault> {
    let former = sender.former();
    // A cookie that anybody made up writes nothing.
    let known = match former {
        Some(hash) => staff.db.read(move |tx| session_store::owner(tx, &hash)).await.map_err(Fault::from)?,
        None => None,
    };
    let mut onward = None;
    if let (Some(hash), Some(user)) = (former, known) {
        onward = sso::goes_on(&staff, hash).await?;
        log_in::leave(&staff, user, (Kind::Session, hash), (Over::Page, sender.origin())).await?;
    }
    let mut response = if let Some(address) = onward {
        SignedOut::answer(&staff, visit, address)
    } else {
        let flash = Flash::ok(Text::new("staff-signed-out").to(visit.language));
        staff.chrome.redirect("/login", Some(flash))
    };
    session::take(&staff.chrome, &mut response);
    // What belongs to whoever sat here; how pages look is this browser's.
    for name in [NEW_TOKEN, VIEW] {
        session::remove(&mut response, staff.chrome.cookie(name, ""));
    }
    // Not "cookies", which takes those of all sibling hosts with it, nor "cache", for which browsers search seconds long:
    // nothing of a desk is ever in it.
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"storage\""));
    Ok(response)
}

/// The page between signing out here and at the provider.
#[derive(Template)]
#[template(path = "staff/signed_out.html")]
struct SignedOut {
    frame: Frame,
    onward: String,
}

impl SignedOut {
    /// By a page of its own and not by a redirect, which our `form-action` would hold back after a form.
    fn answer(staff: &Staff, visit: Visit, onward: String) -> Response {
        let title = visit.title(Text::new("staff-signed-out"), true);
        let page = Self { frame: staff.chrome.outside(visit, &title), onward };
        let mut response = page.frame.respond(StatusCode::OK, &page);
        if let Ok(refresh) = HeaderValue::try_from(format!("0;url={}", page.onward)) {
            response.headers_mut().insert(header::REFRESH, refresh);
        }
        response
    }
}

const SETUP: &str = "staff-set-up";
const SETUP_INTRO: &str = "staff-set-up-intro";

fn setup_form() -> FormView {
    let fields = vec![
        Field::new("name", "staff-name", "text", "name"),
        Field::new("email", "staff-email", "email", "username").hint("staff-own-email-hint"),
        Field::new("password", "staff-password", "password", "new-password").hint("staff-password-hint"),
        Field::new("code", "staff-code", "text", "one-time-code").hint("staff-code-hint"),
    ];
    FormView::new("/setup", SETUP, fields)
}

/// `GET /setup`.
pub async fn show_setup(State(staff): State<Staff>, visit: Visit) -> Result<Response, PageFault> {
    if !staff.needs_setup().await? {
        return Err(Fault::NotFound.into());
    }
    Ok(Outside::answer(&staff, visit, SETUP, SETUP_INTRO, (setup_form(), None), StatusCode::OK))
}

/// `POST /setup`.
pub async fn set_up(
    State(staff): State<Staff>,
    sender: Sender,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    if !staff.needs_setup().await? {
        return Err(Fault::NotFound.into());
    }
    let (input, typed) = split(form);
    match first_admin(&staff, &sender, input).await {
        Ok(fresh) => {
            let flash = Flash::ok(Text::new("staff-welcome").to(visit.language));
            let mut response = staff.chrome.redirect("/tickets", Some(flash));
            session::give(&staff.chrome, &mut response, &fresh.token);
            Ok(response)
        }
        Err(fault) => refused(fault, |faults, status| {
            let form = setup_form().refused(&typed, faults);
            Outside::answer(&staff, visit, SETUP, SETUP_INTRO, (form, None), status)
        }),
    }
}

async fn first_admin(staff: &Staff, sender: &Sender, mut input: Input) -> Result<Fresh, Fault> {
    let code = input.required("code", CODE, Text::new("staff-code-missing"));
    if !code.is_empty() && !try_code(staff, sender, &code).await? {
        input.fault("code", "invalid", Text::new("staff-code-wrong"));
    }
    let new = form::new_user(input, staff.region.as_ref(), Some(Role::Admin))?;
    let hash = staff.hash(new.password.clone()).await?;
    let (at, fresh, sender) = (staff.clone(), Fresh::session(&staff.clock), sender.clone());
    let kept = fresh.clone();
    let work = move |tx: &mut Tx<'_>| {
        let user = setup::first_admin(tx, &at.vault, &at.clock, &new, hash.as_deref())?;
        open(tx, &at, &user, (&kept, false), &sender)?;
        Ok::<_, Fault>(user.id)
    };
    let user = staff.db.write(work).await?;
    tracing::info!(%user, "the first admin was made");
    Ok(fresh)
}

/// Counted as a log-in is.
async fn try_code(staff: &Staff, sender: &Sender, code: &str) -> Result<bool, Fault> {
    let subjects = log_in::Subjects::of_setup(&staff.vault, sender.address);
    let now = staff.clock.now();
    let hold = staff.db.write(move |tx| log_in::reserve(tx, subjects, now)).await?;
    let right = setup::is_code(&staff.vault, code);
    if right {
        staff.db.write(move |tx| log_in::forgive(tx, subjects).map_err(Fault::from)).await?;
    } else {
        log_in::note_hold(staff, None, sender.address, hold);
    }
    Ok(right)
}
