//! How a run ends: in words for the room, and in the agent's own for those who control it.

use antiphon_protocol::{Ending, Error};

use crate::{Trouble, program::End};

/// How a run ended.
#[derive(Debug)]
pub(super) struct Outcome {
    pub ending: Ending,
    /// Why, as the room reads it.
    pub error: Option<String>,
    /// What the agent or its program said, for those who control the bot.
    pub details: Option<String>,
}

impl Outcome {
    fn new(ending: Ending, error: Option<String>) -> Self {
        Self { ending, error, details: None }
    }

    pub fn completed() -> Self {
        Self::new(Ending::Completed, None)
    }

    pub fn cancelled() -> Self {
        Self::new(Ending::Cancelled, None)
    }

    pub fn failed(why: impl Into<String>) -> Self {
        Self::new(Ending::Failed, Some(why.into()))
    }

    pub fn interrupted(why: impl Into<String>) -> Self {
        Self::new(Ending::Interrupted, Some(why.into()))
    }

    /// The program ended in the middle of it.
    pub fn broken(end: End) -> Self {
        let why = format!("the agent's program broke off: {}", end.how);
        Self { details: end.last_words, ..Self::interrupted(why) }
    }

    /// Something that was needed did not work.
    pub fn of(what: &str, trouble: Trouble) -> Self {
        Self { details: trouble.details, ..Self::failed(format!("{what}{}", trouble.message)) }
    }
}

impl From<Error> for Outcome {
    /// The room took no more of it.
    fn from(fault: Error) -> Self {
        Self::failed(fault.message)
    }
}
