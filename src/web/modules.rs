//! Which scripts a page needs, said in its head, so that a browser need not discover them one after the other.
//!
//! `app.js` and what it imports is on every page. A controller is fetched where a page names it in `data-controller`
//! (`assets/js/controllers.js`).

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
    sync::LazyLock,
};

use super::assets;

/// Where `templates/layout.html` wants them.
const PLACE: &str = "<!--modules-->";

/// Each module with those that it imports, and those that these import.
static IMPORTS: LazyLock<HashMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let names: Vec<String> = assets::names().filter(|name| name.starts_with("js/")).collect();
    let with_imports = |name: &String| {
        let mut found = BTreeSet::new();
        follow(name, &mut found);
        (name.clone(), found)
    };
    names.iter().map(with_imports).collect()
});

fn follow(name: &str, found: &mut BTreeSet<String>) {
    let Some(source) = assets::text(name) else { return };
    if found.insert(name.to_owned()) {
        for other in imported(name, source) {
            follow(&other, found);
        }
    }
}

/// The modules of ours that a module imports: packages have names, ours have relative addresses.
fn imported(name: &str, source: &str) -> Vec<String> {
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let lines = source.lines().filter(|line| line.starts_with("import ")).filter_map(|line| line.split('"').nth(1));
    let ours = |path: &str| match (path.strip_prefix("./"), path.strip_prefix("../")) {
        (Some(beside), _) => Some(format!("{folder}/{beside}")),
        (_, Some(above)) => folder.rsplit_once('/').map(|(parent, _)| format!("{parent}/{above}")),
        _ => None,
    };
    lines.filter_map(ours).collect()
}

/// The page with its modules announced.
pub fn announce(html: &str, nonce: &str) -> String {
    let Some((head, body)) = html.split_once(PLACE) else { return html.to_owned() };
    let values = body.split("data-controller=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let names: BTreeSet<&str> = values.flat_map(str::split_whitespace).collect();
    let files = names.iter().map(|name| format!("js/controllers/{name}.js"));
    let mut modules = IMPORTS["js/app.js"].clone();
    for file in files {
        modules.extend(IMPORTS.get(&file).into_iter().flatten().cloned());
    }
    let base = assets::base();
    let mut page = String::with_capacity(html.len() + modules.len() * 96);
    page.push_str(head);
    for module in modules {
        let _ = writeln!(page, r#"<link rel="modulepreload" href="{base}/{module}" nonce="{nonce}">"#);
    }
    page.push_str(body);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(html: &str) -> Vec<String> {
        let page = announce(html, "n0nce");
        let links = page.lines().filter(|line| line.contains("modulepreload"));
        links.map(|link| link.split('"').nth(3).unwrap().rsplit_once("/js/").unwrap().1.to_owned()).collect()
    }

    #[test]
    fn a_page_announces_what_its_controllers_import_and_no_others() {
        let always = announced("<!--modules--><p>");
        assert!(always.contains(&"controllers.js".to_owned()), "{always:?}");
        let list = announced("<!--modules--><body data-controller=\"hotkeys  live\"><i data-controller=\"queue\">");
        for name in ["controllers/hotkeys.js", "controllers/live.js", "controllers/queue.js", "keys.js"] {
            assert!(list.iter().filter(|one| *one == name).count() == 1, "{name}: {list:?}");
        }
        assert!(!list.contains(&"controllers/suggest.js".to_owned()), "{list:?}");
        assert_eq!(announce("<p>no place", ""), "<p>no place");
    }

    #[test]
    fn every_import_is_a_file() {
        for (name, found) in &*IMPORTS {
            for one in imported(name, assets::text(name).unwrap()) {
                assert!(found.contains(&one), "{name} imports {one}, which is not there");
            }
        }
    }
}
