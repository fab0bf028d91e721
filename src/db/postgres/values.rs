//! Our values in PostgreSQL's types, and its errors in our terms.

use std::error::Error as StdError;

use bytes::{BufMut as _, BytesMut};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

use crate::cause::innermost;
use crate::db::{DbError, Row, Value};

type Unfit = Box<dyn StdError + Sync + Send>;

/// The type that a value is declared as, so that `$1 + $2` and `SELECT $1` mean what they do in SQLite. The type of a
/// NULL is for the server to find.
pub(super) const fn declared(value: &Value) -> Type {
    match value {
        Value::Null => Type::UNKNOWN,
        Value::Int(_) => Type::INT8,
        Value::Text(_) => Type::TEXT,
        Value::Bytes(_) => Type::BYTEA,
        Value::Ints(_) => Type::INT8_ARRAY,
    }
}

/// Whether a statement whose parameter is of this type takes the value.
pub(super) fn fits(value: &Value, parameter: &Type) -> bool {
    matches!(value, Value::Null) || declared(value) == *parameter
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Unfit> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Int(int) => out.put_i64(*int),
            Self::Text(text) => out.put_slice(text.as_bytes()),
            Self::Bytes(bytes) => out.put_slice(bytes),
            Self::Ints(ints) => return ints.to_sql(kind, out),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Unfit> {
        if fits(self, kind) {
            self.to_sql(kind, out)
        } else {
            Err("a value of another type than its placeholder".into())
        }
    }
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Unfit> {
        Ok(match *kind {
            Type::INT8 => Self::Int(i64::from_sql(kind, raw)?),
            Type::INT4 => Self::Int(i32::from_sql(kind, raw)?.into()),
            Type::INT2 => Self::Int(i16::from_sql(kind, raw)?.into()),
            Type::BOOL => Self::Int(bool::from_sql(kind, raw)?.into()),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::UNKNOWN => Self::Text(String::from_utf8(raw.to_vec())?),
            Type::BYTEA => Self::Bytes(raw.to_vec()),
            Type::INT8_ARRAY => Self::Ints(Vec::from_sql(kind, raw)?),
            Type::FLOAT4 | Type::FLOAT8 | Type::NUMERIC => return Err("a floating-point number".into()),
            _ => return Err(format!("of the type {kind}").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Unfit> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

pub(super) fn row(row: &tokio_postgres::Row) -> Result<Row, DbError> {
    let value = |column| {
        row.try_get(column).map_err(|error| DbError::Other(format!("column {column} is {}", innermost(&error))))
    };
    Ok(Row((0..row.len()).map(value).collect::<Result<_, _>>()?))
}

/// Sorts PostgreSQL's conditions (<https://www.postgresql.org/docs/current/errcodes-appendix.html>) by what a caller can
/// do.
pub(super) fn error(error: &tokio_postgres::Error) -> DbError {
    let Some(told) = error.as_db_error() else {
        let reason = innermost(error);
        // Without a word of the server it is the connection, or a value that we could not write.
        let ours = error.is_closed() || error.source().is_none_or(<dyn StdError>::is::<std::io::Error>);
        return if ours { DbError::Unavailable(reason) } else { DbError::Other(reason) };
    };
    // Its details hold values; its message names tables and columns.
    let message = told.message().to_owned();
    match *told.code() {
        SqlState::UNIQUE_VIOLATION => DbError::Unique { constraint: told.constraint().unwrap_or_default().to_owned() },
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => DbError::Conflict,
        SqlState::QUERY_CANCELED => DbError::TooLong,
        SqlState::LOCK_NOT_AVAILABLE => DbError::Busy,
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => DbError::Corrupt,
        // A primary that has become a standby takes no writes: the next connection finds the new one.
        SqlState::READ_ONLY_SQL_TRANSACTION => DbError::Unavailable(message),
        ref code if is_away(code) => DbError::Unavailable(message),
        _ => DbError::Other(message),
    }
}

/// Connection lost or refused, no room, shutting down, starting up, I/O error: by class of the condition.
fn is_away(code: &SqlState) -> bool {
    matches!(&code.code()[..2], "08" | "28" | "53" | "57" | "58")
        || matches!(*code, SqlState::INVALID_CATALOG_NAME | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT)
}

/// Whether the connection is of no use after this.
pub(super) const fn ends_connection(error: &DbError) -> bool {
    matches!(error, DbError::Unavailable(_) | DbError::Corrupt)
}
