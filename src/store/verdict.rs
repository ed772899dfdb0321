//! What a check of the audit log concludes, and the head that it is held
//! against: the same for the log in a store and for an exported file.

use super::chain::Chain;

/// What `audit verify` found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Verdict {
    /// `OK`, `TAMPERED` or `CANNOT TELL`.
    pub result: &'static str,
    /// Entries read.
    pub entries: i64,
    /// Hash of the last entry, hex.
    pub head: String,
    /// The first entry that is not as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_bad: Option<i64>,
    /// What to keep elsewhere, for a later check: `STORE:HASH`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<String>,
    /// What was found, in a sentence.
    pub detail: String,
}

pub(super) const OK: &str = "OK";
pub(super) const TAMPERED: &str = "TAMPERED";
/// A head that is none.
pub(super) const NO_HEAD: &str =
    "the head given is none: 64 hex digits are expected, or the store's id, a colon, and these";
pub(super) const CANNOT_TELL: &str = "CANNOT TELL";

impl Verdict {
    /// Where the log is not there to be read.
    #[must_use]
    pub fn cannot_tell(why: impl Into<String>) -> Self {
        Chain::default().cannot_tell(why)
    }

    /// Whether the log is what was written.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.result == OK
    }
}

/// A head that was kept elsewhere: `HASH` or `STORE:HASH`, hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The store that it is of, if it says so.
    pub store: Option<String>,
    /// The hash of the entry that was the last then.
    pub hash: String,
}

impl Head {
    /// Reads a head; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let is_hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
        let (store, hash) = match text.split_once(':') {
            Some((store, hash)) => (Some(store), hash),
            None => (None, text.as_str()),
        };
        let well =
            hash.len() == 64 && is_hex(hash) && store.is_none_or(|s| !s.is_empty() && is_hex(s));
        well.then(|| Self {
            store: store.map(str::to_owned),
            hash: hash.to_owned(),
        })
    }
}

impl Chain {
    fn verdict(&self, result: &'static str, detail: impl Into<String>) -> Verdict {
        Verdict {
            result,
            entries: self.entries,
            head: self.head.clone(),
            detail: detail.into(),
            ..Verdict::default()
        }
    }

    /// The log is not what was written: for this reason, or for one further up.
    pub(super) fn tampered(&mut self, first_bad: Option<i64>, what: &str) -> Verdict {
        if let Some((entry, flaw)) = self.settle()
            && first_bad.is_none_or(|bad| entry <= bad)
        {
            return Verdict {
                first_bad: Some(entry),
                ..self.verdict(TAMPERED, format!("entry {entry} {flaw}"))
            };
        }
        Verdict {
            first_bad,
            ..self.verdict(TAMPERED, what)
        }
    }

    /// Nothing can be said.
    pub(super) fn cannot_tell(&self, why: impl Into<String>) -> Verdict {
        self.verdict(CANNOT_TELL, why)
    }

    /// The verdict of a walk in which every entry stood in its place, held against a head.
    pub(super) fn conclude(&mut self, store: &str, head: Option<&Head>) -> Verdict {
        if let Some((entry, flaw)) = self.settle() {
            return self.tampered(Some(entry), &format!("entry {entry} {flaw}"));
        }
        let ok = |detail: &str| Verdict {
            keep: (self.entries > 0).then(|| format!("{store}:{}", self.head)),
            ..self.verdict(OK, detail)
        };
        let Some(head) = head else {
            return ok(
                "the chain is whole; without a head kept elsewhere, a cut tail would not show",
            );
        };
        let foreign = match &head.store {
            Some(of) => of != store,
            None => self.is_foreign(store, &head.hash),
        };
        if foreign {
            return self.cannot_tell("the head given is of another store");
        }
        match self.reached {
            Some(entry) if entry == self.entries => {
                ok("the chain is whole and ends in the head given")
            }
            Some(entry) => ok(&format!(
                "the chain is whole; the head given is that of entry {entry}, and nothing up to there was changed"
            )),
            None => self.tampered(
                None,
                "the log does not reach the head given: entries were cut off or replaced",
            ),
        }
    }
}
