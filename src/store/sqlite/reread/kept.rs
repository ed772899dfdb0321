//! The rows that events share, read as they are needed: identifiers, sets, keys,
//! the numbers of the business.

use super::event::Row;
use super::hash;
use crate::domain::fact::{ChangeType, Fact};
use crate::domain::identifier::Kind;
use crate::store::Result;
use crate::store::sqlite::read::query::numbers;
use rusqlite::{Connection, OptionalExtension};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

/// Rows kept in memory, at most.
const KEEP: usize = 200_000;

/// An identifier as a delivery names it: kind, value, whether it is well formed.
pub(super) type Word<'a> = (Kind, &'a str, bool);

/// An identifier as it is stored: kind, value, well formed, portfolio.
type Ident = (String, String, bool, i64);

/// A set as it is stored: its portfolio, its row, its identifiers.
struct Set {
    portfolio: i64,
    row: [i64; 6],
    idents: [Option<Rc<Ident>>; 6],
}

pub(super) struct Kept<'a> {
    pub(super) db: &'a Connection,
    /// The numbers of the business itself.
    pub(super) business: HashSet<String>,
    /// Business numbers with their portfolio.
    channels: HashSet<(String, i64)>,
    idents: HashMap<i64, Option<Rc<Ident>>>,
    sets: HashMap<i64, Option<Rc<Set>>>,
}

impl<'a> Kept<'a> {
    pub(super) fn start(db: &'a Connection) -> Result<Self> {
        let mut query = db.prepare("SELECT value FROM business_phone")?;
        let business = query.query_map([], |r| r.get(0))?;
        let business = business.collect::<rusqlite::Result<_>>()?;
        let mut query = db.prepare("SELECT phone_number_id, portfolio FROM channel")?;
        let channels = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(Self {
            db,
            business,
            channels: channels.collect::<rusqlite::Result<_>>()?,
            idents: HashMap::new(),
            sets: HashMap::new(),
        })
    }

    /// The event that came with this key first.
    pub(super) fn key(&self, key: &str) -> Result<Option<i64>> {
        let sql = "SELECT event FROM event_key WHERE key = ?1";
        let mut query = self.db.prepare_cached(sql)?;
        Ok(query.query_row([hash(key)], |r| r.get(0)).optional()?)
    }

    fn ident(&mut self, id: i64) -> Result<Option<Rc<Ident>>> {
        if id == 0 {
            return Ok(None);
        }
        if let Some(known) = self.idents.get(&id) {
            return Ok(known.clone());
        }
        let sql = "SELECT kind, value, well_formed, scope FROM identifier WHERE id = ?1";
        let found = self.db.prepare_cached(sql)?.query_row([id], |r| {
            Ok(Rc::new((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
        });
        // A row that is gone is unlike any identifier.
        let found = found.optional()?.or_else(|| Some(Rc::default()));
        if self.idents.len() >= KEEP {
            self.idents.clear();
        }
        self.idents.insert(id, found.clone());
        Ok(found)
    }

    fn set(&mut self, id: i64) -> Result<Option<Rc<Set>>> {
        if let Some(known) = self.sets.get(&id) {
            return Ok(known.clone());
        }
        let sql = "SELECT portfolio, bsuid, phone, variant, attested, parent, username FROM sighting WHERE id = ?1";
        let found = self
            .db
            .prepare_cached(sql)?
            .query_row([id], |r| Ok((r.get(0)?, numbers(r, 1)?)));
        let set = match found.optional()? {
            Some((portfolio, row)) => {
                let mut idents = [const { None }; 6];
                for (slot, id) in idents.iter_mut().zip(row) {
                    *slot = self.ident(id)?;
                }
                Some(Rc::new(Set {
                    portfolio,
                    row,
                    idents,
                }))
            }
            None => None,
        };
        if self.sets.len() >= KEEP {
            self.sets.clear();
        }
        self.sets.insert(id, set.clone());
        Ok(set)
    }

    /// Whether a stored identifier is the one named. A phone may have been taken
    /// for a person's before it was known for one of the business, and is none after.
    fn same(&self, stored: Option<&Ident>, named: Option<Word<'_>>, portfolio: i64) -> bool {
        match (stored, named) {
            (None, None) => true,
            (None, Some((Kind::Phone, value, _))) => self.business.contains(value),
            (Some((kind, value, well_formed, scope)), Some(named)) => {
                let of = if named.0.is_scoped() { portfolio } else { 0 };
                (kind.as_str(), value.as_str(), *well_formed, *scope)
                    == (named.0.as_str(), named.1, named.2, of)
            }
            _ => false,
        }
    }

    /// Whether the set of an event is the one named, in a portfolio of its number.
    pub(super) fn shows(
        &mut self,
        row: &Row,
        fact: &Fact,
        named: &[Option<Word<'_>>; 6],
    ) -> Result<bool> {
        let Some(id) = row.sighting else {
            return Ok(named.iter().all(|named| self.same(None, *named, 0)));
        };
        let Some(set) = self.set(id)? else {
            return Ok(false);
        };
        let number = fact.channel.phone_number_id.as_deref().unwrap_or_default();
        // Which portfolio is meant where no number is named, no delivery says.
        let known = if number.is_empty() {
            self.channels.iter().any(|(_, of)| *of == set.portfolio)
        } else {
            self.channels.contains(&(number.to_owned(), set.portfolio))
        };
        let mut both = set.idents.iter().zip(named);
        Ok(
            known
                && both.all(|(stored, named)| self.same(stored.as_deref(), *named, set.portfolio)),
        )
    }

    /// What a message of this set came through.
    pub(super) fn through(&mut self, sighting: Option<i64>) -> Result<i64> {
        let set = sighting.map(|id| self.set(id)).transpose()?.flatten();
        let row = set.map_or([0; 6], |set| set.row);
        Ok(if row[0] > 0 { row[0] } else { row[1] })
    }

    /// Whether a change event is stored as what it claims.
    pub(super) fn claims(
        &mut self,
        row: &Row,
        kind: ChangeType,
        (before, after): ([Option<Word<'_>>; 3], [Option<Word<'_>>; 3]),
    ) -> Result<bool> {
        let sql =
            "SELECT kind, portfolio, at, sighting, previous_bsuid, previous_parent, previous_phone,
                     current_bsuid, current_parent, current_phone FROM claim WHERE event = ?1";
        let mut query = self.db.prepare_cached(sql)?;
        let found = query.query_row([row.id], |r| {
            let told: (String, i64, i64, Option<i64>) =
                (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
            let ids: [i64; 6] = numbers(r, 4)?;
            Ok((told, ids))
        });
        let Some(((of, portfolio, at, sighting), ids)) = found.optional()? else {
            return Ok(false);
        };
        let set = row.sighting.map(|id| self.set(id)).transpose()?.flatten();
        let mut same = of == kind.as_str()
            && at == row.at
            && sighting == row.sighting
            && set.is_some_and(|set| set.portfolio == portfolio);
        for (id, named) in ids.into_iter().zip(before.into_iter().chain(after)) {
            let stored = self.ident(id)?;
            same &= self.same(stored.as_deref(), named, portfolio);
        }
        Ok(same)
    }

    /// What differs between an event and the imported row that it came from. How
    /// its columns were named is not kept: what is stored has to stand in it.
    pub(super) fn imported(&mut self, row: &Row, text: &str) -> Result<Option<&'static str>> {
        let Ok(cells) = serde_json::from_str::<BTreeMap<String, String>>(text) else {
            return Ok(Some("it is no row"));
        };
        let cells: Vec<String> = cells
            .into_values()
            .map(|cell| cell.to_lowercase())
            .collect();
        let stands = |text: &str| cells.iter().any(|cell| cell.contains(&text.to_lowercase()));
        let digits = |text: &str| cells.iter().any(|cell| is_written(text, cell));
        if (row.at, row.seen_at) != (row.arrived, row.arrived) {
            return Ok(Some("its time"));
        }
        if let Some((name, _)) = &row.name
            && !name.split_whitespace().all(stands)
        {
            return Ok(Some("its name"));
        }
        let Some(set) = row.sighting.map(|id| self.set(id)).transpose()?.flatten() else {
            return Ok(Some("its identifiers"));
        };
        let mut idents = set.idents.iter().flatten();
        let same = idents.all(|ident| match (ident.0.as_str(), ident.1.as_str()) {
            (_, "") => false,
            ("phone", value) => digits(value),
            (_, value) => stands(value),
        });
        Ok((!same).then_some("its identifiers"))
    }
}

/// Whether a phone can be what a cell of an imported row says: its digits, but
/// for a trunk zero behind the country code, `+49 (0)30 …`, and for a country
/// code that was told apart from it.
fn is_written(phone: &str, cell: &str) -> bool {
    let all: String = cell.chars().filter(char::is_ascii_digit).collect();
    let number = all.trim_start_matches('0');
    let is_trunk = |place: &usize| number.as_bytes().get(*place) == Some(&b'0');
    let mut without = (1..=3)
        .filter(is_trunk)
        .map(|place| [&number[..place], &number[place + 1..]].concat());
    all.contains(phone)
        || without.any(|number| number == phone)
        || !cell.contains('+')
            && number.len() > 3
            && phone
                .strip_suffix(number)
                .is_some_and(|country| country.len() < 5)
}
