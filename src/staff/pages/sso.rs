//! Single sign-on in the browser: off to the provider, back from it, and what the provider itself calls.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use serde_json::json;

use super::{confirm::PATH as CONFIRM, door::home};
use crate::{
    db::Tx,
    fault::Fault,
    staff::{
        Staff,
        credential::{Fresh, Hash},
        oidc::{self, Arrival, Callback, Desk, Provider, Refusal, Transaction},
        session::{self, Sender},
    },
    web::{Chrome, Form, PageFault, Query, is_local, render::set_cookie},
    words::Text,
};

/// The way to the provider, as the log-in page offers it, and the page where one proves anew who one is.
pub(super) struct Way {
    /// The words of the button.
    pub label: Text,
    /// Where it leads.
    pub href: String,
}

impl Way {
    /// For whoever is to go to `next` afterwards; none without a provider.
    pub fn of(staff: &Staff, next: Option<&str>) -> Option<Self> {
        let provider = staff.provider.as_ref()?;
        let label = match &provider.settings.label {
            Some(name) => Text::new("staff-sso-by").arg("name", name),
            None => Text::new("staff-sso"),
        };
        let href = match next {
            Some(next) => at("/auth/start", &[("next", next)]),
            None => "/auth/start".to_owned(),
        };
        Some(Self { label, href })
    }

    /// For whoever is to prove there anew who they are, and to go to `next` afterwards.
    pub fn anew(staff: &Staff, next: &str) -> Option<Self> {
        Some(Self { href: at("/auth/start", &[("anew", "1"), ("next", next)]), ..Self::of(staff, None)? })
    }
}

fn at(path: &str, query: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{path}?{query}")
}

/// What the refusal in the address of a page says.
pub(super) fn told(query: &Query) -> Option<Text> {
    query.get("refused").and_then(Refusal::parse).map(Refusal::words)
}

fn provider(staff: &Staff) -> Result<Arc<Provider>, Fault> {
    staff.provider.clone().ok_or(Fault::NotFound)
}

/// Back to the log-in page, which says why; or to where one proves anew who one is on the way to `next`. The address there has
/// nothing of the provider's answer left.
fn turned_away(refusal: Refusal, anew: Option<&str>) -> Response {
    let refused = ("refused", refusal.name());
    let page = match anew {
        Some(next) => at(CONFIRM, &[refused, ("next", next)]),
        None => at("/login", &[refused]),
    };
    Redirect::to(&page).into_response()
}

/// Where somebody was going who is to prove anew who they are; nothing at a mere sign-in.
fn anew(begun: &Transaction) -> Option<&str> {
    begun.is_anew().then(|| begun.next().unwrap_or("/account"))
}

const fn cookie_name(chrome: &Chrome) -> &'static str {
    if chrome.secure { "__Host-redress_sso" } else { "redress_sso" }
}

/// `GET /auth/start`: off to the provider. Nothing is changed here; what was begun lies in the browser. A link and no
/// form, since `form-action` of our content security policy would hold for where the provider leads on to as well.
pub async fn start(State(staff): State<Staff>, headers: HeaderMap, query: Query) -> Result<Response, PageFault> {
    let provider = provider(&staff)?;
    // Another site's link is no wish to sign in: the log-in page asks (ASVS 5.0, 7.6.2).
    if headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none") {
        return Ok(Redirect::to("/login").into_response());
    }
    let next = query.get("next").filter(|next| is_local(next) && next.len() <= 1024).map(ToOwned::to_owned);
    let anew = query.get("anew").is_some();
    let (address, begun) = match oidc::begin(&provider, next.clone(), anew).await {
        Ok(begun) => begun,
        Err(refusal) => return Ok(turned_away(refusal, anew.then(|| next.as_deref().unwrap_or("/account")))),
    };
    let mut response = Redirect::to(&address).into_response();
    // Lax, as all of ours are: the browser comes back by a link of another site, which Strict would not survive.
    set_cookie(response.headers_mut(), &staff.chrome.cookie(cookie_name(&staff.chrome), &begun.seal(&staff.vault)));
    Ok(response)
}

/// `GET /auth/callback`: back from the provider. What changes by it is worth a code that only this browser and we can use,
/// once.
pub async fn callback(
    State(staff): State<Staff>,
    sender: Sender,
    jar: CookieJar,
    query: Query,
) -> Result<Response, PageFault> {
    let provider = provider(&staff)?;
    let name = cookie_name(&staff.chrome);
    let begun = jar.get(name).and_then(|held| Transaction::open(&staff.vault, held.value(), staff.clock.now()));
    let mut response = match begun {
        None => turned_away(Refusal::Stale, None),
        Some(begun) => arrive(&staff, &provider, sender, begun, &query).await?,
    };
    session::remove(&mut response, staff.chrome.cookie(name, ""));
    Ok(response)
}

async fn arrive(
    staff: &Staff,
    provider: &Arc<Provider>,
    sender: Sender,
    begun: Transaction,
    query: &Query,
) -> Result<Response, Fault> {
    let back = Callback {
        state: query.get("state"),
        code: query.get("code"),
        iss: query.get("iss"),
        error: query.get("error"),
    };
    let identity = match oidc::finish(provider, &begun, &back).await {
        Ok(identity) => identity,
        Err(refusal) => return Ok(turned_away(refusal, anew(&begun))),
    };
    let (fresh, kept) = (Fresh::session(&staff.clock), begun.clone());
    let from = sender.address.map(|from| from.to_canonical().to_string());
    let former = sender.former();
    let arrival = Arrival { identity, begun, fresh: fresh.clone(), former, agent: sender.agent, from };
    let (at, provider) = (staff.clone(), provider.clone());
    let work = move |tx: &mut Tx<'_>| {
        let desk = Desk {
            staff: &at,
            vault: &at.vault,
            clock: &at.clock,
            region: at.region.as_ref(),
            settings: &provider.settings,
        };
        oidc::sign_in(tx, desk, &arrival)
    };
    match staff.db.write(work).await? {
        Ok(user) => {
            tracing::info!(user = %user.id, "signed in by the provider");
            // Anew: back to what they were about to do, whatever their role.
            let page = anew(&kept).map_or_else(|| home(staff, &user, kept.next()), ToOwned::to_owned);
            let mut response = Redirect::to(&page).into_response();
            session::give(&staff.chrome, &mut response, &fresh.token);
            Ok(response)
        }
        Err(refusal) => {
            tracing::info!(why = refusal.name(), "somebody of the provider's was not let in");
            // Whoever is disabled or has no role any more is signed out by now.
            let out = matches!(refusal, Refusal::Disabled | Refusal::NoRole);
            Ok(turned_away(refusal, anew(&kept).filter(|_| !out)))
        }
    }
}

/// `POST /auth/backchannel-logout`: the provider says that somebody has signed out there. It has no session and no cookie:
/// what it says is signed.
pub async fn signed_out(State(staff): State<Staff>, form: Form) -> Result<Response, PageFault> {
    let provider = provider(&staff)?;
    match oidc::by_provider(&staff, &provider, form.typed("logout_token")).await? {
        Ok(()) => Ok(StatusCode::OK.into_response()),
        Err(Refusal::Unreachable) => {
            let body = Json(json!({"error": "temporarily_unavailable"}));
            Ok((StatusCode::SERVICE_UNAVAILABLE, body).into_response())
        }
        Err(refusal) => {
            tracing::warn!(why = refusal.name(), "a logout token is not good");
            Ok((StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_request"}))).into_response())
        }
    }
}

/// Where signing out goes on, if the session was the provider's. To be asked before it is ended.
pub(super) async fn goes_on(staff: &Staff, session: Hash) -> Result<Option<String>, Fault> {
    let Some(provider) = &staff.provider else { return Ok(None) };
    let theirs = staff.db.read(move |tx| oidc::is_by_provider(tx, &session)).await?;
    Ok(if theirs { provider.end_session().await } else { None })
}
