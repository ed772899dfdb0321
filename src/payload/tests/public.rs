//! The public examples, read where they lie: third-party data, of which
//! nothing is kept here.

use super::line::line;
use crate::domain::fact::Reading;
use crate::payload::{Format, read};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The folder `shared/payloads` beside the work tree, or beside one above it.
fn folder() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|above| above.join("shared/payloads"))
        .find(|folder| folder.is_dir())
}

/// A file is one delivery, or an object that holds one under each case name.
fn deliveries(text: &str) -> Vec<String> {
    let Ok(Value::Object(cases)) = serde_json::from_str(text) else {
        return vec![text.to_owned()];
    };
    let is_webhook = |case: &Value| case.get("entry").is_some();
    if cases.values().all(is_webhook) {
        cases.values().map(Value::to_string).collect()
    } else {
        vec![text.to_owned()]
    }
}

#[test]
fn every_public_example_gives_items() {
    let Some(folder) = folder() else {
        println!("skipped: there is no folder shared/payloads beside this one");
        return;
    };
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "json"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let items: Vec<_> = deliveries(&text)
            .iter()
            .flat_map(|json| read(json, Format::Auto))
            .collect();
        assert!(!items.is_empty());
        let count = |wanted: fn(&Reading) -> bool| {
            items.iter().filter(|item| wanted(&item.reading)).count()
        };
        println!(
            "{:>2} applied {:>2} unrecognised {:>2} quarantined  {}",
            count(|reading| matches!(reading, Reading::Fact(_))),
            count(|reading| matches!(reading, Reading::Unrecognised(_))),
            count(|reading| matches!(reading, Reading::Quarantined(_))),
            path.file_stem().unwrap().to_string_lossy()
        );
        for item in &items {
            println!("      {} {}", item.pointer, line(item));
            // Placeholders for phones, and fragments without a person; a shape
            // that we got wrong would say something else.
            if let Reading::Quarantined(reason) = &item.reading {
                assert!(
                    reason.contains("expected a phone, found \"")
                        || reason.contains("names no person"),
                    "{}: {reason}",
                    path.display()
                );
            }
        }
    }
}
