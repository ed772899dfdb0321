//! The raw JSON read again, against the events that it brought: a replay goes by
//! the rows of the log, so that a silent edit of those is seen only here. For
//! `doctor --replay`; how to read is handed in, since this room knows no format.
//!
//! Streams the log in order of arrival, a delivery at a time. How one event is
//! compared is in `event`, the rows it is compared with in `kept`.

mod event;
mod kept;

use super::ingest::{hash, item_key, quarantine_key};
use super::replay::check;
use super::rescope::Block;
use super::schema::read_since;
use crate::domain::fact::{Item, Reading};
use crate::domain::identifier::PhoneKey;
use crate::domain::text::quoted;
use crate::review::page::Check;
use crate::store::{Read, Result};
use event::{Row, stored};
use kept::Kept;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// Reads everything again. `readers` are the ways in which a delivery may have
/// been read, the usual one first.
pub(super) fn checks(db: &Connection, readers: &[Read<'_>]) -> Result<Vec<Check>> {
    let mut again = Again {
        kept: Kept::start(db)?,
        readers,
        since: read_since(db)?,
        next: 1,
        block: Block::default(),
        end: 0,
        blocks: BTreeSet::new(),
        numbers: BTreeMap::new(),
        events: Faults::default(),
        keys: Faults::default(),
        before: Faults::default(),
    };
    again.log()?;
    again.blocks()?;
    again.quarantine()?;
    let numbers = again.numbers()?;
    let mut events = check("events", &again.events.0);
    if let (true, [first, rest @ ..]) = (events.ok, again.before.0.as_slice()) {
        // No fault: what reads deliveries has learned since.
        events.detail = format!(
            "equal, but for what an older reunite took in: {first}; {} more",
            rest.len()
        );
    }
    let keys = check("keys", &again.keys.0);
    Ok(vec![events, keys, check("numbers", &numbers)])
}

/// What was found wrong; only the first are kept, a store may hold millions.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    const MOST: usize = 1_000;

    fn note(&mut self, fault: String) {
        if self.0.len() < Self::MOST {
            self.0.push(fault);
        }
    }
}

/// What deliveries tell of a business number: its WABAs, and how it is shown.
#[derive(Default)]
struct Told {
    wabas: BTreeSet<String>,
    phones: BTreeSet<String>,
}

/// Differences of a delivery: of its events, and of items without one.
#[derive(Default)]
struct Differences {
    events: Vec<String>,
    keys: Vec<String>,
}

struct Again<'a> {
    kept: Kept<'a>,
    readers: &'a [Read<'a>],
    /// Events before this one were read by an older reader.
    since: i64,
    /// The event that is expected next.
    next: i64,
    block: Block,
    /// How far events tell of the block.
    end: i64,
    /// Blocks that events lie in.
    blocks: BTreeSet<i64>,
    numbers: BTreeMap<String, Told>,
    events: Faults,
    keys: Faults,
    /// What is no fault, since an older reader read it.
    before: Faults,
}

impl Again<'_> {
    fn log(&mut self) -> Result<()> {
        let mut query = self.kept.db.prepare(event::ALL)?;
        let mut rows = query.query([])?;
        let mut delivery: Vec<Row> = Vec::new();
        while let Some(r) = rows.next()? {
            let row = stored(r)?;
            if delivery.first().is_some_and(|d| d.place != row.place) {
                self.delivery(&std::mem::take(&mut delivery))?;
            }
            if row.id != self.next {
                let (from, to) = (self.next, row.id - 1);
                self.events
                    .note(format!("events {from} to {to} are missing"));
            }
            self.next = row.id + 1;
            delivery.push(row);
        }
        self.delivery(&delivery)?;
        self.end_of_block();
        Ok(())
    }

    /// Compares the events of one delivery with what it says.
    fn delivery(&mut self, rows: &[Row]) -> Result<()> {
        let Some(first) = rows.first() else {
            return Ok(());
        };
        let (payload, start, length) = first.place;
        if self.blocks.insert(payload) {
            self.end_of_block();
            self.end = 0;
        }
        // Where it cannot be read, the check of the blocks tells why.
        let Ok(text) = self.block.text(self.kept.db, payload, start, length) else {
            return Ok(());
        };
        if start > self.end {
            self.untold(first.id);
        }
        self.end = self.end.max(start + length);
        let mut found: Option<Differences> = None;
        for read in self.readers {
            let now = self.compared(rows, &text, read(&text))?;
            if now.events.is_empty() && now.keys.is_empty() {
                return Ok(());
            }
            found.get_or_insert(now);
        }
        let Differences { events, keys } = found.unwrap_or_default();
        let older = first.id < self.since;
        for fault in events {
            self.event_fault(older, fault);
        }
        for fault in keys {
            self.key_fault(older, fault);
        }
        Ok(())
    }

    fn event_fault(&mut self, older: bool, fault: String) {
        let to = if older {
            &mut self.before
        } else {
            &mut self.events
        };
        to.note(fault);
    }

    fn key_fault(&mut self, older: bool, fault: String) {
        let to = if older {
            &mut self.before
        } else {
            &mut self.keys
        };
        to.note(fault);
    }

    fn compared(&mut self, rows: &[Row], text: &str, items: Vec<Item>) -> Result<Differences> {
        let mut found = Differences::default();
        let mut left: Vec<Option<Item>> = items.into_iter().map(Some).collect();
        for row in rows {
            let differs = if row.is_imported() {
                left.clear();
                self.kept.imported(row, text)?
            } else {
                self.item(row, text, &mut left)?
            };
            found.events.extend(differs.map(|what| {
                let id = row.id;
                format!("event {id} reads differently now than it is stored: {what}")
            }));
        }
        let first = rows.first().map_or(0, |row| row.id);
        for item in left.into_iter().flatten() {
            if self.kept.key(&item_key(&item, text))?.is_none() {
                let place = quoted(&item.pointer);
                found.keys.push(format!(
                    "in the delivery of event {first}, at {place}, stands what has no key"
                ));
            }
        }
        Ok(found)
    }

    /// What differs between an event and the item in its place, which is taken.
    fn item(
        &mut self,
        row: &Row,
        text: &str,
        left: &mut [Option<Item>],
    ) -> Result<Option<&'static str>> {
        let mut differs = Some("nothing stands in its place");
        let mut nearest = None;
        for (place, slot) in left.iter_mut().enumerate() {
            let Some(item) = slot.as_ref().filter(|item| item.pointer == row.pointer) else {
                continue;
            };
            differs = self.kept.differs(row, item, text)?;
            nearest = Some(place);
            if differs.is_none() {
                self.note_number(item);
                break;
            }
        }
        if let Some(slot) = nearest.and_then(|place| left.get_mut(place)) {
            *slot = None;
        }
        Ok(differs)
    }

    fn note_number(&mut self, item: &Item) {
        let Reading::Fact(fact) = &item.reading else {
            return;
        };
        let channel = &fact.channel;
        let number = channel.phone_number_id.as_deref().unwrap_or_default();
        if !self.numbers.contains_key(number) {
            self.numbers.insert(number.to_owned(), Told::default());
        }
        let Some(told) = self.numbers.get_mut(number) else {
            return;
        };
        let waba = channel.waba.as_deref();
        if let Some(waba) = waba.filter(|waba| !told.wabas.contains(*waba)) {
            told.wabas.insert(waba.to_owned());
        }
        let phone = channel.display_phone.as_ref().map(PhoneKey::as_str);
        if let Some(phone) = phone.filter(|phone| !told.phones.contains(*phone)) {
            told.phones.insert(phone.to_owned());
        }
    }

    fn end_of_block(&mut self) {
        if self.end > 0 && self.end < self.block.length() {
            self.untold(self.next - 1);
        }
    }

    /// Raw JSON that no event tells of, beside that of this one.
    fn untold(&mut self, event: i64) {
        let fault = format!("the raw JSON beside that of event {event} has no event");
        self.event_fault(event < self.since, fault);
    }

    /// Blocks that no event lies in.
    fn blocks(&mut self) -> Result<()> {
        let mut query = self.kept.db.prepare("SELECT id FROM payload ORDER BY id")?;
        for id in query.query_map([], |r| r.get::<_, i64>(0))? {
            let id = id?;
            if !self.blocks.contains(&id) {
                let fault = format!("no event lies in block {id} of the raw JSON");
                self.event_fault(self.since > 1, fault);
            }
        }
        Ok(())
    }

    /// What is in quarantine is what came, by its key.
    fn quarantine(&mut self) -> Result<()> {
        let sql = "SELECT id, pointer, bytes FROM quarantine ORDER BY id";
        let mut query = self.kept.db.prepare(sql)?;
        let mut rows = query.query([])?;
        while let Some(r) = rows.next()? {
            let (id, pointer): (i64, String) = (r.get(0)?, r.get(1)?);
            let key = quarantine_key(&pointer, r.get_ref(2)?.as_bytes().unwrap_or_default());
            if self.kept.key(&key)?.is_none() {
                let fault = format!("item {id} in quarantine is not what came, or has no key");
                self.key_fault(self.since > 1, fault);
            }
        }
        Ok(())
    }

    /// The business's own numbers, against what deliveries tell of them.
    fn numbers(&self) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        for phone in self.numbers.values().flat_map(|told| &told.phones) {
            if !self.kept.business.contains(phone) {
                faults.push(format!("{phone} is not kept as a number of the business"));
            }
        }
        let sql = "SELECT id, phone_number_id, waba, display_phone FROM channel ORDER BY id";
        let mut query = self.kept.db.prepare(sql)?;
        let mut rows = query.query([])?;
        let (nothing, mut stored) = (Told::default(), BTreeSet::new());
        while let Some(r) = rows.next()? {
            let (id, number): (i64, String) = (r.get(0)?, r.get(1)?);
            let (waba, phone): (Option<String>, Option<String>) = (r.get(2)?, r.get(3)?);
            let told = self.numbers.get(&number).unwrap_or(&nothing);
            // What came again is not kept a second time: it may have named more.
            let same = |kept: Option<String>, told: &BTreeSet<String>| {
                told.is_empty() || kept.is_none_or(|kept| told.contains(&kept))
            };
            let same = same(waba, &told.wabas) && same(phone, &told.phones);
            // Of what an older reader read, some may be told by nobody now.
            if !same && self.since <= 1 {
                faults.push(format!("business number {id} is not what deliveries tell"));
            }
            stored.insert(number);
        }
        let missing = self.numbers.keys().filter(|n| !stored.contains(*n));
        faults.extend(missing.map(|n| format!("business number {} is missing", quoted(n))));
        Ok(faults)
    }
}
