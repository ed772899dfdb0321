//! One question or write at a time, put to a store: which of its functions
//! answers it, and what is read beside. Threads and order are the desk's
//! caller's.

use super::words::{Found, Planned, Read, Reply, Settle, Write};
use crate::domain::case::{CaseKind, CaseState};
use crate::domain::ids::CaseId;
use crate::review::batch::{Item, Scope};
use crate::review::four_eyes::Subject;
use crate::review::page::CaseRow;
use crate::store::{self, By, CaseFilter, Store, StoreError};
use crate::tui::model::{Waiting, What, least_sure, sample};
use crate::tui::seek::Seeker;
use std::collections::HashMap;
use std::sync::Arc;

/// Messages of a contact that are read at a time.
pub(crate) const MESSAGES: usize = 100;
/// Days that the overview counts, today among them.
const DAYS: u32 = 60;
/// Kinds of cases that are about a change.
pub(crate) const CHANGE_KINDS: [CaseKind; 4] = [
    CaseKind::IdentityChange,
    CaseKind::IdentityChangeCollision,
    CaseKind::IdentityChangeOrphan,
    CaseKind::IdentityChangeFork,
];
/// Contacts that a search shows.
pub(crate) const HITS: usize = 100;

/// Searches; `None` if nobody waits for it any more.
pub(crate) fn seek(
    seeker: &mut Seeker,
    store: &dyn Store,
    read: Read,
    is_over: &mut dyn FnMut() -> bool,
) -> Option<Found> {
    let said = |error: StoreError| error.to_string();
    match read {
        Read::Find(find) => match seeker.cases(store, &find, is_over) {
            Ok(found) => found.map(|ids| Found::Order(Ok(ids))),
            Err(error) => Some(Found::Order(Err(said(error)))),
        },
        Read::Contacts(query) if !query.is_empty() => {
            match seeker.contacts(store, &query, is_over) {
                Ok(found) => found.map(|hits| Found::Contacts(Ok(hits))),
                Err(error) => Some(Found::Contacts(Err(said(error)))),
            }
        }
        other => Some(self::read(store, other)),
    }
}

/// Asks the store.
pub(crate) fn read(store: &dyn Store, read: Read) -> Found {
    let said = |error: StoreError| error.to_string();
    match read {
        Read::Order(state) => Found::Order(store.case_order(state).map_err(said)),
        Read::Find(find) => {
            let found = Seeker::default().cases(store, &find, &mut || false);
            Found::Order(found.map(Option::unwrap_or_default).map_err(said))
        }
        Read::Rows(ids) => Found::Rows(store.case_rows(&ids).map_err(said)),
        Read::Cases(filter) => Found::Cases(store.cases(&filter).map_err(said)),
        Read::Counts => {
            let counts = store.case_counts();
            let both = counts.and_then(|counts| {
                let proposals = store.proposals(false)?;
                Ok((counts, proposals.iter().map(|p| p.case).collect()))
            });
            Found::Counts(both.map_err(said))
        }
        Read::Case(id) => Found::Case(store.case(id).map(Box::new).map_err(said)),
        Read::Payload(event) => Found::Payload(store.payload(event).map_err(said)),
        Read::Audit(filter) => Found::Audit(store.audit(&filter).map_err(said)),
        Read::Verify => Found::Verify(store.verify(None).map_err(said)),
        Read::Contacts(query) => Found::Contacts(store.contacts(&query, Some(HITS)).map_err(said)),
        Read::Contact(id) => Found::Contact(store.contact(id).map(Box::new).map_err(said)),
        Read::Messages(contact, before) => {
            Found::Messages(store.messages(contact, before, MESSAGES).map_err(said))
        }
        Read::Stats => {
            let stats = store.stats(DAYS);
            let stats = stats.and_then(|stats| Ok((stats, store.proposals(false)?.len())));
            Found::Stats(stats.map_err(said))
        }
        Read::Plan(scope, by) => Found::Plan(plan(store, &scope, &by).map_err(said)),
        Read::Changes(limit) => Found::Changes(changes(store, limit).map_err(said)),
        Read::Proposals => Found::Proposals(proposals(store).map_err(said)),
    }
}

/// What a batch would do.
fn plan(store: &dyn Store, scope: &Scope, by: &By) -> store::Result<Planned> {
    let plan = store.plan(scope, by)?;
    let named = least_sure(&plan).into_iter().chain(sample(&plan));
    let named: Vec<CaseId> = named.map(|item| item.case).collect();
    let named = store.case_rows(&named)?;
    let needs_two = store.four_eyes()?.map_or(0, |rule| {
        let subject = |item: &Item| Subject {
            kind: item.kind,
            action: item.suggestion.action,
            confidence: item.suggestion.confidence,
            batch: Some(plan.items.len()),
        };
        let items = plan.items.iter();
        items.filter(|item| rule.needs_two(&subject(item))).count()
    });
    Ok(Planned {
        plan: Arc::new(plan),
        named,
        to_confirm: needs_two,
    })
}

/// Proposals whose cases are read; those behind them are told by number.
const PROPOSALS: usize = 500;

/// The proposals that wait, the oldest first, with their cases.
fn proposals(store: &dyn Store) -> store::Result<Vec<Waiting>> {
    let proposals = store.proposals(false)?;
    let first = proposals.iter().take(PROPOSALS);
    let cases: Vec<CaseId> = first.map(|p| p.case).collect();
    let rows = store.case_rows(&cases)?;
    let rows: HashMap<CaseId, CaseRow> = rows.into_iter().map(|r| (r.case, r)).collect();
    let waiting = proposals.into_iter().map(|proposal| Waiting {
        // Several operators may have proposed an answer to one case.
        row: rows.get(&proposal.case).cloned(),
        proposal,
    });
    Ok(waiting.collect())
}

/// Open cases of changes, so many of each kind, the surest first.
fn changes(store: &dyn Store, limit: usize) -> store::Result<Vec<CaseRow>> {
    let mut rows = Vec::new();
    for kind in CHANGE_KINDS {
        rows.extend(store.cases(&CaseFilter {
            state: Some(CaseState::Open),
            kind: Some(kind),
            limit: Some(limit),
            ..CaseFilter::default()
        })?);
    }
    rows.sort_by(|a, b| {
        let by_confidence = b.suggestion.confidence.total_cmp(&a.suggestion.confidence);
        by_confidence.then(a.case.cmp(&b.case))
    });
    Ok(rows)
}

/// Writes to the store.
pub(crate) fn write(store: &mut dyn Store, write: &Write, by: &By) -> Reply {
    match write {
        Write::Decide(decide) => Reply::Written(store.decide(decide, by).map(|done| vec![done])),
        Write::Undo {
            what,
            cascade,
            dry_run,
        } => Reply::Written(match what {
            What::Undo(what) => store.undo(*what, *cascade, *dry_run, by),
            What::Answers(whose) => store.undo_answers(whose, *cascade, *dry_run, by),
        }),
        Write::Apply(plan, from) => Reply::Applied(store.apply(plan, *from, by)),
        Write::Settle(how, ids) => {
            let settled = ids.iter().map(|&id| match how {
                Settle::Confirm => store.confirm(id, by).map(Some),
                Settle::Withdraw => store.withdraw(id, by).map(|_| None),
            });
            Reply::Settled(settled.collect())
        }
        // Only a courtesy: what hinders it hinders no answer.
        Write::Claim(case, until) => {
            let _ = store.claim(*case, *until, by);
            Reply::Claimed
        }
        Write::Release(case) => {
            let _ = store.release(*case, by);
            Reply::Claimed
        }
    }
}

/// What becomes of a write where the store cannot be opened for it.
pub(crate) fn refused(write: &Write, error: StoreError) -> Reply {
    match write {
        Write::Decide(_) | Write::Undo { .. } => Reply::Written(Err(error)),
        Write::Apply(..) => Reply::Applied(Err(error)),
        Write::Settle(..) => Reply::Settled(vec![Err(error)]),
        Write::Claim(..) | Write::Release(_) => Reply::Claimed,
    }
}
