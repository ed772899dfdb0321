//! The terminal without a terminal: keys in, screen out, the store asked on
//! the spot. The clock moves only where a test moves it.

use super::fake::Fake;
use super::fixtures::NOW;
use crate::domain::time::Timestamp;
use crate::store::Store as _;
use crate::tui::clipboard::Way;
use crate::tui::finish::{Look, text_of};
use crate::tui::keymap::Keymap;
use crate::tui::model::{Effect, Model, Quit, Session};
use crate::tui::theme::{Scheme, Theme};
use crate::tui::update::{Msg, Next, start, update};
use crate::tui::view;
use crate::tui::worker::{self, Reply};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Color;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

pub(crate) struct App {
    pub(crate) model: Model,
    pub(crate) store: Fake,
    pub(crate) now: Timestamp,
    /// Effects other than reads and writes, as they came.
    pub(crate) other: Vec<Effect>,
    /// Whether the store answers; else what is asked waits in `held`.
    pub(crate) answers: bool,
    pub(crate) held: VecDeque<Effect>,
    terminal: Terminal<TestBackend>,
}

pub(crate) struct Setup {
    pub(crate) size: (u16, u16),
    pub(crate) read_only: bool,
    pub(crate) demo: bool,
    pub(crate) scheme: Scheme,
    pub(crate) colour: bool,
    pub(crate) look: Look,
    pub(crate) store: Fake,
    pub(crate) keys: BTreeMap<String, BTreeMap<String, String>>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            size: (120, 40),
            read_only: false,
            demo: false,
            scheme: Scheme::Terminal,
            colour: true,
            look: Look::default(),
            store: Fake::new(),
            keys: BTreeMap::new(),
        }
    }
}

impl App {
    pub(crate) fn new(setup: Setup) -> Self {
        Self::begun(setup, |_| {})
    }

    /// One that does not begin at the beginning.
    pub(crate) fn restored(restore: impl FnOnce(&mut Model)) -> Self {
        Self::begun(Setup::default(), restore)
    }

    fn begun(setup: Setup, restore: impl FnOnce(&mut Model)) -> Self {
        let session = Session {
            operator: "ines".into(),
            read_only: setup.read_only,
            demo: setup.demo,
            zone: jiff::tz::TimeZone::UTC,
            theme: Theme::new(setup.scheme, setup.colour),
            look: setup.look,
            clipboard: Way::Direct,
            batch_confidence: 0.95,
            keys: Keymap::new(&setup.keys).unwrap(),
        };
        let (width, height) = setup.size;
        let mut app = Self {
            model: Model::new(session, setup.size, NOW),
            store: setup.store,
            now: NOW,
            other: Vec::new(),
            answers: true,
            held: VecDeque::new(),
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
        };
        restore(&mut app.model);
        start(&mut app.model);
        let effects = app.model.take_effects();
        app.perform(effects);
        app
    }

    pub(crate) fn sized(width: u16, height: u16) -> Self {
        Self::new(Setup {
            size: (width, height),
            ..Setup::default()
        })
    }

    /// Takes a message in, and whatever follows from it.
    pub(crate) fn take(&mut self, msg: Msg) -> bool {
        let Next { draw, effects } = update(&mut self.model, self.now, msg);
        self.perform(effects);
        draw
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        self.held.extend(effects);
        if self.answers {
            self.answer();
        }
    }

    /// Answers all that is asked, and what is asked in turn.
    pub(crate) fn answer(&mut self) {
        while self.answer_one() {}
    }

    /// Answers what was asked first; false if nothing is.
    pub(crate) fn answer_one(&mut self) -> bool {
        let reply = match self.held.pop_front() {
            None => return false,
            Some(Effect::Read(ticket, read)) => {
                Reply::Found(ticket, worker::read(&self.store, read))
            }
            Some(Effect::Write(write, by)) => worker::write(&mut self.store, &write, &by),
            Some(other) => {
                self.other.push(other);
                return true;
            }
        };
        let next = update(&mut self.model, self.now, Msg::Reply(reply));
        self.held.extend(next.effects);
        true
    }

    /// Presses keys as they are written in configuration, one after another.
    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ') {
            // Answers are taken only from one who has looked.
            if matches!(key, "m" | "s" | "a" | "x" | "r" | "z") {
                self.wait(500);
            }
            self.take(Msg::Key(event(key)));
        }
        self
    }

    /// Types text.
    pub(crate) fn enter(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.take(Msg::Key(KeyEvent::new(
                KeyCode::Char(c),
                KeyModifiers::NONE,
            )));
        }
        self
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, ms: i64) -> &mut Self {
        self.now = self.now.plus(ms);
        self
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.terminal.backend_mut().resize(width, height);
        self.take(Msg::Resize(width, height));
        self
    }

    /// What is on screen, without the blanks at the ends of lines.
    pub(crate) fn screen(&mut self) -> String {
        self.terminal
            .draw(|frame| view::draw(&self.model, frame))
            .unwrap();
        let lines = text_of(self.terminal.backend().buffer());
        lines.into_iter().map(|line| line + "\n").collect()
    }

    /// The cells as they were drawn.
    pub(crate) fn buffer(&mut self) -> Buffer {
        self.screen();
        self.terminal.backend().buffer().clone()
    }

    /// What is styled on screen, a run of one style a line: row, columns, style,
    /// text. Where the terminal's cursor stands comes last.
    pub(crate) fn styles(&mut self) -> String {
        let buffer = self.buffer();
        let mut out = String::new();
        for (y, row) in buffer
            .content
            .chunks(usize::from(buffer.area.width))
            .enumerate()
        {
            let mut from = 0;
            for run in row.chunk_by(|a, b| style(a) == style(b)) {
                let to = from + run.len();
                let text: String = run.iter().map(Cell::symbol).collect();
                if !style(&run[0]).is_empty() {
                    let says = format!("{y:>2} {from:>3}..{to:<3} {:24}", style(&run[0]));
                    writeln!(out, "{says} {}", text.trim_end()).unwrap();
                }
                from = to;
            }
        }
        let at = self.terminal.get_cursor_position().unwrap();
        writeln!(out, "cursor {} {}", at.y, at.x).unwrap();
        out
    }

    /// Whether a text is on screen.
    pub(crate) fn shows(&mut self, text: &str) -> bool {
        self.screen().contains(text)
    }

    /// The line with the cursor of the terminal.
    pub(crate) fn line_under_cursor(&mut self) -> String {
        let screen = self.screen();
        let y = usize::from(self.terminal.get_cursor_position().unwrap().y);
        screen.lines().nth(y).unwrap_or_default().to_owned()
    }

    pub(crate) fn has_quit(&self) -> bool {
        self.model.quit == Quit::Now
    }

    /// Another process writes.
    pub(crate) fn meanwhile(&mut self, change: impl FnOnce(&mut super::fake::Held)) -> &mut Self {
        let before = self.store.revision().unwrap();
        self.store.with(|held| {
            change(held);
            held.revision = before + 1;
        });
        self.take(Msg::Reply(Reply::Changed));
        self
    }
}

/// Compares what is on screen, and its styles, with the picture of that name,
/// which holds all sizes. Changed on purpose: look at the new picture, then
/// accept it.
pub(crate) fn pictures(
    name: &str,
    sizes: &[(u16, u16)],
    setup: impl Fn() -> Setup,
    drive: impl Fn(&mut App),
) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut picture = String::new();
    for &(width, height) in sizes {
        let mut app = App::new(Setup {
            size: (width, height),
            ..setup()
        });
        drive(&mut app);
        let (screen, styles) = (app.screen(), app.styles());
        writeln!(picture, "{width}x{height}\n{screen}---\n{styles}").unwrap();
    }
    settings.bind(|| insta::assert_snapshot!(name, picture));
}

/// A cell's style in words; nothing where it is the terminal's own.
fn style(cell: &Cell) -> String {
    let mut words = Vec::new();
    for (colour, ground) in [(cell.fg, ""), (cell.bg, "on ")] {
        if colour != Color::Reset {
            words.push(format!("{ground}{colour}").to_lowercase());
        }
    }
    words.extend(
        cell.modifier
            .iter_names()
            .map(|(name, _)| name.to_lowercase()),
    );
    words.join(" ")
}

/// A key as written: `j`, `G`, `ctrl-d`, `enter`.
pub(crate) fn event(key: &str) -> KeyEvent {
    let mut chars = key.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
    }
    crokey::parse(key).unwrap().into()
}
