//! `redress openapi`

use super::{Failure, out};

/// Prints the document that `GET /api/openapi.json` serves.
pub fn print() -> Result<(), Failure> {
    out(&crate::app::document().to_pretty_json()?);
    Ok(())
}
