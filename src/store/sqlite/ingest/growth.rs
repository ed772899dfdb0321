//! The resolver while items come in: it needs nothing of the store but what it
//! is handed, so that where much comes in it works on a thread of its own,
//! beside the one that writes. The steps are taken in the order in which they
//! were handed over; what came of them is known at the end of the batch.

use super::super::load::Part;
use crate::resolve::entry::Entry;
use crate::resolve::homes::Homes;
use crate::store::{Result, StoreError};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Steps that are handed over together; fewer are taken without a thread.
pub(in crate::store::sqlite) const TOGETHER: usize = 1024;
/// Hands full of steps that wait, at most.
const WAITING: usize = 8;

/// What the resolver is to take in.
enum Step {
    /// A new entry of the log.
    Entry(Entry),
    /// A part of the log that is stored already.
    Stored(Box<Part>),
}

impl Step {
    fn take(self, homes: &mut Homes) {
        match self {
            Self::Entry(entry) => homes.apply(&entry),
            Self::Stored(part) => {
                let part = *part;
                homes.extend_written(part.standing, &part.known, part.accepted);
                homes.replay_written(&part.entries);
            }
        }
    }
}

/// Homes that grow.
pub(super) struct Growth {
    steps: Vec<Step>,
    at: Place,
}

/// Where the homes are.
enum Place {
    Here(Box<Homes>),
    Beside(SyncSender<Vec<Step>>, JoinHandle<Homes>),
}

impl Growth {
    pub(super) fn of(homes: Homes) -> Self {
        Self {
            steps: Vec::new(),
            at: Place::Here(Box::new(homes)),
        }
    }

    /// Takes a new entry of the log in, now or later.
    pub(super) fn entry(&mut self, entry: Entry) -> Result<()> {
        self.step(Step::Entry(entry))
    }

    /// Takes a part of the log in that is stored already, now or later.
    pub(super) fn stored(&mut self, part: Part) -> Result<()> {
        self.step(Step::Stored(Box::new(part)))
    }

    fn step(&mut self, step: Step) -> Result<()> {
        self.steps.push(step);
        if self.steps.len() < TOGETHER {
            return Ok(());
        }
        let steps = std::mem::replace(&mut self.steps, Vec::with_capacity(TOGETHER));
        if let Place::Here(homes) = &mut self.at {
            self.at = beside(std::mem::take(&mut **homes));
        }
        match &self.at {
            Place::Beside(to, _) => to.send(steps).map_err(|_| broken()),
            Place::Here(_) => Ok(()),
        }
    }

    /// The homes after all steps.
    pub(super) fn ripe(self) -> Result<Homes> {
        let mut homes = match self.at {
            Place::Here(homes) => *homes,
            Place::Beside(to, thread) => {
                drop(to);
                thread.join().map_err(|_| broken())?
            }
        };
        for step in self.steps {
            step.take(&mut homes);
        }
        Ok(homes)
    }
}

fn beside(mut homes: Homes) -> Place {
    let (to, steps) = sync_channel::<Vec<Step>>(WAITING);
    let thread = std::thread::spawn(move || {
        for step in steps.into_iter().flatten() {
            step.take(&mut homes);
        }
        homes
    });
    Place::Beside(to, thread)
}

fn broken() -> StoreError {
    StoreError::Failed {
        doing: "working out who holds what".into(),
        detail: "the thread that does it broke off; nothing of this batch was written".into(),
    }
}
