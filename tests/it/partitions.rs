//! What docs/operations/scaling.md has people do with tables that have grown large.

mod postgres_only {
    use redress::clock::Clock;
    use serde_json::{Value, json};
    use testbase::{
        Database,
        tokio_postgres::{self, NoTls},
    };

    use crate::support::{Caller, Dir, TestApp};

    const SCRIPT: &str = include_str!("../../docs/operations/partitions.sql");

    /// Rows of the parts of a table, the oldest part first.
    fn parts(database: &Database, table: &str) -> Vec<i64> {
        database.with(async |client| {
            let sql = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass($1::text) ORDER BY inhrelid";
            let mut rows = Vec::new();
            for part in client.query(sql, &[&table]).await.unwrap() {
                let count = format!("SELECT count(*) FROM {}", part.get::<_, String>(0));
                rows.push(client.query_one(&count, &[]).await.unwrap().get(0));
            }
            rows
        })
    }

    /// Does it while tickets are logged, and tells how many were.
    async fn divide(database: &Database, admin: &Caller) -> usize {
        let url = database.url().to_owned();
        let dividing = tokio::spawn(async move {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
            tokio::spawn(connection);
            client.batch_execute(SCRIPT).await
        });
        let mut logged = 0;
        while logged < 5 || !dividing.is_finished() {
            admin.ticket(json!({})).await;
            logged += 1;
        }
        dividing.await.unwrap().unwrap();
        logged
    }

    /// Whether an index is one of the whole table, as later migrations take it for.
    fn is_whole(database: &Database, index: &str) -> bool {
        database.with(async |client| {
            let sql = "SELECT relkind = 'I' FROM pg_class WHERE oid = to_regclass($1::text)";
            client.query_one(sql, &[&index]).await.unwrap().get(0)
        })
    }

    /// Everything that a ticket's page has, and that search finds it by its note.
    async fn whole(admin: &Caller, ticket: &Value, word: &str) -> Value {
        let id = ticket["id"].as_str().unwrap();
        let found = admin.get(&format!("/api/tickets?q={word}")).await.json;
        assert_eq!(found["total"], 1, "{word}: {found}");
        assert_eq!(found["items"][0]["id"], id, "{word}");
        let of = async |part: &str| admin.get(&format!("/api/tickets/{id}{part}")).await.json;
        json!([of("").await, of("/notifications").await])
    }

    async fn worked_on(admin: &Caller, name: &str, word: &str) -> Value {
        let ticket = admin.ticket(json!({"clientName": name, "description": word})).await;
        let path = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
        let noted = admin.post(&format!("{path}/notes"), &json!({"content": format!("Called about {word}note")})).await;
        assert_eq!(noted.status, 201, "{noted:?}");
        let moved = admin.put(&path, &json!({"status": "In Progress"})).await;
        assert_eq!(moved.status, 200, "{moved:?}");
        ticket
    }

    #[tokio::test]
    async fn tables_divided_while_servers_run_lose_nothing_and_take_both_old_and_new() {
        let dir = Dir::new();
        let database = dir.database().unwrap();
        let app = TestApp::at(&dir, &[], Clock::system()).await;
        let admin = app.admin().await;
        let old = worked_on(&admin, "Old Client", "aardvark").await;
        let mut logged = 3;
        let before = whole(&admin, &old, "aardvark").await;
        logged += divide(database, &admin).await;
        assert_eq!(whole(&admin, &old, "aardvark").await, before, "as it was");
        let new = worked_on(&admin, "New Client", "bumblebee").await;
        logged += divide(database, &admin).await;
        let newest = worked_on(&admin, "Newest Client", "caterpillar").await;
        for table in ["ticket_texts", "ticket_search", "ticket_events", "notification_events"] {
            let rows = parts(database, table);
            assert!(rows.len() == 3 && rows.iter().all(|rows| *rows > 0), "{table}: {rows:?}");
        }
        assert_eq!(parts(database, "ticket_texts").iter().sum::<i64>(), i64::try_from(logged).unwrap());
        for index in ["ticket_texts_pkey", "ticket_search_pkey", "ticket_search_tokens", "ticket_events_fixed"] {
            assert!(is_whole(database, index), "{index}");
        }
        let remove =
            async |client: &tokio_postgres::Client| client.batch_execute("DROP INDEX ticket_events_undone").await;
        database.with(remove).expect("a later version may have no need of it");
        for (ticket, word) in [(&old, "aardvark"), (&new, "bumblebee"), (&newest, "caterpillar")] {
            whole(&admin, ticket, &format!("{word}note")).await;
            let path = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
            let edited = admin.put(&path, &json!({"description": format!("{word}edit"), "status": "Fixed"})).await;
            assert_eq!(edited.status, 200, "an old part takes changes as well: {edited:?}");
            whole(&admin, ticket, &format!("{word}edit")).await;
        }
        let fixed = admin.get("/api/tickets?status=Fixed&sort=createdAt&order=asc").await.json;
        let ids = |items: &Value| items.as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
        assert_eq!(ids(&fixed["items"]), [old["id"].clone(), new["id"].clone(), newest["id"].clone()]);
    }
}
