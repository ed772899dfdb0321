//! Which column of a file holds what: told by its name, or said by hand.
//!
//! The names are those of the contact exports of CRMs and address books, in the
//! languages of many WhatsApp businesses, and what people write by hand; case,
//! blanks and punctuation do not count. The line of a company is nobody's, and
//! not told.

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
        use Field as F;
        matches!(
            self,
            F::WhatsApp | F::Mobile | F::Phone | F::Bsuid | F::UserId
        )
    }

    /// What a column of this name holds.
    #[must_use]
    pub fn recognise(column: &str) -> Self {
        use Field as F;
        match folded(column).as_str() {
            "name" | "fullname" | "displayname" | "contactname" | "profilename" | "personname"
            | "customername" | "nomecompleto" | "nombrecompleto" => F::Name,
            // A given name in some files, the whole in others: alone they are one.
            "firstname" | "givenname" | "nome" | "nombre" | "vorname" | "prenom" | "prénom" => {
                F::FirstName
            }
            "lastname" | "surname" | "familyname" | "sobrenome" | "apellido" | "apellidos"
            | "cognome" | "nachname" | "nom" => F::LastName,
            "whatsapp"
            | "whatsappnumber"
            | "whatsappphone"
            | "whatsappphonenumber"
            | "hswhatsappphonenumber"
            | "whatsappno"
            | "numerodewhatsapp"
            | "númerodewhatsapp"
            | "waid"
            | "whatsappid" => F::WhatsApp,
            "mobile" | "mobilephone" | "mobilephonenumber" | "mobilenumber" | "mobileno"
            | "cell" | "cellphone" | "phonemobile" | "personphonemobile" | "celular"
            | "telefonocelular" | "teléfonocelular" | "telefonecelular" | "movil" | "móvil"
            | "telemovel" | "telemóvel" | "cellulare" | "handy" | "mobil" | "mobiltelefon"
            | "mobilnummer" => F::Mobile,
            "phone" | "phonenumber" | "phoneno" | "telephone" | "telephonenumber" | "tel"
            | "msisdn" | "sms" | "phone1" | "phone1value" | "primaryphone" | "contactphone"
            | "customerphone" | "personphone" | "phonework" | "workphone" | "personphonework"
            | "phonehome" | "homephone" | "personphonehome" | "phoneother" | "otherphone"
            | "personphoneother" | "telefone" | "telefono" | "teléfono" | "numerodetelefono"
            | "númerodeteléfono" | "telefon" | "telefonnummer" | "telephone1" | "téléphone" => {
                F::Phone
            }
            "countrycode" | "countrycallingcode" | "phonecountrycode" | "dialcode"
            | "callingcode" => F::CountryCode,
            "bsuid" | "businessscopeduserid" | "whatsappbusinessscopeduserid" | "whatsappbsuid" => {
                F::Bsuid
            }
            "userid" | "whatsappuserid" => F::UserId,
            "parentbsuid"
            | "parentuserid"
            | "parentbusinessscopeduserid"
            | "whatsappparentbusinessscopeduserid" => F::ParentBsuid,
            "username" | "whatsappusername" => F::Username,
            "portfolio" | "businessportfolio" => F::Portfolio,
            _ => F::Ignore,
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
}

/// `COLUMN=FIELD`, said by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The column's name.
    pub column: String,
    /// What it holds.
    pub field: Field,
}

impl std::str::FromStr for Mapping {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (column, word) = text
            .rsplit_once('=')
            .ok_or_else(|| "write COLUMN=FIELD".to_owned())?;
        let field = Field::parse(word.trim()).ok_or_else(|| {
            let all: Vec<_> = Field::ALL.iter().map(|field| field.as_str()).collect();
            format!("'{word}' is no field: {}", all.join(", "))
        })?;
        Ok(Self {
            column: column.trim().to_owned(),
            field,
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
    let mut mapped: Vec<Option<Field>> = vec![None; header.len()];
    for mapping in by_hand {
        mapped[place(header, &mapping.column)?] = Some(mapping.field);
    }
    let taken: Vec<Field> = mapped.iter().flatten().copied().collect();
    let columns: Vec<Column> = header
        .iter()
        .zip(mapped)
        .map(|(column, by_hand)| {
            let told = Some(Field::recognise(column)).filter(|field| !taken.contains(field));
            Column {
                column: column.clone(),
                field: by_hand.or(told).unwrap_or(Field::Ignore),
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
