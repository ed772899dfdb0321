//! The names that columns have in the contact exports of CRMs and address
//! books, in the languages of many WhatsApp businesses, and what people write
//! by hand; without case, blanks and punctuation.
//!
//! The line of a company is nobody's, and not told; nor is a fax.

use super::columns::Field;
use Field as F;

/// What a column of this name holds.
pub(super) fn known(name: &str) -> Field {
    let all = [names, mobiles, phones, ids];
    let mut found = all.into_iter().map(|known| known(name));
    found.find(|field| *field != F::Ignore).unwrap_or(F::Ignore)
}

fn names(name: &str) -> Field {
    match name {
        "name" | "fullname" | "displayname" | "contactname" | "profilename" | "personname"
        | "customername" | "clientname" | "nomecompleto" | "nomedocontato" | "nomedocliente"
        | "nombrecompleto" | "nombredelcontacto" | "nombredelcliente" | "nomcomplet" | "nama"
        | "namalengkap" | "фио" => F::Name,
        // A given name in some files, the whole in others: alone they are one.
        "firstname" | "givenname" | "billingfirstname" | "nome" | "nombre" | "vorname"
        | "prenom" | "prénom" | "имя" => F::FirstName,
        "lastname" | "surname" | "familyname" | "billinglastname" | "sobrenome" | "apellido"
        | "apellidos" | "cognome" | "nachname" | "nom" | "фамилия" => F::LastName,
        _ => F::Ignore,
    }
}

fn mobiles(name: &str) -> Field {
    match name {
        "whatsapp"
        | "whatsappnumber"
        | "whatsappphone"
        | "whatsappphonenumber"
        | "hswhatsappphonenumber"
        | "whatsappno"
        | "wanumber"
        | "waphone"
        | "numerowhatsapp"
        | "númerowhatsapp"
        | "numerodewhatsapp"
        | "númerodewhatsapp"
        | "numerodowhatsapp"
        | "númerodowhatsapp"
        | "nomorwhatsapp"
        | "nomorwa"
        | "nowa"
        | "waid"
        | "whatsappid" => F::WhatsApp,
        "mobile"
        | "mobilephone"
        | "mobilephonenumber"
        | "mobilenumber"
        | "mobileno"
        | "contactmobile"
        | "customermobile"
        | "cell"
        | "cellphone"
        | "phonemobile"
        | "phoneiphone"
        | "personphonemobile"
        | "celular"
        | "numerodecelular"
        | "númerodecelular"
        | "telefonocelular"
        | "teléfonocelular"
        | "telefonecelular"
        | "movil"
        | "móvil"
        | "telefonomovil"
        | "teléfonomóvil"
        | "numerodemovil"
        | "númerodemóvil"
        | "telemovel"
        | "telemóvel"
        | "cellulare"
        | "telefonocellulare"
        | "handy"
        | "handynummer"
        | "mobil"
        | "mobiltelefon"
        | "mobilnummer"
        | "mobilfunknummer"
        | "portable"
        | "telephoneportable"
        | "téléphoneportable"
        | "téléphonemobile"
        | "ceptelefonu"
        | "nohp"
        | "nomorhp"
        | "мобильный"
        | "мобильныйтелефон" => F::Mobile,
        _ => F::Ignore,
    }
}

fn phones(name: &str) -> Field {
    match name {
        "phone"
        | "phonenumber"
        | "phoneno"
        | "phno"
        | "telephone"
        | "telephonenumber"
        | "tel"
        | "msisdn"
        | "sms"
        | "smsphonenumber"
        | "primaryphone"
        | "contactphone"
        | "contactphonenumber"
        | "contactnumber"
        | "contactno"
        | "customerphone"
        | "customerphonenumber"
        | "personphone"
        | "phonework"
        | "workphone"
        | "workdirectphone"
        | "personphonework"
        | "phonehome"
        | "homephone"
        | "personphonehome"
        | "phoneother"
        | "otherphone"
        | "personphoneother"
        | "telefone"
        | "numerodetelefone"
        | "númerodetelefone"
        | "telefono"
        | "teléfono"
        | "numerodetelefono"
        | "númerodeteléfono"
        | "numeroditelefono"
        | "telefon"
        | "telefonnummer"
        | "rufnummer"
        | "téléphone"
        | "numérodetéléphone"
        | "telepon"
        | "nomortelepon"
        | "телефон"
        | "номертелефона"
        | "рабочийтелефон" => F::Phone,
        "businessphone" | "billingphone" | "defaultaddressphone" => F::OtherPhone,
        "countrycode" | "countrycallingcode" | "phonecountrycode" | "dialcode" | "callingcode" => {
            F::CountryCode
        }
        _ => F::Ignore,
    }
}

fn ids(name: &str) -> Field {
    match name {
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
