//! What may be copied and written to, by which run, and when it is a desk.

use super::*;
use crate::db::migrate::MIGRATIONS;

#[tokio::test]
async fn a_run_that_another_has_followed_writes_no_more() {
    for out in [false, true] {
        let Desks { copy: first, .. } = &desks(out);
        let second = Copying { run: uuid::Uuid::from_u128(2), ..first.clone() };
        put(&first.source, "number_limits", [1, 2]).await;
        first.begin(0).await.unwrap();
        second.begin(0).await.unwrap();
        let overtaken = |error: CopyError| assert!(error.to_string().contains("another copy"), "{error}");
        overtaken(first.bring(&mut |_| {}).await.unwrap_err());
        overtaken(first.settle().await.unwrap_err());
        bring(&second).await;
        second.end(0).await.unwrap();
        take_over(&second.target.db, "it").await.unwrap();
        put(&second.target, "number_limits", [3]).await;
        overtaken(first.bring(&mut |_| {}).await.unwrap_err());
        overtaken(first.end(0).await.unwrap_err());
        take_over(&second.target.db, "it").await.expect("it stays a desk of its own");
    }
}

#[tokio::test]
async fn only_an_empty_database_or_the_same_copy_is_written_to() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        let other = Copying { desk: vec![8; 16], ..copy.clone() };
        put(&copy.target, "number_limits", [1]).await;
        let error = copy.begin(0).await.unwrap_err();
        assert!(matches!(error, CopyError::NotEmpty { table: "number_limits", .. }), "{error}");
        take_over(&copy.target.db, "it").await.unwrap();
        run(&copy.target, "DELETE FROM number_limits").await;

        copy.begin(0).await.unwrap();
        copy.begin(0).await.unwrap();
        assert!(matches!(other.begin(0).await, Err(CopyError::OtherDesk { .. })));
        assert!(matches!(take_over(&copy.target.db, "it").await, Err(CopyError::Unfinished { .. })));
        assert!(matches!(check_source(&copy.target).await, Err(CopyError::Unfinished { .. })));

        put(&copy.source, "number_limits", [1]).await;
        bring(copy).await;
        copy.end(0).await.unwrap();
        assert!(matches!(other.begin(0).await, Err(CopyError::OtherDesk { .. })), "whole, and not opened");
        check_source(&copy.target).await.unwrap();
        copy.begin(0).await.unwrap();
        copy.end(0).await.unwrap();

        take_over(&copy.target.db, "it").await.unwrap();
        assert!(matches!(copy.begin(0).await, Err(CopyError::NotEmpty { .. })), "it is a desk of its own now");
    }
}

#[tokio::test]
async fn a_desk_of_an_older_version_is_not_touched() {
    let Desks { mut copy, dirs } = desks(false);
    let url = DatabaseUrl::Sqlite(dirs.0.path().join("older.db"));
    copy.target.db = Db::open(&url, DbOptions::default()).unwrap();
    copy.target.db.migrate_to(&MIGRATIONS[..1], 0).unwrap();
    run(&copy.target, "INSERT INTO meta (name, value) VALUES ('vault.fingerprint', x'07')").await;
    let error = copy.begin(0).await.unwrap_err();
    assert!(matches!(error, CopyError::NotEmpty { table: "meta", .. }), "{error}");
    assert_eq!(copy.target.db.schema_status().unwrap().version, 1);
    assert!(matches!(check_source(&copy.target).await, Err(CopyError::Behind { .. })));

    run(&copy.target, "DELETE FROM meta").await;
    copy.begin(0).await.unwrap();
    assert!(copy.target.db.schema_status().unwrap().pending.is_empty());
}

#[tokio::test]
async fn a_desk_at_work_is_copied_ahead_and_never_taken_for_whole() {
    let Desks { copy, .. } = &desks(true);
    let node = uuid::Uuid::from_u128(1);
    copy.source.write(move |tx| nodes::announce(tx, node, (1, 1), 1_000_000)).await.unwrap();
    put(&copy.source, "number_limits", [1]).await;
    copy.begin(0).await.unwrap();
    let brought = bring(copy).await;
    copy.verify(&brought, &mut |_| {}).await.unwrap();
    for now in [1_000_000, 1_060_000] {
        assert!(matches!(copy.end(now).await, Err(CopyError::Served { nodes: 1, .. })));
    }
    assert!(matches!(take_over(&copy.target.db, "it").await, Err(CopyError::Unfinished { .. })));
    copy.end(1_060_001).await.unwrap();
    copy.source.write(move |tx| nodes::leave(tx, node)).await.unwrap();
    copy.begin(0).await.unwrap();
    copy.end(1_000_000).await.unwrap();
}
