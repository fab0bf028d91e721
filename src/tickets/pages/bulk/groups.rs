//! Tickets of a run by what becomes of them, in words.

use crate::{
    tickets::{
        Status, Ticket,
        bulk::{Done, Fate, Hindrance, Plan},
    },
    words::Text,
};

/// Tickets with one fate.
pub struct Group {
    pub icon: &'static str,
    /// The style sheet's word for good and bad news, or empty.
    pub tone: &'static str,
    pub words: Text,
    pub lines: Vec<Line>,
    /// Whether its tickets are what the page is about.
    pub open: bool,
}

/// A ticket of a group.
#[derive(Debug, Clone)]
pub struct Line {
    pub reference: String,
    pub issue_type: String,
    pub client: String,
    /// Absent where there is no such ticket.
    pub status: Option<Status>,
}

/// Before the run.
pub fn planned(plan: &Plan) -> Vec<Group> {
    let lines = plan.rows.iter().map(|row| {
        let line = Line {
            reference: row.reference.to_string(),
            issue_type: row.issue_type.clone(),
            client: row.client.clone(),
            status: Some(row.status),
        };
        (row.fate, line)
    });
    grouped(lines, "bulk-will-change")
}

/// After the run: the tickets as they are now, in its order.
pub fn done(done: &[Done], lines: Vec<Line>) -> Vec<Group> {
    grouped(done.iter().map(|one| one.fate).zip(lines), "bulk-changed")
}

impl Line {
    /// A ticket's line.
    pub fn of(ticket: &Ticket) -> Self {
        Self {
            reference: ticket.reference.to_string(),
            issue_type: ticket.issue_type.clone(),
            client: ticket.client_name.clone(),
            status: Some(ticket.status),
        }
    }

    /// The line of what is no ticket.
    pub fn unknown(key: &str) -> Self {
        Self { reference: key.to_owned(), issue_type: String::new(), client: String::new(), status: None }
    }
}

/// Changes first, then what is left alone and why, in the order of [`look`].
fn grouped(lines: impl Iterator<Item = (Fate, Line)>, changed: &'static str) -> Vec<Group> {
    let mut sorted: Vec<(Look, Vec<Line>)> = Vec::new();
    for (fate, line) in lines {
        let look = look(fate, changed);
        match sorted.iter_mut().find(|(other, _)| other.key == look.key) {
            Some((_, lines)) => lines.push(line),
            None => sorted.push((look, vec![line])),
        }
    }
    sorted.sort_by_key(|(look, _)| look.rank);
    let group = |(look, lines): (Look, Vec<Line>)| Group {
        icon: look.icon,
        tone: look.tone,
        words: Text::new(look.key).arg("count", lines.len()),
        open: look.rank == 0 && lines.len() <= 25 || look.rank == 1,
        lines,
    };
    sorted.into_iter().map(group).collect()
}

struct Look {
    rank: u8,
    key: &'static str,
    icon: &'static str,
    tone: &'static str,
}

fn look(fate: Fate, changed: &'static str) -> Look {
    let refused = |key| Look { rank: 2, key, icon: "ban", tone: "warn" };
    match fate {
        Fate::Changed { .. } => Look { rank: 0, key: changed, icon: "circle-check", tone: "ok" },
        Fate::Overtaken => Look { rank: 1, key: "bulk-overtaken", icon: "alert-triangle", tone: "warn" },
        Fate::Refused(Hindrance::Move { to: Status::Closed, .. }) => refused("bulk-skip-not-fixed"),
        Fate::Refused(Hindrance::Move { to: Status::New, .. }) => refused("bulk-skip-new"),
        Fate::Refused(Hindrance::Move { .. }) => refused("bulk-skip-reopen"),
        Fate::Refused(Hindrance::NeedsTechnician) => refused("bulk-skip-needs-technician"),
        Fate::Refused(Hindrance::KeepsTechnician) => refused("bulk-skip-keeps-technician"),
        Fate::Refused(Hindrance::TechnicianGone) => refused("bulk-skip-technician-gone"),
        Fate::Same => Look { rank: 3, key: "bulk-same", icon: "check", tone: "" },
        Fate::Gone => Look { rank: 4, key: "bulk-gone", icon: "help-circle", tone: "warn" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_comes_first_and_refusals_of_one_kind_together() {
        let not = |from| Fate::Refused(Hindrance::Move { from, to: Status::Closed });
        let fates = [Fate::Same, not(Status::New), Fate::Changed { sms: false }, not(Status::Open), Fate::Gone];
        let all: Vec<Done> = fates.iter().map(|fate| Done { key: "X".into(), fate: *fate }).collect();
        let groups = done(&all, all.iter().map(|one| Line::unknown(&one.key)).collect());
        let keys: Vec<_> = groups.iter().map(|group| (group.words.clone(), group.lines.len())).collect();
        let text = |key, count: usize| (Text::new(key).arg("count", count), count);
        assert_eq!(
            keys,
            [text("bulk-changed", 1), text("bulk-skip-not-fixed", 2), text("bulk-same", 1), text("bulk-gone", 1)]
        );
    }
}
