//! The whole product through a connection pooler.

mod postgres_only {
    use redress::clock::Clock;
    use serde_json::json;
    use testbase::servers::Pooler;

    use crate::{
        live::{QUIET, Stream, list},
        support::{Dir, TestApp},
    };

    /// `PgBouncer` in transaction mode, before two nodes.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_desk_works_where_each_transaction_gets_any_connection() {
        let dir = Dir::new();
        let pooler = Pooler::before(dir.database().unwrap().url());
        let settings = [&QUIET[..], &[("database_url", pooler.url.as_str()), ("database_pooler", "true")]].concat();
        let ours = TestApp::at(&dir, &settings, Clock::system()).await;
        let theirs = TestApp::at(&dir, &settings, Clock::system()).await;
        let (browser, admin) = (ours.browser().await, theirs.admin().await);
        let mut stream = Stream::open(&browser, &list(&browser.open("/tickets").await)).await;
        let ticket =
            admin.ticket(json!({"clientName": "Nadia Okonkwo", "description": "Billed for an aardvark"})).await;
        stream.until("1 new ticket. Show it").await;
        let path = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
        let noted = admin.post(&format!("{path}/notes"), &json!({"content": "The bumblebee was refunded"})).await;
        assert_eq!(noted.status, 201, "{}", noted.text);
        let fixed = admin.put(&path, &json!({"status": "Fixed"})).await;
        assert_eq!(fixed.status, 200, "{}", fixed.text);
        for words in ["okonk", "aardvark", "aardvark bumblebee", "status:fixed bumblebee"] {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", words).finish();
            let found = admin.get(&format!("/api/tickets?{query}")).await.json;
            assert_eq!((&found["total"], &found["items"][0]["id"]), (&json!(1), &ticket["id"]), "{words}");
        }
        let file = admin.get("/api/tickets.csv").await;
        assert!(file.status == 200 && file.text.contains("aardvark"), "{}", file.text);
        let reports = browser.open("/reports").await;
        assert!(reports.has("table"), "reports are read within a limit of time, set in the transaction");
    }
}
