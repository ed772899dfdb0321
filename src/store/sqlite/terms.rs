//! A decision's terms, and the rows by which a standing decision is found:
//! edges, walls, relinks, verdicts. They stand and fall together.

use super::error::Doing;
use super::load::Loader;
use super::write::write_wall;
use crate::domain::case::{Action, Target};
use crate::domain::ids::{BatchId, CaseId, ContactId, DecisionId, EventId, ProposalId};
use crate::domain::time::Timestamp;
use crate::store::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

/// What exactly was answered. Contacts are homes, never their stand-ins. Fields
/// in the order of their names: the log's JSON is canonical.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Terms {
    /// Accept, reject, and a merge that accepts its change: the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) accepts: Option<EventId>,
    /// Keep separate: which of them are kept apart, where some are one group;
    /// else all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) apart: Vec<(ContactId, ContactId)>,
    /// Relink: to whom, as it came out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) contact: Option<ContactId>,
    /// The homes of the case.
    pub(super) contacts: Vec<ContactId>,
    /// Relink: from whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<ContactId>,
    /// Relink: `KIND:VALUE[@PORTFOLIO]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) identifier: Option<String>,
    /// Relink: its row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) identifier_id: Option<i64>,
    /// The proposal that it lets stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) proposal: Option<ProposalId>,
    /// Reject: the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rejects: Option<EventId>,
    /// Relink: from when on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<Timestamp>,
    /// Merge: who is canonical.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) survivor: Option<ContactId>,
    /// Relink: to whom, as asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<Target>,
    /// Undo: what it takes out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) undoes: Option<DecisionId>,
    /// Defer: until when, for people,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<Timestamp>,
    /// and for SQL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) until_ms: Option<i64>,
}

impl Terms {
    /// The contacts that they name; some perhaps twice.
    pub(super) fn named(&self) -> impl Iterator<Item = ContactId> {
        let to = match self.to {
            Some(Target::Contact(id)) => Some(id),
            _ => None,
        };
        let beside = [self.survivor, self.contact, self.from, to];
        self.contacts
            .iter()
            .copied()
            .chain(beside.into_iter().flatten())
    }
}

/// A decision as stored.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) id: DecisionId,
    pub(super) batch: Option<BatchId>,
    pub(super) action: Action,
    pub(super) case: Option<CaseId>,
    pub(super) operator: String,
    pub(super) at: Timestamp,
    pub(super) after: EventId,
    pub(super) terms: Terms,
    pub(super) undoes: Option<DecisionId>,
    pub(super) undone_by: Option<DecisionId>,
}

/// Reads a decision.
pub(super) fn decision(db: &Connection, id: DecisionId) -> Result<Decision> {
    let found = db
        .prepare_cached(
            r#"SELECT batch, action, "case", operator, at, after, terms, undoes, undone_by FROM decision WHERE id = ?1"#,
        )?
        .query_row([id.0], |r| {
            Ok((
                Decision {
                    id,
                    batch: r.get::<_, Option<i64>>(0)?.map(BatchId),
                    action: Action::parse(&r.get::<_, String>(1)?).unwrap_or(Action::None),
                    case: r.get::<_, Option<i64>>(2)?.map(CaseId),
                    operator: r.get(3)?,
                    at: Timestamp(r.get(4)?),
                    after: EventId(r.get(5)?),
                    terms: Terms::default(),
                    undoes: r.get::<_, Option<i64>>(7)?.map(DecisionId),
                    undone_by: r.get::<_, Option<i64>>(8)?.map(DecisionId),
                },
                r.get::<_, String>(6)?,
            ))
        })
        .optional()
        .doing("reading a decision")?;
    let (decision, terms) = found.ok_or_else(|| {
        StoreError::Unknown(format!(
            "there is no decision {id}; `reunite audit` lists them"
        ))
    })?;
    let terms = serde_json::from_str(&terms).map_err(|e| StoreError::Failed {
        doing: format!("reading decision {id}"),
        detail: e.to_string(),
    })?;
    Ok(Decision { terms, ..decision })
}

/// Lets a decision stand.
pub(super) fn stand(db: &Connection, decision: &Decision) -> Result<()> {
    let (id, terms) = (decision.id.0, &decision.terms);
    match decision.action {
        Action::Merge => {
            let first = terms.contacts.first().copied();
            for other in terms.contacts.iter().skip(1) {
                let a = first.map(|c| c.0);
                let survivor = terms.survivor.map(|c| c.0).or(a);
                db.prepare_cached("INSERT OR IGNORE INTO edge VALUES (?1, ?2, ?3, ?4, ?5)")?
                    .execute(params![id, a, other.0, survivor, decision.after.0])?;
            }
        }
        Action::KeepSeparate => {
            let pairs = if terms.apart.is_empty() {
                pairs(&terms.contacts)
            } else {
                terms.apart.clone()
            };
            for (a, b) in pairs {
                write_wall(db, id, a, b, Some(decision.after))?;
            }
        }
        Action::Relink => {
            let since = terms.since.map_or(0, |t| t.0);
            db.prepare_cached("INSERT OR REPLACE INTO relink VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![
                    id,
                    terms.identifier_id,
                    terms.contact.map(|c| c.0),
                    since
                ])?;
            if let (Some(from), Some(to)) = (terms.from, terms.contact) {
                write_wall(db, id, from, to, Some(decision.after))?;
            }
        }
        _ => {}
    }
    let verdict = terms
        .accepts
        .map(|c| (c, true))
        .or(terms.rejects.map(|c| (c, false)));
    if let Some((change, accepted)) = verdict {
        db.prepare_cached("INSERT OR REPLACE INTO verdict VALUES (?1, ?2, ?3)")?
            .execute(params![change.0, id, accepted])?;
    }
    Ok(())
}

/// Each with each.
pub(super) fn pairs(contacts: &[ContactId]) -> Vec<(ContactId, ContactId)> {
    let with_later = |(i, a): (usize, &ContactId)| {
        let (a, later) = (*a, contacts.iter().skip(i + 1));
        later.map(move |b| (a, *b)).collect::<Vec<_>>()
    };
    contacts.iter().enumerate().flat_map(with_later).collect()
}

/// Takes a decision's rows out.
pub(super) fn fall(db: &Connection, decision: &Decision) -> Result<()> {
    let tables: &[&str] = match decision.action {
        Action::Merge => &["DELETE FROM edge WHERE decision = ?1"],
        Action::KeepSeparate | Action::Reject => &["DELETE FROM wall WHERE decision = ?1"],
        Action::Relink => &[
            "DELETE FROM wall WHERE decision = ?1",
            "DELETE FROM relink WHERE decision = ?1",
        ],
        _ => &[],
    };
    for sql in tables {
        db.prepare_cached(sql)?.execute([decision.id.0])?;
    }
    if let Some(change) = decision.terms.accepts.or(decision.terms.rejects) {
        db.prepare_cached("DELETE FROM verdict WHERE change = ?1 AND decision = ?2")?
            .execute([change.0, decision.id.0])?;
    }
    Ok(())
}

/// The identifiers that a decision is connected with: where a replay begins.
pub(super) fn seeds(db: &Connection, terms: &Terms) -> Result<Vec<i64>> {
    let mut seeds: Vec<i64> = terms.identifier_id.into_iter().collect();
    for contact in terms
        .contacts
        .iter()
        .chain(&terms.contact)
        .chain(&terms.from)
        .chain(&terms.survivor)
    {
        let chief: Option<i64> = db
            .prepare_cached("SELECT chief FROM contact WHERE id = ?1")?
            .query_row([contact.0], |r| r.get(0))
            .optional()?;
        seeds.extend(chief);
    }
    if let Some(change) = terms.accepts.or(terms.rejects) {
        let joined = super::question::joined(db, change.0)?;
        let mut loader = Loader::default();
        for id in [joined[0], joined[2], joined[3], joined[5]] {
            seeds.extend(loader.ident(db, id)?.map(|i| i.id.0));
        }
    }
    Ok(seeds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As any other program would write the same object in canonical form.
    #[test]
    fn terms_are_written_with_sorted_keys() {
        let two = vec![ContactId(3), ContactId(9)];
        let terms = Terms {
            accepts: Some(EventId(1)),
            apart: vec![(ContactId(3), ContactId(9))],
            contact: Some(ContactId(3)),
            contacts: two,
            from: Some(ContactId(9)),
            identifier: Some("phone:491511".into()),
            identifier_id: Some(5),
            proposal: Some(ProposalId(2)),
            rejects: Some(EventId(1)),
            since: Some(Timestamp(0)),
            survivor: Some(ContactId(3)),
            to: Some(Target::New),
            undoes: Some(DecisionId(4)),
            until: Some(Timestamp(0)),
            until_ms: Some(0),
        };
        let sorted = serde_json::to_value(&terms).unwrap().to_string();
        assert_eq!(serde_json::to_string(&terms).unwrap(), sorted);
    }
}
