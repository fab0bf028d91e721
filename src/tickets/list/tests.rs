//! Every way to a page gives the same page, and none of them reads what it need not.

mod postgres_only;
mod sqlite_only;

use std::collections::BTreeSet;

use testbase::Dir;

use super::{neighbours::neighbours_within, *};
use crate::{
    app::App,
    clock::Clock,
    config::{Config, Sources},
    phone::Phone,
    staff::{self, NewUser, Person, Role},
    tickets::{Change, NewTicket, Order, Priority, Status, create, prepare, update},
};

const TICKETS: usize = 240;
const START: i64 = 1_763_000_000_000;
/// So low that every way is taken.
const LOW: Limits = Limits { counted: 6, gathered: 20, common: 20, rare: 10, looks: 50 };

const FIRST: [&str; 5] = ["Nadia", "Nabil", "Petra", "Callum", "Grace"];
const WORDS: [&str; 6] = ["router", "november", "deposit", "refund", "fibre", "paper"];

/// A made-up desk with all of its tickets, as plain data to compare with.
struct Shop {
    app: App,
    technicians: Vec<Person>,
    all: Vec<Ticket>,
    _dir: Dir,
}

async fn person(app: &App, name: &str, role: Role) -> Person {
    let email = format!("{}@isp.example", name.to_lowercase());
    let new = NewUser { email, name: name.to_owned(), phone: None, role, owner: true, password: None };
    staff::add_user(&app.staff, None, new).await.unwrap().person()
}

async fn shop() -> Shop {
    let dir = Dir::new();
    let (data, url) = (dir.path().to_str().unwrap(), dir.url());
    let sources = Sources::of(&[("data_dir", data), ("database_url", &url), ("region", "GB")]);
    let (clock, hand) = Clock::fixed(START, 7);
    let app = App::open(Config::check(&sources).unwrap(), clock).await.unwrap();
    let admin = person(&app, "Asha", Role::Admin).await;
    let technicians =
        vec![person(&app, "Tomasz", Role::Technician).await, person(&app, "Aisha", Role::Technician).await];
    let (desk, people) = (app.tickets.desk.clone(), technicians.clone());
    let all = app
        .db
        .write(move |tx| {
            for _ in 0..TICKETS {
                log_one(tx, &desk, &admin, &people)?;
                hand.advance(i64::from(desk.clock.below(3)) * 3_600_000);
            }
            let rows = tx.query(&format!("SELECT {} FROM tickets t {}", store::COLUMNS, store::BESIDE), &[])?;
            rows.iter().map(|row| store::ticket(&desk.vault, row)).collect::<Result<Vec<_>, Fault>>()
        })
        .await
        .unwrap();
    Shop { app, technicians, all, _dir: dir }
}

fn log_one(tx: &mut Tx<'_>, desk: &Desk, by: &Person, technicians: &[Person]) -> Result<(), Fault> {
    let below = |bound: usize| desk.clock.below(u32::try_from(bound).unwrap()) as usize;
    let types: Vec<String> = desk.issue_types.all().to_vec();
    // The first words are in most descriptions, the last in few.
    let words: Vec<&str> =
        WORDS.iter().enumerate().filter(|(place, _)| below(place * place + 2) < 1).map(|(_, word)| *word).collect();
    let new = NewTicket {
        client_name: format!("{} Okonkwo", FIRST[below(FIRST.len())]),
        client_phone: Phone::from_e164(&format!("+44770090{:04}", below(10_000))).unwrap(),
        client_email: None,
        client_account_id: None,
        issue_type: types[below(3)].clone(),
        description: format!("Bill {}", words.join(" ")),
        status: Status::New,
        priority: Priority::ALL[below(4)],
        assigned_to: (below(3) > 0).then(|| technicians[below(technicians.len())].id),
    };
    let (mut ticket, _) = create(tx, desk, &prepare(desk, by, new))?;
    for status in [Status::InProgress, Status::Fixed, Status::Closed] {
        if below(3) == 0 {
            break;
        }
        let change = Change { status: Some(status), ..Change::default() };
        ticket = update(tx, desk, by, ticket, change, 0)?;
    }
    Ok(())
}

/// Whether a ticket passes a filter.
type Test = Box<dyn Fn(&Ticket) -> bool>;

/// What became Fixed since the day of a ticket. No time passes here between logging a ticket and its becoming Fixed.
fn pick_fixed(one: &Ticket) -> (String, Test) {
    let at = jiff::Timestamp::from_millisecond(one.created_at).unwrap();
    let day = at.to_zoned(jiff::tz::TimeZone::UTC).start_of_day().unwrap();
    let from = day.timestamp().as_millisecond();
    let test = move |ticket: &Ticket| ticket.status >= Status::Fixed && ticket.created_at >= from;
    (format!("fixed:{}..2031-01-01", day.date()), Box::new(test))
}

/// Terms of the search that name a field, and what they let through.
fn pick_terms(shop: &Shop, below: impl Fn(usize) -> usize, q: &mut Vec<String>, tests: &mut Vec<Test>) {
    if below(4) == 0 {
        let (term, test) = pick_fixed(&shop.all[below(TICKETS)]);
        q.push(term);
        tests.push(test);
    }
    if below(5) == 0 {
        q.push("tech:tom".to_owned());
        tests.push(Box::new(|ticket| ticket.assigned_to.as_ref().is_some_and(|one| one.name == "Tomasz")));
    }
}

/// A query string, and what it lets through.
fn pick(shop: &Shop, clock: &Clock) -> (Vec<(String, String)>, Test) {
    let below = |bound: usize| clock.below(u32::try_from(bound).unwrap()) as usize;
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut tests: Vec<Test> = Vec::new();
    let mut q: Vec<String> = Vec::new();
    let mut add = |name: &str, value: String| pairs.push((name.to_owned(), value));
    if below(2) == 0 {
        let wanted: Vec<Status> = Status::ALL.into_iter().filter(|_| below(2) == 0).collect();
        if !wanted.is_empty() {
            let names = Status::names(&wanted).replace(", ", ",");
            if below(2) == 0 {
                add("status", names);
            } else {
                q.push(format!("status:{}", names.replace(' ', "-")));
            }
            tests.push(Box::new(move |ticket| wanted.contains(&ticket.status)));
        }
    }
    if below(3) == 0 {
        let wanted = Priority::ALL[below(4)];
        if below(2) == 0 {
            add("priority", wanted.name().to_owned());
        } else {
            q.push(format!("priority:{}", wanted.name()));
        }
        tests.push(Box::new(move |ticket| ticket.priority == wanted));
    }
    if below(3) == 0 {
        let wanted = shop.all[below(TICKETS)].issue_type.clone();
        if below(2) == 0 {
            add("issueType", wanted.clone());
        } else {
            q.push(format!("type:\"{wanted}\""));
        }
        tests.push(Box::new(move |ticket| ticket.issue_type == wanted));
    }
    if below(3) == 0 {
        let (someone, nobody) = (shop.technicians[below(2)].id, below(2) == 0);
        add("assignedTo", if nobody { format!("none,{someone}") } else { someone.to_string() });
        tests.push(Box::new(move |ticket| ticket.assigned_to.as_ref().map_or(nobody, |one| one.id == someone)));
    }
    if below(3) == 0 {
        let (a, b) = (shop.all[below(TICKETS)].created_at, shop.all[below(TICKETS)].created_at);
        let instant = |at: i64| jiff::Timestamp::from_millisecond(at).unwrap().to_string();
        add("createdFrom", instant(a.min(b)));
        add("createdTo", instant(a.max(b)));
        tests.push(Box::new(move |ticket| (a.min(b)..=a.max(b)).contains(&ticket.created_at)));
    }
    if below(2) == 0 {
        let (word, name) = (WORDS[below(WORDS.len())], below(3) == 0);
        q.push(if name { format!("{word} na") } else { word.to_owned() });
        let has = move |ticket: &Ticket| ticket.description.split(' ').any(|other| other == word);
        tests.push(Box::new(move |ticket| has(ticket) && (!name || ticket.client_name.starts_with("Na"))));
    }
    pick_terms(shop, below, &mut q, &mut tests);
    add("q", q.join(" "));
    (pairs, Box::new(move |ticket| tests.iter().all(|test| test(ticket))))
}

fn sorted(mut tickets: Vec<&Ticket>, sort: Sort, order: Order) -> Vec<&Ticket> {
    tickets.sort_by(|a, b| {
        let by_key = match sort {
            Sort::TicketRef => a.reference.as_str().cmp(b.reference.as_str()),
            Sort::CreatedAt => a.created_at.cmp(&b.created_at),
            Sort::UpdatedAt => a.updated_at.cmp(&b.updated_at),
            Sort::Status => a.status.cmp(&b.status),
            Sort::Priority => a.priority.cmp(&b.priority),
        };
        let ascending = by_key.then(a.id.cmp(&b.id));
        if order == Order::Ascending { ascending } else { ascending.reverse() }
    });
    tickets
}

/// Walks a list to its end, by cursor or by page, and gives the references.
fn walk(tx: &mut Tx<'_>, desk: &Desk, pairs: &[(String, String)], limits: Limits, cursor: bool) -> Vec<String> {
    let (mut seen, mut place) = (Vec::new(), Vec::new());
    for page in 2.. {
        let pairs = [pairs, &place[..]].concat();
        let found = list_within(tx, desk, &Filter::parse(&pairs, desk).unwrap(), limits).unwrap();
        seen.extend(found.items.iter().map(|ticket| ticket.reference.as_str().to_owned()));
        let Some(next) = found.next_cursor else { break };
        place = if cursor { vec![("cursor".to_owned(), next)] } else { vec![("page".to_owned(), page.to_string())] };
    }
    seen
}

#[tokio::test]
async fn every_way_gives_what_reading_all_tickets_gives() {
    let shop = shop().await;
    let (clock, _) = Clock::fixed(0, 11);
    let mut ways = BTreeSet::new();
    for round in 0..250 {
        let (mut pairs, passes) = pick(&shop, &clock);
        let sort = Sort::ALL[clock.below(5) as usize];
        let order = [Order::Ascending, Order::Descending][clock.below(2) as usize];
        for (name, value) in [("sort", sort.name()), ("order", order.name()), ("pageSize", "37")] {
            pairs.push((name.to_owned(), value.to_owned()));
        }
        let want = sorted(shop.all.iter().filter(|ticket| passes(ticket)).collect(), sort, order);
        let want: Vec<String> = want.iter().map(|ticket| ticket.reference.as_str().to_owned()).collect();
        let desk = shop.app.tickets.desk.clone();
        let (asked, count) = (pairs.clone(), want.len());
        let found = shop
            .app
            .db
            .read(move |tx| {
                let filter = Filter::parse(&asked, &desk)?;
                for limits in [LIMITS, LOW] {
                    let page = list_within(tx, &desk, &filter, limits)?;
                    let total = u64::try_from(count).unwrap();
                    let want = Counted { total: total.min(limits.counted), exact: total <= limits.counted };
                    assert_eq!(page.counted, want, "{round}: {asked:?}");
                }
                let found = read(tx, &desk, &filter, LOW)?;
                let (counted, common) = size(tx, &found, LOW)?;
                let way = choose(tx, &found, filter.sort, counted, common, LOW)?;
                let cursor = round % 2 == 0;
                let walks = [LIMITS, LOW].map(|limits| walk(tx, &desk, &asked, limits, cursor));
                Ok::<_, Fault>((walks, (way == Way::Walk, common, filter.search.is_some())))
            })
            .await
            .unwrap();
        assert_eq!(found.0, [want.clone(), want], "{round}: {pairs:?}");
        ways.insert(found.1);
    }
    // Walked and gathered; without a search, with a rare one and a common one.
    assert_eq!(ways.len(), 5, "{ways:?}");
}

#[tokio::test]
async fn every_row_knows_its_neighbours() {
    let shop = shop().await;
    let (clock, _) = Clock::fixed(0, 17);
    for _ in 0..80 {
        let (mut pairs, _) = pick(&shop, &clock);
        let sort = Sort::ALL[clock.below(5) as usize];
        let order = [Order::Ascending, Order::Descending][clock.below(2) as usize];
        for (name, value) in [("sort", sort.name()), ("order", order.name()), ("pageSize", "100")] {
            pairs.push((name.to_owned(), value.to_owned()));
        }
        let (desk, asked, at) = (shop.app.tickets.desk.clone(), pairs.clone(), clock.below(1000) as usize);
        let look = move |tx: &mut Tx<'_>| {
            let mut filter = Filter::parse(&asked, &desk)?;
            let mut all = Vec::new();
            for page in 1..4 {
                filter.at = At::Page(page);
                all.extend(list_within(tx, &desk, &filter, LIMITS)?.items);
            }
            for limits in [LIMITS, LOW] {
                for place in [0, at % all.len().max(1), all.len().saturating_sub(1)] {
                    let Some(ticket) = all.get(place) else { continue };
                    let found = neighbours_within(tx, &desk, &filter, ticket, None, limits)?;
                    let name = |place: Option<usize>| place.and_then(|at| all.get(at)).map(|one| one.reference.clone());
                    let beside = [&found.before, &found.after].map(|one| one.clone().map(|(reference, _)| reference));
                    assert_eq!(beside, [name(place.checked_sub(1)), name(Some(place + 1))], "{asked:?} at {place}");
                    assert_eq!(found.number, found.counted.exact.then_some(place as u64 + 1), "{asked:?}");
                    // The place stays, when the ticket is no longer what it was.
                    let moved = Ticket { updated_at: i64::MAX, status: Status::Closed, ..ticket.clone() };
                    let again = neighbours_within(tx, &desk, &filter, &moved, Some(&found.at), limits)?;
                    assert_eq!((&again.before, &again.after, &again.at), (&found.before, &found.after, &found.at));
                }
            }
            Ok::<_, Fault>(())
        };
        shop.app.db.read(look).await.unwrap();
    }
}
