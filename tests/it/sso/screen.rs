//! The whole way in a real browser, with its rules for cookies of other sites and for where forms may lead.

use super::idp::Idp;
use crate::browser::chromium::Chromium;

#[tokio::test]
async fn somebody_signs_in_and_out_by_the_provider() {
    let (idp, app) = Idp::with_desk(&[("oidc.label", "Larkfield ID")]).await;
    app.admin().await;
    let browser = Chromium::start(&app.base, true).await;
    browser.open("/reports").await;
    browser.arrive("/login?next=").await;
    browser.click("a[href^='/auth/start']").await;
    browser.fill("[name=login]", "asha").await;
    browser.fill("[name=password]", "x").await;
    browser.click("[type=submit]").await;
    // The provider asks whether we may know who that is.
    browser.click("form:has([name=prompt][value=consent]) [type=submit]").await;
    browser.arrive("/reports").await;

    browser.open("/account").await;
    browser.click("form[action='/logout'] button").await;
    browser.click("[name=logout][value=yes]").await;
    browser.arrive("/login").await;
    drop(idp);
}
