//! What holds of any value, any two places, and any history of the keys.

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use vault::{Cell, KeyFileError, KeyId, OpenError, Purpose, Vault};

/// Tables and columns: as they are, and with the same letters and other borders.
const PLACES: [(&str, &str); 7] = [
    ("clients", "phone"),
    ("clients", "email"),
    ("tickets", "phone"),
    ("client", "sphone"),
    ("clientsphone", ""),
    ("", "clientsphone"),
    ("phone", "clients"),
];
const PURPOSES: [Purpose; 4] = [
    Purpose::new("clients.phone"),
    Purpose::new("clients.email"),
    Purpose::new("tickets.phone"),
    Purpose::new("clients.phon"),
];

type Place = (&'static str, &'static str);

fn place() -> impl Strategy<Value = Place> {
    select(&PLACES[..])
}

/// Row ids, short enough that two are the same now and then.
fn row() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(0u8..2, 0..3), vec(any::<u8>(), 16)]
}

fn plain() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..80)
}

fn cell((table, column): Place, row: &[u8]) -> Cell<'_> {
    Cell { table, column, row }
}

/// Takes the next step of a rotation: a key that waits, or its activation.
fn step(vault: &Vault) {
    let next = vault.next_text().expect("there is a next step");
    vault.reload_text(next.as_bytes(), "the ring").expect("it is a ring");
}

fn rotate(vault: &Vault) {
    step(vault);
    step(vault);
}

proptest! {
    #[test]
    fn whatever_is_changed_in_a_value_is_refused(
        plain in plain(), row in row(), place in place(), at: Index, by in 1u8.., more: u8, other: Index,
    ) {
        let vault = Vault::for_tests(1);
        let cell = cell(place, &row);
        let sealed = vault.seal(&cell, &plain);
        let (at, other) = (at.index(sealed.len()), other.index(sealed.len()));
        let (mut altered, mut cut, mut longer, mut exchanged) = (sealed.clone(), sealed.clone(), sealed.clone(), sealed.clone());
        altered[at] ^= by;
        cut.remove(at);
        longer.insert(at, more);
        exchanged.swap(at, other);
        for forged in [altered, cut, longer, exchanged, sealed[at..].to_vec(), sealed[..at].to_vec()] {
            // Whole, or with the same octet twice in a row: that is the value itself.
            prop_assert!(forged == sealed || vault.open_cell(&cell, &forged).is_err(), "{:?}", forged);
        }
    }

    #[test]
    fn the_halves_of_two_values_of_one_place_are_none(one in plain(), two in plain(), row in row(), place in place(), at: Index) {
        let vault = Vault::for_tests(1);
        let cell = cell(place, &row);
        let (one, two) = (vault.seal(&cell, &one), vault.seal(&cell, &two));
        // Not before the nonce, where all heads are alike, and not behind either end.
        let at = 6 + at.index(one.len().min(two.len()) - 6);
        let mixed = [&one[..at], &two[at..]].concat();
        prop_assert!(mixed == one || mixed == two || vault.open_cell(&cell, &mixed).is_err());
    }

    #[test]
    fn a_value_opens_in_its_own_place_alone(
        plain in plain(), from in place(), to in place(), row in row(), other in row(),
    ) {
        let vault = Vault::for_tests(1);
        let sealed = vault.seal(&cell(from, &row), &plain);
        let opened = vault.open_cell(&cell(to, &other), &sealed);
        if (from, &row) == (to, &other) {
            prop_assert_eq!(&*opened.unwrap(), &plain);
        } else {
            prop_assert_eq!(opened.unwrap_err(), OpenError::Refused);
        }
    }

    #[test]
    fn two_values_that_changed_places_open_in_neither(
        values in (plain(), plain()), places in (place(), place()), rows in (row(), row()),
    ) {
        let here = cell(places.0, &rows.0);
        let there = cell(places.1, &rows.1);
        prop_assume!((places.0, &rows.0) != (places.1, &rows.1));
        let vault = Vault::for_tests(1);
        let (one, two) = (vault.seal(&here, &values.0), vault.seal(&there, &values.1));
        prop_assert_eq!(vault.open_cell(&here, &two).unwrap_err(), OpenError::Refused);
        prop_assert_eq!(vault.open_cell(&there, &one).unwrap_err(), OpenError::Refused);
    }

    #[test]
    fn a_token_is_of_its_word_its_purpose_and_its_ring(one: String, two: String, first in 0..4usize, second in 0..4usize) {
        let (vault, other) = (Vault::for_tests(1), Vault::for_tests(2));
        let same = one == two && first == second;
        prop_assert_eq!(vault.token(PURPOSES[first], &one) == vault.token(PURPOSES[second], &two), same);
        prop_assert_ne!(vault.token(PURPOSES[first], &one), other.token(PURPOSES[first], &one));
    }

    /// At every moment of any history all that was ever sealed opens, by its own key, and every word keeps its token.
    #[test]
    fn whatever_was_sealed_opens_through_any_history(
        history in vec(prop_oneof![
            3 => (row(), plain()).prop_map(|sealed| Step::Seal(sealed.0, sealed.1)),
            2 => Just(Step::Turn),
            2 => any::<Index>().prop_map(Step::SealAnew),
        ], 1..25),
        place in place(),
    ) {
        let vault = Vault::for_tests(1);
        let mut kept: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> = Vec::new();
        let (token, mac) = (vault.token(PURPOSES[0], "router"), vault.mac(PURPOSES[0], &[b"router"]));
        for done in history {
            match done {
                Step::Turn => step(&vault),
                Step::Seal(row, plain) => {
                    let sealed = vault.seal(&cell(place, &row), &plain);
                    prop_assert_eq!(Vault::key_of(&sealed), Some(vault.active_key()));
                    kept.push((row, plain, sealed));
                }
                Step::SealAnew(_) if kept.is_empty() => {}
                Step::SealAnew(at) => {
                    let at = at.index(kept.len());
                    let (row, _, sealed) = &mut kept[at];
                    let plain = vault.open_cell(&cell(place, row), sealed).unwrap();
                    *sealed = vault.seal(&cell(place, row), &plain);
                    prop_assert_eq!(Vault::key_of(sealed), Some(vault.active_key()));
                }
            }
            for (row, plain, sealed) in &kept {
                prop_assert_eq!(&*vault.open_cell(&cell(place, row), sealed).unwrap(), plain);
                prop_assert!(vault.has_key(Vault::key_of(sealed).unwrap()));
            }
            prop_assert_eq!((vault.token(PURPOSES[0], "router"), vault.mac(PURPOSES[0], &[b"router"])), (token, mac));
        }
    }

    /// Whoever has an older ring is told which key they lack, and takes no ring back for a newer one.
    #[test]
    fn an_older_ring_says_which_key_it_lacks(turns in 1..4u32, plain in plain(), row in row(), place in place()) {
        let (vault, behind) = (Vault::for_tests(1), Vault::for_tests(1));
        let before = vault.next_text().unwrap();
        (0..turns).for_each(|_| rotate(&vault));
        let cell = cell(place, &row);
        let sealed = vault.seal(&cell, &plain);
        let lacks = OpenError::UnknownKey(KeyId::new(turns + 1));
        prop_assert_eq!(behind.open_cell(&cell, &sealed).unwrap_err(), lacks);
        // Of another key 2: the rings have parted.
        let parted = vault.reload_text(before.as_bytes(), "the ring");
        let refused = matches!(parted, Err(KeyFileError::WrongKeys { .. }));
        prop_assert!(refused);
        prop_assert_eq!(vault.active_key(), KeyId::new(turns + 1));
        prop_assert_eq!(&*vault.open_cell(&cell, &sealed).unwrap(), &plain);
    }

    /// In no form and at no length that would help anybody.
    #[test]
    fn no_key_is_in_what_is_printed(turns in 0..3u32, seed: u8, plain in plain(), row in row()) {
        let vault = Vault::for_tests(seed);
        (0..turns).for_each(|_| rotate(&vault));
        let cell = cell(PLACES[0], &row);
        let sealed = vault.seal(&cell, &plain);
        let refused = vault.open_cell(&cell, &sealed[1..]).unwrap_err();
        let torn = vault.reload_text(b"redress-keys 1\nindex x\n", "the ring").unwrap_err();
        let shown = format!("{vault:?} {vault:#?} {refused:?} {refused} {torn:?} {torn} {:?}", vault.keys());
        let ring = vault.next_text().unwrap();
        let keys = ring.lines().filter(|line| line.starts_with("key ") || line.starts_with("index "));
        for key in keys.filter_map(|line| line.rsplit(' ').next()) {
            let octets = data_encoding::BASE64_NOPAD.decode(key.as_bytes()).unwrap();
            let decimal = format!("{octets:?}");
            for form in [key, &data_encoding::HEXLOWER.encode(&octets), decimal.trim_matches(['[', ']'])] {
                prop_assert!(!shown.contains(&form[..form.len() / 4]), "{}", shown);
            }
        }
    }
}

/// What happens to a column in the course of time.
#[derive(Clone, Debug)]
enum Step {
    /// The rotation goes on by a step.
    Turn,
    /// A row is added.
    Seal(Vec<u8>, Vec<u8>),
    /// A row is sealed anew, as `redress key rotate` does.
    SealAnew(Index),
}

proptest! {
    // Each writes a key file and syncs it, some times over.
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What was sealed anew opens, and what was not is lost and says by which key it was sealed.
    #[test]
    fn what_was_not_sealed_anew_is_lost_with_its_key(
        values in vec((row(), plain(), any::<bool>()), 1..6), place in place(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        let vault = Vault::create(&path).unwrap();
        let first = vault.active_key();
        let sealed: Vec<_> = values.iter().map(|(row, plain, _)| vault.seal(&cell(place, row), plain)).collect();
        prop_assert!(matches!(vault.forget_key(&path, first), Err(KeyFileError::InUse { .. })), "it still seals");
        vault.stage_key(&path).unwrap();
        vault.activate_key(&path).unwrap();
        let mut now = sealed.clone();
        for (sealed, (row, _, _)) in now.iter_mut().zip(&values).filter(|(_, (_, _, anew))| *anew) {
            let cell = cell(place, row);
            *sealed = vault.seal(&cell, &vault.open_cell(&cell, sealed).unwrap());
        }
        vault.forget_key(&path, first).unwrap();
        for vault in [&vault, &Vault::open(&path).unwrap()] {
            for (sealed, (row, plain, anew)) in now.iter().zip(&values) {
                match vault.open_cell(&cell(place, row), sealed) {
                    Ok(opened) => prop_assert!(*anew && *opened == *plain),
                    Err(lost) => {
                        prop_assert!(!anew && lost == OpenError::UnknownKey(first));
                        let words = lost.to_string();
                        prop_assert!(words.contains(&format!("key {first}")) && words.contains("key file"), "{}", words);
                    }
                }
            }
        }
    }
}
