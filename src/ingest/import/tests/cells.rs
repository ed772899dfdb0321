//! What a cell says, and what it only seems to say.

use super::*;

/// Neither the number of a stranger in another country nor one that was mended
/// by a guess: such a row waits.
#[rstest]
#[case::area_in_brackets("(631) 555-1181", NATIONAL)]
#[case::in_north_americas_blocks("202-555-0123", NATIONAL)]
#[case::of_another_plan("6315551181", NATIONAL)]
#[case::of_sao_paulo("11987654321", NATIONAL)]
#[case::a_part_of_a_number("5551181", NATIONAL)]
#[case::a_count("125", NATIONAL)]
#[case::a_day("2026-01-02", NATIONAL)]
#[case::an_extension("+1 631 555 1181-12", LENGTH)]
#[case::two_short_ones("+16315551181 1", LENGTH)]
#[case::no_country("+999 12345678", LENGTH)]
#[case::decimal_comma("\"5,51199E+12\"", ROUNDED)]
fn what_is_nobodys_number_is_refused(#[case] cell: &str, #[case] why: &str) {
    let found = cell.trim_matches('"');
    assert_eq!(
        refusals(format!("name,phone\nAna,{cell}\n")),
        [format!(
            "people.csv:2 /phone: phone: {why}, found \"{found}\""
        )]
    );
}

const NATIONAL: &str = "expected a phone with its country code";
const LENGTH: &str = "its country has no phones of so many digits";
const ROUNDED: &str = "a spreadsheet has rounded it; export the column as text";

#[rstest]
#[case::as_in_the_country("+44 07911 123456", "447911123456")]
#[case::area_as_in_the_country("+44 (020) 7946 0958", "442079460958")]
#[case::behind_two_zeros("0049 0171 1234567", "491711234567")]
#[case::italian("+39 06 1234567", "39061234567")]
#[case::two_decimals("16315551181.00", "16315551181")]
#[case::marks_of_direction("\u{202a}+1 631 555 1181\u{202c}", "16315551181")]
#[case::long_dashes("+1 631\u{2013}555\u{2013}1181", "16315551181")]
fn what_can_be_undone_is_undone(#[case] cell: &str, #[case] wanted: &str) {
    let seen = seen(format!("name,phone\nAna,{cell}\n"));
    assert_eq!(phone(&seen[0]), wanted);
}

/// Or everybody whose cell says so would be one person.
#[rstest]
#[case("NULL")]
#[case("null")]
#[case("\\N")]
#[case("N/A")]
#[case("#N/A")]
#[case("undefined")]
#[case("-")]
fn what_stands_for_nothing_is_no_identifier(#[case] nothing: &str) {
    let header = "name,phone,mobile,bsuid,parent_bsuid,username,portfolio";
    let seen = seen(format!(
        "{header}\nAna,16315551181,{}\n",
        [nothing; 5].join(",")
    ));
    assert_eq!(phone(&seen[0]), "16315551181");
    assert_eq!(bsuid(&seen[0]), "");
    assert_eq!((&seen[0].parent, &seen[0].username), (&None, &None));
}

#[test]
fn a_name_is_one_even_where_it_means_nothing() {
    let names = |cell: &str| seen(format!("name,phone\n{cell},16315551181\n"))[0].clone();
    assert_eq!(names("Null").book_name.as_deref(), Some("Null"));
    assert_eq!(names("NULL").book_name, None);
}

#[rstest]
#[case("1.3491E+19", ROUNDED)]
#[case("US.1 US.2", "expected one BSUID")]
#[case("US.1;US.2", "expected one BSUID")]
#[case("+16315551181", "expected a BSUID")]
fn what_cannot_be_one_id_is_none(#[case] cell: &str, #[case] why: &str) {
    for column in ["bsuid", "parent_bsuid"] {
        assert_eq!(
            refusals(format!("phone,{column}\n16315551181,{cell}\n")),
            [format!(
                "people.csv:2 /{column}: {column}: {why}, found {cell:?}"
            )]
        );
    }
    // As several usernames are exported.
    let seen = seen("phone,username\n16315551181,ana bo\n");
    assert_eq!(seen[0].username, None);
}

#[test]
fn the_user_id_of_a_crm_is_no_reason_to_refuse_the_phone_beside_it() {
    let seen = seen("User ID,Phone\n4711,16315551181\nUS.13491208655302741918,\n");
    assert_eq!((phone(&seen[0]), bsuid(&seen[0])), ("16315551181", ""));
    assert_eq!(bsuid(&seen[1]), "US.13491208655302741918");
}

#[test]
fn the_label_beside_a_phone_says_whose_it_is() {
    let header = "Phone 1 - Label,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value";
    let one = |row: &str| {
        let seen = seen(format!("{header}\n{row}\n")).remove(0);
        phone(&seen).to_owned()
    };
    let (a, b) = ("16315551181", "16315551182");
    assert_eq!(one(&format!("Work,{a},Mobile,{b}")), b);
    assert_eq!(one(&format!("Home Fax,{a},Home,{b}")), b);
    assert_eq!(one(&format!("Mobile,{a},WhatsApp,{b}")), b);
    assert_eq!(one(&format!("* myLabel,{a},,{b}")), a);
    assert_eq!(
        refusals(format!("{header}\nPager,{a},,\n")),
        ["people.csv:2 : names no person: neither phone nor BSUID"]
    );
}

#[rstest]
#[case::second(
    "Phone,Phone,Mobile 2,Phone (3)",
    "Phone=phone, Phone (2)=phone, Mobile 2=mobile, Phone (3)=phone"
)]
#[case::google(
    "First Name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value",
    "First Name=first_name, Phone 1 - Value=phone, Phone 2 - Value=phone"
)]
#[case::outlook(
    "First Name,Business Phone,Business Fax,Mobile Phone,Company Main Phone",
    "First Name=first_name, Business Phone=other_phone, Mobile Phone=mobile"
)]
#[case::shopify(
    "First Name,Default Address Phone,Phone",
    "First Name=first_name, Default Address Phone=other_phone, Phone=phone"
)]
#[case::woocommerce(
    "billing_first_name,billing_last_name,billing_phone,shipping_phone",
    "billing_first_name=first_name, billing_last_name=last_name, billing_phone=other_phone"
)]
#[case::contact_number(
    "Customer Name,Contact Number",
    "Customer Name=name, Contact Number=phone"
)]
#[case::russian(
    "Имя,Фамилия,Рабочий телефон,Мобильный телефон",
    "Имя=first_name, Фамилия=last_name, Рабочий телефон=phone, Мобильный телефон=mobile"
)]
#[case::indonesian("Nama,No. HP,No. WA", "Nama=name, No. HP=mobile, No. WA=whatsapp")]
#[case::no_phones("Address 1,Name 2,Card 4", "")]
fn more_headers_are_recognised(#[case] header: &str, #[case] wanted: &str) {
    if wanted.is_empty() {
        let sheet = sheet(format!("{header}\n")).unwrap();
        assert!(columns(sheet.header(), &[]).is_err());
        return;
    }
    assert_eq!(taken(header), wanted);
}

#[test]
fn a_number_at_an_address_goes_last() {
    let header = "Default Address Phone,Phone";
    let one = |row: &str| seen(format!("{header}\n{row}\n")).remove(0);
    assert_eq!(phone(&one("'+16315551181,'+16315551182")), "16315551182");
    assert_eq!(phone(&one("'+16315551181,")), "16315551181");
}

#[test]
fn blank_lines_are_no_header() {
    let seen = seen("\n  \n,\nname,phone\nAna,16315551181\n");
    assert_eq!(phone(&seen[0]), "16315551181");
}

#[test]
fn phones_of_a_column_can_be_given_their_country() {
    let read = |text: &str, by_hand: &[&str]| {
        let sheet = sheet(text).unwrap();
        let by_hand: Vec<Mapping> = by_hand.iter().map(|m| m.parse().unwrap()).collect();
        let columns = columns(sheet.header(), &by_hand).unwrap();
        let first = sheet.arrivals(way(columns)).next().unwrap().unwrap();
        fact(&first).clone()
    };
    let row = "Phone,Country Code\n(11) 98765-4321,\n";
    let brazil = read(row, &["Phone=phone+55"]);
    assert_eq!(phone(&brazil.seen), "5511987654321");
    // Another country is another reading of the row.
    assert_ne!(brazil.key, read(row, &["Phone=phone+39"]).key);
    // What is written goes before it, and so does what stands beside it.
    let written = read("Phone\n+1 631 555 1181\n", &["Phone=phone+55"]);
    assert_eq!(phone(&written.seen), "16315551181");
    let beside = read("Phone,Country Code\n6315551181,1\n", &["Phone=phone+55"]);
    assert_eq!(phone(&beside.seen), "16315551181");
    let wrong = |text: &str| text.parse::<Mapping>().unwrap_err();
    assert_eq!(
        wrong("Phone=phone+999"),
        "+999 is no country calling code: write it as in phone+55"
    );
    assert_eq!(
        wrong("Name=name+55"),
        "name is no phone, and has no country code"
    );
}
