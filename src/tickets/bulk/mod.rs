//! One change of many tickets: told before it is done, done in short transactions, answered for row by row.
//!
//! Each ticket goes through the use case of a single edit, and only while it has the version that the viewer was shown.
//! So a run that broke off can be sent again: what it has changed has another version then, and is left alone.

mod action;
mod batch;
mod plan;

pub use self::{
    action::{Action, Fate, Hindrance},
    batch::{BATCH, Done, Wanted, batch, undo},
    plan::{Chosen, Plan, Planned, plan},
};

/// Most tickets of one run: a review of them is a page of some 100 KB, and the run takes a few seconds.
pub const MOST: usize = 1_000;
