//! The whole way, with the provider of other people.

use serde_json::json;

use super::{get, idp::Idp, parameter, path, recorded, refusal, settings, users};
use crate::support::{Browser, TestApp, at_rest};

#[tokio::test]
async fn an_admin_arrives_where_they_were_going_and_stays_the_same_user() {
    let (idp, app) = Idp::with_desk(&[]).await;
    app.admin().await;
    let asha = idp.person(&app);
    assert_eq!(asha.desk.open("/reports?x=1").await.location, "/login?next=%2Freports%3Fx%3D1");
    let page = asha.desk.open("/login?next=%2Freports%3Fx%3D1").await;
    let start = page.attribute("a[href^='/auth/start']", "href").unwrap();
    let address = asha.prove("asha", &start).await;
    assert_eq!(parameter(&address, "iss").as_deref(), Some(idp.issuer.as_str()));
    let page = get(&asha.desk, path(&app, &address)).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/reports?x=1"));
    assert!(asha.is_in().await);
    assert_eq!(users(&app).await, 2);
    // Signed in by the provider, tied to a user, added: the newest first.
    assert_eq!(recorded(&app).await[..3], [11, 28, 13]);

    let again = idp.person(&app);
    again.arrive("asha", "/tickets").await;
    assert_eq!(users(&app).await, 2);
    let known = redress::staff::by_email(&app.app.staff, "asha@isp.example").await.unwrap().unwrap();
    assert_eq!((known.name.as_str(), known.role.name(), known.enabled), ("Asha", "admin", true));
}

#[tokio::test]
async fn a_technician_is_one_and_whoever_has_no_role_leaves_nothing_behind() {
    let (idp, app) = Idp::with_desk(&[]).await;
    app.admin().await;
    idp.person(&app).arrive("ravi", "/account").await;
    let ravi = redress::staff::by_email(&app.app.staff, "ravi@isp.example").await.unwrap().unwrap();
    assert_eq!(ravi.role.name(), "technician");

    let mallory = idp.person(&app);
    let page = mallory.sign_in("mallory").await;
    assert_eq!(refusal(&page), "no-role");
    let said = mallory.desk.open(&page.location).await;
    assert!(said.all(".error-summary")[0].contains("no role at this desk"), "{}", said.text);
    assert!(!mallory.is_in().await);
    assert_eq!(users(&app).await, 2);
    assert!(redress::staff::by_email(&app.app.staff, "mallory@isp.example").await.unwrap().is_none());
    assert_eq!(recorded(&app).await[0], 27);
}

#[tokio::test]
async fn the_role_follows_the_claim_at_each_sign_in() {
    let (mut idp, app) = Idp::with_desk(&[]).await;
    app.admin().await;
    idp.person(&app).arrive("asha", "/tickets").await;
    let before = idp.person(&app);
    before.arrive("asha", "/tickets").await;
    assert_eq!(before.desk.open("/users").await.status, 200);
    idp.order(&json!({"groups": {"asha": ["redress-technician"]}}));
    idp.person(&app).arrive("asha", "/account").await;
    // The session of before has no more than the user has now.
    assert_eq!(before.desk.open("/users").await.status, 403);
    idp.order(&json!({"groups": {"asha": []}}));
    assert_eq!(refusal(&idp.person(&app).sign_in("asha").await), "no-role");
    assert!(!before.is_in().await, "whoever has lost all roles is signed out everywhere");
}

#[tokio::test]
async fn owners_and_auditors_are_claimed_as_well() {
    let more = [("oidc.owner_if", "groups=redress-owner"), ("oidc.auditor_if", "groups=redress-audit")];
    let (mut idp, app) = Idp::with_desk(&more).await;
    app.admin().await;
    let asha = async || redress::staff::by_email(&app.app.staff, "asha@isp.example").await.unwrap().unwrap();
    let mut seen = Vec::new();
    for groups in [
        json!(["redress-owner"]),
        json!(["redress-admin"]),
        json!(["redress-admin", "redress-owner"]),
        json!(["redress-audit"]),
        json!(["redress-admin"]),
    ] {
        idp.order(&json!({"groups": {"asha": groups}}));
        idp.person(&app).arrive("asha", "/tickets").await;
        seen.push((asha().await.role.name(), asha().await.owner));
    }
    // Whoever becomes an owner signs in anew everywhere: a session that somebody else got hold of does not grow.
    let before = idp.person(&app);
    before.arrive("asha", "/tickets").await;
    idp.order(&json!({"groups": {"asha": ["redress-owner"]}}));
    idp.person(&app).arrive("asha", "/tickets").await;
    assert!(!before.is_in().await);
    let wanted = [("admin", true), ("admin", false), ("admin", true), ("auditor", false), ("admin", false)];
    assert_eq!(seen, wanted, "each sign-in says anew what somebody is");
}

#[tokio::test]
async fn who_proves_it_once_more_does_so_at_the_provider() {
    let (idp, app) = Idp::with_desk(&[]).await;
    app.admin().await;
    let asha = idp.person(&app);
    asha.arrive("asha", "/tickets").await;
    let away = asha.desk.open("/users/new").await.location;
    let start = asha.desk.open(&away).await.attribute("main a[href^='/auth/start']", "href").unwrap();
    // Whom it knows it would lead back without a word.
    let address = asha.prove("asha", "/auth/start").await;
    assert_eq!(get(&asha.desk, path(&app, &address)).await.location, "/tickets");
    assert_eq!(asha.desk.open("/users/new").await.location, away);
    let address = asha.prove("asha", &start).await;
    assert_eq!(get(&asha.desk, path(&app, &address)).await.location, "/users/new");
    assert_eq!(asha.desk.open("/users/new").await.status, 200);
}

/// A provider that knows its user lets them in without a word: so nobody else may begin it.
#[tokio::test]
async fn another_site_begins_no_sign_in() {
    let (_idp, app) = Idp::with_desk(&[]).await;
    let browser = Browser::new(&app.base);
    for (site, place) in [("cross-site", "/login"), ("same-site", "/login"), ("same-origin", "http"), ("none", "http")]
    {
        let page = Browser::page(browser.request("GET", "/auth/start").header("sec-fetch-site", site)).await;
        assert!(page.status == 303 && page.location.starts_with(place), "{site}: {page:?}");
        assert_eq!(page.headers.contains_key("set-cookie"), place == "http", "{site}");
    }
}

#[tokio::test]
async fn the_last_admin_is_not_taken_from_the_desk() {
    let (mut idp, app) = Idp::with_desk(&[]).await;
    idp.person(&app).arrive("asha", "/tickets").await;
    idp.order(&json!({"groups": {"asha": ["redress-technician"]}}));
    assert_eq!(refusal(&idp.person(&app).sign_in("asha").await), "last-admin");
    let asha = redress::staff::by_email(&app.app.staff, "asha@isp.example").await.unwrap().unwrap();
    assert_eq!(asha.role.name(), "admin");
}

#[tokio::test]
async fn what_the_id_token_does_not_say_the_userinfo_does() {
    let mut idp = Idp::start("userinfo");
    let app = TestApp::with(&settings(&idp.issuer, &[])).await;
    idp.order(&json!({ "desk": app.base }));
    app.admin().await;
    idp.person(&app).arrive("asha", "/tickets").await;
    assert_eq!(refusal(&idp.person(&app).sign_in("mallory").await), "no-role");
}

#[tokio::test]
async fn a_callback_counts_once_and_only_in_the_browser_that_began() {
    let (idp, app) = Idp::with_desk(&[]).await;
    app.admin().await;
    let (asha, ravi) = (idp.person(&app), idp.person(&app));
    let address = asha.prove("asha", "/auth/start").await;
    // Without what lies in her browser, and with what lies in his.
    assert_eq!(refusal(&get(&idp.person(&app).desk, path(&app, &address)).await), "stale");
    let his = ravi.prove("ravi", "/auth/start").await;
    assert_eq!(refusal(&get(&ravi.desk, path(&app, &address)).await), "stale");
    // His code with her state: the code is tied to his challenge.
    let code = |address: &str| parameter(address, "code").unwrap();
    let swapped = address.replace(&code(&address), &code(&his));
    assert_ne!(swapped, address);
    assert_eq!(refusal(&get(&asha.desk, path(&app, &swapped)).await), "unproven");
    assert_eq!(users(&app).await, 1);

    asha.arrive("asha", "/tickets").await;
    assert_eq!(refusal(&get(&asha.desk, path(&app, &address)).await), "stale");
}

#[tokio::test]
async fn nothing_of_the_provider_lies_in_clear() {
    let (idp, app) = Idp::with_desk(&[]).await;
    app.admin().await;
    idp.person(&app).arrive("meenakshi", "/tickets").await;
    for (place, bytes) in at_rest(app.dir()) {
        for name in ["meenakshi", "Meenakshi"] {
            let found = bytes.windows(name.len()).any(|window| window == name.as_bytes());
            assert!(!found, "{name} lies in {place}");
        }
    }
}

#[tokio::test]
async fn a_provider_that_is_away_keeps_nobody_else_out() {
    let (idp, app) = Idp::with_desk(&[]).await;
    let admin = app.user("Dev Anand", redress::staff::Role::Admin).await;
    let asha = idp.person(&app);
    let address = asha.prove("asha", "/auth/start").await;
    let issuer = idp.issuer.clone();
    let desk = asha.desk.clone();
    drop(idp);
    assert_eq!(refusal(&get(&desk, path(&app, &address)).await), "unreachable", "{issuer}");
    let page = desk.open("/login?refused=unreachable").await;
    assert!(page.status == 200 && page.has("#password"), "{}", page.text);
    assert!(page.all(".error-summary")[0].contains("does not answer"));
    let page = desk.submit("/login", &[("email", &admin.email), ("password", crate::support::PASSWORD)]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/tickets"));

    let fresh = TestApp::with(&settings(&issuer, &[])).await;
    let nobody = crate::support::Browser::new(&fresh.base);
    assert_eq!(refusal(&nobody.open("/auth/start").await), "unreachable");
}
