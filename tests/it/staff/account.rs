//! One's own account.

use redress::{
    db::{Tx, params},
    staff::{self, Role},
};

use super::{PASSWORD, World};

const NEW: &str = "quite another one";

#[tokio::test]
async fn it_is_there_for_technicians_too_and_for_nobody_else() {
    let world = World::new();
    world.admin().await;
    let page = world.anonymous().get("/account?x=1").await;
    assert_eq!((page.status, page.header("location")), (303, "/login?next=%2Faccount%3Fx%3D1"));
    let page = world.anonymous().submit("/account/password", &[]).await;
    assert_eq!((page.status, page.header("location")), (303, "/login"));
    let mut technician = world.browser("Tomasz Zielinski", Role::Technician).await;
    let page = technician.get("/account").await;
    assert_eq!(page.status, 200);
    let facts = page.texts(".facts dd");
    assert_eq!(facts, ["Tomasz Zielinski", "tomasz.zielinski@isp.example", "None", "Technician"]);
    assert!(!page.text.contains("argon2"));
}

/// As password managers need it to know whose password changes; without a name it is not sent.
#[tokio::test]
async fn password_forms_say_whose_they_are_to_password_managers_only() {
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let email = admin.email().to_owned();
    let tomasz = world.user("Tomasz", Role::Technician).await;
    for (path, of) in [("/account", email), (&*format!("/users/{}/edit", tomasz.id), tomasz.email)] {
        let page = admin.get(path).await;
        let field = "form[action$='/password'] input[autocomplete=username][hidden]:not([name])";
        assert_eq!(page.attributes(field, "value"), [of], "{path}");
        assert_eq!(page.attributes("input[autocomplete=username]", "value").len(), 1, "{path}");
    }
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let email = browser.email().to_owned();
    let mut elsewhere = world.anonymous();
    elsewhere.sign_in(&email, PASSWORD).await;
    let mut made = world.anonymous();
    made.token =
        Some(staff::add_token(&world.staff, browser.id(), redress::staff::Grant::whole("export")).await.unwrap());
    let mut program = world.anonymous();
    let login = program.post("/api/auth/login", serde_json::json!({"email": email, "password": PASSWORD})).await;
    program.token = login.json()["token"].as_str().map(ToOwned::to_owned);
    let reply = browser.submit("/account/password", &[("currentPassword", PASSWORD), ("newPassword", NEW)]).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/account"), "{}", reply.text);
    assert!(browser.is_known().await);
    assert!(!elsewhere.is_known().await);
    assert!(!program.is_known().await);
    assert!(made.is_known().await, "one's programs go on");
    let page = browser.get("/account").await;
    assert_eq!(page.attributes("main .hint a", "href"), ["#tokens"]);
    assert_eq!(page.attributes("#tokens form[action$='/revoke']", "action").len(), 1);
    assert_eq!(world.anonymous().try_sign_in(&email, PASSWORD).await.status, 422);
    world.anonymous().sign_in(&email, NEW).await;
}

#[tokio::test]
async fn a_refused_password_changes_nothing_and_is_not_shown_again() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    for (current, new, faulty) in [
        ("not it at all", NEW, vec!["#currentPassword"]),
        ("", "short", vec!["#currentPassword", "#newPassword"]),
        (PASSWORD, "Priya Raman", vec!["#newPassword"]),
    ] {
        let page = browser.submit("/account/password", &[("currentPassword", current), ("newPassword", new)]).await;
        assert_eq!(page.status, 422);
        assert_eq!(page.attributes(".error-summary a", "href"), faulty);
        assert!(page.texts("title")[0].starts_with("Error: Account"));
        assert_eq!(page.attributes("[type=password]", "value"), ["", ""]);
    }
    world.anonymous().sign_in(browser.email(), PASSWORD).await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_ones_own_only() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let mut elsewhere = world.anonymous();
    elsewhere.sign_in(browser.email(), PASSWORD).await;
    let mut other = world.browser("Dev Anand", Role::Admin).await;
    let page = browser.get("/account").await;
    let ends = page.attributes("form[action^='/account/sessions/']", "action");
    assert_eq!(ends.len(), 1, "the one in use has no button");
    assert!(page.text.contains("This one"));
    assert_eq!(other.submit(&ends[0], &[]).await.status, 404);
    assert!(elsewhere.is_known().await);
    assert_eq!(browser.submit(&ends[0], &[]).await.status, 303);
    assert!(!elsewhere.is_known().await);
    assert!(browser.is_known().await);
    assert_eq!(browser.submit("/account/sessions/x/end", &[]).await.status, 404);
}

#[tokio::test]
async fn a_token_is_shown_once_works_and_is_revoked() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let mut other = world.browser("Dev Anand", Role::Admin).await;
    let reply =
        browser.submit("/account/tokens", &[("name", "billing export"), ("scope", "admin"), ("days", "30")]).await;
    assert_eq!(reply.status, 303, "{}", reply.text);
    let page = browser.get("/account").await;
    let token = page.texts("#new-token")[0].clone();
    let again = browser.get("/account").await;
    assert!(!again.text.contains(&token), "shown once");
    let names = again.texts("td bdi");
    assert_eq!(names, ["billing export"]);
    assert!(other.get("/account").await.texts("td bdi").is_empty(), "each sees their own");
    let mut program = world.anonymous();
    program.token = Some(token);
    assert!(program.is_known().await);
    let revoke = again.attributes("form[action^='/account/tokens/']", "action");
    assert_eq!(other.submit(&revoke[0], &[]).await.status, 404);
    assert!(program.is_known().await);
    assert_eq!(browser.submit(&revoke[0], &[]).await.status, 303);
    assert!(!program.is_known().await);
}

/// Nobody gives a program everything by leaving a field as it is.
#[tokio::test]
async fn a_token_s_scope_is_chosen_and_it_ends_unless_somebody_wants_otherwise() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let page = browser.get("/account").await;
    assert_eq!(page.attributes("#tokens [name=scope]", "value"), ["tickets:read", "tickets:write", "admin"]);
    assert_eq!(page.attributes("#tokens [name=scope][checked]", "value"), [] as [&str; 0]);
    assert_eq!(page.attributes("#tokens [name=days]", "value"), ["90"]);
    for scope in [None, Some(""), Some("all"), Some("tickets:read all")] {
        let mut fields = vec![("name", "billing export"), ("days", "30")];
        fields.extend(scope.map(|scope| ("scope", scope)));
        let page = browser.submit("/account/tokens", &fields).await;
        assert_eq!((page.status, page.attributes(".error-summary a", "href")), (422, vec!["#scope".to_owned()]));
    }
    let fields = [("name", "billing export"), ("scope", "tickets:read"), ("days", "30")];
    assert_eq!(browser.submit("/account/tokens", &fields).await.status, 303);
    let page = browser.get("/account").await;
    assert_eq!(page.texts("#tokens td .hint"), ["Reading tickets"]);
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_token_and_shows_it_both_times() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let key = browser.get("/account").await.attributes("[name=idempotencyKey]", "value").remove(0);
    let mut tokens = Vec::new();
    for key in [key.as_str(), key.as_str(), "another"] {
        let fields = [("idempotencyKey", key), ("name", "billing export"), ("scope", "admin"), ("days", "")];
        assert_eq!(browser.submit("/account/tokens", &fields).await.status, 303);
        let page = browser.get("/account").await;
        tokens.push((page.texts("#new-token").remove(0), page.texts("td bdi").len()));
        assert_ne!(page.attributes("[name=idempotencyKey]", "value"), [key], "each form has its own");
    }
    assert_eq!(tokens[0], tokens[1]);
    assert_ne!(tokens[0].0, tokens[2].0);
    assert_eq!((tokens[1].1, tokens[2].1), (1, 2));
    let mut other = world.browser("Dev Anand", Role::Admin).await;
    other.submit("/account/tokens", &[("idempotencyKey", &key), ("name", "x"), ("scope", "admin"), ("days", "")]).await;
    let others = other.get("/account").await.texts("#new-token").remove(0);
    assert_ne!(others, tokens[0].0, "a key seen elsewhere gives nobody's token");
    let refused =
        browser.submit("/account/tokens", &[("idempotencyKey", &key), ("name", ""), ("scope", "admin")]).await;
    assert_eq!(refused.attributes(".error-summary a", "href"), ["#name"]);
}

#[tokio::test]
async fn a_token_that_was_revoked_is_brought_back_by_no_form() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let key = browser.get("/account").await.attributes("[name=idempotencyKey]", "value").remove(0);
    let fields = [("idempotencyKey", key.as_str()), ("name", "billing export"), ("scope", "admin"), ("days", "")];
    let made = async |world: &World| {
        let read = |tx: &mut Tx<'_>| tx.query("SELECT 1 FROM audit_events WHERE kind = 16", params![]);
        world.staff.db.read(read).await.unwrap().len()
    };
    for _ in 0..2 {
        assert_eq!(browser.submit("/account/tokens", &fields).await.status, 303);
    }
    assert_eq!(made(&world).await, 1, "sent twice, it is made once");
    let page = browser.get("/account").await;
    let mut program = world.anonymous();
    program.token = Some(page.texts("#new-token").remove(0));
    assert!(program.is_known().await);
    let revoke = page.attributes("form[action^='/account/tokens/']", "action").remove(0);
    assert_eq!(browser.submit(&revoke, &[]).await.status, 303);

    let again = browser.submit("/account/tokens", &fields).await;
    assert_eq!(again.status, 422, "{}", again.text);
    assert!(again.texts(".error-summary")[0].contains("has made a token before"), "{}", again.text);
    assert!(!program.is_known().await);
    assert_eq!(made(&world).await, 1);
    // The form that is shown now makes another.
    let anew = again.attributes("[name=idempotencyKey]", "value").remove(0);
    let fields = [("idempotencyKey", anew.as_str()), ("name", "billing export"), ("scope", "admin"), ("days", "")];
    assert_eq!(browser.submit("/account/tokens", &fields).await.status, 303);
    assert!(!program.is_known().await);
}

#[tokio::test]
async fn times_are_the_isps() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let page = browser.get("/account").await;
    assert_eq!(page.texts("time")[0], "18 Nov 2026, 16:36 IST");
    assert_eq!(page.attributes("time", "datetime")[0], "2026-11-18T11:06:40.000Z");
}

#[tokio::test]
async fn a_token_needs_a_name_and_whole_days_and_ends_with_them() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    for days in ["0", "-1", "3651", "x", "1.5", "99999999999999999999"] {
        let page = browser.submit("/account/tokens", &[("name", ""), ("scope", "admin"), ("days", days)]).await;
        assert_eq!(page.status, 422);
        assert_eq!(page.attributes(".error-summary a", "href"), ["#name", "#days"]);
        assert_eq!(page.attributes("#days", "value"), [days]);
    }
    browser.submit("/account/tokens", &[("name", "short"), ("scope", "admin"), ("days", "1")]).await;
    let mut program = world.anonymous();
    program.token = Some(browser.get("/account").await.texts("#new-token")[0].clone());
    world.hand.advance(24 * super::HOUR - 1);
    assert!(program.is_known().await);
    world.hand.advance(1);
    assert!(!program.is_known().await);
}

/// A clock that is ahead for a while costs no program its token. Those of log-ins, of which nobody keeps count, are swept.
#[tokio::test]
async fn a_token_that_has_ended_stays_until_it_is_revoked_and_is_good_again_where_the_clock_is_set_right() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let email = browser.email().to_owned();
    let login = serde_json::json!({"email": email, "password": PASSWORD});
    assert_eq!(world.anonymous().post("/api/auth/login", login).await.status, 200);
    let key = browser.get("/account").await.attributes("[name=idempotencyKey]", "value").remove(0);
    let fields = [("idempotencyKey", key.as_str()), ("name", "billing export"), ("scope", "admin"), ("days", "30")];
    assert_eq!(browser.submit("/account/tokens", &fields).await.status, 303);
    let mut program = world.anonymous();
    program.token = Some(browser.get("/account").await.texts("#new-token").remove(0));
    assert!(program.is_known().await);

    let ahead = 60 * 24 * super::HOUR;
    world.hand.advance(ahead);
    let (settings, now) = (world.staff.settings, world.staff.clock.now());
    world.staff.db.write(move |tx| staff::sweep(tx, &settings, now)).await.unwrap();
    assert!(!program.is_known().await);
    let kept = |tx: &mut Tx<'_>| tx.query("SELECT 1 FROM api_tokens", params![]);
    assert_eq!(world.staff.db.read(kept).await.unwrap().len(), 1, "that of the log-in is gone");
    let mut later = world.anonymous();
    later.sign_in(&email, PASSWORD).await;
    let page = later.get("/account").await;
    assert_eq!(page.texts("#tokens td bdi"), ["billing export"]);
    assert_eq!(page.texts("#tokens td .muted"), ["Has ended"]);
    let again = later.submit("/account/tokens", &fields).await;
    assert_eq!(again.status, 422, "its form shows no token that is good for nothing");

    world.hand.advance(-ahead);
    assert!(program.is_known().await);
    browser.sign_in(&email, PASSWORD).await;
    let page = browser.get("/account").await;
    assert_eq!(page.texts("#tokens td .muted"), [] as [&str; 0]);
    let revoke = page.attributes("form[action^='/account/tokens/']", "action").remove(0);
    assert_eq!(browser.submit(&revoke, &[]).await.status, 303);
    assert!(!program.is_known().await);
}
