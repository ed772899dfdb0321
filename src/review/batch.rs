//! A batch as data: which suggestions are applied, frozen as they were seen,
//! and what became of each. A plan can be written to a file, read by a person,
//! and applied later: to exactly what it says, or not at all where something
//! changed since. Nothing is decided here; the store does, chunk by chunk.

use super::page::Done;
use super::refusal::{Code, Refusal};
use crate::domain::case::{Action, Answer, CaseKind, Suggestion};
use crate::domain::identifier::Named;
use crate::domain::ids::{BatchId, CaseId};
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which cases a batch takes: open ones, best first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Of one kind.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kind: Option<CaseKind>,
    /// Suggestion at least this sure, from 0 to 1.
    pub min_confidence: f64,
    /// These only; empty is all. One of these that cannot be taken is told as
    /// an exclusion, where others are passed over.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub ids: Vec<CaseId>,
    /// At most.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<usize>,
}

/// Where a plan comes from: the first line of its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Its own number, random: applying it again goes on with the same batch.
    pub plan: String,
    /// The store that it was made on; no other takes it.
    pub store: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub operator: String,
    /// What was asked for.
    pub filter: Scope,
    /// The version of the program.
    pub program: String,
    /// How many items follow.
    pub items: usize,
    /// An earlier batch of the same filter that was stopped: this one goes on with it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub continues: Option<BatchId>,
}

/// One answer of a plan: the suggestion, as it was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Which case.
    pub case: CaseId,
    /// Refused as `changed` if the case has another one by then, but for what
    /// the batch itself changed.
    pub version: i64,
    /// What is asked.
    pub kind: CaseKind,
    /// Action, terms (survivor; identifier, to, since), confidence and reasons.
    #[serde(flatten)]
    pub suggestion: Suggestion,
}

/// A case that the scope names and the plan does not take.
#[derive(Debug, Clone, PartialEq)]
pub struct Excluded {
    /// Which case.
    pub case: CaseId,
    /// What is asked.
    pub kind: CaseKind,
    /// What would have been answered.
    pub action: Action,
    /// How sure that is.
    pub confidence: f64,
    /// Why not.
    pub why: Refusal,
}

/// What a batch would do, in the order in which it does it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Where it comes from.
    pub header: Header,
    /// The answers.
    pub items: Vec<Item>,
    /// What is left out beforehand, and why. Not part of a plan's file.
    pub excluded: Vec<Excluded>,
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Decided; or (then without a decision) made moot by an earlier item of the
    /// batch, which counts as applied; or (`applied` is false then) proposed to
    /// another operator.
    Done(Done),
    /// Left out.
    Refused(Refusal),
}

/// What one transaction of a batch did.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// The batch; its undo takes all of it out.
    pub batch: BatchId,
    /// What became of the next items, in their order; never empty while items
    /// are left.
    pub outcomes: Vec<Outcome>,
}

/// How many items of a batch came to which end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Decided, or moot by the batch itself.
    pub applied: usize,
    /// Waiting for another operator's word.
    pub proposed: usize,
    /// Refused.
    pub left_out: usize,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Done(done) if done.applied => self.applied += 1,
            Outcome::Done(_) => self.proposed += 1,
            Outcome::Refused(_) => self.left_out += 1,
        }
    }

    /// How many came to an end.
    #[must_use]
    pub fn all(self) -> usize {
        self.applied + self.proposed + self.left_out
    }
}

/// The answer that a suggestion stands for; why it cannot go in a batch
/// otherwise. Also where a plan's file was written by hand.
pub fn answer(suggestion: &Suggestion) -> Result<Answer, Box<Refusal>> {
    let refuse = |why: &str| Err(Box::new(Refusal::new(Code::NotApplicable, why)));
    match suggestion.action {
        Action::Merge => Ok(Answer::Merge {
            survivor: suggestion.survivor,
        }),
        Action::Relink => {
            let named = suggestion.identifier.as_deref().map(Named::parse);
            match (named, suggestion.to) {
                (Some(Ok(identifier)), Some(to)) => Ok(Answer::Relink {
                    identifier,
                    to,
                    since: suggestion.since,
                }),
                _ => refuse("the relink names no identifier, or nobody to get it"),
            }
        }
        Action::KeepSeparate => Ok(Answer::KeepSeparate),
        Action::Accept => Ok(Answer::Accept),
        Action::Reject => Ok(Answer::Reject),
        Action::Defer => refuse("the suggestion is to wait; a batch defers nothing"),
        _ => refuse("nothing is safe to suggest for this case; a person has to look"),
    }
}

/// A plan as the lines of its file: the header, then an item a line.
pub fn lines<'a>(
    header: &Header,
    items: &'a [Item],
) -> impl Iterator<Item = serde_json::Result<String>> + use<'a> {
    std::iter::once(serde_json::to_string(header)).chain(items.iter().map(serde_json::to_string))
}

/// A seed for [`draw`], another for each plan.
#[must_use]
pub fn seed_of(header: &Header) -> u64 {
    let digits = header.plan.get(..8).unwrap_or_default();
    u64::from_str_radix(digits, 16).unwrap_or(1)
}

/// Places of `n` items out of `of`, drawn without putting back, in their order.
/// Each set is as likely as any other; the same seed draws the same.
#[must_use]
pub fn draw(of: usize, n: usize, seed: u64) -> Vec<usize> {
    // SplitMix64: a few lines that never change, where a seed was written down.
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    // Floyd's: n draws, whatever there is to draw from.
    let mut drawn = BTreeSet::new();
    for last in of.saturating_sub(n)..of {
        let at = usize::try_from(next() % (last as u64 + 1)).unwrap_or(last);
        if !drawn.insert(at) {
            drawn.insert(last);
        }
    }
    drawn.into_iter().collect()
}

/// What is wrong with a plan's file, and on which line, from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Unreadable {
    /// The line.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// Reads the file of a plan: whole, or not at all.
pub fn read(text: &str) -> Result<Plan, Unreadable> {
    let wrong = |line: usize, what: String| Unreadable { line, what };
    let mut lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    let (n, first) = lines
        .next()
        .ok_or_else(|| wrong(1, "the file is empty".into()))?;
    let header: Header = serde_json::from_str(first)
        .map_err(|e| wrong(n + 1, format!("this is not the head of a plan: {e}")))?;
    let mut items = Vec::new();
    for (n, line) in lines {
        items.push(
            serde_json::from_str::<Item>(line)
                .map_err(|e| wrong(n + 1, format!("this is not an item of a plan: {e}")))?,
        );
    }
    if items.len() != header.items {
        let what = format!(
            "the plan has {} items, its head says {}; it was cut or edited",
            items.len(),
            header.items
        );
        return Err(wrong(items.len() + 1, what));
    }
    Ok(Plan {
        header,
        items,
        excluded: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::{Reason, Target};
    use crate::domain::ids::ContactId;

    fn plan() -> Plan {
        let reason = Reason {
            code: "structured".into(),
            weight: 3.4,
            text: "the change names both".into(),
        };
        let suggestion = |action| Suggestion {
            action,
            survivor: Some(ContactId(3)),
            identifier: Some("phone:16315551181".into()),
            to: Some(Target::New),
            since: Some(Timestamp(1_780_000_000_000)),
            confidence: 0.968,
            reasons: vec![reason.clone()],
        };
        let item = |case, action| Item {
            case: CaseId(case),
            version: 2,
            kind: CaseKind::PhoneClaimed,
            suggestion: suggestion(action),
        };
        Plan {
            header: Header {
                plan: "a1".into(),
                store: "b2".into(),
                at: Timestamp(1_780_000_000_000),
                operator: "ines".into(),
                filter: Scope {
                    min_confidence: 0.95,
                    ids: vec![CaseId(7)],
                    ..Scope::default()
                },
                program: "0.1.0".into(),
                items: 2,
                continues: None,
            },
            items: vec![item(7, Action::Relink), item(8, Action::Merge)],
            excluded: Vec::new(),
        }
    }

    fn text(plan: &Plan) -> String {
        lines(&plan.header, &plan.items)
            .map(|line| line.unwrap() + "\n")
            .collect()
    }

    #[test]
    fn a_plan_is_read_as_it_was_written() {
        assert_eq!(read(&text(&plan())), Ok(plan()));
    }

    #[test]
    fn a_plan_that_was_cut_or_broken_is_refused_with_its_line() {
        let whole = text(&plan());
        let cut = whole.lines().take(2).collect::<Vec<_>>().join("\n");
        assert!(read(&cut).unwrap_err().what.contains("1 items"));
        let broken = whole.replace("\"case\":8", "\"case\":\"eight\"");
        assert_eq!(read(&broken).unwrap_err().line, 3);
        assert_eq!(read("").unwrap_err().line, 1);
        assert_eq!(read("{\"case\":7}").unwrap_err().line, 1);
    }

    #[test]
    fn a_draw_has_each_item_once_and_is_the_same_for_a_seed() {
        assert_eq!(draw(3, 20, 1), [0, 1, 2]);
        assert_eq!(draw(0, 20, 1), [0_usize; 0]);
        assert_eq!(draw(1000, 20, 7), draw(1000, 20, 7));
        assert_ne!(draw(1000, 20, 7), draw(1000, 20, 8));
        let mut seen = [0_u32; 10];
        for seed in 0..5000 {
            let drawn = draw(10, 3, seed);
            assert_eq!(drawn.len(), 3);
            for at in drawn {
                seen[at] += 1;
            }
        }
        assert!(seen.iter().all(|n| (1350..1650).contains(n)), "{seen:?}");
    }

    #[test]
    fn what_waits_or_is_not_safe_goes_in_no_batch() {
        let mut suggestion = plan().items.remove(0).suggestion;
        assert!(matches!(answer(&suggestion), Ok(Answer::Relink { .. })));
        suggestion.identifier = None;
        assert_eq!(answer(&suggestion).unwrap_err().code, Code::NotApplicable);
        for action in [Action::None, Action::Defer, Action::Undo] {
            suggestion.action = action;
            assert_eq!(answer(&suggestion).unwrap_err().code, Code::NotApplicable);
        }
    }
}
