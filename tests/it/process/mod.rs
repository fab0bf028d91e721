//! The program as operators meet it: started, stopped, killed, misused.

mod backups;
mod commands;
mod copying;
mod crash;
mod importing;
mod keys;
mod recovery;
mod refusals;
mod serve;
mod settings;
mod upgrades;
