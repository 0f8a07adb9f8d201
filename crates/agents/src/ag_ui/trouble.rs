//! Why a run ends before its answer is whole, in words for the room. They never hold an address or a key.

use std::time::Duration;

use antiphon_protocol::{Ending, Error};
use reqwest::StatusCode;

use super::{act::Fault, event::Unreadable, frames::MOST_EVENT_BYTES};

/// Longest text of an agent about what went wrong that is shown as the run's end, in bytes.
pub(super) const MOST_REASON_BYTES: usize = 500;

/// Why a run ends.
#[derive(Debug)]
pub(super) enum Halt {
    /// Someone stopped it, or the agent says so.
    Cancelled,
    /// It took too long.
    Slow(String),
    /// The agent did not do its part.
    Trouble(String),
    /// The agent does not want the request.
    Refused(String),
    /// The agent is not there.
    Away,
    /// The room took no more of it.
    Fault(Error),
}

impl Halt {
    /// `what` has lasted for `limit`.
    pub fn slow(what: &str, limit: Duration) -> Self {
        Self::Slow(format!("{what} {} s", limit.as_secs_f64()))
    }

    /// The agent answered with a status that is no yes.
    pub fn refused(status: StatusCode) -> Self {
        let words = match status.as_u16() {
            401 | 403 => "the agent refused the bot's key",
            404 | 405 => "there is no agent at the bot's address",
            422 => "the agent did not understand the request",
            429 => "the agent is asked too often; try again later",
            500.. => "the agent is out of order",
            300..=399 => "the agent is at another address",
            _ => "the agent refused the request",
        };
        let reason = format!("{words} (HTTP {})", status.as_u16());
        if status.is_client_error() { Self::Refused(reason) } else { Self::Trouble(reason) }
    }

    /// The answer is no stream of events.
    pub fn no_stream() -> Self {
        Self::Trouble("the agent's address does not answer with a stream of events".to_owned())
    }

    /// An event is too long.
    pub fn too_long() -> Self {
        Self::Trouble(format!("the agent sent an event of more than {MOST_EVENT_BYTES} bytes"))
    }

    /// The agent says that it cannot go on.
    pub fn reported(message: &str) -> Self {
        let plain: String = message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mut plain = plain.trim().to_owned();
        if plain.len() > MOST_REASON_BYTES {
            plain.truncate(plain.floor_char_boundary(MOST_REASON_BYTES));
            plain.push('…');
        }
        let said = if plain.is_empty() { "the agent failed without a word".to_owned() } else { plain };
        Self::Trouble(said)
    }

    /// How the run ends, and what the room reads.
    pub fn ending(self) -> (Ending, Option<String>) {
        match self {
            Self::Cancelled => (Ending::Cancelled, None),
            Self::Slow(reason) => (Ending::TimedOut, Some(reason)),
            Self::Trouble(reason) | Self::Refused(reason) => (Ending::Failed, Some(reason)),
            Self::Away => (Ending::Failed, Some("the agent cannot be reached".to_owned())),
            Self::Fault(fault) => (Ending::Failed, Some(fault.message)),
        }
    }
}

impl From<Error> for Halt {
    fn from(fault: Error) -> Self {
        Self::Fault(fault)
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Trouble(format!("the agent broke the rules of its protocol: {fault}"))
    }
}

impl From<Unreadable> for Halt {
    fn from(Unreadable { event }: Unreadable) -> Self {
        Self::Trouble(match event {
            Some(event) => format!("the agent sent an event that cannot be read ({event})"),
            None => "the agent sent something that is no event".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Halt, MOST_REASON_BYTES};

    #[test]
    fn what_an_agent_says_about_its_failure_is_one_short_line() {
        let said = |message: &str| Halt::reported(message).ending().1.unwrap();
        assert_eq!(said(" no\nway\t"), "no way");
        assert_eq!(said("\n"), "the agent failed without a word");
        assert!(said(&"ü".repeat(1_000)).len() <= MOST_REASON_BYTES + '…'.len_utf8());
    }
}
