//! What a relink would do. The operator names identifier, contact and time;
//! here it is shown for those that are suggested, or most plausible.

use super::super::decision::together;
use super::super::query::first;
use super::super::route::{Move, Whose};
use super::{Preview, Scene};
use crate::domain::case::{CaseKind, Target};
use crate::domain::identifier::Named;
use crate::domain::ids::IdentifierId;
use crate::domain::time::Timestamp;
use crate::review::refusal::{Code, Refusal};
use crate::store::Result;

/// Which relink is shown; what is `None` is for the operator to name.
struct Relinked {
    identifier: Option<IdentifierId>,
    to: Option<Target>,
    since: Timestamp,
}

impl Scene<'_> {
    pub(super) fn relink(&self) -> Result<Preview> {
        let mut preview = Preview::default();
        let shown = self.most_plausible()?;
        let since = shown.since;
        let Some(id) = shown.identifier else {
            preview.say(format!(
                "The identifier that you name goes to the contact that you name, as of the time that you name \
                 (else {since}), with the messages that came through it since."
            ));
            preview.say("The contact that has it and the one that gets it are kept apart.");
            return Ok(preview);
        };
        let name = self.name(id)?;
        let to = match shown.to {
            Some(Target::Contact(to)) => format!("contact {to}"),
            Some(Target::New) => "a new contact".into(),
            None => "the contact that you name".into(),
        };
        let whose = match shown.to {
            Some(Target::Contact(to)) => Some(Whose::Of(to)),
            Some(Target::New) => Some(Whose::New),
            None => None,
        };
        let then = format!("to {to} as of {since}, with the messages that came through it since.");
        if let Some(held) = self.live(id)? {
            let from = self.shown(held.contact)?;
            if whose == Some(Whose::Of(from)) {
                let detail = format!("{name} is contact {from}'s already");
                preview.refusal = Some(Refusal::new(Code::SameContact, detail));
            }
            preview.say(format!("{name} goes from contact {from} {then}"));
            preview.say(format!("Contact {from} and {to} are kept apart."));
            let mut left = self.held_by(held.contact)?;
            left.retain(|h| h.id != id);
            let left: Vec<String> = left.iter().map(super::Held::name).collect();
            preview.say(match left.as_slice() {
                [] => format!("Contact {} is left without an identifier.", held.contact),
                left => format!("Contact {} keeps {}.", held.contact, together(left)),
            });
        } else {
            preview.say(format!("{name} goes {then}"));
        }
        preview.after.moves.extend(whose.map(|to| Move {
            identifier: id,
            since,
            to,
        }));
        Ok(preview)
    }

    /// The suggested relink; else what is in dispute, to the side that does not
    /// have it. What a change brought is somebody else's then, whom the rows
    /// do not name.
    fn most_plausible(&self) -> Result<Relinked> {
        let row = &self.loaded.row;
        let named = row.suggestion.identifier.as_deref();
        if let Some(named) = named.and_then(|text| Named::parse(text).ok())
            && let Some(id) = self.find(&named)?
        {
            return Ok(Relinked {
                identifier: Some(id),
                to: row.suggestion.to,
                since: row.suggestion.since.unwrap_or(row.opened_at),
            });
        }
        let sides = self.sides();
        let (identifier, to) = if let Some(change) = &self.loaded.change {
            let to = match row.kind {
                CaseKind::IdentityChange => Some(Target::New),
                CaseKind::IdentityChangeOrphan => None,
                _ => sides.first().copied().map(Target::Contact),
            };
            (change.current_keys().first().copied(), to)
        } else {
            let identifier = self.loaded.identifier;
            let holder = match identifier {
                Some(id) => self.live(id)?,
                None => None,
            };
            let holder = holder.map(|h| self.shown(h.contact)).transpose()?;
            let other = sides.iter().find(|side| Some(**side) != holder);
            let to = other.or(sides.first()).copied().map(Target::Contact);
            (identifier, to)
        };
        Ok(Relinked {
            identifier,
            to,
            since: row.opened_at,
        })
    }

    fn find(&self, named: &Named) -> Result<Option<IdentifierId>> {
        let sql = "SELECT i.id FROM identifier i LEFT JOIN portfolio p ON p.id = i.scope
                   WHERE i.kind = ?1 AND i.value = ?2 AND (?3 IS NULL OR p.name = ?3) LIMIT 1";
        let by = (named.kind.as_str(), &named.value, &named.portfolio);
        first(self.db, sql, by, |r| r.get(0).map(IdentifierId))
    }
}
