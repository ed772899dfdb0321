//! The walk along the entries of a log: each in its place at once, and its
//! content against its hash on a thread of its own, while the log is read on.

use super::{FORMAT, Link, Raw, TAGGED, Tag, sealed, tag};
use serde::de::IgnoredAny;
use std::ops::Range;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;

/// An entry whose content is still to be held against its hash.
struct Pending {
    entry: i64,
    content: Range<usize>,
    raw: Raw,
    tag: Option<Tag>,
    hash: Range<usize>,
}

/// Entries on their way to be checked, and the bytes of their contents and
/// hashes.
#[derive(Default)]
struct Pile {
    bytes: Vec<u8>,
    entries: Vec<Pending>,
}

/// The bytes of a pile before it goes.
const PILE: usize = 1 << 20;

impl Pile {
    /// The first entry whose content is not that of its hash, and what is wrong.
    fn flaw(&self) -> Option<Flaw> {
        self.entries.iter().find_map(|pending| {
            // What is no JSON could hold the fields that follow it.
            let is_json = |at: &Range<usize>| {
                at.is_empty()
                    || serde_json::from_slice::<IgnoredAny>(&self.bytes[at.clone()]).is_ok()
            };
            if !pending.raw.iter().all(is_json) {
                return Some((pending.entry, "holds something that is no JSON"));
            }
            let sum = sealed(&self.bytes[pending.content.clone()], pending.tag);
            (sum != self.bytes[pending.hash.clone()])
                .then_some((pending.entry, "does not have the hash of its content"))
        })
    }
}

type Flaw = (i64, &'static str);

/// Checks piles on a thread of its own, while the log is read on.
struct Checker {
    piles: SyncSender<Pile>,
    ended: JoinHandle<Option<Flaw>>,
}

impl Checker {
    /// `None` where there are no more threads to be had.
    fn start() -> Option<Self> {
        let (piles, given) = std::sync::mpsc::sync_channel::<Pile>(4);
        let work = move || given.iter().find_map(|pile| pile.flaw());
        let ended = std::thread::Builder::new().spawn(work).ok()?;
        Some(Self { piles, ended })
    }
}

/// A walk along the entries of one store, from the first.
#[derive(Default)]
pub(in crate::store) struct Chain {
    /// Entries passed.
    pub(in crate::store) entries: i64,
    /// The hash of the last.
    pub(in crate::store) head: String,
    /// The entry that has the hash asked for.
    pub(in crate::store) reached: Option<i64>,
    /// Some entry's hash does not tell its store.
    untagged: bool,
    format: i64,
    pile: Pile,
    checker: Option<Checker>,
    flaw: Option<Flaw>,
}

impl Chain {
    /// Passes an entry; what is wrong with its place, if anything is. Its
    /// content is held against its hash meanwhile: see [`Self::settle`].
    pub(in crate::store) fn follow(
        &mut self,
        link: &Link<'_>,
        hash: &str,
        head: Option<&str>,
    ) -> Option<String> {
        let fault = self.misplaced(link);
        self.entries += 1;
        self.format = link.format;
        self.untagged |= link.format < TAGGED;
        hash.clone_into(&mut self.head);
        if fault.is_none() {
            if head == Some(hash) {
                self.reached = Some(link.entry);
            }
            let bytes = &mut self.pile.bytes;
            let begin = bytes.len();
            let raw = link.content(bytes);
            let end = bytes.len();
            bytes.extend_from_slice(hash.as_bytes());
            self.pile.entries.push(Pending {
                entry: link.entry,
                content: begin..end,
                raw,
                tag: link.tag(),
                hash: end..bytes.len(),
            });
            if self.pile.bytes.len() >= PILE {
                self.send();
            }
        }
        fault
    }

    fn misplaced(&self, link: &Link<'_>) -> Option<String> {
        let place = self.entries + 1;
        if link.entry != place {
            return Some(format!("stands where entry {place} should"));
        }
        if link.prev != self.head {
            return Some("does not follow the entry before it".into());
        }
        if !(self.format.max(1)..=FORMAT).contains(&link.format) {
            return Some(format!("is of format {}, out of its time", link.format));
        }
        None
    }

    /// Hands the pile over; checks it here where nobody else can.
    fn send(&mut self) {
        let pile = std::mem::take(&mut self.pile);
        if self.checker.is_none() {
            self.checker = Checker::start();
        }
        match &self.checker {
            // A checker that has found a flaw takes nothing more.
            Some(checker) => drop(checker.piles.send(pile)),
            None => self.flaw = self.flaw.or_else(|| pile.flaw()),
        }
    }

    /// Whether a hash is for certain none of this store's: each of its own would
    /// tell it.
    pub(in crate::store) fn is_foreign(&self, store: &str, hash: &str) -> bool {
        !self.untagged && !hash.as_bytes().starts_with(&tag(store))
    }

    /// Waits for what is being checked: the first entry, of those passed, whose
    /// content is not that of its hash, and what is wrong.
    pub(in crate::store) fn settle(&mut self) -> Option<Flaw> {
        if let Some(Checker { piles, ended }) = self.checker.take() {
            drop(piles);
            // A checker that has broken off has vouched for nothing.
            let found = ended.join().unwrap_or(Some((1, "could not be checked")));
            self.flaw = self.flaw.or(found);
        }
        let last = std::mem::take(&mut self.pile);
        self.flaw = self.flaw.or_else(|| last.flaw());
        self.flaw
    }
}
