//! The log of events as it grows: a row each in order of arrival, and the two
//! ways to find them again, written in their own order at the end of a batch.

use super::super::mark::{ByMark, Marks};
use super::block::Place;
use crate::domain::fact::{Message, Surface};
use crate::domain::ids::EventId;
use crate::domain::time::Timestamp;
use crate::store::Result;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

/// Shapes kept in memory, at most.
const SHAPES: usize = 10_000;

/// An event's row, but for what differs.
pub(super) struct Row<'a> {
    pub(super) what: &'a str,
    pub(super) surface: Surface,
    pub(super) at: Timestamp,
    pub(super) seen_at: Timestamp,
    pub(super) sighting: Option<i64>,
    pub(super) name: Option<i64>,
    pub(super) founds: bool,
    pub(super) message: Option<(i64, &'a Message)>,
    pub(super) pointer: &'a str,
}

/// The log of one writer.
pub(super) struct Log {
    next: i64,
    marks: Marks,
    shapes: ByMark<i64>,
    /// Conversation, time, event, sighting of each message.
    timeline: Vec<(i64, i64, i64, Option<i64>)>,
    /// Sighting, time, event of what is no message of a person's own conversation.
    seen: Vec<(i64, i64, i64)>,
}

impl Log {
    pub(super) fn start(db: &Connection) -> Result<Self> {
        let next = "SELECT coalesce(max(id), 0) + 1 FROM event";
        Ok(Self {
            next: db.query_row(next, [], |r| r.get(0))?,
            marks: Marks::default(),
            shapes: ByMark::default(),
            timeline: Vec::new(),
            seen: Vec::new(),
        })
    }

    /// The number of the next event.
    pub(super) fn next(&self) -> i64 {
        self.next
    }

    /// What appends an event: asked for once, since there are many.
    pub(super) fn appending(db: &Connection) -> Result<CachedStatement<'_>> {
        Ok(db.prepare_cached(
            "INSERT INTO event (id, shape, at, seen_at, arrived, sighting, name, payload, start, length,
                                conversation, message, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?)
    }

    /// Adds an event.
    pub(super) fn add(
        &mut self,
        db: &Connection,
        append: &mut CachedStatement<'_>,
        row: &Row<'_>,
        arrived: Timestamp,
        Place(block, start, length): Place,
    ) -> Result<EventId> {
        let id = self.next;
        self.next += 1;
        let shape = self.shape(db, row)?;
        let (conversation, message) = row
            .message
            .map_or((None, None), |(c, m)| (Some(c), Some(m)));
        append.execute(params![
            id,
            shape,
            row.at.0,
            row.seen_at.0,
            arrived.0,
            row.sighting,
            row.name,
            block,
            i64::try_from(start).unwrap_or(0),
            i64::try_from(length).unwrap_or(0),
            conversation,
            message.map(|m| &m.id),
            message.map(|m| &m.text),
        ])?;
        if let Some(conversation) = conversation {
            self.timeline
                .push((conversation, row.at.0, id, row.sighting));
        }
        let apart = conversation.is_none() || message.is_some_and(|m| m.group.is_some());
        if let Some(sighting) = row.sighting.filter(|_| apart) {
            self.seen.push((sighting, row.seen_at.0, id));
        }
        Ok(EventId(id))
    }

    /// What events of one kind share, kept once.
    fn shape(&mut self, db: &Connection, row: &Row<'_>) -> Result<i64> {
        let message = row.message.map(|(_, m)| m);
        let (direction, kind) = (
            message.map_or("", |m| m.direction.as_str()),
            message.map_or("", |m| m.kind.as_str()),
        );
        let shape = (
            row.surface,
            row.what,
            row.founds,
            row.pointer,
            direction,
            kind,
        );
        let mark = self.marks.of(&shape);
        if let Some(known) = self.shapes.get(&mark) {
            return Ok(*known);
        }
        let values = params![
            row.surface.as_str(),
            row.what,
            row.founds,
            row.pointer,
            direction,
            kind
        ];
        let stored = db
            .prepare_cached(
                "SELECT id FROM shape WHERE surface = ?1 AND what = ?2 AND founds = ?3 AND pointer = ?4
                 AND direction = ?5 AND kind = ?6",
            )?
            .query_row(values, |r| r.get(0))
            .optional()?;
        if self.shapes.len() > SHAPES {
            self.shapes.clear();
        }
        let id = if let Some(id) = stored {
            id
        } else {
            db.prepare_cached(
                "INSERT INTO shape (surface, what, founds, pointer, direction, kind) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(values)?;
            db.last_insert_rowid()
        };
        self.shapes.insert(mark, id);
        Ok(id)
    }

    /// Writes how the batch's events are found.
    pub(super) fn write(&mut self, db: &Connection) -> Result<()> {
        self.timeline.sort_unstable();
        let mut insert = db.prepare_cached("INSERT INTO timeline VALUES (?1, ?2, ?3, ?4)")?;
        for (conversation, at, event, sighting) in self.timeline.drain(..) {
            insert.execute(params![conversation, at, event, sighting.unwrap_or(0)])?;
        }
        self.seen.sort_unstable();
        let mut insert = db.prepare_cached("INSERT INTO seen VALUES (?1, ?2, ?3)")?;
        for (sighting, at, event) in self.seen.drain(..) {
            insert.execute([sighting, at, event])?;
        }
        Ok(())
    }
}

/// Writes anew how all events are found, after what they show was renamed.
pub(in crate::store::sqlite) fn find_anew(db: &Connection) -> Result<()> {
    db.execute_batch(
        "DELETE FROM timeline;
         INSERT INTO timeline SELECT conversation, at, id, coalesce(sighting, 0) FROM event
           WHERE conversation IS NOT NULL ORDER BY 1, 2, 3;
         DELETE FROM seen;
         INSERT INTO seen SELECT e.sighting, e.seen_at, e.id
           FROM event e LEFT JOIN conversation c ON c.id = e.conversation
           WHERE e.sighting IS NOT NULL AND (c.id IS NULL OR c.thread LIKE 'group:%')
           ORDER BY 1, 2, 3;",
    )?;
    Ok(())
}
