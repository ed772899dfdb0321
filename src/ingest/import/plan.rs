//! The countries' numbering plans, as far as they tell a phone with its country
//! code from one without: the calling codes, and how many digits follow them.
//!
//! A number of ten digits that a CRM exports is often one without its country,
//! and may begin as another country's do: taken as it stands, it is a stranger's.
//! Not every such number can be told; most numbers of most countries can.

use std::ops::RangeInclusive;

/// A number with its country code, as digits: itself, or without the zero that
/// is dialled before it only within the country. `None` if no number of its
/// country has as many digits.
pub(super) fn settled(digits: &str, trunk: bool) -> Option<String> {
    let (code, national) = split(digits)?;
    let (lengths, leads_with_zero) = plan(code)?;
    let national = match national.strip_prefix('0') {
        Some(rest) if trunk && !leads_with_zero => rest,
        _ => national,
    };
    if national.starts_with('0') && !leads_with_zero {
        return None;
    }
    // In North America no area begins with a zero or a one.
    let is_area = code != "1" || !national.starts_with(['0', '1']);
    (lengths.contains(&national.len()) && is_area).then(|| format!("{code}{national}"))
}

/// Whether phones of persons begin with it.
pub(super) fn is_calling_code(code: &str) -> bool {
    plan(code).is_some()
}

/// The country calling code of a number, and the rest.
fn split(digits: &str) -> Option<(&str, &str)> {
    let mut all = (1..=3).filter_map(|long| digits.split_at_checked(long));
    all.find(|(code, _)| plan(code).is_some())
}

/// How many digits the numbers of a person have behind a calling code, and
/// whether they may begin with a zero there (Recommendation ITU-T E.164 and the
/// national plans notified to the ITU; in Mexico and Argentina with the digit of
/// a mobile number; in Benin and Côte d'Ivoire also as they were before 2025 and
/// 2021). `None` for what is no calling code, or none of persons.
fn plan(code: &str) -> Option<(RangeInclusive<usize>, bool)> {
    let lengths = match code.parse::<u16>().ok()? {
        290 => 4..=5,
        683 | 690 => 4..=7,
        352 => 4..=11,
        43 => 4..=13,
        247 | 500 | 682 => 5..=6,
        676 | 677 | 678 | 688 => 5..=7,
        686 => 5..=8,
        358 | 685 => 5..=12,
        49 => 5..=13,
        298 | 299 | 672 | 681 | 687 => 6..=6,
        597 => 6..=7,
        252 | 359 | 376 | 508 => 6..=9,
        53 => 6..=10,
        39 => 6..=12,
        238 | 239 | 246 | 248 | 269 | 291 | 297 | 501 | 592 | 673 | 674 | 679 | 680 | 691 | 692
        | 960 => 7..=7,
        230 | 241 | 267 | 372 | 507 | 599 | 670 | 675 | 961 | 975 => 7..=8,
        220 | 231 | 245 | 254 | 265 | 354 | 423 | 595 | 967 => 7..=9,
        46 | 95 | 243 | 353 => 7..=10,
        62 | 381 | 870 | 878 | 881 | 882 | 883 | 888 => 7..=12,
        45 | 47 | 65 | 216 | 222 | 223 | 226 | 227 | 228 | 232 | 235 | 236 | 253 | 257 | 266
        | 268 | 350 | 356 | 357 | 370 | 371 | 373 | 374 | 382 | 386 | 389 | 502 | 503 | 504
        | 505 | 506 | 509 | 591 | 598 | 689 | 852 | 853 | 965 | 968 | 973 | 974 | 993 => 8..=8,
        32 | 36 | 51 | 66 | 213 | 224 | 250 | 258 | 264 | 355 | 377 | 385 | 387 | 593 | 855
        | 962 | 963 | 970 | 971 | 972 => 8..=9,
        20 | 60 | 64 | 225 | 229 | 378 | 850 | 856 | 880 | 964 | 976 | 977 => 8..=10,
        82 | 886 => 8..=11,
        383 => 8..=12,
        27 | 33 | 34 | 40 | 41 | 48 | 56 | 61 | 93 | 94 | 211 | 212 | 218 | 221 | 233 | 237
        | 240 | 242 | 244 | 249 | 251 | 255 | 256 | 260 | 261 | 262 | 351 | 375 | 380 | 420
        | 421 | 590 | 594 | 596 | 966 | 992 | 994 | 995 | 996 | 998 => 9..=9,
        44 | 63 | 81 | 84 | 92 | 263 => 9..=10,
        31 | 86 => 9..=11,
        1 | 7 | 30 | 57 | 58 | 90 | 91 | 98 | 234 => 10..=10,
        52 | 54 | 55 => 10..=11,
        _ => return None,
    };
    let zero = matches!(
        code,
        "39" | "225" | "226" | "227" | "229" | "241" | "242" | "250" | "378" | "676" | "992"
    );
    // A code has no zero before it.
    (!code.starts_with('0')).then_some((lengths, zero))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::north_america("16315551181", Some("16315551181"))]
    #[case::with_a_mobiles_digit("5215512345678", Some("5215512345678"))]
    #[case::of_a_small_country("298123456", Some("298123456"))]
    #[case::trunk("4901701234567", Some("491701234567"))]
    #[case::trunk_of_an_area("55011987654321", Some("5511987654321"))]
    #[case::zero_of_its_own("39061234567", Some("39061234567"))]
    #[case::before_2021("22507123456", Some("22507123456"))]
    #[case::without_its_country("6315551181", None)]
    #[case::of_sao_paulo_without_it("11987654321", None)]
    #[case::of_rio_without_it("21987654321", None)]
    #[case::of_india_without_it("9876543210", None)]
    #[case::of_spain_without_it("612345678", None)]
    #[case::an_extension("1631555118112", None)]
    #[case::two_zeros("490001701234567", None)]
    #[case::a_count("125", None)]
    #[case::a_day("20260102", None)]
    #[case::nobodys_code("9991234567", None)]
    #[case::none("", None)]
    fn a_number_fits_the_plan_of_its_country(#[case] digits: &str, #[case] wanted: Option<&str>) {
        assert_eq!(settled(digits, true).as_deref(), wanted);
    }

    #[test]
    fn a_trunk_zero_is_seen_only_behind_what_says_that_a_country_code_comes() {
        assert_eq!(settled("4901701234567", false), None);
        assert!(settled("39061234567", false).is_some());
    }

    #[test]
    fn no_calling_code_begins_another() {
        let is_code = |code: u16| plan(&code.to_string()).is_some();
        for code in (10..1000).filter(|code| is_code(*code)) {
            assert!(!is_code(code / 10) && !is_code(code / 100), "{code}");
        }
    }
}
