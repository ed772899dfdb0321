//! The rows that name a portfolio: business numbers, the BSUIDs that came
//! through them, and what refers to those. What follows from them is not
//! touched here; the replay after it writes that anew.
//!
//! A BSUID that moves whole keeps its row, so that decisions and contacts go on
//! naming it. One that came through numbers of several portfolios keeps its row
//! where it was seen first, and gets another for each of the others. So do a
//! number and a conversation: what names the WABA can be of another portfolio
//! than what names the number alone.

use super::super::ingest::find_anew;
use super::super::number::{alone, keep_alone, met, portfolio};
use super::block::Block;
use super::sets::{rename, resight};
use crate::domain::fact::{Channel, Reading};
use crate::domain::ids::PortfolioId;
use crate::review::page::NumberMove;
use crate::store::{PortfolioMap, Rescope, Result};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What a map moves.
pub(super) struct Moves {
    /// For people: number, from, to.
    pub(super) numbers: Vec<NumberMove>,
    /// Business numbers by row: the portfolio that each is of now.
    channels: BTreeMap<i64, i64>,
    /// The portfolios that something leaves, or may leave.
    left: BTreeSet<i64>,
}

/// Business numbers by Meta's id and portfolio, as deliveries name them.
type Told = BTreeMap<(String, i64), Arc<Channel>>;

/// The portfolio of each business number, as stored; of one that has several,
/// all of them.
pub(super) fn in_use(db: &Connection) -> Result<Value> {
    let mut query = db.prepare(
        "SELECT c.phone_number_id, coalesce(c.waba, ''), p.name FROM channel c JOIN portfolio p ON p.id = c.portfolio
         ORDER BY c.id",
    )?;
    let mut map = Map::new();
    let rows = query.query_map([], |r| {
        let (number, waba): (String, String) = (r.get(0)?, r.get(1)?);
        Ok((
            if number.is_empty() { waba } else { number },
            r.get::<_, String>(2)?,
        ))
    })?;
    for row in rows {
        let (number, name) = row?;
        let name = Value::String(name);
        match map.get_mut(&number) {
            Some(Value::Array(names)) => names.push(name),
            Some(first) => *first = Value::Array(vec![first.take(), name]),
            None => {
                map.insert(number, name);
            }
        }
    }
    Ok(Value::Object(map))
}

/// All rows of a query.
pub(super) fn list<T>(
    db: &Connection,
    sql: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut query = db.prepare(sql)?;
    let found = query.query_map([], read)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

impl Moves {
    /// Compares the map with what is stored.
    pub(super) fn read(db: &Connection, map: &PortfolioMap) -> Result<Self> {
        let mut moves = Self {
            numbers: Vec::new(),
            channels: BTreeMap::new(),
            left: BTreeSet::new(),
        };
        let stored = list(
            db,
            "SELECT c.id, c.phone_number_id, c.waba, p.id, p.name FROM channel c
             JOIN portfolio p ON p.id = c.portfolio ORDER BY c.id",
            |r| {
                let (number, waba): (String, Option<String>) = (r.get(1)?, r.get(2)?);
                Ok((
                    r.get::<_, i64>(0)?,
                    number,
                    waba,
                    r.get::<_, i64>(3)?,
                    r.get::<_, String>(4)?,
                ))
            },
        )?;
        let alone = alone(db)?;
        for (id, number, waba, old, name) in stored {
            let named = Some(number.as_str()).filter(|n| !n.is_empty());
            // Input that names no number was given its portfolio by hand.
            if named.is_none() && waba.is_none() {
                continue;
            }
            let to = map.portfolio(waba.as_deref(), named);
            // Some of it may have come without the WABA.
            let apart = map.portfolio(None, named);
            if named.is_some() && apart != name {
                moves.left.insert(old);
                if waba.is_some() && apart != to && alone.get(&number) == Some(&name) {
                    moves.numbers.push(NumberMove {
                        number: named.map(String::from),
                        waba: None,
                        from: name.clone(),
                        to: apart.to_owned(),
                    });
                }
            }
            if to == name {
                continue;
            }
            moves.channels.insert(id, portfolio(db, to)?.0);
            moves.left.insert(old);
            moves.numbers.push(NumberMove {
                number: named.map(String::from),
                waba,
                from: name,
                to: to.to_owned(),
            });
        }
        Ok(moves)
    }

    /// Moves the rows; says how many events and BSUIDs have another portfolio.
    pub(super) fn carry_out(&self, db: &Connection, ask: &Rescope<'_>) -> Result<(i64, i64)> {
        db.execute_batch(
            "CREATE TEMP TABLE IF NOT EXISTS moved (event INTEGER PRIMARY KEY, portfolio INTEGER NOT NULL);
             CREATE TEMP TABLE IF NOT EXISTS renamed (old INTEGER NOT NULL, portfolio INTEGER NOT NULL,
               new INTEGER NOT NULL, PRIMARY KEY (old, portfolio)) WITHOUT ROWID;
             CREATE TEMP TABLE IF NOT EXISTS resighted (event INTEGER PRIMARY KEY, sighting INTEGER NOT NULL);
             DELETE FROM moved; DELETE FROM renamed; DELETE FROM resighted;",
        )?;
        if self.left.is_empty() {
            return Ok((0, 0));
        }
        let (events, told) = self.events(db, ask)?;
        let identifiers = rename(db)?;
        resight(db)?;
        self.channels(db, &told)?;
        keep_alone(db, ask.map)?;
        find_anew(db)?;
        Ok((events, identifiers))
    }

    /// Which events have another portfolio: by the business number that their
    /// own delivery names. Also which numbers these name, in which portfolio.
    fn events(&self, db: &Connection, ask: &Rescope<'_>) -> Result<(i64, Told)> {
        let left: Vec<String> = self.left.iter().map(ToString::to_string).collect();
        let sql = format!(
            "SELECT e.id, e.payload, e.start, e.length, h.pointer, s.portfolio FROM event e
             JOIN sighting s ON s.id = e.sighting JOIN shape h ON h.id = e.shape
             WHERE h.surface <> 'import' AND s.portfolio IN ({}) ORDER BY e.payload, e.start, e.id",
            left.join(", ")
        );
        let mut query = db.prepare(&sql)?;
        let mut rows = query.query([])?;
        let mut insert = db.prepare("INSERT INTO moved VALUES (?1, ?2)")?;
        let (mut block, mut delivery) = (Block::default(), None);
        let mut channels: HashMap<String, Arc<Channel>> = HashMap::new();
        let (mut count, mut told) = (0, Told::new());
        while let Some(r) = rows.next()? {
            let (payload, start, length): (i64, i64, i64) = (r.get(1)?, r.get(2)?, r.get(3)?);
            if delivery != Some((payload, start)) {
                delivery = Some((payload, start));
                let text = block.text(db, payload, start, length)?;
                channels = (ask.read)(&text)
                    .into_iter()
                    .filter_map(|item| match item.reading {
                        Reading::Fact(fact) => Some((item.pointer, fact.channel)),
                        _ => None,
                    })
                    .collect();
            }
            let Some(channel) = channels.get(&r.get::<_, String>(4)?) else {
                continue;
            };
            let (waba, number) = (channel.waba.as_deref(), channel.phone_number_id.as_deref());
            if waba.is_none() && number.is_none() {
                continue;
            }
            let to = portfolio(db, ask.map.portfolio(waba, number))?.0;
            told.entry((number.unwrap_or_default().to_owned(), to))
                .or_insert_with(|| Arc::clone(channel));
            if to != r.get::<_, i64>(5)? {
                count += 1;
                insert.execute([r.get::<_, i64>(0)?, to])?;
            }
        }
        Ok((count, told))
    }

    /// Business numbers and their conversations. Two rows of a number whose
    /// portfolios fall together are one; of one whose events part, each
    /// portfolio has its own.
    fn channels(&self, db: &Connection, told: &Told) -> Result<()> {
        for id in self.channels.keys() {
            db.execute("UPDATE channel SET portfolio = -id WHERE id = ?1", [id])?;
        }
        for (id, portfolio) in &self.channels {
            let same: Option<i64> = db
                .query_row(
                    "SELECT o.id FROM channel c JOIN channel o ON o.phone_number_id = c.phone_number_id
                     WHERE c.id = ?1 AND o.portfolio = ?2 AND o.id <> c.id",
                    [id, portfolio],
                    |r| r.get(0),
                )
                .optional()?;
            if let Some(same) = same {
                for conversation in through(db, *id)? {
                    place(db, conversation, same, None)?;
                }
                db.execute(
                    "UPDATE channel SET waba = coalesce(waba, (SELECT waba FROM channel WHERE id = ?1)),
                       display_phone = coalesce(display_phone, (SELECT display_phone FROM channel WHERE id = ?1))
                     WHERE id = ?2",
                    [*id, same],
                )?;
                db.execute("DELETE FROM channel WHERE id = ?1", [id])?;
            } else {
                db.execute(
                    "UPDATE channel SET portfolio = ?2 WHERE id = ?1",
                    [id, portfolio],
                )?;
            }
        }
        for ((_, portfolio), channel) in told {
            met(db, channel, PortfolioId(*portfolio))?;
        }
        part(db)?;
        let renamed = list(
            db,
            "SELECT v.id, v.channel, r.new FROM conversation v JOIN channel c ON c.id = v.channel
             JOIN temp.renamed r ON r.old = v.identifier AND r.portfolio = c.portfolio
             WHERE r.new <> v.identifier ORDER BY v.id",
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
        )?;
        for (conversation, channel, identifier) in renamed {
            place(db, conversation, channel, Some(identifier))?;
        }
        Ok(())
    }
}

/// Parts conversations whose messages are of several portfolios now.
fn part(db: &Connection) -> Result<()> {
    db.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS parted (conversation INTEGER NOT NULL, portfolio INTEGER NOT NULL,
           identifier INTEGER NOT NULL, channel INTEGER NOT NULL, thread TEXT NOT NULL,
           PRIMARY KEY (conversation, portfolio)) WITHOUT ROWID;
         DELETE FROM parted;
         INSERT INTO parted SELECT DISTINCT v.id, s.portfolio, coalesce(r.new, v.identifier), o.id, v.thread
           FROM event e JOIN sighting s ON s.id = e.sighting
           JOIN conversation v ON v.id = e.conversation JOIN channel c ON c.id = v.channel
           JOIN channel o ON o.phone_number_id = c.phone_number_id AND o.portfolio = s.portfolio
           LEFT JOIN temp.renamed r ON r.old = v.identifier AND r.portfolio = s.portfolio
           WHERE s.portfolio <> c.portfolio;
         INSERT OR IGNORE INTO conversation (identifier, channel, thread)
           SELECT identifier, channel, thread FROM parted ORDER BY conversation, portfolio;
         UPDATE event SET conversation = n.id
           FROM parted p, sighting s, conversation n
           WHERE p.conversation = event.conversation AND s.id = event.sighting AND p.portfolio = s.portfolio
             AND n.identifier = p.identifier AND n.channel = p.channel AND n.thread = p.thread;
         DELETE FROM conversation WHERE id IN (SELECT conversation FROM parted)
           AND id NOT IN (SELECT conversation FROM event WHERE conversation IS NOT NULL);",
    )?;
    Ok(())
}

fn through(db: &Connection, channel: i64) -> Result<Vec<i64>> {
    let mut query = db.prepare("SELECT id FROM conversation WHERE channel = ?1 ORDER BY id")?;
    let found = query.query_map([channel], |r| r.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Gives a conversation another number or identifier; where there is one of
/// these already, its messages join that.
fn place(db: &Connection, id: i64, channel: i64, identifier: Option<i64>) -> Result<()> {
    let same: Option<i64> = db
        .query_row(
            "SELECT o.id FROM conversation v JOIN conversation o ON o.thread = v.thread
               AND o.channel = ?2 AND o.identifier = coalesce(?3, v.identifier) WHERE v.id = ?1 AND o.id <> v.id",
            params![id, channel, identifier],
            |r| r.get(0),
        )
        .optional()?;
    let Some(same) = same else {
        db.execute(
            "UPDATE conversation SET channel = ?2, identifier = coalesce(?3, identifier) WHERE id = ?1",
            params![id, channel, identifier],
        )?;
        return Ok(());
    };
    db.execute(
        "UPDATE event SET conversation = ?2 WHERE conversation = ?1",
        [id, same],
    )?;
    db.execute("DELETE FROM conversation WHERE id = ?1", [id])?;
    Ok(())
}
