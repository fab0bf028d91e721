//! Everything sealed anew under another key: no value is forgotten, none is lost, and a run that broke off is gone on with.

use std::collections::{BTreeMap, BTreeSet};

use redress::{
    db::Tx,
    keys::{self, Behind, Resealing},
    staff::{self, Role},
    tickets::{
        self, IssueTypes,
        import::{File, Import, Outcome, Rules, Source, Technicians, Values, Weighed},
        photos::{self, Picture},
    },
};
use serde_json::json;
use vault::{KeyId, Vault};

use crate::support::{Browser, TestApp, blobs};

/// All that is ever sealed and kept.
const SEALED: [&str; 32] = [
    "audit_events.detail",
    "authenticators.name",
    "authenticators.secret",
    "clients.account_id",
    "clients.address",
    "clients.email",
    "clients.name",
    "clients.phone",
    "clients.plan",
    "drafts.fields",
    "idempotency.answer",
    "imported_tickets.reference",
    "legal_holds.reason",
    "meta.value",
    "notifications.recipient",
    "notifications.text",
    "photo_parts.data",
    "saved_views.name",
    "saved_views.query",
    "staff_mails.recipient",
    "staff_mails.text",
    "ticket_events.detail",
    "ticket_notes.content",
    "ticket_texts.client_account_id",
    "ticket_texts.client_email",
    "ticket_texts.client_name",
    "ticket_texts.client_phone",
    "ticket_texts.description",
    "users.email",
    "users.name",
    "users.password_hash",
    "users.phone",
];

/// A photo with the note of a ticket.
async fn photograph(app: &TestApp, id: String) {
    let desk = app.app.tickets.desk.clone();
    let picture = Picture { width: 1, height: 1, jpeg: vec![7; 40] };
    let attach = move |tx: &mut Tx<'_>| {
        let ticket = tickets::by_key(tx, &desk.vault, &id)?;
        let mut note = tickets::history(tx, &desk.vault, &ticket)?.notes.remove(0);
        photos::attach(tx, &desk.vault, ticket.id, &mut note, desk.clock.uuid(), &picture)
    };
    app.app.db.write(attach).await.unwrap();
}

/// A ticket that another help desk had.
async fn bring(app: &TestApp) {
    let desk = app.app.tickets.desk.clone();
    let (vault, zone, region, now) = (desk.vault.clone(), desk.zone.clone(), desk.region, desk.clock.now());
    let values = Values::read(&[], &IssueTypes::default(), Technicians::default()).unwrap();
    let rules = Rules { values, zone, order: None, region, now };
    let text =
        b"reference,subject,issueType,status,created,phone,name\nQ-7,Slow,Other,New,2026-01-02,07700900142,Quill\n";
    let mut file = File::open(&text[..], None).unwrap();
    let entry = file.next_row(&rules).unwrap().unwrap().entry.unwrap();
    let store = move |tx: &mut Tx<'_>| {
        let by = staff::users_of(tx, &vault, Role::Admin)?.remove(0).person();
        let import = Import { desk: desk.clone(), source: Source::Csv, by, default_phone: None };
        let Weighed::New(contact) = import.weigh(tx, std::slice::from_ref(&entry))?.remove(0) else {
            panic!("it is new")
        };
        let prepared = [import.prepare(entry.clone(), Some(&contact))];
        import.store(tx, &prepared)
    };
    assert_eq!(app.app.db.write(store).await.unwrap(), [Outcome::Added]);
}

/// An authenticator app of whoever signed in.
async fn enrol(app: &TestApp, browser: &Browser) {
    let at = "/account/second-factor/app";
    let page = browser.open(at).await;
    let shown: String = page.all("#key")[0].chars().filter(|c| *c != ' ').collect();
    let secret = data_encoding::BASE32_NOPAD.decode(shown.as_bytes()).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x".to_owned()).build().unwrap();
    let code = totp.generate(u64::try_from(app.app.clock.now()).unwrap() / 1000).to_string();
    let key = page.attribute("[name=key]", "value").unwrap();
    let done = browser.submit(at, &[("key", &key), ("name", "Phone"), ("code", &code)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

/// A desk where something is sealed in every place.
async fn full() -> TestApp {
    let mail = [("email.host", "mail.isp.example"), ("email.from", "desk@isp.example")];
    let settings = [("region", "GB"), ("worker", "false"), ("audit_reads", "false")];
    let app = TestApp::with(&[&settings[..], &mail].concat()).await;
    let admin = app.admin().await;
    let client = json!({"name": "Zoë Quill", "phone": "+447700900142", "email": "zoe@example.com", "plan": "Fibre 500",
        "address": "1 Mill Lane"});
    assert!(admin.put("/api/clients/A-1", &client).await.status < 300);
    let body = json!({"clientName": "Zoë Quill", "clientPhone": "+447700900142", "clientEmail": "zoe@example.com",
        "clientAccountId": "A-1", "issueType": "Other", "description": "Charged twice."});
    let keyed = admin.request("POST", "/api/tickets").header("idempotency-key", "k").json(&body);
    let ticket = admin.send(keyed).await.json;
    let path = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
    assert_eq!(admin.post(&format!("{path}/notes"), &json!({"content": "Called back."})).await.status, 201);
    assert_eq!(admin.put(&path, &json!({"description": "Charged thrice."})).await.status, 200);
    bring(&app).await;
    photograph(&app, ticket["id"].as_str().unwrap().to_owned()).await;
    let hold = json!({"accountId": "A-1", "reason": "Case 4711"});
    assert_eq!(admin.post("/api/privacy/holds", &hold).await.status, 201);
    let view = json!({"name": "Mine", "query": "q=quill"});
    assert_eq!(admin.post("/api/views", &view).await.status, 201);
    let stop = json!({"phone": "+447700900142", "optedOut": true});
    assert!(admin.put("/api/opt-outs", &stop).await.status < 300, "which the audit history keeps");
    let technician = json!({"name": "Tomasz", "email": "t@isp.example", "phone": "+447700900150", "role": "technician",
        "password": crate::support::PASSWORD});
    let technician = admin.post("/api/users", &technician).await;
    assert_eq!(technician.status, 201);
    let link = admin.post(&format!("/api/users/{}/link", technician.json["id"].as_str().unwrap()), &json!({})).await;
    assert_eq!(link.json["mailed"], true, "{}", link.text);
    let browser = app.browser().await;
    enrol(&app, &browser).await;
    let draft = browser.request("PUT", "/drafts/ticket").header("sec-fetch-site", "same-origin");
    let fields = [("clientName", "Half"), ("idempotencyKey", "k1")];
    assert!(Browser::page(draft.form(&fields)).await.status < 300);
    app
}

/// The columns that hold something sealed, by the key that sealed it.
fn sealed(app: &TestApp) -> BTreeMap<u32, BTreeSet<String>> {
    let mut found: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for (column, value) in blobs(app.dir()) {
        // Ids and digests are shorter than the shortest sealed value.
        if let Some(key) = Vault::key_of(&value).filter(|_| value.len() >= 33) {
            found.entry(key.get()).or_default().insert(column);
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sealed_value_is_sealed_anew_and_opens_as_before() {
    let app = full().await;
    let admin = app.caller("Mira", Role::Admin).await;
    let all: BTreeSet<String> = SEALED.map(str::to_owned).into();
    assert_eq!(sealed(&app), BTreeMap::from([(1, all.clone())]), "the test fills every place, and knows all of them");
    let (vault, path) = (&app.app.tickets.desk.vault, app.app.config.keys.file().unwrap());
    let pages = ["/api/tickets?q=quill", "/api/clients/A-1", "/api/users", "/api/views"];
    let mut before = Vec::new();
    for path in pages {
        before.push(admin.get(path).await.text);
    }
    let work = Resealing { db: app.app.db.clone(), vault: vault.clone() };
    let rows = work.rows().await.unwrap();
    vault.stage_key(path).unwrap();
    assert_eq!(work.reseal(&mut |_| ()).await.unwrap().resealed, 0, "a key that waits seals nothing");
    vault.activate_key(path).unwrap();

    // It breaks off in the middle, and is gone on with.
    let (sender, mut told) = tokio::sync::mpsc::unbounded_channel();
    let (go_on, wait) = std::sync::mpsc::channel::<()>();
    let broken = work.clone();
    let part = tokio::spawn(async move {
        let mut tell = move |more| {
            let _ = sender.send(more);
            // Until it is aborted, which ends it where it waits next.
            let _ = wait.recv();
        };
        broken.reseal(&mut tell).await
    });
    told.recv().await.unwrap();
    part.abort();
    drop(go_on);
    let _ = part.await;
    let mut seen = 0;
    let rest = work.reseal(&mut |more| seen += more).await.unwrap();
    assert_eq!(seen, rows, "progress comes to its end");
    let values: u64 = rest.used.values().sum();
    assert!(rest.resealed > 0 && rest.resealed < values, "{} of {values} were left", rest.resealed);
    let again = work.reseal(&mut |_| ()).await.unwrap();
    assert_eq!((again.resealed, again.unreadable, again.used.len()), (0, 0, 1), "{again:?}");
    assert_eq!(sealed(&app), BTreeMap::from([(2, all)]));
    for (path, before) in pages.iter().zip(before) {
        assert_eq!(admin.get(path).await.text, before, "{path}");
    }
    let hook = app.app.hook_secret().to_owned();
    let dir = app.stop().await.unwrap();
    let app = TestApp::at(&dir, &[("region", "GB")], redress::clock::Clock::system()).await;
    assert_eq!(app.app.hook_secret(), hook, "it opens after a restart");
}

/// What somebody changes while a value is sealed anew is theirs, and what nobody can open stays for whoever can.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_open_is_counted_and_left_alone() {
    let app = full().await;
    let (vault, path) = (&app.app.tickets.desk.vault, app.app.config.keys.file().unwrap());
    let cell = vault::Cell { table: "ticket_notes", column: "content", row: b"elsewhere" };
    let (moved, kept) = (vault.seal_text(&cell, "of another row"), vault.clone());
    let damage = moved.clone();
    app.app
        .db
        .write(move |tx| tx.execute("UPDATE ticket_notes SET content = $1", &[damage.clone().into()]))
        .await
        .unwrap();
    vault.stage_key(path).unwrap();
    vault.activate_key(path).unwrap();
    let work = Resealing { db: app.app.db.clone(), vault: kept };
    let found = work.reseal(&mut |_| ()).await.unwrap();
    assert_eq!((found.unreadable, found.used.get(&KeyId::new(1))), (1, Some(&1)), "{found:?}");
    let read = |tx: &mut Tx<'_>| tx.query_one("SELECT content FROM ticket_notes", &[])?.unwrap().bytes(0);
    assert_eq!(app.app.db.read(read).await.unwrap(), moved);
}

/// A key is not used before every node has it.
#[tokio::test(flavor = "multi_thread")]
async fn servers_take_up_keys_by_themselves_and_say_so() {
    let app = TestApp::start().await;
    let behind = async |key: u32| {
        let now = app.app.clock.now();
        app.app.db.read(move |tx| keys::behind(tx, KeyId::new(key), now)).await.unwrap()
    };
    let reached = async |key: u32, want: Behind| {
        crate::support::eventually("the server says which keys it has", async || {
            (behind(key).await == want).then_some(())
        })
        .await;
    };
    reached(1, Behind { without: 0, sealing: 0 }).await;
    assert_eq!(behind(2).await, Behind { without: 1, sealing: 0 });
    // As another process does it.
    let path = app.app.config.keys.file().unwrap();
    let other = Vault::open(path).unwrap();
    other.stage_key(path).unwrap();
    reached(2, Behind { without: 0, sealing: 1 }).await;
    other.activate_key(path).unwrap();
    reached(2, Behind { without: 0, sealing: 0 }).await;
    assert_eq!(app.app.tickets.desk.vault.active_key().get(), 2);
}
