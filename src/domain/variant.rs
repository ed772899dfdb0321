//! Two spellings of one number: `wa_id` and the dialled number can differ for
//! one account in Brazil, Mexico and Argentina (Meta, "Phone numbers"). A
//! variant is a candidate for a person to judge, never proof.

/// Whether two phone keys are the two forms of one number.
#[must_use]
pub fn is_variant(a: &str, b: &str) -> bool {
    a.len().abs_diff(b.len()) == 1
        && (form(a).is_some_and(|f| f == b) || form(b).is_some_and(|f| f == a))
}

/// The shorter form of a number that has two, or `None`.
#[must_use]
pub fn form(key: &str) -> Option<String> {
    if let Some(rest) = key.strip_prefix("55") {
        let (area, number) = rest.split_at_checked(2)?;
        let local = number.strip_prefix('9')?;
        let mobile = local.len() == 8 && matches!(local.as_bytes()[0], b'6'..=b'9');
        return mobile.then(|| format!("55{area}{local}"));
    }
    if let Some(rest) = key.strip_prefix("521") {
        return (rest.len() == 10).then(|| format!("52{rest}"));
    }
    let rest = key.strip_prefix("549")?;
    (rest.len() == 10).then(|| format!("54{rest}"))
}

/// The other form of a number that has two, or `None`.
#[must_use]
pub fn other_form(key: &str) -> Option<String> {
    form(key).or_else(|| longer(key))
}

fn longer(key: &str) -> Option<String> {
    let longer = match key.split_at_checked(2)? {
        ("55", rest) => {
            let (area, number) = rest.split_at_checked(2)?;
            format!("55{area}9{number}")
        }
        ("52", rest) => format!("521{rest}"),
        ("54", rest) => format!("549{rest}"),
        _ => return None,
    };
    form(&longer).is_some().then_some(longer)
}

#[cfg(test)]
mod tests {
    use super::{is_variant, other_form};

    #[test]
    fn each_form_leads_to_the_other() {
        for (long, short) in [
            ("5511987654321", "551187654321"),
            ("5215512345678", "525512345678"),
            ("5491123456789", "541123456789"),
        ] {
            assert_eq!(other_form(long).as_deref(), Some(short));
            assert_eq!(other_form(short).as_deref(), Some(long));
        }
        for only in ["551137654321", "4915112345678", "55", "", "5", "52"] {
            assert_eq!(other_form(only), None, "{only}");
        }
    }

    #[test]
    fn two_forms_of_one_number() {
        assert!(is_variant("5511987654321", "551187654321"));
        assert!(is_variant("551187654321", "5511987654321"));
        assert!(
            !is_variant("5511937654321", "551137654321"),
            "8 digits from 3 are a landline"
        );
        assert!(is_variant("5215512345678", "525512345678"));
        assert!(is_variant("5491123456789", "541123456789"));
        assert!(!is_variant("5511987654321", "5511987654321"));
        assert!(!is_variant("4915112345678", "491512345678"));
        assert!(!is_variant("55", "559"));
    }
}
