//! What is asked for: ranges and pages of entries, and approvals that hold.

use antiphon_protocol::{Entry, RawJson, RoomId, UserId, approval::GrantId};

/// Which approvals that hold for more than one time: in the order of bot and tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantsAsked {
    /// Where they are looked for.
    pub of: GrantsOf,
    /// Those of this bot only.
    pub bot: Option<UserId>,
    /// Those that this user gave only.
    pub by: Option<UserId>,
    /// Those after this one.
    pub after: Option<GrantId>,
}

impl From<GrantsOf> for GrantsAsked {
    fn from(of: GrantsOf) -> Self {
        Self { of, bot: None, by: None, after: None }
    }
}

/// Whose approvals that hold for more than one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantsOf {
    /// Those that somebody gave.
    Giver(UserId),
    /// Those that hold in a room.
    Room(RoomId),
    /// Those of a bot.
    Bot(UserId),
}

/// Which entries of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryRange {
    /// The newest, up to and including `up_to`.
    Newest {
        /// Last position that may be in the page.
        up_to: u64,
    },
    /// Those right before this position.
    Before(u64),
    /// Those right after `seq`, up to and including `up_to`.
    After {
        /// Where to begin, exclusive.
        seq: u64,
        /// Last position that may be in the page.
        up_to: u64,
    },
}

/// Entries in the order of their positions, without holes.
#[derive(Debug, Clone, Default)]
pub struct EntryPage {
    /// The entries as JSON.
    pub entries: Vec<RawJson<Entry>>,
    /// Position of the first one; 0 if there is none.
    pub first: u64,
    /// Position of the last one; 0 if there is none.
    pub last: u64,
    /// Whether the range holds more in the direction of reading.
    pub more: bool,
}
