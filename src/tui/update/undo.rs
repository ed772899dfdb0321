//! Taking back, and putting back: the last decision of the session, an entry of
//! the log, its whole batch, an operator's last hour.
//!
//! The last decision acts at once; whatever is older or more is shown first.

use super::answer::write;
use crate::domain::case::Action as Verb;
use crate::domain::ids::CaseId;
use crate::review::page::AuditRow;
use crate::store::Undo;
use crate::tui::model::{Choice, Made, Model, Offer, Overlay, Pick, Preview, Purpose, Screen};
use crate::tui::show;
use crate::tui::worker::Write;

/// Takes back the last decision of the session.
pub(super) fn last(model: &mut Model) {
    if let Some(made) = model.trail.done.last().cloned() {
        let what = made.what;
        take_back(model, Purpose::Undo(made), what, false);
    }
}

/// Puts back what was undone last.
pub(super) fn again(model: &mut Model) {
    if let Some((made, by)) = model.trail.undone.last().cloned() {
        take_back(model, Purpose::Redo(made), by, false);
    }
}

fn take_back(model: &mut Model, purpose: Purpose, what: Undo, cascade: bool) {
    let order = Write::Undo {
        what,
        cascade,
        dry_run: purpose == Purpose::Preview,
    };
    write(model, purpose, order, None);
}

fn under_cursor(model: &Model) -> Option<&AuditRow> {
    match model.above.last() {
        Some(Screen::History(history)) => history.under_cursor(),
        _ => None,
    }
}

/// Asks what undoing the entry under the cursor would do.
pub(super) fn entry(model: &mut Model) {
    let Some((row, decision)) = under_cursor(model).and_then(|row| row.decision.map(|d| (row, d)))
    else {
        return;
    };
    let title = match row.action {
        Verb::Undo => format!("Put back what entry {} undid", row.entry),
        action => format!("Undo of entry {}, {}", row.entry, show::verb(action)),
    };
    let (case, puts_back) = (row.case, row.action == Verb::Undo);
    preview(model, title, Undo::Decision(decision), case, puts_back);
}

/// Asks what else to take back with the entry under the cursor.
pub(super) fn offer(model: &mut Model) {
    let Some(row) = under_cursor(model) else {
        return;
    };
    let show = model.show();
    let mut options = Vec::new();
    if let Some(batch) = row.batch {
        options.push(Offer {
            label: format!("all of batch {batch}"),
            note: "what of it stands".into(),
            pick: Pick::Undo(Undo::Batch(batch)),
        });
    }
    if let Some(decision) = row.decision {
        options.push(Offer {
            label: "this entry alone".into(),
            note: format!("{} of {}", show::verb(row.action), show.moment(row.at)),
            pick: Pick::Undo(Undo::Decision(decision)),
        });
    }
    model.overlay = Some(Overlay::Choice(Choice {
        title: "Take back what?".into(),
        options,
        cursor: 0,
        version: None,
    }));
}

/// Shows what the chosen undo would do.
pub(super) fn chosen(model: &mut Model, what: Undo) {
    match what {
        Undo::Decision(_) => entry(model),
        Undo::Batch(batch) => preview(model, format!("Undo of batch {batch}"), what, None, false),
    }
}

fn preview(model: &mut Model, title: String, what: Undo, case: Option<CaseId>, puts_back: bool) {
    model.overlay = Some(Overlay::Preview(Preview {
        title,
        what,
        case,
        puts_back,
        cascade: false,
        outcome: None,
        scroll: 0,
    }));
    take_back(model, Purpose::Preview, what, false);
}

/// Asks what the undo in sight would do with all that stands on it.
pub(super) fn cascade(model: &mut Model) {
    if let Some(Overlay::Preview(preview)) = &mut model.overlay {
        preview.cascade = true;
        preview.outcome = None;
        let what = preview.what;
        take_back(model, Purpose::Preview, what, true);
    }
}

/// Does what the preview says.
pub(super) fn previewed(model: &mut Model) {
    let Some(Overlay::Preview(preview)) = &model.overlay else {
        return;
    };
    if !matches!(preview.outcome, Some(Ok(_))) || model.writing.is_some() {
        return;
    }
    let (what, cascade, puts_back) = (preview.what, preview.cascade, preview.puts_back);
    let trail = &model.trail;
    // Undoing an undo puts a decision back: one of this session, or another's.
    let known = if puts_back {
        let mut undone = trail.undone.iter();
        undone.find(|(_, by)| *by == what).map(|(made, _)| made)
    } else {
        trail.done.iter().find(|made| made.what == what)
    };
    let made = known.cloned().unwrap_or(Made {
        what,
        case: preview.case,
        deed: None,
    });
    let purpose = if puts_back {
        Purpose::Redo(made)
    } else {
        Purpose::Undo(made)
    };
    model.overlay = None;
    take_back(model, purpose, what, cascade);
}
