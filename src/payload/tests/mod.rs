//! Items are compared as lines that a person would read; fixtures are our own.
#![allow(clippy::unwrap_used, clippy::panic)]

mod blank;
mod chaos;
mod direction;
mod faults;
mod fuzz;
mod kapso;
mod keys;
mod line;
mod masked;
mod meta;
mod mutate;
mod people;
mod public;
mod routing;
mod spelling;
mod unread;
mod wrapped;

/// Asserts the lines of a delivery.
fn check(json: &str, expected: &[&str]) {
    assert_eq!(line::lines(json), expected, "{json}");
}

/// A whole Meta webhook of number N1 (+49 30 555) of account W1.
fn webhook(field: &str, lists: &str) -> String {
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"W1","changes":[{{"field":"{field}","value":{}}}]}}]}}"#,
        value(lists)
    )
}

/// The value of such a webhook alone.
fn value(lists: &str) -> String {
    format!(
        r#"{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"+49 30 555","phone_number_id":"N1"}},{lists}}}"#
    )
}
