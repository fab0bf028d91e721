//! From the list to a ticket and back to the same row; views saved and opened.

use redress::{
    fault::Fault,
    phone::Phone,
    staff::Person,
    tickets::{self, NewTicket, Priority, Status},
};

use super::{QUIET, chromium::Chromium, focus_on, set_up};
use crate::support::TestApp;

/// Logs some tickets of a client, the last of which stands first in the list.
pub async fn fill(app: &TestApp, count: usize) -> Vec<String> {
    let users = redress::staff::users(&app.app.staff).await.unwrap();
    let by = Person { id: users[0].id, name: users[0].name.clone() };
    let desk = app.app.tickets.desk.clone();
    let new = |n: usize| NewTicket {
        client_name: format!("Nadia {n}"),
        client_phone: Phone::from_e164("+447700900142").unwrap(),
        client_email: None,
        client_account_id: None,
        issue_type: "Other".to_owned(),
        description: "Charged twice for the router.".to_owned(),
        status: Status::New,
        priority: Priority::Medium,
        assigned_to: None,
    };
    let prepared: Vec<_> = (0..count).map(|n| tickets::prepare(&desk, &by, new(n))).collect();
    let work = move |tx: &mut redress::db::Tx<'_>| {
        let mut references = Vec::new();
        for one in &prepared {
            references.push(tickets::create(tx, &desk, one)?.0.reference.to_string());
        }
        Ok::<_, Fault>(references)
    };
    app.app.db.write(work).await.unwrap()
}

/// Whether a row is where it can be seen, neither above nor below the window or under the bars.
const SEEN: &str = "const box = document.getElementById(arguments[0])?.getBoundingClientRect(); \
    return !!box && box.top >= 0 && box.bottom <= innerHeight && scrollY > 100 && \
    document.elementFromPoint(box.left + 4, box.top + 4)?.closest('tr')?.dataset.ticket === arguments[0]";

#[tokio::test]
async fn back_leads_to_the_same_row_of_the_same_list() {
    for scripts in [true, false] {
        let app = TestApp::with(&QUIET).await;
        let browser = Chromium::start(&app.base, scripts).await;
        set_up(&app, &browser).await;
        let references = fill(&app, 60).await;
        // Of rows that changed in the same millisecond the order is by id: any far down the page will do.
        let list = "/tickets?q=nadia&status=New&page=2";
        browser.open(list).await;
        browser.find("tbody tr:nth-child(23) a").await;
        let far = browser.run("return document.querySelector('tbody tr:nth-child(23)').dataset.ticket", &[]).await;
        let far = far.as_str().unwrap().to_owned();
        assert!(references.contains(&far));
        let link = format!("[id='{far}']");
        let down = "document.getElementById(arguments[0]).scrollIntoView({block: 'center'}); return true";
        browser.run(down, &[&far]).await;
        browser.click(&link).await;
        let path = format!("/tickets/{far}");
        browser.arrive(&path).await;
        browser.find(".crumbs").await;

        // The browser's own way back.
        browser.run("history.back(); return true", &[]).await;
        browser.find("tbody tr:nth-child(23) a").await;
        assert_eq!(browser.arrive(list).await, list);
        browser.holds(SEEN, &[&far]).await;

        // The page's way back, also after something was done to the ticket.
        browser.click(&link).await;
        browser.arrive(&path).await;
        browser.click("button[popovertarget=m-prio]").await;
        browser.click("#m-prio button[value=Urgent]").await;
        browser.reads(".status-btn .prio", "Urgent").await;
        browser.click(".ticket-head__actions a[href*='/edit']").await;
        browser.arrive(&format!("{path}/edit")).await;
        browser.click(".form-actions a").await;
        browser.arrive(&path).await;
        browser.find(".composer").await;
        browser.reads(".crumbs a", "Search").await;
        browser.click(".crumbs a").await;
        browser.find("tbody").await;
        assert_eq!(browser.arrive("/tickets?").await, "/tickets?q=nadia&status=New&page=2");
        // It was changed last, so it stands on the first page now; any other row is where it was.
        browser.open(&format!("{path}?list=q%3Dnadia%26status%3DNew%26pageSize%3D100%26order%3Dasc")).await;
        browser.click(".crumbs a").await;
        browser.arrive("/tickets?q=nadia&status=New&pageSize=100&order=asc").await;
        browser.holds(SEEN, &[&far]).await;
        if scripts {
            focus_on(&browser, &far).await;
        }
    }
}

#[tokio::test]
async fn a_view_is_saved_opened_and_deleted_by_keyboard_and_mouse() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    set_up(&app, &browser).await;
    fill(&app, 3).await;
    browser.open("/tickets?q=nadia&status=New").await;
    browser.click("button[popovertarget=save-view]").await;
    focus_on(&browser, "name").await;
    browser.keys("Calls of Nadia\n").await;
    browser.reads("#toasts .toast", "View saved").await;
    browser.reads(".sidebar [aria-current=page]", "Calls of Nadia").await;
    browser.reads(".page-head h1", "Calls of Nadia").await;
    browser.click("a[aria-label='Clear filter: Search']").await;
    browser.arrive("/tickets?status=New").await;
    browser.holds("return !document.querySelector('.chip a[aria-label*=Search]')", &[]).await;
    browser.click(".sidebar a[href='/tickets?status=New&q=nadia']").await;
    browser.arrive("/tickets?status=New&q=nadia").await;
    browser.reads(".page-head h1", "Calls of Nadia").await;
    browser.reads(".page-head .count", "3 tickets").await;
    browser.click("a.nav-item[href='/views']").await;
    browser.click("tbody a[href$='/delete']").await;
    browser.reads("h1", "Delete this view?").await;
    browser.click("main button[type=submit]").await;
    browser.reads("#toasts .toast", "View deleted").await;
    browser.holds("return !document.querySelector('.sidebar').textContent.includes('Nadia')", &[]).await;
    let faults = browser.complaints().await;
    assert!(faults.is_empty(), "{faults:?}");
}
