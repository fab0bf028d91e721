//! The file: a line that says what it is, a line of JSON about what is in it, the database by gzip, and the SHA-256 of all
//! that. Without this program, `tail -n +3 FILE | gunzip` gives the database (and complains of the 32 bytes behind it).

use std::io::{self, Read, Write};

use anyhow::{Context, bail, ensure};
use flate2::{Compression, write::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How a file of this format begins; the number is another one when this program's older versions cannot read it.
const MAGIC: &str = "redress backup 1\n";
const ANY: &[u8] = b"redress backup ";
const DIGEST: usize = 32;
const BUFFER: usize = 128 * 1024;
/// Longer than any header.
const MAX_HEADER: usize = 4096;

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// When it was begun, RFC 3339; all that was committed before is in it.
    pub made: String,
    /// The version of the program that made it.
    pub redress: String,
    /// The schema's version.
    pub schema: i64,
    /// The fingerprint of the keys that open it, in hex.
    pub keys: String,
    /// Bytes of the database.
    pub bytes: u64,
}

/// Counts and digests what is written through it.
struct Tee<W> {
    out: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Tee<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes a backup of a database to `out`. `go_on` is asked again and again.
///
/// # Errors
/// Those of reading and writing, and that of `go_on`.
pub(super) fn pack(
    header: &Header,
    mut database: impl Read,
    out: impl Write,
    go_on: impl Fn() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut tee = Tee { out, hash: Sha256::new(), bytes: 0 };
    tee.write_all(MAGIC.as_bytes())?;
    tee.write_all(&serde_json::to_vec(header)?)?;
    tee.write_all(b"\n")?;
    // Most of it is sealed, and gets no smaller however long one tries.
    let mut gzip = GzEncoder::new(tee, Compression::fast());
    let mut buffer = vec![0; BUFFER];
    loop {
        go_on()?;
        let read = database.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        gzip.write_all(&buffer[..read])?;
    }
    let Tee { mut out, hash, .. } = gzip.finish()?;
    out.write_all(&hash.finalize())?;
    Ok(out.flush()?)
}

/// Reads a backup to its end and holds it against its digest; then its header is believed. The database goes to `into`, if that is
/// wanted, before that is known.
///
/// # Errors
/// One sentence that goes on from "FILE:", and says what to do.
pub(super) fn unpack(mut from: impl Read, mut into: Option<&mut dyn Write>) -> anyhow::Result<Header> {
    let (mut hash, mut held, mut begun) = (Sha256::new(), Vec::new(), Begun::No(Vec::new()));
    let mut gunzip = into.as_mut().map(|into| GzDecoder::new(Tee { out: into, hash: Sha256::new(), bytes: 0 }));
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = from.read(&mut buffer).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => damaged(),
            _ => anyhow::Error::new(error).context("it cannot be read"),
        })?;
        if read == 0 {
            break;
        }
        held.extend_from_slice(&buffer[..read]);
        // The last bytes may be the digest.
        let known = held.len().saturating_sub(DIGEST);
        hash.update(&held[..known]);
        let rest = begun.take(&held[..known])?;
        if let Some(gunzip) = gunzip.as_mut() {
            gunzip.write_all(&rest).map_err(|error| match error.kind() {
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::WriteZero => damaged(),
                _ => anyhow::Error::new(error).context("the database cannot be written"),
            })?;
        }
        held.drain(..known);
    }
    let header = match begun {
        Begun::Yes(header) if hash.finalize().as_slice() == held => header,
        Begun::Yes(_) => return Err(damaged()),
        Begun::No(_) => bail!("it is no backup of Redress, or only the beginning of one; name another file"),
    };
    if let Some(gunzip) = gunzip {
        let tee = gunzip.finish().map_err(|_| damaged())?;
        ensure!(tee.bytes == header.bytes, damaged());
    }
    Ok(header)
}

fn damaged() -> anyhow::Error {
    anyhow::anyhow!("it is damaged or cut short, as its checksum tells; nothing was changed; use another copy of it")
}

/// Whether the header has come.
enum Begun {
    /// What has come of it.
    No(Vec<u8>),
    Yes(Header),
}

impl Begun {
    /// Takes the header off what has come, and gives the rest.
    fn take(&mut self, bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
        let Self::No(so_far) = self else { return Ok(bytes.to_vec()) };
        so_far.extend_from_slice(bytes);
        let mut ends = so_far.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let (Some(first), Some(second)) = (ends.next(), ends.next()) else {
            let like_ours = so_far.iter().zip(ANY).all(|(one, other)| one == other);
            ensure!(like_ours && so_far.len() < MAX_HEADER, "it is no backup of Redress; name another file");
            return Ok(Vec::new());
        };
        ensure!(so_far.starts_with(ANY), "it is no backup of Redress; name another file");
        ensure!(
            &so_far[..first] == MAGIC.as_bytes(),
            "it is of a format that this version does not know; restore it with the version that made it"
        );
        let header = serde_json::from_slice(&so_far[first..second]).ok().with_context(|| damaged().to_string())?;
        let rest = so_far[second..].to_vec();
        *self = Self::Yes(header);
        Ok(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(bytes: u64) -> Header {
        let text = |text: &str| text.to_owned();
        Header { made: text("2026-11-27T12:00:00Z"), redress: text("0.1.0"), schema: 19, keys: text("07"), bytes }
    }

    fn packed(database: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        pack(&header(database.len() as u64), database, &mut out, || Ok(())).unwrap();
        out
    }

    fn unpacked(file: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut out = Vec::new();
        unpack(file, Some(&mut out)).map(|_| out)
    }

    #[test]
    fn what_was_packed_comes_back() {
        for length in [0, 1, 100, 128 * 1024, 500_000] {
            let database: Vec<u8> =
                (0..length).map(|at: u32| at.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
            let file = packed(&database);
            assert!(unpacked(&file).unwrap() == database, "{length}");
            assert_eq!(unpack(&file[..], None).unwrap(), header(u64::from(length)));
        }
    }

    /// Read in pieces of any size, as from a pipe.
    #[test]
    fn pieces_do_not_matter() {
        struct Slow<'a>(&'a [u8], usize);
        impl Read for Slow<'_> {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                let length = self.1.min(self.0.len());
                into[..length].copy_from_slice(&self.0[..length]);
                self.0 = &self.0[length..];
                Ok(length)
            }
        }
        let file = packed(b"a database");
        for size in 1..80 {
            let mut out = Vec::new();
            unpack(Slow(&file, size), Some(&mut out)).unwrap();
            assert_eq!(out, b"a database");
        }
    }

    #[test]
    fn no_byte_can_be_another_and_none_can_be_missing() {
        let file = packed(b"a database, sealed where it is personal");
        for at in 0..file.len() {
            for bit in [1, 0x20, 0x80] {
                let mut damaged = file.clone();
                damaged[at] ^= bit;
                assert!(unpack(&damaged[..], None).is_err(), "byte {at}");
                assert!(unpacked(&damaged).is_err(), "byte {at}");
            }
            assert!(unpack(&file[..at], None).is_err(), "cut at {at}");
        }
        assert!(unpack(&[&file[..], b"x"].concat()[..], None).is_err());
    }

    #[test]
    fn what_is_none_or_of_a_later_format_is_told() {
        let said = |file: &[u8]| unpack(file, None).unwrap_err().to_string();
        let long = vec![b'x'; 200_000];
        for file in [&b""[..], b"SQLite format 3\0", b"redress", &long] {
            assert!(said(file).contains("no backup of Redress"), "{}", said(file));
        }
        let later = [b"redress backup 2\n{\"new\":1}\n", &[0; 100][..]].concat();
        assert!(said(&later).contains("does not know"), "{}", said(&later));
    }
}
