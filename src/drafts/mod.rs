//! Drafts: what an admin has typed into a form and not sent yet. Kept sealed for a day, one for each admin and form, and
//! shown to nobody else. It goes in the transaction that does what the form asks for.

mod door;
mod draft;
mod form;
mod keep;
mod store;

pub use self::{
    door::{routes, sent_without_session},
    draft::{Draft, Restored},
    form::FormName,
    keep::{KEPT, find, save, take},
    store::{forget, naming, sweep},
};
