//! The command line: arguments in, a table or JSON lines out.
//!
//! One file a command, each with its options and its `run`. What all of them
//! stand on is `session`: the store, the operator, and the way out, which
//! makes foreign text safe. clap is known here and nowhere else; decisions
//! and their rules are not known here at all.
//!
//! A [`World`] holds what a run touches outside of its arguments, so that
//! tests can stand in for the terminal, the clock and the store.

mod approve;
mod args;
mod ask;
mod audit;
mod backup;
mod case;
mod cases;
mod claim;
mod config;
mod contact;
mod contacts;
mod decide;
pub mod demo;
mod doctor;
mod export;
mod import;
mod ingest;
mod json;
mod layout;
mod login;
mod manual;
mod proposals;
mod quarantine;
mod rescope;
mod resolve;
mod review;
mod screen;
mod session;
mod simulate;
mod stats;
mod table;
mod undo;
mod words;
mod world;

pub use world::{Stream, World};

use crate::domain::text;
use crate::error::{self, Exit};
use args::{Cli, Command};
use clap::Parser as _;
use session::Session;
use std::ffi::OsString;
use std::io::Write as _;
use std::sync::Arc;

/// Runs the program on its process's arguments.
#[must_use]
pub fn main() -> Exit {
    // A file that may grow no further is an error to be told, and no reason to
    // be killed by a signal in the middle of it.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    run(std::env::args_os(), &mut World::of_process())
}

/// Runs one command line; the first argument is the program's name.
pub fn run(args: impl IntoIterator<Item = OsString>, world: &mut World<'_>) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(usage) => return explain(&usage, world),
    };
    let json = cli.global.json;
    let ended = start(cli, world).and_then(|exit| {
        world.out.flush()?;
        Ok(exit)
    });
    match ended {
        Ok(exit) => exit,
        Err(error) => report(&error, json, world),
    }
}

fn start(cli: Cli, world: &mut World<'_>) -> anyhow::Result<Exit> {
    // Neither needs a store, nor a configuration in order.
    match cli.command {
        Some(Command::Completions(args)) => return manual::completions(&args, world),
        Some(Command::Man(args)) => return manual::page(&args, world),
        _ => {}
    }
    let checks = matches!(&cli.command, Some(Command::Config(args)) if args.is_check());
    let screen = matches!(&cli.command, None | Some(Command::Demo(_)));
    let session = &mut Session::start(cli.global, world, screen, checks)?;
    match cli.command {
        None => review::run(&cli.screen, session),
        Some(Command::Demo(args)) => demo::run(&args.with(&cli.screen), session),
        Some(Command::Ingest(args)) => ingest::run(&args, session),
        Some(Command::Import(args)) => import::run(&args, session),
        Some(Command::Cases(args)) => cases::run(&args, session),
        Some(Command::Case(args)) => case::run(&args, session),
        Some(Command::Contacts(args)) => contacts::run(&args, session),
        Some(Command::Contact(args)) => contact::run(&args, session),
        Some(Command::Resolve(args)) => resolve::run(&args, session),
        Some(Command::Ask(args)) => ask::run(&args, session),
        Some(Command::Decide(args)) => decide::run(&args, session),
        Some(Command::Approve(args)) => approve::run(&args, session),
        Some(Command::Proposals(args)) => proposals::run(&args, session),
        Some(Command::Claim(args)) => claim::run(&args, session),
        Some(Command::Release(args)) => claim::release(&args, session),
        Some(Command::Undo(args)) => undo::run(&args, session),
        Some(Command::Audit(args)) => audit::run(&args, session),
        Some(Command::Backup(args)) => backup::run(&args, session),
        Some(Command::Quarantine(args)) => quarantine::run(&args, session),
        Some(Command::Stats(args)) => stats::run(&args, session),
        Some(Command::Export(args)) => export::run(&args, session),
        Some(Command::Doctor(args)) => doctor::run(&args, session),
        Some(Command::Rescope(args)) => rescope::run(&args, session),
        Some(Command::Config(args)) => config::run(&args, session),
        Some(Command::Simulate(args)) => simulate::run(&args, session),
        Some(Command::Completions(_) | Command::Man(_)) => Ok(Exit::Done),
    }
}

/// Help, version, or what is wrong with the arguments, in clap's words.
fn explain(usage: &clap::Error, world: &mut World<'_>) -> Exit {
    let (to, exit) = if usage.use_stderr() {
        (&mut world.err, Exit::Usage)
    } else {
        (&mut world.out, Exit::Done)
    };
    let words = usage.render();
    // It quotes the arguments, which a script may have from anywhere.
    let plain = words.to_string();
    let safe: Vec<String> = plain.lines().map(|l| text::safe(l).into_owned()).collect();
    let is_safe = plain.lines().eq(safe.iter());
    let written = if !is_safe {
        writeln!(to, "{}", safe.join("\n"))
    } else if to.colour {
        write!(to, "{}", words.ansi())
    } else {
        write!(to, "{words}")
    };
    match written.and_then(|()| to.flush()) {
        Err(error) if exit == Exit::Done => report(&error.into(), false, world),
        _ => exit,
    }
}

/// Says on standard error what went wrong and what to do next; a refusal also
/// as JSON on standard output, for scripts.
fn report(error: &anyhow::Error, json: bool, world: &mut World<'_>) -> Exit {
    let exit = error::exit(error);
    if exit == Exit::Done {
        return exit;
    }
    if let (true, Some(refusal)) = (json, error::refusal(error)) {
        let _ = json::refused(refusal, &mut world.out);
    }
    // What was printed before the failure comes before it.
    let _ = world.out.flush();
    let (red, yellow, plain) = if world.err.colour {
        ("\x1b[1;31m", "\x1b[33m", "\x1b[0m")
    } else {
        ("", "", "")
    };
    let what = format!("{error:#}");
    let _ = writeln!(world.err, "{red}error:{plain} {}", text::safe(&what));
    if let Some(hint) = error::hint(error) {
        let _ = writeln!(world.err, "{yellow}hint:{plain} {}", text::safe(&hint));
    }
    exit
}
