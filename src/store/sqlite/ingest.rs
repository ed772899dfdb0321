//! Takes deliveries in: each item is keyed against replays, its identifiers
//! and evidence are stored, and the resolver grows by it. One call is one
//! durable transaction.
//!
//! Between calls the resolver's state is kept, as long as nobody else writes;
//! a part of the log that it does not hold yet is loaded when an item touches it.

use super::block::{Block, Place};
use super::error::Doing;
use super::intern::{Interner, Set};
use super::load::Loader;
use super::write::{Turnover, flush};
use crate::domain::fact::{Fact, Item, Message, Reading, Side, Surface, What};
use crate::domain::ids::{EventId, IdentifierId, PortfolioId};
use crate::domain::time::{DAY, Timestamp};
use crate::resolve::entry::{Change, Entry, Sight, Standing};
use crate::resolve::homes::Homes;
use crate::review::page::Counts;
use crate::store::{Arrival, PortfolioMap, Result};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Identifiers kept in memory between calls, at most.
const KEEP: usize = 4_000_000;

/// What one writer keeps between calls.
pub(super) struct Session {
    homes: Homes,
    loaded: HashSet<IdentifierId>,
    intern: Interner,
    loader: Loader,
    next_event: i64,
    data_version: i64,
}

impl Session {
    fn start(db: &Connection) -> Result<Self> {
        let next_event = db.query_row("SELECT coalesce(max(id), 0) + 1 FROM event", [], |r| {
            r.get(0)
        })?;
        let next_contact = next_contact(db)?;
        Ok(Self {
            homes: Homes::new(Standing::default(), &[], next_contact),
            loaded: HashSet::new(),
            intern: Interner::start(db)?,
            loader: Loader::default(),
            next_event,
            data_version: data_version(db)?,
        })
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

fn data_version(db: &Connection) -> Result<i64> {
    Ok(db.pragma_query_value(None, "data_version", |r| r.get(0))?)
}

/// Takes a batch in; `session` is what the last call kept.
pub(super) fn ingest(
    db: &mut Connection,
    session: &mut Option<Session>,
    batch: &[Arrival],
    map: &PortfolioMap,
    arrived: Timestamp,
) -> Result<Counts> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let version = data_version(&tx)?;
    // After a failed call, or another's write, what is kept may be untrue.
    let kept = session
        .take()
        .filter(|s| s.data_version == version && s.intern.len() < KEEP);
    map.check(&tx)?;
    let session_now = match kept {
        Some(kept) => kept,
        None => Session::start(&tx)?,
    };
    let mut run = Run {
        db: &tx,
        session: session_now,
        map,
        arrived,
        counts: Counts::default(),
        block: Block::start(&tx)?,
    };
    let contacts_before = run.session.homes.next_contact();
    for arrival in batch {
        run.arrival(arrival)?;
    }
    let (mut counts, session_after) = run.finish()?;
    counts.contacts_created =
        u64::try_from(session_after.homes.next_contact() - contacts_before).unwrap_or(0);
    tx.commit().doing("committing the batch")?;
    *session = Some(session_after);
    Ok(counts)
}

struct Run<'a> {
    db: &'a Connection,
    session: Session,
    map: &'a PortfolioMap,
    arrived: Timestamp,
    counts: Counts,
    block: Block,
}

/// An event's row, but for what differs.
struct Row<'a> {
    what: &'a str,
    surface: Surface,
    at: Timestamp,
    seen_at: Timestamp,
    sighting: Option<i64>,
    name: Option<i64>,
    founds: bool,
    message: Option<(i64, &'a Message)>,
    pointer: &'a str,
}

impl Run<'_> {
    fn arrival(&mut self, arrival: &Arrival) -> Result<()> {
        let place = match &arrival.text {
            Ok(text) => Some((self.block.place(self.db, text.len())?, text)),
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
            self.block.keep(text);
        }
        Ok(())
    }

    /// Whether this key is new; if it is, it now belongs to the next event.
    fn claim_key(&mut self, key: &str) -> Result<Option<i64>> {
        let hash = hash(key);
        let added = self
            .db
            .prepare_cached("INSERT INTO event_key VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute([hash, self.session.next_event])?;
        if added == 1 {
            return Ok(None);
        }
        let mut query = self
            .db
            .prepare_cached("SELECT event FROM event_key WHERE key = ?1")?;
        Ok(query.query_row([hash], |r| r.get(0)).optional()?)
    }

    fn quarantine(&mut self, arrival: &Arrival, item: &Item, reason: &str) -> Result<()> {
        let bytes = match &arrival.text {
            Ok(text) => text.as_bytes(),
            Err(bytes) => bytes,
        };
        let digest = super::chain::hex(&Sha256::digest(bytes));
        if self
            .claim_key(&format!("q|{}|{digest}", item.pointer))?
            .is_some()
        {
            self.counts.duplicate += 1;
            return Ok(());
        }
        self.db
            .prepare_cached("INSERT INTO quarantine (at, source, reason, pointer, bytes, manner) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![self.arrived.0, arrival.source, reason, item.pointer, bytes, &*arrival.manner])?;
        self.counts.quarantined += 1;
        Ok(())
    }

    fn unrecognised(&mut self, item: &Item, place: Place, text: &str) -> Result<()> {
        let digest = super::chain::hex(&Sha256::digest(text.as_bytes()));
        if self
            .claim_key(&format!("x|{}|{digest}", item.pointer))?
            .is_some()
        {
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

    fn event(&mut self, row: &Row<'_>, Place(block, start, length): Place) -> Result<EventId> {
        let id = self.session.next_event;
        self.session.next_event += 1;
        let (conversation, message) = row
            .message
            .map_or((None, None), |(c, m)| (Some(c), Some(m)));
        self.db
            .prepare_cached(
                "INSERT INTO event (id, surface, what, at, seen_at, arrived, sighting, name, founds, payload, start,
                                    length, pointer, conversation, message, direction, kind, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
            )?
            .execute(params![
                id,
                row.surface.as_str(),
                row.what,
                row.at.0,
                row.seen_at.0,
                self.arrived.0,
                row.sighting,
                row.name,
                row.founds,
                block,
                i64::try_from(start).unwrap_or(0),
                i64::try_from(length).unwrap_or(0),
                row.pointer,
                conversation,
                message.map(|m| &m.id),
                message.map(|m| m.direction.as_str()),
                message.map(|m| &m.kind),
                message.map(|m| &m.text),
            ])?;
        Ok(EventId(id))
    }

    /// The time an item tells. One more than a day after arrival, or none,
    /// counts as arrival.
    fn time(&self, fact: &Fact) -> Timestamp {
        let latest = if fact.surface == Surface::KapsoIdentity {
            self.arrived
        } else {
            self.arrived.plus(DAY)
        };
        fact.at
            .filter(|at| *at <= latest && at.0 >= 0)
            .unwrap_or(self.arrived)
    }

    fn fact(&mut self, fact: &Fact, item: &Item, place: Place) -> Result<()> {
        let channel = self
            .session
            .intern
            .channel(self.db, &fact.channel, self.map)?;
        let set = self
            .session
            .intern
            .set(self.db, &fact.seen, channel.portfolio)?;
        let at = self.time(fact);
        let known = self.claim_key(&fact.key)?;
        if let What::Change(claim) = &fact.what {
            return self.change(fact, item, claim, known, at, place);
        }
        if let Some(event) = known {
            // The same key with other content is no message again, but the
            // identifiers that it adds are a sighting.
            let row = set.row();
            let key = format!("{}|{row:?}", fact.key);
            if !self.adds(event, row)? || self.claim_key(&key)?.is_some() {
                self.counts.duplicate += 1;
                return Ok(());
            }
        }
        let new = known.is_none();
        let founds = match &fact.what {
            What::Status { status, .. } => status != "failed",
            What::Sighting { founds } => *founds,
            _ => true,
        };
        let name = self.session.intern.name(self.db, &fact.seen)?;
        let seen_at = if fact.seen_on_arrival {
            self.arrived
        } else {
            at
        };
        // Before the set is stored: until then nothing new is connected.
        self.load(
            &[set.bsuid, set.phone, set.variant, set.attested]
                .into_iter()
                .flatten()
                .map(|i| i.id)
                .collect::<Vec<_>>(),
        )?;
        let sighting = match set.row() {
            [0, 0, 0, 0, 0, 0] => None,
            _ => Some(self.session.intern.sighting(self.db, &set)?),
        };
        let message = match &fact.what {
            What::Message(message) if new => {
                Some((self.conversation(&set, channel.id, message, at)?, message))
            }
            _ => None,
        };
        let what = match (&fact.what, new) {
            (What::Message(_), true) => "message",
            (What::Status { .. }, true) => "status",
            (What::Nothing, _) => "nothing",
            _ => "sighting",
        };
        let row = Row {
            what,
            surface: fact.surface,
            at,
            seen_at,
            sighting: sighting.map(|s| s.0),
            name: name.as_ref().map(|(id, _)| *id),
            founds,
            message,
            pointer: &item.pointer,
        };
        let event = self.event(&row, place)?;
        self.counts.applied += 1;
        self.counts.messages += u64::from(what == "message");
        self.counts.statuses += u64::from(what == "status");
        if let Some(sighting) = sighting {
            self.session.homes.apply(&Entry::Sight(Sight {
                event,
                sighting,
                at: seen_at,
                portfolio: channel.portfolio,
                bsuid: set.bsuid,
                phone: set.phone,
                variant: set.variant,
                attested: set.attested,
                parent: set.parent,
                username: set.username,
                name: name.map(|(_, name)| name),
                founds,
                imported: fact.surface == Surface::Import,
            }));
        }
        Ok(())
    }

    fn conversation(
        &mut self,
        set: &Set,
        channel: i64,
        message: &Message,
        at: Timestamp,
    ) -> Result<i64> {
        let through = set.bsuid.or(set.phone).map_or(0, |i| i.id.0);
        match (&message.group, &message.thread) {
            (Some(group), _) => self.session.intern.conversation(
                self.db,
                0,
                channel,
                &format!("group:{group}"),
                at.0,
            ),
            (None, thread) => {
                let thread = thread.as_deref().unwrap_or_default();
                self.session
                    .intern
                    .conversation(self.db, through, channel, thread, at.0)
            }
        }
    }

    /// Whether a set names an identifier that the event's own set does not.
    fn adds(&self, event: i64, row: [i64; 6]) -> Result<bool> {
        let stored = self
            .db
            .prepare_cached(
                "SELECT s.bsuid, s.phone, s.variant, s.attested, s.parent, s.username
                 FROM event e JOIN sighting s ON s.id = e.sighting WHERE e.id = ?1",
            )?
            .query_row([event], |r| {
                Ok([
                    r.get(0)?,
                    r.get(1)?,
                    r.get(2)?,
                    r.get(3)?,
                    r.get(4)?,
                    r.get(5)?,
                ])
            })
            .optional()?
            .unwrap_or([0_i64; 6]);
        Ok(row
            .iter()
            .zip(stored)
            .any(|(new, old)| *new != 0 && *new != old))
    }

    fn change(
        &mut self,
        fact: &Fact,
        item: &Item,
        claim: &crate::domain::fact::ChangeClaim,
        known: Option<i64>,
        at: Timestamp,
        place: Place,
    ) -> Result<()> {
        let channel = self
            .session
            .intern
            .channel(self.db, &fact.channel, self.map)?;
        let (previous, current) = (
            self.side(&claim.previous, channel.portfolio)?,
            self.side(&claim.current, channel.portfolio)?,
        );
        if known.is_some() {
            let key = format!("{}|{:?}|{:?}", fact.key, claim.previous, claim.current);
            if self.same_claim(
                known,
                &previous.all().map(|i| i.id.0).collect::<Vec<_>>(),
                &current.all().map(|i| i.id.0).collect::<Vec<_>>(),
            )? || self.claim_key(&key)?.is_some()
            {
                self.counts.duplicate += 1;
                return Ok(());
            }
        }
        let set = Set {
            portfolio: channel.portfolio.0,
            bsuid: current.bsuid,
            phone: current.phone,
            parent: current.parent,
            ..Set::default()
        };
        let keys: Vec<_> = previous
            .keys()
            .chain(current.keys())
            .map(|i| i.id)
            .collect();
        self.load(&keys)?;
        let sighting = self.session.intern.sighting(self.db, &set)?;
        let name = self.session.intern.name(self.db, &fact.seen)?;
        let row = Row {
            what: "change",
            surface: fact.surface,
            at,
            seen_at: at,
            sighting: Some(sighting.0),
            name: name.map(|(id, _)| id),
            founds: false,
            message: None,
            pointer: &item.pointer,
        };
        let event = self.event(&row, place)?;
        let change = Change {
            event,
            sighting,
            at,
            portfolio: channel.portfolio,
            kind: claim.kind,
            previous,
            current,
        };
        self.session.homes.apply(&Entry::Change(change));
        let first = self.session.homes.change_of(event).unwrap_or(event);
        let id = |ident: Option<crate::resolve::entry::Ident>| ident.map_or(0, |i| i.id.0);
        self.db
            .prepare_cached(
                "INSERT INTO claim VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                event.0,
                first.0,
                claim.kind.as_str(),
                channel.portfolio.0,
                at.0,
                sighting.0,
                id(previous.bsuid),
                id(previous.parent),
                id(previous.phone),
                id(current.bsuid),
                id(current.parent),
                id(current.phone),
            ])?;
        self.counts.applied += 1;
        self.counts.changes += u64::from(first == event);
        Ok(())
    }

    fn side(&mut self, side: &Side, portfolio: PortfolioId) -> Result<crate::resolve::entry::Ids> {
        self.session.intern.ids(self.db, side, portfolio)
    }

    fn same_claim(&self, event: Option<i64>, previous: &[i64], current: &[i64]) -> Result<bool> {
        let stored: Option<[i64; 6]> = self
            .db
            .prepare_cached(
                "SELECT previous_bsuid, previous_parent, previous_phone, current_bsuid, current_parent, current_phone
                 FROM claim WHERE event = ?1",
            )?
            .query_row([event], |r| Ok([r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?]))
            .optional()?;
        let named = |ids: &[i64]| ids.iter().copied().filter(|id| *id > 0).collect::<Vec<_>>();
        Ok(stored.is_some_and(|s| named(&s[..3]) == previous && named(&s[3..]) == current))
    }

    /// Takes into the resolver what these identifiers are connected with.
    fn load(&mut self, idents: &[IdentifierId]) -> Result<()> {
        let session = &mut self.session;
        session.loaded.extend(session.intern.fresh.drain(..));
        for ident in idents {
            if session.loaded.contains(ident) {
                continue;
            }
            let part = session.loader.part(self.db, [ident.0])?;
            session
                .loaded
                .extend(part.idents.iter().map(|id| IdentifierId(*id)));
            session
                .homes
                .extend_written(part.standing, &part.known, part.accepted);
            session.homes.replay_written(&part.entries);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(Counts, Session)> {
        self.block.close(self.db)?;
        let mut grow = self.db.prepare_cached(
            "UPDATE conversation SET messages = messages + ?2, last_at = max(last_at, ?3) WHERE id = ?1",
        )?;
        for (conversation, (messages, last)) in std::mem::take(&mut self.session.intern.grown) {
            grow.execute([conversation, messages, last])?;
        }
        drop(grow);
        let dirty = self.session.homes.take_dirty();
        let Turnover { opened, superseded } = flush(self.db, &self.session.homes, &dirty)?;
        self.counts.cases_opened = opened;
        self.counts.cases_superseded = superseded;
        Ok((self.counts, self.session))
    }
}

/// The key of an item, shortened: 64 bits of its SHA-256.
fn hash(key: &str) -> i64 {
    let digest = Sha256::digest(key.as_bytes());
    digest
        .iter()
        .take(8)
        .fold(0_i64, |value, byte| (value << 8) | i64::from(*byte))
}
