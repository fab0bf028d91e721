//! The fields of a user read from a form or a JSON object, with their limits.

use super::{Grant, Role, Scope, Scopes, User, check_password};
use crate::{
    email,
    fault::Fault,
    input::{Given, Input, Limits},
    phone::{Phone, PhoneError, Region},
    words::Text,
};

const NAME: Limits = Limits::line(200);
const EMAIL: Limits = Limits::line(254);
const PHONE: Limits = Limits::line(64);
const WORD: Limits = Limits::line(100);
const TOKEN_NAME: Limits = Limits::line(100);
/// A token that lives longer is better made without an end, and looked after.
const MOST_DAYS: i64 = 3650;

/// Whether a password has to be replaced by its owner.
pub const MUST_CHANGE: &str = "mustChangePassword";

const NAME_MISSING: Text = Text::new("staff-name-missing");
const EMAIL_MISSING: Text = Text::new("staff-email-missing");
const PASSWORD_MISSING: Text = Text::new("staff-password-missing");
const ROLE_MISSING: Text = Text::new("staff-role-missing");

/// A user to be added. Its `Debug` leaves the password out.
#[derive(Clone)]
pub struct NewUser {
    /// One valid address.
    pub email: String,
    /// 1 to 200 characters.
    pub name: String,
    /// A possible number.
    pub phone: Option<Phone>,
    /// What they may do.
    pub role: Role,
    /// Whether they are an owner, which counts for admins only.
    pub owner: bool,
    /// A good one, in NFC. Without one they cannot sign in until one is set.
    pub password: Option<String>,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewUser").field("role", &self.role).finish_non_exhaustive()
    }
}

/// A change of a user: only what was sent. Its `Debug` leaves the password out.
#[derive(Clone)]
pub struct Changes {
    /// One valid address.
    pub email: Option<String>,
    /// 1 to 200 characters.
    pub name: Option<String>,
    /// A possible number, or none any more.
    pub phone: Given<Phone>,
    /// What they may do.
    pub role: Option<Role>,
    /// Whether they are an owner, which counts for admins only. Who becomes an admin is one unless it says no.
    pub owner: Option<bool>,
    /// Whether they may sign in.
    pub enabled: Option<bool>,
    /// A good one, in NFC.
    pub password: Option<String>,
    /// Whether they have to choose another when they next sign in.
    pub must_change: Option<bool>,
}

impl Changes {
    /// No change at all.
    pub const fn none() -> Self {
        Self {
            email: None,
            name: None,
            phone: Given::Absent,
            role: None,
            owner: None,
            enabled: None,
            password: None,
            must_change: None,
        }
    }
}

impl std::fmt::Debug for Changes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Changes").field("role", &self.role).field("enabled", &self.enabled).finish_non_exhaustive()
    }
}

/// Reads a whole new user. With a `role` given, which is the first admin's, the input has none of its own.
///
/// # Errors
/// [`Fault::Invalid`] with every fault of every field.
pub fn new_user(input: Input, region: Option<&Region>, role: Option<Role>) -> Result<NewUser, Fault> {
    read_user(input, region, role, true)
}

/// The same without a password where none is given: they choose it themselves, by a link.
///
/// # Errors
/// As [`new_user`].
pub fn welcome_user(mut input: Input, region: Option<&Region>) -> Result<NewUser, Fault> {
    let given = input.peek("password").is_some_and(|password| !password.is_empty());
    if !given {
        input.take_raw("password");
    }
    read_user(input, region, None, given)
}

/// The same over the API: a password, unless `invite` is set, and whether it has to be replaced.
///
/// # Errors
/// As [`new_user`].
pub fn added_user(mut input: Input, region: Option<&Region>) -> Result<(NewUser, bool), Fault> {
    let (invite, must_change) = (input.flag("invite").value(), input.flag(MUST_CHANGE).value());
    let new = read_user(input, region, None, !invite.unwrap_or_default())?;
    Ok((new, must_change.unwrap_or_default()))
}

fn read_user(
    mut input: Input,
    region: Option<&Region>,
    role: Option<Role>,
    with_password: bool,
) -> Result<NewUser, Fault> {
    let email = input.must("email", EMAIL, EMAIL_MISSING, email::check);
    let name = input.required("name", NAME, NAME_MISSING);
    let phone = phone(&mut input, region).value();
    let (role, owner) = match role {
        Some(role) => (Some(role), true),
        // The contract's admin looks after users; one who does not is an exception that is to be named.
        None => (input.must("role", WORD, ROLE_MISSING, parse_role), input.flag("owner").value().unwrap_or(true)),
    };
    let email_of = || email.as_deref().unwrap_or("");
    let password = with_password.then(|| new_password(&mut input, "password", email_of(), &name)).flatten();
    input.finish()?;
    // Each is only absent with a fault, which `finish` has just returned.
    let (Some(email), Some(role)) = (email, role) else { return Err(Fault::Invalid(Vec::new())) };
    Ok(NewUser { email, name, phone, role, owner, password })
}

/// Reads a change of `user`.
///
/// # Errors
/// [`Fault::Invalid`] with every fault of every field.
pub fn changes(mut input: Input, region: Option<&Region>, user: &User) -> Result<Changes, Fault> {
    let email = sent(&mut input, "email", |input| input.must("email", EMAIL, EMAIL_MISSING, email::check));
    let name = sent(&mut input, "name", |input| Some(input.required("name", NAME, NAME_MISSING)));
    let phone = phone(&mut input, region);
    let role = sent(&mut input, "role", |input| input.must("role", WORD, ROLE_MISSING, parse_role));
    let owner = input.flag("owner").value();
    let enabled = input.flag("enabled").value();
    let password = sent(&mut input, "password", |input| {
        let (email, name) = (email.as_deref().unwrap_or(&user.email), name.as_deref().unwrap_or(&user.name));
        new_password(input, "password", email, name)
    });
    let must_change = input.flag(MUST_CHANGE).value();
    input.finish()?;
    Ok(Changes { email, name, phone, role, owner, enabled, password, must_change })
}

/// What somebody signs in with. The address is not checked: a wrong one is simply nobody's.
///
/// # Errors
/// [`Fault::Invalid`] with every fault.
pub fn log_in(mut input: Input) -> Result<(String, String), Fault> {
    let email = input.required("email", EMAIL, Text::new("staff-own-email-missing"));
    let password = any_password(&mut input, "password", Text::new("staff-own-password-missing"));
    input.finish().map(|()| (email, password))
}

/// The address of somebody who forgot their password. It is not checked: a wrong one is simply nobody's.
///
/// # Errors
/// [`Fault::Invalid`] with every fault.
pub fn forgotten(mut input: Input) -> Result<String, Fault> {
    let email = input.required("email", EMAIL, Text::new("staff-own-email-missing"));
    input.finish().map(|()| email)
}

/// A change of one's own password: the one now, and the new one.
///
/// # Errors
/// [`Fault::Invalid`] with every fault.
pub fn own_password(mut input: Input, user: &User) -> Result<(String, String), Fault> {
    let current = any_password(&mut input, "currentPassword", Text::new("staff-current-password-missing"));
    let new = new_password(&mut input, "newPassword", &user.email, &user.name).unwrap_or_default();
    input.finish().map(|()| (current, new))
}

/// A new password for `user`.
///
/// # Errors
/// [`Fault::Invalid`] with every fault.
pub fn set_password(mut input: Input, user: &User) -> Result<String, Fault> {
    let password = new_password(&mut input, "password", &user.email, &user.name).unwrap_or_default();
    input.finish().map(|()| password)
}

/// A token's name, what it may be used for, and after how many days it ends, if ever.
///
/// # Errors
/// [`Fault::Invalid`] with every fault.
pub fn token(mut input: Input) -> Result<Grant, Fault> {
    let name = input.required("name", TOKEN_NAME, Text::new("staff-token-name-missing"));
    let days = input.parsed("days", WORD, |text| match text.parse() {
        Ok(days @ 1..=MOST_DAYS) => Ok(days),
        // Written without groups, as it is to be typed.
        _ => Err(Text::new("staff-token-days").arg("most", MOST_DAYS.to_string())),
    });
    let before = input.faults();
    let scopes = input.parsed("scope", WORD, |text| Scopes::parse(text).ok_or_else(scope_unknown)).value();
    if scopes.is_none() && input.faults() == before {
        input.fault("scope", "required", scope_unknown());
    }
    let scopes = scopes.unwrap_or(Scopes::of(Scope::TicketsRead));
    input.finish().map(|()| Grant { name, scopes, lasts: days.value() })
}

const fn scope_unknown() -> Text {
    Text::new("staff-token-scope")
}

fn sent<T>(input: &mut Input, name: &str, read: impl FnOnce(&mut Input) -> Option<T>) -> Option<T> {
    if input.has(name) { read(input) } else { None }
}

fn phone(input: &mut Input, region: Option<&Region>) -> Given<Phone> {
    input.parsed("phone", PHONE, |text| Phone::parse(text, region).map_err(PhoneError::text))
}

/// Reads a role's name.
///
/// # Errors
/// A sentence with the names there are.
pub fn parse_role(text: &str) -> Result<Role, Text> {
    Role::parse(text).ok_or_else(|| Text::new("rules-choose").arg("choices", Role::ALL.map(name_of).to_vec()))
}

/// The name that programs send, as people read it.
const fn name_of(role: Role) -> Text {
    Text::new(match role {
        Role::Admin => "staff-name-admin",
        Role::Technician => "staff-name-technician",
        Role::Auditor => "staff-name-auditor",
    })
}

fn any_password(input: &mut Input, field: &str, missing: Text) -> String {
    let before = input.faults();
    let password = input.password(field);
    if password.is_none() && input.faults() == before {
        input.fault(field, "required", missing);
    }
    password.unwrap_or_default()
}

fn new_password(input: &mut Input, field: &str, email: &str, name: &str) -> Option<String> {
    let before = input.faults();
    let password = any_password(input, field, PASSWORD_MISSING);
    if input.faults() > before {
        return None;
    }
    match check_password(&password, email, name) {
        Ok(()) => Some(password),
        Err((code, message)) => {
            input.fault(field, code, message);
            None
        }
    }
}
