//! The screens on top of the queue: what each was told, and where one is in it.

use super::super::list::{List, Listed, Row, Slot};
use super::super::marks::Marks;
use crate::domain::ids::{BatchId, CaseId, ContactId, DecisionId, EntryId, ProposalId};
use crate::domain::time::Timestamp;
use crate::review::four_eyes::Proposal;
use crate::review::page::{
    AuditRow, CasePage, CaseRow, ContactHit, ContactPage, DecisionRow, MessageRow, Stats,
};
use crate::store::Verdict;
use tui_input::Input;

/// Panes of a case.
pub(crate) const CASE_PANES: usize = 4;
/// The pane of a case that shows its messages.
pub(crate) const CASE_MESSAGES: usize = 1;
/// Panes of a contact: identifiers, their time, messages, decisions, cases.
pub(crate) const CONTACT_PANES: usize = 5;
/// The pane of a contact that shows its messages.
pub(crate) const CONTACT_MESSAGES: usize = 2;
/// The pane of a contact that shows what was decided.
pub(crate) const CONTACT_DECISIONS: usize = 3;
/// The pane of a contact that shows its open cases.
pub(crate) const CONTACT_CASES: usize = 4;

/// One case.
pub(crate) struct Compare {
    /// Which.
    pub(crate) case: CaseId,
    /// What is known of it.
    pub(crate) page: Slot<Box<CasePage>>,
    /// When it came in sight, or last changed in sight.
    pub(crate) since: Timestamp,
    /// Whether an answer came before anybody could have looked: it is told when
    /// one may.
    pub(crate) is_hurried: bool,
    /// The contact that a merge would keep, where the operator chose one.
    pub(crate) survivor: Option<ContactId>,
    /// The reason for the next decision.
    pub(crate) reason: Option<String>,
    /// The pane that is scrolled.
    pub(crate) pane: usize,
    /// The first line drawn of each pane.
    pub(crate) scroll: [usize; CASE_PANES],
    /// The first contact drawn, where not all fit.
    pub(crate) first_side: usize,
}

/// How long a case is in sight before it can be answered, and how long a key has
/// to rest, in milliseconds: one that is held down must not answer case after
/// case unseen.
const LOOK: i64 = 400;

impl Compare {
    /// From when on it can be answered.
    pub(crate) fn answerable_at(&self) -> Timestamp {
        self.since.plus(LOOK)
    }

    /// Of this case, nothing known yet.
    pub(crate) fn new(case: CaseId, since: Timestamp) -> Self {
        Self {
            case,
            page: Slot::default(),
            since,
            is_hurried: false,
            survivor: None,
            reason: None,
            pane: 0,
            scroll: [0; CASE_PANES],
            first_side: 0,
        }
    }

    /// The contact that a merge would keep: the operator's, else the
    /// suggestion's, else the first.
    pub(crate) fn keeps(&self) -> Option<ContactId> {
        let row = &self.page.value.as_ref()?.row;
        self.survivor.or_else(|| kept_else(row))
    }
}

/// The contact that a merge keeps where the operator chooses none.
pub(crate) fn kept_else(row: &CaseRow) -> Option<ContactId> {
    let first = row.contacts.first().map(|side| side.contact);
    row.suggestion.survivor.or(first)
}

/// The audit log.
#[derive(Default)]
pub(crate) struct History {
    /// Its newest entries, newest first.
    pub(crate) entries: Listed<AuditRow>,
    /// How many were asked for.
    pub(crate) limit: usize,
    /// What verification found.
    pub(crate) verdict: Slot<Verdict>,
    /// Which entries are shown.
    pub(crate) filter: Entries,
    /// Which were shown when it was opened: Esc goes back to them first.
    pub(crate) opened_on: Entries,
    /// The decision to put the cursor on when the entries come.
    pub(crate) wanted: Option<DecisionId>,
}

/// Which entries of the log are shown; all of what is given must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    /// By this operator.
    pub(crate) operator: Option<String>,
    /// That concern this contact.
    pub(crate) contact: Option<ContactId>,
    /// Of this batch.
    pub(crate) batch: Option<BatchId>,
}

impl Entries {
    /// As it is typed: `operator:ines contact:3 batch:5`; what is wrong with it
    /// otherwise.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut filter = Self::default();
        for word in text.split_whitespace() {
            let (field, value) = word.split_once(':').unwrap_or(("operator", word));
            let number = || format!("{field}: takes a number, such as {field}:5");
            match field {
                "operator" | "who" => filter.operator = Some(value.to_owned()),
                "contact" => filter.contact = Some(value.parse().map_err(|_| number())?),
                "batch" => filter.batch = Some(value.parse().map_err(|_| number())?),
                _ => return Err("there are operator:, contact: and batch:".into()),
            }
        }
        Ok(filter)
    }

    /// As it would be typed.
    pub(crate) fn text(&self) -> String {
        let parts = [
            self.operator.as_ref().map(|who| format!("operator:{who}")),
            self.contact.map(|id| format!("contact:{id}")),
            self.batch.map(|id| format!("batch:{id}")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(" ")
    }
}

impl History {
    /// The entry that records a decision, as far as was read.
    pub(crate) fn entry_of(&self, decision: DecisionId) -> Option<EntryId> {
        let mut rows = self.entries.shown().iter();
        rows.find(|row| row.decision == Some(decision))
            .map(|row| row.entry)
    }

    /// The entry that took this one's decision out, as far as was read.
    pub(crate) fn undone_by(&self, row: &AuditRow) -> Option<EntryId> {
        let decision = row.decision?;
        let mut undo: Option<(EntryId, Option<DecisionId>)> = None;
        // Oldest first: an undo can itself be undone.
        for later in self.entries.shown().iter().rev() {
            if later.undoes == Some(decision) {
                undo = Some((later.entry, later.decision));
            } else if later.undoes.is_some() && later.undoes == undo.and_then(|(_, by)| by) {
                undo = None;
            }
        }
        undo.map(|(entry, _)| entry)
    }
}

/// A search for contacts.
#[derive(Default)]
pub(crate) struct Search {
    /// What is typed.
    pub(crate) input: Input,
    /// Who fits.
    pub(crate) hits: Listed<ContactHit>,
    /// Whether the text was changed since the hits came: the cursor goes to the
    /// best of those that come next.
    pub(crate) is_typed: bool,
    /// Whether Enter was pressed before they came: the best one is opened then.
    pub(crate) opens: bool,
}

/// One contact.
pub(crate) struct Person {
    /// Which.
    pub(crate) contact: ContactId,
    /// What is known of it.
    pub(crate) page: Slot<Box<ContactPage>>,
    /// Older messages that were asked for.
    pub(crate) older: Slot<Vec<MessageRow>>,
    /// Whether there are no older ones.
    pub(crate) is_whole: bool,
    /// The pane that is scrolled.
    pub(crate) pane: usize,
    /// The first line drawn of each pane.
    pub(crate) scroll: [usize; CONTACT_PANES],
    /// The cursor among its open cases.
    pub(crate) cases: List<CaseId>,
    /// The cursor among its decisions.
    pub(crate) decisions: List<DecisionId>,
}

impl Person {
    /// Of this contact, nothing known yet.
    pub(crate) fn new(contact: ContactId) -> Self {
        Self {
            contact,
            page: Slot::default(),
            older: Slot::default(),
            is_whole: false,
            pane: 0,
            scroll: [0; CONTACT_PANES],
            cases: List::default(),
            decisions: List::default(),
        }
    }

    /// What was decided about it, newest first.
    pub(crate) fn decided(&self) -> impl Iterator<Item = &DecisionRow> {
        let page = self.page.value.iter();
        page.flat_map(|page| page.decisions.iter().rev())
    }

    /// The ids of that, in order.
    pub(crate) fn decision_ids(&self) -> Vec<DecisionId> {
        self.decided().map(|made| made.decision).collect()
    }

    /// Its open cases, in order.
    pub(crate) fn open_cases(&self) -> Vec<CaseId> {
        let page = self.page.value.as_ref();
        page.map(|page| page.open_cases.clone()).unwrap_or_default()
    }
}

/// The whole store at a glance.
pub(crate) struct Overview {
    /// What was counted last.
    pub(crate) stats: Slot<Stats>,
    /// What was counted first, to tell what came meanwhile.
    pub(crate) first: Option<Stats>,
    /// When it was opened.
    pub(crate) since: Timestamp,
    /// When the counts last changed while it was open.
    pub(crate) changed_at: Option<Timestamp>,
    /// Answers that wait for another operator.
    pub(crate) proposals: usize,
    /// The first line drawn, where not all fit.
    pub(crate) scroll: usize,
}

impl Overview {
    /// Nothing counted yet.
    pub(crate) fn new(since: Timestamp) -> Self {
        Self {
            stats: Slot::default(),
            first: None,
            since,
            changed_at: None,
            proposals: 0,
            scroll: 0,
        }
    }
}

/// Pending identity changes.
#[derive(Default)]
pub(crate) struct Changes {
    /// Their cases, the surest first.
    pub(crate) cases: Listed<CaseRow>,
    /// How many of each kind were asked for.
    pub(crate) limit: usize,
    /// Whether there may be more.
    pub(crate) more: bool,
    /// What is marked for a batch.
    pub(crate) marks: Marks,
}

/// Answers that wait for another operator.
#[derive(Default)]
pub(crate) struct Proposals {
    /// The oldest first.
    pub(crate) waiting: Listed<Waiting>,
}

/// A proposal, and its case as far as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    /// What is proposed, by whom.
    pub(crate) proposal: Proposal,
    /// The line of its case.
    pub(crate) row: Option<CaseRow>,
}

impl Proposals {
    /// Their cases, in order.
    pub(crate) fn cases(&self) -> impl Iterator<Item = CaseId> {
        let rows = self.waiting.shown().iter();
        rows.map(|row| row.proposal.case)
    }

    /// Puts the cursor on a proposal of a case.
    pub(crate) fn go_to(&mut self, case: CaseId) {
        let mut rows = self.waiting.shown().iter();
        let found = rows.find(|row| row.proposal.case == case).map(Row::id);
        self.waiting.list.cursor = found.or(self.waiting.list.cursor);
    }

    /// Those of a batch that are such.
    pub(crate) fn of_batch(
        &self,
        batch: BatchId,
        is_such: impl Fn(&Proposal) -> bool,
    ) -> Vec<ProposalId> {
        let rows = self.waiting.shown().iter().map(|row| &row.proposal);
        let fits = rows.filter(|p| p.batch == Some(batch) && is_such(p));
        fits.map(|p| p.proposal).collect()
    }
}

impl Row for CaseRow {
    type Id = CaseId;

    fn id(&self) -> CaseId {
        self.case
    }
}

impl Row for AuditRow {
    type Id = EntryId;

    fn id(&self) -> EntryId {
        self.entry
    }
}

impl Row for ContactHit {
    type Id = ContactId;

    fn id(&self) -> ContactId {
        self.contact
    }
}

impl Row for Waiting {
    type Id = ProposalId;

    fn id(&self) -> ProposalId {
        self.proposal.proposal
    }
}
