//! The staff: who may sign in, what with, and as what.

pub mod api;
mod attempts;
mod change;
mod credential;
pub mod form;
mod guard;
mod log_in;
mod members;
mod pages;
mod password;
mod proof_store;
mod roles;
mod routes;
mod second_factor;
mod session;
mod setup;
mod state;
mod step_up;
mod store;
mod throttle;
mod token;
mod user;

pub use self::{
    api::{api, document},
    change::{By, change_user},
    form::{Changes, NewUser},
    guard::guard,
    members::{add_user, by_email, by_id, enabled_technician, technicians, the_client, user_name, users, users_of},
    pages::routes,
    password::{Gate, check_password},
    roles::{Rules, Scope, Standing},
    routes::{Need, ROUTES},
    second_factor::reset as reset_second_factor,
    session::{Admin, AdminCaller, Caller, Lapsed, SignedIn},
    setup::setup_code,
    state::Staff,
    store::{ApiToken, CHANGED, sweep},
    throttle::Throttle,
    token::{add_token, revoke_token, tokens},
    user::{Person, Role, THE_CLIENT, User},
};
