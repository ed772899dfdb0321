//! A pseudo-terminal with the program in it. One thread feeds what comes out to
//! a parser, another waits for the end; tests wait for what they want to see.

use portable_pty::{CommandBuilder, MasterPty, PtyPair, PtySize, SlavePty, native_pty_system};
use std::fmt::Debug;
use std::fs;
use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long anything may take.
const DEADLINE: Duration = Duration::from_secs(30);
/// How long nothing may come before it is looked again.
const PAUSE: Duration = Duration::from_millis(50);

/// The directories of one operator.
pub(super) struct Home(tempfile::TempDir);

impl Home {
    pub(super) fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::create_dir(home.temporary()).unwrap();
        home
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Where the program puts what it throws away.
    pub(super) fn temporary(&self) -> PathBuf {
        self.path().join("tmp")
    }

    fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("HOME", self.path().to_owned()),
            ("XDG_DATA_HOME", self.path().join("data")),
            ("XDG_CONFIG_HOME", self.path().join("config")),
            ("TMPDIR", self.temporary()),
            ("USER", "nobody".into()),
            ("REUNITE_OPERATOR", "ines".into()),
            ("TERM", "xterm-256color".into()),
        ]
    }

    /// Runs the program outside of the terminal.
    pub(super) fn run(&self, args: &[&str]) -> Output {
        let output = Command::new(env!("CARGO_BIN_EXE_reunite"))
            .env_clear()
            .envs(self.environment())
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "{args:?} {output:?}");
        output
    }

    /// Starts the program in a terminal of this many columns and rows.
    pub(super) fn open(&self, size: (u16, u16), args: &[&str]) -> Terminal {
        self.open_with(size, args, &[])
    }

    /// The same with more in its environment.
    pub(super) fn open_with(
        &self,
        size: (u16, u16),
        args: &[&str],
        more: &[(&str, &str)],
    ) -> Terminal {
        let mut command = self.command(env!("CARGO_BIN_EXE_reunite"));
        for (name, value) in more {
            command.env(name, value);
        }
        command.args(args);
        Terminal::new(size, command)
    }

    /// Starts it from a shell that ignores SIGHUP, and so keeps it to itself.
    pub(super) fn open_under_nohup(&self, size: (u16, u16), args: &[&str]) -> Terminal {
        let mut command = self.command("/bin/sh");
        // Not the last command: the shell would become the program.
        command.args(["-c", "trap '' HUP; \"$0\" \"$@\"; exit $?"]);
        command.arg(env!("CARGO_BIN_EXE_reunite"));
        command.args(args);
        Terminal::new(size, command)
    }

    fn command(&self, program: &str) -> CommandBuilder {
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        command.cwd(self.path());
        command
    }
}

struct Seen {
    parser: vt100::Parser,
    /// The exit code, or the signal that ended it.
    ended: Option<Result<u32, String>>,
    /// Whether nobody looks any more.
    closed: bool,
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

fn lock(shared: &Shared) -> MutexGuard<'_, Seen> {
    shared.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A terminal in which the program runs.
pub(super) struct Terminal {
    shared: Shared,
    /// Both sides, until the terminal is closed. The slave is held so that the
    /// modes can be read after the program has ended.
    pty: Option<(Box<dyn SlavePty + Send>, Box<dyn MasterPty + Send>)>,
    keys: Option<Box<dyn Write + Send>>,
    reader: Option<JoinHandle<()>>,
    process: u32,
    /// How the modes were before.
    modes: String,
}

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        ..PtySize::default()
    }
}

/// Echo, line by line and the like, as the system has them.
fn modes(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().unwrap();
    let flags: [&dyn Debug; 3] = [&modes.input_flags, &modes.output_flags, &modes.local_flags];
    format!("{flags:?}")
}

impl Terminal {
    fn new(size: (u16, u16), command: CommandBuilder) -> Self {
        let PtyPair { slave, master } = native_pty_system().openpty(pty_size(size)).unwrap();
        let parser = vt100::Parser::new(cells(size.1), cells(size.0), 0);
        let seen = Seen {
            parser,
            ended: None,
            closed: false,
        };
        let shared: Shared = Arc::new((Mutex::new(seen), Condvar::new()));
        let modes = modes(&*master);
        let mut output = master.try_clone_reader().unwrap();
        let keys = master.take_writer().unwrap();
        let mut child = slave.spawn_command(command).unwrap();
        let process = child.process_id().unwrap();
        let to = Arc::clone(&shared);
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 1 << 14];
            // A terminal that nobody writes to any more is an error on Linux.
            while let Ok(n @ 1..) = output.read(&mut bytes) {
                let mut seen = lock(&to);
                seen.parser.process(&bytes[..n]);
                to.1.notify_all();
                if seen.closed {
                    return;
                }
            }
        });
        let to = Arc::clone(&shared);
        std::thread::spawn(move || {
            let status = child.wait().unwrap();
            let signal = status.signal().map(str::to_owned);
            lock(&to).ended = Some(signal.map_or(Ok(status.exit_code()), Err));
            to.1.notify_all();
        });
        Self {
            shared,
            pty: Some((slave, master)),
            keys: Some(keys),
            reader: Some(reader),
            process,
            modes,
        }
    }

    /// Waits until something is so.
    fn wait<T>(&self, what: &str, mut is: impl FnMut(&Seen) -> Option<T>) -> T {
        let until = Instant::now() + DEADLINE;
        let mut seen = lock(&self.shared);
        loop {
            if let Some(found) = is(&seen) {
                return found;
            }
            assert!(
                Instant::now() < until,
                "no {what} within {DEADLINE:?}; ended: {:?}\n{}",
                seen.ended,
                seen.parser.screen().contents()
            );
            seen = self.pause(seen);
        }
    }

    /// Waits for all of these texts at once, wherever the lines break.
    pub(super) fn sees(&self, texts: &[&str]) {
        self.wait(&format!("{texts:?}"), |seen| {
            let screen = words(&seen.parser.screen().contents());
            texts.iter().all(|text| screen.contains(text)).then_some(())
        });
    }

    /// Waits for a screen that is so.
    pub(super) fn sees_that(&self, what: &str, is: impl Fn(&vt100::Screen) -> bool) {
        self.wait(what, |seen| is(seen.parser.screen()).then_some(()));
    }

    /// What stands on the screen, all blanks and breaks as one space.
    pub(super) fn words(&self) -> String {
        words(&self.contents())
    }

    /// What stands on the screen, line by line.
    pub(super) fn contents(&self) -> String {
        lock(&self.shared).parser.screen().contents()
    }

    /// What is found on the screen as it is now.
    pub(super) fn seen<T>(&self, find: impl Fn(&vt100::Screen) -> T) -> T {
        find(lock(&self.shared).parser.screen())
    }

    pub(super) fn types(&mut self, keys: &str) {
        let to = self.keys.as_mut().unwrap();
        to.write_all(keys.as_bytes()).unwrap();
        to.flush().unwrap();
    }

    /// Answers the case in sight and waits for what is said then. A key that
    /// comes before anybody could have looked is refused; the program tells when
    /// it may come again.
    pub(super) fn answers(&mut self, key: &str, says: &str) {
        self.types(key);
        let is_refused = self.wait(says, |seen| {
            let screen = words(&seen.parser.screen().contents());
            let is_done = screen.contains(says).then_some(false);
            let may_come = screen.contains("Now it can be answered.");
            is_done.or(may_come.then_some(true))
        });
        if is_refused {
            self.types(key);
            self.sees(&[says]);
        }
    }

    /// Makes it this large, and empties what is seen, so that only what is
    /// drawn anew counts.
    pub(super) fn resize(&self, size: (u16, u16)) {
        let mut seen = lock(&self.shared);
        seen.parser.set_size(cells(size.1), cells(size.0));
        seen.parser.process(b"\x1b[2J");
        let (_, master) = self.pty.as_ref().unwrap();
        master.resize(pty_size(size)).unwrap();
    }

    /// Sends a signal by its name.
    pub(super) fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.args(["-s", name, &self.process.to_string()]);
        assert!(kill.status().unwrap().success());
    }

    /// Whether the terminal is as it was before the program took it.
    fn is_given_back(&self, seen: &Seen) -> bool {
        let (_, master) = self.pty.as_ref().unwrap();
        let screen = seen.parser.screen();
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
            && modes(&**master) == self.modes
    }

    /// Waits until the program has given the terminal back and stopped, then
    /// continues it, until it has the terminal again.
    pub(super) fn continues_after_a_stop(&self) {
        self.wait("restored terminal", |seen| {
            self.is_given_back(seen).then_some(())
        });
        // It may be on the way to its stop still, and miss the first ones.
        let until = Instant::now() + DEADLINE;
        while !self.seen(vt100::Screen::alternate_screen) {
            assert!(Instant::now() < until, "it does not go on");
            self.signal("CONT");
            drop(self.pause(lock(&self.shared)));
        }
    }

    /// Waits for a change of the screen, not for long: nobody tells of a change
    /// of the modes.
    fn pause<'a>(&self, seen: MutexGuard<'a, Seen>) -> MutexGuard<'a, Seen> {
        let woken = self.shared.1.wait_timeout(seen, PAUSE);
        woken.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Takes the terminal away, as a connection that breaks does.
    pub(super) fn close(&mut self) {
        lock(&self.shared).closed = true;
        // The reader holds it open until something is drawn.
        self.resize((81, 24));
        self.reader.take().unwrap().join().unwrap();
        self.keys = None;
        self.pty = None;
    }

    /// Waits for the end: the exit code, or the name of a signal.
    pub(super) fn ends(&self) -> Result<u32, String> {
        self.wait("end", |seen| seen.ended.clone())
    }

    /// Waits for the end, and for all that was written before it, and checks
    /// that the terminal is as it was.
    pub(super) fn ends_restored(&mut self) -> Result<u32, String> {
        let ended = self.ends();
        let (slave, master) = self.pty.take().unwrap();
        assert_eq!(modes(&*master), self.modes, "the modes are as they were");
        drop(slave);
        self.reader.take().unwrap().join().unwrap();
        let seen = lock(&self.shared);
        let screen = seen.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        let mouse = screen.mouse_protocol_mode();
        assert_eq!(mouse, vt100::MouseProtocolMode::None, "the mouse is let go");
        ended
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if lock(&self.shared).ended.is_none() {
            // A test that failed leaves nothing running.
            let mut kill = Command::new("kill");
            let _ = kill
                .args(["-s", "KILL", &self.process.to_string()])
                .status();
        }
    }
}

fn words(raw: &str) -> String {
    raw.split_whitespace().collect::<Vec<_>>().join(" ")
}
