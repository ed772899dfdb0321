//! Where the next reply of each conversation goes after an answer. A
//! conversation keeps the identifier that it came through, so an answer moves
//! no reply; but it may change who that identifier reaches, and that is said.

use super::group::{Group, canonical};
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

/// An identifier that an answer gives to another contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Move {
    /// Which.
    pub(super) identifier: IdentifierId,
    /// From when on.
    pub(super) since: Timestamp,
    /// To whom.
    pub(super) to: Whose,
}

/// What an answer leaves behind, as far as replies go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct After {
    /// Contacts that are one from then on, and the one that stands for them.
    pub(super) joined: Option<(Vec<ContactId>, ContactId)>,
    /// Identifiers that go to another contact.
    pub(super) moves: Vec<Move>,
    /// Identifiers that become former.
    pub(super) ends: Vec<IdentifierId>,
    /// Phones that become unconfirmed.
    pub(super) unsure: Vec<IdentifierId>,
}

impl After {
    fn shown(&self, contact: ContactId) -> ContactId {
        match &self.joined {
            Some((all, survivor)) if all.contains(&contact) => *survivor,
            _ => contact,
        }
    }
}

/// A conversation as it is now.
pub(super) struct Thread {
    identifier: IdentifierId,
    shown: ContactId,
    holder: Whose,
    unconfirmed: bool,
    row: ConversationRow,
}

/// The conversations of a group, with who holds their identifiers now.
pub(super) fn threads(db: &Connection, group: &Group, through: &[Through]) -> Result<Vec<Thread>> {
    let mut found = Vec::new();
    for through in through {
        let identifier = through.line.ident.id;
        let sql =
            "SELECT contact, unconfirmed FROM link WHERE identifier = ?1 AND state <> 'former'";
        let live = first(db, sql, [identifier.0], |r| {
            Ok((ContactId(r.get(0)?), r.get(1)?))
        })?;
        let holder = match live {
            Some((contact, _)) => Whose::Of(canonical(db, contact)?.unwrap_or(contact)),
            None => Whose::Nobodys,
        };
        found.extend(through.threads.iter().map(|row| Thread {
            identifier,
            shown: group.canonical,
            holder,
            unconfirmed: live.is_some_and(|(_, unconfirmed)| unconfirmed),
            row: row.clone(),
        }));
    }
    Ok(found)
}

/// The route of each conversation after an answer.
pub(super) fn routes(threads: &[Thread], after: &After) -> Vec<Route> {
    threads.iter().map(|thread| route(thread, after)).collect()
}

fn route(thread: &Thread, after: &After) -> Route {
    let moved = after
        .moves
        .iter()
        .find(|m| m.identifier == thread.identifier);
    let follows = moved.filter(|m| thread.row.last_at.is_none_or(|at| at >= m.since));
    let shown = follows.map_or(Whose::Of(after.shown(thread.shown)), |m| m.to);
    let holder = match (moved, thread.holder) {
        (Some(moved), _) => moved.to,
        (None, Whose::Of(contact)) if !after.ends.contains(&thread.identifier) => {
            Whose::Of(after.shown(contact))
        }
        _ => Whose::Nobodys,
    };
    let unsure =
        moved.is_none() && (thread.unconfirmed || after.unsure.contains(&thread.identifier));
    Route {
        conversation: thread.row.conversation,
        contact: match shown {
            Whose::Of(contact) => Some(contact),
            _ => None,
        },
        through: thread.row.through.clone(),
        warning: warning(&thread.row, shown, holder, unsure),
    }
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
