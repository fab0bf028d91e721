//! A client's tickets, and who called without being a client yet: what the clients feature asks for.

use uuid::Uuid;

use super::{Desk, Status, follow, issue_label, store, tokens};
use crate::{
    clients::{self, Caller, Case, Cases, Client, Stage, Whose},
    db::{Row, Tx},
    fault::Fault,
    phone::Phone,
    search::{self, Clauses},
};

/// Most open tickets that are looked through for a list of clients.
const MOST_OPEN: usize = 500;

/// More than one client ever has.
const ALL: usize = 1_000_000;

/// Latest tickets that are looked through for callers.
const LATEST: usize = 40;

const COLUMNS: &str = "t.id, t.ticket_ref, t.issue_type, t.status, t.created_at, t.updated_at, x.client_phone, \
    x.client_account_id, x.client_name, x.client_email";

/// A ticket with what tells whose it is.
struct Held {
    case: Case,
    account_id: Option<String>,
    phone: Phone,
}

impl Held {
    fn is_of(&self, whose: &Whose<'_>) -> bool {
        whose.is(self.account_id.as_deref(), &self.phone)
    }
}

impl Cases for Desk {
    fn of(&self, tx: &mut Tx<'_>, whose: Whose<'_>, most: usize) -> Result<Vec<Case>, Fault> {
        let rows = rows(tx, &[self.any_of(&[whose])], "1 = 1", None, most)?;
        let held = rows.iter().map(|row| self.held(row)).collect::<Result<Vec<_>, _>>()?;
        Ok(held.into_iter().filter(|held| held.is_of(&whose)).map(|held| held.case).collect())
    }

    fn open_of(&self, tx: &mut Tx<'_>, whose: &[Whose<'_>]) -> Result<Vec<Vec<Case>>, Fault> {
        if whose.is_empty() {
            return Ok(Vec::new());
        }
        let open = format!("t.status < {}", Status::Fixed.code());
        let rows = rows(tx, &[self.any_of(whose)], &open, None, MOST_OPEN)?;
        let held = rows.iter().map(|row| self.held(row)).collect::<Result<Vec<_>, _>>()?;
        let of = |one| held.iter().filter(|held| held.is_of(one)).map(|held| held.case.clone()).collect();
        Ok(whose.iter().map(of).collect())
    }

    fn callers(&self, tx: &mut Tx<'_>, sought: &Clauses, most: usize) -> Result<Vec<Caller>, Fault> {
        let hashed =
            |any: &std::collections::BTreeSet<_>| any.iter().map(|one| tokens::hashed(&self.vault, one)).collect();
        let lists: Vec<Vec<i64>> = sought.iter().map(hashed).collect();
        let mut callers: Vec<Caller> = Vec::new();
        for row in rows(tx, &lists, "1 = 1", Some(LATEST), LATEST)? {
            let caller = self.caller(&row)?;
            let known = callers.iter().any(|known| match (&known.account_id, &caller.account_id) {
                (Some(one), Some(other)) => search::same_account(one, other),
                _ => known.phone == caller.phone,
            });
            if callers.len() < most && !known {
                callers.push(caller);
            }
        }
        Ok(callers)
    }

    fn moved(&self, tx: &mut Tx<'_>, was: &Client, now: &Client) -> Result<(), Fault> {
        follow::moved(tx, self, was, now)
    }
}

impl Desk {
    /// Every ticket of one client that is not erased, as [`Cases::of`] knows whose it is, but for those that name the very account
    /// of another client: this is for deciding.
    pub(super) fn all_of(&self, tx: &mut Tx<'_>, client: &Client) -> Result<Vec<Uuid>, Fault> {
        let whose = client.whose();
        let mut theirs = Vec::new();
        for (id, held) in self.all(tx, &self.any_of(&[whose]))? {
            let account = held.account_id.as_deref();
            if held.is_of(&whose) && !clients::is_anothers(tx, &self.vault, client, account)? {
                theirs.push(id);
            }
        }
        Ok(theirs)
    }

    /// Every ticket with a number that is not erased, whatever account it names.
    pub(super) fn all_of_number(&self, tx: &mut Tx<'_>, phone: &Phone) -> Result<Vec<Uuid>, Fault> {
        let token = tokens::hashed(&self.vault, &search::phone_token(phone.as_str()));
        self.ids(tx, token, |held| held.phone == *phone)
    }

    /// Every ticket that names an account and is not erased.
    pub(super) fn all_of_account(&self, tx: &mut Tx<'_>, account: &str) -> Result<Vec<Uuid>, Fault> {
        let Some(token) = search::account_token(account) else { return Ok(Vec::new()) };
        let token = tokens::hashed(&self.vault, &token);
        let names = |own: &String| search::same_account(own, account);
        self.ids(tx, token, |held| held.account_id.as_ref().is_some_and(names))
    }

    fn ids(&self, tx: &mut Tx<'_>, token: i64, is: impl Fn(&Held) -> bool) -> Result<Vec<Uuid>, Fault> {
        Ok(self.all(tx, &[token])?.into_iter().filter(|(_, held)| is(held)).map(|(id, _)| id).collect())
    }

    /// All that are not erased and have one of these tokens.
    fn all(&self, tx: &mut Tx<'_>, any: &[i64]) -> Result<Vec<(Uuid, Held)>, Fault> {
        let rows = rows(tx, &[any.to_vec()], "t.erased_at IS NULL", None, ALL)?;
        rows.iter().map(|row| Ok((row.uuid(0)?, self.held(row)?))).collect()
    }

    /// The tokens of which each ticket of theirs has one.
    fn any_of(&self, whose: &[Whose<'_>]) -> Vec<i64> {
        let accounts = whose.iter().filter_map(|one| search::account_token(one.account_id?));
        let phones = whose.iter().map(|one| search::phone_token(one.phone.as_str()));
        accounts.chain(phones).map(|token| tokens::hashed(&self.vault, &token)).collect()
    }

    fn held(&self, row: &Row) -> Result<Held, Fault> {
        let id = row.uuid(0)?;
        let phone = store::opened(&self.vault, "client_phone", &id, row.opt_bytes(6)?)?;
        let phone =
            phone.and_then(|text| Phone::from_e164(&text).ok()).ok_or_else(|| store::damaged("phone number"))?;
        let status = Status::from_code(row.int(3)?).ok_or_else(|| store::damaged("status"))?;
        let case = Case {
            reference: row.text(1)?,
            issue_type: issue_label(&row.text(2)?),
            stage: Stage { label: status.label(), slug: status.slug() },
            open: status < Status::Fixed,
            created_at: row.int(4)?,
            updated_at: row.int(5)?,
        };
        Ok(Held { case, account_id: store::opened(&self.vault, "client_account_id", &id, row.opt_bytes(7)?)?, phone })
    }

    fn caller(&self, row: &Row) -> Result<Caller, Fault> {
        let (id, held) = (row.uuid(0)?, self.held(row)?);
        let name = store::opened(&self.vault, "client_name", &id, row.opt_bytes(8)?)?;
        Ok(Caller {
            name: name.ok_or_else(|| store::damaged("name"))?,
            phone: held.phone,
            email: store::opened(&self.vault, "client_email", &id, row.opt_bytes(9)?)?,
            account_id: held.account_id,
        })
    }
}

/// The newest `most` tickets with a token of each list that meet a condition; among the newest `within`, where that
/// is given, so that a common name costs no more than a rare one.
fn rows(
    tx: &mut Tx<'_>,
    lists: &[Vec<i64>],
    condition: &str,
    within: Option<usize>,
    most: usize,
) -> Result<Vec<Row>, Fault> {
    let dialect = tx.dialect();
    let values = dialect.token_lists(lists);
    let places: Vec<String> = (1..=values.len()).map(|number| format!("${number}")).collect();
    let newest = within.map_or_else(String::new, |within| format!(" ORDER BY seq DESC LIMIT {within}"));
    let (from, found) = dialect.tickets_of(&format!("{}{newest}", dialect.tickets_with(&places)));
    let sql = format!(
        "SELECT {COLUMNS} FROM {from} JOIN ticket_texts x ON x.seq = t.seq WHERE {found} AND {condition} \
         ORDER BY t.seq DESC LIMIT {most}"
    );
    Ok(tx.query(&sql, &values)?)
}
