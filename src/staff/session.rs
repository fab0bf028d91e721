//! Who sends a request: extractors for the routes of every feature, and the session's cookie.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar};
use uuid::Uuid;

use super::{
    Scope, Scopes, Staff, User,
    change::By,
    credential::{self, Hash, Kind},
    device::{self, Device},
    proof_store::{self, Owner},
    session_store, store,
    throttle::Bucket,
};
use crate::{
    db::Tx,
    fault::Fault,
    permissions::Permission,
    web::{
        ApiFault, Chrome, PageFault,
        problem::Problem,
        refusal::{bearer, is_api},
        render::{BEHIND, set_cookie},
    },
    words::Text,
};

/// How long a request waits until its session's use is noted.
const NOTED_WITHIN: Duration = Duration::from_millis(200);
/// Where second factors are.
pub const FACTORS: &str = "/account/second-factor";
/// How much of a browser's own words is kept.
const AGENT: usize = 200;

/// Somebody signed in whom the table of permissions let in.
#[derive(Debug, Clone)]
pub struct SignedIn(pub User);

/// Somebody signed in, with what they proved it by.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub user: User,
    /// A session or a token.
    pub kind: Kind,
    /// Its hash.
    pub hash: Hash,
    /// What a token may be used for; a session for all.
    pub scopes: Scopes,
    /// When they last proved who they are, in milliseconds; never, with a token.
    pub proved_at: i64,
    /// Whether they proved it by two factors.
    pub strong: bool,
    /// Whether they have to set up a second factor before anything else.
    pub(super) lacks_factor: bool,
}

impl Caller {
    /// Who changes a user, when this one does.
    pub fn by(&self) -> By {
        By { user: Some(self.user.id), credential: Some(self.hash) }
    }

    /// Whether the table of permissions lets them do this, with what they came with.
    pub fn may(&self, staff: &Staff, permission: Permission) -> bool {
        staff.rules.allowed(self.user.standing(), self.scopes, permission)
    }

    /// The scope that their token would need besides, where it is only that which keeps them from this.
    pub fn lacks_scope(&self, staff: &Staff, permission: Permission) -> Option<Scope> {
        let may = staff.rules.permissions(self.user.standing()).has(permission);
        (may && !self.scopes.let_through(permission)).then(|| Scope::least(permission))
    }

    /// Whether they would still be let in to do this. To ask is no use of what they proved it by: a page that is only left
    /// open does not keep its session alive.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn may_still(&self, staff: &Staff, permission: Permission) -> Result<bool, Fault> {
        let (kind, hash, vault) = (self.kind, self.hash, staff.vault.clone());
        let now = (staff.clock.now(), staff.settings.idle);
        let owner = staff.db.look_up(move |tx| proof_store::owner(tx, &vault, kind, &hash, now)).await?;
        let Some(owner) = owner.filter(|owner| !owner.lacks_factor) else { return Ok(false) };
        Ok(Self { user: owner.user, scopes: owner.scopes, ..self.clone() }.may(staff, permission))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn
where
    Staff: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        Caller::from_request_parts(parts, state).await.map(|caller| Self(caller.user))
    }
}

/// Whom [`guard`](super::guard::guard) let in. On a route that asks for nothing that is nobody.
impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    Staff: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match parts.extensions.get::<Self>() {
            Some(caller) => Ok(caller.clone()),
            None => Err(turn_away(&Staff::from_ref(state), parts).await),
        }
    }
}

/// Who sent the request, if that is known. A token counts under `/api/` only, and there before the cookie: whoever
/// sends a token that is no good any more has to hear of it.
pub async fn find(staff: &Staff, parts: &Parts) -> Result<Option<Caller>, Fault> {
    let bearer = if is_api(parts.uri.path()) { bearer(&parts.headers) } else { None };
    let (kind, token) = match bearer {
        Some(token) => (Kind::Api, token),
        None => match session_token(&parts.headers) {
            Some(token) => (Kind::Session, token),
            None => return Ok(None),
        },
    };
    let (hash, now, vault) = (credential::hash(&token), staff.clock.now(), staff.vault.clone());
    let at = (now, staff.settings.idle);
    let Some(owner) = staff.db.look_up(move |tx| proof_store::owner(tx, &vault, kind, &hash, at)).await? else {
        return Ok(None);
    };
    let Owner { user, stale, proved_at, lacks_factor, strong, scopes } = owner;
    let bucket = if by_itself(parts) { Bucket::ByItself } else { Bucket::Asked };
    staff.throttle.take(user.id, bucket, now).map_err(Fault::Pace)?;
    // Reading goes on while the database takes no writes.
    if stale && bucket == Bucket::Asked {
        let noted = staff.db.write(move |tx| store::note_use(tx, kind, &hash, now));
        match tokio::time::timeout(NOTED_WITHIN, noted).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the use of a session or token could not be noted"),
            Err(_) => tracing::warn!("the use of a session or token is being noted late"),
        }
    }
    Ok(Some(Caller { user, kind, hash, scopes, proved_at, strong, lacks_factor }))
}

/// Whether a page asks by itself to stay true: that is no sign of anybody at the desk, so a session still ends when
/// nobody has been there. Anybody can say so of a request. It gives them nothing but a session that ends sooner: a bucket of
/// the same size is asked, and what they see is recorded as anything else is.
fn by_itself(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let reads = parts.method == Method::GET || parts.method == Method::HEAD;
    path.starts_with("/live") || (reads && !is_api(path) && parts.headers.contains_key(BEHIND))
}

/// Whether a page is one of those that somebody needs who has to set up a second factor.
pub fn leads_to_factor(path: &str) -> bool {
    path == "/account/confirm"
        || path.strip_prefix(FACTORS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// To the page where a second factor is set up; a program, which has no pages, is told.
pub fn to_factor(parts: &Parts) -> Response {
    if is_api(parts.uri.path()) {
        return Problem::of(StatusCode::FORBIDDEN, Text::new("factor-needed-api")).into();
    }
    Redirect::to(FACTORS).into_response()
}

/// A fault as the path's readers get it.
pub fn refuse(parts: &Parts, fault: Fault) -> Response {
    if is_api(parts.uri.path()) { ApiFault(fault).into_response() } else { PageFault(fault).into_response() }
}

/// The answer to somebody who is not signed in.
pub async fn turn_away(staff: &Staff, parts: &Parts) -> Response {
    if is_api(parts.uri.path()) { refuse(parts, Fault::Unauthorized) } else { to_door(staff, parts).await }
}

/// To the page where one signs in, or where the first admin is made.
async fn to_door(staff: &Staff, parts: &Parts) -> Response {
    match staff.needs_setup().await {
        Ok(true) => Redirect::to("/setup").into_response(),
        Ok(false) if parts.method == Method::GET || parts.method == Method::HEAD => {
            let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            if path == "/" {
                return Redirect::to("/login").into_response();
            }
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("next", path);
            Redirect::to(&format!("/login?{}", query.finish())).into_response()
        }
        Ok(false) => Redirect::to("/login").into_response(),
        Err(fault) => PageFault(fault).into_response(),
    }
}

/// Browsers know it by its prefix where that is possible, see [`crate::web::cookies`].
const COOKIE: &str = "redress_session";

/// The token in the session's cookie.
pub fn session_token(headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers).get(COOKIE).map(|cookie| cookie.value().to_owned())
}

/// Hands out a session. It lasts as long as the browser stays open, and no longer than the server lets it.
pub fn give(chrome: &Chrome, response: &mut Response, token: &str) {
    set_cookie(response.headers_mut(), &chrome.cookie(COOKIE, token));
}

/// Takes the session's cookie away.
pub fn take(chrome: &Chrome, response: &mut Response) {
    remove(response, chrome.cookie(COOKIE, ""));
}

/// Takes a cookie away.
pub fn remove(response: &mut Response, mut cookie: Cookie<'static>) {
    cookie.make_removal();
    set_cookie(response.headers_mut(), &cookie);
}

/// The sender's address and browser.
#[derive(Debug, Clone)]
pub struct Sender {
    /// The sender's own, see [`Proxies::sender`](crate::web::proxies::Proxies::sender). Absent where it is not known.
    pub address: Option<IpAddr>,
    /// The `User-Agent`, cut, without anything but printable ASCII.
    pub agent: String,
    /// The session that the browser had before.
    headers: HeaderMap,
}

impl Sender {
    /// The address as the audit history keeps it.
    pub fn origin(&self) -> Option<String> {
        self.address.map(|from| from.to_canonical().to_string())
    }

    /// The browser, if it is known to the account with this address.
    pub fn device(&self, staff: &Staff, email: &str) -> Option<Device> {
        let jar = CookieJar::from_headers(&self.headers);
        device::known(&staff.vault, &jar, email, staff.clock.now())
    }

    /// The hash of the session that the browser had before, good or not.
    pub fn former(&self) -> Option<Hash> {
        session_token(&self.headers).map(|token| credential::hash(&token))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Sender
where
    Staff: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let address = Staff::from_ref(state).proxies.sender(peer, &parts.headers);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
        let agent = agent.chars().filter(|c| matches!(c, ' '..='~')).take(AGENT).collect();
        let cookies = parts.headers.get_all(header::COOKIE).iter();
        let headers = cookies.map(|value| (header::COOKIE, value.clone())).collect();
        Ok(Self { address, agent, headers })
    }
}

/// Whoever is signed in, or nobody.
#[derive(Debug, Clone)]
pub struct Maybe(pub Option<Caller>);

impl<S: Send + Sync> FromRequestParts<S> for Maybe
where
    Staff: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let staff = Staff::from_ref(state);
        find(&staff, parts).await.map(Self).map_err(|fault| refuse(parts, fault))
    }
}

/// The admin whose session it was that a request came with, if it ended by itself within the last day and that admin may
/// still sign in. It proves too little to show anything: it is for keeping what they were typing until they are back.
/// A session that was ended, by signing out or by changing the password, is forgotten at once and names nobody.
#[derive(Debug, Clone, Copy)]
pub struct Lapsed(pub Option<Uuid>);

impl<S: Send + Sync> FromRequestParts<S> for Lapsed
where
    Staff: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let staff = Staff::from_ref(state);
        let Some(token) = session_token(&parts.headers) else { return Ok(Self(None)) };
        let hash = credential::hash(&token);
        let vault = staff.vault.clone();
        let found = staff.db.look_up(move |tx: &mut Tx<'_>| session_store::lapsed_owner(tx, &vault, &hash)).await;
        Ok(Self(found.unwrap_or_default()))
    }
}
