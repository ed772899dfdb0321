//! What could not be read, read again: an item leaves quarantine in the
//! transaction that takes it in, or stays as it is.
//!
//! It counts from its first arrival, for what it tells is no newer; in the log
//! it stands where it is taken in, as the log is never rewritten.

use super::error::Doing;
use super::ingest::{Session, take_in};
use crate::domain::fact::{Item, Reading};
use crate::domain::ids::QuarantineId;
use crate::domain::time::Timestamp;
use crate::review::page::Counts;
use crate::store::{Arrival, Held, PortfolioMap, Result, StoreError};
use rusqlite::{Connection, TransactionBehavior, params};

/// Items that one transaction takes at most.
const BATCH: i64 = 500;

/// Reads one item, or all of them, again.
pub(super) fn retry(
    db: &mut Connection,
    only: Option<QuarantineId>,
    again: &dyn Fn(&Held) -> Vec<Item>,
    map: &PortfolioMap,
) -> Result<Counts> {
    // What this puts into quarantine itself is not read once more.
    let last: i64 = db.query_row("SELECT coalesce(max(id), 0) FROM quarantine", [], |r| {
        r.get(0)
    })?;
    let (mut after, last) = only.map_or((0, last), |id| (id.0 - 1, id.0));
    let mut counts = Counts::default();
    loop {
        let tx = db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .doing("beginning to write")?;
        let ids = tx
            .prepare_cached(
                "SELECT id FROM quarantine WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3",
            )?
            .query_map([after, last, BATCH], |r| r.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        let Some(end) = ids.last() else {
            return match only.filter(|_| after < last) {
                Some(id) => Err(StoreError::Unknown(format!(
                    "no quarantined item {id}; `reunite quarantine list` lists them"
                ))),
                None => Ok(counts),
            };
        };
        after = *end;
        let mut session = None;
        for id in ids {
            counts += one(&tx, id, again, map, &mut session)?;
        }
        tx.commit().doing("committing what can be read now")?;
    }
}

fn one(
    db: &Connection,
    id: i64,
    again: &dyn Fn(&Held) -> Vec<Item>,
    map: &PortfolioMap,
    session: &mut Option<Session>,
) -> Result<Counts> {
    let (at, source, pointer, bytes, manner): (i64, String, String, Vec<u8>, String) = db
        .prepare_cached("SELECT at, source, pointer, bytes, manner FROM quarantine WHERE id = ?1")?
        .query_row([id], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?))
        })?;
    let held = Held {
        text: String::from_utf8(bytes).map_err(std::string::FromUtf8Error::into_bytes),
        manner: manner.into(),
    };
    let mut items = of(again(&held), &pointer);
    let still = items
        .iter()
        .position(|item| item.pointer == pointer && matches!(item.reading, Reading::Quarantined(_)))
        .map(|place| items.remove(place).reading);
    let stays = still.is_some() || items.is_empty();
    let mut counts = Counts::default();
    if !items.is_empty() {
        let arrival = Arrival {
            text: held.text,
            source: source.as_str().into(),
            items,
            manner: held.manner,
        };
        let mut batch = Some(std::slice::from_ref(&arrival));
        let (taken, after) = take_in(db, session.take(), &mut batch, map, Timestamp(at))?;
        *session = Some(after);
        counts += taken;
    }
    if stays {
        counts.read += 1;
        counts.quarantined += 1;
    } else {
        db.prepare_cached("DELETE FROM quarantine WHERE id = ?1")?
            .execute([id])?;
    }
    if let Some(Reading::Quarantined(reason)) = still {
        db.prepare_cached("UPDATE quarantine SET reason = ?2 WHERE id = ?1")?
            .execute(params![id, reason])?;
    }
    Ok(counts)
}

/// Of the items of a delivery those that stand at a place or below it; where
/// there are none, that in which the place lies.
fn of(items: Vec<Item>, place: &str) -> Vec<Item> {
    let inside = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let (below, others): (Vec<Item>, Vec<Item>) = items
        .into_iter()
        .partition(|item| inside(&item.pointer, place));
    if below.is_empty() {
        let around = others
            .into_iter()
            .filter(|item| inside(place, &item.pointer));
        return around.collect();
    }
    below
}
