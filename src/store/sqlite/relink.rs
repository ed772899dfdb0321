//! The terms of a relink: which identifier, from whom, to whom.

use super::apply::refused;
use super::decide::canonicals;
use super::group;
use super::question::{joined, named};
use super::standing::CaseFacts;
use super::terms::Terms;
use crate::domain::case::Target;
use crate::domain::identifier::{Kind, Named};
use crate::domain::ids::ContactId;
use crate::review::refusal::{Code, Refusal};
use crate::store::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;

/// Fills the terms of a relink in, or says why it cannot be.
pub(super) fn relink(
    db: &Connection,
    case: &CaseFacts,
    homes: &[ContactId],
    identifier: &Named,
    to: Target,
    terms: &mut Terms,
) -> Result<()> {
    let refuse = |code, detail: String| Err(refused(Refusal::new(code, detail)));
    if !matches!(identifier.kind, Kind::Bsuid | Kind::Phone) {
        return refuse(
            Code::NotApplicable,
            format!(
                "a {} is a label; only a BSUID or a phone is relinked",
                identifier.kind
            ),
        );
    }
    let id = find(db, identifier)?;
    let from = match group::live_holder(db, id)? {
        Some(holder) => Some(holder),
        None => last_holder(db, id)?,
    };
    let concerned = concerned(db, case, homes)?;
    if !concerned.contains(&id) {
        return refuse(
            Code::NotApplicable,
            format!(
                "{} is no identifier of this case or its contacts",
                named(db, id)?
            ),
        );
    }
    if let Target::Contact(target) = to {
        let present: Option<bool> = db
            .query_row(
                "SELECT present FROM contact WHERE id = ?1",
                [target.0],
                |r| r.get(0),
            )
            .optional()?;
        let target = match present {
            Some(true) => target,
            Some(false) => group::canonical_of(db, target)?,
            None => {
                return Err(StoreError::Unknown(format!(
                    "there is no contact {target}; `reunite contacts` lists them"
                )));
            }
        };
        if let Some(from) = from
            && group::canonical_of(db, from)? == group::canonical_of(db, target)?
        {
            return refuse(
                Code::SameContact,
                format!("contact {target} and the holder of the identifier are one group already"),
            );
        }
        terms.contact = Some(target);
    }
    terms.identifier = Some(named(db, id)?);
    terms.identifier_id = Some(id);
    terms.to = Some(to);
    terms.from = from;
    Ok(())
}

fn last_holder(db: &Connection, identifier: i64) -> Result<Option<ContactId>> {
    let mut query = db.prepare_cached(
        "SELECT l.contact FROM link l JOIN identifier i ON i.id = l.identifier
         WHERE l.identifier = ?1 AND i.kind = 'bsuid' ORDER BY l.ordinal DESC LIMIT 1",
    )?;
    Ok(query
        .query_row([identifier], |r| Ok(ContactId(r.get(0)?)))
        .optional()?)
}

/// The identifiers that a case is about: in dispute, of its change, or of its contacts.
fn concerned(db: &Connection, case: &CaseFacts, homes: &[ContactId]) -> Result<BTreeSet<i64>> {
    let mut ids: BTreeSet<i64> = case.identifier.into_iter().collect();
    if let Some(change) = case.change {
        ids.extend(joined(db, change)?);
    }
    for canonical in canonicals(db, homes)? {
        for member in group::members(db, canonical)? {
            let mut query = db.prepare_cached("SELECT identifier FROM link WHERE contact = ?1")?;
            for id in query.query_map([member.0], |r| r.get::<_, i64>(0))? {
                ids.insert(id?);
            }
        }
    }
    Ok(ids)
}

/// The row of an identifier by its name; without a portfolio, the only one.
pub(super) fn find(db: &Connection, named: &Named) -> Result<i64> {
    let mut query = db.prepare_cached(
        "SELECT i.id FROM identifier i LEFT JOIN portfolio p ON p.id = i.scope
         WHERE i.kind = ?1 AND i.value = ?2 AND (?3 IS NULL OR p.name IS NULL OR p.name = ?3)",
    )?;
    let found = query
        .query_map(
            params![named.kind.as_str(), named.value, named.portfolio],
            |r| r.get(0),
        )?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(StoreError::Unknown(format!(
            "{}:{} was never seen",
            named.kind, named.value
        ))),
        _ => Err(StoreError::Ambiguous(format!(
            "{}:{} stands in several portfolios; write {0}:{1}@PORTFOLIO",
            named.kind, named.value
        ))),
    }
}
