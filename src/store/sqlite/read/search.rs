//! Search over names, usernames, phones, BSUIDs and contact ids: folded text,
//! words in any order, and every word must fit something of the person.
//!
//! Letters fit as a fuzzy sequence; digits only as they stand, since four
//! digits in a row of twenty fit nearly every phone and BSUID.

use super::group::Group;
use super::query::rows;
use crate::domain::identifier::PhoneKey;
use crate::domain::ids::ContactId;
use crate::domain::text;
use crate::review::page::ContactHit;
use crate::store::{Result, StoreError};
use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;
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
    let hit = |(contact, score)| {
        let group = Group::of(db, contact)?;
        let identifiers = group.identifiers(db)?;
        let name = group.name(db, &identifiers)?;
        Ok(ContactHit {
            contact: group.canonical,
            name,
            identifiers,
            score,
        })
    };
    scores.into_iter().map(hit).collect()
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
    if !query.starts_with('#') {
        let mut search = Search::new(query);
        search.read(db)?;
        for (contact, score) in search.complete() {
            *found.entry(contact).or_default() += score;
        }
    }
    Ok(found.into_iter().collect())
}

/// The words of a query, and how well each fits each contact so far.
struct Search {
    words: Vec<String>,
    matcher: SkimMatcherV2,
    best: HashMap<ContactId, Vec<i64>>,
}

impl Search {
    fn new(query: &str) -> Self {
        // A phone as people write it is one word, not one for each group of digits.
        let words = match PhoneKey::parse(query) {
            Some(phone) => vec![phone.as_str().to_owned()],
            None => text::words(query),
        };
        Self {
            words,
            matcher: SkimMatcherV2::default().ignore_case(),
            best: HashMap::new(),
        }
    }

    fn read(&mut self, db: &Connection) -> Result<()> {
        if self.words.is_empty() {
            return Ok(());
        }
        let mut query = db
            .prepare_cached("SELECT canonical, words FROM contact WHERE present AND words <> ''")?;
        let mut rows = query.query([])?;
        while let Some(r) = rows.next()? {
            let (contact, names) = (
                ContactId(r.get(0)?),
                r.get_ref(1)?.as_str().unwrap_or_default(),
            );
            names.split(' ').for_each(|name| self.fit(contact, name));
        }
        for table in ["link", "label"] {
            let sql = format!(
                "SELECT c.canonical, i.value FROM {table} l JOIN identifier i ON i.id = l.identifier
                 JOIN contact c ON c.id = l.contact"
            );
            let mut query = db.prepare_cached(&sql)?;
            let mut rows = query.query([])?;
            while let Some(r) = rows.next()? {
                let (contact, value) = (
                    ContactId(r.get(0)?),
                    r.get_ref(1)?.as_str().unwrap_or_default(),
                );
                self.fit(contact, &text::fold(value));
            }
        }
        Ok(())
    }

    fn fit(&mut self, contact: ContactId, text: &str) {
        for (place, word) in self.words.iter().enumerate() {
            let Some(score) = fits(&self.matcher, text, word) else {
                continue;
            };
            let best = self
                .best
                .entry(contact)
                .or_insert_with(|| vec![0; self.words.len()]);
            best[place] = best[place].max(score);
        }
    }

    /// The contacts that every word fits, with the sum of the best scores.
    fn complete(self) -> impl Iterator<Item = (ContactId, i64)> {
        let all = self.best.into_iter();
        all.filter(|(_, best)| best.iter().all(|score| *score > 0))
            .map(|(contact, best)| (contact, best.iter().sum()))
    }
}

/// How well a folded word fits a folded text; the whole text counts double.
fn fits(matcher: &SkimMatcherV2, text: &str, word: &str) -> Option<i64> {
    if word.bytes().all(|b| b.is_ascii_digit()) && !text.contains(word) {
        return None;
    }
    let score = matcher.fuzzy_match(text, word)?;
    Some(if text == word { 2 * score } else { score })
}
