//! The key file: made once, refused when anything is odd about it, and grown by rotation.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use vault::{Cell, KeyFileError, KeyId, OpenError, Purpose, Vault};

const PHONE: Cell<'_> = Cell { table: "clients", column: "phone", row: b"row-1" };

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("redress.keys");
    (directory, path)
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("own file");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("own file").permissions().mode() & 0o7777
}

/// Both steps of a rotation.
fn rotate(vault: &Vault, path: &Path) -> KeyId {
    let staged = vault.stage_key(path).expect("a key to stage");
    assert_eq!(vault.activate_key(path).expect("a key to activate"), staged);
    staged
}

/// The names in a directory, to see that no temporary file stays behind.
fn names(directory: &TempDir) -> Vec<String> {
    fs::read_dir(directory.path())
        .expect("own directory")
        .map(|entry| entry.expect("own file").file_name())
        .map(|name| name.into_string().expect("ASCII"))
        .collect()
}

#[test]
fn a_created_file_opens_with_the_same_keys() {
    let (directory, path) = place();
    let made = Vault::create(&path).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(names(&directory), ["redress.keys"]);
    let opened = Vault::open(&path).unwrap();
    let sealed = made.seal_text(&PHONE, "+919812345678");
    assert_eq!(opened.open_text(&PHONE, &sealed).unwrap(), "+919812345678");
    assert_eq!(opened.fingerprint(), made.fingerprint());
    let purpose = Purpose::new("clients.phone");
    assert_eq!(opened.token(purpose, "x"), made.token(purpose, "x"));
}

#[test]
fn every_file_has_keys_of_its_own() {
    let (directory, path) = place();
    let one = Vault::create(&path).unwrap();
    let two = Vault::create(&directory.path().join("other")).unwrap();
    assert_ne!(one.fingerprint(), two.fingerprint());
    let sealed = one.seal_text(&PHONE, "x");
    assert_eq!(two.open_text(&PHONE, &sealed), Err(OpenError::Refused));
}

#[test]
fn nothing_is_ever_overwritten() {
    let (directory, path) = place();
    Vault::create(&path).unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(Vault::create(&path), Err(KeyFileError::Exists { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);

    let dangling = directory.path().join("dangling");
    symlink(directory.path().join("nowhere"), &dangling).unwrap();
    assert!(matches!(Vault::create(&dangling), Err(KeyFileError::Exists { .. })));
    assert!(matches!(Vault::create(directory.path()), Err(KeyFileError::Exists { .. })));
    assert_eq!(names(&directory).len(), 2, "no temporary file stays");
}

#[test]
fn a_file_open_to_others_is_refused_with_the_remedy() {
    let (_directory, path) = place();
    Vault::create(&path).unwrap();
    for open in [0o640, 0o604, 0o622, 0o620, 0o602, 0o660, 0o666, 0o644, 0o610, 0o601] {
        set_mode(&path, open);
        let problem = Vault::open(&path).unwrap_err();
        assert!(matches!(problem, KeyFileError::OpenToOthers { mode, .. } if mode == open));
        let said = problem.to_string();
        assert!(said.contains(&format!("chmod 600 {}", path.display())), "{said}");
        assert!(said.contains(&format!("{open:04o}")), "{said}");
    }
    for closed in [0o600, 0o400] {
        set_mode(&path, closed);
        Vault::open(&path).unwrap();
    }
}

#[test]
fn what_is_no_plain_file_is_refused() {
    let (directory, path) = place();
    Vault::create(&path).unwrap();
    let link = directory.path().join("link");
    symlink(&path, &link).unwrap();
    for (odd, found) in
        [(link.as_path(), "a symbolic link"), (directory.path(), "a directory"), (Path::new("/dev/null"), "a device")]
    {
        let problem = Vault::open(odd).unwrap_err();
        assert!(matches!(problem, KeyFileError::NotAFile { .. }), "{problem:?}");
        assert!(problem.to_string().contains(found), "{problem}");
    }
}

#[test]
fn a_missing_file_or_directory_is_said() {
    let (directory, path) = place();
    assert!(matches!(Vault::open(&path), Err(KeyFileError::Missing { .. })));
    let nowhere = directory.path().join("no/redress.keys");
    let problem = Vault::create(&nowhere).unwrap_err();
    assert!(matches!(problem, KeyFileError::Io { .. }), "{problem:?}");
    assert!(problem.to_string().contains("No such file or directory"), "{problem}");
}

#[test]
fn every_damaged_byte_is_noticed() {
    let (_directory, path) = place();
    let print = Vault::create(&path).unwrap().fingerprint();
    let sound = fs::read(&path).unwrap();
    let first_key = sound.windows(6).position(|bytes| bytes == b"index ").unwrap();
    for at in 0..sound.len() {
        let mut damaged = sound.clone();
        damaged[at] ^= 1;
        fs::write(&path, &damaged).unwrap();
        match Vault::open(&path) {
            // A comment may change; the last line end may become a blank; keys may not.
            Ok(vault) => {
                assert!(at < first_key || at == sound.len() - 1, "byte {at}");
                assert_eq!(vault.fingerprint(), print);
            }
            Err(problem) if at >= first_key => {
                assert!(
                    matches!(problem, KeyFileError::Damaged { .. } | KeyFileError::Malformed { .. }),
                    "byte {at}: {problem:?}"
                );
            }
            Err(_) => {}
        }
    }
}

#[test]
fn every_cut_file_is_refused() {
    let (_directory, path) = place();
    Vault::create(&path).unwrap();
    let sound = fs::read(&path).unwrap();
    // The last byte is a line end, and does not count.
    for length in 0..sound.len() - 1 {
        fs::write(&path, &sound[..length]).unwrap();
        assert!(Vault::open(&path).is_err(), "{length} bytes");
    }
}

#[test]
fn other_files_and_versions_are_told_apart() {
    let (_directory, path) = place();
    Vault::create(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("redress-keys 1", "redress-keys 2")).unwrap();
    let problem = Vault::open(&path).unwrap_err();
    assert!(matches!(problem, KeyFileError::UnknownVersion { version: 2, .. }), "{problem:?}");
    for other in [&b""[..], b"hello\n", b"SQLite format 3\0", &[0xff; 40], &vec![b'#'; 70_000]] {
        fs::write(&path, other).unwrap();
        let problem = Vault::open(&path).unwrap_err();
        assert!(matches!(problem, KeyFileError::NotAKeyFile { .. }), "{problem:?}");
    }
}

#[test]
fn no_error_repeats_a_key() {
    let (_directory, path) = place();
    Vault::create(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let keys: Vec<&str> = text.split_whitespace().filter(|word| word.len() == 43).collect();
    assert_eq!(keys.len(), 2);
    let spoilt = [
        text.replace("active", "asleep"),
        text.replace("index ", "index"),
        text.replace("redress-keys 1", "redress-keys"),
        text.replace("key 1", keys[0]),
        text[..text.len() - 20].to_owned(),
    ];
    for text in spoilt {
        fs::write(&path, text).unwrap();
        let problem = Vault::open(&path).unwrap_err();
        let said = format!("{problem} {problem:?}");
        assert!(keys.iter().all(|key| !said.contains(&key[..8])), "{said}");
    }
}

#[test]
fn rotation_seals_under_the_new_key_and_opens_under_both() {
    let (directory, path) = place();
    let vault = Vault::create(&path).unwrap();
    let clone = vault.clone();
    let (print, token) = (vault.fingerprint(), vault.token(Purpose::new("p"), "x"));
    let (old, old_id) = (vault.seal_text(&PHONE, "before"), vault.active_key());

    let new_id = rotate(&vault, &path);
    assert!(new_id > old_id);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(names(&directory), ["redress.keys"]);
    let reopened = Vault::open(&path).unwrap();
    for vault in [&vault, &clone, &reopened] {
        assert_eq!(vault.active_key(), new_id);
        assert!(vault.has_key(old_id));
        assert_eq!(vault.open_text(&PHONE, &old).unwrap(), "before");
        let new = vault.seal_text(&PHONE, "after");
        assert_eq!(Vault::key_of(&new), Some(new_id));
        assert_eq!(reopened.open_text(&PHONE, &new).unwrap(), "after");
        assert_eq!((vault.fingerprint(), vault.token(Purpose::new("p"), "x")), (print, token));
    }
    assert_eq!(format!("{vault:?}"), "Vault { active: 2, keys: [1, 2], .. }");
}

#[test]
fn a_value_relabelled_with_another_key_does_not_open() {
    let (_directory, path) = place();
    let vault = Vault::create(&path).unwrap();
    let mut sealed = vault.seal_text(&PHONE, "x");
    rotate(&vault, &path);
    sealed[4] = 2;
    assert_eq!(vault.open_text(&PHONE, &sealed), Err(OpenError::Refused));
}

#[test]
fn a_running_process_takes_up_a_key_on_reload() {
    let (_directory, path) = place();
    let server = Vault::create(&path).unwrap();
    let command = Vault::open(&path).unwrap();
    let new = rotate(&command, &path);
    let sealed = command.seal_text(&PHONE, "x");
    assert_eq!(server.open_text(&PHONE, &sealed), Err(OpenError::UnknownKey(new)));
    assert!(!server.has_key(new));
    server.reload(&path).unwrap();
    assert_eq!(server.open_text(&PHONE, &sealed).unwrap(), "x");
    assert_eq!(server.active_key(), new);
}

#[test]
fn rotations_at_once_lose_no_key() {
    let (_directory, path) = place();
    Vault::create(&path).unwrap();
    let sealed: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let one = || {
            let vault = Vault::open(&path).unwrap();
            for _ in 0..4 {
                vault.stage_key(&path).unwrap();
                vault.activate_key(&path).unwrap();
            }
            vault.seal_text(&PHONE, "x")
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let after = Vault::open(&path).unwrap();
    assert_eq!(after.active_key(), after.newest_key());
    for value in sealed {
        assert_eq!(after.open_text(&PHONE, &value).unwrap(), "x");
    }
}

#[test]
fn a_key_that_waits_opens_and_does_not_seal() {
    let (_directory, path) = place();
    let (command, server) = (Vault::create(&path).unwrap(), Vault::open(&path).unwrap());
    let staged = command.stage_key(&path).unwrap();
    assert_eq!(command.stage_key(&path).unwrap(), staged, "one at a time");
    assert_eq!((command.newest_key(), command.active_key().get()), (staged, 1));
    server.reload(&path).unwrap();
    assert_eq!((server.newest_key(), server.active_key().get()), (staged, 1));
    command.activate_key(&path).unwrap();
    let sealed = command.seal_text(&PHONE, "x");
    assert_eq!(Vault::key_of(&sealed), Some(staged));
    assert_eq!(server.open_text(&PHONE, &sealed).unwrap(), "x", "it had the key before it was used");
}

#[test]
fn a_key_is_taken_out_for_good_and_only_when_it_is_retired() {
    let (_directory, path) = place();
    let (vault, server) = (Vault::create(&path).unwrap(), Vault::open(&path).unwrap());
    let old = vault.seal_text(&PHONE, "x");
    assert!(matches!(vault.forget_key(&path, KeyId::new(1)), Err(KeyFileError::InUse { .. })));
    rotate(&vault, &path);
    vault.forget_key(&path, KeyId::new(1)).unwrap();
    assert_eq!(Vault::open(&path).unwrap().keys(), [KeyId::new(2)]);
    assert_eq!(Vault::open(&path).unwrap().open_text(&PHONE, &old), Err(OpenError::UnknownKey(KeyId::new(1))));
    server.reload(&path).unwrap();
    assert_eq!(server.active_key(), KeyId::new(2));
}

/// Found by properties: what a vault had made of a key to open with outlived the key, for as long as the process.
#[test]
fn a_vault_that_has_opened_with_a_key_opens_nothing_with_it_once_it_is_taken_out() {
    let (_directory, path) = place();
    let (vault, server) = (Vault::create(&path).unwrap(), Vault::open(&path).unwrap());
    let old = vault.seal_text(&PHONE, "x");
    assert_eq!(server.open_text(&PHONE, &old).unwrap(), "x");
    rotate(&vault, &path);
    let new = vault.seal_text(&PHONE, "y");
    vault.forget_key(&path, KeyId::new(1)).unwrap();
    server.reload(&path).unwrap();
    for vault in [&vault, &server] {
        assert_eq!(vault.open_text(&PHONE, &old), Err(OpenError::UnknownKey(KeyId::new(1))));
        assert_eq!(vault.open_text(&PHONE, &new).unwrap(), "y");
    }
}

#[test]
fn a_ring_may_come_from_elsewhere_and_goes_on_step_by_step() {
    let (_directory, path) = place();
    let vault = Vault::create(&path).unwrap();
    let elsewhere = Vault::from_text(&fs::read(&path).unwrap(), "key_command").unwrap();
    let staged = elsewhere.next_text().unwrap();
    vault.reload_text(staged.as_bytes(), "key_command").unwrap();
    assert_eq!((vault.active_key().get(), vault.newest_key().get()), (1, 2));
    let activated = vault.next_text().unwrap();
    elsewhere.reload_text(staged.as_bytes(), "key_command").unwrap();
    elsewhere.reload_text(activated.as_bytes(), "key_command").unwrap();
    assert_eq!(elsewhere.active_key().get(), 2);
    assert!(matches!(elsewhere.reload_text(staged.as_bytes(), "key_command"), Err(KeyFileError::WrongKeys { .. })));
    let problem = Vault::from_text(b"hush", "key_command").unwrap_err().to_string();
    assert!(problem.contains("key_command") && !problem.contains("hush"), "{problem}");
}

#[test]
fn rotation_never_touches_the_keys_of_other_data() {
    let (directory, path) = place();
    let vault = Vault::create(&path).unwrap();
    let older = fs::read(&path).unwrap();
    let other = directory.path().join("other");
    Vault::create(&other).unwrap();
    let before = fs::read(&other).unwrap();
    assert!(matches!(vault.stage_key(&other), Err(KeyFileError::WrongKeys { .. })));
    assert!(matches!(vault.reload(&other), Err(KeyFileError::WrongKeys { .. })));
    assert_eq!(fs::read(&other).unwrap(), before);

    // An older copy put back under a running process lacks the key that process uses.
    rotate(&vault, &path);
    fs::write(&path, &older).unwrap();
    assert!(matches!(vault.stage_key(&path), Err(KeyFileError::WrongKeys { .. })));
    assert_eq!(vault.active_key().get(), 2);

    set_mode(&path, 0o640);
    assert!(matches!(vault.reload(&path), Err(KeyFileError::OpenToOthers { .. })));
}

#[test]
fn a_rotation_keeps_a_narrower_mode() {
    let (_directory, path) = place();
    let vault = Vault::create(&path).unwrap();
    set_mode(&path, 0o400);
    rotate(&vault, &path);
    assert_eq!(mode(&path), 0o400);
}

/// Root rotates for a service that runs as somebody else. Only root can set this up.
#[test]
fn a_rotation_keeps_the_owner() {
    let (_directory, path) = place();
    let vault = Vault::create(&path).unwrap();
    if chown(&path, Some(12_345), Some(23_456)).is_err() {
        return;
    }
    rotate(&vault, &path);
    let meta = fs::metadata(&path).unwrap();
    assert_eq!((meta.uid(), meta.gid(), mode(&path)), (12_345, 23_456, 0o600));
}

#[test]
fn a_start_never_makes_keys_for_data_that_is_there() {
    let (_directory, path) = place();
    let recorded = [1; 16];
    let problem = Vault::open_or_create(&path, Some(&recorded)).unwrap_err();
    assert!(matches!(problem, KeyFileError::Missing { .. }));
    assert!(!path.exists());

    let print = Vault::open_or_create(&path, None).unwrap().fingerprint();
    // A crash before the fingerprint was recorded: the file is taken as it is.
    assert_eq!(Vault::open_or_create(&path, None).unwrap().fingerprint(), print);
    Vault::open_or_create(&path, Some(&print)).unwrap();
    for wrong in [&recorded[..], &print[..15], &[]] {
        let problem = Vault::open_or_create(&path, Some(wrong)).unwrap_err();
        assert!(matches!(problem, KeyFileError::WrongKeys { .. }));
    }

    set_mode(&path, 0o644);
    let problem = Vault::open_or_create(&path, None).unwrap_err();
    assert!(matches!(problem, KeyFileError::OpenToOthers { .. }));
}
