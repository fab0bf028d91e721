//! The client against gateways: scripted ones of raw sockets, for what a proper stack would not do, and
//! one on a stack of other people's.

#![expect(clippy::unwrap_used, reason = "a test ends at what it does not expect")]

mod faults;
mod long;
mod peer;
mod smsc;
mod tls;
mod traffic;
