//! One event against the item that it was read from.

use super::super::ingest::{item_key, key_with_ids, time};
use super::kept::{Kept, Word};
use crate::domain::fact::{ChangeClaim, Fact, Item, Message, Reading, Seen, Side, Surface, What};
use crate::domain::identifier::{Bsuid, Kind, PhoneKey};
use crate::domain::time::Timestamp;
use crate::resolve::variant::is_variant;
use crate::store::Result;

/// An event as it is stored.
pub(super) struct Row {
    pub(super) id: i64,
    /// Block, start, length.
    pub(super) place: (i64, i64, i64),
    surface: String,
    what: String,
    founds: bool,
    pub(super) pointer: String,
    direction: String,
    kind: String,
    pub(super) at: i64,
    pub(super) seen_at: i64,
    pub(super) arrived: i64,
    pub(super) sighting: Option<i64>,
    pub(super) name: Option<(String, bool)>,
    message: Option<String>,
    body: Option<String>,
    /// Of its conversation: the identifier, the thread, the business number.
    conversation: Option<(i64, String, Option<String>)>,
}

impl Row {
    pub(super) fn is_imported(&self) -> bool {
        self.surface == Surface::Import.as_str()
    }
}

/// The columns of [`stored`].
pub(super) const ALL: &str = "SELECT e.id, e.payload, e.start, e.length, coalesce(h.surface, ''), coalesce(h.what, ''),
    coalesce(h.founds, 0), coalesce(h.pointer, ''), coalesce(h.direction, ''), coalesce(h.kind, ''), e.at, e.seen_at,
    e.arrived, e.sighting, n.raw, n.book, e.message, e.body, e.conversation, c.identifier, c.thread, k.phone_number_id
  FROM event e LEFT JOIN shape h ON h.id = e.shape LEFT JOIN name n ON n.id = e.name
    LEFT JOIN conversation c ON c.id = e.conversation LEFT JOIN channel k ON k.id = c.channel ORDER BY e.id";

pub(super) fn stored(r: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let name: Option<String> = r.get(14)?;
    let conversation = match r.get::<_, Option<i64>>(18)? {
        Some(_) => {
            let (through, thread): (Option<i64>, Option<String>) = (r.get(19)?, r.get(20)?);
            // One that is gone is nobody's.
            Some((
                through.unwrap_or(-1),
                thread.unwrap_or_default(),
                r.get(21)?,
            ))
        }
        None => None,
    };
    Ok(Row {
        id: r.get(0)?,
        place: (r.get(1)?, r.get(2)?, r.get(3)?),
        surface: r.get(4)?,
        what: r.get(5)?,
        founds: r.get(6)?,
        pointer: r.get(7)?,
        direction: r.get(8)?,
        kind: r.get(9)?,
        at: r.get(10)?,
        seen_at: r.get(11)?,
        arrived: r.get(12)?,
        sighting: r.get(13)?,
        name: name
            .map(|raw| Ok::<_, rusqlite::Error>((raw, r.get(15)?)))
            .transpose()?,
        message: r.get(16)?,
        body: r.get(17)?,
        conversation,
    })
}

/// The identifiers of a set, in the order of its columns.
type Set<'a> = [Option<Word<'a>>; 6];

fn bsuid(id: Option<&Bsuid>) -> Option<Word<'_>> {
    id.map(|id| (Kind::Bsuid, id.as_str(), id.is_well_formed()))
}

fn phone(id: Option<&PhoneKey>) -> Option<Word<'_>> {
    id.map(|id| (Kind::Phone, id.as_str(), true))
}

fn parent(id: Option<&crate::domain::identifier::ParentBsuid>) -> Option<Word<'_>> {
    id.map(|id| (Kind::ParentBsuid, id.as_str(), true))
}

fn username(seen: &Seen) -> Option<Word<'_>> {
    let name = seen.username.as_ref();
    name.map(|name| (Kind::Username, name.as_str(), true))
}

fn side(side: &Side) -> [Option<Word<'_>>; 3] {
    [
        bsuid(side.bsuid.as_ref()),
        parent(side.parent.as_ref()),
        phone(side.phone.as_ref()),
    ]
}

/// What was seen, as the intake keeps it.
fn set(seen: &Seen) -> Set<'_> {
    let variant = match (&seen.phone, &seen.second_phone) {
        (Some(a), Some(b)) if is_variant(a.as_str(), b.as_str()) => Some(b),
        _ => None,
    };
    [
        bsuid(seen.bsuid.as_ref()),
        phone(seen.phone.as_ref()),
        phone(variant),
        phone(seen.attested.as_ref()),
        parent(seen.parent.as_ref()),
        username(seen),
    ]
}

impl Kept<'_> {
    /// What differs between an event and what its delivery says in that place.
    pub(super) fn differs(
        &mut self,
        row: &Row,
        item: &Item,
        text: &str,
    ) -> Result<Option<&'static str>> {
        let fact = match &item.reading {
            Reading::Quarantined(_) => return Ok(Some("it cannot be read")),
            Reading::Unrecognised(_) => {
                let same =
                    row.what == "unrecognised" && row.sighting.is_none() && row.message.is_none();
                let at_arrival = row.at == row.arrived && row.seen_at == row.arrived;
                let known = same && at_arrival && self.key(&item_key(item, text))? == Some(row.id);
                return Ok((!known).then_some("nothing in it is recognised"));
            }
            Reading::Fact(fact) => fact,
        };
        if row.surface != fact.surface.as_str() {
            return Ok(Some("its surface"));
        }
        let name = match (&fact.seen.book_name, &fact.seen.name) {
            (Some(book), _) => Some((book.as_str(), true)),
            (None, profile) => profile.as_ref().map(|name| (name.as_str(), false)),
        };
        if row.name.as_ref().map(|(raw, book)| (raw.as_str(), *book)) != name {
            return Ok(Some("its name"));
        }
        let at = time(fact, Timestamp(row.arrived));
        let first = self.key(&fact.key)?;
        if let What::Change(claim) = &fact.what {
            return self.change(row, fact, claim, (at, first));
        }
        let new = first == Some(row.id);
        let adds = first.is_some_and(|first| first < row.id);
        let known = new || adds && self.key(&key_with_ids(fact))? == Some(row.id);
        if !known {
            return Ok(Some("its key"));
        }
        let seen_at = if fact.seen_on_arrival {
            row.arrived
        } else {
            at.0
        };
        if (row.at, row.seen_at) != (at.0, seen_at) {
            return Ok(Some("its time"));
        }
        let (what, founds) = match &fact.what {
            What::Message(_) if new => ("message", true),
            What::Status { status, .. } => {
                (if new { "status" } else { "sighting" }, status != "failed")
            }
            What::Sighting { founds } => ("sighting", *founds),
            What::Nothing => ("nothing", true),
            What::Message(_) | What::Change(_) => ("sighting", true),
        };
        if (row.what.as_str(), row.founds) != (what, founds) {
            return Ok(Some("what it tells"));
        }
        if !self.shows(row, fact, &set(&fact.seen))? {
            return Ok(Some("its identifiers"));
        }
        let message = match &fact.what {
            What::Message(message) if new => Some(message),
            _ => None,
        };
        self.message(row, fact, message)
    }

    /// The rows of a message and its conversation.
    fn message(
        &mut self,
        row: &Row,
        fact: &Fact,
        message: Option<&Message>,
    ) -> Result<Option<&'static str>> {
        let Some(message) = message else {
            let none = row.message.is_none() && row.body.is_none() && row.conversation.is_none();
            return Ok((!none).then_some("it is no message"));
        };
        if row.message.as_deref() != Some(message.id.as_str()) {
            return Ok(Some("the id of its message"));
        }
        if row.body.as_deref() != Some(message.text.as_str()) {
            return Ok(Some("its text"));
        }
        if (row.direction.as_str(), row.kind.as_str())
            != (message.direction.as_str(), &*message.kind)
        {
            return Ok(Some("the kind of its message"));
        }
        let (through, thread) = match (&message.group, &message.thread) {
            (Some(group), _) => (0, format!("group:{group}")),
            (None, thread) => (
                self.through(row.sighting)?,
                thread.clone().unwrap_or_default(),
            ),
        };
        let number = fact.channel.phone_number_id.as_deref().unwrap_or_default();
        let same = row.conversation.as_ref().is_some_and(|(by, of, on)| {
            *by == through && *of == thread && on.as_deref() == Some(number)
        });
        Ok((!same).then_some("its conversation"))
    }

    fn change(
        &mut self,
        row: &Row,
        fact: &Fact,
        claim: &ChangeClaim,
        (at, first): (Timestamp, Option<i64>),
    ) -> Result<Option<&'static str>> {
        if first.is_none_or(|first| first > row.id) {
            return Ok(Some("its key"));
        }
        if row.what != "change" || row.founds || row.conversation.is_some() {
            return Ok(Some("what it tells"));
        }
        if (row.at, row.seen_at) != (at.0, at.0) {
            return Ok(Some("its time"));
        }
        let ([b, p, n], before) = (side(&claim.current), side(&claim.previous));
        let shown = [b, n, None, None, p, username(&fact.seen)];
        if !self.shows(row, fact, &shown)? || !self.claims(row, claim.kind, (before, [b, p, n]))? {
            return Ok(Some("its identifiers"));
        }
        Ok(None)
    }
}
