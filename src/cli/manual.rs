//! `reunite completions` and `reunite man`: both made from the definitions
//! that read the command line, so neither can be stale.

use super::args::Cli;
use super::world::World;
use crate::error::{Exit, Failure};
use clap::CommandFactory as _;
use clap_complete::Shell;
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
    world.out.write_all(&text)?;
    world.out.flush()?;
    Ok(Exit::Done)
}
