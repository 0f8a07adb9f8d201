//! The paths that are no request of the wire: coming in, streams, words with a bot, other programs' protocols, and what the
//! server says about itself.

use antiphon_protocol::{
    RoomId,
    bot_chat::{BotAnswer, BotChat, LONGEST_WAIT_MS},
    config::{GuestSignIn, GuestToken, ServerConfig, Ticket},
    feed::FeedPage,
};
use schemars::{JsonSchema as _, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{answer, take_field};

/// The name of a log, with which a cursor begins: an id.
const EPOCH: &str = "[A-Za-z0-9_][A-Za-z0-9_.:@|~-]{0,127}";
/// A position in a log.
const SEQ: &str = "(0|[1-9][0-9]{0,17})";

/// Whether a token is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Everyone,
    Users,
}

/// Each with its path and method.
pub fn described(generator: &mut SchemaGenerator) -> Vec<(&'static str, &'static str, Value)> {
    let all = [coming_in(generator), about(generator), streams(generator), ai_sdk(), outward()].concat();
    let described = |(path, method, id, summary, whom, mut described): Described| {
        described["operationId"] = id.into();
        described["summary"] = summary.into();
        if whom == For::Everyone {
            described["security"] = json!([]);
        }
        (path, method, described)
    };
    all.into_iter().map(described).collect()
}

/// Path, method, name, summary, for whom, and the rest.
type Described = (&'static str, &'static str, &'static str, &'static str, For, Value);

fn coming_in(generator: &mut SchemaGenerator) -> Vec<Described> {
    let mut guest = answer(generator.subschema_for::<GuestToken>());
    guest["requestBody"] = body(&generator.subschema_for::<GuestSignIn>().to_value());
    let refreshed = answer(generator.subschema_for::<GuestToken>());
    let ticket = answer(generator.subschema_for::<Ticket>());
    vec![
        ("/v1/guests", "POST", "sign_in_guest", "Sign in with a name only.", For::Everyone, guest),
        ("/v1/guests/refresh", "POST", "refresh_guest", "A fresh token for a guest.", For::Users, refreshed),
        ("/v1/tickets", "POST", "get_ticket", "A single-use stand-in for the token.", For::Users, ticket),
    ]
}

fn about(generator: &mut SchemaGenerator) -> Vec<Described> {
    let config = answer(generator.subschema_for::<ServerConfig>());
    let mut schema = answer(Schema::default());
    schema["responses"]["200"]["content"] =
        json!({ "application/schema+json": { "schema": { "type": "object" } } });
    let openapi = answer(Schema::try_from(json!({ "type": "object" })).unwrap_or_default());
    vec![
        ("/v1/config", "GET", "get_config", "What a front end starts from.", For::Everyone, config),
        ("/v1/schema.json", "GET", "get_schema", "The JSON Schema of the wire.", For::Everyone, schema),
        ("/v1/openapi.json", "GET", "get_openapi", "This description.", For::Everyone, openapi),
    ]
}

fn streams(generator: &mut SchemaGenerator) -> Vec<Described> {
    let of_all =
        feed(generator, None, &format!("{EPOCH}(;[A-Za-z0-9_-]{{10}}[AEIMQUYcgkosw048]!{SEQ}![*]){{0,200}}"));
    let of_room = feed(generator, Some("room"), &format!("{EPOCH}:{SEQ}"));
    vec![
        (
            "/v1/events",
            "GET",
            "stream_all_events",
            "Hear all of your rooms: their logs and live events.",
            For::Users,
            of_all,
        ),
        (
            "/v1/rooms/{room}/events",
            "GET",
            "stream_events",
            "Hear a room's log and live events.",
            For::Users,
            of_room,
        ),
        (
            "/v1/rooms/{room}/messages/{message_id}/tool_outputs/{tool_call}",
            "GET",
            "get_tool_output",
            "The whole output of a tool, where more was kept than is shown.",
            For::Users,
            tool_output(),
        ),
        (
            "/v1/rooms/{room}/runs/{run}/stream",
            "GET",
            "stream_answer",
            "The text of an answer as a Durable Stream, whose protocol describes the rest.",
            For::Users,
            durable_stream(),
        ),
        (
            "/v1/rooms/{room}/runs/{run}/stream",
            "HEAD",
            "find_end_of_answer",
            "Where it ends, and whether for good.",
            For::Users,
            end_of_durable_stream(),
        ),
        (
            "/v1/sse",
            "GET",
            "open_line",
            "The conversation of a WebSocket, over plain HTTP.",
            For::Users,
            event_stream(),
        ),
        ("/v1/sse/{connection_id}", "POST", "say_on_line", "Say something in it.", For::Users, saying()),
        (
            "/v1/bots/{bot}/chat",
            "POST",
            "bot_chat",
            "A word with a bot; its answer as a stream of the events of a socket, or as one document.",
            For::Users,
            bot_chat(generator),
        ),
    ]
}

/// Chats in the words of Vercel's AI SDK, whose documentation describes bodies and streams.
fn ai_sdk() -> Vec<Described> {
    let chat = |mut described: Value, has_id: bool| {
        let query = |name: &str, schema: Value, words: &str| json!({ "name": name, "in": "query", "schema": schema, "description": words });
        let mut parameters = vec![
            query("bot", id(), "With whom the chat is; without it the chat's id is a room's."),
            query(
                "version",
                json!({ "enum": ["5", "6", "7"] }),
                "The major version of the page's package `ai`.",
            ),
        ];
        parameters.extend(has_id.then(|| path_parameter("id")));
        described["parameters"] = parameters.into();
        described
    };
    let mut ask = event_stream();
    ask["requestBody"] = body(&foreign(&["id", "messages"]));
    let mut resumed = event_stream();
    resumed["responses"]["204"] = json!({ "description": "Nothing is under way." });
    let object = || answer(Schema::default());
    vec![
        (
            "/v1/ai-sdk/chat",
            "POST",
            "ai_sdk_chat",
            "`DefaultChatTransport`: an answer.",
            For::Users,
            chat(ask, false),
        ),
        (
            "/v1/ai-sdk/chat/{id}/stream",
            "GET",
            "ai_sdk_resume",
            "The same: resume.",
            For::Users,
            chat(resumed, true),
        ),
        (
            "/v1/ai-sdk/chat/{id}/stop",
            "POST",
            "ai_sdk_stop",
            "Stop what is under way.",
            For::Users,
            chat(object(), true),
        ),
        (
            "/v1/ai-sdk/chat/{id}/messages",
            "GET",
            "ai_sdk_messages",
            "What was said so far.",
            For::Users,
            chat(object(), true),
        ),
    ]
}

/// A bot in the words of other protocols, which describe bodies and answers themselves.
fn outward() -> Vec<Described> {
    let of_bot = |mut described: Value| {
        described["parameters"] = json!([path_parameter("bot")]);
        described
    };
    let refusal = json!({
        "description": "What is wrong, in the shape of OpenAI's API.",
        "content": { "application/json": { "schema": { "type": "object", "required": ["error"] } } },
    });
    let mut run = of_bot(event_stream());
    run["requestBody"] = body(&foreign(&["threadId", "runId", "messages"]));
    let mut completion = of_bot(answer(Schema::default()));
    completion["requestBody"] = body(&foreign(&["messages"]));
    completion["responses"]["200"]["content"]["text/event-stream"] = json!({});
    completion["responses"]["default"] = refusal.clone();
    let mut models = of_bot(answer(Schema::default()));
    models["responses"]["default"] = refusal;
    let mut model = models.clone();
    model["parameters"] = json!([path_parameter("bot"), path_parameter("model")]);
    vec![
        ("/v1/bots/{bot}/ag-ui", "POST", "ag_ui_run", "The bot as an agent of AG-UI.", For::Users, run),
        (
            "/v1/bots/{bot}/openai/chat/completions",
            "POST",
            "openai_complete",
            "The bot as a model of OpenAI's API.",
            For::Users,
            completion,
        ),
        (
            "/v1/bots/{bot}/openai/models",
            "GET",
            "openai_models",
            "The bot, as the only model.",
            For::Users,
            models,
        ),
        ("/v1/bots/{bot}/openai/models/{model}", "GET", "openai_model", "The same.", For::Users, model),
    ]
}

fn bot_chat(generator: &mut SchemaGenerator) -> Value {
    let mut asked = BotChat::json_schema(generator).to_value();
    let bot = take_field(&mut asked, "bot");
    let document = generator.subschema_for::<BotAnswer>().to_value();
    let words = "The end of the answer, or its events if no JSON is asked for.";
    json!({
        "parameters": [{ "name": "bot", "in": "path", "required": true, "schema": bot }],
        "requestBody": body(&asked),
        "responses": {
            "200": {
                "description": words,
                "content": { "text/event-stream": {}, "application/json": { "schema": document } },
            },
            "202": {
                "description": "The answer so far: asking again with the same id waits on.",
                "content": { "application/json": { "schema": document } },
            },
            "default": { "$ref": "#/components/responses/Error" },
        },
    })
}

/// A feed: a stream, or piece by piece.
fn feed(generator: &mut SchemaGenerator, of: Option<&str>, cursor: &str) -> Value {
    let page = generator.subschema_for::<FeedPage>().to_value();
    // `-` is that of who has none; a header is empty where no event had an id yet.
    let last_event = json!({ "type": "string", "pattern": format!("^(?!.*\\.\\.)(-|{cursor})?$") });
    let cursor = json!({ "type": "string", "pattern": format!("^(?!.*\\.\\.)(-|{cursor})$") });
    let words = "The id of the last event, or the `cursor` of the last page. Who brings one is made a member of no room.";
    let mut parameters: Vec<Value> = of.map(path_parameter).into_iter().collect();
    parameters.extend([
        json!({ "name": "cursor", "in": "query", "schema": cursor, "description": words }),
        json!({ "name": "Last-Event-ID", "in": "header", "schema": last_event, "description": "The same, and newer." }),
        json!({
            "name": "limit", "in": "query", "schema": { "type": "integer", "minimum": 0, "format": "uint" },
            "description": "How many entries come at once: of each room on a stream, of all in a page.",
        }),
        json!({
            "name": "wait_ms", "in": "query", "schema": { "type": "integer", "minimum": 0, "maximum": LONGEST_WAIT_MS },
            "description": "Asks for a page, as `Accept: application/json` does, and how long to wait for something in it.",
        }),
    ]);
    json!({
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "Server-sent events, or a page; one without events if nothing came.",
                "content": { "text/event-stream": {}, "application/json": { "schema": page } },
            },
            "default": { "$ref": "#/components/responses/Error" },
        },
    })
}

fn tool_output() -> Value {
    let text = json!({ "text/plain": { "schema": { "type": "string" } } });
    let range = json!({
        "name": "Range",
        "in": "header",
        "schema": { "type": "string", "pattern": "^bytes=([0-9]+-[0-9]*|-[0-9]+)$" },
        "description": "One range of bytes; for what is missing after a cut, with the `ETag` as `If-Range`.",
    });
    let mut parameters = Vec::from(["room", "message_id", "tool_call"].map(path_parameter));
    parameters.push(range);
    json!({
        "parameters": parameters,
        "responses": {
            "200": { "description": "Plain text.", "content": text },
            "206": { "description": "The range of it that was asked for.", "content": text },
            "304": { "description": "The text that `If-None-Match` names." },
            "416": { "$ref": "#/components/responses/Error" },
            "default": { "$ref": "#/components/responses/Error" },
        },
    })
}

/// From where, and whether to wait, is described as far as it is not a matter of that protocol.
fn durable_stream() -> Value {
    let query = |name: &str, schema: Value, words: &str| json!({ "name": name, "in": "query", "schema": schema, "description": words });
    let offset = json!({ "type": "string", "pattern": "^(-1|now|[0-9]{12}_[0-9a-f]{8})$" });
    json!({
        "parameters": [
            path_parameter("room"),
            path_parameter("run"),
            query("offset", offset, "`-1`, `now`, or what `Stream-Next-Offset` said."),
            query("live", json!({ "enum": ["long-poll", "sse"] }), "How to wait; then `offset` is needed."),
            query("cursor", json!({ "type": "string" }), "What `Stream-Cursor` said."),
        ],
        "responses": {
            "200": {
                "description": "What comes after the offset.",
                "content": { "text/plain": { "schema": { "type": "string" } }, "text/event-stream": {} },
            },
            "204": { "description": "Nothing came, or nothing more will: `Stream-Closed`." },
            "304": { "description": "The piece that `If-None-Match` names." },
            "410": { "$ref": "#/components/responses/Error" },
            "default": { "$ref": "#/components/responses/Error" },
        },
    })
}

fn end_of_durable_stream() -> Value {
    json!({
        "parameters": [path_parameter("room"), path_parameter("run")],
        "responses": {
            "200": { "description": "`Stream-Next-Offset`, and `Stream-Closed` if that is all." },
            "default": { "description": "What `GET` is refused with." },
        },
    })
}

fn event_stream() -> Value {
    json!({
        "responses": {
            "200": { "description": "Server-sent events.", "content": { "text/event-stream": {} } },
            "default": { "$ref": "#/components/responses/Error" },
        },
    })
}

/// What is posted to an HTTP line.
fn saying() -> Value {
    let schema = json!({ "type": "string" });
    let words = "JSON objects with line ends between them, as a WebSocket takes them.";
    json!({
        "parameters": [path_parameter("connection_id")],
        "requestBody": { "description": words, "content": { "text/plain": { "schema": schema } } },
        "responses": {
            "204": { "description": "Taken. What comes of it is an event." },
            "default": { "$ref": "#/components/responses/Error" },
        },
    })
}

fn path_parameter(name: &str) -> Value {
    // What a page calls a chat, and a program a model, is theirs to say.
    let schema = if matches!(name, "id" | "model") { json!({ "type": "string" }) } else { id() };
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

/// All ids are alike.
fn id() -> Value {
    RoomId::json_schema(&mut SchemaGenerator::default()).to_value()
}

/// A body that another protocol describes, with the fields that it cannot be without.
fn foreign(fields: &[&str]) -> Value {
    let kind = |field: &str| if field == "messages" { "array" } else { "string" };
    let properties: Map<String, Value> =
        fields.iter().map(|field| ((*field).to_owned(), json!({ "type": kind(field) }))).collect();
    json!({ "type": "object", "required": fields, "properties": properties })
}

fn body(schema: &Value) -> Value {
    json!({ "required": true, "content": { "application/json": { "schema": schema } } })
}
