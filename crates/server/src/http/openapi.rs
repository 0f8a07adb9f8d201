//! The description of REST, `/v1/openapi.json`: the table of operations, with the schemas of the wire's own types.

mod bounds;
mod others;

use antiphon_protocol::{Limits, Problem, Request, problem::PROBLEM_JSON};
use schemars::{JsonSchema as _, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::rest::OPERATIONS;

/// One line of the table.
pub struct Operation {
    pub path: &'static str,
    pub method: &'static str,
    /// Name of the request's type.
    pub name: &'static str,
    /// Name of the handler: says where the fields are that are not in the path.
    pub handler: &'static str,
    pub request: fn(&mut SchemaGenerator) -> Schema,
    pub reply: fn(&mut SchemaGenerator) -> Schema,
}

/// The whole description, OpenAPI 3.1, of a server with these limits.
pub fn document(limits: &Limits) -> Value {
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut generator = settings.into_generator();
    let summaries = summaries(&mut generator);
    let mut paths = Map::new();
    for operation in OPERATIONS {
        let described = operation.describe(&summaries, &mut generator);
        add(&mut paths, operation.path, operation.method, described);
    }
    for (path, method, described) in others::described(&mut generator) {
        add(&mut paths, path, method, described);
    }
    let error = json!({
        "description": "What is wrong; `Retry-After` says when to try again.",
        "content": { PROBLEM_JSON: { "schema": generator.subschema_for::<Problem>() } },
    });
    let mut document = json!({
        "openapi": "3.1.0",
        "info": { "title": "Antiphon", "version": env!("CARGO_PKG_VERSION") },
        // What people look for first stands first.
        "tags": [{ "name": "rooms" }, { "name": "bots" }, { "name": "search" }, { "name": "presence" }],
        "paths": paths,
        "security": [{ "bearer": [] }],
        "components": {
            "schemas": generator.take_definitions(true),
            "responses": { "Error": error },
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
        },
    });
    bounds::put(&mut document, limits);
    document
}

impl Operation {
    fn describe(&self, summaries: &Map<String, Value>, generator: &mut SchemaGenerator) -> Value {
        let mut request = (self.request)(generator).to_value();
        if self.handler == "by_query_not" {
            take_field(&mut request, "active");
        }
        let mut parameters = Vec::new();
        for name in self.path.split(['{', '}']).skip(1).step_by(2) {
            let schema = take_field(&mut request, name).unwrap_or_else(|| json!({ "type": "string" }));
            parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
        }
        let name = snake_case(self.name);
        let id = match self.method {
            "DELETE" if name == "react" => "take_reaction_back".to_owned(),
            "DELETE" if name == "mark_message" => "take_mark_back".to_owned(),
            "GET" if self.path.ends_with("/messages") => "history_of_messages".to_owned(),
            _ => name.clone(),
        };
        let mut described = answer((self.reply)(generator));
        if self.handler == "found" {
            described["responses"]["200"]["headers"]["ETag"] = json!({ "schema": { "type": "string" } });
            described["responses"]["304"] = json!({ "description": "It is what `If-None-Match` names." });
        }
        described["operationId"] = id.into();
        described["summary"] = summaries.get(&name).cloned().unwrap_or_default();
        let required = request["required"].as_array().cloned().unwrap_or_default();
        let key = request["properties"].get("id").cloned().filter(|_| self.method != "GET");
        if self.handler == "by_body" {
            request.as_object_mut().map(|schema| schema.remove("description"));
            let is_required = !required.is_empty() || request.get("oneOf").is_some();
            let content = json!({ "application/json": { "schema": request } });
            described["requestBody"] = json!({ "required": is_required, "content": content });
        } else {
            for (name, schema) in request["properties"].as_object().cloned().unwrap_or_default() {
                let is_required = required.iter().any(|field| *field == name);
                let schema = without_null(schema);
                parameters
                    .push(json!({ "name": name, "in": "query", "required": is_required, "schema": schema }));
            }
        }
        if let Some(schema) = key.map(without_null) {
            let words = "Stands in for `id`: the same key is the same deed, for ever.";
            parameters.push(
                json!({ "name": "Idempotency-Key", "in": "header", "schema": schema, "description": words }),
            );
        }
        described["parameters"] = parameters.into();
        described
    }
}

/// What every request does, by its name on the wire.
fn summaries(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let schema = Request::json_schema(generator).to_value();
    let variants = schema["oneOf"].as_array().cloned().unwrap_or_default();
    let named = variants.iter().filter_map(|variant| {
        let name = variant["properties"]["type"]["const"].as_str()?;
        Some((name.to_owned(), variant["description"].clone()))
    });
    named.collect()
}

fn add(paths: &mut Map<String, Value>, path: &str, method: &str, mut described: Value) {
    described["tags"] = json!([path.split('/').nth(2).and_then(|word| word.split('.').next())]);
    let entry = paths.entry(path).or_insert_with(|| Value::Object(Map::new()));
    entry[method.to_ascii_lowercase()] = described;
}

fn answer(schema: Schema) -> Value {
    let schema = schema.to_value();
    json!({
        "responses": {
            "200": { "description": "Done.", "content": { "application/json": { "schema": schema } } },
            "default": { "$ref": "#/components/responses/Error" },
        },
    })
}

/// Moves a field out of an object's schema.
fn take_field(object: &mut Value, name: &str) -> Option<Value> {
    if let Some(required) = object["required"].as_array_mut() {
        required.retain(|field| *field != name);
    }
    object["properties"].as_object_mut()?.remove(name)
}

/// What stands in a path, a query or a header is there or is not: it is never null.
fn without_null(mut schema: Value) -> Value {
    let is_null = |kind: &Value| *kind == "null" || kind["type"] == "null";
    if let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| !is_null(kind));
    }
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.retain(|choice| !is_null(choice));
    }
    schema
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
