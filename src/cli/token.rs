//! `redress token`: tokens for programs, from the command line. Works beside a running server.

use std::{collections::BTreeMap, io::Write};

use anyhow::anyhow;
use jiff::Timestamp;
use uuid::Uuid;

use super::user::{explain, find};
use crate::{
    fault::Fault,
    input::Input,
    staff::{self, Scope, Staff, form},
};

/// Makes a token for the user with this address and prints it alone, this once. Without `days` it never ends, without
/// `scopes` it is for all that its owner may do.
///
/// # Errors
/// One line.
pub async fn create(
    staff: &Staff,
    email: &str,
    name: &str,
    (scopes, days): (&[String], Option<u32>),
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let user = find(staff, email).await?;
    anyhow::ensure!(user.enabled, "{email} is disabled, so no token of theirs would be good: enable the user first");
    let scopes = if scopes.is_empty() { Scope::Admin.name().to_owned() } else { scopes.join(" ") };
    let days = days.map(|days| days.to_string());
    let fields = [("name", Some(name.to_owned())), ("scope", Some(scopes)), ("days", days)];
    let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let grant = form::token(Input::from_pairs(fields)).map_err(explain)?;
    let token = staff::add_token(staff, user.id, grant).await.map_err(explain)?;
    writeln!(out, "{token}")?;
    Ok(())
}

/// Prints the tokens as a table: id, end, last use, scopes, owner, name; never the tokens. Those of programs stay in it when
/// they have ended, which it says.
///
/// # Errors
/// One line.
pub async fn list(staff: &Staff, out: &mut dyn Write) -> anyhow::Result<()> {
    let users = staff::users(staff).await.map_err(explain)?;
    let emails: BTreeMap<Uuid, String> = users.into_iter().map(|user| (user.id, user.email)).collect();
    let widest = emails.values().map(|email| email.chars().count()).max().unwrap_or(0).max(4);
    writeln!(out, "{:36}  {:26}  {:20}  {:26}  {:widest$}  NAME", "ID", "EXPIRES", "LAST USED", "SCOPES", "USER")?;
    for token in staff::tokens(staff).await.map_err(explain)? {
        let email = emails.get(&token.user).map_or("", String::as_str);
        let name = if token.name.is_empty() { "(log-in over the API)" } else { &token.name };
        let ended = if token.has_ended(staff.clock.now()) { " ended" } else { "" };
        let (until, used) = (instant(token.expires_at) + ended, instant(token.last_used_at));
        let scopes = token.scopes.to_string();
        writeln!(out, "{:36}  {until:26}  {used:20}  {scopes:26}  {email:widest$}  {name}", token.id)?;
    }
    Ok(())
}

/// Ends a token.
///
/// # Errors
/// One line.
pub async fn revoke(staff: &Staff, id: &str) -> anyhow::Result<()> {
    let missing = || anyhow!("there is no token {id}; `redress token list` shows the ids");
    let id = Uuid::parse_str(id).map_err(|_| missing())?;
    match staff::revoke_token(staff, id).await {
        Err(Fault::NotFound) => Err(missing()),
        done => done.map_err(explain),
    }
}

fn instant(millis: Option<i64>) -> String {
    let Some(millis) = millis else { return "never".to_owned() };
    format!("{:.0}", Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH))
}
