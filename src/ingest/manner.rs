//! How a delivery was read, in words that are kept beside what goes into
//! quarantine; and reading it again in the same way.

use super::import::{Column, read_kept};
use crate::domain::fact::{Item, Reading};
use crate::domain::ids::QuarantineId;
use crate::payload::{self, Format};
use crate::review::page::Counts;
use crate::store::{Held, PortfolioMap, Result, Store};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Manner {
    /// As a webhook.
    Webhook {
        /// Whose.
        format: Format,
        /// The portfolio of what names no number.
        portfolio: Option<String>,
    },
    /// As a row of an imported file.
    Row {
        /// What its columns hold.
        columns: Vec<Column>,
        /// The portfolio of rows that name none.
        portfolio: Option<String>,
    },
}

impl Manner {
    /// In words.
    pub(super) fn words(&self) -> Arc<str> {
        // Texts and words: this always serialises.
        serde_json::to_string(self).unwrap_or_default().into()
    }

    /// From the words; what is older than they are was a webhook.
    fn parse(words: &str) -> Self {
        serde_json::from_str(words).unwrap_or(Manner::Webhook {
            format: Format::Auto,
            portfolio: None,
        })
    }
}

/// Reads one quarantined item again, or all; the counts are of these items.
///
/// # Errors
/// As [`Store::retry`].
pub fn retry(
    store: &mut dyn Store,
    only: Option<QuarantineId>,
    map: &PortfolioMap,
) -> Result<Counts> {
    let began = std::time::Instant::now();
    let mut counts = store.retry(only, &again, map)?;
    counts.elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(counts)
}

/// What a delivery holds for this program; nothing where it is of no use.
pub(super) fn again(held: &Held) -> Vec<Item> {
    let Ok(text) = &held.text else {
        return Vec::new();
    };
    match Manner::parse(&held.manner) {
        Manner::Webhook { format, portfolio } => {
            let mut items = payload::read(text, format);
            for item in &mut items {
                if let Reading::Fact(fact) = &mut item.reading
                    && fact.channel.waba.is_none()
                    && fact.channel.phone_number_id.is_none()
                {
                    Arc::make_mut(&mut fact.channel)
                        .portfolio
                        .clone_from(&portfolio);
                }
            }
            items
        }
        Manner::Row { columns, portfolio } => read_kept(text, &columns, portfolio.as_deref())
            .into_iter()
            .collect(),
    }
}
