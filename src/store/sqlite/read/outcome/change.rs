//! What an accept and a reject of a change would do: the rows' side of "Accepted"
//! and "Rejected" in the design.

use super::super::change::Change;
use super::super::query::first;
use super::super::route::{Move, Whose};
use super::{Held, Preview, Scene};
use crate::domain::case::CaseKind;
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, DecisionId, IdentifierId};
use crate::domain::link::LinkState;
use crate::domain::time::Timestamp;
use crate::review::refusal::{Code, Refusal};
use crate::store::Result;

impl Held {
    fn came_through(&self, change: &Change) -> bool {
        self.through == Some(change.event.0)
    }
}

impl Scene<'_> {
    pub(super) fn accept(&self) -> Result<Preview> {
        let mut preview = Preview::default();
        if let Some(change) = &self.loaded.change {
            self.settle(change, &mut preview)?;
            if self.loaded.row.kind == CaseKind::IdentityChangeFork {
                preview.refusal = self.accepted_before(change)?;
            }
        }
        Ok(preview)
    }

    /// Another change of the same previous ids that is accepted: one of the two
    /// only can have happened.
    fn accepted_before(&self, change: &Change) -> Result<Option<Refusal>> {
        let sql = "WITH told(change) AS (
                     SELECT change FROM claim WHERE previous_bsuid = ?1 AND previous_bsuid > 0
                     UNION SELECT change FROM claim WHERE previous_phone = ?1 AND previous_phone > 0)
                   SELECT v.decision FROM told t JOIN verdict v ON v.change = t.change
                   WHERE t.change <> ?2 AND v.accepted LIMIT 1";
        for id in change.previous_keys() {
            let by = first(self.db, sql, [id.0, change.event.0], |r| {
                r.get(0).map(DecisionId)
            })?;
            if let Some(by) = by {
                let detail = format!(
                    "decision {by} accepted another change of {}; `reunite undo {by}` first",
                    self.name(id)?
                );
                return Ok(Some(Refusal {
                    by_decision: Some(by),
                    ..Refusal::new(Code::NotApplicable, detail)
                }));
            }
        }
        Ok(None)
    }

    /// What accepting a change does to the identifiers of its contact.
    pub(super) fn settle(&self, change: &Change, preview: &mut Preview) -> Result<()> {
        let Some(home) = self.first_home() else {
            preview.say("Nobody holds the ids before the change: nothing is linked.");
            return Ok(());
        };
        let (shown, at) = (self.shown(home)?, change.page.at);
        let current = change.current_keys();
        for id in &current {
            self.settle_current(change, *id, home, preview)?;
        }
        let (kept, left): (Vec<Held>, Vec<Held>) = self
            .held_by(home)?
            .into_iter()
            .partition(|h| current.contains(&h.id) || h.came_through(change));
        for held in kept.iter().filter(|h| !current.contains(&h.id)) {
            preview.say(format!(
                "{}, first seen beside the change, is confirmed on contact {shown}.",
                held.name()
            ));
        }
        let previous = change.previous_keys();
        let replaced =
            change.current_bsuid().is_some() || kept.iter().any(|h| h.kind == Kind::Bsuid);
        for held in &left {
            let name = held.name();
            let replaced = replaced
                && held.kind == Kind::Bsuid
                && held.scope == change.portfolio
                && held.since <= at;
            if replaced || previous.contains(&held.id) {
                let free = match held.kind {
                    Kind::Phone => ", and free unless somebody has shown it since",
                    _ => "",
                };
                preview.say(format!("{name} becomes former as of {at}{free}."));
                preview.after.ends.push(held.id);
            } else if self.is_left_unsure(change, held)? {
                preview.say(format!(
                    "{name} stays with contact {shown}, unconfirmed until it is seen with the new BSUID."
                ));
                preview.after.unsure.push(held.id);
            }
        }
        Ok(())
    }

    /// One id after the change, by the table of the design.
    fn settle_current(
        &self,
        change: &Change,
        id: IdentifierId,
        home: ContactId,
        preview: &mut Preview,
    ) -> Result<()> {
        let (name, shown, at) = (self.name(id)?, self.shown(home)?, change.page.at);
        let effect = match self.live(id)? {
            None => format!("{name} is linked to contact {shown} as of {at}."),
            Some(held) if held.contact == home => match held.state {
                LinkState::Provisional => format!("{name} is confirmed on contact {shown}."),
                _ => format!("{name} stays with contact {shown}."),
            },
            Some(held) => {
                let other = self.shown(held.contact)?;
                if self.is_recycled(change, &held)? {
                    let to = Whose::Of(shown);
                    preview.after.moves.push(Move {
                        identifier: id,
                        since: at,
                        to,
                    });
                    format!("{name} goes from contact {other} to contact {shown} as of {at}.")
                } else {
                    format!("{name} stays with contact {other}.")
                }
            }
        };
        preview.say(effect);
        Ok(())
    }

    /// The phone after the change is on a contact with a BSUID of its own.
    fn is_recycled(&self, change: &Change, held: &Held) -> Result<bool> {
        if change.current_phone() != Some(held.id) {
            return Ok(false);
        }
        let mut bsuids = self.held_by(held.contact)?;
        bsuids.retain(|h| h.kind == Kind::Bsuid);
        let new = change.current_bsuid();
        Ok(!bsuids.is_empty() && bsuids.iter().all(|h| Some(h.id) != new))
    }

    /// A phone that the change does not name, and that was not seen with the
    /// BSUID after it.
    fn is_left_unsure(&self, change: &Change, held: &Held) -> Result<bool> {
        let Some(bsuid) = change.current_bsuid() else {
            return Ok(false);
        };
        if held.kind != Kind::Phone || held.since > change.page.at {
            return Ok(false);
        }
        let sql = "SELECT 1 FROM sighting WHERE bsuid = ?1 AND phone = ?2 LIMIT 1";
        Ok(first(self.db, sql, [bsuid.0, held.id.0], |_| Ok(()))?.is_none())
    }

    pub(super) fn reject(&self) -> Result<Preview> {
        let mut preview = Preview::default();
        let Some(change) = &self.loaded.change else {
            return Ok(preview);
        };
        let home = self.first_home();
        let mut own = match home {
            Some(home) => self.held_by(home)?,
            None => Vec::new(),
        };
        own.retain(|h| h.came_through(change));
        let mut others: Vec<ContactId> = Vec::new();
        let current = change.current_keys().into_iter();
        for id in current.filter(|id| own.iter().all(|h| h.id != *id)) {
            let Some(held) = self.live(id)? else {
                preview.say(format!("{} gets a contact of its own.", self.name(id)?));
                continue;
            };
            let other = self.shown(held.contact)?;
            preview.say(format!("{} stays with contact {other}.", held.name()));
            if Some(held.contact) != home {
                others.push(other);
            }
        }
        for held in &own {
            let name = held.name();
            // With its BSUID on another contact, a new phone goes there.
            let to = match others.first() {
                Some(other) if held.kind == Kind::Phone => Whose::Of(*other),
                _ => Whose::New,
            };
            preview.say(match to {
                Whose::Of(other) => {
                    format!("{name} goes to contact {other}, with its messages.")
                }
                _ => format!("{name} gets a contact of its own, with its messages."),
            });
            preview.after.moves.push(Move {
                identifier: held.id,
                since: Timestamp(i64::MIN),
                to,
            });
        }
        if let Some(home) = home {
            preview.say(format!(
                "Contact {} keeps what it held before the change, and is kept apart from the other side.",
                self.shown(home)?
            ));
        }
        Ok(preview)
    }
}
