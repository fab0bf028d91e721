//! Owners: who is one, who makes one, and that there always is one.

use redress::{
    cli::user,
    staff::{self, By, Changes, Grant, Role, Scope, Scopes},
};
use serde_json::json;

use super::{Client, PASSWORD, World};

fn new(email: &str, more: &serde_json::Value) -> serde_json::Value {
    let mut body = json!({"email": email, "name": "Mei Chow", "role": "admin", "password": PASSWORD});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn an_admin_is_an_owner_unless_it_is_said_and_nobody_else_is() {
    let world = World::new();
    let mut owner = world.admin().await;
    assert_eq!(owner.get("/api/auth/me").await.json()["owner"], true);
    let cases = [
        (json!({}), "admin", true),
        (json!({"owner": true}), "admin", true),
        (json!({"owner": false}), "admin", false),
        (json!({"role": "technician", "owner": true}), "technician", false),
        (json!({"role": "auditor", "owner": true}), "auditor", false),
    ];
    for (n, (more, role, is)) in cases.into_iter().enumerate() {
        let email = format!("mei+{n}@isp.example");
        let reply = owner.post("/api/users", new(&email, &more)).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        assert_eq!((&reply.json()["role"], &reply.json()["owner"]), (&json!(role), &json!(is)), "{more}");
    }
    let reply = owner.post("/api/users", new("x@isp.example", &json!({"owner": "perhaps"}))).await;
    assert_eq!(reply.faults(), [("owner".to_owned(), "invalid".to_owned())]);
}

#[tokio::test]
async fn the_flag_is_given_and_taken_and_counts_at_once() {
    let world = World::new();
    let mut owner = world.admin().await;
    let mut dev = world.program("Dev Anand", Role::Admin).await;
    let path = format!("/api/users/{}", dev.id());
    let made = json!({"email": "a@isp.example", "name": "A", "role": "technician", "password": PASSWORD});
    assert_eq!(owner.patch(&path, json!({"owner": false})).await.json()["owner"], false);
    assert_eq!(dev.get("/api/users").await.status, 200, "whom tickets can be assigned to");
    assert_eq!(dev.post("/api/users", made.clone()).await.status, 403);
    assert_eq!(dev.patch(&path, json!({"owner": true})).await.status, 403, "nobody makes themselves one");
    // Other changes leave it, and what makes somebody less takes it for good.
    assert_eq!(owner.patch(&path, json!({"name": "Dev A"})).await.json()["owner"], false);
    assert_eq!(owner.patch(&path, json!({"owner": true})).await.json()["owner"], true);
    assert_eq!(owner.patch(&path, json!({"name": "Dev B"})).await.json()["owner"], true);
    assert_eq!(owner.patch(&path, json!({"role": "auditor"})).await.json()["owner"], false);
    assert_eq!(owner.patch(&path, json!({"role": "admin", "owner": false})).await.json()["owner"], false);
    assert_eq!(owner.patch(&path, json!({"role": "technician"})).await.json()["owner"], false);
    assert_eq!(owner.patch(&path, json!({"role": "admin"})).await.json()["owner"], true, "the contract's admin");
    // The token of before would have grown with its owner.
    assert!(!dev.is_known().await);
    dev.token = Some(staff::add_token(&world.staff, dev.id(), Grant::whole("anew")).await.unwrap());
    assert_eq!(dev.post("/api/users", made).await.status, 201);
}

/// A token of a narrow scope grows as well: one to read tickets reads none for a technician, and takes no file without a reason for an
/// auditor.
#[tokio::test]
async fn who_may_do_more_makes_new_tokens_for_it_and_keeps_those_that_do_not_grow() {
    let to = |role| Changes { role: Some(role), ..Changes::none() };
    let flag = |owner| Changes { owner: Some(owner), ..Changes::none() };
    let named = Changes { name: Some("Another".to_owned()), ..Changes::none() };
    for (what, before, first, change, (whole_stays, reader_stays)) in [
        ("an auditor", Role::Technician, None, to(Role::Auditor), (false, false)),
        ("an admin", Role::Technician, None, to(Role::Admin), (false, false)),
        ("an admin who was an auditor", Role::Auditor, None, to(Role::Admin), (false, false)),
        ("an owner", Role::Admin, Some(flag(false)), flag(true), (false, true)),
        ("a technician", Role::Admin, None, to(Role::Technician), (true, true)),
        ("another name", Role::Admin, None, named, (true, true)),
    ] {
        let world = World::new();
        let mut owner = world.browser("Priya Raman", Role::Admin).await;
        let mut whole = world.program("Dev Anand", before).await;
        if let Some(first) = first {
            staff::change_user(&world.staff, By::default(), whole.id(), first).await.unwrap();
        }
        let grant = Grant { scopes: Scopes::of(Scope::TicketsRead), ..Grant::whole("reader") };
        let token = staff::add_token(&world.staff, whole.id(), grant).await.unwrap();
        let mut reader = Client { token: Some(token), ..whole.clone() };
        staff::change_user(&world.staff, By::default(), whole.id(), change).await.unwrap();
        assert_eq!(whole.is_known().await, whole_stays, "{what}");
        assert_eq!(reader.is_known().await, reader_stays, "{what}");
        let told = owner.get("/audit").await.text.matches("An API token was revoked").count();
        assert_eq!(told, [whole_stays, reader_stays].iter().filter(|stays| !**stays).count(), "{what}");
    }
}

#[tokio::test]
async fn the_last_owner_stays_one_while_there_are_other_admins() {
    let world = World::new();
    let mut owner = world.admin().await;
    let dev = world.user("Dev Anand", Role::Admin).await;
    let path = format!("/api/users/{}", owner.id());
    assert_eq!(owner.patch(&format!("/api/users/{}", dev.id), json!({"owner": false})).await.status, 200);
    for change in [json!({"owner": false}), json!({"role": "technician"}), json!({"role": "auditor"})] {
        let reply = owner.patch(&path, change.clone()).await;
        assert_eq!(reply.status, 409, "{change}");
        assert!(reply.json()["detail"].as_str().unwrap().contains("last enabled owner"), "{}", reply.text);
    }
    let error = user::set_enabled(&world.staff, owner.email(), false).await.unwrap_err();
    assert!(error.to_string().contains("last enabled owner"), "{error}");
    let error = user::set_role(&world.staff, owner.email(), "admin", false).await.unwrap_err();
    assert!(error.to_string().contains("last enabled owner"), "{error}");
    // A disabled one is none who could run the desk.
    user::set_role(&world.staff, &dev.email, "admin", true).await.unwrap();
    user::set_enabled(&world.staff, &dev.email, false).await.unwrap();
    assert_eq!(owner.patch(&path, json!({"owner": false})).await.status, 409);
    user::set_enabled(&world.staff, &dev.email, true).await.unwrap();
    assert_eq!(owner.patch(&path, json!({"owner": false})).await.status, 200);
}

/// Each sees another owner; together they must not leave none.
#[tokio::test(flavor = "multi_thread")]
async fn of_owners_who_give_it_up_at_once_one_stays() {
    let world = World::new();
    let mut owners = Vec::new();
    for name in ["Asha", "Bo", "Cleo", "Dag"] {
        owners.push(world.user(name, Role::Admin).await.id);
    }
    let changes = [
        Changes { owner: Some(false), ..Changes::none() },
        Changes { role: Some(Role::Auditor), ..Changes::none() },
        Changes { enabled: Some(false), ..Changes::none() },
        Changes { owner: Some(false), ..Changes::none() },
    ];
    let all = owners.into_iter().zip(changes).map(|(id, change)| {
        let staff = world.staff.clone();
        tokio::spawn(async move { staff::change_user(&staff, By::default(), id, change).await.is_ok() })
    });
    let mut done = 0;
    for one in all.collect::<Vec<_>>() {
        done += usize::from(one.await.unwrap());
    }
    let users = staff::users(&world.staff).await.unwrap();
    assert_eq!((done, users.iter().filter(|user| user.runs_desk()).count()), (3, 1));
}

#[tokio::test]
async fn the_page_asks_and_offers_the_less() {
    let world = World::new();
    let mut owner = world.browser("Priya Raman", Role::Admin).await;
    let form = owner.get("/users/new").await;
    assert_eq!(form.attributes("[name=owner][checked]", "value"), ["false"]);
    let fields = [("name", "Mei"), ("email", "mei@isp.example"), ("role", "admin"), ("password", PASSWORD)];
    let with = |value| [&fields[..], &[("owner", value)]].concat();
    assert_eq!(owner.submit("/users", &with("false")).await.status, 303);
    let mei = staff::by_email(&world.staff, "mei@isp.example").await.unwrap().unwrap();
    assert!(!mei.owner);
    let edit = format!("/users/{}/edit", mei.id);
    assert_eq!(owner.get(&edit).await.attributes("[name=owner][checked]", "value"), ["false"]);
    // As if they had chosen the password themselves.
    let chosen = staff::Changes { must_change: Some(false), ..staff::Changes::none() };
    staff::change_user(&world.staff, staff::By::default(), mei.id, chosen).await.unwrap();
    let mut reader = world.anonymous();
    reader.sign_in("mei@isp.example", PASSWORD).await;
    let log_in = serde_json::json!({"email": "mei@isp.example", "password": PASSWORD});
    let mut program = world.anonymous();
    program.token = Some(program.post("/api/auth/login", log_in).await.json()["token"].as_str().unwrap().to_owned());
    assert!(program.is_known().await);
    let list = reader.get("/users").await;
    assert_eq!(list.status, 200);
    assert!(list.attributes("main a[href], main form", "href").is_empty(), "nothing to change: {}", list.text);
    assert_eq!(list.texts("td[data-label=Role]"), ["Admin", "Owner"]);

    assert_eq!(owner.submit(&edit, &[("owner", "true"), ("role", "admin")]).await.status, 303);
    assert_eq!(owner.get(&edit).await.attributes("[name=owner][checked]", "value"), ["true"]);
    assert!(!reader.is_known().await && !program.is_known().await, "who may do more signs in anew");
    reader.sign_in("mei@isp.example", PASSWORD).await;
    let own = format!("/users/{}/edit", owner.id());
    assert_eq!(owner.submit(&own, &[("owner", "false")]).await.status, 303);
    assert_eq!(owner.get("/users/new").await.status, 403);
    let refused = reader.submit(&edit, &[("owner", "false")]).await;
    assert_eq!(refused.status, 422, "the last one");
    assert!(refused.text.contains("last enabled owner"));
}

#[tokio::test]
async fn the_command_line_names_those_who_are_not() {
    let world = World::new();
    let mut out = Vec::new();
    for (email, owner) in [("a@isp.example", true), ("b@isp.example", false)] {
        let new = user::Add {
            email: email.to_owned(),
            name: email[..1].to_owned(),
            role: "admin".to_owned(),
            owner,
            ..user::Add::default()
        };
        user::add(&world.staff, new, &mut Vec::new()).await.unwrap();
    }
    user::list(&world.staff, &mut out).await.unwrap();
    let table = String::from_utf8(out).unwrap();
    let roles: Vec<_> = table.lines().skip(1).map(|line| line.split_whitespace().nth(1).unwrap()).collect();
    assert_eq!(roles, ["admin", "admin-no-owner"]);
}
