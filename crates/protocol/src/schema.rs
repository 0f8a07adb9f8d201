//! The published JSON Schema, generated from the types of this crate.

use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::{
    Problem, Request, ServerFrame,
    bot_chat::{BotAnswer, BotChat},
    config::{GuestSignIn, GuestToken, ServerConfig, Ticket},
    frame::Authenticate,
    socket_io::{Acknowledgement, AnySocketIoEvent, Entered},
};

/// A request as it goes over a socket: its fields, with a number.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "a shape for the schema")]
struct NumberedRequest {
    /// The client's number for the request; the answer repeats it.
    #[serde(rename = "ref", default)]
    reference: Option<u64>,
    #[serde(flatten)]
    request: Request,
}

/// The frames of a client.
#[derive(JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(dead_code, reason = "a shape for the schema")]
enum ConnectionFrame {
    /// Sign in, or refresh.
    Authenticate {
        #[serde(rename = "ref", default)]
        reference: Option<u64>,
        #[serde(flatten)]
        body: Authenticate,
    },
    /// The answer to `ping`.
    Pong {},
}

/// Everything that a client may send.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "ClientFrame")]
#[allow(dead_code, clippy::large_enum_variant, reason = "a shape for the schema")]
enum AnyClientFrame {
    Connection(ConnectionFrame),
    Request(NumberedRequest),
}

/// One line without control or invisible characters, as requests are checked for it.
pub(crate) const LINE: &str =
    r"^[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*$";

/// The same, with something to be seen in it.
pub(crate) const NAME: &str =
    r"^(?=.*\S)[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*$";

/// Of these fields exactly one is given; one that is null is not.
pub(crate) fn exactly_one(fields: &[&str]) -> Value {
    let given = |field: &&str| json!({ "required": [field], "properties": { *field: { "not": { "type": "null" } } } });
    fields.iter().map(given).collect()
}

/// Everything that goes over the wire, as one JSON Schema (draft 2020-12).
pub fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let roots: [(&str, Schema); 12] = [
        ("client", generator.subschema_for::<AnyClientFrame>()),
        ("server", generator.subschema_for::<ServerFrame>()),
        ("config", generator.subschema_for::<ServerConfig>()),
        ("guest_sign_in", generator.subschema_for::<GuestSignIn>()),
        ("guest_token", generator.subschema_for::<GuestToken>()),
        ("ticket", generator.subschema_for::<Ticket>()),
        ("bot_chat", generator.subschema_for::<BotChat>()),
        ("bot_answer", generator.subschema_for::<BotAnswer>()),
        ("problem", generator.subschema_for::<Problem>()),
        ("socket_io_event", generator.subschema_for::<AnySocketIoEvent>()),
        ("socket_io_acknowledgement", generator.subschema_for::<Acknowledgement>()),
        ("socket_io_entered", generator.subschema_for::<Entered>()),
    ];
    let properties: serde_json::Map<String, Value> =
        roots.into_iter().map(|(name, schema)| (name.to_owned(), schema.to_value())).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://antiphon.dev/schema/antiphon.v1.json",
        "title": "Antiphon",
        "description": "The wire of Antiphon. Generated from crates/protocol; see protocol/PROTOCOL.md.",
        "type": "object",
        "properties": properties,
        "$defs": generator.take_definitions(true),
    })
}
