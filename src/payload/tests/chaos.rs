//! Whatever comes in: no panic, and at least one item.

use super::super::{Format, read};
use super::mutate::fixtures;
use crate::domain::fact::{Reading, What};
use proptest::prelude::*;
use serde_json::Value;

/// Replaces the value at the `nth` place of a tree, counted from the root.
fn replace(tree: &mut Value, nth: &mut usize, by: &Value) {
    if *nth == 0 {
        *tree = by.clone();
        *nth = usize::MAX;
        return;
    }
    *nth -= 1;
    match tree {
        Value::Array(list) => list.iter_mut().for_each(|value| replace(value, nth, by)),
        Value::Object(map) => map.values_mut().for_each(|value| replace(value, nth, by)),
        _ => {}
    }
}

fn count(tree: &Value) -> usize {
    1 + match tree {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[A-Z]{2}\\.[A-Z0-9.]{0,8}".prop_map(Value::from),
        "\\+?[0-9 ]{0,16}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4).prop_map(Value::from_iter),
        ]
    })
}

fn holds(json: &str) {
    for format in [Format::Auto, Format::Meta, Format::Kapso] {
        let items = read(json, format);
        assert!(!items.is_empty());
        let is_change = |reading: &Reading| matches!(reading, Reading::Fact(fact) if matches!(fact.what, What::Change(_)));
        assert!(items.is_sorted_by_key(|item| !is_change(&item.reading)));
        // Reading is a function: the same text gives the same keys again.
        assert_eq!(items, read(json, format));
    }
}

proptest! {
    #[test]
    fn any_string(text in ".{0,200}") {
        holds(&text);
    }

    #[test]
    fn any_value(value in anything()) {
        holds(&value.to_string());
    }

    #[test]
    fn any_fixture_with_any_value_at_any_place(
        which in 0..fixtures().len(),
        place in any::<prop::sample::Index>(),
        by in anything(),
    ) {
        let mut tree = fixtures().swap_remove(which);
        let mut nth = place.index(count(&tree));
        replace(&mut tree, &mut nth, &by);
        holds(&tree.to_string());
    }

    #[test]
    fn any_fixture_torn_anywhere(which in 0..fixtures().len(), at in any::<prop::sample::Index>()) {
        let text = fixtures().swap_remove(which).to_string();
        holds(&text[..at.index(text.len())]);
    }
}
