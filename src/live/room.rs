//! What the hub and the seats share.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use super::editing::Editing;
use crate::{tickets::Ticket, web::Viewer, words::Language};

/// Words that may wait for a seat; one that is slower looks at everything.
const WAITING: usize = 32;
/// Open pages of this node. Half of the connections that it takes stay free for requests.
const MOST: usize = 5_000;
/// Open pages of one user.
const PER_USER: usize = 100;

/// What the hub says to every seat.
#[derive(Debug)]
pub enum Word {
    /// These have changed.
    Changed(Vec<Changed>),
    /// Anything may have changed.
    Lost,
    /// The counts of the side bar, by viewer, as JSON from address to count.
    Counts(HashMap<Uuid, Arc<str>>),
    /// Other people than before are editing this ticket.
    Editing(Uuid),
    /// Somebody may have been disabled or signed out.
    Staff,
}

/// A ticket that was logged or changed, or whose messages have.
#[derive(Debug)]
pub struct Changed {
    pub ticket: Ticket,
    /// See [`crate::tickets::mark`].
    pub mark: String,
    /// Its row in the list by language, once a seat has needed it.
    pub rows: Mutex<HashMap<Language, Arc<str>>>,
}

/// Where seats hear the hub.
#[derive(Debug)]
pub struct Room {
    words: broadcast::Sender<Arc<Word>>,
    present: Mutex<HashMap<Uuid, (Viewer, usize)>>,
    seats: watch::Sender<usize>,
    closed: watch::Sender<bool>,
    editing: Mutex<Editing>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            words: broadcast::Sender::new(WAITING),
            present: Mutex::default(),
            seats: watch::Sender::default(),
            closed: watch::Sender::default(),
            editing: Mutex::default(),
        }
    }
}

/// Why there is no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSeat {
    /// The node is full, or stopping.
    Full,
    /// The user has too many.
    TooMany,
}

impl Room {
    /// A place for one page.
    pub fn join(self: &Arc<Self>, viewer: &Viewer) -> Result<Place, NoSeat> {
        let mut present = lock(&self.present);
        if *self.closed.borrow() || *self.seats.borrow() >= MOST {
            return Err(NoSeat::Full);
        }
        let (_, seats) = present.entry(viewer.id).or_insert_with(|| (viewer.clone(), 0));
        if *seats >= PER_USER {
            return Err(NoSeat::TooMany);
        }
        *seats += 1;
        let (words, closed) = (self.words.subscribe(), self.closed.subscribe());
        self.seats.send_modify(|seats| *seats += 1);
        Ok(Place { room: Arc::clone(self), viewer: viewer.id, words, closed })
    }

    /// Says something to all seats.
    pub fn say(&self, word: Word) {
        // Nobody there is nobody told.
        let _ = self.words.send(Arc::new(word));
    }

    /// Ends all seats, and takes no more.
    pub fn close(&self) {
        let _present = lock(&self.present);
        self.closed.send_replace(true);
    }

    /// How many seats are taken.
    pub fn seats(&self) -> usize {
        *self.seats.borrow()
    }

    /// The number of seats, to be waited for.
    pub fn watch_seats(&self) -> watch::Receiver<usize> {
        self.seats.subscribe()
    }

    /// Whoever has a page open.
    pub fn viewers(&self) -> Vec<Viewer> {
        lock(&self.present).values().map(|(viewer, _)| viewer.clone()).collect()
    }

    /// Who is editing what.
    pub fn editing(&self) -> MutexGuard<'_, Editing> {
        lock(&self.editing)
    }
}

/// A seat's place in the room, until it is dropped.
#[derive(Debug)]
pub struct Place {
    pub room: Arc<Room>,
    pub viewer: Uuid,
    pub words: broadcast::Receiver<Arc<Word>>,
    pub closed: watch::Receiver<bool>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut present = lock(&self.room.present);
        if let Some((_, seats)) = present.get_mut(&self.viewer) {
            *seats -= 1;
            if *seats == 0 {
                present.remove(&self.viewer);
            }
        }
        self.room.seats.send_modify(|seats| *seats -= 1);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewer(byte: u8) -> Viewer {
        Viewer {
            id: Uuid::from_bytes([byte; 16]),
            name: "Asha".into(),
            can: crate::permissions::Permissions::default(),
        }
    }

    #[test]
    fn one_user_cannot_take_all_seats_and_a_closed_room_has_none() {
        let room = Arc::<Room>::default();
        let mut places: Vec<Place> = (0..PER_USER).map(|_| room.join(&viewer(1)).unwrap()).collect();
        assert_eq!(room.join(&viewer(1)).unwrap_err(), NoSeat::TooMany);
        places.push(room.join(&viewer(2)).unwrap());
        assert_eq!((room.seats(), room.viewers().len()), (PER_USER + 1, 2));
        places.remove(0);
        places.push(room.join(&viewer(1)).unwrap());
        assert!(!*places[0].closed.borrow());
        room.close();
        assert!(*places[0].closed.borrow());
        assert_eq!(room.join(&viewer(2)).unwrap_err(), NoSeat::Full);
        drop(places);
        assert_eq!((room.seats(), room.viewers().len()), (0, 0));
    }
}
