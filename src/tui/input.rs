//! Where messages come from outside: keys, and signals of the system.
//!
//! A thread waits for each and passes on what comes, so that the loop has one
//! place to wait at. Nothing is judged here.
//!
//! A terminal can vanish without a word: the signal that says so goes to the
//! shell alone, and one that ignores it (`nohup`) passes nothing on. Reading
//! keys then neither ends nor fails, it takes the end of the file for a key that
//! is still to come, again and again. So it is asked for: [`is_gone`].

use super::update::Msg;
use crossterm::event::{Event, read};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use std::io::{self, IsTerminal as _, stdout};
use std::sync::mpsc::Sender;
use std::thread::Builder;

/// Signals of the system, which from now on wait to be listened to.
pub(super) fn signals() -> io::Result<Signals> {
    Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT])
}

/// Starts both threads. They end with the process, or when nobody listens.
pub(super) fn listen(mut signals: Signals, to: &Sender<Msg>) -> io::Result<()> {
    let out = to.clone();
    Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            let msg = match signal {
                SIGTSTP => Msg::Suspend,
                SIGCONT => Msg::Continued,
                _ => Msg::End,
            };
            if out.send(msg).is_err() {
                return;
            }
        }
    })?;
    let out = to.clone();
    Builder::new().name("keys".into()).spawn(move || {
        loop {
            let msg = match read() {
                Ok(Event::Key(key)) => Msg::Key(key),
                Ok(Event::Paste(text)) => Msg::Paste(text),
                Ok(Event::Resize(width, height)) => Msg::Resize(width, height),
                Ok(Event::Mouse(event)) => Msg::Mouse(event),
                Ok(Event::FocusGained | Event::FocusLost) => continue,
                // No terminal, no keys: nothing is left to wait for.
                Err(_) => Msg::End,
            };
            let is_end = matches!(msg, Msg::End);
            if out.send(msg).is_err() || is_end {
                return;
            }
        }
    })?;
    Ok(())
}

/// Whether the terminal that was drawn on is there no more: a line that was cut
/// is no terminal, whatever signal was sent or ignored.
pub(super) fn is_gone() -> bool {
    !stdout().is_terminal()
}
