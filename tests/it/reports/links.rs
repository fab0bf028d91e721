//! Every number leads to a list of just so many.

use serde_json::json;

use super::{Desk, HOUR, desk};
use crate::support::Page;

/// A fortnight with every kind of life, made by dice that always fall alike.
async fn busy() -> Desk {
    let desk = desk().await;
    let technicians = [desk.app.technician("Aisha Bello").await.id, desk.app.technician("Tomasz Nowak").await.id];
    let clock = desk.app.app.clock.clone();
    let below = |bound: u32| clock.below(bound) as usize;
    let mut living: Vec<String> = Vec::new();
    for _ in 0..60 {
        let fields = json!({
            "issueType": (["Incorrect Bill", "Payment Not Reflected", "Other"][below(3)]),
            "priority": (["Low", "Medium", "High", "Urgent"][below(4)]),
            "assignedTo": ([None, Some(technicians[0]), Some(technicians[1])][below(3)]),
            "clientPhone": (["+447700900142", "+442079460123"][usize::from(below(5) == 0)]),
        });
        living.push(desk.log(fields).await);
        let one = living[below(u32::try_from(living.len()).unwrap())].clone();
        for status in ["Fixed", "Open", "Fixed", "Closed", "Open", "In Progress", "Fixed"] {
            if below(3) == 0 {
                break;
            }
            // Some of these moves are not allowed, which is as good.
            desk.admin.put(&format!("/api/tickets/{one}"), &json!({"status": status})).await;
            desk.hand.advance(HOUR / 4);
        }
        if below(4) == 0 {
            let fresh = living[living.len() - 1].clone();
            let reply = desk.admin.get(&format!("/api/tickets/{fresh}")).await;
            if reply.json["status"] == "New" {
                desk.fix_and_undo(&fresh).await;
            }
        }
        desk.hand.advance(i64::from(clock.below(9)) * HOUR);
    }
    desk.sign_in().await;
    desk
}

/// How many the list has that an address leads to.
async fn total(desk: &Desk, address: &str) -> u64 {
    if let Some(query) = address.strip_prefix("/tickets?") {
        let reply = desk.admin.get(&format!("/api/tickets?{query}")).await;
        assert_eq!(reply.status, 200, "{address}: {}", reply.text);
        return reply.json["total"].as_u64().unwrap();
    }
    let page = desk.browser.open(address).await;
    assert_eq!(page.status, 200, "{address}");
    page.all(".page-head .count")[0].split(' ').next().unwrap().parse().unwrap()
}

fn leads(page: &Page) -> Vec<(String, u64)> {
    let numbers = page.attributes("[data-total]", "data-total").into_iter().map(|total| total.parse().unwrap());
    page.attributes("[data-total]", "href").into_iter().zip(numbers).collect()
}

#[tokio::test]
async fn every_bar_and_every_number_leads_to_a_list_as_long_as_it_says() {
    let desk = busy().await;
    let mut checked = std::collections::BTreeMap::new();
    for query in [
        "",
        "?period=last-90-days",
        "?from=2026-10-20&to=2026-11-10",
        "?from=2026-01-01&to=2026-12-31",
        "?from=2026-10-25&to=2026-10-26&priority=High&priority=Urgent",
        "?from=2026-10-20&to=2026-11-30&status=Open,Fixed&issueType=Other&assignedTo=none",
    ] {
        let page = desk.browser.open(&format!("/reports{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        for (address, said) in leads(&page) {
            checked.insert(address, said);
        }
    }
    assert!(checked.len() > 150, "{}", checked.len());
    for kind in ["createdFrom=", "fixed%3A", "reopened%3A", "issueType=", "assignedTo=", "/notifications?"] {
        assert!(checked.keys().any(|address| address.contains(kind)), "{kind}");
    }
    for (address, said) in checked {
        assert_eq!(total(&desk, &address).await, said, "{address}");
        assert!(said > 0, "nothing leads to an empty list");
    }
}

#[tokio::test]
async fn bars_say_what_the_table_says() {
    let desk = busy().await;
    let page = desk.browser.open("/reports/created-and-fixed?from=2026-10-20&to=2026-11-20").await;
    let of = |page: &Page, within: &str| {
        let mut found: Vec<(String, String)> = page
            .attributes(&format!("{within} [data-total]"), "href")
            .into_iter()
            .zip(page.attributes(&format!("{within} [data-total]"), "data-total"))
            .collect();
        found.sort();
        found
    };
    assert!(!of(&page, "svg").is_empty());
    assert_eq!(of(&page, "svg"), of(&page, "table"));
    let sum: u64 =
        page.attributes("table td:nth-child(2) a", "data-total").iter().map(|n| n.parse::<u64>().unwrap()).sum();
    assert_eq!(sum, 60, "every ticket is on one day");
}
