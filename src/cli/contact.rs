//! `reunite contact`: one canonical contact and all that hangs on it.

use super::case::held;
use super::session::{Look, Session};
use super::table::Table;
use super::words;
use crate::domain::ids::ContactId;
use crate::error::Exit;
use crate::review::page::{ContactPage, ConversationRow};
use anyhow::Context as _;

/// Show one contact: members, identifiers, usernames, conversations, decisions
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Its id; a merged member's shows the canonical contact
    contact: ContactId,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let store = session.reading()?;
    let page = store
        .contact(args.contact)
        .with_context(|| format!("reading contact {}", args.contact))?;
    if session.json {
        session.json_line(&page)?;
    } else {
        print(&page, args.contact, session)?;
    }
    Ok(Exit::Done)
}

fn print(
    page: &ContactPage,
    asked: ContactId,
    session: &mut Session<'_, '_>,
) -> anyhow::Result<()> {
    let title = format!("Contact {}: {}", page.contact, words::name(&page.name));
    session.look(Look::Strong, title)?;
    if asked != page.contact {
        session.line(format!(
            "{asked} is a member; {} stands for it.",
            page.contact
        ))?;
    }
    let merged = page.members.len() > 1;
    if merged {
        session.line(format!("Members: {}", words::ids(&page.members)))?;
    }
    section("Identifiers", !page.identifiers.is_empty(), session)?;
    for row in &page.identifiers {
        let member = if merged {
            format!("  (member {})", row.member)
        } else {
            String::new()
        };
        session.line(format!("  {}{member}", held(row)))?;
    }
    section("Usernames", !page.usernames.is_empty(), session)?;
    for span in &page.usernames {
        let until = span.until.map_or_else(|| "now".into(), |at| at.to_string());
        session.line(format!(
            "  {}  {} to {until}",
            words::shown(&span.value),
            span.since
        ))?;
    }
    section("Conversations", !page.conversations.is_empty(), session)?;
    if !page.conversations.is_empty() {
        session.table(&conversations(&page.conversations))?;
    }
    section("Decisions", !page.decisions.is_empty(), session)?;
    for decision in &page.decisions {
        session.line(format!("  {}", words::decision(decision)))?;
    }
    if !page.open_cases.is_empty() {
        session.line("")?;
        session.line(format!("Open cases: {}", words::ids(&page.open_cases)))?;
    }
    Ok(())
}

fn section(title: &str, shown: bool, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    if shown {
        session.line("")?;
        session.look(Look::Strong, title)?;
    }
    Ok(())
}

fn conversations(rows: &[ConversationRow]) -> Table {
    let mut table = Table::default()
        .right("ID")
        .cut("THROUGH", 22)
        .cut("BUSINESS", 10)
        .right("MEMBER")
        .right("MESSAGES")
        .left("LAST");
    for row in rows {
        table.row([
            row.conversation.to_string(),
            words::reference(&row.through),
            row.business_number.clone().unwrap_or_default(),
            row.member.to_string(),
            row.messages.to_string(),
            words::date(row.last_at),
        ]);
    }
    table
}
