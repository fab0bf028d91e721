//! What users prove beside their password: the codes of an authenticator app (TOTP, RFC 6238), passkeys (`WebAuthn` level
//! 3), and recovery codes for when both are lost.
//!
//! A passkey asks its user for a finger or a PIN by itself, so it is two factors at once and signs in without a password.

mod carried;
mod enrol;
mod passkey;
mod prove;
mod recovery;
mod required;
pub(super) mod store;
mod totp;

pub use self::enrol::reset;
pub(super) use self::{
    carried::Carried,
    enrol::{add_app, add_passkey, make_codes, remove},
    passkey::{Asked, Passkeys},
    prove::{Given, Second, check, check_passkey, spend},
    required::{Required, require},
    store::{Authenticator, Kind},
    totp::{Key, picture},
};
