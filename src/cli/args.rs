//! The command line as clap reads it: the global options, the list of
//! commands, and the readers of values that several commands take. A
//! command's own options stand in its own file.

use super::screen::Screen;
use super::{
    approve, ask, audit, backup, case, cases, claim, config, contact, contacts, decide, demo,
    doctor, export, import, ingest, manual, proposals, quarantine, rescope, resolve, simulate,
    stats, undo,
};
use crate::domain::case::CaseKind;
use crate::domain::identifier::Named;
use crate::domain::time::{DAY, HOUR, Timestamp};
use clap::builder::{OsStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

const ABOUT: &str = "\
Find where one WhatsApp customer stands in a store twice, or two customers as
one, and decide; every decision is logged and can be undone.

Without a command, the review terminal opens on the store.";

const EXAMPLES: &str = "\
Examples:
  reunite demo                          look around, on sample traffic
  reunite ingest webhooks.jsonl.gz      take traffic in; makes the store
  reunite import contacts.csv --dry-run what would this list bring?
  reunite                               review what it found
  reunite cases --kind phone_claimed    the same as a list
  reunite decide 7 merge --dry-run      what would happen?
  reunite resolve --phone +16315551181  which contact is this?

Exit codes: 0 done; 1 refused or failed; 2 wrong usage; 3 the store is locked,
newer than this program, not a reunite store, or damaged; 4 verification found
a fault or could not tell.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "reunite",
    version,
    about = "Review and repair the identities of WhatsApp customers",
    long_about = ABOUT,
    after_help = EXAMPLES,
    max_term_width = 100
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(flatten)]
    pub(super) screen: Screen,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// Options of every command, before or after its name.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// The store [default: $XDG_DATA_HOME/reunite/identity.db]
    #[arg(long, global = true, value_name = "PATH", env = "REUNITE_STORE")]
    #[arg(hide_env_values = true, value_parser = path())]
    pub(super) store: Option<PathBuf>,
    /// The configuration [default: $XDG_CONFIG_HOME/reunite/config.toml]
    #[arg(long, global = true, value_name = "PATH", env = "REUNITE_CONFIG")]
    #[arg(hide_env_values = true, value_parser = path())]
    pub(super) config: Option<PathBuf>,
    /// Who decides [default: the configuration's, else the login name] [env: REUNITE_OPERATOR]
    // The session reads the variable: `audit --operator` filters, and must see
    // what was written, not what the environment holds.
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) operator: Option<String>,
    /// Print one JSON object per line
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Refuse whatever would write to the store
    #[arg(long, global = true)]
    pub(super) read_only: bool,
    /// Say more on standard error; twice for more still
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Append a log to FILE
    #[arg(long, global = true, value_name = "FILE", value_parser = path())]
    pub(super) log: Option<PathBuf>,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Demo(demo::Args),
    Ingest(ingest::Args),
    Import(import::Args),
    Cases(cases::Args),
    Case(case::Args),
    Contacts(contacts::Args),
    Contact(contact::Args),
    Resolve(resolve::Args),
    Ask(ask::Args),
    Decide(decide::Args),
    Approve(approve::Args),
    Proposals(proposals::Args),
    Claim(claim::Args),
    Release(claim::Release),
    Undo(undo::Args),
    Audit(audit::Args),
    Backup(backup::Args),
    Quarantine(quarantine::Args),
    Stats(stats::Args),
    Export(export::Args),
    Doctor(doctor::Args),
    Rescope(rescope::Args),
    Config(config::Args),
    Simulate(simulate::Args),
    Completions(manual::Completions),
    Man(manual::Man),
}

/// A path; an empty one (an environment variable set to nothing) is allowed
/// here and counts as not given.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// A kind of case, by its word.
pub(super) fn case_kind() -> impl TypedValueParser<Value = CaseKind> {
    PossibleValuesParser::new(CaseKind::ALL.iter().map(|kind| kind.as_str()))
        .try_map(|word| CaseKind::parse(&word).ok_or("no such kind"))
}

/// `KIND:VALUE`.
pub(super) fn identifier(text: &str) -> Result<Named, String> {
    Named::parse(text)
}

/// A time: RFC 3339, or a date.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text)
        .ok_or_else(|| "not a time: write 2026-04-12T09:30:00Z or 2026-04-12".into())
}

/// A moment, by itself or by how long ago it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    At(Timestamp),
    /// Milliseconds.
    Ago(i64),
}

impl When {
    /// The moment, seen from `now`.
    pub(super) fn at(self, now: Timestamp) -> Timestamp {
        match self {
            When::At(at) => at,
            When::Ago(ms) => now.plus(-ms),
        }
    }
}

/// A time, or how long ago: `90s`, `90m`, `1h`, `2d`.
pub(super) fn time_or_ago(text: &str) -> Result<When, String> {
    let units = [("s", 1000), ("m", 60_000), ("h", HOUR), ("d", DAY)];
    let ago = units.into_iter().find_map(|(unit, ms)| {
        let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(ms).filter(|ms| *ms >= 0)
    });
    match ago {
        Some(ms) => Ok(When::Ago(ms)),
        None => time(text)
            .map(When::At)
            .map_err(|no| format!("{no}, or how long ago: 90m, 1h, 2d")),
    }
}

/// A confidence from 0 to 1.
pub(super) fn confidence(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(sure) if (0.0..=1.0).contains(&sure) => Ok(sure),
        _ => Err("not a number from 0 to 1".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_commands_of_the_contract_parse() {
        for line in [
            "reunite",
            "reunite --theme light --ascii --plain --fresh --read-only",
            "reunite demo",
            "reunite demo --theme high-contrast --plain",
            "reunite ingest",
            "reunite ingest - a.jsonl b.gz --format kapso --strict --portfolio eu",
            "reunite import x.csv --dry-run --strict --portfolio eu --map a=phone --map b=c=name",
            "reunite import -",
            "reunite quarantine list",
            "reunite quarantine retry",
            "reunite quarantine retry 3",
            "reunite quarantine show 3",
            "reunite cases",
            "reunite cases --state all --kind phone_claimed --min-confidence 0.5 --contact 3 \
             --limit 10 --after xyz",
            "reunite case 7",
            "reunite contacts",
            "reunite contacts ana souza --limit 3",
            "reunite contact 3",
            "reunite resolve --bsuid US.1@eu --phone +1 --username @z --portfolio eu",
            "reunite ask 3",
            "reunite ask 3 9 --identifier phone:16315551181",
            "reunite decide 7 merge",
            "reunite decide 7 merge --survivor 3 --reason why --dry-run --expect-version 2",
            "reunite decide 7 --dry-run --reason why merge",
            "reunite decide 7 relink --identifier bsuid:US.1@eu --to 9 --since 2026-04-12T09:30:00Z",
            "reunite decide 7 relink --identifier phone:+1631555 --to new",
            "reunite decide 7 keep-separate",
            "reunite decide 7 keep_separate",
            "reunite decide 7 accept",
            "reunite decide 7 reject",
            "reunite decide 7 defer --until 2026-12-01T00:00:00Z",
            "reunite approve",
            "reunite approve --kind phone_claimed --min-confidence 0.9 --ids 1 2,3 --limit 4",
            "reunite approve --dry-run --plan p.jsonl",
            "reunite approve --plan p.jsonl --sample 20 --seed 3",
            "reunite proposals",
            "reunite proposals --all",
            "reunite proposals confirm 3 4 --reason seen",
            "reunite proposals withdraw 3",
            "reunite proposals rule --adopt",
            "reunite claim 7 --for 1h",
            "reunite release 7",
            "reunite undo 41 --cascade --dry-run",
            "reunite undo --batch 5",
            "reunite undo --by ana --since 1h --dry-run",
            "reunite undo --by ana --since 2026-04-12 --until 90m --cascade",
            "reunite audit --since 3 --operator ana --contact 9",
            "reunite audit verify",
            "reunite audit verify --head abc",
            "reunite audit verify log.jsonl --head abc",
            "reunite audit export log.jsonl",
            "reunite backup copy.db",
            "reunite doctor --replay",
            "reunite rescope --dry-run --cascade --reason why",
            "reunite stats",
            "reunite simulate --people 3 --days 4 --seed 5 --out t.jsonl --truth u.jsonl",
            "reunite export contacts",
            "reunite export messages --format csv",
            "reunite export decisions --format jsonl --since 4",
            "reunite config show",
            "reunite config check",
            "reunite completions bash",
            "reunite man",
            "reunite cases --store s.db --config c.toml --operator o --json --read-only -vv --log l",
            "reunite --store s.db --json cases",
        ] {
            if let Err(error) = parse(line) {
                panic!("{line}\n{error}");
            }
        }
    }

    #[test]
    fn wrong_usage_is_told_from_right() {
        for line in [
            "reunite frobnicate",
            "reunite --theme pink",
            "reunite cases --state gone",
            "reunite cases --kind gone",
            "reunite cases --min-confidence 2",
            "reunite cases --min-confidence nan",
            "reunite case x",
            "reunite ask",
            "reunite ask 1 2 3",
            "reunite ask 1 --identifier US.1",
            "reunite decide 7",
            "reunite decide 7 merge --to 3",
            "reunite decide 7 relink --to new",
            "reunite decide 7 relink --identifier phone:1631555 --to somebody",
            "reunite decide 7 defer",
            "reunite decide 7 defer --until soon",
            "reunite undo",
            "reunite undo 41 --batch 5",
            "reunite undo --by ana",
            "reunite undo --since 1h",
            "reunite undo 41 --by ana --since 1h",
            "reunite undo --by ana --since soon",
            "reunite quarantine",
            "reunite export everything",
            "reunite approve --min-confidence 2",
            "reunite approve --seed 3",
            "reunite proposals confirm",
            "reunite claim 7 --for ever",
            "reunite import",
            "reunite import x.csv --map phone",
            "reunite import x.csv --map a=phonebook",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    /// One without words of its own is told in those of the options it shares
    /// with others.
    #[test]
    fn each_command_is_told_in_words_of_its_own() {
        let command = Cli::command();
        let told = |c: &clap::Command| c.get_about().map(ToString::to_string).unwrap();
        let shared = told(&Screen::augment_args(clap::Command::new("")));
        assert!(!shared.is_empty());
        for command in command.get_subcommands() {
            assert_ne!(told(command), shared, "{}", command.get_name());
        }
    }

    #[test]
    fn global_options_work_on_both_sides() {
        for line in ["reunite --json case 7", "reunite case 7 --json"] {
            assert!(parse(line).unwrap().global.json, "{line}");
        }
        let audit = parse("reunite audit --operator ana").unwrap();
        assert_eq!(audit.global.operator.as_deref(), Some("ana"));
        let Some(Command::Decide(_)) = parse("reunite decide 7 merge").unwrap().command else {
            panic!("another command");
        };
    }
}
