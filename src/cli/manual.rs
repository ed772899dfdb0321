//! `reunite completions` and `reunite man`: both made from the definitions
//! that read the command line, so neither can be stale.

use super::args::Cli;
use super::world::World;
use crate::error::{Exit, Failure};
use crate::tui;
use clap::CommandFactory as _;
use clap_complete::Shell;
use std::fmt::Write as _;
use std::io::Write as _;

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite completions bash > ~/.local/share/bash-completion/completions/reunite
  reunite completions zsh > ~/.zfunc/_reunite
  reunite completions fish > ~/.config/fish/completions/reunite.fish")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Print the manual page, of the program or of one command
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite man | man -l -
  reunite man decide > ~/.local/share/man/man1/reunite-decide.1")]
pub(super) struct Man {
    /// The command
    command: Option<String>,
}

pub(super) fn completions(args: &Completions, world: &mut World<'_>) -> anyhow::Result<Exit> {
    // Into memory first: clap_complete panics on a closed pipe.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "reunite", &mut text);
    world.out.write_all(&text)?;
    world.out.flush()?;
    Ok(Exit::Done)
}

pub(super) fn page(args: &Man, world: &mut World<'_>) -> anyhow::Result<Exit> {
    let mut program = Cli::command();
    program.build();
    let command = match &args.command {
        None => program,
        Some(name) => {
            let found = program.find_subcommand(name).cloned();
            found.ok_or_else(|| {
                Failure::usage(
                    format!("'{name}' is no command"),
                    "`reunite --help` lists the commands",
                )
            })?
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(command).render(&mut text)?;
    if args.command.is_none() {
        text.extend(environment().into_bytes());
        text.extend(keys().into_bytes());
    }
    world.out.write_all(&text)?;
    world.out.flush()?;
    Ok(Exit::Done)
}

/// The variables of the environment that are heeded; a test holds them against
/// those that the sources read.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("REUNITE_STORE", "The store, as --store."),
    ("REUNITE_CONFIG", "The configuration, as --config."),
    ("REUNITE_OPERATOR", "Who decides, as --operator."),
    (
        "XDG_DATA_HOME, XDG_CONFIG_HOME, XDG_STATE_HOME, HOME",
        "Where the store, the configuration and what the review terminal remembers lie.",
    ),
    ("USER, LOGNAME", "Who decides, where nothing else says so."),
    (
        "NO_COLOR",
        "If it is not empty, there is no colour, neither in tables nor in the review terminal.",
    ),
    (
        "COLUMNS",
        "How wide tables are, from 40 on; without it as wide as the terminal, else 80.",
    ),
    (
        "TERM, TMUX",
        "On a terminal called dumb, tables have no colour; in tmux and GNU screen, copying goes through them.",
    ),
    ("TZ", "The zone of the times in the review terminal."),
    (
        "TMPDIR",
        "Where the demo and dry runs have what they throw away.",
    ),
];

fn environment() -> String {
    let mut out = String::from(".SH ENVIRONMENT\n");
    for (names, does) in ENVIRONMENT {
        // Writing to a String cannot fail.
        let _ = write!(out, ".TP\n\\fB{}\\fR\n{}\n", roff(names), roff(does));
    }
    out
}

/// The keys of the review terminal, as a section of the manual page.
fn keys() -> String {
    let mut out = String::from(
        ".SH KEYS\nIn the review terminal, by default; `[keys.SCOPE]` of the configuration binds \
         a key to the action named in brackets.\n",
    );
    for line in tui::key_lines() {
        let keys = if line.keys.is_empty() {
            ":".to_owned() + line.id
        } else {
            line.keys.join("  ")
        };
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            ".TP\n\\fB{}\\fR\n{} [{}; {}]\n",
            roff(&keys),
            roff(line.doc),
            line.id,
            line.places
        );
    }
    out
}

/// Text as roff takes it for text.
fn roff(raw: &str) -> String {
    let text = raw.replace('\\', "\\e").replace('-', "\\-");
    // A sign that would begin a request.
    if text.starts_with(['.', '\'']) {
        format!("\\&{text}")
    } else {
        text
    }
}
