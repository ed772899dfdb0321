//! `reunite claim` and `reunite release`: a word to other operators that one
//! looks at a case. It keeps nobody from answering.

use super::session::{Look, Session};
use crate::domain::ids::CaseId;
use crate::error::Exit;
use anyhow::Context as _;
use serde_json::json;

/// Tell others that you look at a case
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite claim 7              for ten minutes
  reunite claim 7 --for 1h
  reunite release 7

A claim keeps nobody from answering; it ends by itself, and with the answer.")]
pub(super) struct Args {
    /// The case
    case: CaseId,
    /// For how long: 90s, 10m, 2h
    #[arg(long = "for", value_name = "TIME", default_value = "10m", value_parser = span)]
    span: i64,
}

/// End your claim on a case
#[derive(Debug, clap::Args)]
pub(super) struct Release {
    /// The case
    case: CaseId,
}

/// A span in milliseconds.
fn span(text: &str) -> Result<i64, String> {
    let wrong = || "not a time from 1s to 24h: write 90s, 10m or 2h".to_owned();
    let unit = match text.chars().last() {
        Some('s') => 1000,
        Some('m') => 60_000,
        Some('h') => 3_600_000,
        _ => return Err(wrong()),
    };
    let n: i64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    let span = n.checked_mul(unit).ok_or_else(wrong)?;
    if (1000..=24 * 3_600_000).contains(&span) {
        Ok(span)
    } else {
        Err(wrong())
    }
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let mut store = session.deciding()?;
    let by = session.by(None);
    let claim = store
        .claim(args.case, by.at.plus(args.span), &by)
        .with_context(|| format!("claiming case {}", args.case))?;
    if session.json {
        session.json_line(&json!({"case": args.case, "claim": claim}))?;
    } else {
        let line = format!("Case {} is yours until {}", args.case, claim.until);
        session.look(Look::Good, line)?;
    }
    Ok(Exit::Done)
}

pub(super) fn release(args: &Release, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let mut store = session.deciding()?;
    let by = session.by(None);
    let ended = store
        .release(args.case, &by)
        .with_context(|| format!("releasing case {}", args.case))?;
    if session.json {
        session.json_line(&json!({"case": args.case, "released": ended}))?;
    } else if ended {
        session.look(Look::Good, format!("Case {} is free", args.case))?;
    } else {
        session.line(format!("Case {} was not claimed by you", args.case))?;
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans() {
        assert_eq!(span("90s"), Ok(90_000));
        assert_eq!(span("10m"), Ok(600_000));
        assert_eq!(span("24h"), Ok(86_400_000));
        for wrong in ["", "10", "m", "-1m", "25h", "0s", "1é", "9999999999999999h"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
