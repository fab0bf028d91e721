//! Keys as text: Bech32 (BIP 173), without its limit of length.

const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// Of five bits each.
const CHECKSUM: usize = 6;

/// The bytes behind `prefix` and `1`, in the letter case of the prefix; nothing where a letter was mistyped.
pub(super) fn decode(prefix: &str, text: &str) -> Option<Vec<u8>> {
    let rest = text.strip_prefix(prefix)?.strip_prefix('1')?;
    let upper = prefix.chars().any(|letter| letter.is_ascii_uppercase());
    let value = |letter: u8| {
        if upper && letter.is_ascii_lowercase() {
            return None;
        }
        let letter = if upper { letter.to_ascii_lowercase() } else { letter };
        u8::try_from(LETTERS.iter().position(|one| *one == letter)?).ok()
    };
    let values = rest.bytes().map(value).collect::<Option<Vec<u8>>>()?;
    let (data, _) = values.split_at_checked(values.len().checked_sub(CHECKSUM)?)?;
    let prefix = prefix.to_ascii_lowercase();
    let high = prefix.bytes().map(|letter| letter >> 5);
    let low = prefix.bytes().map(|letter| letter & 31);
    let all = high.chain([0]).chain(low).chain(values.iter().copied());
    if polymod(all) != 1 {
        return None;
    }
    bytes(data)
}

/// The checksum's remainder: 1 where all is right.
fn polymod(values: impl Iterator<Item = u8>) -> u32 {
    const STEPS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1, |sum, value| {
        let top = sum >> 25;
        let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        (0..).zip(STEPS).filter(|(bit, _)| top >> bit & 1 == 1).fold(next, |sum, (_, step)| sum ^ step)
    })
}

/// Five bits each to eight; what is over has to be zeros, less than five of them.
fn bytes(fives: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut held, mut bits) = (Vec::with_capacity(fives.len() * 5 / 8), 0u16, 0);
    for five in fives {
        held = held << 5 | u16::from(*five);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    (bits < 5 && held == 0).then_some(out)
}

/// What [`decode`] reads, in small letters: for tests, as nobody writes keys but `age-keygen`.
#[cfg(test)]
pub(super) fn encode(prefix: &str, data: &[u8]) -> String {
    let (mut fives, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for byte in data {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            fives.push(u8::try_from(held >> bits & 31).unwrap());
        }
        held &= 31;
    }
    if bits > 0 {
        fives.push(u8::try_from(held << (5 - bits) & 31).unwrap());
    }
    let prefix = prefix.to_ascii_lowercase();
    let (high, low) = (prefix.bytes().map(|letter| letter >> 5), prefix.bytes().map(|letter| letter & 31));
    let sum = polymod(high.chain([0]).chain(low).chain(fives.iter().copied()).chain([0; CHECKSUM])) ^ 1;
    let check = (0..CHECKSUM).rev().map(|at| u8::try_from(sum >> (5 * at) & 31).unwrap());
    let letters = fives.iter().copied().chain(check).map(|value| char::from(LETTERS[usize::from(value)]));
    format!("{prefix}1{}", letters.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for length in 0..40 {
            let data: Vec<u8> = (0..length).map(|at: u8| at.wrapping_mul(37)).collect();
            assert_eq!(decode("age", &encode("age", &data)), Some(data));
        }
        assert_eq!(encode("a", &[]), "a12uel5l");
    }

    #[test]
    fn the_test_vectors_of_bip_173_are_read() {
        assert_eq!(decode("a", "a12uel5l"), Some(vec![]));
        assert_eq!(decode("A", "A12UEL5L"), Some(vec![]));
        let all: Vec<u8> = (0..32).collect();
        let packed = decode("abcdef", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw").unwrap();
        assert_eq!(packed, bytes(&all).unwrap());
        for wrong in ["a12uel5m", "a12UEL5L", "A12uel5l", "a1", "1qzzfhee", "a1lqfn3a", "b12uel5l"] {
            assert_eq!(decode("a", wrong), None, "{wrong}");
        }
    }
}
