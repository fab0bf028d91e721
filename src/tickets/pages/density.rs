//! How high the rows of the list are: two lines or one. Kept in a cookie, since it is a matter of the screen.

use axum::response::Response;

use crate::{
    staff::SignedIn,
    tickets::Tickets,
    web::{Form, PageFault, Visit, is_local, render},
};
use axum::extract::State;

/// `POST /tickets/density`: `density`, `compact` or anything else for two lines. Leads back to the list.
pub async fn set(
    State(state): State<Tickets>,
    SignedIn(_): SignedIn,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    let to = Some(visit.referer.as_str()).filter(|path| path.starts_with("/tickets") && is_local(path));
    let mut response = state.chrome.redirect(to.unwrap_or("/tickets"), None);
    let compact = form.typed("density") == "compact";
    let mut cookie = state.chrome.cookie(render::DENSITY, if compact { "compact" } else { "" });
    if compact {
        cookie.make_permanent();
    } else {
        cookie.make_removal();
    }
    render::set_cookie(response.headers_mut(), &cookie);
    Ok(response)
}
