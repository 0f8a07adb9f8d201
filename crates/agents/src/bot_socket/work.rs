//! One run that a bot works on from afar: from the offer to the end, whoever brings it.

use std::{pin::Pin, time::Duration};

use antiphon_hub::{BotLine, BotRequest, BotWrite, Closing, RunSession};
use antiphon_protocol::{
    ApprovalId, BotSpec, CancelOutcome, Decision, Error, Event, MessageId, Reply, Role, RoomId, RunId,
    RunState, ToolCallId, UserId,
    bot_socket::{CancelRun, CancelTool, Decided, FinishRun, HeldRun, RequestApproval, RunOver, Steer},
    reply::{Asked, Done},
};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::time::sleep;
use tracing::{debug, info};

use super::{LINGER, desk::Desk};

/// How often one run may ask people to decide.
const MOST_ASKS: usize = 64;
/// How many messages may be given into one run.
const MOST_STEERED: usize = 64;

/// What holds for the runs of a bot.
pub(super) struct Rules {
    /// How long the bot may be silent about a run.
    pub lease: Duration,
    /// The least role that may see its reasoning.
    pub reasoning: Option<Role>,
    /// The least role that may see its tools.
    pub tools: Option<Role>,
}

impl Rules {
    pub fn of(spec: &BotSpec) -> Self {
        let role = |kind: &str| spec.visible_to.get(kind).copied();
        Self {
            lease: Duration::from_millis(spec.lease_ms),
            reasoning: role("reasoning"),
            tools: role("tools"),
        }
    }
}

/// How the work on a run came to its end.
enum Outcome {
    /// The bot said so.
    Finished(FinishRun, Answering),
    /// The server did: a stop by force, a time-out, its own end.
    Over(RunState),
    /// The bot came back without it.
    Lost,
    /// The bot never began.
    NotBegun,
}

type Answering = Box<dyn FnOnce(Result<Reply, Error>) + Send>;
type Asking<'run> = Pin<Box<dyn Future<Output = (ApprovalId, Result<Decision, Error>)> + Send + 'run>>;

/// Works on a run to its end.
pub(super) async fn work(run: RunSession, mut line: BotLine, rules: &Rules, steers: bool) {
    let (room, held) = (run.room().clone(), HeldRun { run: run.run().run.clone(), attempt: run.attempt() });
    let shift = Shift::new(&run, rules, steers);
    let (outcome, message_id) = shift.serve(&mut line).await;
    let over = |state: RunState, message_id: Option<MessageId>| {
        let HeldRun { run, attempt } = held.clone();
        Event::RunOver(RunOver { room: room.clone(), run, attempt, state, message_id })
    };
    match outcome {
        Outcome::Finished(finish, answer) => {
            let FinishRun { ending, error, usage, .. } = finish;
            usage.into_iter().for_each(|usage| run.record_usage(usage));
            let result = run.finish(ending, error).await;
            if result.is_ok() {
                line.finished();
            }
            answer(result.map(|()| Reply::Done(Done {})));
        }
        Outcome::Over(state) => line.tell(&over(state, message_id)),
        Outcome::Lost => {
            info!(run = %held.run, "a bot was started anew and has lost its run");
            run.interrupt("the bot was started anew and did not know of this run").await;
        }
        Outcome::NotBegun => {
            debug!(run = %held.run, "a run goes back to its inbox: its bot has gone before it began");
            run.hand_back().await;
        }
    }
}

/// Everything that goes on while a bot works on a run.
struct Shift<'run> {
    run: &'run RunSession,
    desk: Desk<'run>,
    asks: FuturesUnordered<Asking<'run>>,
    /// What was asked, and what came of it.
    asked: Vec<(ApprovalId, Option<Decision>)>,
    steers: bool,
    steered: usize,
    told_to_stop: bool,
}

impl<'run> Shift<'run> {
    fn new(run: &'run RunSession, rules: &'run Rules, steers: bool) -> Self {
        Self {
            run,
            desk: Desk::new(run, rules),
            asks: FuturesUnordered::new(),
            asked: Vec::new(),
            steers,
            steered: 0,
            told_to_stop: false,
        }
    }

    /// Serves the bot until the run is to end. Also returns the answer, if it was opened.
    async fn serve(mut self, line: &mut BotLine) -> (Outcome, Option<MessageId>) {
        let outcome = loop {
            if line.is_lost() {
                break Outcome::Lost;
            }
            let is_waiting = line.is_waiting();
            let may_steer = self.steers && self.steered < MOST_STEERED && !self.told_to_stop;
            tokio::select! {
                biased;
                said = line.next() => {
                    if let Some(said) = said && let Some(outcome) = self.on_said(said).await {
                        break outcome;
                    }
                }
                state = self.run.over() => break Outcome::Over(state),
                () = self.run.cancelled().cancelled(), if !self.told_to_stop => self.tell_to_stop(line),
                tool = self.desk.stopped_tool(), if !self.told_to_stop => {
                    tool.told = true;
                    let (id, closing, by) = (tool.id().clone(), tool.closing(), tool.stopped_by());
                    line.tell(&self.stop_of(id, closing, by));
                }
                Some((approval, decision)) = self.asks.next() => self.tell_decision(line, approval, decision),
                message = self.run.steered(), if may_steer => {
                    self.steered += 1;
                    let (room, run, attempt) = self.place();
                    line.tell(&Event::Steer(Box::new(Steer { room, run, attempt, message })));
                }
                // Told to a connection that broke before the bot said anything: nothing was begun.
                () = sleep(LINGER), if is_waiting => if line.withdraw() {
                    break Outcome::NotBegun;
                },
            }
        };
        (outcome, self.desk.message_id())
    }

    /// Carries out what the bot said. Returns the end, if that is what it said.
    async fn on_said(&mut self, said: BotRequest) -> Option<Outcome> {
        // Whatever it is: a sign of life.
        self.run.renew_lease();
        let (what, answer) = said.open();
        match what {
            BotWrite::Finish(finish) => return Some(Outcome::Finished(finish, Box::new(answer))),
            BotWrite::Ask(request) => answer(self.ask(*request).await),
            write => answer(self.desk.carry_out(write).await),
        }
        None
    }

    /// Puts a question to people. What comes of it is told when it is known; to who asks again, at once.
    async fn ask(&mut self, request: RequestApproval) -> Result<Reply, Error> {
        let RequestApproval { approval, ask, within_ms, .. } = request;
        if let Some((_, decision)) = self.asked.iter().find(|(known, _)| *known == approval) {
            let decision = decision.clone().map(Box::new);
            return Ok(Reply::Asked(Asked { approval, decision }));
        }
        if self.asked.len() == MOST_ASKS {
            return Err(Error::too_many("approval", MOST_ASKS));
        }
        let within = Duration::from_millis(within_ms);
        let mut asked = self.desk.ask(approval.clone(), ask, within).await?;
        let decision = asked.decision();
        self.asked.push((approval.clone(), decision.clone()));
        if decision.is_none() {
            self.asks.push(Box::pin(async move { (asked.id().clone(), asked.decided().await) }));
        }
        Ok(Reply::Asked(Asked { approval, decision: decision.map(Box::new) }))
    }
}

impl Shift<'_> {
    fn place(&self) -> (RoomId, RunId, u32) {
        (self.run.room().clone(), self.run.run().run.clone(), self.run.attempt())
    }

    fn tell_to_stop(&mut self, line: &BotLine) {
        self.told_to_stop = true;
        // Without one the run is just being ended: the bot hears of that.
        let Some((by, deadline)) = self.run.stop_request() else { return };
        let (room, run, attempt) = self.place();
        line.tell(&Event::CancelRun(CancelRun { room, run, attempt, by, deadline }));
    }

    fn stop_of(&self, tool_call: ToolCallId, closing: Option<Closing>, by: Option<UserId>) -> Event {
        let (room, run, attempt) = self.place();
        let outcome = match closing {
            Some(Closing::TimedOut) => CancelOutcome::Forced,
            _ => CancelOutcome::Requested,
        };
        let (by, deadline) = (by.unwrap_or_else(UserId::system), self.run.tool_deadline());
        Event::CancelTool(CancelTool { room, run, attempt, tool_call, by, outcome, deadline })
    }

    fn tell_decision(&mut self, line: &BotLine, approval: ApprovalId, decision: Result<Decision, Error>) {
        // Without one the run is over.
        let Ok(decision) = decision else { return };
        if let Some((_, known)) = self.asked.iter_mut().find(|(id, _)| *id == approval) {
            *known = Some(decision.clone());
        }
        let (room, run, _) = self.place();
        line.tell(&Event::Decided(Box::new(Decided { room, run, approval, decision })));
    }
}
