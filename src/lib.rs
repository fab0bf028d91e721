//! Redress: the billing-complaint desk for Internet service providers.
//!
//! Imports point one way: `cli → app, config → doctor, backup, reports, deliveries, live → tickets → clients, drafts → staff, notifications → audit, web, search, db,
//! fault, clock, words → vault`.
//! `docs/ARCHITECTURE.md` walks one request through these modules.

pub mod app;
pub mod audit;
pub mod backup;
mod cause;
pub mod cli;
pub mod clients;
pub mod clock;
pub mod config;
pub mod data;
pub mod db;
pub mod deliveries;
pub mod doctor;
pub mod drafts;
pub mod email;
pub mod fault;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod input;
pub mod jobs;
pub mod keys;
pub mod live;
mod meters;
pub mod notifications;
pub mod permissions;
pub mod phone;
pub mod privacy;
pub mod records;
pub mod reports;
pub mod request_id;
pub mod schedule;
pub mod search;
pub mod sparing;
pub mod spreadsheet;
pub mod staff;
pub mod tickets;
pub mod traces;
pub mod web;
pub mod words;
