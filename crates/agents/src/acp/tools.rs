//! The tools of one turn: what an agent says of them, as tool calls of the answer.

use std::collections::{HashMap, HashSet};

use antiphon_hub::{Answer, PendingTool, ToolHandle, ToolStart};
use antiphon_protocol::{Error, ToolCallId};
use serde_json::Value;

use super::{
    settings::Settings,
    words::{Raw, ToolNews, ToolStatus},
};

/// Bytes of an error text that are shown.
const LONGEST_ERROR: usize = 2_000;
/// Calls beside those that are shown whose ids are remembered. Of more, each word counts as another call.
const MOST_HIDDEN: usize = 1_000;

/// Tool calls by the agent's own ids, which are good for one turn only.
#[derive(Default)]
pub(super) struct Tools {
    /// Those that are shown: as many as an answer has parts at most.
    calls: HashMap<String, Call>,
    /// The ids of the others.
    hidden: HashSet<String>,
    running: usize,
}

/// A call, with all that is known of it as long as it is not over.
struct Call {
    id: ToolCallId,
    news: ToolNews,
    state: State,
    /// Its output as far as it is shown.
    shown: String,
}

enum State {
    Pending(PendingTool),
    Running(ToolHandle),
    /// Given away while people decide.
    Asked,
    /// Ended, refused, or closed by the server.
    Over,
}

impl Tools {
    /// Whether any is at work.
    pub fn are_running(&self) -> bool {
        self.running > 0
    }

    /// Whether the answer shows a call with this id that is not over.
    pub fn has(&self, id: &str) -> bool {
        self.calls.get(id).is_some_and(|call| !matches!(call.state, State::Over))
    }

    /// Whether there has been a call with this id, shown or not.
    pub fn knows(&self, id: &str) -> bool {
        self.calls.contains_key(id) || self.hidden.contains(id)
    }

    /// All that is known of a call that is not over.
    pub fn news(&self, id: &str) -> Option<&ToolNews> {
        self.calls.get(id).filter(|call| !call.is_over()).map(|call| &call.news)
    }

    /// What a call is called in the room, if it is shown.
    pub fn id(&self, id: &str) -> Option<&ToolCallId> {
        self.calls.get(id).map(|call| &call.id)
    }

    /// Shows a call that began.
    pub async fn announce(
        &mut self,
        answer: &Answer,
        news: ToolNews,
        settings: &Settings,
    ) -> Result<(), Error> {
        let start = ToolStart {
            title: news.title(),
            arguments: news.arguments().unwrap_or_default(),
            visible_to: settings.tools_for,
            silence: settings.tool,
            stops_with_run: true,
            ..ToolStart::new(news.tool_name())
        };
        let pending = answer.announce_tool(start).await?;
        let id = news.tool_call_id.clone();
        let mut call =
            Call { id: pending.id().clone(), news, state: State::Pending(pending), shown: String::new() };
        // It may be at work, or over, already.
        call.advance().await;
        self.running += usize::from(call.is_running());
        self.calls.insert(id, call);
        Ok(())
    }

    /// A call that is not shown: there are too many.
    pub fn hide(&mut self, id: String) {
        if self.hidden.len() < MOST_HIDDEN {
            self.hidden.insert(id);
        }
    }

    /// Something new about a call. What the server has closed meanwhile is over, whatever the agent says.
    pub async fn moved(&mut self, news: ToolNews) {
        let Some(call) = self.calls.get_mut(&news.tool_call_id).filter(|call| !call.is_over()) else {
            return;
        };
        let has_arguments = news.raw_input.is_some() && news.raw_input != call.news.raw_input;
        call.news.merge(news);
        let was_running = call.is_running();
        if let State::Pending(pending) = &call.state
            && has_arguments
            && let Some(arguments) = call.news.arguments()
        {
            // Arguments that cannot be shown are not worth a call.
            let _ = pending.set_arguments(arguments);
        }
        call.advance().await;
        self.running = self.running + usize::from(call.is_running()) - usize::from(was_running);
    }

    /// Gives a pending call away while people decide on it.
    pub fn take_pending(&mut self, id: &str) -> Option<PendingTool> {
        let call = self.calls.get_mut(id)?;
        match std::mem::replace(&mut call.state, State::Asked) {
            State::Pending(pending) => Some(pending),
            other => {
                call.state = other;
                None
            }
        }
    }

    /// People have decided: it runs, or it never will.
    pub async fn decided(&mut self, id: &str, pending: PendingTool, decided: Decided) {
        let Some(call) = self.calls.get_mut(id) else { return };
        call.state = match decided {
            Decided::Allowed => pending.start().await.map_or(State::Over, State::Running),
            Decided::Refused(reason) => {
                let _ = pending.deny(reason.as_deref()).await;
                State::Over
            }
            Decided::Stopped => {
                let _ = pending.stopped().await;
                State::Over
            }
            Decided::Open => State::Pending(pending),
        };
        call.let_go();
        self.running += usize::from(call.is_running());
    }

    /// The turn is over, because someone stopped it: so are its tools.
    pub async fn stop(&mut self) {
        for call in self.calls.values_mut() {
            let _ = match std::mem::replace(&mut call.state, State::Over) {
                State::Pending(pending) => pending.stopped().await,
                State::Running(running) => running.stopped().await,
                State::Asked | State::Over => Ok(()),
            };
            call.let_go();
        }
        self.running = 0;
    }
}

/// What people decided about a call.
pub(super) enum Decided {
    Allowed,
    Refused(Option<String>),
    /// Nothing: someone stopped the call meanwhile.
    Stopped,
    /// Nothing: the agent does not want to know any more.
    Open,
}

impl Call {
    fn is_running(&self) -> bool {
        matches!(self.state, State::Running(_))
    }

    fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// Nothing more is done with what is known of a call that is over.
    fn let_go(&mut self) {
        if self.is_over() {
            (self.news, self.shown) = (ToolNews::default(), String::new());
        }
    }

    /// Brings the call to where the agent says it is.
    async fn advance(&mut self) {
        let status = self.news.status.unwrap_or(ToolStatus::Pending);
        let state = std::mem::replace(&mut self.state, State::Over);
        self.state = match (state, status) {
            (State::Pending(pending), ToolStatus::Pending) => State::Pending(pending),
            (State::Pending(pending), ToolStatus::InProgress) => match pending.start().await {
                Ok(running) => self.show(running),
                Err(_) => State::Over,
            },
            (State::Pending(pending), ToolStatus::Completed) => match pending.start().await {
                Ok(running) => self.complete(running).await,
                Err(_) => State::Over,
            },
            (State::Pending(pending), ToolStatus::Failed) => {
                let _ = pending.fail(&self.error()).await;
                State::Over
            }
            (State::Running(running), ToolStatus::Pending | ToolStatus::InProgress) => self.show(running),
            (State::Running(running), ToolStatus::Completed) => self.complete(running).await,
            (State::Running(running), ToolStatus::Failed) => self.show(running).fail(&self.error()).await,
            (state @ (State::Asked | State::Over), _) => state,
        };
        self.let_go();
    }

    /// Shows what the output has grown by. Output that became another one is shown at the end.
    fn show(&mut self, running: ToolHandle) -> State {
        let output = self.news.output.clone().unwrap_or_default();
        if let Some(more) = output.strip_prefix(&self.shown)
            && !more.is_empty()
        {
            if running.output(more).is_err() {
                return State::Over;
            }
            self.shown = output;
        }
        State::Running(running)
    }

    async fn complete(&mut self, running: ToolHandle) -> State {
        let output = self.news.output.clone().unwrap_or_default();
        let mut result = self.news.result();
        // An output that nobody has seen grow, and that is all there is, is the result.
        if result.is_none() && self.shown.is_empty() {
            result = Some(Value::String(output)).filter(super::words::is_small);
        }
        let is_shown = result.as_ref().is_some_and(Value::is_string) && self.shown.is_empty();
        let running = if is_shown { State::Running(running) } else { self.show_all(running) };
        if let State::Running(running) = running {
            let _ = running.complete(result.unwrap_or_default()).await;
        }
        State::Over
    }

    fn show_all(&mut self, running: ToolHandle) -> State {
        let output = self.news.output.clone().unwrap_or_default();
        if !output.starts_with(&self.shown) {
            let _ = running.output("\n");
            self.shown.clear();
        }
        self.show(running)
    }

    /// What went wrong, in the agent's words.
    fn error(&self) -> String {
        let output = self.news.output.clone().filter(|output| !output.trim().is_empty());
        let words = output.or_else(|| self.news.raw_output.as_ref().map(Raw::words));
        let mut error = words.unwrap_or_else(|| "the tool failed".to_owned());
        error.truncate(error.floor_char_boundary(LONGEST_ERROR));
        error
    }
}

impl State {
    async fn fail(self, error: &str) -> Self {
        if let Self::Running(running) = self {
            let _ = running.fail(error).await;
        }
        Self::Over
    }
}
