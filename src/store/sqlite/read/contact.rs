//! One canonical contact, whole: its members, what they hold and held, their
//! threads, the decisions that name them and the questions about them.

use super::group::Group;
use super::query::each;
use super::thread::{self, Through};
use super::{decision, message};
use crate::domain::identifier::Kind;
use crate::domain::ids::{CaseId, ContactId};
use crate::domain::time::Timestamp;
use crate::review::page::{ContactPage, IdentifierRow, UsernameSpan};
use crate::store::Result;
use rusqlite::Connection;
use std::collections::BTreeSet;

/// How many messages a page shows.
const MESSAGES: usize = 50;

/// The page of the canonical contact of `contact`.
pub(in crate::store::sqlite) fn page(db: &Connection, contact: ContactId) -> Result<ContactPage> {
    let group = Group::of(db, contact)?;
    let through = thread::of_group(db, &group)?;
    whole(db, &group, &through, crate::store::sqlite::now())
}

/// A group's page, with its threads and last messages.
pub(super) fn whole(
    db: &Connection,
    group: &Group,
    through: &[Through],
    now: Timestamp,
) -> Result<ContactPage> {
    let mut messages = message::latest(db, group, through, None, MESSAGES)?;
    messages.reverse();
    Ok(ContactPage {
        conversations: thread::conversations(through),
        messages,
        ..card(db, group, now)?
    })
}

/// A group's page without threads and messages.
pub(super) fn card(db: &Connection, group: &Group, now: Timestamp) -> Result<ContactPage> {
    let identifiers = group.identifiers(db)?;
    let ids = group.ids(db)?;
    let sql = r#"SELECT c.id, c.state, c.until FROM case_contact s CROSS JOIN cases c ON c.id = s."case"
                 WHERE s.contact = ?1 AND c.state IN ('open', 'deferred')"#;
    let cases = each(db, sql, &ids, |r| {
        let open = r.get::<_, String>(1)? == "open";
        let due = r
            .get::<_, Option<i64>>(2)?
            .is_some_and(|until| until <= now.0);
        Ok((open || due).then_some(CaseId(r.get(0)?)))
    })?;
    let open: BTreeSet<CaseId> = cases.into_iter().flatten().collect();
    Ok(ContactPage {
        contact: group.canonical,
        members: group.members.clone(),
        name: group.name(db, &identifiers)?,
        usernames: usernames(&identifiers),
        conversations: Vec::new(),
        decisions: decision::naming(db, &ids)?,
        open_cases: open.into_iter().collect(),
        messages: Vec::new(),
        identifiers,
    })
}

/// Username history, oldest first. What two members showed at the same time is
/// one span.
fn usernames(identifiers: &[IdentifierRow]) -> Vec<UsernameSpan> {
    let shown = identifiers.iter().filter(|i| i.kind == Kind::Username);
    let mut all: Vec<UsernameSpan> = shown
        .filter_map(|i| {
            Some(UsernameSpan {
                value: i.value.clone(),
                since: i.since?,
                until: i.until,
            })
        })
        .collect();
    all.sort_by_key(|span| span.since);
    let mut spans: Vec<UsernameSpan> = Vec::new();
    for span in all {
        match spans.iter_mut().find(|known| {
            known.value == span.value && known.until.is_none_or(|until| span.since <= until)
        }) {
            Some(known) => known.until = known.until.zip(span.until).map(|(a, b)| a.max(b)),
            None => spans.push(span),
        }
    }
    spans
}
