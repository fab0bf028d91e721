//! A digest of a table that is the same whatever engine holds it.

use sha2::{Digest as _, Sha256};

use super::super::{Row, Value};

/// Of rows in the order of their keys.
pub(super) struct Digest {
    hash: Sha256,
    rows: u64,
}

/// How many rows, and their digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) rows: u64,
    pub(super) digest: [u8; 32],
}

impl Digest {
    pub(super) fn of(table: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(bytes(&Value::from(table)));
        Self { hash, rows: 0 }
    }

    pub(super) fn add(&mut self, row: &Row) {
        row.0.iter().for_each(|value| write(value, &mut |bytes| self.hash.update(bytes)));
        self.rows += 1;
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn sum(self) -> Sum {
        Sum { rows: self.rows, digest: self.hash.finalize().into() }
    }
}

impl Sum {
    /// Of several tables, in their order.
    pub(super) fn of_all(sums: impl Iterator<Item = Self>) -> Self {
        let mut hash = Sha256::new();
        let mut rows = 0;
        for sum in sums {
            hash.update(sum.rows.to_be_bytes());
            hash.update(sum.digest);
            rows += sum.rows;
        }
        Self { rows, digest: hash.finalize().into() }
    }
}

/// A value in bytes that no other value has: a letter for its type, and what has no fixed length behind its length.
fn write(value: &Value, out: &mut impl FnMut(&[u8])) {
    let mut long = |letter: u8, bytes: &[u8]| {
        out(&[letter]);
        out(&(bytes.len() as u64).to_be_bytes());
        out(bytes);
    };
    match value {
        Value::Text(text) => long(b't', text.as_bytes()),
        Value::Bytes(bytes) => long(b'b', bytes),
        Value::Ints(ints) => long(b'a', &ints.iter().flat_map(|int| int.to_be_bytes()).collect::<Vec<_>>()),
        Value::Null => out(b"n"),
        Value::Int(int) => {
            out(b"i");
            out(&int.to_be_bytes());
        }
    }
}

/// The same as one piece.
pub(super) fn bytes(value: &Value) -> Vec<u8> {
    let mut all = Vec::new();
    write(value, &mut |bytes| all.extend_from_slice(bytes));
    all
}
