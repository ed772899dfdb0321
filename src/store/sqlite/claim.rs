//! Claims: who looks at a case just now. A word to others, with an end; no
//! lock, and no part of the log, since it changes nothing.

use super::apply::refused;
use super::error::Doing;
use super::standing::facts;
use crate::domain::ids::CaseId;
use crate::domain::time::Timestamp;
use crate::review::page::Claim;
use crate::review::refusal::{Code, Refusal};
use crate::store::{By, Result};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

/// The claim on a case that holds at a time.
pub(super) fn standing(db: &Connection, case: CaseId, now: Timestamp) -> Result<Option<Claim>> {
    let mut query = db.prepare_cached(
        r#"SELECT operator, until FROM looking WHERE "case" = ?1 AND until > ?2"#,
    )?;
    let found = query.query_row(params![case.0, now.0], |r| {
        Ok(Claim {
            operator: r.get(0)?,
            until: Timestamp(r.get(1)?),
        })
    });
    Ok(found.optional()?)
}

/// Claims a case, or claims it for longer.
pub(super) fn claim(db: &mut Connection, case: CaseId, until: Timestamp, by: &By) -> Result<Claim> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    facts(&tx, case)?;
    if let Some(other) = standing(&tx, case, by.at)?.filter(|c| c.operator != by.operator) {
        let detail = format!(
            "{} looks at case {case} until {}; you can answer it all the same",
            other.operator, other.until
        );
        return Err(refused(Refusal {
            by_operator: Some(other.operator),
            at: Some(other.until),
            ..Refusal::new(Code::Claimed, detail)
        }));
    }
    tx.execute(
        "INSERT OR REPLACE INTO looking VALUES (?1, ?2, ?3)",
        params![case.0, by.operator, until.0],
    )?;
    // What has ended is of no use to anybody.
    tx.execute("DELETE FROM looking WHERE until <= ?1", [by.at.0])?;
    tx.commit().doing("committing the claim")?;
    Ok(Claim {
        operator: by.operator.clone(),
        until,
    })
}

/// Ends an operator's own claim; whether there was one.
pub(super) fn release(db: &mut Connection, case: CaseId, by: &By) -> Result<bool> {
    let ended = db
        .execute(
            r#"DELETE FROM looking WHERE "case" = ?1 AND operator = ?2"#,
            params![case.0, by.operator],
        )
        .doing("ending the claim")?;
    Ok(ended > 0)
}

/// Ends whatever claim there is: the case is answered.
pub(super) fn end(db: &Connection, case: CaseId) -> Result<()> {
    db.prepare_cached(r#"DELETE FROM looking WHERE "case" = ?1"#)?
        .execute([case.0])?;
    Ok(())
}
