//! Proving anew who one is, before what [`step_up`](crate::staff::step_up) guards.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    door::{Refusal, wait_on},
    second_step::{PasskeyForm, ask, code_field, given},
    sso::{self, Way},
    view::{Field, FormView, split},
};
use crate::{
    db::Tx,
    fault::{Fault, FieldFault},
    staff::{
        Staff,
        credential::{Fresh, Kind},
        links, log_in, oidc, second_factor,
        session::{self, Caller, Sender},
        session_store, store,
    },
    web::{Form, Frame, PageFault, Query, Visit, is_local},
    words::Text,
};

pub(super) const PATH: &str = "/account/confirm";

#[derive(Template)]
#[template(path = "staff/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    form: Option<FormView>,
    passkey: Option<PasskeyForm>,
    /// The way to the provider, where that has to say it.
    way: Option<Way>,
    /// Why the provider's word was not enough.
    told: Option<Text>,
}

/// What a user can prove it by: a second factor where they have one, else what they have signed in by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Factor,
    Password,
    Provider,
    /// They sign in elsewhere.
    Nothing,
}

async fn by(staff: &Staff, caller: &Caller) -> Result<By, Fault> {
    let (of, hash, provider) = (caller.user.id, caller.hash, staff.provider.is_some());
    let read = move |tx: &mut Tx<'_>| {
        if second_factor::store::any(tx, of)? {
            return Ok(By::Factor);
        }
        if provider && oidc::is_by_provider(tx, &hash)? {
            return Ok(By::Provider);
        }
        let has_password = links::store::has_password(tx, of)?;
        Ok::<_, Fault>(if has_password { By::Password } else { By::Nothing })
    };
    staff.db.read(read).await
}

async fn page(
    staff: &Staff,
    caller: &Caller,
    visit: Visit,
    (next, told): (&str, Option<Text>),
    faults: Vec<FieldFault>,
    status: StatusCode,
) -> Result<Response, PageFault> {
    let by = by(staff, caller).await?;
    let field = match by {
        By::Factor => Some(code_field()),
        By::Password => Some(Field::new("password", "staff-password", "password", "current-password")),
        By::Provider | By::Nothing => None,
    };
    let form = field.map(|field| {
        let hidden = Some(("next", next.to_owned()));
        let form = FormView::new(PATH, "factor-confirm", vec![field]).refused(&[], faults);
        FormView { hidden, username: caller.user.email.clone(), ..form }
    });
    let passkey = match by {
        By::Factor => ask(staff, caller.user.id, PATH).await?.map(|form| PasskeyForm { next: next.to_owned(), ..form }),
        By::Password | By::Provider | By::Nothing => None,
    };
    let way = if by == By::Provider { Way::anew(staff, next) } else { None };
    let good = told.is_none() && form.as_ref().is_none_or(|form| form.faults.is_empty());
    let title = visit.title(Text::new("factor-confirm-heading"), good);
    let frame = staff.chrome.frame(&staff.db, &caller.user.viewer(), visit, &title).await?;
    let page = ConfirmPage { frame, form, passkey, way, told };
    Ok(page.frame.respond(status, &page))
}

fn destination(next: Option<&str>) -> &str {
    next.filter(|next| is_local(next)).unwrap_or("/account")
}

/// `GET /account/confirm`.
pub async fn show(
    State(staff): State<Staff>,
    caller: Caller,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let at = (destination(query.get("next")), sso::told(&query));
    page(&staff, &caller, visit, at, Vec::new(), StatusCode::OK).await
}

/// `POST /account/confirm`.
pub async fn confirm(
    State(staff): State<Staff>,
    caller: Caller,
    sender: Sender,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    let (mut input, _) = split(form);
    let next = input.take_raw("next");
    let next = destination(next.as_deref());
    match prove(&staff, &caller, &sender, input).await {
        Ok(fresh) => {
            let mut response = Redirect::to(next).into_response();
            if let Some(fresh) = fresh {
                session::give(&staff.chrome, &mut response, &fresh.token);
            }
            Ok(response)
        }
        Err(fault) => {
            let Refusal { faults, status, wait } = Refusal::of(fault)?;
            Ok(wait_on(page(&staff, &caller, visit, (next, None), faults, status).await?, wait))
        }
    }
}

/// The session's new token; nothing where the session has ended meanwhile.
async fn prove(
    staff: &Staff,
    caller: &Caller,
    sender: &Sender,
    mut input: crate::input::Input,
) -> Result<Option<Fresh>, Fault> {
    // A token is no session.
    if caller.kind != Kind::Session {
        return Err(Fault::Forbidden);
    }
    let (user, wrong) = (caller.user.id, || Fault::field("code", "invalid", Text::new("factor-wrong")));
    let (second, proof) = match by(staff, caller).await? {
        By::Factor => {
            let second = second_factor::check(staff, user, sender.address, given(&mut input)?).await?;
            if second.is_none() {
                log_in::note_factor_refusal(staff, user, sender.address);
                return Err(wrong());
            }
            (second, None)
        }
        By::Password => {
            let password = input.password("password").ok_or_else(wrong_password)?;
            let proof = log_in::verify(
                staff,
                caller.user.email.clone(),
                password,
                sender.address,
                sender.device(staff, &caller.user.email),
            )
            .await?;
            (None, Some(proof.ok_or_else(wrong_password)?))
        }
        By::Provider | By::Nothing => return Err(Fault::Forbidden),
    };
    let (desk, own, fresh) = (staff.clone(), caller.hash, Fresh::session(&staff.clock));
    let kept = fresh.clone();
    let work = move |tx: &mut Tx<'_>| {
        store::take_turn(tx, user)?;
        let strong = match &second {
            Some(second) if !second_factor::spend(tx, &desk, second)? => return Err(wrong()),
            second => second.is_some(),
        };
        if let Some(proof) = &proof
            && log_in::admit(tx, &desk.vault, proof)?.is_none()
        {
            return Err(wrong_password());
        }
        Ok::<_, Fault>(session_store::prove(tx, &desk.vault, &own, &kept, strong, desk.clock.now())?)
    };
    let proved = staff.db.write(work).await?;
    if proved {
        tracing::info!(%user, "a user proved anew who they are");
    }
    Ok(proved.then_some(fresh))
}

fn wrong_password() -> Fault {
    Fault::field("password", "invalid", Text::new("account-wrong-password"))
}
