//! Messages: what a member says.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error};

use crate::{MessageId, Part, Role, RoomId, RunId, Timestamp, UserId};

/// Whether a message is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    /// Still growing.
    Streaming,
    /// Whole.
    Complete,
    /// Stopped by someone; the text so far is kept.
    Cancelled,
    /// Its author or the server died; the text up to the last checkpoint is kept.
    Interrupted,
    /// Its author gave up with an error; the text so far is kept.
    Failed,
}

/// A message in its current state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// Minted by the sender.
    pub id: MessageId,
    /// Where it was said.
    pub room: RoomId,
    /// Who said it.
    pub sender: UserId,
    /// Its position in the log.
    pub seq: u64,
    /// Its number among the countable messages of the room.
    pub ordinal: u64,
    /// Position of the last entry that changed it. A later state has a higher `rev`.
    pub rev: u64,
    /// When it was committed.
    pub at: Timestamp,
    /// Whether it is whole.
    pub status: MessageStatus,
    /// What it is made of. Empty once deleted.
    pub parts: Vec<Part>,
    /// The least role that may see a part, by the part's index; those that everyone may see are left out. To others such a
    /// part comes without its content.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default, deserialize_with = "by_index")]
    pub visible_to: BTreeMap<u32, Role>,
    /// The message that this one answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reply_to: Option<MessageId>,
    /// Whom it addresses, beyond those it mentions.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub to: Vec<UserId>,
    /// The run that wrote it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub run: Option<RunId>,
    /// When it was last edited.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub edited_at: Option<Timestamp>,
    /// When it was deleted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deleted_at: Option<Timestamp>,
    /// What others answered with a sign.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub reactions: Vec<Reaction>,
    /// Since when it is pinned to its room, if it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pinned_at: Option<Timestamp>,
    /// Who pinned it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pinned_by: Option<UserId>,
    /// Since when it is hidden from the first glance, if it is: clients show it to those only who ask for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hidden_at: Option<Timestamp>,
    /// Who hid it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hidden_by: Option<UserId>,
}

impl Message {
    /// Whether the message bears a mark.
    pub fn bears(&self, mark: Mark) -> bool {
        match mark {
            Mark::Pinned => self.pinned_at.is_some(),
            Mark::Hidden => self.hidden_at.is_some(),
        }
    }

    /// Whether it is gone, or hidden from the first glance: what is told of a conversation leaves it out.
    pub fn is_out_of_view(&self) -> bool {
        self.deleted_at.is_some() || self.bears(Mark::Hidden)
    }

    /// Marks it, or takes the mark back.
    pub fn set_mark(&mut self, mark: Mark, marked: Option<(UserId, Timestamp)>) {
        let (by, at) = marked.unzip();
        match mark {
            Mark::Pinned => (self.pinned_by, self.pinned_at) = (by, at),
            Mark::Hidden => (self.hidden_by, self.hidden_at) = (by, at),
        }
    }
}

/// What those who keep order in a room can say of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It is worth keeping in view.
    Pinned,
    /// It is not for the first glance.
    Hidden,
}

/// JSON has strings for keys. serde reads them back as numbers by itself, but not inside an entry, whose type is among its
/// fields.
fn by_index<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<u32, Role>, D::Error> {
    let read = BTreeMap::<String, Role>::deserialize(deserializer)?;
    read.into_iter().map(|(index, role)| Ok((index.parse().map_err(D::Error::custom)?, role))).collect()
}

/// One sign under a message, and who put it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reaction {
    /// The sign.
    pub emoji: String,
    /// How many users put it.
    pub count: u64,
    /// The first of them, [`Limits::reaction_users`](crate::Limits) at most.
    pub users: Vec<UserId>,
}
