//! `reunite cases`: the queue. JSON is read page by page, so that a store of
//! a hundred thousand cases needs no more memory than one of a hundred.

use super::args;
use super::session::{Look, Session};
use super::table::Table;
use super::words;
use crate::domain::case::{CaseKind, CaseState};
use crate::domain::ids::ContactId;
use crate::error::Exit;
use crate::review::page::CaseRow;
use crate::store::{CaseFilter, Store};
use anyhow::Context as _;

/// Lines that people get when they do not say how many.
pub(super) const LIMIT: usize = 50;
/// Cases asked for at once where all are wanted.
const PAGE: usize = 1000;

/// List the cases, best first
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite cases                                  the open ones
  reunite cases --kind phone_bsuid_conflict --min-confidence 0.9
  reunite cases --contact 3 --state all          whatever was asked about a contact
  reunite cases --json | jq .case                all of them, for a script")]
pub(super) struct Args {
    /// Where they stand
    #[arg(long, value_enum, default_value_t = StateArg::Open)]
    state: StateArg,
    /// Of one kind
    #[arg(long, value_parser = args::case_kind())]
    kind: Option<CaseKind>,
    /// Suggested at least this surely, from 0 to 1
    #[arg(long, value_name = "C", value_parser = args::confidence)]
    min_confidence: Option<f64>,
    /// That concern this contact
    #[arg(long, value_name = "ID")]
    contact: Option<ContactId>,
    /// At most so many [default: 50, with --json all]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// After the case with this cursor
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum StateArg {
    Open,
    Deferred,
    Resolved,
    Superseded,
    All,
}

impl StateArg {
    fn state(self) -> Option<CaseState> {
        match self {
            StateArg::Open => Some(CaseState::Open),
            StateArg::Deferred => Some(CaseState::Deferred),
            StateArg::Resolved => Some(CaseState::Resolved),
            StateArg::Superseded => Some(CaseState::Superseded),
            StateArg::All => None,
        }
    }
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let store = session.reading()?;
    session.note_age(&*store);
    let filter = CaseFilter {
        state: args.state.state(),
        kind: args.kind,
        min_confidence: args.min_confidence,
        contact: args.contact,
        limit: args.limit,
        after: args.after.clone(),
    };
    if session.json {
        all(&*store, filter, session)
    } else {
        some(&*store, filter, session)
    }
    .context("listing the cases")
}

fn all(
    store: &dyn Store,
    mut filter: CaseFilter,
    session: &mut Session<'_, '_>,
) -> anyhow::Result<Exit> {
    let mut wanted = filter.limit.unwrap_or(usize::MAX);
    while wanted > 0 {
        let page = wanted.min(PAGE);
        filter.limit = Some(page);
        let rows = store.cases(&filter)?;
        for row in &rows {
            session.json_line(row)?;
        }
        wanted -= rows.len().min(wanted);
        match rows.last() {
            Some(last) if rows.len() == page => filter.after = Some(last.cursor.clone()),
            _ => break,
        }
    }
    Ok(Exit::Done)
}

fn some(
    store: &dyn Store,
    mut filter: CaseFilter,
    session: &mut Session<'_, '_>,
) -> anyhow::Result<Exit> {
    let limit = filter.limit.unwrap_or(LIMIT);
    filter.limit = Some(limit.saturating_add(1));
    let mut rows = store.cases(&filter)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    if rows.is_empty() && !more {
        session.line("No such case.")?;
        return Ok(Exit::Done);
    }
    let all = filter.state.is_none();
    session.table(&table(&rows, all, session))?;
    if let (true, Some(last)) = (more, rows.last()) {
        let rest = match rest(store, &filter, rows.len())? {
            Some(rest) => format!("{rest} more"),
            None => "More".into(),
        };
        session.look(
            Look::Dim,
            format!(
                "{rest}: add --limit N, or --after '{}', or --json for all.",
                last.cursor
            ),
        )?;
    }
    Ok(Exit::Done)
}

/// How many are not shown, where the counts that the store keeps tell.
fn rest(store: &dyn Store, filter: &CaseFilter, shown: usize) -> anyhow::Result<Option<i64>> {
    let narrow =
        filter.min_confidence.is_some() || filter.contact.is_some() || filter.after.is_some();
    if narrow {
        return Ok(None);
    }
    let fits = |kind, state| {
        filter.kind.is_none_or(|only| only == kind) && filter.state.is_none_or(|only| only == state)
    };
    let counts = store.case_counts()?.into_iter();
    let all: i64 = counts
        .filter(|&(kind, state, _)| fits(kind, state))
        .map(|(_, _, n)| n)
        .sum();
    Ok(i64::try_from(shown)
        .ok()
        .map(|shown| all - shown)
        .filter(|rest| *rest > 0))
}

fn table(rows: &[CaseRow], states: bool, session: &Session<'_, '_>) -> Table {
    let now = session.now();
    let mut table = Table::default()
        .right("CASE")
        .cut("KIND", 13)
        .cut("CONTACTS", 16)
        .left("SUGGESTION")
        .right("AGE");
    if states {
        table = table.left("STATE");
    }
    for row in rows {
        let contacts: Vec<String> = row.contacts.iter().map(words::side).collect();
        let suggestion = &row.suggestion;
        let state = states.then(|| row.state.to_string());
        let cells = [
            row.case.to_string(),
            row.kind.to_string(),
            contacts.join(" | "),
            format!(
                "{} {}",
                suggestion.action,
                words::confidence(suggestion.confidence)
            ),
            words::age(row.opened_at, now),
        ];
        table.row(cells.into_iter().chain(state));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_word() {
        use clap::ValueEnum as _;
        for arg in StateArg::value_variants() {
            let word = arg.to_possible_value().unwrap();
            let parsed = CaseState::parse(word.get_name());
            assert_eq!(parsed, arg.state());
        }
    }
}
