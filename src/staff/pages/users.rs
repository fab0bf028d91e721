//! The staff, for admins: who there is, adding, changing, disabling.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::view::{Field, FormView, split, title};
use crate::{
    fault::{Fault, FieldFault},
    staff::{
        Admin, Changes, Staff, User, change_user, form, members,
        session::{AdminCaller, Caller},
        store,
    },
    web::{Flash, Form, Frame, PageFault, Path, Visit},
};

const ROLES: &[(&str, &str)] = &[("technician", "Technician"), ("admin", "Admin")];

#[derive(Template)]
#[template(path = "staff/users.html")]
struct UsersPage {
    frame: Frame,
    users: Vec<User>,
    own: Uuid,
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
}

/// `GET /users`.
pub async fn list(State(staff): State<Staff>, Admin(by): Admin, visit: Visit) -> Result<Response, PageFault> {
    let vault = staff.vault.clone();
    let users = staff.db.read(move |tx| store::list(tx, &vault, None)).await?;
    let frame = staff.chrome.frame(&staff.db, &by.viewer(), visit, "Users").await?;
    let page = UsersPage { frame, users, own: by.id };
    Ok(page.frame.respond(StatusCode::OK, &page))
}

fn new_form() -> FormView {
    let fields = vec![
        Field::new("name", "Name", "text", "off"),
        Field::new("email", "E-mail address", "email", "off").hint("They sign in with it"),
        Field::new("phone", "Phone number", "tel", "off").optional(),
        Field::select("role", "Role", ROLES).hint("Admins run the desk; tickets are assigned to technicians"),
        Field::new("password", "Password", "password", "new-password").hint("8 characters or more; they can change it"),
    ];
    FormView { cancel: "/users", ..FormView::new("/users", "Add user", fields) }
}

async fn new_page(
    staff: &Staff,
    by: &User,
    visit: Visit,
    form: FormView,
    status: StatusCode,
) -> Result<Response, PageFault> {
    let frame = staff.chrome.frame(&staff.db, &by.viewer(), visit, &title("Add user", &form.faults)).await?;
    let page = NewPage { frame, form };
    Ok(page.frame.respond(status, &page))
}

/// `GET /users/new`.
pub async fn show_new(State(staff): State<Staff>, Admin(by): Admin, visit: Visit) -> Result<Response, PageFault> {
    new_page(&staff, &by, visit, new_form(), StatusCode::OK).await
}

/// `POST /users`.
pub async fn add(
    State(staff): State<Staff>,
    Admin(by): Admin,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    let (input, typed) = split(form);
    let added = match form::new_user(input, staff.region.as_ref(), None) {
        Ok(new) => members::add_user(&staff, new).await,
        Err(fault) => Err(fault),
    };
    match added {
        Ok(_) => Ok(staff.chrome.redirect("/users", Some(Flash::ok("User added")))),
        Err(Fault::Invalid(faults)) => {
            let form = new_form().refused(&typed, faults);
            new_page(&staff, &by, visit, form, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}

fn edit_form(user: &User) -> FormView {
    let phone = user.phone.as_ref().map_or("", |phone| phone.as_str());
    let fields = vec![
        Field::new("name", "Name", "text", "off").value(&user.name),
        Field::new("email", "E-mail address", "email", "off").value(&user.email),
        Field::new("phone", "Phone number", "tel", "off").value(phone).optional(),
        Field::select("role", "Role", ROLES).value(user.role.name()),
    ];
    FormView { cancel: "/users", ..FormView::new(format!("/users/{}/edit", user.id), "Save changes", fields) }
}

fn password_form(user: &User) -> FormView {
    let field = Field::new("password", "New password", "password", "new-password");
    let fields = vec![field.hint("8 characters or more. It signs them out everywhere.")];
    let form = FormView::new(format!("/users/{}/password", user.id), "Set password", fields);
    FormView { username: user.email.clone(), ..form }
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
    let frame = staff.chrome.frame(&staff.db, &by.viewer(), visit, &title("Edit user", &faults)).await?;
    let own = user.id == by.id;
    let page = EditPage { frame, user, own, form, password };
    Ok(page.frame.respond(status, &page))
}

/// `GET /users/{id}/edit`.
pub async fn show(
    State(staff): State<Staff>,
    Admin(by): Admin,
    Path(id): Path<Uuid>,
    visit: Visit,
) -> Result<Response, PageFault> {
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
    let user = found(&staff, id).await?;
    let (input, typed) = split(form);
    let saved = match form::changes(input, staff.region.as_ref(), &user) {
        Ok(changes) => change_user(&staff, caller.by(), id, changes).await,
        Err(fault) => Err(fault),
    };
    let faults = match saved {
        Ok(_) => return Ok(staff.chrome.redirect("/users", Some(Flash::ok("User saved")))),
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
    let user = found(&staff, id).await?;
    let (input, _) = split(form);
    let set = match form::set_password(input, &user) {
        Ok(password) => {
            let changes = Changes { password: Some(password), ..Changes::none() };
            change_user(&staff, caller.by(), id, changes).await
        }
        Err(fault) => Err(fault),
    };
    match set {
        Ok(_) => Ok(staff.chrome.redirect("/users", Some(Flash::ok("Password set")))),
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
    let changes = Changes { enabled: Some(enabled), ..Changes::none() };
    let flash = match change_user(staff, caller.by(), id, changes).await {
        Ok(_) if enabled => Flash::ok("User enabled"),
        Ok(_) => Flash::ok("User disabled"),
        Err(Fault::Conflict { detail, .. }) => Flash::error(detail.to(visit.language).to_string()),
        Err(other) => return Err(other.into()),
    };
    Ok(staff.chrome.redirect("/users", Some(flash)))
}

impl User {
    /// The role's words on these pages.
    pub(super) fn role_words(&self) -> &'static str {
        ROLES.iter().find(|(name, _)| *name == self.role.name()).map_or("", |(_, words)| words)
    }
}
