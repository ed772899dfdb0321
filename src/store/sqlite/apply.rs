//! Carries a changed set of standing decisions out: replays the part of the
//! log that they are connected with, writes the difference, works groups and
//! cases out anew, and checks that every other standing decision is still
//! possible. The same for a decision, its undo and its redo.

use super::across;
use super::group::{self, Joint, Regrouping};
use super::ingest::next_contact;
use super::load::{Loader, Part};
use super::read::group::dissolved;
use super::record::Ledger;
use super::sides::Sides;
use super::standing::restate;
use super::terms::{Decision, Terms, seeds};
use super::write::{self, Known, write_wall};
use crate::domain::case::{Action, CaseKind};
use crate::domain::ids::{CaseId, ContactId, DecisionId, EventId, IdentifierId};
use crate::resolve::cases::CaseKey;
use crate::resolve::entry::Founder;
use crate::resolve::groups::{self, Idle};
use crate::resolve::homes::Homes;
use crate::review::refusal::{Code, Refusal};
use crate::store::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// What stands in the way of a set of decisions.
#[derive(Debug, Default)]
pub(super) struct Obstacles {
    /// Standing decisions that would become impossible.
    pub(super) decisions: BTreeSet<DecisionId>,
    /// Standing merges that would lose their effect.
    pub(super) losing: Vec<Idle>,
}

impl Obstacles {
    /// The refusal, if there is an obstacle.
    pub(super) fn refusal(&self, own: DecisionId) -> Option<Refusal> {
        let mut by: BTreeSet<DecisionId> = self.decisions.clone();
        by.extend(groups::impossible(own, &self.losing));
        by.remove(&own);
        if by.is_empty() {
            return None;
        }
        let list = by
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        let detail = format!(
            "standing decision {list} would become impossible; undo it first, or use --cascade to undo it too"
        );
        Some(Refusal {
            by_decisions: by.into_iter().collect(),
            ..Refusal::new(Code::Depends, detail)
        })
    }
}

/// What happens to a decision. Of one that was made before: the last event that
/// had arrived then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It is made.
    Made,
    /// It is taken out.
    Out(EventId),
    /// It is put back in its old place.
    Back(EventId),
}

/// A merge that is made and accepts no change moves nothing, and is the latest:
/// it joins the groups of its sides, between which no wall was found. Says
/// whether other cases were worked out anew by this.
pub(super) fn join(
    db: &Connection,
    ledger: &Ledger,
    case: CaseId,
    survivor: ContactId,
    sides: &Sides,
) -> Result<bool> {
    let mut moved: BTreeSet<ContactId> = BTreeSet::new();
    let mut update = db.prepare_cached("UPDATE contact SET canonical = ?2 WHERE id = ?1")?;
    for (canonical, members) in &sides.groups {
        if *canonical != survivor {
            for member in members {
                update.execute([member.0, survivor.0])?;
            }
            moved.extend(members);
        }
    }
    // As `naming`, of the whole group at once.
    let mut query = db.prepare_cached(
        r#"SELECT c.id, m.id, c.state <> 'resolved'
           FROM (SELECT ?1 AS id UNION ALL SELECT id FROM contact WHERE canonical = ?1 AND canonical <> id) m
           CROSS JOIN case_contact k ON k.contact = m.id CROSS JOIN cases c ON c.id = k."case"
           WHERE c.id <> ?2"#,
    )?;
    let mut concerned: BTreeMap<CaseId, bool> = BTreeMap::new();
    let named = query.query_map([survivor.0, case.0], |r| {
        Ok((
            CaseId(r.get(0)?),
            ContactId(r.get(1)?),
            r.get::<_, bool>(2)?,
        ))
    })?;
    for row in named {
        let (of, contact, waits) = row?;
        let moved = moved.contains(&contact);
        if waits || moved {
            *concerned.entry(of).or_default() |= moved;
        }
    }
    if ledger.dissolved {
        let (leading, moved) = leading(db, &sides.members(), &moved)?;
        let beside = naming(db, leading, moved, false)?;
        for (of, moved) in beside.into_iter().filter(|(of, _)| *of != case) {
            *concerned.entry(of).or_default() |= moved;
        }
    }
    let any = !concerned.is_empty();
    for (case, moved) in concerned {
        restate(db, case, moved)?;
    }
    Ok(any)
}

/// Whether the homes can change by this. A merge moves nothing when it is made;
/// once events have come under it (rule 2 looks at the group), taking it out or
/// putting it back may let them fall elsewhere.
pub(super) fn moves_homes(action: Action, terms: &Terms, step: Step, last: EventId) -> bool {
    let homes = matches!(action, Action::Relink | Action::Accept | Action::Reject);
    let since = match step {
        Step::Made => false,
        Step::Out(after) | Step::Back(after) => action == Action::Merge && last > after,
    };
    homes || terms.accepts.is_some() || since
}

/// The groups without a decision that moves no homes, before it is taken out;
/// and what stands in the way of that.
pub(super) fn without(db: &Connection, decision: &Decision) -> Result<(Regrouping, Obstacles)> {
    let joint = Joint::read(db, &named(&decision.terms))?;
    let groups = joint.without(decision.id).regroup(db, decision.id)?;
    let obstacles = Obstacles {
        losing: groups.losing.clone(),
        ..Obstacles::default()
    };
    Ok((groups, obstacles))
}

/// The contacts whose groups may be others by a decision.
fn named(terms: &Terms) -> BTreeSet<ContactId> {
    let beside = terms.from.iter().chain(&terms.contact);
    terms.contacts.iter().chain(beside).copied().collect()
}

/// Works everything out after the rows of a decision stood or fell, but for its
/// own case, of this kind: that is the caller's to restate, as answered. `groups`
/// where they are worked out already, with those of before.
pub(super) fn carry_out(
    db: &Connection,
    ledger: &mut Ledger,
    decision: &mut Decision,
    step: Step,
    kind: Option<CaseKind>,
    groups: Option<(Regrouping, &Sides)>,
) -> Result<Obstacles> {
    let (own, action, case) = (decision.id, decision.action, decision.case);
    let terms = &mut decision.terms;
    let mut obstacles = Obstacles::default();
    let mut concerned = named(terms);
    let mut cases: BTreeSet<CaseId> = BTreeSet::new();
    if moves_homes(action, terms, step, ledger.last_event) {
        let part = Loader::default().part(db, seeds(db, terms)?)?;
        let homes = replay(db, &part)?;
        if action == Action::Relink && terms.contact.is_none() && step == Step::Made {
            found_target(db, own, terms, &homes)?;
            concerned.extend(terms.contact);
        }
        cases.extend(write_part(db, &part, homes, &mut obstacles)?);
        concerned.extend(part.known.iter().map(|(id, _)| *id));
        ledger.dissolved = group::any_dissolved(db)?;
    }
    // An answer, or its undo, says which round of a question asks now.
    if let Some(case) = case.filter(|_| kind == Some(CaseKind::ParentBsuidMatch)) {
        cases.extend(across::ask_again(db, case)?);
    }
    let regrouped = match groups {
        Some((groups, known)) => groups.write(db, known)?,
        None => group::regroup(db, own, &concerned)?,
    };
    obstacles.losing = regrouped.losing;
    concerned.extend(&regrouped.members);
    let mut cases: BTreeMap<CaseId, bool> = cases.into_iter().map(|c| (c, false)).collect();
    cases.extend(regrouped.turned.iter().map(|case| (*case, false)));
    let moved = regrouped.moved;
    cases.append(&mut naming(db, concerned, moved, ledger.dissolved)?);
    for (case, moved) in cases.into_iter().filter(|(of, _)| Some(*of) != case) {
        restate(db, case, moved)?;
    }
    Ok(obstacles)
}

/// The cases that name one of these contacts and wait for an answer or could,
/// and all that name one of `moved`. Those have other sides than an operator has
/// seen, and are told: that is another version. Where contacts are `dissolved`,
/// those that lead here count too: a question asked by hand goes on naming them.
pub(super) fn naming(
    db: &Connection,
    mut contacts: BTreeSet<ContactId>,
    mut moved: BTreeSet<ContactId>,
    dissolved: bool,
) -> Result<BTreeMap<CaseId, bool>> {
    if dissolved {
        let (all, others) = leading(db, &contacts, &moved)?;
        contacts.extend(all);
        moved.extend(others);
    }
    let mut query = db.prepare_cached(
        r#"SELECT k."case" FROM case_contact k CROSS JOIN cases c ON c.id = k."case"
           WHERE k.contact = ?1 AND (?2 OR c.state <> 'resolved')"#,
    )?;
    let mut found = BTreeMap::new();
    for contact in contacts {
        let is_moved = moved.contains(&contact);
        for case in query.query_map(params![contact.0, is_moved], |r| r.get(0).map(CaseId))? {
            *found.entry(case?).or_default() |= is_moved;
        }
    }
    Ok(found)
}

/// The dissolved contacts that lead to some, and those of them that lead to one
/// of `moved`.
fn leading(
    db: &Connection,
    contacts: &BTreeSet<ContactId>,
    moved: &BTreeSet<ContactId>,
) -> Result<(BTreeSet<ContactId>, BTreeSet<ContactId>)> {
    let contacts: Vec<ContactId> = contacts.iter().copied().collect();
    let dissolved = dissolved(db, &contacts)?;
    let others = dissolved.iter().filter(|(_, to)| moved.contains(to));
    let others = others.map(|(id, _)| *id).collect();
    Ok((dissolved.into_keys().collect(), others))
}

/// A relink to new: the contact that it founds has a number now.
fn found_target(db: &Connection, own: DecisionId, terms: &mut Terms, homes: &Homes) -> Result<()> {
    let own_contact = homes
        .contacts()
        .iter()
        .find(|(_, c)| c.founding.founder == Founder::Decision(own));
    terms.contact = own_contact.map(|(id, _)| id);
    db.execute(
        "UPDATE relink SET contact = ?2 WHERE decision = ?1",
        [Some(own.0), terms.contact.map(|c| c.0)],
    )?;
    if let (Some(from), Some(to)) = (terms.from, terms.contact) {
        write_wall(db, own.0, from, to, None)?;
    }
    Ok(())
}

/// The homes of a part under the decisions that stand now.
pub(super) fn replay(db: &Connection, part: &Part) -> Result<Homes> {
    let mut homes = Homes::new(
        crate::resolve::entry::Standing::default(),
        &[],
        next_contact(db)?,
    );
    homes.extend(part.standing.clone(), &part.known, part.accepted.clone());
    homes.replay(&part.entries);
    Ok(homes)
}

/// Writes a replayed part over what is stored of it, and says which standing
/// decisions it leaves impossible.
pub(super) fn write_part(
    db: &Connection,
    part: &Part,
    mut homes: Homes,
    obstacles: &mut Obstacles,
) -> Result<BTreeSet<CaseId>> {
    let mut dirty = homes.take_dirty();
    for (change, decision) in &part.standing.rejected {
        let state = homes.changes().get(change);
        if state.is_some_and(|state| state.rejected == Some(*decision)) {
            dirty.changes.insert(*change);
        } else {
            db.prepare_cached("DELETE FROM wall WHERE decision = ?1")?
                .execute([decision.0])?;
        }
    }
    dirty
        .links
        .extend(part.idents.iter().map(|id| IdentifierId(*id)));
    for (id, _) in &part.known {
        dirty.parents.extend(across::parents_of(db, *id)?);
        if !homes.contacts().contains_key(id) {
            db.prepare_cached("DELETE FROM label WHERE contact = ?1")?
                .execute([id.0])?;
        }
    }
    let mut concerned = write::write(db, &homes, &dirty, Known::NOTHING)?.cases;
    for (id, _) in &part.known {
        if !homes.contacts().contains_key(id) {
            let dissolved = db
                .prepare_cached(
                    "UPDATE contact SET present = 0, canonical = id WHERE id = ?1 AND present",
                )?
                .execute([id.0])?;
            // One that was not there before is nobody's obstacle now: a relink
            // may itself have dissolved the contact that it took from.
            if dissolved > 0 {
                obstacles.decisions.extend(standing_on(db, *id)?);
            }
        }
    }
    for (change, decision) in &part.standing.accepted {
        if homes
            .changes()
            .get(change)
            .is_some_and(|c| c.home.is_none())
        {
            obstacles.decisions.insert(*decision);
        }
    }
    concerned.extend(unask(db, part, &homes)?);
    Ok(concerned)
}

/// Standing decisions that name a contact.
fn standing_on(db: &Connection, contact: ContactId) -> Result<Vec<DecisionId>> {
    let mut query = db.prepare_cached(
        "SELECT decision FROM edge WHERE a = ?1 UNION SELECT decision FROM edge WHERE b = ?1
         UNION SELECT decision FROM wall WHERE a = ?1 UNION SELECT decision FROM wall WHERE b = ?1
         UNION SELECT decision FROM relink WHERE contact = ?1",
    )?;
    let found = query
        .query_map([contact.0], |r| Ok(DecisionId(r.get(0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// Marks the stored cases of a part that the replay does not ask any more.
fn unask(db: &Connection, part: &Part, homes: &Homes) -> Result<BTreeSet<CaseId>> {
    let mut concerned = BTreeSet::new();
    let asked: BTreeSet<String> = homes.asks().keys().map(CaseKey::text).collect();
    let mut stored: Vec<(i64, String)> = Vec::new();
    for ident in &part.idents {
        let mut query = db.prepare_cached(
            "SELECT id, key FROM cases WHERE identifier = ?1 AND kind NOT IN ('manual', 'phone_variant')",
        )?;
        let rows = query.query_map([ident], |r| Ok((r.get(0)?, r.get(1)?)))?;
        stored.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    for change in homes.changes().keys() {
        let mut query = db.prepare_cached("SELECT id, key FROM cases WHERE key = ?1")?;
        let key = CaseKey::Change(*change).text();
        stored.extend(
            query
                .query_row([key], |r| Ok((r.get(0)?, r.get(1)?)))
                .optional()?,
        );
    }
    for (case, key) in stored {
        db.prepare_cached("UPDATE cases SET asked = ?2 WHERE id = ?1 AND asked <> ?2")?
            .execute([case, i64::from(asked.contains(&key))])?;
        concerned.insert(CaseId(case));
    }
    Ok(concerned)
}

/// An error for a refusal.
pub(super) fn refused(refusal: Refusal) -> StoreError {
    StoreError::Refused(Box::new(refusal))
}
