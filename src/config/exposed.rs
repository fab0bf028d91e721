//! What other users of this machine could read: said at the start and by `config check`, and no reason not to start, as some
//! places, containers above all, know no better.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use super::{Key, Sources, keys};

/// Group and others.
const NOT_OWNER: u32 = 0o077;

/// One line for each such thing, with the remedy.
pub fn exposed(sources: &Sources) -> Vec<String> {
    let mut lines: Vec<String> = keys().filter_map(|key| flag(sources, key)).collect();
    if let Some((path, mode)) = sources.file.as_deref().and_then(|path| Some((path, open(path)?)))
        && let Some(key) = keys().find(|key| is_secret(sources, *key) && sources.find_in("file", key.name).is_some())
    {
        lines.push(format!(
            "{}: stands in {}, which others may read (mode {mode:04o}); chmod 600 it",
            key.name,
            path.display()
        ));
    }
    let data = sources.get("data_dir").map_or_else(|| sources.default("data_dir"), ToOwned::to_owned);
    if let Some(mode) = open(Path::new(&data)) {
        lines.push(format!("data_dir: others may look into {data} (mode {mode:04o}); chmod 700 it"));
    }
    lines
}

fn flag(sources: &Sources, key: Key) -> Option<String> {
    let given = is_secret(sources, key) && sources.find_in("flag", key.name).is_some();
    given.then(|| {
        format!(
            "{}: given as a flag, which everybody on this machine can see; set {} or write it into the settings file",
            key.name,
            key.variable()
        )
    })
}

/// Whether a setting holds a secret. Of an address of a database that depends on what stands in it.
fn is_secret(sources: &Sources, key: Key) -> bool {
    key.secret || (key.name.starts_with("database_") && sources.get(key.name).is_some_and(has_password))
}

fn has_password(url: &str) -> bool {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest).split(['/', '?']).next().unwrap_or_default();
    authority.split_once('@').is_some_and(|(user, _)| user.contains(':')) || url.contains("password=")
}

/// The mode of what is there and open to others.
fn open(path: &Path) -> Option<u32> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & NOT_OWNER != 0).then_some(mode)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn secrets_that_others_can_see_are_told_of_and_not_shown() {
        let dir = tempfile::tempdir().unwrap();
        let (file, data) = (dir.path().join("redress.toml"), dir.path().join("data"));
        fs::create_dir(&data).unwrap();
        fs::write(&file, "isp_name = \"A\"\n[sms]\nhook_secret = \"tell-nobody-here\"\n").unwrap();
        let of = |flags: &[(&str, &str)], modes: (u32, u32)| {
            for (path, mode) in [(&file, modes.0), (&data, modes.1)] {
                fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
            }
            let mut given: BTreeMap<_, _> = flags.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            given.insert("data_dir".to_owned(), data.display().to_string());
            exposed(&Sources::read(given, Some(&file)))
        };
        let about =
            |lines: &[String]| lines.iter().map(|line| line.split(':').next().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(of(&[], (0o600, 0o700)), Vec::<String>::new());
        let lines = of(&[("key_ring", "hush"), ("isp_name", "B")], (0o644, 0o750));
        assert_eq!(about(&lines), ["key_ring", "sms.hook_secret", "data_dir"], "{lines:?}");
        assert!(lines[1].contains("0644") && lines[2].contains("0750"), "{lines:?}");
        assert!(!lines.concat().contains("hush") && !lines.concat().contains("tell-nobody"), "{lines:?}");
        let lines = of(&[("database_url", "postgres://redress:hush@db/redress")], (0o600, 0o700));
        assert_eq!(about(&lines), ["database_url"]);
        assert_eq!(of(&[("database_url", "postgres://redress@db/redress")], (0o600, 0o700)).len(), 0);
        fs::write(&file, "isp_name = \"A\"\n").unwrap();
        assert_eq!(of(&[], (0o644, 0o700)).len(), 0, "without a secret anybody may read it");
    }
}
