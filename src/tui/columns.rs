//! Keeps every cell in its column, whatever the terminal makes of a glyph.
//!
//! Terminals do not agree how wide emoji sequences and the clusters of Indic,
//! Thai and Arabic script are. One that takes a glyph for wider than we do
//! would shift what stands behind it, even a number that is decided by; one
//! that takes it for narrower would leave there what stood there before, for
//! ever. So a row with such a glyph is written whole, each glyph on blanks and
//! the cursor set anew behind it. All other rows are left to the library.

use crate::domain::text;
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Buffer, Cell, CellDiffOption};
use ratatui::layout::{Position, Size};
use std::collections::BTreeMap;
use std::iter::once;

/// A backend that trusts no terminal to measure a glyph as we do.
pub(super) struct Columns<B> {
    /// What writes.
    pub(super) to: B,
    /// The rows that were written whole, as they are on screen.
    whole: BTreeMap<u16, Vec<(u16, Cell)>>,
}

impl<B> Columns<B> {
    pub(super) fn new(to: B) -> Self {
        let whole = BTreeMap::new();
        Self { to, whole }
    }
}

/// Has the rows written whole that hold a glyph of doubtful width. Those that
/// held one before are so too, since their cells differ in what is asked here.
pub(super) fn ask_for_whole_rows(buffer: &mut Buffer) {
    let width = usize::from(buffer.area.width.max(1));
    for row in buffer.content.chunks_mut(width) {
        if row.iter().any(|cell| is_doubtful(cell.symbol())) {
            for cell in row {
                cell.set_diff_option(CellDiffOption::AlwaysUpdate);
            }
        }
    }
}

/// Whether terminals may differ about the width of a glyph: all but single code
/// points of alphabets, drawings and Han, Kana and Hangul.
fn is_doubtful(symbol: &str) -> bool {
    if symbol.is_ascii() {
        return false;
    }
    let mut chars = symbol.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else {
        return true;
    };
    !matches!(
        c,
        '\0'..='\u{2FF}'
            | '\u{370}'..='\u{482}'
            | '\u{48A}'..='\u{58F}'
            | '\u{1E00}'..='\u{1FFF}'
            | '\u{2010}'..='\u{2027}'
            | '\u{2030}'..='\u{205E}'
            | '\u{2190}'..='\u{22FF}'
            | '\u{2400}'..='\u{2421}'
            | '\u{2500}'..='\u{25FC}'
            | '\u{3001}'..='\u{3029}'
            | '\u{3041}'..='\u{3096}'
            | '\u{309B}'..='\u{30FF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{AC00}'..='\u{D7A3}'
    )
}

impl<B: Backend> Columns<B> {
    /// Writes a row from left to right, each glyph of doubtful width on blanks,
    /// and what comes next where it belongs.
    fn write_whole(&mut self, y: u16, row: &[(u16, Cell)]) -> Result<(), B::Error> {
        let mut certain: Vec<(u16, u16, &Cell)> = Vec::new();
        // A glyph covers the columns before this one.
        let mut free = 0;
        for (x, cell) in row {
            if *x < free {
                continue;
            }
            if !is_doubtful(cell.symbol()) {
                certain.push((*x, y, cell));
                continue;
            }
            self.to.draw(certain.drain(..))?;
            let columns = u16::try_from(text::width(cell.symbol())).unwrap_or(1);
            free = x.saturating_add(columns.max(1));
            let mut blank = cell.clone();
            blank.set_symbol(" ");
            self.to.draw((*x..free).map(|x| (x, y, &blank)))?;
            self.to.draw(once((*x, y, cell)))?;
        }
        self.to.draw(certain.into_iter())
    }
}

impl<B: Backend> Backend for Columns<B> {
    type Error = B::Error;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), B::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        let mut certain = Vec::new();
        while let Some(first) = content.next() {
            if first.2.diff_option != CellDiffOption::AlwaysUpdate {
                self.whole.remove(&first.1);
                certain.push(first);
                continue;
            }
            let y = first.1;
            let rest = std::iter::from_fn(|| content.next_if(|next| next.1 == y));
            let row: Vec<(u16, Cell)> = once(first)
                .chain(rest)
                .map(|(x, _, cell)| (x, cell.clone()))
                .collect();
            if self.whole.get(&y) != Some(&row) {
                self.write_whole(y, &row)?;
                self.whole.insert(y, row);
            }
        }
        self.to.draw(certain.into_iter())
    }

    fn hide_cursor(&mut self) -> Result<(), B::Error> {
        self.to.hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), B::Error> {
        self.to.show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, B::Error> {
        self.to.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), B::Error> {
        self.to.set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), B::Error> {
        self.whole.clear();
        self.to.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), B::Error> {
        self.whole.clear();
        self.to.clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, B::Error> {
        self.to.size()
    }

    fn window_size(&mut self) -> Result<WindowSize, B::Error> {
        self.to.window_size()
    }

    fn flush(&mut self) -> Result<(), B::Error> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::backend::CrosstermBackend;
    use ratatui::layout::Rect;
    use ratatui::widgets::Paragraph;
    use ratatui::{Terminal, TerminalOptions, Viewport};
    use std::cell::RefCell;
    use std::io::{self, Write};
    use std::rc::Rc;

    /// A terminal of its own opinion: it takes every code point of an emoji
    /// sequence for a glyph of two columns.
    #[derive(Clone)]
    struct Other(Rc<RefCell<(vt100::Parser, usize)>>);

    impl Write for Other {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let (parser, written) = &mut *self.0.borrow_mut();
            parser.process(bytes);
            *written += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Seen {
        other: Other,
        terminal: Terminal<Columns<CrosstermBackend<Other>>>,
    }

    impl Seen {
        fn new() -> Self {
            let size = |n| std::num::NonZero::new(n).unwrap();
            let parser = vt100::Parser::new(size(3), size(24), 0);
            let other = Other(Rc::new(RefCell::new((parser, 0))));
            let backend = Columns::new(CrosstermBackend::new(other.clone()));
            let viewport = Viewport::Fixed(Rect::new(0, 0, 24, 3));
            let terminal = Terminal::with_options(backend, TerminalOptions { viewport });
            let terminal = terminal.unwrap();
            Self { other, terminal }
        }

        /// What the terminal shows then, and how many bytes that took.
        fn draw(&mut self, text: &str) -> (Vec<String>, usize) {
            self.other.0.borrow_mut().1 = 0;
            let drawn = self.terminal.draw(|frame| {
                frame.render_widget(Paragraph::new(text), frame.area());
                ask_for_whole_rows(frame.buffer_mut());
            });
            drawn.unwrap();
            let (parser, written) = &*self.other.0.borrow();
            let rows = parser.screen().rows(0, 24);
            (
                rows.map(|row| row.trim_end().to_owned()).collect(),
                *written,
            )
        }

        fn symbol(&self, x: u16) -> String {
            let screen = self.other.0.borrow();
            let cell = screen.0.screen().cell(0, x);
            cell.unwrap().contents().to_owned()
        }
    }

    #[test]
    fn a_glyph_that_the_terminal_takes_for_wider_moves_nothing() {
        for name in ["👨‍👩‍👧‍👦", "👍🏽", "🏳️‍🌈", "नमस्ते", "ำำ", "각한", "مرحبا", "Z͓͔͕͖͑͒"]
        {
            let mut seen = Seen::new();
            let columns = text::width(name);
            seen.draw(&format!("{name}|+55 11 99800"));
            let at = |n: usize| u16::try_from(columns + n).unwrap();
            let behind: String = (0..13).map(|n| seen.symbol(at(n))).collect();
            let expected = if behind.contains(' ') {
                "|+55 11 99800"
            } else {
                "|+551199800"
            };
            assert_eq!(behind, expected, "{name}");
        }
    }

    #[test]
    fn nothing_of_a_glyph_stays() {
        for name in ["👨‍👩‍👧‍👦", "👍🏽", "🏳️‍🌈", "नमस्ते", "ำำ"]
        {
            let mut seen = Seen::new();
            seen.draw(&format!("{name} {name}\nb {name}"));
            assert_eq!(seen.draw("ana  1\nb").0, ["ana  1", "b", ""], "{name}");
            // Nor of what stood where the terminal does not write.
            seen.draw("xxxxxxxxxxxx");
            seen.draw(name);
            let rest: String = (0..24).map(|x| seen.symbol(x)).collect();
            assert!(!rest.contains('x'), "{name} {rest}");
        }
    }

    #[test]
    fn a_row_that_stays_is_not_written_again() {
        let mut seen = Seen::new();
        let first = seen.draw("👍🏽 ana\nb").1;
        let second = seen.draw("👍🏽 ana\nc").1;
        assert!(second < first / 2, "{second} of {first}");
        // But after the screen was cleared, it is.
        seen.terminal.backend_mut().clear().unwrap();
        assert!(seen.draw("👍🏽 ana\nc").0[0].ends_with("ana"));
    }
}
