//! A post room: a database, an outbox, a worker that steps when told, a clock that stands still, and the hooks.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Body, http::Request};
use jiff::tz::TimeZone;
use redress::{
    clock::{Clock, Hand},
    db::{Db, DbOptions, Tx, params},
    fault::Fault,
    notifications::{
        Answering, Callbacks, Cases, Contact, Facts, Hooks, Inbox, Kind, News, Notification, Outbox, Settings, State,
        Voice, Worker, hook_secret, hooks, lapse, strand,
    },
    phone::{Phone, Region},
    words::Text,
};
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tower::ServiceExt;
use uuid::Uuid;
use vault::Vault;

use super::fake_gateway::FakeGateway;
use crate::support::Dir;

pub const MOBILE: &str = "+447700900142";
pub const LANDLINE: &str = "+442079460123";
pub const REFERENCE: &str = "BILL-20261103-7K3Q";
const NOON: i64 = 1_793_707_200_000;

pub struct Post {
    pub db: Db,
    pub clock: Clock,
    pub hand: Hand,
    pub outbox: Outbox,
    pub worker: Worker,
    pub inbox: Inbox,
    pub secret: String,
    pub user: Uuid,
    /// What the client of the one ticket wrote.
    pub written: Arc<Mutex<Vec<String>>>,
    hooks: Router,
    status: Arc<Mutex<&'static str>>,
    _dir: Dir,
}

impl Post {
    /// With Kannel behind this fake.
    pub async fn through(gateway: &FakeGateway) -> Self {
        Self::at(&gateway.url).await
    }

    /// With Kannel at this address.
    pub async fn at(url: &str) -> Self {
        Self::with(&[
            ("sms.gateway", "kannel"),
            ("sms.kannel.url", url),
            ("sms.kannel.username", "redress"),
            ("sms.kannel.password", "sendpw"),
        ])
        .await
    }

    /// With these settings; `region` is GB unless set.
    pub async fn with(set: &[(&str, &str)]) -> Self {
        let (clock, hand) = Clock::fixed(NOON, 1);
        Self::build(set, clock, hand, "http://desk.test/").await
    }

    /// With these settings, the machine's clock, and the hooks where `listener` is.
    pub async fn live(set: &[(&str, &str)], listener: TcpListener) -> Self {
        let address = format!("http://{}", listener.local_addr().unwrap());
        let post = Self::build(set, Clock::system(), Clock::fixed(0, 0).1, &address).await;
        tokio::spawn(axum::serve(listener, post.hooks.clone()).into_future());
        post
    }

    /// With these settings and the machine's clock.
    pub async fn at_work(set: &[(&str, &str)]) -> Self {
        Self::build(set, Clock::system(), Clock::fixed(0, 0).1, "http://desk.test/").await
    }

    async fn build(set: &[(&str, &str)], clock: Clock, hand: Hand, address: &str) -> Self {
        let lookup = |key: &str| set.iter().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
        let settings = Settings::read(&lookup, &TimeZone::UTC).unwrap();
        let dir = Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(clock.now()).unwrap();
        let vault = Vault::for_tests(1);
        let voice = Voice::new("Lakeside Fibre", settings.language);
        let outbox = Outbox::new(vault.clone(), clock.clone(), voice.clone(), &settings);
        let callbacks = Callbacks::default();
        callbacks.set(address);
        let worker = Worker {
            db: db.clone(),
            vault: vault.clone(),
            clock: clock.clone(),
            gates: settings.gates.clone(),
            courtesy: Arc::new(settings.courtesy.clone()),
            zone: TimeZone::UTC,
            callbacks: callbacks.clone(),
            health: outbox.health(),
            wake: outbox.waker(),
        };
        let region: Region = lookup("region").as_deref().unwrap_or("GB").parse().unwrap();
        let (sender, gates) = (settings.sender(Some(&region)), settings.gates.clone());
        let (v, c) = (vault.clone(), clock.clone());
        let secret = db.write(move |tx| hook_secret(tx, &v, &settings, &c)).await.unwrap();
        let user = add_user(&db, &clock).await;
        let status = Arc::new(Mutex::new("In Progress"));
        let written = Arc::default();
        let desk = OneTicket { status: Arc::clone(&status), written: Arc::clone(&written) };
        let inbox = Inbox {
            db: db.clone(),
            clock: clock.clone(),
            answering: Answering {
                vault,
                voice,
                region: Some(region),
                courtesy: Arc::clone(&worker.courtesy),
                sender,
                cases: Arc::new(desk),
            },
            wake: outbox.waker(),
        };
        let hooks = Hooks { inbox: inbox.clone(), gates, callbacks, secret: Arc::new(secret.clone()) };
        let (secret, hooks) = (secret.expose_secret().to_owned(), hooks::routes(hooks));
        Self { db, clock, hand, outbox, worker, inbox, secret, user, written, hooks, status, _dir: dir }
    }

    /// Logs a ticket for the mobile number, and gives its id.
    pub async fn log(&self) -> Uuid {
        self.log_for(MOBILE, "The bill counts October twice").await
    }

    /// Logs a ticket.
    pub async fn log_for(&self, number: &'static str, issue: &'static str) -> Uuid {
        let (outbox, ticket, user, now) = (self.outbox.clone(), self.clock.uuid(), self.user, self.clock.now());
        self.db
            .write(move |tx| {
                add_ticket(tx, ticket, user, now)?;
                let to = Phone::from_e164(number).unwrap();
                let facts = Facts { reference: REFERENCE, issue, ..Facts::default() };
                let to = Contact { phone: Some(&to), email: None };
                let news = News { ticket, revision: 1, kind: Kind::Created, facts, to, rank: 2, hold: 0 };
                outbox.enqueue(tx, &outbox.prepare(&news))
            })
            .await
            .unwrap();
        ticket
    }

    /// Tells somebody of a new ticket, and gives its id.
    pub async fn tell(&self, kind: Kind, facts: Facts<'static>, to: Contact<'static>) -> Uuid {
        let (outbox, ticket, user, now) = (self.outbox.clone(), self.clock.uuid(), self.user, self.clock.now());
        self.db
            .write(move |tx| {
                add_ticket(tx, ticket, user, now)?;
                let news = News { ticket, revision: 1, kind, facts: facts.clone(), to, rank: 2, hold: 0 };
                outbox.enqueue(tx, &outbox.prepare(&news))
            })
            .await
            .unwrap();
        ticket
    }

    /// The ticket becomes Fixed, in its version 2.
    pub async fn fix(&self, ticket: Uuid, hold: i64) {
        let outbox = self.outbox.clone();
        self.db
            .write(move |tx| {
                let to = Phone::from_e164(MOBILE).unwrap();
                let facts = Facts { reference: REFERENCE, ..Facts::default() };
                let to = Contact { phone: Some(&to), email: None };
                let news = News { ticket, revision: 2, kind: Kind::Fixed, facts, to, rank: 2, hold };
                outbox.enqueue(tx, &outbox.prepare(&news))
            })
            .await
            .unwrap();
    }

    /// The ticket's messages.
    pub async fn messages(&self, ticket: Uuid) -> Vec<Notification> {
        let outbox = self.outbox.clone();
        self.db.read(move |tx| outbox.for_ticket(tx, ticket)).await.unwrap()
    }

    /// The ticket's only message.
    pub async fn message(&self, ticket: Uuid) -> Notification {
        let mut all = self.messages(ticket).await;
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    /// The state of the ticket's only message.
    pub async fn state(&self, ticket: Uuid) -> State {
        self.message(ticket).await.state
    }

    /// Puts something else in place of the sealed text of the ticket's message, and gives what was there.
    pub async fn tamper(&self, ticket: Uuid, text: &[u8]) -> Vec<u8> {
        let text = text.to_owned();
        self.db
            .write(move |tx| {
                let row = tx.query_one("SELECT text FROM notifications WHERE ticket_id = $1", params![ticket])?;
                tx.execute("UPDATE notifications SET text = $2 WHERE ticket_id = $1", params![ticket, &text])?;
                row.unwrap().bytes(0)
            })
            .await
            .unwrap()
    }

    /// Someone sends the message again, while the ticket still has the mobile number.
    pub async fn resend(&self, id: Uuid) -> Result<Notification, Fault> {
        self.resend_to(id, MOBILE).await
    }

    /// Someone sends the message again, when the ticket has this number.
    pub async fn resend_to(&self, id: Uuid, number: &'static str) -> Result<Notification, Fault> {
        let to = Phone::from_e164(number).unwrap();
        let (outbox, by) = (self.outbox.clone(), self.user);
        self.db.write(move |tx| outbox.resend(tx, id, &Contact { phone: Some(&to), email: None }, by)).await
    }

    /// The ticket that a message tells of.
    pub async fn ticket_of(&self, id: Uuid) -> Option<Uuid> {
        let outbox = self.outbox.clone();
        self.db.read(move |tx| outbox.ticket_of(tx, id)).await.unwrap()
    }

    /// The hourly look at what was never reported on.
    pub async fn lapse(&self) -> u64 {
        lapse(&self.db, &self.worker.gates, self.clock.now()).await.unwrap()
    }

    /// The hourly look at what waits on channels that are not set.
    pub async fn strand(&self) -> u64 {
        strand(&self.db, &self.worker.gates, self.clock.now()).await.unwrap()
    }

    /// Someone undoes the Fixed of version 2.
    pub async fn undo(&self, ticket: Uuid) -> bool {
        let (outbox, by) = (self.outbox.clone(), self.user);
        self.db.write(move |tx| outbox.cancel_held(tx, ticket, 2, by)).await.unwrap()
    }

    /// A gateway calls; status and text of the answer.
    pub async fn call(&self, url: &str) -> (u16, String) {
        let path = url.strip_prefix("http://desk.test").unwrap_or(url);
        self.request(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn request(&self, request: Request<Body>) -> (u16, String) {
        let (status, kind, body) = self.answer(request).await;
        assert_eq!(kind, "text/plain; charset=utf-8");
        (status, body)
    }

    /// Status, content type and text of the answer.
    pub async fn answer(&self, request: Request<Body>) -> (u16, String, String) {
        let answer = self.hooks.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
        (status, kind, String::from_utf8(body.to_vec()).unwrap())
    }

    /// A client writes; the answer, which may be empty.
    pub async fn write(&self, from: &str, text: &str) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("from", from), ("to", "56161"), ("text", text), ("secret", &self.secret)])
            .finish();
        let (status, answer) = self.call(&format!("/hooks/sms/kannel/inbound?{query}")).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// How many numbers are on record for the answers that they had.
    pub async fn answered_numbers(&self) -> usize {
        self.db.read(|tx| tx.query("SELECT full_at FROM inbound_replies", &[])).await.unwrap().len()
    }

    /// What the desk says of the one ticket that there is.
    pub fn set_status(&self, status: &'static str) {
        *self.status.lock().unwrap() = status;
    }
}

/// A desk with one ticket, of the mobile number.
struct OneTicket {
    status: Arc<Mutex<&'static str>>,
    written: Arc<Mutex<Vec<String>>>,
}

impl OneTicket {
    fn told(&self) -> (String, Text) {
        (REFERENCE.to_owned(), Text::verbatim(*self.status.lock().unwrap()))
    }
}

impl Cases for OneTicket {
    fn status(&self, _: &mut Tx<'_>, reference: &str, from: &Phone) -> Result<Option<(String, Text)>, Fault> {
        Ok((reference == REFERENCE && from.as_str() == MOBILE).then(|| self.told()))
    }

    fn open(&self, _: &mut Tx<'_>, from: &Phone, _: usize) -> Result<Vec<(String, Text)>, Fault> {
        Ok((from.as_str() == MOBILE).then(|| self.told()).into_iter().collect())
    }

    fn statuses(&self) -> Vec<Text> {
        vec![Text::verbatim(*self.status.lock().unwrap())]
    }

    fn wrote(&self, _: &mut Tx<'_>, from: &Phone, text: &str) -> Result<Option<String>, Fault> {
        if from.as_str() != MOBILE {
            return Ok(None);
        }
        self.written.lock().unwrap().push(text.to_owned());
        Ok(Some(REFERENCE.to_owned()))
    }
}

/// The names of a message's states so far.
pub fn path(message: &Notification) -> Vec<&'static str> {
    message.events.iter().map(|change| change.state.name()).collect()
}

/// The address for reports in a request to the gateway, with Kannel's escape codes filled in.
pub fn report_url(request: &super::fake_gateway::Request, kind: &str, smscid: &str) -> String {
    let url = &request["dlr-url"];
    assert!(url.contains("&type=%d") && url.contains("&smscid=%F"), "{url}");
    url.replace("%d", kind).replace("%F", smscid)
}

async fn add_user(db: &Db, clock: &Clock) -> Uuid {
    let id = clock.uuid();
    db.write(move |tx| {
        tx.execute(
            "INSERT INTO users (id, email, email_token, name, role, enabled, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![id, id, 1, id, 0, 1, 0, 0],
        )
        .map_err(Fault::from)
    })
    .await
    .unwrap();
    id
}

pub fn add_ticket(tx: &mut Tx<'_>, id: Uuid, user: Uuid, now: i64) -> Result<(), Fault> {
    let name = id.to_string();
    tx.execute(
        "INSERT INTO tickets (id, ticket_ref, issue_type, status, priority, created_by, created_at, updated_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![id, &name, "Other", 0, 1, user, now, now, 1],
    )?;
    Ok(())
}
