//! The sealed bytes behind a header: pieces of 64 KiB, of which each says by its nonce which one it is, and whether the last.

use std::io::{self, BufRead, Read, Write};

use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce};

use super::TAG;

/// Bytes in clear of every piece but the last.
const PIECE: usize = 64 * 1024;

/// Counts pieces.
#[derive(Default)]
struct Counter(u128);

impl Counter {
    /// The nonce of the next piece: a number of eleven bytes, and one that says whether it is the last.
    fn next(&mut self, last: bool) -> Nonce {
        let mut nonce = [0; 12];
        nonce[..11].copy_from_slice(&self.0.to_be_bytes()[5..]);
        nonce[11] = u8::from(last);
        self.0 += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

/// Seals what is written to it. Without [`Sealer::finish`] nobody opens the end.
pub struct Sealer<W> {
    key: LessSafeKey,
    counter: Counter,
    piece: Vec<u8>,
    out: W,
}

impl<W: Write> Sealer<W> {
    pub(super) fn new(key: LessSafeKey, out: W) -> Self {
        Self { key, counter: Counter::default(), piece: Vec::with_capacity(PIECE + TAG), out }
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let nonce = self.counter.next(last);
        let sealed = self.key.seal_in_place_append_tag(nonce, Aad::empty(), &mut self.piece);
        sealed.map_err(|_| io::Error::other("it cannot be sealed"))?;
        self.out.write_all(&self.piece)?;
        self.piece.clear();
        Ok(())
    }

    /// Seals the last piece, and gives what it was written to.
    ///
    /// # Errors
    /// Those of what it is written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full piece waits until it is known that it is not the last.
        if self.piece.len() == PIECE && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Gives in clear what was sealed, piece by piece: none that is not whole and in its place.
pub struct Opener<R> {
    key: LessSafeKey,
    counter: Counter,
    from: R,
    piece: Vec<u8>,
    /// How much of the piece was read.
    at: usize,
    ended: bool,
}

impl<R: BufRead> Opener<R> {
    pub(super) fn new(key: LessSafeKey, from: R) -> Self {
        Self { key, counter: Counter::default(), from, piece: Vec::new(), at: 0, ended: false }
    }

    fn open(&mut self) -> io::Result<()> {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "it is damaged or cut short");
        let first = self.counter.0 == 0;
        self.piece.clear();
        self.at = 0;
        (&mut self.from).take((PIECE + TAG) as u64).read_to_end(&mut self.piece)?;
        self.ended = self.from.fill_buf()?.is_empty();
        let nonce = self.counter.next(self.ended);
        let length = self.key.open_in_place(nonce, Aad::empty(), &mut self.piece).map_err(|_| damaged())?.len();
        self.piece.truncate(length);
        // Only a file of nothing ends with a piece of nothing.
        if length == 0 && !first { Err(damaged()) } else { Ok(()) }
    }
}

impl<R: BufRead> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() {
            if self.ended {
                return Ok(0);
            }
            self.open()?;
        }
        let read = into.len().min(self.piece.len() - self.at);
        into[..read].copy_from_slice(&self.piece[self.at..self.at + read]);
        self.at += read;
        Ok(read)
    }
}
