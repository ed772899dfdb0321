//! What the terminal knows: plain data, no I/O and no clock.
//!
//! `update` changes it, `view` draws it. The queue lies at the bottom; other
//! screens are opened on top of it and closed again by Esc. Each of them keeps
//! what it was told and where its cursor stands, and nothing that is laid out.

use super::filter::{Filter, Haystack};
use super::keymap::{Keymap, Scope};
use super::list::{List, Slot};
use super::show::Show;
use super::theme::Theme;
use super::worker::{Read, Ticket, Write};
use crate::domain::case::{Action as Verb, Answer, CaseKind, CaseState};
use crate::domain::identifier::Named;
use crate::domain::ids::{CaseId, ContactId, DecisionId, EntryId, EventId};
use crate::domain::time::Timestamp;
use crate::review::page::{
    AuditRow, CasePage, CaseRow, ContactHit, ContactPage, Done, EvidenceRow, MessageRow,
};
use crate::review::refusal::Refusal;
use crate::store::{By, Verdict};
use jiff::tz::TimeZone;
use tui_input::Input;

/// How long an answer may take before the screen says that it is waited for.
pub(crate) const PATIENCE: i64 = 150;

/// Everything.
pub(crate) struct Model {
    /// The time of the last message.
    pub(crate) now: Timestamp,
    /// Columns and rows of the terminal.
    pub(crate) size: (u16, u16),
    /// What stays as it is for the session.
    pub(crate) session: Session,
    /// Whether names, phones and messages are masked.
    pub(crate) privacy: bool,
    /// The screen at the bottom.
    pub(crate) queue: Queue,
    /// The screens opened on top of it, the one in sight last.
    pub(crate) above: Vec<Screen>,
    /// What lies over the screen.
    pub(crate) overlay: Option<Overlay>,
    /// What was last said to the operator.
    pub(crate) notice: Option<Notice>,
    /// Cases that came by themselves, and when.
    pub(crate) fresh: Option<(usize, Timestamp)>,
    /// The write under way.
    pub(crate) writing: Option<Writing>,
    /// Decisions of this session, for undo and redo.
    pub(crate) trail: Trail,
    /// Whether to end, and when.
    pub(crate) quit: Quit,
    tickets: Ticket,
    outbox: Vec<Effect>,
}

/// What stays as it is for the session.
pub(crate) struct Session {
    /// Who decides.
    pub(crate) operator: String,
    /// Whether decisions are off.
    pub(crate) read_only: bool,
    /// Whether the store is the throw-away one.
    pub(crate) demo: bool,
    /// Where the operator sits.
    pub(crate) zone: TimeZone,
    /// The styles.
    pub(crate) theme: Theme,
    /// Which key does what.
    pub(crate) keys: Keymap,
}

/// Something to do outside.
#[derive(Debug, PartialEq)]
pub(crate) enum Effect {
    /// Ask the store.
    Read(Ticket, Read),
    /// Write to the store.
    Write(Write, By),
    /// Give the terminal back until the shell continues the program.
    Suspend,
    /// Draw everything anew, whatever the terminal shows.
    Repaint,
}

/// Whether to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quit {
    /// No.
    Not,
    /// When the write under way is done.
    WhenSaved,
    /// Yes.
    Now,
}

/// A screen on top of the queue.
pub(crate) enum Screen {
    /// One case.
    Compare(Box<Compare>),
    /// The audit log.
    History(History),
    /// A search for contacts.
    Search(Search),
    /// One contact.
    Contact(Box<Person>),
}

/// The queue.
#[derive(Default)]
pub(crate) struct Queue {
    /// What was read so far, in the store's order.
    pub(crate) rows: Vec<Listed>,
    /// The rows shown, by their place in `rows`, filtered and sorted.
    pub(crate) shown: Vec<usize>,
    /// The cursor.
    pub(crate) list: List<CaseId>,
    /// Which states are shown.
    pub(crate) tab: Tab,
    /// In which order.
    pub(crate) sort: Sort,
    /// Which of them.
    pub(crate) filter: Filter,
    /// Where the cursor stood before a filter hid its case; it returns there
    /// when the case does, unless it was moved since.
    pub(crate) origin: Option<CaseId>,
    /// Whether anything was read, and what is asked for.
    pub(crate) page: Slot<()>,
    /// While the queue is read anew, page by page: what came so far. It takes
    /// the place of `rows` as a whole, so that nothing jumps meanwhile.
    pub(crate) incoming: Option<Vec<Listed>>,
    /// Whether it has to be read anew once more.
    pub(crate) is_stale: bool,
    /// Whether the store holds more than was read.
    pub(crate) more: bool,
    /// Cases of each kind and state.
    pub(crate) counts: Slot<Vec<(CaseKind, CaseState, i64)>>,
}

/// A line of the queue and what of it is searched.
pub(crate) struct Listed {
    /// The line.
    pub(crate) row: CaseRow,
    /// Its words.
    pub(crate) hay: Haystack,
}

/// Which states the queue shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tab {
    /// What waits for an answer.
    #[default]
    Open,
    /// What waits for its time.
    Deferred,
    /// What was answered.
    Resolved,
    /// Everything.
    All,
}

impl Tab {
    /// In the order in which they stand on screen.
    pub(crate) const ALL: [Tab; 4] = [Tab::Open, Tab::Deferred, Tab::Resolved, Tab::All];

    /// The state that it shows.
    pub(crate) fn state(self) -> Option<CaseState> {
        match self {
            Tab::Open => Some(CaseState::Open),
            Tab::Deferred => Some(CaseState::Deferred),
            Tab::Resolved => Some(CaseState::Resolved),
            Tab::All => None,
        }
    }

    /// Its label.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Tab::Open => "Open",
            Tab::Deferred => "Deferred",
            Tab::Resolved => "Resolved",
            Tab::All => "All",
        }
    }
}

/// The order of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Sort {
    /// The surest suggestion first: the store's own order.
    #[default]
    Confidence,
    /// The oldest first.
    Oldest,
    /// The newest first.
    Newest,
    /// By kind, then the surest.
    Kind,
}

impl Sort {
    /// The one after it.
    pub(crate) fn next(self) -> Self {
        match self {
            Sort::Confidence => Sort::Oldest,
            Sort::Oldest => Sort::Newest,
            Sort::Newest => Sort::Kind,
            Sort::Kind => Sort::Confidence,
        }
    }

    /// In words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Sort::Confidence => "surest first",
            Sort::Oldest => "oldest first",
            Sort::Newest => "newest first",
            Sort::Kind => "by kind",
        }
    }
}

impl Queue {
    /// The ids shown, in order.
    pub(crate) fn ids(&self) -> Vec<CaseId> {
        self.visible().map(|row| row.case).collect()
    }

    /// The rows shown, in order.
    pub(crate) fn visible(&self) -> impl ExactSizeIterator<Item = &CaseRow> {
        self.shown.iter().map(|&at| &self.rows[at].row)
    }

    /// The row under the cursor.
    pub(crate) fn under_cursor(&self) -> Option<&CaseRow> {
        let cursor = self.list.cursor?;
        self.visible().find(|row| row.case == cursor)
    }

    /// Takes note that a case was answered, before the store is asked again.
    pub(crate) fn note(&mut self, case: CaseId, state: CaseState) {
        let Some(at) = self.rows.iter().position(|listed| listed.row.case == case) else {
            return;
        };
        if self.tab.state().is_none_or(|shown| shown == state) {
            self.rows[at].row.state = state;
            return;
        }
        self.rows.remove(at);
        self.shown.retain(|&n| n != at);
        for n in &mut self.shown {
            *n -= usize::from(*n > at);
        }
    }

    /// The case after this one, or the last before it.
    pub(crate) fn beside(&self, case: CaseId) -> Option<CaseId> {
        let ids = self.ids();
        let at = ids.iter().position(|&id| id == case)?;
        ids.get(at + 1).or_else(|| ids[..at].last()).copied()
    }

    /// How many cases of a state there are, as the store counts.
    pub(crate) fn total(&self, tab: Tab) -> Option<i64> {
        let counts = self.counts.value.as_ref()?;
        Some(
            counts
                .iter()
                .filter(|(_, state, _)| tab.state().is_none_or(|wanted| wanted == *state))
                .map(|(_, _, n)| n)
                .sum(),
        )
    }
}

/// Panes of a case.
pub(crate) const CASE_PANES: usize = 4;
/// The pane of a case that shows its messages.
pub(crate) const CASE_MESSAGES: usize = 1;
/// Panes of a contact.
pub(crate) const CONTACT_PANES: usize = 4;
/// The pane of a contact that shows its open cases.
pub(crate) const CONTACT_CASES: usize = 3;
/// The pane of a contact that shows its messages.
pub(crate) const CONTACT_MESSAGES: usize = 1;

/// One case.
pub(crate) struct Compare {
    /// Which.
    pub(crate) case: CaseId,
    /// What is known of it.
    pub(crate) page: Slot<Box<CasePage>>,
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

impl Compare {
    /// Of this case, nothing known yet.
    pub(crate) fn new(case: CaseId) -> Self {
        Self {
            case,
            page: Slot::default(),
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
        self.survivor
            .or(row.suggestion.survivor)
            .or_else(|| row.contacts.first().map(|side| side.contact))
    }
}

/// The audit log.
#[derive(Default)]
pub(crate) struct History {
    /// Its newest entries, newest first.
    pub(crate) rows: Slot<Vec<AuditRow>>,
    /// How many were asked for.
    pub(crate) limit: usize,
    /// The cursor.
    pub(crate) list: List<EntryId>,
    /// What verification found.
    pub(crate) verdict: Slot<Verdict>,
}

impl History {
    /// The ids shown, in order.
    pub(crate) fn ids(&self) -> Vec<EntryId> {
        let rows = self.rows.value.iter().flatten();
        rows.map(|row| row.entry).collect()
    }

    /// The entry under the cursor.
    pub(crate) fn under_cursor(&self) -> Option<&AuditRow> {
        let cursor = self.list.cursor?;
        self.rows
            .value
            .iter()
            .flatten()
            .find(|row| row.entry == cursor)
    }

    /// The entry that records a decision, as far as was read.
    pub(crate) fn entry_of(&self, decision: DecisionId) -> Option<EntryId> {
        let mut rows = self.rows.value.iter().flatten();
        rows.find(|row| row.decision == Some(decision))
            .map(|row| row.entry)
    }

    /// The entry that took this one's decision out, as far as was read.
    pub(crate) fn undone_by(&self, row: &AuditRow) -> Option<EntryId> {
        let decision = row.decision?;
        let mut undo: Option<(EntryId, Option<DecisionId>)> = None;
        // Oldest first: an undo can itself be undone.
        for later in self.rows.value.iter().flatten().rev() {
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
    /// What fits.
    pub(crate) hits: Slot<Vec<ContactHit>>,
    /// The cursor.
    pub(crate) list: List<ContactId>,
}

impl Search {
    /// The ids shown, in order.
    pub(crate) fn ids(&self) -> Vec<ContactId> {
        let hits = self.hits.value.iter().flatten();
        hits.map(|hit| hit.contact).collect()
    }
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
        }
    }

    /// Its open cases, in order.
    pub(crate) fn open_cases(&self) -> Vec<CaseId> {
        let page = self.page.value.as_ref();
        page.map(|page| page.open_cases.clone()).unwrap_or_default()
    }
}

/// What lies over a screen.
pub(crate) enum Overlay {
    /// The actions that there are.
    Help(Help),
    /// A line that is typed.
    Prompt(Prompt),
    /// One of a few.
    Choice(Choice),
    /// What a case rests on.
    Evidence(Evidence),
    /// What an undo would do.
    Preview(Preview),
}

/// The actions that there are, filtered by what is typed.
pub(crate) struct Help {
    /// What is typed.
    pub(crate) input: Input,
    /// The scope that it was opened in.
    pub(crate) scope: Scope,
    /// The cursor, by the action's id.
    pub(crate) list: List<&'static str>,
    /// The overlay that it lies on.
    pub(crate) under: Option<Box<Overlay>>,
}

/// A line that is typed.
pub(crate) struct Prompt {
    /// What for.
    pub(crate) asks: Asks,
    /// What is typed.
    pub(crate) input: Input,
    /// Why it could not be taken.
    pub(crate) complaint: Option<String>,
}

/// What a line is typed for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Asks {
    /// The filter of the queue.
    Filter,
    /// The reason for the next decision.
    Reason,
    /// The contact that an identifier goes to.
    Target(Named),
}

/// One of a few.
pub(crate) struct Choice {
    /// What is asked.
    pub(crate) title: String,
    /// What there is to choose from.
    pub(crate) options: Vec<Offer>,
    /// The one under the cursor.
    pub(crate) cursor: usize,
}

/// Something to choose.
pub(crate) struct Offer {
    /// What it says.
    pub(crate) label: String,
    /// What to know of it.
    pub(crate) note: String,
    /// What it does.
    pub(crate) pick: Pick,
}

/// What a choice does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pick {
    /// Answers the case.
    Answer(Answer),
    /// Goes on to ask where this identifier goes.
    Relink(Named),
    /// Goes on to type a contact's number.
    OtherContact(Named),
    /// Opens a contact.
    Open(ContactId),
    /// Ends the program when the decision is saved.
    QuitWhenSaved,
    /// Does nothing.
    Nothing,
}

/// What a case rests on.
pub(crate) struct Evidence {
    /// Pieces of it, oldest first.
    pub(crate) rows: Vec<EvidenceRow>,
    /// Values to be found in the payload.
    pub(crate) wanted: Vec<String>,
    /// The cursor.
    pub(crate) list: List<EventId>,
    /// The raw JSON of the one under the cursor.
    pub(crate) payload: Slot<String>,
    /// The first line drawn of it.
    pub(crate) scroll: usize,
}

impl Evidence {
    /// The ids shown, in order.
    pub(crate) fn ids(&self) -> Vec<EventId> {
        self.rows.iter().map(|row| row.event).collect()
    }
}

/// What an undo would do.
pub(crate) struct Preview {
    /// The entry of the audit log.
    pub(crate) entry: EntryId,
    /// Its decision.
    pub(crate) decision: DecisionId,
    /// Its case.
    pub(crate) case: Option<CaseId>,
    /// What it was.
    pub(crate) action: Verb,
    /// Whether what stands on it goes too.
    pub(crate) cascade: bool,
    /// What would happen; `None` while it is asked.
    pub(crate) outcome: Option<Result<Vec<Done>, Refusal>>,
}

/// A word to the operator. It stays until a key is pressed after a moment, so
/// that nobody has to read against a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// What.
    pub(crate) text: String,
    /// Whether something was refused or failed.
    pub(crate) is_bad: bool,
    /// When.
    pub(crate) at: Timestamp,
}

/// What a decision did, to be told by name; raw, so that it can be masked when
/// it is told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Deed {
    /// The answer.
    pub(crate) answer: Answer,
    /// Name and number of the case's contacts.
    pub(crate) contacts: Vec<(String, ContactId)>,
}

/// A write under way.
#[derive(Debug)]
pub(crate) struct Writing {
    /// What for.
    pub(crate) purpose: Purpose,
    /// Since when.
    pub(crate) since: Timestamp,
}

/// What a write is for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Purpose {
    /// A decision on a case, and the case to go on to.
    Decide {
        /// The case.
        case: CaseId,
        /// The next.
        next: Option<CaseId>,
        /// What it does.
        deed: Deed,
    },
    /// An undo.
    Undo(Made),
    /// An undo of an undo.
    Redo(Made),
    /// To see what an undo would do.
    Preview,
}

/// A decision that was made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Made {
    /// Its number.
    pub(crate) decision: DecisionId,
    /// Its case.
    pub(crate) case: Option<CaseId>,
    /// What it did, if it was made in this session.
    pub(crate) deed: Option<Deed>,
}

/// The decisions of this session.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    /// That stand, oldest first.
    pub(crate) done: Vec<Made>,
    /// That were undone, with the undo, oldest first.
    pub(crate) undone: Vec<(Made, DecisionId)>,
}

impl Model {
    /// At the start: an empty queue, nothing asked.
    pub(crate) fn new(session: Session, size: (u16, u16), now: Timestamp) -> Self {
        Self {
            now,
            size,
            session,
            privacy: false,
            queue: Queue::default(),
            above: Vec::new(),
            overlay: None,
            notice: None,
            fresh: None,
            writing: None,
            trail: Trail::default(),
            quit: Quit::Not,
            tickets: 0,
            outbox: Vec::new(),
        }
    }

    /// Where keys go now.
    pub(crate) fn scope(&self) -> Scope {
        match &self.overlay {
            Some(Overlay::Help(_)) => Scope::Help,
            Some(Overlay::Prompt(_)) => Scope::Prompt,
            Some(Overlay::Choice(_) | Overlay::Preview(_)) => Scope::Choice,
            Some(Overlay::Evidence(_)) => Scope::Evidence,
            None => self.screen_scope(),
        }
    }

    /// The scope of the screen in sight, whatever lies over it.
    pub(crate) fn screen_scope(&self) -> Scope {
        match self.above.last() {
            None => Scope::Queue,
            Some(Screen::Compare(_)) => Scope::Compare,
            Some(Screen::History(_)) => Scope::History,
            Some(Screen::Search(_)) => Scope::Search,
            Some(Screen::Contact(_)) => Scope::Contact,
        }
    }

    /// The case in sight.
    pub(crate) fn compare(&self) -> Option<&Compare> {
        match self.above.last() {
            Some(Screen::Compare(compare)) => Some(compare),
            _ => None,
        }
    }

    /// The case in sight, to be changed.
    pub(crate) fn compare_mut(&mut self) -> Option<&mut Compare> {
        match self.above.last_mut() {
            Some(Screen::Compare(compare)) => Some(compare),
            _ => None,
        }
    }

    /// What is known of the case in sight.
    pub(crate) fn case_page(&self) -> Option<&CasePage> {
        self.compare()?.page.value.as_deref()
    }

    /// Puts an effect into the outbox.
    pub(crate) fn send(&mut self, effect: Effect) {
        self.outbox.push(effect);
    }

    /// Asks the store; the ticket goes into the slot that waits.
    pub(crate) fn ask(&mut self, read: Read) -> Ticket {
        self.tickets += 1;
        self.outbox.push(Effect::Read(self.tickets, read));
        self.tickets
    }

    /// What is to be done outside, taken out.
    pub(crate) fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.outbox)
    }

    /// Says something to the operator.
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            is_bad: false,
            at: self.now,
        });
    }

    /// Says what was refused, or went wrong.
    pub(crate) fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            is_bad: true,
            at: self.now,
        });
    }

    /// Since when something in sight is waited for.
    fn waits_since(&self) -> Option<Timestamp> {
        let screen = match self.above.last() {
            None => self.queue.page.asked_at(),
            Some(Screen::Compare(c)) => c.page.asked_at(),
            Some(Screen::History(h)) => h.rows.asked_at().or(h.verdict.asked_at()),
            Some(Screen::Search(s)) => s.hits.asked_at(),
            Some(Screen::Contact(p)) => p.page.asked_at().or(p.older.asked_at()),
        };
        let overlay = match &self.overlay {
            Some(Overlay::Evidence(e)) => e.payload.asked_at(),
            _ => None,
        };
        let writing = self.writing.as_ref().map(|w| w.since);
        [screen, overlay, writing].into_iter().flatten().min()
    }

    /// Whether to say that something is waited for.
    pub(crate) fn is_slow(&self) -> bool {
        self.waits_since()
            .is_some_and(|since| self.now.0 >= since.0 + PATIENCE)
    }

    /// When the screen changes by itself, if it will.
    pub(crate) fn wakes_at(&self) -> Option<Timestamp> {
        self.waits_since()
            .map(|since| since.plus(PATIENCE))
            .filter(|&at| at > self.now)
    }

    /// What drawing needs to know.
    pub(crate) fn show(&self) -> Show<'_> {
        Show {
            now: self.now,
            zone: &self.session.zone,
            theme: self.session.theme,
            privacy: self.privacy,
            known: if self.privacy {
                self.known_names()
            } else {
                Vec::new()
            },
        }
    }

    /// Names that the store's sentences in sight may hold.
    fn known_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut add = |name: &str| {
            if !name.trim().is_empty() {
                names.push(name.to_owned());
            }
        };
        for listed in &self.queue.rows {
            listed.row.contacts.iter().for_each(|side| add(&side.name));
        }
        let pages = self.above.iter().flat_map(|screen| match screen {
            Screen::Compare(c) => c.page.value.iter().flat_map(|p| p.sides.iter()).collect(),
            Screen::Contact(p) => p.page.value.iter().map(|page| &**page).collect(),
            _ => Vec::new(),
        });
        for page in pages {
            add(&page.name);
            page.usernames.iter().for_each(|span| add(&span.value));
        }
        // The longest first: a name may be part of another.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.dedup();
        names
    }
}
