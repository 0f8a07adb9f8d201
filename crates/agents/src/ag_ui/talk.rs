//! A talk with an agent: one run of ours, and as many requests as the agent has questions in it.

use std::time::Duration;

use antiphon_hub::{Hub, RunSession};
use antiphon_protocol::{Activity, Error, Usage};
use serde_json::json;
use tokio::time::{Instant, sleep_until};
use tracing::debug;

use super::{
    AgUi,
    act::{Act, Ending},
    cabinet::{Cabinet, OpenQuestions},
    decoder::Decoder,
    endpoint::{Endpoint, Pace, Piece, Stream},
    event::Event,
    history::{self, History},
    input::{Context, Resume, RunAgentInput},
    memory::Memory,
    message::Message,
    options::Options,
    questions::Questions,
    shown::Shown,
    trouble::Halt,
};

/// An agent that still asks after so many rounds of questions would ask for ever.
const MOST_ROUNDS: usize = 32;
/// For longer than this the answer of a tool is not held back: what belongs to it comes in the same breath.
const HELD: Duration = Duration::from_millis(100);

/// What is known of a run under way.
pub(super) struct Talk<'a> {
    run: &'a RunSession,
    hub: &'a Hub,
    options: &'a Options,
    cabinet: &'a Cabinet,
    endpoint: &'a Endpoint,
    decoder: Decoder,
    memory: Memory,
    shown: Shown<'a>,
    /// When the run has to be over.
    until: Instant,
    /// How many of the agent's words about its costs were passed on.
    counted: usize,
    /// How many requests were made.
    asked: usize,
    /// Whether questions are kept as open ones.
    has_open: bool,
    /// Whether all is written that there is to write.
    is_concluded: bool,
}

impl<'a> Talk<'a> {
    /// Nothing was said yet.
    pub fn new(run: &'a RunSession, agent: &'a AgUi) -> Self {
        let AgUi { hub, options, cabinet, endpoint, .. } = agent;
        Self {
            run,
            hub,
            options,
            cabinet,
            endpoint,
            decoder: Decoder::default(),
            memory: Memory::default(),
            shown: Shown::to(run, options, cabinet, hub.limits()),
            until: Instant::now() + options.times.total,
            counted: 0,
            asked: 0,
            has_open: false,
            is_concluded: false,
        }
    }

    /// Asks the agent, and has its answer grow in the room until it is done.
    pub async fn hold(&mut self) -> Result<(), Halt> {
        self.run.set_activity(Activity::Thinking).await?;
        let open = self.cabinet.questions(self.run.room());
        self.has_open = open.is_some();
        let history = self.read(open.as_ref()).await?;
        // What an earlier run was asked and nobody answered comes first: until then the agent goes on with nothing else.
        let left_open = open.map(|open| open.ids).unwrap_or_default();
        let mut resume: Vec<Resume> = left_open.into_iter().map(Resume::cancelled).collect();
        let mut ending = match self.round(&history, &resume, 0).await {
            // It may not know them any more, or think that they were answered.
            outcome if !resume.is_empty() && self.is_refused(&outcome) => {
                debug!(run = %self.run.run().run, "an agent refuses answers to questions that were left open");
                let history = self.read(None).await?;
                self.round(&history, &[], 0).await?
            }
            outcome => outcome?,
        };
        for round in 1.. {
            match ending {
                Some(Ending::Done) => return self.conclude().await,
                Some(Ending::Cancelled) => return Err(Halt::Cancelled),
                Some(Ending::Failed(message)) => return Err(Halt::reported(&message)),
                None => {
                    return Err(Halt::Trouble("the agent broke off before the end of its answer".to_owned()));
                }
                Some(Ending::Asking(_)) if round == MOST_ROUNDS => break,
                Some(Ending::Asking(interrupts)) => {
                    let (within, now) = (self.options.times.decide, self.hub.now());
                    let questions = Questions::of(interrupts, &self.decoder, &mut self.shown, within, now);
                    self.endpoint.speaks_current();
                    // What is asked stands in the room before people decide, and is known to be open whatever becomes of that.
                    let written = self.shown.pause(self.decoder.around()).await;
                    self.leave_open(&questions);
                    written?;
                    let decisions = self.wait(questions.put(self.run, &self.shown)).await??;
                    resume = questions.answer(&decisions, &mut self.shown).await;
                }
            }
            ending = self.round(&history, &resume, round).await?;
        }
        Err(Halt::Trouble("the agent asked too often".to_owned()))
    }

    /// What was said, and the agent's state as it left it.
    async fn read(&mut self, open: Option<&OpenQuestions>) -> Result<History, Halt> {
        // What an earlier attempt at this run wrote is void.
        let is_same_run =
            open.is_some_and(|open| open.answer.is_some() && open.answer == self.run.run().answer);
        let open = open.filter(|_| !is_same_run);
        let mut history = history::read(self.run, self.options.context_bytes, self.cabinet, open).await?;
        if let Some(state) = history.state.take() {
            self.decoder.go_on_with(state);
        }
        if history.has_lost_state {
            self.shown.has_lost_state();
        }
        if history.has_lost_conversation {
            self.shown.has_lost_conversation();
        }
        if let Some(open) = open.filter(|_| !history.has_questions) {
            history.messages.splice(0..0, open.messages.iter().cloned().map(Message::Foreign));
        }
        Ok(history)
    }

    /// One request, to the end of its stream.
    async fn round(
        &mut self,
        history: &History,
        resume: &[Resume],
        round: usize,
    ) -> Result<Option<Ending>, Halt> {
        let mut stream = self.ask(history, resume, round).await?;
        // Its connection is closed before people are asked, who take their time.
        let ending = self.listen(&mut stream).await?;
        if matches!(&ending, Some(Ending::Done | Ending::Cancelled)) && self.has_open {
            self.cabinet.close(self.run.room());
            self.has_open = false;
        }
        Ok(ending)
    }

    /// Whether the agent did nothing but say no.
    fn is_refused(&self, outcome: &Result<Option<Ending>, Halt>) -> bool {
        let is_no = matches!(outcome, Ok(Some(Ending::Failed(_))) | Err(Halt::Refused(_)));
        is_no && !self.shown.has_begun()
    }

    /// Whatever becomes of this run, the agent waits for the answers to these.
    fn leave_open(&mut self, questions: &Questions) {
        let open = OpenQuestions {
            ids: questions.ids(),
            answer: self.shown.answer_id().cloned(),
            messages: self.memory.to_keep(),
            is_whole: self.memory.is_whole(),
        };
        self.cabinet.open(self.run.room(), open);
        self.has_open = true;
    }

    /// Ends what the agent left open, according to how the run ends.
    pub async fn close(&mut self, halt: Option<&Halt>) {
        match halt {
            Some(Halt::Cancelled) => self.shown.stop_tools().await,
            Some(Halt::Slow(_)) => self.shown.time_tools_out().await,
            _ => {}
        }
        // Whatever is not written now is ended with the run.
        let mut acts = Vec::new();
        self.decoder.end(&mut acts);
        let _ = self.show(acts).await;
        if !self.is_concluded {
            let _ = self.write_rest().await;
        }
        self.count();
    }

    /// Writes what is left to be written, and sees to it that there is something.
    async fn conclude(&mut self) -> Result<(), Halt> {
        self.write_rest().await?;
        self.is_concluded = true;
        if self.shown.has_begun() { Ok(()) } else { Err(Halt::Trouble("the agent said nothing".to_owned())) }
    }

    async fn write_rest(&mut self) -> Result<(), Error> {
        if let Some(conversation) = self.memory.conversation() {
            self.shown.remember(conversation, self.run.trigger().seq);
        }
        self.shown.conclude(self.decoder.around()).await
    }

    /// Waits for others. The run may be stopped only here: what is being written is written to its end.
    async fn wait<T>(&self, what: impl Future<Output = T>) -> Result<T, Halt> {
        tokio::select! {
            biased;
            () = self.run.cancelled().cancelled() => Err(Halt::Cancelled),
            () = sleep_until(self.until) => {
                Err(Halt::slow("the answer took longer than", self.options.times.total))
            }
            done = what => Ok(done),
        }
    }

    async fn ask(&mut self, history: &History, resume: &[Resume], round: usize) -> Result<Stream, Halt> {
        let run = self.run.run();
        let thread_id = format!("{}:{}", self.run.room(), run.bot);
        let run_id = |number| format!("{}:{}:{number}", run.run, self.run.attempt());
        let number = self.asked;
        self.asked += 1;
        let before = if self.memory.is_whole() { &[][..] } else { &history.messages };
        let messages: Vec<&Message> = before.iter().chain(self.memory.messages()).collect();
        let nothing = json!({});
        let state = self.decoder.around().state().unwrap_or(&nothing);
        let parent = number.checked_sub(1).filter(|_| round > 0).map(run_id);
        let input = RunAgentInput {
            thread_id: &thread_id,
            run_id: &run_id(number),
            protocol_version: RunAgentInput::VERSION,
            parent_run_id: parent.as_deref(),
            state,
            messages: &messages,
            tools: [],
            context: &[self.place(history.is_group)],
            forwarded_props: &nothing,
            resume,
        };
        self.wait(self.endpoint.ask(&input)).await?
    }

    fn place(&self, is_group: bool) -> Context {
        let name = &self.options.name;
        let value = if is_group {
            format!(
                "You are {name}, a member of a chat room with several people and bots. Each message of theirs begins with \
                 its author's name and a colon. Answer the last message, without putting your own name in front."
            )
        } else {
            format!("You are {name}, and in a private conversation with one person.")
        };
        Context { description: "Where the conversation takes place".to_owned(), value }
    }

    /// Takes what comes until the stream is over.
    async fn listen(&mut self, stream: &mut Stream) -> Result<Option<Ending>, Halt> {
        let mut since = Instant::now();
        loop {
            let pace = match (self.decoder.is_over(), self.decoder.tool_runs()) {
                (true, _) => Pace::Over,
                (_, true) => Pace::Tool,
                _ => Pace::Speaking,
            };
            let held = self.decoder.holds().then(|| since + HELD);
            let soon = [held, self.shown.soon().filter(|_| pace != Pace::Over)].into_iter().flatten().min();
            match self.wait(stream.next(pace, since, soon)).await?? {
                Piece::Events(events) => {
                    since = Instant::now();
                    self.take(events).await?;
                }
                Piece::Nothing if held.is_some_and(|held| held <= Instant::now()) => {
                    let mut acts = Vec::new();
                    self.decoder.flush(&mut acts);
                    self.show(acts).await?;
                }
                Piece::Nothing => {}
                Piece::End => break,
            }
            if pace != Pace::Over {
                self.shown.tick(Instant::now(), self.decoder.around()).await?;
            }
        }
        let last = stream.rest()?;
        self.take(last).await?;
        let mut acts = Vec::new();
        let ending = self.decoder.end(&mut acts);
        self.show(acts).await?;
        self.count();
        Ok(ending)
    }

    async fn take(&mut self, events: Vec<Event>) -> Result<(), Halt> {
        for event in events {
            let mut acts = Vec::new();
            let taken = self.decoder.take(event, &mut acts);
            self.show(acts).await?;
            taken?;
        }
        Ok(())
    }

    async fn show(&mut self, acts: Vec<Act>) -> Result<(), Halt> {
        for act in acts {
            self.memory.note(&act);
            self.shown.act(act).await?;
        }
        Ok(())
    }

    /// Passes on what the run has cost so far.
    fn count(&mut self) {
        for usage in &self.decoder.usage()[self.counted..] {
            self.run.record_usage(Usage {
                model: usage.model.clone(),
                requests: 1,
                input_tokens: usage.input_tokens.unwrap_or(0),
                output_tokens: usage.output_tokens.unwrap_or(0),
                cached_input_tokens: usage.cached_input_tokens,
                reasoning_tokens: usage.reasoning_tokens,
                ..Usage::default()
            });
        }
        self.counted = self.decoder.usage().len();
    }
}
