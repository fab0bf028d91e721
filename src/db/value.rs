//! The three value types both engines share, and rows of them.

use crate::db::DbError;

/// A value in SQL. Times are milliseconds since the epoch, enumerations small integers,
/// identifiers 16 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// SQL's NULL.
    Null,
    /// A 64-bit integer; also booleans (0, 1), times and enumerations.
    Int(i64),
    /// UTF-8 text. PostgreSQL holds no NUL character in it.
    Text(String),
    /// Bytes; also identifiers.
    Bytes(Vec<u8>),
    /// An array of 64-bit integers; PostgreSQL only.
    Ints(Vec<i64>),
}

/// Makes a `Value` of each type that fits into one without loss.
macro_rules! value_from {
    ($($from:ty => |$it:ident| $value:expr;)+) => {
        $(impl From<$from> for Value {
            fn from($it: $from) -> Self {
                $value
            }
        })+
    };
}

value_from! {
    i64 => |it| Self::Int(it);
    i32 => |it| Self::Int(it.into());
    i16 => |it| Self::Int(it.into());
    u32 => |it| Self::Int(it.into());
    u16 => |it| Self::Int(it.into());
    u8 => |it| Self::Int(it.into());
    bool => |it| Self::Int(it.into());
    String => |it| Self::Text(it);
    &str => |it| Self::Text(it.to_owned());
    Vec<u8> => |it| Self::Bytes(it);
    &[u8] => |it| Self::Bytes(it.to_owned());
    uuid::Uuid => |it| Self::Bytes(it.as_bytes().to_vec());
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl<T> From<Option<T>> for Value
where
    Self: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

impl<T: Clone> From<&T> for Value
where
    Self: From<T>,
{
    fn from(value: &T) -> Self {
        Self::from(value.clone())
    }
}

/// The values of the placeholders `$1`, `$2`… as a `&[Value]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::db::Value::from($value)),*] as &[$crate::db::Value]
    };
}

/// One row of a result. Columns are numbered from 0, in the order of the `SELECT`.
///
/// Each method fails with [`DbError::Other`] when the column is of another type, or is NULL and
/// the method does not begin with `opt_`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub(super) Vec<Value>);

impl Row {
    /// Whatever it is.
    pub fn value(&self, column: usize) -> Result<Value, DbError> {
        self.0.get(column).cloned().ok_or_else(|| DbError::Other(format!("there is no column {column}")))
    }

    /// An integer.
    pub fn int(&self, column: usize) -> Result<i64, DbError> {
        required(column, self.opt_int(column)?)
    }

    /// An integer or NULL.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, DbError> {
        self.get(column, "an integer", |value| match value {
            Value::Int(int) => Some(*int),
            _ => None,
        })
    }

    /// A boolean: 0 or 1.
    pub fn bool(&self, column: usize) -> Result<bool, DbError> {
        let bit = self.get(column, "0 or 1", |value| match value {
            Value::Int(bit @ (0 | 1)) => Some(*bit == 1),
            _ => None,
        });
        required(column, bit?)
    }

    /// Text.
    pub fn text(&self, column: usize) -> Result<String, DbError> {
        required(column, self.opt_text(column)?)
    }

    /// Text or NULL.
    pub fn opt_text(&self, column: usize) -> Result<Option<String>, DbError> {
        self.get(column, "text", |value| match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// Bytes.
    pub fn bytes(&self, column: usize) -> Result<Vec<u8>, DbError> {
        required(column, self.opt_bytes(column)?)
    }

    /// Bytes or NULL.
    pub fn opt_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, DbError> {
        self.get(column, "bytes", |value| match value {
            Value::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        })
    }

    /// An identifier: 16 bytes.
    pub fn uuid(&self, column: usize) -> Result<uuid::Uuid, DbError> {
        required(column, self.opt_uuid(column)?)
    }

    /// An identifier or NULL.
    pub fn opt_uuid(&self, column: usize) -> Result<Option<uuid::Uuid>, DbError> {
        self.get(column, "16 bytes", |value| match value {
            Value::Bytes(bytes) => uuid::Uuid::from_slice(bytes).ok(),
            _ => None,
        })
    }

    fn get<T>(
        &self,
        column: usize,
        expected: &str,
        decode: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, DbError> {
        match self.0.get(column) {
            None => Err(DbError::Other(format!("there is no column {column}"))),
            Some(Value::Null) => Ok(None),
            Some(value) => decode(value).map(Some).ok_or_else(|| mismatch(column, expected)),
        }
    }
}

fn required<T>(column: usize, value: Option<T>) -> Result<T, DbError> {
    value.ok_or_else(|| mismatch(column, "a value, and not NULL"))
}

fn mismatch(column: usize, expected: &str) -> DbError {
    DbError::Other(format!("column {column} is not {expected}"))
}
