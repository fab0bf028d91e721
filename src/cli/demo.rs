//! `redress demo`: a made-up ISP to look around in.

use clap::ArgMatches;
use tempfile::TempDir;

use super::{Failure, out, serve};
use crate::{
    app::App,
    clock::{Clock, Hand},
    config::{Config, Sources},
    db::Tx,
    fault::Fault,
    input::Given,
    phone::Phone,
    staff::{self, NewUser, Person, Role},
    tickets::{self, Change, Desk, NewTicket, Priority, Status, Ticket},
};

/// So that every run shows the same desk.
const SEED: u64 = 20_261_123;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// How many tickets are made in one transaction.
const BATCH: usize = 200;

/// Fills a throw-away directory and serves it. The directory is gone when the server stops.
pub async fn demo(sources: &Sources, args: &ArgMatches) -> Result<(), Failure> {
    let count = args.get_one::<u32>("tickets").copied().unwrap_or(400);
    let dir = TempDir::with_prefix("redress-demo-")?;
    let mut layered = Sources::of(&[("isp_name", "Larkfield Fibre"), ("region", "GB"), ("timezone", "Europe/London")]);
    // Settings of a real desk may be at hand: neither its database and key nor its gateway is the demo's.
    let inside = |file: &str| dir.path().join(file).display().to_string();
    layered = layered
        .under(sources)
        .with("data_dir", &inside(""))
        .with("database_url", &format!("sqlite://{}", inside("redress.db")))
        .with("key_file", &inside("redress.key"))
        .with("sms.gateway", "log");
    let config = Config::check(&layered).map_err(Failure::Usage)?;
    serve::start_log();
    let app = App::open(config, Clock::system()).await?;
    let password = format!("demo-{:08}", app.clock.below(100_000_000));
    let people = staff(&app, &password).await?;
    fill(&app, people, usize::try_from(count).unwrap_or(0)).await?;
    let place = dir.path().display();
    serve::run(app, |address| {
        out(&format!("A made-up ISP with {count} tickets, in {place} until you stop it."));
        out(&format!("Open http://{address} and sign in as any of these, with the password {password}"));
        for (_, email, role) in STAFF {
            out(&format!("  {:<12} {email}", role.name()));
        }
    })
    .await?;
    Ok(())
}

const STAFF: [(&str, &str, Role); 5] = [
    ("Priya Raman", "priya@demo.example", Role::Admin),
    ("Dev Anand", "dev@demo.example", Role::Admin),
    ("Tomasz Zielinski", "tomasz@demo.example", Role::Technician),
    ("Aisha Bello", "aisha@demo.example", Role::Technician),
    ("Gareth Pugh", "gareth@demo.example", Role::Technician),
];

/// The admins first, then the technicians.
async fn staff(app: &App, password: &str) -> Result<Vec<Person>, Failure> {
    let mut people = Vec::new();
    for (name, email, role) in STAFF {
        let new = NewUser {
            email: email.to_owned(),
            name: name.to_owned(),
            phone: None,
            role,
            password: Some(password.to_owned()),
        };
        people.push(staff::add_user(&app.staff, new).await?.person());
    }
    Ok(people)
}

async fn fill(app: &App, people: Vec<Person>, count: usize) -> Result<(), Failure> {
    let mut made = 0;
    while made < count {
        let (from, to) = (made, (made + BATCH).min(count));
        let (mut desk, people) = (app.tickets.desk.clone(), people.clone());
        let now = app.clock.now();
        app.db
            .write(move |tx| {
                for place in from..to {
                    // Newest last, one after the other, over the fortnight before now.
                    let age = 14 * DAY * i64::try_from(count - place).unwrap_or(1) / i64::try_from(count).unwrap_or(1);
                    let (clock, hand) = Clock::fixed(now - age, SEED.wrapping_add(place as u64).wrapping_mul(7919));
                    desk.outbox = desk.outbox.with_clock(clock.clone());
                    desk.clock = clock;
                    live(tx, &desk, &hand, &people, age)?;
                }
                Ok::<_, Fault>(())
            })
            .await?;
        made = to;
    }
    Ok(())
}

/// One ticket and what had become of it after `age` milliseconds.
fn live(tx: &mut Tx<'_>, desk: &Desk, hand: &Hand, people: &[Person], age: i64) -> Result<(), Fault> {
    let clock = &desk.clock;
    let below = |bound: usize| usize::try_from(clock.below(u32::try_from(bound).unwrap_or(1))).unwrap_or(0);
    let (admins, technicians) = people.split_at(2);
    let by = &admins[below(admins.len())];
    let (issue, text) = COMPLAINTS[below(COMPLAINTS.len())];
    let (first, last) = (FIRST[below(FIRST.len())], LAST[below(LAST.len())]);
    // Ofcom keeps 07700 900000 to 900999 for fiction.
    let phone = format!("+447700900{:03}", below(1000));
    let new = NewTicket {
        client_name: format!("{first} {last}"),
        client_phone: Phone::from_e164(&phone).map_err(|fault| anyhow::anyhow!("demo: {fault}"))?,
        client_email: (below(3) > 0).then(|| format!("{}.{}@example.com", plain(first), plain(last))),
        client_account_id: (below(4) > 0).then(|| format!("LF-{:06}", 100_000 + below(900_000))),
        issue_type: issue.to_owned(),
        description: text.to_owned(),
        status: Status::New,
        priority: Priority::ALL[[0, 1, 1, 1, 1, 2, 2, 3][below(8)]],
        assigned_to: None,
    };
    let (mut ticket, _) = tickets::create(tx, desk, &tickets::prepare(desk, by, new))?;
    // The older, the further on: nearly all of the first week's tickets are closed.
    let steps = if age < DAY { below(3) } else { below(4) + usize::try_from(age / (3 * DAY)).unwrap_or(0) };
    let technician = &technicians[below(technicians.len())];
    for step in 0..steps.min(4) {
        let pause = (age / 8).max(1);
        hand.advance(i64::try_from(below(usize::try_from(pause).unwrap_or(1))).unwrap_or(1) + 1);
        ticket = on(tx, desk, &admins[below(admins.len())], technician, ticket, step, below(5))?;
    }
    Ok(())
}

/// One step of a ticket's life.
fn on(
    tx: &mut Tx<'_>,
    desk: &Desk,
    by: &Person,
    technician: &Person,
    ticket: Ticket,
    step: usize,
    chance: usize,
) -> Result<Ticket, Fault> {
    let next = match (step, chance) {
        (0, 0) => Change::to_status(Status::Open),
        (0, _) => Change::to_status(Status::InProgress),
        (1, 0 | 1) => {
            Change { assigned_to: Given::Value(technician.id), status: Some(Status::Dispatched), ..Change::default() }
        }
        (1, _) => {
            let note = NOTES[chance % NOTES.len()];
            let id = ticket.id.to_string();
            tickets::add_note(tx, desk, by, ticket, note)?;
            return tickets::by_key(tx, &desk.vault, &id);
        }
        (2, _) => Change::to_status(Status::Fixed),
        _ => Change::to_status(Status::Closed),
    };
    tickets::update(tx, desk, by, ticket, next, 0)
}

/// A name as it would stand in an address.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
}

const FIRST: [&str; 24] = [
    "Nadia",
    "Peter",
    "Farah",
    "Callum",
    "Grace",
    "Ysbrand",
    "Siobhán",
    "Rahul",
    "Olivia",
    "Dimitri",
    "Amara",
    "Jerome",
    "Zoltán",
    "Priyanka",
    "Leila",
    "Owen",
    "Marta",
    "Joseph",
    "Esther",
    "Ingrid",
    "सुनीता",
    "José",
    "Mei-Ling",
    "Łukasz",
];

const LAST: [&str; 24] = [
    "Okonkwo",
    "Lindqvist",
    "Siddiqui",
    "Fraser",
    "Adeyemi",
    "de Vries",
    "Kearney",
    "Deshpande",
    "Hartmann",
    "Papadakis",
    "Nwosu",
    "Baptiste",
    "Kovács",
    "Rao",
    "Haddad",
    "Griffiths",
    "Fernández",
    "Tembo",
    "Wanjiru",
    "Solberg",
    "शर्मा",
    "O'Brien",
    "Chow",
    "Wójcik",
];

const COMPLAINTS: [(&str, &str); 16] = [
    ("Payment Not Reflected", "Paid £38.00 by bank transfer on 18 November, account still shows overdue."),
    ("Incorrect Bill", "Charged for Fibre 500, contract is Fibre 150 since the plan change in October."),
    ("Service Suspension", "Suspended this morning, says reminder letter never came. Works from home."),
    ("Incorrect Bill", "Router rental billed twice on the November bill."),
    ("Payment Not Reflected", "Direct debit taken twice, 1 and 3 November. Wants one of them back."),
    ("Other", "Wants invoices sent to the new company address."),
    (
        "Service Suspension",
        "Paid at the shop, line still down. Receipt HS-30977.\n\nNurse monitors her son over video, please hurry.",
    ),
    ("Incorrect Bill", "Loyalty discount missing since the plan change."),
    ("Payment Not Reflected", "Card payment reference LF-88213, receipt shown on the app but not on the account."),
    ("Incorrect Bill", "Billed for a static IP that was cancelled in August."),
    ("Service Suspension", "Account frozen after chargeback, client says the bank made the mistake."),
    ("Incorrect Bill", "VAT number missing, accountant rejects the invoice."),
    ("Payment Not Reflected", "Mobile money receipt QJ5T8, posted to the wrong account."),
    ("Incorrect Bill", "Moved house, still billed for the old address."),
    ("Other", "Change of billing day from 1st to 15th."),
    ("Service Suspension", "Fibre light red since suspension was lifted, second call about it."),
];

const NOTES: [&str; 5] = [
    "Payment found in the till report and posted to the account.",
    "Called back, no answer. Will try again after 16:00.",
    "Credit note raised, waits for approval by accounts.",
    "Client sent a photo of the receipt, it matches.",
    "Remote reset failed twice, so it needs a visit.",
];
