//! Single sign-on: with the certified library of other people, and against a provider that lies.

mod closed;
mod fake;
mod forged;
mod identities;
mod idp;
mod logout;
mod provider;
mod real;
mod screen;
mod step_up;

use crate::support::{Browser, Page, TestApp};

/// What the tests' providers have in common.
const CLIENT: [(&str, &str); 4] = [
    ("oidc.client_id", "redress"),
    ("oidc.client_secret", "only-for-tests-0123456789abcdef"),
    ("oidc.admin_if", "groups=redress-admin"),
    ("oidc.technician_if", "groups=redress-technician"),
];

/// The settings of a desk that signs in by this issuer, with more on top.
fn settings<'a>(issuer: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("oidc.issuer", issuer)], &CLIENT[..], more].concat()
}

/// A page at an address of a server, without following it anywhere.
async fn get(browser: &Browser, path: &str) -> Page {
    // As a link of another site: that is how a browser comes back from the provider.
    Browser::page(
        browser.request("GET", path).header("sec-fetch-site", "cross-site").header("sec-fetch-mode", "navigate"),
    )
    .await
}

/// The path that an address of the desk leads to.
fn path<'a>(app: &TestApp, address: &'a str) -> &'a str {
    address.strip_prefix(&app.base).unwrap_or_else(|| panic!("{address} is not at the desk"))
}

/// A parameter of an address.
fn parameter(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Why the desk has not let somebody in.
#[track_caller]
fn refusal(page: &Page) -> String {
    let cookies = page.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let given: Vec<_> = cookies.filter(|cookie| cookie.starts_with("redress_session=")).collect();
    assert!(page.status == 303 && given.is_empty(), "{page:?}");
    parameter(&page.location, "refused").unwrap_or_else(|| panic!("{}", page.location))
}

/// How many users there are.
async fn users(app: &TestApp) -> usize {
    redress::staff::users(&app.app.staff).await.unwrap().len()
}

/// The kinds of what is on record, newest first.
async fn recorded(app: &TestApp) -> Vec<i64> {
    let vault = app.app.vault.clone();
    let entries = app
        .app
        .db
        .read(move |tx| redress::audit::recent(tx, &vault, &redress::audit::Filter::default(), None, 100))
        .await
        .unwrap();
    entries.iter().map(|entry| entry.event.code()).collect()
}
