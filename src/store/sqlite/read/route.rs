//! Where the next reply of each conversation goes after an answer. A
//! conversation keeps the identifier that it came through, so an answer moves
//! no reply; but it may change who that identifier reaches, and that is said.

use super::group::{Group, canonical};
use super::holder::owner;
use super::outcome::{Foreseen, whose};
use super::query::first;
use super::thread::Through;
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, IdentifierId};
use crate::domain::time::Timestamp;
use crate::review::page::{ConversationRow, Route};
use crate::store::Result;
use rusqlite::Connection;

/// Whose an identifier is, or under whom a conversation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Nobody's: former, or free.
    Nobodys,
    /// A contact's that the answer founds.
    New,
    /// A canonical contact's.
    Of(ContactId),
}

/// What an answer leaves behind, as far as replies go.
#[derive(Default)]
pub(super) struct After<'a> {
    /// Contacts that are one from then on, and the one that stands for them.
    pub(super) joined: Option<(Vec<ContactId>, ContactId)>,
    /// The links then, where the answer can move some.
    pub(super) foreseen: Option<Foreseen<'a>>,
}

impl After<'_> {
    fn shown(&self, whose: Whose) -> Whose {
        match (&self.joined, whose) {
            (Some((all, survivor)), Whose::Of(contact)) if all.contains(&contact) => {
                Whose::Of(*survivor)
            }
            _ => whose,
        }
    }
}

/// A conversation as it is now.
pub(super) struct Thread {
    identifier: IdentifierId,
    shown: Whose,
    holder: Whose,
    unconfirmed: bool,
    row: ConversationRow,
    last_seen: Timestamp,
}

/// The conversations of a group, with who holds their identifiers now.
pub(super) fn threads(db: &Connection, group: &Group, through: &[Through]) -> Result<Vec<Thread>> {
    let mut found = Vec::new();
    for through in through {
        let identifier = through.line.ident.id;
        let sql = "SELECT unconfirmed FROM link WHERE identifier = ?1 AND state <> 'former'";
        let unconfirmed = first(db, sql, [identifier.0], |r| r.get(0))?;
        let holder = match through.line.live() {
            Some(link) => Whose::Of(canonical(db, link.contact)?.unwrap_or(link.contact)),
            None => Whose::Nobodys,
        };
        found.extend(through.threads.iter().map(|thread| Thread {
            identifier,
            shown: Whose::Of(group.canonical),
            holder,
            unconfirmed: unconfirmed.unwrap_or(false),
            row: thread.row.clone(),
            last_seen: thread.last_seen,
        }));
    }
    Ok(found)
}

/// Of a conversation whose identifier changed hands between the sides each has
/// a part; the next reply is that of whoever had the last message.
pub(super) fn once_each(threads: Vec<Thread>) -> Vec<Thread> {
    let mut once: Vec<Thread> = Vec::new();
    for thread in threads {
        let same = |t: &&mut Thread| t.row.conversation == thread.row.conversation;
        match once.iter_mut().find(same) {
            Some(known) if known.last_seen < thread.last_seen => *known = thread,
            Some(_) => {}
            None => once.push(thread),
        }
    }
    once
}

/// The route of each conversation after an answer.
pub(super) fn routes(db: &Connection, threads: &[Thread], after: &After<'_>) -> Result<Vec<Route>> {
    threads.iter().map(|t| route(db, t, after)).collect()
}

fn route(db: &Connection, thread: &Thread, after: &After<'_>) -> Result<Route> {
    let mut shown = thread.shown;
    let (mut holder, mut unconfirmed) = (thread.holder, thread.unconfirmed);
    if let Some(foreseen) = &after.foreseen
        && let Some(line) = foreseen.line(thread.identifier)
    {
        if let Some(contact) = owner(line, thread.last_seen) {
            shown = whose(db, contact)?;
        }
        holder = match line.live() {
            Some(link) => whose(db, link.contact)?,
            None => Whose::Nobodys,
        };
        unconfirmed = foreseen.is_unconfirmed(line);
    }
    let (shown, holder) = (after.shown(shown), after.shown(holder));
    Ok(Route {
        conversation: thread.row.conversation,
        contact: match shown {
            Whose::Of(contact) => Some(contact),
            _ => None,
        },
        through: thread.row.through.clone(),
        warning: warning(&thread.row, shown, holder, unconfirmed),
    })
}

fn warning(row: &ConversationRow, shown: Whose, holder: Whose, unsure: bool) -> Option<String> {
    let id = format!("{} {}", row.through.kind, row.through.value);
    match holder {
        Whose::Nobodys if row.through.kind == Kind::Phone => Some(format!(
            "{id} is former: a reply through it may reach a stranger"
        )),
        Whose::Nobodys => Some(format!("{id} is former: a reply through it may not arrive")),
        Whose::New if shown != holder => Some(format!(
            "{id} goes to a new contact: a reply through it reaches that one"
        )),
        Whose::Of(other) if shown != holder => Some(format!(
            "{id} is held by contact {other}: a reply through it reaches that one"
        )),
        _ if unsure => Some(format!(
            "{id} has not been seen since its holder's BSUID changed: a reply through it may reach a stranger"
        )),
        _ => None,
    }
}
