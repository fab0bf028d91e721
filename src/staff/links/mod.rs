//! Links by which a user chooses a password: an invitation, a reset, or the renewal of one that somebody else chose. Each
//! works once and not for long; only its hash is kept (NIST SP 800-63B, ASVS 6.4).

mod ask;
mod give;
mod kind;
mod redeem;
pub(super) mod store;

pub(super) use self::{
    ask::{ask, grant},
    give::put,
    redeem::{owner, redeem},
};
pub use self::{
    give::{Given, Lives, give_link, welcome},
    kind::Kind,
};
