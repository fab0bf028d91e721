//! What the program is made of: each dependency with its reason, no build script of ours, and the bill of materials.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use toml::Table;

/// The manifests of the workspace, each with its directory.
fn manifests() -> Vec<(String, Table)> {
    let read = |dir: &str| -> Table { fs::read_to_string(format!("{dir}/Cargo.toml")).unwrap().parse().unwrap() };
    let root = read(".");
    let members: Vec<String> =
        root["workspace"]["members"].as_array().unwrap().iter().map(|dir| dir.as_str().unwrap().to_owned()).collect();
    let mut all = vec![(".".to_owned(), root)];
    all.extend(members.into_iter().map(|dir| (dir.clone(), read(&dir))));
    all
}

/// What manifests name in these tables, but for crates of the workspace.
fn named<'a>(manifests: impl IntoIterator<Item = &'a (String, Table)>, tables: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (dir, manifest) in manifests {
        assert!(!manifest.contains_key("target"), "{dir}: dependencies of a target are not looked at here");
        for (name, wanted) in tables.iter().filter_map(|table| manifest.get(*table)?.as_table()).flatten() {
            if wanted.get("path").is_none() {
                found.insert(name.clone());
            }
        }
    }
    found
}

#[test]
fn every_dependency_has_its_reason_and_no_reason_outlives_it() {
    let text = fs::read_to_string("docs/security/dependencies.md").unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let mut told = BTreeSet::new();
    for (name, reason) in rows {
        assert!(told.insert(name.to_owned()), "{name} has two rows");
        assert!(reason.split(" | ").all(|cell| cell.trim_end_matches(" |").len() > 2), "{name} has an empty cell");
    }
    let used = named(&manifests(), &["dependencies", "dev-dependencies", "build-dependencies"]);
    assert!(used.len() > 50, "it reads the right tables");
    assert_eq!(used, told, "docs/security/dependencies.md has a row for each, and no other");
}

/// Nothing of ours runs while it is compiled, so nothing of ours reaches the network then.
#[test]
fn no_crate_of_ours_has_a_build_script() {
    for (dir, manifest) in manifests() {
        assert!(!Path::new(&dir).join("build.rs").exists(), "{dir} has a build script");
        assert!(manifest["package"].get("build").is_none(), "{dir} names a build script");
        assert!(manifest.get("build-dependencies").is_none(), "{dir} depends on something to be built");
    }
}

#[test]
fn the_bill_of_materials_has_what_is_shipped_and_nothing_of_tests() {
    let made = Command::new("bin/sbom").output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let bill: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let components = bill["components"].as_array().unwrap();
    let listed: BTreeSet<&str> = components.iter().map(|one| one["name"].as_str().unwrap()).collect();

    let all = manifests();
    let shipped = all.iter().filter(|(dir, _)| dir != "crates/testbase");
    for name in named(shipped, &["dependencies"]) {
        assert!(listed.contains(name.as_str()), "{name} is linked and not in the bill");
    }
    for name in
        ["@hotwired/turbo", "@fontsource-variable/inter", "zxcvbn", "sqlite", "aws-lc", "rust-std", "smpp", "vault"]
    {
        assert!(listed.contains(name), "{name} is shipped and not in the bill");
    }
    for name in ["fantoccini", "proptest", "rcgen", "scraper", "testbase", "axe-core"] {
        assert!(!listed.contains(name), "{name} is of tests and in the bill");
    }
    for one in components.iter().filter(|one| one["purl"].as_str().is_some_and(|purl| purl.starts_with("pkg:cargo/"))) {
        assert_eq!(one["hashes"][0]["content"].as_str().map(str::len), Some(64), "{}: its checksum", one["name"]);
    }
}
