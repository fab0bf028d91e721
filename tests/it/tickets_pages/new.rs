//! Logging a ticket on its form.

use super::{FIELDS, desk, log, toast, with};

#[tokio::test]
async fn a_ticket_is_logged_and_said_once() {
    let (_app, _, browser) = desk().await;
    let form = browser.open("/tickets/new").await;
    assert_eq!(form.status, 200);
    assert_eq!(form.all("title"), ["New ticket · Redress"]);
    assert!(!form.has("input[name=issueType][checked]"), "an issue type has no default");
    assert_eq!(form.attribute("input[name=priority][checked]", "value").as_deref(), Some("Medium"));
    let key = form.attribute("input[name=idempotencyKey]", "value").unwrap();
    let page = browser.submit("/tickets/new", &with(&FIELDS, &[("idempotencyKey", &key)])).await;
    assert_eq!(page.status, 303);
    let reference = page.location.strip_prefix("/tickets/").unwrap();
    assert!(reference.starts_with("BILL-20261123-"), "{reference}");
    let ticket = browser.open(&page.location).await;
    assert_eq!(ticket.status, 200);
    assert_eq!(toast(&ticket), [format!("Ticket {reference} logged")]);
    assert_eq!(ticket.all(".ticket-head h1"), ["Incorrect Bill Nadia Okonkwo"]);
    assert_eq!(ticket.all(".prose"), ["Charged twice for the router."]);
    assert_eq!(ticket.all(".facts dd")[0], "07700 900142");
    assert!(toast(&browser.open(&page.location).await).is_empty(), "the toast is shown once");
    assert_eq!(browser.open("/tickets").await.all("tbody .ref"), [reference]);
}

#[tokio::test]
async fn all_faults_come_at_once_with_what_was_typed() {
    let (_app, _, browser) = desk().await;
    let typed = [
        ("clientName", ""),
        ("clientPhone", "12 34"),
        ("clientEmail", "not an address"),
        ("clientAccountId", "LF-204417"),
        ("description", ""),
        ("priority", "Urgent"),
        ("status", "Fixed"),
        ("assignedTo", "nobody I know"),
        ("idempotencyKey", "kept"),
    ];
    let page = browser.submit("/tickets/new", &typed).await;
    assert_eq!(page.status, 422);
    assert_eq!(page.all("title"), ["Error: New ticket · Redress"]);
    let faulty = ["clientName", "clientPhone", "clientEmail", "issueType", "description", "assignedTo", "status"];
    let mut linked = page.attributes(".error-summary a", "href");
    for field in faulty {
        assert!(page.has(&format!("#{field}-err")), "no words beside {field}");
        let link = format!("#{field}");
        assert!(linked.contains(&link), "{field} is not in the summary: {linked:?}");
        assert!(page.has(&link), "the summary leads nowhere: {link}");
        linked.retain(|one| *one != link);
    }
    assert!(linked.is_empty(), "faults of good fields: {linked:?}");
    for field in ["clientName", "clientPhone", "clientEmail", "description", "assignedTo", "status"] {
        let (invalid, told) =
            (format!("#{field}[aria-invalid=true]"), format!("#{field}[aria-describedby*={field}-err]"));
        assert!(page.has(&invalid) && page.has(&told), "{field} does not say that it is wrong");
    }
    for ids in page.attributes("[aria-describedby]", "aria-describedby") {
        assert_eq!(ids.trim(), ids, "a blank names nothing");
        assert!(ids.split(' ').all(|id| page.has(&format!("[id='{id}']"))), "{ids} is not all there");
    }
    for (field, text) in &typed[1..4] {
        assert_eq!(page.attribute(&format!("#{field}"), "value").as_deref(), Some(*text));
    }
    assert_eq!(page.attribute("input[name=priority][checked]", "value").as_deref(), Some("Urgent"));
    assert_eq!(page.attribute("input[name=idempotencyKey]", "value").as_deref(), Some("kept"));
    assert!(page.has("details[open] #status"), "a folded field with a fault must be seen");
    assert!(browser.open("/tickets").await.all("tbody tr").is_empty());
}

#[tokio::test]
async fn limits_are_told_and_long_text_is_kept() {
    let (_app, _, browser) = desk().await;
    let (name, text, account) = ("é".repeat(201), "long ".repeat(2001), "1".repeat(65));
    for (field, value) in [
        ("clientName", name.as_str()),
        ("clientName", "Na\0dia"),
        ("clientAccountId", &account),
        ("description", &text),
        ("description", "bell \u{7}"),
        ("clientPhone", "+44 20 7946"),
        ("clientEmail", "a@b@c"),
        ("issueType", "Alien"),
        ("priority", "Whatever"),
    ] {
        let page = browser.submit("/tickets/new", &with(&FIELDS, &[(field, value)])).await;
        assert_eq!(page.status, 422, "{field}");
        assert_eq!(page.all(".error-summary a").len(), 1, "{field}");
        assert!(page.has(&format!("#{field}-err")), "{field}");
        if field == "description" && value.len() > 100 {
            assert_eq!(page.all("#description")[0].len(), value.trim().len());
        }
    }
    let most =
        [("clientName", "😀".repeat(200)), ("description", "x".repeat(10_000)), ("clientAccountId", "1".repeat(64))];
    for (field, value) in &most {
        log(&browser, &[(field, value)]).await;
    }
    assert_eq!(browser.open("/tickets").await.all("tbody tr").len(), most.len());
}

#[tokio::test]
async fn a_form_sent_twice_logs_one_ticket() {
    let (app, _, browser) = desk().await;
    let form = with(&FIELDS, &[("idempotencyKey", "4f6c")]);
    let (one, two) = tokio::join!(browser.submit("/tickets/new", &form), browser.submit("/tickets/new", &form));
    assert_eq!((one.status, two.status), (303, 303));
    assert_eq!(one.location, two.location);
    assert_eq!(browser.open("/tickets").await.all("tbody tr").len(), 1);
    let admin = app.admin().await;
    let sent = admin.get(&format!("/api{}/notifications", one.location)).await;
    assert_eq!(sent.json["items"].as_array().unwrap().len(), 1, "one ticket, one SMS");
    let other = browser.submit("/tickets/new", &with(&form, &[("clientName", "Peter Lindqvist")])).await;
    assert_eq!(other.status, 422);
    assert!(other.all(".error-summary")[0].contains("already"), "{:?}", other.all(".error-summary"));
    let key = other.attribute("input[name=idempotencyKey]", "value").unwrap();
    assert_ne!(key, "4f6c", "the form must be good for another ticket");
    log(&browser, &[("clientName", "Peter Lindqvist"), ("idempotencyKey", &key)]).await;
    assert_eq!(browser.open("/tickets").await.all("tbody tr").len(), 2);
}

#[tokio::test]
async fn the_address_fills_the_form_in() {
    let (_app, _, browser) = desk().await;
    let page = browser.open("/tickets/new?clientPhone=07700+900555&clientName=Zo%C3%AB").await;
    assert_eq!(page.attribute("#clientPhone", "value").as_deref(), Some("07700 900555"));
    assert_eq!(page.attribute("#clientName", "value").as_deref(), Some("Zoë"));
}
