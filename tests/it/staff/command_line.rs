//! What `redress user` and `redress token` do.

use redress::{
    cli::{token, user},
    staff::{self, Role},
};

use super::{PASSWORD, World};

async fn printed<F: AsyncFnOnce(&mut Vec<u8>) -> anyhow::Result<()>>(run: F) -> String {
    let mut out = Vec::new();
    run(&mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

#[tokio::test]
async fn users_are_listed_disabled_and_enabled_by_address() {
    let world = World::new();
    let admin = world.user("Priya Raman", Role::Admin).await;
    let mut tomasz = world.browser("Tomasz", Role::Technician).await;
    user::set_enabled(&world.staff, "TOMASZ@isp.example", false).await.unwrap();
    assert!(!tomasz.is_known().await);
    let table = printed(async |out| user::list(&world.staff, out).await).await;
    let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["ID", "ROLE", "ENABLED", "EMAIL", "NAME"]);
    assert_eq!(lines[1], [&admin.id.to_string(), "admin", "yes", "priya.raman@isp.example", "Priya", "Raman"]);
    assert_eq!(lines[2][1..], ["technician", "no", "tomasz@isp.example", "Tomasz"]);
    user::set_enabled(&world.staff, "tomasz@isp.example", true).await.unwrap();
    tomasz.sign_in("tomasz@isp.example", PASSWORD).await;
    let error = user::set_enabled(&world.staff, "priya.raman@isp.example", false).await.unwrap_err();
    assert!(error.to_string().contains("last enabled admin"), "{error}");
    let error = user::set_enabled(&world.staff, "nobody@isp.example", true).await.unwrap_err();
    assert!(error.to_string().contains("there is no user nobody@isp.example"), "{error}");
}

#[tokio::test]
async fn a_token_is_printed_alone_listed_without_its_secret_and_revoked() {
    let world = World::new();
    let user = world.user("Priya Raman", Role::Admin).await;
    let secret =
        printed(async |out| token::create(&world.staff, &user.email, "export", (&[], Some(1)), out).await).await;
    let secret = secret.strip_suffix('\n').unwrap();
    let mut program = world.anonymous();
    program.token = Some(secret.to_owned());
    assert!(program.is_known().await);
    let table = printed(async |out| token::list(&world.staff, out).await).await;
    assert!(table.contains("export") && table.contains(&user.email), "{table}");
    assert!(!table.contains(&secret[4..20]), "{table}");
    assert!(table.lines().nth(1).unwrap().contains("  admin  "), "without a scope it is for everything: {table}");
    assert!(!table.contains(" ended "), "{table}");
    world.hand.advance(24 * super::HOUR);
    let later = printed(async |out| token::list(&world.staff, out).await).await;
    let row = later.lines().nth(1).unwrap();
    assert!(row.contains("Z ended  ") && row.len() == table.lines().nth(1).unwrap().len(), "{later}");
    world.hand.advance(-24 * super::HOUR);
    let id = staff::tokens(&world.staff).await.unwrap()[0].id.to_string();
    token::revoke(&world.staff, &id).await.unwrap();
    assert!(!program.is_known().await);
    for gone in [id.as_str(), "x"] {
        let error = token::revoke(&world.staff, gone).await.unwrap_err();
        assert!(error.to_string().starts_with("there is no token"), "{error}");
    }
    let scopes = ["tickets:read".to_owned(), "tickets:write".to_owned()];
    printed(async |out| token::create(&world.staff, &user.email, "sync", (&scopes, None), out).await).await;
    let both = printed(async |out| token::list(&world.staff, out).await).await;
    assert!(
        both.lines().any(|line| line.contains("  tickets:read tickets:write  ") && line.contains("sync")),
        "{both}"
    );
    let error = token::create(&world.staff, &user.email, " ", (&[], None), &mut Vec::new()).await.unwrap_err();
    assert!(error.to_string().starts_with("name: "), "{error}");
}
