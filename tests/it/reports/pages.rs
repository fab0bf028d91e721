//! The pages and files themselves.

use serde_json::json;

use super::desk;

const ALL: [&str; 7] = [
    "created-and-fixed",
    "open-by-age",
    "by-issue-type",
    "by-technician",
    "time-to-fixed",
    "reopened",
    "sms-delivered",
];

#[tokio::test]
async fn every_report_is_on_the_page_and_has_its_own_and_its_file() {
    let desk = desk().await;
    desk.log(json!({})).await;
    let page = desk.browser.open("/reports?priority=High").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.attributes(".report", "id"), ALL);
    assert_eq!(page.all(".tabs--page a").len(), 1 + ALL.len());
    for name in ALL {
        let address = format!("/reports/{name}?priority=High");
        assert!(page.attributes(".tabs--page a", "href").contains(&address), "{address}");
        let one = desk.browser.open(&address).await;
        assert_eq!((one.status, one.attributes(".report", "id")), (200, vec![name.to_owned()]));
        assert!(one.has("details[open] table thead") && one.has(".chip[data-on] strong"));
        let file = one.attribute(".report__head a[download]", "href").unwrap();
        assert_eq!(file, format!("/reports/{name}.csv?priority=High"));
        let file = desk.browser.open(&file).await;
        assert_eq!(file.status, 200);
        assert!(file.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
        let name = format!("attachment; filename=\"{name}-2026-09-25-2026-10-24.csv\"");
        assert_eq!(file.headers["content-disposition"], name.as_str());
        assert!(file.text.starts_with('\u{feff}') && file.text.ends_with("\r\n"));
    }
    assert_eq!(desk.browser.open("/reports/nothing").await.status, 404);
    assert_eq!(desk.browser.open("/reports/nothing.csv").await.status, 404);
}

#[tokio::test]
async fn a_desk_without_tickets_has_reports_without_bars() {
    let desk = desk().await;
    let page = desk.browser.open("/reports").await;
    assert_eq!(page.status, 200);
    assert!(!page.has("svg .bar") && !page.has("[data-total]"));
    assert_eq!(page.all(".report__none").len(), ALL.len());
    assert_eq!(page.all(".numbers tbody").len(), ALL.len());
}

#[tokio::test]
async fn what_cannot_be_read_is_said_and_the_rest_is_kept() {
    let desk = desk().await;
    for (query, words) in [
        ("from=2026-13-01", "Choose a day from 2000-01-01 to 2099-12-31"),
        ("from=1999-12-31", "Choose a day"),
        ("to=99999-01-01", "Choose a day"),
        ("from=2026-10-02&to=2026-10-01", "Swap them"),
        ("period=decade", "Choose a period"),
        ("status=Foo", "Choose any of"),
        ("q=nadia", "no such filter"),
        ("assignedTo=x", "Choose any of"),
    ] {
        let page = desk.browser.open(&format!("/reports?priority=High&{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        assert!(page.all("title")[0].starts_with("Error: "), "{query}");
        assert!(page.all(".error-summary li")[0].contains(words), "{query}: {:?}", page.all(".error-summary li"));
        assert!(page.has("input[name=priority][value=High][checked]"), "{query}");
        assert_eq!(desk.browser.open(&format!("/reports/by-technician.csv?{query}")).await.status, 422, "{query}");
    }
    for query in ["from=2000-01-01&to=2099-12-31", "from=&to=&period=", "to=2026-10-01", "from=2026-10-30"] {
        assert_eq!(desk.browser.open(&format!("/reports?{query}")).await.status, 200, "{query}");
    }
}

#[tokio::test]
async fn reports_speak_the_viewers_language_and_files_do_not() {
    let desk = desk().await;
    desk.log(json!({})).await;
    let ask = |path: &str| desk.browser.request("GET", path).header("accept-language", "hi");
    let page = crate::support::Browser::page(ask("/reports")).await;
    assert_eq!(page.all("h1"), ["रिपोर्ट"]);
    assert!(!page.text.contains("reports-"), "no message is missing: {}", page.text);
    let file = crate::support::Browser::page(ask("/reports/reopened.csv")).await;
    assert!(file.text.contains("\"reopenedShare\""));
}

#[tokio::test]
async fn no_style_and_no_script_stand_in_the_page() {
    let desk = desk().await;
    desk.log(json!({})).await;
    let page = desk.browser.open("/reports").await;
    assert!(page.has("svg .bar rect[x][y][width][height]"));
    assert!(!page.has("main [style]") && !page.has("main style, main script"));
    for svg in page.attributes("main svg.chart__svg", "role") {
        assert_eq!(svg, "group");
    }
    assert!(page.all("main svg.chart__svg[role=group] title").iter().all(|title| !title.is_empty()));
}
