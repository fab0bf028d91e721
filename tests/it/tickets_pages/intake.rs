//! What stands beside the form of a new ticket: the SMS as it will go, and what the client has with us already.

use serde_json::json;

use super::{FIELDS, desk, log, with};
use crate::support::{Browser, Page, TestApp};

/// The parts of the page for what is typed, as a script asks for them.
async fn preview(browser: &Browser, fields: &[(&str, &str)]) -> Page {
    let request = browser.request("POST", "/tickets/new/preview").header("sec-fetch-site", "same-origin");
    let page = Browser::page(request.header("accept", "text/vnd.turbo-stream.html").form(fields)).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(page.headers["content-type"], "text/vnd.turbo-stream.html; charset=utf-8");
    assert_eq!(page.attributes("turbo-stream", "target"), ["known", "preview", "send"]);
    // A parser keeps what is in a template apart; what it holds is what counts here.
    let text = page.text.replace("<template>", "<div>").replace("</template>", "</div>");
    Page { text, ..page }
}

const SEND: &str = "[target=send]";
const BUBBLE: &str = "[target=preview] .sms__bubble";
const METER: &str = ".meter__txt span";

#[tokio::test]
async fn the_preview_is_the_sms_that_goes() {
    let (app, _, browser) = desk().await;
    let admin = app.admin().await;
    let long = "Paid £38.00 by bank transfer on 18 November, bank confirms it left on the 19th. Still overdue.";
    for text in
        ["Charged twice for the router", long, "Смотри счёт за ноябрь, он неверный", "line\r\nbreaks “here”", ""]
    {
        let fields = with(&FIELDS, &[("description", text)]);
        let shown = preview(&browser, &fields).await.all(BUBBLE).remove(0);
        if text.is_empty() {
            assert!(shown.contains("BILL-20261123-#### logged. Reply STATUS"), "{shown}");
            continue;
        }
        let path = log(&browser, &fields).await;
        let reference = path.rsplit('/').next().unwrap();
        let sent = admin.get(&format!("/api/tickets/{reference}/notifications")).await;
        let sent = sent.json["items"][0]["text"].as_str().unwrap().to_owned();
        assert_eq!(shown.replace("BILL-20261123-####", reference), sent);
    }
}

#[tokio::test]
async fn segments_the_cut_and_the_alphabet_are_told() {
    let (_app, _, browser) = desk().await;
    let plain = preview(&browser, &with(&FIELDS, &[("description", "Bill wrong")])).await;
    assert_eq!(plain.all(METER)[0], "1 segment");
    assert!(plain.all(METER)[1].ends_with("of 160"), "{:?}", plain.all(METER));
    assert_eq!(plain.attribute(".meter progress", "max").as_deref(), Some("160"));
    assert_eq!(plain.all(&format!("{BUBBLE} mark")), ["Bill wrong."]);
    assert!(!plain.has("[data-cut]") && !plain.has("[data-encoding]"));
    let units: usize = plain.attribute(".meter progress", "value").unwrap().parse().unwrap();
    assert_eq!(units, plain.all(BUBBLE)[0].chars().count(), "all of it is in the GSM alphabet");

    let cut = preview(&browser, &with(&FIELDS, &[("description", &format!("{}tail", "word ".repeat(30)))])).await;
    let kept = cut.all(&format!("{BUBBLE} mark")).remove(0);
    let kept = kept.strip_suffix("...").unwrap();
    let left_out = 154 - kept.chars().count();
    assert!(
        cut.all("[data-cut]")[0].contains(&format!("the last {left_out} characters")),
        "{:?}",
        cut.all("[data-cut]")
    );

    let odd = preview(&browser, &with(&FIELDS, &[("description", "Смотри счёт за ноябрь, он неверный совсем")])).await;
    assert!(odd.all("[data-encoding]")[0].contains("“С”"), "{:?}", odd.all("[data-encoding]"));
    assert_eq!(
        odd.all(METER),
        ["2 segments".to_owned(), format!("{} of 134", odd.all(METER)[1].split(' ').next().unwrap())]
    );
    assert_eq!(odd.attributes(".meter progress", "value")[0], "67", "the first segment is full");
}

#[tokio::test]
async fn no_sms_is_promised_where_none_goes() {
    let (app, _, browser) = desk().await;
    assert_eq!(browser.open("/tickets/new").await.all("#send"), ["Log ticket and send SMS"]);
    let ready = preview(&browser, &FIELDS).await;
    assert_eq!(ready.all(SEND), ["Log ticket and send SMS"]);
    assert!(!ready.has("#no-sms") && ready.all("[target=preview] header span") == ["to 07700 900142"]);
    let stop = "/hooks/sms/kannel/inbound?from=%2B447700900555&to=1&text=STOP&secret=";
    let stop = format!("{stop}{}", app.app.hook_secret());
    assert_eq!(app.anonymous().get(&stop).await.status, 200);
    for (phone, why, bubbles) in
        [("020 7946 0018", "landline", 0), ("07700 900555", "STOP", 0), ("0770 12", "area code", 1)]
    {
        let page = preview(&browser, &with(&FIELDS, &[("clientPhone", phone)])).await;
        assert_eq!(page.all(SEND), ["Log ticket"], "{phone}");
        assert!(page.all("#no-sms")[0].starts_with("No SMS will be sent."), "{phone}");
        assert!(page.all("#no-sms")[0].contains(why), "{phone}: {:?}", page.all("#no-sms"));
        assert_eq!(page.all(BUBBLE).len(), bubbles, "{phone}");
        // The same without scripts, on a form that came back.
        let refused =
            browser.submit("/tickets/new", &with(&FIELDS, &[("clientPhone", phone), ("description", "")])).await;
        assert_eq!((refused.status, refused.all("#send")), (422, vec!["Log ticket".to_owned()]), "{phone}");
        assert!(refused.all("#no-sms")[0].contains(why), "{phone}");
    }
    let empty = preview(&browser, &with(&FIELDS, &[("clientPhone", " ")])).await;
    assert_eq!(empty.all(SEND), ["Log ticket and send SMS"], "no number yet is no fault yet");

    let silent = TestApp::with(&[("region", "GB")]).await;
    let browser = silent.browser().await;
    let page = browser.open("/tickets/new").await;
    assert_eq!(page.all("#send"), ["Log ticket"], "before anything is typed");
    assert!(page.all("#no-sms")[0].contains("gateway"));
}

#[tokio::test]
async fn open_tickets_of_the_same_client_are_told_with_links() {
    let (app, _, browser) = desk().await;
    let admin = app.admin().await;
    let by_number = admin.ticket(json!({"clientAccountId": "LF-1"})).await;
    let by_account = admin
        .ticket(json!({"clientPhone": "+447700900999", "clientAccountId": "LF-204417", "issueType": "Other"}))
        .await;
    let done = admin.ticket(json!({"status": "Open"})).await;
    let done_path = format!("/api/tickets/{}", done["id"].as_str().unwrap());
    admin.put(&done_path, &json!({"status": "Fixed"})).await;
    // The end of its number is all that this one has in common.
    admin.ticket(json!({"clientPhone": "+49447700900142", "clientName": "Someone Else"})).await;
    let path = |ticket: &serde_json::Value| format!("/tickets/{}", ticket["ticketRef"].as_str().unwrap());

    let nobody = preview(&browser, &with(&FIELDS, &[("clientPhone", "07700 900333")])).await;
    assert!(!nobody.has("[target=known] .notice") && nobody.all("[target=preview] .mini a").is_empty());

    let fields = with(&FIELDS, &[("issueType", "Other")]);
    let one = preview(&browser, &fields).await;
    assert_eq!(one.attributes("[target=known] a", "href"), [path(&by_number)]);
    assert!(one.all(".known p")[0].contains("already has 1 open ticket") && !one.all(".known p")[0].contains("same"));
    assert_eq!(
        one.attributes("[target=preview] .mini a", "href"),
        [path(&done)],
        "what is done is shown, not warned of"
    );

    let fields = with(&fields, &[("clientAccountId", "lf 204417")]);
    for page in
        [preview(&browser, &fields).await, browser.submit("/tickets/new", &with(&fields, &[("description", "")])).await]
    {
        let mut links = page.attributes(".known a", "href");
        links.sort();
        let mut want = [path(&by_number), path(&by_account)];
        want.sort();
        assert_eq!(links, want);
        assert!(page.all(".known p")[0].contains("2 open tickets"), "{:?}", page.all(".known p"));
        assert!(page.all(".known p")[0].contains("The issue type is the same"), "{:?}", page.all(".known p"));
    }
    // A warning, never a block.
    log(&browser, &fields).await;
}

#[tokio::test]
async fn without_scripts_the_whole_page_comes_back_with_the_preview() {
    let (app, _, browser) = desk().await;
    app.admin().await.ticket(json!({})).await;
    let form = browser.open("/tickets/new").await;
    assert_eq!(form.attribute("button.no-js[formaction='/tickets/new/preview']", "type").as_deref(), Some("submit"));
    assert!(form.attributes("form.split__main button[type=submit]", "class")[0].contains("btn--primary"));
    let key = form.attribute("input[name=idempotencyKey]", "value").unwrap();
    let fields = with(&FIELDS, &[("idempotencyKey", &key), ("keepClient", "on")]);
    let page = browser.submit("/tickets/new/preview", &fields).await;
    assert_eq!((page.status, page.all("title").remove(0)), (200, "New ticket · Redress".to_owned()));
    assert!(page.all(".sms__bubble")[0].contains("Charged twice for the router."));
    assert_eq!(page.all(".known a").len(), 1);
    assert_eq!(page.attribute("#clientName", "value").as_deref(), Some("Nadia Okonkwo"));
    assert_eq!(page.all("#description"), ["Charged twice for the router."]);
    assert!(page.has("[name=keepClient][checked]") && !page.has(".error-summary"));
    assert_eq!(page.attribute("input[name=idempotencyKey]", "value"), Some(key));
    assert_eq!(browser.open("/tickets/new/preview").await.location, "/tickets/new");
    assert_eq!(browser.open("/tickets").await.all("tbody tr").len(), 1, "nothing is logged by looking");
}

#[tokio::test]
async fn hostile_text_stays_text_in_the_preview() {
    let (_app, _, browser) = desk().await;
    let text = "</template></turbo-stream><script>alert(1)</script>";
    let page = preview(&browser, &with(&FIELDS, &[("description", text)])).await;
    assert!(!page.has("script") && page.all(BUBBLE)[0].contains("<script>"), "{}", page.text);
}

#[tokio::test]
async fn the_form_speaks_hindi() {
    let (_app, _, browser) = desk().await;
    let request = browser.request("GET", "/tickets/new").header("accept-language", "hi");
    let page = Browser::page(request).await;
    assert_eq!(page.all("#send"), ["टिकट दर्ज करें और SMS भेजें"]);
    assert_eq!(page.all(METER)[0], "1 खंड");
}

#[tokio::test]
async fn a_typed_in_client_is_kept_with_the_ticket_or_not_at_all() {
    let (app, _, browser) = desk().await;
    let admin = app.admin().await;
    let keep = with(&FIELDS, &[("keepClient", "on")]);
    let nameless = browser.submit("/tickets/new", &keep).await;
    assert_eq!(
        (nameless.status, nameless.attributes(".error-summary a", "href")),
        (422, vec!["#clientAccountId".into()])
    );
    assert!(nameless.has("[name=keepClient][checked]"));
    let whole = with(&keep, &[("clientAccountId", "LF-9"), ("clientEmail", "n@example.com")]);
    let faulty = browser.submit("/tickets/new", &with(&whole, &[("description", "")])).await;
    assert_eq!(faulty.status, 422);
    assert_eq!(admin.get("/api/clients/LF-9").await.status, 404, "no ticket, no client");
    log(&browser, &with(&FIELDS, &[("clientAccountId", "LF-9")])).await;
    assert_eq!(admin.get("/api/clients/LF-9").await.status, 404, "nobody is kept unasked");
    log(&browser, &whole).await;
    let kept = admin.get("/api/clients/LF-9").await.json;
    assert_eq!((kept["name"].as_str(), kept["phone"].as_str()), (Some("Nadia Okonkwo"), Some("+447700900142")));
    // What the form does not say of somebody who is kept already stays.
    admin.put("/api/clients/LF-9", &json!({"name": "Nadia O", "phone": "+447700900142", "plan": "Fibre 150"})).await;
    log(&browser, &with(&whole, &[("clientEmail", "")])).await;
    let kept = admin.get("/api/clients/LF-9").await.json;
    assert_eq!((kept["name"].as_str(), kept["plan"].as_str()), (Some("Nadia Okonkwo"), Some("Fibre 150")));
    assert_eq!(kept["email"], "n@example.com");
}

#[tokio::test]
async fn a_known_client_fills_the_form_by_address_and_by_button() {
    let (app, _, browser) = desk().await;
    let admin = app.admin().await;
    let body = json!({"name": "Nadia Okonkwo", "phone": "+447700900142", "email": "n@example.com"});
    let client = admin.put("/api/clients/LF-204417", &body).await.json;
    admin.put("/api/clients/LF-2", &json!({"name": "Nadeem Akhtar", "phone": "+447700900147"})).await;
    let id = client["id"].as_str().unwrap();
    let filled = |page: &Page| {
        let value = |field: &str| page.attribute(&format!("#client{field}"), "value").unwrap();
        [value("Name"), value("Phone"), value("AccountId"), value("Email")]
    };
    let whole = ["Nadia Okonkwo", "07700 900142", "LF-204417", "n@example.com"];
    let page = browser.open(&format!("/tickets/new?client={id}")).await;
    assert_eq!(filled(&page), whole);
    assert_eq!(page.attribute("[data-client-picked-value]", "data-client-picked-value").as_deref(), Some("true"));
    assert_eq!(page.all("#preview header span"), ["to 07700 900142"]);
    for unknown in ["019aab00-0000-7000-8000-000000000001", "1", "%27"] {
        let page = browser.open(&format!("/tickets/new?client={unknown}")).await;
        assert_eq!((page.status, filled(&page).concat()), (200, String::new()), "{unknown}");
    }
    // Without scripts: look up, press the one who is meant; the rest of the form stays.
    let typed = [("clientName", "nad"), ("description", "Charged twice.")];
    let page = browser.submit("/tickets/new/preview", &typed).await;
    assert_eq!(page.attributes(".matches button", "value").len(), 2);
    assert!(page.all(".matches button").iter().any(|one| one == "Nadia Okonkwo 07700 900142 LF-204417"));
    assert_eq!(page.attributes("form.split__main button[type=submit]", "name"), ["client", "client"]);
    assert_eq!(page.attribute("form.split__main button[type=submit]", "name"), None, "Enter must log, not choose");
    let page = browser.submit("/tickets/new/preview", &with(&typed, &[("client", id)])).await;
    assert_eq!((filled(&page), page.all("#description")), (whole.map(Into::into), vec!["Charged twice.".to_owned()]));
    assert!(!page.has(".matches"));
}
