//! Why there is no answer, in words for the room. They never hold an address, a key, or what the endpoint said.

use std::time::Duration;

use antiphon_protocol::{Ending, Error};
use reqwest::StatusCode;

/// Why a run ends before its answer is whole.
#[derive(Debug)]
pub(super) enum Halt {
    /// Someone stopped it.
    Cancelled,
    /// The endpoint did not do its part.
    Trouble(Trouble),
    /// The room took no more of it.
    Fault(Error),
}

impl Halt {
    /// How the run ends, and what the room is told.
    pub fn ending(self) -> (Ending, Option<String>) {
        match self {
            Self::Cancelled => (Ending::Cancelled, None),
            Self::Trouble(Trouble { reason, is_late: true, .. }) => (Ending::TimedOut, Some(reason)),
            Self::Trouble(trouble) => (Ending::Failed, Some(trouble.reason)),
            Self::Fault(fault) => (Ending::Failed, Some(fault.message)),
        }
    }
}

impl From<Error> for Halt {
    fn from(fault: Error) -> Self {
        Self::Fault(fault)
    }
}

impl From<Trouble> for Halt {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// An attempt that came to nothing.
#[derive(Debug)]
pub(super) struct Trouble {
    /// What to tell the room.
    pub reason: String,
    /// What may help, as long as nothing was shown.
    pub remedy: Remedy,
    /// Whether it came of waiting too long.
    pub is_late: bool,
    /// What it says about the endpoint.
    pub blame: Blame,
}

/// What trouble says about an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blame {
    /// Nobody is there.
    Away,
    /// It does not want the bot's key.
    Key,
    /// Nothing that another run would find again.
    Other,
}

/// What may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// The same again, after the pause that the endpoint asked for.
    Again(Option<Duration>),
    /// The same without what not all endpoints know, or else another model.
    Plainer,
    /// A shorter request, or else another model.
    Shorter,
    /// Another model.
    OtherModel,
    /// Nothing that the bot could do.
    Nothing,
}

impl Trouble {
    fn new(reason: impl Into<String>, remedy: Remedy) -> Self {
        Self { reason: reason.into(), remedy, is_late: false, blame: Blame::Other }
    }

    /// The endpoint answered with a status other than 200.
    pub fn refused(status: StatusCode, retry_after: Option<Duration>) -> Self {
        let (words, remedy) = match status.as_u16() {
            401 | 403 => ("the model service refused the bot's key", Remedy::Nothing),
            404 => ("the model service does not know this model", Remedy::OtherModel),
            408 | 409 | 425 => ("the model service could not answer just now", Remedy::Again(retry_after)),
            429 => ("the model service is asked too often; try again later", Remedy::Again(retry_after)),
            500.. => ("the model service is out of order", Remedy::Again(retry_after)),
            400 | 422 => ("the model service refused the request", Remedy::Plainer),
            300..=399 => ("the model service is at another address", Remedy::Nothing),
            _ => ("the model service refused the request", Remedy::OtherModel),
        };
        let blame = if matches!(status.as_u16(), 401 | 403) { Blame::Key } else { Blame::Other };
        Self { blame, ..Self::new(format!("{words} (HTTP {})", status.as_u16()), remedy) }
    }

    /// `what` has lasted for `limit`.
    pub fn late(what: &str, limit: Duration) -> Self {
        let reason = format!("{what} {} s", limit.as_secs_f64());
        Self { is_late: true, ..Self::new(reason, Remedy::OtherModel) }
    }

    /// No connection, or one that broke before the answer.
    pub fn unreachable() -> Self {
        let words = "the model service cannot be reached";
        Self { blame: Blame::Away, ..Self::new(words, Remedy::Again(None)) }
    }

    /// The stream ended too early.
    pub fn cut() -> Self {
        Self::new("the model service broke off before the end of its answer", Remedy::Again(None))
    }

    /// The stream holds something that is no completion.
    pub fn unreadable() -> Self {
        Self::new("the model service sent something that cannot be read", Remedy::Again(None))
    }

    /// The stream holds an error.
    pub fn reported() -> Self {
        Self::new("the model service reported an error instead of going on", Remedy::Again(None))
    }

    /// The stream was whole, but there was nothing in it.
    pub fn silent() -> Self {
        Self::new("the model said nothing", Remedy::Again(None))
    }

    /// The request is longer than the model can read.
    pub fn too_long(status: StatusCode) -> Self {
        let words = format!("the conversation is too long for the model (HTTP {})", status.as_u16());
        Self::new(words, Remedy::Shorter)
    }

    /// The model was not done, and may not say more.
    pub fn cut_short() -> Self {
        Self::new("the answer is cut off: it is as long as the model may make it", Remedy::Nothing)
    }

    /// The rest of the answer was not given out.
    pub fn withheld() -> Self {
        Self::new("the answer is cut off: the model service withholds the rest of it", Remedy::Nothing)
    }

    /// The model would not stop using tools.
    pub fn endless() -> Self {
        Self::new("the model went on using tools instead of answering", Remedy::Nothing)
    }
}
