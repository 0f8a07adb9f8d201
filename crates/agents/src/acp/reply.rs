//! The reply: what an agent says and does in a turn, as the answer of a run.

use antiphon_hub::{Answer, PendingTool, RunSession};
use antiphon_protocol::{
    Activity, Cost, Error, ErrorCode, Part, ToolCallId, Usage,
    part::{PlanItem, PlanState},
};

use super::{
    settings::Settings,
    tools::{Decided, Tools},
    words::{self, AskPermission, Step, ToolNews, Update},
};

/// Parts that are kept for words: an agent that uses many tools still has something to say.
const PARTS_FOR_WORDS: usize = 4;

/// The call that people are asked about.
pub(super) enum About {
    /// It waits for them.
    Pending(PendingTool),
    /// It is at work already, or over, and is shown under this id.
    Shown(ToolCallId),
    /// The answer shows none.
    Nothing,
}

/// An answer that is being given. It opens with the first thing that there is to show.
pub(super) struct Reply<'a> {
    run: &'a RunSession,
    settings: &'a Settings,
    answer: Option<Answer>,
    parts: usize,
    /// Where words, thoughts and the plan go on, if they do.
    words: Option<(u32, Option<String>)>,
    thoughts: Option<u32>,
    plan: Option<(u32, Vec<Step>)>,
    pub tools: Tools,
    /// Tool calls that there was no room for.
    hidden: usize,
    usage: Option<words::Usage>,
}

impl<'a> Reply<'a> {
    /// Shows nothing yet.
    pub fn to(run: &'a RunSession, settings: &'a Settings) -> Self {
        Self {
            run,
            settings,
            answer: None,
            parts: 0,
            words: None,
            thoughts: None,
            plan: None,
            tools: Tools::default(),
            hidden: 0,
            usage: None,
        }
    }

    /// Whether the room has seen something of it.
    pub fn has_begun(&self) -> bool {
        self.answer.is_some()
    }

    /// Shows what is new.
    pub async fn add(&mut self, update: Update) -> Result<(), Error> {
        match update {
            Update::Text(text, message) => self.say(&text, message).await,
            Update::Thought(text) => self.think(&text).await,
            Update::ToolBegan(news) if !self.tools.has(&news.tool_call_id) => self.announce(*news).await,
            Update::ToolMoved(news) if !self.tools.knows(&news.tool_call_id) => self.announce(*news).await,
            Update::ToolBegan(news) | Update::ToolMoved(news) => {
                self.tools.moved(*news).await;
                Ok(())
            }
            Update::Plan(steps) => self.plan(steps).await,
            Update::Usage(usage) => {
                self.usage = Some(usage);
                Ok(())
            }
            Update::Notice { title, description } => {
                let note = format!("_{}_", [title, description].join(" ").trim());
                self.say(&note, Some("notice".to_owned())).await
            }
            Update::Other => Ok(()),
        }
    }

    /// Sees to it that the call that people are asked about is in the answer, and that they are told all that is known of
    /// it. Returns the call; nothing if it is not shown.
    pub async fn tool_to_ask_about(&mut self, ask: &mut AskPermission) -> Result<About, Error> {
        let id = ask.tool.tool_call_id.clone();
        if id.is_empty() {
            return Ok(About::Nothing);
        }
        let news = ToolNews { status: None, ..ask.tool.clone() };
        self.add(Update::ToolMoved(Box::new(news))).await?;
        if let Some(known) = self.tools.news(&id) {
            ask.tool = known.clone();
        }
        Ok(match (self.tools.take_pending(&id), self.tools.id(&id)) {
            (Some(pending), _) => About::Pending(pending),
            (None, Some(shown)) => About::Shown(shown.clone()),
            (None, None) => About::Nothing,
        })
    }

    /// People have decided about it.
    pub async fn decided(&mut self, id: &str, pending: Option<PendingTool>, decided: Decided) {
        if let Some(pending) = pending {
            self.tools.decided(id, pending, decided).await;
        }
    }

    /// What the agent does now.
    pub fn activity(&self) -> Activity {
        if self.tools.are_running() { Activity::Executing } else { Activity::Thinking }
    }

    /// Tells what the turn has cost, and returns what the session has: agents tell that, and did so `before` as well.
    pub fn count(&self, before: Option<&Cost>) -> Option<Cost> {
        let words::Usage { used, cost, .. } = self.usage.clone()?;
        let earlier =
            before.filter(|before| cost.as_ref().is_some_and(|cost| cost.currency == before.currency));
        let earlier = earlier.map_or(0.0, |before| before.amount);
        let spent = cost.clone().map(|cost| Cost { amount: (cost.amount - earlier).max(0.0), ..cost });
        // All that the protocol tells of tokens is how full the context is, which is what the last request read.
        self.run.record_usage(Usage { requests: 1, input_tokens: used, cost: spent, ..Usage::default() });
        cost
    }

    /// The turn is over: says what could not be shown.
    pub async fn conclude(&mut self) -> Result<(), Error> {
        if self.hidden > 0 {
            let note = format!("_{} more uses of tools are not shown._", self.hidden);
            self.say(&note, Some("hidden".to_owned())).await?;
        }
        Ok(())
    }

    /// Says something, in a new part if it is another message or something else came in between.
    pub async fn say(&mut self, text: &str, message: Option<String>) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        let answer = self.open().await?;
        let goes_on = self.words.as_ref().filter(|(_, before)| *before == message || message.is_none());
        let part = match goes_on {
            Some((part, _)) => *part,
            None => {
                let part = self.part(&answer, Part::Text { text: String::new() }, None)?;
                (self.words, self.thoughts) = (Some((part, message)), None);
                part
            }
        };
        answer.append(part, text)
    }

    async fn think(&mut self, text: &str) -> Result<(), Error> {
        if text.is_empty() || (self.thoughts.is_none() && self.is_nearly_full()) {
            return Ok(());
        }
        let answer = self.open().await?;
        let part = match self.thoughts {
            Some(part) => part,
            None => {
                let empty = Part::Reasoning { text: String::new() };
                let part = self.part(&answer, empty, self.settings.thoughts_for)?;
                (self.thoughts, self.words) = (Some(part), None);
                part
            }
        };
        answer.append(part, text)
    }

    async fn announce(&mut self, news: ToolNews) -> Result<(), Error> {
        if self.is_nearly_full() {
            self.hidden += usize::from(!self.tools.knows(&news.tool_call_id));
            self.tools.hide(news.tool_call_id);
            return Ok(());
        }
        let answer = self.open().await?;
        self.tools.announce(&answer, news, self.settings).await?;
        self.parts += 1;
        (self.words, self.thoughts) = (None, None);
        Ok(())
    }

    async fn plan(&mut self, steps: Vec<Step>) -> Result<(), Error> {
        let items =
            steps.iter().map(|step| PlanItem { title: step.title.clone(), state: state(&step.status) });
        let plan = Part::Plan { items: items.collect() };
        let shown = match &self.plan {
            Some((_, before)) if *before == steps => return Ok(()),
            Some((part, _)) => Some(*part),
            None if self.is_nearly_full() => return Ok(()),
            None => None,
        };
        let answer = self.open().await?;
        let part = match shown {
            Some(part) => answer.set_part(part, plan).map(|()| part)?,
            None => self.part(&answer, plan, None)?,
        };
        self.plan = Some((part, steps));
        Ok(())
    }

    fn is_nearly_full(&self) -> bool {
        self.parts + PARTS_FOR_WORDS >= self.settings.parts
    }

    /// A new part; where there is no room for one, words go on in the last one that has some.
    fn part(
        &mut self,
        answer: &Answer,
        part: Part,
        visible_to: Option<antiphon_protocol::Role>,
    ) -> Result<u32, Error> {
        match answer.open_part_for(part, visible_to) {
            Ok(part) => {
                self.parts += 1;
                Ok(part)
            }
            Err(fault) if fault.code == ErrorCode::TooMany => {
                self.words.as_ref().map(|(part, _)| *part).ok_or(fault)
            }
            Err(fault) => Err(fault),
        }
    }

    async fn open(&mut self) -> Result<Answer, Error> {
        if let Some(answer) = &self.answer {
            return Ok(answer.clone());
        }
        let answer = self.run.answer().await?;
        Ok(self.answer.insert(answer).clone())
    }
}

fn state(status: &str) -> PlanState {
    match status {
        "in_progress" => PlanState::Active,
        "completed" => PlanState::Done,
        _ => PlanState::Pending,
    }
}
