//! Binds to the keys what was there before rows were bound, once, and a user again whom somebody changed past Redress.

use uuid::Uuid;
use vault::Vault;

use super::{Staff, User, bond_store, store};
use crate::{
    audit::{self, Event},
    clock::Clock,
    db::{Db, Tx},
    fault::Fault,
};

/// Vouches, at the first start of a version that binds them, for the rows that let somebody in; see `bond.rs`. It is on
/// record in the audit history, whose rows nobody without the keys can take out unseen: a second time there is somebody's
/// doing. Where some rows are bound already, nothing is: then it was done before, and the mark of that was taken away.
///
/// # Errors
/// The database's, and a fault of ours when a sealed field does not open.
pub async fn adopt(db: &Db, vault: &Vault, clock: &Clock) -> Result<(), Fault> {
    if db.read(|tx| bond_store::is_marked(tx).map_err(Fault::from)).await? {
        return Ok(());
    }
    let (vault, clock) = (vault.clone(), clock.clone());
    let bind = move |tx: &mut Tx<'_>| {
        tx.take_turn("bonds")?;
        if bond_store::is_marked(tx)? {
            return Ok(0);
        }
        if bond_store::any(tx)? {
            tracing::error!(
                "the mark that what lets somebody in is bound to the keys was taken away: nothing was bound anew"
            );
            bond_store::mark(tx)?;
            return Ok(0);
        }
        let users = bond_store::bind(tx, &vault)?;
        if users > 0 {
            audit::record(tx, &vault, &clock, None, &Event::StaffBound { users })?;
            tracing::warn!(users, "what lets somebody in is bound to the keys from now on");
        }
        bond_store::mark(tx)?;
        Ok::<_, Fault>(users)
    };
    if db.write(bind).await? > 0 {
        // The log still has the rows of before, with what stood in clear.
        db.scrub().await;
    }
    Ok(())
}

/// Vouches for what stands in a user's row, whoever wrote it there, and gives the user back.
///
/// # Errors
/// [`Fault::NotFound`], the database's, and a fault of ours when a sealed field does not open.
pub async fn vouch(staff: &Staff, id: Uuid) -> Result<User, Fault> {
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let vouch = move |tx: &mut Tx<'_>| {
        store::take_turn(tx, id)?;
        let user = store::by_id(tx, &vault, id)?.ok_or(Fault::NotFound)?;
        store::update(tx, &vault, &user, clock.now())?;
        let standing = if user.enabled { user.standing().name() } else { "disabled" };
        let what = vec![format!("vouched: {standing}")];
        audit::record(tx, &vault, &clock, None, &Event::UserChanged { user: id, name: user.name.clone(), what })?;
        Ok::<_, Fault>(User { genuine: true, ..user })
    };
    staff.db.write(vouch).await
}
