//! What only holds of SQLite: group commit, one file, one writer. Left out where tests run on PostgreSQL.

mod crash;
mod faults;
mod group_commit;
mod migrations;
mod notices;
mod statements;
