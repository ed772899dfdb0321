//! Which contact an identifier belonged to, and when.

use super::fact::words;

words! {
    /// The state of a link. *Live* is active or provisional.
    LinkState {
        /// It stands.
        Active = "active",
        /// It ended.
        Former = "former",
        /// It stands through a change that nobody has accepted yet.
        Provisional = "provisional",
    }
}

impl LinkState {
    /// Active or provisional.
    #[must_use]
    pub fn is_live(self) -> bool {
        self != LinkState::Former
    }
}
