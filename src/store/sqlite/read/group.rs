//! A canonical contact with its members: the person that is shown. Names and
//! identifiers of a group are put together here; its threads, decisions and
//! cases are not.

use super::holder::home;
use super::query::{each, first, rows, time, word};
use crate::domain::identifier::Kind;
use crate::domain::ids::ContactId;
use crate::domain::link::LinkState;
use crate::domain::time::Timestamp;
use crate::review::page::IdentifierRow;
use crate::store::{Result, StoreError};
use rusqlite::{Connection, Row};
use std::collections::BTreeMap;
use std::iter;

/// Contacts that are one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store::sqlite) struct Group {
    /// Stands for it.
    pub(in crate::store::sqlite) canonical: ContactId,
    /// Lowest first.
    pub(in crate::store::sqlite) members: Vec<ContactId>,
}

/// The canonical contact that an id leads to; `None` for one never given.
pub(in crate::store::sqlite) fn canonical(
    db: &Connection,
    contact: ContactId,
) -> Result<Option<ContactId>> {
    let sql = "SELECT present, canonical FROM contact WHERE id = ?1";
    let row = |id: ContactId| {
        first(db, sql, [id.0], |r| {
            Ok((r.get::<_, bool>(0)?, ContactId(r.get(1)?)))
        })
    };
    match row(contact)? {
        Some((false, own)) => match home(db, contact)? {
            Some(home) if home != contact => Ok(row(home)?.map(|(_, canonical)| canonical)),
            _ => Ok(Some(own)),
        },
        found => Ok(found.map(|(_, canonical)| canonical)),
    }
}

/// The dissolved contacts that lead to these, each with the one that it leads to.
pub(in crate::store::sqlite) fn dissolved(
    db: &Connection,
    contacts: &[ContactId],
) -> Result<BTreeMap<ContactId, ContactId>> {
    let sql = "SELECT c.id FROM link l CROSS JOIN contact c ON c.chief = l.identifier
               WHERE l.contact = ?1 AND NOT c.present";
    let mut leading = BTreeMap::new();
    for id in each(db, sql, contacts, |r| r.get(0).map(ContactId))? {
        let to = home(db, id)?.filter(|home| contacts.contains(home));
        leading.extend(to.map(|to| (id, to)));
    }
    Ok(leading)
}

impl Group {
    /// The group that an id leads to.
    pub(in crate::store::sqlite) fn of(db: &Connection, contact: ContactId) -> Result<Self> {
        let canonical = canonical(db, contact)?.ok_or_else(|| {
            StoreError::Unknown(format!(
                "no contact {contact}; `reunite contacts` lists them"
            ))
        })?;
        let sql = "SELECT id FROM contact WHERE canonical = ?1 AND canonical <> id AND present";
        let mut members = rows(db, sql, [canonical.0], |r| r.get(0).map(ContactId))?;
        members.push(canonical);
        members.sort_unstable();
        Ok(Self { canonical, members })
    }

    /// Every id that leads here: the members, and dissolved contacts whose
    /// identifiers are theirs now. Cases and decisions may name any of them.
    pub(in crate::store::sqlite) fn ids(&self, db: &Connection) -> Result<Vec<ContactId>> {
        let dissolved = dissolved(db, &self.members)?;
        let mut ids = self.members.clone();
        ids.extend(dissolved.keys());
        Ok(ids)
    }

    /// The identifiers of all members: live ones first, then by kind and time.
    pub(in crate::store::sqlite) fn identifiers(
        &self,
        db: &Connection,
    ) -> Result<Vec<IdentifierRow>> {
        // CROSS JOIN: from the contact's few links, never from all identifiers.
        let held =
            "SELECT i.kind, i.value, p.name, l.state, l.since, l.until, l.contact, l.unconfirmed
                    FROM link l CROSS JOIN identifier i ON i.id = l.identifier
                      LEFT JOIN portfolio p ON p.id = i.scope WHERE l.contact = ?1";
        let shown = "SELECT i.kind, i.value, p.name, l.state, l.since, l.until, l.contact, 0
                     FROM label l CROSS JOIN identifier i ON i.id = l.identifier
                       LEFT JOIN portfolio p ON p.id = i.scope WHERE l.contact = ?1";
        let mut found = each(db, held, &self.members, identifier)?;
        found.extend(each(db, shown, &self.members, identifier)?);
        found.sort_by(|a, b| {
            let key = |i: &IdentifierRow| (!i.state.is_live(), i.kind, i.since);
            key(a).cmp(&key(b)).then_with(|| a.value.cmp(&b.value))
        });
        Ok(found)
    }

    /// The shown name: the canonical contact's, else another member's, else the
    /// latest username, phone or BSUID, live ones first.
    pub(in crate::store::sqlite) fn name(
        &self,
        db: &Connection,
        identifiers: &[IdentifierRow],
    ) -> Result<String> {
        let sql = "SELECT name FROM contact WHERE id = ?1 AND name <> ''";
        for member in iter::once(&self.canonical).chain(&self.members) {
            if let Some(name) = first(db, sql, [member.0], |r| r.get(0))? {
                return Ok(name);
            }
        }
        Ok(fallback(identifiers))
    }
}

fn identifier(r: &Row<'_>) -> rusqlite::Result<IdentifierRow> {
    Ok(IdentifierRow {
        kind: word(r, 0, Kind::parse)?,
        value: r.get(1)?,
        portfolio: r.get(2)?,
        state: word(r, 3, LinkState::parse)?,
        since: Some(time(r, 4)?),
        until: r.get::<_, Option<i64>>(5)?.map(Timestamp),
        member: ContactId(r.get(6)?),
        unconfirmed: r.get(7)?,
    })
}

fn fallback(identifiers: &[IdentifierRow]) -> String {
    let latest = |kind: Kind, live: bool| {
        let fits = identifiers
            .iter()
            .filter(|i| i.kind == kind && i.state.is_live() == live);
        fits.max_by_key(|i| i.since).map(|i| i.value.clone())
    };
    let kinds = [Kind::Username, Kind::Phone, Kind::Bsuid];
    [true, false]
        .into_iter()
        .find_map(|live| kinds.into_iter().find_map(|kind| latest(kind, live)))
        .unwrap_or_default()
}
