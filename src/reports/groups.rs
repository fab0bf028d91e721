//! What was logged, by issue type and by technician, and where it stands now.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    Pass, Report,
    ask::{Ask, whose},
    sheet::{Cell, Chart, Column, Label, Row, Sheet},
    store::{self, By, Group},
};
use crate::{
    fault::Fault,
    staff::{self, Role},
    tickets::{Assignee, Status, issue_label},
    words::Text,
};

/// Where tickets stand, in three.
const STANDS: [(&[Status], &str, &str, &str); 3] = [
    (&[Status::New, Status::Open, Status::InProgress, Status::Dispatched], "open", "reports-open", "open"),
    (&[Status::Fixed], "fixed", "status-fixed", "fixed"),
    (&[Status::Closed], "closed", "status-closed", "closed"),
];

pub struct IssueTypes;

impl Report for IssueTypes {
    fn name(&self) -> &'static str {
        "by-issue-type"
    }

    fn title(&self) -> Text {
        Text::new("reports-types")
    }

    fn about(&self) -> Text {
        Text::new("reports-types-about")
    }

    fn make(&self, pass: &mut Pass<'_, '_>) -> Result<Sheet, Fault> {
        let groups = store::groups(pass.tx, pass.ask, By::IssueType)?;
        let mut names: Vec<String> = pass.desk.issue_types.all().to_vec();
        // Tickets keep a type that the settings have lost; the list cannot be asked for it.
        let lost = groups.iter().map(|group| &group.issue_type).filter(|name| !names.contains(name));
        let mut lost: Vec<String> = lost.cloned().collect();
        lost.sort();
        lost.dedup();
        let known = names.len();
        names.extend(lost);
        let rows = names.into_iter().enumerate().map(|(place, name)| {
            let counts = counts(&groups, |group| group.issue_type == name);
            let filter = (place < known).then(|| ("issueType", name.clone()));
            (Label::Word(issue_label(&name), name), filter, counts)
        });
        Ok(sheet(pass.ask, Column::new("issueType", "reports-type"), rows))
    }
}

pub struct Technicians;

impl Report for Technicians {
    fn name(&self) -> &'static str {
        "by-technician"
    }

    fn title(&self) -> Text {
        Text::new("reports-technicians")
    }

    fn about(&self) -> Text {
        Text::new("reports-technicians-about")
    }

    fn make(&self, pass: &mut Pass<'_, '_>) -> Result<Sheet, Fault> {
        let groups = store::groups(pass.tx, pass.ask, By::Technician)?;
        let mut names: HashMap<Uuid, String> = HashMap::new();
        for role in Role::ALL {
            let users = staff::users_of(pass.tx, &pass.desk.vault, role)?;
            names.extend(users.into_iter().map(|user| (user.id, user.name)));
        }
        let mut found: Vec<Option<Uuid>> = groups.iter().map(|group| group.technician).collect();
        found.sort();
        found.dedup();
        let mut rows: Vec<_> = found
            .into_iter()
            .map(|technician| (technician, counts(&groups, |group| group.technician == technician)))
            .collect();
        // Nobody's first, then whoever has most.
        rows.sort_by_key(|(technician, counts)| (technician.is_some(), std::cmp::Reverse(counts.iter().sum::<u64>())));
        let rows = rows.into_iter().map(|(technician, counts)| {
            let label = match technician {
                None => Label::Word(Text::new("reports-nobody"), String::new()),
                Some(id) => match names.remove(&id) {
                    Some(name) => Label::Name(name),
                    None => Label::Word(Text::new("reports-somebody"), "?".to_owned()),
                },
            };
            let one = technician.map_or(Assignee::Nobody, Assignee::User);
            (label, Some(("assignedTo", whose(one))), counts)
        });
        Ok(sheet(pass.ask, Column::new("technician", "reports-technician"), rows))
    }
}

fn counts(groups: &[Group], of: impl Fn(&Group) -> bool) -> [u64; 3] {
    STANDS.map(|(statuses, ..)| {
        groups.iter().filter(|group| of(group) && statuses.contains(&group.status)).map(|group| group.count).sum()
    })
}

type Counted = (Label, Option<(&'static str, String)>, [u64; 3]);

fn sheet(ask: &Ask, of: Column, rows: impl Iterator<Item = Counted>) -> Sheet {
    let mut all = 0;
    let row = |(label, filter, counts): Counted| {
        let list = |statuses: &[Status]| {
            let mut more: Vec<_> = filter.iter().cloned().collect();
            if !statuses.is_empty() {
                more.push(("status", Status::names(&ask.facets.of(statuses)).replace(", ", ",")));
            }
            ask.logged(&ask.days, &more)
        };
        let cell = |count: u64, statuses: &[Status]| {
            // Without a filter of its own the row has no list of its own.
            let total = if filter.is_some() { count } else { 0 };
            Cell::leading(super::sheet::Value::Count(count), total, || list(statuses))
        };
        let total = counts.iter().sum();
        all += total;
        let mut cells: Vec<Cell> =
            STANDS.iter().zip(counts).map(|((statuses, ..), count)| cell(count, statuses)).collect();
        cells.push(cell(total, &[]));
        Row { label, cells }
    };
    let rows: Vec<Row> = rows.map(row).collect();
    let mut columns: Vec<Column> = STANDS.iter().map(|(_, name, word, _)| Column::new(name, word)).collect();
    columns.push(Column::new("total", "reports-total"));
    Sheet {
        figures: vec![(Text::new("reports-created"), Cell::count(all, || ask.logged(&ask.days, &[])))],
        of,
        columns,
        rows,
        chart: Chart {
            upright: false,
            stacked: true,
            series: STANDS.iter().enumerate().map(|(place, stand)| (place, stand.3)).collect(),
        },
    }
}
