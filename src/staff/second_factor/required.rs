//! Who has to have a second factor: an admin says so, and it counts at once.

use uuid::Uuid;

use super::store;
use crate::{
    audit::{self, Event},
    db::{DbError, Tx},
    fault::Fault,
    staff::{Role, Staff, token_store},
};

/// Who has to have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Required {
    /// Nobody: whoever likes has one.
    #[default]
    Nobody,
    /// Admins.
    Admins,
    /// Everybody.
    Everybody,
}

impl Required {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Nobody, Self::Admins, Self::Everybody];

    /// As forms and the history name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Admins => "admins",
            Self::Everybody => "everybody",
        }
    }

    /// Of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// As it is stored. What this version does not know asks for everything: it fails closed.
    pub fn of(stored: Option<&[u8]>) -> Self {
        match stored {
            None | Some(b"nobody") => Self::Nobody,
            Some(b"admins") => Self::Admins,
            Some(_) => Self::Everybody,
        }
    }

    /// As it stands now.
    ///
    /// # Errors
    /// Only the database's.
    pub fn now(tx: &mut Tx<'_>) -> Result<Self, DbError> {
        Ok(Self::of(store::required(tx)?.as_deref()))
    }

    /// Whether somebody of this role has to have one. Whoever reads what is personal counts as an admin.
    pub fn asks(self, role: Role) -> bool {
        match self {
            Self::Nobody => false,
            Self::Admins => role != Role::Technician,
            Self::Everybody => true,
        }
    }
}

/// Says who has to have one from now on. Sessions go on, and lead to where one is set up; what log-ins over the API gave
/// ends, since a program cannot be led anywhere.
///
/// # Errors
/// Only the database's.
pub async fn require(staff: &Staff, by: Uuid, who: Required) -> Result<(), Fault> {
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let work = move |tx: &mut Tx<'_>| {
        if Required::now(tx)? == who {
            return Ok(());
        }
        store::put_required(tx, who.name().as_bytes())?;
        if who != Required::Nobody {
            token_store::end_log_ins(tx)?;
        }
        audit::record(tx, &vault, &clock, Some(by), &Event::SecondFactorRequired { of: who.name().to_owned() })?;
        Ok::<_, Fault>(())
    };
    staff.db.write(work).await?;
    tracing::info!(of = who.name(), "a second factor is required");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_asked() {
        for (who, admin, technician) in
            [(Required::Nobody, false, false), (Required::Admins, true, false), (Required::Everybody, true, true)]
        {
            assert_eq!((who.asks(Role::Admin), who.asks(Role::Technician)), (admin, technician), "{who:?}");
            assert_eq!(Required::of(Some(who.name().as_bytes())), who);
            assert_eq!(Required::parse(who.name()), Some(who));
        }
        assert_eq!(Required::of(None), Required::Nobody);
        assert_eq!(Required::of(Some(b"partners")), Required::Everybody);
        assert_eq!(Required::parse("partners"), None);
    }
}
