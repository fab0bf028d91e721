//! What every page and every call of the API shares: reading requests, answering them, the frame around pages.

pub mod assets;
pub mod callers;
pub mod choices;
pub mod cookies;
pub mod docs;
pub mod extract;
pub mod file_reason;
mod flash;
pub mod headers;
pub mod idempotency;
pub mod keys;
pub mod log;
mod meter;
pub mod modules;
pub mod openapi;
pub mod preconditions;
pub mod problem;
pub mod proof;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod properties;
pub mod proxies;
pub mod ready;
pub mod redirect;
pub mod refusal;
pub mod render;
pub mod server;
pub mod tls;

pub use self::{
    extract::{Form, JsonBody, NoFields, Path, Query},
    flash::{Flash, is_local},
    idempotency::{Answer, Key},
    problem::{ApiFault, PageFault},
    render::{Chrome, Frame, NavGroup, NavItem, News, Nonce, Viewer, Visit},
};
