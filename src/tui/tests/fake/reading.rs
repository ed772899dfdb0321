//! What the fake tells: lists, pages, counts, the log.

use super::{Held, none};
use crate::domain::case::CaseState;
use crate::domain::ids::{CaseId, ContactId};
use crate::domain::time::{DAY, Timestamp};
use crate::review::page::*;
use crate::store::*;
use crate::tui::tests::fixtures;

impl Held {
    /// Holds so many cases instead, numbered from 1, each a copy of such a line.
    pub(crate) fn number(&mut self, count: i64, like: impl Fn(&Self, i64) -> CaseRow) {
        let numbered = |n| {
            let mut row = like(self, n);
            row.case = CaseId(n);
            row.cursor = n.to_string();
            row
        };
        self.cases = (1..=count).map(numbered).collect();
    }

    /// Calls contacts something else, in turn.
    pub(crate) fn rename(&mut self, names: Vec<String>) {
        self.names = names;
        let names = &self.names;
        let sides = self.cases.iter_mut().flat_map(|row| &mut row.contacts);
        sides.for_each(|side| called(names, side.contact, &mut side.name));
    }

    /// A page of a contact with what it is called.
    pub(super) fn call(&self, mut page: ContactPage) -> ContactPage {
        called(&self.names, page.contact, &mut page.name);
        page
    }

    fn decisions(&self, case: CaseId) -> Vec<DecisionRow> {
        let undone = |d| self.audit.iter().any(|row| row.undoes == Some(d));
        let of_case = self.audit.iter().filter(|row| row.case == Some(case));
        of_case
            .filter_map(|row| {
                let decision = row.decision?;
                Some(DecisionRow {
                    decision,
                    batch: None,
                    action: row.action,
                    case: row.case,
                    operator: row.operator.clone(),
                    at: row.at,
                    reason: row.reason.clone(),
                    stands: row.undoes.is_none() && !undone(decision),
                    undoes: row.undoes,
                    undone_by: None,
                    summary: format!("{} of case {case}", row.action),
                })
            })
            .collect()
    }

    /// Lines of cases.
    pub(super) fn listed(&self, filter: &CaseFilter) -> Vec<CaseRow> {
        let wanted = self.cases.iter();
        let wanted = wanted.filter(|row| filter.state.is_none_or(|s| s == row.state));
        let wanted = wanted.filter(|row| filter.kind.is_none_or(|k| k == row.kind));
        let wanted = wanted.skip_while(|row| {
            filter
                .after
                .as_ref()
                .is_some_and(|after| after != &row.cursor)
        });
        let skip = usize::from(filter.after.is_some());
        let limit = filter.limit.unwrap_or(usize::MAX);
        wanted.skip(skip).take(limit).cloned().collect()
    }

    /// What there is to do.
    pub(super) fn counted(&self, days: u32) -> Stats {
        let rows = self.cases.iter();
        let open = rows.clone().filter(|row| row.state == CaseState::Open);
        let today = fixtures::NOW.0 / DAY * DAY;
        let decided = i64::try_from(self.audit.len()).unwrap();
        let days = (0..i64::from(days)).rev().map(|ago| DayCounts {
            day: Timestamp(today - ago * DAY),
            // A week's rhythm, and the decisions behind it.
            arrived: [12, 9, 7, 14, 3, 0, 1][usize::try_from(ago % 7).unwrap()] * (1 + ago % 3),
            decided: if ago == 0 { decided } else { (ago * 5) % 17 },
        });
        Stats {
            cases: rows.map(|row| (row.kind, row.state, 1)).collect(),
            oldest_open: open
                .map(|row| (row.case, row.opened_at))
                .min_by_key(|(_, at)| *at),
            quarantined: 3,
            days: days.collect(),
        }
    }

    /// One case, whole.
    pub(super) fn page(&self, case: CaseId) -> Result<CasePage> {
        let Some(row) = self.cases.iter().find(|row| row.case == case) else {
            return none();
        };
        // Made-up rows of large queues show the page of the conflict.
        let known = fixtures::queue().iter().any(|r| r.case == case);
        let mut page = fixtures::case(if known { case.0 } else { 7 });
        page.row = row.clone();
        page.evidence
            .iter_mut()
            .for_each(|row| row.count += self.came_again);
        page.sides = page.sides.into_iter().map(|side| self.call(side)).collect();
        page.decisions = self.decisions(case);
        let mine = self.proposals.iter().filter(|p| p.case == case);
        page.proposals = mine.cloned().collect();
        Ok(page)
    }

    /// Entries of the log.
    pub(super) fn entries(&self, filter: &AuditFilter) -> Vec<AuditRow> {
        let operator = filter.operator.as_ref();
        let fits = |row: &&AuditRow| {
            operator.is_none_or(|who| *who == row.operator)
                && filter.batch.is_none_or(|batch| row.batch == Some(batch))
        };
        let rows: Vec<AuditRow> = self.audit.iter().filter(fits).cloned().collect();
        let from = rows
            .len()
            .saturating_sub(filter.limit.unwrap_or(usize::MAX));
        rows[from..].to_vec()
    }
}

/// The name that a contact has among these; its own, if there are none.
fn called(names: &[String], contact: ContactId, name: &mut String) {
    let at = usize::try_from(contact.0).unwrap() % names.len().max(1);
    if let Some(other) = names.get(at) {
        name.clone_from(other);
    }
}
