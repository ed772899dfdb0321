//! What any program of this kind cannot do without: take the terminal, draw a
//! text of its size once, wait for a key, give it back.

use super::Outcome;
use crossterm::event::{Event, read};
use crossterm::execute;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::widgets::Paragraph;
use std::fs;
use std::io::stdout;
use std::path::Path;

/// Draws what stands in a file.
pub(crate) fn run(text: &Path) -> Outcome<()> {
    let text = fs::read_to_string(text)?;
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen)?;
    let mut terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
    execute!(stdout(), BeginSynchronizedUpdate)?;
    terminal.draw(|frame| frame.render_widget(Paragraph::new(text), frame.area()))?;
    execute!(stdout(), EndSynchronizedUpdate)?;
    while !matches!(read()?, Event::Key(_)) {}
    execute!(stdout(), LeaveAlternateScreen)?;
    disable_raw_mode()?;
    Ok(())
}
