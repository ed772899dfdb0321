//! What lies over a screen: opened, typed into, chosen from, closed.
//!
//! Where text is typed, a few keys are fixed (Enter, Esc, the arrows) and the
//! keymap is asked only for keys that are no text.

use super::{answer, back, copy, navigate, proposal, queue, reply, run, sentence, undo};
use crate::domain::case::{Answer, Target};
use crate::tui::action::{Action, Entry, table};
use crate::tui::keymap::Scope;
use crate::tui::list::{List, Slot};
use crate::tui::model::{
    Asks, Choice, Entries, Evidence, Help, Model, Offer, Overlay, Pick, Prompt, Quit, Screen,
};
use crate::tui::overlays;
use crate::tui::show;
use crokey::KeyCombination;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::backend::crossterm::to_input_request;
use tui_input::{Input, InputRequest};

/// Opens the help on what is in sight, or the palette of `all` there is.
pub(super) fn help(model: &mut Model, all: bool) {
    let scope = model.scope();
    let idle = table().filter(|entry| overlays::help::why_not(model, scope, entry).is_some());
    let idle = idle.map(|entry| entry.id).collect();
    let under = model.overlay.take().map(Box::new);
    model.overlay = Some(Overlay::Help(Help {
        input: Input::default(),
        scope,
        all,
        idle,
        list: List::default(),
        under,
    }));
}

/// Opens a line to type.
pub(super) fn prompt(model: &mut Model, asks: Asks, text: &str) {
    let version = answer::version(model);
    model.overlay = Some(Overlay::Prompt(Prompt {
        asks,
        input: Input::new(text.to_owned()),
        complaint: None,
        version,
        under: None,
    }));
}

/// Opens the filter of the list in sight, on what it is now.
pub(super) fn filter(model: &mut Model) {
    if let Some(Screen::History(history)) = model.above.last() {
        let text = history.filter.text();
        prompt(model, Asks::Entries, &text);
        return;
    }
    let text = model.queue.filter.text.clone();
    prompt(model, Asks::Filter, &text);
}

/// Asks for the reason of the next decision.
pub(super) fn reason(model: &mut Model) {
    let reason = model.compare().and_then(|c| c.reason.clone());
    prompt(model, Asks::Reason, &reason.unwrap_or_default());
}

/// Shows what the case in sight rests on.
pub(super) fn evidence(model: &mut Model) {
    let Some(page) = model.case_page() else {
        return;
    };
    let rows = page.evidence.clone();
    // All that tell the contacts apart, what is in dispute first.
    let sides = page.row.contacts.iter().flat_map(|side| &side.identifiers);
    let disputed = page.row.identifiers.iter().map(|id| id.value.clone());
    let wanted = disputed.chain(sides.map(|id| id.value.clone())).collect();
    let cursor = rows.last().map(|row| row.event);
    model.overlay = Some(Overlay::Evidence(Evidence {
        rows,
        wanted,
        list: List { cursor, top: 0 },
        payload: Slot::default(),
        scroll: 0,
        is_raw: false,
        sought: String::new(),
    }));
    reply::load_payload(model);
}

/// Asks for a text to find in the payload in sight.
pub(super) fn find(model: &mut Model) {
    let under = model.overlay.take();
    let Some(Overlay::Evidence(evidence)) = under else {
        model.overlay = under;
        return;
    };
    let text = evidence.sought.clone();
    prompt(model, Asks::Find, &text);
    if let Some(Overlay::Prompt(prompt)) = &mut model.overlay {
        prompt.under = Some(Box::new(Overlay::Evidence(evidence)));
    }
}

/// Goes to the next line with what is sought, else with an identifier of the case.
pub(super) fn find_next(model: &mut Model) {
    let Some(Overlay::Evidence(evidence)) = &mut model.overlay else {
        return;
    };
    if let Some(at) = overlays::evidence::next_hit(evidence) {
        evidence.scroll = at;
    } else {
        let says = format!("“{}” is not in this payload.", evidence.sought);
        model.complain(says);
    }
}

/// Shows the payload as it came, or indented again.
pub(super) fn raw(model: &mut Model) {
    if let Some(Overlay::Evidence(evidence)) = &mut model.overlay {
        evidence.is_raw = !evidence.is_raw;
        evidence.scroll = overlays::evidence::first_wanted(evidence);
    }
}

/// Asks whether to end when the decision is saved.
pub(super) fn confirm_quit(model: &mut Model) {
    let offer = |label: &str, note: &str, pick| Offer {
        label: label.into(),
        note: note.into(),
        pick,
    };
    model.overlay = Some(Overlay::Choice(Choice {
        title: "A decision is still being saved".into(),
        options: vec![
            offer("Stay", "", Pick::Nothing),
            offer("Quit", "as soon as it is saved", Pick::QuitWhenSaved),
        ],
        cursor: 0,
        version: None,
    }));
}

/// Moves the cursor of an overlay; false if there is none to move.
pub(super) fn step(model: &mut Model, by: isize) -> bool {
    match &mut model.overlay {
        Some(Overlay::Choice(choice)) => {
            let last = choice.options.len().saturating_sub(1);
            choice.cursor = choice.cursor.saturating_add_signed(by).min(last);
            true
        }
        Some(Overlay::Evidence(evidence)) => {
            let ids = evidence.ids();
            let before = evidence.list.cursor;
            evidence.list.step(&ids, by);
            if evidence.list.cursor != before {
                reply::load_payload(model);
            }
            true
        }
        Some(Overlay::Help(help)) => {
            let ids = overlays::help::ids(help);
            help.list.step(&ids, by);
            true
        }
        Some(Overlay::Prompt(_)) => true,
        _ => scroll(model, by),
    }
}

/// Scrolls the text of an overlay; false if it has none.
pub(super) fn scroll(model: &mut Model, by: isize) -> bool {
    match &mut model.overlay {
        Some(Overlay::Evidence(evidence)) => {
            evidence.scroll = evidence.scroll.saturating_add_signed(by);
            true
        }
        Some(Overlay::Preview(preview)) => {
            preview.scroll = preview.scroll.saturating_add_signed(by);
            true
        }
        Some(Overlay::Batch(batch)) => {
            batch.scroll = batch.scroll.saturating_add_signed(by);
            true
        }
        _ => false,
    }
}

/// Keys of a choice that no configuration changes: Enter, and its numbers.
pub(super) fn fixed_key(model: &mut Model, key: KeyCombination) -> bool {
    let (KeyCode::Enter | KeyCode::Backspace | KeyCode::Char(_)) = key.codes.first() else {
        return false;
    };
    let code = *key.codes.first();
    match &model.overlay {
        Some(Overlay::Choice(choice)) => {
            let at = match code {
                KeyCode::Enter => Some(choice.cursor),
                KeyCode::Char(c) => c.to_digit(10).and_then(|n| (n as usize).checked_sub(1)),
                _ => None,
            };
            let Some(pick) = at
                .and_then(|at| choice.options.get(at))
                .map(|o| o.pick.clone())
            else {
                return false;
            };
            let version = choice.version;
            choose(model, pick, version);
            true
        }
        Some(Overlay::Preview(preview)) => {
            let depends = matches!(&preview.outcome, Some(Err(r)) if !r.by_decisions.is_empty());
            match code {
                KeyCode::Enter => undo::previewed(model),
                KeyCode::Char('c') if depends && model.writing.is_none() => undo::cascade(model),
                KeyCode::Char(c) if c.is_ascii_digit() => {
                    return undo::number(model, InputRequest::InsertChar(c));
                }
                KeyCode::Backspace => return undo::number(model, InputRequest::DeletePrevChar),
                _ => return false,
            }
            true
        }
        _ => false,
    }
}

const CHANGED: &str = "The case changed while this stood open; look again.";

fn choose(model: &mut Model, pick: Pick, version: Option<i64>) {
    model.overlay = None;
    match pick {
        Pick::Answer(answer) => {
            let action = match &answer {
                Answer::Defer { .. } => Action::Defer,
                _ => Action::Relink,
            };
            // The case may have changed while the choice stood open.
            match action.why_not(model) {
                Some(why) => model.complain(sentence(&why)),
                None if version != answer::version(model) => {
                    model.complain(CHANGED);
                }
                None => answer::decide(model, answer),
            }
        }
        Pick::Relink(named) => answer::offer_targets(model, &named),
        Pick::OtherContact(named) => prompt(model, Asks::Target(named), ""),
        Pick::Open(contact) => navigate::open_contact(model, contact),
        Pick::Undo(what) => undo::chosen(model, what),
        Pick::Confirm(ids) if version == answer::version(model) => proposal::confirmed(model, ids),
        Pick::Confirm(_) => model.complain(CHANGED),
        Pick::Withdraw(ids, is_sure) => proposal::withdrawn(model, ids, is_sure),
        Pick::Copy(what, text) => copy::copy(model, &what, text),
        Pick::CopyPage => copy::copy_page(model),
        Pick::QuitWhenSaved => {
            model.quit = if model.writing.is_some() {
                Quit::WhenSaved
            } else {
                Quit::Now
            };
        }
        Pick::Nothing => {}
    }
}

/// The line that is typed into now.
fn input(model: &mut Model) -> Option<&mut Input> {
    match &mut model.overlay {
        Some(Overlay::Prompt(prompt)) => Some(&mut prompt.input),
        Some(Overlay::Help(help)) => Some(&mut help.input),
        Some(_) => None,
        None => match model.above.last_mut() {
            Some(Screen::Search(search)) => Some(&mut search.input),
            _ => None,
        },
    }
}

/// A key where text is typed.
pub(super) fn type_key(model: &mut Model, event: KeyEvent, key: KeyCombination) -> bool {
    match event.code {
        KeyCode::Esc => escape(model),
        KeyCode::Enter => enter(model),
        KeyCode::Up | KeyCode::BackTab => navigate::step(model, -1),
        KeyCode::Down | KeyCode::Tab => navigate::step(model, 1),
        KeyCode::PageUp => navigate::page(model, -1),
        KeyCode::PageDown => navigate::page(model, 1),
        KeyCode::Char('n') if event.modifiers == KeyModifiers::CONTROL => navigate::step(model, 1),
        KeyCode::Char('p') if event.modifiers == KeyModifiers::CONTROL => navigate::step(model, -1),
        _ => {
            if let Some(request) = to_input_request(&Event::Key(event)) {
                return edit(model, request);
            }
            let Some(action) = model.session.keys.find(Scope::Global, key) else {
                return false;
            };
            if !matches!(action, Action::Help | Action::Suspend | Action::Reload) {
                return false;
            }
            if action == Action::Help && matches!(model.overlay, Some(Overlay::Help(_))) {
                return false;
            }
            run(model, action);
        }
    }
    true
}

fn edit(model: &mut Model, request: InputRequest) -> bool {
    let changed = input(model).and_then(|input| input.handle(request));
    if changed.is_some_and(|c| c.value) {
        typed(model);
    }
    changed.is_some()
}

/// Characters of a paste that are taken: a line of text, not a file.
const PASTED: usize = 2_000;

/// Text that was pasted: into the line, never as keys. Ends of lines and tabs,
/// between cells of a spreadsheet, part words.
pub(super) fn paste(model: &mut Model, text: &str) -> bool {
    let Some(input) = input(model) else {
        return false;
    };
    let mut words = text.split(char::is_control).filter(|word| !word.is_empty());
    let mut line = words.next().unwrap_or_default().to_owned();
    for word in words {
        // No need to read on.
        if line.len() > 4 * PASTED {
            break;
        }
        line.push(' ');
        line.push_str(word);
    }
    let cut = line.char_indices().nth(PASTED).map(|(at, _)| at);
    line.truncate(cut.unwrap_or(line.len()));
    // In one go: letter by letter it would take as long as the text squared.
    let at = input.cursor();
    let mut value: String = input.value().chars().take(at).collect();
    value.push_str(&line);
    value.extend(input.value().chars().skip(at));
    let cursor = at + line.chars().count();
    *input = Input::new(value).with_cursor(cursor);
    if cut.is_some() {
        let most = show::number(i64::try_from(PASTED).unwrap_or(i64::MAX));
        model.complain(format!("Only {most} characters of that were taken."));
    }
    typed(model);
    true
}

/// What was typed takes effect where it does so at once.
fn typed(model: &mut Model) {
    match &mut model.overlay {
        Some(Overlay::Prompt(prompt)) => {
            prompt.complaint = None;
            if prompt.asks == Asks::Filter {
                let text = prompt.input.value().to_owned();
                queue::set_filter(model, &text);
            }
        }
        Some(Overlay::Help(help)) => {
            let ids = overlays::help::ids(help);
            help.list.cursor = ids.first().copied();
        }
        Some(_) => {}
        None => {
            if let Some(Screen::Search(search)) = model.above.last_mut() {
                search.is_typed = true;
                search.opens = false;
            }
            navigate::load_hits(model);
        }
    }
}

fn escape(model: &mut Model) {
    if let Some(Overlay::Prompt(prompt)) = &model.overlay
        && prompt.asks == Asks::Filter
    {
        queue::set_filter(model, "");
    }
    if let Some(Overlay::Prompt(prompt)) = &mut model.overlay {
        model.overlay = prompt.under.take().map(|under| *under);
        return;
    }
    back(model);
}

fn enter(model: &mut Model) {
    match model.overlay.take() {
        Some(Overlay::Prompt(prompt)) => take_line(model, prompt),
        Some(Overlay::Help(help)) => {
            let entry = help
                .list
                .current(&overlays::help::ids(&help))
                .and_then(Entry::of);
            model.overlay = help.under.map(|under| *under);
            let Some(entry) = entry else {
                return;
            };
            match overlays::help::why_not(model, help.scope, entry) {
                Some(why) => model.complain(sentence(&why)),
                None => run(model, entry.action),
            }
        }
        other => {
            model.overlay = other;
            // What was typed last may not have been searched yet.
            if let Some(Screen::Search(search)) = model.above.last_mut()
                && search.is_typed
            {
                search.opens = true;
                return;
            }
            run(model, Action::Open);
        }
    }
}

fn take_line(model: &mut Model, mut prompt: Prompt) {
    let text = prompt.input.value().trim().to_owned();
    match &prompt.asks {
        Asks::Filter => {}
        Asks::Entries => match Entries::parse(&text) {
            Ok(filter) => navigate::filter_history(model, filter),
            Err(why) => {
                prompt.complaint = Some(why);
                model.overlay = Some(Overlay::Prompt(prompt));
            }
        },
        Asks::Find => {
            model.overlay = prompt.under.take().map(|under| *under);
            if let Some(Overlay::Evidence(evidence)) = &mut model.overlay {
                evidence.sought = text;
            }
            find_next(model);
        }
        Asks::Reason => {
            let said = if text.is_empty() {
                "The next decision carries no reason."
            } else {
                "The next decision carries this reason."
            };
            if let Some(compare) = model.compare_mut() {
                compare.reason = (!text.is_empty()).then_some(text);
            }
            model.say(said);
        }
        Asks::Settle(how, ids) => {
            if text == ids.len().to_string() {
                proposal::settle(model, *how, ids.clone());
            } else {
                prompt.complaint = Some(format!("{} does it", ids.len()));
                prompt.input.reset();
                model.overlay = Some(Overlay::Prompt(prompt));
            }
        }
        Asks::Target(named) => {
            if let Ok(to) = text.trim_start_matches('#').parse() {
                let answer = Answer::Relink {
                    identifier: named.clone(),
                    to: Target::Contact(to),
                    since: None,
                };
                choose(model, Pick::Answer(answer), prompt.version);
            } else {
                let says = "a contact's number, such as 12";
                prompt.complaint = Some(says.into());
                model.overlay = Some(Overlay::Prompt(prompt));
            }
        }
    }
}
