//! What the payload room hands over: one [`Item`] for each thing a delivery
//! holds, in the words of the domain. No JSON and no store in here.

use super::identifier::{Bsuid, ParentBsuid, PhoneKey, Username};
use super::time::Timestamp;
use compact_str::CompactString;
use std::sync::Arc;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// All of them, in the order of their definition.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The word for it, the same in SQL, JSON, arguments and on screen.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// The one of that word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Where in the traffic an item came from.
    Surface {
        /// Meta `messages`: a message of a person.
        Message = "message",
        /// Meta `messages`: a status of a message to a person.
        Status = "status",
        /// Meta `messages`: a system message.
        System = "system",
        /// Meta `user_id_update`.
        UserIdUpdate = "user_id_update",
        /// Meta `user_preferences`.
        UserPreferences = "user_preferences",
        /// Meta `history`.
        History = "history",
        /// Meta `smb_message_echoes` and `message_echoes`.
        MessageEcho = "message_echo",
        /// Meta `smb_app_state_sync`.
        StateSync = "state_sync",
        /// Meta `group_*_update`, participants and settings.
        Group = "group",
        /// Meta `calls`.
        Call = "call",
        /// Meta `messaging_handovers`.
        Handover = "handover",
        /// Meta `business_username_updates`.
        BusinessUsername = "business_username",
        /// Kapso: a message, v2 or v1.
        KapsoMessage = "kapso_message",
        /// Kapso: a status of a message.
        KapsoStatus = "kapso_status",
        /// Kapso: a conversation event or fragment.
        KapsoConversation = "kapso_conversation",
        /// Kapso `whatsapp.contact.identity_changed`.
        KapsoIdentity = "kapso_identity",
        /// Kapso workflow events.
        KapsoWorkflow = "kapso_workflow",
        /// A contact of a Kapso REST list.
        KapsoContact = "kapso_contact",
        /// A row of an imported file.
        Import = "import",
        /// Anything else: kept, read for nothing.
        Other = "other",
    }
}

words! {
    /// The five events that say that identifiers were replaced.
    ChangeType {
        /// `system.type` of that name.
        UserChangedUserId = "user_changed_user_id",
        /// `system.type` of that name.
        UserChangedNumber = "user_changed_number",
        /// `system.type` of that name, API v11 and older.
        CustomerChangedNumber = "customer_changed_number",
        /// The webhook field of that name.
        UserIdUpdate = "user_id_update",
        /// Kapso's event of that name.
        IdentityChanged = "whatsapp.contact.identity_changed",
    }
}

words! {
    /// Which way a message went.
    Direction {
        /// From the person.
        Inbound = "inbound",
        /// From the business.
        Outbound = "outbound",
    }
}

/// A business number, as far as a payload names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Channel {
    /// Meta's id of the number.
    pub phone_number_id: Option<CompactString>,
    /// The WhatsApp business account.
    pub waba: Option<CompactString>,
    /// The number itself; never a person's.
    pub display_phone: Option<PhoneKey>,
    /// The portfolio by name, where the source itself says it: a column of an
    /// imported file. A webhook never does.
    pub portfolio: Option<String>,
}

/// The identifiers and names of one person that came together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The person's BSUID.
    pub bsuid: Option<Bsuid>,
    /// The person's parent BSUID.
    pub parent: Option<ParentBsuid>,
    /// The person's phone: `wa_id` where two are given.
    pub phone: Option<PhoneKey>,
    /// A second phone of the same item, which is the person's only if it is a
    /// variant of the first (Brazil, Mexico, Argentina).
    pub second_phone: Option<PhoneKey>,
    /// A phone the person attested by answering a contact request.
    pub attested: Option<PhoneKey>,
    /// The person's username.
    pub username: Option<Username>,
    /// The profile name.
    pub name: Option<CompactString>,
    /// The name in the business's address book.
    pub book_name: Option<CompactString>,
}

impl Seen {
    /// Whether there is a key by which a contact can be found.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.bsuid.is_some() || self.phone.is_some()
    }
}

/// A message, beside who it is from or to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The platform's message id.
    pub id: String,
    /// Which way it went.
    pub direction: Direction,
    /// Its type, by the platform's word.
    pub kind: CompactString,
    /// What a person reads of it; empty where there is nothing to read.
    pub text: String,
    /// The platform's id of the thread: Kapso's conversation id.
    pub thread: Option<String>,
    /// The group it was sent in; it belongs to the group's conversation then.
    pub group: Option<String>,
}

/// One side of a change: each id can be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    /// BSUID.
    pub bsuid: Option<Bsuid>,
    /// Parent BSUID.
    pub parent: Option<ParentBsuid>,
    /// Phone.
    pub phone: Option<PhoneKey>,
}

/// A claim that identifiers were replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeClaim {
    /// Which of the five events says so.
    pub kind: ChangeType,
    /// The ids before.
    pub previous: Side,
    /// The ids after.
    pub current: Side,
}

/// What an item tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A message to or from the person seen.
    Message(Message),
    /// A status of message `id`; `failed` founds no contact.
    Status {
        /// The message's id.
        id: String,
        /// sent, delivered, read, played, failed, or another word.
        status: CompactString,
    },
    /// Identifiers were replaced.
    Change(ChangeClaim),
    /// A person was seen, nothing else. `founds` is false for what must not
    /// found a contact: a removal from a group, a `state_sync` remove.
    Sighting {
        /// Whether a contact may be founded for it.
        founds: bool,
    },
    /// Applied, and no person in it.
    Nothing,
}

impl Fact {
    /// Number and id of a message that is keyed by them; what becomes of a
    /// message later may stand under its id too.
    #[must_use]
    pub fn message(&self) -> Option<(&str, &str)> {
        let What::Message(message) = &self.what else {
            return None;
        };
        let number = self.channel.phone_number_id.as_deref().unwrap_or_default();
        let keyed = self.key.starts_with("m|");
        keyed.then_some((number, message.id.as_str()))
    }
}

/// One readable thing of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Where it came from.
    pub surface: Surface,
    /// The business number it came to, as far as it is named.
    pub channel: Arc<Channel>,
    /// Its key against replays, before hashing: two items with the same key
    /// are one. Unique across surfaces (the surface's family is part of it).
    pub key: String,
    /// The time it tells; `None` counts as the time of arrival.
    pub at: Option<Timestamp>,
    /// Whether the sighting is dated by arrival though the message has a time
    /// of its own (`history`, `smb_app_state_sync`).
    pub seen_on_arrival: bool,
    /// Who was seen.
    pub seen: Seen,
    /// What it tells.
    pub what: What,
}

/// The key of a message: its business number, empty where that is not named,
/// and its id.
#[must_use]
pub fn message_key(number: &str, id: &str) -> String {
    ["m|", number, "|", id].concat()
}

/// What became of one thing of a delivery when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// It was understood.
    Fact(Box<Fact>),
    /// It cannot be read; the reason names the field and what was wrong.
    Quarantined(String),
    /// Of a surface that is not read; kept.
    Unrecognised(String),
}

/// One thing of a delivery and where it stands in its JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// JSON pointer (RFC 6901) within the delivery, `""` for the whole.
    pub pointer: String,
    /// What became of it.
    pub reading: Reading,
}
