//! What search finds tickets and notes by, made anew from their sealed texts, for a copy of the database.

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;
use vault::Vault;

use super::{import, store, tokens};
use crate::{
    db::{
        Row, TokenIndex, Tx, Value,
        copy::{Findable, Part},
    },
    fault::Fault,
    search::Fields,
};

/// All that search finds of tickets.
pub fn findable(vault: &Vault) -> [Arc<dyn Findable>; 3] {
    [Arc::new(Records(vault.clone())), Arc::new(Notes(vault.clone())), Arc::new(Imported(vault.clone()))]
}

/// Tickets, by what their record says.
struct Records(Vault);

/// Tickets, by what is noted on them.
struct Notes(Vault);

/// Tickets, by the reference that another help desk gave.
struct Imported(Vault);

impl Findable for Records {
    fn table(&self) -> &'static str {
        "ticket_texts"
    }

    fn index(&self) -> TokenIndex {
        TokenIndex::Tickets
    }

    fn columns(&self) -> &'static [&'static str] {
        &["seq", "client_name", "client_phone", "client_email", "client_account_id", "description"]
    }

    fn parts(&self, source: &mut Tx<'_>, rows: &[Row]) -> anyhow::Result<Vec<Part>> {
        let seqs: Vec<Value> = rows.iter().map(|row| row.int(0).map(Value::Int)).collect::<Result<_, _>>()?;
        let tickets: HashMap<i64, (Uuid, String)> = tickets(source, "seq", &seqs)?
            .iter()
            .map(|row| Ok((row.int(0)?, (row.uuid(1)?, row.text(2)?))))
            .collect::<Result<_, Fault>>()?;
        let part = |row: &Row| {
            let seq = row.int(0)?;
            let (id, reference) = tickets.get(&seq).ok_or_else(|| store::damaged("ticket"))?;
            let text = |column, at| store::opened(&self.0, column, id, row.opt_bytes(at)?);
            let must = |column, at| text(column, at)?.ok_or_else(|| store::damaged(column));
            let tokens = tokens::of_fields(
                &self.0,
                &Fields {
                    name: &must("client_name", 1)?,
                    phone_e164: &must("client_phone", 2)?,
                    email: text("client_email", 3)?.as_deref(),
                    account: text("client_account_id", 4)?.as_deref(),
                    description: &must("description", 5)?,
                    notes: &[],
                    reference,
                },
            );
            Ok::<_, Fault>(Part { owner: seq, part: tokens::RECORD, tokens: tokens.into_iter().collect() })
        };
        Ok(rows.iter().map(part).collect::<Result<_, _>>()?)
    }
}

impl Findable for Notes {
    fn table(&self) -> &'static str {
        "ticket_notes"
    }

    fn index(&self) -> TokenIndex {
        TokenIndex::Tickets
    }

    fn columns(&self) -> &'static [&'static str] {
        &["ticket_id", "version", "id", "content"]
    }

    fn parts(&self, source: &mut Tx<'_>, rows: &[Row]) -> anyhow::Result<Vec<Part>> {
        let seqs = seqs(source, rows)?;
        let part = |row: &Row| {
            let (version, id) = (row.int(1)?, row.uuid(2)?);
            let owner = *seqs.get(&row.uuid(0)?).ok_or_else(|| store::damaged("ticket"))?;
            let content = self.0.open_text(&store::note_cell(&id), &row.bytes(3)?)?;
            let tokens = tokens::of_note(&self.0, &content).into_iter().collect();
            Ok::<_, Fault>(Part { owner, part: version, tokens })
        };
        Ok(rows.iter().map(part).collect::<Result<_, _>>()?)
    }
}

impl Findable for Imported {
    fn table(&self) -> &'static str {
        "imported_tickets"
    }

    fn index(&self) -> TokenIndex {
        TokenIndex::Tickets
    }

    fn columns(&self) -> &'static [&'static str] {
        &["ticket_id", "reference"]
    }

    fn parts(&self, source: &mut Tx<'_>, rows: &[Row]) -> anyhow::Result<Vec<Part>> {
        let seqs = seqs(source, rows)?;
        let part = |row: &Row| {
            let id = row.uuid(0)?;
            let owner = *seqs.get(&id).ok_or_else(|| store::damaged("ticket"))?;
            let reference = import::opened(&self.0, &id, &row.bytes(1)?)?;
            let tokens = tokens::of_before(&self.0, &reference).into_iter().collect();
            Ok::<_, Fault>(Part { owner, part: tokens::BEFORE, tokens })
        };
        Ok(rows.iter().map(part).collect::<Result<_, _>>()?)
    }
}

/// `seq` of the tickets whose ids stand first in some rows.
fn seqs(source: &mut Tx<'_>, rows: &[Row]) -> Result<HashMap<Uuid, i64>, Fault> {
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.uuid(0)).collect::<Result<_, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    let ids: Vec<Value> = ids.into_iter().map(Value::from).collect();
    tickets(source, "id", &ids)?.iter().map(|row| Ok((row.uuid(1)?, row.int(0)?))).collect()
}

/// `seq`, id and reference of the tickets that have one of these values in a column.
fn tickets(tx: &mut Tx<'_>, column: &str, values: &[Value]) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    for some in values.chunks(64) {
        let places: Vec<String> = (1..=some.len()).map(|place| format!("${place}")).collect();
        let sql = format!("SELECT seq, id, ticket_ref FROM tickets WHERE {column} IN ({})", places.join(", "));
        rows.extend(tx.query(&sql, some)?);
    }
    Ok(rows)
}
