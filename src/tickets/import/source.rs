//! The help desks that tickets come from, and what the columns of their exports mean.
//!
//! docs/operations/coming-from-elsewhere.md lists them; a test holds that page against this file.

use std::fmt;

/// Where a file comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// Columns of our own, for every other help desk.
    Csv,
    /// osTicket: "Export" over a queue of tickets.
    OsTicket,
    /// Request Tracker: "Spreadsheet" under a search's feeds.
    Rt,
    /// Zammad: the download of a report, saved as CSV.
    Zammad,
}

/// What a column says of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The number that the ticket has there.
    Reference,
    /// What it is about, in a line.
    Subject,
    /// What happened.
    Description,
    /// Whose it is.
    ClientName,
    /// Their number.
    ClientPhone,
    /// Their address.
    ClientEmail,
    /// Their account at the ISP.
    ClientAccountId,
    /// What it is about, as that desk sorts its tickets.
    IssueType,
    /// Where it stands.
    Status,
    /// How soon.
    Priority,
    /// Who works on it.
    Technician,
    /// When it was logged.
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
    /// When it was put right.
    FixedAt,
    /// When it was closed.
    ClosedAt,
    /// A note; there may be several columns of them.
    Note,
}

/// Names of columns, the likeliest first: letters and digits count, in any letter case.
type Columns = &'static [(Field, &'static [&'static str])];

const OWN: Columns = &[
    (
        Field::Reference,
        &["reference", "ref", "ticketreference", "ticketnumber", "ticketid", "ticketno", "number", "id", "ticket"],
    ),
    (Field::Subject, &["subject", "title", "summary"]),
    (Field::Description, &["description", "details", "message", "body", "complaint"]),
    (
        Field::ClientName,
        &["clientname", "name", "customername", "fullname", "client", "customer", "subscriber", "requester"],
    ),
    (Field::ClientPhone, PHONES),
    (Field::ClientEmail, EMAILS),
    (Field::ClientAccountId, ACCOUNTS),
    (Field::IssueType, &["issuetype", "type", "category", "topic"]),
    (Field::Status, &["status", "state"]),
    (Field::Priority, &["priority", "urgency"]),
    (Field::Technician, &["technician", "assignedto", "assignee", "agent", "owner"]),
    (
        Field::CreatedAt,
        &["createdat", "created", "datecreated", "createdon", "createddate", "opened", "openedat", "date"],
    ),
    (Field::UpdatedAt, &["updatedat", "updated", "lastupdated", "lastupdate", "updatedon", "modified"]),
    (Field::FixedAt, &["fixedat", "fixed", "resolvedat", "resolved", "solvedat", "solved"]),
    (Field::ClosedAt, &["closedat", "closed", "closedon", "dateclosed", "closeddate"]),
];

const OSTICKET: Columns = &[
    (Field::Reference, &["ticketnumber", "ticketno", "ticket"]),
    (Field::Subject, &["subject", "issuesummary"]),
    (Field::Description, &["issuedetails", "description", "details"]),
    (Field::ClientName, &["from", "username", "name"]),
    (Field::ClientPhone, PHONES),
    (Field::ClientEmail, &["fromemail", "email", "emailaddress"]),
    (Field::ClientAccountId, ACCOUNTS),
    (Field::IssueType, &["helptopic", "topic"]),
    (Field::Status, &["currentstatus", "status"]),
    (Field::Priority, &["priority"]),
    (Field::Technician, &["agentassigned", "assignedto", "staffassigned"]),
    (Field::CreatedAt, &["datecreated", "createdate", "created", "date"]),
    (Field::UpdatedAt, &["lastupdated", "lastupdate"]),
    (Field::ClosedAt, &["closeddate", "dateclosed", "closed"]),
];

const RT: Columns = &[
    (Field::Reference, &["id", "ticketid", "ticket", "number"]),
    (Field::Subject, &["subject"]),
    (Field::Description, &["description", "content", "details"]),
    (Field::ClientName, &["clientname", "customername", "name"]),
    (Field::ClientPhone, PHONES),
    (Field::ClientEmail, &["requestors", "requestor", "requestoremail", "email"]),
    (Field::ClientAccountId, ACCOUNTS),
    (Field::IssueType, &["issuetype", "queuename", "queue"]),
    (Field::Status, &["status"]),
    (Field::Priority, &["priority"]),
    (Field::Technician, &["ownername", "owner"]),
    (Field::CreatedAt, &["created"]),
    (Field::UpdatedAt, &["lastupdated"]),
    (Field::FixedAt, &["resolved"]),
];

const ZAMMAD: Columns = &[
    (Field::Reference, &["number", "ticketnumber", "ticket"]),
    (Field::Subject, &["title", "subject"]),
    (Field::Description, &["description", "body", "article"]),
    (Field::ClientName, &["customer", "customername"]),
    (Field::ClientPhone, PHONES),
    (Field::ClientEmail, &["customeremail", "email"]),
    (Field::ClientAccountId, ACCOUNTS),
    (Field::IssueType, &["issuetype", "category", "group"]),
    (Field::Status, &["state", "status"]),
    (Field::Priority, &["priority"]),
    (Field::Technician, &["owner"]),
    (Field::CreatedAt, &["createdat", "created"]),
    (Field::UpdatedAt, &["updatedat", "updated"]),
    (Field::ClosedAt, &["closedat", "closeat", "closed"]),
];

// Fields that people add to their desks, and our own names.
const PHONES: &[&str] = &[
    "clientphone",
    "mobile",
    "mobilenumber",
    "mobileno",
    "mobilephone",
    "msisdn",
    "phone",
    "phonenumber",
    "phoneno",
    "telephone",
    "contactnumber",
];
const EMAILS: &[&str] = &["clientemail", "email", "emailaddress", "mail", "fromemail", "customeremail"];
const ACCOUNTS: &[&str] = &[
    "clientaccountid",
    "accountid",
    "account",
    "accountnumber",
    "accountno",
    "customerid",
    "customernumber",
    "clientid",
    "subscriberid",
];

/// Names of columns of notes; a number may follow.
const NOTES: [&str; 4] = ["note", "notes", "comment", "comments"];

impl Field {
    /// The name in messages and in files of our own columns.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Subject => "subject",
            Self::Description => "description",
            Self::ClientName => "clientName",
            Self::ClientPhone => "clientPhone",
            Self::ClientEmail => "clientEmail",
            Self::ClientAccountId => "clientAccountId",
            Self::IssueType => "issueType",
            Self::Status => "status",
            Self::Priority => "priority",
            Self::Technician => "technician",
            Self::CreatedAt => "createdAt",
            Self::UpdatedAt => "updatedAt",
            Self::FixedAt => "fixedAt",
            Self::ClosedAt => "closedAt",
            Self::Note => "note",
        }
    }
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Csv, Self::OsTicket, Self::Rt, Self::Zammad];

    /// The name on the command line and in the database, where it stays for ever.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::OsTicket => "osticket",
            Self::Rt => "rt",
            Self::Zammad => "zammad",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == text)
    }

    const fn columns(self) -> Columns {
        match self {
            Self::Csv => OWN,
            Self::OsTicket => OSTICKET,
            Self::Rt => RT,
            Self::Zammad => ZAMMAD,
        }
    }

    /// Whose columns these are, by those that only one desk has.
    fn recognise(names: &[String]) -> Self {
        let has = |name: &str| names.iter().any(|other| other == name);
        if has("ticketnumber")
            && ["helptopic", "currentstatus", "fromemail", "agentassigned"].iter().any(|name| has(name))
        {
            Self::OsTicket
        } else if has("id") && ["requestors", "requestor", "queuename", "queue"].iter().any(|name| has(name)) {
            Self::Rt
        } else if has("number") && has("title") && has("state") {
            Self::Zammad
        } else {
            Self::Csv
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Csv => "columns of our own",
            Self::OsTicket => "an export of osTicket",
            Self::Rt => "an export of Request Tracker",
            Self::Zammad => "an export of Zammad",
        })
    }
}

/// The first line of a file, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Where the file comes from.
    pub source: Source,
    /// What each column means.
    pub columns: Vec<Option<Field>>,
    /// Columns that mean nothing here, as they are called.
    pub unused: Vec<String>,
}

/// Why a file is none of tickets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No line with anything on it.
    #[error("there is nothing in it")]
    Empty,
    /// UTF-16, as some spreadsheet programs write it.
    #[error("it is not in UTF-8; save it as \"CSV UTF-8\"")]
    NotUtf8,
    /// The first line has no end, or a quotation mark is open in it.
    #[error("its first line names no columns: {0}")]
    Broken(#[from] crate::records::Broken),
    /// The first line does not name what a ticket needs.
    #[error(
        "its first line, read as {0}, names no column for {1}; rename one ({2}), or say with --from which help desk wrote it"
    )]
    Column(Source, &'static str, String),
    /// Nobody can tell which of them is meant.
    #[error("two of its columns are called {0}; rename one")]
    Twice(String),
}

impl Head {
    /// Understands the names of the columns: those of `forced`, or else of the desk whose they look to be.
    ///
    /// # Errors
    /// [`Unreadable`] where what a ticket needs is not there, or is twice.
    pub fn read(cells: &[Vec<u8>], forced: Option<Source>) -> Result<Self, Unreadable> {
        let names: Vec<String> = cells.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let plain: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let source = forced.unwrap_or_else(|| Source::recognise(&plain));
        let mut columns: Vec<Option<Field>> = plain.iter().map(|name| is_note(name).then_some(Field::Note)).collect();
        for (field, aliases) in source.columns() {
            for alias in *aliases {
                let mut places = plain.iter().enumerate().filter(|(_, name)| name == alias).map(|(place, _)| place);
                let Some(place) = places.next() else { continue };
                if places.next().is_some() {
                    return Err(Unreadable::Twice(names[place].clone()));
                }
                if columns[place].is_none() {
                    columns[place] = Some(*field);
                    break;
                }
            }
        }
        let head = Self { source, unused: unused(&names, &columns), columns };
        for needed in
            [&[Field::Reference][..], &[Field::Status], &[Field::CreatedAt], &[Field::Subject, Field::Description]]
        {
            if !needed.iter().any(|field| head.has(*field)) {
                return Err(Unreadable::Column(source, needed[0].name(), source.names_of(needed)));
            }
        }
        Ok(head)
    }

    /// Whether there is such a column.
    pub fn has(&self, field: Field) -> bool {
        self.columns.contains(&Some(field))
    }
}

impl Source {
    /// What a column of these may be called, for people.
    fn names_of(self, fields: &[Field]) -> String {
        let of = self.columns().iter().filter(|(field, _)| fields.contains(field));
        of.flat_map(|(_, aliases)| aliases.iter().copied()).collect::<Vec<_>>().join(", ")
    }
}

fn unused(names: &[String], columns: &[Option<Field>]) -> Vec<String> {
    let unused = names.iter().zip(columns).filter(|(name, meant)| meant.is_none() && !name.is_empty());
    unused.map(|(name, _)| name.clone()).collect()
}

fn is_note(name: &str) -> bool {
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
    NOTES.contains(&word)
}

/// A column's name without what people vary in it: RT puts the kind of field before the name, and `#` is short for number.
fn plain(name: &str) -> String {
    if name == "#" {
        return "number".to_owned();
    }
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let own =
        plain.strip_prefix("customfield").or_else(|| plain.strip_prefix("cf").filter(|_| name.starts_with("CF.")));
    let own = own.filter(|own| !own.is_empty()).map(ToOwned::to_owned);
    own.unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(line: &str, forced: Option<Source>) -> Result<Head, Unreadable> {
        let cells: Vec<Vec<u8>> = line.split('|').map(|name| name.as_bytes().to_vec()).collect();
        Head::read(&cells, forced)
    }

    /// What each column is taken for, by name.
    fn meant(line: &str) -> (Source, String) {
        let head = head(line, None).unwrap();
        let names: Vec<&str> = head.columns.iter().map(|column| column.map_or("-", Field::name)).collect();
        (head.source, names.join(" "))
    }

    #[test]
    fn the_four_are_known_by_their_columns() {
        // As osTicket 1.18 has them by default, and two fields of a form.
        let osticket = "Ticket Number|Date Created|Subject|From|From Email|Priority|Department|Help Topic|Source|\
            Current Status|Last Updated|SLA Due Date|Due Date|Closed Date|Overdue|Merged|Linked|Answered|Agent Assigned|\
            Team Assigned|Thread Count|Reopen Count|Attachment Count|Task Count|Account Number|Phone Number";
        let columns = "reference createdAt subject clientName clientEmail priority - issueType - status updatedAt - - \
            closedAt - - - - technician - - - - - clientAccountId clientPhone";
        assert_eq!(meant(osticket), (Source::OsTicket, columns.to_owned()));
        let rt = "id|Subject|Status|QueueName|Owner|Priority|Requestors|Created|Told|LastUpdated|Resolved|CF.{Phone}";
        let columns = "reference subject status issueType technician priority clientEmail createdAt - updatedAt fixedAt \
            clientPhone";
        assert_eq!(meant(rt), (Source::Rt, columns.to_owned()));
        let zammad = "#|Title|State|Priority|Group|Owner|Customer|Organization|Create Channel|Sender|Tags|\
            Time Units Total|Created At|Updated At|Closed At|Close Escalation At|First Response At|Article Count";
        let columns = "reference subject status priority issueType technician clientName - - - - - createdAt updatedAt \
            closedAt - - -";
        assert_eq!(meant(zammad), (Source::Zammad, columns.to_owned()));
        let own = "reference|clientName|clientPhone|clientEmail|clientAccountId|issueType|subject|description|status|\
            priority|technician|createdAt|updatedAt|fixedAt|closedAt|note|Note 2";
        let columns = own.replace('|', " ").replace("Note 2", "note");
        assert_eq!(meant(own), (Source::Csv, columns));
    }

    #[test]
    fn a_desk_can_be_named_and_then_its_columns_count() {
        let line = "number|title|state|created|customer";
        assert_eq!(head(line, None).unwrap().source, Source::Zammad);
        let own = head(line, Some(Source::Csv)).unwrap();
        assert_eq!((own.source, own.has(Field::Reference), own.has(Field::Subject)), (Source::Csv, true, true));
        assert!(matches!(
            head(line, Some(Source::OsTicket)),
            Err(Unreadable::Column(Source::OsTicket, "reference", _))
        ));
        for source in Source::ALL {
            assert_eq!(Source::parse(source.name()), Some(source));
        }
    }

    #[test]
    fn what_a_ticket_needs_has_to_be_there_once() {
        for (line, missing) in [
            ("subject|status|created", "reference"),
            ("id|subject|created", "status"),
            ("id|subject|status", "createdAt"),
            ("id|status|created", "subject"),
            ("a", "reference"),
        ] {
            let told = head(line, None).unwrap_err();
            assert!(matches!(told, Unreadable::Column(_, name, _) if name == missing), "{line}: {told}");
        }
        assert_eq!(head("id|id|subject|status|created", None), Err(Unreadable::Twice("id".to_owned())));
        let unused = head("id|subject|status|created|balance|", None).unwrap().unused;
        assert_eq!(unused, ["balance"]);
    }

    /// The page for operators names every column that is read.
    #[test]
    fn the_page_for_operators_lists_all_columns() {
        let page = include_str!("../../../docs/operations/coming-from-elsewhere.md");
        let words: std::collections::HashSet<String> =
            page.split(|c| "|`,\n".contains(c)).map(|word| plain(word.trim())).collect();
        for source in Source::ALL {
            let likeliest = source.columns().iter().map(|(_, aliases)| aliases[0]);
            let missing: Vec<_> = likeliest.filter(|name| !words.contains(*name)).collect();
            assert!(missing.is_empty(), "{source}: {missing:?}");
        }
    }
}
