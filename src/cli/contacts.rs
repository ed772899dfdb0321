//! `reunite contacts`: fuzzy search over names, usernames, phones and ids.

use super::cases::LIMIT;
use super::session::{Look, Session};
use super::table::Table;
use super::words;
use crate::domain::identifier::Kind;
use crate::error::Exit;
use crate::review::page::ContactHit;
use anyhow::Context as _;

/// So many more are looked for, to say how many there are.
const LOOK_AHEAD: usize = 1000;

/// Search the contacts by name, username, phone, BSUID or contact id
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite contacts ana souza
  reunite contacts +1631555
  reunite contacts --limit 10 --json")]
pub(super) struct Args {
    /// What to look for; nothing lists all
    query: Vec<String>,
    /// At most so many [default: 50, with --json all]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let store = session.reading()?;
    let query = args.query.join(" ");
    if session.json {
        for hit in store
            .contacts(&query, args.limit)
            .context("searching the contacts")?
        {
            session.json_line(&hit)?;
        }
        return Ok(Exit::Done);
    }
    let limit = args.limit.unwrap_or(LIMIT);
    let mut hits = store
        .contacts(&query, Some(limit.saturating_add(LOOK_AHEAD)))
        .context("searching the contacts")?;
    let rest = hits.len().saturating_sub(limit);
    hits.truncate(limit);
    if hits.is_empty() && rest == 0 {
        session.line("No such contact.")?;
        return Ok(Exit::Done);
    }
    session.table(&table(&hits))?;
    if rest > 0 {
        let least = if rest == LOOK_AHEAD { "at least " } else { "" };
        session.look(
            Look::Dim,
            format!("{least}{rest} more: add --limit N, a narrower QUERY, or --json for all."),
        )?;
    }
    Ok(Exit::Done)
}

fn table(hits: &[ContactHit]) -> Table {
    let mut table = Table::default()
        .right("CONTACT")
        .cut("NAME", 12)
        .cut("PHONE", 15)
        .cut("USERNAME", 8)
        .cut("BSUID", 12);
    for hit in hits {
        table.row([
            hit.contact.to_string(),
            words::name(&hit.name),
            of_kind(hit, Kind::Phone),
            of_kind(hit, Kind::Username),
            of_kind(hit, Kind::Bsuid),
        ]);
    }
    table
}

/// The first of a kind, live ones come first, and how many more there are.
fn of_kind(hit: &ContactHit, kind: Kind) -> String {
    let mut of_kind = hit.identifiers.iter().filter(|row| row.kind == kind);
    let Some(first) = of_kind.next() else {
        return String::new();
    };
    match of_kind.count() {
        0 => words::shown(&first.value),
        more => format!("{} +{more}", words::shown(&first.value)),
    }
}
