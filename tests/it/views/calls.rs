//! The calls: whose views they are, what is refused, what is kept.

use redress::staff::Role;
use serde_json::json;

use super::{code, names, path, save, two};
use crate::support::{Caller, TestApp};

async fn delete(caller: &Caller, path: &str) -> u16 {
    caller.send(caller.request("DELETE", path)).await.status
}

#[tokio::test]
async fn a_view_is_kept_in_the_one_form_of_its_filter() {
    let (app, priya, _) = two().await;
    let body = json!({"name": "  Urgent\tones ", "query": "?priority=Urgent,High&page=3&status=Open&status=New,Open&order=desc&q=+zoë+"});
    let reply = priya.post("/api/views", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let view = reply.json.clone();
    assert_eq!(reply.header("location"), path(&view));
    assert_eq!(view["name"], "Urgent ones");
    assert_eq!(view["query"], "status=New&status=Open&priority=High&priority=Urgent&q=zo%C3%AB");
    assert_eq!(view["shared"], false);
    assert_eq!(view["owner"], json!({"id": app.id_of(&priya).await, "name": "Priya Raman"}));
    assert_eq!(view["createdAt"], view["updatedAt"]);
    let found = priya.get(&format!("/api/tickets?{}", view["query"].as_str().unwrap())).await;
    assert_eq!(found.status, 200, "the query is one of the list");
    // Its one form is its own one form.
    let again = save(&priya, "Again", view["query"].as_str().unwrap(), false).await;
    assert_eq!(again["query"], view["query"]);
    assert_eq!(priya.get("/api/views").await.json["items"][1], view);
}

#[tokio::test]
async fn everybody_sees_their_own_and_the_shared_ones() {
    let (app, priya, dev) = two().await;
    save(&priya, "b mine", "status=New", false).await;
    save(&priya, "A shared", "status=Open", true).await;
    save(&dev, "Z of Dev", "status=Fixed", false).await;
    let zoe = save(&dev, "zoe", "status=Closed", true).await;
    assert_eq!(names(&priya).await, ["A shared", "b mine", "zoe"], "one's own first, then those of others");
    assert_eq!(names(&dev).await, ["Z of Dev", "zoe", "A shared"]);
    let technician = app.caller("Aisha Bello", Role::Technician).await;
    assert_eq!(technician.get("/api/views").await.status, 403);
    assert_eq!(technician.post("/api/views", &json!({"name": "x", "query": "status=New"})).await.status, 403);
    assert_eq!(delete(&technician, &path(&zoe)).await, 403);
    assert_eq!(app.anonymous().get("/api/views").await.status, 401);
    assert_eq!(priya.get("/api/views?x=1").await.faults(), ["x"]);
}

#[tokio::test]
async fn only_the_owner_changes_and_deletes() {
    let (_app, priya, dev) = two().await;
    let own = save(&priya, "Mine", "status=New", false).await;
    let shared = save(&priya, "Ours", "status=Open", true).await;
    for (view, want) in [(&own, 404), (&shared, 403)] {
        let reply = dev.patch(&path(view), &json!({"name": "Taken over", "shared": false})).await;
        assert_eq!(reply.status, want, "{}", reply.text);
        assert_eq!(delete(&dev, &path(view)).await, want);
    }
    assert_eq!(names(&priya).await, ["Mine", "Ours"]);
    let reply = priya.patch(&path(&own), &json!({"name": "Mine and yours", "shared": true})).await;
    assert_eq!((reply.status, &reply.json["query"]), (200, &own["query"]));
    assert_eq!(names(&dev).await, ["Mine and yours", "Ours"]);
    let reply = priya.patch(&path(&own), &json!({"query": "q=router", "shared": false})).await;
    assert_eq!((&reply.json["query"], &reply.json["name"]), (&json!("q=router"), &json!("Mine and yours")));
    assert_eq!(names(&dev).await, ["Ours"], "no longer shared");
    assert_eq!(delete(&priya, &path(&own)).await, 204);
    assert_eq!(delete(&priya, &path(&own)).await, 404);
    assert_eq!(priya.patch("/api/views/x", &json!({})).await.status, 404);
    assert_eq!(names(&priya).await, ["Ours"]);
}

/// Otherwise it would stand in every side bar for ever.
#[tokio::test]
async fn what_somebody_shared_who_is_gone_can_be_deleted_by_any_admin() {
    let (app, priya, dev) = two().await;
    let left = save(&dev, "Left behind", "status=New", true).await;
    let kept = save(&dev, "To himself", "status=Open", false).await;
    let id = app.id_of(&dev).await;
    assert_eq!(delete(&priya, &path(&left)).await, 403);
    for (change, back) in [
        (json!({"enabled": false}), json!({"enabled": true})),
        (json!({"role": "technician"}), json!({"role": "admin"})),
    ] {
        assert_eq!(priya.patch(&format!("/api/users/{id}"), &change).await.status, 200);
        assert_eq!(priya.patch(&path(&left), &json!({"name": "Mine now"})).await.status, 403, "deleting is all");
        assert_eq!(delete(&priya, &path(&kept)).await, 404);
        assert_eq!(priya.patch(&format!("/api/users/{id}"), &back).await.status, 200);
        assert_eq!(delete(&priya, &path(&left)).await, 403, "back again");
    }
    priya.patch(&format!("/api/users/{id}"), &json!({"enabled": false})).await;
    assert_eq!(delete(&priya, &path(&left)).await, 204);
    assert_eq!(names(&priya).await, Vec::<String>::new());
}

#[tokio::test]
async fn fifty_views_each_and_no_name_twice() {
    let (_app, priya, dev) = two().await;
    for n in 0..49 {
        save(&priya, &format!("View {n}"), "status=New", n % 2 == 0).await;
    }
    for name in ["View 7", "view 7", " VIEW 7 "] {
        let reply = priya.post("/api/views", &json!({"name": name, "query": "status=Open"})).await;
        assert_eq!((reply.status, reply.faults(), code(&reply)), (422, vec!["name".to_owned()], "taken"), "{name}");
    }
    let last = save(&priya, "View 49", "status=New", false).await;
    let reply = priya.post("/api/views", &json!({"name": "One more", "query": "status=Open"})).await;
    assert_eq!((reply.status, reply.faults(), code(&reply)), (422, vec!["name".to_owned()], "too_many"));
    assert!(reply.json["errors"][0]["message"].as_str().unwrap().contains("50"), "{}", reply.text);
    save(&dev, "View 7", "status=Open", false).await;
    assert_eq!(code(&priya.patch(&path(&last), &json!({"name": "VIEW 8"})).await), "taken");
    let reply = priya.patch(&path(&last), &json!({"name": "VIEW 49"})).await;
    assert_eq!((reply.status, &reply.json["name"]), (200, &json!("VIEW 49")), "its own name is not taken");
    assert_eq!(delete(&priya, &path(&last)).await, 204);
    save(&priya, "One more", "status=Open", false).await;
}

#[tokio::test]
async fn bad_input_is_named() {
    let (_app, priya, _) = two().await;
    let long = "x".repeat(10_000);
    for (body, fields) in [
        (json!({}), vec!["name", "query"]),
        (json!({"name": "", "query": ""}), vec!["name", "query"]),
        (json!({"name": " \u{200b}", "query": "?"}), vec!["name", "query"]),
        (json!({"name": "x".repeat(61), "query": "status=New"}), vec!["name"]),
        (json!({"name": long, "query": format!("q={long}")}), vec!["name", "query"]),
        (json!({"name": "a\u{0}b", "query": "status=New"}), vec!["name"]),
        (
            json!({"name": 5, "query": ["status=New"], "shared": "maybe", "owner": "x"}),
            vec!["name", "owner", "query", "shared"],
        ),
        (json!({"name": "x", "query": "status=Nowhere&colour=red"}), vec!["query", "query"]),
        (json!({"name": "x", "query": "page=4"}), vec!["query"]),
        (json!({"name": "x", "query": "q=%00"}), vec![]),
        (json!({"name": "x", "query": "https://evil.example/?status=New"}), vec!["query"]),
    ] {
        let reply = priya.post("/api/views", &body).await;
        assert!(reply.status == 422 || fields.is_empty(), "{body}: {}", reply.text);
        assert!(reply.status < 500);
        assert_eq!(reply.faults(), fields, "{}", &reply.text[..reply.text.len().min(500)]);
        if reply.status == 201 {
            delete(&priya, &path(&reply.json)).await;
        }
    }
    let view = save(&priya, &"é".repeat(60), "sort=createdAt", false).await;
    for body in [
        json!({"name": null}),
        json!({"name": ""}),
        json!({"query": null}),
        json!({"query": "status=x"}),
        json!({"id": 1}),
    ] {
        assert_eq!(priya.patch(&path(&view), &body).await.status, 422, "{body}");
    }
    assert_eq!(priya.patch(&path(&view), &json!({})).await.json, view);
}

#[tokio::test]
async fn a_post_under_a_key_is_done_once() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let send = async |name: &str| {
        let body = json!({"name": name, "query": "status=New"});
        admin.send(admin.request("POST", "/api/views").header("idempotency-key", "k1").json(&body)).await
    };
    let first = send("Once").await;
    let again = send("Once").await;
    assert_eq!((again.status, again.header("idempotency-replayed"), &again.json), (201, "true", &first.json));
    assert_eq!(send("Twice").await.status, 422);
    assert_eq!(names(&admin).await, ["Once"]);
}
