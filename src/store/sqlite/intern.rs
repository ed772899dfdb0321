//! Row numbers for what comes in again and again: identifiers, sets, names,
//! business numbers, conversations. Read through, kept while an ingest runs.

use super::load::named;
use crate::domain::fact::{Channel, Seen};
use crate::domain::identifier::{Bsuid, Kind, PhoneKey};
use crate::domain::ids::{IdentifierId, PortfolioId, SightingId};
use crate::resolve::entry::{Ident, Ids, Name};
use crate::resolve::variant::is_variant;
use crate::store::{PortfolioMap, Result, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, HashMap, HashSet};
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

/// A business number as stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChannelRow {
    pub(super) id: i64,
    pub(super) portfolio: PortfolioId,
}

type IdentKey = (Kind, Box<str>, i64);

/// What is known by number, for as long as one writer goes on.
#[derive(Default)]
pub(super) struct Interner {
    idents: HashMap<IdentKey, Ident>,
    sets: HashMap<(i64, [i64; 6]), SightingId>,
    names: HashMap<(Box<str>, bool), (i64, Arc<Name>)>,
    channels: HashMap<(String, String, Option<String>), ChannelRow>,
    business: HashSet<Box<str>>,
    conversations: HashMap<(i64, i64, Box<str>), i64>,
    /// Messages and last time to be added to a conversation.
    pub(super) grown: BTreeMap<i64, (i64, i64)>,
    /// Identifiers that were new: nothing in the store is connected with them.
    pub(super) fresh: Vec<IdentifierId>,
}

impl Interner {
    /// Reads the numbers of the business itself.
    pub(super) fn start(db: &Connection) -> Result<Self> {
        let mut query = db.prepare("SELECT value FROM business_phone")?;
        let business = query.query_map([], |r| r.get::<_, String>(0))?;
        let business = business
            .map(|r| r.map(String::into_boxed_str))
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self {
            business,
            ..Self::default()
        })
    }

    /// How many identifiers are kept.
    pub(super) fn len(&self) -> usize {
        self.idents.len()
    }

    pub(super) fn ident(
        &mut self,
        db: &Connection,
        kind: Kind,
        value: &str,
        portfolio: PortfolioId,
    ) -> Result<Ident> {
        let scope = if kind.is_scoped() {
            portfolio
        } else {
            PortfolioId(0)
        };
        let key = (kind, Box::from(value), scope.0);
        if let Some(known) = self.idents.get(&key) {
            return Ok(*known);
        }
        let well_formed =
            kind != Kind::Bsuid || Bsuid::parse(value).is_some_and(|b| b.is_well_formed());
        let found: Option<i64> = db
            .prepare_cached(
                "SELECT id FROM identifier WHERE kind = ?1 AND value = ?2 AND scope = ?3",
            )?
            .query_row(params![kind.as_str(), value, scope.0], |r| r.get(0))
            .optional()?;
        let id = if let Some(id) = found {
            IdentifierId(id)
        } else {
            db.prepare_cached(
                "INSERT INTO identifier (kind, value, scope, well_formed) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![kind.as_str(), value, scope.0, well_formed])?;
            let id = IdentifierId(db.last_insert_rowid());
            self.fresh.push(id);
            id
        };
        let ident = Ident {
            id,
            kind,
            scope,
            well_formed,
        };
        self.idents.insert(key, ident);
        Ok(ident)
    }

    fn phone(&mut self, db: &Connection, phone: Option<&PhoneKey>) -> Result<Option<Ident>> {
        match phone.filter(|p| !self.business.contains(p.as_str())) {
            Some(phone) => Ok(Some(self.ident(
                db,
                Kind::Phone,
                phone.as_str(),
                PortfolioId(0),
            )?)),
            None => Ok(None),
        }
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
        let (phone, variant, attested) = (
            self.phone(db, seen.phone.as_ref())?,
            self.phone(db, variant)?,
            self.phone(db, seen.attested.as_ref())?,
        );
        let mut scoped = |kind: Kind, value: Option<&str>| {
            value
                .map(|v| self.ident(db, kind, v, portfolio))
                .transpose()
        };
        Ok(Set {
            portfolio: portfolio.0,
            bsuid: scoped(Kind::Bsuid, seen.bsuid.as_ref().map(Bsuid::as_str))?,
            phone,
            variant,
            attested,
            parent: scoped(
                Kind::ParentBsuid,
                seen.parent
                    .as_ref()
                    .map(crate::domain::identifier::ParentBsuid::as_str),
            )?,
            username: scoped(
                Kind::Username,
                seen.username
                    .as_ref()
                    .map(crate::domain::identifier::Username::as_str),
            )?,
        })
    }

    /// One side of a change.
    pub(super) fn ids(
        &mut self,
        db: &Connection,
        side: &crate::domain::fact::Side,
        portfolio: PortfolioId,
    ) -> Result<Ids> {
        let seen = Seen {
            bsuid: side.bsuid.clone(),
            parent: side.parent.clone(),
            phone: side.phone.clone(),
            ..Seen::default()
        };
        let set = self.set(db, &seen, portfolio)?;
        Ok(Ids {
            bsuid: set.bsuid,
            parent: set.parent,
            phone: set.phone,
        })
    }

    pub(super) fn sighting(&mut self, db: &Connection, set: &Set) -> Result<SightingId> {
        let row = set.row();
        if let Some(known) = self.sets.get(&(set.portfolio, row)) {
            return Ok(*known);
        }
        let [bsuid, phone, variant, attested, parent, username] = row;
        let values = params![
            set.portfolio,
            bsuid,
            phone,
            variant,
            attested,
            parent,
            username
        ];
        let found: Option<i64> = db
            .prepare_cached(
                "SELECT id FROM sighting WHERE portfolio = ?1 AND bsuid = ?2 AND phone = ?3 AND variant = ?4
                 AND attested = ?5 AND parent = ?6 AND username = ?7",
            )?
            .query_row(values, |r| r.get(0))
            .optional()?;
        let id = if let Some(id) = found {
            id
        } else {
            db.prepare_cached(
                "INSERT INTO sighting (portfolio, bsuid, phone, variant, attested, parent, username)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(values)?;
            db.last_insert_rowid()
        };
        self.sets.insert((set.portfolio, row), SightingId(id));
        Ok(SightingId(id))
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
        let key = (Box::from(raw.as_str()), book);
        if let Some(known) = self.names.get(&key) {
            return Ok(Some(known.clone()));
        }
        db.prepare_cached("INSERT INTO name (raw, book) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![raw, book])?;
        let id: i64 = db
            .prepare_cached("SELECT id FROM name WHERE raw = ?1 AND book = ?2")?
            .query_row(params![raw, book], |r| r.get(0))?;
        let entry = (id, Arc::new(named(raw.clone(), book)));
        self.names.insert(key, entry.clone());
        Ok(Some(entry))
    }

    /// The business number and its portfolio.
    pub(super) fn channel(
        &mut self,
        db: &Connection,
        channel: &Channel,
        map: &PortfolioMap,
    ) -> Result<ChannelRow> {
        let number = channel.phone_number_id.clone().unwrap_or_default();
        let waba = channel.waba.clone().unwrap_or_default();
        let key = (number.clone(), waba, channel.portfolio.clone());
        if let Some(phone) = &channel.display_phone
            && !self.business.contains(phone.as_str())
        {
            db.execute(
                "INSERT OR IGNORE INTO business_phone VALUES (?1)",
                [phone.as_str()],
            )?;
            self.business.insert(phone.as_str().into());
        }
        if let Some(known) = self.channels.get(&key) {
            return Ok(*known);
        }
        let named = channel.portfolio.as_deref();
        let name = named.unwrap_or_else(|| {
            map.portfolio(channel.waba.as_deref(), channel.phone_number_id.as_deref())
        });
        let portfolio = portfolio(db, name)?;
        let display = channel.display_phone.as_ref().map(PhoneKey::as_str);
        let id: i64 = db.query_row(
            "INSERT INTO channel (phone_number_id, waba, display_phone, portfolio) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (phone_number_id, portfolio) DO UPDATE SET
               waba = coalesce(waba, excluded.waba), display_phone = coalesce(display_phone, excluded.display_phone)
             RETURNING id",
            params![number, channel.waba, display, portfolio.0],
            |r| r.get(0),
        )?;
        let row = ChannelRow { id, portfolio };
        self.channels.insert(key, row);
        Ok(row)
    }

    /// The conversation of a message; counts the message.
    pub(super) fn conversation(
        &mut self,
        db: &Connection,
        through: i64,
        channel: i64,
        thread: &str,
        at: i64,
    ) -> Result<i64> {
        let key = (through, channel, Box::from(thread));
        let id = if let Some(id) = self.conversations.get(&key) {
            *id
        } else {
            let id: i64 = db
                .prepare_cached(
                    "INSERT INTO conversation (identifier, channel, thread, messages, last_at) VALUES (?1, ?2, ?3, 0, ?4)
                     ON CONFLICT DO UPDATE SET messages = messages RETURNING id",
                )?
                .query_row(params![through, channel, thread, at], |r| r.get(0))?;
            self.conversations.insert(key, id);
            id
        };
        let grown = self.grown.entry(id).or_insert((0, i64::MIN));
        *grown = (grown.0 + 1, grown.1.max(at));
        Ok(id)
    }
}

fn portfolio(db: &Connection, name: &str) -> Result<PortfolioId> {
    db.execute("INSERT OR IGNORE INTO portfolio (name) VALUES (?1)", [name])?;
    Ok(PortfolioId(db.query_row(
        "SELECT id FROM portfolio WHERE name = ?1",
        [name],
        |r| r.get(0),
    )?))
}

impl PortfolioMap {
    /// The portfolio of a business number: by WABA, else by phone number id,
    /// else the one named for input that names no number, else `default`.
    pub(super) fn portfolio(&self, waba: Option<&str>, number: Option<&str>) -> &str {
        waba.and_then(|w| self.wabas.get(w))
            .or_else(|| number.and_then(|n| self.phone_number_ids.get(n)))
            .or_else(|| {
                self.unnamed
                    .as_ref()
                    .filter(|_| waba.is_none() && number.is_none())
            })
            .map_or("default", String::as_str)
    }

    /// Refuses a map that would move traffic already stored.
    pub(super) fn check(&self, db: &Connection) -> Result<()> {
        let mut query = db.prepare_cached(
            "SELECT c.phone_number_id, c.waba, p.name FROM channel c JOIN portfolio p ON p.id = c.portfolio
             WHERE c.phone_number_id <> '' OR c.waba IS NOT NULL",
        )?;
        let rows = query.query_map([], |r| {
            Ok((
                r.get::<_, String>(0)?,
                r.get::<_, Option<String>>(1)?,
                r.get::<_, String>(2)?,
            ))
        })?;
        for row in rows {
            let (number, waba, stored) = row?;
            let number = Some(number.as_str()).filter(|n| !n.is_empty());
            if self.portfolio(waba.as_deref(), number) != stored {
                let which = number.or(waba.as_deref()).unwrap_or_default();
                return Err(StoreError::Rescope(format!("business number {which}")));
            }
        }
        Ok(())
    }
}
