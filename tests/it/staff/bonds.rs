//! Whoever writes to the database and has no keys lets nobody in by it.

use redress::{
    db::{Tx, Value, params},
    fault::Fault,
    staff::{self, By, Changes, Grant, Role, Scope, Scopes, User},
    words::Language,
};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Client, PASSWORD, World};

/// What somebody does who can write to the database; gives how many rows it changed.
async fn meddle(world: &World, sql: &'static str, values: &[Value]) -> u64 {
    let values = values.to_vec();
    world.staff.db.write(move |tx: &mut Tx<'_>| tx.execute(sql, &values)).await.unwrap()
}

/// The hash under which a session's or program's token is kept.
fn hash(client: &Client) -> Vec<u8> {
    let cookie = client.cookies.iter().find(|(name, _)| name == "redress_session").map(|(_, value)| value);
    Sha256::digest(client.token.as_ref().or(cookie).unwrap()).to_vec()
}

async fn shown(world: &World, id: uuid::Uuid) -> User {
    staff::users(&world.staff).await.unwrap().into_iter().find(|user| user.id == id).unwrap()
}

#[tokio::test]
async fn who_is_made_more_than_they_are_is_nobody_until_the_operator_vouches() {
    for (what, sql, back) in [
        ("role", "UPDATE users SET role = 0 WHERE id = $1", "UPDATE users SET role = 1 WHERE id = $1"),
        ("owner", "UPDATE users SET owner = 1 WHERE id = $1", "UPDATE users SET owner = 0 WHERE id = $1"),
        ("mac", "UPDATE users SET mac = NULL WHERE id = $1", ""),
    ] {
        let world = World::new();
        let mut admin = world.admin().await;
        let mut browser = world.browser("Tomasz Wilk", Role::Technician).await;
        let mut program = world.program("Ana Reyes", Role::Technician).await;
        for (client, name) in [(&mut browser, "browser"), (&mut program, "program")] {
            let id = client.id();
            assert!(client.is_known().await);
            assert_eq!(meddle(&world, sql, &[id.into()]).await, 1);
            assert!(!client.is_known().await, "{what}: a {name} of before");
            let refused = world.anonymous().try_sign_in(client.email(), PASSWORD).await;
            assert_eq!(refused.status, 422, "{what}: a new log-in");
            assert!(!shown(&world, id).await.genuine);

            // It stays so whatever an admin does: no change launders it.
            let path = format!("/api/users/{id}");
            for change in [json!({"name": "Somebody"}), json!({"enabled": false}), json!({"role": "technician"})] {
                let refused = admin.patch(&path, change).await;
                assert_eq!(refused.status, 409, "{}", refused.text);
                assert!(refused.text.contains("redress user vouch"), "{}", refused.text);
            }
            let refused = staff::add_token(&world.staff, id, Grant::whole("mine")).await;
            assert!(matches!(refused, Err(Fault::NotFound)), "{refused:?}");
            assert!(!client.is_known().await);

            if back.is_empty() {
                assert!(staff::vouch(&world.staff, id).await.unwrap().genuine);
            } else {
                assert_eq!(meddle(&world, back, &[id.into()]).await, 1);
            }
            assert!(client.is_known().await, "{what}: as it was, it counts again");
        }
    }
}

#[tokio::test]
async fn who_was_disabled_or_has_another_address_stays_out() {
    let world = World::new();
    world.admin().await;
    let mut browser = world.browser("Priya Second", Role::Admin).await;
    let (id, email) = (browser.id(), browser.email().to_owned());
    let off = Changes { enabled: Some(false), ..Changes::none() };
    staff::change_user(&world.staff, By::default(), id, off).await.unwrap();
    assert_eq!(meddle(&world, "UPDATE users SET enabled = 1 WHERE id = $1", &[id.into()]).await, 1);
    assert_eq!(browser.try_sign_in(&email, PASSWORD).await.status, 422);

    // The row of one admin under the address of another, with the password of that one.
    let (one, other) = (world.user("One Admin", Role::Admin).await, world.user("Other Admin", Role::Admin).await);
    let sql = "UPDATE users SET email_token = email_token + 1 WHERE id = $1";
    assert_eq!(meddle(&world, sql, &[one.id.into()]).await, 1);
    let sql = "UPDATE users SET email_token = (SELECT email_token - 1 FROM users WHERE id = $2) WHERE id = $1";
    assert_eq!(meddle(&world, sql, &[other.id.into(), one.id.into()]).await, 1);
    for email in [&one.email, &other.email] {
        assert_eq!(world.anonymous().try_sign_in(email, PASSWORD).await.status, 422);
    }
}

#[tokio::test]
async fn a_password_is_its_users_alone_and_cannot_be_tried_from_the_database() {
    let world = World::new();
    let (priya, tomasz) = (world.user("Priya Raman", Role::Admin).await, world.user("Tomasz Wilk", Role::Admin).await);
    let changes = Changes { password: Some("known to the thief".to_owned()), ..Changes::none() };
    staff::change_user(&world.staff, By::default(), tomasz.id, changes).await.unwrap();
    let held = world.at_rest();
    assert!(!held.windows(7).any(|at| at == b"$argon2"), "without the keys there is no hash to try passwords on");
    let sql = "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE id = $2) WHERE id = $1";
    assert_eq!(meddle(&world, sql, &[priya.id.into(), tomasz.id.into()]).await, 1);
    for password in ["known to the thief", PASSWORD] {
        assert_eq!(world.anonymous().try_sign_in(&priya.email, password).await.status, 422);
    }
    // A hash in clear, as versions before kept it, is none either.
    let sql =
        "UPDATE users SET password = '$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA' WHERE id = $1";
    assert_eq!(meddle(&world, sql, &[priya.id.into()]).await, 1);
    assert_eq!(world.anonymous().try_sign_in(&priya.email, PASSWORD).await.status, 422);
    // The operator sets another one.
    let changes = Changes { password: Some("a password of hers".to_owned()), ..Changes::none() };
    staff::change_user(&world.staff, By::default(), priya.id, changes).await.unwrap();
    assert_eq!(world.anonymous().try_sign_in(&priya.email, "a password of hers").await.status, 303);
}

#[tokio::test]
async fn a_session_proves_what_redress_wrote_and_is_nobody_elses() {
    for sql in [
        "UPDATE sessions SET user_id = $2 WHERE token_hash = $1",
        "UPDATE sessions SET expires_at = expires_at + 1 WHERE token_hash = $1 AND user_id <> $2",
        "UPDATE sessions SET proved_at = proved_at + 1 WHERE token_hash = $1 AND user_id <> $2",
        "UPDATE sessions SET strong = 1 WHERE token_hash = $1 AND user_id <> $2",
        "UPDATE sessions SET mac = (SELECT mac FROM sessions WHERE user_id = $2) WHERE token_hash = $1",
        "UPDATE sessions SET mac = NULL WHERE token_hash = $1 AND user_id <> $2",
    ] {
        let world = World::new();
        let admin = world.browser("Priya Raman", Role::Admin).await;
        let mut thief = world.browser("Tomasz Wilk", Role::Technician).await;
        assert!(thief.is_known().await);
        assert_eq!(meddle(&world, sql, &[hash(&thief).into(), admin.id().into()]).await, 1, "{sql}");
        assert!(!thief.is_known().await, "{sql}");
        assert!(admin.clone().is_known().await);
    }

    // One that somebody made up, in every column but the MAC like another.
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let mut thief = world.anonymous();
    thief.cookies = vec![("redress_session".to_owned(), "0".repeat(64))];
    let sql = "INSERT INTO sessions (token_hash, id, user_id, agent, created_at, last_seen_at, expires_at, proved_at, \
               strong, mac) SELECT $1, $3, user_id, agent, created_at, last_seen_at, expires_at, proved_at, 1, mac \
               FROM sessions WHERE token_hash = $2";
    let id = uuid::Uuid::from_u128(7);
    assert_eq!(meddle(&world, sql, &[hash(&thief).into(), hash(&admin).into(), id.into()]).await, 1);
    assert!(!thief.is_known().await && admin.is_known().await);

    // What is wrong is not made right by the next step-up.
    assert_eq!(meddle(&world, "UPDATE sessions SET strong = 1 WHERE token_hash = $1", &[hash(&admin).into()]).await, 1);
    let confirmed = admin.submit("/account/confirm", &[("password", PASSWORD), ("next", "/account")]).await;
    assert!(confirmed.header("location").starts_with("/login"), "{} {}", confirmed.status, confirmed.text);
    assert!(!admin.is_known().await);
}

#[tokio::test]
async fn a_token_is_for_what_it_was_made_and_for_its_owner() {
    for sql in [
        "UPDATE api_tokens SET user_id = $2 WHERE token_hash = $1",
        "UPDATE api_tokens SET scopes = 'admin' WHERE token_hash = $1 AND user_id <> $2",
        "UPDATE api_tokens SET expires_at = NULL WHERE token_hash = $1 AND user_id <> $2",
        "UPDATE api_tokens SET name = '' WHERE token_hash = $1 AND user_id <> $2",
    ] {
        let world = World::new();
        let admin = world.admin().await;
        let auditor = world.user("Ana Reyes", Role::Auditor).await;
        let grant = Grant { scopes: Scopes::of(Scope::TicketsRead), lasts: Some(3), ..Grant::whole("reader") };
        let token = staff::add_token(&world.staff, auditor.id, grant).await.unwrap();
        let mut thief = Client { token: Some(token), ..world.anonymous() };
        assert!(thief.is_known().await);
        assert_eq!(meddle(&world, sql, &[hash(&thief).into(), admin.id().into()]).await, 1, "{sql}");
        assert!(!thief.is_known().await, "{sql}");
    }
}

#[tokio::test]
async fn a_link_lets_nobody_choose_a_password_for_somebody_else() {
    let world = World::new();
    let (priya, tomasz) =
        (world.user("Priya Raman", Role::Admin).await, world.user("Tomasz Wilk", Role::Technician).await);
    world.staff.mails.reached_at("http://desk.example/");
    let given = staff::give_link(&world.staff, None, tomasz.id, Language::English).await.unwrap();
    let path = given.url.strip_prefix("http://desk.example").unwrap().to_owned();
    assert_eq!(world.anonymous().get(&path).await.status, 200);
    for sql in [
        "UPDATE password_links SET user_id = $1 WHERE user_id = $2",
        "UPDATE password_links SET user_id = $2, expires_at = expires_at + 1 WHERE user_id = $1",
        "UPDATE password_links SET mac = NULL, expires_at = expires_at - 1 WHERE user_id = $2 AND user_id <> $1",
    ] {
        assert_eq!(meddle(&world, sql, &[priya.id.into(), tomasz.id.into()]).await, 1, "{sql}");
        assert_ne!(world.anonymous().get(&path).await.status, 200, "{sql}");
    }
}

/// What was bound, on record.
async fn bound(world: &World) -> usize {
    let read = |tx: &mut Tx<'_>| tx.query("SELECT 1 FROM audit_events WHERE kind = 32", params![]);
    world.staff.db.read(read).await.unwrap().len()
}

/// As a version before left it. Passwords stood in clear there, as hashes.
async fn as_before(world: &World) {
    let hash = world.staff.gate.hash(PASSWORD.to_owned(), [7; 16]).await.unwrap();
    meddle(world, "UPDATE users SET mac = NULL, password_hash = NULL, password = $1", &[Value::Text(hash)]).await;
    meddle(world, "UPDATE sessions SET mac = NULL", &[]).await;
    meddle(world, "UPDATE api_tokens SET mac = NULL", &[]).await;
    meddle(world, "DELETE FROM meta WHERE name = 'staff.bound'", &[]).await;
}

#[tokio::test]
async fn no_start_vouches_for_what_somebody_wrote() {
    let world = World::new();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let mut program = world.program("Ana Reyes", Role::Technician).await;
    as_before(&world).await;
    meddle(&world, "UPDATE users SET role = 0, owner = 1 WHERE id = $1", &[program.id().into()]).await;
    for _ in 0..2 {
        staff::tell_unbound(&world.staff.db).await.unwrap();
        assert!(!admin.is_known().await && !program.is_known().await);
        for email in [admin.email(), program.email()] {
            assert_eq!(world.anonymous().try_sign_in(email, PASSWORD).await.status, 422);
        }
    }
    assert_eq!(bound(&world).await, 0);
}

#[tokio::test]
async fn what_was_there_before_is_bound_once_by_the_operator_and_that_is_on_record() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let mut program = world.program("Ana Reyes", Role::Admin).await;
    as_before(&world).await;
    // Somebody whom the new version made has nothing to do with it, and one who was changed since stays out.
    let mut newer = world.browser("Newer One", Role::Technician).await;
    let altered = world.user("Altered One", Role::Technician).await;
    assert_eq!(meddle(&world, "UPDATE users SET role = 0 WHERE id = $1", &[altered.id.into()]).await, 1);
    staff::tell_unbound(&world.staff.db).await.unwrap();

    let mut out = Vec::new();
    redress::cli::user::vouch_all(&world.staff, &mut out).await.unwrap();
    let said = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines.len() == 3 && lines[2].starts_with("2 accepted"), "{said}");
    assert_eq!(lines[1], format!("{} is owner, enabled, from now on", browser.email()));
    assert!(browser.is_known().await && program.is_known().await && newer.is_known().await);
    assert!(!shown(&world, altered.id).await.genuine);
    assert_eq!(world.anonymous().try_sign_in(browser.email(), PASSWORD).await.status, 303);
    assert_eq!(bound(&world).await, 1);
    let clear = |tx: &mut Tx<'_>| tx.query("SELECT 1 FROM users WHERE password IS NOT NULL", params![]);
    assert!(world.staff.db.read(clear).await.unwrap().is_empty(), "no hash stands in clear any more");
    // PostgreSQL keeps a row of before until it is vacuumed.
    let gone = world.dir.database().is_some() || !world.at_rest().windows(7).any(|at| at == b"$argon2");
    assert!(gone, "nor in the log or between the rows");

    // A second time accepts nothing, whatever somebody wrote meanwhile.
    assert_eq!(meddle(&world, "UPDATE users SET mac = NULL WHERE id = $1", &[program.id().into()]).await, 1);
    let refused = redress::cli::user::vouch_all(&world.staff, &mut Vec::new()).await.unwrap_err().to_string();
    assert!(refused.contains("redress user vouch EMAIL"), "{refused}");
    assert!(browser.is_known().await && !program.is_known().await);
    assert_eq!(bound(&world).await, 1);
    let verdict = redress::audit::verify(&world.staff.db, &world.staff.vault, None).await.unwrap();
    assert!(verdict.broken.is_empty(), "{verdict:?}");
}

#[tokio::test]
async fn a_desk_that_was_bound_from_the_first_has_nothing_to_accept() {
    let world = World::new();
    staff::tell_unbound(&world.staff.db).await.unwrap();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    assert_eq!(meddle(&world, "UPDATE users SET mac = NULL", &[]).await, 1);
    assert!(redress::cli::user::vouch_all(&world.staff, &mut Vec::new()).await.is_err());
    assert!(!admin.is_known().await);
    assert_eq!(bound(&world).await, 0);
}
