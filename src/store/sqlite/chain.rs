//! The audit chain: each entry's hash covers the entry before it.

use sha2::{Digest, Sha256};

/// What an entry's hash is made of, in this order; SQL NULL is JSON null.
pub(super) struct Link<'a> {
    pub(super) store: &'a str,
    pub(super) entry: i64,
    pub(super) at: &'a str,
    pub(super) operator: &'a str,
    pub(super) action: &'a str,
    pub(super) decision: Option<i64>,
    pub(super) batch: Option<i64>,
    pub(super) undoes: Option<i64>,
    pub(super) case: Option<i64>,
    pub(super) reason: Option<&'a str>,
    pub(super) before: &'a str,
    pub(super) after: &'a str,
    pub(super) prev: &'a str,
}

impl Link<'_> {
    /// SHA-256, hex, over the fields as one JSON array: no two sets of fields
    /// have the same text.
    pub(super) fn hash(&self) -> String {
        let text = serde_json::json!([
            self.store,
            self.entry,
            self.at,
            self.operator,
            self.action,
            self.decision,
            self.batch,
            self.undoes,
            self.case,
            self.reason,
            self.before,
            self.after,
            self.prev
        ])
        .to_string();
        hex(&Sha256::digest(text.as_bytes()))
    }
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
