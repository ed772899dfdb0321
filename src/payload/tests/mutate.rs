//! Deliveries bent in every way that a hostile or careless sender can think
//! of: from fixtures, by a seed, the same ones each time. Used here and by the
//! tests that go through a store.

use serde_json::{Value, json};

/// `splitmix64`: one seed, one sequence.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bf0_3635)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or(0)
    }
}

fn webhook(field: &str, lists: &str) -> Value {
    let value = format!(
        r#"{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"+49 30 555","phone_number_id":"N1"}},{lists}}}"#
    );
    let value: Value = serde_json::from_str(&value).unwrap();
    json!({"object":"whatsapp_business_account","entry":[{"id":"W1","changes":[{"field":field,"value":value}]}]})
}

/// One delivery of each surface.
pub(crate) fn fixtures() -> Vec<Value> {
    let lists = [
        (
            "messages",
            r#""contacts":[{"profile":{"name":"Ana","username":"@ana"},"wa_id":"4917055501","user_id":"DE.A","parent_user_id":"DE.ENT.P"},{"wa_id":"4917055502","user_id":"DE.B"}],"messages":[{"from":"4917055501","from_user_id":"DE.A","id":"w1","timestamp":"1775986200","type":"contacts","origin":"contact_request","contacts":[{"name":{"formatted_name":"B"},"phones":[{"phone":"+49 170 555 03","wa_id":"4917055503"}]}]},{"from_user_id":"DE.B","id":"w2","timestamp":1775986201,"type":"edit","edit":{"original_message_id":"w1","message":{"type":"text","text":{"body":"x"}}}},{"id":"w3","type":"system","from":"4917055501","system":{"type":"user_changed_number","wa_id":"4917055504","previous_user_id":"DE.A","user_id":"DE.C"}}],"statuses":[{"id":"w4","status":"read","recipient_type":"group","recipient_id":"G7","recipient_participant_id":"4917055501"},{"id":"w5","status":"delivered","timestamp":"1775986202","recipient_id":"4917055502","recipient_user_id":"DE.B","parent_recipient_user_id":"DE.ENT.Q"}]"#,
        ),
        (
            "messages",
            r#""messages":[{"id":"w6","timestamp":"1775986200","type":"system","system":{"type":"user_changed_user_id","previous_user_id":"DE.B","user_id":"DE.D","previous_parent_user_id":"DE.ENT.P","parent_user_id":"DE.ENT.Q"}},{"from":"4917055505","group_id":"G7","id":"w7","type":"interactive","interactive":{"type":"list_reply","list_reply":{"title":"Monday"}}},{"from":"4917055505","id":"w8","type":"order","order":{"product_items":[{},{}]}},{"from":"4917055505","id":"w9","type":"location","location":{"latitude":1.5,"longitude":"2.5"}}],"errors":[{"code":1,"title":"x"}]"#,
        ),
        (
            "user_preferences",
            r#""contacts":[{"wa_id":"4917055501","user_id":"DE.A"}],"user_preferences":[{"wa_id":"4917055501","user_id":"DE.A","value":"stop","timestamp":1775986200}]"#,
        ),
        (
            "history",
            r#""history":[{"metadata":{"phase":0},"threads":[{"id":"4917055501","context":{"user_id":"DE.A","username":"ana"},"messages":[{"from":"4930555","id":"h1","timestamp":"1775986200","type":"text","text":{"body":"x"}},{"from":"4917055501","id":"h2","type":"image","image":{"caption":"y"}}]}]}]"#,
        ),
        (
            "smb_message_echoes",
            r#""message_echoes":[{"from":"4930555","to":"4917055501","to_user_id":"DE.A","id":"e1","type":"text","text":{"body":"x"}},{"from":"4917055501","to":"4930555","id":"e2","type":"revoke","revoke":{"original_message_id":"w1"}}]"#,
        ),
        (
            "smb_app_state_sync",
            r#""state_sync":[{"type":"contact","action":"add","contact":{"full_name":"Ana","phone_number":"4917055501","user_id":"DE.A"},"metadata":{"timestamp":"1775986200"}},{"type":"contact","action":"remove","contact":{"phone_number":"4917055502"}}]"#,
        ),
        (
            "group_participants_update",
            r#""groups":[{"group_id":"G","timestamp":1775986200,"added_participants":[{"wa_id":"4917055501","user_id":"DE.A"}],"removed_participants":[{"input":"DE.A"},{"input":"4917055502"}]}]"#,
        ),
        (
            "user_id_update",
            r#""user_id_update":[{"wa_id":"4917055501","user_id":{"previous":"DE.A","current":"DE.B"},"timestamp":"1775986200"}]"#,
        ),
        (
            "standby",
            r#""standby":{"contacts":[{"wa_id":"4917055501","user_id":"DE.A"}],"messages":[{"from":"4917055501","id":"b1","type":"text","text":{"body":"x"}}],"message_echoes":[{"id":"b2","timestamp":"1775986200","message":{"to":"4917055501","type":"text","text":{"body":"x"}}}]}"#,
        ),
        (
            "calls",
            r#""calls":[{"id":"c1","from":"4917055501","from_user_id":"DE.A","direction":"USER_INITIATED","timestamp":"1775986200"}],"statuses":[{"id":"c1","type":"call","status":"RINGING","recipient_id":"4917055501"}]"#,
        ),
        (
            "business_username_updates",
            r#""username":"shop","status":"approved""#,
        ),
    ];
    let mut all: Vec<Value> = lists
        .iter()
        .map(|(field, lists)| webhook(field, lists))
        .collect();
    all.push(json!({"type":"whatsapp.message.sent","batch":true,"data":[{"message":{"id":"k1","to":"4917055501","type":"text","text":{"body":"x"},"kapso":{"direction":"outbound","origin":"cloud_api","statuses":[{"id":"k1","status":"sent","timestamp":"1775986200"}]}},"conversation":{"id":"c","phone_number":"+49 170 555 01","business_scoped_user_id":"DE.A","kapso":{"contact_name":"Ana"}},"phone_number_id":"N1"}],"batch_info":{"size":1}}));
    all.push(json!({"contact":{"id":"k","wa_id":"4917055501","profile_name":"Ana","business_scoped_user_id":"DE.B","username":"@ana","updated_at":"2026-04-12T09:30:00.000000Z"},"previous":{"business_scoped_user_id":"DE.A","parent_business_scoped_user_id":null},"phone_number_id":"N1"}));
    all.push(json!({"contact":{"id":"k","wa_id":"4917055501"},"marketing_preference":{"status":"stopped","occurred_at":"2026-04-12T09:30:00Z"},"phone_number_id":"N1"}));
    all.push(json!({"event":"workflow.execution.failed","context":{"whatsapp_business_scoped_user_id":"DE.A","contact":{"wa_id":"4917055501"}}}));
    all.push(json!({"message":{"id":"1","whatsapp_message_id":"v1","message_type":"text","content":"x","direction":"inbound","created_at":"2026-04-12T09:30:00Z"},"conversation":{"id":"c1","phone_number":"4917055501"},"whatsapp_config":{"phone_number_id":"N1","display_phone_number":"+49 30 555"}}));
    all.push(json!({"data":[{"id":"k1","wa_id":"4917055501","profile_name":"Ana","customer_id":null},{"id":"c1","phone_number":"4917055502","status":"active","last_active_at":"2026-04-12T09:30:00Z"}],"paging":{"cursors":{"after":"x"},"next":null}}));
    all.push(json!({"field":"messaging_handovers","value":{"messaging_product":"whatsapp","sender":{"phone_number":"4917055501"},"recipient":{"phone_number_id":"N1","display_phone_number":"+49 30 555"},"type":"control_taken","timestamp":"1775986200"}}));
    let body = all[0].to_string();
    all.push(json!({"httpMethod":"POST","headers":{},"body":body}));
    all.push(json!({"level":"info","rows":[{"payload":all[1]},{"payload":all[2].to_string()}]}));
    all
}

/// A delivery, bent one to four times.
pub(crate) fn mutated(dice: &mut Dice, fixtures: &[Value]) -> Vec<u8> {
    let mut tree = fixtures[dice.below(fixtures.len())].clone();
    for _ in 0..dice.below(4) {
        bend(dice, &mut tree, fixtures);
    }
    let mut bytes = tree.to_string().into_bytes();
    if dice.below(3) == 0 {
        for _ in 0..=dice.below(2) {
            scratch(dice, &mut bytes);
        }
    }
    bytes
}

/// Bends the tree at one place.
fn bend(dice: &mut Dice, tree: &mut Value, fixtures: &[Value]) {
    let at = dice.below(count(tree));
    let other = nth(&fixtures[dice.below(fixtures.len())], &mut dice.below(60)).cloned();
    let Some(place) = nth_mut(tree, &mut { at }) else {
        return;
    };
    match dice.below(10) {
        0 => *place = Value::Null,
        1 => *place = other.unwrap_or_default(),
        2 => *place = leaf(dice),
        3 => *place = json!([place.take()]),
        4 => *place = json!({"value": place.take()}),
        5 => *place = json!([place.clone(), place.take()]),
        6 => remove(dice, place),
        7 => exchange(dice, place),
        8 => {
            // What is inside comes one level up.
            let inner = match place {
                Value::Array(list) => list.pop(),
                Value::Object(map) => map.iter().next().map(|(_, value)| value.clone()),
                _ => None,
            };
            *place = inner.unwrap_or_else(|| leaf(dice));
        }
        _ => {
            if let Value::Object(map) = place {
                map.insert(
                    KEYS[dice.below(KEYS.len())].to_owned(),
                    other.unwrap_or_default(),
                );
            }
        }
    }
}

const KEYS: &[&str] = &[
    "from",
    "from_user_id",
    "to",
    "id",
    "type",
    "messages",
    "statuses",
    "contacts",
    "system",
    "kapso",
    "data",
    "message",
    "conversation",
    "previous",
    "wa_id",
    "user_id",
    "group_id",
    "timestamp",
    "entry",
    "changes",
    "value",
    "field",
    "\u{0}",
    "",
    "__proto__",
];

fn leaf(dice: &mut Dice) -> Value {
    match dice.below(14) {
        0 => json!(true),
        1 => json!(i64::MIN),
        2 => json!(u64::MAX),
        3 => json!(1e308),
        4 => json!(""),
        5 => json!("   "),
        6 => json!("US.".to_owned() + &"9".repeat(140)),
        7 => json!("4917055501"),
        8 => json!("DE.A"),
        9 => json!("\u{202e}\u{0}\u{1b}[2J\u{feff}"),
        10 => json!([]),
        11 => json!({}),
        12 => json!("9".repeat(5000)),
        _ => json!(-1_775_986_200.5),
    }
}

fn remove(dice: &mut Dice, place: &mut Value) {
    match place {
        Value::Array(list) if !list.is_empty() => drop(list.remove(dice.below(list.len()))),
        Value::Object(map) => {
            let keys: Vec<String> = map.keys().cloned().collect();
            if let Some(key) = keys.get(dice.below(keys.len())) {
                map.remove(key);
            }
        }
        _ => *place = Value::Null,
    }
}

/// Two values of an object or an array change places.
fn exchange(dice: &mut Dice, place: &mut Value) {
    match place {
        Value::Array(list) if list.len() > 1 => {
            let other = dice.below(list.len());
            list.swap(0, other);
        }
        Value::Object(map) if map.len() > 1 => {
            let keys: Vec<String> = map.keys().cloned().collect();
            let (a, b) = (&keys[dice.below(keys.len())], &keys[dice.below(keys.len())]);
            let (x, y) = (map[a].clone(), map[b].clone());
            map.insert(a.clone(), y);
            map.insert(b.clone(), x);
        }
        _ => *place = leaf(dice),
    }
}

/// Damages the text itself.
fn scratch(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let at = dice.below(bytes.len());
    let mut insert = |what: &[u8]| drop(bytes.splice(at..at, what.iter().copied()));
    match dice.below(9) {
        0 => bytes.truncate(at),
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
        }
        2 => insert(b"\xff\xfe"),
        3 => insert(br#""\ud800""#),
        4 => insert(br#""from":"4917055509","from":{},"#),
        5 => insert("[".repeat(300).as_bytes()),
        6 => insert(b"1e999"),
        7 => insert(b"\n"),
        _ => {
            let copy = bytes[at..].to_vec();
            bytes.extend_from_slice(&copy);
        }
    }
}

fn count(tree: &Value) -> usize {
    1 + match tree {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

fn nth<'v>(tree: &'v Value, left: &mut usize) -> Option<&'v Value> {
    if *left == 0 {
        return Some(tree);
    }
    *left -= 1;
    match tree {
        Value::Array(list) => list.iter().find_map(|value| nth(value, left)),
        Value::Object(map) => map.values().find_map(|value| nth(value, left)),
        _ => None,
    }
}

fn nth_mut<'v>(tree: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    if *left == 0 {
        return Some(tree);
    }
    *left -= 1;
    match tree {
        Value::Array(list) => list.iter_mut().find_map(|value| nth_mut(value, left)),
        Value::Object(map) => map.values_mut().find_map(|value| nth_mut(value, left)),
        _ => None,
    }
}

/// How many to try: so many, or as many as `REUNITE_FUZZ` says.
pub(crate) fn rounds(usual: usize) -> usize {
    let asked = std::env::var("REUNITE_FUZZ").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(usual)
}
