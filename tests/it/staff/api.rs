//! Users over the API, and who may call it.

use axum::http::Method;
use redress::staff::Role;
use serde_json::json;

use super::{HOUR, PASSWORD, World};

fn new_user() -> serde_json::Value {
    json!({"email": "Mei@isp.example", "name": "Mei-Ling Chow", "role": "technician", "password": PASSWORD,
           "phone": "+44 7700 900142"})
}

#[tokio::test]
async fn a_log_in_gives_a_token_for_twelve_hours() {
    let world = World::new();
    let user = world.user("Tomasz", Role::Technician).await;
    let mut program = world.anonymous();
    let answer = program.post("/api/auth/login", json!({"email": user.email, "password": PASSWORD})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    assert_eq!(body["user"]["id"], user.id.to_string());
    assert_eq!(body["expiresAt"], "2026-11-18T23:06:40.000Z");
    assert!(body["token"].as_str().unwrap().starts_with("rdr_"));
    assert_eq!(answer.cookies(), [""; 0]);
    program.token = body["token"].as_str().map(ToOwned::to_owned);
    assert_eq!(program.get("/api/auth/me").await.json(), body["user"]);
    world.hand.advance(12 * HOUR - 1);
    assert!(program.is_known().await);
    world.hand.advance(1);
    assert!(!program.is_known().await);
}

#[tokio::test]
async fn a_log_out_ends_the_token_and_no_other() {
    let world = World::new();
    let mut one = world.admin().await;
    let mut other = world.program("Dev Anand", Role::Admin).await;
    let answer = one.send(Method::POST, "/api/auth/logout", "", String::new(), &[]).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert!(!one.is_known().await);
    assert!(other.is_known().await);
    assert_eq!(world.anonymous().send(Method::POST, "/api/auth/logout", "", String::new(), &[]).await.status, 401);
}

#[tokio::test]
async fn a_bad_token_is_refused_even_beside_a_good_session() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    assert!(browser.is_known().await);
    browser.token = Some("rdr_0000".to_owned());
    let answer = browser.get("/api/users").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.json()["title"], "Unauthorized");
    browser.token = None;
    let basic = browser.send(Method::GET, "/api/users", "", String::new(), &[("authorization", "Basic eDp5")]).await;
    assert_eq!(basic.status, 200, "another scheme is not ours to judge");
    let lower = world.program("Dev Anand", Role::Admin).await.token.unwrap();
    let value = format!("bearer {lower}");
    let answer =
        world.anonymous().send(Method::GET, "/api/users", "", String::new(), &[("authorization", &value)]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_token_opens_no_page_and_a_sessions_secret_is_no_token() {
    let world = World::new();
    let mut admin = world.admin().await;
    assert_eq!(admin.get("/users").await.status, 303);
    let mut browser = world.browser("Dev Anand", Role::Admin).await;
    browser.token = Some(browser.cookies[0].1.clone());
    browser.cookies.clear();
    assert!(!browser.is_known().await);
    let mut swapped = world.anonymous();
    swapped.cookies.push(("redress_session".to_owned(), admin.token.clone().unwrap()));
    assert!(!swapped.is_known().await);
}

#[tokio::test]
async fn a_technician_gets_403_and_nobody_401() {
    let world = World::new();
    let admin = world.admin().await;
    let mut technician = world.program("Tomasz", Role::Technician).await;
    assert!(technician.is_known().await);
    let path = format!("/api/users/{}", admin.id());
    for client in [&mut technician, &mut world.anonymous()] {
        let want = if client.token.is_some() { 403 } else { 401 };
        let answers = [
            client.get("/api/users").await,
            client.post("/api/users", new_user()).await,
            client.patch(&path, json!({"role": "technician"})).await,
        ];
        for answer in answers {
            assert_eq!(answer.status, want, "{}", answer.text);
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }
}

#[tokio::test]
async fn a_new_role_counts_at_once() {
    let world = World::new();
    let mut admin = world.admin().await;
    let mut other = world.program("Dev Anand", Role::Admin).await;
    assert_eq!(other.get("/api/users").await.status, 200);
    admin.patch(&format!("/api/users/{}", other.id()), json!({"role": "technician"})).await;
    assert_eq!(other.get("/api/users").await.status, 403);
}

#[tokio::test]
async fn users_are_added_listed_and_changed() {
    let world = World::new();
    let mut admin = world.admin().await;
    let answer = admin.post("/api/users", new_user()).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let user = answer.json();
    let path = format!("/api/users/{}", user["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), path);
    let mut keys: Vec<_> = user.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["createdAt", "email", "enabled", "id", "name", "owner", "phone", "role"]);
    assert_eq!((user["phone"].as_str(), user["email"].as_str()), (Some("+447700900142"), Some("Mei@isp.example")));

    let names = |reply: super::Reply| -> Vec<String> {
        let items = reply.json()["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(admin.get("/api/users").await), ["Mei-Ling Chow", "Priya Raman"]);
    assert_eq!(names(admin.get("/api/users?role=technician").await), ["Mei-Ling Chow"]);
    assert_eq!(names(admin.get("/api/users?role=admin").await), ["Priya Raman"]);

    let changed = admin.patch(&path, json!({"phone": null, "name": "Mei Chow"})).await.json();
    assert_eq!((changed["phone"].is_null(), changed["name"].as_str()), (true, Some("Mei Chow")));
    assert_eq!((&changed["email"], &changed["role"]), (&user["email"], &user["role"]));
    let changed = admin.patch(&path, json!({"email": "mei.chow@isp.example", "password": "quite another one"})).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(world.anonymous().try_sign_in("Mei@isp.example", "quite another one").await.status, 422);
    world.anonymous().sign_in("mei.chow@isp.example", "quite another one").await;
    assert_eq!(admin.patch(&path, json!({})).await.status, 200);
}

#[tokio::test]
async fn every_fault_is_reported_at_once() {
    let world = World::new();
    let mut admin = world.admin().await;
    let bad = json!({"email": "no address", "name": "x".repeat(201), "role": "boss", "password": "1234567", "phone": "12", "x": 1});
    let answer = admin.post("/api/users", bad.clone()).await;
    assert_eq!(answer.status, 422);
    let code = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    let want = [
        code("email", "invalid"),
        code("name", "too_long"),
        code("password", "too_short"),
        code("phone", "invalid"),
        code("role", "invalid"),
        code("x", "unknown"),
    ];
    assert_eq!(answer.faults(), want);
    let path = format!("/api/users/{}", admin.id());
    assert_eq!(admin.patch(&path, bad).await.faults(), want);
    let missing = admin.post("/api/users", json!({})).await.faults();
    assert_eq!(missing, ["email", "name", "password", "role"].map(|field| code(field, "required")));
    let null = json!({"email": null, "name": null, "role": null, "password": null});
    assert_eq!(admin.patch(&path, null).await.faults(), missing);
    assert_eq!(admin.patch(&path, json!({"enabled": "perhaps"})).await.faults(), [code("enabled", "invalid")]);
    assert_eq!(
        admin.get("/api/users?role=boss&page=1").await.faults(),
        [code("page", "unknown"), code("role", "invalid")]
    );
    for (body, status) in [("{", 400), ("[]", 422), ("\"x\"", 422)] {
        let answer = admin.send(Method::POST, "/api/users", "application/json", body.to_owned(), &[]).await;
        assert_eq!(answer.status, status, "{body}");
    }
    let plain = admin.send(Method::POST, "/api/users", "text/plain", new_user().to_string(), &[]).await;
    assert_eq!(plain.status, 415);
}

#[tokio::test]
async fn a_body_of_nothing_but_unknown_fields_gets_a_short_answer() {
    let world = World::new();
    let mut admin = world.admin().await;
    let fields = (0..2000).map(|n| (format!("x{n}"), json!(0)));
    let answer = admin.post("/api/users", serde_json::Value::Object(fields.collect())).await;
    assert_eq!((answer.status, answer.faults().len()), (422, 51));
    assert_eq!(answer.json()["detail"], "More than 50 fields have faults.");
    let query = "&x=".repeat(2000);
    assert_eq!(admin.get(&format!("/api/users?{query}")).await.faults().len(), 51);
}

#[tokio::test]
async fn passwords_are_8_to_256_characters_and_not_the_name_or_address() {
    let world = World::new();
    let mut admin = world.admin().await;
    let longest = "é".repeat(256);
    for (place, (password, good)) in [
        ("kxqzvwp", false),
        ("kxqzvwpj", true),
        ("12345678", false),
        ("ééééééé", false),
        (longest.as_str(), true),
        (&format!("{longest}x"), false),
        ("Longer Name", false),
        ("USER9@isp.example", true),
        ("        ", true),
    ]
    .into_iter()
    .enumerate()
    {
        let body = json!({"email": format!("user{place}@isp.example"), "name": "longer name", "role": "admin", "password": password});
        let answer = admin.post("/api/users", body).await;
        assert_eq!(answer.status, if good { 201 } else { 422 }, "{password}: {}", answer.text);
    }
    let body = json!({"email": "Same@isp.example", "name": "x", "role": "admin", "password": "sAME@isp.example"});
    assert_eq!(admin.post("/api/users", body).await.faults(), [("password".to_owned(), "not_allowed".to_owned())]);
    // The same letters, composed or not, are the same password.
    let body = json!({"email": "nfc@isp.example", "name": "x", "role": "admin", "password": "cafe\u{301} cafe\u{301}"});
    assert_eq!(admin.post("/api/users", body).await.status, 201);
    world.anonymous().sign_in("nfc@isp.example", "caf\u{e9} caf\u{e9}").await;
}

#[tokio::test]
async fn an_address_has_one_user_in_any_letter_case() {
    let world = World::new();
    let mut admin = world.admin().await;
    assert_eq!(admin.post("/api/users", new_user()).await.status, 201);
    let mut again = new_user();
    again["email"] = json!("mEI@ISP.example");
    let taken = [("email".to_owned(), "taken".to_owned())];
    assert_eq!(admin.post("/api/users", again).await.faults(), taken);
    let other = world.user("Dev Anand", Role::Technician).await;
    let path = format!("/api/users/{}", other.id);
    assert_eq!(admin.patch(&path, json!({"email": "mei@isp.example"})).await.faults(), taken);
    let path = format!("/api/users/{}", admin.id());
    assert_eq!(admin.patch(&path, json!({"email": "PRIYA.raman@isp.example"})).await.status, 200, "one's own");
}

#[tokio::test]
async fn somebody_is_always_left_to_run_the_desk() {
    let world = World::new();
    let mut admin = world.admin().await;
    let own = format!("/api/users/{}", admin.id());
    for change in [json!({"enabled": false}), json!({"role": "technician"})] {
        let answer = admin.patch(&own, change).await;
        assert_eq!((answer.status, answer.json()["title"].as_str()), (409, Some("Conflict")));
    }
    let mut other = world.program("Dev Anand", Role::Admin).await;
    assert_eq!(admin.patch(&own, json!({"enabled": false})).await.status, 409, "never oneself");
    assert_eq!(admin.patch(&own, json!({"role": "technician"})).await.status, 200);
    let path = format!("/api/users/{}", other.id());
    assert_eq!(other.patch(&path, json!({"role": "technician"})).await.status, 409);
    let unknown = other.patch("/api/users/0190b5f0-0000-7000-8000-000000000000", json!({"name": "x"})).await;
    assert_eq!(unknown.status, 404);
    assert_eq!(other.patch("/api/users/me", json!({"name": "x"})).await.status, 404);
}

#[tokio::test]
async fn a_token_alone_sets_no_new_password_of_its_owner() {
    let world = World::new();
    let user = world.user("Priya Raman", Role::Admin).await;
    let body = json!({"email": user.email, "password": PASSWORD});
    let mut log_ins = [world.anonymous(), world.anonymous()];
    for program in &mut log_ins {
        program.token = program.post("/api/auth/login", body.clone()).await.json()["token"].as_str().map(str::to_owned);
    }
    let [mut own, mut other] = log_ins;
    let path = format!("/api/users/{}", user.id);
    let change = json!({"password": "quite another one", "name": "Somebody Else"});
    assert_eq!(own.patch(&path, change).await.faults(), [("password".to_owned(), "not_allowed".to_owned())]);
    assert!(own.is_known().await && other.is_known().await);
    assert_eq!(own.get(&path.replace(&user.id.to_string(), "")).await.text.matches("Somebody Else").count(), 0);
    // Nor by a way round: a link for a password, or the address that links go to.
    let link = own.post(&format!("{path}/link"), json!({})).await;
    assert_eq!(link.faults(), [("password".to_owned(), "not_allowed".to_owned())], "{}", link.text);
    let change = json!({"email": "elsewhere@isp.example"});
    assert_eq!(own.patch(&path, change).await.faults(), [("email".to_owned(), "not_allowed".to_owned())]);
    let same = own.patch(&path, json!({"email": user.email, "name": "Priya R"})).await;
    assert_eq!(same.status, 200, "{}", same.text);
    let again = world.anonymous().post("/api/auth/login", body).await;
    assert_eq!(again.status, 200, "nothing has changed");
}

#[tokio::test]
async fn a_request_under_a_key_is_done_once() {
    let world = World::new();
    let mut admin = world.admin().await;
    let first = admin.post_once("/api/users", &new_user(), "k1").await;
    let second = admin.post_once("/api/users", &new_user(), "k1").await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""));
    assert_eq!((second.status, second.header("idempotency-replayed")), (201, "true"));
    assert_eq!((first.text, first.headers.get("location")), (second.text, second.headers.get("location")));
    let mut other = new_user();
    other["password"] = json!("quite another one");
    assert_eq!(admin.post_once("/api/users", &other, "k1").await.status, 422);
}

#[tokio::test]
async fn a_log_in_gives_its_own_token_whatever_key_it_comes_under() {
    let world = World::new();
    let user = world.user("Priya Raman", Role::Admin).await;
    let body = json!({"email": user.email, "password": PASSWORD});
    let mut tokens = Vec::new();
    // More often than an account may fail: none of these is a failure.
    for key in ["k1", "k1", "k1", "k1", "", "", "é"] {
        let answer = world.anonymous().post_once("/api/auth/login", &body, key).await;
        assert_eq!((answer.status, answer.header("idempotency-replayed")), (200, ""), "{}", answer.text);
        tokens.push(answer.json()["token"].as_str().unwrap().to_owned());
    }
    let mut again = world.anonymous();
    again.token = tokens.pop();
    assert!(again.is_known().await);
    assert!(!tokens.contains(again.token.as_ref().unwrap()));
}

#[tokio::test]
async fn hostile_names_are_kept_as_they_are_or_refused() {
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let evil = "<script>alert(1)</script>\u{202e}😀";
    let body = json!({"email": "evil@isp.example", "name": evil, "role": "admin", "password": PASSWORD});
    assert_eq!(admin.post("/api/users", body).await.json()["name"], evil);
    let page = admin.get("/users").await;
    assert!(!page.text.contains("<script>alert"));
    assert!(page.texts("bdi").contains(&evil.to_owned()), "{:?}", page.texts("bdi"));
    for name in ["a\u{0}b", "a\u{7}b", "\u{200b}"] {
        let body = json!({"email": "e2@isp.example", "name": name, "role": "admin", "password": PASSWORD});
        assert_eq!(admin.post("/api/users", body).await.status, 422);
    }
}
