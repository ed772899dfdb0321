//! The screens, a file each: how they are laid out and drawn from the model.

pub(crate) mod compare;
pub(crate) mod contact;
pub(crate) mod history;
pub(crate) mod queue;
pub(crate) mod search;
pub(crate) mod timeline;
