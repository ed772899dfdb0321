//! What each answer would do: which identifiers and conversations end where,
//! and where the next reply goes.

use crate::domain::case::{Action as Verb, CaseState};
use crate::review::page::{CasePage, Outcome, Route};
use crate::tui::action::Action;
use crate::tui::keymap::Scope;
use crate::tui::line::{hanging, span};
use crate::tui::model::{Compare, Model, kept_else};
use crate::tui::panes::Pane;
use crate::tui::show::{self, Show};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::borrow::Cow;

/// The pane.
pub(super) fn pane(model: &Model, page: &CasePage, show: &Show<'_>, width: usize) -> Pane {
    // Of a case that is no longer asked, each would only say so once more.
    let is_asked = matches!(page.row.state, CaseState::Open | CaseState::Deferred);
    let outcomes = page.outcomes.iter().filter(|_| is_asked);
    let mut outcomes: Vec<&Outcome> = outcomes.collect();
    // What is suggested stands first, what only puts off last.
    let wanted = page.row.suggestion.action;
    outcomes.sort_by_key(|o| (o.action != wanted, o.action == Verb::Defer));
    let mut lines = Vec::new();
    for outcome in &outcomes {
        let outcome = as_swapped(model, page, outcome);
        lines.extend(answer(model, page, &outcome, show, width));
    }
    if lines.is_empty() {
        let says = "  Nothing is left to answer. u, or History, takes back what was.";
        lines.push(Line::from(span(says, show.theme.dim)));
    }
    let mut names: Vec<String> = outcomes
        .iter()
        .filter(|o| o.refusal.is_none())
        .map(|o| format!("{} {}", key(model, o.action), show::verb(o.action)))
        .collect();
    if outcomes.is_empty() {
        names.push("nothing is left to answer".into());
    }
    Pane {
        title: "Answers",
        fixed: 0,
        summary: names.join(" · "),
        lines,
    }
}

/// A merge as it would be with the survivor that the operator chose: the page
/// tells it with the one that it would have else.
fn as_swapped<'a>(model: &Model, page: &CasePage, outcome: &'a Outcome) -> Cow<'a, Outcome> {
    let compare = model.compare();
    let (Some(kept), Some(told)) = (compare.and_then(Compare::keeps), kept_else(&page.row)) else {
        return Cow::Borrowed(outcome);
    };
    if outcome.action != Verb::Merge || kept == told {
        return Cow::Borrowed(outcome);
    }
    let mut outcome = outcome.clone();
    let end = format!(", contact {told}.");
    for effect in &mut outcome.effects {
        if let Some(joined) = effect.strip_suffix(&end) {
            *effect = format!("{joined}, contact {kept}.");
        }
    }
    for route in &mut outcome.routes {
        if route.contact == Some(told) {
            route.contact = Some(kept);
        }
    }
    Cow::Owned(outcome)
}

fn key(model: &Model, verb: Verb) -> String {
    let action = match verb {
        Verb::Merge => Action::Merge,
        Verb::Relink => Action::Relink,
        Verb::KeepSeparate => Action::KeepSeparate,
        Verb::Accept => Action::Accept,
        Verb::Reject => Action::Reject,
        Verb::Defer => Action::Defer,
        Verb::Undo
        | Verb::Ask
        | Verb::Rescope
        | Verb::Propose
        | Verb::Withdraw
        | Verb::Rule
        | Verb::None => {
            return String::new();
        }
    };
    model.session.keys.key(Scope::Compare, action)
}

fn answer(
    model: &Model,
    page: &CasePage,
    outcome: &Outcome,
    show: &Show<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let theme = show.theme;
    let is_suggested = outcome.action == page.row.suggestion.action;
    let mut head = vec![
        span(format!("  {} ", key(model, outcome.action)), theme.accent),
        span(show::verb(outcome.action), theme.strong),
    ];
    if is_suggested {
        head.push(span("  suggested", theme.dim));
    }
    let mut lines = vec![Line::from(head)];
    let point = || vec![Span::raw("    ")];
    if let Some(refusal) = &outcome.refusal {
        let says = format!("Not possible now: {}", show.sentence(&refusal.detail));
        lines.extend(hanging(point(), &says, theme.warn, width));
        return lines;
    }
    for effect in &outcome.effects {
        lines.extend(hanging(
            point(),
            &show.sentence(effect),
            Style::new(),
            width,
        ));
    }
    for warning in &outcome.warnings {
        let head = vec![span("    ! ", theme.warn)];
        lines.extend(hanging(head, &show.sentence(warning), theme.warn, width));
    }
    for route in &outcome.routes {
        lines.extend(self::route(page, route, show, width));
    }
    lines
}

/// `→ thread 4 answers to phone +55 11 98765 4321, under Ana Souza #3`
fn route(page: &CasePage, route: &Route, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
    let under = route.contact.map_or_else(
        || "a new contact".to_owned(),
        |id| show.contact(&page.row, id),
    );
    let says = format!(
        "replies in thread {} go to {}, under {under}",
        route.conversation,
        show.identifier(&route.through)
    );
    let head = vec![span("    → ", theme.accent)];
    let mut lines = hanging(head, &says, theme.dim, width);
    if let Some(warning) = &route.warning {
        let head = vec![span("      ! ", theme.warn)];
        lines.extend(hanging(head, &show.sentence(warning), theme.warn, width));
    }
    lines
}
