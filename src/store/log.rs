//! The audit log as a file: one entry a line, oldest first, and a last line
//! that names the head. It is verified without the store that it came from.

use super::chain::{Chain, Link};
use super::{Head, Verdict};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::io::{self, BufRead};

/// A line of an entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow)]
    after: &'a RawValue,
    #[serde(borrow)]
    at: Cow<'a, str>,
    batch: Option<i64>,
    #[serde(borrow)]
    before: &'a RawValue,
    case: Option<i64>,
    decision: Option<i64>,
    entry: i64,
    event: Option<i64>,
    format: i64,
    hash: String,
    host: Option<String>,
    #[serde(borrow)]
    operator: Cow<'a, str>,
    prev: String,
    program: Option<String>,
    reason: Option<String>,
    store: String,
    #[serde(borrow)]
    terms: Option<&'a RawValue>,
    undoes: Option<i64>,
}

/// The last line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Last {
    entries: i64,
    head: String,
    store: String,
}

/// The last line of an exported log.
pub(super) fn last_line(entries: i64, head: &str, store: &str) -> String {
    let line = serde_json::json!({"entries": entries, "head": head, "store": store});
    format!("{line}\n")
}

/// Checks an exported log, against a head kept elsewhere if one is given.
pub(super) fn verify(mut from: impl BufRead, head: Option<&Head>) -> io::Result<Verdict> {
    let mut chain = Chain::default();
    let mut store: Option<String> = None;
    let mut last: Option<Last> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if from.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let place = chain.entries + 1;
        if last.is_some() {
            return Ok(chain.tampered(Some(place), "something follows the line of the head"));
        }
        if let Ok(found) = serde_json::from_slice::<Last>(&line) {
            last = Some(found);
            continue;
        }
        let Ok(entry) = serde_json::from_slice::<Line<'_>>(&line) else {
            return Ok(if chain.entries == 0 {
                chain.cannot_tell("the first line is no entry of an audit log")
            } else {
                chain.tampered(Some(place), &format!("line {place} is no entry"))
            });
        };
        let known = store.get_or_insert_with(|| entry.store.clone());
        if *known != entry.store {
            return Ok(chain.tampered(Some(place), &format!("entry {place} is of another store")));
        }
        let wanted = head.map(|head| head.hash.as_str());
        if let Some(fault) = chain.follow(&entry.link(), &entry.hash, wanted) {
            return Ok(chain.tampered(Some(place), &format!("entry {} {fault}", entry.entry)));
        }
    }
    let Some(last) = last else {
        return Ok(if chain.entries == 0 {
            chain.cannot_tell("the file is empty")
        } else {
            chain.tampered(None, "the line of the head is missing: the end was cut off")
        });
    };
    if last.entries != chain.entries || last.head != chain.head {
        let what = format!(
            "the last entry, {}, is not the head that the last line names",
            chain.entries
        );
        return Ok(chain.tampered(None, &what));
    }
    if store.as_ref().is_some_and(|store| *store != last.store) {
        return Ok(chain.tampered(None, "the last line names another store"));
    }
    Ok(chain.conclude(&last.store, head))
}

impl Line<'_> {
    fn link(&self) -> Link<'_> {
        Link {
            format: self.format,
            store: &self.store,
            entry: self.entry,
            at: &self.at,
            operator: &self.operator,
            host: self.host.as_deref(),
            program: self.program.as_deref(),
            action: &self.action,
            decision: self.decision,
            batch: self.batch,
            undoes: self.undoes,
            case: self.case,
            reason: self.reason.as_deref(),
            event: self.event,
            terms: self.terms.map(RawValue::get),
            before: self.before.get(),
            after: self.after.get(),
            prev: &self.prev,
        }
    }
}
