//! The ISP's own wording of messages: per event, channel and language, in versions, checked before it is kept.
//!
//! `template.rs` reads a body, `check.rs` holds it against everything that it may have to say, `render.rs` and `fit.rs`
//! fill it, for our own wording too. `set.rs` is what a process knows of the stored ones.

mod check;
mod fit;
pub mod form;
pub mod letter;
mod render;
mod reset;
mod save;
mod set;
mod store;
mod template;
#[cfg(test)]
mod tests;
mod try_out;
mod variable;
mod versions;

#[cfg(test)]
pub(super) use self::fit::{CUT, DANGLING};
pub use self::{
    check::{Check, Checked, Known},
    reset::reset,
    save::{Outcome, save},
    set::{CHANGED, Place, Templates},
    template::{CAP, Draft, LONGEST, Misfit, Part, Registration, Template},
    try_out::Tried,
    variable::Variable,
    versions::{Version, current, newest, versions},
};
