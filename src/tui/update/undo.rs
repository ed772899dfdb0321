//! Taking back, and putting back: the last decision of the session, an entry of
//! the log, its whole batch, an operator's last hour.
//!
//! The last decision acts at once; whatever is older or more is shown first.

use super::answer::write;
use crate::domain::case::Action as Verb;
use crate::domain::ids::CaseId;
use crate::domain::time::{HOUR, Timestamp};
use crate::review::page::AuditRow;
use crate::store::{Answers, Undo};
use crate::tui::model::{
    Choice, Made, Model, Offer, Overlay, Pick, Preview, Purpose, Screen, What,
};
use crate::tui::show;
use crate::tui::worker::Write;
use tui_input::{Input, InputRequest};

/// Takes back the last decision of the session.
pub(super) fn last(model: &mut Model) {
    if let Some(made) = model.trail.done.last().cloned() {
        let what = made.what.clone();
        take_back(model, Purpose::Undo(made), what, false);
    }
}

/// Puts back what was undone last.
pub(super) fn again(model: &mut Model) {
    if let Some((made, by)) = model.trail.undone.last().cloned() {
        take_back(model, Purpose::Redo(made), by.into(), false);
    }
}

fn take_back(model: &mut Model, purpose: Purpose, what: What, cascade: bool) {
    let order = Write::Undo {
        what,
        cascade,
        dry_run: purpose == Purpose::Preview,
    };
    write(model, purpose, order, None);
}

fn under_cursor(model: &Model) -> Option<&AuditRow> {
    match model.above.last() {
        Some(Screen::History(history)) => history.entries.under_cursor(),
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
    let what = Undo::Decision(decision).into();
    preview(model, title, what, case, puts_back);
}

/// Asks what else to take back with the entry under the cursor.
pub(super) fn offer(model: &mut Model) {
    let Some(row) = under_cursor(model) else {
        return;
    };
    let show = model.show();
    let mut options = Vec::new();
    let mut add = |label: String, note: String, what: What| {
        options.push(Offer {
            label,
            note,
            pick: Pick::Undo(what),
        });
    };
    if let Some(batch) = row.batch {
        let label = format!("all of batch {batch}");
        add(label, "what of it stands".into(), Undo::Batch(batch).into());
    }
    if let Some(decision) = row.decision {
        let when = show.moment_in_short(row.at);
        let note = format!("{} of {when}", show::verb(row.action));
        let what = Undo::Decision(decision).into();
        add("this entry alone".into(), note, what);
    }
    let mut answers = |operator: &str, label: String, since: Timestamp| {
        let whose = Answers {
            operator: operator.to_owned(),
            since,
            // What comes after this is not part of it, also when it is done again.
            until: Some(model.now.plus(1)),
        };
        let note = format!("since {}", show.moment_in_short(since));
        add(label, note, What::Answers(whose));
    };
    let own = &model.session.operator;
    let hour = model.now.plus(-HOUR);
    answers(own, "all of your last hour".into(), hour);
    let who = show::operator(&row.operator);
    let whose = if row.operator == *own {
        "yours".to_owned()
    } else {
        answers(&row.operator, format!("all of {who}'s last hour"), hour);
        format!("{who}'s")
    };
    let label = format!("all of {whose} from this entry on");
    answers(&row.operator, label, row.at);
    model.overlay = Some(Overlay::Choice(Choice {
        title: "Take back what?".into(),
        options,
        cursor: 0,
        version: None,
    }));
}

/// Shows what the chosen undo would do.
pub(super) fn chosen(model: &mut Model, what: What) {
    let title = match &what {
        What::Undo(Undo::Decision(_)) => return entry(model),
        What::Undo(Undo::Batch(batch)) => format!("Undo of batch {batch}"),
        What::Answers(whose) => {
            let show = model.show();
            let who = if whose.operator == model.session.operator {
                "you".to_owned()
            } else {
                show::operator(&whose.operator)
            };
            let since = show.moment(whose.since);
            format!("Undo of all that {who} answered since {since}")
        }
    };
    preview(model, title, what, None, false);
}

fn preview(model: &mut Model, title: String, what: What, case: Option<CaseId>, puts_back: bool) {
    model.overlay = Some(Overlay::Preview(Preview {
        title,
        what: what.clone(),
        case,
        puts_back,
        cascade: false,
        outcome: None,
        scroll: 0,
        input: Input::default(),
    }));
    take_back(model, Purpose::Preview, what, false);
}

/// Asks what the undo in sight would do with all that stands on it.
pub(super) fn cascade(model: &mut Model) {
    if let Some(Overlay::Preview(preview)) = &mut model.overlay {
        preview.cascade = true;
        preview.outcome = None;
        let what = preview.what.clone();
        take_back(model, Purpose::Preview, what, true);
    }
}

/// A digit of the number that is typed, or the last one taken away; false
/// where none is.
pub(super) fn number(model: &mut Model, request: InputRequest) -> bool {
    match &mut model.overlay {
        Some(Overlay::Preview(preview)) if preview.is_typed() => {
            preview.input.handle(request);
            true
        }
        _ => false,
    }
}

/// Does what the preview says.
pub(super) fn previewed(model: &mut Model) {
    let Some(Overlay::Preview(preview)) = &mut model.overlay else {
        return;
    };
    if !matches!(preview.outcome, Some(Ok(_))) || model.writing.is_some() {
        return;
    }
    if preview.is_typed() && preview.input.value() != preview.len().to_string() {
        let says = format!("Type {} to take so many back at once.", preview.len());
        preview.input.reset();
        model.complain(says);
        return;
    }
    let (cascade, puts_back) = (preview.cascade, preview.puts_back);
    let what = preview.what.clone();
    let trail = &model.trail;
    // Undoing an undo puts a decision back: one of this session, or another's.
    let known = if puts_back {
        let mut undone = trail.undone.iter();
        let is_it = |by: &Undo| what == What::Undo(*by);
        undone.find(|(_, by)| is_it(by)).map(|(made, _)| made)
    } else {
        trail.done.iter().find(|made| made.what == what)
    };
    let made = known.cloned().unwrap_or(Made {
        what: what.clone(),
        case: preview.case,
        deed: None,
        left: None,
    });
    let purpose = if puts_back {
        Purpose::Redo(made)
    } else {
        Purpose::Undo(made)
    };
    model.overlay = None;
    take_back(model, purpose, what, cascade);
}
