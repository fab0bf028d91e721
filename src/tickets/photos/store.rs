//! Every statement about photos. Pictures are sealed on the way in, in pieces.

use std::collections::HashMap;

use uuid::Uuid;
use vault::{Cell, Vault};

use super::{Photo, Picture};
use crate::{
    db::{Tx, params},
    fault::Fault,
    tickets::Note,
};

/// Bytes of a piece. Copies and new keys read rows by the hundred.
const PIECE: usize = 16 * 1024;

fn row(photo: &Uuid, part: i64) -> [u8; 24] {
    let mut row = [0; 24];
    row[..16].copy_from_slice(photo.as_bytes());
    row[16..].copy_from_slice(&part.to_be_bytes());
    row
}

fn cell(row: &[u8; 24]) -> Cell<'_> {
    Cell { table: "photo_parts", column: "data", row }
}

/// Keeps a picture with a note of a ticket that was written in this transaction.
///
/// # Errors
/// Only the database's.
pub fn attach(
    tx: &mut Tx<'_>,
    vault: &Vault,
    ticket: Uuid,
    note: &mut Note,
    id: Uuid,
    picture: &Picture,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO photos (id, ticket_id, version, width, height) VALUES ($1, $2, $3, $4, $5)",
        params![id, ticket, note.version, i64::from(picture.width), i64::from(picture.height)],
    )?;
    for (part, piece) in (0..).zip(picture.jpeg.chunks(PIECE)) {
        let sealed = vault.seal(&cell(&row(&id, part)), piece);
        tx.execute("INSERT INTO photo_parts (photo_id, part, data) VALUES ($1, $2, $3)", params![id, part, sealed])?;
    }
    note.photos.push(Photo { id, width: picture.width, height: picture.height });
    Ok(())
}

/// The notes of a ticket with the photos that came with them.
///
/// # Errors
/// Only the database's.
pub fn of_notes(tx: &mut Tx<'_>, ticket: Uuid, mut notes: Vec<Note>) -> Result<Vec<Note>, Fault> {
    if !notes.is_empty() {
        let mut photos = by_version(tx, ticket)?;
        for note in &mut notes {
            note.photos = photos.remove(&note.version).unwrap_or_default();
        }
    }
    Ok(notes)
}

fn by_version(tx: &mut Tx<'_>, ticket: Uuid) -> Result<HashMap<i64, Vec<Photo>>, Fault> {
    let rows =
        tx.query("SELECT version, id, width, height FROM photos WHERE ticket_id = $1 ORDER BY id", params![ticket])?;
    let mut photos: HashMap<i64, Vec<Photo>> = HashMap::new();
    for row in rows {
        let side = |column| Ok::<_, Fault>(u32::try_from(row.int(column)?).map_err(anyhow::Error::from)?);
        let photo = Photo { id: row.uuid(1)?, width: side(2)?, height: side(3)? };
        photos.entry(row.int(0)?).or_default().push(photo);
    }
    Ok(photos)
}

/// How many photos a ticket has.
///
/// # Errors
/// Only the database's.
pub fn count(tx: &mut Tx<'_>, ticket: Uuid) -> Result<i64, Fault> {
    let row = tx.query_one("SELECT count(*) FROM photos WHERE ticket_id = $1", params![ticket])?;
    Ok(row.map_or(Ok(0), |row| row.int(0))?)
}

/// The picture (JPEG) of a photo of this ticket.
///
/// # Errors
/// [`Fault::NotFound`] alike for one that is not there and for one of another ticket; the database's and the vault's.
pub fn read(tx: &mut Tx<'_>, vault: &Vault, ticket: Uuid, photo: Uuid) -> Result<Vec<u8>, Fault> {
    tx.query_one("SELECT 1 FROM photos WHERE id = $1 AND ticket_id = $2", params![photo, ticket])?
        .ok_or(Fault::NotFound)?;
    let mut jpeg = Vec::new();
    let sql = "SELECT part, data FROM photo_parts WHERE photo_id = $1 ORDER BY part";
    tx.query_each(sql, params![photo], |piece| {
        jpeg.extend_from_slice(&vault.open_cell(&cell(&row(&photo, piece.int(0)?)), &piece.bytes(1)?)?);
        Ok::<_, Fault>(())
    })?;
    Ok(jpeg)
}

/// Deletes all photos of a ticket.
///
/// # Errors
/// Only the database's.
pub fn forget(tx: &mut Tx<'_>, ticket: Uuid) -> Result<(), Fault> {
    let pieces = "DELETE FROM photo_parts WHERE photo_id IN (SELECT id FROM photos WHERE ticket_id = $1)";
    tx.execute(pieces, params![ticket])?;
    tx.execute("DELETE FROM photos WHERE ticket_id = $1", params![ticket])?;
    Ok(())
}
