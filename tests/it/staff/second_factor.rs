//! Authenticator apps and recovery codes, who has to have one, and proving anew who one is.

use redress::staff::{self, Role};
use serde_json::json;

use super::{Client, MINUTE, PASSWORD, Reply, World};

const FACTORS: &str = "/account/second-factor";
const APP: &str = "/account/second-factor/app";
const STEP: &str = "/login/second";

/// An app with the key that a page shows.
struct App(totp_rs::Totp);

impl App {
    fn of(page: &Reply) -> Self {
        let key: String = page.texts("#key")[0].chars().filter(|c| *c != ' ').collect();
        let key = data_encoding::BASE32_NOPAD.decode(key.as_bytes()).unwrap();
        Self(totp_rs::Builder::new().with_secret(key).with_account_name("x".to_owned()).build().unwrap())
    }

    /// What it shows now.
    fn code(&self, world: &World) -> String {
        self.0.generate(u64::try_from(world.staff.clock.now()).unwrap() / 1000).to_string()
    }
}

/// Sets an app up; gives it with the recovery codes.
async fn set_up(world: &World, browser: &mut Client) -> (App, Vec<String>) {
    let page = browser.get(APP).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let app = App::of(&page);
    let done = send_code(browser, &page, &app.code(world)).await;
    assert_eq!((done.status, done.header("location")), (303, FACTORS), "{}", done.text);
    let page = browser.get(FACTORS).await;
    (app, page.texts("#new-codes code"))
}

async fn send_code(browser: &mut Client, page: &Reply, code: &str) -> Reply {
    let key = page.attributes("[name=key]", "value").remove(0);
    browser.submit(APP, &[("key", &key), ("name", "Phone"), ("code", code)]).await
}

/// The first step with the right password, and then this code.
async fn sign_in(world: &World, email: &str, code: &str) -> (Client, Reply) {
    let mut browser = world.anonymous();
    let first = browser.try_sign_in(email, PASSWORD).await;
    assert_eq!((first.status, first.header("location")), (303, STEP), "{}", first.text);
    let second = browser.submit(STEP, &[("code", code)]).await;
    (browser, second)
}

#[tokio::test]
async fn an_app_is_set_up_by_its_first_code_and_asked_for_from_then_on() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let email = browser.email().to_owned();
    let mut elsewhere = world.anonymous();
    elsewhere.sign_in(&email, PASSWORD).await;

    let page = browser.get(APP).await;
    let app = App::of(&page);
    assert_eq!(page.attributes(".qr path", "d").len(), 1);
    let wrong = send_code(&mut browser, &page, "000000").await;
    assert_eq!(wrong.status, 422);
    assert_eq!(App::of(&wrong).code(&world), app.code(&world), "the key that was scanned stays");
    assert!(browser.get(FACTORS).await.texts(".roster bdi").is_empty(), "nothing is kept yet");

    let done = send_code(&mut browser, &wrong, &app.code(&world)).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let page = browser.get(FACTORS).await;
    assert_eq!(page.texts(".roster bdi"), ["Phone"]);
    assert_eq!(page.texts("#new-codes code").len(), 10);
    assert!(browser.get(FACTORS).await.texts("#new-codes code").is_empty(), "they are shown once");
    assert!(browser.is_known().await, "who set it up has shown both");
    assert!(!elsewhere.is_known().await, "a session without a second factor ends");

    // The code of the set-up was used; so was the one after it, once it has been.
    let (_, again) = sign_in(&world, &email, &app.code(&world)).await;
    assert_eq!(again.status, 422, "a code is good once");
    world.hand.advance(MINUTE / 2);
    let code = app.code(&world);
    let (mut desk, second) = sign_in(&world, &email, &code).await;
    assert_eq!((second.status, second.header("location")), (303, "/tickets"), "{}", second.text);
    assert!(desk.is_known().await);
    assert_eq!(sign_in(&world, &email, &code).await.1.status, 422, "a code is good once");
    let held = world.at_rest();
    let key = data_encoding::BASE32_NOPAD.encode(app.0.secret().as_bytes());
    assert!(!held.windows(key.len()).any(|at| at == key.as_bytes()), "the key is sealed at rest");
}

#[tokio::test]
async fn between_the_steps_nobody_is_in_and_the_first_ends_after_ten_minutes() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let email = browser.email().to_owned();
    let (app, _) = set_up(&world, &mut browser).await;

    let mut thief = world.anonymous();
    assert_eq!(thief.try_sign_in(&email, PASSWORD).await.header("location"), STEP);
    assert!(!thief.is_known().await);
    assert_eq!(thief.get("/account").await.header("location"), "/login?next=%2Faccount");
    assert_eq!(thief.get(STEP).await.status, 200);
    world.hand.advance(10 * MINUTE);
    assert_eq!(thief.get(STEP).await.header("location"), "/login");
    assert_eq!(thief.submit(STEP, &[("code", &app.code(&world))]).await.header("location"), "/login");
    assert!(!thief.is_known().await);

    // A new password in between makes the first step worthless.
    let mut late = world.anonymous();
    late.try_sign_in(&email, PASSWORD).await;
    let changes = staff::Changes { password: Some("another horse battery".to_owned()), ..staff::Changes::none() };
    staff::change_user(&world.staff, staff::By::default(), browser.id(), changes).await.unwrap();
    let refused = late.submit(STEP, &[("code", &app.code(&world))]).await;
    assert_eq!(refused.header("location"), "/login", "{}", refused.text);
    assert!(!late.is_known().await);
}

#[tokio::test]
async fn a_recovery_code_works_once_however_it_is_typed_and_new_ones_end_the_old() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let email = browser.email().to_owned();
    let (_, codes) = set_up(&world, &mut browser).await;
    let typed = codes[3].to_uppercase().replace('-', " ");
    let (mut desk, second) = sign_in(&world, &email, &typed).await;
    assert_eq!(second.status, 303, "{}", second.text);
    assert!(desk.get(FACTORS).await.text.contains("9 are left."));
    assert_eq!(sign_in(&world, &email, &codes[3]).await.1.status, 422, "used");
    assert_eq!(sign_in(&world, &email, &format!("4{}", &codes[3][1..])).await.1.status, 422, "of another place");

    let made = desk.submit(&format!("{FACTORS}/codes"), &[]).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let new = desk.get(FACTORS).await.texts("#new-codes code");
    assert_eq!(new.len(), 10);
    assert_eq!(sign_in(&world, &email, &codes[5]).await.1.status, 422, "worthless by now");
    assert_eq!(sign_in(&world, &email, &new[5]).await.1.status, 303);
    let held = world.at_rest();
    let secret = new[6].replace('-', "");
    assert!(!held.windows(10).any(|at| at == &secret.as_bytes()[1..]), "only hashes are kept");
}

#[tokio::test]
async fn guesses_of_codes_are_counted_and_a_password_alone_takes_none_back() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let email = browser.email().to_owned();
    let (app, _) = set_up(&world, &mut browser).await;
    let mut thief = world.anonymous();
    thief.try_sign_in(&email, PASSWORD).await;
    for guess in 0..5 {
        assert_eq!(thief.submit(STEP, &[("code", "000000")]).await.status, 422, "{guess}");
    }
    world.hand.advance(MINUTE / 2);
    let right = app.code(&world);
    let waits = thief.submit(STEP, &[("code", &right)]).await;
    assert_eq!((waits.status, waits.header("retry-after")), (429, "30"), "{}", waits.text);
    assert!(waits.texts(".error-summary li")[0].contains("30"), "{}", waits.text);
    world.hand.advance(MINUTE / 2);
    let right = app.code(&world);
    assert_eq!(thief.submit(STEP, &[("code", &right)]).await.status, 303);
}

#[tokio::test]
async fn the_api_asks_for_the_code_along_with_the_password() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let email = browser.email().to_owned();
    let (app, codes) = set_up(&world, &mut browser).await;
    world.hand.advance(MINUTE / 2);
    let log_in = async |password: &str, code: Option<&str>| {
        let mut body = json!({"email": email, "password": password});
        if let Some(code) = code {
            body["code"] = code.into();
        }
        world.anonymous().post("/api/auth/login", body).await
    };
    let without = log_in(PASSWORD, None).await;
    assert_eq!(without.status, 401);
    assert!(without.text.contains("second factor"), "{}", without.text);
    assert!(!log_in("wrong", None).await.text.contains("second factor"), "that is for who knows the password");
    let (wrong, plain) = (log_in(PASSWORD, Some("000000")).await, log_in("wrong", Some("000000")).await);
    assert_eq!((wrong.status, &wrong.text), (401, &plain.text));
    let code = app.code(&world);
    assert_eq!(log_in(PASSWORD, Some(&code)).await.status, 200);
    assert_eq!(log_in(PASSWORD, Some(&code)).await.status, 401, "a code is good once");
    assert_eq!(log_in(PASSWORD, Some(&codes[0])).await.status, 200);
}

#[tokio::test]
async fn whoever_needs_one_and_has_none_sees_nothing_but_where_it_is_set_up() {
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let mut technician = world.browser("Tomasz Nowak", Role::Technician).await;
    let email = technician.email().to_owned();
    let mut program = world.anonymous();
    let log_in = json!({"email": email, "password": PASSWORD});
    let token = program.post("/api/auth/login", log_in.clone()).await.json()["token"].as_str().unwrap().to_owned();
    program.token = Some(token);
    assert!(program.is_known().await);

    let early = admin.submit("/users/second-factor", &[("of", "everybody")]).await;
    assert_eq!(early.status, 303);
    assert_eq!(technician.get("/account").await.status, 200, "an admin without one would lock themselves out");
    set_up(&world, &mut admin).await;
    assert_eq!(admin.submit("/users/second-factor", &[("of", "nonsense")]).await.status, 422);
    admin.submit("/users/second-factor", &[("of", "admins")]).await;
    assert_eq!(technician.get("/account").await.status, 200, "admins are asked");
    admin.submit("/users/second-factor", &[("of", "everybody")]).await;

    assert!(!program.is_known().await, "a token of a log-in ends");
    let refused = world.anonymous().post("/api/auth/login", log_in.clone()).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("second factor"), "{}", refused.text);
    for path in ["/account", "/tickets", "/account/tokens"] {
        let reply = technician.get(path).await;
        assert!([303, 404, 405].contains(&reply.status), "{path} {}", reply.status);
    }
    assert_eq!(technician.get("/account").await.header("location"), FACTORS);
    assert_eq!(technician.get("/api/auth/me").await.status, 403);
    assert!(technician.get(FACTORS).await.text.contains("You need a second factor"));
    set_up(&world, &mut technician).await;
    assert_eq!(technician.get("/account").await.status, 200);
    assert!(technician.is_known().await);

    admin.submit("/users/second-factor", &[("of", "nobody")]).await;
    let users = admin.get("/users").await;
    assert_eq!(users.texts("td[data-label='Second factor']"), ["Yes", "Yes"]);
}

/// A desk that is left unlocked must not make users.
#[tokio::test]
async fn dangerous_acts_want_a_fresh_proof_which_gives_the_session_another_token() {
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let other = world.user("Tomasz Nowak", Role::Technician).await;
    let edit = format!("/users/{}/edit", other.id);
    let new =
        [("name", "Mei Ling"), ("email", "mei@isp.example"), ("role", "technician"), ("password", "quite another one")];
    assert_eq!(admin.get("/users/new").await.status, 200);
    world.hand.advance(10 * MINUTE);
    assert_eq!(admin.get("/users/new").await.header("location"), "/account/confirm?next=%2Fusers%2Fnew");
    assert!(admin.get(&edit).await.header("location").starts_with("/account/confirm?next=%2Fusers%2F"));
    assert!(admin.get(FACTORS).await.header("location").starts_with("/account/confirm"));
    assert_eq!(admin.submit("/users", &new).await.header("location"), "/users", "a form that was open is taken");

    world.hand.advance(30 * MINUTE);
    let late = [("name", "Late"), ("email", "late@isp.example"), ("role", "admin"), ("password", "quite another one")];
    assert!(admin.submit("/users", &late).await.header("location").starts_with("/account/confirm"));
    for path in [format!("/users/{}/disable", other.id), format!("/users/{}/password", other.id), edit.clone()] {
        let reply = admin.submit(&path, &[("password", "quite another one"), ("role", "admin")]).await;
        assert!(reply.header("location").starts_with("/account/confirm"), "{path}: {}", reply.text);
    }
    let token = admin.submit("/account/tokens", &[("name", "x")]).await;
    assert!(token.header("location").starts_with("/account/confirm"), "{}", token.text);
    let call = admin
        .post(
            "/api/users",
            json!({"name": "Late", "email": "late@isp.example", "role": "admin", "password": "quite another one"}),
        )
        .await;
    assert_eq!(call.status, 403, "{}", call.text);
    let call = admin.post(&format!("/api/users/{}/link", other.id), json!({})).await;
    assert_eq!(call.status, 403, "{}", call.text);
    let end = admin.submit(&format!("/account/sessions/{}/end", other.id), &[]).await;
    assert!(end.header("location").starts_with("/account/confirm"), "{}", end.text);
    assert_eq!(admin.get("/users").await.status, 200, "to look is no harm");
    assert!(!admin.get("/users").await.text.contains("late@isp.example"));

    let mut stolen = admin.clone();
    let wrong = admin.submit("/account/confirm", &[("next", "/users/new"), ("password", "wrong")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.attributes("main [name=next]", "value"), ["/users/new"]);
    let away = admin.submit("/account/confirm", &[("next", "//evil.example"), ("password", PASSWORD)]).await;
    assert_eq!(away.header("location"), "/account");
    assert_eq!(admin.get("/users/new").await.status, 200);
    assert!(!stolen.is_known().await, "the token of before is worthless");
    assert!(admin.is_known().await);
}

#[tokio::test]
async fn with_a_second_factor_the_password_is_no_fresh_proof() {
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let (app, codes) = set_up(&world, &mut admin).await;
    world.hand.advance(20 * MINUTE);
    let page = admin.get("/account/confirm?next=%2Fusers").await;
    assert!(page.attributes("#password", "name").is_empty());
    let by_password = admin.submit("/account/confirm", &[("next", "/users"), ("password", PASSWORD)]).await;
    assert_eq!(by_password.status, 422);
    assert_eq!(admin.get("/users/new").await.status, 303);
    let another = [("currentPassword", PASSWORD), ("newPassword", "another horse battery")];
    assert_eq!(admin.submit("/account/password", &another).await.header("location"), "/account");
    assert_eq!(admin.get("/users/new").await.status, 303, "a new password is no fresh proof either");
    let by_code = admin.submit("/account/confirm", &[("next", "/users"), ("code", &app.code(&world))]).await;
    assert_eq!(by_code.header("location"), "/users", "{}", by_code.text);
    assert_eq!(admin.get("/users/new").await.status, 200);
    world.hand.advance(20 * MINUTE);
    let by_recovery = admin.submit("/account/confirm", &[("next", "/users"), ("code", &codes[0])]).await;
    assert_eq!(by_recovery.header("location"), "/users", "{}", by_recovery.text);
}

#[tokio::test]
async fn who_has_lost_all_is_helped_by_an_admin_and_signs_in_by_password_again() {
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let mut lost = world.browser("Tomasz Nowak", Role::Technician).await;
    let (email, edit) = (lost.email().to_owned(), format!("/users/{}/edit", lost.id()));
    set_up(&world, &mut lost).await;
    let button = format!("form[action='/users/{}/second-factor/reset'] button", lost.id());
    assert_eq!(admin.get(&edit).await.texts(&button).len(), 1);
    let reset = format!("/users/{}/second-factor/reset", lost.id());
    assert_eq!(lost.submit(&reset, &[]).await.status, 403, "not by oneself");
    assert_eq!(admin.submit(&reset, &[]).await.header("location"), edit);
    assert!(!lost.is_known().await, "signed out everywhere");
    assert!(admin.get(&edit).await.texts(&button).is_empty());
    assert_eq!(lost.try_sign_in(&email, PASSWORD).await.header("location"), "/account");
    let history = admin.get("/audit").await.text;
    for words in ["A second factor was added", "A user’s second factors were taken away"] {
        assert!(history.contains(words), "{words}: {history}");
    }
}

#[tokio::test]
async fn the_last_factor_takes_the_recovery_codes_along() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let email = browser.email().to_owned();
    let (app, _) = set_up(&world, &mut browser).await;
    let mut other = world.browser("Tomasz Nowak", Role::Technician).await;
    let remove = browser.get(FACTORS).await.attributes("td form", "action").remove(0);
    world.hand.advance(MINUTE);
    let (mut elsewhere, second) = sign_in(&world, &email, &app.code(&world)).await;
    assert_eq!(second.status, 303, "{}", second.text);
    assert_eq!(other.submit(&remove, &[]).await.status, 404, "another's");
    assert_eq!(browser.submit(&remove, &[]).await.header("location"), FACTORS);
    assert!(browser.is_known().await && !elsewhere.is_known().await, "what was made by it ends");
    assert!(browser.get(FACTORS).await.texts("#codes").is_empty());
    assert_eq!(world.anonymous().try_sign_in(&email, PASSWORD).await.header("location"), "/tickets");
    assert_eq!(browser.submit(&format!("{FACTORS}/codes"), &[]).await.status, 303);
    assert!(browser.get(FACTORS).await.texts("#new-codes code").is_empty(), "codes alone are no factor");
}

/// The form carries the key sealed, for its user alone.
#[tokio::test]
async fn a_key_that_another_was_shown_is_not_taken() {
    let world = World::new();
    let mut ada = world.browser("Ada Lovelace", Role::Admin).await;
    let mut bob = world.browser("Bob Babbage", Role::Admin).await;
    let page = ada.get(APP).await;
    let app = App::of(&page);
    let refused = send_code(&mut bob, &page, &app.code(&world)).await;
    assert_eq!((refused.status, refused.header("location")), (303, APP));
    assert!(bob.get(FACTORS).await.texts(".roster bdi").is_empty());
    world.hand.advance(10 * MINUTE);
    ada.submit("/account/confirm", &[("password", PASSWORD)]).await;
    let late = send_code(&mut ada, &page, &app.code(&world)).await;
    assert_eq!((late.status, late.header("location")), (303, APP), "it has waited too long");
}
