//! Four eyes as the log tells them: the rule, the proposals, and what became of
//! each. Held against the rows in which the store keeps the same, so that
//! neither can be edited past the log, and against the decisions: none that the
//! rule asks two operators for was taken by one alone.

use super::query::first;
use super::verify::Fault;
use crate::domain::case::{Action, CaseKind};
use crate::domain::time::Timestamp;
use crate::review::four_eyes::{ProposalState, Rule, Subject};
use crate::store::Result;
use crate::store::chain::Link;
use crate::store::sqlite::four_eyes;
use rusqlite::{Connection, Row};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The rule and the proposals, after all entries so far.
#[derive(Default)]
pub(super) struct Eyes {
    rule: Rule,
    /// The entry that made it so.
    ruled: Option<i64>,
    proposals: BTreeMap<i64, Told>,
}

/// A proposal as its entry tells it.
struct Told {
    entry: i64,
    case: Option<i64>,
    batch: Option<i64>,
    operator: String,
    at: Option<Timestamp>,
    reason: Option<String>,
    /// Its number, the case's version and the answer, as the entry has them.
    after: String,
    settled: Option<Settled>,
}

/// What became of a proposal, by whom and when.
struct Settled {
    state: ProposalState,
    by: String,
    at: Option<Timestamp>,
    decision: Option<i64>,
}

/// What an entry says of a proposal.
#[derive(Deserialize)]
struct Of {
    proposal: i64,
}

/// What was frozen, as far as a decision has to agree with it.
#[derive(Deserialize)]
struct Frozen {
    answer: Answer,
}

#[derive(Deserialize)]
struct Answer {
    action: Action,
}

/// The case in the rows of before a decision.
#[derive(Deserialize)]
struct Before {
    case: Option<CaseBefore>,
}

#[derive(Deserialize)]
struct CaseBefore {
    kind: CaseKind,
}

/// What an entry is where its JSON is another than its action's.
const UNREADABLE: &str = "holds something that was not written so";

impl Eyes {
    /// Takes an entry in that names no decision; what is wrong with it.
    pub(super) fn follow(&mut self, link: &Link<'_>) -> Option<String> {
        match Action::parse(link.action) {
            Some(Action::Rule) => self.change(link),
            Some(Action::Propose) => self.propose(link),
            Some(Action::Withdraw) => self.withdraw(link),
            _ => None,
        }
    }

    fn change(&mut self, link: &Link<'_>) -> Option<String> {
        let (Some(before), Some(after)) = (rule(link.before), rule(link.after)) else {
            return Some(UNREADABLE.into());
        };
        if before != self.rule {
            return Some("replaces another rule of four eyes than the log tells".into());
        }
        self.rule = after;
        self.ruled = Some(link.entry);
        None
    }

    fn propose(&mut self, link: &Link<'_>) -> Option<String> {
        let Ok(Of { proposal }) = serde_json::from_str(link.after) else {
            return Some(UNREADABLE.into());
        };
        let told = Told {
            entry: link.entry,
            case: link.case,
            batch: link.batch,
            operator: link.operator.to_owned(),
            at: Timestamp::parse(link.at),
            reason: link.reason.map(str::to_owned),
            after: link.after.to_owned(),
            settled: None,
        };
        let again = self.proposals.insert(proposal, told).is_some();
        again.then(|| format!("records proposal {proposal} a second time"))
    }

    fn withdraw(&mut self, link: &Link<'_>) -> Option<String> {
        let Ok(Of { proposal }) = serde_json::from_str(link.before) else {
            return Some(UNREADABLE.into());
        };
        let settled = Settled {
            state: ProposalState::Withdrawn,
            by: link.operator.to_owned(),
            at: Timestamp::parse(link.at),
            decision: None,
        };
        match self.waiting(proposal) {
            Some(told) if told.case == link.case => {
                told.settled = Some(settled);
                None
            }
            _ => Some(format!("withdraws proposal {proposal}, which did not wait")),
        }
    }

    fn waiting(&mut self, proposal: i64) -> Option<&mut Told> {
        let told = self.proposals.get_mut(&proposal);
        told.filter(|told| told.settled.is_none())
    }

    /// Takes a decision with its terms in; what is wrong with it.
    pub(super) fn decision(&mut self, link: &Link<'_>, terms: Option<&str>) -> Option<String> {
        // Few let a proposal stand, and only those say so.
        let terms = terms.filter(|terms| terms.contains("\"proposal\":"));
        match terms.and_then(|terms| serde_json::from_str::<Of>(terms).ok()) {
            Some(of) => self.confirm(link, of.proposal),
            None => self.alone(link),
        }
    }

    fn confirm(&mut self, link: &Link<'_>, proposal: i64) -> Option<String> {
        let Some(told) = self.waiting(proposal) else {
            return Some(format!(
                "lets proposal {proposal} stand, which did not wait"
            ));
        };
        if told.operator == link.operator {
            return Some(format!(
                "lets proposal {proposal} stand by the operator who made it"
            ));
        }
        let frozen: Option<Frozen> = serde_json::from_str(&told.after).ok();
        let action = frozen.map(|frozen| frozen.answer.action.as_str());
        if told.case != link.case || action != Some(link.action) {
            return Some(format!(
                "lets proposal {proposal} stand, which was another answer"
            ));
        }
        told.settled = Some(Settled {
            state: ProposalState::Confirmed,
            by: link.operator.to_owned(),
            at: Timestamp::parse(link.at),
            decision: link.decision,
        });
        None
    }

    /// Whether the rule asks two operators for what one did. How sure the
    /// suggestion was and how large the batch, the log does not tell.
    fn alone(&self, link: &Link<'_>) -> Option<String> {
        if self.rule.is_empty() {
            return None;
        }
        let action = Action::parse(link.action).filter(|action| *action != Action::Undo)?;
        let before: Before = serde_json::from_str(link.before).ok()?;
        let subject = Subject {
            kind: before.case?.kind,
            action,
            confidence: 1.0,
            batch: None,
        };
        let rule = Rule {
            kinds: self.rule.kinds.clone(),
            actions: self.rule.actions.clone(),
            ..Rule::default()
        };
        rule.needs_two(&subject)
            .then(|| "was decided by one operator where the rule of four eyes asks for two".into())
    }

    /// The first fault between the log and the rows.
    pub(super) fn fault(&self, db: &Connection) -> Result<Option<Fault>> {
        let mut query = db.prepare(
            r#"SELECT id, batch, "case", version, answer, operator, at, reason, state, settled_by, settled_at, decision
               FROM proposal NOT INDEXED ORDER BY id"#,
        )?;
        let mut rows = query.query([])?;
        let mut told = self.proposals.iter();
        let (mut faults, mut unknown) = (Vec::new(), None);
        let mut next = told.next();
        while let Some(r) = rows.next()? {
            let id: i64 = r.get(0)?;
            while let Some((gone, of)) = next.filter(|(known, _)| **known < id) {
                faults.push((of.entry, format!("records proposal {gone}, which is gone")));
                next = told.next();
            }
            match next.filter(|(known, _)| **known == id) {
                Some((_, of)) => {
                    let flaw = of.flaw(id, r).unwrap_or_else(|_| Some(otherwise(id)));
                    faults.extend(flaw.map(|flaw| (of.entry, flaw)));
                    next = told.next();
                }
                None => unknown = unknown.or(Some(id)),
            }
        }
        let rest = next.into_iter().chain(told);
        faults.extend(
            rest.map(|(gone, of)| (of.entry, format!("records proposal {gone}, which is gone"))),
        );
        if let Some((entry, what)) = faults.into_iter().min() {
            return Ok(Some((Some(entry), format!("entry {entry} {what}"))));
        }
        if let Some(id) = unknown {
            return Ok(Some((None, format!("proposal {id} has no entry"))));
        }
        let sql = "SELECT value FROM meta WHERE key = 'four_eyes'";
        let kept = first(db, sql, [], |r| r.get::<_, String>(0))?;
        let kept = kept.map_or_else(|| Some(Rule::default()), |kept| rule(&kept));
        Ok((kept.as_ref() != Some(&self.rule)).then(|| {
            let what = match self.ruled {
                Some(entry) => {
                    format!("entry {entry} tells the rule of four eyes otherwise than the store")
                }
                None => "the store has a rule of four eyes that no entry tells of".into(),
            };
            (self.ruled, what)
        }))
    }
}

/// A rule as the log and the store have it: none is one that asks for nothing.
fn rule(text: &str) -> Option<Rule> {
    let rule: Option<Rule> = serde_json::from_str(text).ok()?;
    let rule = rule.unwrap_or_default();
    Some(Rule {
        // Read and written again, a number may end in another last digit.
        confidence_below: rule.confidence_below.map(|c| (c * 1e9).round() / 1e9),
        ..rule
    })
}

fn otherwise(proposal: i64) -> String {
    format!("tells of proposal {proposal} otherwise than its row")
}

impl Told {
    /// What is wrong between a proposal's entries and its row.
    fn flaw(&self, id: i64, r: &Row<'_>) -> rusqlite::Result<Option<String>> {
        let (version, answer): (i64, String) = (r.get(3)?, r.get(4)?);
        let after = four_eyes::told(id, version, &answer).to_string();
        let same = self.batch == r.get(1)?
            && self.case == r.get(2)?
            && self.after == after
            && self.operator == r.get::<_, String>(5)?
            && self.at == Some(Timestamp(r.get(6)?))
            && self.reason == r.get(7)?;
        if !same {
            return Ok(Some(otherwise(id)));
        }
        let row = (
            r.get::<_, String>(8)?,
            r.get::<_, Option<String>>(9)?,
            r.get::<_, Option<i64>>(10)?.map(Timestamp),
            r.get::<_, Option<i64>>(11)?,
        );
        let (log, words) = match &self.settled {
            None => (
                (ProposalState::Waiting.as_str().to_owned(), None, None, None),
                "waits".to_owned(),
            ),
            Some(Settled {
                state,
                by,
                at,
                decision,
            }) => (
                (state.as_str().to_owned(), Some(by.clone()), *at, *decision),
                format!("was {state}"),
            ),
        };
        Ok((row != log).then(|| {
            format!("made proposal {id}, which by the log {words}; its row says otherwise")
        }))
    }
}
