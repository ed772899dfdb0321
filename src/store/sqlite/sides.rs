//! The contacts of a case with their groups, and the links that they hold: read
//! once, for all that is asked about them on the way to an answer. In a batch
//! each statement less is a fiftieth of the time.

use super::group::{self, Regrouping, Walls};
use super::read::query::unreadable;
use crate::domain::ids::{CaseId, ContactId, IdentifierId, PortfolioId};
use crate::domain::link::LinkState;
use crate::store::Result;
use rusqlite::{Connection, Row};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// The homes of a case with their groups, in the order of the case.
#[derive(Debug, Default)]
pub(super) struct Sides {
    pub(super) homes: Vec<ContactId>,
    /// Each group once: its canonical contact and its members.
    pub(super) groups: Vec<(ContactId, BTreeSet<ContactId>)>,
    /// The links of contacts, as far as they were read.
    pub(super) links: Links,
    /// The folded words of the names of the homes that exist.
    pub(super) words: BTreeMap<ContactId, String>,
    /// The walls around contacts, as far as they were read.
    pub(super) walls: Walls,
}

/// The links of contacts.
pub(super) type Links = BTreeMap<ContactId, Vec<Held>>;

/// A link of a contact.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) id: IdentifierId,
    /// The identifier as `KIND:VALUE`.
    pub(super) identifier: String,
    /// The identifier and its portfolio, if it is a well-formed BSUID.
    pub(super) bsuid: Option<(PortfolioId, IdentifierId)>,
    pub(super) state: LinkState,
    /// Milliseconds since 1970.
    pub(super) since: i64,
    pub(super) until: Option<i64>,
}

/// How many columns [`held`] reads.
const HELD: usize = 8;

/// The columns of [`held`], of `link l` and its `identifier i`.
macro_rules! held {
    () => {
        "i.id, i.kind, i.value, i.scope, i.well_formed, l.state, l.since, l.until"
    };
}

fn held(r: &Row<'_>) -> rusqlite::Result<Held> {
    let text = |column| Ok::<_, rusqlite::Error>(r.get_ref(column)?.as_str()?);
    let (id, kind, value) = (IdentifierId(r.get(0)?), text(1)?, text(2)?);
    let bsuid = kind == "bsuid" && r.get(4)?;
    let state = text(5)?;
    let state = LinkState::parse(state)
        .ok_or_else(|| unreadable(5, format!("'{state}' is no state of a link")))?;
    Ok(Held {
        id,
        identifier: [kind, ":", value].concat(),
        bsuid: bsuid
            .then(|| r.get(3).map(|scope| (PortfolioId(scope), id)))
            .transpose()?,
        state,
        since: r.get(6)?,
        until: r.get(7)?,
    })
}

/// The links of a contact, by identifier and time.
pub(super) fn links(db: &Connection, contact: ContactId) -> Result<Vec<Held>> {
    // CROSS JOIN: from the contact's few links, never from all identifiers.
    let mut query = db.prepare_cached(concat!(
        "SELECT ",
        held!(),
        " FROM link l CROSS JOIN identifier i ON i.id = l.identifier
         WHERE l.contact = ?1 ORDER BY l.identifier, l.ordinal"
    ))?;
    let found = query.query_map([contact.0], held)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The columns of [`Home::read`], of `case_contact k` and its `contact c`.
macro_rules! home {
    () => {
        "k.contact, c.canonical, c.words,
         EXISTS (SELECT 1 FROM contact m WHERE m.canonical = c.canonical AND m.canonical <> m.id)"
    };
}

/// A contact that a case names.
struct Home {
    id: ContactId,
    /// Who stands for it, if it still exists itself,
    canonical: Option<ContactId>,
    /// and the folded words of its names.
    words: Option<String>,
    /// Who stands for it stands for others too.
    grouped: bool,
}

impl Home {
    /// From the columns behind `first`.
    fn read(r: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            id: ContactId(r.get(first)?),
            canonical: r.get::<_, Option<i64>>(first + 1)?.map(ContactId),
            words: r.get(first + 2)?,
            grouped: r.get(first + 3)?,
        })
    }
}

impl Sides {
    /// Reads those of a case.
    pub(super) fn of(db: &Connection, case: CaseId) -> Result<Self> {
        let mut query = db.prepare_cached(concat!(
            "SELECT ",
            home!(),
            r#" FROM case_contact k LEFT JOIN contact c ON c.id = k.contact AND c.present
               WHERE k."case" = ?1 ORDER BY k.ordinal"#,
        ))?;
        let mut sides = Self::default();
        for home in query.query_map([case.0], |r| Home::read(r, 0))? {
            sides.add(db, home?)?;
        }
        Ok(sides)
    }

    /// The same with the links of all members.
    pub(super) fn with_links(db: &Connection, case: CaseId) -> Result<Self> {
        let mut query = db.prepare_cached(concat!(
            "SELECT ",
            held!(),
            ", ",
            home!(),
            r#" FROM case_contact k LEFT JOIN contact c ON c.id = k.contact AND c.present
               LEFT JOIN link l ON l.contact = k.contact LEFT JOIN identifier i ON i.id = l.identifier
               WHERE k."case" = ?1 ORDER BY k.ordinal, l.identifier, l.ordinal"#
        ))?;
        let mut sides = Self::default();
        let mut rows = query.query([case.0])?;
        while let Some(r) = rows.next()? {
            let home = ContactId(r.get(HELD)?);
            if !sides.links.contains_key(&home) {
                sides.add(db, Home::read(r, HELD)?)?;
            }
            let links = sides.links.entry(home).or_default();
            if r.get::<_, Option<i64>>(0)?.is_some() {
                links.push(held(r)?);
            }
        }
        for member in sides.members() {
            if let Entry::Vacant(unread) = sides.links.entry(member) {
                unread.insert(links(db, member)?);
            }
        }
        Ok(sides)
    }

    /// Adds a contact of the case, and its group.
    fn add(&mut self, db: &Connection, home: Home) -> Result<()> {
        self.homes.push(home.id);
        self.words.extend(home.words.map(|words| (home.id, words)));
        let (canonical, members) = match home.canonical {
            Some(canonical) if !home.grouped => (canonical, Some(BTreeSet::from([canonical]))),
            Some(canonical) => (canonical, None),
            // Dissolved: it leads to whoever holds its identifier now.
            None => (group::canonical_of(db, home.id)?, None),
        };
        if self.groups.iter().all(|(known, _)| *known != canonical) {
            let members = match members {
                Some(alone) => alone,
                None => group::members(db, canonical)?,
            };
            self.groups.push((canonical, members));
        }
        Ok(())
    }

    /// The same after a regrouping that moves no link, with what was read of the
    /// contacts; `None` where that does not tell the group of each home.
    pub(super) fn after(&mut self, groups: &Regrouping) -> Option<Self> {
        if !self.all_present() {
            return None;
        }
        let mut after: Vec<(ContactId, BTreeSet<ContactId>)> = Vec::new();
        for home in &self.homes {
            let group = groups.of(*home)?;
            if after.iter().all(|(known, _)| *known != group.canonical) {
                after.push((group.canonical, group.members.clone()));
            }
        }
        Some(Self {
            homes: self.homes.clone(),
            groups: after,
            links: std::mem::take(&mut self.links),
            words: std::mem::take(&mut self.words),
            walls: groups.walls.clone(),
        })
    }

    /// The link that an identifier lives in, if it is one of those read.
    pub(super) fn live(&self, identifier: i64) -> Option<(ContactId, &Held)> {
        let mut links = self
            .links
            .iter()
            .flat_map(|(contact, links)| links.iter().map(|link| (*contact, link)));
        links.find(|(_, link)| link.id.0 == identifier && link.state.is_live())
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
