//! Which column of a file holds what: told by its name, or said by hand.
//!
//! Which names are known is in `known`.

use super::known::known;
use super::plan::is_calling_code;
use crate::domain::fact::words;
use std::fmt;

words! {
    /// What a column can hold.
    Field {
        /// The whole name.
        Name = "name",
        /// The given name.
        FirstName = "first_name",
        /// The family name.
        LastName = "last_name",
        /// A number of WhatsApp: goes before the other phones.
        WhatsApp = "whatsapp",
        /// A mobile number: goes before `phone`.
        Mobile = "mobile",
        /// Any number.
        Phone = "phone",
        /// A number at an address or an office: goes after `phone`.
        OtherPhone = "other_phone",
        /// The country calling code of mobile numbers and phones written without it.
        CountryCode = "country_code",
        /// A BSUID, taken as it stands.
        Bsuid = "bsuid",
        /// A BSUID where it looks like one: elsewhere a user id is the id of a CRM.
        UserId = "user_id",
        /// A parent BSUID.
        ParentBsuid = "parent_bsuid",
        /// A username.
        Username = "username",
        /// The portfolio of the row's BSUID.
        Portfolio = "portfolio",
        /// Nothing that is read; the row keeps it.
        Ignore = "ignore",
    }
}

impl Field {
    /// Whether a contact can be found by it.
    fn is_key(self) -> bool {
        self.is_phone() || matches!(self, Field::Bsuid | Field::UserId)
    }

    /// Whether it is a phone, of whatever kind.
    fn is_phone(self) -> bool {
        use Field as F;
        matches!(self, F::WhatsApp | F::Mobile | F::Phone | F::OtherPhone)
    }

    /// What a column of this name holds. The second of several phones may have
    /// a number behind its name, the value of an address book more than that:
    /// `Phone 2 - Value`.
    #[must_use]
    pub fn recognise(column: &str) -> Self {
        let name = folded(column);
        let one = name.strip_suffix("value").unwrap_or(&name);
        let one = one.trim_end_matches(|c: char| c.is_ascii_digit());
        match (known(&name), known(one)) {
            (Field::Ignore, phone @ (Field::WhatsApp | Field::Mobile | Field::Phone)) => phone,
            (field, _) => field,
        }
    }
}

/// A column name, as names are compared.
fn folded(column: &str) -> String {
    let letters = column.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Column {
    /// Its name in the header; unlike all others.
    pub column: String,
    /// What it is taken as.
    pub field: Field,
    /// The country calling code of its phones that are written without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
}

/// `COLUMN=FIELD`, said by hand; of a phone also `COLUMN=FIELD+CODE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The column's name.
    pub column: String,
    /// What it holds.
    pub field: Field,
    /// The country calling code of its phones that are written without one.
    pub country_code: Option<String>,
}

impl std::str::FromStr for Mapping {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (column, word) = text
            .rsplit_once('=')
            .ok_or_else(|| "write COLUMN=FIELD".to_owned())?;
        let (word, code) = match word.split_once('+') {
            Some((word, code)) => (word, Some(code.trim())),
            None => (word, None),
        };
        let field = Field::parse(word.trim()).ok_or_else(|| {
            let all: Vec<_> = Field::ALL.iter().map(|field| field.as_str()).collect();
            format!("'{word}' is no field: {}", all.join(", "))
        })?;
        match code {
            Some(_) if !field.is_phone() => {
                return Err(format!("{field} is no phone, and has no country code"));
            }
            Some(code) if !is_calling_code(code) => {
                return Err(format!(
                    "+{code} is no country calling code: write it as in phone+55"
                ));
            }
            _ => {}
        }
        Ok(Self {
            column: column.trim().to_owned(),
            field,
            country_code: code.map(str::to_owned),
        })
    }
}

/// Why the columns of a file cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unmapped {
    /// A mapping names a column that is not there.
    #[error("there is no column '{column}'; the columns are: {}", Listed(header))]
    NoColumn {
        /// The name that was given.
        column: String,
        /// Those that there are.
        header: Vec<String>,
    },
    /// No column by which a contact could be found.
    #[error("no column is known to hold a phone or a BSUID; the columns are: {}", Listed(.0))]
    NoKey(Vec<String>),
}

struct Listed<'a>(&'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

/// Tells what the columns hold. Where a field is mapped by hand, it is taken
/// from there alone.
///
/// # Errors
/// A mapping names no column, or no column names a person.
pub fn columns(header: &[String], by_hand: &[Mapping]) -> Result<Vec<Column>, Unmapped> {
    let mut mapped: Vec<Option<&Mapping>> = vec![None; header.len()];
    for mapping in by_hand {
        mapped[place(header, &mapping.column)?] = Some(mapping);
    }
    let taken: Vec<Field> = mapped
        .iter()
        .flatten()
        .map(|by_hand| by_hand.field)
        .collect();
    let columns: Vec<Column> = header
        .iter()
        .zip(mapped)
        .map(|(column, by_hand)| {
            let told = Some(Field::recognise(column)).filter(|field| !taken.contains(field));
            Column {
                column: column.clone(),
                field: by_hand
                    .map(|by_hand| by_hand.field)
                    .or(told)
                    .unwrap_or(Field::Ignore),
                country_code: by_hand.and_then(|by_hand| by_hand.country_code.clone()),
            }
        })
        .collect();
    if columns.iter().any(|column| column.field.is_key()) {
        Ok(columns)
    } else {
        Err(Unmapped::NoKey(header.to_vec()))
    }
}

/// The column of a name: spelled so, else the only one that is like it.
fn place(header: &[String], name: &str) -> Result<usize, Unmapped> {
    if let Some(place) = header.iter().position(|column| column == name) {
        return Ok(place);
    }
    let wanted = folded(name);
    let mut alike = (0..header.len()).filter(|place| folded(&header[*place]) == wanted);
    match (alike.next(), alike.next()) {
        (Some(place), None) if !wanted.is_empty() => Ok(place),
        _ => Err(Unmapped::NoColumn {
            column: name.to_owned(),
            header: header.to_vec(),
        }),
    }
}
