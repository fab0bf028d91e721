//! The second step of signing in, and signing in by a passkey alone.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar};

use super::{
    door::{self, Refusal, refused},
    entering::{self, Step},
    view::{Field, FormView, split},
};
use crate::{
    db::Tx,
    fault::{Fault, FieldFault},
    staff::{
        Staff, User, links,
        log_in::{self, Proof},
        second_factor::{self, Asked, Carried, Given, Kind, Second},
        session::{self, Sender},
        store,
    },
    web::{Form, Frame, PageFault, Visit, is_local, render::set_cookie},
    words::{Language, Text},
};

/// Carries the proof of a password to the second step. Sealed.
const COOKIE: &str = "redress_log_in";
const PATH: &str = "/login/second";

/// A button that asks for a passkey.
pub(super) struct PasskeyForm {
    /// Where the answer is posted to.
    pub action: &'static str,
    /// What the browser is asked for.
    pub asked: Asked,
    /// A path that goes with it, or empty.
    pub next: String,
}

#[derive(Template)]
#[template(path = "staff/second_step.html")]
struct StepPage {
    frame: Frame,
    form: FormView,
    passkey: Option<PasskeyForm>,
}

/// To the second step, with the proof of the first.
pub(super) fn begin(staff: &Staff, proof: &Proof, next: Option<&str>) -> Response {
    let sealed = Carried::LOG_IN.seal(&staff.vault, b"", staff.clock.now(), &(proof, next));
    let mut response = Redirect::to(PATH).into_response();
    set_cookie(response.headers_mut(), &staff.chrome.cookie(COOKIE, &sealed));
    response
}

/// Takes the proof of the first step away.
fn end(staff: &Staff, response: &mut Response) {
    session::remove(response, staff.chrome.cookie(COOKIE, ""));
}

fn carried(staff: &Staff, headers: &HeaderMap) -> Option<(Proof, Option<String>)> {
    let jar = CookieJar::from_headers(headers);
    Carried::LOG_IN.open(&staff.vault, b"", staff.clock.now(), jar.get(COOKIE).map(Cookie::value)?)
}

/// The field for a code, of an app or a recovery code.
pub(super) fn code_field() -> Field {
    Field::new("code", "factor-code", "text", "one-time-code").hint("factor-code-hint")
}

async fn page(
    staff: &Staff,
    visit: Visit,
    proof: &Proof,
    faults: Vec<FieldFault>,
    status: StatusCode,
) -> Result<Response, PageFault> {
    let passkey = ask(staff, proof.user(), PATH).await?;
    let form = FormView::new(PATH, "staff-sign-in", vec![code_field()]).refused(&[], faults);
    let title = visit.title(Text::new("factor-step"), form.faults.is_empty());
    let frame = staff.chrome.outside(visit, &title);
    let page = StepPage { frame, form, passkey };
    Ok(page.frame.respond(status, &page))
}

/// The button for one of a user's passkeys, if they have any.
pub(super) async fn ask(staff: &Staff, of: uuid::Uuid, action: &'static str) -> Result<Option<PasskeyForm>, Fault> {
    let Some(site) = &staff.passkeys else { return Ok(None) };
    let vault = staff.vault.clone();
    let found = staff.db.read(move |tx| second_factor::store::of_user(tx, &vault, of)).await?;
    let secrets: Vec<String> =
        found.into_iter().filter(|one| one.kind == Kind::Passkey).map(|one| one.secret).collect();
    let asked = site.ask(&staff.vault, of, &secrets, staff.clock.now())?;
    Ok(asked.map(|asked| PasskeyForm { action, asked, next: String::new() }))
}

/// The button for anybody's passkey, on the log-in page.
pub(super) fn ask_anybody(staff: &Staff, next: Option<&str>) -> Result<Option<PasskeyForm>, Fault> {
    let Some(site) = &staff.passkeys else { return Ok(None) };
    let asked = site.ask_anybody(&staff.vault, staff.clock.now())?;
    Ok(Some(PasskeyForm { action: "/login/passkey", asked, next: next.unwrap_or("").to_owned() }))
}

/// What a form gives as second factor.
pub(super) fn given(input: &mut crate::input::Input) -> Result<Given, Fault> {
    let (answer, state) = (input.take_raw("passkey"), input.take_raw("state"));
    match (answer.filter(|answer| !answer.is_empty()), state) {
        (Some(answer), Some(state)) => Ok(Given::Passkey(answer, state)),
        _ => match input.take_raw("code").filter(|code| !code.trim().is_empty()) {
            Some(code) => Ok(Given::Code(code)),
            None => Err(Fault::field("code", "required", Text::new("factor-code-missing"))),
        },
    }
}

/// `GET /login/second`.
pub async fn show(State(staff): State<Staff>, visit: Visit, headers: HeaderMap) -> Result<Response, PageFault> {
    let Some((proof, _)) = carried(&staff, &headers) else { return Ok(Redirect::to("/login").into_response()) };
    page(&staff, visit, &proof, Vec::new(), StatusCode::OK).await
}

/// `POST /login/second`.
pub async fn finish(
    State(staff): State<Staff>,
    sender: Sender,
    visit: Visit,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageFault> {
    let Some((proof, next)) = carried(&staff, &headers) else { return Ok(Redirect::to("/login").into_response()) };
    let (mut input, _) = split(form);
    let tried = match given(&mut input) {
        Ok(given) => sign_in(&staff, (&sender, visit.language), &proof, given).await,
        Err(fault) => Err(fault),
    };
    match tried {
        Ok(Some(step)) => {
            let mut response = step.answer(&staff, next.as_deref());
            end(&staff, &mut response);
            Ok(response)
        }
        // The password is another by now, or the user disabled: it begins anew.
        Ok(None) => {
            let mut response = Redirect::to("/login").into_response();
            end(&staff, &mut response);
            Ok(response)
        }
        Err(fault) => {
            let Refusal { faults, status, wait } = Refusal::of(fault)?;
            Ok(door::wait_on(page(&staff, visit, &proof, faults, status).await?, wait))
        }
    }
}

fn wrong() -> Fault {
    Fault::field("code", "invalid", Text::new("factor-wrong"))
}

/// Nobody where the first step's proof is worth nothing any more.
async fn sign_in(staff: &Staff, from: (&Sender, Language), proof: &Proof, given: Given) -> Result<Option<Step>, Fault> {
    let (user, address) = (proof.user(), from.0.address);
    let Some(second) = second_factor::check(staff, user, address, given).await? else {
        log_in::note_factor_refusal(staff, user, address);
        return Err(wrong());
    };
    let proof = proof.clone();
    let admit = move |tx: &mut Tx<'_>, staff: &Staff| log_in::admit(tx, &staff.vault, &proof);
    enter(staff, from, second, admit).await
}

/// Opens a session of two factors for whoever `admit` lets in.
async fn enter(
    staff: &Staff,
    (sender, language): (&Sender, Language),
    second: Second,
    admit: impl Fn(&mut Tx<'_>, &Staff) -> Result<Option<User>, Fault> + Send + 'static,
) -> Result<Option<Step>, Fault> {
    let (desk, sender) = (staff.clone(), sender.clone());
    let work = move |tx: &mut Tx<'_>| {
        let Some(user) = admit(tx, &desk)? else { return Ok(None) };
        if !second_factor::spend(tx, &desk, &second)? {
            return Err(wrong());
        }
        entering::enter(tx, &desk, user, true, (&sender, language)).map(Some)
    };
    let step = staff.db.write(work).await?;
    staff.mails.wake();
    if let Some(Step::Done(user, _)) = &step {
        tracing::info!(user = %user.id, "signed in by two factors");
    }
    Ok(step)
}

/// `POST /login/passkey`.
pub async fn by_passkey(
    State(staff): State<Staff>,
    sender: Sender,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    let (mut input, _) = split(form);
    let next = input.take_raw("next").filter(|next| is_local(next));
    if staff.is_closed() {
        let fault = FieldFault::new("", "not_allowed", Text::new("staff-local-closed"));
        return Ok(door::log_in_page(&staff, visit, next.as_deref(), (&[], vec![fault]), StatusCode::FORBIDDEN));
    }
    let (answer, state) = (input.take_raw("passkey").unwrap_or_default(), input.take_raw("state").unwrap_or_default());
    let refusal = || Fault::field("", "invalid", Text::new("factor-passkey-nobody"));
    let entered = if let Some(second) = second_factor::check_passkey(&staff, &answer, &state).await? {
        let user = second.user;
        let admit = move |tx: &mut Tx<'_>, staff: &Staff| {
            store::take_turn(tx, user)?;
            // What the provider asks and claims is not to be passed by, and this is asked nowhere but here.
            if links::store::is_the_providers(tx, user)? {
                return Ok(None);
            }
            store::able(tx, &staff.vault, user)
        };
        let entered = enter(&staff, (&sender, visit.language), second, admit).await;
        entered.and_then(|entered| entered.ok_or_else(refusal))
    } else {
        tracing::warn!("a passkey was refused at log-in");
        Err(refusal())
    };
    match entered {
        Ok(step) => Ok(step.answer(&staff, next.as_deref())),
        // A challenge that was answered before, or has ended meanwhile.
        Err(Fault::Invalid(_)) => refused(refusal(), |faults, status| {
            door::log_in_page(&staff, visit, next.as_deref(), (&[], faults), status)
        }),
        Err(other) => Err(other.into()),
    }
}
