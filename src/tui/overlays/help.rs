//! The help and the palette: what can be done, on which key, and why not now.
//! What is typed filters it, Enter does it. The help shows what works here, the
//! palette also what works elsewhere, and where.

use super::{input_line, inside, middle, window};
use crate::domain::text;
use crate::tui::action::{Entry, table};
use crate::tui::keymap::Scope;
use crate::tui::line::{clip, columns, span, wrap};
use crate::tui::model::{Help, Model};
use crate::tui::show::Show;
use fuzzy_matcher::FuzzyMatcher as _;
use fuzzy_matcher::skim::SkimMatcherV2;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use std::cmp::Reverse;
use std::sync::LazyLock;

/// The widest that it gets.
const WIDEST: u16 = 110;
/// Columns of the keys: as wide as the widest that are bound by default. What
/// they do is told whole below, so it can be cut.
const KEYS: usize = 14;

/// The ids of the actions that fit what is typed: what works here first, then
/// the best; where nothing is typed in the order of the table, and what cannot
/// be done now behind the rest.
pub(crate) fn ids(help: &Help) -> Vec<&'static str> {
    let wanted = text::words(help.input.value());
    let mut found: Vec<(bool, bool, Reverse<i64>, &'static str)> = table()
        .map(|entry| (!entry.works_in(help.scope), entry))
        .filter(|(is_elsewhere, _)| help.all || !is_elsewhere)
        .filter_map(|(is_elsewhere, entry)| {
            let fits: Option<Vec<i64>> = wanted.iter().map(|word| fit(entry, word)).collect();
            let is_idle = wanted.is_empty() && help.idle.contains(&entry.id);
            let score = Reverse(fits?.iter().sum());
            Some((is_elsewhere, is_idle, score, entry.id))
        })
        .collect();
    found.sort_by_key(|&(is_elsewhere, is_idle, score, _)| (is_elsewhere, is_idle, score));
    found.into_iter().map(|(.., id)| id).collect()
}

/// How well a folded word fits an action: its name before a few letters of it,
/// and both before a word of what it does.
fn fit(entry: &Entry, word: &str) -> Option<i64> {
    let names = [entry.id.replace('-', " "), text::fold(entry.title)];
    let best = |fits: fn(&str, &str) -> bool| names.iter().any(|name| fits(name, word));
    if best(|name, word| name == word) {
        return Some(400);
    }
    if best(|name, word| name.starts_with(word)) {
        return Some(300);
    }
    if best(|name, word| name.contains(word)) {
        return Some(200);
    }
    let letters = names
        .iter()
        .filter_map(|name| MATCHER.fuzzy_match(name, word));
    letters
        .max()
        .map(|score| 100 + score.min(99))
        .or_else(|| text::fold(entry.doc).contains(word).then_some(50))
}

static MATCHER: LazyLock<SkimMatcherV2> = LazyLock::new(SkimMatcherV2::default);

/// Why an action cannot be done now, where it was asked for.
pub(crate) fn why_not(model: &Model, scope: Scope, entry: &Entry) -> Option<String> {
    if entry.works_in(scope) {
        return (entry.why_not)(model);
    }
    Some(format!("it works in {}", entry.places()))
}

fn size(body: Rect) -> (u16, u16) {
    (body.width.min(WIDEST), body.height.min(30))
}

/// Rows of actions that fit: but for the border, what is typed, and two lines on
/// the one under the cursor.
pub(crate) fn rows(body: Rect) -> usize {
    usize::from(size(body).1.saturating_sub(5))
}

/// Draws it.
pub(crate) fn draw(model: &Model, help: &Help, show: &Show<'_>, frame: &mut Frame<'_>, body: Rect) {
    let theme = show.theme;
    let title = if help.all {
        "Palette"
    } else {
        "What can be done here"
    };
    let inner = window(frame, show, body, size(body), title);
    let ids = ids(help);
    let line = |y| Rect {
        y,
        height: 1,
        ..inner
    };
    let width = usize::from(inner.width);
    for (n, id) in ids.iter().skip(help.list.top).take(rows(body)).enumerate() {
        let Some(entry) = Entry::of(id) else {
            continue;
        };
        let is_selected = help.list.cursor == Some(*id);
        let spans = row(model, help, entry, show, is_selected, width);
        frame.render_widget(
            Line::from(clip(spans, width)),
            line(inner.y + 1 + columns(n)),
        );
    }
    if let Some(entry) = help.list.current(&ids).and_then(Entry::of) {
        let says = match why_not(model, help.scope, entry) {
            Some(why) => format!("{}. Not now: {why}", entry.doc),
            None => format!("{}.", entry.doc),
        };
        let says = wrap(&text::safe(&says), width.saturating_sub(2));
        for (n, part) in says.into_iter().take(2).enumerate() {
            let at = line((inner.bottom() - 2 + columns(n)).max(inner.y));
            frame.render_widget(Line::from(span(format!(" {part}"), theme.strong)), at);
        }
    }
    if ids.is_empty() {
        let says = " Nothing is called that; Backspace widens.";
        frame.render_widget(Line::from(span(says, theme.dim)), line(inner.y + 1));
    }
    input_line(
        frame,
        show,
        line(inner.y),
        " Find  ",
        &help.input,
        "type a word",
        "",
    );
}

/// Where its rows stand, for the mouse.
pub(crate) fn rows_area(body: Rect) -> Rect {
    let inner = inside(middle(body, size(body)));
    Rect {
        y: inner.y.saturating_add(1),
        height: columns(rows(body)),
        ..inner
    }
}

fn row(
    model: &Model,
    help: &Help,
    entry: &Entry,
    show: &Show<'_>,
    is_selected: bool,
    width: usize,
) -> Vec<ratatui::text::Span<'static>> {
    let theme = show.theme;
    let why_not = why_not(model, help.scope, entry);
    let style = |s: Style| if is_selected { theme.selected } else { s };
    let keys = model.session.keys.keys(help.scope, entry.action).join(" ");
    let (name, rest) = match &why_not {
        Some(why) => (theme.dim, format!("not now: {}", text::safe(why))),
        None => (theme.strong, entry.doc.to_owned()),
    };
    vec![
        span(format!(" {} ", text::pad(&keys, KEYS)), style(theme.accent)),
        span(format!("{} ", text::pad(entry.id, 15)), style(name)),
        span(
            text::pad(&rest, width.saturating_sub(KEYS + 18)),
            style(theme.dim),
        ),
    ]
}
