//! What `GET /v1/config` says: where the doors are, and how to come in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Limits;

/// What a front end starts from (E3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServerConfig {
    /// Name of the product.
    pub name: String,
    /// Version of the server.
    pub version: String,
    /// Subprotocol of the WebSocket.
    pub protocol: String,
    /// Where the doors are.
    pub urls: Urls,
    /// How to sign in.
    pub auth: AuthModes,
    /// How often the server sends `ping`.
    pub ping_interval_ms: u64,
    /// What the server accepts.
    pub limits: Limits,
    /// The room that a page joins by itself.
    pub default_room: crate::RoomId,
}

/// Where the doors are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Urls {
    /// The WebSocket.
    pub websocket: String,
    /// The same conversation over plain HTTP, for where WebSockets are blocked.
    pub sse: String,
    /// Socket.IO: the origin and the path of its clients.
    pub socket_io: String,
    /// REST.
    pub rest: String,
    /// Rooms: below each one's id its events, as a stream, and all that REST has about it.
    pub rooms: String,
    /// Bots: below each one's id the doors to it, `chat`, `ag-ui` and `openai`.
    pub bots: String,
    /// The AI SDK's `DefaultChatTransport`.
    pub ai_sdk: String,
    /// The AI SDK's `WebSocketChatTransport`.
    pub ai_sdk_websocket: String,
    /// The schema of the wire.
    pub schema: String,
    /// The description of REST, OpenAPI 3.1.
    pub openapi: String,
    /// The same as a page to look at and to try.
    pub docs: String,
}

/// How to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuthModes {
    /// With a name only.
    pub guest: bool,
    /// With tokens of these providers, by name.
    pub providers: Vec<String>,
}

/// Longest name of a guest, in characters.
pub const GUEST_NAME_CHARS: usize = 64;

/// Body of `POST /v1/guests`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GuestSignIn {
    /// What others will see.
    #[schemars(length(max = GUEST_NAME_CHARS), regex(pattern = r"\S"))]
    pub name: String,
}

/// Answer to `POST /v1/guests` and `POST /v1/guests/refresh`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GuestToken {
    /// The token.
    pub token: String,
    /// When it expires.
    pub expires_at: crate::Timestamp,
    /// Who is signed in.
    pub user: crate::User,
}

/// Answer to `POST /v1/tickets`: stands in for a token where none can be sent in a header.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ticket {
    /// Good once, for a short time, as `?ticket=`.
    pub ticket: String,
    /// When it expires.
    pub expires_at: crate::Timestamp,
}
