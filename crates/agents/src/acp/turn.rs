//! A turn: one prompt, what the agent does about it, and how it ends.

use std::{future::poll_fn, pin::Pin, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{
    desk::{Desk, Event},
    peer::{CallError, Peer},
};

/// The answer to a prompt has no limit of its own: the run has.
const NO_LIMIT: Duration = Duration::MAX;

type Answer = Pin<Box<dyn Future<Output = Result<Value, CallError>> + Send>>;

/// A prompt at work. Dropped before its end, it is cancelled, and its session is given up.
pub(super) struct Turn {
    peer: Peer,
    desk: Arc<Desk>,
    session: String,
    events: mpsc::Receiver<Event>,
    answer: Answer,
    /// How it ended; told once all events before it have been.
    end: Option<Result<Stop, CallError>>,
}

/// What comes next in a turn.
pub(super) enum Next {
    Event(Event),
    End(Result<Stop, CallError>),
}

/// Why an agent stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It is done.
    EndTurn,
    /// It ran out of tokens.
    MaxTokens,
    /// It asked its model as often as it may.
    MaxRequests,
    /// It does not want to.
    Refusal,
    /// It was told to.
    Cancelled,
    /// Something newer.
    Other,
}

impl Stop {
    fn read(answer: &Value) -> Self {
        match answer["stopReason"].as_str() {
            Some("end_turn") => Self::EndTurn,
            Some("max_tokens") => Self::MaxTokens,
            Some("max_turn_requests") => Self::MaxRequests,
            Some("refusal") => Self::Refusal,
            Some("cancelled") => Self::Cancelled,
            _ => Self::Other,
        }
    }
}

impl Turn {
    /// Begins, if the session is open and has no turn.
    pub(super) fn begin(peer: Peer, desk: Arc<Desk>, session: &str, blocks: &Value) -> Option<Self> {
        let events = desk.begin(session)?;
        let (asking, session) = (peer.clone(), session.to_owned());
        let params = json!({"sessionId": session, "prompt": blocks});
        let answer = Box::pin(async move { asking.request("session/prompt", &params, NO_LIMIT).await });
        Some(Self { peer, desk, session, events, answer, end: None })
    }

    /// What comes next. The end comes last, and again if asked for. May be dropped while it waits.
    pub async fn next(&mut self) -> Next {
        if self.end.is_none() {
            tokio::select! {
                biased;
                Some(event) = self.events.recv() => return Next::Event(event),
                answer = poll_fn(|context| self.answer.as_mut().poll(context)) => {
                    self.end = Some(answer.map(|answer| Stop::read(&answer)));
                }
            }
        }
        // What was read before the answer is here already.
        match (self.events.try_recv(), &self.end) {
            (Ok(event), _) => Next::Event(event),
            (Err(_), Some(end)) => Next::End(end.clone()),
            (Err(_), None) => Next::End(Err(CallError::Closed)),
        }
    }

    /// Tells the agent to stop. It still has to say that it has.
    pub async fn cancel(&mut self) {
        // An agent that is gone has stopped.
        let _ = self.peer.notify("session/cancel", &json!({"sessionId": self.session})).await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.desk.end(&self.session, self.end.is_some());
        if self.end.is_none() {
            self.peer.notify_at_once("session/cancel", &json!({"sessionId": self.session}));
        }
    }
}
