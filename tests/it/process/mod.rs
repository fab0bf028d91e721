//! The program as operators meet it: started, stopped, killed, misused.

mod backups;
mod commands;
mod copying;
mod crash;
mod doctor;
mod health;
mod importing;
mod keys;
mod log;
mod manual;
mod ready;
mod recovery;
mod refusals;
mod serve;
mod settings;
mod traces;
mod upgrades;
