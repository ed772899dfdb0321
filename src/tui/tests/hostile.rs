//! Every scalar value of Unicode on its way to the terminal: none of those that
//! command it or cannot be seen arrives, and nothing around a name moves.

use super::fixtures::NOW;
use super::harness::{App, Setup};
use crate::domain::identifier::Kind;
use crate::tui::finish::Look;
use crate::tui::show::Show;
use crate::tui::theme::{Scheme, Theme};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;

/// Control, format and default-ignorable code points (UAX 44, Unicode 17),
/// written down apart from the table that is tested.
const UNSEEN: &[(u32, u32)] = &[
    (0x0, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x600, 0x605),
    (0x61C, 0x61C),
    (0x6DD, 0x6DD),
    (0x70F, 0x70F),
    (0x890, 0x891),
    (0x8E2, 0x8E2),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x110BD, 0x110BD),
    (0x110CD, 0x110CD),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
];

fn is_unseen(c: char) -> bool {
    let code = u32::from(c);
    let next = UNSEEN.partition_point(|&(_, last)| last < code);
    UNSEEN.get(next).is_some_and(|&(first, _)| first <= code)
}

fn show(zone: &TimeZone) -> Show<'_> {
    Show {
        now: NOW,
        zone,
        theme: Theme::new(Scheme::Terminal, true),
        privacy: false,
        is_plain: false,
        known: Vec::new(),
    }
}

/// Scalars that share a name in these tests, each between letters.
const TOGETHER: usize = 16;

/// Every scalar; where nothing is optimized, one in 61 of the planes that are
/// private or unassigned as a whole.
fn scalars() -> Vec<char> {
    let all: Vec<char> = ('\0'..=char::MAX).collect();
    assert_eq!(all.len(), 1_112_064);
    let is_wanted = |c: &char| {
        let code = u32::from(*c);
        !cfg!(debug_assertions)
            || code < 0x4_0000
            || (0xE_0000..0xE_1000).contains(&code)
            || code.is_multiple_of(61)
    };
    all.into_iter().filter(is_wanted).collect()
}

fn names() -> impl Iterator<Item = String> {
    let all = scalars();
    let names: Vec<String> = all
        .chunks(TOGETHER)
        .map(|some| some.iter().flat_map(|&c| ['x', c]).chain(['x']).collect())
        .collect();
    names.into_iter()
}

#[test]
fn no_scalar_gets_past_a_cell_or_moves_its_neighbours() {
    let zone = TimeZone::UTC;
    let show = show(&zone);
    let area = Rect::new(0, 0, 160, 1);
    for raw in names() {
        let safe = show.name(&raw);
        let mut buffer = Buffer::empty(area);
        let style = Style::new();
        let cell = crate::domain::text::pad(&safe, 150);
        Line::from(vec![
            Span::styled("│", style),
            Span::styled(cell, style),
            Span::styled("│after", style),
        ])
        .render(area, &mut buffer);
        let symbol = |x: u16| buffer[(x, 0)].symbol();
        assert_eq!(symbol(0), "│", "{raw:?}");
        let after: String = (151..157).map(symbol).collect();
        assert_eq!(after, "│after", "{raw:?} as {safe:?}");
        for cell in &buffer.content {
            let bad = cell.symbol().chars().find(|&c| is_unseen(c));
            assert_eq!(bad, None, "{raw:?}");
        }
    }
}

#[test]
fn no_scalar_gets_past_any_way_to_a_screen() {
    let zone = TimeZone::UTC;
    let show = show(&zone);
    for raw in names() {
        for shown in [
            show.name(&raw),
            show.sentence(&raw),
            show.value(Kind::Username, &raw),
            show.value(Kind::Phone, &raw),
            show.brief(Kind::Bsuid, &raw, 40),
            crate::domain::text::mask(&raw),
            crate::logging::safe_line(&raw),
        ] {
            let bad = shown.chars().find(|&c| is_unseen(c));
            assert_eq!(bad, None, "{raw:?} as {shown:?}");
        }
    }
}

/// On whole screens: what cannot be seen, and one in seven of the rest.
#[test]
fn no_scalar_gets_onto_a_screen() {
    let odd: Vec<char> = scalars()
        .into_iter()
        .filter(|&c| is_unseen(c) || u32::from(c).is_multiple_of(7))
        .collect();
    let mut app = App::new(Setup {
        size: (200, 50),
        look: Look::default(),
        ..Setup::default()
    });
    let frame = |screen: &str| -> Vec<String> {
        // Title, tabs, heads, and the hints below.
        let lines: Vec<&str> = screen.lines().collect();
        [0, 1, 2, 3, 49].map(|n| lines[n].to_owned()).to_vec()
    };
    let before = frame(&app.screen());
    for some in odd.chunks(140) {
        let mut parts = some.chunks(10).cycle();
        app.meanwhile(|held| {
            let sides = held.cases.iter_mut().flat_map(|row| &mut row.contacts);
            for side in sides {
                let part = parts.next().unwrap_or_default();
                side.name = part.iter().flat_map(|&c| ['x', c]).chain(['x']).collect();
            }
        });
        app.model.fresh = None;
        let buffer = app.buffer();
        for cell in &buffer.content {
            let bad = cell.symbol().chars().find(|&c| is_unseen(c));
            assert_eq!(bad, None, "{some:?}");
        }
        assert_eq!(frame(&app.screen()), before, "{some:?}");
    }
}
