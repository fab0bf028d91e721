//! The page that holds Redress against OWASP ASVS counts right, and names tests that there are.

use std::{collections::BTreeMap, fs, path::Path};

const STATUSES: [&str; 4] = ["met", "partly", "not yet", "does not apply"];

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/security/asvs.md")).unwrap()
}

/// A row's cells.
fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

/// Chapter, level and status of each requirement.
fn requirements(page: &str) -> Vec<(String, String, String)> {
    let id = |line: &str| {
        line.split('|').nth(1).is_some_and(|id| id.trim().split('.').filter(|n| n.parse::<u8>().is_ok()).count() == 3)
    };
    let rows = page.lines().filter(|line| line.starts_with("| ") && id(line)).map(cells);
    rows.map(|row| (format!("V{}", row[0].split('.').next().unwrap()), row[2].to_owned(), row[3].to_owned())).collect()
}

#[test]
fn the_tables_of_counts_are_those_of_the_rows() {
    let page = page();
    let rows = requirements(&page);
    assert!(rows.len() > 240, "{}", rows.len());
    for (_, _, status) in &rows {
        assert!(STATUSES.contains(&status.as_str()), "{status}");
    }
    let count = |which: &dyn Fn(&(String, String, String)) -> bool| {
        let of = |status: &&str| rows.iter().filter(|row| row.2 == **status && which(row)).count().to_string();
        STATUSES.iter().map(of).collect::<Vec<_>>()
    };
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for level in ["1", "2", "3"] {
        wanted.insert(level.to_owned(), count(&|row| row.1 == level));
    }
    wanted.insert("**all**".to_owned(), count(&|_| true));
    for (chapter, _, _) in &rows {
        wanted.insert(chapter.clone(), count(&|row| row.0 == *chapter));
    }
    let (counted, _) = page.split_once("## The gaps").unwrap();
    for line in counted.lines().filter(|line| line.starts_with("| ") && line.bytes().any(|byte| byte.is_ascii_digit()))
    {
        let cells = cells(line);
        let key = cells[0].split(' ').next().unwrap();
        let told: Vec<_> = cells[1..5].iter().map(|cell| cell.trim_matches('*').to_owned()).collect();
        assert_eq!(Some(told), wanted.remove(key), "{line}");
    }
    assert!(wanted.is_empty(), "not counted: {wanted:?}");
}

#[test]
fn every_test_and_file_that_it_names_is_there() {
    let page = page();
    let mut named = 0;
    for word in page.split('`').skip(1).step_by(2) {
        let (path, name) = word.split_once("::").map_or((word, None), |(path, name)| (path, Some(name)));
        if !path.contains('/')
            || path.contains([' ', '{', '*', '<'])
            || !path.starts_with(|c: char| c.is_ascii_lowercase())
        {
            continue;
        }
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        if name.is_none()
            && !["src", "tests", "docs", "crates", "assets", "bin", "migrations"]
                .iter()
                .any(|top| path.starts_with(top))
        {
            continue;
        }
        assert!(place.exists(), "{word}");
        if let Some(name) = name {
            let source = fs::read_to_string(&place).unwrap();
            assert!(source.contains(&format!("fn {name}(")), "{word}");
            named += 1;
        }
    }
    assert!(named > 150, "{named}");
}
