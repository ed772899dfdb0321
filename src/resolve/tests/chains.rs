//! Chains of changes, in whatever order they arrive.

use super::{Arrival, World, change, m, world};

fn chain() -> [Arrival; 4] {
    [
        m("b1 p1").at(1),
        change("b1", "b2").at(10),
        change("b2", "b3").at(20),
        m("b3").at(21),
    ]
}

fn every_order() -> Vec<[usize; 4]> {
    let mut orders = Vec::new();
    for a in 0..4 {
        for b in 0..4 {
            for c in 0..4 {
                let order = [a, b, c, 6_usize.wrapping_sub(a + b + c)];
                let mut sorted = order;
                sorted.sort_unstable();
                if sorted == [0, 1, 2, 3] {
                    orders.push(order);
                }
            }
        }
    }
    orders
}

fn accepted(w: &mut World, log: &[Arrival], order: [usize; 4]) {
    w.take_all(order.map(|i| log[i].clone()));
    for event in 1..=4 {
        if w.homes.change_of(super::EventId(event)).is_some() {
            w.accept(event);
        }
    }
}

#[test]
fn a_chain_is_resolved_in_any_order() {
    assert_eq!(every_order().len(), 24);
    for order in every_order() {
        let mut w = world();
        w.take_all(order.map(|i| chain()[i].clone()));
        let ids = ["b1", "b2", "b3"].map(|id| w.holder(id, 30));
        assert_eq!(ids[0], ids[1], "{order:?}");
        assert_eq!(
            ids[1] == ids[2],
            order[3] == 3,
            "{order:?}: what was seen before it was explained is asked as a collision"
        );
    }
}

#[test]
fn an_accepted_chain_leaves_one_live_bsuid_in_any_order() {
    for order in every_order() {
        let mut w = world();
        accepted(
            &mut w,
            &chain()[..3]
                .iter()
                .cloned()
                .chain([m("p1").at(5)])
                .collect::<Vec<_>>(),
            order,
        );
        assert_eq!(w.links("b1"), ["1 former 1-10"], "{order:?}");
        assert_eq!(w.links("b2"), ["1 former 10-20"], "{order:?}");
        assert_eq!(w.links("b3"), ["1 active 20-"], "{order:?}");
    }
}

#[test]
fn an_accepted_chain_of_one_moment_leaves_one_live_bsuid() {
    for order in every_order() {
        let log = [
            m("b1 p1").at(1),
            change("b1", "b2").at(10),
            change("b2", "b3").at(10),
            m("p1").at(5),
        ];
        let mut w = world();
        accepted(&mut w, &log, order);
        assert_eq!(w.links("b1"), ["1 former 1-10"], "{order:?}");
        assert_eq!(w.links("b2"), ["1 former 10-10"], "{order:?}");
        assert_eq!(w.links("b3"), ["1 active 10-"], "{order:?}");
    }
}

#[test]
fn a_later_step_known_by_its_phone_ends_what_an_earlier_one_brings_late() {
    let mut w = world();
    w.take(m("b1 p1").at(1));
    let second = w.take(change("b2 p1", "b3").at(20));
    let first = w.take(change("b1", "b2").at(10));
    w.accept(second);
    w.accept(first);
    assert_eq!(w.links("b1"), ["1 former 1-10"]);
    assert_eq!(w.links("b2"), ["1 former 10-20"]);
    assert_eq!(w.links("b3"), ["1 active 20-"]);
}

#[test]
fn a_change_before_the_first_message_under_the_new_id() {
    let mut w = world();
    w.take_all([m("b1 p1").at(1), change("b1", "b2").at(10)]);
    let seen = w.take(m("b2 p2").at(10));
    assert_eq!(w.home(seen), Some(1));
    assert_eq!(w.contacts().len(), 1);
}

#[test]
fn numbers_that_are_swapped_do_not_fork() {
    let mut w = world();
    w.take_all([m("b1 p1").at(1), m("b2 p2").at(1)]);
    let one = w.take(change("b1 p1", "b3 p2").at(10));
    let two = w.take(change("b2 p2", "b4 p1").at(10));
    w.accept(one);
    w.accept(two);
    assert_eq!(w.links("p1"), ["1 former 1-10", "2 active 10-"]);
    assert_eq!(w.links("p2"), ["2 former 1-10", "1 active 10-"]);
}
