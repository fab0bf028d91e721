//! Vouches, at the operator's word alone, for rows that Redress did not write as they stand: all of a version that did not
//! bind them to the keys yet, or one user's whom somebody changed.

use uuid::Uuid;

use super::{Staff, User, bond_store, store};
use crate::{
    audit::{self, Event},
    db::{Db, Tx},
    fault::Fault,
};

/// Says in the log of a start that rows that let somebody in are not bound to the keys, and what to do. It binds nothing: to
/// a start, rows of an earlier version look as rows do that somebody wrote past Redress. A desk without such rows is
/// marked, and [`vouch_all`] has nothing to do there ever.
///
/// # Errors
/// Only the database's.
pub async fn tell_unbound(db: &Db) -> Result<(), Fault> {
    if db.read(|tx| bond_store::is_marked(tx).map_err(Fault::from)).await? {
        return Ok(());
    }
    let look = |tx: &mut Tx<'_>| {
        tx.take_turn("bonds")?;
        let users = bond_store::unbound(tx)?;
        if users == 0 {
            bond_store::mark(tx)?;
        }
        Ok::<_, Fault>(users)
    };
    let users = db.write(look).await?;
    if users > 0 {
        tracing::warn!(
            users,
            "these users are not bound to the keys and cannot sign in. After an upgrade from a version that bound none that is as \
             it should be: look through redress user list, then run redress user vouch --all, once. At any other time \
             somebody has written to the database past Redress: find out who before you do"
        );
    }
    Ok(())
}

/// Vouches for all rows that let somebody in and are not bound to the keys yet, and gives back whose users' they are; nothing
/// where that was done before, or never needed. Rows that carry the wrong MAC stay out: those were changed since. It is on
/// record in the audit history, whose rows nobody without the keys can take out unseen.
///
/// # Errors
/// The database's, and a fault of ours when a sealed field does not open.
pub async fn vouch_all(staff: &Staff) -> Result<Option<Vec<User>>, Fault> {
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let bind = move |tx: &mut Tx<'_>| {
        tx.take_turn("bonds")?;
        if bond_store::is_marked(tx)? {
            return Ok(None);
        }
        let users = bond_store::bind(tx, &vault)?;
        audit::record(tx, &vault, &clock, None, &Event::StaffBound { users: users.len() as u64 })?;
        bond_store::mark(tx)?;
        Ok::<_, Fault>(Some(users))
    };
    let users = staff.db.write(bind).await?;
    if users.is_some() {
        // The log still has the rows of before, with what stood in clear.
        staff.db.scrub().await;
    }
    Ok(users)
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
