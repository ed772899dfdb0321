//! Search over names, usernames, phones, BSUIDs and contact ids, in one pass
//! over all of them. How well something fits is a matter of `review::search`.

use super::group::Group;
use super::keys;
use super::query::rows;
use crate::domain::ids::ContactId;
use crate::review::page::ContactHit;
use crate::review::search::Wanted;
use crate::store::{Result, StoreError};
use rusqlite::Connection;
use std::cmp::Reverse;
use std::collections::HashMap;

/// The score of a contact that was asked for by its id: before all others.
const BY_ID: i64 = 1_000_000;

/// Contacts that fit a query, best first; all of them for an empty one.
pub(in crate::store::sqlite) fn contacts(
    db: &Connection,
    query: &str,
    limit: Option<usize>,
) -> Result<Vec<ContactHit>> {
    let query = query.trim();
    let mut scores = if query.is_empty() {
        let sql = "SELECT id FROM contact WHERE canonical = id AND present ORDER BY id LIMIT ?1";
        let limit = limit.map_or(-1, |n| i64::try_from(n).unwrap_or(i64::MAX));
        rows(db, sql, [limit], |r| Ok((ContactId(r.get(0)?), 0)))?
    } else {
        scored(db, query)?
    };
    scores.sort_by_key(|(contact, score)| (Reverse(*score), *contact));
    scores.truncate(limit.unwrap_or(usize::MAX));
    keys::hits(db, &scores)
}

/// A contact that fits.
pub(super) fn hit(db: &Connection, group: &Group, score: i64) -> Result<ContactHit> {
    let identifiers = group.identifiers(db)?;
    let name = group.name(db, &identifiers)?;
    Ok(ContactHit {
        contact: group.canonical,
        name,
        identifiers,
        score,
    })
}

fn scored(db: &Connection, query: &str) -> Result<Vec<(ContactId, i64)>> {
    let mut found: HashMap<ContactId, i64> = HashMap::new();
    if let Ok(id) = query.parse::<ContactId>() {
        match Group::of(db, id) {
            Ok(group) => _ = found.insert(group.canonical, BY_ID),
            Err(StoreError::Unknown(_)) => {}
            Err(e) => return Err(e),
        }
    }
    let wanted = Wanted::new(query);
    if !query.starts_with('#') && !wanted.is_empty() {
        keys::contacts(db, &mut |contact, texts| {
            if let Some(score) = wanted.score(texts) {
                *found.entry(contact).or_default() += score;
            }
        })?;
    }
    Ok(found.into_iter().collect())
}
