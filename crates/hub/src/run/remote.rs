//! What a bot needs that works on a run from afar: to say again what may have been lost, and to hear of a run's end.

use antiphon_protocol::{
    Error, ErrorCode, Room, RunState, Timestamp, ToolCallId, UserId, bot_socket::Append,
};

use super::{
    Answer, PendingTool, RunSession, ToolHandle,
    answer::append_event,
    end::{self, Finish},
};

/// How often a run is begun at most because nobody was there: each time, its bot was up before.
const MOST_TRIES: u32 = 5;

impl RunSession {
    /// The server's time.
    pub fn now(&self) -> Timestamp {
        self.session.hub.now()
    }

    /// The room as it is now.
    pub fn room_info(&self) -> Room {
        self.active.room.read(|state| state.info.clone())
    }

    /// Returns once the run is over, whoever ended it: the state that it has. May be dropped.
    pub async fn over(&self) -> RunState {
        self.active.over.cancelled().await;
        let run = self.session.hub.store.run(self.room(), &self.run().run).await;
        run.ok().flatten().map_or(RunState::Interrupted, |run| run.state)
    }

    /// Who wants the run stopped, if somebody does, and when it is ended by force.
    pub fn stop_request(&self) -> Option<(UserId, Timestamp)> {
        let stop = self.active.stop.lock();
        let (by, at) = match (&stop.cancelled, stop.timed_out) {
            (Some((by, at)), _) => (by.clone(), *at),
            (None, Some(_)) => (UserId::system(), self.session.hub.now()),
            (None, None) => return None,
        };
        Some((by, at.plus_millis(self.session.hub.cancel_grace())))
    }

    /// Ends this attempt, because its bot is gone. Returns the state that the run has then.
    pub async fn interrupt(self, why: &str) -> RunState {
        // Whoever was faster has ended it as well.
        let _ = end::end(&self.session.hub, &self.active, Finish::interrupted(why)).await;
        self.over().await
    }

    /// Whether the run may go back to its place in the queue because nobody was there to work on it: nothing is to be seen of
    /// it, and it was not tried too often.
    pub fn may_wait(&self) -> bool {
        self.active.answer.lock().is_none() && self.attempt() < MOST_TRIES
    }

    /// Gives a run back that its bot never began.
    pub async fn hand_back(self) {
        let _ = end::end(&self.session.hub, &self.active, Finish::not_begun()).await;
    }

    /// When a tool call that is to be stopped now is ended by force.
    pub fn tool_deadline(&self) -> Timestamp {
        let grace = i64::try_from(self.session.hub.options.tool_grace_ms).unwrap_or(i64::MAX);
        self.session.hub.now().plus_millis(grace)
    }
}

impl PendingTool {
    /// Who wants the call stopped, if it is a person.
    pub fn stopped_by(&self) -> Option<UserId> {
        self.call.stopped_by()
    }

    /// Whether people are asked something about it: then it cannot begin.
    pub fn is_asked(&self) -> bool {
        self.call.is_asked()
    }

    /// It has run: a bot elsewhere tells so when it is over, and a wish to stop it was too late.
    pub async fn ran(self) -> Result<ToolHandle, Error> {
        self.call.ran().await?;
        Ok(ToolHandle { call: self.call })
    }
}

impl ToolHandle {
    /// Who wants the call stopped, if it is a person.
    pub fn stopped_by(&self) -> Option<UserId> {
        self.call.stopped_by()
    }
}

impl Answer {
    /// Lets a text grow from byte `at` on. What is there already is skipped if it is the same. Returns the new end.
    pub fn append_at(&self, part: u32, at: u64, text: &str) -> Result<u64, Error> {
        let (limit, now) = (self.session.hub.limits().stream_bytes, self.session.hub.now());
        self.write(|room, message| {
            let open = message.part_mut(part)?;
            let end = open.text.len();
            let Some(at) = usize::try_from(at).ok().filter(|at| *at <= end) else {
                return Err(Append::beyond(end as u64));
            };
            let overlap = (end - at).min(text.len());
            if open.text.as_bytes()[at..at + overlap] != text.as_bytes()[..overlap] {
                return Err(differs(end as u64));
            }
            // Both are text and the same up to here, so this is the border of a character in both.
            let new = &text[overlap..];
            open.push(new, limit, now)?;
            let grown = (!new.is_empty()).then(|| append_event(room, &self.message_id, part, open, end, new));
            Ok(((end + new.len()) as u64, grown.into_iter().collect()))
        })
    }

    /// The id for a tool call that its bot has chosen, unless another call at work in the room has it.
    pub(super) fn free_tool_id(&self, id: ToolCallId) -> Result<ToolCallId, Error> {
        match self.session.hub.runs.with_tool(&self.active.room.id, &id) {
            Some(_) => {
                Err(Error::new(ErrorCode::Conflict, "another tool call here has this id: mint a new one"))
            }
            None => Ok(id),
        }
    }
}

fn differs(end: u64) -> Error {
    let words = "the server has other text here: what was said cannot be changed, go on from `limit`";
    Error { limit: Some(end), ..Error::new(ErrorCode::Conflict, words) }
}
