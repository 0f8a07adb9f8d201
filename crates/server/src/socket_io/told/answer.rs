//! How much of a message that grows a client was told.

use std::borrow::Cow;

use antiphon_protocol::{
    Message, MessageId, MessageStatus, Part, RoomId, RunId, ToolCall, ToolCallId,
    socket_io::{ChatResponse, ChatToolExecution},
};

use crate::socket_io::say::Saying;

/// A message that grows.
pub struct Answer {
    pub message: MessageId,
    /// The run that writes it, once it is known.
    pub run: Option<RunId>,
    /// By the index of the part.
    parts: Vec<PartTold>,
    /// Whether the client may have been told of parts that are not known here: before a cut, of more than its offset holds.
    has_gaps: bool,
}

struct PartTold {
    /// The attempt; 0 for none, or for any once the whole was told.
    generation: u32,
    /// How much of its text was told, in bytes.
    at: u64,
    kind: Kind,
    /// Whether the client may hold something of it that is not known here.
    is_stale: bool,
}

#[derive(Clone)]
enum Kind {
    Text,
    Reasoning,
    Tool(ToolCallId, String),
    /// Nothing that grows, or not known yet.
    Other,
}

impl Kind {
    fn of(part: &Part) -> Self {
        match part {
            Part::Text { .. } => Self::Text,
            Part::Reasoning { .. } => Self::Reasoning,
            Part::ToolCall(call) => Self::Tool(call.tool_call.clone(), call.name.clone()),
            Part::File { .. } | Part::Data { .. } | Part::Plan { .. } => Self::Other,
        }
    }
}

impl Answer {
    pub fn new(message: MessageId) -> Self {
        Self { message, run: None, parts: Vec::new(), has_gaps: true }
    }

    /// The client was told of the message just now, and of nothing else of it.
    pub fn announce(&mut self, run: Option<RunId>) {
        self.run = run;
        self.has_gaps = false;
    }

    /// The client holds so much of a part.
    pub fn hold(&mut self, part: u32, generation: u32, at: u64) {
        let told = self.part_mut(part);
        (told.generation, told.at, told.is_stale) = (generation, at, false);
    }

    /// The same, of a part that is known.
    pub fn hold_part(&mut self, part: u32, generation: u32, at: u64, value: &Part) {
        self.hold(part, generation, at);
        self.part_mut(part).kind = Kind::of(value);
    }

    pub fn told_of(&self, part: u32) -> u64 {
        self.parts.get(place(part)).map_or(0, |told| told.at)
    }

    /// Message, part, attempt and position of each text of which something may have been told.
    pub fn positions(&self) -> impl Iterator<Item = (&MessageId, u32, u32, u64)> {
        let parts = (0u32..).zip(&self.parts).filter(|(_, told)| told.generation > 0);
        parts.map(|(part, told)| (&self.message, part, told.generation, told.at))
    }

    /// A part opened or changed. Nothing inside if there is nothing to say; nothing at all if it is of no kind that grows.
    pub fn put<'a>(
        &mut self,
        room: &RoomId,
        part: u32,
        generation: u32,
        value: &'a Part,
    ) -> Option<Option<Saying<'a>>> {
        let replaces = self.begin(part, generation);
        self.part_mut(part).kind = Kind::of(value);
        match value {
            Part::ToolCall(call) => Some(Some(self.tool(room, part, call, "", replaces))),
            Part::Text { .. } | Part::Reasoning { .. } => {
                Some(replaces.then(|| self.piece(room, part, "", true)).flatten())
            }
            _ => None,
        }
    }

    /// A part's text grew by what stands from `at` to `end`.
    pub fn grow<'a>(
        &mut self,
        room: &RoomId,
        part: u32,
        generation: u32,
        (at, end): (u64, u64),
        text: &'a str,
    ) -> Option<Saying<'a>> {
        let replaces = self.begin(part, generation);
        let told = self.part_mut(part);
        if end <= told.at && !replaces {
            return None;
        }
        let known = usize::try_from(told.at.saturating_sub(at)).ok()?;
        told.at = end;
        self.piece(room, part, text.get(known..)?, replaces)
    }

    /// What the client lacks of a message that is whole.
    pub fn catch_up<'a>(&mut self, room: &RoomId, message: &'a Message) -> Vec<Saying<'a>> {
        let mut sayings = Vec::new();
        for (index, part) in (0u32..).zip(&message.parts) {
            let told = self.part_mut(index);
            told.kind = Kind::of(part);
            let text = part.stream_text().unwrap_or_default();
            let is_known = usize::try_from(told.at).ok().and_then(|at| text.get(at..));
            let replaces = is_known.is_none() || std::mem::take(&mut told.is_stale);
            let rest = is_known.unwrap_or(text);
            told.at = text.len() as u64;
            match part {
                Part::ToolCall(call) => sayings.push(self.tool(room, index, call, rest, replaces)),
                _ if rest.is_empty() && !replaces => {}
                _ => sayings.extend(self.piece(room, index, rest, replaces)),
            }
        }
        sayings
    }

    /// Nothing more comes.
    pub fn end<'a>(&self, room: &RoomId, status: MessageStatus) -> Saying<'a> {
        let part = u32::try_from(self.parts.len().saturating_sub(1)).unwrap_or(u32::MAX);
        Saying::Response(ChatResponse {
            done: true,
            status: Some(status),
            ..self.response(room, part, "", false)
        })
    }

    /// Another attempt begins a part anew, and voids those behind it. Returns whether the client was told something of it.
    fn begin(&mut self, part: u32, generation: u32) -> bool {
        let told = self.part_mut(part);
        let held = told.generation;
        if generation <= held {
            return false;
        }
        let replaces = std::mem::take(&mut told.is_stale) || (held > 0 && told.at > 0);
        (told.generation, told.at) = (generation, 0);
        if held > 0 {
            self.parts.truncate(place(part) + 1);
        }
        replaces
    }

    fn piece<'a>(&self, room: &RoomId, part: u32, text: &'a str, replaces: bool) -> Option<Saying<'a>> {
        match &self.parts.get(place(part))?.kind {
            Kind::Text => Some(Saying::Response(self.response(room, part, text, replaces))),
            Kind::Reasoning => Some(Saying::Reasoning(self.response(room, part, text, replaces))),
            Kind::Tool(tool_call, name) => {
                let (tool_call, name) = (tool_call.clone(), Cow::Owned(name.clone()));
                Some(Saying::Tool(Box::new(ChatToolExecution {
                    room: room.clone(),
                    message_id: self.message.clone(),
                    run: self.run.clone(),
                    part,
                    tool_call,
                    name,
                    status: None,
                    arguments: None,
                    progress: None,
                    output: Cow::Borrowed(text),
                    replace: replaces,
                    result: None,
                    error: None,
                })))
            }
            Kind::Other => None,
        }
    }

    fn response<'a>(&self, room: &RoomId, part: u32, text: &'a str, replaces: bool) -> ChatResponse<'a> {
        ChatResponse {
            room: room.clone(),
            message_id: self.message.clone(),
            run: self.run.clone(),
            part,
            delta: Cow::Borrowed(text),
            replace: replaces,
            done: false,
            status: None,
        }
    }

    fn tool<'a>(
        &self,
        room: &RoomId,
        part: u32,
        call: &'a ToolCall,
        output: &'a str,
        replaces: bool,
    ) -> Saying<'a> {
        Saying::Tool(Box::new(ChatToolExecution {
            room: room.clone(),
            message_id: self.message.clone(),
            run: self.run.clone(),
            part,
            tool_call: call.tool_call.clone(),
            name: Cow::Borrowed(&call.name),
            status: Some(call.state),
            arguments: (!call.arguments.is_null()).then_some(Cow::Borrowed(&call.arguments)),
            progress: call.progress.as_ref().map(Cow::Borrowed),
            output: Cow::Borrowed(output),
            replace: replaces,
            result: call.result.as_ref().map(Cow::Borrowed),
            error: call.error.as_deref().map(Cow::Borrowed),
        }))
    }

    fn part_mut(&mut self, part: u32) -> &mut PartTold {
        let index = place(part);
        while self.parts.len() <= index {
            self.parts.push(PartTold { generation: 0, at: 0, kind: Kind::Other, is_stale: self.has_gaps });
        }
        &mut self.parts[index]
    }
}

fn place(part: u32) -> usize {
    usize::try_from(part).unwrap_or(usize::MAX)
}
