//! Who held an identifier, by its stored links. The question itself is
//! answered by `resolve::timeline`; here the links are read into one, and what
//! is not a question of matching is added: a message belongs to somebody even
//! where no rule names a holder.

use super::query::{first, rows, time, word};
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, DecisionId, EventId, IdentifierId, PortfolioId};
use crate::domain::link::LinkState;
use crate::domain::time::Timestamp;
use crate::resolve::entry::Ident;
use crate::resolve::timeline::{Link, Origin, Timeline};
use crate::store::Result;
use rusqlite::Connection;

/// The links of an identifier; `None` if there is no such row.
pub(in crate::store::sqlite) fn timeline(
    db: &Connection,
    id: IdentifierId,
) -> Result<Option<Timeline>> {
    let sql = "SELECT kind, scope, well_formed FROM identifier WHERE id = ?1";
    let ident = first(db, sql, [id.0], |r| {
        let kind = word(r, 0, Kind::parse)?;
        Ok(Ident::new(id, kind, PortfolioId(r.get(1)?), r.get(2)?))
    })?;
    let Some(ident) = ident else { return Ok(None) };
    let sql = "SELECT ordinal, since, until, contact, state, through, pinned
               FROM link WHERE identifier = ?1 ORDER BY ordinal";
    let mut line = Timeline::new(ident);
    let links = rows(db, sql, [id.0], |r| {
        Ok(Link {
            serial: r.get(0)?,
            since: time(r, 1)?,
            until: r.get::<_, Option<i64>>(2)?.map(Timestamp),
            contact: ContactId(r.get(3)?),
            state: word(r, 4, LinkState::parse)?,
            origin: match (r.get(5)?, r.get(6)?) {
                (_, Some(decision)) => Origin::Relink(DecisionId(decision)),
                (Some(change), None) => Origin::Change(EventId(change)),
                (None, None) => Origin::Sighting,
            },
        })
    })?;
    line.links = links.into();
    Ok(Some(line))
}

/// The contact that what came through this identifier at `at` belongs to: as
/// the rules say, else whoever held it last before, else first after.
pub(in crate::store::sqlite) fn owner(line: &Timeline, at: Timestamp) -> Option<ContactId> {
    let by_rule = if line.ident.kind == Kind::Phone {
        line.without_bsuid(at)
    } else {
        line.at(at)
    };
    by_rule
        .map(|i| line.links[i].contact)
        .or_else(|| line.left_by(at))
        .or_else(|| line.links.first().map(|l| l.contact))
}

/// The contact that an id leads to: itself while it exists; of a dissolved one,
/// the contact that its founding identifier belonged to at its founding.
/// `None` for an id that was never given.
pub(in crate::store::sqlite) fn home(
    db: &Connection,
    contact: ContactId,
) -> Result<Option<ContactId>> {
    let sql = "SELECT present, chief, founded_at FROM contact WHERE id = ?1";
    let found = first(db, sql, [contact.0], |r| {
        Ok((r.get::<_, bool>(0)?, IdentifierId(r.get(1)?), time(r, 2)?))
    })?;
    let Some((present, chief, founded_at)) = found else {
        return Ok(None);
    };
    if present {
        return Ok(Some(contact));
    }
    let line = timeline(db, chief)?;
    Ok(Some(
        line.and_then(|line| owner(&line, founded_at))
            .unwrap_or(contact),
    ))
}
