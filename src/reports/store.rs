//! Every statement of the reports. They read the narrow rows of tickets, the events of Fixed by their index, and of
//! messages only their states; nothing sealed but the technicians' names.

use uuid::Uuid;

use super::{ask::Ask, days::Days};
use crate::{
    clock::first_id_at,
    db::{Row, Tx, Value},
    fault::Fault,
    notifications::State,
    tickets::{Assignee, Status, fixes},
};

/// Values with their placeholders.
#[derive(Default)]
struct Values(Vec<Value>);

impl Values {
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }

    fn list<T: Into<Value>>(&mut self, values: impl IntoIterator<Item = T>) -> String {
        let places: Vec<String> = values.into_iter().map(|value| self.bind(value)).collect();
        places.join(", ")
    }
}

/// The filters as conditions on `tickets t`, each with ` AND ` before it; `statuses` in place of the question's own.
fn facets(values: &mut Values, ask: &Ask, statuses: &[Status]) -> String {
    let mut sql = String::new();
    let mut add = |condition: String| {
        sql.push_str(" AND ");
        sql.push_str(&condition);
    };
    if !statuses.is_empty() {
        // Small whole numbers of ours: as text, so that an index of status is understood to answer.
        let codes: Vec<String> = statuses.iter().map(|status| status.code().to_string()).collect();
        add(format!("t.status IN ({})", codes.join(", ")));
    }
    let facets = &ask.facets;
    if !facets.issue_types.is_empty() {
        add(format!("t.issue_type IN ({})", values.list(facets.issue_types.iter().map(String::as_str))));
    }
    if !facets.priorities.is_empty() {
        add(format!("t.priority IN ({})", values.list(facets.priorities.iter().map(|priority| priority.code()))));
    }
    if !facets.assigned.is_empty() {
        let users = facets.assigned.iter().filter_map(|one| match one {
            Assignee::User(id) => Some(*id),
            Assignee::Nobody => None,
        });
        let users = values.list(users);
        let listed = (!users.is_empty()).then(|| format!("t.assigned_to IN ({users})"));
        let nobody = facets.assigned.contains(&Assignee::Nobody).then(|| "t.assigned_to IS NULL".to_owned());
        let parts: Vec<String> = listed.into_iter().chain(nobody).collect();
        add(format!("({})", parts.join(" OR ")));
    }
    sql
}

/// That a ticket was logged on these days: by its id, which begins with the time, as the list does.
fn logged(values: &mut Values, days: &Days) -> String {
    let (from, before) = (values.bind(first_id_at(days.from)), values.bind(first_id_at(days.before)));
    format!("t.id >= {from} AND t.id < {before}")
}

fn number(rows: &[Row]) -> Result<u64, Fault> {
    let row = rows.first().ok_or(Fault::NotFound)?;
    Ok(u64::try_from(row.int(0)?).unwrap_or(0))
}

/// How many tickets were logged on these days.
pub fn logged_on(tx: &mut Tx<'_>, ask: &Ask, days: &Days) -> Result<u64, Fault> {
    let mut values = Values::default();
    let logged = logged(&mut values, days);
    let facets = facets(&mut values, ask, &ask.facets.statuses);
    let by = tx.dialect().by_index("tickets_id");
    number(&tx.query(&format!("SELECT count(*) FROM tickets t{by} WHERE {logged}{facets}"), &values.0)?)
}

/// How many tickets that were logged on these days are in these statuses now. For the statuses of open tickets, which
/// are few.
pub fn open_of(tx: &mut Tx<'_>, ask: &Ask, days: &Days, statuses: &[Status]) -> Result<u64, Fault> {
    let mut values = Values::default();
    let logged = logged(&mut values, days);
    let facets = facets(&mut values, ask, statuses);
    let by = tx.dialect().by_index("tickets_status");
    number(&tx.query(&format!("SELECT count(*) FROM tickets t{by} WHERE {logged}{facets}"), &values.0)?)
}

/// What tickets are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The issue type.
    IssueType,
    /// Whose they are now.
    Technician,
}

/// How many tickets of one kind that were logged on the days are in a status now.
#[derive(Debug)]
pub struct Group {
    /// The issue type; empty when counted by technician.
    pub issue_type: String,
    /// The technician, or nobody.
    pub technician: Option<Uuid>,
    /// The status.
    pub status: Status,
    /// How many.
    pub count: u64,
}

/// Counts what was logged on all the days, by an index that has every column that a filter looks at.
pub fn groups(tx: &mut Tx<'_>, ask: &Ask, by: By) -> Result<Vec<Group>, Fault> {
    let mut values = Values::default();
    let logged = logged(&mut values, &ask.days);
    let facets = facets(&mut values, ask, &ask.facets.statuses);
    let (column, index) = match by {
        By::IssueType => ("t.issue_type", "tickets_of_type"),
        By::Technician => ("t.assigned_to", "tickets_of_assignee"),
    };
    let index = tx.dialect().by_index(index);
    let sql = format!(
        "SELECT {column}, t.status, count(*) FROM tickets t{index} WHERE {logged}{facets} GROUP BY {column}, t.status"
    );
    let group = |row: &Row| {
        let code = row.int(1)?;
        Ok(Group {
            issue_type: if by == By::IssueType { row.text(0)? } else { String::new() },
            technician: if by == By::Technician { row.opt_uuid(0)? } else { None },
            status: Status::from_code(code).ok_or_else(|| anyhow::anyhow!("no status has the number {code}"))?,
            count: u64::try_from(row.int(2)?).unwrap_or(0),
        })
    };
    tx.query(&sql, &values.0)?.iter().map(group).collect()
}

/// A ticket became Fixed, and that counts.
#[derive(Debug)]
pub struct Fix {
    /// When, in milliseconds.
    pub at: i64,
    /// Which ticket.
    pub ticket: Uuid,
    /// When that was logged, in milliseconds.
    pub logged_at: i64,
    /// Whether it was opened again afterwards.
    pub reopened: bool,
}

/// Hands on what became Fixed on all the days, in the order of time, one by one.
pub fn each_fix(tx: &mut Tx<'_>, ask: &Ask, mut each: impl FnMut(&Fix)) -> Result<(), Fault> {
    let mut values = Values::default();
    let (from, before) = (values.bind(ask.days.from), values.bind(ask.days.before));
    let facets = facets(&mut values, ask, &ask.facets.statuses);
    let sql = format!(
        "SELECT e.at, e.ticket_id, t.created_at, CASE WHEN {} THEN 1 ELSE 0 END FROM ticket_events e{} \
         JOIN tickets t ON t.id = e.ticket_id WHERE e.at >= {from} AND e.at < {before} AND {}{facets} ORDER BY e.at",
        fixes::reopened(),
        tx.dialect().by_index("ticket_events_fixed"),
        fixes::counts(tx.dialect()),
    );
    tx.query_each(&sql, &values.0, |row| {
        each(&Fix { at: row.int(0)?, ticket: row.uuid(1)?, logged_at: row.int(2)?, reopened: row.int(3)? > 0 });
        Ok::<_, Fault>(())
    })
}

/// How many messages that were queued on these days are in each state now.
pub fn messages(tx: &mut Tx<'_>, ask: &Ask, days: &Days) -> Result<Vec<(State, u64)>, Fault> {
    let mut values = Values::default();
    let (from, before) = (values.bind(days.from), values.bind(days.before));
    let facets = facets(&mut values, ask, &ask.facets.statuses);
    let beside = if ask.facets.are_open() { "" } else { " JOIN tickets t ON t.id = n.ticket_id" };
    let dialect = tx.dialect();
    let of = |state: State| {
        let (index, part) = if state.is_waiting() {
            ("notifications_backlog", "n.state IN (0, 1)")
        } else {
            ("notifications_state", "n.state NOT IN (0, 1)")
        };
        let (code, by) = (state.code(), dialect.by_index(index));
        format!(
            "SELECT {code}, count(*) FROM notifications n{by}{beside} WHERE {part} AND n.state = {code} \
             AND n.created_at >= {from} AND n.created_at < {before}{facets}"
        )
    };
    let sql = State::ALL.map(of).join(" UNION ALL ");
    let rows = tx.query(&sql, &values.0)?;
    let read = |row: &Row| {
        let code = row.int(0)?;
        let state = State::from_code(code).ok_or_else(|| anyhow::anyhow!("no state has the number {code}"))?;
        Ok((state, u64::try_from(row.int(1)?).unwrap_or(0)))
    };
    rows.iter().map(read).collect()
}
