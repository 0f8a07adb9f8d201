//! The agent's tools, as the room sees them. The agent runs them itself: what is known is what it says.
//!
//! A call whose arguments are whole waits a moment before it counts as running: the agent may say in its next event that a
//! person has to decide first.

use std::{collections::BTreeMap, time::Duration};

use antiphon_hub::{Answer, PendingTool, RunSession, ToolHandle, ToolStart};
use antiphon_protocol::{Ask, Decision, Error, Limits, ToolCallId};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    super::{act::Key, options::Options},
    fit,
};

/// An agent that asks does so at once, within a network's delay.
const MOMENT: Duration = Duration::from_millis(150);
/// Arguments are shown again when they have grown by this and a quarter, so that all showings together are a few times as
/// long as the arguments.
const PREVIEW_BYTES: usize = 64;

/// The calls of a run.
#[derive(Default)]
pub(in super::super) struct Tools(BTreeMap<Key, Call>);

/// One call.
pub(in super::super) struct Call {
    id: ToolCallId,
    name: String,
    part: u32,
    /// What the model has written.
    arguments: String,
    previewed: usize,
    stage: Stage,
}

/// How far a call is.
enum Stage {
    /// Its arguments grow.
    Growing(PendingTool),
    /// Its arguments are whole since then.
    Ready(PendingTool, Instant),
    /// A person decides, or has decided.
    Asked(PendingTool),
    /// Its tool is at work.
    Running(ToolHandle),
    /// It is over, or the server has ended it. What the agent says about it later means nothing.
    Over,
}

impl Call {
    /// The tool.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is called with.
    pub fn arguments(&self) -> Value {
        fit::json(&self.arguments)
    }

    /// Asks people whether it may run, also where it counts as running already.
    pub async fn ask(&self, run: &RunSession, ask: Ask, within: Duration) -> Result<Decision, Error> {
        match &self.stage {
            Stage::Growing(tool) | Stage::Ready(tool, _) | Stage::Asked(tool) => {
                tool.ask(run, ask, within).await
            }
            Stage::Running(_) | Stage::Over => {
                let (tool_call, tool) = (Some(self.id.clone()), Some(self.name.clone()));
                run.ask(Ask { tool_call, tool, ..ask }, within).await
            }
        }
    }

    fn take(&mut self) -> Stage {
        std::mem::replace(&mut self.stage, Stage::Over)
    }

    /// Lets it run, if it does not yet. An error means that the server has ended it.
    async fn start(&mut self) -> bool {
        self.stage = match self.take() {
            Stage::Growing(tool) | Stage::Ready(tool, _) | Stage::Asked(tool) => match tool.start().await {
                Ok(tool) => Stage::Running(tool),
                Err(_) => Stage::Over,
            },
            stage => stage,
        };
        matches!(self.stage, Stage::Running(_))
    }
}

impl Tools {
    /// When the next call counts as running.
    pub fn soon(&self) -> Option<Instant> {
        let since = self.0.values().filter_map(|call| match &call.stage {
            Stage::Ready(_, since) => Some(*since + MOMENT),
            _ => None,
        });
        since.min()
    }

    /// The call under this key.
    pub fn get(&self, key: Key) -> Option<&Call> {
        self.0.get(&key)
    }

    /// Shows a call. Returns its part.
    pub async fn announce(
        &mut self,
        answer: &Answer,
        key: Key,
        name: String,
        within: Option<Key>,
        options: &Options,
    ) -> Result<u32, Error> {
        let start = ToolStart {
            parent: within.and_then(|key| self.0.get(&key)).map(|call| call.id.clone()),
            visible_to: options.tools_for,
            silence: Some(options.times.tool),
            // AG-UI has no word for stopping a tool alone.
            stops_with_run: true,
            ..ToolStart::new(name.clone())
        };
        let tool = answer.announce_tool(start).await?;
        let (id, part) = (tool.id().clone(), tool.part());
        let (arguments, previewed, stage) = (String::new(), 0, Stage::Growing(tool));
        self.0.insert(key, Call { id, name, part, arguments, previewed, stage });
        Ok(part)
    }

    /// Its arguments have become longer.
    pub fn grow(&mut self, key: Key, delta: &str) {
        let Some(call) = self.0.get_mut(&key) else { return };
        call.arguments.push_str(delta);
        if call.arguments.len() >= call.previewed + call.previewed / 4 + PREVIEW_BYTES
            && let Stage::Growing(tool) = &call.stage
        {
            call.previewed = call.arguments.len();
            // Too long to be shown, or over: the end tells.
            let _ = tool.preview_arguments(&call.arguments);
        }
    }

    /// Its arguments are whole.
    pub fn ready(&mut self, key: Key, limits: &Limits) {
        let Some(call) = self.0.get_mut(&key) else { return };
        let arguments = fit::value(fit::json(&call.arguments), limits);
        call.stage = match call.take() {
            Stage::Growing(tool) if tool.set_arguments(arguments).is_ok() => {
                Stage::Ready(tool, Instant::now())
            }
            _ => Stage::Over,
        };
    }

    /// Lets those run that have waited for their moment. Tells whether any does.
    pub async fn start_ready(&mut self) -> bool {
        let mut any = false;
        for call in self.0.values_mut().filter(|call| matches!(call.stage, Stage::Ready(..))) {
            any |= call.start().await;
        }
        any
    }

    /// People are asked about it.
    pub fn asked(&mut self, key: Key) {
        let Some(call) = self.0.get_mut(&key) else { return };
        call.stage = match call.take() {
            Stage::Growing(tool) | Stage::Ready(tool, _) => Stage::Asked(tool),
            stage => stage,
        };
    }

    /// It may run, perhaps with other arguments.
    pub async fn allow(&mut self, key: Key, arguments: Option<&Value>, limits: &Limits) {
        let Some(call) = self.0.get_mut(&key) else { return };
        if let (Some(arguments), Stage::Asked(tool)) = (arguments, &call.stage) {
            // One that cannot be written is over; starting it finds that out.
            let _ = tool.set_arguments(fit::value(arguments.clone(), limits));
        }
        call.start().await;
    }

    /// It may not run.
    pub async fn deny(&mut self, key: Key, reason: Option<&str>) {
        let Some(call) = self.0.get_mut(&key) else { return };
        call.stage = match call.take() {
            Stage::Asked(tool) => {
                let _ = tool.deny(reason).await;
                Stage::Over
            }
            stage => stage,
        };
    }

    /// Its tool has answered. Returns its part.
    pub async fn answer(
        &mut self,
        key: Key,
        content: Value,
        state: Option<&str>,
        limits: &Limits,
    ) -> Option<u32> {
        let call = self.0.get_mut(&key)?;
        if state == Some("denied") && !matches!(call.stage, Stage::Running(_)) {
            call.stage = match call.take() {
                Stage::Growing(tool) | Stage::Ready(tool, _) => Stage::Asked(tool),
                stage => stage,
            };
            let part = call.part;
            self.deny(key, content.as_str()).await;
            return Some(part);
        }
        if call.start().await
            && let Stage::Running(tool) = call.take()
        {
            // What cannot be written was ended by the server.
            let _ = match state {
                Some("failed" | "error" | "denied" | "interrupted" | "retried") => {
                    tool.fail(&fit::words(&content)).await
                }
                Some("cancelled") => tool.stopped().await,
                Some("timed_out") => tool.timed_out().await,
                _ => tool.complete(fit::value(fit::result(content), limits)).await,
            };
        }
        Some(call.part)
    }

    /// How far its tool is.
    pub async fn progress(&mut self, key: Key, fraction: Option<f64>, message: Option<&str>) {
        let Some(call) = self.0.get_mut(&key) else { return };
        if call.start().await
            && let Stage::Running(tool) = &call.stage
        {
            let _ = tool.progress(fraction, message);
        }
    }

    /// Ends all as stopped.
    pub async fn stop_all(&mut self) {
        for call in self.0.values_mut() {
            let _ = match call.take() {
                Stage::Growing(tool) | Stage::Ready(tool, _) | Stage::Asked(tool) => tool.stopped().await,
                Stage::Running(tool) => tool.stopped().await,
                Stage::Over => Ok(()),
            };
        }
    }

    /// Ends those that run as too slow.
    pub async fn time_all_out(&mut self) {
        for call in self.0.values_mut() {
            call.start().await;
            if let Stage::Running(tool) = call.take() {
                let _ = tool.timed_out().await;
            }
        }
    }
}
