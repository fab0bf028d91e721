//! The data keys in use: where they come from, how a server takes up new ones, and how everything is sealed anew under them.
//!
//! A key goes through three states. It waits: it is in the ring and seals nothing, until every node has taken it up. It is
//! active: what is written is sealed with it. It is retired: it opens what it sealed. So no node ever meets a value whose key
//! it does not have, and a rotation that broke off anywhere is gone on with by running it again.

mod follow;
mod places;
mod reseal;
mod source;
mod store;

pub use follow::follow;
pub use reseal::{Found, Resealing, Used};
pub use source::KeySource;
pub use store::{Behind, begin, behind, finish, needed, record, recorded, require, rotating};
