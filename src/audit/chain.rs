//! The chain that holds the history together, and what is wrong with it.
//!
//! Each row carries an HMAC of itself and of the one before, under a key of its own. Whoever can write to the database and does
//! not have the keys cannot change, add, reorder or take out a row unseen. What it cannot see by itself is that the *last* rows
//! are gone: for that, keep the head that `redress audit verify` prints somewhere else, and give it the next time.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vault::{Purpose, Vault};

use super::store;
use crate::{
    db::{Db, Tx},
    fault::Fault,
};

const CHAIN: Purpose = Purpose::new("audit.chain");
const REDACTED: Purpose = Purpose::new("audit.redacted");
/// Rows that one read gives.
const PAGE: u32 = 500;
/// Faults that are told one by one.
const TOLD: usize = 100;

/// What a link is made of.
pub(super) struct Row<'a> {
    pub(super) id: Uuid,
    pub(super) at: i64,
    pub(super) actor: Option<Uuid>,
    pub(super) kind: i64,
    pub(super) detail: &'a str,
}

/// The link of a row to the one before, whose own link is empty where there is none.
pub(super) fn link(vault: &Vault, before: &[u8], row: &Row<'_>) -> [u8; 32] {
    let actor = row.actor.map(|actor| actor.as_bytes().to_vec()).unwrap_or_default();
    let (at, kind) = (row.at.to_be_bytes(), row.kind.to_be_bytes());
    vault.mac(CHAIN, &[before, row.id.as_bytes(), &at, &actor, &kind, row.detail.as_bytes()])
}

/// What vouches for a row whose text was taken out: that whoever did it had the keys, and that all else of it and its place
/// are what they were. Its own link stays, so that the row after it is bound to it as before.
pub(super) fn redaction(vault: &Vault, before: &[u8], kept: &[u8], row: &Row<'_>) -> [u8; 32] {
    let actor = row.actor.map(|actor| actor.as_bytes().to_vec()).unwrap_or_default();
    let (at, kind) = (row.at.to_be_bytes(), row.kind.to_be_bytes());
    vault.mac(REDACTED, &[before, kept, row.id.as_bytes(), &at, &actor, &kind])
}

/// Where the chain begins once its oldest rows have gone by age. It is kept sealed, so that nobody without the keys can make
/// one for rows that they took out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Anchor {
    /// The link of the last row that has gone; empty where it had none.
    pub(super) link: Vec<u8>,
    /// How many have gone.
    pub(super) rows: u64,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Its text does not open, or its id or its actor is none: changed, or of other keys.
    Unreadable,
    /// It was changed, or rows before it were changed, added or taken out.
    Link,
    /// It has no link: it was taken off, or the row was put in, or written by a server of an older version.
    Loose,
}

/// What came of holding the history against its chain.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Rows that hold together.
    pub linked: u64,
    /// Of the rows that hold together: those whose text was taken out since it named somebody who was erased.
    pub redacted: u64,
    /// Rows that have gone by age; what is left is bound to the last of them.
    pub purged: u64,
    /// The places of rows where something is wrong, the first hundred.
    pub broken: Vec<(i64, Break)>,
    /// The last link, to be kept elsewhere.
    pub head: Option<String>,
    /// Whether the head that was given is in the chain.
    pub held: bool,
}

/// Holds the whole history against its chain. `held` is a head of before, which has to be in it.
///
/// # Errors
/// Only the database's.
pub async fn verify(db: &Db, vault: &Vault, held: Option<&str>) -> Result<Verdict, Fault> {
    let mut verdict = Verdict { held: held.is_none(), ..Verdict::default() };
    let keys = vault.clone();
    let anchor = db.read(move |tx: &mut Tx<'_>| store::anchor(tx, &keys)).await?.unwrap_or_default();
    verdict.purged = anchor.rows;
    verdict.held |= !anchor.link.is_empty() && held == Some(HEXLOWER.encode(&anchor.link).as_str());
    let (mut seq, mut before) = (i64::MIN, anchor.link);
    loop {
        let (keys, from) = (vault.clone(), seq);
        let rows = db.read(move |tx: &mut Tx<'_>| store::after(tx, &keys, from, PAGE)).await?;
        let Some(last) = rows.last() else { return Ok(verdict) };
        seq = last.seq;
        for row in rows {
            verdict.look(vault, &before, &row);
            let shown = row.link.as_deref().map(|link| HEXLOWER.encode(link));
            verdict.held |= shown.is_some() && shown.as_deref() == held;
            verdict.head = shown.or(verdict.head);
            // From what is there on: one fault is told once, not for each row after it.
            before = row.link.unwrap_or_default();
        }
    }
}

/// What is wrong with a row, by the link of the one before it.
pub(super) fn fault(vault: &Vault, before: &[u8], row: &store::Kept) -> Option<Break> {
    match (&row.link, &row.detail) {
        // From the first row on: else whoever takes off all links has taken off the chain.
        (None, _) => Some(Break::Loose),
        (Some(_), None) => Some(Break::Unreadable),
        (Some(kept), Some(detail)) => {
            let made = Row { id: row.id, at: row.at, actor: row.actor, kind: row.kind, detail };
            let same = match &row.redacted {
                Some(proof) => detail.is_empty() && redaction(vault, before, kept, &made)[..] == proof[..],
                None => link(vault, before, &made)[..] == kept[..],
            };
            (!same).then_some(Break::Link)
        }
    }
}

impl Verdict {
    fn look(&mut self, vault: &Vault, before: &[u8], row: &store::Kept) {
        match fault(vault, before, row) {
            None => {
                self.linked += 1;
                self.redacted += u64::from(row.redacted.is_some());
            }
            Some(fault) if self.broken.len() < TOLD => self.broken.push((row.seq, fault)),
            Some(_) => {}
        }
    }
}
