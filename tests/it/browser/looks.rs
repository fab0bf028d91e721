//! How every page looks: nothing that axe-core finds wrong, light and dark, at a desk's width and a phone's, nothing
//! wider than the window, and enough contrast in every pair of colour tokens.
//!
//! `bin/screenshots` runs the same walk and keeps what it saw.

use std::{fs, path::PathBuf, process::Stdio};

use fantoccini::Client;
use serde_json::{Value, json};

use super::chromium::Chromium;
use crate::support::{
    Caller, Dir,
    process::{Process, redress, run},
};

const AXE: &str = include_str!("vendor/axe.min.js");

/// Technicians have pages of their own.
const JOBS: (&str, &str) = ("REDRESS_TECHNICIAN_VIEW", "true");

/// A page by a name for its picture, where it is, and what is done on it before it is looked at.
struct View {
    name: &'static str,
    path: String,
    prepare: &'static str,
}

fn view(name: &'static str, path: impl Into<String>) -> View {
    View { name, path: path.into(), prepare: "" }
}

/// Presses the main button of an empty form.
const SEND: &str = "document.querySelector('main form button[type=submit].btn--primary').click()";

/// Types the start of a name where only the list of clients hears of it, so that no draft is kept, and waits for that.
const SUGGEST: &str = "const input = document.getElementById('clientName'); input.focus(); input.value = 'ma'; \
    input.dispatchEvent(new Event('input')); const there = () => document.querySelector('#clients-found [role=option]'); \
    return new Promise((done) => { const look = setInterval(() => there() && done(clearInterval(look)), 20) })";
/// Sends the form of a ticket that has just been changed elsewhere.
const MEET: &str = "const form = document.querySelector('form[data-live-form]');
    const theirs = { description: `Their words, ${Math.random()}`, clientName: `Their name ${Math.random()}` };
    fetch('/api' + location.pathname.replace('/edit', ''), {
        method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(theirs),
    }).then(() => {
        [form.description.value, form.clientName.value, form.clientEmail.value] = ['My words', 'My name', 'mine@isp.example'];
        form.requestSubmit();
    })";

/// Types into the search box.
const FIND: &str = "const q = document.querySelector('#q'); q.focus(); q.value = 'na'; \
    q.dispatchEvent(new Event('input', {bubbles: true}))";

/// Every page that there is, and the states of those that have several.
fn views(desk: &Desk) -> Vec<View> {
    let ticket = &desk.ticket;
    vec![
        view("list", "/tickets"),
        view("list-filtered", "/tickets?status=Open&priority=Urgent%2CHigh"),
        view("list-empty", "/tickets?q=nobodyofthisname"),
        View { name: "list-menu", path: "/tickets".into(), prepare: "document.querySelector('.chip button').click()" },
        View {
            name: "list-bulk",
            path: "/tickets?status=New".into(),
            prepare: "document.querySelectorAll('tbody tr:nth-child(-n + 3) .check').forEach((box) => box.click())",
        },
        View { name: "list-find", path: "/tickets".into(), prepare: FIND },
        view("bulk", "/tickets/bulk?all=1&list=status%3DNew%26status%3DClosed&status=Fixed"),
        view("bulk-errors", "/tickets/bulk?status=Fixed"),
        view("new", "/tickets/new"),
        View { name: "new-errors", path: "/tickets/new".into(), prepare: SEND },
        View { name: "new-suggest", path: "/tickets/new".into(), prepare: SUGGEST },
        view("new-known", format!("/tickets/new?client={}", desk.client)),
        view("new-landline", "/tickets/new?clientPhone=020+7946+0018"),
        view("ticket", format!("/tickets/{ticket}")),
        View {
            name: "ticket-menu",
            path: format!("/tickets/{ticket}"),
            prepare: "document.querySelector('[popovertarget=m-status]').click()",
        },
        view("ticket-sms", format!("/tickets/{ticket}?show=sms")),
        view("ticket-in-list", format!("/tickets/{ticket}?list=status%3DDispatched")),
        view("ticket-fix", format!("/tickets/{ticket}/status?status=Fixed")),
        view("ticket-edit", format!("/tickets/{ticket}/edit")),
        view("clients", "/clients"),
        view("clients-empty", "/clients?q=nobodyofthisname"),
        view("client", format!("/clients/{}", desk.client)),
        view("client-edit", format!("/clients/{}/edit", desk.client)),
        view("client-new", "/clients/new"),
        View { name: "client-new-errors", path: "/clients/new".into(), prepare: SEND },
        View { name: "ticket-conflict", path: format!("/tickets/{ticket}/edit"), prepare: MEET },
        view("views", "/views"),
        view("users", "/users"),
        view("user-new", "/users/new"),
        view("audit", "/audit"),
        view("audit-export", "/audit/export"),
        view("reports", "/reports"),
        view("report-flow", "/reports/created-and-fixed?period=last-90-days"),
        view("report-technicians", "/reports/by-technician?status=Open,Fixed"),
        view("report-wrong", "/reports?from=2026-02-30"),
        View {
            name: "reports-menu",
            path: "/reports/time-to-fixed".into(),
            prepare: "document.querySelector('.chip button').click()",
        },
        view("account", "/account"),
        view("second-factor", "/account/second-factor"),
        view("second-factor-app", "/account/second-factor/app"),
        view("confirm", "/account/confirm?next=/users"),
        view("api-docs", "/api/docs"),
        view("not-found", "/nothing/here"),
    ]
    .into_iter()
    .chain(message_views())
    .collect()
}

/// The pages of messages.
fn message_views() -> Vec<View> {
    vec![
        view("sms", "/notifications"),
        view("sms-none", "/notifications?state=delivered"),
        view("sms-calls", "/notifications/calls"),
        view("sms-again", "/notifications/resend"),
        view("gateways", "/notifications/gateways"),
        view("templates", "/notifications/templates"),
        view("template", "/notifications/templates/created/sms/en"),
        view("template-hindi", "/notifications/templates/fixed/sms/hi"),
        view("template-mail", "/notifications/templates/created/email/en"),
        View {
            name: "template-errors",
            path: "/notifications/templates/created/sms/en".into(),
            prepare: "const form = document.querySelector('#template'); form.body.value = 'Your “bill” – {{ref}} {{nme}}'; \
                form.entity.value = '1001234567890123456'; form.querySelector('.btn--primary').click()",
        },
    ]
}

/// The pages of whoever the ticket is assigned to.
fn job_views(desk: &Desk) -> Vec<View> {
    vec![view("jobs", "/jobs"), view("job", format!("/jobs/{}", desk.ticket))]
}

/// A made-up ISP, and somebody who is signed in there.
/// `redress demo` as it is, and the line with the password.
fn shown(dir: &Dir) -> (Process, String) {
    let mut command = redress(dir, &["demo", "--tickets", "120"]);
    command.env("REDRESS_LISTEN", "127.0.0.1:0").env(JOBS.0, JOBS.1).stdin(Stdio::null());
    let process = Process::start(command);
    let said = process.wait_for("password ");
    (process, said)
}

/// The same desk, which is a file, moved into the database of the directory.
fn moved(dir: &Dir) -> (Process, String) {
    let (demo, data) = (dir.path().join("demo"), dir.path().join("data"));
    let said = run(dir, &["demo", "--no-serve", "--tickets", "120", "--keep", demo.to_str().unwrap()]).done();
    let from = format!("sqlite://{}", demo.join("redress.db").display());
    fs::create_dir(&data).unwrap();
    fs::copy(demo.join("redress.key"), data.join("redress.key")).unwrap();
    run(dir, &["db", "copy", "--database-url", &from, "--to", &dir.url()]).done();
    let process = Process::serve(dir, &[("REDRESS_TIMEZONE", "Europe/London"), ("REDRESS_REGION", "GB"), JOBS]);
    (process, said.lines().find(|line| line.contains("password ")).unwrap().to_owned())
}

struct Desk {
    process: Process,
    ticket: String,
    client: String,
    /// Whose job the ticket is: the address.
    technician: String,
    password: String,
    _dir: Dir,
}

impl Desk {
    async fn start() -> Self {
        let dir = Dir::new();
        let (process, said) = if dir.database().is_some() { moved(&dir) } else { shown(&dir) };
        let password = said.rsplit(' ').next().unwrap().trim().to_owned();
        let anyone = Caller::new(&process.base);
        let body = json!({"email": "priya@demo.example", "password": password});
        let admin = anyone.with_token(anyone.post("/api/auth/login", &body).await.json["token"].as_str().unwrap());
        let open = admin.get("/api/tickets?status=Dispatched&pageSize=1").await;
        let ticket = open.json["items"][0]["ticketRef"].as_str().unwrap().to_owned();
        let users = admin.get("/api/users?role=technician").await;
        let is_theirs = |user: &&Value| user["id"] == open.json["items"][0]["assignedTo"]["id"];
        let technician = users.json["items"].as_array().unwrap().iter().find(is_theirs).unwrap();
        let technician = technician["email"].as_str().unwrap().to_owned();
        let clients = admin.get("/api/clients").await;
        let client = clients.json["items"][0]["id"].as_str().unwrap().to_owned();
        Self { process, ticket, client, technician, password, _dir: dir }
    }

    async fn browser(&self) -> Chromium {
        self.browser_of("priya@demo.example", "/tickets").await
    }

    /// A browser where somebody has signed in, who arrives at their first page.
    async fn browser_of(&self, email: &str, home: &str) -> Chromium {
        let browser = Chromium::start(&self.process.base, true).await;
        browser.open("/login").await;
        browser.fill("#email", email).await;
        browser.fill("#password", &self.password).await;
        browser.click("main button[type=submit]").await;
        browser.arrive(home).await;
        browser
    }
}

/// What axe-core finds wrong on the page that is shown, and has been given axe-core: the rule, and where.
async fn faults(client: &Client) -> Vec<String> {
    let script = "const done = arguments[arguments.length - 1];
        axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
            'best-practice']}).then(({violations}) => done(violations.flatMap((rule) => rule.nodes.map((node) =>
            `${rule.id}: ${node.target}: ${node.failureSummary}`))), (fault) => done([String(fault)]))";
    let found = client.execute_async(script, vec![]).await.unwrap();
    found.as_array().unwrap().iter().map(Value::to_string).collect()
}

/// Pairs of tokens that stand on each other, with the contrast that WCAG 2.2 asks for: 4.5 for text (1.4.3), 3 for
/// the borders of controls and for glyphs (1.4.11).
const PAIRS: &str = r#"
    const surfaces = ["bg", "bg-rail", "bg-raised", "bg-sunken", "bg-hover", "bg-field"];
    const pairs = [];
    for (const ink of ["text", "text-2", "text-3"]) for (const bg of surfaces) pairs.push([ink, bg, 4.5]);
    for (const ink of ["accent-text", "danger", "warn", "ok"]) for (const bg of ["bg", "bg-raised"]) pairs.push([ink, bg, 4.5]);
    for (const [ink, bg] of [["accent-text", "accent-tint"], ["danger", "danger-tint"], ["warn", "warn-tint"], ["ok", "ok-tint"],
        ["on-accent", "accent"], ["on-accent", "accent-hover"], ["on-ink", "ink"], ["text", "bg-press"]]) pairs.push([ink, bg, 4.5]);
    for (const bg of ["bg", "bg-raised", "bg-field"]) pairs.push(["line-control", bg, 3]);
    for (const mark of ["accent", "live", "high", "danger"]) pairs.push([mark, "bg", 3]);
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
    const light = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const probe = document.body.appendChild(document.createElement("i"));
    const sheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    const colour = (token) => {
        sheet.replaceSync(`i:last-child { color: var(--${token}) }`);
        return getComputedStyle(probe).color;
    };
    const wrong = [];
    let tried = 0;
    const check = (ink, bg, least, of) => {
        const [a, b] = [light(colour(ink)), light(colour(bg))].sort((a, b) => b - a);
        const ratio = (a + 0.05) / (b + 0.05);
        tried += 1;
        if (!(ratio >= least)) wrong.push(`${ink} on ${bg}${of}: ${ratio.toFixed(2)}, not ${least}`);
    };
    for (const [ink, bg, least] of pairs) check(ink, bg, least, "");
    for (const status of ["new", "open", "progress", "dispatched", "fixed", "closed"]) {
        probe.dataset.status = status;
        check("st-fg", "st-bg", 4.5, ` (${status})`);
        check("st-mark", "bg", 3, ` (${status})`);
    }
    delete probe.dataset.status;
    for (const hue of ["1", "2", "3", "4", "5", "6"]) {
        probe.dataset.hue = hue;
        check("av-fg", "av-bg", 4.5, ` (hue ${hue})`);
    }
    const ground = colour("bg");
    probe.remove();
    return {tried, wrong, ground};
"#;

/// Every page in both themes and at both widths; a quarter each, so that they are looked at side by side.
mod every_page_is_right {
    use super::{desk, jobs};

    #[tokio::test]
    async fn on_a_desktop_one_half() {
        desk((1280, "desktop"), 0).await;
    }

    #[tokio::test]
    async fn on_a_desktop_the_other_half() {
        desk((1280, "desktop"), 1).await;
    }

    #[tokio::test]
    async fn on_a_phone_one_half() {
        desk((390, "phone"), 0).await;
    }

    #[tokio::test]
    async fn on_a_phone_the_other_half() {
        desk((390, "phone"), 1).await;
    }

    #[tokio::test]
    async fn of_a_technician() {
        jobs().await;
    }
}

/// Looks at every second view of an admin from the `first` on, at this width.
async fn desk(size: (u32, &str), first: usize) {
    let desk = Desk::start().await;
    let browser = desk.browser().await;
    right(&browser, size, views(&desk).into_iter().skip(first).step_by(2)).await;
}

/// Looks at a technician's, who has a phone more often than not.
async fn jobs() {
    let desk = Desk::start().await;
    let browser = desk.browser_of(&desk.technician, "/jobs").await;
    for size in [(390, "phone"), (1280, "desktop")] {
        right(&browser, size, job_views(&desk)).await;
    }
}

async fn right(browser: &Chromium, (width, size): (u32, &str), views: impl IntoIterator<Item = View>) {
    let pictures = std::env::var_os("REDRESS_SCREENSHOTS").map(PathBuf::from);
    let mut wrong = Vec::new();
    // So high that no bar that sticks to an edge lies over anything.
    browser.size(width, 6000).await;
    for View { name, path, prepare } in views {
        browser.open(&path).await;
        browser.holds("return document.readyState === 'complete' && !!window.Turbo !== null", &[]).await;
        if !prepare.is_empty() {
            browser.run(prepare, &[]).await;
        }
        if name.ends_with("new-errors") || ["ticket-conflict", "template-errors"].contains(&name) {
            browser.find(".error-summary").await;
        }
        if name == "list-find" {
            browser.find("#find-list").await;
        }
        browser.settled().await;
        browser.client().execute(AXE, Vec::new()).await.unwrap();
        // Style sheets alone tell the themes apart, so that the same page shows both.
        for theme in ["light", "dark"] {
            browser.theme(theme).await;
            browser.settled().await;
            let place = format!("{name}-{size}-{theme}");
            wrong.extend(faults(browser.client()).await.into_iter().map(|fault| format!("{place}: {fault}")));
            let too_wide = "return document.documentElement.scrollWidth > innerWidth";
            if browser.run(too_wide, &[]).await == Value::Bool(true) {
                wrong.push(format!("{place}: wider than the window"));
            }
            if let Some(pictures) = &pictures {
                browser.width(width).await;
                fs::write(pictures.join(format!("{place}.png")), browser.picture().await).unwrap();
                browser.size(width, 6000).await;
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn every_pair_of_tokens_has_contrast_enough_in_both_themes() {
    let desk = Desk::start().await;
    let browser = desk.browser().await;
    let mut grounds = Vec::new();
    for theme in ["light", "dark"] {
        browser.theme(theme).await;
        browser.open("/account").await;
        let found = browser.run(PAIRS, &[]).await;
        assert!(found["tried"].as_u64().unwrap_or(0) > 50, "{theme}: {found}");
        assert_eq!(found["wrong"], json!([]), "{theme}");
        grounds.push(found["ground"].clone());
    }
    assert_ne!(grounds[0], grounds[1], "the themes differ, or the check sees only one");
}
