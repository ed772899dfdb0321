//! Why something cannot be done now, in words that say what would help.

use crate::domain::case::{Action as Verb, CaseState};
use crate::review::four_eyes::is_same_operator;
use crate::tui::keymap::Scope;
use crate::tui::model::{CONTACT_CASES, CONTACT_DECISIONS, Model, Overlay, Screen, Tab};
use crate::tui::show;

/// Why nothing can be written now.
fn cannot_write(model: &Model) -> Option<String> {
    if model.session.read_only {
        return Some("the store is open read-only; start without --read-only to decide".into());
    }
    model
        .writing
        .is_some()
        .then(|| "the last decision is still being saved".into())
}

/// Why the case in sight cannot be answered so.
pub(super) fn cannot(model: &Model, verb: Verb) -> Option<String> {
    if let Some(why) = cannot_write(model) {
        return Some(why);
    }
    let Some(page) = model.case_page() else {
        return Some("the case is still being read".into());
    };
    let row = &page.row;
    let show = model.show();
    match row.state {
        CaseState::Open | CaseState::Deferred => {}
        CaseState::Resolved => {
            let by = page
                .decisions
                .iter()
                .rev()
                .find(|made| made.stands && made.undoes.is_none());
            return Some(match by {
                Some(made) => format!(
                    "answered {} by {} {}; History can undo that",
                    show::verb(made.action),
                    show::operator(&made.operator),
                    show.ago(made.at)
                ),
                None => "this case is answered".into(),
            });
        }
        CaseState::Superseded => {
            return Some(format!(
                "no longer a question: {}",
                row.superseded_by
                    .as_deref()
                    .map_or_else(|| "nothing is in dispute".into(), |why| show.sentence(why))
            ));
        }
    }
    let answers = row.kind.answers();
    if verb != Verb::Defer && !answers.contains(&verb) {
        let there_are: Vec<&str> = answers.iter().map(|&a| show::verb(a)).collect();
        return Some(format!(
            "not an answer to this question; it takes {} or defer",
            there_are.join(", ")
        ));
    }
    // A relink is asked for in detail first, and may be possible to elsewhere.
    if verb == Verb::Relink {
        return None;
    }
    page.outcomes
        .iter()
        .find(|outcome| outcome.action == verb)
        .and_then(|outcome| outcome.refusal.as_ref())
        .map(|refusal| show.sentence(&refusal.detail))
}

pub(super) fn nothing_listed(model: &Model) -> Option<String> {
    if !model.above.is_empty() {
        return None;
    }
    let queue = &model.queue;
    (queue.order.is_empty() && queue.filter.text.is_empty())
        .then(|| "there are no cases here".into())
}

pub(super) fn nothing_to_open(model: &Model) -> Option<String> {
    let none = match model.above.last() {
        None => model.queue.list.current(&model.queue.order).is_none(),
        Some(Screen::Compare(_)) => model
            .case_page()
            .is_none_or(|page| page.row.contacts.is_empty()),
        Some(Screen::History(history)) => {
            return match history.entries.under_cursor() {
                Some(row) if row.case.is_none() => Some("this entry is about no case".into()),
                Some(_) => None,
                None => Some("there is nothing to open".into()),
            };
        }
        Some(Screen::Search(search)) => search.hits.list.current(&search.hits.ids()).is_none(),
        Some(Screen::Contact(person)) => {
            if person.pane == CONTACT_DECISIONS {
                person.decisions.current(&person.decision_ids()).is_none()
            } else if person.pane == CONTACT_CASES {
                person.cases.current(&person.open_cases()).is_none()
            } else {
                let says = "Tab to the open cases or the decisions first, then Enter opens one";
                return Some(says.into());
            }
        }
        Some(Screen::Overview(overview)) => {
            let stats = overview.stats.value.as_ref();
            return stats
                .is_none_or(|stats| stats.oldest_open.is_none())
                .then(|| "no case is open".into());
        }
        Some(Screen::Changes(changes)) => changes.cases.under_cursor().is_none(),
        Some(Screen::Proposals(proposals)) => proposals.waiting.under_cursor().is_none(),
    };
    none.then(|| "there is nothing to open".into())
}

pub(super) fn no_undo_of_entry(model: &Model) -> Option<String> {
    if let Some(why) = cannot_write(model) {
        return Some(why);
    }
    let Some(Screen::History(history)) = model.above.last() else {
        return Some("only in History".into());
    };
    let Some(row) = history.entries.under_cursor() else {
        return Some("there is nothing to undo".into());
    };
    if row.decision.is_none() {
        return Some("this entry is no decision".into());
    }
    history
        .undone_by(row)
        .map(|entry| format!("already undone by entry {entry}; undo that one to put it back"))
}

pub(super) fn no_wider_undo(model: &Model) -> Option<String> {
    if let Some(why) = cannot_write(model) {
        return Some(why);
    }
    let Some(Screen::History(history)) = model.above.last() else {
        return Some("only in History".into());
    };
    history
        .entries
        .under_cursor()
        .is_none()
        .then(|| "there is nothing to undo".into())
}

/// Why a screen cannot be opened that is in sight.
pub(super) fn in_sight(model: &Model, scope: Scope) -> Option<String> {
    (model.screen_scope() == scope).then(|| "this is it already".into())
}

pub(super) fn no_proposals(model: &Model) -> Option<String> {
    let none = (model.waiting == 0).then(|| "no answer waits for another operator".into());
    in_sight(model, Scope::Proposals).or(none)
}

/// Why none of the proposals in sight can be confirmed.
pub(super) fn no_confirm(model: &Model) -> Option<String> {
    if let Some(why) = no_withdrawal(model) {
        return Some(why);
    }
    let own = &model.session.operator;
    let proposals = model.proposals();
    let last = proposals.last()?;
    if proposals
        .iter()
        .any(|p| !is_same_operator(&p.operator, own))
    {
        return None;
    }
    let when = model.show().ago(last.at);
    Some(format!(
        "you proposed this {when}; another operator has to confirm it"
    ))
}

pub(super) fn no_withdrawal(model: &Model) -> Option<String> {
    if let Some(why) = cannot_write(model) {
        return Some(why);
    }
    if let Some(Screen::Proposals(proposals)) = model.above.last()
        && proposals.waiting.rows.value.is_none()
    {
        return Some("the proposals are still being read".into());
    }
    let none = model.proposals().is_empty();
    none.then(|| "nothing is proposed here".into())
}

pub(super) fn nothing_to_mark(model: &Model) -> Option<String> {
    let is_none = match model.above.last() {
        Some(Screen::Changes(changes)) => changes.cases.under_cursor().is_none(),
        None => model.queue.under_cursor().is_none(),
        Some(_) => true,
    };
    is_none.then(|| "there is nothing to mark".into())
}

pub(super) fn no_batch(model: &Model) -> Option<String> {
    if let Some(why) = cannot_write(model) {
        return Some(why);
    }
    let (marks, more, is_open) = match model.above.last() {
        Some(Screen::Changes(changes)) => (&changes.marks, changes.more, true),
        None => {
            let queue = &model.queue;
            // Without a filter the store itself knows which are all.
            let is_known = queue.filter.is_empty() && queue.marks.is_whole();
            let more = !queue.is_settled() && !is_known;
            (&queue.marks, more, queue.tab == Tab::Open)
        }
        Some(_) => return Some("only in a list of cases".into()),
    };
    if marks.is_empty() {
        return Some("nothing is marked: Space marks a case, v a range, * all".into());
    }
    if !is_open {
        return Some("only open cases can be answered; Tab goes to them".into());
    }
    (marks.is_all() && more).then(|| "not all that fit were read yet; in a moment".into())
}

pub(super) fn no_payload(model: &Model) -> Option<String> {
    if model.privacy {
        return Some("the payload is hidden while privacy is on".into());
    }
    match &model.overlay {
        Some(Overlay::Evidence(evidence)) if evidence.payload.value.is_some() => None,
        _ => Some("no payload is in sight".into()),
    }
}

pub(super) fn no_evidence(model: &Model) -> Option<String> {
    match model.case_page() {
        None => Some("the case is still being read".into()),
        Some(page) if page.evidence.is_empty() => Some("the case rests on no traffic".into()),
        Some(_) => None,
    }
}

pub(super) fn nothing_done(model: &Model) -> Option<String> {
    let is_empty = model.trail.done.is_empty();
    let says = if model.trail.undone.is_empty() {
        "nothing was decided in this session; History undoes older ones"
    } else {
        "all of this session is undone already; History undoes older ones"
    };
    cannot_write(model).or_else(|| is_empty.then(|| says.into()))
}

pub(super) fn nothing_undone(model: &Model) -> Option<String> {
    let is_empty = model.trail.undone.is_empty();
    let says = "nothing was undone in this session";
    cannot_write(model).or_else(|| is_empty.then(|| says.into()))
}
