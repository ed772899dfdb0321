//! What a relink would do. The operator names identifier, contact and time;
//! here it is shown for those that are suggested, or most plausible.

use super::super::group::canonical;
use super::super::holder::timeline;
use super::super::query::first;
use super::super::route::Whose;
use super::effects::capital;
use super::foresee::{Added, foresee};
use super::{Preview, Scene};
use crate::domain::case::{CaseKind, Target};
use crate::domain::identifier::{Kind, Named};
use crate::domain::ids::{ContactId, IdentifierId};
use crate::domain::time::Timestamp;
use crate::review::refusal::{Code, Refusal};
use crate::store::Result;

/// Which relink is shown; what is `None` is for the operator to name.
pub(super) struct Relinked {
    pub(super) identifier: Option<IdentifierId>,
    pub(super) to: Option<Target>,
    since: Timestamp,
}

impl<'a> Scene<'a> {
    pub(super) fn relink(&self, shown: &Relinked) -> Result<Preview<'a>> {
        let mut preview = Preview {
            refusal: self.moot(),
            ..Preview::default()
        };
        let Relinked {
            identifier,
            to,
            since,
        } = *shown;
        let (Some(identifier), Some(to)) = (identifier, to) else {
            let name = match identifier {
                Some(id) => self.name(id)?,
                None => "The identifier that you name".into(),
            };
            preview.say(format!(
                "{name} goes to the contact that you name, as of the time that you name (else {since})."
            ));
            preview.say("The contact that has it and the one that gets it are kept apart.");
            return Ok(preview);
        };
        let to = match to {
            Target::Contact(to) => Some(to),
            Target::New => None,
        };
        let from = self.holder(identifier)?;
        if let (Some(from), Some(to)) = (from, to)
            && self.shown(from)? == to
        {
            let detail = format!("{} is contact {to}'s already", self.name(identifier)?);
            preview.say(format!("{detail}."));
            preview.refusal = preview
                .refusal
                .or(Some(Refusal::new(Code::SameContact, detail)));
            return Ok(preview);
        }
        let added = Added::Relink {
            identifier,
            to,
            since,
        };
        let foreseen = foresee(self.db, self.part, added)?;
        preview.refusal = preview.refusal.or(foreseen.depends(self.db, &[])?);
        self.tell(foreseen, &mut preview)?;
        preview.say("The messages that came through it since then follow.");
        if let Some(from) = from {
            let from = Whose::Of(self.shown(from)?);
            let to = to.map_or(Whose::New, Whose::Of);
            preview.say(format!("{} and {to} are kept apart.", capital(from)));
        }
        Ok(preview)
    }

    /// Who has an identifier: its live link's contact, or the last one of a BSUID.
    fn holder(&self, id: IdentifierId) -> Result<Option<ContactId>> {
        let Some(line) = timeline(self.db, id)? else {
            return Ok(None);
        };
        let last = line.links.last().filter(|_| line.ident.kind == Kind::Bsuid);
        Ok(line.live().or(last).map(|link| link.contact))
    }

    /// The suggested relink; else what is in dispute, to the side that does not
    /// have it. What a change brought is somebody else's then, whom the rows
    /// do not name.
    pub(super) fn most_plausible(&self) -> Result<Relinked> {
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
                Some(id) => self.holder(id)?,
                None => None,
            };
            let holder = match holder {
                Some(holder) => canonical(self.db, holder)?,
                None => None,
            };
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
