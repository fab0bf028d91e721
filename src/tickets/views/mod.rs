//! Saved views: filters of the list by a name, for whoever saved them or for all admins.

pub mod api;
mod change;
mod find;
mod forget;
pub mod form;
mod remove;
mod save;
mod stale;
mod store;
mod view;

pub use self::{
    change::change,
    find::{find, own, visible},
    forget::{forget, naming},
    remove::remove,
    save::save,
    stale::known_parts,
    view::{Change, MOST, NAME, NewView, SavedView},
};
