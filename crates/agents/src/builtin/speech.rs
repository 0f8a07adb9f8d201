//! The agent's voice: texts that stream piece by piece, tools that are run in between, and the moment to stop.

use std::time::Duration;

use antiphon_hub::{Answer, PendingTool, RunSession, ToolHandle, ToolStart};
use antiphon_protocol::{
    Activity, Ask, Decision, Error, ErrorCode, Part, Role,
    approval::{DecisionAction, Eligible},
    part::PlanItem,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    pace::Pace,
    tools::{Bench, Tool, Trouble},
};

/// Why an answer ends before it is whole.
#[derive(Debug)]
pub(super) enum Halt {
    /// Someone stopped the run.
    Cancelled,
    /// The room took no more of it.
    Fault(Error),
}

impl From<Error> for Halt {
    fn from(fault: Error) -> Self {
        Self::Fault(fault)
    }
}

/// How long people have to decide: long enough to come back with a cup of tea.
const DECIDE_WITHIN: Duration = Duration::from_secs(5 * 60);

/// What came of a tool that needed permission: the decision, and the outcome if it ran.
type Asked<Found> = (Decision, Option<Result<Found, Trouble>>);

/// An answer that is being given. Everything it does ends within one piece of text after the run was cancelled.
pub(super) struct Speech<'a> {
    run: &'a RunSession,
    answer: Answer,
    pace: &'a Pace,
}

impl<'a> Speech<'a> {
    /// Opens the answer.
    pub async fn begin(run: &'a RunSession, pace: &'a Pace) -> Result<Self, Halt> {
        run.set_activity(Activity::Thinking).await?;
        Ok(Self { run, answer: run.answer().await?, pace })
    }

    /// Thinks aloud.
    pub async fn think(&self, text: &str) -> Result<(), Halt> {
        self.stream(Part::Reasoning { text: String::new() }, text).await
    }

    /// Says a text, in a part of its own.
    pub async fn say(&self, text: &str) -> Result<(), Halt> {
        self.stream(Part::Text { text: String::new() }, text).await
    }

    /// Shows a plan.
    pub fn plan(&self, items: Vec<PlanItem>) -> Result<u32, Halt> {
        Ok(self.answer.open_part(Part::Plan { items })?)
    }

    /// Shows how far a plan is.
    pub fn replan(&self, part: u32, items: Vec<PlanItem>) -> Result<(), Halt> {
        Ok(self.answer.set_part(part, Part::Plan { items })?)
    }

    /// Runs a tool for everyone to see. That it came to nothing is an answer as well, unless the whole run was stopped.
    pub async fn run_tool<T: Tool>(&self, tool: &mut T) -> Result<Result<T::Found, Trouble>, Halt> {
        self.run.set_activity(Activity::Executing).await?;
        let arguments = serde_json::to_value(&*tool).unwrap_or(Value::Null);
        let handle = self.answer.start_tool(T::NAME, Some(&tool.title()), arguments).await?;
        self.work(tool, handle).await
    }

    /// Whoever asked may decide, and those who keep order in the room.
    pub fn asker(&self) -> Eligible {
        Eligible { role: Some(Role::Admin), users: vec![self.run.run().triggered_by.clone()] }
    }

    /// Asks people.
    pub async fn ask(&self, ask: Ask) -> Result<Decision, Halt> {
        let decision = self.run.ask(ask, DECIDE_WITHIN).await?;
        self.go_on(decision)
    }

    /// Runs a tool once somebody allowed it, with the arguments that they allowed.
    pub async fn run_if_allowed<T>(&self, mut tool: T, ask: Ask) -> Result<Asked<T::Found>, Halt>
    where
        T: Tool + DeserializeOwned,
    {
        let call = self
            .answer
            .announce_tool(ToolStart { title: Some(tool.title()), ..ToolStart::new(T::NAME) })
            .await?;
        let arguments = serde_json::to_value(&tool).unwrap_or(Value::Null);
        self.write_arguments(&call, &arguments).await?;
        let decision = call.ask(self.run, Ask { arguments: Some(arguments), ..ask }, DECIDE_WITHIN).await?;
        let decision = self.go_on(decision)?;
        if decision.action == DecisionAction::Deny {
            call.deny(decision.reason.as_deref()).await?;
            return Ok((decision, None));
        }
        if let Some(changed) = &decision.arguments {
            match serde_json::from_value(changed.clone()) {
                Ok(changed) => tool = changed,
                Err(fault) => {
                    call.fail(&fault.to_string()).await?;
                    let fault = Error::new(ErrorCode::BadRequest, fault.to_string());
                    return Ok((decision, Some(Err(fault.into()))));
                }
            }
            call.set_arguments(changed.clone())?;
        }
        self.run.set_activity(Activity::Executing).await?;
        let handle = call.start().await?;
        let outcome = self.work(&mut tool, handle).await?;
        Ok((decision, Some(outcome)))
    }

    /// Writes the arguments of a call as a model does, for everyone to see.
    async fn write_arguments(&self, call: &PendingTool, arguments: &Value) -> Result<(), Halt> {
        let text = arguments.to_string();
        let mut written = String::new();
        for (index, piece) in Pieces(&text).enumerate() {
            self.pause(self.pace.before(index)).await?;
            written.push_str(piece);
            call.preview_arguments(&written)?;
        }
        Ok(call.set_arguments(arguments.clone())?)
    }

    fn go_on<T>(&self, value: T) -> Result<T, Halt> {
        if self.run.cancelled().is_cancelled() { Err(Halt::Cancelled) } else { Ok(value) }
    }

    async fn work<T: Tool>(
        &self,
        tool: &mut T,
        handle: ToolHandle,
    ) -> Result<Result<T::Found, Trouble>, Halt> {
        let outcome = tool.work(&Bench::new(self.run, &handle, self.pace)).await;
        match &outcome {
            Ok(found) => handle.complete(serde_json::to_value(found).unwrap_or(Value::Null)).await?,
            Err(Trouble::Stopped) => handle.stopped().await?,
            Err(Trouble::Failed(fault)) => handle.fail(&fault.message).await?,
        }
        if self.run.cancelled().is_cancelled() {
            return Err(Halt::Cancelled);
        }
        self.run.set_activity(Activity::Thinking).await?;
        Ok(outcome)
    }

    async fn stream(&self, part: Part, text: &str) -> Result<(), Halt> {
        let part = self.answer.open_part(part)?;
        for (index, piece) in Pieces(text).enumerate() {
            self.pause(self.pace.before(index)).await?;
            self.answer.append(part, piece)?;
        }
        Ok(())
    }

    async fn pause(&self, pause: Duration) -> Result<(), Halt> {
        tokio::select! {
            biased;
            () = self.run.cancelled().cancelled() => Err(Halt::Cancelled),
            () = rest(pause) => Ok(()),
        }
    }
}

/// Lets time pass; at least lets others go first.
pub(super) async fn rest(pause: Duration) {
    if pause.is_zero() {
        tokio::task::yield_now().await;
    } else {
        tokio::time::sleep(pause).await;
    }
}

/// A text in pieces as models write them: the white space before a word with its first letters, longer words in several.
struct Pieces<'a>(&'a str);

/// Letters in a piece; what the vocabularies of models average, rounded up.
const PIECE_LETTERS: usize = 6;

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let mut letters = 0;
        let ends_before = |&(_, letter): &(usize, char)| {
            if letter.is_whitespace() {
                return letters > 0;
            }
            letters += 1;
            letters > PIECE_LETTERS
        };
        let end = self.0.char_indices().find(ends_before).map_or(self.0.len(), |(at, _)| at);
        let (piece, rest) = self.0.split_at(end);
        self.0 = rest;
        (!piece.is_empty()).then_some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::Pieces;

    /// B7: the pieces of a stream are the text, no more and no less.
    #[test]
    fn pieces_joined_are_the_text() {
        let text = "  Grüße,\n\n- unfalteringly 👩‍🚀👩‍🚀👩‍🚀  \n";
        let pieces: Vec<&str> = Pieces(text).collect();
        assert_eq!(pieces.concat(), text);
        assert_eq!(pieces[..5], ["  Grüße,", "\n\n-", " unfalt", "eringl", "y"].map(|piece| piece)[..]);
        assert_eq!(Pieces("").count(), 0);
    }
}
