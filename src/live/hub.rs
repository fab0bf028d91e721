//! The one of a node that listens to the database for all its seats: what has changed is gathered for a moment, read
//! once, and said to everybody. While no page is open it does not even listen.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};
use uuid::Uuid;

use super::{
    Live,
    editing::{self, Said},
    room::{Changed, Word},
};
use crate::{
    db::{Heard, Listener, Notice, Tx},
    fault::Fault,
    notifications,
    staff::{self, Role},
    tickets::{Desk, Ticket, by_keys, mark, notices},
    web::{NavGroup, News, Viewer},
};

/// Between two looks at what other processes do.
const OTHERS: Duration = Duration::from_secs(10);

/// How long notices are gathered before they are read.
const GATHER: Duration = Duration::from_millis(150);
/// More of them than these are not told one by one.
const MANY: usize = 200;
/// The pause after too many, when every page looks for itself.
const AFTER_MANY: Duration = Duration::from_secs(2);
/// Counts are told at most this often.
const COUNTS: Duration = Duration::from_secs(3);
/// The line of the side bar that counts whom to call.
const CALLS: &str = "/notifications/calls";
/// How long it goes on listening after the last page was closed: mostly, the next one is being opened.
const LINGER: Duration = Duration::from_secs(30);

impl Live {
    /// Tells open pages what has changed until `stopped` turns true. Then every stream ends.
    pub async fn run(self, mut stopped: watch::Receiver<bool>) {
        tokio::select! {
            () = self.serve() => {}
            _ = stopped.wait_for(|stop| *stop) => {}
        }
        self.room.close();
    }

    async fn serve(&self) {
        let mut seats = self.room.watch_seats();
        while seats.wait_for(|seats| *seats > 0).await.is_ok() {
            let mut hub = Hub::new(self);
            // Who came before it listened may have missed something.
            self.room.say(Word::Lost);
            if hub.serve(&mut seats).await.is_none() {
                return;
            }
        }
    }
}

#[expect(clippy::struct_excessive_bools, reason = "each is something to be said, and they are independent")]
struct Hub<'a> {
    live: &'a Live,
    listener: Listener,
    tickets: BTreeSet<Uuid>,
    messages: BTreeSet<Uuid>,
    editing: BTreeSet<Uuid>,
    lost: bool,
    /// Whether another process has committed something.
    elsewhere: bool,
    elsewhere_at: Instant,
    staff: bool,
    counts: bool,
    counts_at: Instant,
}

impl<'a> Hub<'a> {
    fn new(live: &'a Live) -> Self {
        Self {
            live,
            listener: live.tickets.db.listen(),
            tickets: BTreeSet::new(),
            messages: BTreeSet::new(),
            editing: BTreeSet::new(),
            lost: false,
            elsewhere: false,
            elsewhere_at: Instant::now(),
            staff: false,
            counts: false,
            counts_at: Instant::now(),
        }
    }

    /// Until nobody has been there for a while; `None` when the database is gone.
    async fn serve(&mut self, seats: &mut watch::Receiver<usize>) -> Option<()> {
        loop {
            let end = self.live.room.editing().next_end();
            tokio::select! {
                heard = self.listener.next() => {
                    self.hear(heard?).await;
                    sleep(GATHER).await;
                    while let Some(heard) = self.listener.waiting() {
                        self.hear(heard).await;
                    }
                    self.tell().await;
                }
                () = sleep_until(self.counts_at), if self.counts => self.tell_counts().await,
                () = sleep_until(self.elsewhere_at), if self.elsewhere => self.tell_elsewhere().await,
                () = sleep_until(end.unwrap_or(self.counts_at)), if end.is_some() => {
                    let done = self.live.room.editing().expire(Instant::now());
                    for ticket in done {
                        self.live.room.say(Word::Editing(ticket));
                    }
                }
                () = deserted(seats) => return Some(()),
            }
        }
    }

    async fn hear(&mut self, heard: Heard) {
        let Notice { channel, payload } = match heard {
            Heard::Notice(notice) => notice,
            // What was missed may be anything: somebody may be disabled, too.
            Heard::Lagged => return (self.lost, self.staff) = (true, true),
            Heard::Elsewhere => return self.elsewhere = true,
        };
        match &*channel {
            notices::TICKETS => match notices::read(&payload) {
                Some((ticket, _)) => drop(self.tickets.insert(ticket)),
                None => self.lost = true,
            },
            notices::VIEWS => self.counts = true,
            staff::CHANGED => self.staff = true,
            notifications::CHANGED => match Uuid::try_parse(&payload) {
                Ok(message) => drop(self.messages.insert(message)),
                Err(_) => self.lost = true,
            },
            editing::CHANNEL => {
                if let Some(said) = Said::read(&payload) {
                    self.edits(said).await;
                }
            }
            _ => {}
        }
    }

    async fn edits(&mut self, said: Said) {
        let unknown = self.live.room.editing().needs_name(said.user);
        if unknown {
            self.names().await;
        }
        if self.live.room.editing().take(said, Instant::now()) {
            self.editing.insert(said.ticket);
        }
    }

    /// Learns what those who may edit are called.
    async fn names(&self) {
        let vault = self.live.tickets.desk.vault.clone();
        match self.live.tickets.db.read(move |tx| staff::users_of(tx, &vault, Role::Admin)).await {
            Ok(admins) => self.live.room.editing().name(admins.into_iter().map(|user| (user.id, user.name.into()))),
            Err(fault) => tracing::warn!(%fault, "names cannot be read; nobody is said to be editing"),
        }
    }

    /// Says what was heard.
    async fn tell(&mut self) {
        let room = &self.live.room;
        if std::mem::take(&mut self.staff) {
            room.say(Word::Staff);
            self.names().await;
        }
        for ticket in std::mem::take(&mut self.editing) {
            room.say(Word::Editing(ticket));
        }
        let (tickets, messages) = (std::mem::take(&mut self.tickets), std::mem::take(&mut self.messages));
        let any = !(tickets.is_empty() && messages.is_empty());
        // An SMS that fails makes one more client to call.
        self.counts |= self.lost || any;
        if tickets.len() + messages.len() > MANY {
            self.lost = true;
        }
        if any && !self.lost {
            let desk = self.live.tickets.desk.clone();
            match self.live.tickets.db.read(move |tx| read(tx, &desk, tickets, &messages)).await {
                Ok(changed) => room.say(Word::Changed(changed)),
                Err(fault) => {
                    tracing::warn!(%fault, "what has changed cannot be read; open pages are told later");
                    self.lost = true;
                }
            }
        }
        if std::mem::take(&mut self.lost) {
            room.say(Word::Lost);
            sleep(AFTER_MANY).await;
        }
    }

    /// Has all pages look for what another process has done, which may be anything. Such a process may go on and on, as an
    /// import does, and each look costs every page a read, so they look seldom and what happens here is told meanwhile.
    async fn tell_elsewhere(&mut self) {
        (self.elsewhere, self.elsewhere_at) = (false, Instant::now() + OTHERS);
        (self.staff, self.counts) = (true, true);
        self.tell().await;
        self.live.room.say(Word::Lost);
    }

    async fn tell_counts(&mut self) {
        (self.counts, self.counts_at) = (false, Instant::now() + COUNTS);
        let (viewers, chrome) = (self.live.room.viewers(), self.live.tickets.chrome.clone());
        let read = move |tx: &mut Tx<'_>| {
            let news = (chrome.news)(tx)?;
            let each = |viewer: Viewer| Ok((viewer.id, counts(&(chrome.views)(tx, &viewer)?, &news)));
            viewers.into_iter().map(each).collect::<Result<HashMap<_, _>, Fault>>()
        };
        match self.live.tickets.db.read(read).await {
            Ok(counts) => self.live.room.say(Word::Counts(counts)),
            Err(fault) => tracing::warn!(%fault, "the side bar cannot be counted; open pages keep what they have"),
        }
    }
}

/// Waits until there has been no page for a while.
async fn deserted(seats: &mut watch::Receiver<usize>) {
    loop {
        if seats.wait_for(|seats| *seats == 0).await.is_err() {
            return;
        }
        if tokio::time::timeout(LINGER, seats.wait_for(|seats| *seats > 0)).await.is_err() {
            return;
        }
    }
}

fn read(
    tx: &mut Tx<'_>,
    desk: &Desk,
    mut ids: BTreeSet<Uuid>,
    messages: &BTreeSet<Uuid>,
) -> Result<Vec<Changed>, Fault> {
    for message in messages {
        ids.extend(desk.outbox.ticket_of(tx, *message)?);
    }
    let keys: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    let tickets = by_keys(tx, &desk.vault, &keys)?;
    let marked = |ticket: Ticket| {
        let mark = mark(&ticket, desk.outbox.changes_of(tx, ticket.id)?);
        Ok(Changed { ticket, mark, rows: std::sync::Mutex::default() })
    };
    tickets.into_iter().map(marked).collect()
}

/// The side bar's counts by address. A view without one is left out, as it has not been counted; that nobody is to be
/// called is said by an empty one.
pub fn counts(groups: &[NavGroup], news: &News) -> Arc<str> {
    let items = groups.iter().flat_map(|group| &group.items).filter(|item| !item.count.is_empty());
    let calls = (CALLS.to_owned(), serde_json::Value::from(news.to_call.as_str()));
    let counts: serde_json::Map<_, _> =
        items.map(|item| (item.href.clone(), item.count.clone().into())).chain([calls]).collect();
    serde_json::Value::Object(counts).to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{web::NavItem, words::Text};

    #[test]
    fn what_is_not_counted_is_left_as_it_is_and_nobody_to_call_is_said() {
        let item = |href: &str, count: &str| NavItem {
            label: Text::verbatim(href),
            href: href.to_owned(),
            place: String::new(),
            icon: "list",
            count: count.to_owned(),
            alert: false,
        };
        let items = vec![item("/tickets", "12"), item("/tickets?q=a", "")];
        let groups = [NavGroup { label: Text::verbatim("Views"), saved: false, items }];
        let said = |to_call: &str| counts(&groups, &News { warning: None, to_call: to_call.to_owned() });
        assert_eq!(&*said(""), r#"{"/notifications/calls":"","/tickets":"12"}"#);
        assert_eq!(&*said("3"), r#"{"/notifications/calls":"3","/tickets":"12"}"#);
    }
}
