//! A change as its copies tell it together: each id from the first copy that
//! names it, type and time from the first of all.

use super::query::{first, rows, time, word};
use crate::domain::fact::ChangeType;
use crate::domain::identifier::Kind;
use crate::domain::ids::{EventId, IdentifierId};
use crate::review::page::{ChangePage, IdentifierRef, SidePage};
use crate::store::Result;
use rusqlite::Connection;

/// A change, with the rows of its ids.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// Its first event, by which it is known.
    pub(super) event: EventId,
    /// As a case shows it.
    pub(super) page: ChangePage,
    /// BSUID, parent BSUID and phone before.
    previous: [Option<IdentifierId>; 3],
    /// BSUID, parent BSUID and phone after.
    current: [Option<IdentifierId>; 3],
}

impl Change {
    /// BSUID and phone before.
    pub(super) fn previous_keys(&self) -> Vec<IdentifierId> {
        [self.previous[0], self.previous[2]]
            .into_iter()
            .flatten()
            .collect()
    }

    /// BSUID and phone after.
    pub(super) fn current_keys(&self) -> Vec<IdentifierId> {
        [self.current[0], self.current[2]]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Both name an id after the change of one kind, and not the same.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        let mut both = self.current.iter().zip(&other.current);
        both.any(|(a, b)| a.is_some() && b.is_some() && a != b)
    }
}

/// The change whose first event this is.
pub(super) fn load(db: &Connection, event: EventId) -> Result<Option<Change>> {
    let sql = "SELECT kind, at, previous_bsuid, previous_parent, previous_phone,
                 current_bsuid, current_parent, current_phone FROM claim WHERE change = ?1 ORDER BY event";
    let copies = rows(db, sql, [event.0], |r| {
        let mut ids = [0_i64; 6];
        for (column, id) in (2..).zip(&mut ids) {
            *id = r.get(column)?;
        }
        Ok((word(r, 0, ChangeType::parse)?, time(r, 1)?, ids))
    })?;
    let Some((kind, at, _)) = copies.first().copied() else {
        return Ok(None);
    };
    let told = |place: usize| {
        let named = copies.iter().map(|(_, _, ids)| ids[place]);
        named.into_iter().find(|id| *id != 0).map(IdentifierId)
    };
    let previous = [told(0), told(1), told(2)];
    let current = [told(3), told(4), told(5)];
    let page = ChangePage {
        kind,
        previous: side(db, previous)?,
        current: side(db, current)?,
        at,
    };
    Ok(Some(Change {
        event,
        page,
        previous,
        current,
    }))
}

fn side(db: &Connection, ids: [Option<IdentifierId>; 3]) -> Result<SidePage> {
    let value = |id: Option<IdentifierId>| -> Result<Option<String>> {
        let named = id.map(|id| reference(db, id)).transpose()?.flatten();
        Ok(named.map(|named| named.value))
    };
    Ok(SidePage {
        bsuid: value(ids[0])?,
        parent_bsuid: value(ids[1])?,
        phone: value(ids[2])?,
    })
}

/// An identifier by name.
pub(super) fn reference(db: &Connection, id: IdentifierId) -> Result<Option<IdentifierRef>> {
    let sql = "SELECT kind, value FROM identifier WHERE id = ?1";
    first(db, sql, [id.0], |r| {
        Ok(IdentifierRef {
            kind: word(r, 0, Kind::parse)?,
            value: r.get(1)?,
        })
    })
}
