//! Single sign-on by OpenID Connect: the code flow with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9207), and both
//! ways of logging out (RP-initiated and back-channel, 1.0 each).
//!
//! Somebody is who the provider says by issuer and subject, never by an e-mail address alone. What may be done is taken
//! from a claim at each sign-in, where the settings name one. Nothing here is asked of the provider but when somebody
//! signs in or out by it: the desk does not depend on it.

mod claims;
mod flow;
mod http;
mod logout_token;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod properties;
mod provider;
mod refusal;
mod settings;
mod sign_in;
mod sign_out;
mod store;
mod transaction;

pub(super) use self::{
    flow::{Callback, begin, finish},
    refusal::Refusal,
    sign_in::{Arrival, Desk, sign_in},
    sign_out::{by_provider, is_by_provider},
    store::{sweep, use_once},
    transaction::Transaction,
};
pub use self::{
    provider::Provider,
    settings::{Rule, Settings},
};
