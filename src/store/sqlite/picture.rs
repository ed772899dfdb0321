//! What the log keeps of the rows before and after a decision.

use super::sides::{Held, Sides, links};
use super::standing::{CaseFacts, facts};
use super::terms::Terms;
use crate::domain::case::{CaseKind, CaseState};
use crate::domain::ids::{CaseId, ContactId};
use crate::domain::link::LinkState;
use crate::store::Result;
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

/// What the log keeps of the rows: the case, and each contact with its links.
/// Fields in the order of their names: the log's JSON is canonical.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Picture {
    case: Option<CaseShown>,
    contacts: Vec<ContactShown>,
}

#[derive(Debug, Clone, Serialize)]
struct CaseShown {
    case: CaseId,
    kind: CaseKind,
    state: CaseState,
    version: i64,
}

/// An identifier with the state, since and until of its link.
type LinkShown = (String, LinkState, i64, Option<i64>);

#[derive(Debug, Clone, Serialize)]
struct ContactShown {
    canonical: Option<i64>,
    contact: ContactId,
    links: Vec<LinkShown>,
    present: bool,
}

impl Picture {
    /// Reads it.
    pub(super) fn take(db: &Connection, case: Option<CaseId>, terms: &Terms) -> Result<Self> {
        let facts = case.map(|case| facts(db, case)).transpose()?;
        Self::of(db, case.zip(facts.as_ref()), terms, &Sides::default())
    }

    /// The same where the case's row is known, and groups and links are.
    pub(super) fn of(
        db: &Connection,
        case: Option<(CaseId, &CaseFacts)>,
        terms: &Terms,
        sides: &Sides,
    ) -> Result<Self> {
        let mut picture = Self {
            case: None,
            contacts: Vec::new(),
        };
        picture.show(case);
        for contact in terms.contacts.iter().chain(&terms.contact) {
            let links = match sides.links.get(contact) {
                Some(known) => known.clone(),
                None => links(db, *contact)?,
            };
            let (canonical, present) = standing(db, *contact, sides)?.unzip();
            picture.contacts.push(ContactShown {
                canonical,
                contact: *contact,
                links: links.into_iter().map(shown).collect(),
                present: present.unwrap_or(false),
            });
        }
        Ok(picture)
    }

    /// The same after a decision that moves no link, where groups are known.
    pub(super) fn regrouped(
        &self,
        db: &Connection,
        case: Option<(CaseId, &CaseFacts)>,
        sides: &Sides,
    ) -> Result<Self> {
        let mut picture = self.clone();
        picture.show(case);
        for shown in &mut picture.contacts {
            let (canonical, present) = standing(db, shown.contact, sides)?.unzip();
            shown.canonical = canonical;
            shown.present = present.unwrap_or(false);
        }
        Ok(picture)
    }

    /// The same after a merge that moved nothing: its case is answered.
    pub(super) fn joined(&self, survivor: ContactId) -> Self {
        let mut picture = self.clone();
        if let Some(case) = &mut picture.case {
            case.state = CaseState::Resolved;
            case.version += 1;
        }
        for shown in &mut picture.contacts {
            shown.canonical = Some(survivor.0);
        }
        picture
    }

    fn show(&mut self, case: Option<(CaseId, &CaseFacts)>) {
        self.case = case.map(|(case, facts)| CaseShown {
            case,
            kind: facts.kind,
            state: facts.state,
            version: facts.version,
        });
    }
}

fn shown(link: Held) -> LinkShown {
    (link.identifier, link.state, link.since, link.until)
}

/// Who stands for a contact, and whether it exists.
fn standing(db: &Connection, contact: ContactId, sides: &Sides) -> Result<Option<(i64, bool)>> {
    if let Some(canonical) = sides.canonical_of(contact) {
        return Ok(Some((canonical.0, true)));
    }
    let mut query = db.prepare_cached("SELECT canonical, present FROM contact WHERE id = ?1")?;
    let found = query.query_row([contact.0], |r| Ok((r.get(0)?, r.get(1)?)));
    Ok(found.optional()?)
}
