//! The staff over the API: log-in, the user who asks, and users.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Role, SignedIn, Staff, User, audit_api,
    change::{change_user, not_ones_own},
    credential::Kind,
    form, links, log_in_api, members,
    session::Caller,
    step_up, store,
};
use crate::{
    email,
    fault::{Fault, FieldFault},
    input,
    web::{
        Answer, ApiFault, JsonBody, Key, Path, Query, idempotency,
        openapi::{IdempotencyKey, ProblemDocument, ReadProblems, WriteProblems},
    },
    words::{Language, Text},
};

/// The calls of this feature, with their documentation.
pub fn api(staff: Staff) -> OpenApiRouter {
    calls().with_state(staff)
}

/// The documentation alone.
pub fn document() -> utoipa::openapi::OpenApi {
    calls().into_openapi()
}

fn calls() -> OpenApiRouter<Staff> {
    OpenApiRouter::new()
        .merge(log_in_api::calls())
        .routes(routes!(get_me))
        .routes(routes!(get_users, post_user))
        .routes(routes!(patch_user))
        .routes(routes!(post_link))
        .merge(audit_api::calls())
}

/// A member of the staff.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub struct UserRecord {
    id: Uuid,
    /// One valid address; unique in any letter case.
    email: String,
    name: String,
    /// E.164.
    phone: Option<String>,
    role: Role,
    /// Whether they look after users, settings, keys and the audit history; admins only.
    owner: bool,
    /// Whether they may sign in and be assigned.
    enabled: bool,
    /// RFC 3339, UTC, milliseconds.
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<&User> for UserRecord {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            email: user.email.clone(),
            name: user.name.clone(),
            phone: user.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            role: user.role,
            owner: user.owner,
            enabled: user.enabled,
            created_at: instant(user.created_at),
        }
    }
}

pub(super) fn instant(millis: i64) -> String {
    format!("{:.3}", Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH))
}

/// The staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserList {
    items: Vec<UserRecord>,
}

/// A user to be added.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
pub struct NewUserBody {
    /// One valid address.
    #[schema(format = "email", max_length = 254)]
    pub email: String,
    /// What records call them.
    #[schema(max_length = 200, pattern = r"\S")]
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether an admin looks after users, settings, keys and the audit history too. True unless it is said; of other
    /// roles it counts for nothing.
    #[schema(default = true, nullable = false)]
    pub owner: Option<bool>,
    /// Neither the name nor the address. Left out with `invite`.
    #[schema(format = Password, min_length = 8, max_length = 256, nullable = false)]
    pub password: Option<String>,
    /// Whether they get no password, and choose one by a link that `POST /api/users/{id}/link` gives.
    #[schema(nullable = false)]
    pub invite: Option<bool>,
    /// Whether they have to replace the password on the page before it lets them in.
    #[schema(nullable = false)]
    pub must_change_password: Option<bool>,
    /// With `+` and the country's code, or as written in the region that is set.
    #[schema(max_length = 64)]
    pub phone: Option<String>,
}

/// A change of a user: only the fields that are sent change.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(rename_all = "camelCase")]
pub struct UserChangeBody {
    /// One valid address.
    #[schema(format = "email", max_length = 254, nullable = false)]
    pub email: Option<String>,
    /// What records call them.
    #[schema(max_length = 200, pattern = r"\S", nullable = false)]
    pub name: Option<String>,
    /// What they may do.
    #[schema(nullable = false)]
    pub role: Option<Role>,
    /// Whether an admin looks after users, settings, keys and the audit history too. Who becomes an admin does, unless it
    /// says no; of other roles it counts for nothing.
    #[schema(nullable = false)]
    pub owner: Option<bool>,
    /// Of another user: ends all of their sessions and API tokens. One's own: ends other log-ins; API tokens stay.
    #[schema(format = Password, min_length = 8, max_length = 256, nullable = false)]
    pub password: Option<String>,
    /// Null clears it.
    #[schema(max_length = 64)]
    pub phone: Option<String>,
    /// Whether they may sign in and be assigned. Disabling ends all of their sessions and API tokens.
    #[schema(nullable = false)]
    pub enabled: Option<bool>,
    /// Whether they have to replace their password on the page before it lets them in.
    #[schema(nullable = false)]
    pub must_change_password: Option<bool>,
}

/// The user who asks.
#[utoipa::path(
    get, path = "/api/auth/me", operation_id = "get_me", tag = "auth",
    responses((status = 200, description = "The user", body = UserRecord), ReadProblems)
)]
async fn get_me(SignedIn(user): SignedIn) -> Result<Answer, ApiFault> {
    Ok(Answer::json(StatusCode::OK, &UserRecord::from(&user))?)
}

/// The staff, by name.
#[utoipa::path(
    get, path = "/api/users", operation_id = "list_users", tag = "users",
    params(("role" = Option<Role>, Query, description = "Only users of this role")),
    responses((status = 200, description = "The staff", body = UserList), ReadProblems)
)]
async fn get_users(State(staff): State<Staff>, _: SignedIn, query: Query) -> Result<Answer, ApiFault> {
    let (mut role, mut faults) = (None, Vec::new());
    for (name, value) in &query.0 {
        match (name.as_str(), form::parse_role(value)) {
            ("role", Ok(one)) => role = Some(one),
            ("role", Err(message)) => faults.push(FieldFault::new("role", "invalid", message)),
            _ => faults.push(FieldFault::new(
                name.chars().take(64).collect::<String>(),
                "unknown",
                Text::new("problem-no-parameter"),
            )),
        }
    }
    input::none_of(faults)?;
    let vault = staff.vault.clone();
    let users = staff.db.read(move |tx| store::list(tx, &vault, role)).await?;
    Ok(Answer::json(StatusCode::OK, &UserList { items: users.iter().map(UserRecord::from).collect() })?)
}

/// Adds an enabled user. Who is invited gets no password here: ask for a link next.
#[utoipa::path(
    post, path = "/api/users", operation_id = "create_user", tag = "users", request_body = NewUserBody,
    params(IdempotencyKey),
    responses(
        (status = 201, description = "The user", body = UserRecord, headers(("Location" = String))),
        WriteProblems
    )
)]
async fn post_user(
    State(staff): State<Staff>,
    caller: Caller,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, ApiFault> {
    if let Some(refusal) = step_up::refusal(&caller, staff.clock.now()) {
        return Ok(refusal);
    }
    let by = caller.user;
    let key = Key::of(&staff.vault, &headers, &format!("{} create_user", by.id), &body.bytes)?;
    let address = members::address_of(&body.input);
    let (new, must_change) = match form::added_user(body.input, staff.region.as_ref()) {
        Ok(read) => read,
        Err(fault) => return Err(members::all_faults(fault, address, (&staff, None)).await.into()),
    };
    let hash = staff.hash(new.password.clone()).await?;
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let work = move |tx: &mut crate::db::Tx<'_>| {
        idempotency::once(tx, &vault, clock.now(), key.as_ref(), |tx| {
            let user = members::add(tx, (&vault, &clock), Some(by.id), &new, hash.as_deref())?;
            links::store::set_must_change(tx, user.id, must_change)?;
            let answer = Answer::json(StatusCode::CREATED, &UserRecord::from(&user))?;
            Ok(answer.at(format!("/api/users/{}", user.id)))
        })
    };
    let answer = staff.db.write(work).await?;
    if !answer.replayed {
        tracing::info!(by = %by.id, "a user was added");
    }
    Ok(answer.into_response())
}

/// Changes a user: only the fields that are sent.
#[utoipa::path(
    patch, path = "/api/users/{id}", operation_id = "update_user", tag = "users", request_body = UserChangeBody,
    params(("id" = Uuid, Path, description = "The user's id")),
    responses(
        (status = 200, description = "The user as they are now", body = UserRecord),
        (
            status = 409, description = "It is the last enabled owner, or oneself to be disabled",
            body = ProblemDocument, content_type = "application/problem+json"
        ),
        WriteProblems
    )
)]
async fn patch_user(
    State(staff): State<Staff>,
    caller: Caller,
    Path(id): Path<Uuid>,
    body: JsonBody,
) -> Result<Response, ApiFault> {
    if let Some(refusal) = step_up::refusal(&caller, staff.clock.now()) {
        return Ok(refusal);
    }
    let by = caller.by();
    let vault = staff.vault.clone();
    let user = staff.db.read(move |tx| store::by_id(tx, &vault, id)).await?.ok_or(Fault::NotFound)?;
    let address = members::address_of(&body.input);
    let changes = match form::changes(body.input, staff.region.as_ref(), &user) {
        Ok(changes) => changes,
        Err(fault) => return Err(members::all_faults(fault, address, (&staff, Some(id))).await.into()),
    };
    // Links for passwords go to the address: by a token alone nobody leads their owner's elsewhere.
    let leads_away =
        caller.kind == Kind::Api && changes.email.as_ref().is_some_and(|to| email::key(to) != email::key(&user.email));
    if leads_away && caller.user.id == id {
        return Err(Fault::field("email", "not_allowed", Text::new("staff-email-own")).into());
    }
    if changes.password.is_some() {
        not_ones_own(&caller.user, id)?;
    }
    let user = change_user(&staff, by, id, changes).await?;
    Ok(Answer::json(StatusCode::OK, &UserRecord::from(&user))?.into_response())
}

/// A link by which a user chooses a password. It is shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordLink {
    /// Works once.
    url: String,
    kind: links::Kind,
    /// RFC 3339, UTC, milliseconds.
    #[schema(format = DateTime)]
    expires_at: String,
    /// Whether it is sent to them by e-mail as well.
    mailed: bool,
}

/// Makes a link by which a user chooses a password: an invitation while they have none, a reset after that. The one before
/// of its kind stops working.
///
/// `Idempotency-Key` is not looked at, as at a log-in: only the link's hash is kept.
#[utoipa::path(
    post, path = "/api/users/{id}/link", operation_id = "create_password_link", tag = "users",
    params(("id" = Uuid, Path, description = "The user's id")),
    responses((status = 201, description = "The link", body = PasswordLink), ReadProblems)
)]
async fn post_link(State(staff): State<Staff>, caller: Caller, Path(id): Path<Uuid>) -> Result<Response, ApiFault> {
    if let Some(refusal) = step_up::refusal(&caller, staff.clock.now()) {
        return Ok(refusal);
    }
    not_ones_own(&caller.user, id)?;
    let given = links::give_link(&staff, Some(caller.user.id), id, Language::English).await?;
    let expires_at = instant(given.expires_at);
    let link = PasswordLink { url: given.url, kind: given.kind, expires_at, mailed: given.mailed };
    Ok(Answer::json(StatusCode::CREATED, &link)?.into_response())
}
