//! What a page was told of an answer, and what it has to be told next: the difference between the answer as it is and what
//! was told of it. So a stream from the beginning, one that goes on where a page stopped, and one that missed a hundred steps
//! in between are all the same.

mod text;
mod tool;
mod words;

use std::collections::BTreeMap;

use antiphon_protocol::{Approval, ApprovalId, Part, RunState, approval::AskKind};
use serde_json::{Value, json};

use super::chunk::{About, Author, Chunk, Data, FinishReason, Version};
use crate::answer::{PartNow, Picture, Teller, Told};
use text::{Kind, Texts};
use tool::Tools;
use words::{described, ending, named};

pub use tool::{Held, Phase};

/// What a page was told of one answer.
#[derive(Debug)]
pub struct Shown {
    version: Version,
    /// Whether the page knows of the message.
    has_begun: bool,
    state: Option<RunState>,
    told: Told,
    texts: Texts,
    tools: Tools,
    /// Files, data and plans by the index of their part.
    values: BTreeMap<u32, Value>,
    /// Text that the page holds from before, by part; until it is known whether it still counts.
    held_texts: BTreeMap<u32, String>,
    /// How many files the page holds from before.
    held_files: usize,
    /// Questions that are told as data, as they were told.
    asks: BTreeMap<ApprovalId, Value>,
    is_over: bool,
}

impl Shown {
    /// To a page that knows nothing of the answer.
    pub fn nothing(version: Version) -> Self {
        Self {
            version,
            has_begun: false,
            state: None,
            told: Told::default(),
            texts: Texts::default(),
            tools: Tools::new(version),
            values: BTreeMap::new(),
            held_texts: BTreeMap::new(),
            held_files: 0,
            asks: BTreeMap::new(),
            is_over: false,
        }
    }

    /// Notes that the page holds this text of a part, after what it was said to hold of it before.
    pub fn hold_text(&mut self, part: u32, text: &str) {
        self.held_texts.entry(part).or_default().push_str(text);
    }

    /// Notes how the page shows a tool call.
    pub fn hold_tool(&mut self, call: &str, held: Held) {
        self.tools.hold(call, held);
    }

    /// Notes that the page holds one more of the files, in their order.
    pub fn hold_file(&mut self) {
        self.held_files += 1;
    }

    /// The parts alone, as they are once nothing more comes.
    pub fn tell_whole(&mut self, parts: &[PartNow]) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        self.tell_parts(parts, &[], true, &mut chunks);
        self.texts.close(&mut chunks);
        self.tools.give_up(&mut chunks);
        chunks
    }

    /// What the bot is at; for as long as there is nothing to read.
    fn tell_run(&mut self, now: &Picture, chunks: &mut Vec<Chunk>) {
        let run = &now.run;
        if self.state.replace(run.state) != Some(run.state) && !run.state.is_final() {
            let data = json!({ "run": run.run, "bot": run.bot, "state": run.state });
            let kind = "data-antiphon-run".to_owned();
            chunks.push(Chunk::Data(Data { kind, id: None, data, transient: true }));
        }
    }

    fn tell_start(&mut self, now: &Picture, chunks: &mut Vec<Chunk>) {
        let Some(message_id) = now.message.clone().filter(|_| !self.has_begun) else { return };
        self.has_begun = true;
        let (run, room) = (&now.run, now.room.clone());
        let at = run.started_at.unwrap_or(run.created_at);
        let author = Author { room, sender: run.bot.clone(), run: Some(run.run.clone()), at };
        chunks.push(Chunk::Start { message_id, message_metadata: About { antiphon: author } });
    }

    /// Text that the page holds counts if the answer still begins with it. Otherwise another attempt has written since.
    fn judge_held(&mut self, now: &Picture) {
        for (index, held) in std::mem::take(&mut self.held_texts) {
            let part = usize::try_from(index).ok().and_then(|index| now.parts.get(index));
            let text = part.and_then(|part| part.value.stream_text()).unwrap_or_default();
            let generation = part.filter(|_| text.starts_with(&held)).map_or(0, |part| part.generation);
            self.told.note(index, generation);
            self.texts.hold(index, held.len());
        }
    }

    /// Another attempt writes the answer anew.
    fn forget_void(&mut self, now: &Picture, chunks: &mut Vec<Chunk>) {
        if !self.told.is_void(&now.parts) {
            return;
        }
        if self.version.knows_resets() {
            chunks.push(Chunk::ResetStep);
        } else {
            self.texts.close(chunks);
            self.tools.give_up(chunks);
        }
        self.told.forget();
        self.texts.forget();
        self.tools.forget();
        self.values.clear();
        self.asks.clear();
    }

    fn tell_parts(&mut self, parts: &[PartNow], asked: &[Approval], is_late: bool, chunks: &mut Vec<Chunk>) {
        for (index, part) in (0u32..).zip(parts) {
            let before = chunks.len();
            match &part.value {
                Part::ToolCall(call) => {
                    if !self.tools.knows(call) {
                        self.texts.close(chunks);
                    }
                    self.tools.tell(call, asked, is_late, chunks);
                }
                other => self.tell_part(index, other, chunks),
            }
            if chunks.len() > before {
                self.told.note(index, part.generation);
            }
        }
    }

    fn tell_part(&mut self, index: u32, part: &Part, chunks: &mut Vec<Chunk>) {
        match part {
            Part::Text { text } => self.texts.tell(Kind::Text, index, text, chunks),
            Part::Reasoning { text } => self.texts.tell(Kind::Reasoning, index, text, chunks),
            Part::File { .. } if self.held_files > 0 && !self.values.contains_key(&index) => {
                self.held_files -= 1;
                self.values.insert(index, Value::Null);
            }
            Part::File { media_type, url, .. } if !url.is_empty() => {
                let file = Chunk::File { url: url.clone(), media_type: media_type.clone() };
                self.tell_value(index, Value::Null, |_| file, chunks);
            }
            Part::File { .. } | Part::ToolCall(_) => {}
            Part::Data { name, value } => {
                self.tell_value(index, value.clone(), |data| named(index, name, data), chunks);
            }
            Part::Plan { items } => {
                let items = json!({ "items": items });
                self.tell_value(index, items, |data| named(index, "plan", data), chunks);
            }
        }
    }

    fn tell_value(
        &mut self,
        index: u32,
        value: Value,
        chunk: impl FnOnce(Value) -> Chunk,
        chunks: &mut Vec<Chunk>,
    ) {
        if self.values.get(&index) != Some(&value) {
            self.texts.close(chunks);
            chunks.push(chunk(value.clone()));
            self.values.insert(index, value);
        }
    }

    /// What the SDK has no word for: questions, and permissions that are about no tool call. They are answered over REST.
    fn tell_ask(&mut self, approval: &Approval, chunks: &mut Vec<Chunk>) {
        if is_about_tool(approval) && self.version.knows_approvals() {
            return;
        }
        let data = described(approval);
        // Without a message there is nothing to keep it in; it is told again once there is.
        let told = json!([self.has_begun, data]);
        if self.asks.insert(approval.approval.clone(), told.clone()).as_ref() != Some(&told) {
            let (kind, id) = ("data-antiphon-approval".to_owned(), Some(approval.approval.to_string()));
            chunks.push(Chunk::Data(Data { kind, id, data, transient: !self.has_begun }));
        }
    }

    fn tell_end(&mut self, now: &Picture, chunks: &mut Vec<Chunk>) {
        if now.run.state.is_final() {
            self.texts.close(chunks);
            self.tools.give_up(chunks);
            chunks.push(ending(now));
            self.is_over = true;
        } else if self.version.knows_approvals() && self.tools.wait_for_people() {
            // The page sends the answer when its stream has ended, and not before.
            self.texts.close(chunks);
            chunks.push(Chunk::Finish { finish_reason: FinishReason::ToolCalls, message_metadata: None });
            self.is_over = true;
        }
    }
}

impl Teller for Shown {
    type Chunk = Chunk;

    const LAST_WORD: &'static [u8] = b"data: [DONE]\n\n";

    fn tell(&mut self, now: &Picture) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        if self.is_over {
            return chunks;
        }
        self.tell_run(now, &mut chunks);
        self.tell_start(now, &mut chunks);
        self.judge_held(now);
        self.forget_void(now, &mut chunks);
        self.tell_parts(&now.parts, &now.approvals, now.run.state.is_final(), &mut chunks);
        for approval in &now.approvals {
            self.tell_ask(approval, &mut chunks);
        }
        self.tell_end(now, &mut chunks);
        chunks
    }

    fn refusal(&mut self, words: &str) -> Vec<Chunk> {
        vec![Chunk::Error { error_text: words.to_owned() }]
    }

    fn is_over(&self) -> bool {
        self.is_over
    }
}

/// Whether a question is one that the SDK can ask: may this tool run?
fn is_about_tool(approval: &Approval) -> bool {
    approval.ask.kind == AskKind::Permission && approval.ask.tool_call.is_some()
}
