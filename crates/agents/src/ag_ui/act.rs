//! What an agent does, once its events are put in order: everything that begins has a key of our own, grows under it,
//! and ends exactly once.

use std::fmt;

use serde_json::{Map, Value};

use super::{event::Subtype, outcome::Interrupt};

/// A text, a thought or a tool call. Peers use the same ids again and again, keys are never used twice in a run.
pub(super) type Key = u32;

/// Something that an agent does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    /// It begins to say something. Its first [`Grew`](Self::Grew) follows: what stays empty never begins.
    Text {
        key: Key,
        /// The message's id at the peer.
        id: String,
        /// Whose words they are; an agent may repeat those of others.
        role: Role,
        /// Who speaks, if the agent has several voices.
        name: Option<String>,
        /// The subagent that speaks.
        owner: Option<String>,
    },
    /// It begins to think. Its first [`Grew`](Self::Grew) follows.
    Thought { key: Key, id: String, owner: Option<String> },
    /// It begins to call a tool.
    Tool {
        key: Key,
        /// The call's id at the peer.
        id: String,
        /// The tool.
        name: String,
        /// The message that the call is part of.
        parent: Option<String>,
        /// The subagent that calls.
        owner: Option<String>,
        /// The call in which that subagent works, if it is not over.
        within: Option<Key>,
    },
    /// A text or thought has become longer, or the arguments of a call. Never by nothing.
    Grew { key: Key, delta: String },
    /// A text or thought is whole, or the arguments of a call: its tool goes to work.
    Closed { key: Key },
    /// A tool is done. Comes after its [`Closed`](Self::Closed), perhaps in a later stream, perhaps never.
    Answered {
        key: Key,
        /// The id of the message with the answer.
        id: Option<String>,
        /// The answer: a text, or parts.
        content: Value,
        /// How the call has ended, if the agent says more than the protocol does.
        state: Option<String>,
    },
    /// How far a tool is.
    Progress { key: Key, fraction: Option<f64>, message: Option<String> },
    /// What the model wants back, unread, with a message or a call.
    Sealed { subtype: Subtype, entity: String, value: String },
    /// A stretch of work begins or ends.
    Step { name: String, owner: Option<String>, done: bool },
    /// The state is another.
    State,
    /// An activity is new or another.
    Activity { id: String },
    /// A subagent is new or has gone on.
    Subagent { id: String },
    /// The conversation is this from now on.
    Messages(Vec<Value>),
    /// Something that has no other place, kept as it is.
    Kept(Kept),
    /// Something is left out, and this is why.
    Cut { what: &'static str, why: &'static str },
}

/// Something that a room has no other place for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Kept {
    /// The type of the event that it came with.
    pub event: String,
    /// What the agent calls it.
    pub name: Option<String>,
    /// Short fields of the event.
    pub fields: Option<Map<String, Value>>,
    /// The thing itself.
    pub value: Option<Value>,
    /// Whether it is none of AG-UI's own: for those who look after the agent.
    pub is_raw: bool,
}

impl Kept {
    /// A thing that came with an event of this type.
    pub fn new(event: &str, name: Option<String>, value: Value) -> Self {
        Self { event: event.to_owned(), name, value: Some(value), ..Self::default() }
    }
}

/// Whose words a text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// The agent's own.
    Assistant,
    /// Someone else's, in the protocol's word for them.
    Other(String),
}

/// How a stream has ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ending {
    /// The agent is done.
    Done,
    /// It waits for answers to all of these; at least one.
    Asking(Vec<Interrupt>),
    /// It was stopped.
    Cancelled,
    /// It cannot go on, for a reason of its own words.
    Failed(String),
}

/// A stream that makes no sense.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It does not begin with the beginning of a run.
    NoStart,
    /// A run begins while one is at work.
    SecondStart,
    /// Something that is open is opened again.
    OpenedTwice(&'static str),
    /// Something goes on that was never begun.
    NeverBegun(&'static str),
    /// More is open at once than anyone could follow.
    TooMuchOpen,
    /// It waits for an answer, but asks nothing.
    NoQuestion,
    /// A state or an activity is too large or too deep.
    TooLarge(&'static str),
    /// Its changes are more work than a run may make.
    TooManyChanges,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStart => f.write_str("its stream does not begin with RUN_STARTED"),
            Self::SecondStart => f.write_str("it began a second run before the end of the first"),
            Self::OpenedTwice(what) => write!(f, "it opened {what} that was open already"),
            Self::NeverBegun(what) => write!(f, "it went on with {what} that it had not begun"),
            Self::TooMuchOpen => f.write_str("it has too much open at once"),
            Self::NoQuestion => f.write_str("it waits for an answer, but asked nothing"),
            Self::TooLarge(what) => write!(f, "{what} is too large"),
            Self::TooManyChanges => f.write_str("it changed its state or its activities too often"),
        }
    }
}
