//! The desk of one run: carries out what its bot writes from afar. Everything can be said again.

use antiphon_hub::{Answer, Asked, BotWrite, RunSession, ToolStart};
use antiphon_protocol::{
    ApprovalId, Ask, Error, ErrorCode, MessageId, Part, Reply, Role,
    bot_socket::{Append, HeldPart, PutPart},
    part::ToolCall,
    reply::{Done, Opened},
};
use std::time::Duration;

use super::{tool::Tool, work::Rules};

/// The answer of a run and what is known of its parts.
pub(super) struct Desk<'run> {
    run: &'run RunSession,
    rules: &'run Rules,
    answer: Option<Answer>,
    parts: Vec<Written>,
}

/// A part as the bot has written it. The bot counts its parts itself.
struct Written {
    /// Where it stands in the answer.
    part: u32,
    kind: Kind,
    /// How much of its growing text was taken.
    end: u64,
}

enum Kind {
    Text,
    Fixed,
    Tool(Box<Tool>),
}

impl<'run> Desk<'run> {
    pub fn new(run: &'run RunSession, rules: &'run Rules) -> Self {
        Self { run, rules, answer: None, parts: Vec::new() }
    }

    pub async fn carry_out(&mut self, write: BotWrite) -> Result<Reply, Error> {
        // While the end is being written nothing is missing or too early any more: it is too late.
        self.run.check()?;
        match write {
            BotWrite::Status(activity) => self.run.set_activity(activity).await?,
            BotWrite::Open => return Ok(Reply::Opened(self.open().await?)),
            BotWrite::Put(put) => self.put(*put).await?,
            BotWrite::Append(append) => self.append(&append)?,
            BotWrite::Heartbeat | BotWrite::Ask(_) | BotWrite::Finish(_) => {}
        }
        Ok(Reply::Done(Done {}))
    }

    /// The tool call that someone wants stopped, once that is so and the bot has not been told. May be dropped.
    pub async fn stopped_tool(&mut self) -> &mut Tool {
        let tools = self.parts.iter_mut().filter_map(|part| match &mut part.kind {
            Kind::Tool(tool) => Some(tool),
            _ => None,
        });
        let stops = tools.filter(|tool| tool.is_to_be_watched()).map(|tool| {
            Box::pin(async move {
                tool.stopped().await;
                tool
            })
        });
        let stops = Vec::from_iter(stops);
        if stops.is_empty() {
            return std::future::pending().await;
        }
        futures_util::future::select_all(stops).await.0
    }

    /// Asks people: about a tool call that waits for it, or about anything.
    pub async fn ask(&self, id: ApprovalId, ask: Ask, within: Duration) -> Result<Asked, Error> {
        let tools = self.parts.iter().filter_map(|part| match &part.kind {
            Kind::Tool(tool) => Some(tool),
            _ => None,
        });
        let pending =
            tools.filter(|tool| Some(tool.id()) == ask.tool_call.as_ref()).find_map(|tool| tool.pending());
        match pending {
            Some(tool) => tool.request(self.run, id, ask, within).await,
            None => self.run.request(id, ask, within).await,
        }
    }

    async fn open(&mut self) -> Result<Opened, Error> {
        if self.answer.is_none() {
            self.answer = Some(self.run.answer().await?);
        }
        let parts = (0u32..).zip(&self.parts).map(|(part, written)| HeldPart { part, end: written.end });
        Ok(Opened { message_id: self.answer()?.message_id().clone(), parts: parts.collect() })
    }

    pub fn message_id(&self) -> Option<MessageId> {
        self.answer.as_ref().map(|answer| answer.message_id().clone())
    }

    fn answer(&self) -> Result<&Answer, Error> {
        let closed = || Error::new(ErrorCode::Conflict, "send `open_message` first");
        self.answer.as_ref().ok_or_else(closed)
    }

    async fn put(&mut self, put: PutPart) -> Result<(), Error> {
        let index = usize::try_from(put.part).unwrap_or(usize::MAX);
        if index < self.parts.len() {
            return self.change(index, put.value).await;
        }
        if index > self.parts.len() {
            let words = "parts are opened one after the other: the next one is `limit`";
            let limit = Some(self.parts.len() as u64);
            return Err(Error { limit, ..Error::new(ErrorCode::Conflict, words) });
        }
        self.add(put).await
    }

    async fn add(&mut self, put: PutPart) -> Result<(), Error> {
        let answer = self.answer()?;
        let visible_to = self.visible_to(&put.value, put.visible_to);
        let end = put.value.stream_text().map_or(0, str::len) as u64;
        let (part, kind) = match put.value {
            Part::ToolCall(call) => {
                let timeout = put.timeout_ms.map(Duration::from_millis);
                let start = ToolStart {
                    id: Some(call.tool_call.clone()),
                    name: call.name.clone(),
                    parent: call.parent.clone(),
                    title: call.title.clone(),
                    arguments: call.arguments.clone(),
                    visible_to,
                    timeout,
                    silence: None,
                    stops_with_run: false,
                };
                let pending = answer.announce_tool(start).await?;
                let part = pending.part();
                let kind = Kind::Tool(Box::new(Tool::new(pending)));
                self.parts.push(Written { part, kind, end: 0 });
                return self.begin_tool(*call).await;
            }
            value => {
                let kind = if value.stream_text().is_some() { Kind::Text } else { Kind::Fixed };
                (answer.open_part_for(value, visible_to)?, kind)
            }
        };
        self.parts.push(Written { part, kind, end });
        Ok(())
    }

    /// A tool call may be told for the first time when it has come some way already.
    async fn begin_tool(&mut self, call: ToolCall) -> Result<(), Error> {
        let Some(Written { kind: Kind::Tool(tool), end, .. }) = self.parts.last_mut() else { return Ok(()) };
        let output = call.output.clone();
        tool.change_with_output(self.run, call, &output).await?;
        *end = output.len() as u64;
        Ok(())
    }

    async fn change(&mut self, index: usize, value: Part) -> Result<(), Error> {
        let part = self.parts[index].part;
        let other_kind = || Error::field("value", "this part is of another kind");
        match (&mut self.parts[index].kind, value) {
            (Kind::Tool(tool), Part::ToolCall(call)) => tool.change(self.run, *call).await,
            (Kind::Text, Part::Text { .. } | Part::Reasoning { .. }) => Ok(()),
            (Kind::Fixed, value) if value.stream_text().is_none() => self.answer()?.set_part(part, value),
            _ => Err(other_kind()),
        }
    }

    fn append(&mut self, append: &Append) -> Result<(), Error> {
        let index = usize::try_from(append.part).unwrap_or(usize::MAX);
        let answer = self.answer.as_ref();
        let Some((written, answer)) = self.parts.get_mut(index).zip(answer) else {
            return Err(Error::not_found("part"));
        };
        match &mut written.kind {
            Kind::Text => written.end = answer.append_at(written.part, append.at, &append.text)?,
            Kind::Tool(tool) => written.end = tool.output(written.end, append.at, &append.text)?,
            Kind::Fixed => return Err(Error::field("part", "this part is of a kind that does not grow")),
        }
        Ok(())
    }

    /// The least role that may see a part: what the bot wants, and at least what is said about the bot.
    fn visible_to(&self, value: &Part, wanted: Option<Role>) -> Option<Role> {
        let rule = match value {
            Part::Reasoning { .. } => self.rules.reasoning,
            Part::ToolCall(_) => self.rules.tools,
            _ => None,
        };
        wanted.max(rule)
    }
}
