//! What answers carry, and what callers cannot bring into them.

use data_encoding::BASE64URL_NOPAD;

use crate::{
    access::filled,
    support::{Browser, PASSWORD, TestApp},
};

/// What may be kept, and how long. All else is `no-store`.
fn caching(route: &str) -> &'static str {
    match route {
        "/api/openapi.json" => "no-cache",
        "/live" => "no-store, no-transform",
        _ => "no-store",
    }
}

#[tokio::test]
async fn every_answer_says_that_it_is_neither_kept_nor_framed_nor_guessed_at() {
    let app = TestApp::start().await;
    let browser = app.browser().await;
    let nobody = Browser::new(&app.base);
    let mut asked = 0;
    for (line, _) in redress::staff::ROUTES {
        let (methods, route) = line.rsplit_once(' ').unwrap();
        // Assets have a test of their own below.
        if route.starts_with("/assets/") {
            continue;
        }
        let path = filled(route);
        for method in methods.split(' ') {
            let of_admin = (method == "GET").then(|| browser.request(method, &path));
            let of_nobody = nobody.request(method, &path);
            for request in of_admin.into_iter().chain([of_nobody]) {
                let answer = request.send().await.unwrap();
                let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap());
                let what = format!("{method} {path}: {}", answer.status());
                let refused = !answer.status().is_success();
                let want = if refused { "no-store" } else { caching(route) };
                assert_eq!(header("cache-control"), want, "{what}");
                assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
                assert_eq!(header("x-frame-options"), "DENY", "{what}");
                let policy = header("content-security-policy");
                assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{what}");
                assert!(!policy.contains("unsafe") && !policy.contains("http"), "{what}: {policy}");
                assert!(answer.headers().get("access-control-allow-origin").is_none(), "{what}");
                let kind = header("content-type");
                let text = kind.starts_with("text/") || kind.contains("svg");
                assert!(!text || kind.contains("charset=utf-8") || kind == "text/event-stream", "{what}: {kind}");
                asked += 1;
            }
        }
    }
    assert!(asked > 150, "{asked}");
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_their_name_and_never_under_another() {
    let app = TestApp::start().await;
    let base = redress::web::assets::base();
    for name in redress::web::assets::names() {
        for (path, want) in [
            (format!("{base}/{name}"), "public, max-age=31536000, immutable"),
            (format!("/assets/0/{name}"), "no-cache"),
        ] {
            let answer = app.anonymous().request("GET", &path).send().await.unwrap();
            assert_eq!(answer.headers()["cache-control"], want, "{path}");
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
            let kind = answer.headers()["content-type"].to_str().unwrap();
            let text = kind.starts_with("text/") || kind.contains("svg");
            assert!(!text || kind.ends_with("; charset=utf-8"), "{path}: {kind}");
        }
    }
}

#[tokio::test]
async fn the_document_is_sent_again_only_to_whom_it_is_new() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    let first = nobody.get("/api/openapi.json").await;
    let tag = first.header("etag").to_owned();
    assert!(first.json["openapi"].is_string() && tag.len() > 10, "{tag}");
    let asked = async |known: String| {
        nobody.send(nobody.request("GET", "/api/openapi.json").header("if-none-match", known)).await
    };
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let again = asked(known.clone()).await;
        assert_eq!((again.status, again.text.as_str(), again.header("etag")), (304, "", tag.as_str()), "{known}");
    }
    assert_eq!(asked("\"other\"".to_owned()).await.status, 200);
}

/// Addresses that lead elsewhere, or into another header.
const ASTRAY: [&str; 14] = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example/",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\r\nSet-Cookie: x=1",
    "/%0d%0a\r\nX-Injected: 1",
    "/\u{85}X-Injected: 1",
    "evil.example",
    "",
    "/\0",
];

#[tokio::test]
async fn nobody_is_led_elsewhere_and_no_header_is_brought_in() {
    let app = TestApp::start().await;
    let browser = app.browser().await;
    let email = "dev.anand@isp.example";
    let sound = |what: &str, path: &str, headers: &reqwest::header::HeaderMap| {
        let location = headers.get("location").map_or("/", |to| to.to_str().unwrap());
        let local = location.starts_with('/') && !location[1..].starts_with(['/', '\\']);
        // As a value it may come along to the log-in, which takes it for a path of ours or not at all.
        let page = location.split('?').next().unwrap();
        assert!(local && !page.contains("evil"), "{what} {path:?}: {location}");
        assert!(headers.get("x-injected").is_none(), "{what} {path:?}");
        let cookies: Vec<_> = headers.get_all("set-cookie").iter().collect();
        assert!(!cookies.iter().any(|cookie| cookie.as_bytes().starts_with(b"x=")), "{what} {path:?}");
    };
    for path in ASTRAY {
        let nobody = Browser::new(&app.base);
        let signed_in = nobody.submit("/login", &[("email", email), ("password", PASSWORD), ("next", path)]).await;
        assert_eq!(signed_in.status, 303, "{path:?}: {}", signed_in.text);
        sound("log-in", path, &signed_in.headers);
        let language = nobody.submit("/language", &[("language", "en"), ("back", path)]).await;
        sound("language", path, &language.headers);
        let density = browser.submit("/tickets/density", &[("density", "compact"), ("back", path)]).await;
        sound("density", path, &density.headers);
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", path).finish();
        let known = browser.open(&format!("/login?{query}")).await;
        sound("signed in already", path, &known.headers);
        let stranger = Browser::new(&app.base).open(&format!("/tickets?{query}")).await;
        sound("stranger", "", &stranger.headers);
    }
}

#[tokio::test]
async fn what_another_site_has_asked_for_comes_uncompressed() {
    let app = TestApp::start().await;
    let browser = app.browser().await;
    for path in ["/account", "/tickets?q=Nadia"] {
        for (site, compressed) in [("cross-site", false), ("same-site", false), ("same-origin", true), ("none", true)] {
            let asked =
                browser.request("GET", path).header("accept-encoding", "br, gzip").header("sec-fetch-site", site);
            let answer = asked.send().await.unwrap();
            assert_eq!(answer.headers().contains_key("content-encoding"), compressed, "{path} from {site}");
        }
    }
}

#[tokio::test]
async fn a_toast_of_somebody_else_is_not_shown() {
    let app = TestApp::start().await;
    let browser = app.browser().await;
    let saved = browser.submit(
        "/account/preferences",
        &[("theme", "system"), ("density", "roomy"), ("language", "en"), ("shortcuts", "on")],
    );
    let saved = saved.await;
    let real = saved.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let real = real.filter_map(|cookie| cookie.split(';').next()).find(|cookie| cookie.starts_with("redress_flash="));
    let real = real.unwrap().to_owned();
    let forged = BASE64URL_NOPAD.encode(b"k=error&t=Call+0900+123456+now");
    let shown = async |cookie: String| {
        let page = Browser::new(&app.base).request("GET", "/login").header("cookie", cookie);
        Browser::page(page).await.all(".toast b")
    };
    assert_eq!(shown(real.clone()).await.len(), 1);
    let tag = real.split_once('=').unwrap().1.split_once('.').unwrap().0;
    for cookie in [format!("redress_flash={forged}"), format!("redress_flash={tag}.{forged}")] {
        assert_eq!(shown(cookie.clone()).await, Vec::<String>::new(), "{cookie}");
    }
}

#[tokio::test]
async fn signing_out_is_at_hand_on_every_page_and_clears_what_is_left() {
    let app = TestApp::start().await;
    let browser = app.browser().await;
    for path in ["/tickets", "/clients", "/reports", "/users", "/account"] {
        assert!(browser.open(path).await.has(".sidebar form[action=\"/logout\"] button"), "{path}");
    }
    let out = browser.submit("/logout", &[]).await;
    assert_eq!((out.status, out.location.as_str()), (303, "/login"));
    assert_eq!(out.headers["clear-site-data"], "\"storage\"");
    assert!(browser.open("/tickets").await.location.starts_with("/login"));
}
