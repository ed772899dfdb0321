//! How the fake decides: answers, proposals, batches, undos, and the log of
//! them.

use super::{Fake, Held, none};
use crate::domain::case::{Action, CaseState};
use crate::domain::ids::{BatchId, CaseId, DecisionId, EntryId, ProposalId};
use crate::review::batch::{Chunk, Excluded, Header, Item, Outcome as BatchOutcome, Plan, Scope};
use crate::review::four_eyes::{Proposal, ProposalState};
use crate::review::page::*;
use crate::review::refusal::{Code, Refusal};
use crate::store::*;
use crate::tui::tests::fixtures;

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

    /// Decides, without a question.
    pub(crate) fn decide(&mut self, case: CaseId, action: Action, by: &By) -> DecisionId {
        let state = if action == Action::Defer {
            CaseState::Deferred
        } else {
            CaseState::Resolved
        };
        self.set(case, state);
        self.log(action, Some(case), None, by)
    }

    /// Puts an answer before another operator.
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

    /// Whether an undo of it stands, which can be undone itself.
    fn is_undone(&self, decision: DecisionId) -> bool {
        let mut undos = self.audit.iter().filter(|row| row.undoes == Some(decision));
        undos.any(|row| row.decision.is_none_or(|undo| !self.is_undone(undo)))
    }

    /// Answers a case.
    pub(super) fn answer(&mut self, decide: &Decide, by: &By) -> Result<Done> {
        if let Some(error) = self.fails.take() {
            return Err(error);
        }
        let Some(row) = self
            .cases
            .iter()
            .find(|row| row.case == decide.case)
            .cloned()
        else {
            return none();
        };
        if row.state == CaseState::Resolved {
            let last = self.audit.iter().rev().find(|a| a.case == Some(row.case));
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
        if self.four_eyes {
            let id = self.propose(row.case, action, by);
            let mut told = done(action, Some(row.case), None, "Merged 3 and 9 as 3");
            told.dry_run = false;
            told.proposed = Some(id);
            return Ok(told);
        }
        let number = self.decide(row.case, action, by);
        let names: Vec<&str> = row.contacts.iter().map(|c| c.name.as_str()).collect();
        let summary = format!("{} {}", action.as_str(), names.join(" and "));
        Ok(done(action, Some(row.case), Some(number), &summary))
    }

    /// What a batch would do.
    pub(super) fn planned(&self, scope: &Scope, by: &By) -> Plan {
        let (mut items, mut excluded) = (Vec::new(), Vec::new());
        let open = self.cases.iter().filter(|row| row.state == CaseState::Open);
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
        Plan {
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
        }
    }

    /// The next twenty of a batch.
    pub(super) fn chunk(&mut self, plan: &Plan, from: usize, by: &By) -> Result<Chunk> {
        if let Some(error) = self.fails.take() {
            return Err(error);
        }
        let next = plan.items[from..].iter().take(20);
        let outcomes = next.map(|item| {
            let row = self.cases.iter().find(|row| row.case == item.case).unwrap();
            if row.version != item.version || row.state != CaseState::Open {
                let said = "the case changed since the plan was made";
                return BatchOutcome::Refused(Refusal::new(Code::Changed, said));
            }
            let action = item.suggestion.action;
            let number = self.decide(item.case, action, by);
            self.audit.last_mut().unwrap().batch = Some(BatchId(5));
            let summary = format!("{action} of case {}", item.case);
            let mut done = done(action, Some(item.case), Some(number), &summary);
            done.batch = Some(BatchId(5));
            BatchOutcome::Done(done)
        });
        Ok(Chunk {
            outcomes: outcomes.collect(),
            batch: BatchId(5),
        })
    }

    /// Lets a proposal stand.
    pub(super) fn let_stand(&mut self, id: ProposalId, by: &By) -> Result<Done> {
        let Some(at) = self.proposals.iter().position(|p| p.proposal == id) else {
            return none();
        };
        let proposal = self.proposals[at].clone();
        if proposal.operator == by.operator {
            let said = "another operator has to confirm it";
            return Err(Box::new(Refusal::new(Code::SameOperator, said)).into());
        }
        let row = self.cases.iter().find(|row| row.case == proposal.case);
        if row.is_none_or(|row| row.version != proposal.version) {
            let said = "the case has new evidence; look again";
            return Err(Box::new(Refusal::new(Code::Changed, said)).into());
        }
        self.proposals.remove(at);
        let number = self.decide(proposal.case, proposal.action, by);
        let said = format!("{}, as {} proposed", proposal.summary, proposal.operator);
        let case = Some(proposal.case);
        self.audit.last_mut().unwrap().batch = proposal.batch;
        let mut told = done(proposal.action, case, Some(number), &said);
        told.batch = proposal.batch;
        Ok(told)
    }
}

impl Fake {
    /// Takes a decision or a batch back.
    pub(super) fn take_back(
        &mut self,
        what: Undo,
        cascade: bool,
        dry_run: bool,
        by: &By,
    ) -> Result<Vec<Done>> {
        let decision = match what {
            Undo::Decision(decision) => decision,
            Undo::Batch(batch) => {
                let of = |held: &mut Held| -> Vec<DecisionId> {
                    let rows = held.audit.iter().filter(|row| row.batch == Some(batch));
                    rows.filter_map(|row| row.decision).collect()
                };
                let all = self.with(of).into_iter();
                let one = |id| self.take_back(Undo::Decision(id), cascade, dry_run, by);
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

    /// Takes back what an operator answered in a time.
    pub(super) fn take_back_answers(
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
            told.extend(self.take_back(Undo::Decision(decision), cascade, dry_run, by)?);
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
        proposes: false,
        undoes: None,
        summary: summary.into(),
    }
}
