//! How pages look and work, kept in cookies, and the language of pages for people who are not signed in.

use axum::http::Method;
use redress::staff::Role;

use super::{Client, PASSWORD, Reply, World};

const FORM: &str = "form[action='/account/preferences']";
const AS_WITHOUT: [(&str, &str); 4] =
    [("theme", "system"), ("density", "roomy"), ("language", "browser"), ("shortcuts", "on")];
const CHOSEN: [(&str, &str); 4] = [("theme", "dark"), ("density", "compact"), ("language", "hi"), ("shortcuts", "off")];

impl Client {
    /// A page, for a browser that asks for a language.
    async fn get_in(&mut self, language: &str, path: &str) -> Reply {
        self.send(Method::GET, path, "", String::new(), &[("accept-language", language)]).await
    }

    /// The value of a cookie, or nothing.
    fn cookie(&self, name: &str) -> &str {
        self.cookies.iter().find(|(kept, _)| kept == name).map_or("", |(_, value)| value)
    }
}

/// The name and the value of each choice that the form shows as made.
fn made(page: &Reply) -> Vec<(String, String)> {
    let chosen = format!("{FORM} [type=radio][checked]");
    page.attributes(&chosen, "name").into_iter().zip(page.attributes(&chosen, "value")).collect()
}

fn owned(choices: &[(&str, &str)]) -> Vec<(String, String)> {
    choices.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn choices_are_kept_in_cookies_and_can_be_taken_back() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let page = browser.get("/account").await;
    assert_eq!(made(&page), owned(&AS_WITHOUT));
    assert_eq!(page.attributes(&format!("{FORM} [type=submit]"), "type").len(), 1);

    let reply = browser.submit("/account/preferences", &CHOSEN).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/account"), "{}", reply.text);
    for (name, value) in [("theme", "dark"), ("density", "compact"), ("language", "hi"), ("keys", "off")] {
        let (name, cookies) = (format!("redress_{name}"), reply.cookies());
        let cookie = cookies.iter().find(|cookie| cookie.starts_with(&format!("{name}={value}"))).unwrap();
        assert!(cookie.contains("Max-Age=") && cookie.contains("Path=/"), "{cookie}");
        assert_eq!(browser.cookie(&name), value);
    }
    let page = browser.get("/account").await;
    assert_eq!(made(&page), owned(&CHOSEN));
    assert_eq!(page.attributes("html", "data-theme"), ["dark"]);
    assert_eq!(page.attributes("body", "data-keys"), ["off"]);
    assert_eq!(page.attributes("html", "lang"), ["hi-IN"]);
    assert_eq!(page.texts("h1"), ["खाता"]);

    assert_eq!(browser.submit("/account/preferences", &AS_WITHOUT).await.status, 303);
    for name in ["theme", "density", "language", "keys"] {
        assert_eq!(browser.cookie(&format!("redress_{name}")), "", "{name}");
    }
    let page = browser.get("/account").await;
    assert_eq!(made(&page), owned(&AS_WITHOUT));
    assert_eq!(page.attributes("html", "data-theme"), [""]);
    assert_eq!(page.attributes("body", "data-keys"), [""]);
}

#[tokio::test]
async fn the_toast_is_in_the_language_that_was_just_chosen() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    browser.submit("/account/preferences", &CHOSEN).await;
    assert_eq!(browser.get("/account").await.texts("#flash b"), ["आपकी पसंद सहेजी गई"]);
    let mut english = CHOSEN;
    english[2].1 = "en";
    browser.submit("/account/preferences", &english).await;
    assert_eq!(browser.get_in("hi", "/account").await.texts("#flash b"), ["Preferences saved"]);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(AS_WITHOUT).finish();
    let kind = "application/x-www-form-urlencoded";
    browser.send(Method::POST, "/account/preferences", kind, body, &[("accept-language", "hi-IN,en;q=0.5")]).await;
    let page = browser.get_in("hi", "/account").await;
    assert_eq!(page.texts("#flash b"), ["आपकी पसंद सहेजी गई"], "the browser's own");
    assert_eq!(page.texts("h1"), ["खाता"]);
}

#[tokio::test]
async fn each_language_is_offered_by_its_own_name() {
    let world = World::new();
    let mut browser = world.browser("Tomasz", Role::Technician).await;
    for language in ["en", "hi"] {
        let page = browser.get_in(language, "/account").await;
        assert_eq!(page.texts(&format!("{FORM} [lang]")), ["English", "हिन्दी"]);
        assert_eq!(page.attributes(&format!("{FORM} [lang]"), "lang"), ["en-GB", "hi-IN"]);
    }
}

#[tokio::test]
async fn what_is_no_choice_is_refused_beside_its_field_and_nothing_is_kept() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    for (place, value) in [(0, "purple"), (1, ""), (2, "xx"), (2, "hi-IN"), (3, "maybe")] {
        let mut fields = CHOSEN;
        fields[place].1 = value;
        let name = fields[place].0;
        let page = browser.submit("/account/preferences", &fields).await;
        assert_eq!(page.status, 422, "{name}={value}");
        assert_eq!(page.attributes(".error-summary a", "href"), [format!("#{name}")]);
        assert_eq!(page.texts(&format!("#{name}-err")), ["Choose one of these."]);
        assert_eq!(page.attributes(&format!("fieldset[data-error][aria-describedby$='{name}-err']"), "class").len(), 1);
        assert!(page.texts("title")[0].starts_with("Error: Account"));
        let others: Vec<_> = owned(&CHOSEN).into_iter().filter(|(other, _)| other != name).collect();
        assert_eq!(made(&page), others, "what was chosen otherwise stays");
        let of_log_in = |name: &str| name == "redress_session" || name.starts_with("redress_device_");
        assert!(browser.cookies.iter().all(|(name, _)| of_log_in(name)), "{:?}", browser.cookies);
    }
    let page = browser.submit("/account/preferences", &[]).await;
    let all = ["#theme", "#density", "#language", "#shortcuts"];
    assert_eq!((page.status, page.attributes(".error-summary a", "href")), (422, all.map(ToOwned::to_owned).to_vec()));
    let extra = [&CHOSEN[..], &[("colour", "red")]].concat();
    assert_eq!(browser.submit("/account/preferences", &extra).await.status, 422);
    let nobody = world.anonymous().submit("/account/preferences", &CHOSEN).await;
    assert_eq!((nobody.status, nobody.header("location")), (303, "/login"));
}

#[tokio::test]
async fn the_log_in_page_is_in_the_browsers_language_or_in_the_chosen_one() {
    let world = World::new();
    let user = world.user("Priya Raman", Role::Admin).await;
    let mut browser = world.anonymous();
    assert_eq!(browser.get("/login").await.texts("h1"), ["Sign in"]);
    let page = browser.get_in("hi-IN,hi;q=0.9,en;q=0.8", "/login?next=%2Fusers").await;
    assert_eq!(page.texts("h1"), ["साइन इन करें"]);
    assert_eq!(page.attributes("html", "lang"), ["hi-IN"]);
    assert_eq!(page.texts("form[action='/language'] button"), ["English", "हिन्दी"]);
    assert_eq!(page.attributes("form[action='/language'] [aria-current=true]", "value"), ["hi"]);
    assert_eq!(page.attributes("[name=back]", "value"), ["/login?next=%2Fusers"]);

    let back = [("back", "/login?next=%2Fusers"), ("language", "hi")];
    let reply = browser.submit("/language", &back).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/login?next=%2Fusers"));
    assert_eq!(browser.cookie("redress_language"), "hi");
    let page = browser.get_in("en", "/login").await;
    assert_eq!(page.texts("h1"), ["साइन इन करें"], "the choice counts before the browser");
    let page = browser.try_sign_in(&user.email, "not the password").await;
    assert_eq!(page.texts(".error-summary li"), ["ई-मेल पता या पासवर्ड सही नहीं है।"]);
    browser.sign_in(&user.email, PASSWORD).await;
    assert_eq!(browser.get("/account").await.texts("h1"), ["खाता"], "it lasts beyond the log-in");
}

#[tokio::test]
async fn the_set_up_page_offers_the_languages_too() {
    let world = World::new();
    let mut browser = world.anonymous();
    let page = browser.get("/setup").await;
    assert_eq!(page.attributes("form[action='/language'] button", "lang"), ["en-GB", "hi-IN"]);
    assert_eq!(
        browser.submit("/language", &[("back", "/setup"), ("language", "hi")]).await.header("location"),
        "/setup"
    );
    assert_eq!(browser.get("/setup").await.texts("h1"), ["पहला एडमिन बनाएँ"]);
}

#[tokio::test]
async fn the_switch_knows_its_languages_and_never_leads_away() {
    let world = World::new();
    world.user("Priya Raman", Role::Admin).await;
    let mut browser = world.anonymous();
    for language in ["", "xx", "hi-IN", "en; Domain=evil.example"] {
        let page = browser.submit("/language", &[("back", "/login"), ("language", language)]).await;
        assert_eq!(page.status, 422, "{language}");
        assert!(page.header("content-type").starts_with("text/html"));
    }
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
    for back in ["", "https://evil.example/", "//evil.example", "/\\evil.example", "/\u{1}", "/josé"] {
        let reply = browser.submit("/language", &[("back", back), ("language", "en")]).await;
        assert_eq!((reply.status, reply.header("location")), (303, "/login"), "{back}");
    }
    assert_eq!(browser.get("/language").await.status, 405, "a link must not change it");
}

#[tokio::test]
async fn a_page_that_is_not_there_says_so_in_the_readers_language() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let page = browser.get("/users/x/edit").await;
    assert_eq!((page.status, page.attributes("html", "lang")), (404, vec!["en-GB".to_owned()]));
    assert!(page.texts("title")[0].starts_with("Not Found"));
    assert_eq!(page.texts("a[href='/']"), ["Go to the start page"]);

    let page = browser.get_in("hi", "/users/x/edit").await;
    assert_eq!((page.status, page.attributes("html", "lang")), (404, vec!["hi-IN".to_owned()]));
    assert_eq!(page.attributes("html", "dir"), ["ltr"]);
    assert_eq!(page.texts("h1"), ["पृष्ठ नहीं मिला 404"]);
    assert_eq!(page.texts(".pre"), ["ऐसा कोई पृष्ठ नहीं है।"]);
    browser.submit("/account/preferences", &CHOSEN).await;
    let page = browser.get_in("en", "/users/0190b5f0-0000-7000-8000-000000000000/edit").await;
    assert_eq!(page.texts(".pre"), ["ऐसा कोई पृष्ठ नहीं है, या वह अब नहीं रहा।"]);
    assert_eq!(page.attributes("html", "data-theme"), ["dark"]);

    let answer = browser.send(Method::PATCH, "/api/users/x", "application/json", "{}".to_owned(), &[]).await;
    assert_eq!((answer.status, answer.header("content-type")), (404, "application/problem+json"));
    assert_eq!(answer.json()["title"], "Not Found", "programs read English");
}
