//! The terminal: taken over, drawn on, and given back whatever happens.
//!
//! Raw mode, the alternate screen, bracketed paste and the mouse are set, and the wrapping of
//! lines is off (a glyph wider than we think would go on in the next row), when the guard is
//! made and unset when it is dropped: after quitting, after an error, and after
//! a panic, whose hook restores first and only then speaks. Suspending gives
//! the terminal back until the shell continues the program. What is drawn, and
//! when, is decided elsewhere.

use super::columns::{Columns, ask_for_whole_rows};
use crate::domain::text;
use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, DisableLineWrap, EnableLineWrap, EndSynchronizedUpdate,
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal};
use signal_hook::consts::SIGTSTP;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufWriter, Write, stdout};
use std::os::fd::AsFd as _;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the terminal is ours. It is given back once: to leave the alternate
/// screen twice would move the cursor back over what was said in between.
static OURS: AtomicBool = AtomicBool::new(false);

/// How many columns the terminal of this process has, where there is one.
#[must_use]
pub fn columns() -> Option<usize> {
    let size = crossterm::terminal::size().ok();
    size.map(|(columns, _)| usize::from(columns))
}

/// A terminal that is given back when this is dropped.
pub(super) struct Guard {
    terminal: Terminal<Columns<CrosstermBackend<Whole<File>>>>,
    /// Whether a frame is being written.
    in_frame: Rc<Cell<bool>>,
    /// Whether the mouse is listened to.
    mouse: bool,
}

/// Buttons and the wheel, in coordinates of any size; not every motion, which
/// would wake the program for nothing.
const LISTEN_TO_MOUSE: &str = "\x1b[?1000h\x1b[?1006h";

impl Guard {
    /// Takes the terminal over.
    pub(super) fn new() -> io::Result<Self> {
        report_panics();
        let in_frame = Rc::new(Cell::new(false));
        let taken = enter().and_then(|()| {
            let whole = Whole {
                to: screen()?,
                in_frame: Rc::clone(&in_frame),
            };
            Terminal::new(Columns::new(CrosstermBackend::new(whole)))
        });
        if taken.is_err() {
            restore();
        }
        Ok(Self {
            terminal: taken?,
            in_frame,
            mouse: false,
        })
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws what differs, as one update: a terminal that knows how shows
    /// nothing half-drawn.
    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        // A panic in another thread gave it back: its words stay.
        if !OURS.load(Ordering::SeqCst) {
            return Ok(());
        }
        draw_whole(&mut self.terminal, &self.in_frame, draw)
    }

    /// Takes the terminal anew, whatever it was set to, and forgets what it
    /// shows: after a stop, or when somebody else wrote on it.
    pub(super) fn repaint(&mut self) -> io::Result<()> {
        // The shell may have changed the mode behind the back of the library,
        // which would take it for set.
        restore();
        enter()?;
        self.mouse(self.mouse)?;
        // Not `clear`, which asks the terminal where its cursor is: the thread
        // that reads keys would take the answer.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }

    /// Listens to the mouse, or no longer.
    pub(super) fn mouse(&mut self, on: bool) -> io::Result<()> {
        if on {
            self.send(LISTEN_TO_MOUSE)?;
        } else if self.mouse {
            execute!(self.terminal.backend_mut().to, DisableMouseCapture)?;
        }
        self.mouse = on;
        Ok(())
    }

    /// Sends the terminal something that is not drawn.
    pub(super) fn send(&mut self, sequence: &str) -> io::Result<()> {
        let out = &mut self.terminal.backend_mut().to;
        out.write_all(sequence.as_bytes())?;
        io::Write::flush(out)
    }

    /// Gives the terminal back and stops, until the shell continues.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        restore();
        signal_hook::low_level::emulate_default_handler(SIGTSTP)?;
        self.repaint()
    }
}

/// Draws a frame, as one update and one write.
fn draw_whole<W: Write>(
    terminal: &mut Terminal<Columns<CrosstermBackend<Whole<W>>>>,
    in_frame: &Cell<bool>,
    draw: impl FnOnce(&mut Frame<'_>),
) -> io::Result<()> {
    in_frame.set(true);
    queue!(terminal.backend_mut().to, BeginSynchronizedUpdate)?;
    let drawn = terminal.draw(|frame| {
        draw(frame);
        ask_for_whole_rows(frame.buffer_mut());
        panic_if_asked();
    });
    let drawn = drawn.map(|_| ());
    in_frame.set(false);
    execute!(terminal.backend_mut().to, EndSynchronizedUpdate)?;
    drawn
}

/// Sends a frame in one piece: the library flushes after the cells, after the
/// cursor and at the end, and each would wake whoever shows it.
struct Whole<W: Write> {
    to: BufWriter<W>,
    in_frame: Rc<Cell<bool>>,
}

impl<W: Write> Write for Whole<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.in_frame.get() {
            return Ok(());
        }
        self.to.flush()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.in_frame.set(false);
        // What is still buffered belongs on the alternate screen. Nothing can be
        // done about a terminal that is gone.
        let _ = io::Write::flush(&mut self.terminal.backend_mut().to);
        restore();
    }
}

/// What is drawn on: standard output, but past the buffer that the whole program
/// shares. What a terminal that vanished did not take would wait there for
/// whoever writes or flushes next.
fn screen() -> io::Result<BufWriter<File>> {
    let file = File::from(stdout().as_fd().try_clone_to_owned()?);
    Ok(BufWriter::with_capacity(1 << 16, file))
}

fn enter() -> io::Result<()> {
    OURS.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(
        screen()?,
        EnterAlternateScreen,
        EnableBracketedPaste,
        DisableLineWrap
    )
}

/// Gives the terminal back, if it is ours.
fn restore() {
    if !OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    // The terminal may be gone: there is nobody left to tell.
    let _ = screen().and_then(|mut screen| {
        execute!(
            screen,
            EndSynchronizedUpdate,
            DisableBracketedPaste,
            DisableMouseCapture,
            EnableLineWrap,
            LeaveAlternateScreen,
            Show
        )
    });
    let _ = disable_raw_mode();
}

/// Panics in the middle of a drawing, for the test that looks at what is left
/// of the terminal; never in a release build.
fn panic_if_asked() {
    #[cfg(debug_assertions)]
    assert!(
        std::env::var_os("REUNITE_PANIC").is_none_or(|place| place != "drawing"),
        "REUNITE_PANIC asked for this"
    );
}

/// On a panic, in whichever thread: the terminal first, then a few words.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        restore();
        let said = panic
            .payload_as_str()
            .unwrap_or("something that has no words");
        let place = panic
            .location()
            .map_or_else(String::new, |at| format!(" ({at})"));
        let where_to = match env!("CARGO_PKG_REPOSITORY") {
            "" => "to its maintainers".to_owned(),
            url => format!("at {url}/issues"),
        };
        // Standard error may be closed: eprintln would panic within the panic.
        let _ = writeln!(
            io::stderr(),
            "reunite {} stopped because of a mistake in it: {}{place}\n\
             A decision is saved whole or not at all; the store is as the last one left it.\n\
             Please report this {where_to}, with what you did last.",
            env!("CARGO_PKG_VERSION"),
            // It may quote what a customer wrote.
            text::safe(said),
        );
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::TerminalOptions;
    use ratatui::Viewport;
    use ratatui::widgets::Paragraph;
    use std::cell::RefCell;

    /// What was written at once.
    #[derive(Clone, Default)]
    struct Pieces(Rc<RefCell<Vec<Vec<u8>>>>);

    impl Write for Pieces {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().push(bytes.to_owned());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_with_a_cursor_is_written_in_one_piece() {
        let pieces = Pieces::default();
        let in_frame = Rc::new(Cell::new(false));
        let backend = Columns::new(CrosstermBackend::new(Whole {
            to: BufWriter::new(pieces.clone()),
            in_frame: Rc::clone(&in_frame),
        }));
        let viewport = Viewport::Fixed(Rect::new(0, 0, 20, 3));
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport });
        let mut terminal = terminal.unwrap();
        for text in ["ana", "joão"] {
            draw_whole(&mut terminal, &in_frame, |frame| {
                frame.render_widget(Paragraph::new(text), frame.area());
                frame.set_cursor_position(Position::ORIGIN);
            })
            .unwrap();
        }
        let written = pieces.0.borrow();
        assert_eq!(written.len(), 2, "{written:?}");
        for frame in &*written {
            assert!(frame.starts_with(b"\x1b[?2026h") && frame.ends_with(b"\x1b[?2026l"));
        }
    }
}
