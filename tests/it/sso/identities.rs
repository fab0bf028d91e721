//! Whose an identity is: issuer and subject, and an address only where that is set.

use redress::staff::{By, Changes, Role, User, change_user};
use serde_json::{Value, json};

use super::{
    fake::{Fake, Sign},
    recorded, refusal, users,
};
use crate::support::{PASSWORD, TestApp};

fn of(email: &str, verified: Value) -> impl FnOnce(&mut Value) + use<> {
    let email = email.to_owned();
    move |claims| {
        claims["email"] = json!(email);
        claims["email_verified"] = verified;
    }
}

#[tokio::test]
async fn an_address_alone_makes_nobody_the_user_who_has_it() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    app.user("Dev Anand", Role::Admin).await;
    let (_, page) = fake.arrive(&app, Sign::By(1), of("DEV.anand@isp.example", json!(true))).await;
    assert_eq!(refusal(&page), "taken");
    assert_eq!(users(&app).await, 2);
}

#[tokio::test]
async fn where_it_is_set_a_verified_address_ties_an_identity_once() {
    let (fake, app, _) = Fake::with_desk(&[("oidc.link_by_email", "true")]).await;
    let dev = app.user("Dev Anand", Role::Technician).await;
    for unverified in [json!(false), json!(null)] {
        let (_, page) = fake.arrive(&app, Sign::By(1), of(&dev.email, unverified.clone())).await;
        assert_eq!(refusal(&page), "taken", "{unverified}");
    }
    let (browser, page) = fake.arrive(&app, Sign::By(1), of(&dev.email, json!(true))).await;
    assert_eq!(page.location, "/tickets", "the role is the claim's");
    assert!(browser.open("/account").await.text.contains(&dev.email));
    assert_eq!(users(&app).await, 2);
    // From now on the subject counts, whatever address it has, and the address is nobody else's way in.
    let (browser, page) = fake.arrive(&app, Sign::By(1), of("new@isp.example", json!(false))).await;
    assert!(page.location == "/tickets" && browser.open("/account").await.text.contains(&dev.email));
    assert_eq!(users(&app).await, 2);
}

#[tokio::test]
async fn a_disabled_user_stays_out_by_either_way() {
    let (fake, app, _) = Fake::with_desk(&[("oidc.link_by_email", "true")]).await;
    let dev = app.user("Dev Anand", Role::Admin).await;
    let disabled = Changes { enabled: Some(false), ..Changes::none() };
    change_user(&app.app.staff, By::default(), dev.id, disabled.clone()).await.unwrap();
    let (_, page) = fake.arrive(&app, Sign::By(1), of(&dev.email, json!(true))).await;
    assert_eq!(refusal(&page), "disabled");

    let (browser, page) = fake.arrive(&app, Sign::By(1), |_| {}).await;
    assert_eq!(page.location, "/tickets");
    let asha = redress::staff::by_email(&app.app.staff, "asha@isp.example").await.unwrap().unwrap();
    change_user(&app.app.staff, By::default(), asha.id, disabled).await.unwrap();
    assert_eq!(browser.open("/account").await.status, 303);
    assert_eq!(refusal(&fake.arrive(&app, Sign::By(1), |_| {}).await.1), "disabled");
}

/// Whether a password lets a user in, over the API.
async fn by_password(app: &TestApp, user: &User) -> bool {
    let proof = json!({"email": user.email, "password": PASSWORD});
    app.anonymous().post("/api/auth/login", &proof).await.status == 200
}

#[tokio::test]
async fn who_has_lost_all_roles_at_the_provider_comes_by_no_password_either() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    assert_eq!(fake.arrive(&app, Sign::By(1), |_| {}).await.1.location, "/tickets");
    let asha = redress::staff::by_email(&app.app.staff, "asha@isp.example").await.unwrap().unwrap();
    let local = Changes { password: Some(PASSWORD.to_owned()), must_change: Some(false), ..Changes::none() };
    change_user(&app.app.staff, By::default(), asha.id, local.clone()).await.unwrap();
    assert!(by_password(&app, &asha).await, "an owner has given her one");
    let lost = |claims: &mut Value| claims["groups"] = json!([]);
    for recorded_first in [[27, 14], [27, 27]] {
        assert_eq!(refusal(&fake.arrive(&app, Sign::By(1), lost).await.1), "no-role");
        assert!(!by_password(&app, &asha).await);
        let events: Vec<i64> = recorded(&app).await.into_iter().filter(|code| [27, 14].contains(code)).collect();
        assert_eq!(events[..2], recorded_first, "that her password is gone is on record");
    }
    // With a role again she comes by the provider, as before.
    assert_eq!(fake.arrive(&app, Sign::By(1), |_| {}).await.1.location, "/tickets");
    assert!(!by_password(&app, &asha).await);

    // The last owner keeps a way in, whatever the rules of the settings say.
    change_user(&app.app.staff, By::default(), asha.id, local).await.unwrap();
    for other in redress::staff::users(&app.app.staff).await.unwrap().iter().filter(|user| user.id != asha.id) {
        let off = Changes { enabled: Some(false), ..Changes::none() };
        change_user(&app.app.staff, By::default(), other.id, off).await.unwrap();
    }
    assert_eq!(refusal(&fake.arrive(&app, Sign::By(1), lost).await.1), "no-role");
    assert!(by_password(&app, &asha).await);
}

#[tokio::test]
async fn who_is_new_becomes_a_user_only_where_that_is_set_and_with_all_that_one_needs() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    for (name, value, why) in [
        ("email", json!(null), "nameless"),
        ("email", json!("no address"), "nameless"),
        ("email_verified", json!(false), "unknown"),
        ("groups", json!(["others"]), "no-role"),
    ] {
        let change = |claims: &mut Value| claims[name] = value.clone();
        assert_eq!(refusal(&fake.arrive(&app, Sign::By(1), change).await.1), why, "{name}: {value}");
    }
    assert_eq!(users(&app).await, 1);
    // Some providers say nothing of it; the identity is not the address.
    let silent = |claims: &mut Value| claims["email_verified"] = json!(null);
    assert_eq!(fake.arrive(&app, Sign::By(1), silent).await.1.location, "/tickets");

    let (fake, app, _) = Fake::with_desk(&[("oidc.create_users", "false")]).await;
    assert_eq!(refusal(&fake.arrive(&app, Sign::By(1), |_| {}).await.1), "unknown");
    assert_eq!(users(&app).await, 1);
}

#[tokio::test]
async fn another_subject_is_somebody_else_even_with_the_same_address() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    assert_eq!(fake.arrive(&app, Sign::By(1), |_| {}).await.1.location, "/tickets");
    let other = |claims: &mut Value| claims["sub"] = json!("subject-2");
    assert_eq!(refusal(&fake.arrive(&app, Sign::By(1), other).await.1), "taken");
    let other = |claims: &mut Value| {
        claims["sub"] = json!("Subject-1");
        claims["email"] = json!("other@isp.example");
    };
    assert_eq!(fake.arrive(&app, Sign::By(1), other).await.1.location, "/tickets");
    assert_eq!(users(&app).await, 3);
}
