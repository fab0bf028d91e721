//! `redress tickets import` through the real program, beside a running server.

use std::{collections::BTreeMap, fs, io::Write, process::Stdio, time::Duration};

use serde_json::{Value, json};

use crate::support::{
    Browser, Caller, Dir, PASSWORD, at_rest, contents, eventually,
    process::{Process, Ran, redress, run, run_with},
    sql,
};

/// With a gateway, so that whatever is told to anybody is queued and stays so.
const ENV: [(&str, &str); 7] = [
    ("REDRESS_REGION", "GB"),
    ("REDRESS_TIMEZONE", "Europe/London"),
    ("REDRESS_WORKER", "false"),
    ("REDRESS_SMS_GATEWAY", "kannel"),
    ("REDRESS_SMS_KANNEL_URL", "http://127.0.0.1:9/cgi-bin/sendsms"),
    ("REDRESS_SMS_KANNEL_USERNAME", "redress"),
    ("REDRESS_SMS_KANNEL_PASSWORD", "sendpw"),
];

const TOMASZ: &str = "Tomasz Zielinski";

const OSTICKET: &str = "\u{feff}Ticket Number,Date Created,Subject,From,From Email,Priority,Department,Help Topic,Source,\
    Current Status,Last Updated,Closed Date,Overdue,Agent Assigned,Thread Count,Phone Number\r\n";

/// As osTicket writes tickets, in London in July.
const ROWS: &str = "481516,2026-07-02 09:30:00,Charged twice,Nadia Okonkwo,nadia@example.com,High,Support,Incorrect Bill,Web,\
    Closed,2026-07-05 16:00:00,2026-07-05 15:00:00,0,Tomasz Zielinski,3,07700 900142\r\n\
    481517,2026-07-03 10:00:00,\"=HYPERLINK(\"\"x\"\"), twice\r\nover\",Zoë Quill,zoe@example.com,,Support,,Email,\
    Open,2026-07-03 11:00:00,,0,Gone Agent,1,\r\n\
    481518,2026-07-04 10:00:00,Paid and cut off,,anna@example.com,Normal,Support,Service Suspension,Email,\
    Resolved,2026-07-06 10:00:00,,0,,1,\r\n";

/// A desk with a technician and two clients.
async fn desk(dir: &Dir) -> (Process, Caller) {
    let process = Process::serve(dir, &ENV);
    let admin = process.admin(dir);
    let technician = json!({"email": "tomasz@isp.example", "name": TOMASZ, "role": "technician",
        "password": PASSWORD});
    assert_eq!(admin.post("/api/users", &technician).await.status, 201);
    for (account, name, email) in [("LF-2", "Zoë Quill", "ZOE@example.com"), ("LF-3", "Anna Bell", "anna@example.com")]
    {
        let client = json!({"name": name, "phone": format!("+4477009001{}", &account[3..].repeat(2)), "email": email});
        assert_eq!(admin.put(&format!("/api/clients/{account}"), &client).await.status, 201);
    }
    (process, admin)
}

fn import(dir: &Dir, text: &str, more: &[&str]) -> Ran {
    fs::write(dir.path().join("tickets.csv"), text).unwrap();
    run(dir, &[&["tickets", "import", "tickets.csv", "--region", "GB", "--timezone", "Europe/London"], more].concat())
}

/// How many rows a table has, whatever the server says.
fn count(dir: &Dir, table: &str, column: &str) -> u64 {
    sql(dir, &format!("UPDATE {table} SET {column} = {column}"))
}

fn messages(dir: &Dir) -> u64 {
    count(dir, "notifications", "due_at") + count(dir, "staff_mails", "due_at")
}

/// The one ticket that a search finds, whole.
async fn found(admin: &Caller, q: &str) -> Value {
    let listed = admin.get(&format!("/api/tickets?q={q}")).await.json;
    assert_eq!(listed["total"], 1, "{q}: {listed}");
    admin.get(&format!("/api/tickets/{}", listed["items"][0]["id"].as_str().unwrap())).await.json
}

fn told(ticket: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| ticket[*name].clone()).collect()
}

fn statuses(ticket: &Value) -> Vec<(&str, &str)> {
    let entries = ticket["statusHistory"].as_array().unwrap();
    entries.iter().map(|one| (one["status"].as_str().unwrap(), one["timestamp"].as_str().unwrap())).collect()
}

/// All tickets by their old numbers, without what every desk draws for itself.
async fn all(admin: &Caller) -> BTreeMap<String, Value> {
    let (mut all, mut cursor) = (BTreeMap::new(), String::new());
    loop {
        let page = admin.get(&format!("/api/tickets?sort=createdAt&pageSize=100{cursor}")).await.json;
        for item in page["items"].as_array().unwrap() {
            let one = format!("/api/tickets/{}", item["id"].as_str().unwrap());
            let mut ticket = admin.get(&one).await.json;
            let before = ticket["referenceBefore"].as_str().unwrap().to_owned();
            for own in ["id", "ticketRef", "createdBy"] {
                ticket[own] = json!(null);
            }
            for entry in ticket["statusHistory"].as_array_mut().unwrap() {
                entry["updatedBy"] = json!(null);
            }
            for note in ticket["notes"].as_array_mut().unwrap() {
                (note["id"], note["addedBy"]) = (json!(null), json!(null));
            }
            assert_eq!(all.insert(before, ticket), None, "it is there twice");
        }
        let Some(next) = page["nextCursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn an_export_comes_with_its_past_and_nobody_is_told() {
    let dir = &Dir::new();
    let (process, admin) = desk(dir).await;
    let file = format!("{OSTICKET}{ROWS}");
    let ran = import(dir, &file, &[]);
    assert_eq!(
        (ran.out.as_str(), ran.code),
        ("3 rows: 3 added, 0 changed, 0 as they were, 0 repeated, 0 refused\n", Some(0)),
        "{ran:?}"
    );
    let lines: Vec<&str> = ran.err.lines().collect();
    assert_eq!(
        lines,
        [
            "redress: read as an export of osTicket",
            "redress: columns left out: Department, Source, Overdue, Thread Count"
        ]
    );
    let history = admin.get("/api/audit?kind=clients").await.json;
    let events = [0, 1].map(|at| &history["items"][at]["event"]["clients"]);
    assert_eq!(*events[0], json!({"imported": {"of": "tickets", "added": 3, "changed": 0, "refused": 0}}));
    assert_eq!(*events[1], json!({"importBegan": {"of": "tickets", "rows": 3}}));

    let closed = found(&admin, "481516").await;
    assert_eq!(
        statuses(&closed),
        [
            ("New", "2026-07-02T08:30:00.000Z"),
            ("Fixed", "2026-07-05T14:00:00.000Z"),
            ("Closed", "2026-07-05T14:00:00.000Z")
        ]
    );
    let names = ["createdAt", "updatedAt", "clientPhone", "issueType", "priority", "referenceBefore", "version"];
    let want = json!([
        "2026-07-02T08:30:00.000Z",
        "2026-07-05T15:00:00.000Z",
        "+447700900142",
        "Incorrect Bill",
        "High",
        "481516",
        4
    ]);
    assert_eq!(told(&closed, &names), want);
    assert_eq!((&closed["assignedTo"]["name"], &closed["createdBy"]["name"]), (&json!(TOMASZ), &json!("Priya Raman")));
    assert!(closed["ticketRef"].as_str().unwrap().starts_with("BILL-20260702-"), "{closed}");

    let open = found(&admin, "481517").await;
    assert_eq!(open["description"], "=HYPERLINK(\"x\"), twice\nover");
    let names = ["clientPhone", "clientAccountId", "status", "issueType", "assignedTo"];
    assert_eq!(told(&open, &names), json!(["+447700900122", "LF-2", "Open", "Other", null]), "as the client's");
    assert_eq!(open["notes"][0]["content"], "Before the move this was with Gone Agent.");
    let resolved = found(&admin, "481518").await;
    assert_eq!((&resolved["status"], &resolved["clientName"]), (&json!("Fixed"), &json!("Anna Bell")));

    assert_eq!(messages(dir), 0, "nobody was told of anything");
    let browser = Browser::new(&process.base);
    browser.submit("/login", &[("email", "priya@isp.example"), ("password", PASSWORD)]).await;
    let page = browser.open(&format!("/tickets/{}", closed["ticketRef"].as_str().unwrap())).await;
    assert!(page.all(".ticket-head__meta span").concat().contains("Reference before: 481516"), "{}", page.text);
    let said = process.stop();
    for personal in ["Nadia", "481516", "Charged", "900142"] {
        assert!(!said.contains(personal), "{personal}: {said}");
    }
}

#[tokio::test]
async fn the_same_file_changes_nothing_and_a_later_one_what_is_different() {
    let dir = &Dir::new();
    let (_process, admin) = desk(dir).await;
    let file = format!("{OSTICKET}{ROWS}");
    import(dir, &file, &[]).done();
    let (closed, open) = (found(&admin, "481516").await, found(&admin, "481517").await);
    let again = import(dir, &file, &[]);
    assert_eq!(again.done(), "3 rows: 0 added, 0 changed, 3 as they were, 0 repeated, 0 refused\n");
    assert_eq!(found(&admin, "481516").await, closed, "nothing was written");

    let later = file
        .replace("Open,2026-07-03 11:00:00,", "Resolved,2026-07-08 11:00:00,2026-07-08 10:00:00")
        .replace("Charged twice", "Charged thrice");
    assert_eq!(import(dir, &later, &[]).done(), "3 rows: 0 added, 2 changed, 1 as they were, 0 repeated, 0 refused\n");
    let fixed = found(&admin, "481517").await;
    assert_eq!(
        (&fixed["status"], &fixed["id"], &fixed["ticketRef"]),
        (&json!("Fixed"), &open["id"], &open["ticketRef"])
    );
    assert_eq!(statuses(&fixed)[1], ("Fixed", "2026-07-08T09:00:00.000Z"));
    assert_eq!(fixed["notes"], open["notes"], "the note is not there twice");
    let edited = found(&admin, "481516").await;
    assert_eq!((&edited["description"], &edited["version"]), (&json!("Charged thrice"), &json!(5)));
    assert_eq!(found(&admin, "thrice").await["id"], edited["id"]);
    assert_eq!(messages(dir), 0, "nobody was told of anything");
    admin.ticket(json!({})).await;
    assert_eq!(messages(dir), 1, "which would have been seen");
}

#[tokio::test]
async fn the_examples_of_the_page_for_operators_are_read() {
    let dir = &Dir::new();
    let (_process, admin) = desk(dir).await;
    let nadia = json!({"name": "Nadia Okonkwo", "phone": "+447700900142", "email": "nadia@example.com"});
    assert_eq!(admin.put("/api/clients/LF-100200", &nadia).await.status, 201);
    let page = include_str!("../../../docs/operations/coming-from-elsewhere.md");
    let lines: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    let mut read = 0;
    for (head, number, known) in [
        ("Ticket Number,", "481516", "osTicket"),
        ("id\t", "4815", "Request Tracker"),
        ("#,", "20260102000042", "Zammad"),
        ("reference,", "4815", "our own"),
    ] {
        let at = lines.iter().position(|line| line.starts_with(head)).unwrap();
        let ran = import(dir, &lines[at..at + 2].join("\n"), &["--map", "issueType:*=Other"]);
        assert!(ran.err.contains(known) && ran.out.starts_with("1 rows: 1 added"), "{ran:?}");
        read += 1;
        let listed = admin.get(&format!("/api/tickets?q={number}&sort=createdAt")).await.json;
        let ticket = &listed["items"][0];
        assert_eq!(
            (&ticket["clientName"], &ticket["clientPhone"]),
            (&json!("Nadia Okonkwo"), &json!("+447700900142")),
            "{head}"
        );
    }
    assert_eq!(admin.get("/api/tickets").await.json["total"], read, "numbers of two desks are two tickets");
    assert_eq!(admin.get("/api/tickets?q=march").await.json["items"][0]["description"], "\"No bill\" since March");
    assert_eq!(messages(dir), 0);
}

#[tokio::test]
async fn bad_rows_are_told_by_their_line_and_the_good_ones_kept() {
    let dir = &Dir::new();
    let (_process, admin) = desk(dir).await;
    let long = "x".repeat(10_001);
    let rows = [
        "reference;subject;status;created;phone;email;name;note",
        "A-1;Good;New;2026-01-02;07700900142;;Nadia;",
        &format!("A-2;{long};New;2026-01-02;07700900142;;Nadia;"),
        "A-3;Control\u{7};New;2026-01-02;07700900142;;Nadia;",
        "A-4;Nul\u{0};New;2026-01-02;07700900142;;Nadia;",
        "A-5;Waiting;Waiting;2026-01-02;07700900142;;Nadia;",
        "A-6;\"Open;New;2026-01-02;07700900142;;Nadia;",
        "A-7;Nobody;New;2026-01-02;;nobody@example.com;Nadia;",
        "A-8;No number;New;2026-01-02;call me;;Nadia;",
        "A-9;Twice;New;2026-01-02;07700900142;;Nadia;",
        "A-10;Short;New",
        "a-9;Twice;Open;2026-01-02;07700900142;;Nadia;",
        "A-11;Dispatched;Dispatched;2026-01-02;07700900142;;Nadia;",
        "A-12;Last;Fixed;2026-01-02;07700900142;;Nadia;\"'; DROP TABLE tickets; --\"",
    ];
    let ran = import(dir, &(rows.join("\n") + "\n"), &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.out, "13 rows: 3 added, 0 changed, 0 as they were, 1 repeated, 9 refused\n");
    for (line, words) in [
        (3, "subject: Shorten"),
        (4, "subject: Remove the control character U+0007"),
        (5, "subject: Remove the control character U+0000"),
        (6, "status: \"Waiting\" is none of ours; add --map 'status:Waiting=…'"),
        (7, "quotation mark"),
        (8, "clientPhone: There is no number in this row"),
        (9, "clientPhone: The number of this row cannot be used"),
        (10, "line 12 has the same reference"),
        (11, "3 columns where the first line has 8"),
        (13, "technician: What is Dispatched"),
    ] {
        let told = ran.err.lines().find(|told| told.starts_with(&format!("redress: line {line}: ")));
        assert!(told.is_some_and(|told| told.contains(words)), "{line} {words}: {ran:?}");
    }
    assert!(ran.err.contains("9 rows were refused; correct"), "{ran:?}");
    for personal in ["Nadia", "900142", "nobody@example", "call me", "A-8"] {
        assert!(!ran.err.contains(personal), "{personal}: {ran:?}");
    }
    assert_eq!(found(&admin, "A-9").await["status"], "Open", "the last row counts");
    assert_eq!(found(&admin, "A-12").await["notes"][0]["content"], "'; DROP TABLE tickets; --");
    // The same with what helps: a meaning, a technician, a number.
    let more = ["--map", "status:\"Waiting\"=Open", "--default-phone", "0113 496 0999"];
    let ran = import(dir, &(rows.join("\n") + "\n"), &more);
    assert_eq!(ran.out, "13 rows: 3 added, 0 changed, 3 as they were, 1 repeated, 6 refused\n", "{ran:?}");
    assert_eq!(found(&admin, "A-7").await["clientPhone"], "+441134960999");
    let noted = found(&admin, "A-8").await;
    assert!(noted["notes"][0]["content"].as_str().unwrap().ends_with("call me"), "{noted}");
    assert_eq!(messages(dir), 0);
}

#[tokio::test]
async fn what_was_changed_here_stays_and_what_was_erased_too() {
    let dir = &Dir::new();
    let (_process, admin) = desk(dir).await;
    let head = "reference,subject,status,created,phone,name,account\n";
    let row = |status| format!("{head}Q-77,Slow,{status},2026-01-02,07700900142,Quillfeather,LF-551\n");
    import(dir, &row("New"), &[]).done();
    let ticket = found(&admin, "Q-77").await;
    let at = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
    admin.put(&at, &json!({"priority": "Urgent"})).await;
    assert!(import(dir, &row("New"), &[]).done().contains("1 as they were"), "the file says what it said");
    let ran = import(dir, &row("Closed"), &[]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.out.contains("0 changed, 0 as they were"), "{ran:?}");
    assert!(
        ran.err.contains("line 2: this ticket has been changed here") && ran.err.contains("1 left as they are"),
        "{ran:?}"
    );
    assert_eq!(admin.get(&at).await.json["status"], "New");

    let erase = json!({"phone": "+447700900142", "reason": "Request 17", "confirm": "+447700900142"});
    let erased = admin.post("/api/privacy/erasures", &erase).await;
    assert_eq!(erased.status, 200, "{}", erased.text);
    let after = admin.get(&at).await.json;
    assert_eq!((&after["clientName"], &after["referenceBefore"]), (&json!("[erased]"), &json!(null)));
    assert_eq!(admin.get("/api/tickets?q=Q-77").await.json["total"], 0);
    let ran = import(dir, &row("Closed"), &[]);
    assert!(ran.err.contains("1 left out, whose client was erased"), "{ran:?}");
    assert_eq!(admin.get(&at).await.json, after);
    assert_eq!(admin.get("/api/tickets").await.json["total"], 1);
}

#[tokio::test]
async fn a_dry_run_tells_everything_and_stores_nothing() {
    let dir = &Dir::new();
    let (process, _admin) = desk(dir).await;
    import(dir, &format!("{OSTICKET}{ROWS}"), &[]).done();
    process.stop();
    let later = format!(
        "{OSTICKET}{}",
        ROWS.replace("Open,2026-07-03 11", "Resolved,2026-07-08 11").replace("481518", "481519")
    );
    let later = later + "481520,2026-07-04 10:00:00,No number,,x@example.com,,,,,Open,,,,,,\r\n";
    let before = contents(dir);
    let ran = import(dir, &later, &["--dry-run"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(
        ran.out,
        "dry run, nothing is stored. It would be 4 rows: 1 added, 1 changed, 1 as they were, 0 repeated, 1 refused\n"
    );
    assert!(ran.err.contains("line 6: clientPhone: "), "{ran:?}");
    let after = contents(dir);
    let differ: Vec<_> =
        before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name)).collect();
    assert!(differ.is_empty(), "{differ:?}");
    let ran = import(dir, &later, &[]);
    assert_eq!(ran.out, "4 rows: 1 added, 1 changed, 1 as they were, 0 repeated, 1 refused\n", "as it was told");
}

#[tokio::test]
async fn what_is_no_file_of_tickets_changes_nothing() {
    let dir = &Dir::new();
    let error = import(dir, "reference,subject,status,created\n", &[]).failed();
    assert!(error.contains("no desk"), "{error}");
    let process = Process::serve(dir, &ENV);
    let error = import(dir, "reference,subject,status,created\n", &[]).failed();
    assert!(error.contains("redress user add"), "{error}");
    let admin = process.admin(dir);
    let wide = "x".repeat(3 << 20);
    for (text, words) in [
        ("", "nothing in it"),
        ("\u{feff}\n\n", "nothing in it"),
        ("subject,status,created\nx,New,2026-01-02\n", "no column for reference"),
        ("just one column\n", "no column for reference"),
        (&*wide, "its first line names no columns"),
        ("\"reference,subject\n", "its first line names no columns"),
        ("id,id,subject,status,created\n", "two of its columns are called id"),
    ] {
        let error = import(dir, text, &[]).failed();
        assert!(error.contains(words), "{words}: {error}");
    }
    fs::write(dir.path().join("wide.csv"), b"\xff\xfer\0e\0f\0").unwrap();
    for (file, words) in [("wide.csv", "UTF-8"), ("missing.csv", "cannot read missing.csv")] {
        let error = run(dir, &["tickets", "import", file]).failed();
        assert!(error.contains(words), "{file}: {error}");
    }
    let empty = import(dir, "reference,subject,status,created\n", &[]);
    assert_eq!(empty.done(), "0 rows: 0 added, 0 changed, 0 as they were, 0 repeated, 0 refused\n");
    let error = import(dir, "reference,subject,status,created\n", &["--by", "tomasz@isp.example"]).failed();
    assert!(error.contains("no enabled admin"), "{error}");
    for more in [
        &["--map", "status:x=Sleeping"][..],
        &["--map", "status"],
        &["--from", "jira"],
        &["--dates", "ymd"],
        &["--default-phone", "12"],
        &["more.csv"],
    ] {
        let ran = import(dir, "reference,subject,status,created\n", more);
        assert_eq!(ran.code, Some(2), "{more:?}: {ran:?}");
    }
    assert_eq!(run(dir, &["tickets"]).code, Some(2));
    assert_eq!(admin.get("/api/tickets").await.json["total"], 0);
    let help = run(dir, &["tickets", "import", "--help"]).done();
    assert!(["timezone", "--dry-run", "--map", "Nothing is sent"].iter().all(|word| help.contains(word)), "{help}");
    let piped = "ref;title;state;opened;mobile;name\nA-1;Slow;New;2026-01-02;07700900142;Nadia\n";
    let ran = run_with(dir, &["tickets", "import", "-", "--region", "GB"], piped);
    assert!(ran.out.starts_with("1 rows: 1 added"), "{ran:?}");
}

#[tokio::test]
async fn nothing_personal_lies_in_clear() {
    let dir = &Dir::new();
    let (process, admin) = desk(dir).await;
    let planted =
        ["Quillfeather", "WOMBAT-551-ZQ", "7700931427", "zephyrine@quagmire.example", "flibbertigibbet", "OCELOT-7788"];
    let [name, reference, phone, email, word, account] = planted;
    let file = format!(
        "reference,subject,status,created,phone,email,name,account,note\n\
        {reference},{word},Closed,2026-01-02,+44{phone},{email},{name},{account},{word}\n"
    );
    import(dir, &file, &[]).done();
    assert_eq!(found(&admin, reference).await["referenceBefore"], reference);
    fs::remove_file(dir.path().join("tickets.csv")).unwrap();
    process.stop();
    for (place, bytes) in at_rest(dir) {
        for word in planted {
            assert!(
                !bytes.windows(word.len()).any(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes())),
                "{word} in {place}"
            );
        }
    }
}

/// As many rows as are several transactions.
fn many() -> String {
    let rows = (0..1_200).map(|n| {
        let status = ["New", "In Progress", "Resolved", "Closed"][n % 4];
        format!("T-{n},Complaint {n},{status},2026-01-02 10:00,2026-01-0{} 11:00,+44770090{n:04},Client {n},Note {n},Old Hand\n", 3 + n % 5)
    });
    "reference,subject,status,created,updated,phone,name,note,agent\n".to_owned() + &rows.collect::<String>()
}

#[tokio::test]
async fn killed_in_the_middle_and_begun_again_it_is_the_desk_of_one_run() {
    let (dir, other) = (&Dir::new(), &Dir::new());
    let (process, admin) = desk(dir).await;
    fs::write(dir.path().join("tickets.csv"), many()).unwrap();
    let args = ["tickets", "import", "tickets.csv", "--timezone", "Europe/London"];
    let mut kills = 0;
    for more in [1, 400, 800] {
        let mut child = redress(dir, &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while child.try_wait().unwrap().is_none() && admin.get("/api/tickets").await.json["total"].as_u64() < Some(more)
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let killed = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        let stored = admin.get("/api/tickets").await.json["total"].as_u64().unwrap();
        kills += u64::from(killed && stored < 1_200);
    }
    assert!(kills > 0, "it was never in the middle");
    let ran = run(dir, &args);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (_process, unbroken) = desk(other).await;
    assert!(import(other, &many(), &[]).done().starts_with("1200 rows: 1200 added"));
    let (twice, once) = (all(&admin).await, all(&unbroken).await);
    assert_eq!(twice.len(), 1_200);
    for (reference, ticket) in &once {
        assert_eq!(twice.get(reference), Some(ticket), "{reference}");
    }
    assert_eq!(
        found(&admin, "T-1199").await["notes"].as_array().unwrap().len(),
        2,
        "search knows what came after the kill"
    );
    assert_eq!((messages(dir), messages(other)), (0, 0));
    process.stop();
}

/// One that waits for its file, as behind a pipe, is told of as a server is: no key is taken away from under it.
#[tokio::test]
async fn keys_may_be_changed_while_one_runs() {
    let dir = &Dir::new();
    let (process, admin) = desk(dir).await;
    let args = ["tickets", "import", "-", "--region", "GB", "--timezone", "Europe/London"];
    let mut child =
        redress(dir, &args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    eventually("it says that it is there", async || (count(dir, "nodes", "seen_at") == 2).then_some(())).await;
    run(dir, &["key", "rotate"]).done();
    run(dir, &["key", "forget", "1"]).done();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(format!("{OSTICKET}{ROWS}").as_bytes()).unwrap();
    drop(pipe);
    assert!(child.wait().unwrap().success());
    assert_eq!(admin.get("/api/tickets?q=481516").await.json["items"][0]["clientName"], "Nadia Okonkwo");
    assert_eq!(count(dir, "nodes", "seen_at"), 1, "and that it has gone");
    process.stop();
}

/// What a later file makes somebody else's ticket goes on being held with its client.
#[tokio::test]
async fn an_import_takes_no_ticket_out_of_a_legal_hold() {
    let dir = &Dir::new();
    let (_process, admin) = desk(dir).await;
    let nadia = json!({"name": "Nadia Okonkwo", "phone": "+447700900142"});
    assert_eq!(admin.put("/api/clients/LF-5", &nadia).await.status, 201);
    let file = |number: &str| format!("{OSTICKET}{}", ROWS.replace("07700 900142", number));
    import(dir, &file("07700 900142"), &[]).done();
    let hold = json!({"accountId": "LF-5", "reason": "Case 4711"});
    assert_eq!(admin.post("/api/privacy/holds", &hold).await.status, 201);
    import(dir, &file("07700 900155"), &[]).done();
    let ticket = found(&admin, "481516").await;
    assert_eq!(ticket["clientPhone"], "+447700900155", "{ticket}");
    let holds = admin.get("/api/privacy/holds").await.json["items"].clone();
    assert_eq!(holds[1]["ticketId"], ticket["id"], "{holds}");
    let reference = ticket["ticketRef"].as_str().unwrap();
    let body = json!({"ticket": reference, "reason": "R", "confirm": reference});
    assert_eq!(admin.post("/api/privacy/erasures", &body).await.status, 409);
}
