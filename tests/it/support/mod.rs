//! One harness for all tests: the real router on a real socket, and people who use it.

mod app;
mod people;
pub mod process;
mod wait;

pub use self::{
    app::{PASSWORD, TestApp},
    people::{Browser, Caller, Page, Reply},
    wait::eventually,
};
