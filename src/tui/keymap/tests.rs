use super::*;

fn map(entries: &[(&str, &str, &str)]) -> Result<Keymap> {
    let mut configured: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (scope, key, action) in entries {
        configured
            .entry((*scope).into())
            .or_default()
            .insert((*key).into(), (*action).into());
    }
    Keymap::new(&configured)
}

fn complaint(entries: &[(&str, &str, &str)]) -> String {
    match map(entries) {
        Ok(_) => panic!("{entries:?} should be refused"),
        Err(error) => error.to_string(),
    }
}

fn key(raw: &str) -> KeyCombination {
    parse(raw).unwrap()
}

#[test]
fn every_default_key_parses_and_no_two_actions_share_one() {
    let map = map(&[]).unwrap();
    for entry in table() {
        for raw in entry.keys {
            for &scope in entry.scopes {
                assert_eq!(
                    map.find(scope, key(raw)),
                    Some(entry.action),
                    "{raw} in {scope:?}"
                );
            }
        }
    }
}

#[test]
fn ids_are_unique_and_fit_configuration() {
    for (i, entry) in table().enumerate() {
        assert!(entry.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
        assert!(table().take(i).all(|other| other.id != entry.id));
        assert!(!entry.doc.ends_with('.'), "{}", entry.id);
    }
}

#[test]
fn a_capital_is_shift_and_signs_ignore_it() {
    let shifted = KeyEvent::new(KeyCode::Char('?'), KeyModifiers::SHIFT);
    assert_eq!(pressed(shifted), key("?"));
    assert_eq!(key("G"), key("shift-g"));
    assert_ne!(key("G"), key("g"));
    let capital = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::NONE);
    assert_eq!(pressed(capital), key("G"));
    assert_eq!(label(key("ctrl-d")), "Ctrl-d");
    assert_eq!(label(key("G")), "G");
    assert_eq!(label(key("backtab")), "Shift-Tab");
}

#[test]
fn the_example_of_the_configuration() {
    let map = map(&[("queue", "ctrl-d", "page-down")]).unwrap();
    assert_eq!(
        map.find(Scope::Queue, key("ctrl-d")),
        Some(Action::PageDown)
    );
}

#[test]
fn a_scope_beats_global_and_both_beat_the_defaults() {
    let map = map(&[
        ("global", "f2", "contacts"),
        ("compare", "f2", "history"),
        ("compare", "m", "keep-separate"),
        ("compare", "s", "merge"),
    ])
    .unwrap();
    assert_eq!(map.find(Scope::Queue, key("f2")), Some(Action::Contacts));
    assert_eq!(map.find(Scope::Compare, key("f2")), Some(Action::History));
    assert_eq!(
        map.find(Scope::Compare, key("m")),
        Some(Action::KeepSeparate)
    );
    assert_eq!(map.key(Scope::Compare, Action::Merge), "s");
}

#[test]
fn mistakes_name_scope_and_key() {
    for (entries, says) in [
        (vec![("list", "j", "down")], "[keys.list] is no scope"),
        (vec![("queue", "hyper-x", "down")], "\"hyper-x\" is no key"),
        (vec![("queue", "J", "fly")], "no action \"fly\""),
        (vec![("queue", "m", "merge")], "does nothing in queue"),
        (
            vec![
                ("queue", "ctrl-f", "page-down"),
                ("queue", "Ctrl-F", "down"),
            ],
            "given twice",
        ),
        (
            vec![("compare", "s", "merge")],
            "[keys.compare] \"s\": this leaves \"keep-separate\" without a key",
        ),
        (vec![("global", "ctrl-c", "help")], "always quits"),
    ] {
        let said = complaint(&entries);
        assert!(said.contains(says), "{said}");
    }
    assert!(map(&[("compare", "s", "none")]).is_ok());
}

#[test]
fn every_action_has_its_line_and_its_place() {
    let lines = lines();
    assert_eq!(lines.len(), table().count());
    for line in &lines {
        assert!(!line.places.is_empty(), "{}", line.id);
    }
    let palette = lines.iter().find(|line| line.id == "palette").unwrap();
    assert_eq!(palette.keys, [":"]);
}
