//! The frame around every screen: title, body, status, hints, and what lies over.
//!
//! ```text
//!  reunite  Case 7 · 3 of 41                          read-only  ines   title
//!  …                                                                    body
//!  Merged Ana Souza and +55 11 9…. u undoes                             status
//!  m merge  r relink  s keep separate  n next  ? help                   hints
//! ```
//!
//! Drawing takes the model and changes nothing. The terminal's cursor is put on
//! the row or field that has the focus, where screen readers look for it.

use super::finish::{finish, text_of};
use super::line::{clip, columns, hanging, justify, span};
use super::model::{Model, Overlay, Purpose, Screen};
use super::show::{self, Show};
use super::{overlays, screens};
use crate::domain::text;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};
use ratatui::{Frame, Terminal};

/// The smallest terminal that a case can be judged in.
const SMALLEST: (u16, u16) = (60, 15);

/// Where the screens draw.
pub(crate) fn body(model: &Model) -> Rect {
    body_of(Rect::new(0, 0, model.size.0, model.size.1))
}

fn body_of(area: Rect) -> Rect {
    Rect {
        y: area.y.saturating_add(1).min(area.bottom()),
        height: area.height.saturating_sub(3),
        ..area
    }
}

/// Rows of the body.
pub(crate) fn body_height(model: &Model) -> usize {
    usize::from(body(model).height)
}

/// Draws everything.
pub(crate) fn draw(model: &Model, frame: &mut Frame<'_>) {
    lay(model, frame);
    let session = &model.session;
    finish(frame.buffer_mut(), &session.theme, session.look);
}

/// Lines of a page that is copied, at most.
const PAGE_LINES: u16 = 600;

/// The page in sight as text: all its panes open, one below the other.
pub(crate) fn page(model: &Model) -> String {
    let width = model.size.0.clamp(SMALLEST.0, 99);
    let backend = TestBackend::new(width, PAGE_LINES);
    // This backend is a piece of memory, and cannot fail.
    let Ok(mut terminal) = Terminal::new(backend);
    let Ok(_) = terminal.draw(|frame| draw(model, frame));
    let mut lines = text_of(terminal.backend().buffer());
    // The status and the keys are no part of it.
    lines.truncate(usize::from(PAGE_LINES - 2));
    let mut page = lines.join("\n");
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn lay(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let says = format!(
            "reunite needs {}x{}; this is {}x{}",
            SMALLEST.0, SMALLEST.1, area.width, area.height
        );
        let says = text::cell(&says, usize::from(area.width));
        frame.render_widget(Paragraph::new(says), area);
        return;
    }
    let show = model.show();
    let row = |y| Rect {
        y,
        height: 1,
        ..area
    };
    frame.render_widget(title(model, &show, area.width), row(area.y));
    let body = body_of(area);
    match model.above.last() {
        None => screens::queue::draw(model, &show, frame, body),
        Some(Screen::Compare(c)) => screens::compare::draw(model, c, &show, frame, body),
        Some(Screen::History(h)) => screens::history::draw(h, &show, frame, body),
        Some(Screen::Search(s)) => screens::search::draw(s, &show, frame, body),
        Some(Screen::Contact(p)) => screens::contact::draw(p, &show, frame, body),
        Some(Screen::Overview(o)) => screens::overview::draw(o, &show, frame, body),
        Some(Screen::Changes(c)) => screens::changes::draw(c, &show, frame, body),
        Some(Screen::Proposals(p)) => screens::proposals::draw(model, p, &show, frame, body),
    }
    frame.render_widget(hints(model, &show, area.width), row(area.bottom() - 1));
    if let Some(overlay) = &model.overlay {
        overlays::draw(model, overlay, &show, frame, body);
    }
    status(model, &show, frame, row(area.bottom() - 2));
}

/// The first line: where one is, and badges.
fn title(model: &Model, show: &Show<'_>, width: u16) -> Line<'static> {
    let theme = show.theme;
    let place = match model.above.last() {
        None => "Review queue".to_owned(),
        Some(Screen::Compare(c)) => screens::compare::title(model, c),
        Some(Screen::History(_)) => "History".into(),
        Some(Screen::Overview(_)) => "Overview".into(),
        Some(Screen::Changes(_)) => "Identity changes".into(),
        Some(Screen::Proposals(_)) => "Proposals".into(),
        Some(Screen::Search(_)) => "Contacts".into(),
        Some(Screen::Contact(p)) => screens::contact::title(p, show),
    };
    let mut right: Vec<Span<'static>> = vec![Span::raw(" ")];
    if model.is_slow() {
        let what = match model.writing.as_ref().map(|w| &w.purpose) {
            Some(Purpose::Preview) => "working… ",
            Some(_) => "saving… ",
            None => "loading… ",
        };
        right.push(span(what, theme.dim));
    }
    for (is_on, badge) in [
        (model.session.demo, " demo "),
        (model.session.read_only, " read-only "),
        (model.privacy, " privacy "),
    ] {
        if is_on {
            right.push(span(badge, theme.badge));
            right.push(Span::raw(" "));
        }
    }
    let operator = text::cell(&model.session.operator, 16);
    right.push(span(format!("{operator} "), theme.dim));
    let left = vec![
        span(" reunite ", theme.accent),
        span(" ", theme.dim),
        span(place, theme.strong),
        span(" ", theme.dim),
    ];
    justify(left, right, usize::from(width))
}

/// The line above the hints: what was last said, else what came by itself,
/// else what the screen has to say. A long notice grows upwards.
fn status(model: &Model, show: &Show<'_>, frame: &mut Frame<'_>, row: Rect) {
    let theme = show.theme;
    let width = usize::from(row.width).saturating_sub(2);
    if let Some(notice) = &model.notice {
        let (mark, style) = if notice.is_bad {
            ("! ", theme.warn)
        } else {
            ("", theme.strong)
        };
        let said = format!("{mark}{}", text::safe(&notice.text));
        let lines = hanging(vec![Span::raw(" ")], &said, style, width);
        upwards(model, lines, show, frame, row);
        return;
    }
    let line = if let Some(fresh) = model.fresh {
        let cases = |n: usize| show::count(i64::try_from(n).unwrap_or(i64::MAX), "case", "cases");
        let mut says = Vec::new();
        if fresh.came > 0 {
            says.push(format!("new: {}", cases(fresh.came)));
        }
        if fresh.went > 0 {
            says.push(format!("no longer open: {}", cases(fresh.went)));
        }
        Line::from(span(format!(" {}", says.join("; ")), theme.strong))
    } else {
        let says = match model.above.last() {
            None => screens::queue::status(model, show),
            Some(Screen::History(h)) => {
                let lines = screens::history::status(h, show, usize::from(row.width));
                upwards(model, lines, show, frame, row);
                return;
            }
            Some(Screen::Overview(o)) => screens::overview::status(o, show, body(model)),
            Some(Screen::Changes(c)) => screens::changes::status(c, show),
            Some(Screen::Proposals(p)) => screens::proposals::status(p, show),
            _ => Vec::new(),
        };
        Line::from(clip(says, usize::from(row.width)))
    };
    frame.render_widget(line, row);
}

/// Lines of a status that is said, at most.
const SAID: usize = 6;

/// Lines whose last one stands at `row`, over what is above; but not over what
/// is typed there.
fn upwards(
    model: &Model,
    mut lines: Vec<Line<'static>>,
    show: &Show<'_>,
    frame: &mut Frame<'_>,
    row: Rect,
) {
    let most = match &model.overlay {
        Some(Overlay::Prompt(_)) => 1,
        _ => SAID,
    };
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.push_span(span(" …", show.theme.dim));
        }
    }
    let height = columns(lines.len());
    let area = Rect {
        y: row.bottom() - height,
        height,
        ..row
    };
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines), area);
}

/// The last line: what works here, the help always last.
fn hints(model: &Model, show: &Show<'_>, width: u16) -> Line<'static> {
    let theme = show.theme;
    let mut hints = overlays::hints(model).unwrap_or_else(|| {
        let hints = model.session.keys.hints(model);
        hints
            .into_iter()
            .map(|(key, title)| (key, title.into()))
            .collect()
    });
    let wide = |(key, title): &(String, String)| text::width(key) + text::width(title) + 3;
    let last: Vec<(String, String)> = match hints.iter().position(|(_, title)| title == "help") {
        Some(at) => vec![hints.remove(at)],
        None => Vec::new(),
    };
    let mut room = usize::from(width).saturating_sub(1 + last.iter().map(wide).sum::<usize>());
    let mut spans = vec![Span::raw(" ")];
    for hint in hints.into_iter().chain(last.iter().cloned()) {
        let is_last = last.contains(&hint);
        if !is_last {
            let Some(left) = room.checked_sub(wide(&hint)) else {
                continue;
            };
            room = left;
        }
        spans.push(span(hint.0, theme.accent));
        spans.push(span(format!(" {}  ", hint.1), theme.dim));
    }
    Line::from(spans)
}
