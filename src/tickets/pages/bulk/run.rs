//! Runs a change of many tickets, batch by batch, and takes one back.

use axum::{extract::State, http::StatusCode, response::Response};

use super::{batch_key, kept, read, review};
use crate::{
    db::Tx,
    fault::Fault,
    staff::{SignedIn, User},
    tickets::{
        Tickets,
        bulk::{self, Action, BATCH, Done, Fate, MOST, Wanted},
        pages::{KEY, filters, fresh_key},
    },
    web::{Answer, Flash, Form, PageFault, Path, Visit, idempotency},
    words::Text,
};

/// A form that was sent: what to do, to which tickets, under which key.
struct Run {
    action: Action,
    wanted: Vec<Wanted>,
    key: String,
}

/// `POST /tickets/bulk`: `ticket` as `reference@version`, repeated; `status`, `priority`, `assignedTo`;
/// `idempotencyKey`; and `list`, the list's query, for the way back.
pub async fn submit(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    let ran = match Run::read(&form, &state) {
        Ok(run) => match run.go(&state, &user, &form).await {
            Ok(done) => Ok((run, done)),
            // The key came with other tickets before.
            Err(Fault::Invalid(_)) => Err(vec![Text::new("bulk-sent-before")]),
            Err(other) => return Err(other.into()),
        },
        Err(wrong) => Err(wrong),
    };
    let (run, done) = match ran {
        Ok(ran) => ran,
        Err(wrong) => {
            let action = Action::read(&form.typed).ok();
            return review::page(&state, &user, visit, &form.typed, action, wrong).await;
        }
    };
    let changed = done.iter().filter(|one| matches!(one.fate, Fate::Changed { .. })).count();
    let told = done.iter().any(|one| one.fate == Fate::Changed { sms: true });
    let mut back = form_urlencoded::Serializer::new(String::new());
    back.extend_pairs(run.action.pairs());
    back.append_pair("list", form.typed("list"));
    let path = format!("/tickets/bulk/{}", run.key);
    let mut flash = Flash::ok(Text::new("bulk-changed").arg("count", changed).to(visit.language));
    if told && state.undo > 0 {
        flash = flash.with_undo(format!("{path}/undo"), state.undo / 1000);
    }
    Ok(state.chrome.redirect(&format!("{path}?{}", back.finish()), Some(flash)))
}

impl Run {
    fn read(form: &Form, state: &Tickets) -> Result<Self, Vec<Text>> {
        let action = Action::read(&form.typed)?;
        let mut wanted: Vec<Wanted> = Vec::new();
        for (_, text) in form.typed.iter().filter(|(name, _)| name == "ticket") {
            let one = text
                .split_once('@')
                .and_then(|(key, version)| Some(Wanted { key: key.to_owned(), version: version.parse().ok()? }));
            let one = one.ok_or_else(|| vec![Text::new("bulk-look-again")])?;
            // The same ticket twice would be overtaken by itself.
            if wanted.iter().all(|other| other.key != one.key) {
                wanted.push(one);
            }
            if wanted.len() > MOST {
                return Err(vec![Text::new("bulk-too-many").arg("count", MOST)]);
            }
        }
        if wanted.is_empty() {
            return Err(vec![Text::new("bulk-none")]);
        }
        let key = match form.typed(KEY) {
            "" => fresh_key(&state.desk),
            key if key.len() <= 64 && key.bytes().all(|byte| byte.is_ascii_alphanumeric()) => key.to_owned(),
            _ => return Err(vec![Text::new("bulk-look-again")]),
        };
        Ok(Self { action, wanted, key })
    }

    /// Each batch is a transaction of its own, with its answer. A run that is sent again takes the answers there are.
    async fn go(&self, state: &Tickets, user: &User, form: &Form) -> Result<Vec<Done>, Fault> {
        let mut done = Vec::with_capacity(self.wanted.len());
        for (number, some) in self.wanted.chunks(BATCH).enumerate() {
            let key = batch_key(&state.desk, &self.key, user.id, number, &form.bytes);
            let (desk, by, action, hold) = (state.desk.clone(), user.person(), self.action.clone(), state.undo);
            let some = some.to_vec();
            let work = move |tx: &mut Tx<'_>| {
                idempotency::once(tx, &desk.vault, desk.clock.now(), Some(&key), |tx| {
                    Answer::json(StatusCode::OK, &bulk::batch(tx, &desk, &by, &action, &some, hold)?)
                })
            };
            let answer = state.db.write(work).await?;
            done.extend(read(&answer.body)?);
            state.desk.outbox.wake();
        }
        Ok(done)
    }
}

/// `POST /tickets/bulk/{run}/undo`: takes back what became Fixed, where its SMS still waits.
pub async fn undo(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(run): Path<String>,
) -> Result<Response, PageFault> {
    let (desk, by, key) = (state.desk.clone(), user.id, run.clone());
    let done = state.db.read(move |tx| kept(tx, &desk, &key, by)).await?;
    if done.is_empty() {
        return Err(Fault::NotFound.into());
    }
    let fixed: Vec<String> =
        done.into_iter().filter(|one| one.fate == Fate::Changed { sms: true }).map(|one| one.key).collect();
    let mut undone = 0;
    for some in fixed.chunks(BATCH) {
        let (desk, by, some) = (state.desk.clone(), user.person(), some.to_vec());
        undone += state.db.write(move |tx| bulk::undo(tx, &desk, &by, &some)).await?;
    }
    let late = fixed.len() - undone;
    let (back, too_late) =
        (Text::new("bulk-undone").arg("count", undone), Text::new("bulk-undo-late").arg("count", late));
    let flash = match (undone, late) {
        (_, 0) => Flash::ok(back.to(visit.language)),
        (0, _) => Flash::error(too_late.to(visit.language)),
        _ => Flash::ok(Text::new("words-two").arg("first", back).arg("second", too_late).to(visit.language)),
    };
    let list = filters::href("");
    Ok(state.chrome.redirect(&list, Some(flash)))
}
