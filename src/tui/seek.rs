//! Searching everything: the queue by its filter and in its order, contacts by
//! what is typed.
//!
//! What is searched is read from the store once and kept, so that a keystroke
//! costs a pass over memory; and one that narrows the search before it, a pass
//! over what that one found. It is read anew when somebody has written, but for
//! what others write never for more than a tenth of the time: until then an
//! answer may be old, and [`Seeker::owes`] tells when a newer one can be had. A
//! pass looks again and again whether anybody still waits for it.

use super::filter::Filter;
use super::model::Sort;
use super::show;
use super::worker::HITS;
use crate::domain::case::CaseState;
use crate::domain::ids::{CaseId, ContactId};
use crate::domain::time::Timestamp;
use crate::review::page::ContactHit;
use crate::review::search::{CaseKey, Wanted};
use crate::store::{Result, Store};
use std::cmp::Reverse;
use std::time::{Duration, Instant};

/// Which cases, and in which order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Find {
    /// Of this state; `None` is all.
    pub(crate) state: Option<CaseState>,
    /// Those that fit.
    pub(crate) filter: Filter,
    /// In this order.
    pub(crate) sort: Sort,
    /// The time of the question, for ages.
    pub(crate) now: Timestamp,
    /// Whether it has to hold what was written up to now: what the operator has
    /// just answered must not come back.
    pub(crate) is_fresh: bool,
}

/// What was read of the store, and when.
struct Kept<T> {
    value: T,
    revision: i64,
    read_at: Instant,
    took: Duration,
}

/// How what was read stands to the store.
enum State {
    /// Nothing was written since.
    New,
    /// Something was, but it is not read again before then.
    Old(Instant),
    /// It is to be read again.
    Spent,
}

/// How many times as long as reading took, what was read is kept at least.
const KEPT_FOR: u32 = 10;

impl<T> Kept<T> {
    fn read(store: &dyn Store, read: impl FnOnce() -> Result<T>) -> Result<Self> {
        let begun = Instant::now();
        // Before it is read: what is written meanwhile is news.
        let revision = store.revision()?;
        let value = read()?;
        Ok(Self {
            value,
            revision,
            read_at: Instant::now(),
            took: begun.elapsed(),
        })
    }

    /// What may still be made of it.
    fn state(&self, store: &dyn Store) -> Result<State> {
        let kept_until = self.read_at + self.took * KEPT_FOR;
        Ok(if self.revision == store.revision()? {
            State::New
        } else if Instant::now() < kept_until {
            State::Old(kept_until)
        } else {
            State::Spent
        })
    }
}

/// The texts of all contacts, one behind the other.
#[derive(Default)]
struct People {
    ids: Vec<ContactId>,
    /// Where each one's text ends.
    ends: Vec<usize>,
    texts: String,
}

impl People {
    fn text(&self, place: usize) -> &str {
        let from = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.texts[from..self.ends[place]]
    }
}

/// A search among contacts that was finished, for one that narrows it.
struct Narrow {
    query: String,
    /// Places of all that fitted.
    places: Vec<usize>,
}

/// Places looked at between two looks at whether anybody waits.
const CHUNK: usize = 2_048;

/// Searches, and keeps what it searches in.
#[derive(Default)]
pub(crate) struct Seeker {
    cases: Option<(Option<CaseState>, Kept<Vec<CaseKey>>)>,
    people: Option<Kept<People>>,
    narrow: Option<Narrow>,
    owes: Option<Instant>,
}

impl Seeker {
    /// When to ask again, where the last answer was from what is old.
    pub(crate) fn owes(&self) -> Option<Instant> {
        self.owes
    }

    /// Takes note that it was told to ask again.
    pub(crate) fn pays(&mut self) {
        self.owes = None;
    }

    /// Whether what is kept will do, or is to be read again.
    fn will_do<T>(
        owes: &mut Option<Instant>,
        kept: &Kept<T>,
        store: &dyn Store,
        is_fresh: bool,
    ) -> Result<bool> {
        *owes = None;
        Ok(match kept.state(store)? {
            State::New => true,
            State::Old(until) if !is_fresh => {
                *owes = Some(until);
                true
            }
            State::Old(_) | State::Spent => false,
        })
    }

    /// The cases that are asked for, in order; `None` if nobody waits any more.
    pub(crate) fn cases(
        &mut self,
        store: &dyn Store,
        find: &Find,
        is_over: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Vec<CaseId>>> {
        let good = match &self.cases {
            Some((state, kept)) if *state == find.state => {
                Self::will_do(&mut self.owes, kept, store, find.is_fresh)?
            }
            _ => false,
        };
        if !good {
            // The old one is gone before the new one comes: both are large.
            self.cases = None;
            let kept = Kept::read(store, || store.case_keys(find.state))?;
            self.cases = Some((find.state, kept));
        }
        let keys = self.cases.iter().flat_map(|(_, kept)| &kept.value);
        let mut found: Vec<&CaseKey> = Vec::new();
        for (n, key) in keys.enumerate() {
            if n % CHUNK == 0 && is_over() {
                return Ok(None);
            }
            if find.filter.fits(key, find.now) {
                found.push(key);
            }
        }
        match find.sort {
            Sort::Confidence => {}
            Sort::Oldest => found.sort_by_key(|key| key.opened_at),
            Sort::Newest => found.sort_by_key(|key| Reverse(key.opened_at)),
            Sort::Kind => found.sort_by_key(|key| show::short(key.kind)),
        }
        Ok(Some(found.into_iter().map(|key| key.case).collect()))
    }

    /// The contacts that fit best; `None` if nobody waits any more.
    pub(crate) fn contacts(
        &mut self,
        store: &dyn Store,
        query: &str,
        is_over: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Vec<ContactHit>>> {
        let wanted = Wanted::new(query);
        // The store knows numbers of contacts, and all of them.
        if wanted.is_empty() || query.starts_with('#') {
            return store.contacts(query, Some(HITS)).map(Some);
        }
        let good = match &self.people {
            Some(kept) => Self::will_do(&mut self.owes, kept, store, false)?,
            None => false,
        };
        if !good {
            self.people = None;
            self.narrow = None;
            self.people = Some(Kept::read(store, || people(store))?);
        }
        let Some(kept) = &self.people else {
            return Ok(None);
        };
        let people = &kept.value;
        // More letters leave fewer contacts.
        let before = self
            .narrow
            .as_ref()
            .filter(|narrow| query.starts_with(&narrow.query));
        let count = before.map_or(people.ids.len(), |narrow| narrow.places.len());
        let mut found: Vec<(i64, usize)> = Vec::new();
        for n in 0..count {
            if n % CHUNK == 0 && is_over() {
                return Ok(None);
            }
            let place = before.map_or(n, |narrow| narrow.places[n]);
            if let Some(score) = wanted.score(people.text(place)) {
                found.push((score, place));
            }
        }
        let mut places: Vec<usize> = found.iter().map(|(_, place)| *place).collect();
        places.shrink_to_fit();
        self.narrow = Some(Narrow {
            query: query.to_owned(),
            places,
        });
        let best = |&(score, place): &(i64, usize)| (Reverse(score), people.ids[place]);
        if found.len() > HITS {
            found.select_nth_unstable_by_key(HITS, best);
            found.truncate(HITS);
        }
        found.sort_unstable_by_key(best);
        let scores: Vec<(ContactId, i64)> = found
            .iter()
            .map(|&(score, place)| (people.ids[place], score))
            .collect();
        let mut hits = store.contact_hits(&scores)?;
        // A number may be a contact's own: that one comes first.
        if query.bytes().all(|b| b.is_ascii_digit()) {
            let by_id = store.contacts(&format!("#{query}"), Some(1))?;
            hits.retain(|hit| by_id.iter().all(|own| own.contact != hit.contact));
            hits.splice(0..0, by_id);
            hits.truncate(HITS);
        }
        Ok(Some(hits))
    }
}

fn people(store: &dyn Store) -> Result<People> {
    let mut people = People::default();
    store.contact_keys(&mut |contact, text| {
        people.ids.push(contact);
        people.texts.push_str(text);
        people.ends.push(people.texts.len());
    })?;
    people.ids.shrink_to_fit();
    people.ends.shrink_to_fit();
    people.texts.shrink_to_fit();
    Ok(people)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::tests::fake::Fake;
    use crate::tui::tests::fixtures::NOW;

    fn find(filter: &str, sort: Sort) -> Find {
        Find {
            state: None,
            filter: Filter::parse(filter),
            sort,
            now: NOW,
            is_fresh: false,
        }
    }

    #[test]
    fn a_pass_nobody_waits_for_is_given_up() {
        let store = Fake::new();
        let mut seeker = Seeker::default();
        let all = find("", Sort::Oldest);
        assert_eq!(seeker.cases(&store, &all, &mut || true).unwrap(), None);
        let found = seeker.cases(&store, &all, &mut || false).unwrap();
        assert_eq!(found.unwrap().len(), 7);
        let none = seeker.contacts(&store, "ana", &mut || true).unwrap();
        assert_eq!(none, None);
    }

    #[test]
    fn narrowed_from_letter_to_letter_is_as_searched_at_once() {
        let store = Fake::new();
        let mut typed = Seeker::default();
        for query in ["a", "an", "ana", "ana ", "ana s", "ana", "b", "jo", "joa"] {
            let narrowed = typed.contacts(&store, query, &mut || false).unwrap();
            let mut fresh = Seeker::default();
            let at_once = fresh.contacts(&store, query, &mut || false).unwrap();
            assert_eq!(narrowed, at_once, "{query}");
        }
    }

    #[test]
    fn what_others_write_is_found() {
        let store = Fake::new();
        let mut seeker = Seeker::default();
        let joao = find("joao", Sort::Confidence);
        let mut ask = |took: u64, is_fresh: bool| {
            // As if reading had taken so long.
            if let Some((_, kept)) = &mut seeker.cases {
                kept.took = Duration::from_secs(took);
            }
            let find = Find {
                is_fresh,
                ..joao.clone()
            };
            let found = seeker.cases(&store, &find, &mut || false).unwrap();
            (found.unwrap().len(), seeker.owes().is_some())
        };
        let write = |cases: &[CaseId]| {
            store.with(|held| {
                held.cases.retain(|row| !cases.contains(&row.case));
                held.revision += 1;
            });
        };
        assert_eq!(ask(0, false), (1, false));
        assert_eq!(ask(3_600, false), (1, false), "nothing was written");
        write(&[CaseId(12)]);
        assert_eq!(ask(3_600, false), (1, true), "old, and said so");
        assert_eq!(ask(3_600, true), (0, false), "one's own is seen at once");
        write(&[]);
        assert_eq!(ask(3_600, false), (0, true));
        assert_eq!(ask(0, false), (0, false));
    }
}
