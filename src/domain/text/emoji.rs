//! The emoji that are written with characters that cannot be seen.
//!
//! Joiners, style selectors and tags stay only inside the sequences that
//! Unicode recommends for interchange (`emoji-zwj-sequences.txt` and
//! `emoji-sequences.txt`, Emoji 17); anywhere else they are a way to make two
//! equal-looking names differ. The sequences are told by their pattern: a list
//! of all 1,500 would say the same at greater length.

const JOINER: char = '\u{200D}';
const EMOJI_STYLE: char = '\u{FE0F}';
const KEYCAP: char = '\u{20E3}';

/// The tags behind a black flag that make it England's, Scotland's, Wales's.
const TAGGED_FLAGS: [&str; 3] = [
    "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "🏴\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];

/// Emoji that a person of any gender joins: trades, aids, hair.
const ROLES: &str = "⚕⚖✈🌾🍳🍼🎄🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦯🦰🦱🦲🦳🦼🦽🩰";
/// Aids and walks that have a direction (a person followed by `➡`).
const AIDS: &str = "🦯🦼🦽";
const WALKS: &str = "🏃🚶🧎";
/// Emoji that ♀ and ♂ join.
const GENDERED: &str = "⛹🏃🏄🏊🏋🏌👮👯👰👱👳👷💁💂💆💇🕵🙅🙆🙇🙋🙍🙎🚣🚴🚵🚶🤦🤵🤷🤸🤹🤼🤽🤾🦸🦹🧍🧎🧏🧔🧖🧗🧘🧙🧚🧛🧜🧝🧞🧟";
/// Pairs that no other rule makes.
const PAIRS: [&str; 20] = [
    "🏳🌈", "🏳⚧", "🏴☠", "🐈⬛", "🐕🦺", "🐻❄", "🐦⬛", "🐦🔥", "🍋🟩", "🍄🟫", "⛓💥", "❤🔥", "❤🩹",
    "😮💨", "😵💫", "😶🌫", "👁🗨", "🙂↔", "🙂↕", "🫱🫲",
];

/// Characters with a text and an emoji style, where U+FE0F chooses the latter:
/// all emoji of the basic plane, and beyond it those shown as text otherwise
/// (`emoji-data.txt`). Digits have it only in keycaps.
#[rustfmt::skip]
const STYLED: &[(u32, u32)] = &[
    (0xA9, 0xA9), (0xAE, 0xAE), (0x203C, 0x203C), (0x2049, 0x2049), (0x2122, 0x2122), (0x2139, 0x2139),
    (0x2194, 0x2199), (0x21A9, 0x21AA), (0x231A, 0x231B), (0x2328, 0x2328), (0x23CF, 0x23CF), (0x23E9, 0x23F3),
    (0x23F8, 0x23FA), (0x24C2, 0x24C2), (0x25AA, 0x25AB), (0x25B6, 0x25B6), (0x25C0, 0x25C0), (0x25FB, 0x25FE),
    (0x2600, 0x2604), (0x260E, 0x260E), (0x2611, 0x2611), (0x2614, 0x2615), (0x2618, 0x2618), (0x261D, 0x261D),
    (0x2620, 0x2620), (0x2622, 0x2623), (0x2626, 0x2626), (0x262A, 0x262A), (0x262E, 0x262F), (0x2638, 0x263A),
    (0x2640, 0x2640), (0x2642, 0x2642), (0x2648, 0x2653), (0x265F, 0x2660), (0x2663, 0x2663), (0x2665, 0x2666),
    (0x2668, 0x2668), (0x267B, 0x267B), (0x267E, 0x267F), (0x2692, 0x2697), (0x2699, 0x2699), (0x269B, 0x269C),
    (0x26A0, 0x26A1), (0x26A7, 0x26A7), (0x26AA, 0x26AB), (0x26B0, 0x26B1), (0x26BD, 0x26BE), (0x26C4, 0x26C5),
    (0x26C8, 0x26C8), (0x26CE, 0x26CF), (0x26D1, 0x26D1), (0x26D3, 0x26D4), (0x26E9, 0x26EA), (0x26F0, 0x26F5),
    (0x26F7, 0x26FA), (0x26FD, 0x26FD), (0x2702, 0x2702), (0x2705, 0x2705), (0x2708, 0x270D), (0x270F, 0x270F),
    (0x2712, 0x2712), (0x2714, 0x2714), (0x2716, 0x2716), (0x271D, 0x271D), (0x2721, 0x2721), (0x2728, 0x2728),
    (0x2733, 0x2734), (0x2744, 0x2744), (0x2747, 0x2747), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755),
    (0x2757, 0x2757), (0x2763, 0x2764), (0x2795, 0x2797), (0x27A1, 0x27A1), (0x27B0, 0x27B0), (0x27BF, 0x27BF),
    (0x2934, 0x2935), (0x2B05, 0x2B07), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x3030, 0x3030),
    (0x303D, 0x303D), (0x3297, 0x3297), (0x3299, 0x3299),
    (0x1F170, 0x1F171), (0x1F17E, 0x1F17F), (0x1F202, 0x1F202), (0x1F237, 0x1F237), (0x1F321, 0x1F321), (0x1F324, 0x1F32C),
    (0x1F336, 0x1F336), (0x1F37D, 0x1F37D), (0x1F396, 0x1F397), (0x1F399, 0x1F39B), (0x1F39E, 0x1F39F), (0x1F3CB, 0x1F3CE),
    (0x1F3D4, 0x1F3DF), (0x1F3F3, 0x1F3F3), (0x1F3F5, 0x1F3F5), (0x1F3F7, 0x1F3F7), (0x1F43F, 0x1F43F), (0x1F441, 0x1F441),
    (0x1F4FD, 0x1F4FD), (0x1F549, 0x1F54A), (0x1F56F, 0x1F570), (0x1F573, 0x1F579), (0x1F587, 0x1F587), (0x1F58A, 0x1F58D),
    (0x1F590, 0x1F590), (0x1F5A5, 0x1F5A5), (0x1F5A8, 0x1F5A8), (0x1F5B1, 0x1F5B2), (0x1F5BC, 0x1F5BC), (0x1F5C2, 0x1F5C4),
    (0x1F5D1, 0x1F5D3), (0x1F5DC, 0x1F5DE), (0x1F5E1, 0x1F5E1), (0x1F5E3, 0x1F5E3), (0x1F5E8, 0x1F5E8), (0x1F5EF, 0x1F5EF),
    (0x1F5F3, 0x1F5F3), (0x1F5FA, 0x1F5FA), (0x1F6CB, 0x1F6CB), (0x1F6CD, 0x1F6CF), (0x1F6E0, 0x1F6E5), (0x1F6E9, 0x1F6E9),
    (0x1F6F0, 0x1F6F0), (0x1F6F3, 0x1F6F3),
];

/// The length of the longest known sequence that begins `chars` and needs
/// something invisible; 0 if there is none.
pub(super) fn sequence(chars: &[char]) -> usize {
    match chars {
        ['0'..='9' | '#' | '*', EMOJI_STYLE, KEYCAP, ..] => 3,
        ['🏴', '\u{E0067}', ..] => tagged_flag(chars),
        [_, JOINER | EMOJI_STYLE | '🏻'..='🏿', ..] => joined(chars),
        _ => 0,
    }
}

fn tagged_flag(chars: &[char]) -> usize {
    TAGGED_FLAGS
        .iter()
        .map(|flag| (flag, flag.chars().count()))
        .find(|(flag, length)| flag.chars().eq(chars.iter().copied().take(*length)))
        .map_or(0, |(_, length)| length)
}

/// Reads `emoji [style | skin tone]`, joined by joiners, and remembers the
/// longest part that is known.
fn joined(chars: &[char]) -> usize {
    // The emoji alone, without what styles them.
    let mut bases = Vec::new();
    let mut known = 0;
    let mut at = 0;
    while let Some(&base) = chars.get(at) {
        bases.push(base);
        at += 1;
        match chars.get(at) {
            Some(&EMOJI_STYLE) if is_styled(base) => {
                at += 1;
                if bases.len() == 1 {
                    known = at;
                }
            }
            Some('🏻'..='🏿') => at += 1,
            _ => {}
        }
        if is_joined(&bases) {
            known = at;
        }
        if chars.get(at) != Some(&JOINER) {
            break;
        }
        at += 1;
    }
    known
}

fn is_styled(c: char) -> bool {
    let code = u32::from(c);
    let next = STYLED.partition_point(|&(_, last)| last < code);
    STYLED.get(next).is_some_and(|&(first, _)| first <= code)
}

/// Whether Unicode recommends these emoji, joined in this order.
fn is_joined(bases: &[char]) -> bool {
    const PERSON: [char; 3] = ['👨', '👩', '🧑'];
    let person = |c: &char| PERSON.contains(c);
    match bases {
        [who, role] if person(who) && ROLES.contains(*role) => true,
        [who, aid, '➡'] if person(who) && AIDS.contains(*aid) => true,
        [who, '♀' | '♂'] => GENDERED.contains(*who),
        [who, '➡'] | [who, '♀' | '♂', '➡'] => WALKS.contains(*who),
        [a, '❤' | '🤝' | '🐰' | '🫯', b] | [a, '❤', '💋', b] => person(a) && person(b),
        [a, b] if PAIRS.iter().any(|pair| pair.chars().eq([*a, *b])) => true,
        _ => is_family(bases),
    }
}

/// One or two parents, then one or two children.
fn is_family(bases: &[char]) -> bool {
    let children = bases
        .iter()
        .rev()
        .take_while(|&&c| matches!(c, '👧' | '👦' | '🧒'))
        .count();
    let parents = bases.len() - children;
    (1..=2).contains(&children)
        && (1..=2).contains(&parents)
        && bases[..parents]
            .iter()
            .all(|c| matches!(c, '👨' | '👩' | '🧑'))
}
