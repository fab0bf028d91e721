//! Keeping drafts, finding them and giving them up.

use uuid::Uuid;
use vault::{Purpose, Vault};

use super::{Draft, FormName, Restored, store};
use crate::{db::Tx, fault::Fault};

/// How long a draft is kept after it was saved last, in milliseconds: 24 hours.
pub const KEPT: i64 = 24 * 60 * 60 * 1000;

const KEY: Purpose = Purpose::new("drafts.key");

/// Keeps what an admin has typed, in place of what was kept of that form before; `false` when there was nothing to keep,
/// or the form has been sent meanwhile.
///
/// # Errors
/// Only the database's.
pub fn save(
    tx: &mut Tx<'_>,
    vault: &Vault,
    owner: Uuid,
    form: FormName,
    draft: &Draft,
    now: i64,
) -> Result<bool, Fault> {
    if draft.is_blank(form) {
        store::remove(tx, owner, form)?;
        return Ok(false);
    }
    let key = vault.token(KEY, draft.key().unwrap_or_default());
    let saved = store::put(tx, vault, owner, form, key, draft, now)?;
    store::prune(tx, owner)?;
    Ok(saved)
}

/// What an admin has typed into a form within the last day and not sent.
///
/// # Errors
/// Only the database's and the vault's.
pub fn find(tx: &mut Tx<'_>, vault: &Vault, owner: Uuid, form: FormName, now: i64) -> Result<Option<Restored>, Fault> {
    store::get(tx, vault, owner, form, now - KEPT)
}

/// The form with this key has been sent, or given up: its draft goes. Call it in the transaction of what was asked for.
///
/// What was typed into the same form under another key, in another window, stays.
///
/// # Errors
/// Only the database's.
pub fn take(tx: &mut Tx<'_>, vault: &Vault, owner: Uuid, form: FormName, key: &str, now: i64) -> Result<(), Fault> {
    store::close(tx, owner, form, vault.token(KEY, key), now)
}
