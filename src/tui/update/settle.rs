//! After every change: cursors and scroll positions within what there is.
//!
//! The same functions that draw a pane say how long it is, so that a key never
//! scrolls beyond the end and then has to be pressed as often to come back.

use super::{answer, navigate, queue};
use crate::tui::model::{Model, Screen};
use crate::tui::screens;
use crate::tui::view;
use crate::tui::{model::Overlay, overlays};

/// Brings everything within bounds, and asks for rows about to be needed.
pub(super) fn settle(model: &mut Model) {
    answer::release(model);
    queue::load_more(model);
    navigate::load_older_entries(model);
    navigate::load_more_changes(model);
    let area = view::body(model);
    match model.above.last() {
        None => {
            let height = screens::queue::rows_height(area);
            let queue = &mut model.queue;
            queue.list.keep_in_view(&queue.order, height);
        }
        Some(Screen::Compare(_)) => {
            let (scroll, first_side) = screens::compare::bounds(model, area);
            if let Some(compare) = model.compare_mut() {
                for (at, most) in compare.scroll.iter_mut().zip(scroll) {
                    *at = (*at).min(most);
                }
                compare.first_side = compare.first_side.min(first_side);
            }
        }
        Some(Screen::Contact(_)) => {
            let bounds = screens::contact::bounds(model, area);
            if let Some(Screen::Contact(p)) = model.above.last_mut() {
                for (at, most) in p.scroll.iter_mut().zip(bounds) {
                    *at = (*at).min(most);
                }
            }
        }
        Some(Screen::Overview(o)) => {
            let most = screens::overview::bounds(o, &model.show(), area);
            if let Some(Screen::Overview(o)) = model.above.last_mut() {
                o.scroll = o.scroll.min(most);
            }
        }
        Some(screen) => {
            let rows = screens::rows_area(screen, area);
            let list = model.above.last_mut().and_then(Screen::list_mut);
            if let (Some(list), Some(rows)) = (list, rows) {
                list.keep_in_view(usize::from(rows.height));
            }
        }
    }
    let most = overlays::bounds(model);
    match &mut model.overlay {
        Some(Overlay::Evidence(evidence)) => {
            evidence.scroll = evidence.scroll.min(most.scroll);
            let ids = evidence.ids();
            evidence.list.keep_in_view(&ids, most.rows);
        }
        Some(Overlay::Batch(batch)) => batch.scroll = batch.scroll.min(most.scroll),
        Some(Overlay::Preview(preview)) => preview.scroll = preview.scroll.min(most.scroll),
        Some(Overlay::Help(help)) => {
            let ids = overlays::help::ids(help);
            help.list.hold(&[], &ids);
            help.list.keep_in_view(&ids, most.rows);
        }
        _ => {}
    }
}
