//! Who is editing which ticket. It is said again and again while it lasts, and forgotten when it no longer is: a
//! browser that dies leaves no lock behind.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::time::Instant;
use uuid::Uuid;

use crate::db::Db;

/// The notices' channel.
pub const CHANNEL: &str = "editing";

/// How long it lasts after it was said. Pages say it every 20 s, and browsers let a hidden page do so once a minute.
const LASTS: Duration = Duration::from_secs(90);

/// Editors that are kept at most, which nobody reaches by honest work.
const MOST: usize = 1_000;

/// That somebody edits a ticket in one of their tabs, or no longer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub ticket: Uuid,
    pub user: Uuid,
    /// A number that the tab has drawn.
    pub tab: u32,
    pub on: bool,
}

impl Said {
    /// Tells every node.
    pub fn tell(self, db: &Db) {
        let Self { ticket, user, tab, on } = self;
        db.tell(CHANNEL, &format!("{} {} {tab} {}", ticket.simple(), user.simple(), u8::from(on)));
    }

    /// Reads a notice.
    pub fn read(payload: &str) -> Option<Self> {
        let mut words = payload.split(' ');
        let mut id = || Uuid::try_parse(words.next()?).ok();
        let (ticket, user) = (id()?, id()?);
        Some(Self { ticket, user, tab: words.next()?.parse().ok()?, on: words.next()? == "1" })
    }
}

#[derive(Debug)]
struct Editor {
    user: Uuid,
    tab: u32,
    until: Instant,
}

/// The editors of this moment.
#[derive(Debug, Default)]
pub struct Editing {
    tickets: HashMap<Uuid, Vec<Editor>>,
    /// Of users who have edited anything here, since the notices carry none.
    names: HashMap<Uuid, Arc<str>>,
}

impl Editing {
    /// Takes it in. Gives whether other people are editing the ticket than before.
    pub fn take(&mut self, said: Said, now: Instant) -> bool {
        let before = self.users(said.ticket);
        let full = self.tickets.values().map(Vec::len).sum::<usize>() >= MOST;
        let editors = self.tickets.entry(said.ticket).or_default();
        let had = editors.len();
        editors.retain(|editor| (editor.user, editor.tab) != (said.user, said.tab));
        if said.on && (editors.len() < had || !full) {
            editors.push(Editor { user: said.user, tab: said.tab, until: now + LASTS });
        }
        if editors.is_empty() {
            self.tickets.remove(&said.ticket);
        }
        before != self.users(said.ticket)
    }

    /// Forgets what has not been said again, and gives the tickets that other people are editing now.
    pub fn expire(&mut self, now: Instant) -> Vec<Uuid> {
        let mut changed = Vec::new();
        for (ticket, editors) in &mut self.tickets {
            let before = editors.len();
            editors.retain(|editor| editor.until > now);
            if editors.len() < before {
                changed.push(*ticket);
            }
        }
        self.tickets.retain(|_, editors| !editors.is_empty());
        changed
    }

    /// When there is something to expire.
    pub fn next_end(&self) -> Option<Instant> {
        self.tickets.values().flatten().map(|editor| editor.until).min()
    }

    /// Whether a user's name is not known yet.
    pub fn needs_name(&self, user: Uuid) -> bool {
        !self.names.contains_key(&user)
    }

    /// Keeps the names of users.
    pub fn name(&mut self, names: impl IntoIterator<Item = (Uuid, Arc<str>)>) {
        self.names.extend(names);
    }

    /// The names of those who edit a ticket, but for one user.
    pub fn others(&self, ticket: Uuid, than: Uuid) -> Vec<Arc<str>> {
        let users = self.users(ticket).into_iter().filter(|user| *user != than);
        users.filter_map(|user| self.names.get(&user).cloned()).collect()
    }

    /// Those who edit a ticket, each once, in one order.
    fn users(&self, ticket: Uuid) -> Vec<Uuid> {
        let mut users: Vec<Uuid> = self.tickets.get(&ticket).into_iter().flatten().map(|editor| editor.user).collect();
        users.sort_unstable();
        users.dedup();
        users
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> Uuid {
        Uuid::from_bytes([byte; 16])
    }

    fn said(user: u8, tab: u32, on: bool) -> Said {
        Said { ticket: id(9), user: id(user), tab, on }
    }

    fn named() -> Editing {
        let mut editing = Editing::default();
        editing.name([(id(1), "Asha".into()), (id(2), "Dev".into())]);
        editing
    }

    #[test]
    fn a_notice_carries_all_of_it() {
        let db_text = format!("{} {} 4294967295 1", id(9).simple(), id(1).simple());
        assert_eq!(Said::read(&db_text), Some(said(1, u32::MAX, true)));
        for bad in ["", "x", &format!("{} {} x 1", id(9), id(1)), &format!("{} {} 1", id(9), id(1))] {
            assert_eq!(Said::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn somebody_edits_until_their_last_tab_is_done() {
        let (mut editing, now) = (named(), Instant::now());
        assert!(editing.take(said(1, 1, true), now));
        assert!(!editing.take(said(1, 1, true), now), "said again is no news");
        assert!(!editing.take(said(1, 2, true), now), "nor is a second tab");
        assert_eq!(editing.others(id(9), id(2)), ["Asha".into()]);
        assert!(editing.others(id(9), id(1)).is_empty(), "nobody is told of themselves");
        assert!(!editing.take(said(1, 1, false), now));
        assert!(editing.take(said(1, 2, false), now));
        assert!(editing.others(id(9), id(2)).is_empty() && editing.tickets.is_empty());
        assert!(!editing.take(said(1, 2, false), now), "done twice is done once");
    }

    #[test]
    fn what_is_not_said_again_is_forgotten() {
        let (mut editing, now) = (named(), Instant::now());
        editing.take(said(1, 1, true), now);
        editing.take(said(2, 1, true), now + Duration::from_mins(1));
        assert_eq!(editing.next_end(), Some(now + LASTS));
        assert!(editing.expire(now + Duration::from_secs(89)).is_empty());
        assert_eq!(editing.expire(now + LASTS), [id(9)]);
        assert_eq!(editing.others(id(9), id(1)), ["Dev".into()]);
        assert_eq!(editing.expire(now + 2 * LASTS), [id(9)]);
        assert_eq!((editing.next_end(), editing.tickets.len()), (None, 0));
    }

    #[test]
    fn there_is_an_end_to_it() {
        let (mut editing, now) = (named(), Instant::now());
        for tab in 0..1_200 {
            editing.take(said(1, tab, true), now);
        }
        assert_eq!(editing.tickets[&id(9)].len(), MOST);
        assert!(!editing.take(said(1, 1, true), now));
        assert_eq!(editing.tickets[&id(9)].len(), MOST, "who is there stays there");
    }
}
