//! How a stream begins: with words of a person, with their decisions, or where another stream was cut.

use antiphon_protocol::{
    Cursor, EntryBody, Epoch, Error, ErrorCode, Event, Joined, Message, MessageId, OpenStream, RawJson,
    Reply, RoomId, Run, RunId, RunState, Timestamp,
    reply::Sent,
    request::{Decide, GetMessage, JoinRoom, SendMessage},
};

use super::{Following, Stage, unexpected};
use crate::answer::{Decision, Saying, Teller, picture::Torn};

/// How many entries are looked through for the run of somebody who comes back.
const RECENT_ENTRIES: usize = 100;

/// Who was cut from an answer does not know whether it has ended meanwhile: for so long they get the end all the same.
const RECENT_MS: i64 = 5 * 60 * 1_000;

/// What came of saying something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Began {
    /// It is said now.
    Anew,
    /// It was said before, and its answer is under way.
    Before,
    /// It was said before, and its answer is over.
    AndEnded,
}

impl<T: Teller> Following<T> {
    /// Says words of a person. First listened, then said: nothing of what comes of it is missed.
    pub async fn say(&mut self, saying: &Saying) -> Result<Began, Error> {
        let joined = self.join(None, 1).await?;
        let sent = self.send(saying).await?;
        self.teller.said(&sent);
        self.stage = Stage::Seeking { trigger: saying.id.clone() };
        if !sent.duplicate {
            return Ok(Began::Anew);
        }
        // What came of it came before, and may be over.
        self.rejoin(joined.epoch, sent.seq).await?;
        let is_open = joined.runs.iter().any(|run| run.trigger == saying.id);
        Ok(if is_open { Began::Before } else { Began::AndEnded })
    }

    /// Says words of a person; if the front end has said other words under this id and edited them, as another message.
    pub async fn say_or_edit(&mut self, saying: &Saying) -> Result<(), Error> {
        match self.say(saying).await {
            Err(error) if error.code == ErrorCode::Conflict => self.say(&saying.again()).await.map(drop),
            said => said.map(drop),
        }
    }

    /// Passes on what was decided about an answer, which then goes on.
    pub async fn decide(&mut self, answer: &MessageId, decisions: &[Decision]) -> Result<(), Error> {
        self.pass_on(decisions).await?;
        let joined = self.join(None, RECENT_ENTRIES).await?;
        let message = self.message(answer).await?;
        self.follow(run_of(&message, &joined).ok_or_else(|| Error::not_found("run"))?);
        self.take_joined(&joined)?;
        if let Stage::Telling(picture) = &mut self.stage {
            picture.take_message(&message);
        }
        Ok(())
    }

    /// Follows a run of the room, from its beginning and wherever it is. Makes nobody a member.
    pub async fn attach(&mut self, run: &RunId) -> Result<(), Error> {
        // Asked first, because a join makes members.
        self.session.run(&self.room, run).await?;
        let joined = self.join(None, 1).await?;
        let run = self.session.run(&self.room, run).await?;
        let answer = run.answer.clone().filter(|_| run.state.is_final());
        self.follow(run);
        self.take_joined(&joined)?;
        if let Some(answer) = answer {
            let message = self.message(&answer).await?;
            if let Stage::Telling(picture) = &mut self.stage {
                picture.take_message(&message);
            }
        }
        self.tell();
        Ok(())
    }

    /// Finds what is under way, or has just ended. Returns whether there is either.
    pub async fn resume(&mut self, now: Timestamp) -> Result<bool, Error> {
        let joined = self.join(None, RECENT_ENTRIES).await?;
        let Some(run) = self.latest_run(&joined, now) else { return Ok(false) };
        let answer = run.answer.clone().filter(|_| run.state.is_final());
        self.follow(run);
        self.take_joined(&joined)?;
        if let (Some(answer), Some(picture)) = (answer, self.picture())
            && picture.parts.is_empty()
        {
            let message = self.message(&answer).await?;
            if let Stage::Telling(picture) = &mut self.stage {
                picture.take_message(&message);
            }
        }
        Ok(true)
    }

    /// Passes on what was decided, and follows the run that waited for it.
    pub async fn go_on(&mut self, decisions: &[Decision], now: Timestamp) -> Result<(), Error> {
        self.pass_on(decisions).await?;
        if self.resume(now).await? { Ok(()) } else { Err(Error::not_found("run")) }
    }

    async fn pass_on(&self, decisions: &[Decision]) -> Result<(), Error> {
        for decision in decisions {
            let Decision { approval, action, reason, arguments, content } = decision.clone();
            let room = self.room.clone();
            let request = Decide { room, approval, action, reason, arguments, content, scope: None };
            // Whoever comes second is told what counts, by how the answer goes on.
            self.session.handle(request.into()).await?;
        }
        Ok(())
    }

    async fn join(&mut self, cursor: Option<Cursor>, limit: usize) -> Result<Joined, Error> {
        let (room, receive) = (self.room.clone(), self.teller.receive());
        let request = JoinRoom { room, cursor, streams: Vec::new(), receive, limit: Some(limit) };
        self.reader.join(&self.session, request).await
    }

    async fn send(&self, saying: &Saying) -> Result<Sent, Error> {
        let request = SendMessage {
            room: self.room.clone(),
            id: saying.id.clone(),
            text: None,
            parts: Some(saying.parts.clone()),
            reply_to: None,
            to: saying.to.clone(),
        };
        match self.session.handle(request.into()).await? {
            Reply::Sent(sent) => Ok(*sent),
            _ => Err(unexpected()),
        }
    }

    async fn rejoin(&mut self, epoch: Epoch, seq: u64) -> Result<(), Error> {
        let joined = self.join(Some(Cursor { epoch, seq: seq.saturating_sub(1) }), RECENT_ENTRIES).await?;
        self.take_joined(&joined)
    }

    /// The answer to a join, which tells what is under way.
    fn take_joined(&mut self, joined: &Joined) -> Result<(), Error> {
        joined.entries.iter().for_each(|entry| self.hear_raw(entry));
        let Stage::Telling(picture) = &mut self.stage else { return Ok(()) };
        picture.take_open(&joined.runs, &joined.approvals);
        for event in joined.streams.iter().flat_map(|stream| so_far(&self.room, stream)) {
            if picture.is_about(&event) {
                self.teller.hear(RawJson::encode(&event).as_str().as_bytes());
                picture.take_event(event).map_err(|Torn| unexpected())?;
            }
        }
        Ok(())
    }

    /// A message of the room.
    pub async fn message(&self, id: &MessageId) -> Result<Message, Error> {
        let request = GetMessage { room: self.room.clone(), message_id: id.clone() };
        match self.session.handle(request.into()).await? {
            Reply::Message(found) => found.message.decode().map_err(|_| unexpected()),
            _ => Err(unexpected()),
        }
    }

    /// What somebody who comes back wants to see: what they asked last, if it goes on or has just ended; what goes on otherwise.
    fn latest_run(&self, joined: &Joined, now: Timestamp) -> Option<Run> {
        let me = &self.session.user().id;
        let open = |run: &&Run| !run.state.is_final();
        let mine = joined.runs.iter().filter(open).rfind(|run| run.triggered_by == *me);
        let ended = runs_in(joined).rfind(|run| run.triggered_by == *me).filter(|run| {
            let since = run.ended_at.map(|at| now.as_millis() - at.as_millis());
            run.state.is_final() && since.is_some_and(|ms| ms < RECENT_MS)
        });
        let at_work = || {
            let works = |run: &&Run| run.state != RunState::Queued;
            joined.runs.iter().filter(open).rfind(works).cloned()
        };
        mine.cloned().or(ended).or_else(at_work)
    }
}

/// A stream that grows, as the events that would have told of it.
pub fn so_far(room: &RoomId, stream: &OpenStream) -> [Event; 2] {
    let OpenStream { message_id, part, generation, at, end, text, value, visible_to, .. } = stream.clone();
    let (room, message) = (room.clone(), message_id.clone());
    [
        Event::Part { room: room.clone(), message_id: message, part, generation, value, visible_to },
        Event::Append { room, message_id, part, generation, at, end, text },
    ]
}

/// The run that wrote a message: under way, just over, or over for so long that nothing more is known of it.
fn run_of(message: &Message, joined: &Joined) -> Option<Run> {
    let id = message.run.clone()?;
    let open = joined.runs.iter().find(|run| run.run == id).cloned();
    let ended = || runs_in(joined).rfind(|run| run.run == id);
    open.or_else(ended).or_else(|| {
        let (trigger, at) = (message.reply_to.clone()?, message.at);
        Some(Run {
            run: id.clone(),
            bot: message.sender.clone(),
            state: RunState::Completed,
            attempt: 1,
            trigger,
            triggered_by: message.sender.clone(),
            chain: None,
            paused: false,
            answer: Some(message.id.clone()),
            error: None,
            cancel: None,
            usage: Vec::new(),
            created_at: at,
            started_at: Some(at),
            ended_at: Some(at),
        })
    })
}

/// The runs that the entries of a join tell of, oldest first.
fn runs_in(joined: &Joined) -> impl DoubleEndedIterator<Item = Run> {
    joined.entries.iter().filter_map(|entry| match entry.decode().ok()?.body {
        EntryBody::RunChanged(run) => Some(run),
        _ => None,
    })
}
