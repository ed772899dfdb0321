//! `reunite stats`: how many cases of each kind stand where.

use super::session::Session;
use super::table::Table;
use crate::domain::case::{CaseKind, CaseState};
use crate::error::Exit;
use anyhow::Context as _;
use serde::Serialize;

/// Count the cases by kind and state
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

#[derive(Serialize)]
struct Count {
    kind: CaseKind,
    state: CaseState,
    cases: i64,
}

pub(super) fn run(_args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let store = session.reading()?;
    let counts = store.case_counts().context("counting the cases")?;
    if session.json {
        for (kind, state, cases) in counts {
            session.json_line(&Count { kind, state, cases })?;
        }
    } else {
        session.table(&table(&counts))?;
    }
    Ok(Exit::Done)
}

fn table(counts: &[(CaseKind, CaseState, i64)]) -> Table {
    let mut table = Table::default()
        .left("KIND")
        .right("OPEN")
        .right("DEFERRED")
        .right("RESOLVED")
        .right("SUPERSEDED");
    let sum = |of: Option<CaseKind>, state| -> String {
        let fits = counts
            .iter()
            .filter(|(kind, at, _)| *at == state && of.is_none_or(|only| only == *kind));
        fits.map(|(_, _, n)| n).sum::<i64>().to_string()
    };
    let mut line = |title: &str, of| {
        table.row([
            title.into(),
            sum(of, CaseState::Open),
            sum(of, CaseState::Deferred),
            sum(of, CaseState::Resolved),
            sum(of, CaseState::Superseded),
        ]);
    };
    for kind in CaseKind::ALL {
        if counts.iter().any(|(of, _, n)| of == kind && *n > 0) {
            line(kind.as_str(), Some(*kind));
        }
    }
    line("all", None);
    table
}
