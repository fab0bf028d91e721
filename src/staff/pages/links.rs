//! The pages of links by which passwords are chosen, for nobody in particular; and where a forgotten password is told.
//!
//! To open a link changes nothing, as mail scanners do that: the form on its page uses it.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

use super::{
    door::{Outside, refused},
    view::{Field, FormView, split},
};
use crate::{
    fault::{Fault, FieldFault},
    staff::{
        Staff, User, device, form,
        links::{self, Kind},
        session::Sender,
    },
    web::{Flash, Form, Frame, PageFault, Query, Visit, render::set_cookie},
    words::Text,
};

const TOKEN: &str = "token";

#[derive(Template)]
#[template(path = "staff/said.html")]
struct Said {
    frame: Frame,
    heading: &'static str,
    text: &'static str,
    /// Whether a forgotten password can be told.
    forgot: bool,
}

fn said(staff: &Staff, visit: Visit, heading: &'static str, text: &'static str, status: StatusCode) -> Response {
    let title = visit.title(Text::new(heading), true);
    let forgot = staff.mails.on() && status == StatusCode::GONE;
    let page = Said { frame: staff.chrome.outside(visit, &title), heading, text, forgot };
    page.frame.respond(status, &page)
}

/// The same words whether a link was used, has ended, was taken back, or never was.
fn spent(staff: &Staff, visit: Visit) -> Response {
    sealed(said(staff, visit, "links-spent", "links-spent-text", StatusCode::GONE))
}

/// What stands in the address goes to no other page, not even of this server: proxies keep where requests come from.
fn sealed(mut response: Response) -> Response {
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    response
}

fn password_form(user: &User, token: String) -> FormView {
    let field = Field::new("password", "staff-new-password", "password", "new-password").hint("staff-password-hint");
    FormView {
        hidden: Some((TOKEN, token)),
        username: user.email.clone(),
        ..FormView::new("/link", "links-choose", vec![field])
    }
}

fn answer(staff: &Staff, visit: Visit, kind: Kind, form: FormView) -> Response {
    let status = if form.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let intro = match kind {
        Kind::Invitation => "links-invitation-text",
        Kind::Reset | Kind::Wish => "links-reset-text",
        Kind::Renewal => "links-renewal-text",
    };
    sealed(Outside::answer(staff, visit, "links-choose", intro, (form, None), status))
}

/// `GET /link?token=…`.
pub async fn show(State(staff): State<Staff>, visit: Visit, query: Query) -> Result<Response, PageFault> {
    let token = query.get(TOKEN).unwrap_or_default().to_owned();
    if staff.is_closed() {
        return Ok(spent(&staff, visit));
    }
    match links::owner(&staff, &token).await? {
        Some((user, kind)) => Ok(answer(&staff, visit, kind, password_form(&user, token))),
        None => Ok(spent(&staff, visit)),
    }
}

/// `POST /link`. It signs nobody in: whoever has chosen a password signs in with it, and with what else is asked for.
pub async fn redeem(State(staff): State<Staff>, visit: Visit, form: Form) -> Result<Response, PageFault> {
    if staff.is_closed() {
        return Ok(spent(&staff, visit));
    }
    let (mut input, _) = split(form);
    let token = input.take_raw(TOKEN).unwrap_or_default();
    let Some((user, kind)) = links::owner(&staff, &token).await? else { return Ok(spent(&staff, visit)) };
    let password = match form::set_password(input, &user) {
        Ok(password) => password,
        Err(Fault::Invalid(faults)) => {
            let form = password_form(&user, token).refused(&[], faults);
            return Ok(answer(&staff, visit, kind, form));
        }
        Err(other) => return Err(other.into()),
    };
    let Some(user) = links::redeem(&staff, &token, password, visit.language).await? else {
        return Ok(spent(&staff, visit));
    };
    let flash = Flash::ok(Text::new("links-chosen").to(visit.language));
    let mut response = staff.chrome.redirect("/login", Some(flash));
    // They hold the link, so this browser is one of theirs.
    let cookie = device::cookie(&staff.vault, &staff.clock, &staff.chrome, &user.email);
    set_cookie(response.headers_mut(), &cookie);
    Ok(sealed(response))
}

fn forgot_form() -> FormView {
    let fields = vec![Field::new("email", "staff-email", "email", "username")];
    FormView { cancel: "/login", ..FormView::new("/forgot", "links-send", fields) }
}

const FORGOT: &str = "links-forgot";

/// `GET /forgot`, where mail can be sent.
pub async fn show_forgot(State(staff): State<Staff>, visit: Visit) -> Result<Response, PageFault> {
    if !staff.mails.on() || staff.is_closed() {
        return Err(Fault::NotFound.into());
    }
    Ok(Outside::answer(&staff, visit, FORGOT, "links-forgot-text", (forgot_form(), None), StatusCode::OK))
}

/// `POST /forgot`. The answer is the same whoever asks.
pub async fn forgot(
    State(staff): State<Staff>,
    sender: Sender,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    if !staff.mails.on() || staff.is_closed() {
        return Err(Fault::NotFound.into());
    }
    let (input, typed) = split(form);
    let asked = match form::forgotten(input) {
        Ok(email) => links::ask(&staff, email, sender.address, visit.language).await,
        Err(fault) => Err(fault),
    };
    match asked {
        Ok(()) => Ok(said(&staff, visit, "links-sent", "links-sent-text", StatusCode::OK)),
        Err(fault) => refused(fault, |faults: Vec<FieldFault>, status| {
            let form = forgot_form().refused(&typed, faults);
            Outside::answer(&staff, visit, FORGOT, "links-forgot-text", (form, None), status)
        }),
    }
}
