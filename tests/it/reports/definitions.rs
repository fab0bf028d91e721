//! What the numbers mean, on desks small enough to count by hand.

use serde_json::json;

use super::{HOUR, MINUTE, desk};

#[tokio::test]
async fn days_are_days_of_the_isp_also_when_clocks_change() {
    let desk = desk().await;
    // 23:30 of the 24th, while UTC is an hour behind.
    desk.hand.advance(11 * HOUR + 30 * MINUTE);
    desk.log(json!({})).await;
    // 00:30, 01:30, and 01:30 once more, then 23:30 of the 25th, which has 25 hours.
    for step in [1, 1, 1, 22] {
        desk.hand.advance(step * HOUR);
        desk.log(json!({})).await;
    }
    desk.hand.advance(HOUR);
    desk.log(json!({})).await;
    assert_eq!(
        desk.file("/reports/created-and-fixed.csv?from=2026-10-23&to=2026-10-26").await,
        [
            "from,to,created,fixed",
            "2026-10-23,2026-10-23,0,0",
            "2026-10-24,2026-10-24,1,0",
            "2026-10-25,2026-10-25,4,0",
            "2026-10-26,2026-10-26,1,0",
        ]
    );
}

#[tokio::test]
async fn a_fixed_that_was_undone_never_was() {
    let desk = desk().await;
    let undone = desk.log(json!({})).await;
    desk.fix_and_undo(&undone).await;
    let later = desk.log(json!({})).await;
    desk.fix_and_undo(&later).await;
    desk.hand.advance(24 * HOUR);
    desk.set(&later, "Fixed").await;
    let lines = desk.file("/reports/created-and-fixed.csv?from=2026-10-24&to=2026-10-25").await;
    assert_eq!(lines[1..], ["2026-10-24,2026-10-24,2,0", "2026-10-25,2026-10-25,0,1"]);
    let lines = desk.file("/reports/reopened.csv?from=2026-10-24&to=2026-10-25").await;
    assert_eq!(lines[1..], ["2026-10-24,2026-10-24,0,0,", "2026-10-25,2026-10-25,1,0,0.0000"]);
}

#[tokio::test]
async fn times_are_by_the_nearest_rank_from_logging_to_fixed() {
    let desk = desk().await;
    let mut tickets = Vec::new();
    for _ in 0..10 {
        tickets.push(desk.log(json!({})).await);
    }
    // After 1, 2, … 10 minutes.
    for ticket in &tickets {
        desk.hand.advance(MINUTE);
        desk.set(ticket, "Fixed").await;
    }
    let lines = desk.file("/reports/time-to-fixed.csv?from=2026-10-24&to=2026-10-24").await;
    assert_eq!(lines, ["from,to,fixed,medianSeconds,percentile90Seconds", "2026-10-24,2026-10-24,10,300,540"]);
    // One more, and the ranks move on.
    let slow = desk.log(json!({})).await;
    desk.hand.advance(HOUR);
    desk.set(&slow, "Fixed").await;
    let lines = desk.file("/reports/time-to-fixed.csv?from=2026-10-24&to=2026-10-24").await;
    assert_eq!(lines[1], "2026-10-24,2026-10-24,11,360,600");
    let page = desk.open("/reports/time-to-fixed?from=2026-10-24&to=2026-10-24").await;
    assert_eq!(page.all(".figures dd"), ["6 min", "10 min"]);
    let none = desk.file("/reports/time-to-fixed.csv?from=2026-10-23&to=2026-10-23").await;
    assert_eq!(none[1], "2026-10-23,2026-10-23,0,,");
}

#[tokio::test]
async fn reopened_is_counted_with_the_day_of_the_fixed_before_it() {
    let desk = desk().await;
    let [again, closed, twice, good] =
        [desk.log(json!({})).await, desk.log(json!({})).await, desk.log(json!({})).await, desk.log(json!({})).await];
    for ticket in [&again, &closed, &twice, &good] {
        desk.set(ticket, "Fixed").await;
    }
    desk.set(&closed, "Closed").await;
    // On the same day, so that it became Fixed twice on it.
    desk.set(&twice, "In Progress").await;
    desk.hand.advance(MINUTE);
    desk.set(&twice, "Fixed").await;
    desk.hand.advance(24 * HOUR);
    desk.set(&again, "Open").await;
    desk.set(&closed, "Open").await;
    desk.hand.advance(24 * HOUR);
    desk.set(&again, "Fixed").await;
    let lines = desk.file("/reports/reopened.csv?from=2026-10-24&to=2026-10-26").await;
    assert_eq!(
        lines,
        [
            "from,to,fixed,reopened,reopenedShare",
            "2026-10-24,2026-10-24,4,3,0.7500",
            "2026-10-25,2026-10-25,0,0,",
            "2026-10-26,2026-10-26,1,0,0.0000",
        ]
    );
    // Over all days the ticket that became Fixed on two of them is one.
    let page = desk.open("/reports/created-and-fixed?from=2026-10-24&to=2026-10-26").await;
    assert_eq!(page.all(".figures dd"), ["4", "4"]);
}

#[tokio::test]
async fn what_is_open_is_shown_by_its_age_whatever_days_are_asked_for() {
    let desk = desk().await;
    let mut tickets = Vec::new();
    for days in [60, 1, 6, 1, 0] {
        tickets.push(desk.log(json!({})).await);
        desk.hand.advance(days * 24 * HOUR);
    }
    desk.set(&tickets[1], "In Progress").await;
    desk.set(&tickets[2], "Fixed").await;
    // Logged 68, 8, 7, 1 and 0 days ago.
    let lines = desk.file("/reports/open-by-age.csv?period=today").await;
    assert_eq!(
        lines,
        [
            "age,new,open,inProgress,dispatched",
            "0 days,1,0,0,0",
            "1-2 days,1,0,0,0",
            "3-6 days,0,0,0,0",
            "7-13 days,0,0,1,0",
            "14-29 days,0,0,0,0",
            "30-89 days,1,0,0,0",
            "90 days or more,0,0,0,0",
        ]
    );
    let only = desk.file("/reports/open-by-age.csv?status=In+Progress,Closed").await;
    assert_eq!((only[1].as_str(), only[4].as_str()), ("0 days,0,0,0,0", "7-13 days,0,0,1,0"));
}

#[tokio::test]
async fn groups_are_by_type_and_by_whose_the_ticket_is_now() {
    let desk = desk().await;
    let (aisha, tomasz) = (desk.app.technician("Aisha Bello").await, desk.app.technician("=Tomasz").await);
    for (technician, status) in
        [(Some(aisha.id), "Dispatched"), (Some(aisha.id), "Fixed"), (Some(tomasz.id), "In Progress")]
    {
        let reference = desk.log(json!({"assignedTo": technician, "issueType": "Other"})).await;
        desk.set(&reference, status).await;
    }
    let done = desk.log(json!({})).await;
    desk.set(&done, "Fixed").await;
    desk.set(&done, "Closed").await;
    assert_eq!(
        desk.file("/reports/by-technician.csv").await,
        ["technician,open,fixed,closed,total", ",0,0,1,1", "Aisha Bello,1,1,0,2", "'=Tomasz,1,0,0,1"]
    );
    let types = desk.file("/reports/by-issue-type.csv").await;
    assert_eq!(types[1], "Incorrect Bill,0,0,1,1");
    assert_eq!(types[4], "Other,2,1,0,3");
    let filtered = desk.file(&format!("/reports/by-issue-type.csv?assignedTo={}&status=Fixed", aisha.id)).await;
    assert_eq!((filtered[1].as_str(), filtered[4].as_str()), ("Incorrect Bill,0,0,0,0", "Other,0,1,0,1"));
}

#[tokio::test]
async fn sms_are_counted_by_the_day_on_which_they_were_queued() {
    let desk = desk().await;
    desk.log(json!({})).await;
    desk.log(json!({"clientPhone": "+442079460123"})).await;
    desk.hand.advance(24 * HOUR);
    desk.log(json!({"priority": "Urgent"})).await;
    let lines = desk.file("/reports/sms-delivered.csv?from=2026-10-24&to=2026-10-25").await;
    assert_eq!(
        lines,
        [
            "from,to,delivered,sent,waiting,failed,unknown,suppressed,deliveredShare",
            "2026-10-24,2026-10-24,0,0,1,0,0,1,",
            "2026-10-25,2026-10-25,0,0,1,0,0,0,",
        ]
    );
    let urgent = desk.file("/reports/sms-delivered.csv?from=2026-10-24&to=2026-10-25&priority=Urgent").await;
    assert_eq!(urgent[1..], ["2026-10-24,2026-10-24,0,0,0,0,0,0,", "2026-10-25,2026-10-25,0,0,1,0,0,0,"]);
}
