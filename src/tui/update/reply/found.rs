//! Answers to questions: into the slot that waits for them, or dropped.

use crate::domain::case::CaseState;
use crate::domain::ids::CaseId;
use crate::review::page::{CasePage, CaseRow, ContactHit, DecisionRow, Stats};
use crate::store::Undo;
use crate::tui::action::Action;
use crate::tui::model::{CASE_MESSAGES, CONTACT_MESSAGES, Model, Overlay, Screen, What};
use crate::tui::overlays;
use crate::tui::show;
use crate::tui::update::{answer, queue, run};
use crate::tui::worker::{CHANGE_KINDS, Found, MESSAGES, Planned, Read, Ticket, Told};

/// Takes an answer in; false if it changed nothing in sight.
pub(super) fn take(model: &mut Model, ticket: Ticket, found: Found) -> bool {
    match found {
        Found::Cases(told) => order(model, ticket, told, queue::take_page),
        Found::Order(told) => order(model, ticket, told, queue::take_order),
        Found::Rows(told) => model.queue.lines.arrives(ticket) && queue::take_rows(model, told),
        Found::Counts(told) => {
            let mut proposed = None;
            let told = told.map(|(counts, cases)| {
                proposed = Some(cases);
                counts
            });
            let is_news = model.queue.counts.fill(ticket, told);
            if is_news && let Some(cases) = proposed {
                model.waiting = cases.len();
                model.queue.proposed = cases.into_iter().collect();
            }
            is_news
        }
        Found::Case(told) => case(model, ticket, told),
        Found::Payload(told) => match &mut model.overlay {
            Some(Overlay::Evidence(evidence)) => {
                let is_news = evidence.payload.fill(ticket, told);
                if is_news {
                    evidence.scroll = overlays::evidence::first_wanted(evidence);
                }
                is_news
            }
            _ => false,
        },
        Found::Audit(told) => match model.above.last_mut() {
            Some(Screen::History(h)) => {
                // The store tells the oldest first; the newest is asked for.
                let told = told.map(|rows| rows.into_iter().rev().collect());
                let is_news = h.entries.fill(ticket, told);
                if is_news && let Some(decision) = h.wanted.take() {
                    h.entries.list.cursor = h.entry_of(decision).or(h.entries.list.cursor);
                }
                is_news
            }
            _ => false,
        },
        Found::Verify(told) => match model.above.last_mut() {
            Some(Screen::History(h)) => h.verdict.fill(ticket, told),
            _ => false,
        },
        Found::Contacts(told) => hits(model, ticket, told),
        Found::Contact(told) => match model.above.last_mut() {
            Some(Screen::Contact(p)) => {
                let is_first = p.page.value.is_none();
                let old = p.open_cases();
                let is_news = p.page.fill(ticket, told);
                let new = p.open_cases();
                p.cases.hold(&old, &new);
                let decided = p.decision_ids();
                p.decisions.hold(&[], &decided);
                if is_news && is_first {
                    p.scroll[CONTACT_MESSAGES] = usize::MAX;
                }
                p.is_whole = false;
                is_news
            }
            _ => false,
        },
        Found::Messages(told) => match model.above.last_mut() {
            Some(Screen::Contact(p)) => {
                if !p.older.fill(ticket, told) {
                    return false;
                }
                let older = p.older.value.take().unwrap_or_default();
                p.is_whole = older.len() < MESSAGES;
                // Newest first, as they came; and the eye stays where it was.
                p.scroll[CONTACT_MESSAGES] += older.len();
                if let Some(page) = &mut p.page.value {
                    page.messages.splice(0..0, older.into_iter().rev());
                }
                true
            }
            _ => false,
        },
        Found::Stats(told) => stats(model, ticket, told),
        Found::Changes(told) => changes(model, ticket, told),
        Found::Proposals(told) => match model.above.last_mut() {
            Some(Screen::Proposals(p)) => p.waiting.fill(ticket, told),
            _ => false,
        },
        Found::Plan(told) => plan(model, ticket, told),
    }
}

/// What a batch would do, with the lines of the cases that it names.
fn plan(model: &mut Model, ticket: Ticket, told: Told<Planned>) -> bool {
    let Some(Overlay::Batch(batch)) = &mut model.overlay else {
        return false;
    };
    let (mut named, mut to_confirm) = (Vec::new(), 0);
    let told = told.map(|planned| {
        (named, to_confirm) = (planned.named, planned.to_confirm);
        planned.plan
    });
    let is_news = batch.plan.fill(ticket, told);
    if is_news {
        batch.name(&named);
        batch.to_confirm = to_confirm;
    }
    is_news
}

/// What a search found: the cursor goes to the best of what was typed; read
/// anew, it stays on its contact.
fn hits(model: &mut Model, ticket: Ticket, told: Told<Vec<ContactHit>>) -> bool {
    let Some(Screen::Search(s)) = model.above.last_mut() else {
        return false;
    };
    if !s.hits.fill(ticket, told) {
        return false;
    }
    if std::mem::take(&mut s.is_typed) {
        s.hits.list.cursor = s.hits.ids().first().copied();
    }
    let opens = std::mem::take(&mut s.opens);
    if opens && model.overlay.is_none() {
        run(model, Action::Open);
    }
    true
}

fn stats(model: &mut Model, ticket: Ticket, told: Told<(Stats, usize)>) -> bool {
    let now = model.now;
    let proposals = told.as_ref().map_or(0, |(_, n)| *n);
    let told = told.map(|(stats, _)| stats);
    let Some(Screen::Overview(o)) = model.above.last_mut() else {
        return false;
    };
    let before = o.stats.value.clone();
    let is_news = o.stats.fill(ticket, told);
    o.proposals = proposals;
    if o.first.is_none() {
        o.first.clone_from(&o.stats.value);
    } else if before != o.stats.value {
        o.changed_at = Some(now);
    }
    is_news
}

fn changes(model: &mut Model, ticket: Ticket, told: Told<Vec<CaseRow>>) -> bool {
    let Some(Screen::Changes(c)) = model.above.last_mut() else {
        return false;
    };
    let old = c.cases.ids();
    let is_news = c.cases.fill(ticket, told);
    let new = c.cases.ids();
    let is_full = |kind| {
        let rows = c.cases.shown().iter();
        rows.filter(|row| row.kind == kind).count() >= c.limit
    };
    c.more = CHANGE_KINDS.into_iter().any(is_full);
    let gone: Vec<CaseId> = old.iter().filter(|id| !new.contains(id)).copied().collect();
    c.marks.forget(&gone);
    is_news
}

fn order<T>(
    model: &mut Model,
    ticket: Ticket,
    told: Told<T>,
    take: fn(&mut Model, T) -> bool,
) -> bool {
    if !model.queue.page.arrives(ticket) {
        return false;
    }
    match told {
        // Asked before this session wrote last: what it has just answered would
        // come back into the list.
        Ok(_) if model.queue.has_written && model.queue.page.value.is_some() => {
            queue::load_queue(model);
            false
        }
        Ok(told) => take(model, told),
        Err(error) => {
            model.queue.page.error = Some(error);
            true
        }
    }
}

fn case(model: &mut Model, ticket: Ticket, told: Told<Box<CasePage>>) -> bool {
    let now = model.now;
    let Some(compare) = model.compare_mut() else {
        return false;
    };
    let before = compare.page.value.as_deref().map(Standing::of);
    if !compare.page.fill(ticket, told) {
        return false;
    }
    let after = compare.page.value.as_deref().map(Standing::of);
    if before.as_ref().map(|b| b.version) != after.as_ref().map(|a| a.version) {
        compare.since = now;
    }
    let Some(before) = before else {
        compare.scroll[CASE_MESSAGES] = usize::MAX;
        answer::claim(model);
        return true;
    };
    if let Some(after) = after
        && before != after
        && let Some((said, is_bad)) = what_happened(model, &before, &after)
    {
        if is_bad {
            model.complain(said);
        } else {
            model.say(said);
        }
    }
    true
}

/// What tells one page of a case from the next.
#[derive(PartialEq)]
struct Standing {
    state: CaseState,
    version: i64,
    /// How often what it rests on came.
    evidence: i64,
}

impl Standing {
    fn of(page: &CasePage) -> Self {
        Self {
            state: page.row.state,
            version: page.row.version,
            evidence: page.evidence.iter().map(|row| row.count).sum(),
        }
    }
}

/// What became of the case in sight meanwhile, and whether it can no longer be
/// answered; `None` where the operator did it, or was told something just now.
fn what_happened(model: &Model, before: &Standing, after: &Standing) -> Option<(String, bool)> {
    let page = model.case_page()?;
    let show = model.show();
    let is_own = |made: &DecisionRow| {
        let what = What::Undo(Undo::Decision(made.decision));
        model.trail.done.iter().any(|own| own.what == what)
    };
    if before.state != after.state
        && matches!(after.state, CaseState::Resolved | CaseState::Deferred)
    {
        // Another operator was faster: theirs stands, and is said.
        let mut made = page.decisions.iter().rev();
        let made = made.find(|made| made.stands && made.undoes.is_none())?;
        if is_own(made) {
            return None;
        }
        let (who, when) = (show::operator(&made.operator), show.ago(made.at));
        return Some(if after.state == CaseState::Deferred {
            (format!("{who} deferred this {when}."), false)
        } else {
            let what = show::verb(made.action);
            (format!("{who} decided this {when}: {what}."), true)
        });
    }
    if before.version == after.version || model.has_just_told() {
        return None;
    }
    Some(match after.state {
        CaseState::Superseded if before.state != after.state => {
            ("This is no longer a question.".into(), true)
        }
        CaseState::Open if before.state == CaseState::Resolved => {
            let says = "Its answer was taken back: the case is open again.";
            (says.into(), false)
        }
        _ if before.evidence != after.evidence => {
            let says = "New evidence came in: this is how the case stands now.";
            (says.into(), false)
        }
        _ => ("The case changed: this is how it stands now.".into(), false),
    })
}

/// Asks for the payload of the evidence under the cursor.
pub(in crate::tui::update) fn load_payload(model: &mut Model) {
    let Some(Overlay::Evidence(evidence)) = &model.overlay else {
        return;
    };
    let Some(event) = evidence.list.current(&evidence.ids()) else {
        return;
    };
    let ticket = model.ask(Read::Payload(event));
    let now = model.now;
    if let Some(Overlay::Evidence(evidence)) = &mut model.overlay {
        evidence.payload.value = None;
        evidence.payload.ask(ticket, now);
        evidence.scroll = 0;
    }
}
