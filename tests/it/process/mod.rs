//! The program as operators meet it: started, stopped, killed, misused.

mod commands;
mod copying;
mod crash;
mod refusals;
mod serve;
mod settings;
