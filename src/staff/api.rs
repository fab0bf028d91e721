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
    Admin, Role, SignedIn, Staff, User, audit_api,
    change::{change_user, not_ones_own},
    credential::{Fresh, LOG_IN_LIFE},
    form, links, log_in, members,
    second_factor::{self, Given, Required, Second},
    session::{AdminCaller, Caller, Sender},
    step_up, store,
};
use crate::{
    audit::{self, Event, Over},
    fault::{Fault, FieldFault},
    input,
    web::{
        Answer, ApiFault, JsonBody, Key, Path, Query, idempotency,
        openapi::{IdempotencyKey, ProblemDocument, ReadProblems, WriteProblems},
        problem::Problem,
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
        .routes(routes!(post_log_in))
        .routes(routes!(post_log_out))
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

fn instant(millis: i64) -> String {
    format!("{:.3}", Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH))
}

/// The staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserList {
    items: Vec<UserRecord>,
}

/// A token for programs. It is shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoggedIn {
    /// Send it as `Authorization: Bearer TOKEN`.
    token: String,
    /// RFC 3339, UTC, milliseconds.
    #[schema(format = DateTime)]
    expires_at: String,
    user: UserRecord,
}

/// What somebody signs in with.
#[derive(Debug, ToSchema)]
pub struct LogInBody {
    /// In any letter case.
    #[schema(min_length = 1, max_length = 254)]
    pub email: String,
    /// As it was set.
    #[schema(format = Password, min_length = 1)]
    pub password: String,
    /// Of an authenticator app, or a recovery code; needed of users who have a second factor. Each is good once.
    #[schema(max_length = 64, nullable = false)]
    pub code: Option<String>,
}

/// A user to be added.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct NewUserBody {
    /// One valid address.
    #[schema(format = "email", max_length = 254)]
    pub email: String,
    /// What records call them.
    #[schema(min_length = 1, max_length = 200)]
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
#[schema(rename_all = "camelCase")]
pub struct UserChangeBody {
    /// One valid address.
    #[schema(format = "email", max_length = 254, nullable = false)]
    pub email: Option<String>,
    /// What records call them.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
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

/// Gives a token for 12 hours, each time another one. After 5 failures of an account, or 50 of an address, waiting is
/// asked for.
///
/// `Idempotency-Key` is not looked at: answering again would mean keeping the token itself, and only its hash is kept.
/// A log-in whose answer was lost is made again.
#[utoipa::path(
    post, path = "/api/auth/login", operation_id = "log_in", tag = "auth", request_body = LogInBody, security(()),
    responses(
        (status = 200, description = "The token and its user", body = LoggedIn),
        (
            status = 403,
            description = "Everybody signs in by the provider of single sign-on; or the password was chosen by somebody else and \
                has to be replaced first, or a second factor is required and has to be set up first: both on the page",
            body = ProblemDocument, content_type = "application/problem+json"
        ),
        (
            status = 429, description = "Too many failures; `Retry-After` says how many seconds to wait",
            body = ProblemDocument, content_type = "application/problem+json"
        ),
        WriteProblems
    )
)]
async fn post_log_in(State(staff): State<Staff>, sender: Sender, body: JsonBody) -> Result<Response, ApiFault> {
    if staff.is_closed() {
        return Ok(Problem::of(StatusCode::FORBIDDEN, Text::new("staff-local-closed")).into());
    }
    let mut input = body.input;
    let code = input.take_raw("code").filter(|code| !code.trim().is_empty());
    let (email, password) = form::log_in(input)?;
    let Some(proof) = log_in::verify(&staff, email, password, sender.address, None).await? else {
        return Ok(refused());
    };
    let second = match code {
        None => None,
        Some(code) => {
            let second = second_factor::check(&staff, proof.user(), sender.address, Given::Code(code)).await?;
            if second.is_none() {
                log_in::note_factor_refusal(&staff, proof.user(), sender.address);
                return Ok(refused());
            }
            second
        }
    };
    let (desk, fresh) = (staff.clone(), Fresh::api(&staff.clock));
    let (kept, now) = (fresh.clone(), staff.clock.now());
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let entered = enter(tx, &desk, &proof, second.as_ref())?;
        if let Entered::In(user) = &entered {
            store::insert_token(tx, user.id, &kept, None, None, now)?;
            let event = Event::SignedIn { over: Over::Api, from: sender.origin() };
            audit::record(tx, &desk.vault, &desk.clock, Some(user.id), &event)?;
        }
        Ok::<_, Fault>(entered)
    };
    let user = match staff.db.write(work).await? {
        Entered::In(user) => user,
        Entered::Refused => return Ok(refused()),
        Entered::CodeNeeded => {
            return Ok(Problem::of(StatusCode::UNAUTHORIZED, Text::new("factor-code-needed-api")).into());
        }
        Entered::FactorNeeded => {
            return Ok(Problem::of(StatusCode::FORBIDDEN, Text::new("factor-needed-api")).into());
        }
        Entered::MustChange => return Ok(Problem::of(StatusCode::FORBIDDEN, Text::new("links-change-first")).into()),
    };
    tracing::info!(user = %user.id, "signed in over the API");
    let record = LoggedIn { token: fresh.token, expires_at: instant(now + LOG_IN_LIFE), user: UserRecord::from(&user) };
    Ok(Answer::json(StatusCode::OK, &record)?.into_response())
}

/// Where a right password leads.
enum Entered {
    In(User),
    Refused,
    /// The user has a second factor, and none was given.
    CodeNeeded,
    /// The user has none, and has to.
    FactorNeeded,
    /// The password was chosen by somebody else.
    MustChange,
}

fn enter(
    tx: &mut crate::db::Tx<'_>,
    staff: &Staff,
    proof: &log_in::Proof,
    second: Option<&Second>,
) -> Result<Entered, Fault> {
    store::take_turn(tx, proof.user())?;
    if let Some(second) = second {
        if !second_factor::spend(tx, staff, second)? {
            return Ok(Entered::Refused);
        }
    } else if second_factor::store::any(tx, proof.user())? {
        return Ok(Entered::CodeNeeded);
    }
    let Some(user) = log_in::admit(tx, &staff.vault, proof)? else { return Ok(Entered::Refused) };
    if links::store::must_change(tx, user.id)? {
        return Ok(Entered::MustChange);
    }
    if second.is_none() && Required::now(tx)?.asks(user.role) {
        return Ok(Entered::FactorNeeded);
    }
    Ok(Entered::In(user))
}

fn refused() -> Response {
    Problem::of(StatusCode::UNAUTHORIZED, Text::new("staff-nobody")).into()
}

/// Ends the token, or the browser's session, that the call is made with.
#[utoipa::path(
    post, path = "/api/auth/logout", operation_id = "log_out", tag = "auth",
    responses((status = 204, description = "Ended"), ReadProblems)
)]
async fn post_log_out(State(staff): State<Staff>, caller: Caller) -> Result<Response, ApiFault> {
    let (kind, hash) = (caller.kind, caller.hash);
    staff.db.write(move |tx| store::end(tx, kind, &hash).map_err(Fault::from)).await?;
    tracing::info!(user = %caller.user.id, "signed out over the API");
    Ok(StatusCode::NO_CONTENT.into_response())
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
async fn get_users(State(staff): State<Staff>, _: Admin, query: Query) -> Result<Answer, ApiFault> {
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
    AdminCaller(caller): AdminCaller,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, ApiFault> {
    if let Some(refusal) = step_up::refusal(&caller, staff.clock.now()) {
        return Ok(refusal);
    }
    let by = caller.user;
    let key = Key::of(&staff.vault, &headers, &format!("{} create_user", by.id), &body.bytes)?;
    let (new, must_change) = form::added_user(body.input, staff.region.as_ref())?;
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
    tracing::info!(by = %by.id, "a user was added");
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
    AdminCaller(caller): AdminCaller,
    Path(id): Path<Uuid>,
    body: JsonBody,
) -> Result<Response, ApiFault> {
    if let Some(refusal) = step_up::refusal(&caller, staff.clock.now()) {
        return Ok(refusal);
    }
    let by = caller.by();
    let vault = staff.vault.clone();
    let user = staff.db.read(move |tx| store::by_id(tx, &vault, id)).await?.ok_or(Fault::NotFound)?;
    let changes = form::changes(body.input, staff.region.as_ref(), &user)?;
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
async fn post_link(State(staff): State<Staff>, Admin(by): Admin, Path(id): Path<Uuid>) -> Result<Answer, ApiFault> {
    let given = links::give_link(&staff, Some(by.id), id, Language::English).await?;
    let expires_at = instant(given.expires_at);
    let link = PasswordLink { url: given.url, kind: given.kind, expires_at, mailed: given.mailed };
    Ok(Answer::json(StatusCode::CREATED, &link)?)
}
