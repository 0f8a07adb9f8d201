//! An answer as it is at this moment: one run, its message with the text so far, and what it asks people. Folded from the
//! events of the room, whichever way they came.

use antiphon_protocol::{
    Approval, Entry, EntryBody, Event, Message, MessageId, MessageStatus, Part, RoomId, Run, RunState,
    ToolState,
};

/// A part as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct PartNow {
    /// The attempt that wrote it.
    pub generation: u32,
    /// The part with its text.
    pub value: Part,
}

/// An answer as it is now.
#[derive(Debug, Clone)]
pub struct Picture {
    pub room: RoomId,
    pub run: Run,
    /// The message, once there is one.
    pub message: Option<MessageId>,
    pub parts: Vec<PartNow>,
    /// What the run asked, decided or not, oldest first.
    pub approvals: Vec<Approval>,
}

/// Something that happened before this is missing. Readers give no holes, so it is a fault of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Torn;

impl Picture {
    /// Of a run that nothing more is known of.
    pub fn of(room: RoomId, run: Run) -> Self {
        Self { room, message: run.answer.clone(), run, parts: Vec::new(), approvals: Vec::new() }
    }

    /// What goes on in the room, of the answer to a join.
    pub fn take_open(&mut self, runs: &[Run], approvals: &[Approval]) {
        for run in runs {
            self.take_run(run);
        }
        for approval in approvals {
            self.take_approval(approval);
        }
    }

    /// Whether an event that is no entry of the log is about this answer.
    pub fn is_about(&self, event: &Event) -> bool {
        match event {
            Event::Part { message_id, .. } | Event::Append { message_id, .. } => self.is_mine(message_id),
            Event::Queue { queue, .. } => queue.bot == self.run.bot && self.run.state == RunState::Queued,
            _ => false,
        }
    }

    /// An event that is about this answer and no entry of the log.
    pub fn take_event(&mut self, event: Event) -> Result<(), Torn> {
        match event {
            Event::Part { part, generation, value, .. } => self.put(part, generation, value),
            Event::Append { part, generation, at, text, .. } => self.grow(part, generation, at, &text)?,
            _ => {}
        }
        Ok(())
    }

    /// An entry of the log. Returns whether it is about this answer.
    pub fn take_entry(&mut self, entry: &Entry) -> bool {
        match &entry.body {
            EntryBody::RunChanged(run) => return self.take_run(run),
            EntryBody::Message { message } if message.run.as_ref() == Some(&self.run.run) => {
                self.take_message(message);
            }
            EntryBody::MessageCompleted { message_id, message, .. } if self.is_mine(message_id) => {
                message.iter().for_each(|message| self.take_message(message));
            }
            EntryBody::ToolChanged { message_id, part, state, .. } if self.is_mine(message_id) => {
                self.set_tool(*part, *state);
            }
            EntryBody::ApprovalRequested { approval } => return self.take_approval(approval),
            EntryBody::ApprovalDecided { approval, decision, .. } => {
                let held = self.approvals.iter_mut().find(|held| held.approval == *approval);
                let Some(held) = held else { return false };
                held.decision = Some((**decision).clone());
            }
            _ => return false,
        }
        true
    }

    fn take_run(&mut self, run: &Run) -> bool {
        let is_mine = run.run == self.run.run;
        if is_mine {
            self.message = run.answer.clone().or(self.message.take());
            self.run = run.clone();
        }
        is_mine
    }

    /// The message, whole or just begun.
    pub fn take_message(&mut self, message: &Message) {
        self.message = Some(message.id.clone());
        if message.status != MessageStatus::Streaming {
            for (index, part) in (0u32..).zip(&message.parts) {
                let generation = self.at(index).map_or(1, |held| held.generation);
                self.set(index, PartNow { generation, value: part.clone() });
            }
            self.parts.truncate(message.parts.len());
        }
    }

    fn take_approval(&mut self, approval: &Approval) -> bool {
        let is_mine = approval.run == self.run.run;
        if is_mine && !self.approvals.iter().any(|held| held.approval == approval.approval) {
            self.approvals.push(approval.clone());
        }
        is_mine
    }

    /// A part opened or changed. A higher generation voids its text and the parts after it: another attempt writes anew.
    fn put(&mut self, index: u32, generation: u32, mut value: Part) {
        let held = self.at(index);
        if held.is_some_and(|held| generation < held.generation) {
            return;
        }
        match held.filter(|held| held.generation == generation) {
            Some(held) => {
                if let (Some(text), Some(new)) = (held.value.stream_text(), value.stream_text_mut()) {
                    text.clone_into(new);
                }
            }
            None => self.parts.truncate(place(index)),
        }
        self.set(index, PartNow { generation, value });
    }

    fn grow(&mut self, index: u32, generation: u32, at: u64, text: &str) -> Result<(), Torn> {
        let held = self.parts.get_mut(place(index)).ok_or(Torn)?;
        if generation < held.generation {
            return Ok(());
        }
        let growing = held.value.stream_text_mut().filter(|_| generation == held.generation).ok_or(Torn)?;
        let begun = usize::try_from(at).ok().and_then(|at| growing.len().checked_sub(at)).ok_or(Torn)?;
        if begun < text.len() {
            growing.push_str(text.get(begun..).ok_or(Torn)?);
        }
        Ok(())
    }

    /// What the log says of a call that what is shown of it does not say yet.
    fn set_tool(&mut self, index: u32, state: ToolState) {
        if let Some(PartNow { value: Part::ToolCall(call), .. }) = self.parts.get_mut(place(index))
            && !call.state.is_final()
        {
            call.state = state;
        }
    }

    fn at(&self, index: u32) -> Option<&PartNow> {
        self.parts.get(place(index))
    }

    fn set(&mut self, index: u32, part: PartNow) {
        while self.parts.len() <= place(index) {
            self.parts
                .push(PartNow { generation: part.generation, value: Part::Text { text: String::new() } });
        }
        self.parts[place(index)] = part;
    }

    /// Whether a message is the answer.
    pub fn is_mine(&self, message: &MessageId) -> bool {
        self.message.as_ref() == Some(message)
    }
}

fn place(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
