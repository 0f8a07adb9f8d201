//! Limits: what the server accepts. Announced to every client, enforced with errors that name them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The limits in force. Every value is a setting of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Largest frame or request body from a client, in bytes.
    pub frame_bytes: usize,
    /// Largest message, all parts together, in bytes of JSON. OWASP's advice for chat is 64 KB.
    pub message_bytes: usize,
    /// Most parts of one message. An agent at work on something large has a part for each of its tool calls.
    pub parts: usize,
    /// Largest stream of one part, in bytes; what a bot writes beyond is refused.
    pub stream_bytes: usize,
    /// Most rooms that one connection may have joined at a time.
    pub rooms_per_connection: usize,
    /// Most connections of one user.
    pub connections_per_user: usize,
    /// Most requests of one connection that wait for their answer.
    pub requests_in_flight: usize,
    /// Requests per second that a user may make over a while; bursts are five times this.
    pub requests_per_second: u32,
    /// Most entries in one page.
    pub page: usize,
    /// Longest room name or user name, in characters.
    pub name_chars: usize,
    /// Longest topic of a room, in characters.
    pub topic_chars: usize,
    /// Most users that one request may name (`to`, `invite`).
    pub users_per_request: usize,
    /// Longest reaction, in bytes; emoji with modifiers need up to 28.
    pub emoji_bytes: usize,
    /// Most different reactions under one message.
    pub reactions_per_message: usize,
    /// Most users listed by name under one reaction; the count goes on.
    pub reaction_users: usize,
    /// Most pinned messages of one room.
    pub pins_per_room: usize,
    /// Longest search query, in bytes.
    pub query_bytes: usize,
    /// Bots that one user may register.
    pub bots_per_user: usize,
    /// Most rooms in which a bot that somebody registers may work at the same time; administrators may register more.
    pub bot_concurrency: usize,
    /// Most messages that may wait in one room for a bot that somebody registers; administrators may register more.
    pub bot_queue: usize,
    /// How much of a tool's output is shown from its beginning and, once more, from its end, in bytes.
    pub tool_output_shown: usize,
    /// Largest output of a tool that is kept whole, in bytes; of a larger one so much from its beginning.
    pub tool_output_kept: usize,
    /// How much output of tools is kept for each room in all, in bytes: the oldest goes first.
    pub tool_output_room: u64,
    /// In a conversation of bots: how many may speak one after the other on one line of cause and effect.
    pub chain_hops: u32,
    /// In a conversation of bots: how many runs a person's message may cause in all.
    pub chain_turns: u32,
    /// In a conversation of bots: how long it may go on after a person spoke, in milliseconds.
    pub chain_ms: u64,
    /// Deepest nesting of JSON in `data` parts and tool arguments.
    pub json_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: 128 * 1024,
            message_bytes: 64 * 1024,
            parts: 128,
            stream_bytes: 1024 * 1024,
            rooms_per_connection: 200,
            connections_per_user: 100,
            requests_in_flight: 64,
            requests_per_second: 50,
            page: 200,
            name_chars: 80,
            topic_chars: 250,
            users_per_request: 50,
            emoji_bytes: 32,
            reactions_per_message: 20,
            reaction_users: 50,
            pins_per_room: 50,
            query_bytes: 256,
            bots_per_user: 20,
            bot_concurrency: 100,
            bot_queue: 1_000,
            tool_output_shown: 16 * 1024,
            tool_output_kept: 4 * 1024 * 1024,
            tool_output_room: 64 * 1024 * 1024,
            chain_hops: 4,
            chain_turns: 12,
            chain_ms: 600_000,
            json_depth: 32,
        }
    }
}
