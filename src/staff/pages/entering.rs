//! From a right password into the desk: what else is asked for on the way, and what opening a session brings along.

use axum::response::{IntoResponse, Redirect, Response};

use super::{
    door::{home, open},
    second_step,
};
use crate::{
    audit::{self, Event, Over},
    db::Tx,
    fault::Fault,
    input::Input,
    staff::{
        LinkKind, Staff, User,
        credential::Fresh,
        device, form, links,
        log_in::{self, Proof},
        mail::{self, Letter},
        second_factor,
        session::{self, Sender},
        store,
    },
    web::render::set_cookie,
    words::{Language, Text},
};

/// Where a right password leads.
pub(super) enum Step {
    /// In.
    Done(User, Fresh),
    /// To the second factor that the user has.
    Second(Proof),
    /// To a link, by which the password that somebody else chose is replaced first.
    MustChange(String),
}

impl Step {
    /// Leads there.
    pub(super) fn answer(self, staff: &Staff, next: Option<&str>) -> Response {
        match self {
            Self::Done(user, fresh) => {
                let mut response = Redirect::to(&home(staff, &user, next)).into_response();
                session::give(&staff.chrome, &mut response, &fresh.token);
                let device = device::cookie(&staff.vault, &staff.clock, &staff.chrome, &user.email);
                set_cookie(response.headers_mut(), &device);
                response
            }
            Self::Second(proof) => second_step::begin(staff, &proof, next),
            Self::MustChange(link) => Redirect::to(&format!("/link?token={link}")).into_response(),
        }
    }
}

/// Opens a session for a user who has proved all they have to, by two factors or by one, and tells them of a browser that
/// is new to the account.
pub(super) fn enter(
    tx: &mut Tx<'_>,
    staff: &Staff,
    user: User,
    strong: bool,
    (sender, language): (&Sender, Language),
) -> Result<Step, Fault> {
    if links::store::must_change(tx, user.id)? {
        let (link, _) = links::put(tx, staff, user.id, LinkKind::Renewal)?;
        return Ok(Step::MustChange(link));
    }
    let fresh = Fresh::session(&staff.clock);
    open(tx, staff, &user, (&fresh, strong), sender)?;
    let event = Event::SignedIn { over: Over::Page, from: sender.origin() };
    audit::record(tx, &staff.vault, &staff.clock, Some(user.id), &event)?;
    if sender.device(staff, &user.email).is_none() {
        let letter = Letter::NewBrowser { at: staff.clock.now(), agent: &sender.agent };
        mail::enqueue(tx, staff, &user, &letter, language)?;
    }
    mail::note_language(tx, user.id, language)?;
    Ok(Step::Done(user, fresh))
}

pub(super) async fn sign_in(staff: &Staff, sender: &Sender, language: Language, input: Input) -> Result<Step, Fault> {
    let (email, password) = form::log_in(input)?;
    let wrong = || Fault::field("", "invalid", Text::new("staff-wrong-log-in"));
    let device = sender.device(staff, &email);
    let proof = log_in::verify(staff, email, password, sender.address, device).await?.ok_or_else(wrong)?;
    let (desk, sender) = (staff.clone(), sender.clone());
    let work = move |tx: &mut Tx<'_>| {
        // In the transaction that opens the session: one who sets a factor up at this moment ends all sessions without.
        store::take_turn(tx, proof.user())?;
        if second_factor::store::any(tx, proof.user())? {
            return Ok(Some(Step::Second(proof.clone())));
        }
        let Some(user) = log_in::admit(tx, &desk.vault, &proof)? else { return Ok(None) };
        enter(tx, &desk, user, false, (&sender, language)).map(Some)
    };
    let step = staff.db.write(work).await?.ok_or_else(wrong)?;
    staff.mails.wake();
    if let Step::Done(user, _) = &step {
        tracing::info!(user = %user.id, "signed in");
    }
    Ok(step)
}
