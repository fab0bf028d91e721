//! The staff's pages: set-up, log-in, one's own account, users, single sign-on, and the audit history.

mod account;
mod audit;
mod audit_file;
mod confirm;
mod door;
mod entering;
mod factors;
mod links;
mod preferences;
mod required;
mod second_step;
mod sessions;
mod sso;
mod users;
mod view;

use axum::{
    Router,
    routing::{get, post},
};

pub(super) use self::audit::Asked;
use super::Staff;

/// The pages of this feature.
pub fn routes(staff: Staff) -> Router {
    Router::new()
        .route("/setup", get(door::show_setup).post(door::set_up))
        .route("/login", get(door::show_log_in).post(door::log_in))
        .route("/login/second", get(second_step::show).post(second_step::finish))
        .route("/login/passkey", post(second_step::by_passkey))
        .route("/link", get(links::show).post(links::redeem))
        .route("/forgot", get(links::show_forgot).post(links::forgot))
        .route("/logout", post(door::log_out))
        .route("/auth/start", get(sso::start))
        .route("/auth/callback", get(sso::callback))
        .route("/auth/backchannel-logout", post(sso::signed_out))
        .route("/language", post(preferences::set_language))
        .route("/account", get(account::show))
        .route("/account/confirm", get(confirm::show).post(confirm::confirm))
        .route("/account/second-factor", get(factors::show))
        .route("/account/second-factor/app", get(factors::show_app).post(factors::add_app))
        .route("/account/second-factor/passkey", get(factors::show_passkey).post(factors::add_passkey))
        .route("/account/second-factor/codes", post(factors::make_codes))
        .route("/account/second-factor/{id}/remove", post(factors::remove))
        .route("/account/password", post(account::set_password))
        .route("/account/preferences", post(preferences::set))
        .route("/account/sessions/{id}/end", post(sessions::end_own))
        .route("/account/tokens", post(account::add_token))
        .route("/account/tokens/{id}/revoke", post(sessions::revoke_own))
        .route("/users", get(users::list).post(users::add))
        .route("/users/second-factor", post(required::require))
        .route("/users/{id}/second-factor/reset", post(required::reset))
        .route("/users/new", get(users::show_new))
        .route("/users/{id}/edit", get(users::show).post(users::edit))
        .route("/users/{id}/link", post(users::give_link))
        .route("/users/{id}/password", post(users::set_password))
        .route("/users/{id}/sessions/{session}/end", post(sessions::end_of))
        .route("/users/{id}/enable", post(users::enable))
        .route("/users/{id}/disable", post(users::disable))
        .route("/audit", get(audit::show))
        .route("/audit/export", get(audit_file::ask))
        .route("/audit.csv", post(audit_file::take))
        .with_state(staff)
}
