//! The queue: its order asked for whole, its lines where they are in sight,
//! shown by state, order and filter.
//!
//! The first page comes by itself, since it is there soonest; after it the
//! order of everything. Lines that may be old stay until newer ones come, so
//! that nothing flickers, and the cursor stays on its case.

use super::run;
use crate::domain::ids::CaseId;
use crate::review::page::CaseRow;
use crate::store::CaseFilter;
use crate::tui::action::Action;
use crate::tui::filter::Filter;
use crate::tui::model::{Extent, Fresh, Model, Purpose, Sort, Tab};
use crate::tui::screens;
use crate::tui::seek::Find;
use crate::tui::view;
use crate::tui::worker::{Read, Told};
use std::collections::HashSet;

/// Lines read at a time.
const PAGE: usize = 100;
/// Lines kept at most.
const KEPT: usize = 2_000;

/// Asks for the queue anew: at first for a page, then for its order.
pub(super) fn load_queue(model: &mut Model) {
    let height = screens::queue::rows_height(view::body(model)).max(1);
    let queue = &mut model.queue;
    queue.may_be_old = true;
    if queue.page.asked_at().is_some() && queue.extent != Extent::Other {
        queue.is_stale = true;
        return;
    }
    let is_fresh = std::mem::take(&mut queue.has_written);
    let state = queue.tab.state();
    let is_usual = queue.filter.is_empty() && queue.sort == Sort::Confidence;
    let read = if !is_usual {
        Read::Find(Find {
            state,
            filter: queue.filter.clone(),
            sort: queue.sort,
            now: model.now,
            is_fresh,
        })
    } else if queue.page.value.is_none() {
        // What is seen at once, and no more: it is waited for.
        queue.first = height;
        Read::Cases(CaseFilter {
            state,
            limit: Some(height),
            ..CaseFilter::default()
        })
    } else {
        Read::Order(state)
    };
    let ticket = model.ask(read);
    model.queue.page.ask(ticket, model.now);
}

/// Takes the first page in.
pub(super) fn take_page(model: &mut Model, rows: Vec<CaseRow>) -> bool {
    let is_all = rows.len() < model.queue.first;
    let order: Vec<CaseId> = rows.iter().map(|row| row.case).collect();
    keep(model, rows);
    // A case that the cursor is to stay on may be further down.
    let cursor = model.queue.list.cursor;
    take_order(model, order);
    if !is_all {
        model.queue.extent = Extent::Page;
        model.queue.list.cursor = cursor.or(model.queue.list.cursor);
        load_queue(model);
    }
    true
}

/// Takes the order in: what came and went is told, the cursor stays on its case
/// and the case on its row of the screen.
pub(super) fn take_order(model: &mut Model, order: Vec<CaseId>) -> bool {
    let queue = &mut model.queue;
    let old = std::mem::replace(&mut queue.order, order);
    let is_first = queue.page.value.is_none();
    let was = std::mem::replace(&mut queue.extent, Extent::Whole);
    let place = queue.list.place(&old);
    if was == Extent::Other && queue.list.place(&queue.order).is_none() {
        // The first that fits, not the neighbour of what was in sight before.
        queue.list.cursor = queue.order.first().copied().or(queue.list.cursor);
    }
    queue.list.hold(&old, &queue.order);
    if let Some(origin) = queue.origin
        && queue.order.contains(&origin)
    {
        queue.list.cursor = Some(origin);
        queue.origin = None;
    }
    if let (Some(from), Some(to)) = (place, queue.list.place(&queue.order))
        && queue.list.cursor == old.get(from).copied()
        && was != Extent::Other
    {
        queue.list.top = (queue.list.top + to).saturating_sub(from);
    }
    queue.page.value = Some(());
    queue.page.error = None;
    let is_own = queue.wrote_many.take().is_some() || model.writes_many();
    let queue = &mut model.queue;
    let is_usual = queue.tab == Tab::Open && queue.filter.is_empty() && !is_own;
    if is_usual && was == Extent::Whole && !is_first {
        tell(model, &old);
    }
    if std::mem::take(&mut model.queue.is_stale) {
        load_queue(model);
    }
    let opens = std::mem::take(&mut model.opens);
    if opens && model.overlay.is_none() && model.above.is_empty() {
        run(model, Action::Open);
    }
    true
}

/// Says what others did to the queue.
fn tell(model: &mut Model, old: &[CaseId]) {
    let new = &model.queue.order;
    if old == new {
        return;
    }
    let (gone, come) = difference(old, new);
    let undone = model.trail.undone.iter().map(|(made, _)| made);
    let made = model.trail.done.iter().chain(undone);
    let mut mine: HashSet<CaseId> = made.filter_map(|made| made.case).collect();
    if let Some(Purpose::Decide { case, .. }) = model.writing.as_ref().map(|w| &w.purpose) {
        mine.insert(*case);
    }
    let others = |ids: &[CaseId]| ids.iter().filter(|id| !mine.contains(id)).count();
    let (came, went) = (others(&come), others(&gone));
    if came + went > 0 {
        let seen = model.fresh.map_or((0, 0), |fresh| (fresh.came, fresh.went));
        model.fresh = Some(Fresh {
            came: seen.0 + came,
            went: seen.1 + went,
            at: model.now,
        });
    }
}

/// What only the old order holds, and what only the new one does. Both may be a
/// hundred thousand long, and a key waits meanwhile: they consist of few rising
/// runs, which sort faster than they hash.
fn difference(old: &[CaseId], new: &[CaseId]) -> (Vec<CaseId>, Vec<CaseId>) {
    let sorted = |ids: &[CaseId]| {
        let mut ids = ids.to_vec();
        ids.sort();
        ids
    };
    let (old, new) = (sorted(old), sorted(new));
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    let mut rest = new.into_iter().peekable();
    for id in old {
        while let Some(other) = rest.next_if(|other| *other < id) {
            come.push(other);
        }
        if rest.next_if_eq(&id).is_none() {
            gone.push(id);
        }
    }
    come.extend(rest);
    (gone, come)
}

/// Takes lines in.
pub(super) fn take_rows(model: &mut Model, told: Told<Vec<CaseRow>>) -> bool {
    match told {
        Ok(rows) => {
            keep(model, rows);
            model.queue.lines.error = None;
        }
        Err(error) => model.queue.page.error = Some(error),
    }
    true
}

fn keep(model: &mut Model, rows: Vec<CaseRow>) {
    let known = &mut model.queue.rows;
    if known.len() + rows.len() > KEPT {
        known.clear();
    }
    known.extend(rows.into_iter().map(|row| (row.case, row)));
}

/// Asks for the lines around what is in sight, where they are missing or may be
/// old; not while another screen hides them.
pub(super) fn load_more(model: &mut Model) {
    if !model.above.is_empty() {
        return;
    }
    let height = screens::queue::rows_height(view::body(model));
    let queue = &mut model.queue;
    if queue.lines.asked_at().is_some() || queue.order.is_empty() {
        return;
    }
    let place = queue.list.place(&queue.order).unwrap_or(0);
    let top = queue
        .list
        .top
        .min(place)
        .max((place + 1).saturating_sub(height));
    let seen = top..(top + height).min(queue.order.len());
    let is_missing = |id: &&CaseId| !queue.rows.contains_key(id);
    let wanted: Vec<CaseId> = if queue.may_be_old {
        queue.order[seen].to_vec()
    } else if queue.order[seen.clone()].iter().any(|id| is_missing(&id)) {
        // A little more, so that the next keys find their lines.
        let from = seen.start.saturating_sub(PAGE / 4);
        let around = queue.order[from..].iter().take(PAGE);
        around.filter(is_missing).copied().collect()
    } else {
        return;
    };
    if std::mem::take(&mut queue.may_be_old) {
        // The others are read again when they come in sight.
        let kept: HashSet<CaseId> = wanted.iter().copied().collect();
        queue.rows.retain(|id, _| kept.contains(id));
    }
    let ticket = model.ask(Read::Rows(wanted));
    model.queue.lines.ask(ticket, model.now);
}

pub(super) fn load_counts(model: &mut Model) {
    let ticket = model.ask(Read::Counts);
    model.queue.counts.ask(ticket, model.now);
}

/// Shows cases of another state.
pub(super) fn tab(model: &mut Model, by: isize) {
    let all = Tab::ALL;
    let at = all.iter().position(|&t| t == model.queue.tab).unwrap_or(0);
    let to = (at + all.len()).saturating_add_signed(by) % all.len();
    show_tab(model, all[to]);
}

fn show_tab(model: &mut Model, tab: Tab) {
    let queue = &mut model.queue;
    queue.tab = tab;
    queue.order.clear();
    queue.marks.clear();
    queue.rows.clear();
    queue.page.value = None;
    queue.extent = Extent::Other;
    load_queue(model);
}

/// Takes the next order.
pub(super) fn sort(model: &mut Model) {
    model.queue.sort = model.queue.sort.next();
    model.queue.extent = Extent::Other;
    load_queue(model);
    model.say(format!("Ordered {}.", order(model.queue.sort)));
}

fn order(sort: Sort) -> String {
    match sort {
        Sort::Kind => sort.title().into(),
        other => format!("with the {}", other.title()),
    }
}

/// Shows only what fits.
pub(super) fn set_filter(model: &mut Model, text: &str) {
    let queue = &mut model.queue;
    if queue.filter.text == text {
        return;
    }
    queue.origin = queue.origin.or(queue.list.current(&queue.order));
    let filter = Filter::parse(text);
    let is_same = filter.has_terms_of(&queue.filter);
    queue.filter = filter;
    if !is_same {
        if queue.marks.is_all() {
            // They were all of another filter.
            queue.marks.clear();
        }
        queue.extent = Extent::Other;
        load_queue(model);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_differs_between_two_orders_is_what_only_one_holds(
            old in proptest::sample::subsequence((0..200_i64).collect::<Vec<_>>(), 0..200),
            new in proptest::sample::subsequence((0..200_i64).collect::<Vec<_>>(), 0..200),
            moved in 0..200_usize,
        ) {
            let cases = |ids: &[i64]| ids.iter().copied().map(CaseId).collect::<Vec<_>>();
            let (old, mut new) = (cases(&old), cases(&new));
            // Some stand elsewhere.
            let by = moved.min(new.len());
            new.rotate_left(by);
            let (gone, come) = difference(&old, &new);
            let only = |here: &[CaseId], there: &[CaseId]| {
                let mut only: Vec<_> = here.iter().filter(|id| !there.contains(id)).copied().collect();
                only.sort();
                only
            };
            prop_assert_eq!(gone, only(&old, &new));
            prop_assert_eq!(come, only(&new, &old));
        }
    }
}
