//! Ports for programs that must be told theirs.

use std::{
    net::TcpListener,
    sync::{
        OnceLock,
        atomic::{AtomicU16, Ordering},
    },
};

/// A port of this machine where nobody listens. It comes once in a process, and lies below those that the system gives to
/// whoever asks for any port or calls somebody: nobody is given it before the program that is told it has it. None of them
/// is one that browsers keep away from.
///
/// # Panics
/// Without random numbers.
pub fn free_port() -> u16 {
    static NEXT: OnceLock<AtomicU16> = OnceLock::new();
    let next = NEXT.get_or_init(|| {
        let mut first = [0; 2];
        getrandom::fill(&mut first).expect("random numbers");
        AtomicU16::new(u16::from_le_bytes(first))
    });
    loop {
        let port = 11_000 + next.fetch_add(1, Ordering::Relaxed) % 9_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
