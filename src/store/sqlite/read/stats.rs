//! The figures of the overview: how many cases stand where, how old the oldest
//! is, and whether more come than are answered. Days are days of UTC.

use super::cases::counts;
use super::query::{first, rows};
use crate::domain::ids::CaseId;
use crate::domain::time::{DAY, Timestamp};
use crate::review::page::{DayCounts, Stats};
use crate::store::Result;
use rusqlite::Connection;

/// The figures as of `now`, and of the last `days` days.
pub(in crate::store::sqlite) fn stats(db: &Connection, days: u32, now: Timestamp) -> Result<Stats> {
    // Two arms, each read at the begin of its index.
    let sql = "SELECT id, opened_at FROM (SELECT id, opened_at FROM cases WHERE state = 'open'
                 UNION ALL SELECT id, opened_at FROM cases WHERE state = 'deferred' AND until <= ?1)
               ORDER BY opened_at, id LIMIT 1";
    let oldest_open = first(db, sql, [now.0], |r| {
        Ok((CaseId(r.get(0)?), Timestamp(r.get(1)?)))
    })?;
    let sql = "SELECT count(*) FROM quarantine";
    let quarantined = first(db, sql, [], |r| r.get(0))?.unwrap_or(0);
    let today = now.0.div_euclid(DAY);
    let begin = today + 1 - i64::from(days);
    let mut found: Vec<DayCounts> = (begin..=today)
        .map(|day| DayCounts {
            day: Timestamp(day * DAY),
            arrived: 0,
            decided: 0,
        })
        .collect();
    let arrived = "SELECT opened_at / 86400000, count(*) FROM cases
                   WHERE opened_at >= ?1 AND opened_at < ?2 GROUP BY 1";
    let decided = "SELECT at / 86400000, count(*) FROM decision
                   WHERE at >= ?1 AND at < ?2 AND undone_by IS NULL AND action NOT IN ('undo', 'defer')
                   GROUP BY 1";
    for (sql, arriving) in [(arrived, true), (decided, false)] {
        let window = [begin * DAY, (today + 1) * DAY];
        let counted = rows(db, sql, window, |r| {
            Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?))
        })?;
        for (day, n) in counted {
            let place = usize::try_from(day - begin).ok();
            if let Some(counts) = place.and_then(|at| found.get_mut(at)) {
                let of = if arriving {
                    &mut counts.arrived
                } else {
                    &mut counts.decided
                };
                *of = n;
            }
        }
    }
    Ok(Stats {
        cases: counts(db, now)?,
        oldest_open,
        quarantined,
        days: found,
    })
}
