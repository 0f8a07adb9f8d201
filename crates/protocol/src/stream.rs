//! Streams: parts that are still growing, addressed by generation and byte offset.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{MessageId, Part, Role};

/// Which text a client holds of a part that was not finished when it last looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StreamPosition {
    /// The message.
    pub message_id: MessageId,
    /// Index of the part.
    pub part: u32,
    /// The attempt that the text belongs to.
    pub generation: u32,
    /// How many bytes of UTF-8 the client holds.
    pub at: u64,
}

/// A part of an unfinished message, brought up to date. `text` covers the bytes from `at` to `end`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpenStream {
    /// The message.
    pub message_id: MessageId,
    /// Index of the part.
    pub part: u32,
    /// The attempt that the text belongs to.
    pub generation: u32,
    /// Where `text` begins, in bytes.
    pub at: u64,
    /// Where it ends.
    pub end: u64,
    /// The text that the client lacks.
    pub text: String,
    /// True if what the client holds of this part is void: forget it, `text` is all of it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub replace: bool,
    /// The part without its growing text.
    pub value: Part,
    /// The least role that may see it; everyone if left out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub visible_to: Option<Role>,
}
