//! The store's trait, answered with the pages made by hand.

use super::pages::{case, contact, decided, identifier, page};
use super::{Fake, at};
use reunite::domain::case::{Action, Answer, CaseKind, CaseState, Target};
use reunite::domain::identifier::{Kind, Named};
use reunite::domain::ids::*;
use reunite::domain::time::{DAY, Timestamp};
use reunite::review::batch::{Chunk, Plan, Scope};
use reunite::review::four_eyes::{Proposal, Rule};
use reunite::review::page::*;
use reunite::store::*;

impl Store for Fake {
    fn cases(&self, filter: &CaseFilter) -> Result<Vec<CaseRow>> {
        self.ask_for(format!("cases {:?} {:?}", filter.after, filter.limit));
        let after: usize = filter.after.as_ref().map_or(0, |c| c[1..].parse().unwrap());
        let all = self.0.lock().unwrap().cases;
        let ids = after + 1..=all;
        let limit = filter.limit.unwrap_or(usize::MAX);
        Ok(ids
            .take(limit)
            .map(|id| case(i64::try_from(id).unwrap()))
            .collect())
    }

    fn case_counts(&self) -> Result<Vec<(CaseKind, CaseState, i64)>> {
        let open = i64::try_from(self.0.lock().unwrap().cases).unwrap();
        Ok(vec![
            (CaseKind::PhoneBsuidConflict, CaseState::Open, open),
            (CaseKind::IdentityChange, CaseState::Resolved, 2),
        ])
    }

    fn stats(&self, days: u32) -> Result<Stats> {
        let day = |ago: u32| DayCounts {
            day: Timestamp(at(0).0.div_euclid(DAY) * DAY - i64::from(ago) * DAY),
            arrived: i64::from(ago) + 1,
            decided: 2,
        };
        Ok(Stats {
            cases: self.case_counts()?,
            oldest_open: Some((CaseId(7), at(41))),
            quarantined: 1,
            days: (0..days).rev().map(day).collect(),
        })
    }

    fn case(&self, id: CaseId) -> Result<CasePage> {
        if self.0.lock().unwrap().unknown {
            return Err(StoreError::Unknown(format!("there is no case {id}")));
        }
        Ok(page(id.0))
    }

    fn contacts(&self, query: &str, limit: Option<usize>) -> Result<Vec<ContactHit>> {
        self.ask_for(format!("contacts {query:?} {limit:?}"));
        let all = self
            .0
            .lock()
            .unwrap()
            .contacts
            .min(limit.unwrap_or(usize::MAX));
        let hit = |n: usize| {
            let n = i64::try_from(n).unwrap();
            ContactHit {
                contact: ContactId(n),
                name: format!("Ana {n}"),
                identifiers: vec![
                    identifier(Kind::Bsuid, "US.13491208655302741918", n),
                    identifier(Kind::Phone, "16315551181", n),
                    identifier(Kind::Phone, "5511987654321", n),
                ],
                score: 100 - n,
            }
        };
        Ok((1..=all).map(hit).collect())
    }

    fn contact(&self, _contact: ContactId) -> Result<ContactPage> {
        Ok(contact())
    }

    fn messages(
        &self,
        _: ContactId,
        _: Option<(Timestamp, EventId)>,
        _: usize,
    ) -> Result<Vec<MessageRow>> {
        Ok(vec![])
    }

    fn payload(&self, _: EventId) -> Result<String> {
        Ok("{}".into())
    }

    fn resolve(&self, query: &Query) -> Result<Resolution> {
        self.ask_for(format!("{query:?}"));
        let unknown = Resolution {
            contact: None,
            matched_by: None,
            provisional: false,
            conflict: None,
            former_contact: None,
            unconfirmed: false,
        };
        match (&query.bsuid, &query.phone) {
            (Some(bsuid), _) if bsuid.value == "US.2" && bsuid.portfolio.is_none() => {
                Err(StoreError::Ambiguous("US.2 is known in eu and us".into()))
            }
            (Some(_), Some(_)) => Ok(Resolution {
                contact: Some(ContactId(3)),
                matched_by: Some(Kind::Bsuid),
                conflict: Some(Conflict {
                    case: Some(CaseId(7)),
                    phone_contact: Some(ContactId(9)),
                }),
                ..unknown
            }),
            (Some(_), None) => Ok(Resolution {
                contact: Some(ContactId(3)),
                matched_by: Some(Kind::Bsuid),
                ..unknown
            }),
            (None, Some(_)) => Ok(Resolution {
                former_contact: Some(ContactId(3)),
                ..unknown
            }),
            (None, None) => Ok(unknown),
        }
    }

    fn ask(&mut self, contacts: &[ContactId], about: Option<&Named>, by: &By) -> Result<CaseRow> {
        self.ask_for(format!("ask {contacts:?} {about:?} {}", by.operator));
        let mut row = case(12);
        row.kind = CaseKind::Manual;
        Ok(row)
    }

    fn decide(&mut self, decide: &Decide, by: &By) -> Result<Done> {
        self.ask_for(format!("{decide:?} {by:?}"));
        if let Some(refusal) = self.0.lock().unwrap().refuse.clone() {
            return Err(Box::new(refusal).into());
        }
        let mut done = decided(decide.answer.action(), decide.dry_run);
        if let Answer::Relink {
            to: Target::New, ..
        } = decide.answer
        {
            done.canonical = None;
        }
        Ok(done)
    }

    fn undo(&mut self, what: Undo, cascade: bool, dry_run: bool, by: &By) -> Result<Vec<Done>> {
        self.ask_for(format!("{what:?} {cascade} {:?}", by.reason));
        if let Some(refusal) = self.0.lock().unwrap().refuse.clone() {
            return Err(Box::new(refusal).into());
        }
        let mut done = decided(Action::Undo, dry_run);
        done.undoes = Some(DecisionId(12));
        Ok(vec![done.clone(), done])
    }

    fn plan(&self, _: &Scope, _: &By) -> Result<Plan> {
        Err(StoreError::Unknown("not in this store".into()))
    }

    fn apply(&mut self, _: &Plan, _: usize, _: &By) -> Result<Chunk> {
        Err(StoreError::Unknown("not in this store".into()))
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
        Ok(Vec::new())
    }

    fn confirm(&mut self, _: ProposalId, _: &By) -> Result<Done> {
        Err(StoreError::Unknown("not in this store".into()))
    }

    fn withdraw(&mut self, _: ProposalId, _: &By) -> Result<Proposal> {
        Err(StoreError::Unknown("not in this store".into()))
    }

    fn undo_answers(
        &mut self,
        whose: &Answers,
        cascade: bool,
        dry_run: bool,
        by: &By,
    ) -> Result<Vec<Done>> {
        self.ask_for(format!("{whose:?} {cascade} {dry_run} {:?}", by.reason));
        Ok(vec![decided(Action::Undo, dry_run)])
    }

    fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
        self.ask_for(format!("{filter:?}"));
        let all = i64::try_from(self.0.lock().unwrap().audit).unwrap();
        let latest = i64::try_from(filter.limit.unwrap_or(1000)).unwrap();
        let row = |n: i64| AuditRow {
            entry: EntryId(n),
            at: at(100 - n),
            operator: "ines".into(),
            action: if n == 2 { Action::Undo } else { Action::Merge },
            decision: Some(DecisionId(n)),
            batch: None,
            undoes: (n == 2).then_some(DecisionId(1)),
            case: Some(CaseId(7)),
            reason: (n == 1).then(|| "same order history".into()),
            before: serde_json::json!({"canonical": 9}),
            after: serde_json::json!({"canonical": 3}),
            prev: "00".into(),
            hash: "ff".into(),
            origin: Box::default(),
        };
        Ok((1..=all)
            .skip_while(|n| all - n >= latest)
            .map(row)
            .collect())
    }

    fn verify(&self, head: Option<&str>) -> Result<Verdict> {
        self.ask_for(format!("verify {head:?}"));
        let verdict = self.0.lock().unwrap().verdict.clone();
        Ok(verdict.unwrap_or_else(|| Verdict {
            result: "OK",
            entries: 2,
            head: "ff".into(),
            detail: "The chain is whole; a cut tail would not show without --head.".into(),
            ..Verdict::default()
        }))
    }

    fn export_log(&self, to: &mut dyn std::io::Write) -> Result<Copied> {
        to.write_all(b"{}\n").unwrap();
        Ok(copied())
    }

    fn backup(&self, to: &std::path::Path, step: &mut dyn FnMut(u64, u64)) -> Result<Copied> {
        step(1, 2);
        step(2, 2);
        std::fs::write(to, "copy").unwrap();
        Ok(copied())
    }

    fn quarantine(&self, id: Option<QuarantineId>) -> Result<Vec<QuarantineRow>> {
        let row = QuarantineRow {
            id: QuarantineId(1),
            at: at(1),
            source: "day.jsonl:17".into(),
            reason: "messages[0].timestamp is no time".into(),
            pointer: "/entry/0".into(),
            payload: serde_json::json!({"entry": [{"id": "1"}]}),
            text: r#"{"object":"x","entry":[{"id":"1"}]}"#.into(),
        };
        Ok(Some(row)
            .filter(|row| id.is_none_or(|id| id == row.id))
            .into_iter()
            .collect())
    }

    fn doctor(&self, replay: bool) -> Result<Diagnosis> {
        let ok = !self.0.lock().unwrap().unsound;
        let check = |check: &str, ok, detail: &str| Check {
            check: check.into(),
            ok,
            detail: detail.into(),
        };
        Ok(Diagnosis {
            ok,
            schema: 1,
            checks: vec![
                check("file", true, "integrity_check says ok"),
                check(
                    "links",
                    ok,
                    if replay {
                        "replayed"
                    } else {
                        "one live link each"
                    },
                ),
            ],
        })
    }

    fn export(
        &self,
        what: Export,
        row: &mut dyn FnMut(serde_json::Value) -> Result<()>,
    ) -> Result<()> {
        use serde_json::json;
        let rows = match what {
            Export::Aliases => vec![
                json!({"contact": 9, "canonical": 3}),
                json!({"contact": 11, "canonical": 3}),
            ],
            Export::Messages => vec![json!({"message": "wamid.1", "contact": 3, "member": 9})],
            Export::Contacts => {
                vec![serde_json::to_value(self.contact(ContactId(3)).unwrap()).unwrap()]
            }
            Export::Decisions => {
                let rows = self.audit(&AuditFilter::default())?.into_iter();
                rows.map(|row| serde_json::to_value(row).unwrap()).collect()
            }
        };
        rows.into_iter().try_for_each(row)
    }

    fn take_in(
        &mut self,
        arrivals: &mut dyn Arrivals,
        map: &PortfolioMap,
        _: Timestamp,
    ) -> Result<Counts> {
        let mut batch = Vec::new();
        while let Some(part) = arrivals.next() {
            batch.extend_from_slice(part);
        }
        self.ask_for(format!("{map:?}"));
        let (first, last) = (&batch[0].source, &batch[batch.len() - 1].source);
        let mut inside = self.0.lock().unwrap();
        inside
            .batches
            .push((batch.len(), first.to_string(), last.to_string()));
        let read = batch.len() as u64;
        Ok(Counts {
            read,
            applied: read - 1,
            quarantined: 1,
            messages: read - 1,
            cases_opened: 1,
            ..Counts::default()
        })
    }

    fn rescope(&mut self, _: &Rescope<'_>, _: &By) -> Result<Rescoped> {
        Err(StoreError::Unknown("not in this store".into()))
    }

    fn retry(
        &mut self,
        only: Option<QuarantineId>,
        _: &dyn Fn(&Held) -> Vec<reunite::domain::fact::Item>,
        map: &PortfolioMap,
    ) -> Result<Counts> {
        self.ask_for(format!("retry {only:?} {map:?}"));
        Ok(Counts {
            read: 3,
            applied: 2,
            quarantined: 1,
            messages: 2,
            ..Counts::default()
        })
    }

    fn rehearse(&mut self, act: &mut dyn FnMut(&mut dyn Store)) -> Result<()> {
        self.ask_for("rehearse".into());
        act(self);
        Ok(())
    }

    fn revision(&self) -> Result<i64> {
        Ok(0)
    }
}

fn copied() -> Copied {
    Copied {
        bytes: 3_500_000,
        entries: 2,
        head: "ff".into(),
        keep: Some("aa:ff".into()),
    }
}
