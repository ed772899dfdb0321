//! Getting about: cursors, panes, tabs, and from one screen to another.

use super::overlay;
use super::queue::{load_counts, load_queue};
use crate::domain::ids::{CaseId, ContactId, DecisionId};
use crate::store::AuditFilter;
use crate::tui::list::Slot;
use crate::tui::model::{
    CASE_PANES, CONTACT_CASES, CONTACT_DECISIONS, CONTACT_MESSAGES, CONTACT_PANES, Changes, Choice,
    Compare, Entries, Extent, History, Model, Offer, Overlay, Overview, Person, Pick, Screen,
    Search,
};
use crate::tui::view;
use crate::tui::worker::Read;

/// Entries of the log read at a time.
const ENTRIES: usize = 200;
/// Changes of each kind read at a time.
const CHANGES: usize = 200;
/// Screens that can lie on top of the queue.
const DEEPEST: usize = 30;

/// At the start: asks for the queue.
pub(crate) fn start(model: &mut Model) {
    reload(model);
}

/// Asks again for what is in sight, and for the queue that lies below.
pub(super) fn reload(model: &mut Model) {
    reload_screen(model);
    load_queue(model);
    // Last: all cases are counted for it, and who reads begins at once.
    load_counts(model);
}

/// Asks again for what is in sight.
fn reload_screen(model: &mut Model) {
    match model.above.last() {
        None => {}
        Some(Screen::Compare(c)) => {
            let case = c.case;
            let ticket = model.ask(Read::Case(case));
            let now = model.now;
            if let Some(c) = model.compare_mut() {
                c.page.ask(ticket, now);
            }
        }
        Some(Screen::History(h)) => {
            let limit = h.limit;
            load_history(model, limit);
        }
        Some(Screen::Search(_)) => load_hits(model),
        Some(Screen::Contact(p)) => {
            let contact = p.contact;
            let ticket = model.ask(Read::Contact(contact));
            if let Some(Screen::Contact(p)) = model.above.last_mut() {
                p.page.ask(ticket, model.now);
            }
        }
        Some(Screen::Overview(_)) => {
            let ticket = model.ask(Read::Stats);
            if let Some(Screen::Overview(o)) = model.above.last_mut() {
                o.stats.ask(ticket, model.now);
            }
        }
        Some(Screen::Changes(c)) => {
            let limit = c.limit;
            load_changes(model, limit);
        }
        Some(Screen::Proposals(_)) => {
            let ticket = model.ask(Read::Proposals);
            if let Some(Screen::Proposals(p)) = model.above.last_mut() {
                p.waiting.rows.ask(ticket, model.now);
            }
        }
    }
}

/// Asks for so many changes of each kind.
fn load_changes(model: &mut Model, limit: usize) {
    let ticket = model.ask(Read::Changes(limit));
    if let Some(Screen::Changes(c)) = model.above.last_mut() {
        c.limit = limit;
        c.cases.rows.ask(ticket, model.now);
    }
}

/// Asks for more changes, where they are about to be needed, or all are.
pub(super) fn load_more_changes(model: &mut Model) {
    let Some(Screen::Changes(c)) = model.above.last() else {
        return;
    };
    if !c.more || c.cases.rows.asked_at().is_some() {
        return;
    }
    let ids = c.cases.ids();
    let is_near_end = c
        .cases
        .list
        .place(&ids)
        .is_some_and(|at| at + 50 >= ids.len());
    if is_near_end || c.marks.is_all() {
        let limit = c.limit * 2;
        load_changes(model, limit);
    }
}

/// Asks for so many of the newest entries.
fn load_history(model: &mut Model, limit: usize) {
    let Some(Screen::History(h)) = model.above.last() else {
        return;
    };
    let filter = AuditFilter {
        limit: Some(limit),
        operator: h.filter.operator.clone(),
        contact: h.filter.contact,
        batch: h.filter.batch,
        ..AuditFilter::default()
    };
    let ticket = model.ask(Read::Audit(filter));
    if let Some(Screen::History(h)) = model.above.last_mut() {
        h.limit = limit;
        h.entries.rows.ask(ticket, model.now);
    }
}

/// Asks for older entries, where they are about to be needed.
pub(super) fn load_older_entries(model: &mut Model) {
    let Some(Screen::History(h)) = model.above.last() else {
        return;
    };
    let ids = h.entries.ids();
    let is_full = ids.len() >= h.limit;
    let is_near_end = h
        .entries
        .list
        .place(&ids)
        .is_some_and(|at| at + 20 >= ids.len());
    if is_full && is_near_end && h.entries.rows.asked_at().is_none() {
        load_history(model, ids.len() + ENTRIES);
    }
}

/// Asks for the contacts that fit what is typed.
pub(super) fn load_hits(model: &mut Model) {
    let Some(Screen::Search(search)) = model.above.last() else {
        return;
    };
    let query = search.input.value().trim().to_owned();
    let ticket = model.ask(Read::Contacts(query));
    if let Some(Screen::Search(search)) = model.above.last_mut() {
        search.hits.rows.ask(ticket, model.now);
    }
}

/// Opens a screen on top.
fn push(model: &mut Model, screen: Screen) {
    model.queue.origin = None;
    if model.above.len() >= DEEPEST {
        model.above.remove(0);
    }
    model.overlay = None;
    model.above.push(screen);
    reload_screen(model);
}

/// Opens a case.
pub(super) fn open_case(model: &mut Model, case: CaseId) {
    let compare = Compare::new(case, model.now);
    push(model, Screen::Compare(Box::new(compare)));
}

/// Shows another case where one is shown.
pub(super) fn go_to_case(model: &mut Model, case: CaseId) {
    let now = model.now;
    if let Some(compare) = model.compare_mut() {
        let pane = compare.pane;
        *compare = Compare::new(case, now);
        compare.pane = pane;
        let below = model.above.len().checked_sub(2);
        match below.and_then(|at| model.above.get_mut(at)) {
            Some(Screen::Changes(changes)) => changes.cases.list.cursor = Some(case),
            Some(Screen::Proposals(proposals)) => proposals.go_to(case),
            _ => model.queue.list.cursor = Some(case),
        }
        reload_screen(model);
    }
}

/// Opens a contact.
pub(super) fn open_contact(model: &mut Model, contact: ContactId) {
    push(model, Screen::Contact(Box::new(Person::new(contact))));
}

/// Opens the search for contacts, or goes back to it.
pub(super) fn search(model: &mut Model) {
    push(model, Screen::Search(Search::default()));
}

/// Opens the log.
pub(super) fn history(model: &mut Model) {
    if matches!(model.above.last(), Some(Screen::History(_))) {
        return;
    }
    push(
        model,
        Screen::History(Box::new(History {
            limit: ENTRIES,
            ..History::default()
        })),
    );
}

/// Opens the log on a decision about a contact.
fn history_of(model: &mut Model, contact: ContactId, decision: DecisionId) {
    let filter = Entries {
        contact: Some(contact),
        ..Entries::default()
    };
    push(
        model,
        Screen::History(Box::new(History {
            limit: ENTRIES,
            filter: filter.clone(),
            opened_on: filter,
            wanted: Some(decision),
            ..History::default()
        })),
    );
}

/// Shows only entries that fit.
pub(super) fn filter_history(model: &mut Model, filter: Entries) {
    if let Some(Screen::History(h)) = model.above.last_mut()
        && h.filter != filter
    {
        h.filter = filter;
        h.entries.rows = Slot::default();
        load_history(model, ENTRIES);
    }
}

/// Shows the entries that the log was opened on; false if it does.
pub(super) fn unfilter_history(model: &mut Model) -> bool {
    let Some(Screen::History(h)) = model.above.last() else {
        return false;
    };
    if h.filter == h.opened_on {
        return false;
    }
    let filter = h.opened_on.clone();
    filter_history(model, filter);
    true
}

/// Opens the store at a glance.
pub(super) fn overview(model: &mut Model) {
    if !matches!(model.above.last(), Some(Screen::Overview(_))) {
        let overview = Overview::new(model.now);
        push(model, Screen::Overview(Box::new(overview)));
    }
}

/// Opens the changes that wait for an answer.
pub(super) fn changes(model: &mut Model) {
    if !matches!(model.above.last(), Some(Screen::Changes(_))) {
        let changes = Changes {
            limit: CHANGES,
            ..Changes::default()
        };
        push(model, Screen::Changes(Box::new(changes)));
    }
}

/// Opens the answers that wait for another operator.
pub(super) fn proposals(model: &mut Model) {
    if !matches!(model.above.last(), Some(Screen::Proposals(_))) {
        push(model, Screen::Proposals(Box::default()));
    }
}

/// Opens what is under the cursor.
pub(super) fn open(model: &mut Model) {
    match model.above.last() {
        None => {
            let queue = &model.queue;
            // What is in sight may not fit what was asked for last.
            model.opens = queue.extent == Extent::Other && queue.page.asked_at().is_some();
            if model.opens {
                return;
            }
            // Its line may still be on its way; its number is known.
            if let Some(case) = queue.list.current(&queue.order) {
                open_case(model, case);
            }
        }
        Some(Screen::Compare(_)) => choose_contact(model),
        Some(Screen::History(h)) => {
            if let Some(case) = h.entries.under_cursor().and_then(|row| row.case) {
                open_case(model, case);
            }
        }
        Some(Screen::Search(s)) => {
            if let Some(contact) = s.hits.list.current(&s.hits.ids()) {
                open_contact(model, contact);
            }
        }
        Some(Screen::Contact(p)) if p.pane == CONTACT_DECISIONS => {
            let contact = p.contact;
            if let Some(decision) = p.decisions.current(&p.decision_ids()) {
                history_of(model, contact, decision);
            }
        }
        Some(Screen::Contact(p)) => {
            if let Some(case) = p.cases.current(&p.open_cases()) {
                open_case(model, case);
            }
        }
        Some(Screen::Overview(o)) => {
            let stats = o.stats.value.as_ref();
            if let Some((case, _)) = stats.and_then(|stats| stats.oldest_open) {
                open_case(model, case);
            }
        }
        Some(Screen::Changes(c)) => {
            if let Some(case) = c.cases.under_cursor().map(|row| row.case) {
                open_case(model, case);
            }
        }
        Some(Screen::Proposals(p)) => {
            if let Some(case) = p.waiting.under_cursor().map(|row| row.proposal.case) {
                open_case(model, case);
            }
        }
    }
}

/// Opens one of the contacts of the case in sight.
fn choose_contact(model: &mut Model) {
    let Some(page) = model.case_page() else {
        return;
    };
    let show = model.show();
    let options: Vec<Offer> = page
        .row
        .contacts
        .iter()
        .map(|side| Offer {
            label: show.name(&side.name),
            note: format!("#{}", side.contact),
            pick: Pick::Open(side.contact),
        })
        .collect();
    if let [only] = options.as_slice()
        && let Pick::Open(contact) = only.pick
    {
        open_contact(model, contact);
        return;
    }
    model.overlay = Some(Overlay::Choice(Choice {
        title: "Open which contact?".into(),
        options,
        cursor: 0,
        version: None,
    }));
}

/// Moves the cursor, or scrolls, by so many lines.
pub(super) fn step(model: &mut Model, by: isize) {
    if overlay::step(model, by) {
        return;
    }
    match model.above.last_mut() {
        None => {
            let queue = &mut model.queue;
            queue.list.step(&queue.order, by);
            queue.origin = None;
        }
        Some(Screen::Compare(c)) => {
            let at = &mut c.scroll[c.pane];
            *at = at.saturating_add_signed(by);
        }
        Some(Screen::Contact(p)) => {
            if p.pane == CONTACT_CASES {
                let ids = p.open_cases();
                p.cases.step(&ids, by);
                return;
            }
            if p.pane == CONTACT_DECISIONS {
                let ids = p.decision_ids();
                p.decisions.step(&ids, by);
                return;
            }
            let wants_older = p.pane == CONTACT_MESSAGES && by < 0 && p.scroll[p.pane] == 0;
            let at = &mut p.scroll[p.pane];
            *at = at.saturating_add_signed(by);
            if wants_older {
                load_older_messages(model);
            }
        }
        Some(Screen::Overview(o)) => o.scroll = o.scroll.saturating_add_signed(by),
        Some(screen) => {
            if let Some(list) = screen.list_mut() {
                list.step(by);
            }
        }
    }
}

/// Asks for older messages of the contact in sight.
fn load_older_messages(model: &mut Model) {
    let Some(Screen::Contact(p)) = model.above.last() else {
        return;
    };
    let first = p.page.value.as_ref().and_then(|page| page.messages.first());
    let Some(before) = first.map(|row| (row.at, row.event)) else {
        return;
    };
    if p.is_whole || p.older.asked_at().is_some() {
        return;
    }
    let contact = p.contact;
    let ticket = model.ask(Read::Messages(contact, Some(before)));
    if let Some(Screen::Contact(p)) = model.above.last_mut() {
        p.older.ask(ticket, model.now);
    }
}

/// Moves, or scrolls what is read, as the wheel does.
pub(super) fn wheel(model: &mut Model, by: isize) {
    if !overlay::scroll(model, by) {
        step(model, by);
    }
}

/// Moves by half of what is in sight.
pub(super) fn page(model: &mut Model, direction: isize) {
    let half = (view::body_height(model) / 2).max(1);
    let by = isize::try_from(half).unwrap_or(1) * direction;
    if !overlay::scroll(model, by) {
        step(model, by);
    }
}

/// Goes to another pane.
pub(super) fn pane(model: &mut Model, by: isize) {
    let turn = |at: usize, of: usize| (at + of).saturating_add_signed(by) % of;
    match model.above.last_mut() {
        Some(Screen::Compare(c)) => c.pane = turn(c.pane, CASE_PANES),
        Some(Screen::Contact(p)) => p.pane = turn(p.pane, CONTACT_PANES),
        _ => {}
    }
}

/// Shows contacts further left or right.
pub(super) fn side(model: &mut Model, by: isize) {
    if let Some(compare) = model.compare_mut() {
        compare.first_side = compare.first_side.saturating_add_signed(by);
    }
}

/// Goes to the case after or before the one in sight.
pub(super) fn beside(model: &mut Model, by: isize) {
    let Some(case) = model.compare().map(|c| c.case) else {
        return;
    };
    let (ids, _) = model.walk();
    let at = ids.iter().position(|&id| id == case);
    let to = match at {
        Some(at) => at
            .checked_add_signed(by)
            .and_then(|to| ids.get(to).copied()),
        // Not in the list as it is shown: begin where its cursor stands.
        None => model.way_cursor(),
    };
    match to {
        Some(case) => go_to_case(model, case),
        None if by > 0 => model.say("This is the last case of the list."),
        None => model.say("This is the first case of the list."),
    }
}
