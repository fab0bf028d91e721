//! The program as operators meet it: started, stopped, killed, misused.

mod commands;
mod crash;
mod refusals;
mod serve;
mod settings;
