use std::borrow::Cow;

use proptest::prelude::*;
use unicode_normalization::char::is_public_assigned;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::*;

/// What the standard library calls unprintable (it escapes it), without the
/// spaces of French and Japanese and what joins a letter: told without our own
/// table. It may know an older Unicode than the tables of normalization.
fn is_unprintable(c: char) -> bool {
    !matches!(c, '\\' | '\'' | '"' | '\u{A0}' | '\u{202F}' | '\u{3000}')
        && c.escape_debug().count() > 1
        && !extends(c)
        && !is_public_assigned(c)
}

/// Every scalar value, but one in 61 of the planes that are one kind only:
/// unassigned, or private.
fn scalars() -> impl Iterator<Item = char> {
    ('\0'..=char::MAX).filter(|&c| {
        let code = u32::from(c);
        code < 0x4_0000 || (0xE_0000..0xE_1000).contains(&code) || code.is_multiple_of(61)
    })
}

#[test]
fn every_scalar_alone_and_between_letters_comes_out_visible() {
    for c in scalars() {
        for raw in [c.to_string(), format!("a{c}b")] {
            let out = safe(&raw);
            if out == raw {
                assert!(!hidden::is_hidden(c) && !is_unprintable(c), "{raw:?}");
            } else {
                assert!(
                    out.chars().all(
                        |c| matches!(c, 'a' | 'b' | '0'..='9' | 'A'..='F' | '‹' | '›')
                            || is_own(c)
                            || extends(c)
                    ),
                    "{raw:?} gives {out:?}"
                );
                assert!(out.chars().count() >= raw.chars().count());
                assert_eq!(safe(&out), out, "{raw:?}");
            }
        }
    }
}

#[test]
fn names_of_the_blank_and_the_dangerous_are_marks() {
    for range in [
        '\u{AD}'..='\u{AD}',
        '\u{34F}'..='\u{34F}',
        '\u{600}'..='\u{605}',
        '\u{61C}'..='\u{61C}',
        '\u{6DD}'..='\u{6DD}',
        '\u{70F}'..='\u{70F}',
        '\u{110BD}'..='\u{110BD}',
        '\u{13430}'..='\u{1343F}',
        '\u{1D173}'..='\u{1D17A}',
        '\u{FFF9}'..='\u{FFFC}',
        '\u{115F}'..='\u{1160}',
        '\u{17B4}'..='\u{17B5}',
        '\u{180B}'..='\u{180F}',
        '\u{200B}'..='\u{200F}',
        '\u{2028}'..='\u{202E}',
        '\u{2060}'..='\u{206F}',
        '\u{2800}'..='\u{2800}',
        '\u{3164}'..='\u{3164}',
        '\u{FE00}'..='\u{FE0F}',
        '\u{FFA0}'..='\u{FFA0}',
        '\u{E000}'..='\u{F8FF}',
        '\u{E0000}'..='\u{E0FFF}',
        '\u{80}'..='\u{9F}',
    ] {
        for c in range {
            assert_eq!(safe(&format!("a{c}b")), format!("a‹{:04X}›b", u32::from(c)));
        }
    }
    assert_eq!(safe("a\nb\tc\r\u{1b}[31m\u{7f}"), "a␊b␉c␍␛[31m␡");
}

#[test]
fn ordinary_text_is_borrowed() {
    for raw in [
        "",
        "Ana Souza",
        "João da Conceição",
        "Олександра",
        "محمد علي",
        "東京 太郎",
        "Zoë\u{308}",
    ] {
        assert!(matches!(safe(raw), Cow::Borrowed(_)), "{raw}");
    }
}

#[test]
fn known_emoji_stay_whole() {
    for raw in [
        "👨‍👩‍👧‍👦",
        "👩‍👦",
        "🧑‍🧑‍🧒‍🧒",
        "👩🏽‍❤️‍💋‍👨🏿",
        "👨‍❤️‍👨",
        "🧑🏻‍🤝‍🧑🏿",
        "👩🏾‍⚕️",
        "🏃🏽‍♀️‍➡️",
        "🚶‍➡️",
        "👩🏼‍🦽‍➡️",
        "🕵️‍♂️",
        "👨🏿‍🦰",
        "🏳️‍🌈",
        "🏳️‍⚧️",
        "🏴‍☠️",
        "🐈‍⬛",
        "❤️‍🔥",
        "😶‍🌫️",
        "👁️‍🗨️",
        "🙂‍↕️",
        "🫱🏻‍🫲🏿",
        "🇧🇷",
        "1️⃣",
        "#️⃣",
        "👍🏽",
        "☝🏽",
        "❤️",
        "⚡️",
        "©️",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        "🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    ] {
        assert_eq!(safe(raw), raw);
        assert_eq!(
            safe(&format!("Ana {raw} Souza")),
            format!("Ana {raw} Souza")
        );
    }
}

#[test]
fn unknown_sequences_show_their_joiners() {
    assert_eq!(safe("😀\u{200D}😀"), "😀‹200D›😀");
    assert_eq!(safe("😀\u{FE0F}"), "😀‹FE0F›");
    assert_eq!(safe("1\u{FE0F}"), "1‹FE0F›");
    assert_eq!(safe("👩\u{200D}"), "👩‹200D›");
    assert_eq!(
        safe("🏴\u{E0067}\u{E0062}\u{E007F}"),
        "🏴‹E0067›‹E0062›‹E007F›"
    );
    assert_eq!(safe("👩‍⚕️\u{301}"), "👩‍⚕️\u{301}");
    assert_eq!(safe("👩‍👩‍👩‍👩"), "👩‹200D›👩‹200D›👩‹200D›👩");
}

#[test]
fn a_cell_holds_eight_code_points() {
    let zalgo = format!("a{}", "\u{301}".repeat(4999));
    assert_eq!(safe(&zalgo), format!("a{}‹+4992›", "\u{301}".repeat(7)));
    assert_eq!(safe("\u{301}"), "◌\u{301}");
    assert_eq!(safe("a\u{200B}\u{301}"), "a‹200B›◌\u{301}");
    assert_eq!(
        safe(&"\u{1100}".repeat(20)),
        format!("{}‹+13›", "\u{1100}".repeat(7))
    );
}

#[test]
fn a_block_keeps_its_lines() {
    assert_eq!(
        safe_block("a\r\nb\n\n\u{202E}c\rd"),
        ["a", "b", "", "‹202E›c␍d"]
    );
    assert_eq!(safe_block(""), [""]);
}

#[test]
fn cells_are_cut_between_graphemes() {
    assert_eq!(cell("Ana Souza", 9), "Ana Souza");
    assert_eq!(cell("Ana Souza", 5), "Ana …");
    assert_eq!(cell("東京太郎", 4), "東…");
    assert_eq!(pad("東京太郎", 4), "東… ");
    assert_eq!(cell("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 3), "👨‍👩‍👧‍👦…");
    assert_eq!(cell("abc", 1), "…");
    assert_eq!(cell("abc", 0), "");
    assert_eq!(pad("ab", 4), "ab  ");
}

#[test]
fn folding_forgets_case_accents_and_width() {
    for (a, b) in [
        ("JOÃO", "joao"),
        ("Иван", "иван"),
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σισυφος"),
        ("１２３ ＡＢＣ", "123 abc"),
        ("مُحَمَّد", "محمد"),
        ("أحمد", "احمد"),
        ("فاطمة", "فاطمه"),
        ("٠١٢", "012"),
        ("Søren Łukasz", "soren lukasz"),
        ("Ti\u{200B}na", "tina"),
        ("Ёлка", "елка"),
        ("İstanbul", "istanbul"),
    ] {
        assert_eq!(fold(a), fold(b), "{a}");
    }
    assert_ne!(fold("राम"), fold("रोमा"), "vowel signs are spelling");
    assert_eq!(
        words("  Ana-Lúcia d'Ávila\n2º"),
        ["ana", "lucia", "d", "avila", "2o"]
    );
    assert_eq!(words("हिन्दी"), [fold("हिन्दी")]);
}

#[test]
fn lookalikes_are_different_and_look_the_same() {
    for (a, b) in [
        ("Ana Souza", "Аnа Sоuzа"),
        ("Ana Souza", "Ana\u{200B} Souza"),
        ("Ana Souza", "Ana\u{A0}Souza"),
        ("paypal", "paypaI"),
        ("joao", "j0ao"),
        ("lvan", "Ivan"),
        ("ROMA", "ＲＯＭＡ"),
        ("Νικος", "Nικος"),
    ] {
        assert!(lookalike(a, b), "{a} {b}");
    }
    for (a, b) in [
        ("Ana", "Ana"),
        ("Ana", "ana"),
        ("João", "Joao"),
        ("João", "Joa\u{303}o"),
        ("", "\u{200B}"),
        ("Ana", "Anna"),
    ] {
        assert!(!lookalike(a, b), "{a} {b}");
    }
}

#[test]
fn csv_fields_are_quoted_and_disarmed() {
    for (raw, field) in [
        ("Ana", "Ana"),
        ("Souza, Ana", "\"Souza, Ana\""),
        ("say \"hi\"", "\"say \"\"hi\"\"\""),
        ("=cmd()", "'=cmd()"),
        ("@SUM(1,2)", "\"'@SUM(1,2)\""),
        ("-5", "'-5"),
        ("+5511987654321", "+5511987654321"),
        ("+55 11", "'+55 11"),
        ("+", "'+"),
        ("\t=1", "'␉=1"),
        (" =1", "\"' =1\""),
        ("＝1", "'＝1"),
        ("a\nb", "a␊b"),
    ] {
        assert_eq!(csv(raw), field);
    }
}

#[test]
fn a_mask_keeps_the_shape() {
    assert_eq!(mask("Ana Souza"), "A•• S••••");
    assert_eq!(mask("+55 11 98765-4321"), "+•• •• •••••-••21");
    assert_eq!(mask("ana_souza@x"), "a••_s••••@x");
    assert_eq!(mask("Мария\u{202E}"), "М•••••");
    assert_eq!(mask("US.1349"), "U•.••49");
    assert_eq!(mask("❤️ oi"), "• o•");
}

/// Text with far more of the odd than chance would give.
fn hostile() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "a",
        "ß",
        "م",
        "東",
        "क",
        "्",
        "ि",
        "\u{301}",
        "\u{200D}",
        "\u{200B}",
        "\u{202E}",
        "\u{FE0F}",
        "\u{20E3}",
        "1",
        "👩",
        "❤",
        "🏽",
        "🧑",
        "🤝",
        "♀",
        "➡",
        "🏳",
        "🌈",
        "🇧",
        "🏴",
        "\u{E0067}",
        "\u{E007F}",
        "\u{1100}",
        "\u{1161}",
        "\u{11A8}",
        "\u{D4E}",
        "\u{E33}",
        "\u{FF9E}",
        "\n",
        "\r",
        "\u{1b}",
        "‹",
        "›",
        "◌",
        "␊",
        "…",
        "=",
        "\"",
        "ل",
        "ا",
        "\u{1F1E6}",
        "\u{600}",
        "\u{0D4D}",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(odd, 0..60).prop_map(|parts| parts.concat()),
        (any::<char>(), 0usize..40).prop_map(|(c, n)| c.to_string().repeat(n)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn safe_text_stays_as_it_is(raw in hostile()) {
        let once = safe(&raw).into_owned();
        prop_assert_eq!(safe(&once), once.as_str());
        for grapheme in once.graphemes(true) {
            let whole: Vec<char> = grapheme.chars().collect();
            prop_assert!(whole.len() <= MOST || emoji::sequence(&whole) == whole.len(), "{:?}", once);
        }
    }

    #[test]
    fn what_is_hidden_comes_out_only_in_emoji(raw in hostile()) {
        let out: Vec<char> = safe(&raw).chars().collect();
        let mut at = 0;
        while at < out.len() {
            let whole = emoji::sequence(&out[at..]);
            prop_assert!(whole > 0 || !hidden::is_hidden(out[at]), "{:?}", out);
            at += whole.max(1);
        }
    }

    #[test]
    fn cells_never_exceed_their_columns(raw in hostile(), columns in 0usize..30) {
        let cut = cell(&raw, columns);
        prop_assert!(width(&cut) <= columns, "{:?}", cut);
        prop_assert!(cut.width() <= columns, "{:?}", cut);
        prop_assert_eq!(width(&pad(&raw, columns)), columns);
    }

    #[test]
    fn folding_twice_is_folding_once(raw in hostile()) {
        let once = fold(&raw);
        prop_assert_eq!(fold(&once), once.clone());
        prop_assert!(!lookalike(&raw, &raw));
        prop_assert!(words(&raw).iter().all(|word| !word.is_empty()));
    }

    #[test]
    fn exports_are_one_safe_field(raw in hostile()) {
        let field = csv(&raw);
        prop_assert!(!field.contains(['\n', '\r', '\t']));
        let first = field.strip_prefix('"').unwrap_or(&field).chars().next();
        let phone = raw.strip_prefix('+').is_some_and(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit()));
        prop_assert!(phone || !matches!(first, Some('=' | '+' | '-' | '@')));
        let masked = mask(&raw);
        prop_assert_eq!(safe(&masked), masked.as_str());
    }
}

#[test]
fn folding_is_stable_for_every_scalar() {
    for c in scalars() {
        let once = fold(&c.to_string());
        assert_eq!(fold(&once), once, "{c:?}");
    }
}
