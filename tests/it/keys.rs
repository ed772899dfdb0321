//! What is searched in memory is what the store shows, on the traffic of the
//! demo.

use reunite::cli::demo::demo_store;
use reunite::domain::case::CaseState;
use reunite::domain::text;
use reunite::review::search::{CaseKey, Wanted};
use reunite::store::{self, CaseFilter, Mode, Store};
use std::collections::BTreeSet;
use std::time::Duration;

fn demo(dir: &tempfile::TempDir) -> Box<dyn Store> {
    let path = demo_store(dir.path()).unwrap();
    store::open(&path, Mode::ReadOnly, Duration::from_secs(1)).unwrap()
}

fn lines(raw: &str) -> BTreeSet<&str> {
    raw.lines().collect()
}

#[test]
fn cases_are_filtered_by_what_their_lines_show() {
    let dir = tempfile::tempdir().unwrap();
    let store = demo(&dir);
    for state in [None, Some(CaseState::Open), Some(CaseState::Resolved)] {
        let filter = CaseFilter {
            state,
            ..CaseFilter::default()
        };
        let rows = store.cases(&filter).unwrap();
        let keys = store.case_keys(state).unwrap();
        let order: Vec<_> = rows.iter().map(|row| row.case).collect();
        assert_eq!(store.case_order(state).unwrap(), order);
        assert_eq!(store.case_rows(&order).unwrap(), rows);
        assert_eq!(keys.len(), rows.len());
        for (key, row) in keys.iter().zip(&rows) {
            let shown = CaseKey::of(row);
            assert_eq!(
                (key.case, key.kind, key.action),
                (shown.case, shown.kind, shown.action)
            );
            assert_eq!(key.opened_at, shown.opened_at);
            assert!((key.confidence - shown.confidence).abs() < 1e-12);
            assert_eq!(lines(&key.phones), lines(&shown.phones), "{}", key.case);
            assert_eq!(lines(&key.ids), lines(&shown.ids), "{}", key.case);
            for line in shown.words.lines() {
                let mut words = text::words(line).into_iter();
                let known = words.all(|word| key.words.contains(&word));
                assert!(known || shown.phones.contains(line), "{line} in {key:?}");
            }
        }
    }
    let gone = store.case_rows(&[reunite::domain::ids::CaseId(1 << 40)]);
    assert_eq!(gone.unwrap(), []);
}

#[test]
fn contacts_are_searched_by_what_the_store_searches() {
    let dir = tempfile::tempdir().unwrap();
    let store = demo(&dir);
    let mut texts = Vec::new();
    store
        .contact_keys(&mut |contact, text| texts.push((contact, text.to_owned())))
        .unwrap();
    assert_eq!(texts.len(), store.contacts("", None).unwrap().len());
    for query in [
        "ana",
        "rafael bra",
        "5511",
        "@",
        "souza an",
        "BR.84",
        "иван",
    ] {
        let wanted = Wanted::new(query);
        let mut found: Vec<_> = texts
            .iter()
            .filter(|_| !wanted.is_empty())
            .filter_map(|(contact, text)| Some((*contact, wanted.score(text)?)))
            .collect();
        found.sort_by_key(|(contact, score)| (std::cmp::Reverse(*score), *contact));
        let hits = store.contacts(query, None).unwrap();
        let told: Vec<_> = hits.iter().map(|hit| (hit.contact, hit.score)).collect();
        assert_eq!(told, found, "{query}");
        assert_eq!(store.contact_hits(&found).unwrap(), hits, "{query}");
    }
}
