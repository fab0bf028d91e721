//! Adding a client, and changing one.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::{fields::ClientForm, title};
use crate::{
    clients::{self, Client, Clients, account_taken, by_account, by_id, form, prepare, upsert},
    db::Tx,
    fault::Fault,
    staff::{SignedIn, User},
    web::{Answer, Flash, Form, Frame, Key, PageFault, Path, Query, Visit, idempotency},
    words::{Piece, Text},
};

/// The field of a form's key.
const KEY: &str = "idempotencyKey";

#[derive(Template)]
#[template(path = "clients/edit.html")]
struct EditPage {
    frame: Frame,
    heading: Text,
    /// Absent for a new one.
    client: Option<Client>,
    form: ClientForm,
}

async fn page(
    state: &Clients,
    user: &User,
    visit: Visit,
    client: Option<Client>,
    form: ClientForm,
) -> Result<Response, PageFault> {
    let heading = Text::new(if client.is_some() { "clients-edit" } else { "clients-add" });
    let mut frame = state.chrome.frame(&state.db, &user.viewer(), visit, "").await?;
    let good = form.wrong() == 0;
    title(&mut frame, &heading, good);
    let page = EditPage { frame, heading, client, form };
    Ok(page.frame.respond(if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page))
}

fn new_form(state: &Clients, key: Option<String>, value: impl Fn(&str) -> String) -> ClientForm {
    let mut form = ClientForm::new("/clients".to_owned(), "/clients".to_owned(), "clients-add", value);
    let key = key.unwrap_or_else(|| data_encoding::HEXLOWER.encode(&state.clock.bytes::<16>()));
    form.hidden.push((KEY, key));
    form
}

/// `GET /clients/new`.
pub async fn show_new(
    State(state): State<Clients>,
    SignedIn(user): SignedIn,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let form = new_form(&state, None, |name| query.get(name).unwrap_or("").to_owned());
    page(&state, &user, visit, None, form).await
}

/// `POST /clients`.
pub async fn add(
    State(state): State<Clients>,
    SignedIn(user): SignedIn,
    visit: Visit,
    mut sent: Form,
) -> Result<Response, PageFault> {
    let typed_key = sent.input.take_raw(KEY);
    let scope = format!("{} new_client", user.id);
    let key = typed_key.as_ref().map(|key| Key::new(&state.vault, key, &scope, &sent.bytes));
    let added = match form::entry(std::mem::take(&mut sent.input), state.region.as_ref()) {
        Ok(entry) => {
            let (vault, clock) = (state.vault.clone(), state.clock.clone());
            let prepared = prepare(&vault, &clock, entry.clone()).by_hand();
            let (cases, by) = (Arc::clone(&state.cases), user.id);
            let work = move |tx: &mut Tx<'_>| {
                idempotency::once(tx, &vault, clock.now(), key.as_ref(), |tx| {
                    if by_account(tx, &vault, &entry.account_id)?.is_some() {
                        return Err(account_taken());
                    }
                    let (client, outcome) = upsert(tx, &vault, &clock, &*cases, &prepared)?;
                    clients::record(tx, &vault, &clock, by, (client.id, &outcome))?;
                    Ok(Answer::empty(StatusCode::SEE_OTHER).at(format!("/clients/{}", client.id)))
                })
            };
            state.db.write(work).await
        }
        Err(fault) => Err(fault),
    };
    match added {
        Ok(answer) => {
            let flash = Flash::ok(Text::new("clients-added").to(visit.language));
            Ok(state.chrome.redirect(answer.location.as_deref().unwrap_or("/clients"), Some(flash)))
        }
        Err(Fault::Invalid(faults)) => {
            // A key that came with another body has done its work.
            let done = faults.iter().any(|fault| fault.field == "Idempotency-Key");
            let form = new_form(&state, typed_key.filter(|_| !done), |name| sent.typed(name).to_owned());
            let faults = faults.into_iter().filter(|fault| fault.field != "Idempotency-Key").collect();
            let mut form = form.refused(faults);
            if done {
                form.problems.push(Text::new("clients-sent-before"));
            }
            page(&state, &user, visit, None, form).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn found(state: &Clients, id: Uuid) -> Result<Client, Fault> {
    let vault = state.vault.clone();
    state.db.read(move |tx| by_id(tx, &vault, id)).await
}

/// `GET /clients/{id}/edit`.
pub async fn show(
    State(state): State<Clients>,
    SignedIn(user): SignedIn,
    Path(id): Path<Uuid>,
    visit: Visit,
) -> Result<Response, PageFault> {
    let client = found(&state, id).await?;
    let form = ClientForm::of(&client);
    page(&state, &user, visit, Some(client), form).await
}

/// `POST /clients/{id}/edit`, for the version that the form was made of.
pub async fn save(
    State(state): State<Clients>,
    SignedIn(user): SignedIn,
    Path(id): Path<Uuid>,
    visit: Visit,
    mut sent: Form,
) -> Result<Response, PageFault> {
    let seen = sent.input.take_raw("version").and_then(|version| version.parse().ok()).unwrap_or(0);
    let saved = match form::entry(std::mem::take(&mut sent.input), state.region.as_ref()) {
        Ok(entry) => {
            let (vault, clock, cases) = (state.vault.clone(), state.clock.clone(), Arc::clone(&state.cases));
            let by = user.id;
            let work = move |tx: &mut Tx<'_>| {
                let (client, outcome) = clients::edit(tx, &vault, &clock, &*cases, (id, seen), &entry)?;
                clients::record(tx, &vault, &clock, by, (id, &outcome))?;
                Ok::<_, Fault>(client)
            };
            state.db.write(work).await
        }
        Err(fault) => Err(fault),
    };
    let fault = match saved {
        Ok(client) => {
            let flash = Flash::ok(Text::new("clients-saved").to(visit.language));
            return Ok(state.chrome.redirect(&format!("/clients/{}", client.id), Some(flash)));
        }
        Err(fault) => fault,
    };
    let client = found(&state, id).await?;
    let mut form = ClientForm::of(&client).typed(&sent);
    match fault {
        Fault::Invalid(faults) => {
            // The version stays that of the form: what has changed since is told once the fields are right.
            form.hidden = vec![("version", seen.to_string())];
            page(&state, &user, visit, Some(client), form.refused(faults)).await
        }
        Fault::Conflict { .. } => {
            form = form.beside(&client);
            page(&state, &user, visit, Some(client), form).await
        }
        other => Err(other.into()),
    }
}
