//! Bent deliveries by the thousand: no panic, each gives items, and the same
//! ones again. All of them, in release:
//!
//! `REUNITE_FUZZ=1000000 cargo test --release --lib bent_deliveries -- --nocapture`

use super::super::{Format, Unread, read, read_counting};
use super::mutate::{Dice, fixtures, mutated, rounds};
use crate::domain::fact::{Reading, What};

#[test]
fn bent_deliveries_give_items() {
    let rounds = rounds(20_000);
    let fixtures = fixtures();
    let mut unread = Unread::default();
    let mut became = [0_u64; 3];
    for seed in 0..rounds {
        let bytes = mutated(&mut Dice::new(seed as u64), &fixtures);
        let text = String::from_utf8_lossy(&bytes);
        let format = match seed % 8 {
            0 => Format::Meta,
            1 => Format::Kapso,
            _ => Format::Auto,
        };
        let items = read_counting(&text, format, Some(&mut unread));
        assert!(!items.is_empty(), "{seed}: {text}");
        for item in &items {
            match &item.reading {
                Reading::Fact(fact) => {
                    became[0] += 1;
                    assert!(!fact.key.is_empty(), "{seed}: {text}");
                    let is_message = matches!(fact.what, What::Message(_));
                    assert!(
                        !is_message
                            || fact.seen.has_key()
                            || {
                                let What::Message(message) = &fact.what else {
                                    return;
                                };
                                message.group.is_some()
                            }
                            || fact.seen.attested.is_some(),
                        "{seed}: {text}"
                    );
                }
                Reading::Unrecognised(what) => {
                    became[1] += 1;
                    assert!(!what.is_empty());
                }
                Reading::Quarantined(reason) => {
                    became[2] += 1;
                    assert!(!reason.is_empty(), "{seed}: {text}");
                }
            }
        }
        if seed % 16 == 0 {
            assert_eq!(items, read(&text, format), "{seed}: {text}");
        }
    }
    // Paths are bounded whatever comes.
    assert!(unread.fields().len() <= 501);
    assert!(became.iter().all(|many| *many > 0), "{became:?}");
    println!("{rounds} deliveries: applied, unrecognised, quarantined {became:?}");
}
