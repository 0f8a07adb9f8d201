//! What agents send, in a size and depth that a part may have.

use antiphon_protocol::Limits;
use serde_json::Value;

/// A part carries one value of an agent and what the server writes beside it; a quarter of what a message may have leaves
/// room for arguments and result together.
const SHARE: usize = 4;

/// What a model wrote as arguments: JSON if it is, else its text.
pub(super) fn json(text: &str) -> Value {
    match text.trim() {
        "" => Value::Object(serde_json::Map::new()),
        text => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
    }
}

/// What a tool answered: an object or a list where its text is one.
pub(super) fn result(content: Value) -> Value {
    match content {
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => value,
            _ => Value::String(text),
        },
        content => content,
    }
}

/// An answer in words.
pub(super) fn words(content: &Value) -> String {
    let mut text = content.as_str().map_or_else(|| content.to_string(), str::to_owned);
    shorten(&mut text, 2_000);
    text
}

/// A value as it is, or as much of its text as fits, with how much is left out.
pub(super) fn value(value: Value, limits: &Limits) -> Value {
    let most = limits.message_bytes / SHARE;
    let length = value.to_string().len();
    if length <= most && depth(&value) <= limits.json_depth {
        return value;
    }
    cut(&value, limits)
}

/// As much of a value's text as fits, with how much is left out.
pub(super) fn cut(value: &Value, limits: &Limits) -> Value {
    let mut text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // Half of it: as JSON, a text may be longer by its escapes.
    shorten(&mut text, limits.message_bytes / SHARE / 2);
    Value::String(text)
}

/// Whether a value can be shown as it is, or how many bytes it has.
pub(super) fn check(value: &Value, limits: &Limits) -> Result<(), usize> {
    let length = value.to_string().len();
    let fits = length <= limits.message_bytes / 2 && depth(value) < limits.json_depth;
    if fits { Ok(()) } else { Err(length) }
}

/// Cuts a text, and says how much of it is missing.
pub(in super::super) fn shorten(text: &mut String, most: usize) {
    if text.len() > most {
        let length = text.len();
        text.truncate(text.floor_char_boundary(most));
        text.push_str(&format!(" [… {} of {length} bytes left out: too long]", length - text.len()));
    }
}

/// How deep a value is. What was read is at most as deep as what serde_json reads.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_models_write_is_read_as_far_as_it_can_be() {
        assert_eq!(json(""), json!({}));
        assert_eq!(json(" {\"a\": 1}"), json!({ "a": 1 }));
        assert_eq!(json("{\"a\": "), json!("{\"a\":"));
        assert_eq!(result(json!("[1]")), json!([1]));
        assert_eq!(result(json!("42")), json!("42"));
        assert_eq!(result(json!([{ "type": "text" }])), json!([{ "type": "text" }]));
    }

    #[test]
    fn what_is_too_large_or_too_deep_becomes_a_short_text() {
        let limits = Limits::default();
        let deep = (0..40).fold(json!(1), |value, _| json!([value]));
        assert!(value(deep.clone(), &limits).is_string() && check(&deep, &limits).is_err());
        let wide = json!({ "a": "\"".repeat(100_000) });
        let cut = value(wide.clone(), &limits);
        assert!(cut.is_string() && cut.to_string().len() <= limits.message_bytes / 2);
        assert!(cut.as_str().unwrap().ends_with(" [… 191816 of 200008 bytes left out: too long]"), "{cut}");
        assert_eq!(check(&wide, &limits), Err(200_008));
        assert_eq!(value(json!({ "a": 1 }), &limits), json!({ "a": 1 }));
    }
}
