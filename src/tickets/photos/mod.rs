//! Photos that technicians bring from the client's: each belongs to a note.

pub mod door;
mod picture;
mod store;
mod upload;

pub use self::{
    picture::Picture,
    store::{attach, count, forget, of_notes, read},
    upload::{Darkroom, LARGEST, PHOTO, Upload},
};

use uuid::Uuid;

/// A photo without its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Photo {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}
