//! The edge: TLS, connections, what travels in headers and cookies.

pub mod certificate;
mod connections;
mod headers;
mod limits;
mod raw;
mod tls;
