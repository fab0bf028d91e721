//! What other help desks call statuses, priorities, issue types and agents, in our words.

use std::collections::HashMap;

use super::{Field, Source};
use crate::{
    staff::{Person, User},
    tickets::{IssueTypes, Priority, Status},
};

/// What the four help desks call a status. What is resolved is Fixed here, what is closed is Closed.
const STATUSES: [(&str, Status); 20] = [
    ("new", Status::New),
    ("open", Status::Open),
    ("reopened", Status::Open),
    ("in progress", Status::InProgress),
    ("stalled", Status::InProgress),
    ("pending", Status::InProgress),
    ("pending reminder", Status::InProgress),
    ("pending close", Status::InProgress),
    ("on hold", Status::InProgress),
    ("dispatched", Status::Dispatched),
    ("fixed", Status::Fixed),
    ("resolved", Status::Fixed),
    ("solved", Status::Fixed),
    ("closed", Status::Closed),
    ("closed successful", Status::Closed),
    ("closed unsuccessful", Status::Closed),
    ("archived", Status::Closed),
    ("rejected", Status::Closed),
    ("merged", Status::Closed),
    ("done", Status::Closed),
];

const PRIORITIES: [(&str, Priority); 12] = [
    ("low", Priority::Low),
    ("1 low", Priority::Low),
    ("medium", Priority::Medium),
    ("normal", Priority::Medium),
    ("2 normal", Priority::Medium),
    ("high", Priority::High),
    ("3 high", Priority::High),
    ("urgent", Priority::Urgent),
    ("emergency", Priority::Urgent),
    ("critical", Priority::Urgent),
    ("4 urgent", Priority::Urgent),
    ("very high", Priority::Urgent),
];

/// Where RT's numbers begin to be what it calls Medium and High (`PriorityAsString`).
const RT_LEVELS: [u32; 2] = [50, 100];

/// The value that stands for every other one.
const ANY: &str = "*";

/// The technicians, by all that a file may call them.
#[derive(Debug, Clone, Default)]
pub struct Technicians {
    /// By e-mail address and by name; nobody where two have the name.
    known: HashMap<String, Option<Person>>,
}

impl Technicians {
    /// Of those who are enabled.
    pub fn of(users: &[User]) -> Self {
        let mut known = HashMap::new();
        for user in users {
            known.insert(key(&user.email), Some(user.person()));
            known.entry(key(&user.name)).and_modify(|other| *other = None).or_insert_with(|| Some(user.person()));
        }
        Self { known }
    }

    fn find(&self, text: &str) -> Option<&Person> {
        self.known.get(&key(text))?.as_ref()
    }
}

/// What the values of a file mean: our own table, and what the command line says instead.
#[derive(Debug, Clone, Default)]
pub struct Values {
    types: Vec<String>,
    technicians: Technicians,
    /// Said on the command line: field, value, what it means.
    said: HashMap<(&'static str, String), String>,
}

/// A value that nobody has said the meaning of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    field: &'static str,
    value: String,
    choices: String,
}

impl std::fmt::Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { field, value, choices } = self;
        write!(f, "{field}: \"{value}\" is none of ours; add --map '{field}:{value}=…' with one of {choices}.")
    }
}

impl Values {
    /// Reads what the command line says: `status:Waiting=Open`, one a rule, `*` for every value that is not said.
    ///
    /// # Errors
    /// A line for each rule that cannot be followed.
    pub fn read(rules: &[String], types: &IssueTypes, technicians: Technicians) -> Result<Self, Vec<String>> {
        let mut values = Self { types: types.all().to_vec(), technicians, said: HashMap::new() };
        let mut faults = Vec::new();
        for rule in rules {
            match values.rule(rule, types) {
                Ok((field, value, meant)) => drop(values.said.insert((field, value), meant)),
                Err(why) => faults.push(format!("--map {rule}: {why}")),
            }
        }
        if faults.is_empty() { Ok(values) } else { Err(faults) }
    }

    fn rule(&self, rule: &str, types: &IssueTypes) -> Result<(&'static str, String, String), String> {
        let (head, meant) = rule.rsplit_once('=').ok_or("write FIELD:VALUE=OURS")?;
        let (field, value) = head.split_once(':').ok_or("write FIELD:VALUE=OURS")?;
        let (value, meant) = (value.trim().trim_matches('"'), meant.trim().trim_matches('"'));
        let (field, known) = match field.trim().to_ascii_lowercase().as_str() {
            "status" | "state" => (Field::Status, Status::parse(meant).map(|status| status.name().to_owned())),
            "priority" => (Field::Priority, Priority::parse(meant).map(|priority| priority.name().to_owned())),
            "issuetype" | "type" => (Field::IssueType, types.find(meant).map(ToOwned::to_owned)),
            "technician" | "agent" => (Field::Technician, self.technicians.find(meant).map(|_| meant.to_owned())),
            _ => return Err("the field is status, issueType, priority or technician".to_owned()),
        };
        let meant = known.ok_or_else(|| format!("{meant} is none of ours; choose one of {}", self.choices(field)))?;
        Ok((field.name(), key(value), meant))
    }

    fn choices(&self, field: Field) -> String {
        match field {
            Field::Status => Status::ALL.map(Status::name).join(", "),
            Field::Priority => Priority::ALL.map(Priority::name).join(", "),
            Field::IssueType => self.types.join(", "),
            _ => "the enabled technicians, by e-mail address or name".to_owned(),
        }
    }

    fn unknown(&self, field: Field, value: &str) -> Unknown {
        Unknown { field: field.name(), value: value.trim().to_owned(), choices: self.choices(field) }
    }

    /// What a value was said to mean; `table` asks our own tables, which come before `*`.
    fn meant<T>(&self, field: Field, value: &str, ours: impl Fn(&str) -> Option<T>, table: Option<T>) -> Option<T> {
        let said = |value: &str| self.said.get(&(field.name(), key(value))).and_then(|meant| ours(meant));
        said(value).or(table).or_else(|| said(ANY))
    }

    /// A status.
    ///
    /// # Errors
    /// A value that has no meaning here, as an empty text.
    pub fn status(&self, text: &str) -> Result<Status, Unknown> {
        let table = STATUSES.iter().find(|(name, _)| *name == key(text)).map(|(_, status)| *status);
        self.meant(Field::Status, text, Status::parse, table).ok_or_else(|| self.unknown(Field::Status, text))
    }

    /// A priority; Medium for an empty text.
    ///
    /// # Errors
    /// A value that has no meaning here.
    pub fn priority(&self, text: &str, source: Source) -> Result<Priority, Unknown> {
        let known = key(text);
        let table = PRIORITIES.iter().find(|(name, _)| *name == known).map(|(_, priority)| *priority);
        let number = known.parse::<u32>().ok().filter(|_| source == Source::Rt).map(of_rt);
        let table = table.or(number).or_else(|| known.is_empty().then(Priority::default));
        self.meant(Field::Priority, text, Priority::parse, table).ok_or_else(|| self.unknown(Field::Priority, text))
    }

    /// An issue type of this desk; the last one, which is Other, for an empty text.
    ///
    /// # Errors
    /// A value that has no meaning here.
    pub fn issue_type(&self, text: &str) -> Result<String, Unknown> {
        let find = |text: &str| self.types.iter().find(|name| key(name) == key(text)).cloned();
        let table = find(text).or_else(|| key(text).is_empty().then(|| self.types.last().cloned()).flatten());
        self.meant(Field::IssueType, text, find, table).ok_or_else(|| self.unknown(Field::IssueType, text))
    }

    /// A technician, by e-mail address or name; an address may stand in angle brackets behind a name.
    pub fn technician(&self, text: &str) -> Option<Person> {
        let find = |text: &str| self.technicians.find(text).cloned();
        let (name, address) = parted(text);
        let table = find(text).or_else(|| address.and_then(find)).or_else(|| find(name));
        self.meant(Field::Technician, text, find, table)
    }
}

const fn of_rt(number: u32) -> Priority {
    let [medium, high] = RT_LEVELS;
    match number {
        _ if number >= high => Priority::High,
        _ if number >= medium => Priority::Medium,
        _ => Priority::Low,
    }
}

/// Name and address of `Name <address>`; a text without brackets is both of neither.
pub(super) fn parted(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"').trim(), Some(address.trim())),
        None => (text, None),
    }
}

/// How values are compared.
fn key(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staff::Role;

    fn user(id: u8, name: &str, email: &str) -> User {
        User {
            id: uuid::Uuid::from_bytes([id; 16]),
            email: email.to_owned(),
            name: name.to_owned(),
            phone: None,
            role: Role::Technician,
            owner: false,
            enabled: true,
            created_at: 0,
            genuine: true,
        }
    }

    fn values(rules: &[&str]) -> Result<Values, Vec<String>> {
        let users = [
            user(1, "Tomasz Zielinski", "tomasz@isp.example"),
            user(2, "Aisha Bello", "aisha@isp.example"),
            user(3, "Aisha Bello", "aisha2@isp.example"),
        ];
        let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
        Values::read(&rules, &IssueTypes::new(&["Roaming".to_owned()]), Technicians::of(&users))
    }

    #[test]
    fn statuses_and_priorities_of_the_four_are_known() {
        let values = values(&[]).unwrap();
        for (text, want) in [
            ("New", Status::New),
            (" open ", Status::Open),
            ("stalled", Status::InProgress),
            ("Pending  Reminder", Status::InProgress),
            ("RESOLVED", Status::Fixed),
            ("Archived", Status::Closed),
            ("rejected", Status::Closed),
            ("In Progress", Status::InProgress),
        ] {
            assert_eq!(values.status(text), Ok(want), "{text}");
        }
        for status in Status::ALL {
            assert_eq!(values.status(status.name()), Ok(status), "our own");
        }
        for (source, text, want) in [
            (Source::Zammad, "2 normal", Priority::Medium),
            (Source::OsTicket, "Emergency", Priority::Urgent),
            (Source::Csv, "", Priority::Medium),
            (Source::Rt, "0", Priority::Low),
            (Source::Rt, "50", Priority::Medium),
            (Source::Rt, "100", Priority::High),
        ] {
            assert_eq!(values.priority(text, source), Ok(want), "{text}");
        }
        for priority in Priority::ALL {
            assert_eq!(values.priority(priority.name(), Source::Csv), Ok(priority), "our own");
        }
        assert!(values.priority("50", Source::Zammad).is_err(), "only RT has numbers");
    }

    #[test]
    fn an_unknown_value_names_its_remedy() {
        let values = values(&[]).unwrap();
        let told = values.status("Waiting on customer").unwrap_err().to_string();
        assert!(told.contains("--map 'status:Waiting on customer=…'") && told.contains("In Progress"), "{told}");
        let told = values.issue_type("General").unwrap_err().to_string();
        assert!(told.contains("Roaming, Other"), "{told}");
        assert!(values.status("").is_err(), "a ticket without a status is none");
    }

    #[test]
    fn what_the_command_line_says_comes_first() {
        let rules = [
            "status:\"Waiting on customer\"=Open",
            "status:closed=Fixed",
            "type:*=other",
            "issueType:a=b=Roaming",
            "priority:*=High",
            "agent:jsmith=tomasz@isp.example",
        ];
        let values = values(&rules).unwrap();
        assert_eq!(values.status("waiting ON customer"), Ok(Status::Open));
        assert_eq!(values.status("Closed"), Ok(Status::Fixed), "over the table");
        assert_eq!(values.issue_type("incorrect bill").as_deref(), Ok("Incorrect Bill"), "the table before the rest");
        assert_eq!(values.issue_type("General").as_deref(), Ok("Other"));
        assert_eq!(values.issue_type("A=B").as_deref(), Ok("Roaming"));
        assert_eq!(values.priority("", Source::Csv), Ok(Priority::Medium));
        assert_eq!(values.priority("P5", Source::Csv), Ok(Priority::High));
        assert_eq!(values.technician("jsmith").map(|person| person.name), Some("Tomasz Zielinski".to_owned()));
    }

    #[test]
    fn rules_that_mean_nothing_are_refused() {
        let rules =
            ["status", "status:x", "colour:red=Open", "status:x=Sleeping", "agent:x=nobody@isp.example", "type:x="];
        let faults = values(&rules).unwrap_err();
        assert_eq!(faults.len(), rules.len(), "{faults:?}");
        assert!(faults[3].contains("--map status:x=Sleeping") && faults[3].contains("Dispatched"), "{faults:?}");
    }

    #[test]
    fn technicians_are_known_by_address_or_name_where_one_has_it() {
        let values = values(&[]).unwrap();
        let id = |text| values.technician(text).map(|person| person.id.as_bytes()[0]);
        for text in [
            "tomasz@isp.example",
            "Tomasz  ZIELINSKI",
            "Tom <Tomasz@isp.example>",
            "Tomasz Zielinski <tom@old.example>",
        ] {
            assert_eq!(id(text), Some(1), "{text}");
        }
        assert_eq!(id("aisha2@isp.example"), Some(3));
        for text in ["Aisha Bello", "Nobody", ""] {
            assert_eq!(id(text), None, "{text}");
        }
    }
}
