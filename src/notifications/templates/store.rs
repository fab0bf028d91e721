//! Every statement on templates. Rows are only added.

use std::collections::BTreeMap;

use super::{
    set::Place,
    template::{Draft, Registration},
    variable::Variable,
    versions::Version,
};
use crate::{
    db::{Row, Tx, params},
    fault::Fault,
    notifications::{
        channels::{Channel, Registered},
        message::Kind,
    },
    words::Language,
};

const COLUMNS: &str = "SELECT kind, channel, language, version, body, entity, header, template_id, as_unicode, caps, at, actor \
     FROM message_templates";

/// The newest of every place; of places that this version of Redress does not know, none.
pub fn newest(tx: &mut Tx<'_>) -> Result<Vec<Version>, Fault> {
    let sql = format!(
        "{COLUMNS} t WHERE version = (SELECT MAX(version) FROM message_templates n WHERE n.kind = t.kind \
         AND n.channel = t.channel AND n.language = t.language) ORDER BY kind, channel, language"
    );
    let rows = tx.query(&sql, &[])?;
    rows.iter().filter_map(|row| version(row).transpose()).collect()
}

/// Those of a place, newest first.
pub fn of(tx: &mut Tx<'_>, place: Place, most: u32) -> Result<Vec<Version>, Fault> {
    let rows = tx.query(
        &format!("{COLUMNS} WHERE kind = $1 AND channel = $2 AND language = $3 ORDER BY version DESC LIMIT $4"),
        params![place.kind.code(), place.channel.name, place.language.tag(), most],
    )?;
    rows.iter().filter_map(|row| version(row).transpose()).collect()
}

/// Adds one.
pub fn insert(tx: &mut Tx<'_>, new: &Version) -> Result<(), Fault> {
    let Place { kind, channel, language } = new.place;
    let registration = new.draft.as_ref().and_then(|draft| draft.registration.as_ref());
    let ids = registration.map(|registration| registration.ids.clone());
    tx.execute(
        "INSERT INTO message_templates (kind, channel, language, version, body, entity, header, template_id, as_unicode, \
         caps, at, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            kind.code(),
            channel.name,
            language.tag(),
            new.version,
            new.draft.as_ref().map(|draft| draft.body.clone()),
            ids.as_ref().map(|ids| ids.entity.clone()),
            ids.as_ref().map(|ids| ids.header.clone()),
            ids.as_ref().map(|ids| ids.template.clone()),
            registration.map(|registration| i64::from(registration.unicode)),
            registration.map(|registration| write_caps(&registration.caps)),
            new.at,
            new.by,
        ],
    )?;
    Ok(())
}

fn version(row: &Row) -> Result<Option<Version>, Fault> {
    let (channel, language) = (row.text(1)?, row.text(2)?);
    let (Some(kind), Some(channel)) = (Kind::from_code(row.int(0)?), Channel::find(&channel)) else { return Ok(None) };
    let Some(language) = Language::ALL.into_iter().find(|known| known.tag() == language) else { return Ok(None) };
    let ids = match (row.opt_text(5)?, row.opt_text(6)?, row.opt_text(7)?) {
        (Some(entity), Some(header), Some(template)) => Some(Registered { entity, header, template }),
        _ => None,
    };
    let (unicode, caps) = (row.opt_int(8)? == Some(1), read_caps(&row.opt_text(9)?.unwrap_or_default()));
    let registration = ids.map(|ids| Registration { ids, unicode, caps });
    Ok(Some(Version {
        place: Place { kind, channel, language },
        version: row.int(3)?,
        draft: row.opt_text(4)?.map(|body| Draft { body, registration }),
        at: row.int(10)?,
        by: row.uuid(11)?,
    }))
}

fn write_caps(caps: &BTreeMap<Variable, usize>) -> String {
    caps.iter().map(|(variable, cap)| format!("{}={cap}", variable.name())).collect::<Vec<_>>().join(",")
}

fn read_caps(text: &str) -> BTreeMap<Variable, usize> {
    let one = |pair: &str| {
        let (name, cap) = pair.split_once('=')?;
        Some((Variable::find(name)?, cap.parse().ok()?))
    };
    text.split(',').filter_map(one).collect()
}
