//! The program as operators meet it: started, stopped, killed, misused.

mod commands;
mod copying;
mod crash;
mod importing;
mod keys;
mod refusals;
mod serve;
mod settings;
