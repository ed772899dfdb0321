//! Threads of messages and whose they are. A thread is stored once for the
//! identifier it came through; where that identifier changed hands, each
//! holder has the part that came while it was theirs.

use super::group::Group;
use super::holder::{owner, timeline};
use super::query::{each, first, rows, time};
use crate::domain::ids::{ContactId, ConversationId, IdentifierId};
use crate::domain::time::Timestamp;
use crate::resolve::timeline::Timeline;
use crate::review::page::{ConversationRow, IdentifierRef};
use crate::store::Result;
use rusqlite::Connection;
use std::collections::BTreeSet;

/// An identifier that a group holds or held, and the threads through it in
/// which the group has messages.
pub(super) struct Through {
    /// Its links.
    pub(super) line: Timeline,
    /// Its threads.
    pub(super) threads: Vec<Thread>,
}

/// A thread, or a group's part of one.
pub(super) struct Thread {
    /// As it is shown.
    pub(super) row: ConversationRow,
    /// The time from which its last message's sighting counts.
    pub(super) last_seen: Timestamp,
}

impl Through {
    /// The contact, if it never belonged to another.
    pub(super) fn only_owner(&self) -> Option<ContactId> {
        let first = self.line.links.first()?.contact;
        self.line
            .links
            .iter()
            .all(|l| l.contact == first)
            .then_some(first)
    }
}

/// The threads of a group, by identifier. Those of WhatsApp groups are nobody's.
pub(super) fn of_group(db: &Connection, group: &Group) -> Result<Vec<Through>> {
    let sql = "SELECT identifier FROM link WHERE contact = ?1";
    let ids = each(db, sql, &group.members, |r| r.get(0).map(IdentifierId))?;
    let ids: BTreeSet<IdentifierId> = ids.into_iter().collect();
    let mut found = Vec::new();
    for id in ids {
        let Some(line) = timeline(db, id)? else {
            continue;
        };
        let mut through = Through {
            line,
            threads: Vec::new(),
        };
        for thread in stored(db, &through.line)? {
            through.threads.extend(part(db, group, &through, thread)?);
        }
        if !through.threads.is_empty() {
            found.push(through);
        }
    }
    Ok(found)
}

/// The rows of [`of_group`], last first.
pub(super) fn conversations(through: &[Through]) -> Vec<ConversationRow> {
    let threads = through.iter().flat_map(|t| &t.threads);
    let mut all: Vec<ConversationRow> = threads.map(|t| t.row.clone()).collect();
    all.sort_by_key(|c| (std::cmp::Reverse(c.last_at), c.conversation));
    all
}

fn stored(db: &Connection, line: &Timeline) -> Result<Vec<ConversationRow>> {
    let sql = "SELECT c.id, i.value, coalesce(nullif(h.display_phone, ''), nullif(h.phone_number_id, '')),
                 (SELECT count(*) FROM timeline t WHERE t.conversation = c.id),
                 (SELECT t.at FROM timeline t WHERE t.conversation = c.id ORDER BY t.at DESC LIMIT 1)
               FROM conversation c JOIN identifier i ON i.id = c.identifier LEFT JOIN channel h ON h.id = c.channel
               WHERE c.identifier = ?1 ORDER BY c.id";
    rows(db, sql, [line.ident.id.0], |r| {
        Ok(ConversationRow {
            conversation: ConversationId(r.get(0)?),
            member: ContactId(0),
            through: IdentifierRef {
                kind: line.ident.kind,
                value: r.get(1)?,
            },
            business_number: r.get(2)?,
            messages: r.get(3)?,
            last_at: r.get::<_, Option<i64>>(4)?.map(Timestamp),
        })
    })
}

/// The group's part of a thread, if it has one. Only a thread whose identifier
/// changed hands is counted message by message.
fn part(
    db: &Connection,
    group: &Group,
    through: &Through,
    row: ConversationRow,
) -> Result<Option<Thread>> {
    let conversation = row.conversation.0;
    if let Some(member) = through.only_owner() {
        let sql = "SELECT e.seen_at FROM timeline t CROSS JOIN event e ON e.id = t.event
             WHERE t.conversation = ?1 ORDER BY t.at DESC, t.event DESC LIMIT 1";
        let last_seen = first(db, sql, [conversation], |r| time(r, 0))?;
        return Ok(Some(Thread {
            last_seen: last_seen.or(row.last_at).unwrap_or(Timestamp(0)),
            row: ConversationRow { member, ..row },
        }));
    }
    let sql = "SELECT e.seen_at, t.at FROM timeline t CROSS JOIN event e ON e.id = t.event
               WHERE t.conversation = ?1 ORDER BY t.at, t.event";
    let times = rows(db, sql, [conversation], |r| Ok((time(r, 0)?, time(r, 1)?)))?;
    let mut own = None;
    let mut messages = 0;
    for (seen_at, at) in times {
        if let Some(member) = owner(&through.line, seen_at).filter(|m| group.members.contains(m)) {
            messages += 1;
            own = Some((member, seen_at, at));
        }
    }
    Ok(own.map(|(member, last_seen, at)| Thread {
        row: ConversationRow {
            member,
            messages,
            last_at: Some(at),
            ..row
        },
        last_seen,
    }))
}
