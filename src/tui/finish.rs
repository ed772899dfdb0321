//! The last look at a frame before it goes out: the scheme's ground, and for
//! terminals and readers that need it no borders, no glyph beyond ASCII.
//!
//! Done on the cells, after everything was drawn: a screen need not know of it,
//! and none can forget it.

use super::theme::Theme;
use crate::domain::text;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Color;
use unicode_normalization::UnicodeNormalization as _;

/// How a session looks besides its colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Only ASCII.
    pub ascii: bool,
    /// No borders, no rules, no bars: text and its place.
    pub plain: bool,
}

/// Changes what was drawn accordingly.
pub(crate) fn finish(buffer: &mut Buffer, theme: &Theme, look: Look) {
    if theme.base.fg.is_some() || theme.base.bg.is_some() {
        for cell in &mut buffer.content {
            ground(cell, theme);
        }
    }
    if !look.ascii && !look.plain {
        return;
    }
    // A glyph of two columns leaves its second cell blank, which stays with it.
    let mut behind = 0;
    for cell in &mut buffer.content {
        if behind > 0 {
            behind -= 1;
            if look.ascii {
                cell.set_symbol("?");
            }
            continue;
        }
        let symbol = cell.symbol();
        if symbol.is_ascii() {
            continue;
        }
        let wide = text::width(symbol);
        if look.plain && is_line(symbol) {
            cell.set_symbol(" ");
        } else if look.ascii {
            let stand_in = ascii(symbol);
            cell.set_char(stand_in);
            behind = wide.saturating_sub(1);
        }
    }
}

/// What a drawing says as text, without the blanks at the ends of its lines.
pub(crate) fn text_of(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width.max(1));
    let line = |row: &[Cell]| {
        let mut line = String::new();
        let mut behind = 0;
        for cell in row {
            if behind > 0 {
                behind -= 1;
                continue;
            }
            behind = text::width(cell.symbol()).saturating_sub(1);
            line.push_str(cell.symbol());
        }
        line.truncate(line.trim_end().len());
        line
    };
    buffer.content.chunks(width).map(line).collect()
}

fn ground(cell: &mut Cell, theme: &Theme) {
    if cell.fg == Color::Reset {
        cell.fg = theme.base.fg.unwrap_or(Color::Reset);
    }
    if cell.bg == Color::Reset {
        cell.bg = theme.base.bg.unwrap_or(Color::Reset);
    }
}

/// Whether a glyph draws a line or fills a bar (U+2500 box drawing to U+259F
/// block elements).
fn is_line(symbol: &str) -> bool {
    symbol.chars().all(|c| matches!(c, '\u{2500}'..='\u{259F}'))
}

/// The one ASCII character that says most of a glyph: its letter without the
/// accent, a sign like it, else `?`.
fn ascii(symbol: &str) -> char {
    let first = symbol.chars().next().unwrap_or(' ');
    match first {
        // Two series of a chart are told apart by these.
        '█' | '≠' => '#',
        '▒' | '┊' => ':',
        '◆' => '!',
        '≈' | '━' | '\u{2580}'..='\u{259F}' => '=',
        '─' | '–' | '—' | '−' | '‐' | '‑' | '╌' => '-',
        '│' | '┃' => '|',
        '✓' | '✔' | '\u{2500}'..='\u{257F}' => '+',
        '▸' | '→' | '›' | '▶' => '>',
        '◂' | '←' | '‹' | '◀' => '<',
        '↑' | '▴' | '▲' => '^',
        '↓' | '▾' | '▼' => 'v',
        '●' | '•' | '★' => '*',
        '○' | '◌' | '◇' => 'o',
        '·' => '.',
        '…' => '~',
        '×' | '✗' => 'x',
        '“' | '”' | '„' => '"',
        '‘' | '’' => '\'',
        '\u{A0}' | '\u{202F}' | '\u{3000}' => ' ',
        _ => symbol
            .nfkd()
            .next()
            .filter(char::is_ascii_graphic)
            .unwrap_or('?'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Scheme;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    fn line(raw: &str, look: Look) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 24, 1));
        buffer.set_string(0, 0, raw, Style::new());
        finish(&mut buffer, &Theme::new(Scheme::Terminal, true), look);
        let cells: String = buffer.content.iter().map(Cell::symbol).collect();
        cells.trim_end().to_owned()
    }

    #[test]
    fn ascii_keeps_the_place_of_everything() {
        let look = Look {
            ascii: true,
            plain: false,
        };
        assert_eq!(line("▸≠ João · 東京 │━─╮", look), "># Joao . ???? |=-+");
        assert_eq!(line("é Иван 👨‍👩‍👧 x", look), "e ???? ?? x");
        for c in ('\0'..=char::MAX).filter(|c| !c.is_control()) {
            assert!(ascii(&c.to_string()).is_ascii(), "{c:?}");
        }
    }

    #[test]
    fn plain_leaves_no_line_and_all_text() {
        let look = Look {
            ascii: false,
            plain: true,
        };
        assert_eq!(line("╭ João ━━─ │ 96% ╮", look), "  João       96%");
    }

    #[test]
    fn a_scheme_fills_its_ground() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 1));
        let theme = Theme::new(Scheme::Light, true);
        finish(&mut buffer, &theme, Look::default());
        assert!(
            buffer
                .content
                .iter()
                .all(|cell| Some(cell.bg) == theme.base.bg)
        );
    }
}
