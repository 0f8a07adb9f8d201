//! Feeds over HTTP: what they tell beside events and answers of a socket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{RawJson, RoomId};

/// The rooms that a feed of all rooms tells of. What a client holds of other rooms is not the user's any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename = "rooms")]
pub struct Rooms {
    /// By id.
    pub rooms: Vec<RoomId>,
}

/// What came after a cursor, for those who ask again and again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeedPage {
    /// Each as on a stream of the same feed; none, if nothing came for as long as was waited.
    pub events: Vec<RawJson<serde_json::Value>>,
    /// To ask for what comes after them.
    pub cursor: String,
}
