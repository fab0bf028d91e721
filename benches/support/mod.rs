//! What several benchmarks share.

pub mod figures;
pub mod load;
pub mod server;
