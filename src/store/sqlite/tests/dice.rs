//! Repeatable chance for the tests that break things.

use super::Fixture;
use super::random::{Step, run, steps};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

pub(super) struct Dice {
    state: u64,
    runner: TestRunner,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        Self {
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            runner: TestRunner::new_with_rng(Config::default(), rng),
        }
    }

    /// From 0 up to, and without, `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap() % n.max(1)
    }

    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    pub(super) fn number(&mut self, n: usize) -> i64 {
        i64::try_from(self.below(n)).unwrap()
    }

    /// Random traffic, decisions and undos.
    pub(super) fn steps(&mut self) -> Vec<Step> {
        steps().new_tree(&mut self.runner).unwrap().current()
    }

    /// A store with `n` sequences of them.
    pub(super) fn store(&mut self, n: usize) -> Fixture {
        let mut fixture = Fixture::new();
        for _ in 0..n {
            let steps = self.steps();
            run(&mut fixture, &steps);
        }
        fixture
    }
}
