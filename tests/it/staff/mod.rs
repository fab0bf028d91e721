//! The staff's pages and calls on their own router, with a clock that tests move and light password hashes.

mod account;
mod api;
mod bonds;
mod command_line;
mod limits;
mod links;
mod log_in;
mod owners;
mod passkeys;
mod preferences;
mod second_factor;
mod setup;
mod users;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, header},
    middleware,
};
use jiff::tz::TimeZone;
use redress::{
    clock::{Clock, Hand},
    db::{Db, DbOptions, Tx, params},
    staff::{self, Gate, Mails, NewUser, Role, Settings, Staff, User},
    web::{
        Chrome,
        cookies::{self, Cookies},
        proxies::Proxies,
        refusal,
    },
};
use scraper::{Html, Selector};
use serde_json::Value;
use tower::ServiceExt;
use vault::Vault;

use crate::support::{Dir, eventually, ready};

const PASSWORD: &str = "correct horse battery";
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// The feature over an empty database.
struct World {
    staff: Staff,
    router: Router,
    hand: Hand,
    dir: Dir,
}

fn routes(staff: &Staff) -> Router {
    let (api, _) = staff::api(staff.clone()).split_for_parts();
    let dress = middleware::from_fn_with_state(Duration::from_mins(1), refusal::dress);
    let guard = middleware::from_fn_with_state(staff.clone(), staff::guard);
    let cookies = Cookies { vault: staff.vault.clone(), secure: staff.chrome.secure };
    let cookies = middleware::from_fn_with_state(cookies, cookies::guard);
    staff::routes(staff.clone()).merge(api).layer((cookies, dress, guard))
}

impl World {
    fn new() -> Self {
        Self::at("http://desk.example")
    }

    /// The same behind proxies.
    fn behind(trusted: &str, local: bool) -> Self {
        let mut world = Self::new();
        let trusted = Proxies::parse(trusted).unwrap_or_default();
        world.staff = world.staff.behind(Proxies { trusted, local });
        world.router = routes(&world.staff);
        world
    }

    /// Reached under an address; `https` makes its cookies secure.
    fn at(public: &str) -> Self {
        let dir = ready();
        let (clock, hand) = Clock::fixed(1_795_000_000_000, 7);
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(clock.now()).unwrap();
        let chrome = Chrome {
            isp_name: "Larkfield Fibre".into(),
            secure: public.starts_with("https"),
            zone: TimeZone::get("Asia/Kolkata").unwrap(),
            technician_view: false,
            views: Arc::new(|_, _| Ok(Vec::new())),
            news: Arc::new(|_| Ok(redress::web::News::default())),
        };
        let staff = Staff::new(db, Vault::for_tests(1), clock, chrome, None).with_gate(Gate::light()).at(Some(public));
        Self { router: routes(&staff), staff, hand, dir }
    }

    /// The same that can send mail; what is queued is taken with [`Self::mails`].
    fn mailing() -> Self {
        let mut world = Self::new();
        world.staff = world.staff.with(Settings::default(), Mails::new(true));
        world.staff.mails.reached_at("http://desk.example/");
        world.router = routes(&world.staff);
        world
    }

    /// Waits until word of other nodes comes. Until then whoever asks how much was written is told of more each time.
    async fn hears_others(&self) {
        let writes = || self.staff.db.write_stats().writes;
        eventually("word of other nodes", async || (writes() == writes()).then_some(())).await;
    }

    async fn user(&self, name: &str, role: Role) -> User {
        let email = format!("{}@isp.example", name.to_lowercase().replace(' ', "."));
        let new = NewUser {
            email,
            name: name.to_owned(),
            phone: None,
            role,
            owner: true,
            password: Some(PASSWORD.to_owned()),
        };
        staff::add_user(&self.staff, None, new).await.unwrap()
    }

    /// An admin with a token.
    async fn admin(&self) -> Client {
        self.program("Priya Raman", Role::Admin).await
    }

    /// Somebody new with a token.
    async fn program(&self, name: &str, role: Role) -> Client {
        let user = self.user(name, role).await;
        let token = staff::add_token(&self.staff, user.id, redress::staff::Grant::whole("tests")).await.unwrap();
        Client { token: Some(token), user: Some(user), ..self.anonymous() }
    }

    /// Somebody new with a browser, signed in.
    async fn browser(&self, name: &str, role: Role) -> Client {
        let user = self.user(name, role).await;
        let mut browser = self.anonymous();
        browser.sign_in(&user.email, PASSWORD).await;
        browser.user = Some(user);
        browser
    }

    /// Has a user be known at the provider, which this world has none of.
    async fn is_at_the_provider(&self, id: uuid::Uuid) {
        let sql = "INSERT INTO identities (subject_key, user_id, created_at) VALUES ($1, $2, 1)";
        let tie = move |tx: &mut Tx<'_>| tx.execute(sql, params![vec![7_u8; 32], id]);
        assert_eq!(self.staff.db.write(tie).await.unwrap(), 1);
    }

    fn anonymous(&self) -> Client {
        Client { router: self.router.clone(), cookies: Vec::new(), token: None, user: None, peer: None }
    }

    /// Everything the database holds.
    fn at_rest(&self) -> Vec<u8> {
        crate::support::at_rest(&self.dir).into_values().flatten().collect()
    }
}

/// A program or a browser, which keeps its cookies and follows no redirect.
#[derive(Clone)]
struct Client {
    router: Router,
    cookies: Vec<(String, String)>,
    token: Option<String>,
    user: Option<User>,
    peer: Option<SocketAddr>,
}

#[derive(Debug)]
struct Reply {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// Field and code of each fault, sorted.
    fn faults(&self) -> Vec<(String, String)> {
        let json = self.json();
        let word = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
        let mut faults: Vec<_> = json["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| (word(fault, "field"), word(fault, "code")))
            .collect();
        faults.sort();
        faults
    }

    /// The texts of all elements of a page that match.
    fn texts(&self, selector: &str) -> Vec<String> {
        let (page, selector) = (Html::parse_document(&self.text), Selector::parse(selector).unwrap());
        let texts = page.select(&selector).map(|one| one.text().collect::<String>());
        texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    /// An attribute of all elements of a page that match.
    fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let (page, selector) = (Html::parse_document(&self.text), Selector::parse(selector).unwrap());
        let found = page.select(&selector);
        found.map(|one| one.attr(name).unwrap_or("").to_owned()).collect()
    }

    fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect()
    }
}

impl Client {
    /// The same from another address.
    fn from(mut self, peer: &str) -> Self {
        self.peer = Some(peer.parse().unwrap());
        self
    }

    fn id(&self) -> uuid::Uuid {
        self.user.as_ref().unwrap().id
    }

    fn email(&self) -> &str {
        &self.user.as_ref().unwrap().email
    }

    async fn send(&mut self, method: Method, path: &str, kind: &str, body: String, more: &[(&str, &str)]) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body)).unwrap();
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let reply = Reply { status, headers, text: String::from_utf8(body.to_vec()).unwrap() };
        for cookie in reply.cookies() {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        reply
    }

    async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, "", String::new(), &[]).await
    }

    async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Method::POST, path, "application/x-www-form-urlencoded", body, &[]).await
    }

    async fn post(&mut self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, "application/json", body.to_string(), &[]).await
    }

    async fn post_once(&mut self, path: &str, body: &Value, key: &str) -> Reply {
        self.send(Method::POST, path, "application/json", body.to_string(), &[("idempotency-key", key)]).await
    }

    async fn patch(&mut self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, "application/json", body.to_string(), &[]).await
    }

    /// Tries to sign in on the page.
    async fn try_sign_in(&mut self, email: &str, password: &str) -> Reply {
        self.submit("/login", &[("email", email), ("password", password)]).await
    }

    async fn sign_in(&mut self, email: &str, password: &str) {
        let reply = self.try_sign_in(email, password).await;
        assert_eq!(reply.status, 303, "{}", reply.text);
    }

    /// Signs in with a password that somebody else chose, and replaces it.
    async fn replace_password(&mut self, email: &str, password: &str, new: &str) {
        let reply = self.try_sign_in(email, password).await;
        let link = reply.header("location").to_owned();
        assert!(reply.status == 303 && link.starts_with("/link?token="), "{} {link}", reply.status);
        assert!(!self.is_known().await, "a password that two know signs nobody in");
        let token = self.get(&link).await.attributes("[name=token]", "value").remove(0);
        let reply = self.submit("/link", &[("token", &token), ("password", new)]).await;
        assert_eq!((reply.status, reply.header("location")), (303, "/login"), "{}", reply.text);
    }

    /// Whether the API knows who this is.
    async fn is_known(&mut self) -> bool {
        match self.get("/api/auth/me").await.status {
            200 => true,
            401 => false,
            other => panic!("status {other}"),
        }
    }
}
