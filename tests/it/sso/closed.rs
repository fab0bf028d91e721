//! Log-in by password, closed.

use redress::staff::Role;
use serde_json::json;

use super::idp::Idp;
use crate::support::{Browser, PASSWORD};

#[tokio::test]
async fn where_passwords_are_closed_nobody_gets_in_by_one_and_the_page_says_so() {
    let (idp, app) = Idp::with_desk(&[("oidc.local_login", "false"), ("oidc.label", "Larkfield ID")]).await;
    let user = app.user("Dev Anand", Role::Admin).await;
    let browser = Browser::new(&app.base);
    let page = browser.open("/login?next=%2Freports").await;
    assert!(page.status == 200 && !page.has("main input[type=password]") && !page.has("form[action='/login']"));
    assert_eq!(page.all("a[href='/auth/start?next=%2Freports']"), ["Sign in with Larkfield ID"]);

    let page = browser.submit("/login", &[("email", &user.email), ("password", PASSWORD)]).await;
    assert_eq!(page.status, 403);
    assert!(page.all(".error-summary")[0].contains("Passwords are not taken here"), "{}", page.text);
    assert!(!page.headers.contains_key("set-cookie"));
    let reply = app.anonymous().post("/api/auth/login", &json!({"email": user.email, "password": PASSWORD})).await;
    assert_eq!(reply.status, 403, "{}", reply.text);
    assert!(reply.json["detail"].as_str().unwrap().contains("single sign-on"), "{}", reply.text);

    let asha = idp.person(&app);
    asha.arrive("asha", "/tickets").await;
    assert!(!asha.desk.open("/account").await.has("[name=newPassword]"));
    let passwords = [("currentPassword", PASSWORD), ("newPassword", "quite another password")];
    assert_eq!(asha.desk.submit("/account/password", &passwords).await.status, 404);
    assert_eq!(browser.open("/forgot").await.status, 404);
    assert_eq!(browser.submit("/forgot", &[("email", user.email.as_str())]).await.status, 404);
    let token =
        redress::staff::add_token(&app.app.staff, user.id, redress::staff::Grant::whole("tests")).await.unwrap();
    assert_eq!(app.anonymous().with_token(&token).get("/api/auth/me").await.status, 200, "tokens go on");
}

#[tokio::test]
async fn without_single_sign_on_there_is_no_trace_of_it() {
    let app = crate::support::TestApp::start().await;
    app.admin().await;
    let browser = Browser::new(&app.base);
    assert!(!browser.open("/login").await.has("a[href^='/auth/']"));
    for path in ["/auth/start", "/auth/callback?code=x&state=y"] {
        assert_eq!(browser.open(path).await.status, 404, "{path}");
    }
    assert_eq!(browser.submit("/auth/backchannel-logout", &[("logout_token", "x.y.z")]).await.status, 404);
}
