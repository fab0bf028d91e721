//! All tests through the real server, in one binary.

#![expect(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

mod access;
mod architecture;
mod asvs;
mod at_rest;
mod audit;
mod auditor;
mod browser;
mod clients;
mod deliveries;
mod drafts;
mod edge;
mod export;
mod jobs;
mod keys;
mod live;
mod notifications;
mod openapi;
mod partitions;
mod photos;
mod pooler;
mod privacy;
mod process;
mod reports;
mod request_ids;
mod sso;
mod staff;
mod supply;
mod support;
mod tickets;
mod tickets_pages;
mod tickets_rules;
mod vendored;
mod views;
mod web;
mod words;
