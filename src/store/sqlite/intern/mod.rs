//! Row numbers for what comes in again and again: identifiers, sets, names,
//! conversations. New ones get their number here and their row at the end of
//! the batch, in the order of the index that they go into: a row here and a
//! row there would touch every page of it.
//!
//! A long intake knows everything that the store holds ([`Interner::learn`]);
//! a short one asks the store for what it does not know.

mod learn;
mod rows;

pub(super) use rows::seal;

use super::across::Twins;
use super::load::named;
use super::mark::{ByMark, Marks, Rows};
use super::number::Numbers;
use crate::domain::fact::{Seen, Side};
use crate::domain::identifier::{Bsuid, Kind, ParentBsuid, PhoneKey, Username};
use crate::domain::ids::{IdentifierId, PortfolioId, SightingId};
use crate::resolve::entry::{Ident, Ids, Name};
use crate::resolve::variant::{is_variant, other_form};
use crate::store::Result;
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::Arc;

/// The identifiers of one sighting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Set {
    pub(super) portfolio: i64,
    pub(super) bsuid: Option<Ident>,
    pub(super) phone: Option<Ident>,
    pub(super) variant: Option<Ident>,
    pub(super) attested: Option<Ident>,
    pub(super) parent: Option<Ident>,
    pub(super) username: Option<Ident>,
}

impl Set {
    /// Row numbers in the order of the table's columns; 0 for none.
    pub(super) fn row(&self) -> [i64; 6] {
        [
            self.bsuid,
            self.phone,
            self.variant,
            self.attested,
            self.parent,
            self.username,
        ]
        .map(|ident| ident.map_or(0, |i| i.id.0))
    }
}

/// What has a row. One table holds all kinds, since a table of each would have
/// half of its places empty at another moment.
#[derive(Hash)]
enum Thing<'a> {
    /// Kind, value, scope.
    Ident(Kind, &'a str, i64),
    /// Portfolio, then the rows of the identifiers.
    Set(&'a [i64; 7]),
    /// The identifier that it comes through, channel, thread.
    Conversation(i64, i64, &'a str),
}

struct NewIdent {
    kind: &'static str,
    value: Box<str>,
    scope: i64,
    id: i64,
    well_formed: bool,
}

/// What is known by number, for as long as one writer goes on.
pub(super) struct Interner {
    marks: Marks,
    /// Everything that the store holds is known here.
    complete: bool,
    /// Identifiers, sets and conversations.
    rows: Rows,
    twins: Twins,
    names: ByMark<(i64, Arc<Name>)>,
    pub(super) numbers: Numbers,
    /// The first identifier that was new: nothing in the store is connected
    /// with it or those after it.
    first_new: i64,
    next_ident: i64,
    next_set: i64,
    next_name: i64,
    next_conversation: i64,
    new_idents: Vec<NewIdent>,
    new_sets: Vec<([i64; 7], i64)>,
    new_names: Vec<(i64, Arc<Name>)>,
    new_conversations: Vec<(i64, i64, Box<str>, i64)>,
}

fn next(db: &Connection, table: &str) -> Result<i64> {
    let sql = format!("SELECT coalesce(max(id), 0) + 1 FROM {table}");
    Ok(db.query_row(&sql, [], |r| r.get(0))?)
}

impl Interner {
    /// Knows nothing but the numbers of the business itself, and how far the
    /// store has counted.
    pub(super) fn start(db: &Connection) -> Result<Self> {
        let next_ident = next(db, "identifier")?;
        let (next_set, next_name) = (next(db, "sighting")?, next(db, "name")?);
        let next_conversation = next(db, "conversation")?;
        let nexts = [next_ident, next_set, next_name, next_conversation];
        Ok(Self {
            marks: Marks::default(),
            // A name, or a group, may have come without any identifier.
            complete: nexts == [1; 4],
            rows: Rows::default(),
            twins: Twins::default(),
            names: ByMark::default(),
            numbers: Numbers::start(db)?,
            first_new: next_ident,
            next_ident,
            next_set,
            next_name,
            next_conversation,
            new_idents: Vec::new(),
            new_sets: Vec::new(),
            new_names: Vec::new(),
            new_conversations: Vec::new(),
        })
    }

    /// The number that the next new identifier gets.
    pub(super) fn stored(&self) -> i64 {
        self.next_ident
    }

    /// How many rows are kept in memory.
    pub(super) fn known(&self) -> usize {
        self.rows.len()
    }

    /// Whether an identifier was new to the store when this began.
    pub(super) fn is_new(&self, ident: IdentifierId) -> bool {
        ident.0 >= self.first_new
    }

    /// What is known by now may be connected with something in the store.
    pub(super) fn all_are_stored(&mut self) {
        self.first_new = self.next_ident;
    }

    /// Whether nothing has to be asked.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// The two forms of each phone, where all phones are known here.
    pub(super) fn twins(&self) -> Option<&Twins> {
        self.complete.then_some(&self.twins)
    }

    /// Remembers the other form of a phone, if that was met.
    fn pair(&mut self, kind: Kind, value: &str, id: i64) {
        let other = Some(value).filter(|_| kind == Kind::Phone);
        let Some(other) = other.and_then(other_form) else {
            return;
        };
        let mark = self.marks.of(&Thing::Ident(kind, &other, 0));
        if let Some(other) = self.rows.get(mark) {
            let (a, b) = (IdentifierId(id), IdentifierId(other));
            let pair = (a.min(b), a.max(b));
            self.twins.extend([(a, pair), (b, pair)]);
        }
    }

    fn ident(
        &mut self,
        db: &Connection,
        kind: Kind,
        value: &str,
        well_formed: bool,
        portfolio: PortfolioId,
    ) -> Result<Ident> {
        let scope = if kind.is_scoped() {
            portfolio
        } else {
            PortfolioId(0)
        };
        let mark = self.marks.of(&Thing::Ident(kind, value, scope.0));
        let known = match self.rows.get(mark) {
            None if !self.complete => {
                let sql = "SELECT id FROM identifier WHERE kind = ?1 AND value = ?2 AND scope = ?3";
                db.prepare_cached(sql)?
                    .query_row(params![kind.as_str(), value, scope.0], |r| r.get(0))
                    .optional()?
                    .inspect(|id| {
                        self.rows.insert(mark, *id);
                    })
            }
            known => known,
        };
        let id = known.unwrap_or_else(|| {
            let id = self.next_ident;
            self.next_ident += 1;
            self.rows.insert(mark, id);
            self.pair(kind, value, id);
            self.new_idents.push(NewIdent {
                kind: kind.as_str(),
                value: value.into(),
                scope: scope.0,
                id,
                well_formed,
            });
            id
        });
        Ok(Ident::new(IdentifierId(id), kind, scope, well_formed))
    }

    fn phone(&mut self, db: &Connection, phone: Option<&PhoneKey>) -> Result<Option<Ident>> {
        let phone = phone.filter(|p| !self.numbers.is_business(p.as_str()));
        phone
            .map(|p| self.ident(db, Kind::Phone, p.as_str(), true, PortfolioId(0)))
            .transpose()
    }

    fn bsuid(
        &mut self,
        db: &Connection,
        bsuid: Option<&Bsuid>,
        portfolio: PortfolioId,
    ) -> Result<Option<Ident>> {
        bsuid
            .map(|b| self.ident(db, Kind::Bsuid, b.as_str(), b.is_well_formed(), portfolio))
            .transpose()
    }

    fn label(&mut self, db: &Connection, kind: Kind, value: Option<&str>) -> Result<Option<Ident>> {
        value
            .map(|v| self.ident(db, kind, v, true, PortfolioId(0)))
            .transpose()
    }

    /// The set of what was seen. The number of a business is never a person's;
    /// a second phone counts only as the variant of the first.
    pub(super) fn set(
        &mut self,
        db: &Connection,
        seen: &Seen,
        portfolio: PortfolioId,
    ) -> Result<Set> {
        let variant = match (&seen.phone, &seen.second_phone) {
            (Some(a), Some(b)) if is_variant(a.as_str(), b.as_str()) => Some(b),
            _ => None,
        };
        Ok(Set {
            portfolio: portfolio.0,
            phone: self.phone(db, seen.phone.as_ref())?,
            variant: self.phone(db, variant)?,
            attested: self.phone(db, seen.attested.as_ref())?,
            bsuid: self.bsuid(db, seen.bsuid.as_ref(), portfolio)?,
            parent: self.label(
                db,
                Kind::ParentBsuid,
                seen.parent.as_ref().map(ParentBsuid::as_str),
            )?,
            username: self.label(
                db,
                Kind::Username,
                seen.username.as_ref().map(Username::as_str),
            )?,
        })
    }

    /// One side of a change.
    pub(super) fn ids(
        &mut self,
        db: &Connection,
        side: &Side,
        portfolio: PortfolioId,
    ) -> Result<Ids> {
        Ok(Ids {
            phone: self.phone(db, side.phone.as_ref())?,
            bsuid: self.bsuid(db, side.bsuid.as_ref(), portfolio)?,
            parent: self.label(
                db,
                Kind::ParentBsuid,
                side.parent.as_ref().map(ParentBsuid::as_str),
            )?,
        })
    }

    pub(super) fn sighting(&mut self, db: &Connection, set: &Set) -> Result<SightingId> {
        let [bsuid, phone, variant, attested, parent, username] = set.row();
        let row = [
            set.portfolio,
            bsuid,
            phone,
            variant,
            attested,
            parent,
            username,
        ];
        let mark = self.marks.of(&Thing::Set(&row));
        let known = match self.rows.get(mark) {
            None if !self.complete => db
                .prepare_cached(
                    "SELECT id FROM sighting WHERE portfolio = ?1 AND bsuid = ?2 AND phone = ?3 AND variant = ?4
                     AND attested = ?5 AND parent = ?6 AND username = ?7",
                )?
                .query_row(row, |r| r.get(0))
                .optional()?
                .inspect(|id| {
                    self.rows.insert(mark, *id);
                }),
            known => known,
        };
        Ok(SightingId(known.unwrap_or_else(|| {
            let id = self.next_set;
            self.next_set += 1;
            self.rows.insert(mark, id);
            self.new_sets.push((row, id));
            id
        })))
    }

    pub(super) fn name(
        &mut self,
        db: &Connection,
        seen: &Seen,
    ) -> Result<Option<(i64, Arc<Name>)>> {
        let (raw, book) = match (&seen.book_name, &seen.name) {
            (Some(book), _) => (book, true),
            (None, Some(profile)) => (profile, false),
            (None, None) => return Ok(None),
        };
        let mark = self.marks.of(&(raw.as_str(), book));
        if let Some(known) = self.names.get(&mark) {
            return Ok(Some(known.clone()));
        }
        let stored = if self.complete {
            None
        } else {
            db.prepare_cached("SELECT id FROM name WHERE raw = ?1 AND book = ?2")?
                .query_row(params![raw.as_str(), book], |r| r.get::<_, i64>(0))
                .optional()?
        };
        let name = Arc::new(named(raw.to_string(), book));
        let entry = if let Some(id) = stored {
            (id, name)
        } else {
            let id = self.next_name;
            self.next_name += 1;
            self.new_names.push((id, Arc::clone(&name)));
            (id, name)
        };
        self.names.insert(mark, entry.clone());
        Ok(Some(entry))
    }

    /// The conversation of a message.
    pub(super) fn conversation(
        &mut self,
        db: &Connection,
        through: i64,
        channel: i64,
        thread: &str,
    ) -> Result<i64> {
        let mark = self
            .marks
            .of(&Thing::Conversation(through, channel, thread));
        let known = match self.rows.get(mark) {
            None if !self.complete => db
                .prepare_cached(
                    "SELECT id FROM conversation WHERE identifier = ?1 AND channel = ?2 AND thread = ?3",
                )?
                .query_row(params![through, channel, thread], |r| r.get(0))
                .optional()?
                .inspect(|id| {
                    self.rows.insert(mark, *id);
                }),
            known => known,
        };
        Ok(known.unwrap_or_else(|| {
            let id = self.next_conversation;
            self.next_conversation += 1;
            self.rows.insert(mark, id);
            self.new_conversations
                .push((through, channel, thread.into(), id));
            id
        }))
    }
}
