//! The program as operators meet it: started, stopped, killed, misused.

mod backups;
mod commands;
mod copying;
mod crash;
mod doctor;
mod importing;
mod keys;
mod log;
mod ready;
mod manual;
mod recovery;
mod refusals;
mod serve;
mod settings;
mod upgrades;
mod traces;
