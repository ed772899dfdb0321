//! Tables for the systems downstream, a row at a time: what is held in memory
//! does not grow with the store.

use super::group::{Group, canonical};
use super::holder::{owner, timeline};
use super::query::time;
use super::{audit, contact};
use crate::domain::ids::{ContactId, IdentifierId};
use crate::domain::time::Timestamp;
use crate::resolve::timeline::Timeline;
use crate::store::{Export, Result, StoreError};
use rusqlite::Connection;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Identifiers whose holders are kept in memory, at most.
const KEEP: usize = 100_000;

type Out<'a> = &'a mut dyn FnMut(Value) -> Result<()>;

/// Hands out a table.
pub(in crate::store::sqlite) fn table(db: &Connection, what: Export, row: Out<'_>) -> Result<()> {
    match what {
        Export::Contacts => contacts(db, row),
        Export::Aliases => aliases(db, row),
        Export::Messages => messages(db, row),
        Export::Decisions => audit::each(db, &mut |entry| row(value(&entry)?)),
    }
}

fn value(of: &impl Serialize) -> Result<Value> {
    serde_json::to_value(of).map_err(|e| StoreError::Failed {
        doing: "writing a row as JSON".into(),
        detail: e.to_string(),
    })
}

/// Canonical contacts, lowest id first.
fn contacts(db: &Connection, row: Out<'_>) -> Result<()> {
    let now = crate::store::sqlite::now();
    let mut query =
        db.prepare("SELECT id FROM contact WHERE canonical = id AND present ORDER BY id")?;
    let mut rows = query.query([])?;
    while let Some(r) = rows.next()? {
        let group = Group::of(db, ContactId(r.get(0)?))?;
        let mut page = value(&contact::card(db, &group, now)?)?;
        if let Some(fields) = page.as_object_mut() {
            fields.remove("conversations");
        }
        row(page)?;
    }
    Ok(())
}

/// Every contact id ever given, and the canonical contact that it leads to.
fn aliases(db: &Connection, row: Out<'_>) -> Result<()> {
    let mut query = db.prepare("SELECT id FROM contact ORDER BY id")?;
    let mut rows = query.query([])?;
    while let Some(r) = rows.next()? {
        let contact = ContactId(r.get(0)?);
        row(json!({"contact": contact, "canonical": canonical(db, contact)?}))?;
    }
    Ok(())
}

/// Messages in order of arrival. One that names nobody (in a group, without an
/// identifier that can be read) is left out.
fn messages(db: &Connection, row: Out<'_>) -> Result<()> {
    let mut holders = Holders {
        db,
        lines: HashMap::new(),
        canonical: HashMap::new(),
    };
    // In a WhatsApp group the thread is nobody's: its sighting tells who wrote.
    let mut query = db.prepare(
        "SELECT e.message, e.seen_at,
           CASE WHEN c.identifier > 0 THEN c.identifier WHEN s.bsuid > 0 THEN s.bsuid ELSE s.phone END
         FROM event e JOIN conversation c ON c.id = e.conversation LEFT JOIN sighting s ON s.id = e.sighting
         WHERE e.message IS NOT NULL ORDER BY e.id",
    )?;
    let mut rows = query.query([])?;
    while let Some(r) = rows.next()? {
        let Some(through) = r.get::<_, Option<i64>>(2)?.map(IdentifierId) else {
            continue;
        };
        if let Some((contact, member)) = holders.at(through, time(r, 1)?)? {
            row(json!({"message": r.get::<_, String>(0)?, "contact": contact, "member": member}))?;
        }
    }
    Ok(())
}

/// Who held an identifier when; what was asked lately is kept.
struct Holders<'a> {
    db: &'a Connection,
    lines: HashMap<IdentifierId, Option<Timeline>>,
    canonical: HashMap<ContactId, ContactId>,
}

impl Holders<'_> {
    /// The canonical contact and the member.
    fn at(&mut self, id: IdentifierId, at: Timestamp) -> Result<Option<(ContactId, ContactId)>> {
        if self.lines.len() >= KEEP {
            self.lines.clear();
            self.canonical.clear();
        }
        if !self.lines.contains_key(&id) {
            self.lines.insert(id, timeline(self.db, id)?);
        }
        let line = self.lines.get(&id).and_then(Option::as_ref);
        let Some(member) = line.and_then(|line| owner(line, at)) else {
            return Ok(None);
        };
        let contact = if let Some(known) = self.canonical.get(&member) {
            *known
        } else {
            let contact = canonical(self.db, member)?.unwrap_or(member);
            self.canonical.insert(member, contact);
            contact
        };
        Ok(Some((contact, member)))
    }
}
