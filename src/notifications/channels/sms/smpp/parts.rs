//! Puts the parts of long messages from clients together, without acknowledging one before the whole is kept.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use smpp::{Inbound, Part};
use tokio::sync::watch;

/// How long the first parts wait for the rest. Some gateways deliver the next part only after the answer to the one
/// before; theirs are then taken one by one.
const WAIT: Duration = Duration::from_secs(4);
/// Long messages that may be incomplete at the same time.
const MOST: usize = 64;

/// Sender and receiver, reference and number of parts.
type Key = (String, u16, u8);

/// The messages of which parts are missing. Clones share them.
#[derive(Clone)]
pub struct Parts {
    open: Arc<Mutex<HashMap<Key, Incomplete>>>,
    wait: Duration,
}

impl Default for Parts {
    fn default() -> Self {
        Self { open: Arc::default(), wait: WAIT }
    }
}

struct Incomplete {
    texts: BTreeMap<u8, String>,
    kept: watch::Sender<Option<bool>>,
}

/// What whoever brings a part has to do.
pub enum Turn {
    /// Hand this text in, and then say whether it was kept.
    HandIn(String, watch::Sender<Option<bool>>),
    /// Nothing: somebody else has handed it in, and it was kept, or not.
    Done(bool),
}

impl Parts {
    /// Adds a part, and waits until the message is whole, or no longer waits for it to be.
    pub async fn add(&self, inbound: &Inbound, part: Part) -> Turn {
        let key = (format!("{} {}", inbound.from, inbound.to), part.reference, part.total);
        let mut kept = {
            let mut open = self.open();
            if open.len() >= MOST && !open.contains_key(&key) {
                return Turn::Done(false);
            }
            let fresh = || Incomplete { texts: BTreeMap::new(), kept: watch::Sender::new(None) };
            let entry = open.entry(key.clone()).or_insert_with(fresh);
            entry.texts.insert(part.number, inbound.text.clone());
            if entry.texts.len() == usize::from(part.total) {
                return open.remove(&key).map_or(Turn::Done(false), Incomplete::hand_in);
            }
            entry.kept.subscribe()
        };
        let waited = tokio::time::timeout(self.wait, wait(&mut kept)).await;
        if let Ok(kept) = waited {
            return Turn::Done(kept);
        }
        let rest = self.open().remove(&key);
        match rest {
            Some(rest) => rest.hand_in(),
            // Whoever had another part of it hands it in just now.
            None => Turn::Done(wait(&mut kept).await),
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Key, Incomplete>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Incomplete {
    fn hand_in(self) -> Turn {
        Turn::HandIn(self.texts.into_values().collect(), self.kept)
    }
}

async fn wait(kept: &mut watch::Receiver<Option<bool>>) -> bool {
    kept.wait_for(Option::is_some).await.is_ok_and(|kept| *kept == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbound(text: &str) -> Inbound {
        let (from, to) = ("447700900142".to_owned(), "56161".to_owned());
        Inbound { id: String::new(), from, to, text: text.to_owned(), data_coding: 0, part: None }
    }

    const fn part(number: u8) -> Part {
        Part { reference: 7, total: 2, number }
    }

    #[tokio::test]
    async fn the_last_part_hands_the_whole_in_and_all_hear_what_became_of_it() {
        for kept in [true, false] {
            let parts = Parts::default();
            let first = parts.clone();
            // The second comes first.
            let first = tokio::spawn(async move { first.add(&inbound("wrong"), part(2)).await });
            while parts.open().is_empty() {
                tokio::task::yield_now().await;
            }
            let Turn::HandIn(text, done) = parts.add(&inbound("Still "), part(1)).await else { panic!() };
            assert_eq!(text, "Still wrong");
            done.send_replace(Some(kept));
            let Turn::Done(heard) = first.await.unwrap() else { panic!() };
            assert_eq!((heard, parts.open().len()), (kept, 0));
        }
    }

    #[tokio::test]
    async fn what_stays_incomplete_is_handed_in_as_far_as_it_came() {
        let parts = Parts { wait: Duration::from_millis(1), ..Parts::default() };
        let Turn::HandIn(text, _) = parts.add(&inbound("Still "), part(1)).await else { panic!() };
        assert_eq!((text.as_str(), parts.open().len()), ("Still ", 0));
    }

    #[tokio::test]
    async fn no_more_are_held_than_there_is_room_for() {
        let parts = Parts::default();
        let held: Vec<_> = (0..u16::try_from(MOST).unwrap())
            .map(|reference| {
                let parts = parts.clone();
                tokio::spawn(async move { parts.add(&inbound("x"), Part { reference, total: 2, number: 1 }).await })
            })
            .collect();
        while parts.open().len() < MOST {
            tokio::task::yield_now().await;
        }
        assert!(matches!(
            parts.add(&inbound("x"), Part { reference: 999, total: 2, number: 1 }).await,
            Turn::Done(false)
        ));
        held.iter().for_each(tokio::task::JoinHandle::abort);
    }
}
