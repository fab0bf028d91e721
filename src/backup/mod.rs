//! Backups: a desk at one moment in one file, whichever engine holds it, and back.
//!
//! What is personal is sealed in it as it is in the database. The keys are not in it: without them nobody reads a backup, and
//! they have to be kept apart from it.
//!
//! [`make`] writes one, [`check`] and [`unpack`] read one, [`keep`] makes them again and again and lets old ones go,
//! [`before_upgrade`] one before the schema changes.
//! docs/operations/recovery.md is what operators read.

mod age;
mod archive;
mod before;
mod check;
mod keep;
mod make;
mod work;

pub use self::{
    age::{Identities, Recipient},
    archive::Header,
    before::{Before, before_upgrade, let_earlier_go},
    check::{check, inspect, place, unpack},
    keep::{Settings, keep, newest},
    make::{Made, Order, make},
    work::Work,
};
