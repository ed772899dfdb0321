//! Answers that wait for another operator: who proposed what, and when.
//!
//! ```text
//!   since  who          proposes       about
//!  ▸   4m  Ana          merge          ≠ conflict 7  Ana Souza · +55 11 98765 4321
//!  ── proposal 3 ─────────────────────────────────────────────────────────
//!  Ana proposes: merge, 22 Nov 2026 11:56
//!  As a decision  Merged 3 and 9 as 3
//!  Reason         “same voice on the phone”
//!  C lets it stand, X turns it down, Enter shows the case
//! ```
//!
//! Enter opens the case, where everything stands that an answer needs; both
//! keys work there too.

use super::listed::{self, Detail, Sheet};
use crate::domain::text;
use crate::tui::action::Action;
use crate::tui::line::{clip, hanging, span};
use crate::tui::list::Listed;
use crate::tui::model::{Model, Proposals, Waiting};
use crate::tui::show::{self, Show};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Room for the proposal under the cursor.
pub(super) const DETAIL: Detail = Detail([5, 8, 8]);

/// Draws it.
pub(crate) fn draw(
    model: &Model,
    proposals: &Proposals,
    show: &Show<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let sheet = Proposed {
        model,
        proposals,
        grid: Grid::of(area.width),
    };
    listed::draw(&sheet, show, frame, area);
}

/// The proposals, as they are drawn.
struct Proposed<'a> {
    model: &'a Model,
    proposals: &'a Proposals,
    grid: Grid,
}

impl Sheet for Proposed<'_> {
    type Row = Waiting;
    const DETAIL: Detail = DETAIL;

    fn listed(&self) -> &Listed<Waiting> {
        &self.proposals.waiting
    }

    fn nothing(&self) -> [&'static str; 2] {
        ["No answer waits for another operator.", "Esc goes back."]
    }

    fn failed(&self) -> &'static str {
        "The proposals could not be read."
    }

    fn heads(&self, show: &Show<'_>) -> Line<'static> {
        self.grid.heads(show)
    }

    fn line(&self, row: &Waiting, show: &Show<'_>, is_selected: bool) -> Line<'static> {
        self.grid.row(row, show, is_selected)
    }

    fn title(&self, row: &Waiting) -> String {
        format!("Proposal {}", row.proposal.proposal)
    }

    fn detail(&self, row: &Waiting, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
        detail(self, row, show, width)
    }
}

/// Widths of the columns.
struct Grid {
    who: usize,
    about: usize,
}

const SINCE: usize = 6;
const WHAT: usize = 9;

impl Grid {
    fn of(width: u16) -> Self {
        let width = usize::from(width);
        let who = if width < 80 { 8 } else { 14 };
        Self {
            who,
            about: width.saturating_sub(1 + SINCE + 2 + who + 1 + WHAT + 1),
        }
    }

    fn heads(&self, show: &Show<'_>) -> Line<'static> {
        let says = format!(
            " {:>SINCE$}  {} {} about",
            "since",
            text::pad("who", self.who),
            text::pad("proposes", WHAT),
        );
        Line::from(span(says, show.theme.dim))
    }

    fn row(&self, row: &Waiting, show: &Show<'_>, is_selected: bool) -> Line<'static> {
        let theme = show.theme;
        let style = |s: Style| if is_selected { theme.selected } else { s };
        let cursor = if is_selected { "▸" } else { " " };
        let proposal = &row.proposal;
        let about = about(row, show);
        Line::from(vec![
            span(cursor, style(theme.accent)),
            span(
                format!("{:>SINCE$}  ", show.age(proposal.at)),
                style(theme.dim),
            ),
            span(
                format!(
                    "{} ",
                    text::pad(&show::operator(&proposal.operator), self.who)
                ),
                style(theme.strong),
            ),
            span(
                format!("{} ", text::pad(show::verb_in_short(proposal.action), WHAT)),
                style(Style::new()),
            ),
            span(text::pad(&about, self.about), style(Style::new())),
        ])
    }
}

/// `≠ conflict 7  Ana Souza · +55 11 98765 4321`
fn about(row: &Waiting, show: &Show<'_>) -> String {
    let case = row.proposal.case;
    let Some(of) = &row.row else {
        return format!("case {case}");
    };
    let (sign, word) = show::short(of.kind);
    let names: Vec<String> = of.contacts.iter().map(|c| show.name(&c.name)).collect();
    format!("{sign} {word} {case}  {}", names.join(" · "))
}

/// What is proposed, by whom, why, and what can be done about it.
fn detail(
    sheet: &Proposed<'_>,
    row: &Waiting,
    show: &Show<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let (model, proposals) = (sheet.model, sheet.proposals);
    let theme = show.theme;
    let proposal = &row.proposal;
    let mut lines = Vec::new();
    let is_own = proposal.operator == model.session.operator;
    let who = if is_own {
        "you".to_owned()
    } else {
        show::operator(&proposal.operator)
    };
    let batch = proposal.batch.map_or_else(String::new, |batch| {
        let n = proposals.of_batch(batch, |_| true).len();
        let all = show::number(i64::try_from(n).unwrap_or(i64::MAX));
        format!(", one of {all} in batch {batch}")
    });
    let mut fact = |label: &str, says: &str| {
        let head = vec![span(format!("  {} ", text::pad(label, 9)), theme.dim)];
        lines.extend(hanging(head, says, Style::new(), width.saturating_sub(1)));
    };
    let what = show::verb(proposal.action);
    let when = show.moment(proposal.at);
    fact("proposed", &format!("{what}, by {who}, {when}{batch}"));
    fact("would be", &show.sentence(&proposal.summary));
    if let Some(reason) = &proposal.reason {
        fact("because", &show.reason(reason));
    }
    let key = |action| (model.session.keys).key(model.screen_scope(), action);
    let (confirm, withdraw) = (key(Action::Confirm), key(Action::Withdraw));
    let says = if is_own {
        format!("Another operator has to confirm it; {withdraw} takes it back.")
    } else {
        format!("{confirm} lets it stand, {withdraw} turns it down.")
    };
    let head = vec![Span::raw("  ")];
    lines.extend(hanging(head, &says, theme.accent, width));
    lines
}

/// What the status line says: where the cursor is.
pub(crate) fn status(proposals: &Proposals, show: &Show<'_>) -> Vec<Span<'static>> {
    let ids = proposals.waiting.ids();
    let Some(at) = proposals.waiting.list.place(&ids) else {
        return Vec::new();
    };
    let number = |n: usize| show::number(i64::try_from(n).unwrap_or(i64::MAX));
    let says = format!(" {} of {}, oldest first", number(at + 1), number(ids.len()));
    clip(vec![span(says, show.theme.dim)], usize::MAX)
}
