//! The few styles there are, in four schemes.
//!
//! By default only the terminal's own colours, and of those only magenta and
//! red: of the sixteen they keep the most contrast on dark and on light grounds
//! alike. The other schemes bring their own ground, in the 256 colours whose
//! values every terminal agrees on. Colour never says anything alone; without it
//! (`NO_COLOR`) bold, dim and reverse stay.

use ratatui::style::{Color, Modifier, Style};

/// Which colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheme {
    /// The terminal's own.
    #[default]
    Terminal,
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
    /// White and yellow on black, nothing dimmed.
    HighContrast,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Scheme; 4] = [
        Scheme::Terminal,
        Scheme::Dark,
        Scheme::Light,
        Scheme::HighContrast,
    ];

    /// Its name in configuration and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Terminal => "terminal",
            Scheme::Dark => "dark",
            Scheme::Light => "light",
            Scheme::HighContrast => "high-contrast",
        }
    }

    /// The scheme of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.as_str() == name)
    }
}

/// The styles of a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Theme {
    /// What stands where nothing else is said: text and its ground.
    pub(crate) base: Style,
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
    /// In a scheme, or without any colour.
    pub(crate) fn new(scheme: Scheme, colour: bool) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let reversed = plain.add_modifier(Modifier::REVERSED);
        let quiet = Self {
            base: plain,
            accent: bold,
            dim: plain.add_modifier(Modifier::DIM),
            strong: bold,
            warn: bold,
            selected: reversed,
            badge: reversed,
        };
        if !colour {
            return quiet;
        }
        let own = |text, ground, accent, dim, warn| Self {
            base: plain.fg(text).bg(ground),
            accent: bold.fg(accent),
            dim: plain.fg(dim),
            warn: bold.fg(warn),
            ..quiet
        };
        let index = Color::Indexed;
        match scheme {
            Scheme::Terminal => Self {
                accent: bold.fg(Color::Magenta),
                warn: bold.fg(Color::Red),
                ..quiet
            },
            Scheme::Dark => own(index(252), index(234), index(176), index(246), index(210)),
            Scheme::Light => own(index(235), index(255), index(90), index(240), index(124)),
            Scheme::HighContrast => Self {
                dim: plain.fg(index(231)),
                ..own(index(231), index(16), index(226), index(231), index(217))
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_there_is_none_and_nothing_looks_plain() {
        for scheme in Scheme::ALL {
            let theme = Theme::new(scheme, false);
            assert_eq!(theme.base, Style::new());
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

    /// Luminance of one of the 256 colours beyond the first sixteen (xterm's
    /// cube and greys; formula of WCAG 2).
    fn luminance(colour: Option<Color>) -> f64 {
        let Some(Color::Indexed(n)) = colour else {
            panic!("{colour:?} is not of the 256");
        };
        assert!(n >= 16, "the first sixteen are the terminal's own");
        let rgb = if n >= 232 {
            [8 + 10 * (n - 232); 3]
        } else {
            let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
            let n = n - 16;
            [level(n / 36), level(n / 6 % 6), level(n % 6)]
        };
        let [r, g, b] = rgb.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn every_scheme_can_be_read_on_its_own_ground() {
        for (scheme, least) in [
            (Scheme::Dark, 4.5),
            (Scheme::Light, 4.5),
            (Scheme::HighContrast, 7.0),
        ] {
            let theme = Theme::new(scheme, true);
            let ground = luminance(theme.base.bg);
            for style in [theme.base, theme.accent, theme.dim, theme.warn] {
                let text = luminance(style.fg);
                let (light, dark) = (text.max(ground), text.min(ground));
                let contrast = (light + 0.05) / (dark + 0.05);
                assert!(contrast >= least, "{scheme:?} {style:?} {contrast:.1}");
            }
        }
    }

    #[test]
    fn the_terminals_own_ground_is_left_alone() {
        assert_eq!(Theme::new(Scheme::Terminal, true).base, Style::new());
    }
}
