//! What comes over, in the first run and in those after it.

use super::*;

#[tokio::test]
async fn all_rows_come_over_and_the_next_run_brings_only_what_differs() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        // More than a page, a batch, and what is counted at once.
        fill(&copy.source, 3).await;
        put(&copy.source, "number_limits", 1..=20_100).await;
        put(&copy.source, "sessions", 1..=3).await;
        run(&copy.source, "UPDATE tickets SET assigned_to = NULL, assigned_at = NULL WHERE seq = 2").await;
        copy.begin(0).await.unwrap();
        let all = copy.rows().await.unwrap();
        let mut told = 0;
        let brought = copy.bring(&mut |more| told += more).await.unwrap();
        assert_eq!((counts(&brought), told), ((all, 0, 0), all));
        for table in &TABLES {
            assert_eq!(rows(&copy.source, table).await, rows(&copy.target, table).await, "{}", table.name);
        }
        let mut told = 0;
        let verified = copy.verify(&brought, &mut |more| told += more).await.unwrap();
        assert_eq!((verified.total.0, told), (all, all));
        assert!(
            verified.tables.iter().any(|(name, rows, _)| (*name, *rows) == ("number_limits", 20_100)),
            "{verified:?}"
        );
        assert_eq!(verified.indexes, [("ticket_search", 9), ("client_search", 3)]);

        run(&copy.source, "UPDATE number_limits SET full_at = 5 WHERE number_token IN (700, 14000)").await;
        run(&copy.source, "DELETE FROM number_limits WHERE number_token IN (1, 500, 20100)").await;
        run(&copy.source, "DELETE FROM sessions").await;
        put(&copy.source, "number_limits", [-5, 90_000]).await;
        let brought = bring(copy).await;
        assert_eq!(counts(&brought), (4, 6, all - 8));
        copy.verify(&brought, &mut |_| {}).await.unwrap();
        assert_eq!(counts(&bring(copy).await), (0, 0, all - 4));
    }
}

#[tokio::test]
async fn what_search_looks_up_is_made_anew_and_goes_with_its_text() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        fill(&copy.source, 150).await;
        copy.begin(0).await.unwrap();
        bring(copy).await;
        assert_eq!(with_token(&copy.target, TokenIndex::Tickets, 77).await, [77]);
        assert_eq!(with_token(&copy.target, TokenIndex::Tickets, 1042).await, [42], "the part of a note");
        assert_eq!(with_token(&copy.target, TokenIndex::Clients, 1000).await, (1..=150).collect::<Vec<_>>());

        run(&copy.source, "UPDATE ticket_texts SET description = client_name WHERE seq = 1").await;
        let other = "UPDATE clients SET name = (SELECT name FROM clients WHERE seq = 9) WHERE seq = 8";
        run(&copy.source, other).await;
        run(&copy.source, "DELETE FROM ticket_notes WHERE version = 42").await;
        let brought = bring(copy).await;
        copy.settle().await.unwrap();
        assert_eq!(with_token(&copy.target, TokenIndex::Clients, 9).await, [8, 9], "in place of what found it before");
        assert_eq!(with_token(&copy.target, TokenIndex::Clients, 8).await, Vec::<i64>::new());
        assert_eq!(with_token(&copy.target, TokenIndex::Tickets, 1042).await, Vec::<i64>::new());
        copy.verify(&brought, &mut |_| {}).await.unwrap();

        copy.target.write(|tx| parts::remove(tx, TokenIndex::Tickets, &[(5, 0)])).await.unwrap();
        let missing = copy.verify(&brought, &mut |_| {}).await.unwrap_err();
        assert!(matches!(missing, CopyError::NotFound { index: "ticket_search", .. }), "{missing}");
    }
}

#[tokio::test]
async fn what_the_source_has_no_more_goes_though_others_name_it() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        copy.begin(0).await.unwrap();
        fill(&copy.source, 3).await;
        fill(&copy.target, 4).await;
        let there = copy.rows().await.unwrap();
        let brought = bring(copy).await;
        let tables = u64::try_from(TABLES.len()).unwrap();
        assert_eq!(counts(&brought), (0, tables, there));
        assert_eq!(rows(&copy.source, &TABLES[1]).await, rows(&copy.target, &TABLES[1]).await);
    }
}

#[tokio::test]
async fn rows_that_name_what_came_meanwhile_are_left_for_the_next_run() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        fill(&copy.source, 3).await;
        copy.begin(0).await.unwrap();
        let mut brought = Brought::default();
        let table = |name: &str| TABLES.iter().find(|table| table.name == name).unwrap();
        copy.bring_table(table("users"), &mut brought, &mut |_| {}).await.unwrap();
        put(&copy.source, "users", [4]).await;
        put(&copy.source, "sessions", [4]).await;
        copy.bring_table(table("sessions"), &mut brought, &mut |_| {}).await.unwrap();
        assert_eq!((brought.written, brought.left), (6, 1));
        assert_eq!(rows(&copy.target, table("sessions")).await.len(), 3);
        let brought = bring(copy).await;
        copy.verify(&brought, &mut |_| {}).await.unwrap();
    }
}

#[tokio::test]
async fn values_that_changed_places_are_in_each_others_way() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        put(&copy.source, "users", [1, 2]).await;
        copy.begin(0).await.unwrap();
        bring(copy).await;
        run(&copy.source, "UPDATE users SET email_token = 5 - email_token").await;
        run(&copy.source, "UPDATE users SET email_token = email_token - 2").await;
        let error = copy.bring(&mut |_| {}).await.unwrap_err();
        assert!(matches!(error, CopyError::InTheWay { table: "users", .. }), "{error}");
    }
}

#[tokio::test]
async fn new_rows_are_numbered_on() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        put(&copy.source, "number_limits", [1]).await;
        put(&copy.source, "clients", [3, 9]).await;
        copy.begin(0).await.unwrap();
        bring(copy).await;
        copy.settle().await.unwrap();
        for (row, seq) in [(100, 10), (101, 11)] {
            let insert = move |tx: &mut Tx<'_>| {
                let table = TABLES.iter().find(|table| table.name == "clients").unwrap();
                let columns: Vec<&str> = table.columns().skip(1).collect();
                let values: Vec<Value> = columns.iter().map(|column| value(table, column, row)).collect();
                let places = tables::places(1, columns.len());
                tx.execute(&format!("INSERT INTO clients ({}) VALUES ({places})", columns.join(", ")), &values)?;
                tx.query_one("SELECT max(seq) FROM clients", &[])
            };
            assert_eq!(copy.target.write(insert).await.unwrap().unwrap().int(0), Ok(seq));
        }
    }
}
