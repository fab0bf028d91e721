//! What a filter finds as a CSV file, streamed: a batch is read, written out and sent before the next one is read.

pub mod door;
mod run;
mod table;
mod walk;

pub(super) use self::walk::Walk;
