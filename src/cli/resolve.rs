//! `reunite resolve`: what an application asks before it writes to somebody.

use super::session::{Look, Session};
use super::words;
use crate::domain::identifier::{Kind, Named, is_absent};
use crate::domain::ids::ContactId;
use crate::error::{Exit, Failure};
use crate::review::page::{Conflict, Resolution};
use crate::store::Query;
use anyhow::Context as _;

/// Which canonical contact is this, as of now?
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite resolve --bsuid US.13491208655302741918 --phone +16315551181 --json
  reunite resolve --bsuid US.13491208655302741918@eu

A blank value counts as not given. Nothing known is an answer: exit 0.")]
pub(super) struct Args {
    /// A BSUID, with its portfolio if need be
    #[arg(long, value_name = "BSUID[@PORTFOLIO]")]
    bsuid: Option<String>,
    /// A phone, in any spelling
    #[arg(long)]
    phone: Option<String>,
    /// A username, with or without @
    #[arg(long)]
    username: Option<String>,
    /// The portfolio of the BSUID
    #[arg(long, value_name = "NAME")]
    portfolio: Option<String>,
}

/// What is said where nobody is found: `{"contact":null}`, and who left.
#[derive(Debug, serde::Serialize)]
struct Nobody<'a> {
    contact: (),
    #[serde(skip_serializing_if = "Option::is_none")]
    conflict: Option<&'a Conflict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    former_contact: Option<ContactId>,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let query = query(args)?;
    let store = session.reading()?;
    let answer = store.resolve(&query).context("resolving")?;
    if session.json && answer.contact.is_none() {
        session.json_line(&Nobody {
            contact: (),
            conflict: answer.conflict.as_ref(),
            former_contact: answer.former_contact,
        })?;
    } else if session.json {
        session.json_line(&answer)?;
    } else {
        print(&answer, session)?;
    }
    Ok(Exit::Done)
}

fn query(args: &Args) -> Result<Query, Failure> {
    let bsuid = named(Kind::Bsuid, args.bsuid.as_deref())?;
    let within = bsuid.as_ref().and_then(|bsuid| bsuid.portfolio.as_ref());
    let portfolio = args.portfolio.clone().filter(|name| !is_absent(name));
    if let (Some(a), Some(b)) = (within, &portfolio)
        && a != b
    {
        return Err(Failure::usage(
            format!("--bsuid names portfolio '{a}', --portfolio '{b}'"),
            "leave one of them out",
        ));
    }
    let query = Query {
        portfolio: within.cloned().or(portfolio),
        bsuid,
        phone: named(Kind::Phone, args.phone.as_deref())?,
        username: named(Kind::Username, args.username.as_deref())?,
    };
    if query.bsuid.is_none() && query.phone.is_none() && query.username.is_none() {
        return Err(Failure::usage(
            "there is nothing to resolve",
            "give at least one of --bsuid, --phone and --username",
        ));
    }
    Ok(query)
}

/// The value alone, or with its kind before it, as identifiers are written
/// everywhere else.
fn named(kind: Kind, raw: Option<&str>) -> Result<Option<Named>, Failure> {
    let value = raw.map(|raw| match raw.split_once(':') {
        Some((word, value)) if word == kind.as_str() => value,
        _ => raw,
    });
    let Some(raw) = value.filter(|raw| !is_absent(raw)) else {
        return Ok(None);
    };
    Named::of(kind, raw).map(Some).ok_or_else(|| {
        Failure::usage(
            format!("'{raw}' is no {kind}"),
            "a phone is digits, with + and separators; `reunite resolve --help` has examples",
        )
    })
}

fn print(answer: &Resolution, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    match (answer.contact, answer.matched_by) {
        (Some(id), Some(kind)) => {
            session.look(Look::Strong, format!("Contact {id}, by its {kind}"))?;
        }
        (Some(id), None) => session.look(Look::Strong, format!("Contact {id}"))?,
        (None, _) => session.line("No contact.")?,
    }
    if answer.provisional {
        session.line("Provisional: through a change that nobody has accepted yet.")?;
    }
    if let Some(former) = answer.former_contact {
        session.line(format!("The phone is free; contact {former} held it last."))?;
    }
    if answer.unconfirmed {
        session.line("Unconfirmed: not seen since the BSUID changed; it may be a stranger's.")?;
    }
    if let Some(conflict) = &answer.conflict {
        let line = words::line([
            Some("In dispute".into()),
            conflict
                .phone_contact
                .map(|id| format!(": contact {id} holds the phone")),
            conflict
                .case
                .map(|case| format!("; see `reunite case {case}`")),
        ]);
        session.look(Look::Bad, line)?;
    }
    Ok(())
}
