//! The queue: read page by page, shown by state, order and filter.
//!
//! A page at a time is asked for, so that whatever else is asked need not wait;
//! what is read anew takes the place of what was as a whole, and the cursor
//! stays on its case.

use crate::domain::ids::CaseId;
use crate::review::page::CaseRow;
use crate::store::CaseFilter;
use crate::tui::filter::{Filter, Haystack};
use crate::tui::model::{Listed, Model, Sort, Tab};
use crate::tui::show;
use crate::tui::worker::Read;

/// Cases read at a time.
const PAGE: usize = 100;
/// Cases read at most for a filter or an order of the terminal's own.
const READ_AHEAD: usize = 5_000;

/// Asks for the queue from its beginning, as far as it was read: page by page,
/// so that whatever else is asked for need not wait.
pub(super) fn load_queue(model: &mut Model) {
    let queue = &mut model.queue;
    if queue.incoming.is_some() {
        queue.is_stale = true;
        return;
    }
    queue.incoming = Some(Vec::new());
    ask_page(model);
}

/// Asks for the page that follows what came so far.
fn ask_page(model: &mut Model) {
    let queue = &model.queue;
    let so_far = queue.incoming.as_ref().unwrap_or(&queue.rows);
    let filter = CaseFilter {
        state: queue.tab.state(),
        limit: Some(PAGE),
        after: so_far.last().map(|listed| listed.row.cursor.clone()),
        ..CaseFilter::default()
    };
    let ticket = model.ask(Read::Cases(filter));
    model.queue.page.ask(ticket, model.now);
}

/// Takes a page of the queue in; false if nothing in sight changed.
pub(super) fn take_page(model: &mut Model, rows: Vec<CaseRow>) -> bool {
    let queue = &mut model.queue;
    let is_first = queue.page.value.is_none();
    let old = queue.ids();
    // A page comes up short of its limit only at the end.
    queue.more = rows.len() >= PAGE;
    let listed = rows.into_iter().map(|row| Listed {
        hay: Haystack::of(&row),
        row,
    });
    if let Some(mut incoming) = queue.incoming.take() {
        incoming.extend(listed);
        if queue.more && incoming.len() < queue.rows.len() {
            queue.incoming = Some(incoming);
            ask_page(model);
            return false;
        }
        let highest = queue.rows.iter().map(|listed| listed.row.case).max();
        queue.rows = incoming;
        if !is_first && queue.tab == Tab::Open {
            let rows = queue.rows.iter();
            let is_new = |listed: &&Listed| highest.is_some_and(|h| listed.row.case > h);
            let came = rows.filter(is_new).count();
            if came > 0 {
                let before = model.fresh.map_or(0, |(count, _)| count);
                model.fresh = Some((before + came, model.now));
            }
        }
    } else {
        queue.rows.extend(listed);
    }
    model.queue.page.value = Some(());
    model.queue.page.error = None;
    arrange(model, &old);
    if std::mem::take(&mut model.queue.is_stale) {
        load_queue(model);
    }
    true
}

/// Asks for what follows in the queue, where it is about to be needed.
pub(super) fn load_more(model: &mut Model) {
    let queue = &model.queue;
    if !queue.more || queue.page.asked_at().is_some() || queue.incoming.is_some() {
        return;
    }
    // A filter, and an order that is not the store's, want to see everything.
    // So does whoever marks all of it, but where the store knows what all is.
    let marks_all = queue.marks.is_all() && !(queue.marks.is_whole() && queue.filter.is_empty());
    let wants_all = !queue.filter.is_empty() || queue.sort != Sort::Confidence || marks_all;
    let at = queue.list.place(&queue.ids()).unwrap_or(0);
    let is_near_end = at + PAGE / 2 >= queue.shown.len();
    if (is_near_end && !wants_all) || (wants_all && (marks_all || queue.rows.len() < READ_AHEAD)) {
        ask_page(model);
    }
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
    queue.marks.clear();
    queue.rows.clear();
    queue.shown.clear();
    queue.page.value = None;
    queue.incoming = None;
    load_queue(model);
}

/// Takes the next order.
pub(super) fn sort(model: &mut Model) {
    let old = model.queue.ids();
    model.queue.sort = model.queue.sort.next();
    arrange(model, &old);
    load_more(model);
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
    if model.queue.filter.text != text {
        let old = model.queue.ids();
        let was = model.queue.list.current(&old);
        model.queue.filter = Filter::parse(text);
        if model.queue.marks.is_all() {
            // They were all of another filter.
            model.queue.marks.clear();
        }
        arrange(model, &old);
        let queue = &mut model.queue;
        let origin = queue.origin.or(was);
        let is_back = queue.ids().iter().any(|&id| Some(id) == origin);
        if is_back {
            queue.list.cursor = origin;
        }
        queue.origin = origin.filter(|_| !is_back);
        load_more(model);
    }
}

/// Filters and orders the rows that were read; the cursor stays on its case,
/// or goes to what followed it among the `old` ones.
pub(super) fn arrange(model: &mut Model, old: &[CaseId]) {
    let now = model.now;
    let queue = &mut model.queue;
    queue.shown = (0..queue.rows.len())
        .filter(|&at| {
            let listed = &queue.rows[at];
            queue.filter.fits(&listed.row, &listed.hay, now)
        })
        .collect();
    let row = |at: &usize| &queue.rows[*at].row;
    match queue.sort {
        Sort::Confidence => {}
        Sort::Oldest => queue.shown.sort_by_key(|at| row(at).opened_at),
        Sort::Newest => queue
            .shown
            .sort_by_key(|at| std::cmp::Reverse(row(at).opened_at)),
        Sort::Kind => queue.shown.sort_by_key(|at| show::short(row(at).kind)),
    }
    let new = queue.ids();
    queue.list.hold(old, &new);
}
