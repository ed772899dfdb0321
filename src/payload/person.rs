//! The identifiers of a person in an item, by whatever names its surface
//! gives them, and what stands beside the item about the same person.
//!
//! A phone field may hold a BSUID, a BSUID field a parent (what was sent to a
//! parent names it there), and the business's own number is never a person's:
//! all are settled here, once for all surfaces. Two sources are joined only
//! where they do not contradict each other.

use super::node::{Node, Reason};
use crate::domain::fact::{Channel, Seen};
use crate::domain::identifier::{Bsuid, ParentBsuid, PhoneField, PhoneKey, Username};
use crate::domain::text::quoted;

/// The fields of one person in an item. Of several spellings the first that
/// holds something counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    phone: &'static [&'static str],
    bsuid: &'static [&'static str],
    parent: &'static [&'static str],
    username: &'static [&'static str],
}

/// Sender of a message or a call. Kapso's lists of messages name its person by
/// the same words as a contact, whichever way it went; `from_bsuid` is a partner's.
pub(super) const FROM: Fields = Fields {
    phone: &["from", "wa_id"],
    bsuid: &["from_user_id", "from_bsuid", "business_scoped_user_id"],
    parent: &["from_parent_user_id", "parent_business_scoped_user_id"],
    username: &["username"],
};

/// Receiver of a message or a call.
pub(super) const TO: Fields = Fields {
    phone: &["to"],
    bsuid: &["to_user_id", "business_scoped_user_id"],
    parent: &["to_parent_user_id", "parent_business_scoped_user_id"],
    username: &["username"],
};

/// Receiver of a message as it was sent: a phone in `to`, a BSUID in `recipient`.
pub(super) const SENT: Fields = Fields {
    bsuid: &["recipient", "to_user_id"],
    ..TO
};

/// Receiver of a message, in its status. `parent_user_id` and
/// `parent_recipient_user_id` are earlier spellings, Kapso's those of a contact.
pub(super) const RECIPIENT: Fields = Fields {
    phone: &["recipient_id"],
    bsuid: &["recipient_user_id", "business_scoped_user_id"],
    parent: &[
        "recipient_parent_user_id",
        "parent_recipient_user_id",
        "parent_user_id",
        "parent_business_scoped_user_id",
    ],
    username: &["username"],
};

/// The person of a group status, whose recipient is the group.
/// `participant_recipient_id` is an earlier spelling.
pub(super) const PARTICIPANT: Fields = Fields {
    phone: &["recipient_participant_id", "participant_recipient_id"],
    bsuid: &["recipient_participant_user_id"],
    parent: &["recipient_participant_parent_user_id"],
    username: &[],
};

/// Meta's plain set, and Kapso's words for it. `input` is what the business named
/// a participant by.
pub(super) const PLAIN: Fields = Fields {
    phone: &["wa_id", "phone_number", "input"],
    bsuid: &["user_id", "business_scoped_user_id"],
    parent: &["parent_user_id", "parent_business_scoped_user_id"],
    username: &["username"],
};

/// The ids of a system message that hold from now on. What is called new goes
/// first: beside it, the plain word may be the old one.
pub(super) const CURRENT: Fields = Fields {
    phone: &["new_wa_id", "wa_id"],
    bsuid: &["new_user_id", "user_id", "business_scoped_user_id"],
    parent: &["parent_user_id", "parent_business_scoped_user_id"],
    username: &[],
};

/// The ids of a system message that held before.
pub(super) const PREVIOUS: Fields = Fields {
    phone: &["previous_wa_id"],
    bsuid: &["previous_user_id", "old_user_id"],
    parent: &["previous_parent_user_id"],
    username: &[],
};

/// The same beside a `new_user_id`.
pub(super) const PREVIOUS_OF_NEW: Fields = Fields {
    bsuid: &["previous_user_id", "old_user_id", "user_id"],
    ..PREVIOUS
};

/// Kapso's plain set, of contacts, conversations and workflow contexts.
pub(super) const KAPSO: Fields = Fields {
    phone: &["wa_id", "phone_number"],
    bsuid: &[
        "business_scoped_user_id",
        "whatsapp_business_scoped_user_id",
    ],
    parent: &[
        "parent_business_scoped_user_id",
        "whatsapp_parent_business_scoped_user_id",
    ],
    username: &["username", "whatsapp_username"],
};

/// Reads the person that `fields` name in `node`. A BSUID or parent of its own
/// field goes before one that stands in the field of another kind.
pub(super) fn read(node: &Node<'_, '_>, fields: Fields, channel: &Channel) -> Result<Seen, Reason> {
    let mut seen = Seen::default();
    if let Some(raw) = node.first_text(fields.bsuid)? {
        if ParentBsuid::is_shape(raw) {
            seen.parent = ParentBsuid::parse(raw);
        } else {
            seen.bsuid = Bsuid::parse(raw);
        }
    }
    if let Some(raw) = node.first_text(fields.parent)? {
        seen.parent = ParentBsuid::parse(raw);
    }
    if let Some(raw) = node.first_text(fields.username)? {
        seen.username = Username::parse(raw);
    }
    for key in fields.phone {
        match phone_field_beside(node, key, seen.bsuid.as_ref())? {
            PhoneField::Absent | PhoneField::Group | PhoneField::Unreadable => continue,
            PhoneField::Phone(phone) => seen.phone = not_of_business(phone, channel),
            PhoneField::Bsuid(id) => seen.bsuid = seen.bsuid.or(Some(id)),
            PhoneField::Parent(id) => seen.parent = seen.parent.or(Some(id)),
        }
        break;
    }
    Ok(seen)
}

/// The `username` of an object.
pub(super) fn username(node: &Node<'_, '_>) -> Result<Option<Username>, Reason> {
    Ok(node.text("username")?.and_then(Username::parse))
}

/// Reads one phone field; what is neither a phone nor a BSUID is refused.
pub(super) fn phone_field(node: &Node<'_, '_>, key: &str) -> Result<PhoneField, Reason> {
    let Some(field) = node.get(key) else {
        return Ok(PhoneField::Absent);
    };
    let raw = field.a_text("a phone")?;
    match PhoneField::parse(raw) {
        PhoneField::Unreadable => {
            Err(field.wrong(&format!("expected a phone, found {}", quoted(raw))))
        }
        read => Ok(read),
    }
}

/// The same, but beside the person's BSUID text that is no phone costs itself: it
/// was masked, or is the same id of unknown shape, where a phone used to be.
pub(super) fn phone_field_beside(
    node: &Node<'_, '_>,
    key: &str,
    bsuid: Option<&Bsuid>,
) -> Result<PhoneField, Reason> {
    phone_field(node, key).or_else(|reason| match (bsuid, node.word(key)) {
        (Some(bsuid), Some(raw)) if bsuid.is_well_formed() || bsuid.as_str() == raw.trim() => {
            Ok(PhoneField::Unreadable)
        }
        _ => Err(reason),
    })
}

/// Reads a phone field that can only hold a phone, as in a change's two sides,
/// beside the person's BSUID; something of BSUID shape is left to the BSUID fields.
pub(super) fn phone(
    node: &Node<'_, '_>,
    keys: &[&str],
    channel: &Channel,
    bsuid: Option<&Bsuid>,
) -> Result<Option<PhoneKey>, Reason> {
    for key in keys {
        match phone_field_beside(node, key, bsuid)? {
            PhoneField::Absent | PhoneField::Unreadable => {}
            PhoneField::Phone(phone) => return Ok(not_of_business(phone, channel)),
            _ => return Ok(None),
        }
    }
    Ok(None)
}

fn not_of_business(phone: PhoneKey, channel: &Channel) -> Option<PhoneKey> {
    (!is_of_business(&phone, channel)).then_some(phone)
}

/// Whether the field holds the business's own number.
pub(super) fn is_business(node: &Node<'_, '_>, key: &str, channel: &Channel) -> bool {
    let phone = node.word(key).and_then(PhoneKey::parse);
    phone.is_some_and(|phone| is_of_business(&phone, channel))
}

/// Beside the business's number its other form is that number, too.
fn is_of_business(phone: &PhoneKey, channel: &Channel) -> bool {
    let own = channel.display_phone.as_ref();
    own.is_some_and(|own| phone.is_form_of(own))
}

/// Refuses a person without a key: there is nobody to give the item to.
pub(super) fn known(seen: Seen, node: &Node<'_, '_>) -> Result<Seen, Reason> {
    if seen.has_key() || seen.attested.is_some() {
        Ok(seen)
    } else {
        Err(node.wrong("names no person: neither phone nor BSUID"))
    }
}

/// Adds what stands beside an item about the same person. Nothing is taken
/// over from another BSUID's record; and where the phones differ without one
/// BSUID that joins them, and are not the two forms of one number, only the
/// other phone is kept, as a second one.
pub(super) fn join(own: Seen, beside: &Seen, phones: Phones) -> Seen {
    let one_bsuid = match (&own.bsuid, &beside.bsuid) {
        (Some(a), Some(b)) if a != b => return own,
        (a, b) => a.is_some() && a == b,
    };
    let two_phones = own.phone.is_some() && beside.phone.is_some() && own.phone != beside.phone;
    if two_phones && !one_bsuid && !are_forms_of_one(&own, beside) {
        return Seen {
            second_phone: beside.phone.clone(),
            ..own
        };
    }
    let (first, second) = match phones {
        Phones::OwnFirst => (own.phone, beside.phone.clone()),
        Phones::BesideFirst => (beside.phone.clone(), own.phone),
    };
    let (phone, second_phone) = if two_phones {
        (first, second)
    } else {
        (
            first.or(second),
            own.second_phone.or_else(|| beside.second_phone.clone()),
        )
    };
    Seen {
        bsuid: own.bsuid.or_else(|| beside.bsuid.clone()),
        parent: own.parent.or_else(|| beside.parent.clone()),
        phone,
        second_phone,
        attested: own.attested,
        username: own.username.or_else(|| beside.username.clone()),
        name: own.name.or_else(|| beside.name.clone()),
        book_name: own.book_name.or_else(|| beside.book_name.clone()),
    }
}

/// Whether two phones that are seen side by side are one number in its two forms.
pub(super) fn are_forms_of_one(a: &Seen, b: &Seen) -> bool {
    let phones = a.phone.as_ref().zip(b.phone.as_ref());
    phones.is_some_and(|(a, b)| a.is_form_of(b))
}

/// Which of two phones is the person's, where one BSUID joins them or they are
/// the two forms of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phones {
    /// The item's own.
    OwnFirst,
    /// That of the record beside it: Meta's `wa_id`.
    BesideFirst,
}
