//! Deliveries inside of something else: a request as a gateway, a queue or an
//! automation logs it, a line of a log, a row of a table; the delivery itself or
//! the text of it.
//!
//! Only where the whole has no shape of its own, and only what can be meant for
//! nothing else is taken for a delivery: a log speaks of many things. The body
//! of a request is one in any case.
//!
//! A text is opened only where no customer writes: whoever sends a message that
//! reads like a delivery must not be believed, whatever shape brings it here.

use super::items::Items;
use super::json::{Json, Read, Room, Tree};
use super::node::Node;
use super::{Format, delivery, kapso, meta};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Levels that are searched. An archive of requests has its bodies in the fifth.
const DEPTH: usize = 8;

/// Reads the body of a request.
pub(super) fn body(request: &Node<'_, '_>, body: &Node<'_, '_>, format: Format, items: &mut Items) {
    request.get("headers").iter().for_each(Node::whole);
    pass_over(request);
    let is_coded = request
        .get("isBase64Encoded")
        .is_some_and(|flag| matches!(flag.part().json(), Json::Bool(true)));
    if is_coded
        && let Json::Text(coded) = body.part().json()
        && let Ok(bytes) = STANDARD.decode(coded.trim())
        && let Ok(text) = String::from_utf8(bytes)
        && let Some(tree) = parsed(&text)
    {
        return delivery(&body.instead(tree.root()), format, items);
    }
    delivery(body, format, items);
}

/// Reads a delivery that came as the text of one; false if it is none.
pub(super) fn text(node: &Node<'_, '_>, format: Format, items: &mut Items) -> bool {
    let Json::Text(text) = node.part().json() else {
        return false;
    };
    let tree = parsed(text);
    if let Some(tree) = &tree {
        delivery(&node.instead(tree.root()), format, items);
    }
    tree.is_some()
}

/// Reads the deliveries anywhere within an object of no known shape; false if
/// there are none.
pub(super) fn any(node: &Node<'_, '_>, format: Format, items: &mut Items) -> bool {
    let before = items.len();
    fields(node, format, DEPTH, items);
    items.len() > before
}

fn fields(node: &Node<'_, '_>, format: Format, depth: usize, items: &mut Items) {
    let before = items.len();
    for field in node.fields() {
        let before = items.len();
        match field.part().json() {
            Json::Text(text) => {
                if let Some(tree) = parsed(text).filter(|_| carries(&field, node)) {
                    search(&field.instead(tree.root()), format, depth, items);
                }
            }
            _ => search(&field, format, depth, items),
        }
        if items.len() > before && field.part().read() == Read::Not {
            field.part().set_read(Read::Asked);
        }
    }
    if items.len() > before {
        pass_over(node);
    }
}

/// What stands around a delivery is of whoever wrote the log: no field that is
/// to be read.
fn pass_over(node: &Node<'_, '_>) {
    for field in node.fields() {
        if field.part().read() == Read::Not {
            field.part().set_read(Read::Whole);
        }
    }
}

fn search(node: &Node<'_, '_>, format: Format, depth: usize, items: &mut Items) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match node.part().json() {
        Json::Object(_) if is_certain(node, format) => delivery(node, format, items),
        Json::Object(_) => fields(node, format, depth, items),
        Json::Array => node
            .elements()
            .for_each(|element| search(&element, format, depth, items)),
        _ => {}
    }
}

/// Whether a text holds what was sent to a server, by its name and by what
/// stands beside it in `around`: never what somebody wrote in a message, as
/// `text`, `message`, `data` and most a `body` do.
fn carries(field: &Node<'_, '_>, around: &Node<'_, '_>) -> bool {
    match field.field() {
        Some("payload" | "raw" | "raw_payload" | "raw_body" | "request_body" | "webhook") => true,
        // Of a queue's record, or a request.
        Some("body") => ["receiptHandle", "eventSource", "httpMethod"]
            .iter()
            .any(|beside| around.has(beside)),
        // Of an archive of requests.
        Some("text") => around.field() == Some("postData"),
        _ => false,
    }
}

/// Whether an object can be nothing but a delivery of that format.
fn is_certain(node: &Node<'_, '_>, format: Format) -> bool {
    format != Format::Kapso && meta::is_certain(node)
        || format != Format::Meta && kapso::is_certain(node)
}

/// A text that is an object or an array.
fn parsed(text: &str) -> Option<Tree<'_>> {
    let text = text.trim();
    let is_one = text.starts_with(['{', '[']);
    is_one.then(|| Tree::parse(text, &mut Room::default()).ok())?
}
