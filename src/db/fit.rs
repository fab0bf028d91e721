//! Whether this program and the schema of a database go together, asked while it serves.
//!
//! A schema of a newer version is no reason to stop: its migrations leave what this version needs until no node needs it any
//! more (see [`super::nodes`]). One that has taken something away is, and so is one that lacks what we need, as after a
//! restore.

use super::migrate::{self, Applied, MIGRATIONS, Migration};
use super::{Db, DbError};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The database's version.
    pub database: i64,
    /// Whether this program works with it.
    pub works: bool,
}

impl Fit {
    fn of(applied: &[Applied], known: &[Migration]) -> Self {
        let ours =
            applied.len() >= known.len() && applied.iter().zip(known).all(|(found, ours)| found.name == ours.name);
        let contracted = applied.iter().skip(known.len()).any(|newer| migrate::contracts(&newer.name));
        Self { database: migrate::last_applied(applied), works: ours && !contracted }
    }
}

impl Db {
    /// Whether this program works with the schema as it is now.
    ///
    /// # Errors
    /// The database's.
    pub async fn fit(&self) -> Result<Fit, DbError> {
        self.read(|tx| Ok(Fit::of(&migrate::applied(tx)?, MIGRATIONS))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(names: &[&str]) -> (i64, bool) {
        let known = ["0001_a", "0002_b"].map(|name| Migration { name, sqlite: "", postgres: "" });
        let applied: Vec<_> = (1..)
            .zip(names)
            .map(|(version, name)| Applied { version, name: (*name).to_owned(), sha256: Vec::new() })
            .collect();
        let Fit { database, works } = Fit::of(&applied, &known);
        (database, works)
    }

    #[test]
    fn what_is_only_more_does_no_harm() {
        assert_eq!(fit(&["0001_a", "0002_b"]), (2, true));
        assert_eq!(fit(&["0001_a", "0002_b", "0003_c"]), (3, true));
        assert_eq!(fit(&["0001_a", "0002_b", "0003_c", "0004_d_contract"]), (4, false));
        assert_eq!(fit(&["0001_a"]), (1, false));
        assert_eq!(fit(&["0001_a", "0002_x"]), (2, false));
        assert_eq!(fit(&[]), (0, false));
    }
}
