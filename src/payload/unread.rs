//! The fields that no reader asked for: counted by their path, so that an
//! operator sees what the platforms send and reunite does not read. They are
//! kept all the same, as every delivery is kept whole.
//!
//! It lies on the way of every line and has to cost next to nothing: a field
//! remembers whether it was asked for, only the others are looked at, and a
//! path is spelled out when it is met for the first time. A path is told from
//! another by a hash of its keys. What is known (file hashes, prices) is passed over
//! by name, also where a field beside it is of a type that it cannot be.

use super::json::{Json, Part, Read};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Paths that are told apart at most; JSON can hold any number of keys.
const MOST: usize = 500;
/// Most characters of one key in a path.
const LONGEST_KEY: usize = 64;

/// Known fields: those that say nothing about who somebody is or what they wrote,
/// and those that nobody asks for in a delivery where another field holds what
/// it cannot.
#[rustfmt::skip]
const KNOWN: &[&str] = &[
    "action", "added_participants", "address", "addresses", "animated", "audio", "batch",
    "batch_info", "birthday", "biz_opaque_callback_data", "body", "business_account_id",
    "business_scoped_user_id", "button", "button_reply", "call_recording", "call_transcript",
    "calls", "caption", "catalog_id", "category", "changes", "channel", "chunk_order", "code",
    "contact", "contact_name", "contacts", "content", "context", "control_passed", "control_taken",
    "conversation", "conversation_context", "country_code", "created_at", "customer", "customer_id",
    "data", "description", "detail", "direction", "display_name", "display_phone_number",
    "document", "duration", "edit", "emails", "emoji", "end_time", "entry", "error", "errors",
    "event", "execution_context", "expiration_timestamp", "failed_participants", "field",
    "filename", "first_name", "flow_response", "flow_token", "formatted_name", "forwarded",
    "frequently_forwarded", "from", "from_parent_user_id", "from_user_id", "full_name", "group_id",
    "groups", "handoff", "has_media", "headers", "history", "history_context", "href", "id",
    "identity", "identity_key_hash", "image", "inactivity", "initiated_by", "input", "interactive",
    "invite_link", "isBase64Encoded", "is_new_conversation", "join_request_id", "kapso",
    "last_active_at", "last_inbound_at", "last_message_id", "last_message_text",
    "last_message_timestamp", "last_message_type", "last_name", "last_outbound_at", "latitude",
    "list_reply", "location", "longitude", "marketing_preference", "media_data", "media_url",
    "message", "message_echoes", "message_id", "message_status", "message_type",
    "message_type_data", "messages", "messages_count", "messaging_product", "metadata", "mime_type",
    "name", "new_wa_id", "nfm_reply", "object", "occurred_at", "order", "org", "origin",
    "original_message_id", "paging", "parent_business_scoped_user_id", "parent_user_id", "payload",
    "phase", "phone", "phone_number", "phone_number_id", "phones", "preview_url", "previous",
    "previous_parent_user_id", "previous_user_id", "previous_wa_id", "pricing", "processing_status",
    "product_items", "profile", "profile_name", "profile_picture_url", "progress", "project",
    "project_id", "reaction", "reason", "recipient", "recipient_id", "recipient_identity_key_hash",
    "recipient_parent_user_id", "recipient_participant_id", "recipient_participant_parent_user_id",
    "recipient_participant_user_id", "recipient_type", "recipient_user_id", "referral",
    "removed_participants", "request_id", "response_json", "response_source", "revoke", "sandbox",
    "sdp", "sdp_type", "sender", "session", "sha256", "since_message", "standby", "start_time",
    "state_sync", "status", "statuses", "sticker", "subject", "system", "template", "text",
    "threads", "time", "timestamp", "title", "to", "to_parent_user_id", "to_user_id",
    "total_participant_count", "tracking_id", "transcript", "type", "updated_at", "url", "urls",
    "user_id", "user_id_update", "user_preferences", "username", "value", "vars", "vcard", "video",
    "voice", "wa_id", "webhook_event", "whatsapp_config", "whatsapp_conversation_id",
    "whatsapp_message_id", "workflow_execution_id", "workflow_id",
];

/// What was not read, over many deliveries.
#[derive(Debug, Default)]
pub struct Unread {
    paths: HashMap<u64, UnreadField>,
    /// Fields beyond the paths that are told apart.
    beyond: u64,
}

/// One path, and how often a field of it was met.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct UnreadField {
    /// Keys from the value of a change on, else from the root; `[]` for the
    /// elements of an array: `contacts[].profile.pronouns`. Raw; empty for all
    /// beyond the first five hundred paths.
    pub field: String,
    /// How often.
    pub count: u64,
}

impl Unread {
    /// All of them, the most frequent first.
    #[must_use]
    pub fn fields(&self) -> Vec<UnreadField> {
        let told = self.paths.values().filter(|path| !path.field.is_empty());
        let mut all: Vec<UnreadField> = told.cloned().collect();
        all.sort_by(|a, b| (b.count, &a.field).cmp(&(a.count, &b.field)));
        if self.beyond > 0 {
            all.push(UnreadField {
                field: String::new(),
                count: self.beyond,
            });
        }
        all
    }

    /// Counts the fields of a delivery that nobody asked for.
    pub(super) fn count(&mut self, tree: Part<'_>) {
        self.walk(tree, 0, Way::Root);
    }

    fn walk(&mut self, part: Part<'_>, hash: u64, way: Way<'_>) {
        match part.json() {
            Json::Object(_) => {
                for (key, value) in part.fields() {
                    self.field(key, value, hash, way);
                }
            }
            Json::Array => {
                for element in part.elements() {
                    self.walk(element, mix(hash, b"[]"), Way::Element(&way));
                }
            }
            _ => {}
        }
    }

    fn field(&mut self, key: &str, value: Part<'_>, hash: u64, way: Way<'_>) {
        let below = || mix(hash, key.as_bytes());
        match value.read() {
            Read::Whole => {}
            Read::Asked if !value.is_of_parts() => {}
            // The envelope is the same around everything.
            Read::Asked if key == "value" => self.walk(value, 0, Way::Root),
            Read::Asked => self.walk(value, below(), Way::Key(&way, key)),
            Read::Not => self.not_read(key, below(), way),
        }
    }

    fn not_read(&mut self, key: &str, hash: u64, way: Way<'_>) {
        let full = self.paths.len() >= MOST;
        match self.paths.entry(hash) {
            Entry::Occupied(mut path) => path.get_mut().count += 1,
            Entry::Vacant(_) if full => self.beyond += 1,
            Entry::Vacant(path) => {
                let mut field = String::new();
                if !KNOWN.contains(&key) {
                    Way::Key(&way, key).spell(&mut field);
                }
                path.insert(UnreadField { field, count: 1 });
            }
        }
    }
}

/// The way to a value, from the innermost key outwards.
#[derive(Clone, Copy)]
enum Way<'w> {
    Root,
    Key(&'w Way<'w>, &'w str),
    Element(&'w Way<'w>),
}

impl Way<'_> {
    fn spell(&self, out: &mut String) {
        match self {
            Way::Root => {}
            Way::Key(up, key) => {
                up.spell(out);
                if !out.is_empty() {
                    out.push('.');
                }
                out.extend(key.chars().take(LONGEST_KEY));
            }
            Way::Element(up) => {
                up.spell(out);
                out.push_str("[]");
            }
        }
    }
}

/// FNV-1a over one more key. Keys are short, and a collision only joins the
/// counts of two paths.
fn mix(hash: u64, key: &[u8]) -> u64 {
    let start = hash ^ 0xcbf2_9ce4_8422_2325;
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    step(key.iter().fold(start, step), &b'.')
}
