//! Text that would be something else if a page let it: markup, other directions, control characters.

use scraper::{ElementRef, Html, Selector};

use super::{FIELDS, desk, log, with};
use crate::support::{Browser, Page};

const MARKUP: &str =
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)></textarea></title>";
const TURNED: &str = "\u{202e}gnp.exe\u{2066} \u{5d0}\u{5d1} 😀";

/// Fails when text has become part of the page.
fn harmless(page: &Page, place: &str) {
    assert!(page.status < 500, "{place}");
    let document = Html::parse_document(&page.text);
    let elements = |selector: &str| document.select(&Selector::parse(selector).unwrap()).count();
    assert_eq!(elements("img, iframe, object, embed, base, style, svg[onload]"), 0, "{place}");
    assert_eq!(elements("script:not([nonce])"), 0, "{place}");
    for element in document.tree.nodes().filter_map(ElementRef::wrap) {
        let odd = element.value().attrs().find(|(name, value)| {
            name.starts_with("on") || value.trim_start().to_ascii_lowercase().starts_with("javascript:")
        });
        assert_eq!(odd, None, "{place}: {}", element.html());
    }
}

/// Whether every place that shows a text keeps its direction to itself.
fn isolated(page: &Page, text: &str, place: &str) {
    let document = Html::parse_document(&page.text);
    let mut shown = 0;
    for node in document.tree.nodes() {
        let Some(words) = node.value().as_text().filter(|words| words.contains(text)) else { continue };
        shown += 1;
        let kept = node.ancestors().filter_map(ElementRef::wrap).any(|element| {
            element.value().name() == "bdi" || element.attr("dir") == Some("auto") || element.value().name() == "title"
        });
        assert!(kept, "{place}: {}", &words[..words.len().min(200)]);
    }
    assert!(shown > 0, "{place} does not show it");
}

#[tokio::test]
async fn markup_stays_text() {
    let (app, _, browser) = desk().await;
    let fields = [("clientName", MARKUP), ("clientAccountId", "<b>&amp;'\""), ("description", MARKUP)];
    let path = log(&browser, &fields).await;
    browser.submit(&format!("{path}/notes"), &[("content", MARKUP)]).await;
    browser.submit(&format!("{path}/edit"), &[("clientName", "<i>now</i>"), ("description", "<u>now</u>")]).await;
    browser.submit(&format!("{path}/edit"), &fields[..1]).await;
    for rest in ["", "?show=notes", "/edit", "/status", "/status?status=Fixed", "/priority", "/assignment"] {
        let page = browser.open(&format!("{path}{rest}")).await;
        assert_eq!(page.status, 200);
        harmless(&page, rest);
    }
    let detail = browser.open(&path).await;
    assert!(detail.all(".ticket-head h1")[0].ends_with(MARKUP), "shown as it is");
    assert_eq!(detail.all(".ev__body.pre"), [MARKUP]);
    let list = browser.open("/tickets").await;
    harmless(&list, "list");
    assert_eq!(list.all(".c-client bdi"), [MARKUP]);
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", MARKUP).finish();
    for address in [format!("/tickets?{query}"), format!("/tickets?status={MARKUP}"), format!("/tickets?{MARKUP}=1")] {
        harmless(&browser.open(&address).await, &address);
    }
    let refused =
        browser.submit("/tickets/new", &[("clientName", MARKUP), ("description", MARKUP), (MARKUP, "x")]).await;
    assert_eq!(refused.status, 422);
    harmless(&refused, "form");
    assert_eq!(refused.attribute("#clientName", "value").as_deref(), Some(MARKUP));
    assert_eq!(refused.all("#description"), [MARKUP]);
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("clientName", MARKUP).finish();
    harmless(&browser.open(&format!("/tickets/new?{query}")).await, "filled in");
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", MARKUP).finish();
    harmless(&Browser::new(&app.base).open(&format!("/login?{query}")).await, "login");
}

#[tokio::test]
async fn other_directions_stay_in_their_place() {
    let (_app, _, browser) = desk().await;
    let path = log(&browser, &[("clientName", TURNED), ("description", TURNED)]).await;
    browser.submit(&format!("{path}/notes"), &[("content", TURNED)]).await;
    for address in [path.clone(), "/tickets".to_owned(), format!("{path}/edit"), format!("{path}/status")] {
        isolated(&browser.open(&address).await, TURNED.split_whitespace().next().unwrap(), &address);
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", TURNED).finish();
    let page = browser.open(&format!("/tickets?status=Closed&{query}")).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.attribute("#q", "dir").as_deref(), Some("auto"));
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_with_a_reason() {
    let (_app, _, browser) = desk().await;
    for bad in ["a\0b", "a\u{1b}[31mb", "a\u{85}b", "a\u{7f}b"] {
        let page = browser.submit("/tickets/new", &with(&FIELDS, &[("description", bad)])).await;
        assert_eq!(page.status, 422, "{bad:?}");
        harmless(&page, "form");
        assert!(page.all("#description-err")[0].contains("control character"), "{:?}", page.all("#description-err"));
    }
    let huge = "x".repeat(1024 * 1024);
    let page = browser.submit("/tickets/new", &with(&FIELDS, &[("description", &huge)])).await;
    assert_eq!(page.status, 413);
    let request = browser.request("POST", "/tickets/new").header("content-type", "application/x-www-form-urlencoded");
    let broken = Browser::page(request.body(b"clientName=%ff%fe&clientPhone=%&=&&&".to_vec())).await;
    assert_eq!(broken.status, 422, "broken escapes are faults of the form");
    let request = browser.request("POST", "/tickets/new").header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(Browser::page(request.body("--x--")).await.status, 415);
    assert!(browser.open("/tickets").await.all("tbody tr").is_empty(), "no half-made ticket");
}
