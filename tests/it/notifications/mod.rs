//! Messages to clients, through the outbox, the worker and the hooks, against gateways that misbehave.

mod courtesy;
mod email;
pub mod fake_gateway;
mod fake_http;
mod faults;
mod http;
mod inbound;
mod kannel;
mod log;
mod outbox;
mod post;
mod recorder;
mod reports;
mod sending;
mod smpp;
mod twilio;
mod webhook;
mod whatsapp;
