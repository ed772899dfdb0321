//! What each answer to a case would do, in sentences: a merge and a
//! keep-separate by the rows, since they move nothing; an accept, a reject and
//! a relink by a replay with the decision added (`foresee`), so that the page
//! and the decision cannot differ.

mod effects;
mod foresee;
mod relink;

pub(super) use foresee::{Foreseen, whose};

use super::cases::Loaded;
use super::change::{Change, load, reference};
use super::decision::together;
use super::group::canonical;
use super::query::{first, list, rows};
use super::route::{After, Thread, routes};
use crate::domain::case::{Action, CaseKind, Target};
use crate::domain::ids::{ContactId, DecisionId, EventId, IdentifierId};
use crate::review::page::{DecisionRow, Outcome};
use crate::review::refusal::{Code, Refusal};
use crate::store::Result;
use crate::store::sqlite::load::Part;
use crate::store::sqlite::terms::Terms;
use foresee::{Added, foresee};
use relink::Relinked;
use rusqlite::Connection;

/// An answer's effects, and why it would be refused for what it is.
#[derive(Default)]
struct Preview<'a> {
    effects: Vec<String>,
    after: After<'a>,
    refusal: Option<Refusal>,
}

impl Preview<'_> {
    fn say(&mut self, effect: impl Into<String>) {
        self.effects.push(effect.into());
    }
}

/// One outcome for each answer that the kind has, besides defer.
pub(super) fn all(
    db: &Connection,
    loaded: &Loaded,
    threads: &[Thread],
    decisions: &[DecisionRow],
) -> Result<Vec<Outcome>> {
    let answers = loaded.row.kind.answers();
    if let Some(refusal) = already_decided(decisions) {
        let refused = |action: &Action| Outcome::refused(*action, refusal.clone());
        return Ok(answers.iter().map(refused).collect());
    }
    let nothing = Part::default();
    let mut scene = Scene {
        db,
        loaded,
        part: &nothing,
    };
    let relinked = scene.most_plausible()?;
    let part = scene.connected(&relinked)?;
    scene.part = &part;
    let mut outcomes = Vec::new();
    for action in answers {
        let preview = match action {
            Action::Merge => scene.merge()?,
            Action::Relink => scene.relink(&relinked)?,
            Action::KeepSeparate => scene.keep_separate()?,
            Action::Accept => scene.accept()?,
            Action::Reject => scene.reject()?,
            _ => continue,
        };
        outcomes.push(match preview.refusal {
            Some(refusal) => Outcome::refused(*action, refusal),
            None => Outcome {
                action: *action,
                effects: preview.effects,
                warnings: scene.without_address(&preview.after)?,
                routes: routes(db, threads, &preview.after)?,
                refusal: None,
            },
        });
    }
    Ok(outcomes)
}

fn already_decided(decisions: &[DecisionRow]) -> Option<Refusal> {
    let mut answers = decisions
        .iter()
        .rev()
        .filter(|d| d.stands && d.action != Action::Defer);
    let answer = answers.next()?;
    let (id, by) = (answer.decision, &answer.operator);
    let detail = format!(
        "{by} answered this case at {}; `reunite undo {id}` takes that back",
        answer.at
    );
    Some(Refusal {
        by_decision: Some(id),
        by_operator: Some(by.clone()),
        at: Some(answer.at),
        ..Refusal::new(Code::AlreadyDecided, detail)
    })
}

/// A case and the rows around it.
struct Scene<'a> {
    db: &'a Connection,
    loaded: &'a Loaded,
    /// What the answers can move.
    part: &'a Part,
}

impl<'a> Scene<'a> {
    /// What an accept, a reject or this relink can move. The other answers move
    /// nothing, and nothing is read for them.
    fn connected(&self, relinked: &Relinked) -> Result<Part> {
        let answers = self.loaded.row.kind.answers();
        if !answers.contains(&Action::Relink) && !answers.contains(&Action::Reject) {
            return Ok(Part::default());
        }
        let to = match relinked.to {
            Some(Target::Contact(to)) => Some(to),
            _ => None,
        };
        let terms = Terms {
            contacts: self.named()?,
            accepts: self.loaded.change.as_ref().map(|change| change.event),
            identifier_id: relinked.identifier.map(|id| id.0),
            contact: to,
            ..Terms::default()
        };
        foresee::part(self.db, &terms)
    }

    /// The canonical contacts.
    fn sides(&self) -> Vec<ContactId> {
        self.loaded.groups.iter().map(|g| g.canonical).collect()
    }

    fn shown(&self, contact: ContactId) -> Result<ContactId> {
        Ok(canonical(self.db, contact)?.unwrap_or(contact))
    }

    /// Whom nobody could write to any more: a side that has a live identifier
    /// now, and none after the answer.
    fn without_address(&self, after: &After<'_>) -> Result<Vec<String>> {
        let Some(foreseen) = &after.foreseen else {
            return Ok(Vec::new());
        };
        let sql = "SELECT identifier FROM link WHERE state <> 'former'
                   AND contact IN (SELECT value FROM json_each(?1))";
        let mut warnings = Vec::new();
        for group in &self.loaded.groups {
            let live = rows(self.db, sql, [list(&group.members)], |r| {
                r.get(0).map(IdentifierId)
            })?;
            let stays = live.iter().any(|id| foreseen.line(*id).is_none());
            let remains = group.members.iter().any(|member| foreseen.has(*member));
            let holds = group
                .members
                .iter()
                .any(|member| foreseen.holds_any(*member));
            if !live.is_empty() && remains && !stays && !holds {
                warnings.push(format!(
                    "Contact {} is left without an address: nobody can write to it.",
                    group.canonical
                ));
            }
        }
        Ok(warnings)
    }

    /// The identifiers that the question is about.
    fn asked_about(&self) -> Vec<IdentifierId> {
        let change = self.loaded.change.as_ref().map(Change::current_keys);
        let named = self.loaded.identifier.into_iter();
        named.chain(change.unwrap_or_default()).collect()
    }

    fn is_unconfirmed(&self, id: IdentifierId) -> Result<bool> {
        let sql = "SELECT unconfirmed FROM link WHERE identifier = ?1 AND state <> 'former'";
        Ok(first(self.db, sql, [id.0], |r| r.get(0))?.unwrap_or(false))
    }

    /// The contacts that the case names, dissolved ones too.
    fn named(&self) -> Result<Vec<ContactId>> {
        let sql = r#"SELECT contact FROM case_contact WHERE "case" = ?1 ORDER BY ordinal"#;
        let case = self.loaded.row.case.0;
        rows(self.db, sql, [case], |r| r.get(0).map(ContactId))
    }

    fn name(&self, id: IdentifierId) -> Result<String> {
        let named = reference(self.db, id)?;
        Ok(named.map_or(format!("identifier {id}"), |n| {
            format!("{} {}", n.kind, n.value)
        }))
    }

    /// Why there are no two sides to be joined or kept apart.
    fn one_side(&self) -> Option<Refusal> {
        if self.loaded.named < 2 {
            let detail = "the case does not name two contacts";
            return Some(Refusal::new(Code::NotApplicable, detail));
        }
        let [one] = self.sides()[..] else { return None };
        let detail = format!("all that the case names is one group already, contact {one}");
        Some(Refusal::new(Code::SameContact, detail))
    }

    /// Why the question is none any more.
    fn moot(&self) -> Option<Refusal> {
        let by = self.loaded.row.superseded_by.as_ref()?;
        let detail = format!("the case is no question any more: {by}");
        Some(Refusal::new(Code::NotApplicable, detail))
    }

    fn merge(&self) -> Result<Preview<'a>> {
        let mut preview = Preview::default();
        let mut depends = None;
        let sides = self.sides();
        let suggested = self.loaded.row.suggestion.survivor;
        let suggested = suggested.filter(|id| sides.contains(id));
        if let Some(survivor) = suggested.or(sides.first().copied()) {
            preview.say(format!(
                "Contacts {} are shown as one, contact {survivor}.",
                together(&sides)
            ));
            preview.say(
                "Nothing moves between them: each message stays where it is, and replies go on \
                 through the identifier that the conversation came through.",
            );
            let collides = self.loaded.row.kind == CaseKind::IdentityChangeCollision;
            if let Some(change) = self.loaded.change.as_ref().filter(|_| collides) {
                preview.say("The change is accepted too, and both are undone together.");
                let merged = self.named()?;
                depends = self.settle(Added::Accept(change.event), &merged, &mut preview)?;
            }
            preview.after.joined = Some((sides, survivor));
        }
        preview.refusal = match self.one_side() {
            Some(refusal) => Some(refusal),
            None => self.wall()?.or(self.moot()).or(depends),
        };
        Ok(preview)
    }

    /// A standing wall that a merge of all sides would break.
    fn wall(&self) -> Result<Option<Refusal>> {
        let members = self.loaded.groups.iter().flat_map(|g| &g.members);
        let members: Vec<ContactId> = members.copied().collect();
        let sql = "SELECT decision, a, b FROM wall WHERE a IN (SELECT value FROM json_each(?1))
                   AND b IN (SELECT value FROM json_each(?1)) ORDER BY decision, a, b LIMIT 1";
        let wall = first(self.db, sql, [list(&members)], |r| {
            Ok((
                DecisionId(r.get(0)?),
                ContactId(r.get(1)?),
                ContactId(r.get(2)?),
            ))
        })?;
        Ok(wall.map(|(by, a, b)| {
            let detail = format!(
                "decision {by} keeps contacts {a} and {b} apart; `reunite undo {by}` first, if they are one person"
            );
            Refusal {
                by_decision: Some(by),
                ..Refusal::new(Code::KeptSeparate, detail)
            }
        }))
    }

    fn keep_separate(&self) -> Result<Preview<'a>> {
        let mut preview = Preview {
            refusal: self.one_side().or(self.moot()),
            ..Preview::default()
        };
        preview.say(format!(
            "Contacts {} stay apart: a merge that would join them is refused while this stands.",
            together(&self.sides())
        ));
        preview.say("Nothing moves.");
        for id in self.asked_about() {
            let sql = "SELECT contact FROM link WHERE identifier = ?1 AND state <> 'former'";
            let holder = first(self.db, sql, [id.0], |r| r.get(0).map(ContactId))?;
            if let Some(holder) = holder {
                let holder = self.shown(holder)?;
                preview.say(format!("{} stays with contact {holder}.", self.name(id)?));
            }
        }
        Ok(preview)
    }

    /// Says what an accept or a reject does, with it also a merge of `merged`,
    /// and whether it is refused for what would become impossible.
    fn settle(
        &self,
        added: Added,
        merged: &[ContactId],
        preview: &mut Preview<'a>,
    ) -> Result<Option<Refusal>> {
        let foreseen = foresee(self.db, self.part, added)?;
        let depends = foreseen.depends(self.db, merged)?;
        self.tell(foreseen, preview)?;
        Ok(depends)
    }

    fn accept(&self) -> Result<Preview<'a>> {
        let mut preview = Preview::default();
        if let Some(change) = &self.loaded.change {
            let depends = self.settle(Added::Accept(change.event), &[], &mut preview)?;
            preview.refusal = match self.loaded.row.kind {
                CaseKind::IdentityChangeFork => self.accepted_before(change)?,
                _ => None,
            };
            preview.refusal = preview.refusal.or(depends);
        }
        Ok(preview)
    }

    fn reject(&self) -> Result<Preview<'a>> {
        let mut preview = Preview::default();
        if let Some(change) = &self.loaded.change {
            preview.refusal = self.settle(Added::Reject(change.event), &[], &mut preview)?;
        }
        Ok(preview)
    }

    /// An accepted change that leads the same ids elsewhere: one of the two only
    /// can have happened.
    fn accepted_before(&self, change: &Change) -> Result<Option<Refusal>> {
        let sql = "WITH told(change) AS (
                     SELECT change FROM claim WHERE previous_bsuid = ?1 AND previous_bsuid > 0
                     UNION SELECT change FROM claim WHERE previous_phone = ?1 AND previous_phone > 0)
                   SELECT v.change, v.decision FROM told t JOIN verdict v ON v.change = t.change
                   WHERE t.change <> ?2 AND v.accepted";
        for id in change.previous_keys() {
            let accepted = rows(self.db, sql, [id.0, change.event.0], |r| {
                Ok((EventId(r.get(0)?), DecisionId(r.get(1)?)))
            })?;
            for (other, by) in accepted {
                let other = load(self.db, other)?;
                if other.is_some_and(|other| change.contradicts(&other)) {
                    let detail = format!(
                        "decision {by} accepted a change that leads {} elsewhere; `reunite undo {by}` first",
                        self.name(id)?
                    );
                    return Ok(Some(Refusal {
                        by_decision: Some(by),
                        by_decisions: vec![by],
                        ..Refusal::new(Code::Depends, detail)
                    }));
                }
            }
        }
        Ok(None)
    }
}
