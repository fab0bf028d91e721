//! The pages of saved views: saving one from the list, and looking after those that are there.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::{KEY_FAULT, fields::Problem, filters, fresh_key, key_of};
use crate::{
    db::Tx,
    fault::{Fault, FieldFault},
    staff::{self, SignedIn, User},
    tickets::{
        Desk, Priority, Sort, Status, Tickets, issue_label,
        views::{self, SavedView, form},
    },
    web::{Answer, Flash, Form, Frame, PageFault, Path, Query, Visit, idempotency},
    words::{Language, Piece, Said, Text},
};

/// The form of a view: its name and who sees it. A new one carries its filter.
#[derive(Debug, Clone, Default)]
pub struct ViewForm {
    /// Empty for a view that is there.
    pub query: String,
    pub name: String,
    pub shared: bool,
    pub key: String,
    /// What is wrong with the name, or empty.
    pub fault: Option<Text>,
}

impl ViewForm {
    /// An empty form for a filter.
    pub fn new(query: &str, desk: &Desk) -> Self {
        Self { query: query.to_owned(), key: fresh_key(desk), ..Self::default() }
    }

    /// The form as it was filled in.
    fn typed(form: &Form, faults: &[FieldFault], desk: &Desk) -> Self {
        let fault = faults.iter().find(|fault| fault.field == "name");
        Self {
            query: form.typed("query").to_owned(),
            name: form.typed("name").to_owned(),
            shared: !form.typed("shared").is_empty(),
            key: fresh_key(desk),
            fault: fault.map(|fault| fault.message.clone()),
        }
    }
}

#[derive(Template)]
#[template(path = "views/list.html")]
struct ListPage {
    frame: Frame,
    own: Vec<Row>,
    shared: Vec<Row>,
}

/// A view of the list of views.
struct Row {
    view: SavedView,
    href: String,
    /// Its filter in words.
    filter: String,
    removable: bool,
}

#[derive(Template)]
#[template(path = "views/edit.html")]
struct EditPage {
    frame: Frame,
    /// Absent for a new one.
    view: Option<SavedView>,
    filter: String,
    form: ViewForm,
    problems: Vec<Problem>,
}

#[derive(Template)]
#[template(path = "views/delete.html")]
struct DeletePage {
    frame: Frame,
    view: SavedView,
    own: bool,
}

/// `GET /views`.
pub async fn list(State(state): State<Tickets>, SignedIn(user): SignedIn, visit: Visit) -> Result<Response, PageFault> {
    let (vault, by) = (state.desk.vault.clone(), user.id);
    let read =
        move |tx: &mut Tx<'_>| Ok::<_, Fault>((views::visible(tx, &vault, by)?, staff::technicians(tx, &vault)?));
    let (views, staff) = state.db.read(read).await?;
    let language = visit.language;
    let row = |view: SavedView| Row {
        href: filters::href(&view.query),
        filter: words(&view.query, &staff, language),
        removable: view.may_remove(user.id),
        view,
    };
    let (own, shared) = views.into_iter().map(row).partition(|row| row.view.may_change(user.id));
    let title = said(&visit, "frame-saved-views").to_string();
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let page = ListPage { frame, own, shared };
    Ok(page.frame.respond(StatusCode::OK, &page))
}

/// `GET /views/new?query=…`: the form that the list holds too, as a page of its own.
pub async fn show_new(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let form = ViewForm::new(query.get("query").unwrap_or(""), &state.desk);
    page(&state, &user, visit, None, form, Vec::new()).await
}

/// `POST /views`: `name`, `query` and `shared`.
pub async fn add(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    mut form: Form,
) -> Result<Response, PageFault> {
    let key = key_of(&mut form, &state.desk, user.id, "save view");
    let saved = match form::new_view(std::mem::take(&mut form.input), &state.desk) {
        Ok(new) => {
            let (desk, by) = (state.desk.clone(), user.person());
            let work = move |tx: &mut Tx<'_>| {
                idempotency::once(tx, &desk.vault, desk.clock.now(), key.as_ref(), |tx| {
                    let view = views::save(tx, &desk, &by, &new)?;
                    Ok(Answer::empty(StatusCode::SEE_OTHER).at(filters::href(&view.query)))
                })
            };
            state.db.write(work).await
        }
        Err(fault) => Err(fault),
    };
    match saved {
        Ok(answer) => {
            let path = answer.location.unwrap_or_else(|| "/views".to_owned());
            Ok(state.chrome.redirect(&path, Some(Flash::ok(said(&visit, "views-saved")))))
        }
        Err(Fault::Invalid(faults)) => {
            let form = ViewForm::typed(&form, &faults, &state.desk);
            page(&state, &user, visit, None, form, faults).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `GET /views/{id}`.
pub async fn show(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response, PageFault> {
    let view = own(&state, &user, id).await?;
    let form = ViewForm { name: view.name.clone(), shared: view.shared, ..ViewForm::default() };
    page(&state, &user, visit, Some(view), form, Vec::new()).await
}

/// `POST /views/{id}`: `name`, and `shared` where it is ticked.
pub async fn edit(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(id): Path<Uuid>,
    mut form: Form,
) -> Result<Response, PageFault> {
    let view = own(&state, &user, id).await?;
    let changed = match form::change(std::mem::take(&mut form.input), &state.desk) {
        Ok(mut change) => {
            // A box that is not ticked is not sent.
            change.shared = Some(change.shared.unwrap_or(false));
            let (desk, by) = (state.desk.clone(), user.id);
            state.db.write(move |tx| views::change(tx, &desk, by, id, &change)).await
        }
        Err(fault) => Err(fault),
    };
    match changed {
        Ok(now) => {
            let key = if now.updated_at == view.updated_at { "views-unchanged" } else { "views-changed" };
            Ok(state.chrome.redirect("/views", Some(Flash::ok(said(&visit, key)))))
        }
        Err(Fault::Invalid(faults)) => {
            let form = ViewForm { query: String::new(), ..ViewForm::typed(&form, &faults, &state.desk) };
            page(&state, &user, visit, Some(view), form, faults).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /views/{id}/filter`: `query`, from the list that shows what it finds.
pub async fn refilter(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(id): Path<Uuid>,
    mut form: Form,
) -> Result<Response, PageFault> {
    let change = match form::change(std::mem::take(&mut form.input), &state.desk) {
        Ok(views::Change { query: query @ Some(_), .. }) => views::Change { query, ..views::Change::default() },
        Ok(_) => return Err(Fault::field("query", "required", Text::new("views-choose-filter")).into()),
        Err(fault) => return Err(fault.into()),
    };
    let (desk, by) = (state.desk.clone(), user.id);
    let view = state.db.write(move |tx| views::change(tx, &desk, by, id, &change)).await?;
    Ok(state.chrome.redirect(&filters::href(&view.query), Some(Flash::ok(said(&visit, "views-changed")))))
}

/// `GET /views/{id}/delete`: asks first.
pub async fn ask_delete(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response, PageFault> {
    let (vault, by) = (state.desk.vault.clone(), user.id);
    let view = state.db.read(move |tx| views::find(tx, &vault, by, id)).await?;
    if !view.may_remove(user.id) {
        return Err(Fault::Forbidden.into());
    }
    let title = said(&visit, "views-delete-ask").to_string();
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let page = DeletePage { frame, own: view.may_change(user.id), view };
    Ok(page.frame.respond(StatusCode::OK, &page))
}

/// `POST /views/{id}/delete`.
pub async fn delete(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response, PageFault> {
    let (vault, by) = (state.desk.vault.clone(), user.id);
    state.db.write(move |tx| views::remove(tx, &vault, by, id)).await?;
    Ok(state.chrome.redirect("/views", Some(Flash::ok(said(&visit, "views-deleted")))))
}

async fn own(state: &Tickets, user: &User, id: Uuid) -> Result<SavedView, Fault> {
    let (vault, by) = (state.desk.vault.clone(), user.id);
    state.db.read(move |tx| views::own(tx, &vault, by, id)).await
}

async fn page(
    state: &Tickets,
    user: &User,
    visit: Visit,
    view: Option<SavedView>,
    form: ViewForm,
    faults: Vec<FieldFault>,
) -> Result<Response, PageFault> {
    let vault = state.desk.vault.clone();
    let staff = state.db.read(move |tx| staff::technicians(tx, &vault)).await?;
    let good = faults.is_empty();
    let title = Text::new(if view.is_some() { "views-change" } else { "list-save-this-view" });
    let title = visit.title(title, good);
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let filter = words(view.as_ref().map_or(&form.query, |view| &view.query), &staff, frame.visit.language);
    let page = EditPage { frame, view, filter, form, problems: faults.into_iter().map(problem).collect() };
    Ok(page.frame.respond(if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page))
}

/// A message in the visitor's language.
fn said(visit: &Visit, key: &'static str) -> Said {
    Text::new(key).to(visit.language)
}

fn problem(fault: FieldFault) -> Problem {
    match fault.field.as_str() {
        "name" => Problem { field: fault.field, message: fault.message },
        "query" => Problem::general(fault.message),
        KEY_FAULT => Problem::general(Text::new("views-sent-before")),
        _ => Problem::general(fault.named()),
    }
}

/// A query string in words: `Status New, Open; Technician Aisha Bello`.
fn words(query: &str, staff: &[User], language: Language) -> String {
    let mut parts: Vec<(Text, Vec<Text>)> = Vec::new();
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        let label = label(&name).unwrap_or_else(|| Text::verbatim(&*name));
        let values = values(&name, &text, staff, language);
        match parts.iter_mut().find(|(other, _)| *other == label) {
            Some((_, more)) => more.extend(values),
            None => parts.push((label, values)),
        }
    }
    let part = |(label, values): (Text, Vec<Text>)| {
        Text::new("views-part").arg("name", label).arg("values", values).to(language).to_string()
    };
    parts.into_iter().map(part).collect::<Vec<_>>().join("; ")
}

/// What a parameter asks for.
fn values(name: &str, text: &str, staff: &[User], language: Language) -> Vec<Text> {
    let each = |label: fn(&str) -> Option<Text>| -> Vec<Text> {
        text.split(',').map(|one| label(one).unwrap_or_else(|| Text::verbatim(one))).collect()
    };
    match name {
        "status" => each(|one| Status::parse(one).map(Status::label)),
        "priority" => each(|one| Priority::parse(one).map(Priority::label)),
        "issueType" => each(|one| Some(issue_label(one))),
        "assignedTo" if text == "none" => vec![Text::new("list-nobody")],
        "assignedTo" => {
            let user = staff.iter().find(|user| user.id.to_string() == text);
            vec![user.map_or_else(|| Text::new("list-somebody"), |user| Text::verbatim(&user.name))]
        }
        "sort" => {
            let sort = Sort::ALL.into_iter().find(|sort| sort.name() == text);
            let words = |sort| filters::sort_words(sort).to(language).to_string().to_lowercase();
            vec![Text::verbatim(sort.map_or_else(|| text.to_owned(), words))]
        }
        "order" => vec![Text::new("list-ascending")],
        _ => vec![Text::verbatim(text)],
    }
}

fn label(name: &str) -> Option<Text> {
    Some(Text::new(match name {
        "status" => "list-status",
        "issueType" => "list-issue-type",
        "priority" => "list-priority",
        "assignedTo" => "list-technician",
        "createdFrom" => "list-created-from",
        "createdTo" => "list-created-to",
        "q" => "list-search",
        "sort" => "list-sorted-by",
        "order" => "list-order",
        "pageSize" => "list-rows",
        _ => return None,
    }))
}
