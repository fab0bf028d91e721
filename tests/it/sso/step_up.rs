//! Proving it once more where the provider says who somebody is. A provider that knows its browser lets anybody through
//! who sits before it, so what it says of the time counts, and not that somebody came back from it.

use serde_json::{Value, json};

use super::{
    fake::{Fake, NOW, Sign},
    get, parameter, refusal,
};
use crate::support::{Browser, Page, TestApp};

const SECONDS: i64 = NOW / 1000;
/// A page that asks for a fresh proof, and where that is given.
const DANGER: &str = "/users/new";
const CONFIRM: &str = "/account/confirm?next=%2Fusers%2Fnew";
const ANEW: &str = "/auth/start?anew=1&next=%2Fusers%2Fnew";

/// Begins in this browser, and comes back with a proof of this time.
async fn come_back(fake: &Fake, browser: &Browser, start: &str, auth_time: &Value) -> Page {
    let began = browser.open(start).await;
    let sent = |name: &str| parameter(&began.location, name).unwrap();
    let mut claims = fake.claims(&sent("nonce"));
    claims["auth_time"] = auth_time.clone();
    fake.give(Fake::sign(Sign::By(1), &claims));
    get(browser, &format!("/auth/callback?code=c&state={}", sent("state"))).await
}

async fn signed_in(fake: &Fake, app: &TestApp, auth_time: Value) -> Browser {
    let (browser, page) = fake.arrive(app, Sign::By(1), |claims| claims["auth_time"] = auth_time).await;
    assert_eq!(page.location, "/tickets");
    browser
}

#[tokio::test]
async fn an_open_desk_is_no_proof_of_a_provider_that_asks_nothing() {
    let (fake, app, _) = Fake::with_desk(&[]).await;
    for morning in [json!(SECONDS - 3600), json!(null)] {
        let browser = signed_in(&fake, &app, morning.clone()).await;
        let away = browser.open(DANGER).await;
        assert_eq!(away.location, CONFIRM);
        // Round by the provider, who asks for nothing: a new session, and no new proof.
        assert_eq!(come_back(&fake, &browser, "/auth/start?next=%2Fusers%2Fnew", &morning).await.location, DANGER);
        assert_eq!(browser.open(DANGER).await.location, CONFIRM);

        let page = browser.open(CONFIRM).await;
        assert_eq!(page.attribute("main a[href^='/auth/']", "href").as_deref(), Some(ANEW));
        assert!(!page.has("main input[type=password]"));
        assert_eq!(browser.submit("/account/confirm", &[("password", "x"), ("next", DANGER)]).await.status, 403);
    }
}

#[tokio::test]
async fn a_proof_made_anew_at_the_provider_is_one() {
    let (fake, app, hand) = Fake::with_desk(&[]).await;
    let browser = signed_in(&fake, &app, json!(SECONDS - 3600)).await;
    let began = browser.open(ANEW).await.location;
    let asked = ["prompt", "max_age"].map(|name| parameter(&began, name).unwrap());
    assert_eq!(asked, ["login", "0"]);

    // One that the provider had already, or says nothing of, is none; the session of before goes on.
    for old in [json!(SECONDS - 61), json!(null)] {
        let page = come_back(&fake, &browser, ANEW, &old).await;
        assert_eq!(refusal(&page), "too-weak", "{old}");
        assert_eq!(parameter(&page.location, "next").as_deref(), Some(DANGER));
        assert!(browser.open(&page.location).await.has(".error-summary"), "{old}");
        assert_eq!(browser.open(DANGER).await.location, CONFIRM, "{old}");
    }
    assert_eq!(come_back(&fake, &browser, ANEW, &json!(SECONDS)).await.location, DANGER);
    assert_eq!(browser.open(DANGER).await.status, 200);
    hand.advance(10 * 60 * 1000);
    assert_eq!(browser.open(DANGER).await.location, CONFIRM);
}

#[tokio::test]
async fn whoever_proved_it_at_the_provider_just_now_is_not_asked_again_and_never_later_than_now() {
    let (fake, app, hand) = Fake::with_desk(&[]).await;
    let (lately, ahead) =
        (signed_in(&fake, &app, json!(SECONDS - 300)).await, signed_in(&fake, &app, json!(SECONDS + 3600)).await);
    for browser in [&lately, &ahead] {
        assert_eq!(browser.open(DANGER).await.status, 200);
    }
    hand.advance(5 * 60 * 1000);
    assert_eq!(lately.open(DANGER).await.location, CONFIRM);
    assert_eq!(ahead.open(DANGER).await.status, 200);
    hand.advance(5 * 60 * 1000);
    assert_eq!(ahead.open(DANGER).await.location, CONFIRM);
}

/// Sets an authenticator app up in this browser.
async fn set_up(browser: &Browser, now: i64) -> totp_rs::Totp {
    let page = browser.open("/account/second-factor/app").await;
    let key: String = page.all("#key")[0].chars().filter(|c| *c != ' ').collect();
    let key = data_encoding::BASE32_NOPAD.decode(key.as_bytes()).unwrap();
    let app = totp_rs::Builder::new().with_secret(key).with_account_name("x".to_owned()).build().unwrap();
    let (sealed, code) = (page.attribute("[name=key]", "value").unwrap(), code(&app, now));
    let fields = [("key", sealed.as_str()), ("name", "Phone"), ("code", code.as_str())];
    let done = browser.submit("/account/second-factor/app", &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    app
}

fn code(app: &totp_rs::Totp, now: i64) -> String {
    app.generate(u64::try_from(now).unwrap() / 1000).to_string()
}

#[tokio::test]
async fn the_provider_stands_in_for_the_second_factor_that_somebody_has_here_only_where_it_says_how_it_asked() {
    let demanded = [("oidc.acr", "phr")];
    for (settings, acr, stands_in) in
        [(&[][..], json!("phr"), false), (&demanded[..], json!("phr"), true), (&[][..], json!(null), false)]
    {
        let (fake, app, hand) = Fake::with_desk(settings).await;
        let arrive = async || fake.arrive(&app, Sign::By(1), |claims| claims["acr"] = acr.clone()).await.0;
        let owner = arrive().await;
        let phone = set_up(&owner, NOW).await;
        assert_eq!(owner.submit("/users/second-factor", &[("of", "everybody")]).await.status, 303);
        assert_eq!(owner.open("/tickets").await.status, 200);

        let browser = arrive().await;
        let page = browser.open("/tickets").await;
        assert_eq!(page.status == 200, stands_in, "{settings:?} {acr}: {}", page.location);
        if !stands_in {
            assert_eq!(page.location, "/account/second-factor");
            assert!(browser.open(&page.location).await.location.starts_with("/account/confirm"));
            hand.advance(60_000);
            let code = code(&phone, NOW + 60_000);
            let confirmed = browser.submit("/account/confirm", &[("code", &code), ("next", "/tickets")]).await;
            assert_eq!(confirmed.location, "/tickets", "{}", confirmed.text);
            assert_eq!(browser.open("/tickets").await.status, 200);
        }
    }
}
