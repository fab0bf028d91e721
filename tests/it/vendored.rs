//! What others wrote and stands in the repository: listed in `vendor.json` with version, licence, what `bin/vendor` made of
//! it and the checksums before and after, and exactly as listed.

use std::{fs, path::Path};

use sha2::{Digest, Sha256};

const FOLDERS: [&str; 3] = ["assets/vendor", "src/staff/vendor", "tests/it/browser/vendor"];

fn files(dir: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_none_or(|extension| extension != "txt") {
            found.push(path.to_str().unwrap().to_owned());
        }
    }
}

#[test]
fn everything_vendored_is_listed_licensed_and_as_it_was_made() {
    let listed: Vec<serde_json::Value> = serde_json::from_str(&fs::read_to_string("vendor.json").unwrap()).unwrap();
    let mut names: Vec<&str> = listed.iter().map(|entry| entry["file"].as_str().unwrap()).collect();
    let mut there = Vec::new();
    for folder in FOLDERS {
        files(Path::new(folder), &mut there);
    }
    names.sort_unstable();
    there.sort();
    assert_eq!(names, there, "vendor.json lists what there is, no more and no less");
    for entry in &listed {
        let text = |name: &str| entry[name].as_str().unwrap();
        let sum = data_encoding::HEXLOWER.encode(&Sha256::digest(fs::read(text("file")).unwrap()));
        assert_eq!(sum, text("sha256"), "{} is not the file that was listed", text("file"));
        assert_eq!(text("source_sha256").len(), 64, "{}: what its package ships", text("file"));
        let unaltered = text("source_sha256") == sum;
        assert_eq!(unaltered, text("done").is_empty(), "{}: what was done to it is said", text("file"));
        let folder = FOLDERS.iter().find(|folder| text("file").starts_with(*folder)).unwrap();
        let licences: String = files_of(folder).iter().map(|path| fs::read_to_string(path).unwrap()).collect();
        let heading = format!("{} {}, {}", text("package"), text("version"), text("licence"));
        assert!(licences.contains(&heading), "no licence headed {heading:?} in {folder}");
    }
}

fn files_of(folder: &str) -> Vec<std::path::PathBuf> {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.extension().is_some_and(|extension| extension == "txt")).collect()
}
