#![doc = include_str!("../README.md")]

mod cell;
mod derive;
mod key_file;
mod ring;
mod vault;

pub use cell::{Cell, OpenError};
pub use key_file::KeyFileError;
pub use ring::KeyId;
pub use vault::{Purpose, Vault};
pub use zeroize::Zeroizing;
