//! One harness for all tests: the real router on a real socket, and people who use it.

mod app;
mod people;

pub use self::{
    app::{PASSWORD, TestApp, binary},
    people::{Browser, Caller, Page, Reply},
};
