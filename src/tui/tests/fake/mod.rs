//! A store of hand-made pages, in memory: decides, undoes, keeps a log.

mod deciding;
mod reading;

use super::fixtures;
use crate::domain::case::{CaseKind, CaseState};
use crate::domain::identifier::Named;
use crate::domain::ids::{CaseId, ContactId, EventId, ProposalId, QuarantineId};
use crate::domain::time::Timestamp;
use crate::review::batch::{Chunk, Plan, Scope};
use crate::review::four_eyes::{Proposal, Rule};
use crate::review::page::*;
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
    /// How often the evidence of every case came again.
    pub(crate) came_again: i64,
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

fn none<T>() -> Result<T> {
    Err(StoreError::Unknown("the fake has no such thing".into()))
}

impl Store for Fake {
    fn cases(&self, filter: &CaseFilter) -> Result<Vec<CaseRow>> {
        Ok(self.with(|held| held.listed(filter)))
    }

    fn case_counts(&self) -> Result<Vec<(CaseKind, CaseState, i64)>> {
        self.with(|held| {
            let rows = held.cases.iter();
            Ok(rows.map(|row| (row.kind, row.state, 1)).collect())
        })
    }

    fn stats(&self, days: u32) -> Result<Stats> {
        Ok(self.with(|held| held.counted(days)))
    }

    fn case(&self, case: CaseId) -> Result<CasePage> {
        self.with(|held| held.page(case))
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
        self.with(|held| held.answer(decide, by))
    }

    fn undo(&mut self, what: Undo, cascade: bool, dry_run: bool, by: &By) -> Result<Vec<Done>> {
        self.take_back(what, cascade, dry_run, by)
    }

    fn plan(&self, scope: &Scope, by: &By) -> Result<Plan> {
        Ok(self.with(|held| held.planned(scope, by)))
    }

    fn apply(&mut self, plan: &Plan, from: usize, by: &By) -> Result<Chunk> {
        self.with(|held| held.chunk(plan, from, by))
    }

    fn claim(&mut self, _: CaseId, until: Timestamp, by: &By) -> Result<Claim> {
        let operator = by.operator.clone();
        Ok(Claim { operator, until })
    }

    fn release(&mut self, _: CaseId, _: &By) -> Result<bool> {
        Ok(true)
    }

    fn four_eyes(&self) -> Result<Option<Rule>> {
        let every_answer = Rule {
            confidence_below: Some(2.0),
            ..Rule::default()
        };
        Ok(self.with(|held| held.four_eyes.then_some(every_answer)))
    }

    fn rule(&mut self, _: &Rule, _: &By) -> Result<()> {
        Ok(())
    }

    fn proposals(&self, _: bool) -> Result<Vec<Proposal>> {
        Ok(self.with(|held| held.proposals.clone()))
    }

    fn confirm(&mut self, id: ProposalId, by: &By) -> Result<Done> {
        self.with(|held| held.let_stand(id, by))
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
        self.take_back_answers(whose, cascade, dry_run, by)
    }

    fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
        Ok(self.with(|held| held.entries(filter)))
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
