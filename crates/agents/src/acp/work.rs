//! One run: from what the session is told to the end of its turn, with people's decisions in between.

use std::{pin::Pin, time::Duration};

use antiphon_hub::{PendingTool, RunSession};
use antiphon_protocol::{Ask, Cost, Error, approval::DecisionCause};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use serde_json::Value;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{
    desk::Event,
    outcome::Outcome,
    peer::{Asked, CallError},
    permission,
    reply::{About, Reply},
    running::Running,
    settings::Settings,
    tools::Decided,
    turn::{Next, Stop, Turn},
    words::AskPermission,
};
use crate::program::End;

/// How long an agent may take to stop once it is told to. Then its session is given up, and its program is ended as soon as
/// that disturbs nobody: shorter than the time after which the server would close the run anyway, so that what was stopped has
/// stopped.
const UNTIL_STOPPED: Duration = Duration::from_secs(3);
/// Letters of a question that are shown.
const LONGEST_QUESTION: usize = 2_000;

/// What came of a turn.
pub(super) enum Came {
    /// The run is over.
    Over(Outcome),
    /// The agent refused the prompt before it did anything: it may not know the session any more.
    Unheard(Outcome),
    /// The program went before it was given the prompt.
    Gone(Outcome),
}

type Deciding<'a> = Pin<Box<dyn Future<Output = Done> + Send + 'a>>;

/// A request of the agent that people have dealt with.
struct Done {
    /// The agent's id of the call that it was about.
    id: String,
    pending: Option<PendingTool>,
    decided: Decided,
}

/// A run at work.
pub(super) struct Work<'a> {
    run: &'a RunSession,
    running: &'a Running,
    settings: &'a Settings,
    reply: Reply<'a>,
    deciding: FuturesUnordered<Deciding<'a>>,
    /// Why the turn is to end early, and when it must have.
    ending: Option<(Outcome, Instant)>,
    /// Cancelled when it is to: nobody needs to decide any more.
    ends: CancellationToken,
    /// What the session has cost so far; updated when the turn is over.
    cost: &'a mut Option<Cost>,
}

impl<'a> Work<'a> {
    pub fn on(
        run: &'a RunSession,
        running: &'a Running,
        settings: &'a Settings,
        cost: &'a mut Option<Cost>,
    ) -> Self {
        let (reply, deciding) = (Reply::to(run, settings), FuturesUnordered::new());
        Self { run, running, settings, reply, deciding, ending: None, ends: CancellationToken::new(), cost }
    }

    /// Takes part in a turn until it is over.
    pub async fn take_part(mut self, mut turn: Turn) -> Came {
        let end = loop {
            let deadline = self.ending.as_ref().map(|(_, at)| *at);
            tokio::select! {
                biased;
                () = self.run.cancelled().cancelled(), if deadline.is_none() => {
                    self.end_early(&mut turn, Outcome::cancelled()).await;
                }
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                    break Err(CallError::TimedOut);
                }
                Some(done) = self.deciding.next(), if !self.deciding.is_empty() => {
                    self.reply.decided(&done.id, done.pending, done.decided).await;
                }
                next = turn.next() => match next {
                    Next::End(end) => break end,
                    Next::Event(event) => if let Err(fault) = self.happened(event).await {
                        self.end_early(&mut turn, fault.into()).await;
                    }
                },
            }
        };
        drop(turn);
        self.conclude(end).await
    }

    /// Something that the agent did.
    async fn happened(&mut self, event: Event) -> Result<(), Error> {
        if self.ending.is_some() {
            // Requests are answered by being dropped; and nobody waits for words any more.
            return Ok(());
        }
        match event {
            Event::Update(update) => self.reply.add(update).await?,
            Event::Permission(mut ask, asked) => {
                let about = self.reply.tool_to_ask_about(&mut ask).await?;
                let eligible = permission::eligible(&self.run.run().triggered_by);
                let words = permission::ask(&ask, eligible, self.settings.tools_for.is_some());
                let waiting = (self.settings.decide, self.ends.clone());
                self.deciding.push(Box::pin(decide(self.run, (*ask, words), asked, about, waiting)));
            }
            Event::Question { message, schema, asked } => {
                let message = message.chars().take(LONGEST_QUESTION).collect();
                self.deciding.push(Box::pin(answer(
                    self.run,
                    message,
                    schema,
                    asked,
                    (self.settings.decide, self.ends.clone()),
                )));
            }
        }
        if self.deciding.is_empty() {
            self.run.set_activity(self.reply.activity()).await?;
        }
        Ok(())
    }

    /// Tells the agent to stop. What it asked people is answered as the protocol wants it: cancelled.
    async fn end_early(&mut self, turn: &mut Turn, outcome: Outcome) {
        if self.ending.is_none() {
            self.ending = Some((outcome, Instant::now() + UNTIL_STOPPED));
            self.ends.cancel();
            // An agent that does not even read this has until the deadline, too.
            let _ = tokio::time::timeout(UNTIL_STOPPED, turn.cancel()).await;
        }
    }

    /// Our own record decides the outcome; the agent's word counts only where there is none.
    async fn conclude(mut self, end: Result<Stop, CallError>) -> Came {
        if let Some(cost) = self.reply.count(self.cost.as_ref()) {
            *self.cost = Some(cost);
        }
        let broken = match &end {
            Err(CallError::TimedOut) => self.running.ignores("it did not stop when it was told to").await,
            Err(CallError::Closed) => Some(self.running.end("it is gone").await),
            _ => None,
        };
        if let Some((outcome, _)) = self.ending.take() {
            self.reply.tools.stop().await;
            return Came::Over(outcome);
        }
        let is_unheard = matches!(end, Err(CallError::Remote(_))) && !self.reply.has_begun();
        let outcome = match self.reply.conclude().await {
            Ok(()) => self.outcome(end, broken),
            Err(fault) => fault.into(),
        };
        if is_unheard { Came::Unheard(outcome) } else { Came::Over(outcome) }
    }

    fn outcome(&self, end: Result<Stop, CallError>, broken: Option<End>) -> Outcome {
        let failed = |why: &str| Outcome::failed(why);
        match end {
            Ok(Stop::EndTurn | Stop::Other) if !self.reply.has_begun() => failed("the agent said nothing"),
            Ok(Stop::EndTurn | Stop::Other) => Outcome::completed(),
            Ok(Stop::MaxTokens) => failed("the agent ran out of tokens before it was done"),
            Ok(Stop::MaxRequests) => {
                failed("the agent asked its model as often as it may before it was done")
            }
            Ok(Stop::Refusal) => failed("the agent refuses to answer this"),
            Ok(Stop::Cancelled) => failed("the agent stopped, though nobody told it to"),
            Err(error @ (CallError::Remote(_) | CallError::TooMany)) => {
                Outcome::of("", self.running.trouble("the agent reports an error", error))
            }
            Err(CallError::Closed | CallError::TimedOut) => Outcome::broken(broken.unwrap_or_default()),
        }
    }
}

/// Asks people whether the agent may, and tells it. Whatever ends this early, the agent is told `cancelled`.
async fn decide(
    run: &RunSession,
    (ask, words): (AskPermission, Ask),
    asked: Asked,
    about: About,
    (within, ends): (Duration, CancellationToken),
) -> Done {
    let decision = async {
        match &about {
            About::Pending(pending) => pending.ask(run, words, within).await,
            About::Shown(id) => run.ask(Ask { tool_call: Some(id.clone()), ..words }, within).await,
            About::Nothing => run.ask(words, within).await,
        }
    };
    let decision = tokio::select! {
        biased;
        () = ends.cancelled() => None,
        () = asked.withdrawn().cancelled() => None,
        decision = decision => Some(decision),
    };
    let decided = match decision {
        None => Decided::Open,
        Some(Ok(decision))
            if decision.cause == DecisionCause::Withdrawn && run.cancelled().is_cancelled() =>
        {
            Decided::Open
        }
        Some(Ok(decision)) => {
            let (outcome, is_allowed) = permission::outcome(&ask, &decision);
            asked.answer(Ok(outcome)).await;
            match (is_allowed, decision.cause) {
                (true, _) => Decided::Allowed,
                (false, DecisionCause::Withdrawn) => Decided::Stopped,
                (false, _) => Decided::Refused(decision.reason),
            }
        }
        // Where nobody can be asked, nothing is allowed.
        Some(Err(fault)) => {
            asked.answer(Ok(permission::refusal(&ask))).await;
            Decided::Refused(Some(fault.message))
        }
    };
    let pending = match about {
        About::Pending(pending) => Some(pending),
        About::Shown(_) | About::Nothing => None,
    };
    Done { id: ask.tool.tool_call_id, pending, decided }
}

/// Asks people a question of the agent's, and tells it what they said.
async fn answer(
    run: &RunSession,
    message: String,
    schema: Value,
    asked: Asked,
    (within, ends): (Duration, CancellationToken),
) -> Done {
    let words = permission::question(message, schema, permission::eligible(&run.run().triggered_by));
    tokio::select! {
        decision = run.ask(words, within) => if let Ok(decision) = decision {
            asked.answer(Ok(permission::answer(&decision))).await;
        },
        () = asked.withdrawn().cancelled() => {}
        () = ends.cancelled() => {}
    }
    Done { id: String::new(), pending: None, decided: Decided::Open }
}
