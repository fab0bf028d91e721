//! Who may call what: every route there is, with every role, held against a table of this test's own, and that against the
//! application's. A route that is in neither fails.

use std::collections::{BTreeMap, BTreeSet};

use redress::{
    permissions::Permission,
    staff::{By, Changes, Grant, Need, ROUTES, Role, Rules, Scope, Scopes, Standing},
};
use reqwest::RequestBuilder;

use crate::{
    architecture::sources,
    support::{Browser, Caller, PASSWORD, TestApp},
};

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Anybody: it gives nothing away, or has a guard of its own, such as a gateway's signature.
    Anybody,
    /// Whoever is signed in.
    Staff,
    /// Whoever may see the desk.
    Reader,
    /// Admins: the desk (NFR-SEC-001).
    Admin,
    /// Owners: users, settings, keys.
    Owner,
    /// Owners, and who looks after them.
    Overseer,
    /// Technicians, where they have a view of their own.
    Jobs,
}

use Who::{Admin, Anybody, Jobs, Overseer, Owner, Reader, Staff};

/// Every route, and who may. Methods that others may stand in a line of their own.
const TABLE: &[(&str, Who)] = &[
    ("GET /", Staff),
    ("GET /account", Staff),
    ("GET POST /account/confirm", Staff),
    ("POST /account/password", Staff),
    ("POST /account/preferences", Staff),
    ("GET /account/second-factor", Staff),
    ("GET POST /account/second-factor/app", Staff),
    ("POST /account/second-factor/codes", Staff),
    ("GET POST /account/second-factor/passkey", Staff),
    ("POST /account/second-factor/{id}/remove", Staff),
    ("POST /account/sessions/{id}/end", Staff),
    ("POST /account/tokens", Staff),
    ("POST /account/tokens/{id}/revoke", Staff),
    ("POST /api/auth/login", Anybody),
    ("GET /api/auth/me", Staff),
    ("POST /api/auth/logout", Staff),
    ("GET /api/clients", Reader),
    ("GET /api/clients/{accountId}", Reader),
    ("PUT /api/clients/{accountId}", Admin),
    ("GET /api/docs", Anybody),
    ("GET /api/gateways", Reader),
    ("POST /api/gateways/{channel}/{gateway}/test", Admin),
    ("GET /api/notifications", Reader),
    ("GET /api/notifications/{id}", Reader),
    ("POST /api/notifications/{id}/cancel", Admin),
    ("POST /api/notifications/{id}/resend", Admin),
    ("GET /api/openapi.json", Anybody),
    ("PUT /api/opt-outs", Admin),
    ("POST /api/opt-outs/find", Reader),
    ("GET /api/templates", Reader),
    ("GET /api/templates/{kind}/{channel}/{language}", Reader),
    ("PUT /api/templates/{kind}/{channel}/{language}", Owner),
    ("GET /api/tickets", Reader),
    ("POST /api/tickets", Admin),
    ("GET /api/tickets.csv", Admin),
    ("POST /api/tickets.csv", Reader),
    ("GET /api/tickets/{id}", Reader),
    ("GET /api/tickets/{id}/photos/{photo}", Reader),
    ("GET /tickets/{key}/photos/{photo}", Reader),
    ("PATCH PUT /api/tickets/{id}", Admin),
    ("POST /api/tickets/{id}/notes", Admin),
    ("GET /api/tickets/{id}/notifications", Reader),
    ("GET /api/users", Reader),
    ("POST /api/users", Owner),
    ("PATCH /api/users/{id}", Owner),
    ("POST /api/users/{id}/link", Owner),
    ("GET /api/views", Reader),
    ("POST /api/views", Admin),
    ("DELETE PATCH /api/views/{id}", Admin),
    ("GET /api/jobs", Jobs),
    ("GET PATCH /api/jobs/{id}", Jobs),
    ("POST /api/jobs/{id}/notes", Jobs),
    ("POST /api/jobs/{id}/photos", Jobs),
    ("GET /api/jobs/{id}/photos/{photo}", Jobs),
    ("GET /jobs/{key}/photos/{photo}", Jobs),
    ("GET /jobs", Jobs),
    ("GET /jobs/{key}", Jobs),
    ("GET POST /jobs/{key}/notes", Jobs),
    ("GET POST /jobs/{key}/status", Jobs),
    ("GET /assets/{fingerprint}/{*path}", Anybody),
    ("POST /api/privacy/erasures", Owner),
    ("POST /api/privacy/export", Owner),
    ("GET /api/privacy/holds", Overseer),
    ("POST /api/privacy/holds", Owner),
    ("POST /api/privacy/holds/{id}/end", Owner),
    ("GET /api/privacy/retention", Overseer),
    ("GET /audit", Overseer),
    ("POST /audit.csv", Overseer),
    ("GET /audit/export", Overseer),
    ("GET /api/audit", Overseer),
    ("POST /auth/backchannel-logout", Anybody),
    ("GET /auth/callback", Anybody),
    ("GET /auth/start", Anybody),
    ("GET /clients", Reader),
    ("POST /clients", Admin),
    ("GET /clients/new", Admin),
    ("GET /clients/suggest", Reader),
    ("GET /clients/{id}", Reader),
    ("GET POST /clients/{id}/edit", Admin),
    ("POST PUT /drafts/{form}", Admin),
    ("POST /drafts/{form}/discard", Admin),
    ("GET /favicon.ico", Anybody),
    ("GET /healthz", Anybody),
    ("GET POST /forgot", Anybody),
    ("GET POST /hooks/{channel}/{gateway}/inbound", Anybody),
    ("GET POST /hooks/{channel}/{gateway}/status", Anybody),
    ("POST /language", Anybody),
    ("GET POST /link", Anybody),
    ("GET /live", Reader),
    ("POST /live/editing", Admin),
    ("GET POST /login", Anybody),
    ("POST /login/passkey", Anybody),
    ("GET POST /login/second", Anybody),
    ("POST /logout", Anybody),
    ("GET /notifications", Reader),
    ("GET /notifications/calls", Reader),
    ("GET /notifications/gateways", Reader),
    ("GET POST /notifications/gateways/{channel}/{gateway}/test", Admin),
    ("GET POST /notifications/resend", Admin),
    ("GET /notifications/templates", Reader),
    ("GET POST /notifications/templates/{kind}/{channel}/{language}", Owner),
    ("GET POST /notifications/templates/{kind}/{channel}/{language}/preview", Owner),
    ("GET POST /notifications/templates/{kind}/{channel}/{language}/reset", Owner),
    ("GET POST /notifications/templates/{kind}/{channel}/{language}/test", Owner),
    ("GET POST /notifications/{id}/called", Admin),
    ("GET POST /notifications/{id}/cancel", Admin),
    ("GET POST /notifications/{id}/resend", Admin),
    ("GET /privacy", Overseer),
    ("GET /privacy/clients/{id}", Owner),
    ("GET POST /privacy/erase", Owner),
    ("GET POST /privacy/export", Owner),
    ("GET POST /privacy/find", Owner),
    ("GET POST /privacy/holds", Owner),
    ("GET POST /privacy/holds/{id}/end", Owner),
    ("GET /privacy/tickets/{key}", Owner),
    ("GET /readyz", Anybody),
    ("GET /reports", Reader),
    ("GET /reports/{name}", Reader),
    ("GET POST /setup", Anybody),
    ("GET /tickets", Reader),
    ("POST /tickets", Admin),
    ("GET /tickets.csv", Admin),
    ("POST /tickets.csv", Reader),
    ("GET POST /tickets/bulk", Admin),
    ("GET /tickets/bulk/{run}", Admin),
    ("POST /tickets/bulk/{run}/undo", Admin),
    ("POST /tickets/density", Reader),
    ("GET /tickets/export", Reader),
    ("GET /tickets/find", Reader),
    ("GET POST /tickets/new", Admin),
    ("GET POST /tickets/new/preview", Admin),
    ("GET /tickets/{key}", Reader),
    ("GET POST /tickets/{key}/assignment", Admin),
    ("GET POST /tickets/{key}/consent", Admin),
    ("GET POST /tickets/{key}/edit", Admin),
    ("GET POST /tickets/{key}/notes", Admin),
    ("GET POST /tickets/{key}/notifications/{id}/cancel", Admin),
    ("GET POST /tickets/{key}/notifications/{id}/resend", Admin),
    ("GET POST /tickets/{key}/priority", Admin),
    ("GET POST /tickets/{key}/status", Admin),
    ("GET POST /tickets/{key}/undo", Admin),
    ("GET /users", Reader),
    ("POST /users", Owner),
    ("GET /users/new", Owner),
    ("POST /users/second-factor", Owner),
    ("POST /users/{id}/disable", Owner),
    ("GET POST /users/{id}/edit", Owner),
    ("POST /users/{id}/enable", Owner),
    ("POST /users/{id}/link", Owner),
    ("POST /users/{id}/password", Owner),
    ("POST /users/{id}/second-factor/reset", Owner),
    ("POST /users/{id}/sessions/{session}/end", Owner),
    ("GET /views", Reader),
    ("POST /views", Admin),
    ("GET /views/new", Admin),
    ("GET POST /views/{id}", Admin),
    ("GET POST /views/{id}/delete", Admin),
    ("POST /views/{id}/filter", Admin),
];

/// Every route that the source names, with its methods.
fn routes() -> BTreeMap<String, Vec<&'static str>> {
    let mut found: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for (file, code) in sources() {
        // Where several routes begin alike, the file names the beginning once.
        let place = code.split("let place = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        for call in code.split(".route(").skip(1) {
            // To the end of the call: the next one of the chain, or of the statement.
            let call = call.split("\n        .").next().unwrap().split(";\n").next().unwrap().trim_start();
            let route = match call.split(',').next().unwrap() {
                "place" => place.to_owned(),
                first => first.trim_start_matches("&format!(").trim_matches([')', '"']).replace("{place}", place),
            };
            assert!(route.starts_with('/'), "{file}: {call}");
            let methods = [("get(", "GET"), ("post(", "POST"), ("put(", "PUT"), ("delete(", "DELETE")];
            let methods = methods.into_iter().filter(|(word, _)| call.contains(word)).map(|(_, method)| method);
            found.entry(route).or_default().extend(methods);
        }
    }
    found
}

pub fn filled(route: &str) -> String {
    let id = "0190b5f0-0000-7000-8000-000000000000";
    route
        .replace("{id}", id)
        .replace("{key}", "BILL-20261123-D4ZP")
        .replace("{run}", id)
        .replace("{session}", id)
        .replace("{photo}", id)
        .replace("{form}", "ticket")
        .replace("{name}", "age")
        .replace("{channel}/{gateway}", "sms/kannel")
        .replace("{kind}/{channel}/{language}", "created/sms/en")
        .replace("{accountId}", "A-1")
}

/// Single routes of lines that name several methods: method and path.
fn each<T: Copy>(table: &[(&'static str, T)]) -> BTreeMap<(&'static str, &'static str), T> {
    let mut routes = BTreeMap::new();
    for (line, what) in table {
        let (methods, path) = line.rsplit_once(' ').unwrap();
        for method in methods.split(' ') {
            assert!(routes.insert((method, path), *what).is_none(), "{method} {path} is there twice");
        }
    }
    routes
}

#[tokio::test]
async fn every_route_there_is_is_in_both_tables() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/openapi.json").await.json;
    let mut there: BTreeSet<(String, String)> = BTreeSet::new();
    // The metrics have a listener of their own.
    for (path, methods) in routes().into_iter().filter(|(path, _)| path != "/metrics") {
        there.extend(methods.into_iter().map(|method| (method.to_owned(), path.clone())));
    }
    for (path, item) in document["paths"].as_object().unwrap() {
        there.extend(item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }
    assert!(there.len() > 120, "the search for routes has lost its way: {}", there.len());
    let named = |routes: Vec<(&str, &str)>| -> BTreeSet<(String, String)> {
        routes.into_iter().map(|(method, path)| (method.to_owned(), path.to_owned())).collect()
    };
    let (ours, theirs) = (named(each(TABLE).into_keys().collect()), named(each(ROUTES).into_keys().collect()));
    for (table, name) in [(&ours, "this test's table"), (&theirs, "src/staff/routes.rs")] {
        assert_eq!(there.difference(table).collect::<Vec<_>>(), [] as [&(String, String); 0], "missing in {name}");
        assert_eq!(table.difference(&there).collect::<Vec<_>>(), [] as [&(String, String); 0], "gone, but in {name}");
    }
}

/// Somebody who tries every route.
struct Visitor {
    name: &'static str,
    /// What they may do.
    may: &'static [Who],
    browser: Browser,
    program: Caller,
}

async fn visitor(app: &TestApp, name: &'static str, role: Role, may: &'static [Who]) -> Visitor {
    let user = app.user(name, role).await;
    if role == Role::Admin && !may.contains(&Owner) {
        let changes = Changes { owner: Some(false), ..Changes::none() };
        redress::staff::change_user(&app.app.staff, By::default(), user.id, changes).await.unwrap();
    }
    let browser = Browser::new(&app.base);
    let page = browser.submit("/login", &[("email", &user.email), ("password", PASSWORD)]).await;
    assert_eq!(page.status, 303, "{}", page.text);
    let token = redress::staff::add_token(&app.app.staff, user.id, Grant::whole("tests")).await.unwrap();
    Visitor { name, may, browser, program: app.anonymous().with_token(&token) }
}

/// Everybody there is; `jobs` is whether technicians have a view of their own.
async fn visitors(app: &TestApp, jobs: bool) -> Vec<Visitor> {
    let technicians: &[Who] = if jobs { &[Anybody, Staff, Jobs] } else { &[Anybody, Staff] };
    let all: &[Who] = &[Anybody, Staff, Reader, Admin, Owner, Overseer];
    vec![
        visitor(app, "Olga Owner", Role::Admin, all).await,
        visitor(app, "Adam Admin", Role::Admin, &[Anybody, Staff, Reader, Admin]).await,
        visitor(app, "Aud Auditor", Role::Auditor, &[Anybody, Staff, Reader, Overseer]).await,
        visitor(app, "Tomasz Technician", Role::Technician, technicians).await,
        Visitor { name: "nobody", may: &[Anybody], browser: Browser::new(&app.base), program: app.anonymous() },
    ]
}

/// Status and address of an answer whose body may never end.
async fn answer(request: RequestBuilder) -> (u16, String) {
    let response = request.send().await.unwrap();
    let location = response.headers().get("location").map_or("", |value| value.to_str().unwrap()).to_owned();
    (response.status().as_u16(), location)
}

fn by_form(browser: &Browser, method: &str, path: &str) -> RequestBuilder {
    let request = browser.request(method, path).header("sec-fetch-site", "same-origin");
    if method == "GET" { request } else { request.form(&[("back", "/tickets")]) }
}

fn by_json(request: RequestBuilder, method: &str) -> RequestBuilder {
    if method == "GET" { request } else { request.json(&serde_json::json!({})) }
}

/// What ends what one came with: tried by each at the very end.
const LAST: [&str; 2] = ["/logout", "/api/auth/logout"];

impl Visitor {
    /// Tries a route, and says what is wrong with the answer.
    async fn tries(&self, method: &str, route: &str, who: Who, signed_in: bool) -> Vec<String> {
        let path = filled(route);
        let mut answers = Vec::new();
        if route.starts_with("/api/") {
            answers.push(("token", answer(by_json(self.program.request(method, &path), method)).await));
            let request = self.browser.request(method, &path).header("sec-fetch-site", "same-origin");
            answers.push(("session", answer(by_json(request, method)).await));
        } else {
            answers.push(("session", answer(by_form(&self.browser, method, &path)).await));
        }
        let mut wrong = Vec::new();
        for (by, (status, location)) in answers {
            let to_door = status == 401 || (status == 303 && location.starts_with("/login"));
            let good = match (self.may.contains(&who), signed_in) {
                // A log-in without a password is refused as such, and gateways by their own guard.
                (true, _) if who == Anybody => status < 500,
                (true, _) => !to_door && status != 403 && status < 500,
                (false, true) => status == 403,
                (false, false) => to_door,
            };
            if !good {
                wrong.push(format!("{} by {by}: {method} {path}: {status} {location}", self.name));
            }
        }
        wrong
    }
}

#[tokio::test]
async fn every_route_lets_in_whom_the_table_says_and_nobody_else() {
    walk(&TestApp::start().await, false).await;
}

#[tokio::test]
async fn technicians_get_a_view_of_their_own_by_a_setting_and_nothing_else() {
    walk(&TestApp::with(&[("technician_view", "true")]).await, true).await;
}

async fn walk(app: &TestApp, jobs: bool) {
    app.admin().await;
    let mut wrong = Vec::new();
    for visitor in visitors(app, jobs).await {
        let signed_in = visitor.may.contains(&Staff);
        let (last, first): (Vec<_>, Vec<_>) = each(TABLE).into_iter().partition(|((_, path), _)| LAST.contains(path));
        let mut tried = 0;
        let last = last.into_iter().filter(|((_, path), _)| path.starts_with("/api/"));
        for ((method, route), who) in first.into_iter().chain(last) {
            wrong.extend(visitor.tries(method, route, who, signed_in).await);
            tried += 1;
        }
        assert!(tried > 120, "{tried}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a token of the scope `tickets:read` is good for, and what `tickets:write` adds.
const TO_READ: &[&str] = &[
    "GET /api/auth/me",
    "POST /api/auth/logout",
    "GET /api/tickets",
    "GET /api/tickets/{id}",
    "GET /api/tickets/{id}/photos/{photo}",
    "GET /api/tickets/{id}/notifications",
    "GET /api/tickets.csv",
    "POST /api/tickets.csv",
    "GET /api/views",
    "GET /api/jobs",
    "GET /api/jobs/{id}",
    "GET /api/jobs/{id}/photos/{photo}",
];
const TO_WRITE: &[&str] = &[
    "POST /api/tickets",
    "PUT /api/tickets/{id}",
    "PATCH /api/tickets/{id}",
    "POST /api/tickets/{id}/notes",
    "POST /api/views",
    "PATCH /api/views/{id}",
    "DELETE /api/views/{id}",
    "PATCH /api/jobs/{id}",
    "POST /api/jobs/{id}/notes",
    "POST /api/jobs/{id}/photos",
];

/// The routes of the API that refuse a program a token of these scopes for them, with their answers.
async fn refused_for_scope(app: &TestApp, of: uuid::Uuid, who: &[Who], scopes: &str) -> BTreeMap<String, Vec<String>> {
    let grant = Grant { scopes: Scopes::parse(scopes).unwrap(), ..Grant::whole("tests") };
    let token = redress::staff::add_token(&app.app.staff, of, grant).await.unwrap();
    let program = app.anonymous().with_token(&token);
    let mut refused = BTreeMap::new();
    let (last, first): (Vec<_>, Vec<_>) = each(TABLE).into_iter().partition(|((_, path), _)| LAST.contains(path));
    for ((method, route), need) in first.into_iter().chain(last) {
        if !route.starts_with("/api/") || need == Anybody || !who.contains(&need) {
            continue;
        }
        let answer = by_json(program.request(method, &filled(route)), method).send().await.unwrap();
        if answer.status() == 403 {
            let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            let challenge = header("www-authenticate").unwrap_or_default();
            refused.insert(format!("{method} {route}"), vec![challenge, answer.text().await.unwrap()]);
        } else {
            assert_ne!(answer.status(), 401, "{scopes}: {method} {route}");
        }
    }
    refused
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_no_more_than_its_owner_may() {
    let app = TestApp::with(&[("technician_view", "true")]).await;
    app.admin().await;
    let (owner, technician) = (app.user("Olga", Role::Admin).await, app.user("Tomasz", Role::Technician).await);
    for (of, who) in [(owner.id, &[Staff, Reader, Admin, Owner, Overseer][..]), (technician.id, &[Staff, Jobs])] {
        for scopes in ["tickets:read", "tickets:write", "tickets:read tickets:write", "admin"] {
            let refused = refused_for_scope(&app, of, who, scopes).await;
            for ((method, route), need) in each(TABLE) {
                let name = format!("{method} {route}");
                if !route.starts_with("/api/") || need == Anybody || !who.contains(&need) {
                    continue;
                }
                let writes = TO_WRITE.contains(&name.as_str());
                let good = match scopes {
                    "admin" => true,
                    "tickets:read" => TO_READ.contains(&name.as_str()),
                    _ => writes || TO_READ.contains(&name.as_str()),
                };
                assert_eq!(refused.contains_key(&name), !good, "{scopes}: {name}");
                let Some([challenge, body]) = refused.get(&name).map(Vec::as_slice) else { continue };
                let needs = if writes { "tickets:write" } else { "admin" };
                let wanted = format!("Bearer realm=\"redress\", error=\"insufficient_scope\", scope=\"{needs}\"");
                assert_eq!(*challenge, wanted, "{scopes}: {name}");
                assert!(body.contains(&format!("good for {scopes} only")) && body.contains(needs), "{body}");
            }
        }
    }
    // All scopes of a technician open nothing but what technicians may.
    let grant = Grant { scopes: Scopes::parse("tickets:read tickets:write admin").unwrap(), ..Grant::whole("x") };
    let token = redress::staff::add_token(&app.app.staff, technician.id, grant).await.unwrap();
    let answer = app.anonymous().with_token(&token).get("/api/tickets").await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (403, ""), "{}", answer.text);
}

/// A token is for programs: on a page it proves nothing.
#[tokio::test]
async fn pages_know_no_tokens() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for ((method, route), who) in each(TABLE) {
        if who == Anybody || route.starts_with("/api/") || method != "GET" {
            continue;
        }
        let (status, location) = answer(admin.request(method, &filled(route))).await;
        assert!(status == 303 && location.starts_with("/login"), "{method} {route}: {status} {location}");
    }
}

/// The page that people read says what the code does.
#[test]
fn the_page_of_roles_is_the_code() {
    let rules = Rules { technician_view: true };
    let of = |role, owner| rules.permissions(Standing { role, owner });
    let columns = [
        of(Role::Admin, true),
        of(Role::Admin, false),
        of(Role::Auditor, false),
        of(Role::Technician, false),
        Scope::TicketsRead.permissions(),
        Scope::TicketsWrite.permissions(),
    ];
    let mut lines = Vec::new();
    for one in Permission::ALL {
        let cells: String = columns.iter().map(|has| if has.has(one) { " yes |" } else { " |" }).collect();
        lines.push(format!("| `{}` |{cells}", one.name()));
    }
    let mut routes: Vec<_> = each(ROUTES).into_iter().map(|((method, path), need)| (path, method, need)).collect();
    routes.sort_by_key(|(path, method, _)| (*path, *method));
    for (path, method, need) in routes {
        let asks = match need {
            Need::Nothing => "nothing".to_owned(),
            Need::May(one) | Need::Sees(one) => format!("`{}`", one.name()),
            Need::MayOrLapsed(one) | Need::SeesOrLapsed(one) => {
                format!("`{}`, or a session that has just ended", one.name())
            }
        };
        lines.push(format!("| `{method} {path}` | {asks} |"));
    }
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/security/roles.md")).unwrap();
    let written: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(written, lines, "docs/security/roles.md is to have:\n{}", lines.join("\n"));
}
