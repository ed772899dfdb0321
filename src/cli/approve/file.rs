//! A plan in its file.

use crate::error::Failure;
use crate::review::batch::{self, Plan};
use anyhow::Context as _;
use std::io::Write as _;
use std::path::Path;

/// Reads a plan.
pub(super) fn read(file: &Path) -> anyhow::Result<Plan> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("reading the plan {}", file.display()))?;
    batch::read(&text).map_err(|e| {
        Failure::failed(
            format!("{}: {e}", file.display()),
            "a plan is written by `reunite approve --dry-run --plan FILE`",
        )
        .into()
    })
}

/// Writes a plan beside its place and moves it there, so that no half of one
/// is ever found.
pub(super) fn write(plan: &Plan, file: &Path) -> anyhow::Result<()> {
    let doing = || format!("writing the plan {}", file.display());
    let folder = file.parent().filter(|dir| !dir.as_os_str().is_empty());
    let mut beside =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).with_context(doing)?;
    // A plan for later goes on with no earlier batch.
    let header = batch::Header {
        continues: None,
        ..plan.header.clone()
    };
    let mut to = std::io::BufWriter::new(&mut beside);
    for line in batch::lines(&header, &plan.items) {
        writeln!(to, "{}", line.with_context(doing)?).with_context(doing)?;
    }
    to.flush().with_context(doing)?;
    drop(to);
    beside.as_file().sync_all().with_context(doing)?;
    beside.persist(file).with_context(doing)?;
    Ok(())
}
