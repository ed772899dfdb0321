//! The rows of what change events say, written at the end of their batch.

use crate::domain::fact::ChangeType;
use crate::resolve::entry::{Change, Ident, Ids};
use crate::store::Result;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// What a change event says, until its row is written: which change it is a
/// copy of is known when the resolver has taken it in.
pub(super) struct Claim {
    kind: ChangeType,
    portfolio: i64,
    at: i64,
    sighting: i64,
    /// BSUID, parent BSUID and phone; 0 for none.
    pub(super) previous: [i64; 3],
    pub(super) current: [i64; 3],
}

impl Claim {
    pub(super) fn of(change: &Change) -> Self {
        let id = |ident: Option<Ident>| ident.map_or(0, |i| i.id.0);
        let side = |ids: &Ids| [id(ids.bsuid), id(ids.parent), id(ids.phone)];
        Self {
            kind: change.kind,
            portfolio: change.portfolio.0,
            at: change.at.0,
            sighting: change.sighting.0,
            previous: side(&change.previous),
            current: side(&change.current),
        }
    }

    /// What a stored change names, previous and current.
    pub(super) fn named_by(db: &Connection, event: i64) -> Result<Option<[[i64; 3]; 2]>> {
        let sql = "SELECT previous_bsuid, previous_parent, previous_phone, current_bsuid, current_parent, current_phone
                   FROM claim WHERE event = ?1";
        let side = |r: &Row<'_>, at| -> rusqlite::Result<[i64; 3]> {
            Ok([r.get(at)?, r.get(at + 1)?, r.get(at + 2)?])
        };
        let mut query = db.prepare_cached(sql)?;
        let named = query.query_row([event], |r| Ok([side(r, 0)?, side(r, 3)?]));
        Ok(named.optional()?)
    }

    /// Writes it; `first` is the event of the change that it is a copy of.
    pub(super) fn write(&self, db: &Connection, event: i64, first: i64) -> Result<()> {
        let mut insert = db.prepare_cached(
            "INSERT INTO claim VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?;
        let [was, is] = [self.previous, self.current];
        insert.execute(params![
            event,
            first,
            self.kind.as_str(),
            self.portfolio,
            self.at,
            self.sighting,
            was[0],
            was[1],
            was[2],
            is[0],
            is[1],
            is[2]
        ])?;
        Ok(())
    }
}
