//! The search for contacts: what is typed, and who fits, best first.
//!
//! ```text
//!  Search  joao▏
//!     #12  João Pereira            +351 912 345 678   @joao.p
//!  ▸   #3  Ana Souza               +55 11 98765 4321  BR.1349…
//! ```
//!
//! Letters are text here; Enter opens, the arrows move.

use crate::domain::identifier::Kind;
use crate::domain::text;
use crate::review::page::ContactHit;
use crate::tui::line::{clip, columns, span};
use crate::tui::model::Search;
use crate::tui::show::{self, Show};
use crate::tui::worker::HITS;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Lines above the list.
const HEAD: u16 = 2;

/// Where the rows of contacts stand, for the mouse.
pub(crate) fn rows_area(area: Rect) -> Rect {
    Rect {
        y: area.y.saturating_add(HEAD),
        height: area.height.saturating_sub(HEAD),
        ..area
    }
}

/// Draws it.
pub(crate) fn draw(search: &Search, show: &Show<'_>, frame: &mut Frame<'_>, area: Rect) {
    let theme = show.theme;
    let hits: &[ContactHit] = search.hits.rows.value.as_deref().unwrap_or_default();
    let line = |y| Rect {
        y,
        height: 1,
        ..area
    };
    let count = match hits.len() {
        0 => String::new(),
        HITS => format!("  the first {HITS}, type more to find others"),
        n => format!(
            "  {}",
            show::count(i64::try_from(n).unwrap_or(0), "contact", "contacts")
        ),
    };
    crate::tui::overlays::input_line(
        frame,
        show,
        line(area.y),
        " Search  ",
        &search.input,
        "name, username, phone, BSUID or number",
        &count,
    );
    if hits.is_empty() {
        let says = match (&search.hits.rows.error, &search.hits.rows.value) {
            (Some(error), _) => format!("  The search failed: {}", show.sentence(error)),
            (None, Some(_)) if search.input.value().trim().is_empty() => {
                "  No contacts yet. `reunite ingest FILE` brings traffic in.".into()
            }
            (None, Some(_)) => "  Nobody fits. Fewer letters find more.".into(),
            (None, None) => String::new(),
        };
        let below = line(area.y + HEAD);
        frame.render_widget(Paragraph::new(span(says, theme.dim)), below);
        return;
    }
    let room = usize::from(rows_area(area).height);
    for (n, hit) in hits
        .iter()
        .skip(search.hits.list.top)
        .take(room)
        .enumerate()
    {
        let is_selected = search.hits.list.cursor == Some(hit.contact);
        let spans = row(hit, show, usize::from(area.width), is_selected);
        frame.render_widget(
            Line::from(clip(spans, usize::from(area.width))),
            line(area.y + HEAD + columns(n)),
        );
    }
}

fn row(hit: &ContactHit, show: &Show<'_>, width: usize, is_selected: bool) -> Vec<Span<'static>> {
    let theme = show.theme;
    let style = |s: Style| if is_selected { theme.selected } else { s };
    let mark = if is_selected { "▸" } else { " " };
    let name = (width / 3).clamp(16, 40);
    let id = format!("#{}", hit.contact);
    let live = |kind: Kind, room: usize| {
        let mut held = hit.identifiers.iter().filter(|id| id.kind == kind);
        held.find(|id| id.state.is_live())
            .map(|id| show.brief(kind, &id.value, room))
    };
    let mut spans = vec![
        span(format!(" {mark}{id:>7}  "), style(theme.dim)),
        span(text::pad(&show.name(&hit.name), name), style(Style::new())),
    ];
    // The phone says most to a person; the BSUID where there is no phone, and
    // where there is room for both.
    let rest = width.saturating_sub(name + 11);
    let (phone, bsuid) = (live(Kind::Phone, 17), live(Kind::Bsuid, 17));
    let has_room = rest >= 60;
    let first = if has_room {
        phone
    } else {
        phone.or(bsuid.clone())
    };
    let mut cells = vec![first, live(Kind::Username, 18)];
    if has_room {
        cells.push(bsuid);
    }
    for cell in cells {
        let cell = text::pad(&cell.unwrap_or_default(), 18);
        spans.push(span(format!("  {cell}"), style(theme.dim)));
    }
    spans
}
