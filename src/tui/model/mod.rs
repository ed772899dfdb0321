//! What the terminal knows: plain data, no I/O and no clock.
//!
//! `update` changes it, `view` draws it. The queue lies at the bottom; other
//! screens are opened on top of it and closed again by Esc. Each of them keeps
//! what it was told and where its cursor stands, and nothing that is laid out.

mod batch;
mod deeds;
mod overlays;
mod queue;
mod screens;

use super::clipboard::Way;
use super::finish::Look;
use super::keymap::{Keymap, Scope};
use super::list::Walk;
use super::show::Show;
use super::theme::Theme;
use super::worker::{Read, Ticket, Write};
use crate::domain::ids::CaseId;
use crate::domain::time::Timestamp;
use crate::review::four_eyes::Proposal;
use crate::review::page::CasePage;
use crate::store::By;
use jiff::tz::TimeZone;

pub(crate) use batch::{Batch, FEW, Stage, TYPED_ABOVE, least_sure, sample};
pub(crate) use deeds::{Deed, Made, Purpose, Settling, Trail, What, Writing};
pub(crate) use overlays::{Asks, Choice, Evidence, Help, Offer, Overlay, Pick, Preview, Prompt};
pub(crate) use queue::{Extent, Queue, Sort, Tab};
pub(crate) use screens::{
    CASE_MESSAGES, CASE_PANES, CONTACT_CASES, CONTACT_DECISIONS, CONTACT_MESSAGES, CONTACT_PANES,
    Changes, Compare, Entries, History, Overview, Person, Proposals, Search, Waiting, kept_else,
};

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
    /// Whether the mouse is listened to.
    pub(crate) mouse: bool,
    /// The screen at the bottom.
    pub(crate) queue: Queue,
    /// Whether Enter was pressed before the cases of a new filter came: the first
    /// of them is opened then.
    pub(crate) opens: bool,
    /// The screens opened on top of it, the one in sight last.
    pub(crate) above: Vec<Screen>,
    /// What lies over the screen.
    pub(crate) overlay: Option<Overlay>,
    /// What was last said to the operator.
    pub(crate) notice: Option<Notice>,
    /// What changed in the queue by itself, and when.
    pub(crate) fresh: Option<Fresh>,
    /// The write under way.
    pub(crate) writing: Option<Writing>,
    /// The case that others are told is being looked at.
    pub(crate) claimed: Option<CaseId>,
    /// Answers that wait for another operator, as the store counts them.
    pub(crate) waiting: usize,
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
    /// What is left out of a drawing.
    pub(crate) look: Look,
    /// How text gets to the clipboard.
    pub(crate) clipboard: Way,
    /// How sure a suggestion has to be to go in a batch.
    pub(crate) batch_confidence: f64,
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
    /// Put a text into the clipboard.
    Copy(String),
    /// Listen to the mouse, or no longer.
    Mouse(bool),
}

/// What changed in the queue by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fresh {
    /// Cases that came.
    pub(crate) came: usize,
    /// Cases that others answered, or that are no question any more.
    pub(crate) went: usize,
    /// When.
    pub(crate) at: Timestamp,
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
    History(Box<History>),
    /// A search for contacts.
    Search(Search),
    /// One contact.
    Contact(Box<Person>),
    /// The whole store at a glance.
    Overview(Box<Overview>),
    /// Pending identity changes.
    Changes(Box<Changes>),
    /// Answers that wait for another operator.
    Proposals(Box<Proposals>),
}

impl Screen {
    /// Its list, where it is one that is read as a whole.
    pub(crate) fn list_mut(&mut self) -> Option<&mut dyn Walk> {
        match self {
            Screen::History(history) => Some(&mut history.entries),
            Screen::Search(search) => Some(&mut search.hits),
            Screen::Changes(changes) => Some(&mut changes.cases),
            Screen::Proposals(proposals) => Some(&mut proposals.waiting),
            Screen::Compare(_) | Screen::Contact(_) | Screen::Overview(_) => None,
        }
    }
}

/// How long a notice stays at least, whatever is pressed, in milliseconds.
pub(crate) const NOTICE_STAYS: i64 = 3_000;

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
    /// The case that was in sight then. What was said of it is not said of
    /// another.
    pub(crate) case: Option<CaseId>,
}

impl Model {
    /// At the start: an empty queue, nothing asked.
    pub(crate) fn new(session: Session, size: (u16, u16), now: Timestamp) -> Self {
        Self {
            now,
            size,
            session,
            privacy: false,
            mouse: false,
            queue: Queue::default(),
            opens: false,
            above: Vec::new(),
            overlay: None,
            notice: None,
            fresh: None,
            writing: None,
            claimed: None,
            waiting: 0,
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
            Some(Overlay::Choice(_) | Overlay::Preview(_) | Overlay::Batch(_)) => Scope::Choice,
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
            Some(Screen::Overview(_)) => Scope::Overview,
            Some(Screen::Changes(_)) => Scope::Changes,
            Some(Screen::Proposals(_)) => Scope::Proposals,
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

    /// The proposals in sight: those of the case, or the one under the cursor.
    pub(crate) fn proposals(&self) -> &[Proposal] {
        match self.above.last() {
            Some(Screen::Compare(_)) => self.case_page().map_or(&[], |page| &page.proposals),
            Some(Screen::Proposals(proposals)) => proposals
                .waiting
                .under_cursor()
                .map_or(&[], |waiting| std::slice::from_ref(&waiting.proposal)),
            _ => &[],
        }
    }

    /// The cases that one walks through, in order: those of the list that the
    /// case in sight was opened from, and how many there are.
    pub(crate) fn walk(&self) -> (Vec<CaseId>, String) {
        let (ids, more) = match self.above.iter().rev().nth(1) {
            Some(Screen::Changes(changes)) => (changes.cases.ids(), changes.more),
            Some(Screen::Proposals(proposals)) => {
                let mut ids: Vec<CaseId> = proposals.cases().collect();
                ids.dedup();
                (ids, false)
            }
            _ => return (self.queue.ids().to_vec(), self.queue.extent()),
        };
        let more = if more { "+" } else { "" };
        let extent = format!("{}{more}", ids.len());
        (ids, extent)
    }

    /// The case after this one on the way, or the last before it. Where this one
    /// is no longer on it, since somebody else answered it, the one that took its
    /// place under the cursor.
    pub(crate) fn beside(&self, case: CaseId) -> Option<CaseId> {
        let (ids, _) = self.walk();
        match ids.iter().position(|&id| id == case) {
            Some(at) => ids.get(at + 1).or_else(|| ids[..at].last()).copied(),
            None => self.way_cursor().filter(|next| ids.contains(next)),
        }
    }

    /// Where the cursor of the list stands that one walks through.
    pub(crate) fn way_cursor(&self) -> Option<CaseId> {
        match self.above.iter().rev().nth(1) {
            Some(Screen::Changes(changes)) => changes.cases.list.cursor,
            Some(Screen::Proposals(proposals)) => {
                let row = proposals.waiting.under_cursor()?;
                Some(row.proposal.case)
            }
            _ => self.queue.list.cursor,
        }
    }

    /// The case in sight, where one is.
    pub(crate) fn case_in_sight(&self) -> Option<CaseId> {
        self.compare().map(|compare| compare.case)
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
            case: self.case_in_sight(),
        });
    }

    /// Says what was refused, or went wrong.
    pub(crate) fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            is_bad: true,
            at: self.now,
            case: self.case_in_sight(),
        });
    }

    /// Whether what is being written answers many cases, or takes many answers
    /// back.
    pub(crate) fn writes_many(&self) -> bool {
        let purpose = self.writing.as_ref().map(|writing| &writing.purpose);
        purpose.is_some_and(|purpose| match purpose {
            Purpose::Undo(made) | Purpose::Redo(made) => made.case.is_none(),
            Purpose::Batch | Purpose::Settle(_) => true,
            Purpose::Decide { .. } | Purpose::Preview => false,
        })
    }

    /// Whether the notice in sight is so new that it may not have been read.
    pub(crate) fn has_just_told(&self) -> bool {
        let at = self.notice.as_ref().map(|notice| notice.at);
        at.is_some_and(|at| self.now.0 - at.0 < NOTICE_STAYS)
    }

    /// Since when something in sight is waited for.
    fn waits_since(&self) -> Option<Timestamp> {
        let screen = match self.above.last() {
            None => self.queue.page.asked_at().or(self.queue.lines.asked_at()),
            Some(Screen::Compare(c)) => c.page.asked_at(),
            Some(Screen::History(h)) => h.entries.rows.asked_at().or(h.verdict.asked_at()),
            Some(Screen::Search(s)) => s.hits.rows.asked_at(),
            Some(Screen::Contact(p)) => p.page.asked_at().or(p.older.asked_at()),
            Some(Screen::Overview(o)) => o.stats.asked_at(),
            Some(Screen::Changes(c)) => c.cases.rows.asked_at(),
            Some(Screen::Proposals(p)) => p.waiting.rows.asked_at(),
        };
        let overlay = match &self.overlay {
            Some(Overlay::Evidence(e)) => e.payload.asked_at(),
            Some(Overlay::Batch(b)) => b.plan.asked_at(),
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
        let slow = self.waits_since().map(|since| since.plus(PATIENCE));
        let slow = slow.filter(|&at| at > self.now);
        let hurried = self.compare().filter(|compare| compare.is_hurried);
        let answerable = hurried.map(Compare::answerable_at);
        slow.into_iter().chain(answerable).min()
    }

    /// What drawing needs to know.
    pub(crate) fn show(&self) -> Show<'_> {
        Show {
            now: self.now,
            zone: &self.session.zone,
            theme: self.session.theme,
            privacy: self.privacy,
            is_plain: self.session.look.plain,
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
        let change = self.above.iter().find_map(|screen| match screen {
            Screen::Changes(changes) => changes.cases.under_cursor(),
            Screen::Proposals(proposals) => proposals.waiting.under_cursor()?.row.as_ref(),
            _ => None,
        });
        for row in self.queue.under_cursor().into_iter().chain(change) {
            row.contacts.iter().for_each(|side| add(&side.name));
        }
        if let Some(Overlay::Batch(batch)) = &self.overlay {
            let of_cases = batch.names.iter().flat_map(|(_, names)| names);
            of_cases.for_each(|name| add(name));
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
