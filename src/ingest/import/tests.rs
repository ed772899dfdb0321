//! Headers, rows, and whatever else a file can hold.

mod cells;

use super::*;
use crate::domain::fact::{Fact, Seen};
use crate::domain::identifier::{Bsuid, PhoneKey};
use crate::ingest::manner::Manner;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use rstest::rstest;
use std::io::Write as _;

fn sheet(bytes: impl Into<Vec<u8>>) -> Result<Sheet, Unreadable> {
    Sheet::open(Input::memory("people.csv", bytes.into().leak()))
}

fn way(columns: Vec<Column>) -> Way {
    let manner = Manner::Row {
        columns: columns.clone(),
        portfolio: None,
    };
    Way {
        columns,
        portfolio: None,
        manner: manner.words(),
    }
}

/// All rows of a file whose columns are known.
fn arrivals(bytes: impl Into<Vec<u8>>) -> Vec<Arrival> {
    let sheet = sheet(bytes).unwrap();
    let columns = columns(sheet.header(), &[]).unwrap();
    sheet.arrivals(way(columns)).map(Result::unwrap).collect()
}

fn fact(arrival: &Arrival) -> &Fact {
    match &arrival.items[0].reading {
        Reading::Fact(fact) => fact,
        other => panic!("{other:?}"),
    }
}

fn seen(bytes: impl Into<Vec<u8>>) -> Vec<Seen> {
    let all = arrivals(bytes);
    all.iter()
        .map(|arrival| fact(arrival).seen.clone())
        .collect()
}

/// `source pointer: reason` of a row that cannot be read.
fn refusals(bytes: impl Into<Vec<u8>>) -> Vec<String> {
    let all = arrivals(bytes);
    let refused = all
        .iter()
        .filter_map(|arrival| match &arrival.items[0].reading {
            Reading::Quarantined(why) => Some(format!(
                "{} {}: {why}",
                arrival.source, arrival.items[0].pointer
            )),
            _ => None,
        });
    refused.collect()
}

fn phone(seen: &Seen) -> &str {
    seen.phone.as_ref().map_or("", PhoneKey::as_str)
}

fn bsuid(seen: &Seen) -> &str {
    seen.bsuid.as_ref().map_or("", Bsuid::as_str)
}

/// What the columns of a header are taken as, without those ignored.
fn taken(header: &str) -> String {
    let sheet = sheet(format!("{header}\n")).unwrap();
    let columns = columns(sheet.header(), &[]).unwrap();
    let taken = columns.iter().filter(|c| c.field != Field::Ignore);
    let taken: Vec<_> = taken.map(|c| format!("{}={}", c.column, c.field)).collect();
    taken.join(", ")
}

#[rstest]
#[case::chatwoot("id,name,email,phone_number", "name=name, phone_number=phone")]
#[case::hubspot(
    "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Create Date",
    "First Name=first_name, Last Name=last_name, Phone Number=phone"
)]
#[case::hubspot_all(
    "Record ID,First Name,Last Name,Mobile Phone Number,Phone Number,WhatsApp Phone Number,Fax Number",
    "First Name=first_name, Last Name=last_name, Mobile Phone Number=mobile, Phone Number=phone, WhatsApp Phone Number=whatsapp"
)]
#[case::hubspot_internal(
    "hs_object_id,firstname,lastname,phone,mobilephone,hs_whatsapp_phone_number",
    "firstname=first_name, lastname=last_name, phone=phone, mobilephone=mobile, hs_whatsapp_phone_number=whatsapp"
)]
#[case::meta(
    "wa_id,user_id,parent_user_id,username,profile_name",
    "wa_id=whatsapp, user_id=user_id, parent_user_id=parent_bsuid, username=username, profile_name=name"
)]
#[case::google(
    "First Name,Last Name,Phone 1 - Label,Phone 1 - Value",
    "First Name=first_name, Last Name=last_name, Phone 1 - Value=phone"
)]
#[case::by_kind_of_phone(
    "Full name,First name,Work phone,Mobile phone,Home phone,Other phone,Fax,Company phone",
    "Full name=name, First name=first_name, Work phone=phone, Mobile phone=mobile, Home phone=phone, Other phone=phone"
)]
#[case::by_person(
    "Person - Name,Person - Phone - Work,Person - Phone - Mobile,Person - Email - Work",
    "Person - Name=name, Person - Phone - Work=phone, Person - Phone - Mobile=mobile"
)]
#[case::in_brackets(
    "First Name,Phone (mobile)",
    "First Name=first_name, Phone (mobile)=mobile"
)]
#[case::numbered("First Name,Phone No.", "First Name=first_name, Phone No.=phone")]
#[case::country_beside(
    "Name,CountryCode,Phone",
    "Name=name, CountryCode=country_code, Phone=phone"
)]
#[case::portuguese(
    "Nome;Sobrenome;Celular;Telefone",
    "Nome=first_name, Sobrenome=last_name, Celular=mobile, Telefone=phone"
)]
#[case::spanish(
    "Nombre,Apellidos,Móvil,Teléfono",
    "Nombre=first_name, Apellidos=last_name, Móvil=mobile, Teléfono=phone"
)]
#[case::german(
    "Vorname;Nachname;Mobiltelefon;Telefon",
    "Vorname=first_name, Nachname=last_name, Mobiltelefon=mobile, Telefon=phone"
)]
#[case::by_hand(
    "Name;BSUID;Parent BSUID;Portfolio;Mobile",
    "Name=name, BSUID=bsuid, Parent BSUID=parent_bsuid, Portfolio=portfolio, Mobile=mobile"
)]
fn headers_are_recognised(#[case] header: &str, #[case] wanted: &str) {
    assert_eq!(taken(header), wanted);
}

#[rstest]
#[case::commas("name,phone\nAna,+1 631 555 1181\n")]
#[case::semicolons("name;phone;note\nAna;+1 631 555 1181;a,b,c,d\n")]
#[case::tabs("name\tphone\nAna\t16315551181\n")]
#[case::crlf_and_bom("\u{feff}name,phone\r\n\r\nAna,16315551181\r\n")]
#[case::excel("sep=;\r\nname;phone\r\nAna;16315551181\r\n")]
#[case::no_last_newline("name,phone\nAna,16315551181")]
#[case::quoted("\"name\",\"phone\"\n\"Ana\",\"16315551181\"\n")]
#[case::blank_rows("name,phone\n,\nAna,16315551181\n , \n,,\n")]
#[case::a_comma_more("name,phone\nAna,16315551181,,\n")]
#[case::disarmed("name,phone\nAna,'+16315551181\n")]
#[case::formula("name,phone\nAna,\"=\"\"+16315551181\"\"\"\n")]
#[case::fraction("name,phone\nAna,16315551181.0\n")]
#[case::schemes("name,phone\nAna,whatsapp:+16315551181\n")]
#[case::jid("name,phone\nAna,16315551181@s.whatsapp.net\n")]
#[case::trunk("name,phone\nAna,+1 (0)631 555 1181\n")]
#[case::slashed("name,phone\nAna,1 631/555-1181\n")]
#[case::double_zero("name,phone\nAna,0016315551181\n")]
fn one_row_in_all_its_spellings(#[case] file: &str) {
    let seen = seen(file);
    assert_eq!(seen.len(), 1);
    assert_eq!(phone(&seen[0]), "16315551181");
    assert_eq!(seen[0].book_name.as_deref(), Some("Ana"));
}

#[test]
fn the_zero_in_brackets_belongs_to_italian_numbers() {
    let seen = seen("name,phone\nAna,+39 (0)6 1234567\nBo,+49 (0)30 1234567\n");
    assert_eq!(
        (phone(&seen[0]), phone(&seen[1])),
        ("39061234567", "49301234567")
    );
}

#[test]
fn packed_files_are_read_alike() {
    let text = b"name,phone\nAna,16315551181\n";
    let mut gz = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text).unwrap();
    let packed = [
        gz.finish().unwrap(),
        zstd::encode_all(&text[..], 0).unwrap(),
    ];
    for packed in packed {
        assert_eq!(phone(&seen(packed)[0]), "16315551181");
    }
}

#[test]
fn a_row_is_kept_as_it_came_and_dated_by_its_arrival() {
    let all = arrivals(
        "Name,Note,Phone\n\"Souza, Ana\",\"two\nlines \"\"x\"\"\",16315551181\nB,,16315552222\n",
    );
    assert_eq!(all.len(), 2);
    assert_eq!(
        all[0].text.as_deref(),
        Ok(r#"{"Name":"Souza, Ana","Note":"two\nlines \"x\"","Phone":"16315551181"}"#)
    );
    assert_eq!(
        (&*all[0].source.to_string(), &*all[1].source.to_string()),
        ("people.csv:2", "people.csv:4")
    );
    let fact = fact(&all[0]);
    assert_eq!(fact.surface, crate::domain::fact::Surface::Import);
    assert!(fact.seen_on_arrival && fact.at.is_none());
    assert_eq!(fact.seen.book_name.as_deref(), Some("Souza, Ana"));
}

#[test]
fn whatsapp_goes_before_mobile_and_mobile_before_phone() {
    let header = "phone,mobile,whatsapp,user_id\n";
    let one = |row: &str| seen(format!("{header}{row}\n")).remove(0);
    assert_eq!(
        phone(&one("12025550122,12025550144,12025550166,")),
        "12025550166"
    );
    assert_eq!(phone(&one("12025550122,12025550144,,")), "12025550144");
    let seen = one("reception,12025550144,,US.1");
    assert_eq!((phone(&seen), bsuid(&seen)), ("12025550144", "US.1"));
    let seen = one(",,US.13491208655302741918,");
    assert_eq!(
        (phone(&seen), bsuid(&seen)),
        ("", "US.13491208655302741918")
    );
    let seen = one("12025550122,12025550144,,");
    assert_eq!(seen.second_phone.unwrap().as_str(), "12025550122");
}

#[test]
fn names_are_joined_and_usernames_and_parents_read() {
    let seen = seen(
        "First Name,Last Name,bsuid,username,parent_bsuid\nAna,Souza,US.1,@Ana,US.ENT.9\n,Lima,US.2,,\n",
    );
    assert_eq!(seen[0].book_name.as_deref(), Some("Ana Souza"));
    assert_eq!(seen[0].username.as_ref().unwrap().as_str(), "ana");
    assert_eq!(seen[0].parent.as_ref().unwrap().as_str(), "US.ENT.9");
    assert_eq!(seen[1].book_name.as_deref(), Some("Lima"));
}

#[test]
fn a_row_names_its_portfolio() {
    let all = arrivals("bsuid,portfolio\nUS.1, eu \nUS.1,\n");
    let named = |n: usize| fact(&all[n]).channel.portfolio.as_deref();
    assert_eq!((named(0), named(1)), (Some("eu"), None));
    assert_ne!(fact(&all[0]).key, fact(&all[1]).key);
}

#[test]
fn the_same_row_is_the_same_item_and_another_reading_is_another() {
    let key = |file: &str| fact(&arrivals(file)[0]).key.clone();
    let one = key("name,phone\nAna,12025550122\n");
    assert_eq!(one, key("phone;name\n12025550122;Ana\n"));
    assert_ne!(one, key("name,phone\nAna B,12025550122\n"));
    let sheet = sheet("name,phone\nAna,12025550122\n").unwrap();
    let by_hand = ["name=ignore".parse().unwrap()];
    let columns = columns(sheet.header(), &by_hand).unwrap();
    let other = sheet.arrivals(way(columns)).next().unwrap().unwrap();
    assert_ne!(one, fact(&other).key);
}

#[rstest]
#[case(
    "name,phone\nAna,call me\n",
    "people.csv:2 /phone: phone: expected a phone, found \"call me\""
)]
#[case(
    "name,phone\nAna,04 50 11 22 33\n",
    "people.csv:2 /phone: phone: expected a phone with its country code, found \"04 50 11 22 33\""
)]
#[case(
    "name,phone\nAna,4.91512E+11\n",
    "people.csv:2 /phone: phone: a spreadsheet has rounded it; export the column as text, found \"4.91512E+11\""
)]
#[case("name,phone\nAna\n", "people.csv:2 : expected 2 fields, found 1")]
#[case(
    "name,phone\nAna,12025550122,x\n",
    "people.csv:2 : expected 2 fields, found 3"
)]
#[case(
    "name,phone\nAna,\n",
    "people.csv:2 : names no person: neither phone nor BSUID"
)]
#[case(
    "name,user_id\nAna,4711\n",
    "people.csv:2 /user_id: user_id: expected a BSUID, found \"4711\""
)]
#[case(
    "name,phone\nAna,+55 11 98765-4321 / +55 21 98765-4321\n",
    "people.csv:2 /phone: phone: two phones in one cell; give each a column or a row of its own, found \"+55 11 98765-4321 / +55 21 98765-4321\""
)]
#[case(
    "name;phone\nAna;551198765432, 552198765432\n",
    "people.csv:2 /phone: phone: two phones in one cell; give each a column or a row of its own, found \"551198765432, 552198765432\""
)]
#[case(
    "name,phone\nAna,+491711234567 or +491721234567\n",
    "people.csv:2 /phone: phone: two phones in one cell; give each a column or a row of its own, found \"+491711234567 or +491721234567\""
)]
#[case(
    "name,phone\nAna,+491711234567 +491721234567\n",
    "people.csv:2 /phone: phone: two phones in one cell; give each a column or a row of its own, found \"+491711234567 +491721234567\""
)]
#[case(
    "name,phone\nAna,4917112345 4917212345\n",
    "people.csv:2 /phone: phone: expected a phone of at most 15 digits, found \"4917112345 4917212345\""
)]
#[case(
    "name,phone\nAna,120363404694233820@g.us\n",
    "people.csv:2 /phone: phone: expected a phone, not a group, found \"120363404694233820@g.us\""
)]
#[case("name,Phone/a~b\nAna,x\n", "")]
fn what_cannot_be_read_says_why(#[case] file: &str, #[case] wanted: &str) {
    if wanted.is_empty() {
        let columns = [Column {
            column: "Phone/a~b".into(),
            field: Field::Phone,
            country_code: None,
        }];
        let row = [("Phone/a~b", "x")].into_iter().collect();
        assert_eq!(row::read(&row, &columns, None).pointer, "/Phone~1a~0b");
        return;
    }
    assert_eq!(refusals(file), [wanted]);
}

#[test]
fn a_bad_row_costs_itself_and_no_other() {
    let file = b"name,phone\nAna,12025550122\nB\xff,12025550133\n\"Torn,12025550145\nCleo,12025550155\nDana,12025550167\n";
    let all = arrivals(&file[..]);
    assert_eq!(all.len(), 5);
    assert_eq!(
        refusals(&file[..]),
        [
            "people.csv:3 : name: not UTF-8; save the file as UTF-8",
            "people.csv:4 : a quote is opened on this line and not closed, or the line is longer than 1 MiB",
        ]
    );
    assert_eq!(all[1].text, Err(b"B\xff,12025550133".to_vec()));
    assert_eq!(all[2].text.as_deref(), Ok("\"Torn,12025550145"));
    assert_eq!(
        (&*all[4].source.to_string(), phone(&fact(&all[4]).seen)),
        ("people.csv:6", "12025550167")
    );
}

#[test]
fn a_line_without_end_does_not_fill_the_memory() {
    let file = format!("name,phone\n\"{}\nAna,12025550122\n", "x".repeat(5 << 20));
    let all = arrivals(file);
    assert_eq!(all.len(), 2);
    assert!(all[0].text.as_ref().unwrap().len() <= 64 << 10);
    assert_eq!(all[1].source.to_string(), "people.csv:3");
}

#[test]
fn columns_of_one_name_are_told_apart() {
    let sheet = sheet("Phone,Phone,,Phone (2)\n").unwrap();
    assert_eq!(
        sheet.header(),
        ["Phone", "Phone (2)", "column 3", "Phone (2) (2)"]
    );
}

#[test]
fn what_is_no_csv_is_said() {
    let said = |bytes: &[u8]| sheet(bytes).err().unwrap().to_string();
    assert!(said(b"").contains("empty") && said(b"\n\n").contains("empty"));
    assert!(said(b"\xff\xfen\0a\0m\0e\0").contains("UTF-16"));
    assert!(said(b"n\0a\0m\0e\0").contains("UTF-16"));
    assert!(said(b"PK\x03\x04....").contains("spreadsheet"));
    assert!(said(b"\"name,phone\nAna,1\n").contains("quote"));
    assert_eq!(said(b"n\xe4me,phone\n"), "line 1: it is not UTF-8");
}

#[test]
fn columns_mapped_by_hand_go_before_all() {
    let header: Vec<String> = ["Cell no.", "phone", "a=b"].map(String::from).into();
    let told = |by_hand: &[&str]| {
        let by_hand: Vec<Mapping> = by_hand.iter().map(|m| m.parse().unwrap()).collect();
        let told = columns(&header, &by_hand)?;
        Ok::<_, Unmapped>(
            told.iter()
                .map(|c| c.field.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        )
    };
    assert_eq!(told(&[]).unwrap(), "ignore phone ignore");
    assert_eq!(
        told(&["cell NO=phone", "a=b=name"]).unwrap(),
        "phone ignore name"
    );
    assert_eq!(told(&["Cell no.=mobile"]).unwrap(), "mobile phone ignore");
    let error = told(&["Office=phone"]).unwrap_err().to_string();
    assert_eq!(
        error,
        "there is no column 'Office'; the columns are: Cell no., phone, a=b"
    );
    let error = told(&["phone=ignore"]).unwrap_err().to_string();
    assert!(
        error.contains("no column is known to hold a phone or a BSUID"),
        "{error}"
    );
    assert!(
        "x=telegram"
            .parse::<Mapping>()
            .unwrap_err()
            .contains("first_name")
    );
    assert!("phone".parse::<Mapping>().is_err());
}

#[test]
fn a_row_reads_again_as_it_was_read() {
    let all = arrivals("name,phone\nAna,12025550122\nB,call me\n");
    let held = |n: usize| crate::store::Held {
        text: all[n].text.clone(),
        manner: Arc::clone(&all[n].manner),
    };
    for (n, arrival) in all.iter().enumerate() {
        assert_eq!(crate::ingest::manner::again(&held(n)), arrival.items);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_rows_or_a_reason(bytes in proptest::collection::vec(
        prop_oneof![8 => proptest::sample::select(b"a1,;\t\"\r\n '+=".to_vec()), 1 => any::<u8>()], 0..200
    ), headed in any::<bool>()) {
        let mut file = if headed { b"name,phone\n".to_vec() } else { Vec::new() };
        file.extend(bytes);
        let Ok(sheet) = sheet(file) else { return Ok(()) };
        let by_hand = [Mapping { column: sheet.header()[0].clone(), field: Field::Phone, country_code: None }];
        let columns = columns(sheet.header(), &by_hand).unwrap();
        for arrival in sheet.arrivals(way(columns)) {
            let arrival = arrival.unwrap();
            prop_assert_eq!(arrival.items.len(), 1);
            if let Reading::Fact(_) = arrival.items[0].reading {
                let text = arrival.text.as_ref().unwrap();
                prop_assert!(serde_json::from_str::<BTreeMap<String, String>>(text).is_ok());
            }
        }
    }

    #[test]
    fn rows_come_back_as_they_were_written(rows in proptest::collection::vec(
        ("[a-z\"\n,;é ]{0,8}", "1[2-9][0-9]{9}"), 0..20
    )) {
        let quote = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let mut file = String::from("name,phone\n");
        for (name, phone) in &rows {
            file = file + &quote(name) + "," + phone + "\n";
        }
        let all = arrivals(file);
        prop_assert_eq!(all.len(), rows.len());
        for (arrival, (name, number)) in all.iter().zip(&rows) {
            let kept: BTreeMap<String, String> = serde_json::from_str(arrival.text.as_ref().unwrap()).unwrap();
            prop_assert_eq!((&kept["name"], phone(&fact(arrival).seen)), (name, number.as_str()));
        }
    }
}

/// A number and the country in a column beside it.
#[rstest]
#[case::without_its_country("91", "98765 43210", Ok("919876543210"))]
#[case::with_a_plus("1", "+919876543210", Ok("919876543210"))]
#[case::with_two_zeros("1", "00919876543210", Ok("919876543210"))]
#[case::with_its_country("91", "919876543210", Ok("919876543210"))]
#[case::with_that_of_north_america("1", "16315551181", Ok("16315551181"))]
#[case::as_dialled("+49", "0170 1234567", Ok("491701234567"))]
#[case::as_dialled_in_italy("39", "0612345678", Ok("390612345678"))]
#[case::area_in_brackets("1", "(631) 555-1181", Ok("16315551181"))]
#[case::name_of_a_country("IN", "9876543210", Err("expected a phone with its country code"))]
#[case::none("", "9876543210", Err("expected a phone with its country code"))]
#[case::with_or_without("91", "9198765432", Err("this may begin with its country code"))]
#[case::too_long("1", "12345678901234567", Err("expected a phone of at most 15 digits"))]
#[case::too_short("91", "98765", Err("its country has no phones of so many digits"))]
fn a_country_beside_a_number_is_its_own(
    #[case] country: &str,
    #[case] phone: &str,
    #[case] wanted: Result<&str, &str>,
) {
    let file = format!("CountryCode,Phone\n{country},{phone}\n");
    match wanted {
        Ok(phone) => assert_eq!(seen(file)[0].phone, PhoneKey::parse(phone)),
        Err(why) => assert!(refusals(file)[0].contains(why), "{phone}"),
    }
}

#[test]
fn an_id_of_whatsapp_has_its_country_whatever_stands_beside_it() {
    let seen = seen("CountryCode,wa_id\n49,919876543210\n");
    assert_eq!(phone(&seen[0]), "919876543210");
}
