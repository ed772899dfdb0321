//! The contacts of a case with their groups, and the links that they hold: read
//! once, for all that is asked about them on the way to an answer.

use super::group;
use crate::domain::ids::{CaseId, ContactId, IdentifierId, PortfolioId};
use crate::store::Result;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// The homes of a case with their groups, in the order of the case.
#[derive(Debug, Default)]
pub(super) struct Sides {
    pub(super) homes: Vec<ContactId>,
    /// Each group once: its canonical contact and its members.
    pub(super) groups: Vec<(ContactId, BTreeSet<ContactId>)>,
    /// The links of contacts, as far as they were read.
    pub(super) links: Links,
}

/// The links of contacts.
pub(super) type Links = BTreeMap<ContactId, Vec<Held>>;

/// A link of a contact.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// The identifier as `KIND:VALUE`.
    pub(super) identifier: String,
    /// The identifier and its portfolio, if it is a well-formed BSUID.
    pub(super) bsuid: Option<(PortfolioId, IdentifierId)>,
    pub(super) state: String,
    /// Milliseconds since 1970.
    pub(super) since: i64,
    pub(super) until: Option<i64>,
}

/// The links of a contact, by identifier and time.
pub(super) fn links(db: &Connection, contact: ContactId) -> Result<Vec<Held>> {
    // CROSS JOIN: from the contact's few links, never from all identifiers.
    let mut query = db.prepare_cached(
        "SELECT i.kind || ':' || i.value, l.state, l.since, l.until,
                iif(i.kind = 'bsuid' AND i.well_formed, i.scope, NULL), i.id
         FROM link l CROSS JOIN identifier i ON i.id = l.identifier
         WHERE l.contact = ?1 ORDER BY l.identifier, l.ordinal",
    )?;
    let found = query.query_map([contact.0], |r| {
        let id = IdentifierId(r.get(5)?);
        Ok(Held {
            identifier: r.get(0)?,
            bsuid: r
                .get::<_, Option<i64>>(4)?
                .map(|scope| (PortfolioId(scope), id)),
            state: r.get(1)?,
            since: r.get(2)?,
            until: r.get(3)?,
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

impl Sides {
    /// Reads those of a case.
    pub(super) fn of(db: &Connection, case: CaseId) -> Result<Self> {
        let mut query = db.prepare_cached(
            r#"SELECT k.contact, c.canonical,
                      EXISTS (SELECT 1 FROM contact m WHERE m.canonical = c.canonical AND m.canonical <> m.id)
               FROM case_contact k LEFT JOIN contact c ON c.id = k.contact AND c.present
               WHERE k."case" = ?1 ORDER BY k.ordinal"#,
        )?;
        let found = query.query_map([case.0], |r| {
            let canonical = r.get::<_, Option<i64>>(1)?.map(ContactId);
            Ok((ContactId(r.get(0)?), canonical, r.get::<_, bool>(2)?))
        })?;
        let mut sides = Self::default();
        for row in found {
            let (home, canonical, grouped) = row?;
            sides.homes.push(home);
            let (canonical, members) = match canonical {
                Some(canonical) if !grouped => (canonical, Some(BTreeSet::from([canonical]))),
                Some(canonical) => (canonical, None),
                // Dissolved: it leads to whoever holds its identifier now.
                None => (group::canonical_of(db, home)?, None),
            };
            if sides.groups.iter().all(|(known, _)| *known != canonical) {
                let members = match members {
                    Some(alone) => alone,
                    None => group::members(db, canonical)?,
                };
                sides.groups.push((canonical, members));
            }
        }
        Ok(sides)
    }

    /// Reads the links of all members.
    pub(super) fn read_links(&mut self, db: &Connection) -> Result<()> {
        for member in self.members() {
            self.links.insert(member, links(db, member)?);
        }
        Ok(())
    }

    /// Who stands for a contact, if it is a member of one of these groups.
    pub(super) fn canonical_of(&self, contact: ContactId) -> Option<ContactId> {
        let mut groups = self.groups.iter();
        let group = groups.find(|(_, members)| members.contains(&contact));
        group.map(|(canonical, _)| *canonical)
    }

    /// The same of any contact.
    pub(super) fn leads_to(&self, db: &Connection, contact: ContactId) -> Result<ContactId> {
        match self.canonical_of(contact) {
            Some(canonical) => Ok(canonical),
            None => group::canonical_of(db, contact),
        }
    }

    /// Whether each home still exists itself.
    pub(super) fn all_present(&self) -> bool {
        let is_member = |home| {
            self.groups
                .iter()
                .any(|(_, members)| members.contains(home))
        };
        self.homes.iter().all(is_member)
    }

    /// All members of all groups.
    pub(super) fn members(&self) -> BTreeSet<ContactId> {
        let members = self.groups.iter().flat_map(|(_, members)| members);
        members.copied().collect()
    }
}
