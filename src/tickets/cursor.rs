//! Cursors: where a walk through a list goes on. They are bound to their list by a keyed digest, so that one cannot be
//! made up, nor used with other filters, which would skip rows unseen.

use sha2::{Digest, Sha256};
use uuid::Uuid;
use vault::{Purpose, Vault};

use super::Filter;

const CURSOR: Purpose = Purpose::new("tickets.cursor");

/// The place after which a walk goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The sort key of the last row seen: a number, or the reference.
    pub key: String,
    /// Its id.
    pub id: Uuid,
}

impl Filter {
    /// The cursor that goes on after a row.
    pub(super) fn write_cursor(&self, vault: &Vault, cursor: &Cursor) -> String {
        let mut bytes = cursor.id.as_bytes().to_vec();
        bytes.extend_from_slice(cursor.key.as_bytes());
        let mac = vault.mac(CURSOR, &[&self.fingerprint(), &bytes]);
        let mut out = mac[..16].to_vec();
        out.extend_from_slice(&bytes);
        data_encoding::BASE64URL_NOPAD.encode(&out)
    }

    /// The row that a cursor of this list, and of no other, names.
    pub(super) fn read_cursor(&self, vault: &Vault, text: &str) -> Option<Cursor> {
        let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok().filter(|bytes| bytes.len() > 32)?;
        let (mac, rest) = bytes.split_at(16);
        let want = vault.mac(CURSOR, &[&self.fingerprint(), rest]);
        if !bool::from(subtle::ConstantTimeEq::ct_eq(mac, &want[..16])) {
            return None;
        }
        let (id, key) = rest.split_at(16);
        Some(Cursor { key: String::from_utf8(key.to_vec()).ok()?, id: Uuid::from_slice(id).ok()? })
    }

    /// A digest of everything that makes the list what it is, but for place and page size.
    fn fingerprint(&self) -> [u8; 32] {
        let list = format!(
            "{:?}|{:?}|{:?}|{:?}|{:?}|{:?}|{}|{:?}|{:?}",
            self.statuses,
            self.issue_types,
            self.priorities,
            self.assigned,
            self.created_from,
            self.created_before,
            self.q,
            self.sort,
            self.order
        );
        Sha256::digest(list).into()
    }
}
