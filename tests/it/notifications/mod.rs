//! Messages to clients, through the outbox, the worker and the hooks, against gateways that misbehave.

mod email;
pub mod fake_gateway;
mod inbound;
mod kannel;
mod log;
mod outbox;
mod post;
mod recorder;
mod reports;
mod sending;
mod webhook;
mod whatsapp;
