//! The staff, for admins: who there is, adding, changing, disabling.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use axum_extra::extract::cookie::CookieJar;
use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;
use vault::Cell;

use super::{
    required,
    sessions::SessionRow,
    view::{Choice, Field, FormView, split},
};
use crate::{
    db::Tx,
    fault::{Fault, FieldFault},
    staff::{
        Changes, Given, Role, SignedIn, Staff, User,
        change::not_ones_own,
        change_user,
        credential::Hash,
        form, links, members,
        second_factor::{self, Required},
        session::{self, Caller},
        session_store,
        step_up::{self, Act},
        store,
    },
    web::{Flash, Form, Frame, PageFault, Path, Visit, render::set_cookie},
    words::{Language, Text, When},
};

#[derive(Template)]
#[template(path = "staff/users.html")]
struct UsersPage {
    frame: Frame,
    users: Vec<User>,
    own: Uuid,
    /// Who has a second factor.
    with_factor: Vec<Uuid>,
    required: FormView,
}

#[derive(Template)]
#[template(path = "staff/user_new.html")]
struct NewPage {
    frame: Frame,
    form: FormView,
}

#[derive(Template)]
#[template(path = "staff/user_edit.html")]
struct EditPage {
    frame: Frame,
    user: User,
    own: bool,
    form: FormView,
    password: FormView,
    sessions: Vec<SessionRow>,
    sessions_at: String,
    has_factor: bool,
    /// A link that was just made, shown this once.
    link: Option<Shown>,
    /// Whether they have chosen no password yet.
    invited: bool,
}

/// A link to be handed on.
struct Shown {
    url: String,
    until: When,
    mailed: bool,
}

/// `GET /users`.
pub async fn list(State(staff): State<Staff>, SignedIn(by): SignedIn, visit: Visit) -> Result<Response, PageFault> {
    let vault = staff.vault.clone();
    let read = move |tx: &mut Tx<'_>| {
        let users = store::list(tx, &vault, None)?;
        Ok::<_, Fault>((users, second_factor::store::owners(tx)?, Required::now(tx)?))
    };
    let (users, with_factor, required) = staff.db.read(read).await?;
    let title = visit.title(Text::new("staff-users"), true);
    let frame = staff.chrome.frame(&staff.db, &by.viewer(), visit, &title).await?;
    let page = UsersPage { frame, users, own: by.id, with_factor, required: required::form(required) };
    Ok(page.frame.respond(StatusCode::OK, &page))
}

/// The role, the one that most users have first.
fn role_field() -> Field {
    let choice = |role: Role| Choice { value: role.name(), label: role.label(), language: None };
    Field::choice("role", "staff-role", "select", [Role::Technician, Role::Admin, Role::Auditor].map(choice).to_vec())
}

/// Whether an admin is an owner. A form without it is the contract's, which makes owners; the page asks, and offers the
/// less.
fn owner_field(owner: bool) -> Field {
    let choices = vec![Choice::new("false", "staff-owner-no"), Choice::new("true", "staff-owner-yes")];
    Field::choice("owner", "staff-owner", "radio", choices).hint("staff-owner-hint").value(owner.to_string())
}

fn new_form() -> FormView {
    let fields = vec![
        Field::new("name", "staff-name", "text", "off"),
        Field::new("email", "staff-email", "email", "off").hint("staff-email-hint"),
        Field::new("phone", "staff-phone", "tel", "off").optional(),
        role_field().hint("staff-role-hint"),
        owner_field(false),
        Field::new("password", "staff-password", "password", "new-password")
            .hint("staff-first-password-hint")
            .optional(),
    ];
    FormView { cancel: "/users", ..FormView::new("/users", "staff-add-user", fields) }
}

async fn new_page(
    staff: &Staff,
    by: &User,
    visit: Visit,
    form: FormView,
    status: StatusCode,
) -> Result<Response, PageFault> {
    let title = visit.title(Text::new("staff-add-user"), form.faults.is_empty());
    let frame = staff.chrome.frame(&staff.db, &by.viewer(), visit, &title).await?;
    let page = NewPage { frame, form };
    Ok(page.frame.respond(status, &page))
}

/// `GET /users/new`.
pub async fn show_new(State(staff): State<Staff>, caller: Caller, visit: Visit) -> Result<Response, PageFault> {
    if let Some(away) = step_up::ask(&caller, Act::Begin, staff.clock.now(), "/users/new") {
        return Ok(away);
    }
    new_page(&staff, &caller.user, visit, new_form(), StatusCode::OK).await
}

/// `POST /users`.
pub async fn add(State(staff): State<Staff>, caller: Caller, visit: Visit, form: Form) -> Result<Response, PageFault> {
    if let Some(away) = step_up::ask(&caller, Act::End, staff.clock.now(), "/users/new") {
        return Ok(away);
    }
    let by = caller.user;
    let (input, typed) = split(form);
    let address = members::address_of(&input);
    let added = match form::welcome_user(input, staff.region.as_ref()) {
        Ok(new) => links::welcome(&staff, by.id, new, visit.language).await,
        Err(fault) => Err(members::all_faults(fault, address, (&staff, None)).await),
    };
    match added {
        Ok((user, Some(given))) => Ok(show_link(&staff, &visit, (by.id, user.id), &given, "staff-user-added")),
        Ok((_, None)) => Ok(done(&staff, &visit, "staff-user-added")),
        Err(Fault::Invalid(faults)) => {
            let form = new_form().refused(&typed, faults);
            new_page(&staff, &by, visit, form, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Back to the list, which says what was done.
fn done(staff: &Staff, visit: &Visit, key: &'static str) -> Response {
    staff.chrome.redirect("/users", Some(Flash::ok(Text::new(key).to(visit.language))))
}

fn edit_form(user: &User) -> FormView {
    let phone = user.phone.as_ref().map_or("", |phone| phone.as_str());
    let fields = vec![
        Field::new("name", "staff-name", "text", "off").value(&user.name),
        Field::new("email", "staff-email", "email", "off").value(&user.email),
        Field::new("phone", "staff-phone", "tel", "off").value(phone).optional(),
        role_field().value(user.role.name()).hint("staff-role-hint"),
        owner_field(user.owner),
    ];
    FormView { cancel: "/users", ..FormView::new(format!("/users/{}/edit", user.id), "staff-save", fields) }
}

fn password_form(user: &User) -> FormView {
    let field = Field::new("password", "staff-new-password", "password", "new-password");
    let fields = vec![field.hint("staff-set-password-hint")];
    let form = FormView::new(format!("/users/{}/password", user.id), "staff-set-password", fields);
    FormView { username: user.email.clone(), ..form }
}

fn page_of(id: Uuid) -> String {
    format!("/users/{id}/edit")
}

/// Carries a new link over the redirect to the page that shows it, once. Sealed, and only for that page.
const NEW_LINK: &str = "redress_new_link";

fn link_cell(row: &[u8]) -> Cell<'_> {
    Cell { table: "cookies", column: NEW_LINK, row }
}

fn link_row((by, of): (Uuid, Uuid)) -> Vec<u8> {
    [by.into_bytes(), of.into_bytes()].concat()
}

/// To the user's page, which shows the link.
fn show_link(staff: &Staff, visit: &Visit, who: (Uuid, Uuid), given: &Given, key: &'static str) -> Response {
    let text = format!("{} {} {}", given.expires_at, i32::from(given.mailed), given.url);
    let sealed = staff.vault.seal_text(&link_cell(&link_row(who)), &text);
    let flash = Flash::ok(Text::new(key).to(visit.language));
    let mut response = staff.chrome.redirect(&format!("/users/{}/edit", who.1), Some(flash));
    let cookie = staff.chrome.cookie(NEW_LINK, &BASE64URL_NOPAD.encode(&sealed));
    set_cookie(response.headers_mut(), &cookie);
    response
}

/// The link that the cookie carries, if it was made by this admin for this user.
fn carried(staff: &Staff, who: (Uuid, Uuid), cookie: &str, language: Language) -> Option<Shown> {
    let sealed = BASE64URL_NOPAD.decode(cookie.as_bytes()).ok()?;
    let text = staff.vault.open_text(&link_cell(&link_row(who)), &sealed).ok()?;
    let mut parts = text.splitn(3, ' ');
    let until = parts.next()?.parse().ok()?;
    let mailed = parts.next()? == "1";
    let until = staff.chrome.times(staff.clock.now(), language).exact(until);
    Some(Shown { url: parts.next()?.to_owned(), until, mailed })
}

/// `POST /users/{id}/link`: an invitation while they have no password, a reset after that.
pub async fn give_link(
    State(staff): State<Staff>,
    caller: Caller,
    Path(id): Path<Uuid>,
    visit: Visit,
) -> Result<Response, PageFault> {
    if let Some(away) = step_up::ask(&caller, Act::End, staff.clock.now(), &page_of(id)) {
        return Ok(away);
    }
    let by = caller.user;
    not_ones_own(&by, id)?;
    let given = links::give_link(&staff, Some(by.id), id, visit.language).await?;
    Ok(show_link(&staff, &visit, (by.id, id), &given, "links-made"))
}

async fn found(staff: &Staff, id: Uuid) -> Result<User, Fault> {
    let vault = staff.vault.clone();
    staff.db.read(move |tx| store::by_id(tx, &vault, id)).await?.ok_or(Fault::NotFound)
}

async fn edit_page(
    staff: &Staff,
    by: &User,
    visit: Visit,
    user: User,
    (form, password): (FormView, FormView),
    link: Option<Shown>,
) -> Result<Response, PageFault> {
    let faults: Vec<FieldFault> = [&form, &password].iter().flat_map(|form| form.faults.clone()).collect();
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let title = visit.title(Text::new("staff-edit-user"), faults.is_empty());
    let frame = staff.chrome.frame(&staff.db, &by.viewer(), visit, &title).await?;
    let (own, of, now, idle) = (user.id == by.id, user.id, staff.clock.now(), staff.settings.idle);
    // One's own are on the account page, which knows the one at hand.
    let read = move |tx: &mut Tx<'_>| {
        let sessions = session_store::list(tx, of, &Hash::default(), (now, idle))?;
        Ok::<_, Fault>((sessions, !links::store::has_password(tx, of)?, second_factor::store::any(tx, of)?))
    };
    let (sessions, invited, has_factor) = staff.db.read(read).await?;
    let times = staff.chrome.times(now, frame.visit.language);
    let sessions = sessions.into_iter().map(|session| SessionRow::new(session, &times)).collect();
    let sessions_at = format!("/users/{of}/sessions");
    let page = EditPage { frame, user, own, form, password, sessions, sessions_at, has_factor, link, invited };
    Ok(page.frame.respond(status, &page))
}

/// `GET /users/{id}/edit`.
pub async fn show(
    State(staff): State<Staff>,
    caller: Caller,
    Path(id): Path<Uuid>,
    visit: Visit,
    jar: CookieJar,
) -> Result<Response, PageFault> {
    if let Some(away) = step_up::ask(&caller, Act::Begin, staff.clock.now(), &page_of(id)) {
        return Ok(away);
    }
    let by = caller.user;
    let user = found(&staff, id).await?;
    let forms = (edit_form(&user), password_form(&user));
    let cookie = jar.get(NEW_LINK);
    let link = cookie.and_then(|cookie| carried(&staff, (by.id, id), cookie.value(), visit.language));
    let mut response = edit_page(&staff, &by, visit, user, forms, link).await?;
    if cookie.is_some() {
        session::remove(&mut response, staff.chrome.cookie(NEW_LINK, ""));
    }
    Ok(response)
}

/// `POST /users/{id}/edit`.
pub async fn edit(
    State(staff): State<Staff>,
    caller: Caller,
    Path(id): Path<Uuid>,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    if let Some(away) = step_up::ask(&caller, Act::End, staff.clock.now(), &page_of(id)) {
        return Ok(away);
    }
    let user = found(&staff, id).await?;
    let (input, typed) = split(form);
    let address = members::address_of(&input);
    let saved = match form::changes(input, staff.region.as_ref(), &user) {
        Ok(changes) => change_user(&staff, caller.by(), id, changes).await,
        Err(fault) => Err(members::all_faults(fault, address, (&staff, Some(id))).await),
    };
    let faults = match saved {
        Ok(_) => return Ok(done(&staff, &visit, "staff-user-saved")),
        Err(Fault::Invalid(faults)) => faults,
        Err(Fault::Conflict { detail, .. }) => vec![FieldFault::new("role", "not_allowed", detail)],
        Err(other) => return Err(other.into()),
    };
    let forms = (edit_form(&user).refused(&typed, faults), password_form(&user));
    edit_page(&staff, &caller.user, visit, user, forms, None).await
}

/// `POST /users/{id}/password`.
pub async fn set_password(
    State(staff): State<Staff>,
    caller: Caller,
    Path(id): Path<Uuid>,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    if let Some(away) = step_up::ask(&caller, Act::End, staff.clock.now(), &page_of(id)) {
        return Ok(away);
    }
    let user = found(&staff, id).await?;
    let (input, _) = split(form);
    let set = match form::set_password(input, &user) {
        Ok(password) if caller.user.id != id => {
            // They replace it when they next sign in: a password that two know is nobody's.
            let changes = Changes { password: Some(password), must_change: Some(true), ..Changes::none() };
            change_user(&staff, caller.by(), id, changes).await
        }
        Ok(_) => {
            let own = FieldFault::new("", "not_allowed", Text::new("staff-password-own"));
            let forms = (edit_form(&user).refused(&[], vec![own]), password_form(&user));
            return edit_page(&staff, &caller.user, visit, user, forms, None).await;
        }
        Err(fault) => Err(fault),
    };
    match set {
        Ok(_) => Ok(done(&staff, &visit, "staff-password-set")),
        Err(Fault::Invalid(faults)) => {
            let forms = (edit_form(&user), password_form(&user).refused(&[], faults));
            edit_page(&staff, &caller.user, visit, user, forms, None).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /users/{id}/enable`.
pub async fn enable(
    State(staff): State<Staff>,
    caller: Caller,
    Path(id): Path<Uuid>,
    visit: Visit,
) -> Result<Response, PageFault> {
    toggle(&staff, &caller, &visit, id, true).await
}

/// `POST /users/{id}/disable`.
pub async fn disable(
    State(staff): State<Staff>,
    caller: Caller,
    Path(id): Path<Uuid>,
    visit: Visit,
) -> Result<Response, PageFault> {
    toggle(&staff, &caller, &visit, id, false).await
}

async fn toggle(staff: &Staff, caller: &Caller, visit: &Visit, id: Uuid, enabled: bool) -> Result<Response, PageFault> {
    if let Some(away) = step_up::ask(caller, Act::End, staff.clock.now(), &page_of(id)) {
        return Ok(away);
    }
    let changes = Changes { enabled: Some(enabled), ..Changes::none() };
    match change_user(staff, caller.by(), id, changes).await {
        Ok(_) => Ok(done(staff, visit, if enabled { "staff-user-enabled" } else { "staff-user-disabled" })),
        Err(Fault::Conflict { detail, .. }) => {
            Ok(staff.chrome.redirect("/users", Some(Flash::error(detail.to(visit.language)))))
        }
        Err(other) => Err(other.into()),
    }
}
