#![doc = include_str!("../README.md")]

mod alphabet;
mod client;
mod config;
mod connect;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod handling;
mod inbound;
mod message;
mod outgoing;
mod pdu;
mod rate;
mod receipt;
mod session;
mod split;
mod status;
mod supervisor;

pub use client::{Client, TryAgain};
pub use config::{Config, ConfigError, Long, Timing, Tls};
pub use connect::reach;
pub use inbound::{Delivery, Inbound, Part, Receipt};
pub use message::{Doubt, Message, Submitted, Text};
pub use receipt::Verdict;
pub use status::{Link, Status};
