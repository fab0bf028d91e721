//! Second factors of others: who needs one, and help for who has lost theirs.

use axum::{extract::State, response::Response};
use uuid::Uuid;

use crate::{
    db::Tx,
    fault::Fault,
    staff::{
        Staff,
        second_factor::{self, Required},
        session::Caller,
        step_up::{self, Act},
    },
    web::{Flash, Form, PageFault, Path, Visit},
    words::Text,
};

use super::view::{Choice, Field, FormView, split};

/// The form on the page of all users.
pub(super) fn form(now: Required) -> FormView {
    let choice = |one: Required| Choice {
        value: one.name(),
        label: Text::new(match one {
            Required::Nobody => "factor-required-nobody",
            Required::Admins => "factor-required-admins",
            Required::Everybody => "factor-required-everybody",
        }),
        language: None,
    };
    let field = Field::choice("of", "factor-required", "select", Required::ALL.map(choice).to_vec());
    let field = field.hint("factor-required-text").value(now.name());
    FormView::new("/users/second-factor", "factor-required-save", vec![field])
}

/// `POST /users/second-factor`.
pub async fn require(
    State(staff): State<Staff>,
    caller: Caller,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    if let Some(away) = step_up::ask(&caller, Act::End, staff.clock.now(), "/users") {
        return Ok(away);
    }
    let (mut input, _) = split(form);
    let who = input.take_raw("of").and_then(|of| Required::parse(&of));
    let who = who.ok_or_else(|| Fault::field("of", "invalid", Text::new("account-choose")))?;
    let of = caller.user.id;
    let has = staff.db.read(move |tx: &mut Tx<'_>| second_factor::store::any(tx, of).map_err(Fault::from)).await?;
    let flash = if who != Required::Nobody && !has {
        Flash::error(Text::new("factor-required-own").to(visit.language))
    } else {
        second_factor::require(&staff, of, who).await?;
        Flash::ok(Text::new("factor-required-saved").to(visit.language))
    };
    Ok(staff.chrome.redirect("/users", Some(flash)))
}

/// `POST /users/{id}/second-factor/reset`.
pub async fn reset(
    State(staff): State<Staff>,
    caller: Caller,
    Path(id): Path<Uuid>,
    visit: Visit,
) -> Result<Response, PageFault> {
    let page = format!("/users/{id}/edit");
    if let Some(away) = step_up::ask(&caller, Act::End, staff.clock.now(), &page) {
        return Ok(away);
    }
    let flash = match second_factor::reset(&staff, Some(caller.user.id), id).await {
        Ok(()) => Flash::ok(Text::new("factor-reset-done").to(visit.language)),
        Err(Fault::Conflict { detail, .. }) => Flash::error(detail.to(visit.language)),
        Err(other) => return Err(other.into()),
    };
    Ok(staff.chrome.redirect(&page, Some(flash)))
}
