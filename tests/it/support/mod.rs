//! One harness for all tests: the real router on a real socket, and people who use it.

mod app;
pub mod collector;
mod database;
mod people;
pub mod process;
mod wait;

pub use testbase::Dir;

pub use self::{
    app::{PASSWORD, TestApp},
    database::{at_rest, blobs, contents, log_statements, ready, server_log, sql},
    people::{Browser, Caller, Page, Reply},
    wait::eventually,
};
