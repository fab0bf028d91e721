//! What the form that logs a ticket offers while somebody types.

use redress::staff::Role;
use serde_json::json;

use super::{client, put, query};
use crate::support::{Browser, PASSWORD, Page, TestApp};

async fn offered(browser: &Browser, q: &str) -> Page {
    let page = browser.open(&format!("/clients/suggest?q={}", query(q))).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(!page.text.contains("<html"), "only the options: {}", page.text);
    page
}

const OPTION: &str = "li[role=option]";

#[tokio::test]
async fn options_carry_what_fills_the_form_and_warn_of_an_open_ticket() {
    let app = TestApp::with(&[("region", "GB")]).await;
    let admin = app.admin().await;
    let browser = app.browser().await;
    let body =
        json!({"name": "Nadia <Okonkwo> & Co", "phone": "07700 900142", "email": "n@example.com", "plan": "Fibre 150"});
    assert_eq!(put(&admin, "LF-204417", body).await.status, 201);
    let page = offered(&browser, "nad").await;
    for (name, want) in [
        ("id", "client-0"),
        ("data-client-name", "Nadia <Okonkwo> & Co"),
        ("data-client-phone", "+447700900142"),
        ("data-client-shown-phone", "07700 900142"),
        ("data-client-account-id", "LF-204417"),
        ("data-client-email", "n@example.com"),
    ] {
        assert_eq!(page.attribute(OPTION, name).as_deref(), Some(want), "{name}");
    }
    assert_eq!(page.all("mark"), ["Nad"]);
    assert!(page.all("small")[0].contains("07700 900142 · LF-204417 · Fibre 150"), "{:?}", page.all("small"));
    assert!(page.attribute(OPTION, "data-open-ref").is_none());

    let ticket = admin.ticket(json!({"clientAccountId": "lf 204417", "clientPhone": "+447700900999"})).await;
    let reference = ticket["ticketRef"].as_str().unwrap();
    let page = offered(&browser, "0142").await;
    assert_eq!(page.attribute(OPTION, "data-open-ref").as_deref(), Some(reference), "joined by account");
    assert_eq!(page.attribute(OPTION, "data-open-href"), Some(format!("/tickets/{reference}")));
    assert!(page.all(".badge")[0].contains('1'), "{:?}", page.all(".badge"));
    admin.put(&format!("/api/tickets/{reference}"), &json!({"status": "Fixed"})).await;
    assert!(offered(&browser, "0142").await.attribute(OPTION, "data-open-ref").is_none(), "it is fixed");

    let by_phone = admin.ticket(json!({"clientPhone": "+447700900142"})).await;
    admin.ticket(json!({"clientPhone": "+447700900142", "clientAccountId": "LF-9"})).await;
    let page = offered(&browser, "lf-204417").await;
    assert_eq!(
        page.attribute(OPTION, "data-open-ref").as_deref(),
        by_phone["ticketRef"].as_str(),
        "another account's is not theirs"
    );
    assert_eq!(page.attribute(OPTION, "data-open-count").as_deref(), Some("1"));
}

#[tokio::test]
async fn callers_who_are_no_clients_yet_are_offered_behind_the_clients() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let browser = app.browser().await;
    client(&admin, "LF-1", "Nadia Okonkwo", "+447700900142").await;
    client(&admin, "LF-2", "Renamed", "+447700900143").await;
    admin.ticket(json!({"clientName": "Nadia Okonkwo", "clientPhone": "+447700900142"})).await;
    admin.ticket(json!({"clientName": "Nadia Old", "clientPhone": "+447700900150", "clientAccountId": "lf-2"})).await;
    admin
        .ticket(json!({"clientName": "Nadeem Akhtar", "clientPhone": "+447700900147", "clientEmail": "n@example.com"}))
        .await;
    let again = admin.ticket(json!({"clientName": "Nadeem A", "clientPhone": "+447700900147"})).await;
    admin.ticket(json!({"clientName": "Other", "description": "Nadeem has a router"})).await;
    let page = offered(&browser, "nad").await;
    assert_eq!(page.attributes(OPTION, "data-client-name"), ["Nadia Okonkwo", "Nadeem A"]);
    assert_eq!(page.attributes(OPTION, "data-client-id").iter().filter(|id| !id.is_empty()).count(), 1);
    assert_eq!(page.attributes(OPTION, "data-open-ref")[1], again["ticketRef"].as_str().unwrap());
    assert!(page.all("small")[1].contains("From earlier tickets"));
}

#[tokio::test]
async fn what_cannot_be_looked_up_offers_nothing_and_ten_are_enough() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let browser = app.browser().await;
    for number in 0..12 {
        client(&admin, &format!("LF-{number}"), "Nadia Okonkwo", "+447700900142").await;
    }
    for q in ["", "n", " ", "***", &"nadia ".repeat(100), "zz", "\u{0}"] {
        assert_eq!(offered(&browser, q).await.all(OPTION), Vec::<String>::new(), "{q:?}");
    }
    assert_eq!(browser.open("/clients/suggest").await.status, 200);
    let page = offered(&browser, "nadia").await;
    let ids: Vec<String> = (0..10).map(|number| format!("client-{number}")).collect();
    assert_eq!(page.attributes(OPTION, "id"), ids);
    assert_eq!(page.headers["cache-control"], "no-store");

    let technician = app.technician("Tomasz").await;
    let other = Browser::new(&app.base);
    assert_eq!(other.open("/clients/suggest?q=nadia").await.status, 303);
    other.submit("/login", &[("email", &technician.email), ("password", PASSWORD)]).await;
    let refused = other.open("/clients/suggest?q=nadia").await;
    assert!(refused.status == 403 && !refused.text.contains("Okonkwo"));
    assert_eq!(technician.role, Role::Technician);
}
