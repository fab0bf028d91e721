//! One's own account: password, sessions, tokens. How pages look: see [`preferences`].

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use axum_extra::extract::cookie::CookieJar;
use data_encoding::HEXLOWER;
use uuid::Uuid;
use vault::Cell;

use super::{
    preferences,
    sessions::SessionRow,
    view::{Choice, Field, FormView, split},
};
use crate::{
    audit::{self, Event},
    db::Tx,
    fault::{Fault, FieldFault},
    staff::{
        Staff, User,
        credential::Fresh,
        form, links, log_in,
        mail::{self, Letter},
        roles::{Scope, Scopes},
        second_factor,
        session::{self, Caller, Sender},
        session_store,
        step_up::{self, Act},
        store, token, token_store,
    },
    web::{Flash, Form, Frame, PageFault, Visit, render::set_cookie},
    words::{Language, Piece, Text, When},
};

const KEY: &str = "idempotencyKey";
/// How long a token lasts unless its maker wants it otherwise, in days.
const USUAL_DAYS: &str = "90";
/// Carries a new token over the redirect to the page that shows it, once. Sealed, and only for that page.
pub(super) const NEW_TOKEN: &str = "redress_new_token";

#[derive(Template)]
#[template(path = "staff/account.html")]
struct AccountPage {
    frame: Frame,
    user: User,
    preferences: FormView,
    password: FormView,
    token: FormView,
    new_token: Option<String>,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    /// Whether passwords let nobody in.
    closed: bool,
}

struct TokenRow {
    id: Uuid,
    name: String,
    scopes: Vec<Text>,
    since: When,
    until: Option<When>,
    ended: bool,
    used: Option<When>,
}

fn password_form(user: &User) -> FormView {
    let fields = vec![
        Field::new("currentPassword", "account-current-password", "password", "current-password"),
        Field::new("newPassword", "staff-new-password", "password", "new-password").hint("staff-password-hint"),
    ];
    FormView { username: user.email.clone(), ..FormView::new("/account/password", "account-change-password", fields) }
}

/// What a scope is called on the page.
const fn scope_label(scope: Scope) -> &'static str {
    match scope {
        Scope::TicketsRead => "account-scope-tickets-read",
        Scope::TicketsWrite => "account-scope-tickets-write",
        Scope::Admin => "account-scope-admin",
    }
}

fn scope_words(scopes: Scopes) -> Vec<Text> {
    scopes.iter().map(|scope| Text::new(scope_label(scope))).collect()
}

/// A form's hidden key makes the token, so that sending it twice makes one.
fn token_form(staff: &Staff) -> FormView {
    let scopes = Scope::ALL.map(|scope| Choice::new(scope.name(), scope_label(scope))).to_vec();
    let fields = vec![
        Field::new("name", "staff-name", "text", "off").hint("account-token-name-hint"),
        Field::choice("scope", "account-token-scope", "radio", scopes).hint("account-token-scope-hint"),
        Field::new("days", "account-token-days", "text", "off")
            .hint("account-token-days-hint")
            .value(USUAL_DAYS)
            .optional(),
    ];
    let key = HEXLOWER.encode(&staff.clock.bytes::<16>());
    FormView { hidden: Some((KEY, key)), ..FormView::new("/account/tokens", "account-create-token", fields) }
}

/// What a request for the page brings besides its caller.
pub(super) struct Asked {
    /// The forms, fresh or refused.
    pub preferences: FormView,
    pub password: FormView,
    pub token: FormView,
    /// A token to be shown this once.
    pub new_token: Option<String>,
    /// The answer's.
    pub status: StatusCode,
}

impl Asked {
    /// Nothing but the page.
    pub fn new(staff: &Staff, user: &User, visit: &Visit) -> Self {
        Self {
            preferences: preferences::form(visit),
            password: password_form(user),
            token: token_form(staff),
            new_token: None,
            status: StatusCode::OK,
        }
    }
}

pub(super) async fn page(staff: &Staff, caller: Caller, visit: Visit, asked: Asked) -> Result<Response, PageFault> {
    let (user, hash, now, idle) = (caller.user, caller.hash, staff.clock.now(), staff.settings.idle);
    let id = user.id;
    let (sessions, tokens) = staff
        .db
        .read(move |tx| {
            Ok::<_, Fault>((session_store::list(tx, id, &hash, (now, idle))?, token_store::list(tx, Some(id), now)?))
        })
        .await?;
    let times = staff.chrome.times(now, visit.language);
    let when = |millis| times.exact(millis);
    let sessions = sessions.into_iter().map(|session| SessionRow::new(session, &times));
    let tokens = tokens.into_iter().map(|token| TokenRow {
        ended: token.has_ended(now),
        id: token.id,
        name: token.name,
        scopes: scope_words(token.scopes),
        since: when(token.created_at),
        until: token.expires_at.map(when),
        used: token.last_used_at.map(when),
    });
    let forms = [&asked.preferences, &asked.password, &asked.token];
    let faults: Vec<FieldFault> = forms.iter().flat_map(|form| form.faults.clone()).collect();
    let title = visit.title(Text::new("account-heading"), faults.is_empty());
    let frame = staff.chrome.frame(&staff.db, &user.viewer(), visit, &title).await?;
    let page = AccountPage {
        user,
        preferences: asked.preferences,
        password: asked.password,
        closed: staff.is_closed(),
        token: asked.token,
        new_token: asked.new_token,
        sessions: sessions.collect(),
        tokens: tokens.collect(),
        frame,
    };
    Ok(page.frame.respond(asked.status, &page))
}

/// `GET /account`.
pub async fn show(
    State(staff): State<Staff>,
    caller: Caller,
    visit: Visit,
    jar: CookieJar,
) -> Result<Response, PageFault> {
    let sealed =
        jar.get(NEW_TOKEN).and_then(|cookie| data_encoding::BASE64URL_NOPAD.decode(cookie.value().as_bytes()).ok());
    let new_token = sealed.as_ref().and_then(|sealed| staff.vault.open_text(&token_cell(&caller.user.id), sealed).ok());
    let asked = Asked { new_token, ..Asked::new(&staff, &caller.user, &visit) };
    let mut response = page(&staff, caller, visit, asked).await?;
    if jar.get(NEW_TOKEN).is_some() {
        session::remove(&mut response, staff.chrome.cookie(NEW_TOKEN, ""));
    }
    Ok(response)
}

fn token_cell(user: &Uuid) -> Cell<'_> {
    Cell { table: "cookies", column: NEW_TOKEN, row: user.as_bytes() }
}

/// `POST /account/password`. All other log-ins end; the tokens that the user has made stay.
pub async fn set_password(
    State(staff): State<Staff>,
    caller: Caller,
    sender: Sender,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    if staff.is_closed() {
        return Err(Fault::NotFound.into());
    }
    let (input, _) = split(form);
    let changed = match form::own_password(input, &caller.user) {
        Ok(passwords) => change_password(&staff, &caller, &sender, visit.language, passwords).await,
        Err(fault) => Err(fault),
    };
    let (faults, status) = match changed {
        Ok(fresh) => {
            let mut response = done(&staff, &visit, "account-password-changed");
            session::give(&staff.chrome, &mut response, &fresh.token);
            return Ok(response);
        }
        Err(Fault::Invalid(faults)) => (faults, StatusCode::UNPROCESSABLE_ENTITY),
        Err(other) => return Err(other.into()),
    };
    let password = password_form(&caller.user).refused(&[], faults);
    let asked = Asked { password, status, ..Asked::new(&staff, &caller.user, &visit) };
    page(&staff, caller, visit, asked).await
}

/// Back to the page, which says what was done.
fn done(staff: &Staff, visit: &Visit, key: &'static str) -> Response {
    staff.chrome.redirect("/account", Some(Flash::ok(Text::new(key).to(visit.language))))
}

async fn change_password(
    staff: &Staff,
    caller: &Caller,
    sender: &Sender,
    language: Language,
    (current, new): (String, String),
) -> Result<Fresh, Fault> {
    let wrong = || Fault::field("currentPassword", "invalid", Text::new("account-wrong-password"));
    let email = caller.user.email.clone();
    let device = sender.device(staff, &email);
    let proof = log_in::verify(staff, email, current, sender.address, device).await?.ok_or_else(wrong)?;
    let hash = staff.gate.hash(new, staff.clock.bytes()).await?;
    let (at, fresh, (session, proved_at)) =
        (staff.clone(), Fresh::session(&staff.clock), (caller.hash, caller.proved_at));
    let kept = fresh.clone();
    let work = move |tx: &mut Tx<'_>| {
        let (user, now) = (log_in::admit(tx, &at.vault, &proof)?.ok_or_else(wrong)?, at.clock.now());
        store::set_password(tx, &at.vault, user.id, &hash, now)?;
        links::store::void(tx, user.id)?;
        mail::enqueue(tx, &at, &user, &Letter::PasswordChanged, language)?;
        // This browser goes on, under a new token: the one before may be known to whoever knew the password. It is the same
        // session, which ends when it would have, and with the provider's if it is one of those.
        if !session_store::prove(tx, &at.vault, &session, &kept, false, now)? {
            return Err(Fault::Unauthorized);
        }
        store::end_log_ins(tx, user.id, Some(kept.hash))?;
        // Of who has a second factor the password is no fresh proof: the one of before counts on.
        if second_factor::store::any(tx, user.id)? {
            session_store::keep_proof(tx, &at.vault, &kept.hash, proved_at)?;
        }
        let event = Event::PasswordSet { user: user.id, name: user.name };
        audit::record(tx, &at.vault, &at.clock, Some(user.id), &event)
    };
    staff.db.write(work).await?;
    staff.mails.wake();
    tracing::info!(user = %caller.user.id, "a user changed their password");
    Ok(fresh)
}

/// `POST /account/tokens`.
pub async fn add_token(
    State(staff): State<Staff>,
    caller: Caller,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    if let Some(away) = step_up::ask(&caller, Act::End, staff.clock.now(), "/account") {
        return Ok(away);
    }
    let (mut input, typed) = split(form);
    let key = input.take_raw(KEY);
    let of = caller.user.id;
    let made = match form::token(input) {
        Ok(grant) => token::add_own(&staff, of, key.as_deref(), grant).await,
        Err(fault) => Err(fault),
    };
    let token = match made {
        Ok(token) => token,
        Err(Fault::Invalid(faults)) => {
            let (token, status) = (token_form(&staff).refused(&typed, faults), StatusCode::UNPROCESSABLE_ENTITY);
            let asked = Asked { token, status, ..Asked::new(&staff, &caller.user, &visit) };
            return page(&staff, caller, visit, asked).await;
        }
        Err(other) => return Err(other.into()),
    };
    let sealed = staff.vault.seal_text(&token_cell(&of), &token);
    let cookie = staff.chrome.cookie(NEW_TOKEN, &data_encoding::BASE64URL_NOPAD.encode(&sealed));
    let mut response = done(&staff, &visit, "account-token-created");
    set_cookie(response.headers_mut(), &cookie);
    Ok(response)
}
