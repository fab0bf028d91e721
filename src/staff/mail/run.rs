//! Sends what waits. Each mail is sent at least once: it is claimed for a while, and forgotten once it was taken.

use std::{future::Future, pin::Pin, time::Duration};

use tokio::sync::watch;
use uuid::Uuid;

use super::store::{self, Row};
use crate::{
    db::Tx,
    fault::Fault,
    request_id::Carried,
    staff::{Staff, links},
};

/// Between two looks, for retries and for what other processes queued.
const POLL: Duration = Duration::from_secs(2);
/// For so long a claimed mail is its sender's, in milliseconds: longer than any sending takes.
const CLAIM: i64 = 2 * 60 * 1000;
/// The first pause after a try in vain; each next one is twice as long, in milliseconds.
const FIRST_PAUSE: i64 = 15 * 1000;
/// The longest pause, in milliseconds.
const LONGEST_PAUSE: i64 = 10 * 60 * 1000;

/// A mail to be sent.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Stays the same when it is sent again, so that mail servers can tell.
    pub id: Uuid,
    /// The receiver's address.
    pub to: String,
    /// Subject, an empty line, and the text.
    pub text: String,
}

/// What came of sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is on its way.
    Taken,
    /// It will never be taken; why, without naming anybody.
    Refused(String),
    /// Not now, or nobody can tell; why, without naming anybody.
    Later(String),
}

/// The future of [`Post::carry`].
pub type Carrying<'a> = Pin<Box<dyn Future<Output = Fate> + Send + 'a>>;

/// Who carries mail: the staff do not know how.
pub trait Post: Send + Sync {
    /// Hands one over.
    fn carry<'a>(&'a self, mail: &'a Mail) -> Carrying<'a>;
}

/// Sends what waits until `stop` turns true. Any number of nodes may.
pub async fn run(staff: Staff, post: impl Post, mut stop: watch::Receiver<bool>) {
    let mut ailing = false;
    while !*stop.borrow() {
        match step(&staff, &post).await {
            Ok(true) => {
                ailing = false;
                continue;
            }
            Ok(false) => ailing = false,
            Err(fault) if !ailing => {
                tracing::error!(%fault, "mails to the staff cannot be read; trying again");
                ailing = true;
            }
            Err(_) => {}
        }
        tokio::select! {
            () = staff.mails.wake.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Sends one, or turns a wish into one; `false` where none is due.
async fn step(staff: &Staff, post: &impl Post) -> Result<bool, Fault> {
    let now = staff.clock.now();
    if !staff.db.read(move |tx| store::any_due(tx, now).map_err(Fault::from)).await? {
        return Ok(false);
    }
    let at = staff.clone();
    let take = move |tx: &mut Tx<'_>| {
        let Some(row) = store::claim(tx, &at.vault, now, now + CLAIM)? else { return Ok(None) };
        if row.text.is_none() || row.expires_at <= now {
            store::remove(tx, row.id)?;
        }
        if row.text.is_none() && row.expires_at > now {
            carried(&row).run(|| links::grant(tx, &at, &row.recipient, row.language))?;
        }
        Ok::<_, Fault>(Some(row))
    };
    let Some(row) = staff.db.write(take).await? else { return Ok(false) };
    carried(&row).follow(send(staff, post, row, now)).await?;
    Ok(true)
}

/// In the name of which request a mail is dealt with: that for which it was queued.
fn carried(row: &Row) -> Carried {
    let request_id = row.request.as_ref().map(tracing::field::display);
    let span = tracing::error_span!("message", mail = %row.id, request_id);
    Carried::of(row.request.clone(), span)
}

/// Sends one, unless it was a wish or came too late, and settles what becomes of it.
async fn send(staff: &Staff, post: &impl Post, row: Row, now: i64) -> Result<(), Fault> {
    let Row { id, recipient, text, attempts, expires_at, .. } = row;
    let Some(text) = text.filter(|_| expires_at > now) else { return Ok(()) };
    let fate = post.carry(&Mail { id, to: recipient, text }).await;
    let pause = (FIRST_PAUSE << attempts.min(10)).min(LONGEST_PAUSE);
    match &fate {
        Fate::Taken => tracing::info!("a mail to the staff was sent"),
        Fate::Refused(reason) => tracing::warn!(reason, "a mail to the staff was refused and is given up"),
        Fate::Later(reason) => tracing::warn!(reason, "a mail to the staff has to wait"),
    }
    let settle = move |tx: &mut Tx<'_>| match &fate {
        Fate::Later(_) => store::put_off(tx, id, now + pause),
        Fate::Taken | Fate::Refused(_) => store::remove(tx, id),
    };
    staff.db.write(settle).await.map_err(Fault::from)
}
