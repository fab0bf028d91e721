//! Passkeys with the browser's own code, and an authenticator of the browser's in place of a finger.

use serde_json::json;

use super::{QUIET, chromium::Chromium, set_up};
use crate::support::TestApp;

/// Browsers make passkeys for names, and without TLS for this one alone.
async fn desk() -> (TestApp, Chromium) {
    let mut settings = QUIET.to_vec();
    settings.push(("public_url", "http://localhost:{port}"));
    let app = TestApp::with(&settings).await;
    let port = app.base.rsplit(':').next().unwrap().to_owned();
    let browser = Chromium::start(&format!("http://localhost:{port}"), true).await;
    browser.devtools("WebAuthn.enable", &json!({})).await;
    (app, browser)
}

async fn finger(browser: &Chromium, user_is_there: bool) -> String {
    let options = json!({"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": user_is_there, "automaticPresenceSimulation": true,
    }});
    let added = browser.devtools("WebAuthn.addVirtualAuthenticator", &options).await;
    added["authenticatorId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_passkey_is_made_in_the_browser_and_signs_in_without_a_password() {
    let (app, browser) = desk().await;
    let id = finger(&browser, true).await;
    set_up(&app, &browser).await;
    browser.open("/account").await;
    browser.click("a[href='/account/second-factor']").await;
    browser.arrive("/account/second-factor").await;
    browser.click("a[href='/account/second-factor/passkey']").await;
    browser.arrive("/account/second-factor/passkey").await;
    browser.fill("#name", "This laptop").await;
    browser.click("main button[type=submit]").await;
    browser.reads(".roster", "This laptop").await;
    browser.holds("return document.querySelectorAll('#new-codes code').length === 10", &[]).await;

    browser.open("/account").await;
    browser.click("form[action='/logout'] button").await;
    browser.arrive("/login").await;
    browser.click("form[action='/login/passkey'] button").await;
    browser.arrive("/tickets").await;

    // Nobody's finger: the browser says no, and so does the page.
    browser.open("/account").await;
    browser.click("form[action='/logout'] button").await;
    browser.arrive("/login").await;
    browser.devtools("WebAuthn.removeVirtualAuthenticator", &json!({"authenticatorId": id})).await;
    finger(&browser, false).await;
    browser.click("form[action='/login/passkey'] button").await;
    browser.reads("form[action='/login/passkey'] .error", "did not give a passkey").await;
    let fault = browser.complaints().await;
    assert!(fault.is_empty(), "{fault:?}");
}
