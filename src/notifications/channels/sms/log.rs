//! No gateway: messages stay here, and the log says so, without a word of theirs.

use std::sync::Arc;

use super::super::{Gateway, Met, Outcome, Outgoing, Probing, Sending};
use super::Kind;
use crate::notifications::reason::LOG_ONLY;

pub(super) const KIND: Kind = Kind { name: "log", keys: &[], build: |_| Some(Arc::new(Log)), hook: None, calls: false };

#[derive(Debug)]
struct Log;

impl Gateway for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    fn hindrance(&self) -> Option<&'static str> {
        Some(LOG_ONLY)
    }

    fn send<'a>(&'a self, _: &'a Outgoing<'a>) -> Sending<'a> {
        Box::pin(std::future::ready(Outcome::NotSent { reason: LOG_ONLY.to_owned() }))
    }

    fn probe(&self) -> Probing<'_> {
        Box::pin(std::future::ready(Ok(Met::Nobody)))
    }
}
