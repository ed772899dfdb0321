//! A store of hand-made pages, in memory: decides, undoes, keeps a log.

use super::fixtures;
use crate::domain::case::{Action, CaseKind, CaseState};
use crate::domain::identifier::Named;
use crate::domain::ids::{
    BatchId, CaseId, ContactId, DecisionId, EntryId, EventId, ProposalId, QuarantineId,
};
use crate::domain::time::{DAY, Timestamp};
use crate::review::batch::{Chunk, Excluded, Header, Item, Outcome as BatchOutcome, Plan, Scope};
use crate::review::four_eyes::{Proposal, ProposalState, Rule};
use crate::review::page::*;
use crate::review::refusal::{Code, Refusal};
use crate::store::*;
use std::sync::{Arc, Mutex};

/// What the store holds; shared, so that a test can change it from outside.
#[derive(Default)]
pub(crate) struct Held {
    pub(crate) cases: Vec<CaseRow>,
    pub(crate) audit: Vec<AuditRow>,
    pub(crate) revision: i64,
    /// Answers that wait for another operator.
    pub(crate) proposals: Vec<Proposal>,
    /// What contacts are called instead of their names, in turn.
    pub(crate) names: Vec<String>,
    /// Whether every answer needs two.
    pub(crate) four_eyes: bool,
    /// The next write fails with this.
    pub(crate) fails: Option<StoreError>,
}

#[derive(Clone)]
pub(crate) struct Fake(pub(crate) Arc<Mutex<Held>>);

impl Fake {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Held {
            cases: fixtures::queue(),
            ..Held::default()
        })))
    }

    pub(crate) fn with<T>(&self, f: impl FnOnce(&mut Held) -> T) -> T {
        f(&mut self.0.lock().unwrap())
    }
}

impl Held {
    fn log(
        &mut self,
        action: Action,
        case: Option<CaseId>,
        undoes: Option<DecisionId>,
        by: &By,
    ) -> DecisionId {
        let entry = i64::try_from(self.audit.len()).unwrap() + 41;
        self.audit.push(AuditRow {
            entry: EntryId(entry),
            at: by.at,
            operator: by.operator.clone(),
            action,
            decision: Some(DecisionId(entry)),
            batch: None,
            undoes,
            case,
            reason: by.reason.clone(),
            before: serde_json::json!({"case": {"state": "open"}}),
            after: serde_json::json!({"case": {"state": "resolved"}}),
            prev: "0f".repeat(32),
            hash: format!("{entry:02x}").repeat(32),
            origin: Box::default(),
        });
        self.revision += 1;
        DecisionId(entry)
    }

    fn set(&mut self, case: CaseId, state: CaseState) {
        for row in &mut self.cases {
            if row.case == case {
                row.state = state;
                row.version += 1;
            }
        }
    }

    pub(crate) fn decide(&mut self, case: CaseId, action: Action, by: &By) -> DecisionId {
        let state = if action == Action::Defer {
            CaseState::Deferred
        } else {
            CaseState::Resolved
        };
        self.set(case, state);
        self.log(action, Some(case), None, by)
    }

    pub(crate) fn propose(&mut self, case: CaseId, action: Action, by: &By) -> ProposalId {
        let row = self.cases.iter().find(|row| row.case == case);
        let last = self.proposals.last().map_or(2, |p| p.proposal.0);
        let proposal = ProposalId(last + 1);
        self.proposals.push(Proposal {
            proposal,
            batch: None,
            case,
            version: row.unwrap().version,
            action,
            operator: by.operator.clone(),
            at: by.at,
            reason: by.reason.clone(),
            state: ProposalState::Waiting,
            settled_by: None,
            settled_at: None,
            decision: None,
            summary: "Merged 3 and 9 as 3".into(),
        });
        proposal
    }

    /// Calls contacts something else, in turn.
    pub(crate) fn rename(&mut self, names: Vec<String>) {
        self.names = names;
        let names = &self.names;
        let sides = self.cases.iter_mut().flat_map(|row| &mut row.contacts);
        sides.for_each(|side| called(names, side.contact, &mut side.name));
    }

    /// A page of a contact with what it is called.
    fn call(&self, mut page: ContactPage) -> ContactPage {
        called(&self.names, page.contact, &mut page.name);
        page
    }

    /// Whether an undo of it stands, which can be undone itself.
    fn is_undone(&self, decision: DecisionId) -> bool {
        let mut undos = self.audit.iter().filter(|row| row.undoes == Some(decision));
        undos.any(|row| row.decision.is_none_or(|undo| !self.is_undone(undo)))
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
}

/// The name that a contact has among these; its own, if there are none.
fn called(names: &[String], contact: ContactId, name: &mut String) {
    let at = usize::try_from(contact.0).unwrap() % names.len().max(1);
    if let Some(other) = names.get(at) {
        name.clone_from(other);
    }
}

fn done(action: Action, case: Option<CaseId>, decision: Option<DecisionId>, summary: &str) -> Done {
    Done {
        changes: Vec::new(),
        decision,
        batch: None,
        action,
        case,
        canonical: None,
        applied: decision.is_some(),
        dry_run: decision.is_none(),
        proposed: None,
        undoes: None,
        summary: summary.into(),
    }
}

fn none<T>() -> Result<T> {
    Err(StoreError::Unknown("the fake has no such thing".into()))
}

impl Store for Fake {
    fn cases(&self, filter: &CaseFilter) -> Result<Vec<CaseRow>> {
        self.with(|held| {
            let wanted = held.cases.iter();
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
            Ok(wanted.skip(skip).take(limit).cloned().collect())
        })
    }

    fn case_counts(&self) -> Result<Vec<(CaseKind, CaseState, i64)>> {
        self.with(|held| {
            let rows = held.cases.iter();
            Ok(rows.map(|row| (row.kind, row.state, 1)).collect())
        })
    }

    fn stats(&self, days: u32) -> Result<Stats> {
        self.with(|held| {
            let rows = held.cases.iter();
            let open = rows.clone().filter(|row| row.state == CaseState::Open);
            let today = fixtures::NOW.0 / DAY * DAY;
            let decided = i64::try_from(held.audit.len()).unwrap();
            let days = (0..i64::from(days)).rev().map(|ago| DayCounts {
                day: Timestamp(today - ago * DAY),
                // A week's rhythm, and the decisions behind it.
                arrived: [12, 9, 7, 14, 3, 0, 1][usize::try_from(ago % 7).unwrap()] * (1 + ago % 3),
                decided: if ago == 0 { decided } else { (ago * 5) % 17 },
            });
            Ok(Stats {
                cases: rows.map(|row| (row.kind, row.state, 1)).collect(),
                oldest_open: open
                    .map(|row| (row.case, row.opened_at))
                    .min_by_key(|(_, at)| *at),
                quarantined: 3,
                days: days.collect(),
            })
        })
    }

    fn case(&self, case: CaseId) -> Result<CasePage> {
        self.with(|held| {
            let Some(row) = held.cases.iter().find(|row| row.case == case) else {
                return none();
            };
            // Made-up rows of large queues show the page of the conflict.
            let known = fixtures::queue().iter().any(|r| r.case == case);
            let mut page = fixtures::case(if known { case.0 } else { 7 });
            page.row = row.clone();
            page.sides = page.sides.into_iter().map(|side| held.call(side)).collect();
            page.decisions = held.decisions(case);
            let mine = held.proposals.iter().filter(|p| p.case == case);
            page.proposals = mine.cloned().collect();
            Ok(page)
        })
    }

    fn contacts(&self, query: &str, limit: Option<usize>) -> Result<Vec<ContactHit>> {
        let query = crate::domain::text::fold(query);
        let people = self.with(|held| {
            let people = fixtures::people().into_iter();
            people.map(|page| held.call(page)).collect::<Vec<_>>()
        });
        let people = people.into_iter();
        let hits = people.filter(|page| crate::domain::text::fold(&page.name).contains(&query));
        Ok(hits
            .map(|page| ContactHit {
                contact: page.contact,
                name: page.name,
                identifiers: page.identifiers,
                score: 1,
            })
            .take(limit.unwrap_or(usize::MAX))
            .collect())
    }

    fn contact(&self, contact: ContactId) -> Result<ContactPage> {
        fixtures::people()
            .into_iter()
            .find(|page| page.contact == contact)
            .map_or_else(none, |page| Ok(self.with(|held| held.call(page))))
    }

    fn messages(
        &self,
        contact: ContactId,
        before: Option<(Timestamp, EventId)>,
        _limit: usize,
    ) -> Result<Vec<MessageRow>> {
        // One older message, once.
        Ok(match before {
            Some((at, event)) if event.0 > 1 => {
                let mut row = fixtures::contact(9).messages[0].clone();
                row.event = EventId(1);
                row.member = contact;
                row.at = at.plus(-1000);
                row.text = "the very first".into();
                vec![row]
            }
            _ => Vec::new(),
        })
    }

    fn payload(&self, _event: EventId) -> Result<String> {
        Ok(fixtures::PAYLOAD.into())
    }

    fn resolve(&self, _query: &Query) -> Result<Resolution> {
        none()
    }

    fn ask(&mut self, _: &[ContactId], _: Option<&Named>, _: &By) -> Result<CaseRow> {
        none()
    }

    fn decide(&mut self, decide: &Decide, by: &By) -> Result<Done> {
        self.with(|held| {
            if let Some(error) = held.fails.take() {
                return Err(error);
            }
            let Some(row) = held
                .cases
                .iter()
                .find(|row| row.case == decide.case)
                .cloned()
            else {
                return none();
            };
            if row.state == CaseState::Resolved {
                let last = held.audit.iter().rev().find(|a| a.case == Some(row.case));
                let mut refusal = Refusal::new(
                    Code::AlreadyDecided,
                    "that answer stands until it is undone",
                );
                refusal.by_operator = last.map(|a| a.operator.clone());
                refusal.at = last.map(|a| a.at);
                return Err(Box::new(refusal).into());
            }
            if decide.expect_version.is_some_and(|v| v != row.version) {
                let said = "the case has new evidence; look again";
                return Err(Box::new(Refusal::new(Code::Changed, said)).into());
            }
            let action = decide.answer.action();
            if held.four_eyes {
                let id = held.propose(row.case, action, by);
                let mut told = done(action, Some(row.case), None, "Merged 3 and 9 as 3");
                told.dry_run = false;
                told.proposed = Some(id);
                return Ok(told);
            }
            let number = held.decide(row.case, action, by);
            let names: Vec<&str> = row.contacts.iter().map(|c| c.name.as_str()).collect();
            let summary = format!("{} {}", action.as_str(), names.join(" and "));
            Ok(done(action, Some(row.case), Some(number), &summary))
        })
    }

    fn undo(&mut self, what: Undo, cascade: bool, dry_run: bool, by: &By) -> Result<Vec<Done>> {
        let decision = match what {
            Undo::Decision(decision) => decision,
            Undo::Batch(batch) => {
                let of = |held: &mut Held| -> Vec<DecisionId> {
                    let rows = held.audit.iter().filter(|row| row.batch == Some(batch));
                    rows.filter_map(|row| row.decision).collect()
                };
                let all = self.with(of).into_iter();
                let one = |id| self.undo(Undo::Decision(id), cascade, dry_run, by);
                return all
                    .map(one)
                    .collect::<Result<Vec<_>>>()
                    .map(|done| done.concat());
            }
        };
        self.with(|held| {
            let Some(row) = held
                .audit
                .iter()
                .find(|a| a.decision == Some(decision))
                .cloned()
            else {
                return none();
            };
            if row.reason.as_deref() == Some("held") && !cascade {
                let mut refusal = Refusal::new(Code::Depends, "decision 44 stands on it");
                refusal.by_decisions = vec![DecisionId(44)];
                return Err(Box::new(refusal).into());
            }
            let summary = format!("undid {} of case {}", row.action, row.case.unwrap());
            let puts_back = row.undoes.is_some();
            if dry_run {
                let (open, answered) = (Some(CaseState::Open), Some(CaseState::Resolved));
                let mut told = done(Action::Undo, row.case, None, &summary);
                told.changes = fixtures::differences(row.case.unwrap());
                let (before, after) = if puts_back {
                    (open, answered)
                } else {
                    (answered, open)
                };
                let case = row.case.unwrap();
                told.changes.push(Difference::Case {
                    case,
                    before,
                    after,
                });
                return Ok(vec![told]);
            }
            held.set(
                row.case.unwrap(),
                if puts_back {
                    CaseState::Resolved
                } else {
                    CaseState::Open
                },
            );
            let number = held.log(Action::Undo, row.case, Some(decision), by);
            let mut done = done(Action::Undo, row.case, Some(number), &summary);
            done.undoes = Some(decision);
            Ok(vec![done])
        })
    }

    fn plan(&self, scope: &Scope, by: &By) -> Result<Plan> {
        self.with(|held| {
            let (mut items, mut excluded) = (Vec::new(), Vec::new());
            let open = held.cases.iter().filter(|row| row.state == CaseState::Open);
            for row in open.filter(|row| scope.ids.is_empty() || scope.ids.contains(&row.case)) {
                let suggestion = row.suggestion.clone();
                if suggestion.confidence >= scope.min_confidence {
                    items.push(Item {
                        case: row.case,
                        version: row.version,
                        kind: row.kind,
                        suggestion,
                    });
                } else if !scope.ids.is_empty() {
                    excluded.push(Excluded {
                        case: row.case,
                        kind: row.kind,
                        action: suggestion.action,
                        confidence: suggestion.confidence,
                        why: Refusal::new(Code::NotApplicable, "less sure than asked for"),
                    });
                }
            }
            Ok(Plan {
                header: Header {
                    plan: "00000007".into(),
                    store: "fake".into(),
                    at: by.at,
                    operator: by.operator.clone(),
                    filter: scope.clone(),
                    program: "0".into(),
                    items: items.len(),
                    continues: None,
                },
                items,
                excluded,
            })
        })
    }

    fn apply(&mut self, plan: &Plan, from: usize, by: &By) -> Result<Chunk> {
        self.with(|held| {
            if let Some(error) = held.fails.take() {
                return Err(error);
            }
            let next = plan.items[from..].iter().take(20);
            let outcomes = next.map(|item| {
                let row = held.cases.iter().find(|row| row.case == item.case).unwrap();
                if row.version != item.version || row.state != CaseState::Open {
                    let said = "the case changed since the plan was made";
                    return BatchOutcome::Refused(Refusal::new(Code::Changed, said));
                }
                let action = item.suggestion.action;
                let number = held.decide(item.case, action, by);
                held.audit.last_mut().unwrap().batch = Some(BatchId(5));
                let summary = format!("{action} of case {}", item.case);
                let mut done = done(action, Some(item.case), Some(number), &summary);
                done.batch = Some(BatchId(5));
                BatchOutcome::Done(done)
            });
            Ok(Chunk {
                outcomes: outcomes.collect(),
                batch: BatchId(5),
            })
        })
    }

    fn claim(&mut self, _: CaseId, until: Timestamp, by: &By) -> Result<Claim> {
        let operator = by.operator.clone();
        Ok(Claim { operator, until })
    }

    fn release(&mut self, _: CaseId, _: &By) -> Result<bool> {
        Ok(true)
    }

    fn four_eyes(&self) -> Result<Option<Rule>> {
        Ok(None)
    }

    fn rule(&mut self, _: &Rule, _: &By) -> Result<()> {
        Ok(())
    }

    fn proposals(&self, _: bool) -> Result<Vec<Proposal>> {
        Ok(self.with(|held| held.proposals.clone()))
    }

    fn confirm(&mut self, id: ProposalId, by: &By) -> Result<Done> {
        self.with(|held| {
            let Some(at) = held.proposals.iter().position(|p| p.proposal == id) else {
                return none();
            };
            let proposal = held.proposals[at].clone();
            if proposal.operator == by.operator {
                let said = "another operator has to confirm it";
                return Err(Box::new(Refusal::new(Code::SameOperator, said)).into());
            }
            let row = held.cases.iter().find(|row| row.case == proposal.case);
            if row.is_none_or(|row| row.version != proposal.version) {
                let said = "the case has new evidence; look again";
                return Err(Box::new(Refusal::new(Code::Changed, said)).into());
            }
            held.proposals.remove(at);
            let number = held.decide(proposal.case, proposal.action, by);
            let said = format!("{}, as {} proposed", proposal.summary, proposal.operator);
            let case = Some(proposal.case);
            Ok(done(proposal.action, case, Some(number), &said))
        })
    }

    fn withdraw(&mut self, id: ProposalId, _: &By) -> Result<Proposal> {
        self.with(|held| {
            let Some(at) = held.proposals.iter().position(|p| p.proposal == id) else {
                return none();
            };
            Ok(held.proposals.remove(at))
        })
    }

    fn undo_answers(
        &mut self,
        whose: &Answers,
        cascade: bool,
        dry_run: bool,
        by: &By,
    ) -> Result<Vec<Done>> {
        let all = self.with(|held| -> Vec<DecisionId> {
            let rows = held.audit.iter().filter(|row| {
                let is_then = row.at >= whose.since && whose.until.is_none_or(|end| row.at < end);
                is_then && row.operator == whose.operator && row.action != Action::Undo
            });
            let decisions = rows.filter_map(|row| row.decision);
            decisions.filter(|d| !held.is_undone(*d)).collect()
        });
        let mut told = Vec::new();
        for decision in all {
            told.extend(self.undo(Undo::Decision(decision), cascade, dry_run, by)?);
            if !dry_run {
                self.with(|held| held.audit.last_mut().unwrap().batch = Some(BatchId(6)));
            }
        }
        if told.is_empty() {
            let says = "nothing that this operator answered in that time stands";
            return Err(StoreError::Unknown(says.into()));
        }
        let batch = (!dry_run).then_some(BatchId(6));
        for one in &mut told {
            one.batch = batch;
        }
        Ok(told)
    }

    fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
        self.with(|held| {
            let operator = filter.operator.as_ref();
            let fits = |row: &&AuditRow| {
                operator.is_none_or(|who| *who == row.operator)
                    && filter.batch.is_none_or(|batch| row.batch == Some(batch))
            };
            let rows: Vec<AuditRow> = held.audit.iter().filter(fits).cloned().collect();
            let from = rows
                .len()
                .saturating_sub(filter.limit.unwrap_or(usize::MAX));
            Ok(rows[from..].to_vec())
        })
    }

    fn export_log(&self, _to: &mut dyn std::io::Write) -> Result<Copied> {
        none()
    }

    fn backup(&self, _to: &std::path::Path, _step: &mut dyn FnMut(u64, u64)) -> Result<Copied> {
        none()
    }

    fn verify(&self, _head: Option<&str>) -> Result<Verdict> {
        Ok(Verdict {
            result: "OK",
            entries: self.with(|held| i64::try_from(held.audit.len()).unwrap()),
            head: "ab".repeat(32),
            detail: "the chain is whole; a cut tail would not show".into(),
            ..Verdict::default()
        })
    }

    fn quarantine(&self, _: Option<QuarantineId>) -> Result<Vec<QuarantineRow>> {
        none()
    }

    fn doctor(&self, _: bool) -> Result<Diagnosis> {
        none()
    }

    fn export(&self, _: Export, _: &mut dyn FnMut(serde_json::Value) -> Result<()>) -> Result<()> {
        none()
    }

    fn take_in(
        &mut self,
        _: &mut dyn crate::store::Arrivals,
        _: &PortfolioMap,
        _: Timestamp,
    ) -> Result<Counts> {
        none()
    }

    fn rescope(&mut self, _: &Rescope<'_>, _: &By) -> Result<Rescoped> {
        Err(StoreError::Unknown("not in this store".into()))
    }

    fn retry(
        &mut self,
        _: Option<QuarantineId>,
        _: &dyn Fn(&crate::store::Held) -> Vec<crate::domain::fact::Item>,
        _: &PortfolioMap,
    ) -> Result<Counts> {
        none()
    }

    fn rehearse(&mut self, _: &mut dyn FnMut(&mut dyn Store)) -> Result<()> {
        none()
    }

    fn revision(&self) -> Result<i64> {
        Ok(self.with(|held| held.revision))
    }
}
