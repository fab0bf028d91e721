//! How the gateways do, a trial by one of them, a message taken back, and what clients say on the phone.

use serde_json::json;

use super::{AWAY, HOUR, desk, desk_with, reference, toast};
use crate::{notifications::fake_gateway::Act, support::TestApp};

#[tokio::test]
async fn the_page_tells_how_each_gateway_does_and_what_waits_for_it() {
    let desk = desk([AWAY]).await;
    let page = desk.open("/notifications/gateways").await;
    assert_eq!(page.all(".call__who b"), ["kannel"]);
    assert!(page.text.contains("Not used yet") && page.text.contains("0 waiting"), "{}", page.text);
    desk.log("Nadia Okonkwo", "07700 900142").await;
    desk.send().await;
    let page = desk.open("/notifications/gateways").await;
    let words = page.all(".call__what").join(" ");
    assert!(words.contains("Fails") && words.contains("the gateway has a fault (503)"), "{words}");
    assert!(words.contains("1 waiting"), "{words}");
    desk.hand.advance(HOUR);
    desk.send().await;
    let words = desk.open("/notifications/gateways").await.all(".call__what").join(" ");
    assert!(words.contains("Takes messages") && words.contains("0 waiting"), "{words}");
    assert!(words.contains("Last failed"), "what was is still told: {words}");
}

#[tokio::test]
async fn a_day_that_has_had_its_share_is_told_apart_from_a_gateway_that_fails() {
    let desk = desk_with([], &[("sms.per_day", "2")]).await;
    for number in ["142", "143"] {
        desk.log("Nadia Okonkwo", &format!("07700 900{number}")).await;
    }
    desk.send().await;
    let banner = "As many SMS as a day may have (sms.per_day) have been sent since";
    assert!(!desk.open("/tickets").await.text.contains(banner), "nobody waits for it");
    desk.log("Nadia Okonkwo", "07700 900144").await;
    desk.send().await;
    let page = desk.open("/tickets").await;
    assert!(page.text.contains(banner) && page.text.contains("1 message waits for tomorrow"), "{}", page.text);
    let words = desk.open("/notifications/gateways").await.all(".call__what").join(" ");
    assert!(words.contains("1 waiting") && words.contains("1 of them held back"), "{words}");
    let admin = desk.app.admin().await;
    let way = admin.get("/api/gateways").await.json["items"][0].clone();
    assert_eq!(
        (&way["waiting"], &way["heldBack"], &way["failingSince"]),
        (&json!(1), &json!(1), &json!(null)),
        "{way}"
    );
    desk.hand.advance(12 * HOUR);
    assert!(!desk.open("/tickets").await.text.contains(banner), "a new day");
    desk.send().await;
    let words = desk.open("/notifications/gateways").await.all(".call__what").join(" ");
    assert!(words.contains("0 waiting") && !words.contains("held back"), "{words}");
}

#[tokio::test]
async fn a_trial_goes_at_once_and_says_what_came_of_it() {
    let desk = desk([]).await;
    let form = "/notifications/gateways/sms/kannel/test";
    let page = desk.browser.submit(form, &[("to", "07700 900199")]).await;
    assert_eq!((page.status, toast(&desk, &page).await), (303, "The gateway took the trial".to_owned()));
    let sent = desk.gateway.requests().remove(0);
    assert!(sent["text"].contains("trial") && sent["to"] == "+447700900199" && !sent.contains_key("dlr-url"));
    for (to, why) in [("", "number"), ("12", "too short"), ("020 7946 0123", "gets no SMS")] {
        let page = desk.browser.submit(form, &[("to", to)]).await;
        assert_eq!(page.status, 422, "{to}");
        assert!(page.all(".error").join(" ").contains(why), "{to}: {:?}", page.all(".error"));
        assert_eq!(page.attribute("input[name=to]", "value").unwrap_or_default(), to);
    }
    for path in ["sms/pigeon", "pigeon/kannel", "email/smtp"] {
        let page =
            desk.browser.submit(&format!("/notifications/gateways/{path}/test"), &[("to", "07700 900199")]).await;
        assert_eq!(page.status, 404, "{path}");
    }
    assert_eq!(desk.gateway.requests().len(), 1);
    for _ in 0..9 {
        assert_eq!(desk.browser.submit(form, &[("to", "07700 900199")]).await.status, 303);
    }
    assert_eq!(desk.browser.submit(form, &[("to", "07700 900199")]).await.status, 429, "each costs money");
    let history = desk.open("/audit").await;
    assert!(history.text.contains("sms, kannel: to a number that ends in 0199"), "{}", history.text);
    desk.hand.advance(7_000);
    assert_eq!(desk.browser.submit(form, &[("to", "07700 900199")]).await.status, 303);
}

#[tokio::test]
async fn a_trial_that_is_refused_gives_the_reason() {
    let desk = desk([Act::Answer(403, "Authorization failed for sendsms")]).await;
    let page = desk.browser.submit("/notifications/gateways/sms/kannel/test", &[("to", "07700 900199")]).await;
    let words = toast(&desk, &page).await;
    assert!(words.contains("the gateway refuses our log-in (403)"), "{words}");
}

#[tokio::test]
async fn what_waits_is_taken_back_once_and_what_has_gone_is_not() {
    let desk = desk([]).await;
    let path = desk.log("Nadia Okonkwo", "07700 900142").await;
    let list = desk.open("/notifications").await;
    let form = list.attribute("form[action$='/cancel']", "action").unwrap();
    let page = desk.browser.submit(&form, &[("back", "/notifications?state=queued")]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/notifications?state=queued"));
    assert_eq!(toast(&desk, &page).await, "The message is cancelled");
    desk.send().await;
    assert!(desk.gateway.requests().is_empty(), "nothing goes");
    let page = desk.browser.submit(&form, &[]).await;
    assert_eq!(toast(&desk, &page).await, "This message does not wait any more, so it cannot be cancelled.");
    let ticket = desk.open(&path).await;
    assert!(ticket.text.contains("SMS cancelled") && !ticket.has("form[action$='/cancel']"));
    let trail = ticket.all(".timeline footer").join(" ");
    assert!(trail.contains("(Dev Anand)") && trail.matches("Dev Anand").count() == 1, "who it was: {trail}");

    let other = desk.log("Other One", "07700 900143").await;
    let form = desk.open(&other).await.attribute("form[action$='/cancel']", "action").unwrap();
    assert_eq!(desk.browser.submit(&form.replace(reference(&other), reference(&path)), &[]).await.status, 404);
    desk.send().await;
    let page = desk.browser.submit(&form, &[]).await;
    assert!(toast(&desk, &page).await.contains("does not wait any more"));
}

#[tokio::test]
async fn what_a_client_says_on_the_phone_is_kept_like_a_stop() {
    let desk = desk([]).await;
    let path = desk.log("Nadia Okonkwo", "07700 900142").await;
    let page = desk.browser.submit(&format!("{path}/consent"), &[("optedOut", "true")]).await;
    assert_eq!(toast(&desk, &page).await, "Noted: this number gets no messages");
    let page = desk.open(&path).await;
    assert!(page.text.contains("Wants no messages, since"), "{}", page.text);
    desk.send().await;
    assert!(desk.gateway.requests().is_empty());
    assert!(desk.open("/notifications/calls").await.text.contains("Nadia Okonkwo"), "somebody has to call");
    assert_eq!(desk.browser.submit(&format!("{path}/consent"), &[]).await.status, 422, "nothing is assumed");
    desk.browser.submit(&format!("{path}/consent"), &[("optedOut", "false")]).await;
    let history = desk.open("/audit").await.text;
    assert!(history.contains("wants no more messages") && history.contains("wants messages again"), "{history}");
    assert!(!desk.open(&path).await.text.contains("Wants no messages, since"));
    desk.set(&path, "Fixed").await;
    desk.hand.advance(HOUR);
    desk.send().await;
    assert_eq!(desk.gateway.requests().len(), 1);
}

#[tokio::test]
async fn the_api_lists_reads_cancels_and_tries() {
    let gateway = crate::notifications::fake_gateway::FakeGateway::start([]).await;
    let settings = [
        ("sms.gateway", "kannel"),
        ("sms.kannel.url", gateway.url.as_str()),
        ("sms.kannel.username", "redress"),
        ("sms.kannel.password", "secret"),
        ("worker", "false"),
    ];
    let app = TestApp::with(&settings).await;
    let admin = app.admin().await;
    let mut logged = Vec::new();
    for _ in 0..3 {
        logged.push(admin.ticket(json!({})).await);
    }
    let first = admin.get("/api/notifications?pageSize=2&state=queued&channel=sms").await;
    let second = admin
        .get(&format!(
            "/api/notifications?pageSize=2&state=queued&cursor={}",
            first.json["nextCursor"].as_str().unwrap()
        ))
        .await;
    let items: Vec<_> = [&first, &second].iter().flat_map(|page| page.json["items"].as_array().unwrap()).collect();
    let shown: Vec<_> = items.iter().map(|item| item["ticketRef"].clone()).collect();
    let want: Vec<_> = logged.iter().rev().map(|ticket| ticket["ticketRef"].clone()).collect();
    assert_eq!((shown, second.json["nextCursor"].is_null()), (want, true));
    assert_eq!(items[0]["kind"], "created");

    let id = items[0]["id"].as_str().unwrap();
    let at = format!("/api/notifications/{id}");
    assert_eq!(admin.get(&at).await.json["state"], "queued");
    let cancelled = admin.post(&format!("{at}/cancel"), &json!({})).await;
    assert_eq!((cancelled.status, &cancelled.json["state"]), (200, &json!("cancelled")), "{}", cancelled.text);
    assert_eq!(admin.post(&format!("{at}/cancel"), &json!({})).await.status, 409);
    assert_eq!(admin.get("/api/notifications/0190b5f0-0000-7000-8000-000000000000").await.status, 404);

    let bad = admin.get("/api/notifications?state=x&channel=pigeon&from=monday&cursor=1&pageSize=101&q=1").await;
    assert_eq!(
        (bad.status, bad.faults()),
        (422, ["channel", "cursor", "from", "pageSize", "q", "state"].map(str::to_owned).to_vec())
    );

    let gateways = admin.get("/api/gateways").await;
    let kannel = &gateways.json["items"][0];
    assert_eq!((&kannel["name"], &kannel["sends"], &kannel["waiting"]), (&json!("kannel"), &json!(true), &json!(2)));
    assert!(kannel["failingSince"].is_null() && kannel["oldestWaitingAt"].is_string());
    let trial = admin.post("/api/gateways/sms/kannel/test", &json!({"to": "+447700900142"})).await;
    assert_eq!((trial.status, &trial.json), (200, &json!({"accepted": true, "reason": null})));
    assert_eq!(admin.post("/api/gateways/sms/kannel/test", &json!({"to": "x"})).await.faults(), ["to"]);
    assert_eq!(admin.post("/api/gateways/sms/kannel/test", &json!({})).await.faults(), ["to"]);
    assert_eq!(admin.post("/api/gateways/sms/log/test", &json!({"to": "+447700900142"})).await.status, 404);

    let stop = admin.put("/api/opt-outs", &json!({"phone": "+44 7700 900142", "optedOut": true})).await;
    assert_eq!((stop.status, &stop.json["optedOut"]), (200, &json!(true)), "{}", stop.text);
    let found = admin.post("/api/opt-outs/find", &json!({"phone": "+447700900142"})).await;
    assert_eq!((&found.json["phone"], found.json["since"].is_string()), (&json!("+447700900142"), true));
    let trial = admin.post("/api/gateways/sms/kannel/test", &json!({"to": "+447700900142"})).await;
    assert_eq!((trial.status, trial.faults()), (422, vec!["to".to_owned()]), "who said STOP gets no trial either");
    let start = admin.put("/api/opt-outs", &json!({"phone": "+447700900142", "optedOut": false})).await;
    assert_eq!(start.json, json!({"phone": "+447700900142", "optedOut": false, "since": null}));
    assert_eq!(admin.put("/api/opt-outs", &json!({})).await.faults(), ["optedOut", "phone"]);
}

#[tokio::test]
async fn a_trial_with_a_key_is_sent_once_and_answered_alike() {
    let gateway = crate::notifications::fake_gateway::FakeGateway::start([]).await;
    let settings = [
        ("sms.gateway", "kannel"),
        ("sms.kannel.url", gateway.url.as_str()),
        ("sms.kannel.username", "redress"),
        ("sms.kannel.password", "secret"),
        ("worker", "false"),
    ];
    let app = TestApp::with(&settings).await;
    let admin = app.admin().await;
    let keyed = || {
        let request = admin.request("POST", "/api/gateways/sms/kannel/test").header("idempotency-key", "k1");
        admin.send(request.json(&json!({"to": "+447700900142"})))
    };
    let (first, again) = (keyed().await, keyed().await);
    assert_eq!((first.status, again.status, &first.json), (200, 200, &again.json), "{}", again.text);
    assert_eq!((again.header("idempotency-replayed"), gateway.requests().len()), ("true", 1), "sent once");
}

#[tokio::test]
async fn who_takes_a_message_back_may_send_it_after_all() {
    let settings = [
        ("sms.gateway", "kannel"),
        ("sms.kannel.url", "http://127.0.0.1:9/"),
        ("sms.kannel.username", "redress"),
        ("sms.kannel.password", "secret"),
        ("worker", "false"),
    ];
    let app = TestApp::with(&settings).await;
    let admin = app.admin().await;
    admin.ticket(json!({})).await;
    let all = admin.get("/api/notifications").await;
    let at = format!("/api/notifications/{}", all.json["items"][0]["id"].as_str().unwrap());
    assert_eq!(admin.post(&format!("{at}/cancel"), &json!({})).await.status, 200);
    let again = admin.post(&format!("{at}/resend"), &json!({})).await;
    assert_eq!((again.status, &admin.get(&at).await.json["state"]), (202, &json!("queued")), "{}", again.text);
}
