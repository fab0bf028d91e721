//! A provider that signs whatever a test wants, by keys that the test turns.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use openidconnect::{
    JsonWebKey, JsonWebKeyId, PrivateSigningKey,
    core::{CoreEdDsaPrivateSigningKey, CoreHmacKey, CoreJsonWebKey, CoreJwsSigningAlgorithm},
};
use redress::clock::{Clock, Hand};
use serde_json::{Map, Value, json};

use super::{get as open, parameter, settings};
use crate::support::{Browser, Page, TestApp};

/// When the desk of a fake provider thinks it is, in milliseconds.
pub const NOW: i64 = 1_795_000_000_000;

/// How a token is signed.
#[derive(Clone, Copy)]
pub enum Sign {
    /// By the key with this seed, under its name.
    By(u8),
    /// The same, under the name of another.
    As(u8, u8),
    /// By nothing at all.
    None,
    /// With the client's secret as the key.
    Secret,
    /// With the bytes of the public key of this seed as the key.
    PublicKey(u8),
}

#[derive(Default)]
struct Plan {
    issuer: String,
    seeds: Vec<u8>,
    token: String,
    /// What the token endpoint gives beside that.
    access: String,
    discovery: Map<String, Value>,
    keys_read: usize,
    verifiers: Vec<String>,
}

/// The provider.
#[derive(Clone)]
pub struct Fake {
    plan: Arc<Mutex<Plan>>,
    pub issuer: String,
}

impl Fake {
    /// A provider, and a desk that signs in by it, with one admin.
    pub async fn with_desk(more: &[(&str, &str)]) -> (Self, TestApp, Hand) {
        let fake = Self::start().await;
        let (clock, hand) = Clock::fixed(NOW, 7);
        let app = TestApp::with_clock(&settings(&fake.issuer, more), clock).await;
        app.admin().await;
        (fake, app, hand)
    }

    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let plan = Plan { issuer: issuer.clone(), seeds: vec![1], access: "access".to_owned(), ..Plan::default() };
        let fake = Self { plan: Arc::new(Mutex::new(plan)), issuer };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        fake
    }

    /// Signs by other keys from now on.
    pub fn turn(&self, seeds: &[u8]) {
        self.plan.lock().unwrap().seeds = seeds.to_vec();
    }

    /// Says something else in its discovery document.
    pub fn says(&self, name: &str, value: Value) {
        self.plan.lock().unwrap().discovery.insert(name.to_owned(), value);
    }

    /// How often its keys were read.
    pub fn keys_read(&self) -> usize {
        self.plan.lock().unwrap().keys_read
    }

    /// The verifiers that came with codes.
    pub fn verifiers(&self) -> Vec<String> {
        self.plan.lock().unwrap().verifiers.clone()
    }

    /// The claims of an honest ID token for this nonce.
    pub fn claims(&self, nonce: &str) -> Value {
        let now = NOW / 1000;
        json!({
            "iss": self.issuer, "aud": "redress", "sub": "subject-1", "sid": "session-1", "nonce": nonce,
            "iat": now, "exp": now + 300, "auth_time": now - 10, "name": "Asha", "groups": ["redress-admin"],
            "email": "asha@isp.example", "email_verified": true,
        })
    }

    /// Claims, signed as a JWT.
    pub fn sign(sign: Sign, claims: &Value) -> String {
        Self::sign_under(sign, &json!({}), claims)
    }

    /// The same with more in its header.
    pub fn sign_under(sign: Sign, more: &Value, claims: &Value) -> String {
        let (alg, kid) = match sign {
            Sign::By(seed) | Sign::As(_, seed) => ("EdDSA", Some(name(seed))),
            Sign::None => ("none", None),
            Sign::Secret => ("HS256", None),
            Sign::PublicKey(seed) => ("HS256", Some(name(seed))),
        };
        let mut header = json!({ "alg": alg });
        if let Some(kid) = kid {
            header["kid"] = json!(kid);
        }
        header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let message = format!("{}.{}", part(&header), part(claims));
        let hs256 = |secret: Vec<u8>| {
            CoreHmacKey::new(secret).sign(&CoreJwsSigningAlgorithm::HmacSha256, message.as_bytes()).unwrap()
        };
        let signature = match sign {
            Sign::By(seed) | Sign::As(seed, _) => {
                key(seed).sign(&CoreJwsSigningAlgorithm::EdDsa, message.as_bytes()).unwrap()
            }
            Sign::None => Vec::new(),
            Sign::Secret => hs256(b"only-for-tests-0123456789abcdef".to_vec()),
            Sign::PublicKey(seed) => {
                let public = serde_json::to_value(key(seed).as_verification_key()).unwrap();
                hs256(BASE64URL_NOPAD.decode(public["x"].as_str().unwrap().as_bytes()).unwrap())
            }
        };
        format!("{message}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    /// Begins in a browser: the state and the nonce that the provider is sent.
    pub async fn begin(&self, browser: &Browser) -> (String, String) {
        let began = browser.open("/auth/start").await;
        assert!(began.location.starts_with(&self.issuer), "{began:?}");
        (parameter(&began.location, "state").unwrap(), parameter(&began.location, "nonce").unwrap())
    }

    /// The token endpoint gives this ID token from now on.
    pub fn give(&self, token: String) {
        self.plan.lock().unwrap().token = token;
    }

    /// Signs somebody in by a token that is made of the honest claims, changed.
    pub async fn arrive(&self, app: &TestApp, sign: Sign, change: impl FnOnce(&mut Value)) -> (Browser, Page) {
        let browser = Browser::new(&app.base);
        let (state, nonce) = self.begin(&browser).await;
        let mut claims = self.claims(&nonce);
        change(&mut claims);
        self.give(Self::sign(sign, &claims));
        let page = open(&browser, &format!("/auth/callback?code=c&state={state}")).await;
        (browser, page)
    }
}

fn name(seed: u8) -> String {
    format!("key-{seed}")
}

/// An Ed25519 key in PKCS #8 (RFC 8410, section 7), made of its seed.
fn key(seed: u8) -> CoreEdDsaPrivateSigningKey {
    let head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let word = ["PRIVATE", "KEY"].join(" ");
    let body = BASE64.encode(&[&head[..], &[seed; 32]].concat());
    let pem = format!("-----BEGIN {word}-----\n{body}\n-----END {word}-----\n");
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(name(seed)))).unwrap()
}

async fn discovery(State(fake): State<Fake>) -> Json<Value> {
    let plan = fake.plan.lock().unwrap();
    let at = |path: &str| format!("{}{path}", plan.issuer);
    let mut document = json!({
        "issuer": plan.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
        "jwks_uri": at("/jwks"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
    });
    document.as_object_mut().unwrap().extend(plan.discovery.clone());
    Json(document)
}

async fn keys(State(fake): State<Fake>) -> Json<Value> {
    let mut plan = fake.plan.lock().unwrap();
    plan.keys_read += 1;
    let keys: Vec<CoreJsonWebKey> = plan.seeds.iter().map(|seed| key(*seed).as_verification_key()).collect();
    assert!(keys.iter().all(|key| key.key_id().is_some()));
    Json(json!({ "keys": keys }))
}

async fn token(State(fake): State<Fake>, body: String) -> Response {
    let mut plan = fake.plan.lock().unwrap();
    let pairs: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let sent = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    plan.verifiers.extend(sent("code_verifier"));
    if sent("code").as_deref() != Some("c") {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    }
    let answer = json!({
        "access_token": plan.access, "token_type": "Bearer", "expires_in": 60, "id_token": plan.token,
    });
    Json(answer).into_response()
}
