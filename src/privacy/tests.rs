//! What tests of single steps share, between which others may do something.

use testbase::Dir;
use uuid::Uuid;

use super::{NewHold, Subject, place_hold};
use crate::{
    app::App,
    audit::{self, Event},
    clock::Clock,
    config::{Config, Sources},
    db::Tx,
    fault::Fault,
    input::Input,
    phone::Phone,
    staff::{self, NewUser, Person, Role},
    tickets::{Change, Desk, NewTicket, Priority, Status, Ticket, create, prepare, update, views},
};

/// When it is all the time.
pub(super) const START: i64 = 1_763_000_000_000;

/// A desk with an admin.
pub(super) async fn desk() -> (App, Person, Dir) {
    let dir = Dir::new();
    let (data, url) = (dir.path().to_str().unwrap(), dir.url());
    let sources = Sources::of(&[("data_dir", data), ("database_url", &url), ("region", "GB")]);
    let (clock, _hand) = Clock::fixed(START, 7);
    let app = App::open(Config::check(&sources).unwrap(), clock).await.unwrap();
    let (email, name) = ("asha@isp.example".to_owned(), "Asha".to_owned());
    let new = NewUser { email, name, phone: None, role: Role::Admin, owner: true, password: None };
    let asha = staff::add_user(&app.staff, None, new).await.unwrap().person();
    (app, asha, dir)
}

/// A closed ticket of somebody, and a view that names them.
pub(super) fn closed(tx: &mut Tx<'_>, desk: &Desk, by: &Person, (name, phone): (&str, &str)) -> Result<Ticket, Fault> {
    let new = NewTicket {
        client_name: name.to_owned(),
        client_phone: Phone::from_e164(phone).unwrap(),
        client_email: None,
        client_account_id: None,
        issue_type: desk.issue_types.all()[0].clone(),
        description: "Charged twice".to_owned(),
        status: Status::New,
        priority: Priority::ALL[0],
        assigned_to: None,
    };
    let (mut ticket, _) = create(tx, desk, &prepare(desk, by, new))?;
    for status in [Status::Open, Status::Fixed, Status::Closed] {
        let change = Change { status: Some(status), ..Change::default() };
        ticket = update(tx, desk, by, ticket, change, 0)?;
    }
    view(tx, desk, by, name)?;
    Ok(ticket)
}

/// A saved view that looks for something, and is called after it.
pub(super) fn view(tx: &mut Tx<'_>, desk: &Desk, by: &Person, sought: &str) -> Result<(), Fault> {
    let query = format!("q={}", sought.replace(' ', "+"));
    views::save(tx, desk, by, &views::NewView { name: sought.to_owned(), query, shared: false })?;
    Ok(())
}

/// Places a hold on a ticket, and puts on record that somebody has looked for Zoë Quillfeather since.
pub(super) fn hold(tx: &mut Tx<'_>, desk: &Desk, ticket: Uuid, by: Uuid) -> Result<(), Fault> {
    let mut input = Input::from_pairs([("reason".to_owned(), "Case 4711".to_owned())]);
    place_hold(tx, desk, &Subject::Ticket(ticket), &NewHold::take(&mut input, desk), by)?;
    read(tx, desk, by, "zoe quillfeather")
}

/// Puts on record that somebody has looked for something.
pub(super) fn read(tx: &mut Tx<'_>, desk: &Desk, by: Uuid, sought: &str) -> Result<(), Fault> {
    let read = Event::Read { path: "/tickets".to_owned(), query: format!("q={}", sought.replace(' ', "+")) };
    audit::record(tx, &desk.vault, &desk.clock, Some(by), &read)?;
    Ok(())
}

/// What the views are called that are left, and how many texts were taken out of the history, which holds.
pub(super) async fn left(app: &App, by: Uuid) -> (Vec<String>, u64) {
    let vault = app.vault.clone();
    let views = app.db.read(move |tx| views::visible(tx, &vault, by)).await.unwrap();
    let mut names: Vec<String> = views.into_iter().map(|view| view.name).collect();
    names.sort();
    let verdict = audit::verify(&app.db, &app.vault, None).await.unwrap();
    assert!(verdict.broken.is_empty(), "{verdict:?}");
    (names, verdict.redacted)
}
