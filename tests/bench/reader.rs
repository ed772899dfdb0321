//! How long a reader in another process waits while an ingest goes on: pages of
//! the queue, and cases as a whole.

use super::Outcome;
use reunite::domain::case::CaseState;
use reunite::store::{CaseFilter, Mode, Store, open};
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

/// Cases of a page.
const PAGE: usize = 50;
/// Between two reads, as somebody who looks around.
const PAUSE: Duration = Duration::from_millis(20);

/// The waits for pages and for cases, sorted.
pub(crate) struct Waits {
    pub(crate) pages: Vec<Duration>,
    pub(crate) cases: Vec<Duration>,
}

impl Waits {
    /// That of so many in a thousand at most.
    pub(crate) fn at(sorted: &[Duration], thousandths: usize) -> f64 {
        let place = (sorted.len() * thousandths / 1000).min(sorted.len().saturating_sub(1));
        sorted.get(place).map_or(f64::NAN, Duration::as_secs_f64) * 1000.0
    }
}

/// Reads from `store` until `ingest` has ended; fails where a page does not
/// hold together.
pub(crate) fn beside(ingest: &mut Child, store: &Path) -> Outcome<Waits> {
    let mut waits = Waits {
        pages: Vec::new(),
        cases: Vec::new(),
    };
    let mut reader = None;
    let mut after = None;
    loop {
        if let Some(status) = ingest.try_wait()? {
            if !status.success() {
                return Err(format!("the ingest ended with {status}").into());
            }
            waits.pages.sort_unstable();
            waits.cases.sort_unstable();
            return Ok(waits);
        }
        if reader.is_none() {
            reader = open(store, Mode::ReadOnly, Duration::from_secs(1)).ok();
        }
        if let Some(reader) = &reader {
            after = look(reader.as_ref(), after, &mut waits)?;
        }
        std::thread::sleep(PAUSE);
    }
}

/// The next page, and the case in its middle.
fn look(reader: &dyn Store, after: Option<String>, waits: &mut Waits) -> Outcome<Option<String>> {
    let filter = CaseFilter {
        state: Some(CaseState::Open),
        limit: Some(PAGE),
        after,
        ..CaseFilter::default()
    };
    let began = Instant::now();
    let rows = reader.cases(&filter)?;
    waits.pages.push(began.elapsed());
    let sure: Vec<f64> = rows.iter().map(|row| row.suggestion.confidence).collect();
    if !sure.is_sorted_by(|a, b| a >= b) {
        return Err("a page of the queue is not in its order".into());
    }
    if let Some(row) = rows.get(rows.len() / 2) {
        let began = Instant::now();
        let page = reader.case(row.case)?;
        waits.cases.push(began.elapsed());
        if page.row.case != row.case || page.evidence.is_empty() {
            return Err(format!("case {} does not hold together", row.case).into());
        }
    }
    Ok(rows
        .last()
        .filter(|_| rows.len() == PAGE)
        .map(|row| row.cursor.clone()))
}
