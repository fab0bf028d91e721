//! What search finds clients by, made anew from their sealed texts, for a copy of the database.

use std::sync::Arc;

use vault::Vault;

use super::store;
use crate::{
    db::{
        Row, TokenIndex, Tx,
        copy::{Findable, Part},
    },
    fault::Fault,
    search::Contact,
};

/// All that search finds of clients.
pub fn findable(vault: &Vault) -> Arc<dyn Findable> {
    Arc::new(Clients(vault.clone()))
}

struct Clients(Vault);

impl Findable for Clients {
    fn table(&self) -> &'static str {
        "clients"
    }

    fn index(&self) -> TokenIndex {
        TokenIndex::Clients
    }

    fn columns(&self) -> &'static [&'static str] {
        &["seq", "id", "name", "phone", "email", "account_id"]
    }

    fn parts(&self, _: &mut Tx<'_>, rows: &[Row]) -> anyhow::Result<Vec<Part>> {
        let part = |row: &Row| {
            let id = row.uuid(1)?;
            let open = |column, sealed: &[u8]| Ok::<_, Fault>(self.0.open_text(&store::cell(column, &id), sealed)?);
            let email = row.opt_bytes(4)?.map(|sealed| open("email", &sealed)).transpose()?;
            let contact = Contact {
                name: &open("name", &row.bytes(2)?)?,
                phone_e164: &open("phone", &row.bytes(3)?)?,
                email: email.as_deref(),
                account: Some(&open("account_id", &row.bytes(5)?)?),
            };
            let tokens = store::tokens(&self.0, &contact).into_iter().collect();
            Ok::<_, Fault>(Part { owner: row.int(0)?, part: 0, tokens })
        };
        Ok(rows.iter().map(part).collect::<Result<_, _>>()?)
    }
}
