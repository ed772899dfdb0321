//! The terminal without a terminal: keys in, screen out, the store asked on
//! the spot. The clock moves only where a test moves it.

use super::fake::Fake;
use super::fixtures::NOW;
use crate::domain::time::Timestamp;
use crate::store::Store as _;
use crate::tui::keymap::Keymap;
use crate::tui::model::{Effect, Model, Quit, Session};
use crate::tui::theme::Theme;
use crate::tui::update::{Msg, Next, start, update};
use crate::tui::view;
use crate::tui::worker::{self, Reply};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::collections::{BTreeMap, VecDeque};

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
    pub(crate) store: Fake,
    pub(crate) keys: BTreeMap<String, BTreeMap<String, String>>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            size: (120, 40),
            read_only: false,
            demo: false,
            store: Fake::new(),
            keys: BTreeMap::new(),
        }
    }
}

impl App {
    pub(crate) fn new(setup: Setup) -> Self {
        let session = Session {
            operator: "ines".into(),
            read_only: setup.read_only,
            demo: setup.demo,
            zone: jiff::tz::TimeZone::UTC,
            theme: Theme::new(true),
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
        while let Some(effect) = self.held.pop_front() {
            let reply = match effect {
                Effect::Read(ticket, read) => Reply::Found(ticket, worker::read(&self.store, read)),
                Effect::Write(write, by) => {
                    Reply::Written(worker::write(&mut self.store, &write, &by))
                }
                other => {
                    self.other.push(other);
                    continue;
                }
            };
            let next = update(&mut self.model, self.now, Msg::Reply(reply));
            self.held.extend(next.effects);
        }
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
        let buffer = self.terminal.backend().buffer().clone();
        let width = usize::from(buffer.area.width.max(1));
        let mut out = String::new();
        for row in buffer.content().chunks(width) {
            let mut line = String::new();
            let mut skip = 0;
            for cell in row {
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                skip = crate::domain::text::width(cell.symbol()).saturating_sub(1);
                line.push_str(cell.symbol());
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
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

/// A key as written: `j`, `G`, `ctrl-d`, `enter`.
pub(crate) fn event(key: &str) -> KeyEvent {
    let mut chars = key.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
    }
    crokey::parse(key).unwrap().into()
}
