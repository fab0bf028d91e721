//! Signing in and out, on the page and over the API; what ends a session.

use redress::staff::{self, By, Changes, Role};
use serde_json::json;

use super::{HOUR, MINUTE, PASSWORD, World};

/// Nobody may learn from an answer whether there is an account.
#[tokio::test]
async fn refusals_are_the_same_for_wrong_unknown_and_disabled() {
    let world = World::new();
    world.user("Priya Raman", Role::Admin).await;
    let off = world.user("Dev Anand", Role::Admin).await;
    let bare = world.user("Mei Ling", Role::Technician).await;
    let disabled = Changes { enabled: Some(false), ..Changes::none() };
    staff::change_user(&world.staff, By::default(), off.id, disabled).await.unwrap();
    let tries = [
        ("priya.raman@isp.example", "not the password"),
        ("nobody@isp.example", "not the password"),
        (off.email.as_str(), PASSWORD),
        (bare.email.as_str(), "not the password"),
    ];
    let (mut pages, mut answers) = (Vec::new(), Vec::new());
    for (email, password) in tries {
        let page = world.anonymous().try_sign_in(email, password).await;
        assert_eq!(page.attributes("#email", "value"), [email]);
        assert_eq!(page.attributes("#password", "value"), [""]);
        pages.push((page.status, page.text.replace(email, "")));
        let answer = world.anonymous().post("/api/auth/login", json!({"email": email, "password": password})).await;
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"redress\"");
        answers.push((answer.status, answer.text));
    }
    assert_eq!((pages[0].0, answers[0].0), (422, 401));
    assert!(pages.iter().all(|page| *page == pages[0]), "{pages:?}");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn a_user_without_a_password_cannot_sign_in() {
    let world = World::new();
    let new = staff::NewUser {
        email: "t@isp.example".to_owned(),
        name: "T".to_owned(),
        phone: None,
        role: Role::Technician,
        owner: false,
        password: None,
    };
    staff::add_user(&world.staff, None, new).await.unwrap();
    for password in ["", " ", "null", PASSWORD] {
        assert_eq!(world.anonymous().try_sign_in("t@isp.example", password).await.status, 422);
    }
}

#[tokio::test]
async fn the_page_says_what_is_missing_and_keeps_what_was_typed() {
    let world = World::new();
    world.user("Priya Raman", Role::Admin).await;
    let page =
        world.anonymous().submit("/login", &[("email", "x@y.example"), ("password", ""), ("next", "/users")]).await;
    assert_eq!(page.status, 422);
    assert!(page.texts("title")[0].starts_with("Error: Sign in"));
    assert_eq!(page.attributes(".error-summary a", "href"), ["#password"]);
    assert_eq!(page.attributes("#password", "aria-invalid"), ["true"]);
    assert_eq!(page.attributes("#password", "aria-describedby"), ["password-err"]);
    assert_eq!(page.attributes("#email", "value"), ["x@y.example"]);
    assert_eq!(page.attributes("[name=next]", "value"), ["/users"]);
}

#[tokio::test]
async fn the_address_counts_in_any_case_and_the_password_in_one() {
    let world = World::new();
    world.user("Priya Raman", Role::Admin).await;
    world.anonymous().sign_in(" Priya.RAMAN@isp.example ", PASSWORD).await;
    let refused = world.anonymous().try_sign_in("priya.raman@isp.example", &PASSWORD.to_uppercase()).await;
    assert_eq!(refused.status, 422);
}

#[tokio::test]
async fn signing_in_leads_on_and_never_away() {
    let world = World::new();
    world.user("Priya Raman", Role::Admin).await;
    world.user("Tomasz", Role::Technician).await;
    for (email, next, want) in [
        ("priya.raman@isp.example", "/users?x=1", "/users?x=1"),
        ("priya.raman@isp.example", "", "/tickets"),
        ("priya.raman@isp.example", "https://evil.example/", "/tickets"),
        ("priya.raman@isp.example", "//evil.example", "/tickets"),
        ("priya.raman@isp.example", "/\\evil.example", "/tickets"),
        ("priya.raman@isp.example", "/\u{1}", "/tickets"),
        ("priya.raman@isp.example", "/\u{7f}", "/tickets"),
        ("priya.raman@isp.example", "/josé", "/tickets"),
        ("tomasz@isp.example", "/tickets", "/account"),
    ] {
        let mut browser = world.anonymous();
        let page = browser.submit("/login", &[("email", email), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!((page.status, page.header("location")), (303, want), "{next}");
        let again = browser.get("/login").await;
        assert_eq!(again.status, 303, "already signed in");
    }
}

#[tokio::test]
async fn the_sessions_cookie_is_kept_from_scripts_and_other_sites() {
    for (public, name, secure) in
        [("http://desk.example", "redress_session=", false), ("https://desk.example", "__Host-redress_session=", true)]
    {
        let world = World::at(public);
        let user = world.user("Priya Raman", Role::Admin).await;
        let reply = world.anonymous().try_sign_in(&user.email, PASSWORD).await;
        let cookies = reply.cookies();
        let cookie = cookies.iter().find(|cookie| cookie.contains("session=")).unwrap();
        assert!(cookie.starts_with(name), "{cookie}");
        for flag in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(flag), "{cookie} lacks {flag}");
        }
        assert_eq!(cookie.contains("Secure"), secure, "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
        let value = cookie[name.len()..].split(';').next().unwrap();
        assert!(value.len() >= 43, "256 bits");
    }
}

#[tokio::test]
async fn signing_in_gives_a_new_session_and_ends_the_one_before() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let mut before = browser.clone();
    let email = browser.email().to_owned();
    browser.sign_in(&email, PASSWORD).await;
    assert_ne!(before.cookies, browser.cookies);
    assert!(browser.is_known().await);
    assert!(!before.is_known().await);
}

#[tokio::test]
async fn a_chosen_session_is_not_taken_over() {
    let world = World::new();
    let user = world.user("Priya Raman", Role::Admin).await;
    let mut victim = world.anonymous();
    victim.cookies.push(("redress_session".to_owned(), "f".repeat(64)));
    let mut attacker = victim.clone();
    victim.sign_in(&user.email, PASSWORD).await;
    assert!(!attacker.is_known().await);
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let mut copy = browser.clone();
    let reply = browser.submit("/logout", &[]).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/login"));
    assert!(browser.cookies.iter().all(|(name, _)| name != "redress_session"));
    assert!(!copy.is_known().await);
    assert_eq!(copy.get("/logout").await.status, 405, "a link must not sign anybody out");
}

#[tokio::test]
async fn a_session_ends_idle_after_an_hour_and_always_after_twelve() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    world.hand.advance(HOUR - 1);
    assert!(browser.is_known().await);
    world.hand.advance(HOUR - 1);
    assert!(browser.is_known().await, "use keeps it alive");
    world.hand.advance(HOUR);
    assert!(!browser.is_known().await);

    let (email, mut halves) = (browser.email().to_owned(), 0);
    browser.sign_in(&email, PASSWORD).await;
    while browser.is_known().await {
        world.hand.advance(HOUR / 2);
        halves += 1;
        assert!(halves <= 24);
    }
    assert_eq!(halves, 24);
}

#[tokio::test]
async fn a_use_is_noted_at_most_once_a_minute() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    world.hears_others().await;
    let before = world.staff.db.write_stats().writes;
    for _ in 0..5 {
        assert!(browser.is_known().await);
    }
    assert_eq!(world.staff.db.write_stats().writes, before);
    world.hand.advance(MINUTE);
    for _ in 0..5 {
        assert!(browser.is_known().await);
    }
    assert_eq!(world.staff.db.write_stats().writes, before + 1);
}

#[tokio::test]
async fn disabling_ends_everything_at_once_and_enabling_brings_nothing_back() {
    let world = World::new();
    let mut admin = world.admin().await;
    let mut browser = world.browser("Dev Anand", Role::Admin).await;
    let body = json!({"email": browser.email(), "password": PASSWORD});
    let mut program = world.anonymous();
    program.token = Some(program.post("/api/auth/login", body).await.json()["token"].as_str().unwrap().to_owned());
    let mut export = world.anonymous();
    let token = staff::add_token(&world.staff, browser.id(), redress::staff::Grant::whole("export")).await.unwrap();
    export.token = Some(token);
    assert!(browser.is_known().await && program.is_known().await && export.is_known().await);
    let path = format!("/api/users/{}", browser.id());
    assert_eq!(admin.patch(&path, json!({"enabled": false})).await.status, 200);
    assert!(!browser.is_known().await && !program.is_known().await && !export.is_known().await);
    assert_eq!(admin.patch(&path, json!({"enabled": true})).await.status, 200);
    assert!(!browser.is_known().await && !program.is_known().await && !export.is_known().await);
}

#[tokio::test]
async fn what_signs_somebody_in_is_nowhere_in_clear() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let session = browser.cookies.iter().find(|(name, _)| name == "redress_session").unwrap().1.clone();
    let body = json!({"email": browser.email(), "password": PASSWORD});
    let login = browser.post_once("/api/auth/login", &body, "once").await.json();
    let token = login["token"].as_str().unwrap();
    let disk = world.at_rest();
    let plain = sha256(body.to_string().as_bytes());
    for secret in
        [session.as_bytes(), token.as_bytes(), PASSWORD.as_bytes(), b"Priya", b"isp.example", &plain, b"$argon2"]
    {
        assert!(!disk.windows(secret.len()).any(|window| window == secret), "{}", String::from_utf8_lossy(secret));
    }
    // The test would find what is there in clear.
    let kept = sha256(session.as_bytes());
    assert!(disk.windows(kept.len()).any(|window| window == kept));
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).to_vec()
}
