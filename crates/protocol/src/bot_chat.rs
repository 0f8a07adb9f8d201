//! A word with a bot over REST, and its answer: for programs that keep no connection.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Message, MessageId, Part, RawJson, RoomId, Run, UserId, schema::exactly_one};

/// Longest name of a conversation, in bytes: as long as an address may well be.
pub const CHAT_BYTES: usize = 1_024;
/// Nobody waits longer for one document: ten minutes, in milliseconds.
pub const LONGEST_WAIT_MS: u64 = 600_000;

/// Body of `POST /v1/bots/{bot}/chat`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("oneOf" = exactly_one(&["text", "parts"])))]
pub struct BotChat {
    /// The bot.
    pub bot: UserId,
    /// Minted by the client; the same id is the same message, for ever. Sent again, it gets the same answer.
    pub id: MessageId,
    /// Which of the user's private conversations with the bot, under a name of their own; `main` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = CHAT_BYTES))]
    pub chat: Option<String>,
    /// Speak in this room instead. The bot has to be a member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// Shorthand for one text part. Give this or `parts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"\S"))]
    pub text: Option<String>,
    /// What is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), extend("x-limit" = "parts"))]
    pub parts: Option<Vec<Part>>,
    /// How long to wait for the end of the answer if it is asked for as one document: a minute if left out, at most ten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = LONGEST_WAIT_MS))]
    pub wait_ms: Option<u64>,
}

/// What came of it, as one document. As long as the run is not over, asking again with the same id waits on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BotAnswer {
    /// Where it was said.
    pub room: RoomId,
    /// The bot's work on it.
    pub run: Run,
    /// The answer, once it is begun.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<RawJson<Message>>,
}
