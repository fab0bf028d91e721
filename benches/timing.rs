//! Whether a refusal's time tells who exists: `cargo bench --bench timing`.
//!
//! The program serves, and one client is refused by it again and again: log-ins over the API and on the page, of people who
//! exist, who do not, who are disabled, have a second factor or no password; and calls with tokens that are made up, nearly
//! right, ended, expired or a disabled user's. The kinds come interleaved in an order that is drawn, so that a busy machine
//! disturbs all of them alike, and each is held against the one that an attacker begins with: somebody who does not exist.
//!
//! Shown are the median, the 95th percentile, the ratio of the medians, and two figures of how sure a difference is: Welch's
//! t, without the slowest twentieth of both, and the z of Mann and Whitney. Beyond 4.5 either way somebody could tell (Reparaz,
//! Balasch and Verbauwhede, "Dude, is my code constant time?", 2017).
//!
//! - `REDRESS_BENCH_LOGINS`: log-ins of each kind, 200 unless set.
//! - `REDRESS_BENCH_CHECKS`: token checks of each kind, 2000 unless set.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark prints its figures, stops at any fault, and counts no further than thousands"
)]

#[expect(dead_code, reason = "other benchmarks use all of it")]
mod support;

use std::{path::Path, time::Instant};

use redress::{
    app::App,
    clock::Clock,
    config::{Config, Sources},
    staff::{self, By, Changes, Grant, NewUser, Role, Staff},
};
use reqwest::Client;
use scraper::{Html, Selector};
use support::{
    figures::{median, number, quantile},
    load::Connection,
    server::{Desk, PASSWORD, Server},
};

/// Failures of one account that nobody has to wait after.
const TRIES: usize = 4;
/// Characters of a password that no field of ours would take when it is set.
const TOO_LONG: usize = 5_000;
/// What is beyond it either way can be told.
const TOLD: f64 = 4.5;

/// Somebody who is refused, and why.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    Known,
    Disabled,
    SecondFactor,
    WithoutPassword,
    NobodyTooLong,
    KnownTooLong,
}

/// Each beside whom it is held against.
const WHO: [(Who, &str, Who); 7] = [
    (Who::Nobody, "no such user", Who::Nobody),
    (Who::Known, "wrong password", Who::Nobody),
    (Who::Disabled, "disabled", Who::Nobody),
    (Who::SecondFactor, "has a second factor", Who::Nobody),
    (Who::WithoutPassword, "has no password", Who::Nobody),
    (Who::NobodyTooLong, "no such user, 5,000 characters", Who::NobodyTooLong),
    (Who::KnownTooLong, "wrong password, 5,000 characters", Who::NobodyTooLong),
];

fn main() {
    let log_ins = number("REDRESS_BENCH_LOGINS", 200) as usize;
    let checks = number("REDRESS_BENCH_CHECKS", 2_000) as usize;
    let dir = tempfile::tempdir_in(".").unwrap();
    let data = dir.path().join("timing");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let accounts = log_ins.div_ceil(TRIES);
        let tokens = people(&data, accounts * 2).await;
        // Each request comes from an address of its own, as a proxy tells it: those are counted, too.
        let desk =
            Desk::new(&data).with("REDRESS_TRUSTED_PROXIES", "127.0.0.1").with("REDRESS_REQUESTS_PER_MINUTE", "0");
        let server = desk.serve();
        for number in 0..accounts * 2 {
            second_factor(&server, &email(Who::SecondFactor, number)).await;
        }
        for (name, door, first) in
            [("POST /api/auth/login", Door::Api, 0), ("POST /login, the page", Door::Page, accounts)]
        {
            println!("\n{name}: {log_ins} of each kind");
            let request = |who, place: usize| door.request(who, &email(who, first + place / TRIES));
            let all: Vec<_> = WHO.iter().map(|(who, name, against)| (*name, at(*against), *who)).collect();
            measured(&server, log_ins, &all, request).await;
        }
        println!("\nGET /api/tickets by token: {checks} of each kind");
        let all: Vec<_> = tokens.iter().enumerate().map(|(place, (name, _))| (*name, 0, place)).collect();
        measured(&server, checks, &all, |kind, _| checked(&tokens[kind].1)).await;
    });
    println!("\nBeyond {TOLD} either way, t or z, somebody could tell; * is where.");
}

fn at(who: Who) -> usize {
    WHO.iter().position(|(other, ..)| *other == who).unwrap()
}

/// All of one length, so that nothing else differs.
fn email(who: Who, number: usize) -> String {
    format!("user{}{number:05}@isp.example", at(who))
}

/// Everybody who is to be refused, and tokens that are no good, the first of which never was.
async fn people(data: &Path, count: usize) -> Vec<(&'static str, String)> {
    let open = async |clock: Clock| {
        App::open(Config::check(&Sources::of(&[("data_dir", data.to_str().unwrap())])).unwrap(), clock).await.unwrap()
    };
    // Ten days ago, for what is to have expired since.
    let now = Clock::system().now();
    let past = open(Clock::fixed(now - 10 * 24 * 60 * 60 * 1000, 1).0).await;
    let gone = add(&past.staff, "gone@isp.example", true).await;
    let expired =
        staff::add_token(&past.staff, gone, Grant { lasts: Some(1), ..Grant::whole("expired") }).await.unwrap();
    past.db.close().await.unwrap();
    let app = open(Clock::system()).await;
    for who in [Who::Known, Who::Disabled, Who::SecondFactor, Who::WithoutPassword, Who::KnownTooLong] {
        for number in 0..count {
            let user = add(&app.staff, &email(who, number), who != Who::WithoutPassword).await;
            if who == Who::Disabled {
                disable(&app.staff, user).await;
            }
        }
    }
    let (good, off) = (add(&app.staff, "good@isp.example", true).await, add(&app.staff, "off@isp.example", true).await);
    let token = async |of, name: &str| staff::add_token(&app.staff, of, Grant::whole(name)).await.unwrap();
    let (kept, ended, disabled) = (token(good, "kept").await, token(good, "ended").await, token(off, "off").await);
    let all = staff::tokens(&app.staff).await.unwrap();
    let id = all.iter().find(|token| token.name == "ended").unwrap().id;
    staff::revoke_token(&app.staff, id).await.unwrap();
    disable(&app.staff, off).await;
    app.db.close().await.unwrap();
    let nearly = format!("{}{}", &kept[..kept.len() - 1], if kept.ends_with('0') { '1' } else { '0' });
    let made_up = format!("rdr_{}", "0123456789abcdef".repeat(4));
    assert_eq!(made_up.len(), nearly.len(), "as long as a token");
    vec![
        ("made up", made_up),
        ("a good one but for its last letter", nearly),
        ("ended", ended),
        ("expired", expired),
        ("of a disabled user", disabled),
    ]
}

async fn add(staff: &Staff, email: &str, with_password: bool) -> uuid::Uuid {
    let new = NewUser {
        email: email.to_owned(),
        name: "Priya Raman".to_owned(),
        phone: None,
        role: Role::Admin,
        owner: false,
        password: with_password.then(|| PASSWORD.to_owned()),
    };
    staff::add_user(staff, None, new).await.unwrap().id
}

async fn disable(staff: &Staff, user: uuid::Uuid) {
    let changes = Changes { enabled: Some(false), ..Changes::none() };
    staff::change_user(staff, By::default(), user, changes).await.unwrap();
}

/// Signs somebody in on the page and sets up an app for them, as they would.
async fn second_factor(server: &Server, email: &str) {
    const APP: &str = "/account/second-factor/app";
    let browser = Client::builder().no_proxy().cookie_store(true).build().unwrap();
    let form = [("email", email), ("password", PASSWORD)];
    let answer = browser.post(format!("{}/login", server.base)).form(&form).send().await.unwrap();
    assert!(answer.status().is_success(), "{email}: {}", answer.status());
    let page = browser.get(format!("{}{APP}", server.base)).send().await.unwrap().text().await.unwrap();
    let (key, sealed) = {
        let page = Html::parse_document(&page);
        let find = |selector| page.select(&Selector::parse(selector).unwrap()).next().unwrap();
        let key: String = find("#key").text().collect();
        (key.split_whitespace().collect::<String>(), find("[name=key]").attr("value").unwrap().to_owned())
    };
    let key = data_encoding::BASE32_NOPAD.decode(key.as_bytes()).unwrap();
    let app = totp_rs::Builder::new().with_secret(key).with_account_name("x".to_owned()).build().unwrap();
    let code = app.generate(u64::try_from(Clock::system().now()).unwrap() / 1000).to_string();
    let form = [("key", sealed.as_str()), ("name", "Phone"), ("code", &code)];
    let done = browser.post(format!("{}{APP}", server.base)).form(&form).send().await.unwrap();
    assert!(done.status().is_success(), "{email}: {}", done.status());
}

#[derive(Clone, Copy)]
enum Door {
    Api,
    Page,
}

impl Door {
    /// A log-in with a password that nobody has.
    fn request(self, who: Who, email: &str) -> String {
        let long = matches!(who, Who::NobodyTooLong | Who::KnownTooLong);
        let password = "wrong horse battery".repeat(if long { TOO_LONG / 19 } else { 1 });
        let (path, kind, body) = match self {
            Self::Api => (
                "/api/auth/login",
                "application/json",
                serde_json::json!({"email": email, "password": password}).to_string(),
            ),
            Self::Page => (
                "/login",
                "application/x-www-form-urlencoded",
                format!("email={}&password={}", email.replace('@', "%40"), password.replace(' ', "+")),
            ),
        };
        format!(
            "POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nFORWARDED\r\n{body}",
            body.len()
        )
    }
}

fn checked(token: &str) -> String {
    format!("GET /api/tickets?pageSize=1 HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nFORWARDED\r\n")
}

/// Sends so many requests of each kind, in an order that is drawn anew for each round, and shows how long they took. A kind
/// has a name, the place of the one that it is held against, and what its requests are made of.
async fn measured<K: Copy>(
    server: &Server,
    count: usize,
    kinds: &[(&str, usize, K)],
    request: impl Fn(K, usize) -> String,
) {
    let mut connection = Connection::new(&server.base);
    let (mut draw, mut address) = (Draw(0x9e37_79b9_7f4a_7c15), 0u32);
    let mut times = vec![Vec::with_capacity(count); kinds.len()];
    // What comes right behind: whatever is still done for the one before would be in its way.
    let mut behind = vec![Vec::with_capacity(count); kinds.len()];
    let (mut statuses, mut before) = (Vec::new(), None);
    for place in 0..count {
        let mut order: Vec<usize> = (0..kinds.len()).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, draw.below(last + 1));
        }
        for kind in order {
            address += 1;
            let [_, a, b, c] = address.to_be_bytes();
            let from = format!("X-Forwarded-For: 10.{a}.{b}.{c}\r\n");
            let sent = request(kinds[kind].2, place).replace("FORWARDED\r\n", &format!("{from}\r\n"));
            let began = Instant::now();
            let (status, _) = connection.send(sent.as_bytes()).await.unwrap();
            let took = began.elapsed().as_secs_f64();
            statuses.push(status);
            times[kind].push(took);
            if let Some(before) = before.replace(kind) {
                let behind: &mut Vec<f64> = &mut behind[before];
                behind.push(took);
            }
        }
    }
    statuses.sort_unstable();
    statuses.dedup();
    assert_eq!(statuses.len(), 1, "the status tells them apart: {statuses:?}");
    println!("  all {}; {:<36} {:>9} {:>9} {:>7} {:>7} {:>7}", statuses[0], "", "median", "p95", "ratio", "t", "z");
    show(kinds, &mut times);
    println!("  and whatever came right behind each:");
    show(kinds, &mut behind);
}

fn show<K: Copy>(kinds: &[(&str, usize, K)], times: &mut [Vec<f64>]) {
    for (place, (name, against, _)) in kinds.iter().enumerate() {
        let (mut own, mut other) = (times[place].clone(), times[*against].clone());
        let (t, z) = (welch(&own, &other), mann_whitney(&own, &other));
        let (middle, most) = (median(&mut own), quantile(&mut own, 0.95));
        let ratio = middle / median(&mut other);
        let told = if t.abs() > TOLD || z.abs() > TOLD { " *" } else { "" };
        let figures =
            if place == *against { format!("{:>7}", "-") } else { format!("{ratio:>7.4} {t:>7.2} {z:>7.2}{told}") };
        println!("    {name:<44} {:>6.3} ms {:>6.3} ms {figures}", middle * 1e3, most * 1e3);
    }
}

/// Welch's t of what lies below the 95th percentile of both together: what a machine does beside is in the rest.
fn welch(one: &[f64], two: &[f64]) -> f64 {
    let mut all = [one, two].concat();
    let most = quantile(&mut all, 0.95);
    let moments = |times: &[f64]| {
        let kept: Vec<f64> = times.iter().copied().filter(|time| *time <= most).collect();
        let count = kept.len() as f64;
        let mean = kept.iter().sum::<f64>() / count;
        (mean, kept.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0) / count)
    };
    let ((mean_one, error_one), (mean_two, error_two)) = (moments(one), moments(two));
    let error = (error_one + error_two).sqrt();
    if error > 0.0 { (mean_one - mean_two) / error } else { 0.0 }
}

/// How far the ranks of the first are from those of the second, in standard deviations of what chance would do.
fn mann_whitney(one: &[f64], two: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> =
        one.iter().map(|time| (*time, true)).chain(two.iter().map(|t| (*t, false))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ranks: f64 = (1..).zip(&all).filter(|(_, (_, first))| *first).map(|(rank, _)| f64::from(rank)).sum();
    let (n, m) = (one.len() as f64, two.len() as f64);
    let above = ranks - n * (n + 1.0) / 2.0;
    (above - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

/// An order that is the same each time (xorshift, Marsaglia 2003): nobody has to be surprised by it.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }
}
