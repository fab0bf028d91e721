//! Links by which passwords are chosen: invitations, resets, and what replaces a password that somebody else chose.

use std::sync::{Arc, Mutex};

use redress::{
    request_id::{Carried, RequestId},
    staff::{self, By, Carrying, Changes, Fate, Grant, LinkKind, Mail, NewUser, Post, Role},
    words::Language,
};
use serde_json::json;
use tokio::sync::watch;
use tracing::Span;

use super::{Client, HOUR, MINUTE, PASSWORD, Reply, World};
use crate::support::{eventually, sql};

const CHOSEN: &str = "a password of my own";
const NEW: [(&str, &str); 5] =
    [("name", "Mei-Ling Chow"), ("email", "mei@isp.example"), ("phone", ""), ("role", "admin"), ("password", "")];

/// Takes every mail, or puts off the first so many.
#[derive(Clone, Default)]
struct Sack {
    mails: Arc<Mutex<Vec<Mail>>>,
    /// In the name of which request each of them went.
    requests: Arc<Mutex<Vec<Option<RequestId>>>>,
    later: Arc<Mutex<usize>>,
}

impl Post for Sack {
    fn carry<'a>(&'a self, mail: &'a Mail) -> Carrying<'a> {
        let mut later = self.later.lock().unwrap();
        if *later > 0 {
            *later -= 1;
            return Box::pin(async { Fate::Later("421".to_owned()) });
        }
        self.requests.lock().unwrap().push(RequestId::current());
        self.mails.lock().unwrap().push(mail.clone());
        Box::pin(async { Fate::Taken })
    }
}

impl Sack {
    /// The mails to an address, once there are so many.
    async fn to(&self, to: &str, count: usize) -> Vec<Mail> {
        let of = || self.mails.lock().unwrap().iter().filter(|mail| mail.to == to).cloned().collect::<Vec<_>>();
        eventually("a mail", async || Some(of()).filter(|mails| mails.len() >= count)).await
    }
}

/// A world whose mails are sent, until what this gives is dropped.
fn mailing() -> (World, Sack, watch::Sender<bool>) {
    let (world, sack) = (World::mailing(), Sack::default());
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(staff::send_mails(world.staff.clone(), sack.clone(), stopped));
    (world, sack, stop)
}

/// Waits until all mails are forgotten, as they are once they were taken, but so many.
async fn forgotten_but(world: &World, waiting: u64) {
    let waits = async || sql(&world.dir, "UPDATE staff_mails SET attempts = attempts") == waiting;
    eventually("what was sent is forgotten", async || waits().await.then_some(())).await;
}

/// The path of the link in a text.
fn link(text: &str) -> String {
    let rest = &text[text.find("http://desk.example/link?token=").expect(text) + "http://desk.example".len()..];
    rest.split_whitespace().next().unwrap().to_owned()
}

fn token(link: &str) -> String {
    link.split_once("token=").unwrap().1.to_owned()
}

async fn choose(client: &mut Client, link: &str, password: &str) -> Reply {
    client.submit("/link", &[("token", &token(link)), ("password", password)]).await
}

async fn is_spent(client: &mut Client, link: &str) -> bool {
    let shown = client.get(link).await;
    let used = choose(client, link, CHOSEN).await;
    assert_eq!((shown.status, shown.texts("main")), (used.status, used.texts("main")), "both say the same");
    assert_eq!(shown.header("referrer-policy"), "strict-origin");
    shown.status == 410
}

#[tokio::test]
async fn an_invitation_is_shown_once_and_chooses_a_password_once() {
    let world = World::mailing();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let reply = admin.submit("/users", &NEW).await;
    let mei = staff::by_email(&world.staff, "mei@isp.example").await.unwrap().unwrap();
    let edit = format!("/users/{}/edit", mei.id);
    assert_eq!((reply.status, reply.header("location")), (303, edit.as_str()), "{}", reply.text);
    assert!(!reply.header("location").contains("token"));
    let page = admin.get(&edit).await;
    let link = link(&page.texts("#new-link")[0]);
    assert!(page.text.contains("sent by e-mail as well"));
    assert!(!admin.get(&edit).await.text.contains(&link), "shown once");
    let secret = token(&link);
    let disk = world.at_rest();
    assert!(!disk.windows(secret.len()).any(|window| window == secret.as_bytes()), "only its hash is kept");
    assert_eq!(secret.len(), 4 + 64);

    let mut browser = world.anonymous();
    for _ in 0..3 {
        let page = browser.get(&link).await;
        assert_eq!((page.status, page.header("referrer-policy")), (200, "strict-origin"));
        assert_eq!(page.attributes("[autocomplete=username]", "value"), ["mei@isp.example"]);
    }
    let short = choose(&mut browser, &link, "short").await;
    assert_eq!((short.status, short.attributes(".error-summary a", "href")), (422, vec!["#password".to_owned()]));
    assert_eq!(choose(&mut browser, &link, "Mei-Ling Chow").await.status, 422, "the rules for passwords hold");
    let done = choose(&mut browser, &link, CHOSEN).await;
    assert_eq!((done.status, done.header("location")), (303, "/login"), "{}", done.text);
    assert!(!browser.is_known().await, "a link signs nobody in");
    browser.sign_in("mei@isp.example", CHOSEN).await;
    assert!(is_spent(&mut world.anonymous(), &link).await);
    browser.sign_in("mei@isp.example", CHOSEN).await;
}

#[tokio::test]
async fn used_ended_voided_and_invented_links_say_the_same() {
    let world = World::mailing();
    let mut admin = world.browser("Priya Raman", Role::Admin).await;
    let user = world.user("Mei Chow", Role::Technician).await;
    let give = async || staff::give_link(&world.staff, None, user.id, Language::English).await.unwrap();
    let mut anyone = world.anonymous();
    let mut pages = vec![anyone.get("/link?token=rdl_00").await, anyone.get("/link").await];
    let mut spend = async |link: &str| {
        assert!(is_spent(&mut world.anonymous(), link).await);
        pages.push(world.anonymous().get(link).await);
    };

    let chosen = link(&give().await.url);
    assert_eq!(choose(&mut anyone, &chosen, CHOSEN).await.status, 303);
    spend(&chosen).await;
    let (first, second) = (link(&give().await.url), link(&give().await.url));
    spend(&first).await;
    world.hand.advance(HOUR - 1);
    assert_eq!(anyone.get(&second).await.status, 200);
    world.hand.advance(1);
    spend(&second).await;
    let edit = format!("/users/{}", user.id);
    for (action, fields) in [
        ("disable", vec![]),
        ("password", vec![("password", "chosen by an admin")]),
        ("edit", vec![("name", "Mei"), ("email", "other@isp.example"), ("phone", ""), ("role", "technician")]),
    ] {
        let link = link(&give().await.url);
        assert_eq!(admin.try_sign_in("priya.raman@isp.example", PASSWORD).await.status, 303);
        assert_eq!(admin.submit(&format!("{edit}/{action}"), &fields).await.status, 303, "{action}");
        spend(&link).await;
        admin.submit(&format!("{edit}/enable"), &[]).await;
        spend(&link).await;
    }
    for page in &pages {
        assert_eq!((page.status, page.texts("main")), (410, pages[0].texts("main")));
    }
}

#[tokio::test]
async fn an_invitation_lasts_three_days_and_a_reset_an_hour() {
    let world = World::new();
    let mut admin = world.admin().await;
    let body = json!({"name": "Mei", "email": "mei@isp.example", "role": "technician", "invite": true});
    let created = admin.post("/api/users", body.clone()).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let path = format!("/api/users/{}/link", created.json()["id"].as_str().unwrap());
    let given = admin.post(&path, json!({})).await;
    assert_eq!(
        (given.status, given.json()["kind"].as_str(), given.json()["mailed"].as_bool()),
        (201, Some("invitation"), Some(false))
    );
    let link = given.json()["url"].as_str().unwrap().to_owned();
    assert!(link.starts_with("/link?token="), "no address is set here, and none comes from a request: {link}");
    world.hand.advance(72 * HOUR - 1);
    let mut mei = world.anonymous();
    assert_eq!(mei.get(&link).await.status, 200);
    assert_eq!(choose(&mut mei, &link, CHOSEN).await.status, 303);
    let reset = admin.post(&path, json!({})).await.json();
    assert_eq!(reset["kind"].as_str(), Some("reset"));
    assert_eq!(reset["expiresAt"].as_str(), Some("2026-11-21T12:06:39.999Z"));
    let nobody = format!("/api/users/{}/link", uuid::Uuid::nil());
    assert_eq!(admin.post(&nobody, json!({})).await.status, 404);
    let both = json!({"name": "A", "email": "a@isp.example", "role": "admin", "invite": true, "password": PASSWORD});
    assert_eq!(admin.post("/api/users", both).await.faults(), [("password".to_owned(), "unknown".to_owned())]);
    let neither = json!({"name": "A", "email": "a@isp.example", "role": "admin"});
    assert_eq!(admin.post("/api/users", neither).await.faults(), [("password".to_owned(), "required".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_uses_at_once_one_counts() {
    let world = World::new();
    let user = world.user("Mei Chow", Role::Technician).await;
    for round in 0..5 {
        let given = staff::give_link(&world.staff, None, user.id, Language::English).await.unwrap();
        let mut tries = tokio::task::JoinSet::new();
        for place in 0..8 {
            let (mut anyone, link) = (world.anonymous(), given.url.clone());
            tries.spawn(async move {
                (choose(&mut anyone, &link, &format!("password number {place}")).await.status, place)
            });
        }
        let mut good: Vec<_> = tries.join_all().await;
        assert!(good.iter().all(|(status, _)| [303, 410].contains(status)), "{good:?}");
        good.retain(|(status, _)| *status == 303);
        assert_eq!(good.len(), 1, "{round}: {good:?}");
        let password = format!("password number {}", good[0].1);
        world.anonymous().sign_in(&user.email, &password).await;
    }
}

#[tokio::test]
async fn a_password_that_an_admin_chose_is_replaced_before_it_lets_anybody_in() {
    let world = World::new();
    let mut admin = world.admin().await;
    let new = json!({"name": "Mei", "email": "mei@isp.example", "role": "admin", "password": PASSWORD});
    let made = admin.post("/api/users", new).await;
    let log_in = json!({"email": "mei@isp.example", "password": PASSWORD});
    assert_eq!(world.anonymous().post("/api/auth/login", log_in.clone()).await.status, 200, "unless the API says so");
    let path = format!("/api/users/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(admin.patch(&path, json!({"mustChangePassword": true})).await.status, 200);
    let refused = world.anonymous().post("/api/auth/login", log_in.clone()).await;
    assert_eq!((refused.status, refused.header("content-type")), (403, "application/problem+json"));
    let wrong = json!({"email": "mei@isp.example", "password": "not the password"});
    assert_eq!(world.anonymous().post("/api/auth/login", wrong).await.status, 401, "only who knows it hears of it");
    let mut mei = world.anonymous();
    mei.replace_password("mei@isp.example", PASSWORD, CHOSEN).await;
    mei.sign_in("mei@isp.example", CHOSEN).await;
    assert_eq!(world.anonymous().post("/api/auth/login", log_in).await.status, 401);
    let link = mei.try_sign_in("mei@isp.example", CHOSEN).await.header("location").to_owned();
    assert!(!link.contains("link"), "chosen once, it stays");
    // The link that replaces it does not wait for a day when somebody comes back to it.
    let both = json!({"password": PASSWORD, "mustChangePassword": true});
    assert_eq!(admin.patch(&path, both).await.status, 200);
    let link = world.anonymous().try_sign_in("mei@isp.example", PASSWORD).await.header("location").to_owned();
    world.hand.advance(15 * MINUTE);
    assert!(is_spent(&mut world.anonymous(), &link).await);
}

#[tokio::test]
async fn who_forgot_gets_a_link_by_mail_and_whoever_else_is_asked_for_the_same_answer() {
    let (world, sack, _stop) = mailing();
    let user = world.user("Priya Raman", Role::Admin).await;
    let disabled = world.user("Dev Anand", Role::Admin).await;
    let mut old = world.anonymous();
    old.sign_in(&user.email, PASSWORD).await;
    let log_in = json!({"email": user.email, "password": PASSWORD});
    let mut program = world.anonymous();
    program.token = Some(program.post("/api/auth/login", log_in).await.json()["token"].as_str().unwrap().to_owned());
    let off = staff::Changes { enabled: Some(false), ..staff::Changes::none() };
    staff::change_user(&world.staff, staff::By::default(), disabled.id, off).await.unwrap();
    sack.to(&user.email, 1).await;

    let (mut seen, mut mailed) = (Vec::new(), 1);
    for email in [user.email.as_str(), "PRIYA.raman@isp.example", &disabled.email, "nobody@isp.example", "no address"] {
        let before = world.staff.db.write_stats().writes;
        let mut anyone = world.anonymous().from("192.0.2.1:4000");
        let headers =
            [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")];
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("email", email).finish();
        let kind = "application/x-www-form-urlencoded";
        let page = anyone.send(axum::http::Method::POST, "/forgot", kind, body, &headers).await;
        seen.push((page.status, page.texts("main"), page.cookies().len()));
        assert!(world.staff.db.write_stats().writes > before);
        assert!(!page.text.contains("isp.example"));
        // Of wishes that wait since the same moment, the last may be dealt with first.
        mailed += usize::from(email.eq_ignore_ascii_case(&user.email));
        sack.to(&user.email, mailed).await;
    }
    assert!(seen.iter().all(|page| *page == seen[0]) && seen[0].0 == 200, "{seen:?}");
    // The newest of the two links counts.
    let mails = sack.to(&user.email, 3).await;
    assert!(mails.iter().all(|mail| !mail.text.contains("evil")), "an address never comes from a request");
    assert!(
        mails[2].text.starts_with("Larkfield Fibre: choose a new password\n\nHello Priya Raman,"),
        "{}",
        mails[2].text
    );
    let (first, second) = (link(&mails[1].text), link(&mails[2].text));
    assert!(is_spent(&mut world.anonymous(), &first).await);
    assert_eq!(choose(&mut world.anonymous(), &second, CHOSEN).await.status, 303);
    assert!(!old.is_known().await && !program.is_known().await, "it ends what log-ins opened");
    let told = sack.to(&user.email, 4).await.pop().unwrap();
    assert!(told.text.contains("password was changed") && !told.text.contains("link?"), "{}", told.text);
    let all = sack.mails.lock().unwrap().clone();
    assert!(all.iter().all(|mail| mail.to == user.email), "nobody else is written to");
    forgotten_but(&world, 0).await;
}

/// Anybody may wish who knows an address, and would else make worthless what an owner has handed on.
#[tokio::test]
async fn a_wish_leaves_the_links_that_an_owner_gave_as_they_are() {
    let (world, sack, _stop) = mailing();
    let user = world.user("Priya Raman", Role::Admin).await;
    let given = staff::give_link(&world.staff, None, user.id, Language::English).await.unwrap();
    let given = link(&given.url);
    for count in [2, 3] {
        assert_eq!(world.anonymous().submit("/forgot", &[("email", &user.email)]).await.status, 200);
        sack.to(&user.email, count).await;
    }
    let wished = link(&sack.to(&user.email, 3).await[2].text);
    for link in [&given, &wished] {
        assert_eq!(world.anonymous().get(link).await.status, 200);
    }
    // Whichever is used, the password is chosen, and no link is good any more.
    assert_eq!(choose(&mut world.anonymous(), &given, CHOSEN).await.status, 303);
    assert!(is_spent(&mut world.anonymous(), &wished).await);
}

#[tokio::test]
async fn who_signs_in_by_the_provider_alone_is_mailed_no_way_past_it() {
    let (world, sack, _stop) = mailing();
    let other = world.user("Priya Raman", Role::Admin).await;
    let asha = known_at_the_provider(&world).await;
    for email in [&asha.email, &other.email] {
        assert_eq!(world.anonymous().submit("/forgot", &[("email", email)]).await.status, 200);
        world.hand.advance(1);
    }
    // Wishes are dealt with in the order in which they came.
    sack.to(&other.email, 1).await;
    assert_eq!(sql(&world.dir, "UPDATE password_links SET kind = kind"), 1, "of the other one alone");
    // An owner may mean to.
    assert!(staff::give_link(&world.staff, None, asha.id, Language::English).await.unwrap().mailed);
    sack.to(&asha.email, 1).await;
}

/// Somebody whom single sign-on made.
async fn known_at_the_provider(world: &World) -> staff::User {
    let new = NewUser {
        email: "asha@isp.example".to_owned(),
        name: "Asha".to_owned(),
        phone: None,
        role: Role::Admin,
        owner: false,
        password: None,
    };
    let user = staff::add_user(&world.staff, None, new).await.unwrap();
    world.is_at_the_provider(user.id).await;
    user
}

#[tokio::test]
async fn a_mail_goes_in_the_name_of_the_request_that_queued_it_and_so_does_a_link_that_was_wished_for() {
    let (world, sack, _stop) = mailing();
    let user = world.user("Priya Raman", Role::Admin).await;
    let (request, mut anyone) = (RequestId::read("r-1"), world.anonymous());
    let fields = [("email", user.email.as_str())];
    let asked = Carried::of(request.clone(), Span::none()).follow(anyone.submit("/forgot", &fields)).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    let mails = sack.to(&user.email, 1).await;
    assert!(mails[0].text.contains("/link?token="), "{}", mails[0].text);
    // As a command does, which answers no request.
    let other = Changes { password: Some(CHOSEN.to_owned()), ..Changes::none() };
    staff::change_user(&world.staff, By::default(), user.id, other).await.unwrap();
    sack.to(&user.email, 2).await;
    assert_eq!(*sack.requests.lock().unwrap(), [request, None]);
}

/// Whoever can damage a row, or has lost a key, holds up no warning to anybody else.
#[tokio::test]
async fn a_mail_that_does_not_open_holds_up_no_other() {
    let (world, sack) = (World::mailing(), Sack::default());
    let [first, second] = [world.user("Priya Raman", Role::Admin).await, world.user("Dev Anand", Role::Admin).await];
    for user in [&first, &second] {
        let other = Changes { password: Some(CHOSEN.to_owned()), ..Changes::none() };
        staff::change_user(&world.staff, By::default(), user.id, other).await.unwrap();
    }
    let damage = "UPDATE staff_mails SET recipient = text \
                  WHERE id = (SELECT id FROM staff_mails ORDER BY due_at, id LIMIT 1)";
    assert_eq!(sql(&world.dir, damage), 1);
    let (_stop, stopped) = watch::channel(false);
    tokio::spawn(staff::send_mails(world.staff.clone(), sack.clone(), stopped));
    let told = eventually("the other mail", async || sack.mails.lock().unwrap().first().cloned()).await;
    assert!(told.text.contains("password was changed"), "{}", told.text);
    forgotten_but(&world, 1).await;
}

#[tokio::test]
async fn a_mail_of_a_clock_that_was_ahead_goes_once_it_is_set_right() {
    let (world, sack) = (World::mailing(), Sack::default());
    let user = world.user("Priya Raman", Role::Admin).await;
    let other = Changes { password: Some(CHOSEN.to_owned()), ..Changes::none() };
    staff::change_user(&world.staff, By::default(), user.id, other).await.unwrap();
    let ahead = format!("UPDATE staff_mails SET due_at = due_at + {HOUR}");
    assert_eq!(sql(&world.dir, &ahead), 1);
    let (_stop, stopped) = watch::channel(false);
    tokio::spawn(staff::send_mails(world.staff.clone(), sack.clone(), stopped));
    sack.to(&user.email, 1).await;
}

#[tokio::test]
async fn asking_does_the_same_work_for_everybody() {
    let world = World::mailing();
    let user = world.user("Priya Raman", Role::Admin).await;
    let mut work = Vec::new();
    world.hears_others().await;
    for email in [user.email.as_str(), "nobody@isp.example"] {
        let before = world.staff.db.write_stats();
        assert_eq!(world.anonymous().submit("/forgot", &[("email", email)]).await.status, 200);
        let after = world.staff.db.write_stats();
        work.push(after.writes - before.writes);
    }
    // One transaction, in which nothing depends on whether there is such a user: that is looked up when the mail is written.
    assert_eq!(work, [1, 1]);
    assert_eq!(sql(&world.dir, "DELETE FROM staff_mails WHERE user_id IS NULL AND text IS NULL"), 2);
    assert_eq!(sql(&world.dir, "DELETE FROM password_links"), 0);
}

#[tokio::test]
async fn asking_is_limited_by_account_and_by_address_and_counts_apart_from_log_ins() {
    let world = World::mailing();
    let user = world.user("Priya Raman", Role::Admin).await;
    for email in [user.email.as_str(), "nobody@isp.example"] {
        for place in 0..7 {
            let page = world.anonymous().submit("/forgot", &[("email", email)]).await;
            assert_eq!(page.status, if place < 5 { 200 } else { 429 }, "{email} {place}");
        }
    }
    world.anonymous().sign_in(&user.email, PASSWORD).await;
    let mut asker = world.anonymous().from("192.0.2.1:4000");
    for place in 0..50 {
        let page = asker.submit("/forgot", &[("email", &format!("user{place}@isp.example"))]).await;
        assert_eq!(page.status, 200, "{place}");
    }
    let page = asker.submit("/forgot", &[("email", "another@isp.example")]).await;
    assert_eq!((page.status, page.header("retry-after")), (429, "60"));
    let mut other = world.anonymous().from("192.0.2.2:4000");
    assert_eq!(other.submit("/forgot", &[("email", "another@isp.example")]).await.status, 200);
    let mut neighbour = world.anonymous().from("192.0.2.1:5000");
    neighbour.sign_in(&user.email, PASSWORD).await;
}

#[tokio::test]
async fn without_a_mail_server_nobody_is_promised_mail() {
    let world = World::new();
    world.user("Priya Raman", Role::Admin).await;
    let mut anyone = world.anonymous();
    assert!(!anyone.get("/login").await.text.contains("/forgot"));
    assert_eq!(anyone.get("/forgot").await.status, 404);
    assert_eq!(anyone.submit("/forgot", &[("email", "priya.raman@isp.example")]).await.status, 404);
    let mailing = World::mailing();
    mailing.user("Priya Raman", Role::Admin).await;
    assert!(mailing.anonymous().get("/login").await.text.contains("href=\"/forgot\""));
    assert_eq!(mailing.anonymous().get("/forgot").await.status, 200);
}

#[tokio::test]
async fn mails_are_in_the_readers_language_sent_again_and_taken_back() {
    let (world, sack, _stop) = mailing();
    let user = world.user("Priya Raman", Role::Admin).await;
    let mut browser = world.anonymous();
    browser.cookies.push(("redress_language".to_owned(), "hi".to_owned()));
    browser.sign_in(&user.email, PASSWORD).await;
    let told = sack.to(&user.email, 1).await.remove(0);
    assert!(told.text.contains("दूसरे ब्राउज़र से साइन इन"), "{}", told.text);
    *sack.later.lock().unwrap() = 1;
    world.anonymous().submit("/forgot", &[("email", &user.email)]).await;
    eventually("it was put off", async || (*sack.later.lock().unwrap() == 0).then_some(())).await;
    world.hand.advance(MINUTE);
    world.staff.mails.wake();
    let mail = sack.to(&user.email, 2).await.pop().unwrap();
    assert!(mail.text.contains("नया पासवर्ड चुनें"), "the language that they read in, not that of who asks: {}", mail.text);
    browser.sign_in(&user.email, PASSWORD).await;
    // A second log-in from a browser that is known is nothing to write of.
    let changed = [("currentPassword", PASSWORD), ("newPassword", CHOSEN)];
    assert_eq!(browser.submit("/account/password", &changed).await.status, 303);
    let mails = sack.to(&user.email, 3).await;
    assert!(mails[2].text.contains("पासवर्ड बदला गया"), "{}", mails[2].text);
}

#[tokio::test]
async fn links_are_in_the_audit_history_without_their_secrets() {
    let world = World::new();
    let (mut admin, user) =
        (world.browser("Priya Raman", Role::Admin).await, world.user("Mei", Role::Technician).await);
    let own = admin.submit(&format!("/users/{}/link", admin.id()), &[]).await;
    assert_eq!(own.status, 422, "an open page is no way to another password of one's own: {}", own.text);
    assert_eq!(admin.submit(&format!("/users/{}/link", user.id), &[]).await.status, 303);
    let page = admin.get("/audit").await;
    assert!(page.text.contains("A link to choose a password was made") && page.text.contains("Mei"), "{}", page.text);
    assert!(!page.text.contains("rdl_"));
    assert_eq!(admin.submit(&format!("/users/{}/link", uuid::Uuid::nil()), &[]).await.status, 404);
    let given = staff::give_link(&world.staff, None, user.id, Language::English).await.unwrap();
    assert_eq!(given.kind, LinkKind::Reset);
    assert!(!format!("{given:?}").contains("rdl_"), "nor in a log");
}

/// Whoever loses an address or a factor hears of it where they were reached before, and whoever has a token in time that it
/// ends.
#[tokio::test]
async fn changes_of_what_one_signs_in_with_are_told_and_so_is_the_end_of_a_token() {
    let (world, sack, _stop) = mailing();
    let user = world.user("Priya Raman", Role::Admin).await;
    let changes = Changes { email: Some("priya@new.example".to_owned()), ..Changes::none() };
    staff::change_user(&world.staff, By::default(), user.id, changes).await.unwrap();
    let told = sack.to(&user.email, 1).await;
    assert!(told[0].text.contains("your address was changed"), "{}", told[0].text);

    let grant = |name: &str, lasts| Grant { lasts, ..Grant::whole(name) };
    for (name, lasts) in [("sync", Some(30)), ("later", Some(90)), ("for ever", None)] {
        staff::add_token(&world.staff, user.id, grant(name, lasts)).await.unwrap();
    }
    staff::remind_of_tokens(&world.staff).await.unwrap();
    world.hand.advance(24 * 24 * 3_600_000);
    for _ in 0..2 {
        staff::remind_of_tokens(&world.staff).await.unwrap();
    }
    let told = sack.to("priya@new.example", 1).await;
    assert_eq!(told.len(), 1, "one token ends soon, and that is told once");
    assert!(told[0].text.contains("sync") && told[0].text.contains("an API token ends soon"), "{}", told[0].text);
}
