//! The one place that asks the table of permissions, before any handler: a handler cannot forget to. It hands the caller on,
//! whom [`Caller`] and the other extractors take.

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::{
    Staff,
    roles::{Scope, Scopes},
    routes::{self, Need},
    session::{Caller, find, leads_to_factor, refuse, to_factor, turn_away},
};
use crate::{
    fault::Fault,
    web::{
        problem::Problem,
        refusal::{RefusedTo, refused},
    },
    words::Text,
};

/// Lets in whom the table lets in.
pub async fn guard(State(staff): State<Staff>, request: Request, next: Next) -> Response {
    // Nothing is there: so says the fallback.
    let Some(path) = request.extensions().get::<MatchedPath>().cloned() else { return next.run(request).await };
    let Some(methods) = routes::methods(path.as_str()) else {
        tracing::error!(route = path.as_str(), "a route that no line of the table of permissions names is refused");
        return refused(StatusCode::FORBIDDEN, Text::new("problem-role"));
    };
    let asked = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let Some((_, need)) = methods.iter().find(|(method, _)| *method == asked.as_str()) else {
        return not_allowed(methods);
    };
    let (permission, lapsed, recorded) = match *need {
        Need::Nothing => return next.run(request).await,
        Need::May(permission) => (permission, false, false),
        Need::Sees(permission) => (permission, false, true),
        Need::MayOrLapsed(permission) => (permission, true, false),
        Need::SeesOrLapsed(permission) => (permission, true, true),
    };
    let (mut parts, body) = request.into_parts();
    let mut seen = None;
    match find(&staff, &parts).await {
        Ok(Some(caller)) if caller.lacks_factor && !leads_to_factor(parts.uri.path()) => return to_factor(&parts),
        Ok(Some(caller)) if caller.may(&staff, permission) => {
            seen = recorded.then(|| (caller.user.id, parts.uri.clone()));
            parts.extensions.insert::<Caller>(caller);
        }
        Ok(Some(caller)) => {
            let mut refusal = match caller.lacks_scope(&staff, permission) {
                Some(scope) => insufficient(caller.scopes, scope),
                None => refuse(&parts, Fault::Forbidden),
            };
            refusal.extensions_mut().insert(RefusedTo(caller.user.id));
            return refusal;
        }
        Ok(None) if lapsed => {}
        Ok(None) => return turn_away(&staff, &parts).await,
        Err(fault) => return refuse(&parts, fault),
    }
    let began = staff.clock.now();
    let response = next.run(Request::from_parts(parts, body)).await;
    if let (Some((by, uri)), true) = (seen, shows(&response)) {
        staff.saw(by, uri.path(), uri.query().unwrap_or(""), began);
    }
    response
}

/// Whether an answer shows what is there. The page of a form or a filter that was refused does, and so does the refusal of a change
/// to what is another version by now; the problem that a call is told does not, nor does what has only just been made.
/// `HEAD` tells how long the answer is, and so whether a search finds anybody.
fn shows(response: &Response) -> bool {
    let is_problem = |kind: &HeaderValue| kind.as_bytes().starts_with(b"application/problem+json");
    match response.status() {
        StatusCode::CREATED => false,
        StatusCode::PRECONDITION_FAILED => true,
        StatusCode::UNPROCESSABLE_ENTITY => !response.headers().get(header::CONTENT_TYPE).is_some_and(is_problem),
        status => status.is_success(),
    }
}

/// The answer to a token that is good, but not for this (RFC 6750, section 3.1).
fn insufficient(has: Scopes, needs: Scope) -> Response {
    let detail = Text::new("problem-scope").arg("has", has.to_string()).arg("needs", needs.name());
    let mut response = Response::from(Problem::of(StatusCode::FORBIDDEN, detail));
    let challenge = format!("Bearer realm=\"redress\", error=\"insufficient_scope\", scope=\"{}\"", needs.name());
    if let Ok(challenge) = HeaderValue::try_from(challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// A path by a method that it does not have (RFC 9110, section 15.5.6).
fn not_allowed(methods: &[(&str, Need)]) -> Response {
    let mut names: Vec<&str> = methods.iter().map(|(method, _)| *method).collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    let mut response = refused(StatusCode::METHOD_NOT_ALLOWED, Text::new("problem-no-method"));
    if let Ok(names) = HeaderValue::try_from(names.join(",")) {
        response.headers_mut().insert(header::ALLOW, names);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_method_is_told_the_right_ones() {
        let response = not_allowed(&[("GET", Need::Nothing), ("POST", Need::Nothing)]);
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()[header::ALLOW], "GET,POST,HEAD");
    }
}
