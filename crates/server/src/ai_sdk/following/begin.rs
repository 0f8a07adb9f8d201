//! How a stream begins: with words of a person, with their decisions, or where another stream was cut.

use antiphon_protocol::{
    Cursor, EntryBody, Epoch, Error, ErrorCode, Joined, Message, MessageId, Reply, Run, RunState, Timestamp,
    approval::DecisionAction,
    reply::Sent,
    request::{Decide, GetMessage, JoinRoom, Receive, SendMessage},
};

use super::{Following, Stage, unexpected};
use crate::ai_sdk::{
    picture::Torn,
    said::{Deciding, Saying},
};

/// How many entries are looked through for the run of somebody who comes back.
const RECENT_ENTRIES: usize = 100;

/// A page that was cut from an answer does not know whether it has ended meanwhile: for so long it gets the end all the same.
const RECENT_MS: i64 = 5 * 60 * 1_000;

impl Following {
    async fn join(&mut self, cursor: Option<Cursor>, limit: usize) -> Result<Joined, Error> {
        let receive = Some(vec![Receive::Text, Receive::Reasoning, Receive::Tools]);
        let room = self.room.clone();
        let request = JoinRoom { room, cursor, streams: Vec::new(), receive, limit: Some(limit) };
        self.reader.join(&self.session, request).await
    }

    /// First listened, then said: nothing of what comes of it is missed.
    pub async fn say(mut self, saying: Saying) -> Result<Self, Error> {
        let joined = self.join(None, 1).await?;
        let (saying, sent) = match self.send(&saying).await {
            Err(error) if error.code == ErrorCode::Conflict => {
                let again = saying.again();
                let sent = self.send(&again).await?;
                (again, sent)
            }
            sent => (saying, sent?),
        };
        self.stage = Stage::Seeking { trigger: saying.id };
        if sent.duplicate {
            // What came of it came before, and may be over.
            self.rejoin(joined.epoch, sent.seq).await?;
        }
        Ok(self)
    }

    async fn send(&self, saying: &Saying) -> Result<Sent, Error> {
        let request = SendMessage {
            room: self.room.clone(),
            id: saying.id.clone(),
            text: None,
            parts: Some(saying.parts.clone()),
            reply_to: None,
            to: Vec::new(),
        };
        match self.session.handle(request.into()).await? {
            Reply::Sent(sent) => Ok(*sent),
            _ => Err(unexpected()),
        }
    }

    async fn rejoin(&mut self, epoch: Epoch, seq: u64) -> Result<(), Error> {
        let joined = self.join(Some(Cursor { epoch, seq: seq.saturating_sub(1) }), RECENT_ENTRIES).await?;
        for entry in joined.entries.iter().filter_map(|entry| entry.decode().ok()) {
            self.hear_entry(&entry);
        }
        self.take_joined(&joined)
    }

    fn take_joined(&mut self, joined: &Joined) -> Result<(), Error> {
        match &mut self.stage {
            Stage::Telling(answer) => answer.0.take_joined(joined).map_err(|Torn| unexpected()),
            _ => Ok(()),
        }
    }

    /// Passes on what was decided about an answer, and tells what the page does not hold of it yet.
    pub async fn decide(mut self, deciding: Deciding) -> Result<Self, Error> {
        for decision in &deciding.decisions {
            let request = Decide {
                room: self.room.clone(),
                approval: decision.approval.clone(),
                action: if decision.is_approved { DecisionAction::Approve } else { DecisionAction::Deny },
                reason: decision.reason.clone(),
                arguments: None,
                content: None,
                scope: None,
            };
            // Whoever comes second is told what counts, by how the answer goes on.
            self.session.handle(request.into()).await?;
        }
        let joined = self.join(None, RECENT_ENTRIES).await?;
        let message = self.message(&deciding.message).await?;
        self.follow(run_of(&message, &joined).ok_or_else(|| Error::not_found("run"))?);
        self.take_joined(&joined)?;
        if let Stage::Telling(answer) = &mut self.stage {
            answer.0.take_message(&message);
            deciding.hold(&mut answer.1);
        }
        Ok(self)
    }

    async fn message(&self, id: &MessageId) -> Result<Message, Error> {
        let request = GetMessage { room: self.room.clone(), message_id: id.clone() };
        match self.session.handle(request.into()).await? {
            Reply::Message(found) => found.message.decode().map_err(|_| unexpected()),
            _ => Err(unexpected()),
        }
    }

    /// What is under way, or has just ended; nothing if there is neither.
    pub async fn resume(mut self, now: Timestamp) -> Result<Option<Self>, Error> {
        let joined = self.join(None, RECENT_ENTRIES).await?;
        let Some(run) = self.latest_run(&joined, now) else { return Ok(None) };
        let answer = run.answer.clone().filter(|_| run.state.is_final());
        self.follow(run);
        self.take_joined(&joined)?;
        if let (Some(answer), Stage::Telling(telling)) = (answer, &self.stage)
            && telling.0.parts.is_empty()
        {
            let message = self.message(&answer).await?;
            if let Stage::Telling(telling) = &mut self.stage {
                telling.0.take_message(&message);
            }
        }
        Ok(Some(self))
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
