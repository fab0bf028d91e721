//! A ticket's SMS over the API: what they say, and sending one again.

use serde_json::json;

use super::{KANNEL, assert_problem, messages, path};
use crate::support::TestApp;

#[tokio::test]
async fn the_messages_of_a_ticket_name_what_was_sent_to_whom() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let other = admin.ticket(json!({"clientPhone": "+447700900199"})).await;
    admin.put(&path(&ticket), &json!({"status": "Fixed", "clientPhone": "+447700900155"})).await;
    let sent = messages(&admin, &ticket).await;
    let reference = ticket["ticketRef"].as_str().unwrap();
    assert_eq!(sent.len(), 2);
    let (created, fixed) = (sent[0]["text"].as_str().unwrap(), sent[1]["text"].as_str().unwrap());
    assert!(created.contains(&format!("Reply STATUS {reference}")) && created.contains("Charged twice"), "{created}");
    assert!(fixed.contains(reference) && fixed.contains("resolved") && fixed.contains("fixed"), "{fixed}");
    for (message, kind, recipient) in [(&sent[0], "created", "+447700900142"), (&sent[1], "fixed", "+447700900155")] {
        assert_eq!((&message["kind"], &message["recipient"]), (&json!(kind), &json!(recipient)));
        assert_eq!((&message["channel"], &message["ticketId"]), (&json!("sms"), &ticket["id"]));
        // The log is no gateway: nothing goes, and that shows.
        assert_eq!((&message["state"], &message["attempts"]), (&json!("suppressed"), &json!(0)), "{message}");
        assert_eq!(message["segments"], 1);
        assert!(message["gatewayMessageId"].is_null() && message["createdAt"].as_str().is_some());
    }
    assert_eq!(messages(&admin, &other).await.len(), 1);
}

#[tokio::test]
async fn resending_answers_202_and_makes_no_second_message() {
    let app = TestApp::with(&KANNEL).await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let queued = messages(&admin, &ticket).await.remove(0);
    assert_eq!(queued["state"], "queued");
    let at = format!("/api/notifications/{}/resend", queued["id"].as_str().unwrap());
    assert_problem(&admin.send(admin.request("POST", &at)).await, 409);
    for id in ["0190b5f0-0000-7000-8000-000000000000", "x", ticket["id"].as_str().unwrap()] {
        assert_problem(&admin.send(admin.request("POST", &format!("/api/notifications/{id}/resend"))).await, 404);
    }
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let kept = messages(&admin, &ticket).await.remove(0);
    let at = format!("/api/notifications/{}/resend", kept["id"].as_str().unwrap());
    let reply = admin.send(admin.request("POST", &at)).await;
    assert_eq!((reply.status, &reply.json["id"]), (202, &kept["id"]), "{}", reply.text);
    let now = messages(&admin, &ticket).await;
    assert_eq!(now.len(), 1);
    assert!(now[0]["history"].as_array().unwrap().len() > kept["history"].as_array().unwrap().len());
}
