//! The staff: who may sign in, what with, and as what.

mod adopt;
pub mod api;
mod attempts;
mod attempts_store;
mod audit_api;
mod bond;
mod bond_store;
mod change;
mod credential;
mod device;
pub mod form;
mod guard;
mod links;
mod log_in;
mod log_in_api;
mod mail;
mod members;
pub mod oidc;
mod pages;
mod password;
mod proof_store;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod properties;
mod roles;
mod routes;
mod second_factor;
mod session;
mod session_store;
mod settings;
mod setup;
mod state;
pub mod step_up;
mod store;
mod throttle;
mod token;
mod token_store;
mod user;

pub use self::{
    adopt::{tell_unbound, vouch, vouch_all},
    api::{api, document},
    change::{By, change_user},
    form::{Changes, NewUser},
    guard::guard,
    links::{Given, Kind as LinkKind, Lives, give_link},
    mail::{Carrying, Fate, Mail, Mails, Post, run as send_mails},
    members::{add_user, by_email, by_id, enabled_technician, technicians, the_client, user_name, users, users_of},
    pages::routes,
    password::{Gate, check_password},
    roles::{Rules, Scope, Scopes, Standing},
    routes::{Need, ROUTES},
    second_factor::reset as reset_second_factor,
    session::{Caller, Lapsed, SignedIn},
    settings::Settings,
    setup::setup_code,
    state::Staff,
    store::CHANGED,
    throttle::Throttle,
    token::{Grant, add_token, remind as remind_of_tokens, revoke_token, tokens},
    token_store::ApiToken,
    user::{Person, Role, THE_CLIENT, User},
};

use crate::db::{DbError, Tx};

/// Forgets what has ended: sessions, tokens of log-ins, links, mails, failures of subjects that are quiet again.
///
/// # Errors
/// Only the database's.
pub fn sweep(tx: &mut Tx<'_>, settings: &Settings, now: i64) -> Result<(), DbError> {
    links::store::sweep(tx, now)?;
    mail::sweep(tx, now)?;
    store::sweep(tx, settings.idle, now)
}
