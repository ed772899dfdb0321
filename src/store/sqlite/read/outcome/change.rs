//! What an accept and a reject of a change would do: the rows' side of "Accepted"
//! and "Rejected" in the design.

use super::super::change::{self, Change};
use super::super::holder::{owner, timeline};
use super::super::query::{first, rows, time};
use super::super::route::{Move, Whose};
use super::{Held, Preview, Scene};
use crate::domain::case::CaseKind;
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, DecisionId, EventId, IdentifierId};
use crate::domain::link::LinkState;
use crate::domain::time::Timestamp;
use crate::resolve::timeline::COEXISTENCE;
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
                let other = change::load(self.db, other)?;
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
                preview.say(format!("{name} becomes former as of {at}."));
                if held.kind == Kind::Phone {
                    self.free(held, at, preview)?;
                }
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

    /// A freed phone goes to the contact that has shown it since.
    fn free(&self, phone: &Held, at: Timestamp, preview: &mut Preview) -> Result<()> {
        let sql = "SELECT e.seen_at, s.bsuid, (SELECT id FROM contact WHERE founder_event = e.id)
                   FROM sighting s JOIN event e ON e.sighting = s.id
                   WHERE s.phone = ?1 AND e.seen_at >= ?2 AND e.what <> 'change' ORDER BY e.seen_at, e.id";
        let shown = rows(self.db, sql, [phone.id.0, at.0], |r| {
            let founded = r.get::<_, Option<i64>>(2)?.map(ContactId);
            Ok((time(r, 0)?, IdentifierId(r.get(1)?), founded))
        })?;
        for (since, bsuid, founded) in shown {
            let line = timeline(self.db, bsuid)?;
            let by = line.and_then(|line| owner(&line, since));
            let to = match by.or(founded) {
                Some(other) if other == phone.contact => continue,
                Some(other) if by.is_some() => Whose::Of(self.shown(other)?),
                // The event has a number to give: it founded a contact once.
                Some(other) => Whose::Of(other),
                None if since >= at.plus(COEXISTENCE) => Whose::New,
                None => continue,
            };
            let whom = match to {
                Whose::Of(other) => format!("contact {other}"),
                _ => "a contact of its own".into(),
            };
            preview.say(format!(
                "{} goes to {whom} as of {since}, which has shown it since.",
                phone.name()
            ));
            preview.after.moves.push(Move {
                identifier: phone.id,
                since,
                to,
            });
            break;
        }
        Ok(())
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
