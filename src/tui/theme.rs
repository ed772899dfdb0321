//! The few styles there are.
//!
//! Only the terminal's own colours, and of those only magenta and red: of the
//! sixteen they keep the most contrast on dark and on light grounds alike.
//! Colour never says anything alone; without it (`NO_COLOR`) bold, dim and
//! reverse stay.

use ratatui::style::{Color, Modifier, Style};

/// The styles of a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Theme {
    /// What the eye should find first: focus, the thing in dispute.
    pub(crate) accent: Style,
    /// Secondary text: labels, dates, ids.
    pub(crate) dim: Style,
    /// Names and headings.
    pub(crate) strong: Style,
    /// What to be careful with.
    pub(crate) warn: Style,
    /// The row under the cursor.
    pub(crate) selected: Style,
    /// A badge in the title: read-only, demo, privacy.
    pub(crate) badge: Style,
}

impl Theme {
    /// With the terminal's colours, or without any.
    pub(crate) fn new(colour: bool) -> Self {
        let plain = Style::new();
        let in_colour = |c: Color| if colour { plain.fg(c) } else { plain };
        Self {
            accent: in_colour(Color::Magenta).add_modifier(Modifier::BOLD),
            dim: plain.add_modifier(Modifier::DIM),
            strong: plain.add_modifier(Modifier::BOLD),
            warn: in_colour(Color::Red).add_modifier(Modifier::BOLD),
            selected: plain.add_modifier(Modifier::REVERSED),
            badge: plain.add_modifier(Modifier::REVERSED),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_there_is_none_and_nothing_looks_plain() {
        let theme = Theme::new(false);
        for style in [
            theme.accent,
            theme.dim,
            theme.strong,
            theme.warn,
            theme.selected,
        ] {
            assert_eq!((style.fg, style.bg), (None, None));
            assert!(!style.add_modifier.is_empty());
        }
    }
}
