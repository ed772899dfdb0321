//! `reunite simulate`: realistic traffic with its ground truth, for trying
//! out and for measuring.

use super::session::Session;
use super::words;
use crate::error::Exit;
use crate::simulate::{self, Plan};
use anyhow::Context as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Generate realistic traffic, and the truth about it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  reunite simulate --people 1000 --days 90 --seed 7 --out traffic.jsonl --truth truth.jsonl")]
pub(super) struct Args {
    /// How many people
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    people: u32,
    /// Over how many days
    #[arg(long, value_name = "D", value_parser = clap::value_parser!(u32).range(1..))]
    days: u32,
    /// The same seed gives the same traffic
    #[arg(long, value_name = "S")]
    seed: u64,
    /// Where the traffic goes: JSON lines
    #[arg(long, value_name = "TRAFFIC.jsonl")]
    out: PathBuf,
    /// Where the truth goes: who wrote each message, who held what and when
    #[arg(long, value_name = "TRUTH.jsonl")]
    truth: Option<PathBuf>,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let plan = Plan {
        people: args.people,
        days: args.days,
        seed: args.seed,
    };
    let mut traffic = create(&args.out)?;
    let mut truth = args.truth.as_deref().map(create).transpose()?;
    write(&plan, &mut traffic, truth.as_mut()).context("writing the traffic")?;
    if !session.json {
        let people = words::count(args.people.into(), "person").replace("persons", "people");
        session.line(format!("Traffic of {people} is in {}", args.out.display()))?;
    }
    Ok(Exit::Done)
}

/// Traffic and truth go out side by side; what was held when comes last.
fn write(
    plan: &Plan,
    traffic: &mut BufWriter<File>,
    mut truth: Option<&mut BufWriter<File>>,
) -> std::io::Result<()> {
    for delivery in simulate::generate(plan) {
        writeln!(traffic, "{}", delivery.line)?;
        if let (Some(truth), Some(line)) = (truth.as_mut(), delivery.truth()) {
            writeln!(truth, "{line}")?;
        }
    }
    traffic.flush()?;
    if let Some(truth) = truth {
        for line in simulate::holdings(plan) {
            writeln!(truth, "{line}")?;
        }
        truth.flush()?;
    }
    Ok(())
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("making {}", path.display()))?;
    Ok(BufWriter::new(file))
}
