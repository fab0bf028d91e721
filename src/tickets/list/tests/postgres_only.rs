//! What PostgreSQL's plans say: what was chosen by counting is not undone by guesses.

use super::*;

/// So many that to go through them all is worth avoiding.
const MANY: usize = 20_000;

/// Tickets with tokens of which each is in many. Of one that is in few the engine then only knows that it is in no more
/// than those.
fn fill(tx: &mut Tx<'_>) -> Result<(), Fault> {
    for sql in [
        format!(
            "INSERT INTO tickets (id, ticket_ref, issue_type, status, priority, created_by, created_at, updated_at, version) \
             SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), 'BILL-' || n, 'Other', 5, 1, \
             (SELECT id FROM users LIMIT 1), n, n, 1 FROM generate_series(1, {MANY}) n"
        ),
        "INSERT INTO ticket_search (ticket, part, tokens) SELECT seq, 0, ARRAY(SELECT k * 1000 + (seq * (k + 7)) % 53 FROM generate_series(1, 25) k) FROM tickets \
         WHERE created_at <= 1000000 ON CONFLICT DO NOTHING"
            .to_owned(),
    ] {
        tx.execute(&sql, &[])?;
    }
    Ok(())
}

fn plan(tx: &mut Tx<'_>, found: &Found, sql: &str) -> String {
    let rows = query(tx, found, &format!("EXPLAIN {sql}")).unwrap();
    rows.iter().map(|row| row.text(0).unwrap()).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_rare_search_goes_by_its_tokens_and_not_through_all_tickets() {
    let shop = shop().await;
    shop.app.db.write(fill).await.unwrap();
    for table in ["tickets", "ticket_search"] {
        let analyze = format!("ANALYZE {table}");
        shop.app.db.write(move |tx| tx.execute(&analyze, &[]).map(drop)).await.unwrap();
    }
    let rare = shop.all[0].client_phone.as_str().to_owned();
    for sort in Sort::ALL {
        let pairs = [("q".to_owned(), rare.clone()), ("sort".to_owned(), sort.name().to_owned())];
        let desk = shop.app.tickets.desk.clone();
        let read = move |tx: &mut Tx<'_>| {
            let filter = Filter::parse(&pairs, &desk)?;
            let mut found = read(tx, &desk, &filter, LIMITS)?;
            let (counted, common) = size(tx, &found, LIMITS)?;
            assert!(counted.exact && !common && counted.total > 0, "{counted:?}");
            let sql = rows_sql(&mut found, Way::Gather, common, &filter)?;
            Ok::<_, Fault>(plan(tx, &found, &sql))
        };
        let plan = shop.app.db.read(read).await.unwrap();
        assert!(plan.contains("ticket_search_tokens"), "{plan}");
        for index in [
            "tickets_updated",
            "tickets_id",
            "tickets_ref",
            "tickets_status",
            "tickets_priority",
            "Seq Scan on tickets",
        ] {
            assert!(!plan.contains(index), "{index} in\n{plan}");
        }
    }
}
