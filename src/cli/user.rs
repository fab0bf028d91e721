//! `redress user`: the staff, from the command line. Works beside a running server.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, anyhow, bail};

use crate::{
    fault::Fault,
    input::Input,
    staff::{self, By, Changes, Role, Staff, User, form},
    words::Language,
};

/// What `user add` is given.
#[derive(Debug, Clone, Default)]
pub struct Add {
    /// The address they sign in with.
    pub email: String,
    /// Their name.
    pub name: String,
    /// `admin`, `technician` or `auditor`.
    pub role: String,
    /// Whether an admin is an owner.
    pub owner: bool,
    /// Where to reach them.
    pub phone: Option<String>,
    /// Whether the password comes from standard input, its first line.
    pub password_stdin: bool,
}

/// How [`add`] went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// They can sign in.
    WithPassword,
    /// They can sign in once a password is set.
    WithoutPassword,
}

/// Adds a user and prints the new id alone. Without a password from standard input it is asked for at a terminal; where
/// there is none, the user has no password until one is set.
///
/// # Errors
/// One line: every fault of what was given.
pub async fn add(staff: &Staff, new: Add, out: &mut dyn Write) -> anyhow::Result<Added> {
    let password = password(new.password_stdin, "Password: ")?;
    let added = if password.is_some() { Added::WithPassword } else { Added::WithoutPassword };
    add_with(staff, new, password, out).await?;
    Ok(added)
}

async fn add_with(staff: &Staff, new: Add, password: Option<String>, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut fields = vec![("email", new.email), ("name", new.name), ("role", new.role)];
    fields.push(("owner", new.owner.to_string()));
    fields.extend(new.phone.map(|phone| ("phone", phone)));
    let without = password.is_none();
    // Read with one that will do, so that the other fields are still checked together; it is left out again.
    fields.push(("password", password.unwrap_or_else(|| "none is set yet".to_owned())));
    let input = Input::from_pairs(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let mut new = form::new_user(input, staff.region.as_ref(), None).map_err(explain)?;
    if without {
        new.password = None;
    }
    let user = staff::add_user(staff, None, new).await.map_err(explain)?;
    writeln!(out, "{}", user.id)?;
    Ok(())
}

/// Prints the staff as a table: id, role, whether enabled, e-mail address, name.
///
/// # Errors
/// One line.
pub async fn list(staff: &Staff, out: &mut dyn Write) -> anyhow::Result<()> {
    let users = staff::users(staff).await.map_err(explain)?;
    let widest = users.iter().map(|user| user.email.chars().count()).max().unwrap_or(0).max(5);
    writeln!(out, "{:36}  {:14}  {:7}  {:widest$}  NAME", "ID", "ROLE", "ENABLED", "EMAIL")?;
    for user in users {
        let desk_only = user.role == Role::Admin && !user.owner;
        let role = if desk_only { "admin-no-owner" } else { user.role.name() };
        let User { id, enabled, genuine, email, name, .. } = user;
        let enabled = if !genuine {
            "altered"
        } else if enabled {
            "yes"
        } else {
            "no"
        };
        writeln!(out, "{id:36}  {role:14}  {enabled:7}  {email:widest$}  {name}")?;
    }
    Ok(())
}

/// Lets a user sign in again, or no more; in the latter case they are signed out everywhere.
///
/// # Errors
/// One line.
pub async fn set_enabled(staff: &Staff, email: &str, enabled: bool) -> anyhow::Result<()> {
    let user = find(staff, email).await?;
    let changes = Changes { enabled: Some(enabled), ..Changes::none() };
    staff::change_user(staff, By::default(), user.id, changes).await.map_err(explain)?;
    Ok(())
}

/// Accepts a user as the database has them, whom somebody changed there past Redress, and says as what.
///
/// # Errors
/// One line.
pub async fn vouch(staff: &Staff, email: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    // Whoever changed the user may have changed the address by which they are found.
    let id = match email.parse() {
        Ok(id) => id,
        Err(_) => find(staff, email).await?.id,
    };
    let user = staff::vouch(staff, id).await.map_err(explain)?;
    say_standing(&user, out)
}

/// Accepts all users, passwords, tokens and the rest of what lets somebody in, as an earlier version left them, and says
/// whom as what.
///
/// # Errors
/// One line; that it was done before is one of them.
pub async fn vouch_all(staff: &Staff, out: &mut dyn Write) -> anyhow::Result<()> {
    let Some(users) = staff::vouch_all(staff).await.map_err(explain)? else {
        bail!(
            "there is nothing of an earlier version to accept at this desk, or that was done before; look at redress user list, \
             and accept one user by: redress user vouch EMAIL"
        );
    };
    for user in &users {
        say_standing(user, out)?;
    }
    writeln!(out, "{} accepted, with what they sign in by", users.len())?;
    Ok(())
}

fn say_standing(user: &User, out: &mut dyn Write) -> anyhow::Result<()> {
    let standing = if user.enabled { "enabled" } else { "disabled" };
    writeln!(out, "{} is {}, {standing}, from now on", user.email, user.standing().name())?;
    Ok(())
}

/// Prints a link alone by which a user chooses a password, this once; it is mailed as well where mail can be sent.
///
/// # Errors
/// One line.
pub async fn invite(staff: &Staff, email: &str, out: &mut dyn Write) -> anyhow::Result<()> {
    let user = find(staff, email).await?;
    anyhow::ensure!(user.enabled, "{email} is disabled, so no link of theirs would be good: enable the user first");
    let given = staff::give_link(staff, None, user.id, Language::English).await.map_err(explain)?;
    writeln!(out, "{}", given.url)?;
    Ok(())
}

/// Sets what a user may do.
///
/// # Errors
/// One line; that it is the last owner is one of them.
pub async fn set_role(staff: &Staff, email: &str, role: &str, owner: bool) -> anyhow::Result<()> {
    let user = find(staff, email).await?;
    let changes = Changes { role: Role::parse(role), owner: Some(owner), ..Changes::none() };
    staff::change_user(staff, By::default(), user.id, changes).await.map_err(explain)?;
    Ok(())
}

/// Sets a user's password, from standard input or asked for; they are signed out everywhere.
///
/// # Errors
/// One line.
pub async fn set_password(staff: &Staff, email: &str, stdin: bool) -> anyhow::Result<()> {
    let user = find(staff, email).await?;
    let Some(password) = password(stdin, "New password: ")? else {
        bail!("there is no terminal to ask for the password: add --password-stdin and send it on standard input");
    };
    set_password_to(staff, &user, password).await
}

/// Takes all second factors of a user away, who signs in with the password alone from then on.
///
/// # Errors
/// One line.
pub async fn reset_second_factor(staff: &Staff, email: &str) -> anyhow::Result<()> {
    let user = find(staff, email).await?;
    staff::reset_second_factor(staff, None, user.id).await.map_err(explain)
}

async fn set_password_to(staff: &Staff, user: &User, password: String) -> anyhow::Result<()> {
    let input = Input::from_pairs([("password".to_owned(), password)]);
    let password = form::set_password(input, user).map_err(explain)?;
    let changes = Changes { password: Some(password), ..Changes::none() };
    staff::change_user(staff, By::default(), user.id, changes).await.map_err(explain)?;
    Ok(())
}

/// The user with an address.
pub(super) async fn find(staff: &Staff, email: &str) -> anyhow::Result<User> {
    let found = staff::by_email(staff, email).await.map_err(explain)?;
    found.ok_or_else(|| anyhow!("there is no user {email}; `redress user list` shows all"))
}

/// A password: the first line of standard input, or what is typed at the terminal; nothing where there is none.
fn password(stdin: bool, prompt: &str) -> anyhow::Result<Option<String>> {
    if stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("cannot read the password from standard input")?;
        return Ok(Some(first_line(&line).to_owned()));
    }
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    rpassword::prompt_password(prompt).map(Some).context("cannot read the password")
}

/// Without its end, whichever of the two it has: spaces may belong to the password.
fn first_line(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

/// A fault in one line.
pub(super) fn explain(fault: Fault) -> anyhow::Error {
    match fault {
        Fault::Invalid(faults) => {
            let faults: Vec<_> =
                faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message.english())).collect();
            anyhow!(faults.join(" "))
        }
        other => other.into(),
    }
}
