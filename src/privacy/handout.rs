//! The document on its way out. Its photos are read one by one, as each is taken: a client has any number of tickets,
//! each with up to fifty, and all of them together may be more than a node has memory for.

use std::vec::IntoIter;

use data_encoding::{BASE64, HEXLOWER};
use uuid::Uuid;
use vault::Vault;

use super::export::Document;
use crate::{
    clock::Clock,
    db::{Db, Tx},
    fault::Fault,
    tickets::photos,
};

/// The photos of a document, in its order.
pub(super) struct Photos {
    /// What stands in the document where one comes. Nobody can have typed it.
    mark: String,
    /// Each by its ticket and its id.
    places: Vec<(Uuid, Uuid)>,
}

impl Photos {
    /// None yet.
    pub(super) fn new(clock: &Clock) -> Self {
        Self { mark: HEXLOWER.encode(&clock.bytes::<16>()), places: Vec::new() }
    }

    /// Notes the next one, and gives what stands for it.
    pub(super) fn leave(&mut self, ticket: Uuid, photo: Uuid) -> String {
        self.places.push((ticket, photo));
        self.mark.clone()
    }
}

enum Part {
    Text(String),
    Photo { ticket: Uuid, id: Uuid },
}

/// A document that is read on as it is taken.
pub struct Handout {
    db: Db,
    vault: Vault,
    left: IntoIter<Part>,
}

impl Handout {
    pub(super) fn new(db: &Db, vault: &Vault, document: &Document, photos: Photos) -> Result<Self, Fault> {
        let json = serde_json::to_string_pretty(document).map_err(|error| Fault::Unexpected(error.into()))?;
        let (mut parts, mut places) = (Vec::new(), photos.places.into_iter());
        for text in json.split(photos.mark.as_str()) {
            parts.push(Part::Text(text.to_owned()));
            parts.extend(places.next().map(|(ticket, id)| Part::Photo { ticket, id }));
        }
        Ok(Self { db: db.clone(), vault: vault.clone(), left: parts.into_iter() })
    }

    /// What comes next of it; nothing after the end.
    ///
    /// # Errors
    /// The database's and the vault's, and [`Fault::NotFound`] for a photo that has gone meanwhile: what came before is
    /// not the whole.
    pub async fn piece(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let (ticket, id) = match self.left.next() {
            None => return Ok(None),
            Some(Part::Text(text)) => return Ok(Some(text.into_bytes())),
            Some(Part::Photo { ticket, id }) => (ticket, id),
        };
        let vault = self.vault.clone();
        let jpeg = self.db.read(move |tx: &mut Tx<'_>| photos::read(tx, &vault, ticket, id)).await?;
        Ok(Some(BASE64.encode(&jpeg).into_bytes()))
    }
}
