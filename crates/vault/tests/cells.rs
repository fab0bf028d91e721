//! Sealed cells: what opens, and everything that must not.

use proptest::collection::vec;
use proptest::prelude::*;
use vault::{Cell, KeyId, OpenError, Vault};

const PHONE: Cell<'_> = Cell { table: "clients", column: "phone", row: b"row-1" };

#[test]
fn what_was_sealed_opens() {
    let vault = Vault::for_tests(1);
    for text in ["", "+919812345678", "naïve 😀 \u{202e}\0", &"x".repeat(100_000)] {
        let sealed = vault.seal_text(&PHONE, text);
        assert_eq!(sealed.len(), text.len() + 33);
        assert_eq!(vault.open_text(&PHONE, &sealed).unwrap(), text);
        assert_eq!(Vault::key_of(&sealed), Some(vault.active_key()));
    }
}

#[test]
fn a_sealed_value_shows_neither_its_text_nor_equality() {
    let vault = Vault::for_tests(1);
    let (one, two) = (vault.seal_text(&PHONE, "+919812345678"), vault.seal_text(&PHONE, "+919812345678"));
    assert_ne!(one[5..17], two[5..17], "nonces");
    assert_ne!(one[17..], two[17..]);
    assert!(!one.windows(4).any(|bytes| b"+919812345678".windows(4).any(|part| part == bytes)));
}

#[test]
fn every_flipped_bit_is_noticed() {
    let vault = Vault::for_tests(1);
    let sealed = vault.seal_text(&PHONE, "+919812345678");
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut forged = sealed.clone();
            forged[at] ^= 1 << bit;
            let problem = vault.open_cell(&PHONE, &forged).unwrap_err();
            match at {
                0 => assert_eq!(problem, OpenError::UnknownFormat(forged[0])),
                1..5 => assert!(matches!(problem, OpenError::UnknownKey(_))),
                _ => assert_eq!(problem, OpenError::Refused),
            }
        }
    }
}

#[test]
fn every_shorter_or_longer_value_is_refused() {
    let vault = Vault::for_tests(1);
    let mut sealed = vault.seal_text(&PHONE, "+919812345678");
    for length in 0..sealed.len() {
        let problem = vault.open_cell(&PHONE, &sealed[..length]).unwrap_err();
        let expected = if length < 33 { OpenError::Truncated(length) } else { OpenError::Refused };
        assert_eq!(problem, expected);
    }
    sealed.push(0);
    assert_eq!(vault.open_cell(&PHONE, &sealed).unwrap_err(), OpenError::Refused);
}

#[test]
fn a_moved_value_does_not_open() {
    let vault = Vault::for_tests(1);
    let sealed = vault.seal_text(&PHONE, "+919812345678");
    for cell in [
        Cell { row: b"row-2", ..PHONE },
        Cell { row: b"", ..PHONE },
        Cell { column: "email", ..PHONE },
        Cell { table: "tickets", ..PHONE },
        // The same letters with the borders elsewhere.
        Cell { table: "client", column: "sphone", ..PHONE },
        Cell { column: "phonerow", row: b"-1", ..PHONE },
    ] {
        assert_eq!(vault.open_cell(&cell, &sealed).unwrap_err(), OpenError::Refused);
    }
}

#[test]
fn other_keys_do_not_open_it() {
    let sealed = Vault::for_tests(1).seal_text(&PHONE, "+919812345678");
    assert_eq!(Vault::for_tests(2).open_cell(&PHONE, &sealed).unwrap_err(), OpenError::Refused);
}

#[test]
fn bytes_are_not_text() {
    let vault = Vault::for_tests(1);
    let sealed = vault.seal(&PHONE, &[0xff, 0xfe]);
    assert_eq!(vault.open_text(&PHONE, &sealed).unwrap_err(), OpenError::NotText);
    assert_eq!(*vault.open_cell(&PHONE, &sealed).unwrap(), [0xff, 0xfe]);
}

#[test]
fn key_of_reads_only_whole_heads() {
    assert_eq!(Vault::key_of(&[]), None);
    assert_eq!(Vault::key_of(&[1, 0, 0, 0]), None);
    assert_eq!(Vault::key_of(&[2, 0, 0, 0, 9]), None);
    assert_eq!(Vault::key_of(&[1, 0, 0, 1, 9]), Some(KeyId::new(265)));
}

#[test]
fn threads_share_one_vault() {
    let vault = Vault::for_tests(1);
    std::thread::scope(|scope| {
        for n in 0..8_u8 {
            let vault = vault.clone();
            scope.spawn(move || {
                let row = [n];
                let cell = Cell { row: &row, ..PHONE };
                for _ in 0..200 {
                    let sealed = vault.seal(&cell, &row);
                    assert_eq!(*vault.open_cell(&cell, &sealed).unwrap(), row);
                }
            });
        }
    });
}

proptest! {
    #[test]
    fn any_bytes_come_back(plain in vec(any::<u8>(), 0..300), row in vec(any::<u8>(), 0..40)) {
        let vault = Vault::for_tests(3);
        let cell = Cell { row: &row, ..PHONE };
        let sealed = vault.seal(&cell, &plain);
        prop_assert_eq!(&*vault.open_cell(&cell, &sealed).unwrap(), &plain);
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(mut bytes in vec(any::<u8>(), 0..120), head: bool) {
        if head {
            // Past the checks of the head, so that the cipher sees them.
            bytes.splice(..bytes.len().min(5), [1, 0, 0, 0, 1]);
        }
        let vault = Vault::for_tests(3);
        prop_assert!(vault.open_cell(&PHONE, &bytes).is_err());
        prop_assert!(vault.open_text(&PHONE, &bytes).is_err());
    }
}
