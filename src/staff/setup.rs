//! The first admin, and the code that says who may make them: whoever reads the server's log.

use data_encoding::{Encoding, Specification};
use subtle::ConstantTimeEq;
use vault::{Purpose, Vault};

use super::{NewUser, User, members, store};
use crate::{clock::Clock, db::Tx, fault::Fault};

const CODE: Purpose = Purpose::new("staff.setup_code");

/// The code that `/setup` asks for, `XXXX-XXXX` in Crockford's letters. It comes from the keys, so every node and every
/// restart shows the same one. 40 bits: the tries are limited.
pub fn setup_code(vault: &Vault) -> String {
    let mac = vault.mac(CODE, &[b"first admin"]);
    let text = crockford().encode(&mac[..5]);
    format!("{}-{}", &text[..4], &text[4..])
}

fn crockford() -> Encoding {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    specification.encoding().expect("32 different symbols")
}

/// Whether this is the code: in any case, with or without hyphen and spaces, with `O` for `0` and `I` or `L` for `1`,
/// and in a time that does not tell how much of it is right.
pub(super) fn is_code(vault: &Vault, given: &str) -> bool {
    plain(given).as_bytes().ct_eq(plain(&setup_code(vault)).as_bytes()).into()
}

fn plain(code: &str) -> String {
    let kept = code.chars().filter(|c| !c.is_whitespace() && *c != '-');
    kept.map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    })
    .collect()
}

/// Makes the first admin.
///
/// # Errors
/// [`Fault::NotFound`] when there is a user already: of two set-ups at once one wins.
pub(super) fn first_admin(
    tx: &mut Tx<'_>,
    vault: &Vault,
    clock: &Clock,
    new: &NewUser,
    hash: Option<&str>,
) -> Result<User, Fault> {
    tx.take_turn("first admin")?;
    if store::any_user(tx)? {
        return Err(Fault::NotFound);
    }
    members::add(tx, (vault, clock), None, new, hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_the_same_for_the_same_keys_and_another_for_others() {
        let code = setup_code(&Vault::for_tests(1));
        assert_eq!(code, setup_code(&Vault::for_tests(1)));
        assert_ne!(code, setup_code(&Vault::for_tests(2)));
        assert_eq!((code.len(), code.find('-')), (9, Some(4)));
        assert!(code.chars().all(|c| c == '-' || "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(c)), "{code}");
    }

    #[test]
    fn the_code_is_taken_as_people_type_it_and_nothing_else_is() {
        let vault = Vault::for_tests(3);
        let code = setup_code(&vault);
        let typed = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        for good in [code.clone(), code.replace('-', ""), typed, format!(" {code} ")] {
            assert!(is_code(&vault, &good), "{good}");
        }
        let last = if code.ends_with('7') { "8" } else { "7" };
        let near = format!("{}{last}", &code[..8]);
        for bad in ["", "-", &code[..8], &near, &format!("{code}0"), &setup_code(&Vault::for_tests(4))] {
            assert!(!is_code(&vault, bad), "{bad}");
        }
    }
}
