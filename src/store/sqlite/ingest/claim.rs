//! The rows of what change events say, written at the end of their batch.

use crate::domain::fact::ChangeType;
use crate::resolve::entry::{Change, Ident, Ids};
use crate::store::Result;
use rusqlite::{Connection, OptionalExtension, params};

/// What a change event says, until its row is written: which change it is a
/// copy of is known when the resolver has taken it in.
pub(super) struct Claim {
    kind: ChangeType,
    portfolio: i64,
    at: i64,
    sighting: i64,
    /// BSUID, parent BSUID and phone, previous and current; 0 for none.
    pub(super) ids: [i64; 6],
}

impl Claim {
    pub(super) fn of(change: &Change) -> Self {
        let id = |ident: Option<Ident>| ident.map_or(0, |i| i.id.0);
        let side = |ids: &Ids| [id(ids.bsuid), id(ids.parent), id(ids.phone)];
        let ([a, b, c], [d, e, f]) = (side(&change.previous), side(&change.current));
        Self {
            kind: change.kind,
            portfolio: change.portfolio.0,
            at: change.at.0,
            sighting: change.sighting.0,
            ids: [a, b, c, d, e, f],
        }
    }

    /// What a stored change names.
    pub(super) fn ids_of(db: &Connection, event: i64) -> Result<Option<[i64; 6]>> {
        let sql = "SELECT previous_bsuid, previous_parent, previous_phone, current_bsuid, current_parent, current_phone
                   FROM claim WHERE event = ?1";
        let ids = db
            .prepare_cached(sql)?
            .query_row([event], |r| {
                Ok([
                    r.get(0)?,
                    r.get(1)?,
                    r.get(2)?,
                    r.get(3)?,
                    r.get(4)?,
                    r.get(5)?,
                ])
            })
            .optional()?;
        Ok(ids)
    }

    /// Writes it; `first` is the event of the change that it is a copy of.
    pub(super) fn write(&self, db: &Connection, event: i64, first: i64) -> Result<()> {
        let [a, b, c, d, e, f] = self.ids;
        db.prepare_cached(
            "INSERT INTO claim VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            event,
            first,
            self.kind.as_str(),
            self.portfolio,
            self.at,
            self.sighting,
            a,
            b,
            c,
            d,
            e,
            f
        ])?;
        Ok(())
    }
}
