//! Answers of the store: into the slot that waits for them, or dropped.

use super::{answer, batch, navigate, queue, run, sentence};
use crate::domain::case::{Answer, CaseState};
use crate::domain::ids::CaseId;
use crate::review::batch::Plan;
use crate::review::page::{CasePage, CaseRow, ContactHit, Done, Stats};
use crate::review::refusal::{Code, Refusal};
use crate::store::{StoreError, Undo};
use crate::tui::action::Action;
use crate::tui::model::{
    CASE_MESSAGES, CONTACT_MESSAGES, Deed, Made, Model, Overlay, Purpose, Quit, Screen, What,
};
use crate::tui::overlays;
use crate::tui::show;
use crate::tui::worker::{CHANGE_KINDS, Found, MESSAGES, Reply, Ticket, Told};
use std::sync::Arc;

/// Takes a reply in; false if it changed nothing in sight.
pub(super) fn take(model: &mut Model, reply: Reply) -> bool {
    model.queue.has_written |= matches!(
        reply,
        Reply::Written(_) | Reply::Applied(_) | Reply::Confirmed(_)
    );
    match reply {
        Reply::Found(ticket, found) => take_found(model, ticket, found),
        Reply::Written(outcome) => {
            written(model, outcome);
            true
        }
        Reply::Applied(outcome) => {
            batch::applied(model, outcome);
            true
        }
        Reply::Confirmed(outcomes) => {
            confirmed(model, outcomes);
            true
        }
        Reply::Withdrawn(outcome) => {
            model.writing = None;
            match outcome {
                Ok(()) => model.say("The proposal is withdrawn."),
                Err(error) => {
                    let why = failed(model, &error);
                    model.complain(why);
                }
            }
            saved(model);
            navigate::reload(model);
            true
        }
        Reply::Claimed => false,
        Reply::Changed => {
            navigate::reload(model);
            queue::load_more(model);
            false
        }
        Reply::Broken => {
            model.quit = Quit::Now;
            false
        }
    }
}

fn take_found(model: &mut Model, ticket: Ticket, found: Found) -> bool {
    match found {
        Found::Cases(told) => order(model, ticket, told, queue::take_page),
        Found::Order(told) => order(model, ticket, told, queue::take_order),
        Found::Rows(told) => model.queue.lines.arrives(ticket) && queue::take_rows(model, told),
        Found::Counts(told) => {
            let waiting = told.as_ref().ok().map(|(_, n)| *n);
            let is_news = (model.queue.counts).fill(ticket, told.map(|(counts, _)| counts));
            if is_news && let Some(waiting) = waiting {
                model.waiting = waiting;
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
                let old = h.ids();
                // The store tells the oldest first; the newest is asked for.
                let told = told.map(|rows| rows.into_iter().rev().collect());
                let is_news = h.rows.fill(ticket, told);
                let new = h.ids();
                h.list.hold(&old, &new);
                if is_news && let Some(decision) = h.wanted.take() {
                    h.list.cursor = h.entry_of(decision).or(h.list.cursor);
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
            Some(Screen::Proposals(p)) => {
                let old = p.ids();
                let is_news = p.rows.fill(ticket, told);
                let new = p.ids();
                p.list.hold(&old, &new);
                is_news
            }
            _ => false,
        },
        Found::Plan(told) => plan(model, ticket, told),
    }
}

/// What a batch would do, with the lines of the cases that it names.
fn plan(model: &mut Model, ticket: Ticket, told: Told<(Arc<Plan>, Vec<CaseRow>)>) -> bool {
    let Some(Overlay::Batch(batch)) = &mut model.overlay else {
        return false;
    };
    let mut rows = Vec::new();
    let told = told.map(|(plan, named)| {
        rows = named;
        plan
    });
    let is_news = batch.plan.fill(ticket, told);
    if is_news {
        batch.name(&rows);
    }
    is_news
}

/// anew leaves it on its contact.
fn hits(model: &mut Model, ticket: Ticket, told: Told<Vec<ContactHit>>) -> bool {
    let Some(Screen::Search(s)) = model.above.last_mut() else {
        return false;
    };
    let old = s.ids();
    if !s.hits.fill(ticket, told) {
        return false;
    }
    let new = s.ids();
    if std::mem::take(&mut s.is_typed) {
        s.list.cursor = new.first().copied();
    } else {
        s.list.hold(&old, &new);
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
    let old = c.ids();
    let is_news = c.rows.fill(ticket, told);
    let new = c.ids();
    let is_full = |kind| {
        let rows = c.rows.value.iter().flatten();
        rows.filter(|row| row.kind == kind).count() >= c.limit
    };
    c.more = CHANGE_KINDS.into_iter().any(is_full);
    let gone: Vec<CaseId> = old.iter().filter(|id| !new.contains(id)).copied().collect();
    c.marks.forget(&gone);
    c.list.hold(&old, &new);
    is_news
}

fn order<T>(
    model: &mut Model,
    ticket: Ticket,
    told: Told<T>,
    take: fn(&mut Model, T) -> bool,
) -> bool {
    let page = &mut model.queue.page;
    if !page.arrives(ticket) {
        return false;
    }
    match told {
        Ok(told) => take(model, told),
        Err(error) => {
            page.error = Some(error);
            true
        }
    }
}

fn case(model: &mut Model, ticket: Ticket, told: Told<Box<CasePage>>) -> bool {
    let now = model.now;
    let Some(compare) = model.compare_mut() else {
        return false;
    };
    let row = compare.page.value.as_ref().map(|page| &page.row);
    let before = row.map(|row| row.state);
    let version = row.map(|row| row.version);
    if !compare.page.fill(ticket, told) {
        return false;
    }
    if before.is_none() {
        compare.scroll[CASE_MESSAGES] = usize::MAX;
    }
    let now_version = compare.page.value.as_ref().map(|page| page.row.version);
    let has_changed = now_version != version;
    if has_changed {
        compare.since = now;
    }
    let was_open = before.is_some_and(|state| state != CaseState::Resolved);
    if before.is_none() {
        answer::claim(model);
    }
    let Some(page) = model.case_page() else {
        return true;
    };
    // Another operator was faster: theirs stands, and is said.
    if was_open
        && page.row.state == CaseState::Resolved
        && let Some(made) = page.decisions.iter().rev().find(|d| d.stands)
        && !(model.trail.done.iter()).any(|m| m.what == What::Undo(Undo::Decision(made.decision)))
    {
        let show = model.show();
        let said = format!(
            "{} decided this {}: {}.",
            show::operator(&made.operator),
            show.ago(made.at),
            show::verb(made.action)
        );
        model.complain(said);
    } else if has_changed && version.is_some() && model.notice.is_none() {
        model.say("New evidence came in: this is how the case stands now.");
    }
    true
}

/// What became of the write under way.
fn written(model: &mut Model, outcome: Result<Vec<Done>, StoreError>) {
    let Some(writing) = model.writing.take() else {
        return;
    };
    match (outcome, writing.purpose) {
        (Ok(done), Purpose::Preview) => {
            if let Some(Overlay::Preview(preview)) = &mut model.overlay {
                preview.outcome = Some(Ok(done));
            }
        }
        (Err(StoreError::Refused(refusal)), Purpose::Preview) => {
            if let Some(Overlay::Preview(preview)) = &mut model.overlay {
                preview.outcome = Some(Err(*refusal));
            }
        }
        (Ok(done), purpose) => succeeded(model, purpose, &done),
        (Err(error), purpose) => {
            if purpose == Purpose::Preview {
                model.overlay = None;
            }
            let why = failed(model, &error);
            model.complain(why);
            // What was seen is not what is: show what is.
            navigate::reload(model);
        }
    }
    saved(model);
}

/// Nothing is being written any more: ends, where that was waited for.
fn saved(model: &mut Model) {
    if model.quit == Quit::WhenSaved {
        model.quit = Quit::Now;
    }
}

/// Why a write came to nothing, in a sentence.
fn failed(model: &Model, error: &StoreError) -> String {
    let why = match error {
        StoreError::Refused(refusal) => refused(model, refusal),
        other => model.show().sentence(&other.to_string()),
    };
    sentence(&why)
}

/// What became of proposals that were confirmed: each is a decision now, or
/// was refused for itself.
fn confirmed(model: &mut Model, outcomes: Vec<Result<Done, StoreError>>) {
    let Some(Purpose::Confirm(next)) = model.writing.take().map(|w| w.purpose) else {
        return;
    };
    let (mut done, mut refused) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        match outcome {
            Ok(one) => done.push(one),
            Err(error) => refused.push(failed(model, &error)),
        }
    }
    let made = done.iter().filter_map(|one| {
        Some(Made {
            what: Undo::Decision(one.decision?).into(),
            case: one.case,
            deed: None,
        })
    });
    model.trail.done.extend(made);
    if !done.is_empty() {
        model.trail.undone.clear();
    }
    let undo = (model.session.keys).key(model.screen_scope(), Action::Undo);
    match (done.as_slice(), refused.as_slice()) {
        ([one], []) => {
            let says = sentence(&model.show().sentence(&one.summary));
            model.say(format!("{says} {undo} undoes"));
        }
        ([], [why]) => model.complain(why.clone()),
        (_, []) => {
            let n = i64::try_from(done.len()).unwrap_or(i64::MAX);
            let answers = show::count(n, "answer", "answers");
            model.say(format!(
                "{answers} confirmed. {undo} undoes the last, B in History the batch"
            ));
        }
        (_, [first, ..]) => {
            let says = format!("{} confirmed, {} not: {first}", done.len(), refused.len());
            model.complain(says);
        }
    }
    saved(model);
    let case = done.first().and_then(|one| one.case);
    match case.filter(|case| model.compare().is_some_and(|c| c.case == *case)) {
        Some(case) => go_on(model, case, CaseState::Resolved, next),
        None => navigate::reload(model),
    }
}

/// A refusal in plain words, with who and when.
fn refused(model: &Model, refusal: &Refusal) -> String {
    let show = model.show();
    let detail = show.sentence(&refusal.detail);
    match (refusal.code, &refusal.by_operator) {
        (Code::AlreadyDecided, Some(who)) => {
            let when = refusal
                .at
                .map_or_else(String::new, |at| format!(" {}", show.ago(at)));
            format!("{} decided this{when}: {detail}", show::operator(who))
        }
        _ => detail,
    }
}

fn succeeded(model: &mut Model, purpose: Purpose, done: &[Done]) {
    let Some(last) = done.last() else {
        model.say("Nothing had to be done.");
        return;
    };
    let scope = model.screen_scope();
    let key = |action| model.session.keys.key(scope, action);
    let told = |action, does: &str| match key(action) {
        key if key.is_empty() => String::new(),
        key => format!(" {key} {does}"),
    };
    let (undo, redo) = (told(Action::Undo, "undoes"), told(Action::Redo, "redoes"));
    let count = i64::try_from(done.len()).unwrap_or(i64::MAX);
    let says = |deed: Option<&Deed>| {
        let show = model.show();
        let says = deed.map_or_else(|| show.sentence(&last.summary), |deed| show.deed(deed));
        sentence(&says)
    };
    let all = |does: &str| {
        let decisions = show::count(count, "decision", "decisions");
        format!("{decisions} {does}.")
    };
    match purpose {
        Purpose::Decide { case, next, .. } if last.proposed.is_some() => {
            let says = model.show().sentence(&last.summary);
            let says = says.trim_end_matches('.');
            model.say(format!("Proposed, and waits for another operator: {says}."));
            go_on(model, case, CaseState::Open, next);
        }
        Purpose::Decide { case, next, deed } => {
            let says = says(Some(&deed));
            // A claim ends with the answer.
            model.claimed = model.claimed.filter(|&claimed| claimed != case);
            let state = left_as(&deed);
            if let Some(decision) = last.decision {
                model.trail.done.push(Made {
                    what: Undo::Decision(decision).into(),
                    case: Some(case),
                    deed: Some(deed),
                });
                model.trail.undone.clear();
            }
            model.say(format!("{says}{undo}"));
            go_on(model, case, state, next);
        }
        Purpose::Undo(made) => {
            let says = match count {
                1 => says(made.deed.as_ref()),
                _ => all("taken back"),
            };
            let what = if made.deed.is_some() { "Undone: " } else { "" };
            // The undos of several are a batch too, with one undo.
            let by = match made.what {
                What::Undo(Undo::Decision(_)) => None,
                _ => last.batch.map(Undo::Batch),
            };
            // Of one alone there is no batch to put back.
            let one = last.decision.filter(|_| done.len() == 1);
            let by = by.or(one.map(Undo::Decision));
            let more = by.map_or_else(String::new, |_| redo);
            model.say(format!("{what}{says}{more}"));
            model.trail.done.retain(|m| m.what != made.what);
            let case = made.case;
            model.trail.undone.extend(by.map(|by| (made, by)));
            show_again(model, case);
        }
        Purpose::Redo(made) => {
            let says = match count {
                1 => says(made.deed.as_ref()),
                _ => all("put back"),
            };
            let what = if made.deed.is_some() { "Redone: " } else { "" };
            model.say(format!("{what}{says}{undo}"));
            let mut undone = model.trail.undone.iter();
            let on_trail =
                undone.position(|(m, by)| m.what == made.what || made.what == What::Undo(*by));
            let case = made.case;
            let state = made.deed.as_ref().map_or(CaseState::Resolved, left_as);
            // Of another session's decision only the undo is known by number.
            if let Some(at) = on_trail {
                let (made, _) = model.trail.undone.remove(at);
                model.trail.done.push(made);
            }
            match case {
                Some(case) => go_on(model, case, state, model.beside(case)),
                None => navigate::reload(model),
            }
        }
        Purpose::Confirm(_) | Purpose::Withdraw | Purpose::Preview | Purpose::Batch => {}
    }
}

/// The state that a decision leaves its case in.
fn left_as(deed: &Deed) -> CaseState {
    match deed.answer {
        Answer::Defer { .. } => CaseState::Deferred,
        _ => CaseState::Resolved,
    }
}

/// From a decided case to the next; back where there is none. The queue takes
/// note at once; when it is read anew, that is the store's word.
fn go_on(model: &mut Model, case: CaseId, state: CaseState, next: Option<CaseId>) {
    let is_in_sight = model.compare().is_some_and(|c| c.case == case);
    match next {
        Some(next) if is_in_sight => navigate::go_to_case(model, next),
        None if is_in_sight => {
            model.above.pop();
        }
        _ => {}
    }
    model.queue.note(case, state);
    if !is_in_sight || next.is_none() {
        navigate::reload(model);
    }
}

/// After an undo: the case that is asked again, where cases are in sight.
fn show_again(model: &mut Model, case: Option<CaseId>) {
    match case {
        Some(case) if model.compare().is_some() => navigate::go_to_case(model, case),
        Some(case) if model.above.is_empty() => model.queue.list.cursor = Some(case),
        _ => {}
    }
    navigate::reload(model);
}

/// Asks for the payload of the evidence under the cursor.
pub(super) fn load_payload(model: &mut Model) {
    let Some(Overlay::Evidence(evidence)) = &model.overlay else {
        return;
    };
    let Some(event) = evidence.list.current(&evidence.ids()) else {
        return;
    };
    let ticket = model.ask(crate::tui::worker::Read::Payload(event));
    let now = model.now;
    if let Some(Overlay::Evidence(evidence)) = &mut model.overlay {
        evidence.payload.value = None;
        evidence.payload.ask(ticket, now);
        evidence.scroll = 0;
    }
}
