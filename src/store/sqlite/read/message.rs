//! Messages of a person, newest first, and the raw JSON that brought an event.
//!
//! A message belongs to the contact that holds the identifier it came through,
//! at the time from which its sighting counts: what a `history` sync tells is
//! shown at the message's own time, under whoever holds the identifier as of
//! the sync.

use super::group::Group;
use super::holder::owner;
use super::query::{first, time, word};
use super::thread::{self, Through};
use crate::domain::fact::Direction;
use crate::domain::ids::{ContactId, ConversationId, EventId};
use crate::domain::time::Timestamp;
use crate::review::page::MessageRow;
use crate::store::{Result, StoreError};
use rusqlite::Connection;
use std::cmp::Reverse;
use std::io::Read;

/// Messages of the group of `contact`, newest first, older than `before`.
pub(in crate::store::sqlite) fn list(
    db: &Connection,
    contact: ContactId,
    before: Option<(Timestamp, EventId)>,
    limit: usize,
) -> Result<Vec<MessageRow>> {
    let group = Group::of(db, contact)?;
    latest(db, &group, &thread::of_group(db, &group)?, before, limit)
}

/// The same, where the group's threads are known.
pub(super) fn latest(
    db: &Connection,
    group: &Group,
    through: &[Through],
    before: Option<(Timestamp, EventId)>,
    limit: usize,
) -> Result<Vec<MessageRow>> {
    let mut found = Vec::new();
    for through in through {
        for thread in &through.threads {
            let id = thread.row.conversation;
            of_thread(db, group, through, id, before, limit, &mut found)?;
        }
    }
    found.sort_by_key(|m: &MessageRow| Reverse((m.at, m.event)));
    found.truncate(limit);
    Ok(found)
}

/// The group's last messages of one thread. The query is left as soon as there
/// are enough.
fn of_thread(
    db: &Connection,
    group: &Group,
    through: &Through,
    conversation: ConversationId,
    before: Option<(Timestamp, EventId)>,
    limit: usize,
    found: &mut Vec<MessageRow>,
) -> Result<()> {
    let (at, event) = before.unwrap_or((Timestamp(i64::MAX), EventId(i64::MAX)));
    let mut query = db.prepare_cached(
        "SELECT e.id, e.seen_at, e.message, e.at, s.direction, s.kind, e.body
         FROM timeline t CROSS JOIN event e ON e.id = t.event CROSS JOIN shape s ON s.id = e.shape
         WHERE t.conversation = ?1 AND (t.at, t.event) < (?2, ?3) ORDER BY t.at DESC, t.event DESC",
    )?;
    let mut rows = query.query([conversation.0, at.0, event.0])?;
    let mut left = limit;
    while left > 0
        && let Some(r) = rows.next()?
    {
        let Some(member) = owner(&through.line, time(r, 1)?) else {
            continue;
        };
        if group.members.contains(&member) {
            left -= 1;
            found.push(MessageRow {
                event: EventId(r.get(0)?),
                message: r.get::<_, Option<String>>(2)?.unwrap_or_default(),
                conversation,
                member,
                at: time(r, 3)?,
                direction: word(r, 4, Direction::parse)?,
                kind: r.get::<_, Option<String>>(5)?.unwrap_or_default(),
                text: r.get::<_, Option<String>>(6)?.unwrap_or_default(),
            });
        }
    }
    Ok(())
}

/// The raw JSON of the delivery that brought an event.
pub(in crate::store::sqlite) fn payload(db: &Connection, event: EventId) -> Result<String> {
    let sql = "SELECT p.bytes, e.start, e.length FROM event e JOIN payload p ON p.id = e.payload WHERE e.id = ?1";
    let found = first(db, sql, [event.0], |r| {
        Ok((
            r.get::<_, Vec<u8>>(0)?,
            r.get::<_, i64>(1)?,
            r.get::<_, i64>(2)?,
        ))
    })?;
    let (block, start, length) =
        found.ok_or_else(|| StoreError::Unknown(format!("no event {event} with a payload")))?;
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    unpack(&block, count(start), count(length)).map_err(|e| StoreError::Failed {
        doing: format!("unpacking the payload of event {event}"),
        detail: e.to_string(),
    })
}

/// A stretch of a compressed block; what comes after it is not unpacked.
fn unpack(block: &[u8], start: u64, length: u64) -> std::io::Result<String> {
    let mut plain = zstd::Decoder::new(block)?;
    std::io::copy(&mut plain.by_ref().take(start), &mut std::io::sink())?;
    let mut text = String::new();
    plain.take(length).read_to_string(&mut text)?;
    if text.len() as u64 == length {
        Ok(text)
    } else {
        Err(std::io::ErrorKind::UnexpectedEof.into())
    }
}
