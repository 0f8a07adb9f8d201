//! What a device sees of a room: it applies what comes as a client does, and can wait for a fact.

use std::{collections::BTreeMap, time::Duration};

use antiphon_hub::{Reader, Session};
use antiphon_protocol::{
    Entry, EntryBody, Event, Message, MessageId, Part, PartEnd, Queue, Reply, RoomId, Run, RunState,
    ToolCall, ToolCallId, ToolState,
    part::PlanState,
    reply::MessageFound,
    request::{GetMessage, JoinRoom},
};

/// No test waits longer than this for something that will not come.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Watcher {
    pub room: RoomId,
    session: Session,
    reader: Reader,
    pub seen: Seen,
}

/// What has come so far.
#[derive(Default)]
pub struct Seen {
    pub entries: Vec<Entry>,
    /// The growing texts, by message and part.
    pub texts: BTreeMap<(MessageId, u32), String>,
    /// The attempts that the texts belong to.
    generations: BTreeMap<(MessageId, u32), u32>,
    /// Every state that a part was seen in.
    pub parts: BTreeMap<(MessageId, u32), Vec<Part>>,
    /// What waits for a bot, as it was told last.
    pub queue: Option<Queue>,
}

impl Watcher {
    pub async fn join(session: Session, mut reader: Reader, room: &RoomId) -> Self {
        let request = JoinRoom {
            room: room.clone(),
            cursor: None,
            streams: Vec::new(),
            receive: None,
            limit: Some(usize::MAX),
        };
        let joined = reader.join(&session, request).await.unwrap();
        assert!(!joined.more && joined.streams.is_empty(), "a watcher comes before there is much to see");
        let entries = joined.entries.iter().map(|entry| entry.decode().unwrap()).collect();
        Self { room: room.clone(), session, reader, seen: Seen { entries, ..Seen::default() } }
    }

    /// Watches until this is so.
    pub async fn until(&mut self, what: &str, is_so: impl Fn(&Seen) -> bool) {
        let watch = async {
            while !is_so(&self.seen) {
                self.reader.ready().await;
                let mut batch = Vec::new();
                self.reader.pull(&mut batch, 64 * 1024).await;
                batch.iter().for_each(|event| self.seen.apply(event.json()));
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, watch).await.is_ok();
        assert!(in_time, "{what} was not seen; the log is {:#?}", self.seen.entries);
    }

    /// Watches until the run that this message caused is over, and returns the run and the stored answer.
    pub async fn answered(&mut self, trigger: &MessageId) -> (Run, Message) {
        self.until("the end of a run", |seen| seen.run(trigger).is_some_and(|run| run.state.is_final()))
            .await;
        let run = self.seen.run(trigger).cloned().unwrap();
        let message_id = run.answer.clone().or_else(|| self.seen.answer(trigger)).unwrap();
        let request = GetMessage { room: self.room.clone(), message_id };
        match self.session.handle(request.into()).await.unwrap() {
            Reply::Message(MessageFound { message }) => (run, message.decode().unwrap()),
            other => panic!("a message was asked for, and {other:?} came"),
        }
    }
}

impl Seen {
    fn apply(&mut self, json: &[u8]) {
        let kind = serde_json::from_slice::<serde_json::Value>(json).unwrap()["type"].clone();
        match kind.as_str().unwrap() {
            "append" | "part" | "entries" => match serde_json::from_slice(json).unwrap() {
                Event::Append { message_id, part, at, end, text, .. } => {
                    let whole = self.texts.entry((message_id, part)).or_default();
                    assert_eq!(whole.len() as u64, at, "a piece does not follow the one before");
                    whole.push_str(&text);
                    assert_eq!(whole.len() as u64, end);
                }
                Event::Part { message_id, part, value, generation, .. } => {
                    let key = (message_id, part);
                    if self
                        .generations
                        .insert(key.clone(), generation)
                        .is_some_and(|before| before < generation)
                    {
                        self.texts.remove(&key);
                    }
                    self.parts.entry(key).or_default().push(value);
                }
                Event::Entries { entries, .. } => {
                    self.entries.extend(entries.iter().map(|entry| entry.decode().unwrap()));
                }
                other => panic!("{other:?} is no live content"),
            },
            "queue" => match serde_json::from_slice(json).unwrap() {
                Event::Queue { queue, .. } => self.queue = Some(queue),
                other => panic!("{other:?} is no queue"),
            },
            "typing" | "presence" | "unread" | "room_joined" | "room_left" | "caught_up" => {}
            _ => self.entries.push(serde_json::from_slice(json).unwrap()),
        }
    }

    pub fn bodies(&self) -> impl Iterator<Item = &EntryBody> {
        self.entries.iter().map(|entry| &entry.body)
    }

    /// The newest state of the run that this message caused.
    pub fn run(&self, trigger: &MessageId) -> Option<&Run> {
        self.runs_of(trigger).next_back()
    }

    fn runs_of<'a>(&'a self, trigger: &MessageId) -> impl DoubleEndedIterator<Item = &'a Run> + use<'a> {
        let trigger = trigger.clone();
        self.entries.iter().filter_map(move |entry| match &entry.body {
            EntryBody::RunChanged(run) if run.trigger == trigger => Some(run),
            _ => None,
        })
    }

    /// The states that it went through.
    pub fn states(&self, trigger: &MessageId) -> Vec<RunState> {
        self.runs_of(trigger).map(|run| run.state).collect()
    }

    /// The message that answers this one.
    pub fn answer(&self, trigger: &MessageId) -> Option<MessageId> {
        self.bodies().find_map(|body| match body {
            EntryBody::Message { message } if message.reply_to.as_ref() == Some(trigger) => {
                Some(message.id.clone())
            }
            _ => None,
        })
    }

    /// What the log tells of tool calls.
    pub fn tool_states(&self) -> Vec<(String, ToolState)> {
        let states = self.bodies().filter_map(|body| match body {
            EntryBody::ToolChanged { name, state, .. } => Some((name.clone(), *state)),
            _ => None,
        });
        states.collect()
    }

    /// The newest state of the first call of a tool, and its output so far.
    pub fn tool(&self, name: &str) -> Option<(&ToolCall, &str)> {
        self.parts.iter().find_map(|(key, values)| match values.last() {
            Some(Part::ToolCall(call)) if call.name == name => {
                Some((&**call, self.texts.get(key).map_or("", String::as_str)))
            }
            _ => None,
        })
    }

    /// The calls of a tool that are in this state now.
    pub fn calls(&self, name: &str, state: ToolState) -> Vec<ToolCallId> {
        let calls = self.parts.values().filter_map(|values| match values.last() {
            Some(Part::ToolCall(call)) if call.name == name && call.state == state => {
                Some(call.tool_call.clone())
            }
            _ => None,
        });
        calls.collect()
    }

    /// The fractions that a tool's progress went through.
    pub fn fractions(&self, name: &str) -> Vec<f64> {
        let calls = self.parts.values().flatten().filter_map(|part| match part {
            Part::ToolCall(call) if call.name == name => call.progress.as_ref()?.fraction,
            _ => None,
        });
        calls.collect()
    }

    /// The states that a plan went through.
    pub fn plans(&self) -> Vec<Vec<PlanState>> {
        let plans = self.parts.values().flatten().filter_map(|part| match part {
            Part::Plan { items } => Some(items.iter().map(|item| item.state).collect()),
            _ => None,
        });
        plans.collect()
    }

    /// Lengths and checksums that came with the end of a message.
    pub fn ends(&self, id: &MessageId) -> Option<&[PartEnd]> {
        self.bodies().find_map(|body| match body {
            EntryBody::MessageCompleted { message_id, ends, .. } if message_id == id => Some(&**ends),
            _ => None,
        })
    }

    /// The text that has grown in a message so far.
    pub fn length(&self) -> usize {
        self.texts.values().map(String::len).sum()
    }
}

/// What a message says, its parts joined by lines.
pub fn text_of(message: &Message) -> String {
    let texts = message.parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}
