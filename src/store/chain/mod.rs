//! The audit chain: what an entry's hash covers, and the walk along entries.
//! No SQL here: the log in a store and an exported file follow the same rules.
//!
//! An entry of format 3 is the JSON object
//! `{"action","after","at","batch","before","case","decision","entry","event",
//! "format","host","operator","prev","program","reason","store","terms","undoes"}`
//! in canonical form (RFC 8785: keys sorted, at every depth, no white space,
//! UTF-8, only what must be escaped is). Its hash is the first 8 digits of the
//! store's id, so that a head tells whose it is, and the lower-case hex of
//! SHA-224 over these bytes. `prev` is the hash of the entry before, `""` for
//! the first, and entries are numbered from 1 without a gap.
//!
//! Format 2 is the same with a hash that is SHA-256 alone. Format 1, of stores made before the log told host, program and terms, is
//! SHA-256 over the JSON array `[store, entry, at, operator, action, decision,
//! batch, undoes, case, reason, before, after, prev]` with `before` and `after`
//! as strings. Entries of an earlier format stand before all of a later one.

mod walk;

use sha2::{Digest, Sha224, Sha256};
use std::ops::Range;
pub(super) use walk::Chain;

/// The format that is written today.
pub(super) const FORMAT: i64 = 3;

/// What an entry's hash covers. `terms`, `before` and `after` are JSON, as text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link<'a> {
    pub(super) format: i64,
    pub(super) store: &'a str,
    pub(super) entry: i64,
    pub(super) at: &'a str,
    pub(super) operator: &'a str,
    pub(super) host: Option<&'a str>,
    pub(super) program: Option<&'a str>,
    pub(super) action: &'a str,
    pub(super) decision: Option<i64>,
    pub(super) batch: Option<i64>,
    pub(super) undoes: Option<i64>,
    pub(super) case: Option<i64>,
    pub(super) reason: Option<&'a str>,
    /// The last event that the decision knew.
    pub(super) event: Option<i64>,
    /// What exactly was decided.
    pub(super) terms: Option<&'a str>,
    pub(super) before: &'a str,
    pub(super) after: &'a str,
    pub(super) prev: &'a str,
}

/// A value on its way into canonical JSON.
enum Part<'a> {
    Number(Option<i64>),
    Text(Option<&'a str>),
    /// JSON already.
    Raw(Option<&'a str>),
}

impl Part<'_> {
    fn write(&self, to: &mut Vec<u8>) {
        // Writing to memory does not fail.
        let _ = match self {
            Part::Number(Some(number)) => serde_json::to_writer(to, number),
            Part::Text(Some(text)) => serde_json::to_writer(to, text),
            Part::Raw(Some(json)) => {
                to.extend_from_slice(json.as_bytes());
                Ok(())
            }
            Part::Number(None) | Part::Text(None) | Part::Raw(None) => {
                to.extend_from_slice(b"null");
                Ok(())
            }
        };
    }
}

impl Link<'_> {
    /// The canonical object, without its hash and its closing brace. Says where
    /// in it the parts lie that are taken as JSON.
    fn object(&self, to: &mut Vec<u8>) -> Raw {
        let parts = [
            ("{\"action\":", Part::Text(Some(self.action))),
            (",\"after\":", Part::Raw(Some(self.after))),
            (",\"at\":", Part::Text(Some(self.at))),
            (",\"batch\":", Part::Number(self.batch)),
            (",\"before\":", Part::Raw(Some(self.before))),
            (",\"case\":", Part::Number(self.case)),
            (",\"decision\":", Part::Number(self.decision)),
            (",\"entry\":", Part::Number(Some(self.entry))),
            (",\"event\":", Part::Number(self.event)),
            (",\"format\":", Part::Number(Some(self.format))),
            (",\"host\":", Part::Text(self.host)),
            (",\"operator\":", Part::Text(Some(self.operator))),
            (",\"prev\":", Part::Text(Some(self.prev))),
            (",\"program\":", Part::Text(self.program)),
            (",\"reason\":", Part::Text(self.reason)),
            (",\"store\":", Part::Text(Some(self.store))),
            (",\"terms\":", Part::Raw(self.terms)),
            (",\"undoes\":", Part::Number(self.undoes)),
        ];
        let mut raw = Raw::default();
        let mut places = raw.iter_mut();
        for (key, value) in parts {
            to.extend_from_slice(key.as_bytes());
            let begin = to.len();
            value.write(to);
            if let Part::Raw(Some(_)) = value
                && let Some(place) = places.next()
            {
                *place = begin..to.len();
            }
        }
        raw
    }

    fn array(&self, to: &mut Vec<u8>) {
        let parts = [
            Part::Text(Some(self.store)),
            Part::Number(Some(self.entry)),
            Part::Text(Some(self.at)),
            Part::Text(Some(self.operator)),
            Part::Text(Some(self.action)),
            Part::Number(self.decision),
            Part::Number(self.batch),
            Part::Number(self.undoes),
            Part::Number(self.case),
            Part::Text(self.reason),
            Part::Text(Some(self.before)),
            Part::Text(Some(self.after)),
            Part::Text(Some(self.prev)),
        ];
        let mut before = b'[';
        for part in parts {
            to.push(before);
            part.write(to);
            before = b',';
        }
        to.push(b']');
    }

    /// Its line in an exported log: the canonical object with the hash in it.
    pub(super) fn line(&self, hash: &str, to: &mut Vec<u8>) {
        self.object(to);
        to.extend_from_slice(b",\"hash\":");
        Part::Text(Some(hash)).write(to);
        to.extend_from_slice(b"}\n");
    }

    /// What its hash is made of.
    fn content(&self, to: &mut Vec<u8>) -> Raw {
        if self.format == 1 {
            // All text in it is quoted.
            self.array(to);
            return Raw::default();
        }
        let raw = self.object(to);
        to.push(b'}');
        raw
    }

    /// Its hash, lower-case hex.
    pub(super) fn hash(&self) -> String {
        let mut content = Vec::new();
        self.content(&mut content);
        let hash = sealed(&content, self.tag());
        String::from_utf8_lossy(&hash).into_owned()
    }

    fn tag(&self) -> Option<Tag> {
        (self.format >= TAGGED).then(|| tag(self.store))
    }
}

/// The first format whose hashes tell their store.
const TAGGED: i64 = 3;
/// What a hash begins with: of which store it is.
type Tag = [u8; 8];

/// The first digits of a store's id.
pub(super) fn tag(store: &str) -> Tag {
    let mut tag = [b'0'; 8];
    for (place, digit) in tag.iter_mut().zip(store.bytes()) {
        *place = digit;
    }
    tag
}

/// The hash over an entry's content, as text.
fn sealed(content: &[u8], tag: Option<Tag>) -> [u8; 64] {
    let mut text = [0; 64];
    match tag {
        None => digits(&Sha256::digest(content), &mut text),
        Some(tag) => {
            let (front, rest) = text.split_at_mut(tag.len());
            front.copy_from_slice(&tag);
            digits(&Sha224::digest(content), rest);
        }
    }
    text
}

/// A hash as lower-case hex.
pub(super) fn hex(hash: &[u8]) -> String {
    let mut text = vec![0; 2 * hash.len()];
    digits(hash, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Bytes as lower-case hex digits.
fn digits(bytes: &[u8], text: &mut [u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

/// Where JSON lies in an entry's content; empty where there is none.
type Raw = [Range<usize>; 3];

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Link<'static> {
        Link {
            format: 2,
            store: "5d",
            entry: 1,
            at: "2026-05-02T09:30:00Z",
            operator: "In\u{ea}s \"i\"\n",
            host: Some("desk"),
            program: Some("0.1.0"),
            action: "merge",
            decision: Some(1),
            batch: None,
            undoes: None,
            case: Some(7),
            reason: None,
            event: Some(3),
            terms: Some(r#"{"contacts":[3,9]}"#),
            before: "{}",
            after: r#"{"x":1}"#,
            prev: "",
        }
    }

    #[test]
    fn the_hash_is_that_of_the_canonical_object() {
        let text = r#"{"action":"merge","after":{"x":1},"at":"2026-05-02T09:30:00Z","batch":null,"before":{},"case":7,"decision":1,"entry":1,"event":3,"format":2,"host":"desk","operator":"Inês \"i\"\n","prev":"","program":"0.1.0","reason":null,"store":"5d","terms":{"contacts":[3,9]},"undoes":null}"#;
        let mut content = Vec::new();
        let raw = link().content(&mut content);
        assert_eq!(String::from_utf8(content).unwrap(), text);
        let json: Vec<&str> = raw.into_iter().map(|at| &text[at]).collect();
        assert_eq!(json, [r#"{"x":1}"#, "{}", r#"{"contacts":[3,9]}"#]);
        assert_eq!(link().hash(), hex(&Sha256::digest(text.as_bytes())));
        let third = Link {
            format: 3,
            ..link()
        };
        let text = text.replace(r#""format":2"#, r#""format":3"#);
        // The store's id is shorter here than those that stores are given.
        let hash = format!("5d000000{}", hex(&Sha224::digest(text.as_bytes())));
        assert_eq!(third.hash(), hash);
        // Sorted and without blanks: what other tools print of the same object.
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed.to_string(), text);
    }

    #[test]
    fn each_field_is_covered() {
        let one = link();
        let others = [
            Link { store: "6", ..one },
            Link { entry: 2, ..one },
            Link { at: "x", ..one },
            Link {
                operator: "x",
                ..one
            },
            Link { host: None, ..one },
            Link {
                program: None,
                ..one
            },
            Link { action: "x", ..one },
            Link {
                decision: None,
                ..one
            },
            Link {
                batch: Some(1),
                ..one
            },
            Link {
                undoes: Some(1),
                ..one
            },
            Link { case: None, ..one },
            Link {
                reason: Some(""),
                ..one
            },
            Link { event: None, ..one },
            Link { terms: None, ..one },
            Link {
                before: "{ }",
                ..one
            },
            Link { after: "{}", ..one },
            Link { prev: "x", ..one },
            Link { format: 1, ..one },
        ];
        for other in others {
            assert_ne!(one.hash(), other.hash(), "{other:?}");
        }
    }

    #[test]
    fn a_walk_names_what_is_wrong() {
        let one = link();
        let first = one.hash();
        let two = Link {
            entry: 2,
            prev: &first,
            ..one
        };
        let walk = |links: &[(Link<'_>, String)]| {
            let mut chain = Chain::default();
            let fault = links
                .iter()
                .find_map(|(link, hash)| chain.follow(link, hash, None));
            chain.settle().map(|(_, what)| what.to_owned()).or(fault)
        };
        assert_eq!(walk(&[(one, first.clone()), (two, two.hash())]), None);
        let says = |links: &[(Link<'_>, String)], what: &str| {
            let said = walk(links).unwrap();
            assert!(said.contains(what), "{said}");
        };
        says(&[(two, two.hash())], "where entry 1 should");
        says(
            &[
                (one, first.clone()),
                (Link { prev: "", ..two }, String::new()),
            ],
            "does not follow",
        );
        says(&[(one, two.hash())], "the hash of its content");
        let broken = Link {
            after: "{},\"x\":1",
            ..one
        };
        says(&[(broken, broken.hash())], "no JSON");
        let older = Link { format: 1, ..two };
        says(
            &[(one, first.clone()), (older, older.hash())],
            "out of its time",
        );
        let newer = Link { format: 4, ..one };
        says(&[(newer, newer.hash())], "out of its time");
    }

    /// More than one pile, and the flaw in the first, the last or between.
    #[test]
    fn a_long_walk_names_the_first_flaw() {
        let wide = format!("{{\"x\":\"{}\"}}", "y".repeat(10_000));
        for broken in [None, Some(1), Some(150), Some(400)] {
            let (mut chain, mut prev) = (Chain::default(), String::new());
            for entry in 1..=400 {
                let link = Link {
                    entry,
                    prev: &prev,
                    after: &wide,
                    ..link()
                };
                let told = Link {
                    operator: if broken == Some(entry) {
                        "eve"
                    } else {
                        link.operator
                    },
                    ..link
                };
                let hash = link.hash();
                assert_eq!(chain.follow(&told, &hash, None), None);
                prev = hash;
            }
            assert_eq!(chain.settle().map(|(entry, _)| entry), broken);
        }
    }
}
