//! Where the database is.

use std::fmt;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::postgres::Address;

/// A `database_url`: `sqlite://` and a path, or a `postgres://` connection string.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// The path of the file: all that follows `sqlite://`, taken literally.
    Sqlite(PathBuf),
    /// Servers, one database, and how to get in; it may hold a password.
    Postgres(Box<Address>),
}

impl DatabaseUrl {
    /// What answers there.
    pub const fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgresql",
        }
    }

    /// The file it lies in, if it lies in one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() {
                return Err("the URL has no path after sqlite://".to_owned());
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(Box::new(url.parse()?)));
        }
        Err("the URL must start with sqlite:// or postgres://".to_owned())
    }
}

impl DatabaseUrl {
    /// Whether both name the same database, as far as can be told without asking it.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sqlite(one), Self::Sqlite(other)) => {
                one == other || file(one).is_some_and(|it| Some(it) == file(other))
            }
            _ => self == other,
        }
    }
}

/// What a file is, whatever it is called.
fn file(path: &Path) -> Option<(u64, u64)> {
    path.metadata().ok().map(|file| (file.dev(), file.ino()))
}

/// Shows no password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(address) => write!(f, "postgres://{}/…", address.hosts()),
        }
    }
}

/// Shows no password.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_by_whatever_name() {
        let dir = tempfile::tempdir().unwrap();
        let url = |name: &str| DatabaseUrl::Sqlite(dir.path().join(name));
        std::fs::write(dir.path().join("one.db"), "").unwrap();
        std::fs::write(dir.path().join("two.db"), "").unwrap();
        std::os::unix::fs::symlink("one.db", dir.path().join("link.db")).unwrap();
        for (other, same) in
            [("one.db", true), ("./one.db", true), ("link.db", true), ("two.db", false), ("no.db", false)]
        {
            assert_eq!(url("one.db").is_same(&url(other)), same, "{other}");
        }
        assert!(url("no.db").is_same(&url("no.db")) && !url("no.db").is_same(&url("none.db")));
        let server: DatabaseUrl = "postgres://u@127.0.0.1/desk".parse().unwrap();
        assert!(server.is_same(&server) && !server.is_same(&url("one.db")));
        assert!(!server.is_same(&"postgres://u@127.0.0.1/other".parse().unwrap()));
    }
}
