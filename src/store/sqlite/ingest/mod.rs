//! Takes deliveries in: each item is keyed against replays, its identifiers
//! and evidence are stored, and the resolver grows by it. One call is one
//! durable transaction.
//!
//! Between calls the resolver's state is kept, as long as nobody else decides or
//! takes anything in; a part of the log that it does not hold yet is loaded when
//! an item touches it.

mod block;
mod claim;
mod growth;
mod item;
mod keys;
mod log;
mod stamp;

use super::error::Doing;
use super::intern::Interner;
use super::load::Loader;
use super::schema;
use super::wal;
use super::write::{Known, Turnover, flush};
use crate::domain::fact::{Item, Reading, Surface};
use crate::domain::ids::{EventId, IdSet, IdentifierId};
use crate::domain::time::Timestamp;
use crate::resolve::entry::{Ident, Standing};
use crate::resolve::homes::Homes;
use crate::review::page::Counts;
use crate::store::{Arrival, Arrivals, PortfolioMap, Result};
use block::{Blocks, Place};
use claim::Claim;
use growth::Growth;
#[cfg(test)]
pub(super) use growth::TOGETHER;
pub(super) use item::{key_with_ids, time};
use keys::Keys;
pub(super) use keys::hash;
pub(super) use log::find_anew;
use log::{Log, Row};
use rusqlite::{CachedStatement, Connection, TransactionBehavior, params};
use sha2::{Digest, Sha256};
pub(super) use stamp::count_intake;
use stamp::{Kept, Stamp};
use std::collections::BTreeMap;

/// What the store holds is read whole when so many identifiers come on one item.
const LEARN: usize = 10;
/// Rows kept in memory between calls, at most.
const KEEP: usize = 12_000_000;

/// What one writer keeps between calls.
pub(super) struct Session {
    homes: Homes,
    loaded: IdSet<IdentifierId>,
    intern: Interner,
    loader: Loader,
    keys: Keys,
    log: Log,
    blocks: Blocks,
    /// Items taken in.
    items: usize,
    /// Whether keys and numbers of the store are in memory.
    learned: bool,
    stamp: Stamp,
}

impl Session {
    fn start(db: &Connection) -> Result<Self> {
        let next_contact = next_contact(db)?;
        let log = Log::start(db)?;
        schema::note_reader(db, log.next())?;
        wal::for_an_intake(db)?;
        Ok(Self {
            homes: Homes::new(Standing::default(), &[], next_contact),
            loaded: IdSet::default(),
            intern: Interner::start(db)?,
            loader: Loader::default(),
            keys: Keys::default(),
            log,
            blocks: Blocks::start(db)?,
            items: 0,
            learned: false,
            stamp: Stamp::read(db)?,
        })
    }

    /// What may be kept of this, others having written or not.
    fn revisit(mut self, db: &Connection) -> Result<Option<Self>> {
        let now = Stamp::read(db)?;
        let kept = self.stamp.kept(&now);
        self.stamp = now;
        match kept {
            _ if self.intern.known() >= KEEP => return Ok(None),
            Kept::All => {}
            Kept::Rows => {
                // Decisions lead identifiers elsewhere, and found contacts.
                self.homes = Homes::new(Standing::default(), &[], next_contact(db)?);
                self.loaded = IdSet::default();
                self.loader = Loader::default();
                self.intern.all_are_stored();
            }
            Kept::Nothing => return Ok(None),
        }
        Ok(Some(self))
    }

    /// Reads what the store holds into memory where so much comes in that
    /// asking for each thing would cost more.
    fn prepare(&mut self, db: &Connection, items: usize) -> Result<()> {
        self.items += items;
        let stored = usize::try_from(self.intern.stored()).unwrap_or(usize::MAX);
        if !self.learned && self.items >= stored / LEARN {
            self.keys.learn(db)?;
            if !self.intern.is_complete() {
                self.intern.learn(db)?;
            }
            self.learned = true;
        }
        Ok(())
    }
}

/// The key of what cannot be read, and of nothing else of a delivery.
pub(super) fn quarantine_key(pointer: &str, delivery: &[u8]) -> String {
    let digest = crate::store::chain::hex(&Sha256::digest(delivery));
    format!("q|{pointer}|{digest}")
}

/// The key of an item of a delivery.
pub(super) fn item_key(item: &Item, delivery: &str) -> String {
    match &item.reading {
        Reading::Fact(fact) => fact.key.clone(),
        Reading::Quarantined(_) => quarantine_key(&item.pointer, delivery.as_bytes()),
        Reading::Unrecognised(_) => {
            let digest = crate::store::chain::hex(&Sha256::digest(delivery.as_bytes()));
            format!("x|{}|{digest}", item.pointer)
        }
    }
}

/// The number that the next founded contact gets.
pub(super) fn next_contact(db: &Connection) -> Result<i64> {
    Ok(
        db.query_row("SELECT coalesce(max(id), 0) + 1 FROM contact", [], |r| {
            r.get(0)
        })?,
    )
}

/// Takes deliveries in; `session` is what the last call kept.
pub(super) fn ingest(
    db: &mut Connection,
    session: &mut Option<Session>,
    arrivals: &mut dyn Arrivals,
    map: &PortfolioMap,
    arrived: Timestamp,
) -> Result<Counts> {
    if !db.is_autocommit() {
        // A rehearsal: its transaction is open, and is taken back as a whole.
        let (counts, after) = take_in(db, session.take(), arrivals, map, arrived)?;
        *session = Some(after);
        return Ok(counts);
    }
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let (counts, after) = take_in(&tx, session.take(), arrivals, map, arrived)?;
    tx.commit().doing("committing the batch")?;
    *session = Some(after);
    Ok(counts)
}

/// The same inside of an open transaction; gives what the next call may keep.
pub(super) fn take_in(
    db: &Connection,
    session: Option<Session>,
    arrivals: &mut dyn Arrivals,
    map: &PortfolioMap,
    arrived: Timestamp,
) -> Result<(Counts, Session)> {
    let changes = db.total_changes();
    // After a failed call nothing was kept; after another's write some of it
    // may be untrue.
    let kept = match session {
        Some(session) => session.revisit(db)?,
        None => None,
    };
    map.check(db)?;
    let mut session = match kept {
        Some(kept) => kept,
        None => Session::start(db)?,
    };
    let before = (session.intern.stored(), session.homes.next_contact());
    let mut run = Run {
        db,
        append: Log::appending(db)?,
        growth: Growth::of(std::mem::take(&mut session.homes)),
        claims: BTreeMap::new(),
        session,
        map,
        arrived,
        counts: Counts::default(),
        before,
        changes,
    };
    while let Some(part) = arrivals.next() {
        let items = part.iter().map(|a| a.items.len()).sum();
        run.session.prepare(db, items)?;
        for arrival in part {
            run.arrival(arrival)?;
        }
    }
    let (mut counts, after) = run.finish()?;
    counts.contacts_created = u64::try_from(after.homes.next_contact() - before.1).unwrap_or(0);
    Ok((counts, after))
}

struct Run<'a> {
    db: &'a Connection,
    /// Appends an event.
    append: CachedStatement<'a>,
    /// The homes of the session, while they grow.
    growth: Growth,
    /// What the changes of this batch say, by their event.
    claims: BTreeMap<i64, Claim>,
    session: Session,
    map: &'a PortfolioMap,
    arrived: Timestamp,
    counts: Counts,
    /// The numbers of the first identifier and contact that have no rows yet.
    before: (i64, i64),
    /// Rows that the connection had written before.
    changes: u64,
}

impl Run<'_> {
    fn arrival(&mut self, arrival: &Arrival) -> Result<()> {
        let place = match &arrival.text {
            Ok(text) => Some((self.session.blocks.place(self.db, text.len())?, text)),
            Err(_) => None,
        };
        let before = (self.counts.applied, self.counts.unrecognised);
        for item in &arrival.items {
            self.counts.read += 1;
            match (&item.reading, place) {
                (Reading::Fact(fact), Some((place, _))) => self.fact(fact, item, place)?,
                (Reading::Unrecognised(_), Some((place, text))) => {
                    self.unrecognised(item, place, text)?;
                }
                (Reading::Quarantined(reason), _) => self.quarantine(arrival, item, reason)?,
                (_, None) => self.quarantine(arrival, item, "the delivery is no UTF-8")?,
            }
        }
        // A delivery that brought nothing new is kept already.
        if let Some((_, text)) =
            place.filter(|_| before != (self.counts.applied, self.counts.unrecognised))
        {
            self.session.blocks.keep(text);
        }
        Ok(())
    }

    /// Whether this key is new; if it is, it now belongs to the next event.
    fn claim_key(&mut self, key: &str) -> Result<Option<i64>> {
        let event = self.session.log.next();
        self.claim_key_for(key, event)
    }

    /// The same, but the key of a new one belongs to that event.
    fn claim_key_for(&mut self, key: &str, event: i64) -> Result<Option<i64>> {
        self.session.keys.claim(self.db, key, event)
    }

    fn quarantine(&mut self, arrival: &Arrival, item: &Item, reason: &str) -> Result<()> {
        let bytes = match &arrival.text {
            Ok(text) => text.as_bytes(),
            Err(bytes) => bytes,
        };
        let key = quarantine_key(&item.pointer, bytes);
        if self.claim_key(&key)?.is_some() {
            self.counts.duplicate += 1;
            self.counts.still_quarantined += 1;
            return Ok(());
        }
        self.db
            .prepare_cached("INSERT INTO quarantine (at, source, reason, pointer, bytes, manner) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![self.arrived.0, arrival.source.to_string(), reason, item.pointer, bytes, &*arrival.manner])?;
        self.counts.quarantined += 1;
        Ok(())
    }

    fn unrecognised(&mut self, item: &Item, place: Place, text: &str) -> Result<()> {
        if self.claim_key(&item_key(item, text))?.is_some() {
            self.counts.duplicate += 1;
            return Ok(());
        }
        let row = Row {
            what: "unrecognised",
            surface: Surface::Other,
            at: self.arrived,
            seen_at: self.arrived,
            sighting: None,
            name: None,
            founds: false,
            message: None,
            pointer: &item.pointer,
        };
        self.event(&row, place)?;
        self.counts.unrecognised += 1;
        Ok(())
    }

    fn event(&mut self, row: &Row<'_>, place: Place) -> Result<EventId> {
        let log = &mut self.session.log;
        log.add(self.db, &mut self.append, row, self.arrived, place)
    }

    /// Takes into the resolver what these identifiers are connected with.
    fn load(&mut self, idents: impl IntoIterator<Item = Ident>) -> Result<()> {
        let session = &mut self.session;
        for Ident { id: ident, .. } in idents {
            if session.intern.is_new(ident) || session.loaded.contains(&ident) {
                continue;
            }
            let part = session.loader.part(self.db, [ident.0])?;
            session
                .loaded
                .extend(part.idents.iter().map(|id| IdentifierId(*id)));
            self.growth.stored(part)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(Counts, Session)> {
        let session = &mut self.session;
        session.intern.write(self.db)?;
        session.keys.write(self.db)?;
        session.log.write(self.db)?;
        session.homes = self.growth.ripe()?;
        for (event, claim) in self.claims {
            let first = session.homes.change_of(EventId(event));
            let first = first.map_or(event, |first| first.0);
            claim.write(self.db, event, first)?;
            self.counts.changes += u64::from(first == event);
        }
        let dirty = session.homes.take_dirty();
        let known = Known {
            ident: self.before.0,
            contact: self.before.1,
            twins: session.intern.twins(),
        };
        let Turnover { opened, superseded } = flush(self.db, &session.homes, &dirty, known)?;
        self.counts.cases_opened = opened;
        self.counts.cases_superseded = superseded;
        session.blocks.close(self.db)?;
        // What is known already writes nothing: nobody has to look again for it.
        if self.db.total_changes() != self.changes {
            session.stamp.intakes = count_intake(self.db)?;
        }
        Ok((self.counts, self.session))
    }
}
