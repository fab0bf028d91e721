//! The first admin.

use redress::staff::{Role, setup_code};

use super::{PASSWORD, World};

fn fields(code: &str) -> [(&'static str, &str); 4] {
    [("name", "Priya Raman"), ("email", "priya@isp.example"), ("password", PASSWORD), ("code", code)]
}

#[tokio::test]
async fn every_page_leads_to_it_while_there_is_no_user() {
    let world = World::new();
    for path in ["/login", "/account", "/users", "/users/new"] {
        let page = world.anonymous().get(path).await;
        assert_eq!((page.status, page.header("location")), (303, "/setup"), "{path}");
    }
    let page = world.anonymous().submit("/users", &[]).await;
    assert_eq!((page.status, page.header("location")), (303, "/setup"));
    assert_eq!(world.anonymous().get("/api/users").await.status, 401, "a program is not led about");
    assert_eq!(world.anonymous().get("/setup").await.status, 200);
}

#[tokio::test]
async fn it_makes_one_admin_who_is_signed_in_and_is_gone() {
    let world = World::new();
    let code = setup_code(&world.staff.vault);
    let mut browser = world.anonymous();
    let page = browser.submit("/setup", &fields(&code.to_lowercase().replace('-', ""))).await;
    assert_eq!((page.status, page.header("location")), (303, "/tickets"), "{}", page.text);
    let me = browser.get("/api/auth/me").await.json();
    assert_eq!((me["role"].as_str(), me["email"].as_str()), (Some("admin"), Some("priya@isp.example")));
    assert_eq!(world.anonymous().get("/setup").await.status, 404);
    assert_eq!(world.anonymous().submit("/setup", &fields(&code)).await.status, 404);
    assert_eq!(world.anonymous().get("/login").await.status, 200);
}

#[tokio::test]
async fn every_fault_is_shown_at_once_and_nothing_is_made() {
    let world = World::new();
    let bad = [("name", " "), ("email", "x"), ("password", "short"), ("code", "AAAA-AAAA")];
    let page = world.anonymous().submit("/setup", &bad).await;
    assert_eq!(page.status, 422);
    assert_eq!(page.attributes(".error-summary a", "href"), ["#name", "#email", "#password", "#code"]);
    assert_eq!(page.attributes("#email", "value"), ["x"]);
    assert_eq!(page.attributes("#password", "value"), [""]);
    assert!(world.staff.needs_setup().await.unwrap());
    let page = world.anonymous().submit("/setup", &fields("")).await;
    assert_eq!(page.attributes(".error-summary a", "href"), ["#code"]);
    let code = setup_code(&world.staff.vault);
    let extra = [&fields(&code)[..], &[("admin", "1")]].concat();
    assert_eq!(world.anonymous().submit("/setup", &extra).await.status, 422);
    let role = [&fields(&code)[..], &[("role", "technician")]].concat();
    assert_eq!(world.anonymous().submit("/setup", &role).await.status, 422);
    assert!(world.staff.needs_setup().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_one_wins() {
    let world = World::new();
    let code = setup_code(&world.staff.vault);
    let one = |email: &'static str| {
        let (mut browser, code) = (world.anonymous(), code.clone());
        async move {
            let fields = [("name", "A"), ("email", email), ("password", PASSWORD), ("code", code.as_str())];
            browser.submit("/setup", &fields).await.status
        }
    };
    let (a, b) = tokio::join!(one("a@isp.example"), one("b@isp.example"));
    let mut statuses = [a, b];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404]);
    assert_eq!(redress::staff::users(&world.staff).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_user_made_on_the_command_line_ends_it_too() {
    let world = World::new();
    assert_eq!(world.anonymous().get("/setup").await.status, 200);
    world.user("Tomasz", Role::Technician).await;
    assert_eq!(world.anonymous().get("/setup").await.status, 404);
}
