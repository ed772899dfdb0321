//! `reunite stats`: how many cases of each kind stand where, how old the
//! oldest is, and what comes and is answered in a day.

use super::session::{Look, Session};
use super::table::Table;
use super::words;
use crate::domain::case::{CaseKind, CaseState};
use crate::domain::ids::CaseId;
use crate::domain::time::Timestamp;
use crate::error::Exit;
use crate::review::page::{DayCounts, Stats};
use anyhow::Context as _;
use serde::Serialize;

/// Count the cases: by kind and state, and arriving and decided per day
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With --json, in this order: a line {\"kind\",\"state\",\"cases\"} for each kind and
state that there is; a line {\"oldest_open\",\"opened_at\",\"quarantined\"}; and a
line {\"day\",\"arrived\",\"decided\"} for each day, today last. Days are days of
UTC. A case arrives with its first evidence; a day's decisions are the answers
of that day that stand, but for defer.")]
pub(super) struct Args {
    /// That many days, today among them
    #[arg(long, value_name = "N", default_value_t = 14, value_parser = clap::value_parser!(u32).range(0..=3660))]
    days: u32,
}

#[derive(Serialize)]
struct Count {
    kind: CaseKind,
    state: CaseState,
    cases: i64,
}

#[derive(Serialize)]
struct Waiting {
    oldest_open: Option<CaseId>,
    opened_at: Option<Timestamp>,
    quarantined: i64,
}

#[derive(Serialize)]
struct OfDay {
    day: String,
    arrived: i64,
    decided: i64,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let store = session.reading()?;
    let stats = store.stats(args.days).context("counting the cases")?;
    if session.json {
        json(&stats, session)?;
    } else {
        print(&stats, session)?;
    }
    Ok(Exit::Done)
}

fn json(stats: &Stats, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    for &(kind, state, cases) in &stats.cases {
        session.json_line(&Count { kind, state, cases })?;
    }
    session.json_line(&Waiting {
        oldest_open: stats.oldest_open.map(|(case, _)| case),
        opened_at: stats.oldest_open.map(|(_, at)| at),
        quarantined: stats.quarantined,
    })?;
    for day in &stats.days {
        session.json_line(&OfDay {
            day: words::date(Some(day.day)),
            arrived: day.arrived,
            decided: day.decided,
        })?;
    }
    Ok(())
}

fn print(stats: &Stats, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    session.table(&kinds(&stats.cases))?;
    session.line("")?;
    let oldest = match stats.oldest_open {
        None => "No case is open.".to_owned(),
        Some((case, at)) => {
            let age = words::age(at, session.now());
            format!("The oldest open case is {case}, of {at} ({age} ago).")
        }
    };
    session.line(oldest)?;
    if stats.quarantined > 0 {
        let items = words::count(stats.quarantined.unsigned_abs(), "item");
        session.look(
            Look::Dim,
            format!("{items} could not be read: `reunite quarantine list`."),
        )?;
    }
    if !stats.days.is_empty() {
        session.line("")?;
        session.table(&days(&stats.days))?;
    }
    Ok(())
}

fn kinds(counts: &[(CaseKind, CaseState, i64)]) -> Table {
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

fn days(days: &[DayCounts]) -> Table {
    let mut table = Table::default()
        .left("DAY")
        .right("ARRIVED")
        .right("DECIDED");
    for day in days {
        table.row([
            words::date(Some(day.day)),
            day.arrived.to_string(),
            day.decided.to_string(),
        ]);
    }
    table
}
