//! Passkeys, made and used by an authenticator of the test's own (`WebAuthn` level 3, sections 6.1 and 6.5.4).

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use data_encoding::BASE64URL_NOPAD as B64;
use redress::staff::Role;
use serde_json::{Value, json};

use super::{Client, MINUTE, PASSWORD, Reply, World};

const SITE: &str = "https://desk.example";
const FACTORS: &str = "/account/second-factor";
const NEW: &str = "/account/second-factor/passkey";

/// The user was there, and was verified.
const SEEN: u8 = 0x05;
const ATTESTED: u8 = 0x40;

/// A security key with one passkey in it.
struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    user: Vec<u8>,
    counter: u32,
}

impl Authenticator {
    fn new(id: &[u8]) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self { key, id: id.to_vec(), user: Vec::new(), counter: 1 }
    }

    fn client_data(kind: &str, options: &Value, origin: &str) -> Vec<u8> {
        let data = json!({"type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": false});
        data.to_string().into_bytes()
    }

    fn data(&self, host: &str, flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, host.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Makes the passkey that is asked for, for a page of `origin`.
    fn create(&mut self, options: &Value, origin: &str) -> String {
        self.user = B64.decode(options["user"]["id"].as_str().unwrap().as_bytes()).unwrap();
        let mut data = self.data("desk.example", SEEN | ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        // A COSE key: EC2, ES256, P-256, x and y.
        let point = self.key.public_key().as_ref();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        json!({
            "id": B64.encode(&self.id), "rawId": B64.encode(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": B64.encode(&Self::client_data("webauthn.create", options, origin)),
                "attestationObject": B64.encode(&object), "transports": ["usb"],
            },
            "clientExtensionResults": {},
        })
        .to_string()
    }

    /// Signs what is asked for, for a page of `origin`.
    fn get(&mut self, options: &Value, origin: &str, flags: u8) -> String {
        self.counter += 1;
        let data = self.data("desk.example", flags);
        let client = Self::client_data("webauthn.get", options, origin);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, &client).as_ref());
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": B64.encode(&self.id), "rawId": B64.encode(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": B64.encode(&client), "authenticatorData": B64.encode(&data),
                "signature": B64.encode(signature.as_ref()), "userHandle": B64.encode(&self.user),
            },
            "clientExtensionResults": {},
        })
        .to_string()
    }
}

/// What a page asks for, and what it carries for the server.
fn asked(page: &Reply) -> (Value, String) {
    let form = "[data-passkey-options-value]";
    let options = page.attributes(form, "data-passkey-options-value").remove(0);
    let state = page.attributes(&format!("{form} [name=state]"), "value").remove(0);
    (serde_json::from_str(&options).unwrap(), state)
}

async fn add(browser: &mut Client, key: &mut Authenticator) -> Reply {
    let (options, state) = asked(&browser.get(NEW).await);
    let answer = key.create(&options, SITE);
    browser.submit(NEW, &[("name", "Key"), ("passkey", &answer), ("state", &state)]).await
}

async fn by_passkey(browser: &mut Client, answer: &str, state: &str) -> Reply {
    browser.submit("/login/passkey", &[("passkey", answer), ("state", state)]).await
}

#[tokio::test]
async fn a_passkey_signs_in_alone_and_beside_the_password() {
    let world = World::at(SITE);
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let email = browser.email().to_owned();
    let mut key = Authenticator::new(b"one");
    let added = add(&mut browser, &mut key).await;
    assert_eq!(added.header("location"), FACTORS, "{}", added.text);
    let page = browser.get(FACTORS).await;
    assert_eq!((page.texts(".roster bdi"), page.texts("#new-codes code").len()), (vec!["Key".to_owned()], 10));

    let mut desk = world.anonymous();
    let (options, state) = asked(&desk.get("/login").await);
    assert_eq!(options["userVerification"], "required");
    let answer = key.get(&options, SITE, SEEN);
    let entered = by_passkey(&mut desk, &answer, &state).await;
    assert_eq!(entered.header("location"), "/tickets", "{}", entered.text);
    assert!(desk.is_known().await);

    let mut second = world.anonymous();
    assert_eq!(second.try_sign_in(&email, PASSWORD).await.header("location"), "/login/second");
    let (options, state) = asked(&second.get("/login/second").await);
    let answer = key.get(&options, SITE, SEEN);
    let fields = [("passkey", answer.as_str()), ("state", state.as_str())];
    assert_eq!(second.submit("/login/second", &fields).await.header("location"), "/tickets");

    world.hand.advance(11 * MINUTE);
    let (options, state) = asked(&second.get("/account/confirm?next=%2Fusers").await);
    let answer = key.get(&options, SITE, SEEN);
    let fields = [("passkey", answer.as_str()), ("state", state.as_str()), ("next", "/users/new")];
    assert_eq!(second.submit("/account/confirm", &fields).await.header("location"), "/users/new");
    assert_eq!(second.get("/users/new").await.status, 200);
}

/// What a provider asks and claims is not passed by with a passkey that somebody has set up here beside it.
#[tokio::test]
async fn a_passkey_is_no_way_past_the_provider() {
    let world = World::at(SITE);
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let mut key = Authenticator::new(b"one");
    add(&mut browser, &mut key).await;
    world.is_at_the_provider(browser.id()).await;
    for (has_password, status) in [(true, 303), (false, 422)] {
        if !has_password {
            assert_eq!(crate::support::sql(&world.dir, "UPDATE users SET password_hash = NULL"), 1);
        }
        let mut desk = world.anonymous();
        let (options, state) = asked(&desk.get("/login").await);
        let answer = key.get(&options, SITE, SEEN);
        assert_eq!(by_passkey(&mut desk, &answer, &state).await.status, status);
    }
}

/// What somebody would try who has seen an answer, or made one on another site.
#[tokio::test]
async fn an_answer_is_good_once_for_this_site_by_its_own_key_and_with_its_user_verified() {
    let world = World::at(SITE);
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let mut key = Authenticator::new(b"one");
    add(&mut browser, &mut key).await;
    let mut thief = world.anonymous();

    let (options, state) = asked(&thief.get("/login").await);
    for (what, answer) in [
        ("another site", key.get(&options, "https://desk.example.evil.example", SEEN)),
        ("without TLS", key.get(&options, "http://desk.example", SEEN)),
        ("another port", key.get(&options, "https://desk.example:8443", SEEN)),
        ("not verified", key.get(&options, SITE, 0x01)),
        ("another challenge", key.get(&json!({"challenge": "AAAAAAAAAAAAAAAAAAAAAA"}), SITE, SEEN)),
        (
            "a made-up key",
            Authenticator { user: key.user.clone(), ..Authenticator::new(b"one") }.get(&options, SITE, SEEN),
        ),
        ("an unknown key", Authenticator::new(b"two").get(&options, SITE, SEEN)),
        ("nonsense", "{}".to_owned()),
        ("nothing", String::new()),
    ] {
        let refused = by_passkey(&mut thief, &answer, &state).await;
        assert_eq!(refused.status, 422, "{what}: {}", refused.text);
        assert!(!thief.is_known().await, "{what}");
    }
    let mut other =
        Authenticator { user: vec![7; 16], key: Authenticator::new(b"x").key, id: b"one".to_vec(), counter: 9 };
    std::mem::swap(&mut other.key, &mut key.key);
    assert_eq!(by_passkey(&mut thief, &other.get(&options, SITE, SEEN), &state).await.status, 422, "another user");
    std::mem::swap(&mut other.key, &mut key.key);

    let answer = key.get(&options, SITE, SEEN);
    assert_eq!(by_passkey(&mut thief, &answer, "").await.status, 422, "without what was asked");
    assert_eq!(by_passkey(&mut world.anonymous(), &answer, &state).await.status, 303);
    assert_eq!(by_passkey(&mut world.anonymous(), &answer, &state).await.status, 422, "used before");
    let again = key.get(&options, SITE, SEEN);
    assert_eq!(by_passkey(&mut world.anonymous(), &again, &state).await.status, 422, "its challenge was answered");

    let (options, state) = asked(&thief.get("/login").await);
    key.counter = 0;
    let cloned = key.get(&options, SITE, SEEN);
    assert_eq!(by_passkey(&mut thief, &cloned, &state).await.status, 422, "a copy counts from where it was made");
    key.counter = 99;
    let (options, state) = asked(&thief.get("/login").await);
    let late = key.get(&options, SITE, SEEN);
    world.hand.advance(10 * MINUTE);
    assert_eq!(by_passkey(&mut thief, &late, &state).await.status, 422, "too late");
}

#[tokio::test]
async fn a_passkey_is_one_users_and_made_for_who_asked() {
    let world = World::at(SITE);
    let mut ada = world.browser("Ada Lovelace", Role::Admin).await;
    let mut bob = world.browser("Bob Babbage", Role::Admin).await;
    let mut key = Authenticator::new(b"one");
    assert_eq!(add(&mut ada, &mut key).await.status, 303);
    assert_eq!(add(&mut bob, &mut Authenticator::new(b"one")).await.status, 422, "somebody's already");

    let (options, state) = asked(&ada.get(NEW).await);
    assert_eq!(options["excludeCredentials"][0]["id"], B64.encode(b"one"));
    let answer = Authenticator::new(b"two").create(&options, SITE);
    let fields = [("name", "Key"), ("passkey", answer.as_str()), ("state", state.as_str())];
    assert_eq!(bob.submit(NEW, &fields).await.status, 422, "what another was asked");
    let elsewhere = Authenticator::new(b"three").create(&options, "https://evil.example");
    let fields = [("name", "Key"), ("passkey", elsewhere.as_str()), ("state", state.as_str())];
    assert_eq!(ada.submit(NEW, &fields).await.status, 422, "made on another site");

    // A disabled user's opens nothing.
    let (options, state) = asked(&world.anonymous().get("/login").await);
    bob.submit(&format!("/users/{}/disable", ada.id()), &[]).await;
    let answer = key.get(&options, SITE, SEEN);
    assert_eq!(by_passkey(&mut world.anonymous(), &answer, &state).await.status, 422);
}

#[tokio::test]
async fn without_a_name_and_tls_there_are_no_passkeys_and_it_is_said_why() {
    let world = World::at("http://desk.example");
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    assert_eq!(browser.get(NEW).await.status, 404);
    assert!(browser.get(FACTORS).await.text.contains("public_url"));
    assert!(world.anonymous().get("/login").await.attributes("[data-passkey-options-value]", "action").is_empty());
    assert_eq!(by_passkey(&mut world.anonymous(), "{}", "x").await.status, 422);
}
