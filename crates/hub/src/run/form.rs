//! Questions with fields: whether a question can be asked, and whether an answer fits it.
//!
//! Schemas are flat, as those of elicitations in the Model Context Protocol are: an object of strings, numbers, booleans
//! and choices. What else a schema says is for the page that shows the form.

use antiphon_protocol::{Ask, Error, Limits, approval::AskKind};
use serde_json::{Map, Value};

/// Whether this can be asked.
pub(super) fn check_ask(ask: &Ask, limits: &Limits) -> Result<(), Error> {
    if ask.prompt.trim().is_empty() {
        return Err(Error::field("prompt", "`prompt` is empty"));
    }
    if ask.eligible.users.len() > limits.users_per_request {
        return Err(Error::too_many("eligible.users", limits.users_per_request));
    }
    let size = serde_json::to_vec(ask).map_or(usize::MAX, |json| json.len());
    if size > limits.message_bytes {
        return Err(Error::too_large("ask", limits.message_bytes));
    }
    match (&ask.schema, ask.kind) {
        (Some(schema), AskKind::Question) => check_schema(schema),
        (Some(_), AskKind::Permission) => Err(Error::field("schema", "only questions have a `schema`")),
        (None, _) => Ok(()),
    }
}

/// Whether a schema is of an object with flat fields.
fn check_schema(schema: &Value) -> Result<(), Error> {
    let is_object = schema.get("type").is_none_or(|kind| kind == "object");
    let fields = schema.get("properties").map_or(Some(Map::new()), |fields| fields.as_object().cloned());
    let is_flat = |field: &Value| field.is_object() && field.get("properties").is_none();
    match fields {
        Some(fields) if is_object && fields.values().all(is_flat) => Ok(()),
        _ => Err(Error::field("schema", "`schema` is that of an object with flat fields")),
    }
}

/// Whether `content` has the required fields, and each field the type that the schema wants.
pub(super) fn check_answer(schema: Option<&Value>, content: &Value) -> Result<(), Error> {
    let Some(content) = content.as_object() else {
        return Err(Error::field("content", "`content` is an object"));
    };
    let Some(schema) = schema else { return Ok(()) };
    for name in
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    {
        if !content.contains_key(name) {
            return Err(field(name, "is missing"));
        }
    }
    let fields = schema.get("properties").and_then(Value::as_object);
    let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    for (name, value) in content {
        match fields.and_then(|fields| fields.get(name)) {
            Some(wanted) => check_field(name, wanted, value)?,
            None if is_closed => return Err(field(name, "is not asked for")),
            None => {}
        }
    }
    Ok(())
}

fn check_field(name: &str, wanted: &Value, value: &Value) -> Result<(), Error> {
    let kind = wanted.get("type").and_then(Value::as_str);
    let is_kind = match kind {
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0)
        }
        Some("number") => value.is_number(),
        Some("array") => value.is_array(),
        Some("null") => value.is_null(),
        _ => true,
    };
    if !is_kind {
        return Err(field(name, &format!("is not of type `{}`", kind.unwrap_or("any"))));
    }
    if let Some(items) = wanted.get("items").filter(|_| value.is_array()) {
        for item in value.as_array().into_iter().flatten() {
            check_field(name, items, item)?;
        }
    }
    if choices(wanted).is_some_and(|choices| !choices.contains(&value)) {
        return Err(field(name, "is none of the choices"));
    }
    check_bounds(name, wanted, value)
}

/// What a field may be, if that is a list: `enum`, or `const` in `oneOf` or `anyOf`.
fn choices(wanted: &Value) -> Option<Vec<&Value>> {
    if let Some(choices) = wanted.get("enum").and_then(Value::as_array) {
        return Some(choices.iter().collect());
    }
    let titled = wanted.get("oneOf").or(wanted.get("anyOf")).and_then(Value::as_array)?;
    titled.iter().map(|choice| choice.get("const")).collect()
}

fn check_bounds(name: &str, wanted: &Value, value: &Value) -> Result<(), Error> {
    let bound = |bound: &str| wanted.get(bound).and_then(Value::as_f64);
    let (measure, least, most) = match value {
        Value::Number(number) => (number.as_f64(), bound("minimum"), bound("maximum")),
        #[allow(clippy::cast_precision_loss, reason = "no text is as long as that")]
        Value::String(text) => (Some(text.chars().count() as f64), bound("minLength"), bound("maxLength")),
        _ => return Ok(()),
    };
    let is_within = measure.is_none_or(|measure| {
        least.is_none_or(|least| measure >= least) && most.is_none_or(|most| measure <= most)
    });
    if is_within { Ok(()) } else { Err(field(name, "is too small or too large")) }
}

fn field(name: &str, what: &str) -> Error {
    Error::field(&format!("content.{name}"), format!("`{name}` {what}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// F6: the types and required fields of a flat schema hold.
    #[test]
    fn an_answer_fits_its_question() {
        let schema = json!({
            "type": "object",
            "properties": {
                "name": { "type": "string", "minLength": 2 },
                "age": { "type": "integer", "minimum": 0, "maximum": 150 },
                "size": { "type": "number" },
                "sure": { "type": "boolean" },
                "tea": { "type": "string", "enum": ["green", "black"] },
                "cup": { "type": "string", "oneOf": [{ "const": "s", "title": "Small" }] },
                "extras": { "type": "array", "items": { "type": "string", "enum": ["milk", "sugar"] } },
            },
            "required": ["name"],
            "additionalProperties": false,
        });
        check_schema(&schema).unwrap();
        let good = [
            json!({ "name": "Mara" }),
            json!({ "name": "Mara", "age": 41, "size": 1.7, "sure": true, "tea": "green", "cup": "s", "extras": ["milk"] }),
        ];
        for content in good {
            check_answer(Some(&schema), &content).unwrap_or_else(|fault| panic!("{content}: {fault}"));
        }
        let bad = [
            (json!({}), "content.name"),
            (json!(["Mara"]), "content"),
            (json!({ "name": "M" }), "content.name"),
            (json!({ "name": 1 }), "content.name"),
            (json!({ "name": "Mara", "age": 1.5 }), "content.age"),
            (json!({ "name": "Mara", "age": -1 }), "content.age"),
            (json!({ "name": "Mara", "sure": "yes" }), "content.sure"),
            (json!({ "name": "Mara", "tea": "white" }), "content.tea"),
            (json!({ "name": "Mara", "cup": "m" }), "content.cup"),
            (json!({ "name": "Mara", "extras": ["salt"] }), "content.extras"),
            (json!({ "name": "Mara", "spoon": 1 }), "content.spoon"),
        ];
        for (content, at) in bad {
            let fault = check_answer(Some(&schema), &content).unwrap_err();
            assert_eq!(fault.field.as_deref(), Some(at), "{content}");
        }
        assert!(check_schema(&json!({ "properties": { "a": { "properties": {} } } })).is_err());
        assert!(check_schema(&json!({ "type": "string" })).is_err());
    }
}
