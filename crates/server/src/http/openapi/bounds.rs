//! What the types of the wire leave to formats and settings: how large a number may be, how long a text, how many a list.

use antiphon_protocol::Limits;
use serde_json::{Map, Value};

/// Puts the bounds into a document that this server hands out.
pub fn put(document: &mut Value, limits: &Limits) {
    let limits = serde_json::to_value(limits).ok();
    bound(document, limits.as_ref().and_then(Value::as_object).unwrap_or(&Map::new()));
}

fn bound(node: &mut Value, limits: &Map<String, Value>) {
    match node {
        Value::Object(fields) => {
            if let Some(most) = fields.get("format").and_then(largest) {
                fields.entry("maximum").or_insert(most.into());
            }
            // The name of the limit is in the types; its value is the operator's.
            if let Some(limit) =
                fields.get("x-limit").and_then(Value::as_str).and_then(|name| limits.get(name))
            {
                let is_list = fields.get("type").is_some_and(|kind| kind.to_string().contains("array"));
                fields.insert(if is_list { "maxItems" } else { "maxLength" }.to_owned(), limit.clone());
            }
            fields.values_mut().for_each(|field| bound(field, limits));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| bound(item, limits)),
        _ => {}
    }
}

/// The largest number of a format.
fn largest(format: &Value) -> Option<u64> {
    match format.as_str()? {
        "uint8" => Some(u8::MAX.into()),
        "uint16" => Some(u16::MAX.into()),
        "uint32" => Some(u32::MAX.into()),
        "uint" | "uint64" => Some(u64::MAX),
        _ => None,
    }
}
