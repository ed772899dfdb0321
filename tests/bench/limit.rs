//! The limit program: what the same machine does at most with the same file.
//!
//! It parses each line into borrowed structs that know only the fields of a
//! message, and appends the messages to one table: no index, no keys against
//! replays, no identifiers, no evidence. Everything that `reunite ingest`
//! does beyond this is what identities cost.

use rusqlite::{Connection, params};
use serde::Deserialize;
use std::borrow::Cow;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Messages in a transaction.
const BATCH: u64 = 25_000;

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    entry: Vec<Entry<'a>>,
    #[serde(borrow)]
    message: Option<Message<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    changes: Vec<Change<'a>>,
}

#[derive(Deserialize)]
struct Change<'a> {
    #[serde(borrow)]
    value: Value<'a>,
}

#[derive(Deserialize)]
struct Value<'a> {
    #[serde(borrow, default)]
    messages: Vec<Message<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    from: Option<Cow<'a, str>>,
    #[serde(borrow)]
    from_user_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow)]
    body: Cow<'a, str>,
}

/// Reads `traffic`, writes `store`, durably; says how many messages.
pub(crate) fn run(traffic: &Path, store: &Path) -> Result<u64, Box<dyn Error>> {
    let mut db = Connection::open(store)?;
    db.pragma_update(None, "page_size", 8192)?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.pragma_update(None, "cache_size", -64_000)?;
    db.execute_batch(
        "CREATE TABLE message (sender TEXT, id TEXT NOT NULL, at INTEGER NOT NULL, body TEXT)",
    )?;
    let mut lines = BufReader::with_capacity(1 << 20, File::open(traffic)?);
    let mut line = Vec::new();
    let mut count = 0;
    loop {
        let tx = db.transaction()?;
        let mut insert = tx.prepare("INSERT INTO message VALUES (?1, ?2, ?3, ?4)")?;
        let mut ended = false;
        for _ in 0..BATCH {
            line.clear();
            if lines.read_until(b'\n', &mut line)? == 0 {
                ended = true;
                break;
            }
            let read: Line<'_> = serde_json::from_str(std::str::from_utf8(&line)?)?;
            let in_entries = read.entry.into_iter().flat_map(|e| e.changes);
            let messages = in_entries.flat_map(|c| c.value.messages);
            for message in messages.chain(read.message) {
                let at: i64 = message.timestamp.parse()?;
                let sender = message.from_user_id.or(message.from);
                let body = message.text.map(|t| t.body);
                insert.execute(params![sender, message.id, at, body])?;
                count += 1;
            }
        }
        drop(insert);
        tx.commit()?;
        if ended {
            return Ok(count);
        }
    }
}
