//! Walks over every link and form that an admin can reach.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use scraper::{Html, Selector};

use super::{desk, log};
use crate::support::Browser;

/// A link's address on this server, or nothing when it leads elsewhere.
fn local(from: &str, href: &str) -> Option<String> {
    let base = reqwest::Url::parse(&format!("http://desk.test{from}")).unwrap();
    let url = base.join(href).unwrap();
    let query = url.query().map_or(String::new(), |query| format!("?{query}"));
    (url.host_str() == Some("desk.test") && url.scheme() == "http").then(|| format!("{}{query}", url.path()))
}

#[tokio::test]
async fn no_link_and_no_form_leads_nowhere() {
    let (app, _, browser) = desk().await;
    let id = app.technician("Aisha Bello").await.id.to_string();
    for status in [None, Some("In Progress"), Some("Fixed")] {
        let path = log(&browser, &[("assignedTo", &id)]).await;
        if let Some(status) = status {
            browser.submit(&format!("{path}/status"), &[("status", status)]).await;
        }
    }
    let client = [("name", "Nadia Okonkwo"), ("phone", "+447700900142"), ("accountId", "LF-204417")];
    assert_eq!(browser.submit("/clients", &client).await.status, 303);
    let (mut waiting, mut seen) = (VecDeque::from(["/".to_owned(), "/api/docs".to_owned()]), BTreeSet::new());
    let mut forms: BTreeMap<String, String> = BTreeMap::new();
    while let Some(path) = waiting.pop_front() {
        // Sorts and filters make new addresses without an end; one of each is enough.
        let known = if path.starts_with("/tickets?") { without_values(&path) } else { path.clone() };
        if !seen.insert(known) {
            continue;
        }
        let page = browser.open(&path).await;
        assert!(page.status == 200 || page.status == 303, "{path}: {}", page.status);
        if page.status == 303 {
            waiting.extend(local(&path, &page.location));
            continue;
        }
        let page = Read(Html::parse_document(&page.text));
        for (selector, name) in [("a[href]", "href"), ("link[href]", "href"), ("script[src]", "src"), ("use", "href")] {
            for href in page.attributes(selector, name).iter().filter(|href| !href.is_empty()) {
                if let Some(fragment) = href.strip_prefix('#') {
                    assert!(page.count(&format!("[id='{fragment}']")) > 0, "{path}: nothing called {href}");
                } else {
                    waiting.extend(local(&path, href));
                }
            }
        }
        for name in page.attributes("[popovertarget]", "popovertarget") {
            assert!(page.count(&format!("#{name}[popover]")) > 0, "{path}: no popover {name}");
        }
        for form in page.attributes("form[method=post]", "action") {
            forms.entry(local(&path, &form).unwrap()).or_insert_with(|| path.clone());
        }
        assert_eq!(page.count("form:not([action]):not([data-controller=try])"), 0, "{path}: a form without a target");
        one_of_each_id(&page, &path);
    }
    assert!(seen.len() > 40, "only {} pages were found", seen.len());
    assert!(forms.len() > 20, "only {} forms were found", forms.len());
    // A stranger is sent away from a form that is there; one that is not there says so.
    let stranger = Browser::new(&app.base);
    for (form, page) in forms {
        let answer = stranger.submit(&form, &[]).await;
        assert!(![404, 405].contains(&answer.status) && answer.status < 500, "{form} of {page}: {}", answer.status);
    }
    assert_ne!(stranger.submit("/tickets/nothing/here", &[]).await.status, 303, "the check above can fail");
}

/// An address with the names of its parameters only.
fn without_values(path: &str) -> String {
    let (place, query) = path.split_once('?').unwrap_or((path, ""));
    let names = query.split('&').filter_map(|pair| pair.split('=').next());
    let names: BTreeSet<&str> = names.filter(|name| *name != "page").collect();
    format!("{place}?{}", names.into_iter().collect::<Vec<_>>().join("&"))
}

/// A page that is read once, however much is asked of it.
struct Read(Html);

impl Read {
    fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        self.0.select(&selector).filter_map(|element| element.attr(name)).map(ToOwned::to_owned).collect()
    }

    fn count(&self, selector: &str) -> usize {
        self.0.select(&Selector::parse(selector).unwrap()).count()
    }
}

/// Labels, fragments and descriptions need ids that mean one thing.
fn one_of_each_id(page: &Read, path: &str) {
    let mut ids = page.attributes("[id]", "id");
    ids.sort();
    let twice: Vec<_> = ids.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone()).collect();
    assert!(twice.is_empty(), "{path}: twice on the page: {twice:?}");
    for (selector, name) in [("label[for]", "for"), ("[aria-labelledby]", "aria-labelledby")] {
        for id in page.attributes(selector, name) {
            assert!(ids.contains(&id), "{path}: {name} names {id}, which is not there");
        }
    }
    for described in page.attributes("[aria-describedby]", "aria-describedby") {
        assert!(described.split_whitespace().all(|id| ids.contains(&id.to_owned())), "{path}: {described}");
    }
}
