//! `reunite ask`: a case by hand, for what an operator finds by searching.

use super::args;
use super::case::print;
use super::session::{Look, Session};
use crate::domain::identifier::Named;
use crate::domain::ids::ContactId;
use crate::error::Exit;
use anyhow::Context as _;

/// Open a case by hand, about one contact or two
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite ask 3 9                                  are they one person?
  reunite ask 3 --identifier phone:16315551181     is this phone really theirs?")]
pub(super) struct Args {
    /// The contacts in question
    #[arg(required = true, num_args = 1..=2, value_name = "CONTACT")]
    contacts: Vec<ContactId>,
    /// The identifier in question: KIND:VALUE
    #[arg(long, value_name = "KIND:VALUE", value_parser = args::identifier)]
    identifier: Option<Named>,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let mut store = session.deciding()?;
    let row = store
        .ask(&args.contacts, args.identifier.as_ref(), &session.by(None))
        .context("opening a case")?;
    if session.json {
        session.json_line(&row)?;
    } else {
        let page = store.case(row.case);
        print(
            &page.with_context(|| format!("reading case {}", row.case))?,
            session,
        )?;
        session.line("")?;
        session.look(
            Look::Dim,
            format!("Answer it: `reunite decide {} …`", row.case),
        )?;
    }
    Ok(Exit::Done)
}
