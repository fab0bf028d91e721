//! The staff, for admins: who there is, adding, changing, disabling.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::{
    required,
    sessions::SessionRow,
    view::{Choice, Field, FormView, split},
};
use crate::{
    fault::{Fault, FieldFault},
    staff::{
        Admin, Changes, Role, Staff, User, change_user,
        credential::Hash,
        form, members,
        second_factor::{self, Required},
        session::{AdminCaller, Caller},
        step_up::{self, Act},
        store,
    },
    web::{Flash, Form, Frame, PageFault, Path, Visit},
    words::Text,
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
}

/// `GET /users`.
pub async fn list(State(staff): State<Staff>, Admin(by): Admin, visit: Visit) -> Result<Response, PageFault> {
    let vault = staff.vault.clone();
    let read = move |tx: &mut crate::db::Tx<'_>| {
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
    Field::choice("role", "staff-role", "select", [Role::Technician, Role::Admin].map(choice).to_vec())
}

fn new_form() -> FormView {
    let fields = vec![
        Field::new("name", "staff-name", "text", "off"),
        Field::new("email", "staff-email", "email", "off").hint("staff-email-hint"),
        Field::new("phone", "staff-phone", "tel", "off").optional(),
        role_field().hint("staff-role-hint"),
        Field::new("password", "staff-password", "password", "new-password").hint("staff-first-password-hint"),
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
pub async fn show_new(
    State(staff): State<Staff>,
    AdminCaller(caller): AdminCaller,
    visit: Visit,
) -> Result<Response, PageFault> {
    if let Some(away) = step_up::ask(&caller, Act::Begin, staff.clock.now(), "/users/new") {
        return Ok(away);
    }
    new_page(&staff, &caller.user, visit, new_form(), StatusCode::OK).await
}

/// `POST /users`.
pub async fn add(
    State(staff): State<Staff>,
    AdminCaller(caller): AdminCaller,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    if let Some(away) = step_up::ask(&caller, Act::End, staff.clock.now(), "/users/new") {
        return Ok(away);
    }
    let by = caller.user;
    let (input, typed) = split(form);
    let added = match form::new_user(input, staff.region.as_ref(), None) {
        Ok(new) => members::add_user(&staff, Some(by.id), new).await,
        Err(fault) => Err(fault),
    };
    match added {
        Ok(_) => Ok(done(&staff, &visit, "staff-user-added")),
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
        role_field().value(user.role.name()),
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
) -> Result<Response, PageFault> {
    let faults: Vec<FieldFault> = [&form, &password].iter().flat_map(|form| form.faults.clone()).collect();
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let title = visit.title(Text::new("staff-edit-user"), faults.is_empty());
    let frame = staff.chrome.frame(&staff.db, &by.viewer(), visit, &title).await?;
    let (own, of, now) = (user.id == by.id, user.id, staff.clock.now());
    // One's own are on the account page, which knows the one at hand.
    let read = move |tx: &mut crate::db::Tx<'_>| {
        Ok::<_, Fault>((store::sessions(tx, of, &Hash::default(), now)?, second_factor::store::any(tx, of)?))
    };
    let (sessions, has_factor) = staff.db.read(read).await?;
    let times = staff.chrome.times(now, frame.visit.language);
    let sessions = sessions.into_iter().map(|session| SessionRow::new(session, &times)).collect();
    let sessions_at = format!("/users/{of}/sessions");
    let page = EditPage { frame, user, own, form, password, sessions, sessions_at, has_factor };
    Ok(page.frame.respond(status, &page))
}

/// `GET /users/{id}/edit`.
pub async fn show(
    State(staff): State<Staff>,
    AdminCaller(caller): AdminCaller,
    Path(id): Path<Uuid>,
    visit: Visit,
) -> Result<Response, PageFault> {
    if let Some(away) = step_up::ask(&caller, Act::Begin, staff.clock.now(), &page_of(id)) {
        return Ok(away);
    }
    let by = caller.user;
    let user = found(&staff, id).await?;
    let forms = (edit_form(&user), password_form(&user));
    edit_page(&staff, &by, visit, user, forms).await
}

/// `POST /users/{id}/edit`.
pub async fn edit(
    State(staff): State<Staff>,
    AdminCaller(caller): AdminCaller,
    Path(id): Path<Uuid>,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    if let Some(away) = step_up::ask(&caller, Act::End, staff.clock.now(), &page_of(id)) {
        return Ok(away);
    }
    let user = found(&staff, id).await?;
    let (input, typed) = split(form);
    let saved = match form::changes(input, staff.region.as_ref(), &user) {
        Ok(changes) => change_user(&staff, caller.by(), id, changes).await,
        Err(fault) => Err(fault),
    };
    let faults = match saved {
        Ok(_) => return Ok(done(&staff, &visit, "staff-user-saved")),
        Err(Fault::Invalid(faults)) => faults,
        Err(Fault::Conflict { detail, .. }) => vec![FieldFault::new("role", "not_allowed", detail)],
        Err(other) => return Err(other.into()),
    };
    let forms = (edit_form(&user).refused(&typed, faults), password_form(&user));
    edit_page(&staff, &caller.user, visit, user, forms).await
}

/// `POST /users/{id}/password`.
pub async fn set_password(
    State(staff): State<Staff>,
    AdminCaller(caller): AdminCaller,
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
            let changes = Changes { password: Some(password), ..Changes::none() };
            change_user(&staff, caller.by(), id, changes).await
        }
        Ok(_) => {
            let own = FieldFault::new("", "not_allowed", Text::new("staff-password-own"));
            let forms = (edit_form(&user).refused(&[], vec![own]), password_form(&user));
            return edit_page(&staff, &caller.user, visit, user, forms).await;
        }
        Err(fault) => Err(fault),
    };
    match set {
        Ok(_) => Ok(done(&staff, &visit, "staff-password-set")),
        Err(Fault::Invalid(faults)) => {
            let forms = (edit_form(&user), password_form(&user).refused(&[], faults));
            edit_page(&staff, &caller.user, visit, user, forms).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /users/{id}/enable`.
pub async fn enable(
    State(staff): State<Staff>,
    AdminCaller(caller): AdminCaller,
    Path(id): Path<Uuid>,
    visit: Visit,
) -> Result<Response, PageFault> {
    toggle(&staff, &caller, &visit, id, true).await
}

/// `POST /users/{id}/disable`.
pub async fn disable(
    State(staff): State<Staff>,
    AdminCaller(caller): AdminCaller,
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
