//! `reunite decide`: one answer to one case. Whether it can be taken is the
//! store's word; a refusal passes through as it is.

use super::args;
use super::session::{Look, Session};
use super::words;
use crate::domain::case::{Action, Answer, Target};
use crate::domain::identifier::Named;
use crate::domain::ids::{CaseId, ContactId};
use crate::domain::time::Timestamp;
use crate::error::{Exit, Failure};
use crate::review::four_eyes::{ONCE_CONFIRMED, Subject};
use crate::review::page::Done;
use crate::store::{Decide, Store};
use anyhow::Context as _;

/// Answer a case
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite decide 7 merge --survivor 3 --reason 'same order history'
  reunite decide 7 relink --identifier phone:16315551181 --to 9
  reunite decide 7 relink --identifier bsuid:US.1349@eu --to new --since 2026-04-12
  reunite decide 7 keep-separate --dry-run
  reunite decide 7 defer --until 2026-12-01")]
pub(super) struct Args {
    /// The case
    case: CaseId,
    #[command(subcommand)]
    answer: AnswerArg,
    /// Why, for the log
    #[arg(long, global = true, value_name = "TEXT")]
    reason: Option<String>,
    /// Say what would happen, write nothing
    #[arg(long, global = true)]
    dry_run: bool,
    /// Refuse if the case is not in this version any more
    #[arg(long, global = true, value_name = "N")]
    expect_version: Option<i64>,
}

#[derive(Debug, clap::Subcommand)]
enum AnswerArg {
    /// The contacts are one person
    Merge {
        /// The contact whose id stands for both [default: the suggestion's]
        #[arg(long, value_name = "ID")]
        survivor: Option<ContactId>,
    },
    /// An identifier belongs to another contact
    Relink {
        /// Which identifier: KIND:VALUE
        #[arg(long, value_name = "KIND:VALUE", value_parser = args::identifier)]
        identifier: Named,
        /// Whose it is: a contact id, or 'new'
        #[arg(long, value_name = "CONTACT")]
        to: Target,
        /// From when on [default: the case's first evidence]
        #[arg(long, value_name = "TIME", value_parser = args::time)]
        since: Option<Timestamp>,
    },
    /// The contacts are not one person
    #[command(alias = "keep_separate")]
    KeepSeparate,
    /// The change happened
    Accept,
    /// The change never happened
    Reject,
    /// Ask again later
    Defer {
        /// When
        #[arg(long, value_name = "TIME", value_parser = args::time)]
        until: Timestamp,
    },
}

impl AnswerArg {
    fn answer(&self) -> Answer {
        match self {
            AnswerArg::Merge { survivor } => Answer::Merge {
                survivor: *survivor,
            },
            AnswerArg::Relink {
                identifier,
                to,
                since,
            } => Answer::Relink {
                identifier: identifier.clone(),
                to: *to,
                since: *since,
            },
            AnswerArg::KeepSeparate => Answer::KeepSeparate,
            AnswerArg::Accept => Answer::Accept,
            AnswerArg::Reject => Answer::Reject,
            AnswerArg::Defer { until } => Answer::Defer { until: *until },
        }
    }
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let answer = args.answer.answer();
    if let Some(why) = answer.untimely(session.now()) {
        let hint = "times are UTC: 2026-04-12T09:30:00Z, or 2026-04-12 for its first moment";
        return Err(Failure::usage(why, hint).into());
    }
    let mut store = session.deciding_unless(args.dry_run)?;
    let decide = Decide {
        case: args.case,
        answer,
        expect_version: args.expect_version,
        dry_run: args.dry_run,
    };
    let mut done = store
        .decide(&decide, &session.by(args.reason.as_deref()))
        .with_context(|| format!("deciding case {}", args.case))?;
    if args.dry_run && !done.proposes && waits(args.case, done.action, &*store, session)? {
        done.proposes = true;
        done.summary.push_str(ONCE_CONFIRMED);
    }
    print(&done, session)?;
    Ok(Exit::Done)
}

/// Whether an answer would wait for another operator under the rule that the
/// store would take over first.
fn waits(
    case: CaseId,
    action: Action,
    store: &dyn Store,
    session: &Session<'_, '_>,
) -> anyhow::Result<bool> {
    let Some(rule) = session.rule_for(store)? else {
        return Ok(false);
    };
    let row = store.case(case).context("reading the case")?.row;
    let suggested = &row.suggestion;
    let subject = Subject::of(
        row.kind,
        action,
        Some(suggested.action),
        suggested.confidence,
    );
    Ok(rule.needs_two(&subject))
}

/// What was done; `undo` prints the same.
pub(super) fn print(done: &Done, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    if session.json {
        return session.json_line(done);
    }
    let summary = words::shown(&done.summary);
    match done.decision {
        Some(id) => {
            session.look(Look::Good, format!("Decision {id}: {summary}"))?;
            let back = match done.action {
                Action::Undo => "To do it again",
                _ => "To take it back",
            };
            session.look(Look::Dim, format!("{back}: `reunite undo {id}`"))
        }
        None if done.proposed.is_some() => {
            let id = done.proposed.map_or(0, |id| id.0);
            session.look(Look::Good, format!("Proposal {id}: {summary}"))?;
            session.look(
                Look::Dim,
                format!("Another operator: `reunite proposals confirm {id}`"),
            )
        }
        None if done.dry_run => session.line(format!("Nothing is written. It would: {summary}")),
        None => session.line(summary),
    }
}
