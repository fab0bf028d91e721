//! What a provider, or somebody in its place, must not get through.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha512};

use super::{
    fake::{Fake, NOW, Sign},
    get, parameter, refusal, users,
};
use crate::support::{Browser, sql};

const SECONDS: i64 = NOW / 1000;

#[tokio::test]
async fn an_honest_token_lets_in_with_all_that_may_vary() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    let hash = Sha512::digest("access");
    let varied: [(&str, Value); 7] = [
        ("sub", json!("subject-1")),
        ("aud", json!(["redress"])),
        ("azp", json!("redress")),
        ("at_hash", json!(BASE64URL_NOPAD.encode(&hash[..32]))),
        // Clocks differ by up to a minute.
        ("exp", json!(SECONDS - 59)),
        ("iat", json!(SECONDS + 60)),
        ("nbf", json!(SECONDS + 60)),
    ];
    for (name, value) in varied {
        let (browser, page) = fake.arrive(&app, Sign::By(1), |claims| claims[name] = value).await;
        assert_eq!((page.status, page.location.as_str()), (303, "/tickets"), "{name}");
        assert_eq!(browser.open("/account").await.status, 200);
    }
    assert_eq!(users(&app).await, 2);
}

#[tokio::test]
async fn a_token_that_proves_nothing_lets_nobody_in() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    for (what, sign) in [
        ("alg none", Sign::None),
        ("HS256 by the client's secret", Sign::Secret),
        ("HS256 by the public key", Sign::PublicKey(1)),
        ("another key", Sign::By(2)),
        ("another key under the name of the right one", Sign::As(2, 1)),
    ] {
        let (_, page) = fake.arrive(&app, sign, |_| {}).await;
        assert_eq!(refusal(&page), "unproven", "{what}");
    }
    let claims: [(&str, Value); 14] = [
        ("iss", json!("https://other.example")),
        ("iss", json!(format!("{}/", fake.issuer))),
        ("aud", json!("another")),
        ("aud", json!(["redress", "another"])),
        ("aud", json!([])),
        ("azp", json!("another")),
        ("exp", json!(SECONDS - 60)),
        ("iat", json!(SECONDS + 62)),
        ("nbf", json!(SECONDS + 62)),
        ("nonce", json!("another")),
        ("nonce", json!(null)),
        ("at_hash", json!(BASE64URL_NOPAD.encode(&Sha512::digest("another")[..32]))),
        ("at_hash", json!(BASE64URL_NOPAD.encode(&Sha256::digest("access")[..16]))),
        ("sub", json!(null)),
    ];
    for (name, value) in claims {
        let (_, page) = fake.arrive(&app, Sign::By(1), |claims| claims[name] = value.clone()).await;
        let why = refusal(&page);
        // A token that is none at all is an answer that makes no sense.
        assert!(why == "unproven" || (name == "sub" && why == "unreachable"), "{name}: {value}: {why}");
    }
    assert_eq!(users(&app).await, 1);
    assert_eq!(sql(app.dir(), "DELETE FROM identities"), 0);
}

#[tokio::test]
async fn a_header_that_wants_more_than_it_may_is_refused() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    for header in [json!({"crit": ["exp"]}), json!({"cty": "JWT"}), json!({"typ": "logout+jwt"})] {
        let browser = Browser::new(&app.base);
        let (state, nonce) = fake.begin(&browser).await;
        fake.give(Fake::sign_under(Sign::By(1), &header, &fake.claims(&nonce)));
        let page = get(&browser, &format!("/auth/callback?code=c&state={state}")).await;
        assert_eq!(refusal(&page), "unproven", "{header}");
    }
}

#[tokio::test]
async fn an_answer_counts_for_the_browser_and_the_state_that_asked_and_once() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    let browser = Browser::new(&app.base);
    let began = browser.open("/auth/start").await;
    let cookie = began.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let (state, nonce): (String, String) =
        ["state", "nonce"].map(|name| parameter(&began.location, name).unwrap()).into();
    assert_eq!(parameter(&began.location, "code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(sql(app.dir(), "DELETE FROM used_once"), 0, "to begin writes nothing");
    fake.give(Fake::sign(Sign::By(1), &fake.claims(&nonce)));
    let callback = format!("/auth/callback?code=c&state={state}");

    let with = |cookie: &str, path: &str| {
        let nobody = Browser::new(&app.base);
        nobody.request("GET", path).header("cookie", cookie).header("sec-fetch-site", "cross-site")
    };
    for wrong in ["/auth/callback?code=c&state=", "/auth/callback?code=c", &format!("{callback}x")] {
        assert_eq!(refusal(&Browser::page(with(&cookie, wrong)).await), "stale", "{wrong}");
    }
    for wrong in ["", "redress_sso=", "redress_sso=AAAA", &cookie[..cookie.len() - 4]] {
        assert_eq!(refusal(&Browser::page(with(wrong, &callback)).await), "stale", "{wrong}");
    }
    assert_eq!(fake.verifiers(), Vec::<String>::new(), "nothing of that was worth asking the provider");
    assert_eq!(Browser::page(with(&cookie, &callback)).await.location, "/tickets");
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(&fake.verifiers()[0]));
    assert_eq!(parameter(&began.location, "code_challenge").unwrap(), challenge);
    // This provider would take the code again.
    assert_eq!(refusal(&Browser::page(with(&cookie, &callback)).await), "stale");
}

#[tokio::test]
async fn what_was_begun_waits_for_ten_minutes() {
    let (fake, app, hand) = Fake::with_desk(&[]).await;
    let browser = Browser::new(&app.base);
    let (state, _) = fake.begin(&browser).await;
    hand.advance(10 * 60 * 1000);
    assert_eq!(refusal(&get(&browser, &format!("/auth/callback?code=c&state={state}")).await), "stale");
}

#[tokio::test]
async fn an_answer_names_the_issuer_that_was_asked() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    let answer = async |more: &str| {
        let browser = Browser::new(&app.base);
        let (state, nonce) = fake.begin(&browser).await;
        fake.give(Fake::sign(Sign::By(1), &fake.claims(&nonce)));
        get(&browser, &format!("/auth/callback?code=c&state={state}{more}")).await
    };
    let own = form_urlencoded::byte_serialize(fake.issuer.as_bytes()).collect::<String>();
    assert_eq!(answer(&format!("&iss={own}")).await.location, "/tickets");
    assert_eq!(refusal(&answer("&iss=https%3A%2F%2Fother.example").await), "unproven");
    assert_eq!(refusal(&answer("&iss=").await), "unproven");
}

#[tokio::test]
async fn a_provider_that_promises_to_name_itself_has_to() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    fake.says("authorization_response_iss_parameter_supported", json!(true));
    let (_, page) = fake.arrive(&app, Sign::By(1), |_| {}).await;
    assert_eq!(refusal(&page), "unproven");
}

#[tokio::test]
async fn a_refusal_of_the_provider_is_told_in_our_words() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    let browser = Browser::new(&app.base);
    let (state, _) = fake.begin(&browser).await;
    let path = format!("/auth/callback?error=access_denied&error_description=%3Cb%3Ehello&state={state}");
    let page = get(&browser, &path).await;
    assert_eq!(refusal(&page), "declined");
    assert!(!browser.open(&page.location).await.text.contains("hello"));
    // Words of anybody's in the address say nothing.
    assert!(!browser.open("/login?refused=You+have+won").await.has(".error-summary"));
}

#[tokio::test]
async fn a_code_that_the_provider_does_not_know_proves_nothing() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    let browser = Browser::new(&app.base);
    let (state, _) = fake.begin(&browser).await;
    assert_eq!(refusal(&get(&browser, &format!("/auth/callback?code=other&state={state}")).await), "unproven");
}

#[tokio::test]
async fn new_keys_are_asked_for_when_a_token_names_one_and_not_more_often_than_that() {
    let (fake, app, hand) = Fake::with_desk(&[]).await;
    assert_eq!(fake.arrive(&app, Sign::By(1), |_| {}).await.1.location, "/tickets");
    assert_eq!(fake.keys_read(), 1);
    fake.turn(&[2]);
    hand.advance(10_000);
    let recent = |claims: &mut Value| claims["exp"] = json!(SECONDS + 300);
    assert_eq!(fake.arrive(&app, Sign::By(2), recent).await.1.location, "/tickets");
    assert_eq!(fake.keys_read(), 2);
    // What names keys that never were costs the provider nothing; and the old key counts no more.
    for seed in [9, 1] {
        assert_eq!(refusal(&fake.arrive(&app, Sign::By(seed), recent).await.1), "unproven");
    }
    assert_eq!(fake.keys_read(), 2);
}

#[tokio::test]
async fn how_and_when_somebody_has_proved_who_they_are_may_be_required() {
    let (fake, app, _) = Fake::with_desk(&[("oidc.acr", "phr,phrh"), ("oidc.max_age", "60")]).await;
    let browser = Browser::new(&app.base);
    let began = browser.open("/auth/start").await;
    assert_eq!(parameter(&began.location, "acr_values").as_deref(), Some("phr phrh"));
    assert_eq!(parameter(&began.location, "max_age").as_deref(), Some("60"));
    for (acr, ago, want) in [
        (json!("phrh"), json!(SECONDS - 120), None),
        (json!("phr"), json!(SECONDS - 121), Some("too-weak")),
        (json!("phr"), json!(null), Some("too-weak")),
        (json!("pwd"), json!(SECONDS), Some("too-weak")),
        (json!(null), json!(SECONDS), Some("too-weak")),
    ] {
        let change = |claims: &mut Value| {
            claims["acr"] = acr.clone();
            claims["auth_time"] = ago.clone();
        };
        let (_, page) = fake.arrive(&app, Sign::By(1), change).await;
        match want {
            None => assert_eq!(page.location, "/tickets"),
            Some(why) => assert_eq!(refusal(&page), why, "{acr} {ago}"),
        }
    }
}

#[tokio::test]
async fn a_provider_whose_document_is_of_another_issuer_is_not_asked() {
    let (fake, app, hand) = Fake::with_desk(&[]).await;
    let start = async || Browser::new(&app.base).open("/auth/start").await;
    fake.says("issuer", json!("https://other.example"));
    assert_eq!(refusal(&start().await), "unreachable");
    fake.says("issuer", json!(fake.issuer));
    // For a while nobody waits for it again.
    assert_eq!(refusal(&start().await), "unreachable");
    hand.advance(5_000);
    assert!(start().await.location.starts_with(&fake.issuer));
}

#[tokio::test]
async fn a_logout_token_ends_what_it_names_once_and_no_other_does() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let good = json!({
        "iss": fake.issuer, "aud": "redress", "iat": SECONDS, "exp": SECONDS + 120, "jti": "j1", "sub": "subject-1",
        "sid": "session-1", "events": event,
    });
    let send = async |token: String| {
        let request = Browser::new(&app.base).request("POST", "/auth/backchannel-logout");
        Browser::page(request.form(&[("logout_token", token)])).await
    };
    let (browser, _) = fake.arrive(&app, Sign::By(1), |_| {}).await;
    for sign in [Sign::None, Sign::Secret, Sign::PublicKey(1), Sign::By(2), Sign::As(2, 1)] {
        let page = send(Fake::sign(sign, &good)).await;
        assert!(page.status == 400 && page.text.contains("invalid_request"), "{page:?}");
    }
    for (name, value) in [
        ("nonce", json!("n")),
        ("events", json!({})),
        ("aud", json!("another")),
        ("exp", json!(1)),
        ("nbf", json!(SECONDS + 3600)),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        assert_eq!(send(Fake::sign(Sign::By(1), &bad)).await.status, 400, "{name}");
    }
    for broken in ["", "x", "x.y", "x.y.z"] {
        assert_eq!(send(broken.to_owned()).await.status, 400, "{broken}");
    }
    // An ID token is none.
    assert_eq!(send(Fake::sign(Sign::By(1), &fake.claims("n"))).await.status, 400);
    let header = json!({"typ": "at+jwt"});
    assert_eq!(send(Fake::sign_under(Sign::By(1), &header, &good)).await.status, 400);
    assert_eq!(browser.open("/account").await.status, 200);

    let other = json!({"jti": "j2", "sid": "session-2"});
    let mut elsewhere = good.clone();
    elsewhere.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    assert_eq!(send(Fake::sign(Sign::By(1), &elsewhere)).await.status, 200);
    assert_eq!(browser.open("/account").await.status, 200, "another session of the provider's");

    let header = json!({"typ": "logout+jwt"});
    assert_eq!(send(Fake::sign_under(Sign::By(1), &header, &good)).await.status, 200);
    assert_eq!(browser.open("/account").await.status, 303);
    let (again, _) = fake.arrive(&app, Sign::By(1), |_| {}).await;
    assert_eq!(send(Fake::sign(Sign::By(1), &good)).await.status, 200);
    assert_eq!(again.open("/account").await.status, 200, "it counts once");

    let mut all = good.clone();
    all["jti"] = json!("j3");
    all.as_object_mut().unwrap().remove("sid");
    assert_eq!(send(Fake::sign(Sign::By(1), &all)).await.status, 200);
    assert_eq!(again.open("/account").await.status, 303, "a subject alone is all of its sessions");
}
