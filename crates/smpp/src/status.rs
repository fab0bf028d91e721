//! How the connection is, for health and metrics.

use std::time::Instant;

/// A snapshot; see [`Client::status`](crate::Client::status). It holds no number, text or password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The bind.
    pub link: Link,
    /// Why there was no bind most lately, in words. Stays when there is one again.
    pub last_error: Option<String>,
    /// The gateway said that it is too much, and the pace has not recovered yet. Looked at with each
    /// answer and each `enquire_link`.
    pub throttled: bool,
    /// Binds since the start. One that grows tells of a gateway that drops them.
    pub sessions: u64,
}

/// Whether there is a bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// No, and it is being tried.
    Connecting,
    /// Yes.
    Bound {
        /// When it was made.
        since: Instant,
    },
    /// No: the gateway refuses this login. It is tried again, seldom.
    LoginRefused {
        /// The `command_status`: 0x0D, 0x0E, 0x0F or 0x53.
        status: u32,
    },
    /// No, and it will not be tried.
    Stopped,
}
