//! What tickets there are, and what became of each.

use super::{dice::Dice, words};
use crate::{
    clients::{self, Entry},
    clock::{Clock, Hand},
    db::Tx,
    fault::Fault,
    input::Given,
    phone::Phone,
    staff::Person,
    tickets::{self, Change, Desk, IssueTypes, NewTicket, Prepared, Priority, Status},
};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// What few tickets cover, so that the desk looks alive.
const FORTNIGHT: i64 = 14 * DAY;

/// The longest that the tickets cover.
const YEARS: i64 = 5 * 365 * DAY;

/// Tickets a day, until the years are full.
const PER_DAY: i64 = 200;

/// The longest pause between two steps of a ticket.
const PAUSE: i64 = 3 * DAY;

/// All tickets of a demo: from few numbers and the staff, every run makes the same.
#[derive(Debug)]
pub struct Plan {
    /// How many.
    pub count: usize,
    /// The last is logged just before, in milliseconds.
    pub now: i64,
    /// Another seed makes other tickets.
    pub seed: u64,
    /// Who log them.
    pub admins: Vec<Person>,
    /// Who are sent out, the busiest first.
    pub technicians: Vec<Person>,
}

/// One ticket's life, as it is to be.
#[derive(Debug, Clone)]
struct Story {
    by: Person,
    new: NewTicket,
    steps: Vec<Step>,
}

/// What happens `after` so many milliseconds.
#[derive(Debug, Clone)]
struct Step {
    after: i64,
    by: Person,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Change(Change),
    Note(String),
}

impl Plan {
    fn span(&self) -> i64 {
        (DAY / PER_DAY).saturating_mul(millis(self.count)).clamp(FORTNIGHT, YEARS)
    }

    /// How long ago the ticket at `place` was logged: newest last, one after the other.
    fn age(&self, place: usize) -> i64 {
        let (span, count) = (i128::from(self.span()), self.count.max(1));
        let age = span * i128::from(millis(count.saturating_sub(place))) / i128::from(millis(count));
        i64::try_from(age).unwrap_or(0)
    }

    /// A clock of its own for each ticket, so that they can be made in any order.
    fn clock(&self, place: usize) -> (Clock, Hand) {
        let place = u64::try_from(place).unwrap_or(0);
        let seed = self.seed.wrapping_add(place.wrapping_mul(0xD1B5_4A32_D192_ED03));
        Clock::fixed(self.now - self.age(usize::try_from(place).unwrap_or(0)), seed)
    }

    fn story(&self, place: usize, clock: &Clock) -> Result<Story, Fault> {
        let dice = Dice(clock);
        let client = words::client(&dice);
        let phone = Phone::from_e164(&client.phone).map_err(|fault| anyhow::anyhow!("demo: {fault}"))?;
        let issue = [0, 0, 0, 1, 1, 1, 1, 2, 2, 3][dice.below(10)];
        let new = NewTicket {
            client_name: client.name,
            client_phone: phone,
            client_email: client.email,
            client_account_id: client.account,
            issue_type: IssueTypes::BUILT_IN[issue].to_owned(),
            description: words::complaint(&dice, client.tongue, issue),
            status: if dice.below(10) == 0 { Status::Open } else { Status::New },
            priority: Priority::ALL[[0, 1, 1, 1, 1, 2, 2, 3][dice.below(8)]],
            assigned_to: None,
        };
        let mut way = self.way(&dice, client.tongue);
        way.truncate(self.lived(place, way.len(), &dice));
        let longest = (self.age(place) / 8).min(PAUSE);
        let step = |what| Step { after: 1 + dice.millis(longest), by: dice.even(&self.admins), what };
        Ok(Story { by: dice.even(&self.admins), new, steps: way.into_iter().map(step).collect() })
    }

    /// A whole way from logged to closed; it ends with Fixed and Closed.
    fn way(&self, dice: &Dice<'_>, tongue: &super::tongues::Tongue) -> Vec<What> {
        let to = |status| What::Change(Change::to_status(status));
        let mut way = Vec::with_capacity(6);
        if dice.permille(700) {
            way.push(to(Status::InProgress));
        }
        if dice.permille(350) {
            way.push(What::Note(words::note(dice, tongue)));
        }
        if dice.permille(300) {
            let technician = Given::Value(dice.early(&self.technicians).id);
            way.push(What::Change(Change { assigned_to: technician, ..Change::to_status(Status::Dispatched) }));
        }
        way.extend([to(Status::Fixed), to(Status::Closed)]);
        way
    }

    /// How many steps of a way of `length` the ticket at `place` has gone by now.
    fn lived(&self, place: usize, length: usize, dice: &Dice<'_>) -> usize {
        let age = self.age(place);
        if self.span() == FORTNIGHT {
            // Most of the first week's are closed, and there is something to do.
            let steps =
                if age < DAY { dice.below(3) } else { dice.below(4) + usize::try_from(age / (3 * DAY)).unwrap_or(0) };
            return steps.min(length);
        }
        // A desk that keeps up: 97 of 100 are done with, and what is open is new.
        let open = match (self.count - place) * 1000 / self.count {
            0..20 => 700,
            20..50 => 300,
            50..150 => 50,
            _ => 2,
        };
        match (dice.permille(open), dice.permille(40)) {
            (true, _) => dice.below(length - 1),
            (false, true) => length - 1,
            (false, false) => length,
        }
    }

    /// Whom the billing system knows behind the ticket at `place`; some callers have no account. Beyond the last ticket
    /// come those who never complain.
    ///
    /// # Errors
    /// None, unless the vocabulary is faulty.
    pub fn client(&self, place: usize) -> Result<Option<Entry>, Fault> {
        let (clock, _) = self.clock(place);
        let dice = Dice(&clock);
        let client = words::client(&dice);
        let Some(account_id) = client.account else { return Ok(None) };
        let phone = Phone::from_e164(&client.phone).map_err(|fault| anyhow::anyhow!("demo: {fault}"))?;
        let plan = Given::Value(words::plan(&dice).to_owned());
        let change =
            clients::Change { plan, ..clients::Change::of_contact(&client.name, &phone, client.email.as_deref()) };
        Ok(Some(Entry { account_id, change }))
    }

    /// Prepares a ticket: all that can be done without the database.
    ///
    /// # Errors
    /// None, unless the vocabulary is faulty.
    pub fn life(&self, desk: &Desk, place: usize) -> Result<Life, Fault> {
        let (clock, hand) = self.clock(place);
        let Story { by, new, steps } = self.story(place, &clock)?;
        let desk = at(desk, &clock);
        Ok(Life { prepared: tickets::prepare(&desk, &by, new), desk, hand, steps })
    }
}

fn millis(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The desk at a time that is not now.
fn at(desk: &Desk, clock: &Clock) -> Desk {
    Desk { outbox: desk.outbox.with_clock(clock.clone()), clock: clock.clone(), ..desk.clone() }
}

/// A ticket ready to be stored with all that became of it.
pub struct Life {
    desk: Desk,
    hand: Hand,
    prepared: Prepared,
    steps: Vec<Step>,
}

impl Life {
    /// Stores it by the same use cases as the desk's own doors.
    ///
    /// # Errors
    /// Only the database's.
    pub fn store(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        let logged = self.desk.clock.now();
        let stored = self.play(tx);
        // A transaction may be done twice.
        self.hand.advance(logged - self.desk.clock.now());
        stored
    }

    fn play(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        let (mut ticket, _) = tickets::create(tx, &self.desk, &self.prepared)?;
        for step in &self.steps {
            self.hand.advance(step.after);
            match &step.what {
                What::Change(change) => {
                    ticket = tickets::update(tx, &self.desk, &step.by, ticket, change.clone(), 0)?;
                }
                What::Note(text) => {
                    let note = tickets::add_note(tx, &self.desk, &step.by, ticket.clone(), text)?;
                    (ticket.version, ticket.updated_at) = (note.version, note.at);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn plan(count: usize) -> Plan {
        let person = |id| Person { id: Uuid::from_bytes([id; 16]), name: format!("Person {id}") };
        Plan {
            count,
            now: 1_795_392_000_000,
            seed: 5,
            admins: vec![person(1), person(2)],
            technicians: vec![person(3), person(4)],
        }
    }

    fn story(plan: &Plan, place: usize) -> Story {
        plan.story(place, &plan.clock(place).0).unwrap()
    }

    fn last_status(story: &Story) -> Status {
        let moved = story.steps.iter().rev().find_map(|step| match &step.what {
            What::Change(change) => change.status,
            What::Note(_) => None,
        });
        moved.unwrap_or(story.new.status)
    }

    #[test]
    fn the_same_seed_tells_the_same_stories_and_another_seed_others() {
        let (one, same, other) = (plan(5000), plan(5000), Plan { seed: 6, ..plan(5000) });
        let told = |plan: &Plan| (0..50).map(|place| format!("{:?}", story(plan, place))).collect::<Vec<_>>();
        assert_eq!(told(&one), told(&same));
        assert!(told(&one).iter().zip(told(&other)).all(|(one, other)| *one != other));
    }

    #[test]
    fn few_tickets_cover_a_fortnight_and_many_five_years() {
        assert_eq!([0, 400, 2800].map(|count| plan(count).span()), [FORTNIGHT; 3]);
        assert_eq!(plan(10_000).span(), 50 * DAY);
        assert_eq!([1_000_000, 10_000_000].map(|count| plan(count).span()), [YEARS; 2]);
        let plan = plan(10_000_000);
        assert_eq!((plan.age(0), plan.age(5_000_000), plan.age(9_999_999)), (YEARS, YEARS / 2, YEARS / 10_000_000));
    }

    #[test]
    fn nothing_happens_in_the_future_and_all_of_it_is_allowed() {
        for plan in [plan(300), plan(20_000)] {
            for place in (0..plan.count).step_by(7) {
                let story = story(&plan, place);
                let lasted: i64 = story.steps.iter().map(|step| step.after).sum();
                assert!(lasted <= plan.age(place), "{lasted} of {}", plan.age(place));
                let mut status = story.new.status;
                for step in &story.steps {
                    if let What::Change(Change { status: Some(next), .. }) = step.what {
                        assert!(status.may_become(next), "{status} to {next}");
                        status = next;
                    }
                }
            }
        }
    }

    #[test]
    fn a_large_desk_has_done_with_nearly_all_and_a_small_one_has_something_to_do() {
        let share = |count: usize| {
            let plan = plan(count);
            let done = (0..count).filter(|&place| last_status(&story(&plan, place)) >= Status::Fixed).count();
            done * 1000 / count
        };
        assert!((960..=980).contains(&share(20_000)), "{}", share(20_000));
        assert!((300..=850).contains(&share(400)), "{}", share(400));
        let plan = plan(20_000);
        let open = |places: std::ops::Range<usize>| {
            places.filter(|&place| last_status(&story(&plan, place)) < Status::Fixed).count()
        };
        assert!(open(19_000..20_000) > 2 * open(0..19_000), "the open ones are recent");
    }
}
