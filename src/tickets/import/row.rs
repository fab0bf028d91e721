//! One row of a file as a ticket of the past, with every fault of every field.

use jiff::tz::TimeZone;

use super::{
    Field, Head, Source,
    values::{Values, parted},
    when::{self, Order},
};
use crate::{
    fault::Fault,
    input::{Given, Input, Limits},
    phone::{Phone, PhoneError, Region},
    staff::Person,
    tickets::{
        Priority, Status,
        form::{ACCOUNT, EMAIL, NAME, TEXT},
    },
};

const REFERENCE: Limits = Limits::line(100);
const VALUE: Limits = Limits::line(200);

/// What help desks write where nobody has a ticket.
const NOBODY: [&str; 4] = ["-", "nobody", "nobody in particular", "unassigned"];

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// 1990, before which nobody had a billing complaint about the Internet: a date before it is a mistake.
const EARLIEST: i64 = 631_152_000_000;

/// What rows are read by.
#[derive(Debug, Clone)]
pub struct Rules {
    /// What values mean.
    pub values: Values,
    /// Whose times those are that name no zone.
    pub zone: TimeZone,
    /// Whether the day or the month comes first.
    pub order: Option<Order>,
    /// The country whose numbers may be written without a country code.
    pub region: Option<Region>,
    /// Milliseconds; what lies a day behind it has not been yet.
    pub now: i64,
}

/// A ticket of another help desk, read and checked. Who its client is may still have to be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number there.
    pub reference: String,
    /// Absent where the row names none.
    pub client_name: Option<String>,
    /// Absent where the row has none that can be called.
    pub client_phone: Option<Phone>,
    /// A number that cannot be, as it was written.
    pub written_phone: Option<String>,
    /// An address, if known.
    pub client_email: Option<String>,
    /// An account, if known.
    pub client_account_id: Option<String>,
    /// One of this desk's.
    pub issue_type: String,
    /// Subject and text.
    pub description: String,
    /// Where it stands.
    pub status: Status,
    /// How soon.
    pub priority: Priority,
    /// Whose it is, if they are a technician here.
    pub technician: Option<Person>,
    /// Milliseconds, as all of these.
    pub created_at: i64,
    /// Never before `created_at`.
    pub updated_at: i64,
    /// When it was put right, for what is Fixed or Closed. Never before `created_at`.
    pub fixed_at: i64,
    /// When it was closed, for what is Closed. Never before `fixed_at`.
    pub closed_at: i64,
    /// What was noted, oldest first: what has no place in our tickets among it.
    pub notes: Vec<String>,
}

/// A row being read.
struct Reading<'a> {
    rules: &'a Rules,
    source: Source,
    input: Input,
    /// Notes as the row has them.
    notes: Vec<String>,
    /// What is wrong beside what the input tells.
    faults: Vec<String>,
}

/// Reads a row.
///
/// # Errors
/// A line that names each field with its fault and its remedy; of what the row says only statuses and the like.
pub fn read(cells: &[Vec<u8>], head: &Head, rules: &Rules) -> Result<Entry, String> {
    let (have, want) = (cells.len(), head.columns.len());
    if have < want || cells.iter().skip(want).any(|cell| !cell.is_empty()) {
        return Err(format!("There are {have} columns where the first line has {want}."));
    }
    let (mut fields, mut notes) = (Vec::new(), Vec::new());
    for (cell, column) in cells.iter().zip(&head.columns) {
        let Some(field) = column else { continue };
        let wrong = |_| format!("{}: This is not in UTF-8; save the file as \"CSV UTF-8\".", field.name());
        let text = std::str::from_utf8(cell).map_err(wrong)?.to_owned();
        if *field == Field::Note { notes.push(text) } else { fields.push((field.name().to_owned(), text)) }
    }
    let input = Input::from_pairs(fields);
    Reading { rules, source: head.source, input, notes, faults: Vec::new() }.entry()
}

impl Reading<'_> {
    fn entry(mut self) -> Result<Entry, String> {
        let reference = self.reference();
        let description = self.description();
        let (client_name, client_email) = self.who();
        let (client_phone, written_phone) = self.phone();
        let client_account_id = self.input.text(Field::ClientAccountId.name(), ACCOUNT).value();
        let (issue_type, status, priority) = self.sorted();
        let (technician, agent) = self.technician();
        if status == Some(Status::Dispatched) && technician.is_none() {
            let why = "technician: What is Dispatched needs an enabled technician of this desk; add them, or name one with \
                --map 'technician:…=E-MAIL', or give the status another meaning with --map.";
            self.faults.push(why.to_owned());
        }
        let times = self.times();
        let notes = self.noted(agent.as_deref(), written_phone.as_deref());
        let (faults, done) = (self.faults, self.input.finish());
        let told: Vec<String> = named(done).into_iter().chain(faults).collect();
        let (Some(issue_type), Some(status), Some(priority), Some(times), true) =
            (issue_type, status, priority, times, told.is_empty())
        else {
            return Err(told.join(" "));
        };
        let [created_at, updated_at, fixed_at, closed_at] = times;
        Ok(Entry {
            reference,
            client_name,
            client_phone,
            written_phone,
            client_email,
            client_account_id,
            issue_type,
            description,
            status,
            priority,
            technician,
            created_at,
            updated_at,
            fixed_at,
            closed_at,
            notes,
        })
    }

    fn reference(&mut self) -> String {
        let before = self.input.faults();
        let reference = self.input.text(Field::Reference.name(), REFERENCE).value().unwrap_or_default();
        if self.input.faults() == before && !reference.chars().any(char::is_alphanumeric) {
            self.faults.push("reference: Give the number that the ticket has there.".to_owned());
        }
        reference
    }

    /// The subject with the text below it, where there are both and they differ.
    fn description(&mut self) -> String {
        let (subject, text, before) = (Field::Subject.name(), Field::Description.name(), self.input.faults());
        let (subject, text) = (self.input.text(subject, TEXT), self.input.text(text, TEXT));
        match (subject, text) {
            (Given::Value(subject), Given::Value(text)) if subject != text => {
                let both = format!("{subject}\n\n{text}");
                if both.chars().count() > TEXT.max {
                    self.faults.push(format!("description: Subject and text are longer than {} characters.", TEXT.max));
                }
                both
            }
            (Given::Value(one), _) | (_, Given::Value(one)) => one,
            _ => {
                if self.input.faults() == before {
                    let why = "subject: Say what it was about; the row has neither a subject nor a text.";
                    self.faults.push(why.to_owned());
                }
                String::new()
            }
        }
    }

    /// Name and address. Either column may have both, as `Name <address>`, and several people, of whom the first counts.
    fn who(&mut self) -> (Option<String>, Option<String>) {
        let name = self.input.text(Field::ClientName.name(), NAME).value();
        let email = self.input.text(Field::ClientEmail.name(), TEXT).value();
        let (beside, address) = email.as_deref().map_or(("", None), |text| match parted(first(text)) {
            (name, Some(address)) => (name, Some(address)),
            (address, None) => ("", Some(address)),
        });
        let (own, within) = name.as_deref().map_or(("", None), parted);
        let address = address.or(within).or_else(|| Some(own).filter(|own| own.contains('@'))).unwrap_or_default();
        // Who is named by their address alone may be a client whose name is known here.
        let is_name = |name: &&str| !matches!(*name, "" | "-") && *name != address;
        let called = [own, beside].into_iter().find(is_name).unwrap_or_default();
        let both = [(Field::ClientEmail, address), (Field::ClientName, called)];
        let mut input = Input::from_pairs(both.map(|(field, text)| (field.name().to_owned(), text.to_owned())));
        let email = input.parsed(Field::ClientEmail.name(), EMAIL, crate::email::check).value();
        let called = input.text(Field::ClientName.name(), NAME).value();
        self.faults.extend(named(input.finish()));
        (called, email)
    }

    /// The number; or as it stands, where nobody can be called by it.
    fn phone(&mut self) -> (Option<Phone>, Option<String>) {
        match self.input.text(Field::ClientPhone.name(), VALUE) {
            Given::Value(text) => match Phone::parse(&text, self.rules.region.as_ref()) {
                Ok(phone) => (Some(phone), None),
                Err(_) => (None, Some(text)),
            },
            Given::Null | Given::Absent => (None, None),
        }
    }

    /// How the ticket is sorted: type, status and priority.
    fn sorted(&mut self) -> (Option<String>, Option<Status>, Option<Priority>) {
        let [issue_type, status, priority] = [Field::IssueType, Field::Status, Field::Priority]
            .map(|field| self.input.text(field.name(), VALUE).value().unwrap_or_default());
        let values = &self.rules.values;
        let (issue_type, status) = (values.issue_type(&issue_type), values.status(&status));
        let priority = values.priority(&priority, self.source);
        let mut keep = |unknown: super::values::Unknown| self.faults.push(unknown.to_string());
        (issue_type.map_err(&mut keep).ok(), status.map_err(&mut keep).ok(), priority.map_err(&mut keep).ok())
    }

    /// The technician, or what somebody is called who is none here.
    fn technician(&mut self) -> (Option<Person>, Option<String>) {
        let Given::Value(agent) = self.input.text(Field::Technician.name(), VALUE) else { return (None, None) };
        match self.rules.values.technician(&agent) {
            Some(person) => (Some(person), None),
            None if NOBODY.contains(&&*agent.to_lowercase()) => (None, None),
            None => (None, Some(agent)),
        }
    }

    /// When it was logged, last changed, fixed and closed, each no earlier than the one before.
    fn times(&mut self) -> Option<[i64; 4]> {
        let [created, updated, fixed, closed] =
            [Field::CreatedAt, Field::UpdatedAt, Field::FixedAt, Field::ClosedAt].map(|field| self.time(field));
        let (Some(created), Some(updated), Some(fixed), Some(closed)) = (created, updated, fixed, closed) else {
            return None;
        };
        let Some(created) = created else {
            self.faults.push("createdAt: Say when the ticket was logged.".to_owned());
            return None;
        };
        for (field, at) in [(Field::UpdatedAt, updated), (Field::FixedAt, fixed), (Field::ClosedAt, closed)] {
            if at.is_some_and(|at| at < created) {
                self.faults.push(format!("{}: This is before createdAt.", field.name()));
            }
        }
        let last = updated.or(closed).or(fixed).unwrap_or(created);
        let fixed = fixed.or(closed).unwrap_or(last);
        let closed = closed.unwrap_or(last).max(fixed);
        Some([created, last, fixed, closed])
    }

    /// A time, if there is one; nothing with a fault.
    #[expect(clippy::option_option, reason = "no time is not the same as a wrong one")]
    fn time(&mut self, field: Field) -> Option<Option<i64>> {
        let text = self.input.text(field.name(), VALUE).value().unwrap_or_default();
        let read = when::read(&text, &self.rules.zone, self.rules.order).map_err(|why| why.to_string());
        let within = read.and_then(|at| match at {
            Some(at) if at < EARLIEST => Err("This is before 1990.".to_owned()),
            Some(at) if at > self.rules.now + DAY => {
                Err("This has not been yet; see the setting timezone, and --dates.".to_owned())
            }
            at => Ok(at),
        });
        within.map_err(|why| self.faults.push(format!("{}: {why}", field.name()))).ok()
    }

    /// The row's notes, and what has no place in our tickets.
    fn noted(&mut self, agent: Option<&str>, phone: Option<&str>) -> Vec<String> {
        let mut notes = Vec::new();
        for text in std::mem::take(&mut self.notes) {
            let mut input = Input::from_pairs([(Field::Note.name().to_owned(), text)]);
            notes.extend(input.text(Field::Note.name(), TEXT).value());
            self.faults.extend(named(input.finish()));
        }
        notes.extend(agent.map(|agent| format!("Before the move this was with {agent}.")));
        notes.extend(
            phone.map(|phone| format!("Number before the move, which cannot be called as it is written: {phone}")),
        );
        notes
    }
}

impl Entry {
    /// Why nobody can be called about it, for whoever finds no other number.
    pub fn no_number(&self, region: Option<&Region>) -> String {
        let why = self.written_phone.as_deref().and_then(|text| Phone::parse(text, region).err());
        let why = why.map_or("There is no number in this row".to_owned(), |why: PhoneError| {
            format!("The number of this row cannot be used ({})", why.to_string().trim_end_matches('.'))
        });
        format!(
            "clientPhone: {why}, and no client here has its account or, alone, its e-mail address; import the clients \
             first, or give a number with --default-phone."
        )
    }

    /// All that the row says, each part by itself: of two rows that say the same, it is the same.
    pub fn parts(&self) -> Vec<Vec<u8>> {
        let text = |text: Option<&str>| text.unwrap_or_default().as_bytes().to_vec();
        let mut parts = vec![
            text(self.client_name.as_deref()),
            text(self.client_phone.as_ref().map(Phone::as_str)),
            text(self.client_email.as_deref()),
            text(self.client_account_id.as_deref()),
            text(Some(&self.issue_type)),
            text(Some(&self.description)),
            text(Some(self.status.name())),
            text(Some(self.priority.name())),
            self.technician.as_ref().map(|person| person.id.as_bytes().to_vec()).unwrap_or_default(),
        ];
        parts.extend(
            [self.created_at, self.updated_at, self.fixed_at, self.closed_at].map(|at| at.to_be_bytes().to_vec()),
        );
        parts.extend(self.notes.iter().map(|note| note.as_bytes().to_vec()));
        parts
    }
}

/// The first of several people; a name may have a comma in it where an address in brackets follows.
fn first(people: &str) -> &str {
    match people.find('>') {
        // A quoted address may have any sign in it.
        _ if crate::email::check(people).is_ok() => people,
        Some(end) => &people[..=end],
        None => people.split([',', ';']).next().unwrap_or_default(),
    }
}

/// Each fault with its field.
fn named(done: Result<(), Fault>) -> Vec<String> {
    match done {
        Ok(()) => Vec::new(),
        Err(Fault::Invalid(faults)) => faults.into_iter().map(|fault| fault.named().english()).collect(),
        Err(other) => vec![other.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::{
        IssueTypes,
        import::{File, Row},
    };

    const HEAD: &str = "reference,clientName,clientPhone,clientEmail,issueType,subject,description,status,priority,\
        technician,createdAt,updatedAt,fixedAt,closedAt,note\n";

    fn rules() -> Rules {
        Rules {
            values: Values::read(&[], &IssueTypes::default(), super::super::Technicians::default()).unwrap(),
            zone: TimeZone::UTC,
            order: None,
            region: "GB".parse().ok(),
            now: 1_790_000_000_000,
        }
    }

    fn rows(file: &str) -> Vec<Row> {
        let rules = rules();
        let mut file = File::open(file.as_bytes(), None).unwrap();
        std::iter::from_fn(|| file.next_row(&rules).unwrap()).collect()
    }

    fn one(row: &str) -> Result<Entry, String> {
        let rows = rows(&format!("{HEAD}{row}\n"));
        assert_eq!(rows.len(), 1);
        rows.into_iter().next().unwrap().entry
    }

    const GOOD: &str = "A-1,Nadia Okonkwo,07700 900142,n@example.com,Other,Charged twice,In March.,Closed,High,,\
        2026-01-02 10:00,2026-01-05 10:00,2026-01-03 10:00,2026-01-04 10:00,Called back";

    /// The good row with another value in the column of this name.
    fn with(column: &str, value: &str) -> Result<Entry, String> {
        let names: Vec<&str> = HEAD.trim_end().split(',').collect();
        let mut cells: Vec<&str> = GOOD.split(',').collect();
        let quoted = format!("\"{}\"", value.replace('"', "\"\""));
        cells[names.iter().position(|name| *name == column).unwrap()] = &quoted;
        one(&cells.join(","))
    }

    #[test]
    fn a_row_is_read_whole() {
        let entry = one(GOOD).unwrap();
        assert_eq!(entry.description, "Charged twice\n\nIn March.");
        assert_eq!(entry.client_phone.as_ref().unwrap().as_str(), "+447700900142");
        assert_eq!(
            (entry.status, entry.priority, entry.notes.as_slice()),
            (Status::Closed, Priority::High, &["Called back".to_owned()][..])
        );
        let day = |days: i64| entry.created_at + days * DAY;
        assert_eq!([entry.fixed_at, entry.closed_at, entry.updated_at], [day(1), day(2), day(3)]);
        let same = with("description", "Charged twice").unwrap();
        assert_eq!(same.description, "Charged twice", "what is said twice is kept once");
        let late = with("fixedAt", "").unwrap();
        assert_eq!(late.fixed_at, late.closed_at, "fixed when it was closed, where nobody says");
    }

    #[test]
    fn every_fault_names_its_field_and_a_remedy() {
        for (column, value, told) in [
            ("reference", "", "reference: Give the number"),
            ("reference", "--", "reference: Give the number"),
            ("clientEmail", "x", "clientEmail: "),
            ("issueType", "General", "--map 'issueType:General=…'"),
            ("status", "Waiting", "--map 'status:Waiting=…'"),
            ("status", "", "status: "),
            ("status", "Dispatched", "technician: "),
            ("priority", "P1", "--map 'priority:P1=…'"),
            ("createdAt", "", "createdAt: Say when"),
            ("createdAt", "01/02/2026", "createdAt: Say with --dates"),
            ("createdAt", "last week", "createdAt: This is no date"),
            ("createdAt", "2200-01-01", "createdAt: This has not been yet"),
            ("createdAt", "1970-01-01", "createdAt: This is before 1990"),
            ("closedAt", "2026-01-01", "closedAt: This is before createdAt"),
            ("description", &"x".repeat(10_001), "description: Shorten"),
            ("note", &"x".repeat(10_001), "note: "),
            ("subject", &"x".repeat(9_999), "description: Subject and text are longer"),
            ("clientName", "Na\u{0}dia", "clientName: Remove the control character U+0000"),
            ("description", "a\u{7}b", "description: Remove the control character U+0007"),
        ] {
            let why = with(column, value).unwrap_err();
            assert!(why.contains(told), "{column}: {why}");
            assert!(!why.contains("Nadia") && !why.contains("900142") && !why.contains("n@example"), "{why}");
        }
        let all = one("A-1,,,x,General,,,Waiting,P1,,then,,,,").unwrap_err();
        for field in ["clientEmail", "issueType", "subject", "status", "priority", "createdAt"] {
            assert!(all.contains(&format!("{field}: ")), "all at once: {all}");
        }
        assert!(one("A-1,Nadia").unwrap_err().contains("2 columns where the first line has 15"));
        assert!(one(&format!("{GOOD},more")).unwrap_err().contains("16 columns"));
        assert_eq!(with("description", &"x".repeat(9_980)).unwrap().description.chars().count(), 9_980 + 15);
    }

    #[test]
    fn text_stays_text() {
        for text in
            ["=cmd|' /C calc'!A0", "+1+1", "-1", "@SUM(A1)", "<script>alert(1)</script>", "'; DROP TABLE tickets; --"]
        {
            assert_eq!(with("subject", text).unwrap().description, format!("{text}\n\nIn March."));
        }
    }

    #[test]
    fn clients_are_named_in_either_column() {
        for (name, email, want) in [
            ("Nadia", "n@example.com", (Some("Nadia"), Some("n@example.com"))),
            ("", "Nadia <n@example.com>, b@example.com", (Some("Nadia"), Some("n@example.com"))),
            ("", "\"Okonkwo, Nadia\" <n@example.com>", (Some("Okonkwo, Nadia"), Some("n@example.com"))),
            ("", "n@example.com, b@example.com", (None, Some("n@example.com"))),
            ("Nadia <n@example.com>", "", (Some("Nadia"), Some("n@example.com"))),
            ("n@example.com", "", (None, Some("n@example.com"))),
            ("-", "", (None, None)),
        ] {
            let names: Vec<&str> = HEAD.trim_end().split(',').collect();
            let mut cells: Vec<String> = GOOD.split(',').map(ToOwned::to_owned).collect();
            for (column, value) in [("clientName", name), ("clientEmail", email)] {
                cells[names.iter().position(|name| *name == column).unwrap()] =
                    format!("\"{}\"", value.replace('"', "\"\""));
            }
            let entry = one(&cells.join(",")).unwrap();
            assert_eq!((entry.client_name.as_deref(), entry.client_email.as_deref()), want, "{name} {email}");
        }
    }

    #[test]
    fn what_has_no_place_is_noted() {
        let entry = with("technician", "Old Hand").unwrap();
        assert_eq!(entry.notes, ["Called back", "Before the move this was with Old Hand."]);
        assert_eq!(with("technician", "Nobody").unwrap().notes, ["Called back"]);
        let entry = with("clientPhone", "ext. 12").unwrap();
        assert_eq!((entry.client_phone.as_ref(), entry.written_phone.as_deref()), (None, Some("ext. 12")));
        assert!(entry.notes[1].ends_with("ext. 12"));
        assert!(entry.no_number(None).starts_with("clientPhone: The number of this row cannot be used ("));
        assert!(with("clientPhone", "").unwrap().no_number(None).contains("There is no number in this row"));
    }

    #[test]
    fn rows_that_say_the_same_are_known_by_it() {
        let parts = one(GOOD).unwrap().parts();
        assert_eq!(with("createdAt", "2026-01-02T10:00:00Z").unwrap().parts(), parts);
        for (column, value) in [
            ("clientName", "Nadia O"),
            ("clientPhone", "07700900143"),
            ("issueType", "Incorrect Bill"),
            ("status", "Fixed"),
            ("updatedAt", "2026-01-06"),
            ("note", "Called twice"),
        ] {
            assert_ne!(with(column, value).unwrap().parts(), parts, "{column}");
        }
    }

    #[test]
    fn latin_1_is_refused_by_the_row() {
        let file =
            [HEAD.as_bytes(), b"A-1,Jos\xe9,07700900142,,Other,x,,New,,,2026-01-02,,,,\n", GOOD.as_bytes()].concat();
        let (rules, mut file) = (rules(), File::open(&file[..], None).unwrap());
        let rows: Vec<Row> = std::iter::from_fn(|| file.next_row(&rules).unwrap()).collect();
        assert!(rows[0].entry.as_ref().unwrap_err().starts_with("clientName: This is not in UTF-8"));
        assert!(rows[1].entry.is_ok());
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let rows = rows(&format!(
            "\u{feff}{HEAD}\n,,,,,,,,,,,,,,\n\"open,\n{GOOD}\n{}\n",
            GOOD.replace("In March.", "\"a\nb\"")
        ));
        let lines: Vec<_> = rows.iter().map(|row| (row.line, row.to, row.entry.is_ok())).collect();
        assert_eq!(lines, [(4, 4, false), (5, 5, true), (6, 7, true)]);
    }
}
