//! What SQLite's plans say: no way reads what it need not.

use super::*;

/// A line of SQLite's query plan: its number, its parent's, and what it says.
type Step = (i64, i64, String);

fn plan(tx: &mut Tx<'_>, found: &Found, sql: &str) -> Vec<Step> {
    let rows = query(tx, found, &format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    rows.iter().map(|row| (row.int(0).unwrap(), row.int(1).unwrap(), row.text(3).unwrap())).collect()
}

/// What is wrong with the plan of a page, if anything.
fn waste(steps: &[Step], way: Way) -> Option<String> {
    let named = |id: i64| steps.iter().find(|step| step.0 == id).map_or("", |step| step.2.as_str());
    steps.iter().find_map(|(_, parent, step)| {
        let all_rows = step.starts_with("SCAN t") && !step.contains("INDEX") && !step.contains("VIRTUAL TABLE");
        let all_gathered = way == Way::Gather && step.starts_with("SCAN t ");
        let sorted = step.contains("TEMP B-TREE FOR ORDER BY") && named(*parent).contains("branch");
        (all_rows || all_gathered || sorted).then(|| format!("{step} in {}", named(*parent)))
    })
}

#[tokio::test]
async fn no_list_query_scans_or_sorts_the_whole_table() {
    let shop = shop().await;
    let (clock, _) = Clock::fixed(0, 13);
    for round in 0..250 {
        let (pairs, _) = pick(&shop, &clock);
        for sort in Sort::ALL {
            let sort_by = [("sort".to_owned(), sort.name().to_owned())];
            let pairs = [&pairs[..], &sort_by].concat();
            let desk = shop.app.tickets.desk.clone();
            let wasted = shop
                .app
                .db
                .read(move |tx| {
                    let mut filter = Filter::parse(&pairs, &desk)?;
                    let mut wasted = Vec::new();
                    for (limits, on) in [(LIMITS, false), (LOW, false), (LOW, true)] {
                        if on {
                            let key = if sort == Sort::TicketRef { "BILL-20261101-7K4M" } else { "1" };
                            filter.at = At::After(Cursor { key: key.to_owned(), id: desk.clock.uuid() });
                        }
                        let mut found = read(tx, &desk, &filter, limits)?;
                        let (counted, common) = size(tx, &found, limits)?;
                        let way = choose(tx, &found, filter.sort, counted, common, limits)?;
                        if common && way == Way::Walk {
                            // Walked to without the search, and tested then.
                            found.search = None;
                        }
                        let sql = rows_sql(&mut found, way, common, &filter)?;
                        let steps = plan(tx, &found, &sql);
                        if let Some(search) = &found.search {
                            // What the token index, or the index of references, gives by itself.
                            let read_all =
                                |step: &Step| step.2.starts_with("SCAN t") && !step.2.contains("VIRTUAL TABLE");
                            let all = plan(tx, &found, &search.set).into_iter().find(read_all);
                            wasted.extend(all.map(|step| (way, step.2, pairs.clone(), search.set.clone())));
                        }
                        if !found.is_open() {
                            for from in gather(&found, common) {
                                let counting = format!("SELECT count(*) FROM (SELECT 1 {from} LIMIT 10001)");
                                let wrong = waste(&plan(tx, &found, &counting), Way::Gather);
                                wasted.extend(wrong.map(|step| (way, step, pairs.clone(), counting)));
                            }
                        }
                        // With nothing to go by, all there is can only be walked.
                        let open = found.is_open() && found.search.is_none();
                        wasted.extend(waste(&steps, way).filter(|_| !open).map(|step| (way, step, pairs.clone(), sql)));
                    }
                    Ok::<_, Fault>(wasted)
                })
                .await
                .unwrap();
            assert_eq!(wasted, [], "{round}");
        }
    }
}

#[tokio::test]
async fn the_counts_of_the_side_bar_come_from_indexes_alone() {
    let shop = shop().await;
    let steps = shop
        .app
        .db
        .read(|tx| {
            let queries = counts::view_queries(tx.dialect());
            let explained = queries.iter().map(|sql| tx.query(&format!("EXPLAIN QUERY PLAN {sql}"), &[]));
            let rows = explained.collect::<Result<Vec<_>, _>>()?.concat();
            Ok::<_, Fault>(rows.iter().map(|row| row.text(3)).collect::<Result<Vec<_>, _>>()?)
        })
        .await
        .unwrap();
    let of_tickets: Vec<&String> = steps.iter().filter(|step| step.contains(" t ")).collect();
    assert_eq!(of_tickets.len(), 5, "{steps:?}");
    assert!(of_tickets.iter().all(|step| step.contains("COVERING INDEX")), "{of_tickets:?}");
    assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{steps:?}");
}
