//! What each answer to a case would do, in sentences, read off the rows as
//! they are now. It is a preview, not the plan: what is written is worked out
//! by the resolver when the answer is given.
//!
//! Merge and keep separate are here; what becomes of a change is in `change`,
//! and a relink in `relink`.

mod change;
mod relink;

use super::cases::Loaded;
use super::change::{Change, reference};
use super::decision::together;
use super::group::canonical;
use super::query::{first, list, rows, time, word};
use super::route::{After, Thread, routes};
use crate::domain::case::{Action, CaseState};
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, DecisionId, IdentifierId, PortfolioId};
use crate::domain::link::LinkState;
use crate::domain::time::Timestamp;
use crate::review::page::{DecisionRow, Outcome};
use crate::review::refusal::{Code, Refusal};
use crate::store::Result;
use rusqlite::Connection;

/// An answer's effects, and why it would be refused for what it is.
#[derive(Default)]
struct Preview {
    effects: Vec<String>,
    after: After,
    refusal: Option<Refusal>,
}

impl Preview {
    fn say(&mut self, effect: impl Into<String>) {
        self.effects.push(effect.into());
    }
}

/// A live link.
struct Held {
    id: IdentifierId,
    kind: Kind,
    value: String,
    scope: PortfolioId,
    contact: ContactId,
    state: LinkState,
    since: Timestamp,
    through: Option<i64>,
}

impl Held {
    fn name(&self) -> String {
        format!("{} {}", self.kind, self.value)
    }
}

/// One outcome for each answer that the kind has, besides defer.
pub(super) fn all(
    db: &Connection,
    loaded: &Loaded,
    threads: &[Thread],
    decisions: &[DecisionRow],
) -> Result<Vec<Outcome>> {
    let scene = Scene { db, loaded };
    let answered = already_decided(loaded, decisions);
    let mut outcomes = Vec::new();
    for action in loaded.row.kind.answers() {
        let preview = match action {
            Action::Merge => scene.merge()?,
            Action::Relink => scene.relink()?,
            Action::KeepSeparate => scene.keep_separate()?,
            Action::Accept => scene.accept()?,
            Action::Reject => scene.reject()?,
            _ => continue,
        };
        outcomes.push(Outcome {
            action: *action,
            effects: preview.effects,
            routes: routes(threads, &preview.after),
            refusal: answered.clone().or(preview.refusal),
        });
    }
    Ok(outcomes)
}

fn already_decided(loaded: &Loaded, decisions: &[DecisionRow]) -> Option<Refusal> {
    if loaded.row.state != CaseState::Resolved {
        return None;
    }
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
}

impl Scene<'_> {
    /// The canonical contacts.
    fn sides(&self) -> Vec<ContactId> {
        self.loaded.groups.iter().map(|g| g.canonical).collect()
    }

    /// The contact that the case names first: of a change, the one before it.
    fn first_home(&self) -> Option<ContactId> {
        let side = self.loaded.row.contacts.first()?;
        side.homes.first().copied()
    }

    fn shown(&self, contact: ContactId) -> Result<ContactId> {
        Ok(canonical(self.db, contact)?.unwrap_or(contact))
    }

    /// What a contact holds now.
    fn held_by(&self, contact: ContactId) -> Result<Vec<Held>> {
        self.holdings("contact", contact.0)
    }

    /// The live link of an identifier.
    fn live(&self, id: IdentifierId) -> Result<Option<Held>> {
        Ok(self.holdings("identifier", id.0)?.into_iter().next())
    }

    fn holdings(&self, column: &str, id: i64) -> Result<Vec<Held>> {
        let sql = format!(
            "SELECT i.id, i.kind, i.value, i.scope, l.contact, l.state, l.since, l.through
             FROM link l JOIN identifier i ON i.id = l.identifier
             WHERE l.{column} = ?1 AND l.state <> 'former' ORDER BY i.kind, l.since"
        );
        rows(self.db, &sql, [id], |r| {
            Ok(Held {
                id: IdentifierId(r.get(0)?),
                kind: word(r, 1, Kind::parse)?,
                value: r.get(2)?,
                scope: PortfolioId(r.get(3)?),
                contact: ContactId(r.get(4)?),
                state: word(r, 5, LinkState::parse)?,
                since: time(r, 6)?,
                through: r.get(7)?,
            })
        })
    }

    fn name(&self, id: IdentifierId) -> Result<String> {
        let named = reference(self.db, id)?;
        Ok(named.map_or(format!("identifier {id}"), |n| {
            format!("{} {}", n.kind, n.value)
        }))
    }

    /// Why there are no two sides to be joined or kept apart.
    fn one_side(&self) -> Option<Refusal> {
        let detail = match self.sides().as_slice() {
            [] => "the case names no contact".into(),
            [one] => format!("all that the case names is contact {one} already"),
            _ => return None,
        };
        Some(Refusal::new(Code::SameContact, detail))
    }

    fn merge(&self) -> Result<Preview> {
        let mut preview = Preview::default();
        let sides = self.sides();
        let suggested = self.loaded.row.suggestion.survivor;
        let suggested = suggested.filter(|id| sides.contains(id));
        if let Some(survivor) = suggested.or(sides.first().copied()) {
            preview.say(format!(
                "Contacts {} are shown as one, contact {survivor}.",
                together(&sides)
            ));
            preview.say(
                "Nothing moves: each identifier and message stays where it is, and replies go on \
                 through the identifier that the conversation came through.",
            );
            if let Some(change) = &self.loaded.change {
                preview.say("The change is accepted too, and both are undone together.");
                self.settle(change, &mut preview)?;
            }
            preview.after.joined = Some((sides, survivor));
        }
        preview.refusal = match self.one_side() {
            Some(refusal) => Some(refusal),
            None => self.wall()?,
        };
        Ok(preview)
    }

    /// A standing wall that a merge of all sides would break.
    fn wall(&self) -> Result<Option<Refusal>> {
        let members = self.loaded.groups.iter().flat_map(|g| &g.members);
        let members: Vec<ContactId> = members.copied().collect();
        let sql = "SELECT decision, a, b FROM wall WHERE a IN (SELECT value FROM json_each(?1))
                   AND b IN (SELECT value FROM json_each(?1)) ORDER BY decision LIMIT 1";
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

    fn keep_separate(&self) -> Result<Preview> {
        let mut preview = Preview {
            refusal: self.one_side(),
            ..Preview::default()
        };
        preview.say(format!(
            "Contacts {} stay apart: a merge that would join them is refused while this stands.",
            together(&self.sides())
        ));
        preview.say("Nothing moves.");
        let change = self.loaded.change.as_ref();
        let current = change.map(Change::current_keys).unwrap_or_default();
        for id in self.loaded.identifier.into_iter().chain(current) {
            if let Some(held) = self.live(id)? {
                let holder = self.shown(held.contact)?;
                preview.say(format!("{} stays with contact {holder}.", held.name()));
            }
        }
        Ok(preview)
    }
}
