//! One open page: what it shows, and what of the hub's words it is told.

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError},
};

use uuid::Uuid;

use super::{
    Live, hub,
    room::{Changed, Word},
    streams,
};
use crate::{
    db::Tx,
    fault::Fault,
    tickets::{Desk, Ticket, Watch, by_key, by_keys, mark, pages},
    web::{Frame, Query, Viewer},
    words::Text,
};

/// Rows of a page at most.
const ROWS: usize = 100;

/// What a page shows.
#[derive(Debug)]
pub enum Shows {
    /// Nothing that changes but the side bar.
    Frame,
    /// A list.
    List(Box<List>),
    /// A ticket, by its own page or a form of it.
    Ticket { id: Uuid, mark: String },
}

/// A list as the page shows it.
#[derive(Debug)]
pub struct List {
    watch: Arc<Watch>,
    href: String,
    /// The tickets in its rows with the version that they show, by id.
    rows: Vec<(Uuid, i64)>,
    /// When it was made, in milliseconds.
    since: i64,
    /// How late the clocks of others may be.
    slack: i64,
    /// Tickets logged since then that belong to it.
    new: HashSet<Uuid>,
    /// Tickets that have come to it by a change.
    moved: HashSet<Uuid>,
}

/// A page and its reader.
#[derive(Debug)]
pub struct Seat {
    pub live: Live,
    pub viewer: Viewer,
    /// For words and icons only.
    pub frame: Frame,
    pub shows: Shows,
    /// The counts that it was told last.
    counts: Option<Arc<str>>,
    /// Whether it was told that somebody else is editing.
    edited: bool,
}

impl Seat {
    /// The page that a request describes, with what it has missed so far. `again` is whether it has been here before,
    /// and has missed counts as well.
    ///
    /// # Errors
    /// [`Fault::Invalid`], [`Fault::NotFound`], and the database's.
    pub async fn take(
        live: Live,
        viewer: Viewer,
        mut frame: Frame,
        query: Query,
        again: bool,
    ) -> Result<(Self, String), Fault> {
        // What is put on the page anew offers no more than the page did.
        frame.viewer = Some(viewer.clone());
        let (db, desk) = (live.tickets.db.clone(), live.tickets.desk.clone());
        let shows = db.read(move |tx| Shows::of(tx, &desk, &query)).await?;
        let mut seat = Self { live, viewer, frame, shows, counts: None, edited: false };
        let mut html = seat.look().await?;
        if again {
            html.push_str(&seat.count().await?);
        }
        Ok((seat, html))
    }

    /// What a word of the hub means for this page, as Turbo Streams; empty when it means nothing.
    ///
    /// # Errors
    /// The database's, and a fault of ours.
    pub async fn hear(&mut self, word: &Word) -> Result<String, Fault> {
        match word {
            Word::Changed(changed) => self.changed(changed).await,
            Word::Lost => self.look().await,
            Word::Counts(counts) => match counts.get(&self.viewer.id) {
                Some(counts) if self.counts.as_ref() != Some(counts) => {
                    self.counts = Some(Arc::clone(counts));
                    streams::counts(counts)
                }
                _ => Ok(String::new()),
            },
            Word::Editing(ticket) => self.editors(Some(*ticket)),
            Word::Staff => Ok(String::new()),
        }
    }

    async fn changed(&mut self, changed: &[Changed]) -> Result<String, Fault> {
        let mut html = String::new();
        match &mut self.shows {
            Shows::Frame => {}
            Shows::Ticket { id, .. } => {
                changed
                    .iter()
                    .filter(|one| one.ticket.id == *id)
                    .for_each(|one| html.push_str(&streams::renew(&one.mark)));
            }
            Shows::List(list) => {
                let (mut fresh, mut logged) = (false, false);
                for one in changed {
                    if list.replaces(&one.ticket) {
                        html.push_str(&row_of(&self.live, &self.frame, one)?);
                    }
                    fresh |= list.arrives(&one.ticket);
                    logged |= one.ticket.version == 1;
                }
                if logged && list.watch.searches() {
                    fresh |= self.search().await?;
                }
                if fresh {
                    html.push_str(&self.fresh()?);
                }
            }
        }
        Ok(html)
    }

    /// Holds the page against the database.
    pub async fn look(&mut self) -> Result<String, Fault> {
        let (db, desk) = (self.live.tickets.db.clone(), self.live.tickets.desk.clone());
        let (began, mut html) = (desk.clock.now(), String::new());
        match &mut self.shows {
            Shows::Frame => return Ok(html),
            Shows::Ticket { id, mark: seen } => {
                let id = *id;
                let now = db.read(move |tx| mark_of(tx, &desk, id)).await?;
                if *seen != now {
                    html.push_str(&streams::renew(&now));
                }
                html.push_str(&self.editors(None)?);
            }
            Shows::List(list) => {
                let ids: Vec<String> = list.rows.iter().map(|(id, _)| id.to_string()).collect();
                let mut shown = Vec::new();
                for ticket in db.read(move |tx| by_keys(tx, &desk.vault, &ids)).await? {
                    if list.replaces(&ticket) {
                        let row = pages::row(&self.frame, &self.live.tickets.desk, &ticket)?;
                        html.push_str(&streams::row(ticket.id, &row));
                        shown.push(ticket.reference.to_string());
                    }
                }
                // The page says itself which rows it has, so it may be any ticket that is asked for here.
                if !shown.is_empty() {
                    let mut rows = form_urlencoded::Serializer::new(String::new());
                    let rows = rows.append_pair("rows", &shown.join(", ")).finish();
                    self.live.tickets.staff.saw(self.viewer.id, "/live", &rows, began);
                }
                if self.search().await? {
                    self.note_search();
                    html.push_str(&self.fresh()?);
                }
            }
        }
        Ok(html)
    }

    /// Puts on record that a search has found something: since when it looks, the page says itself.
    fn note_search(&self) {
        let Shows::List(list) = &self.shows else { return };
        if list.watch.searches() {
            let now = self.live.tickets.desk.clock.now();
            self.live.tickets.staff.saw(self.viewer.id, "/live", &list.watch.query(), now);
        }
    }

    /// Asks the database for the tickets that have come to the list. Gives whether there are others than before.
    async fn search(&mut self) -> Result<bool, Fault> {
        let Shows::List(list) = &mut self.shows else { return Ok(false) };
        let (db, desk) = (&self.live.tickets.db, self.live.tickets.desk.clone());
        let (watch, since) = (Arc::clone(&list.watch), list.since);
        let since = since.saturating_sub(list.slack);
        let new = db.read(move |tx| watch.since(tx, &desk, since)).await?;
        let (before, shown) = (list.new.len(), &list.rows);
        list.new.extend(new.into_iter().filter(|id| shown.iter().all(|(row, _)| row != id)));
        Ok(list.new.len() > before)
    }

    fn fresh(&self) -> Result<String, Fault> {
        let Shows::List(list) = &self.shows else { return Ok(String::new()) };
        let (new, moved) = (list.new.len(), list.moved.len());
        let key = if moved == 0 { "live-new" } else { "live-new-or-changed" };
        let count = i64::try_from(new + moved).unwrap_or(i64::MAX);
        let words = (count > 0).then(|| self.frame.say(&Text::new(key).arg("count", count)));
        streams::fresh(&list.href, words)
    }

    /// Who else is editing the page's ticket, if it is this one.
    fn editors(&mut self, ticket: Option<Uuid>) -> Result<String, Fault> {
        let Shows::Ticket { id, .. } = &self.shows else { return Ok(String::new()) };
        if ticket.is_some_and(|ticket| ticket != *id) {
            return Ok(String::new());
        }
        let count = |number| i64::try_from(number).unwrap_or(i64::MAX);
        // Isolated (UAX 9): a name of another direction leaves the sentence as it is.
        let isolated = |name: &str| format!("\u{2068}{name}\u{2069}");
        let names = self.live.room.editing().others(*id, self.viewer.id);
        let names: Vec<_> = names.iter().map(|name| isolated(name)).collect();
        let text = match names.as_slice() {
            [] if !self.edited => return Ok(String::new()),
            [] => None,
            [one] => Some(Text::new("frame-editing").arg("who", one)),
            [one, two] => Some(Text::new("live-editing-two").arg("name", one).arg("other", two)),
            [one, rest @ ..] => Some(Text::new("live-editing-many").arg("name", one).arg("count", count(rest.len()))),
        };
        self.edited = text.is_some();
        let words = text.map(|text| self.frame.say(&text));
        streams::editing(&self.frame, words)
    }

    async fn count(&mut self) -> Result<String, Fault> {
        let (db, chrome, viewer) = (&self.live.tickets.db, self.live.tickets.chrome.clone(), self.viewer.clone());
        let read =
            move |tx: &mut Tx<'_>| Ok::<_, Fault>(hub::counts(&(chrome.views)(tx, &viewer)?, &(chrome.news)(tx)?));
        let counts = db.read(read).await?;
        let html = streams::counts(&counts);
        self.counts = Some(counts);
        html
    }
}

impl Shows {
    fn of(tx: &mut Tx<'_>, desk: &Desk, query: &Query) -> Result<Self, Fault> {
        match query.get("see") {
            Some("list") => List::of(tx, desk, query).map(|list| Self::List(Box::new(list))),
            Some("ticket") => {
                let ticket = by_key(tx, &desk.vault, query.get("ticket").unwrap_or(""))?;
                Ok(Self::Ticket { id: ticket.id, mark: query.get("mark").unwrap_or("").to_owned() })
            }
            _ => Ok(Self::Frame),
        }
    }
}

impl List {
    /// `query` is the list's own, `rows` the tickets in its rows, each with the version shown: `<id>:3,…`.
    fn of(tx: &mut Tx<'_>, desk: &Desk, query: &Query) -> Result<Self, Fault> {
        let pairs: Vec<_> = form_urlencoded::parse(query.get("query").unwrap_or("").as_bytes()).into_owned().collect();
        let watch = Watch::open(tx, desk, &pairs)?;
        let mut rows = Vec::new();
        for row in query.get("rows").unwrap_or("").split(',').take(ROWS) {
            let (id, version) = row.split_once(':').unwrap_or((row, ""));
            if let (Ok(id), Ok(version)) = (Uuid::try_parse(id), version.parse()) {
                rows.push((id, version));
            }
        }
        let (query_text, now) = (watch.query(), desk.clock.now());
        let since = query.get("since").and_then(|since| since.parse().ok()).unwrap_or(now);
        let mark = if query_text.is_empty() { "" } else { "?" };
        Ok(Self {
            href: format!("/tickets{mark}{query_text}"),
            watch: Arc::new(watch),
            rows,
            since,
            slack: tx.dialect().clock_slack(),
            new: HashSet::new(),
            moved: HashSet::new(),
        })
    }

    /// Whether a row shows an older version of the ticket, which it no longer does then.
    fn replaces(&mut self, ticket: &Ticket) -> bool {
        let row = self.rows.iter_mut().find(|(id, shown)| *id == ticket.id && *shown < ticket.version);
        row.map(|(_, shown)| *shown = ticket.version).is_some()
    }

    /// Notes a ticket that comes to the list, or that has come and goes again. Gives whether there are others than
    /// before.
    fn arrives(&mut self, ticket: &Ticket) -> bool {
        if self.rows.iter().any(|(id, _)| *id == ticket.id) || self.watch.searches() {
            return false;
        }
        if !self.watch.takes(ticket) {
            return self.new.remove(&ticket.id) | self.moved.remove(&ticket.id);
        }
        if self.new.contains(&ticket.id) || self.new.len() + self.moved.len() >= ROWS {
            return false;
        }
        // Just logged, by a clock that may be late.
        let just = ticket.version == 1 && ticket.created_at > self.since.saturating_sub(self.slack);
        if just || ticket.created_at > self.since {
            return self.new.insert(ticket.id);
        }
        self.watch.is_queue() && self.moved.insert(ticket.id)
    }
}

/// The row of a changed ticket, which is rendered once for each language.
fn row_of(live: &Live, frame: &Frame, one: &Changed) -> Result<String, Fault> {
    let language = frame.visit.language;
    let mut rows = one.rows.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(row) = rows.get(&language) {
        return Ok(streams::row(one.ticket.id, row));
    }
    let row: Arc<str> = pages::row(frame, &live.tickets.desk, &one.ticket)?.into();
    let html = streams::row(one.ticket.id, &row);
    rows.insert(language, row);
    Ok(html)
}

fn mark_of(tx: &mut Tx<'_>, desk: &Desk, id: Uuid) -> Result<String, Fault> {
    let ticket = by_key(tx, &desk.vault, &id.to_string())?;
    Ok(mark(&ticket, desk.outbox.changes_of(tx, id)?))
}
