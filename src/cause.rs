//! Why something failed: libraries wrap the reason in what they were about.

use std::error::Error;

/// The innermost reason of an error, which says most.
pub(crate) fn innermost(error: &dyn Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
