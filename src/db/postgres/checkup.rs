//! Looking at a server of PostgreSQL.

use super::address::Address;
use super::session::{Mode, Session};
use super::source::Source;
use super::{aside, migrations};
use crate::db::checkup::{Checkup, Remark};
use crate::db::migrate::MIGRATIONS;
use crate::db::{DbError, DbOptions, Tx};

/// The least that will do (docs/operations/scaling.md), as `server_version_num` has it.
const LEAST: i64 = 150_000;

const SERVER: &str = "SELECT current_setting('server_version'), current_setting('server_version_num')::bigint, \
    current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'), \
    current_setting('server_encoding'), current_setting('max_connections')::bigint, pg_is_in_recovery()::int::bigint, \
    (extract(epoch FROM clock_timestamp()) * 1000)::bigint, pg_database_size(current_database())";

/// What a server says of itself.
struct Server {
    version: String,
    number: i64,
    fsync: String,
    full_page_writes: String,
    synchronous_commit: String,
    encoding: String,
    connections: i64,
    is_standby: bool,
    now: i64,
    bytes: i64,
}

impl Server {
    fn ask(tx: &mut Tx<'_>) -> Result<Self, DbError> {
        let row = tx.query_one(SERVER, &[])?.ok_or_else(|| DbError::Other("it says nothing of itself".to_owned()))?;
        Ok(Self {
            version: row.text(0)?,
            number: row.int(1)?,
            fsync: row.text(2)?,
            full_page_writes: row.text(3)?,
            synchronous_commit: row.text(4)?,
            encoding: row.text(5)?,
            connections: row.int(6)?,
            is_standby: row.int(7)? == 1,
            now: row.int(8)?,
            bytes: row.int(9)?,
        })
    }

    /// What of it will not do for a desk that opens `ours` connections on each node.
    fn judge(&self, ours: usize) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let mut remark = |found: bool, grave: bool, said: String, remedy: &'static str| {
            if found {
                remarks.push(Remark { grave, said, remedy });
            }
        };
        let version = format!("the server is PostgreSQL {}", self.version);
        remark(self.number < LEAST, true, version, "upgrade it to 15 or newer");
        for (setting, value) in [("fsync", &self.fsync), ("full_page_writes", &self.full_page_writes)] {
            let said = format!("{setting} is {value}, so that a power cut can destroy the database");
            remark(value != "on", true, said, "turn it on in postgresql.conf and reload");
        }
        // `local` is durable on this server, the two of standbys are more than that.
        let durable = matches!(&*self.synchronous_commit, "on" | "local" | "remote_write" | "remote_apply");
        let said =
            format!("synchronous_commit is {}, so that a crash can lose what was answered", self.synchronous_commit);
        remark(!durable, true, said, "turn it on for this server, database and user");
        let said = format!("the database's encoding is {}", self.encoding);
        remark(self.encoding != "UTF8", true, said, "make a database WITH ENCODING 'UTF8' and copy the desk into it");
        let ours = i64::try_from(ours).unwrap_or(i64::MAX);
        let said = format!("the server takes {} connections, and each node may open {ours}", self.connections);
        // Three are kept for superusers, two each node needs for notices and backups.
        let few = ours + 5 > self.connections;
        remark(few, false, said, "raise max_connections, lower database_connections, or put a pooler before it");
        remarks
    }
}

/// See [`crate::db::checkup::look`].
pub(in crate::db) fn look<T: Send, E: From<DbError> + Send>(
    address: &Address,
    options: &DbOptions,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
) -> Result<Checkup<Result<T, E>>, DbError> {
    let source = Source::new(address, options.pooled)?;
    aside(source, |session| {
        let server = ask(session)?;
        let schema = match migrations::status(session, MIGRATIONS) {
            Err(error @ (DbError::Newer { .. } | DbError::Altered { .. })) => Err(error),
            found => Ok(found?),
        };
        let read = match &schema {
            Ok(status) if status.version > 0 => {
                session.begin(Mode::Read, None);
                let read = Tx::postgres(session).run(work);
                session.abandon();
                Some(read)
            }
            _ => None,
        };
        Ok(Checkup {
            engine: format!("PostgreSQL {}", server.version),
            schema,
            now: Some(server.now),
            bytes: server.bytes,
            remarks: server.judge(if options.pooled { 0 } else { options.connections }),
            read,
        })
    })?
}

/// See [`crate::db::checkup::look_at_replica`].
pub(in crate::db) fn look_at_replica(address: &Address, options: &DbOptions) -> Result<Vec<Remark>, DbError> {
    let source = Source::new(address, options.pooled)?;
    let server = aside(source, ask)??;
    let remark = Remark {
        grave: false,
        said: "database_replica_url names a server that is no standby".to_owned(),
        remedy: "name a standby of the server in database_url, or leave it out",
    };
    Ok(if server.is_standby { Vec::new() } else { vec![remark] })
}

fn ask(session: &mut Session) -> Result<Server, DbError> {
    session.begin(Mode::Read, None);
    let server = Server::ask(&mut Tx::postgres(session));
    session.abandon();
    server
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Server {
        let on = || "on".to_owned();
        Server {
            version: "17.2".to_owned(),
            number: 170_002,
            fsync: on(),
            full_page_writes: on(),
            synchronous_commit: on(),
            encoding: "UTF8".to_owned(),
            connections: 100,
            is_standby: false,
            now: 0,
            bytes: 0,
        }
    }

    #[test]
    fn what_will_not_do_is_told_and_nothing_else() {
        assert_eq!(server().judge(16), []);
        for durable in ["local", "remote_write", "remote_apply"] {
            assert_eq!(Server { synchronous_commit: durable.to_owned(), ..server() }.judge(16), []);
        }
        let off = || "off".to_owned();
        let table = [
            (Server { number: 149_999, version: "14.9".to_owned(), ..server() }, true, "PostgreSQL 14.9"),
            (Server { fsync: off(), ..server() }, true, "fsync is off"),
            (Server { full_page_writes: off(), ..server() }, true, "full_page_writes is off"),
            (Server { synchronous_commit: off(), ..server() }, true, "synchronous_commit is off"),
            (Server { encoding: "SQL_ASCII".to_owned(), ..server() }, true, "encoding is SQL_ASCII"),
            (Server { connections: 20, ..server() }, false, "takes 20 connections"),
        ];
        for (server, grave, words) in table {
            let remarks = server.judge(16);
            assert!(remarks.len() == 1 && remarks[0].said.contains(words), "{words}: {remarks:?}");
            assert_eq!(remarks[0].grave, grave, "{words}");
        }
        assert_eq!(Server { number: 150_000, connections: 21, ..server() }.judge(16), []);
    }
}
