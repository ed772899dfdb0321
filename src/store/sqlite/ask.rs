//! Questions that an operator asks: a case of kind `manual`.

use super::apply::refused;
use super::decide::canonicals;
use super::error::Doing;
use super::group;
use super::picture::Picture;
use super::read::cases::one;
use super::record::{self, Subject};
use super::relink::find;
use super::standing::restate;
use super::terms::Terms;
use crate::domain::case::Action;
use crate::domain::identifier::Named;
use crate::domain::ids::{CaseId, ContactId};
use crate::review::page::CaseRow;
use crate::review::refusal::{Code, Refusal};
use crate::store::{By, Result, StoreError};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

/// Opens a case by hand, or gives the open one that asks the same.
pub(super) fn ask(
    db: &mut Connection,
    contacts: &[ContactId],
    identifier: Option<&Named>,
    by: &By,
) -> Result<CaseRow> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let mut homes = Vec::new();
    for contact in contacts {
        let present: Option<bool> = tx
            .query_row(
                "SELECT present FROM contact WHERE id = ?1",
                [contact.0],
                |r| r.get(0),
            )
            .optional()?;
        let home = match present {
            Some(true) => *contact,
            Some(false) => group::canonical_of(&tx, *contact)?,
            None => {
                return Err(StoreError::Unknown(format!(
                    "there is no contact {contact}; `reunite contacts` lists them"
                )));
            }
        };
        if !homes.contains(&home) {
            homes.push(home);
        }
    }
    if contacts.len() > 1 && canonicals(&tx, &homes)?.len() < 2 {
        return Err(refused(Refusal::new(
            Code::SameContact,
            "these contacts are one group already",
        )));
    }
    let identifier = identifier.map(|named| find(&tx, named)).transpose()?;
    if let Some(asked) = asked_already(&tx, &homes, identifier)? {
        return one(&tx, asked);
    }
    let id: i64 = tx.query_row("SELECT coalesce(max(id), 0) + 1 FROM cases", [], |r| {
        r.get(0)
    })?;
    let last = record::last_event(&tx)?;
    tx.execute(
        "INSERT INTO cases (id, key, kind, state, version, asked, opened_at, first_event, last_event, identifier,
                            confidence, suggestion)
         VALUES (?1, ?2, 'manual', 'open', 1, 1, ?3, ?4, ?4, ?5, 0, '{}')",
        params![id, crate::resolve::cases::CaseKey::Manual(CaseId(id)).text(), by.at.0, last.0 + 1, identifier],
    )?;
    super::write::write_sides(&tx, CaseId(id), &homes)?;
    restate(&tx, CaseId(id), false)?;
    let terms = Terms {
        contacts: homes,
        ..Terms::default()
    };
    let picture = Picture::take(&tx, Some(CaseId(id)), &terms)?;
    let subject = Subject {
        action: Action::Ask,
        made: None,
        batch: None,
        case: Some(CaseId(id)),
    };
    record::append(&tx, &subject, by, &serde_json::Value::Null, &picture)?;
    // Read before the commit: a failure to read it takes the question back too.
    let row = one(&tx, CaseId(id))?;
    tx.commit().doing("committing the question")?;
    Ok(row)
}

/// The unanswered question about the same contacts and the same identifier.
fn asked_already(
    db: &Connection,
    homes: &[ContactId],
    identifier: Option<i64>,
) -> Result<Option<CaseId>> {
    let sorted = |homes: &[ContactId]| {
        let mut ids: Vec<i64> = homes.iter().map(|home| home.0).collect();
        ids.sort_unstable();
        ids
    };
    let wanted = sorted(homes);
    let mut query = db.prepare_cached(
        r#"SELECT c.id FROM case_contact s JOIN cases c ON c.id = s."case"
           WHERE s.contact = ?1 AND c.kind = 'manual' AND c.state IN ('open', 'deferred')
             AND c.identifier IS ?2 ORDER BY c.id"#,
    )?;
    let candidates = query
        .query_map(params![wanted.first(), identifier], |r| {
            Ok(CaseId(r.get(0)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for case in candidates {
        if sorted(&super::write::homes_of(db, case)?) == wanted {
            return Ok(Some(case));
        }
    }
    Ok(None)
}
