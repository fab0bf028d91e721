//! The staff's pages for admins.

use redress::staff::{self, Role};

use super::{PASSWORD, World};

const NEW: [(&str, &str); 5] = [
    ("name", "Mei-Ling Chow"),
    ("email", "mei@isp.example"),
    ("phone", "+44 7700 900142"),
    ("role", "technician"),
    ("password", PASSWORD),
];

#[tokio::test]
async fn a_technician_sees_none_of_them() {
    let world = World::new();
    let admin = world.admin().await;
    let mut technician = world.browser("Tomasz", Role::Technician).await;
    let (edit, off) = (format!("/users/{}/edit", admin.id()), format!("/users/{}/disable", admin.id()));
    for path in ["/users", "/users/new", &edit] {
        let page = technician.get(path).await;
        assert_eq!(page.status, 403, "{path}");
        assert!(page.header("content-type").starts_with("text/html"));
    }
    for path in ["/users", &edit, &off, &off.replace("disable", "enable"), &off.replace("disable", "password")] {
        assert_eq!(technician.submit(path, &NEW).await.status, 403, "{path}");
    }
    assert_eq!(staff::users(&world.staff).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_user_is_added_changed_disabled_and_enabled() {
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let reply = admin.submit("/users", &NEW).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/users"), "{}", reply.text);
    let page = admin.get("/users").await;
    assert!(page.text.contains("User added"), "the toast");
    assert_eq!(page.texts("tbody th bdi"), ["Mei-Ling Chow", "Priya Raman"]);
    let edit = page.attributes("tbody th a", "href")[0].clone();

    let form = admin.get(&edit).await;
    assert_eq!(form.attributes("#email", "value"), ["mei@isp.example"]);
    assert_eq!(form.attributes("#role option[selected]", "value"), ["technician"]);
    let fields = [("name", "Mei Chow"), ("email", "mei@isp.example"), ("phone", ""), ("role", "technician")];
    assert_eq!(admin.submit(&edit, &fields).await.status, 303);
    let user = staff::by_email(&world.staff, "mei@isp.example").await.unwrap().unwrap();
    assert_eq!((user.name.as_str(), user.phone.is_none(), user.enabled), ("Mei Chow", true, true));

    let mut mei = world.anonymous();
    mei.replace_password("mei@isp.example", PASSWORD, "chosen by herself").await;
    mei.sign_in("mei@isp.example", "chosen by herself").await;
    assert_eq!(admin.submit(&edit.replace("edit", "disable"), &[]).await.status, 303);
    assert!(!mei.is_known().await);
    assert_eq!(admin.submit(&edit.replace("edit", "enable"), &[]).await.status, 303);
    mei.sign_in("mei@isp.example", "chosen by herself").await;

    let reply = admin.submit(&edit.replace("edit", "password"), &[("password", "quite another one")]).await;
    assert_eq!(reply.status, 303, "{}", reply.text);
    assert!(!mei.is_known().await);
    mei.replace_password("mei@isp.example", "quite another one", "chosen by herself again").await;
    mei.sign_in("mei@isp.example", "chosen by herself again").await;
}

#[tokio::test]
async fn disabling_or_a_new_password_from_somebody_else_ends_api_tokens_too() {
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let mut own = world.anonymous();
    own.token = Some(staff::add_token(&world.staff, admin.id(), redress::staff::Grant::whole("own")).await.unwrap());
    for (name, action) in [("Dev Anand", "disable"), ("Mei Chow", "password")] {
        let mut program = world.program(name, Role::Admin).await;
        let edit = format!("/users/{}/edit", program.id());
        let fields = [("name", "Renamed"), ("email", program.email()), ("phone", ""), ("role", "admin")];
        assert_eq!(admin.submit(&edit, &fields).await.status, 303);
        assert!(program.is_known().await, "another name ends nothing");
        assert!(admin.get(&edit).await.texts(".hint").iter().any(|text| text.contains("API tokens")));
        let path = edit.replace("edit", action);
        assert_eq!(admin.submit(&path, &[("password", "quite another one")]).await.status, 303);
        if action == "disable" {
            assert_eq!(admin.submit(&path.replace(action, "enable"), &[]).await.status, 303);
        }
        assert!(!program.is_known().await, "{action}");
    }
    assert!(own.is_known().await, "what is done to others ends nothing of one's own");
}

#[tokio::test]
async fn faults_stand_beside_their_fields_and_what_was_typed_stays() {
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let bad =
        [("name", ""), ("email", "priya.raman@isp.example"), ("phone", "12"), ("role", "admin"), ("password", "short")];
    let page = admin.submit("/users", &bad).await;
    assert_eq!(page.status, 422);
    assert_eq!(page.attributes(".error-summary a", "href"), ["#name", "#email", "#phone", "#password"], "taken, too");
    assert_eq!(page.attributes("#phone", "value"), ["12"]);
    assert_eq!(page.attributes("#role option[selected]", "value"), ["admin"]);
    assert_eq!(page.attributes("#password", "value"), [""]);
    let evil = "\"><script>alert(1)</script>";
    let page = admin.submit("/users", &[("name", evil), ("email", evil)]).await;
    assert!(!page.text.contains("<script>alert"));
    assert_eq!(page.attributes("#name", "value"), [evil]);
    let mut taken = NEW;
    taken[1].1 = "Priya.Raman@isp.example";
    let page = admin.submit("/users", &taken).await;
    assert_eq!((page.status, page.attributes(".error-summary a", "href")), (422, vec!["#email".to_owned()]));
    let edit = format!("/users/{}/edit", admin.id());
    let page = admin.submit(&edit, &[("name", ""), ("email", "x"), ("phone", ""), ("role", "boss")]).await;
    assert_eq!(page.attributes(".error-summary a", "href"), ["#name", "#email", "#role"]);
    let other = world.user("Mira Patel", Role::Technician).await;
    let page = admin.submit(&format!("/users/{}/password", other.id), &[("password", "short")]).await;
    assert_eq!((page.status, page.attributes(".error-summary a", "href")), (422, vec!["#password".to_owned()]));
}

#[tokio::test]
async fn the_last_admin_stays_one_and_nobody_disables_themselves() {
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let edit = format!("/users/{}/edit", admin.id());
    let fields = [("name", "Priya Raman"), ("email", "priya.raman@isp.example"), ("phone", ""), ("role", "technician")];
    let page = admin.submit(&edit, &fields).await;
    assert_eq!((page.status, page.attributes(".error-summary a", "href")), (422, vec!["#role".to_owned()]));
    world.admin_named("Dev Anand").await;
    assert_eq!(admin.submit(&edit.replace("edit", "disable"), &[]).await.status, 303);
    assert!(admin.get("/users").await.text.contains("You cannot disable yourself"));
    assert!(admin.is_known().await);
    // An open page alone must not become a lasting way in: the account page asks for the present password.
    let own = format!("/users/{}/password", admin.id());
    let page = admin.submit(&own, &[("password", "quite another one")]).await;
    assert_eq!(page.status, 422);
    assert!(
        page.text.contains("changed on the account page")
            && page.attributes("form[action$='/password']", "action").is_empty(),
        "{}",
        page.text
    );
}

impl World {
    async fn admin_named(&self, name: &str) {
        self.user(name, Role::Admin).await;
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    for path in ["/users/0190b5f0-0000-7000-8000-000000000000/edit", "/users/x/edit"] {
        assert_eq!(admin.get(path).await.status, 404);
        assert_eq!(admin.submit(path, &NEW).await.status, 404);
    }
}

#[tokio::test]
async fn an_admin_ends_a_session_of_somebody_else() {
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let mut other = world.browser("Mira Patel", Role::Technician).await;
    let edit = format!("/users/{}/edit", other.id());
    let page = admin.get(&edit).await;
    let ends = page.attributes("form[action$='/end']", "action");
    assert_eq!(ends.len(), 1, "{}", page.text);
    let elsewhere = ends[0].replace(&other.id().to_string(), &admin.id().to_string());
    assert_eq!(admin.submit(&elsewhere, &[]).await.status, 404, "it is not that user's");
    assert!(other.is_known().await);
    assert_eq!(admin.submit(&ends[0], &[]).await.status, 303);
    assert!(!other.is_known().await && admin.is_known().await);
    assert!(admin.get(&edit).await.attributes("form[action$='/end']", "action").is_empty());
    assert!(admin.get("/audit").await.text.contains("A session was ended"));
    let own = admin.get(&format!("/users/{}/edit", admin.id())).await;
    assert!(own.attributes("form[action$='/end']", "action").is_empty(), "one's own are on the account page");
}
