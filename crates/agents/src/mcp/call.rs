//! One call of a tool, from its request to its outcome. Whoever is too late (a server that goes on after it was told to
//! stop, a person who answers when the call is over) is not waited for.

use std::{pin::Pin, time::Duration};

use rmcp::{
    Peer, RoleClient,
    model::{
        CallToolRequest, CallToolRequestParams, ClientRequest, InputRequest, InputRequiredResult,
        InputResponses, JsonObject, ServerResult,
    },
    service::{PeerRequestOptions, RequestHandle, ServiceError},
};
use serde_json::Value;
use tokio::{
    runtime::Handle,
    sync::{oneshot, watch},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    calls::{Asked, Calls, Hearing},
    config::CallTimes,
    handler,
    listener::{Answer, Listener},
    output::Output,
};

/// Shortest time between two words of progress that are passed on: what people can tell apart.
const PROGRESS_PAUSE: Duration = Duration::from_millis(40);
/// How often a tool may ask back before it has to answer.
const MOST_ROUNDS: usize = 10;
/// How long it may take to tell a server that its answer is not wanted any more.
const FAREWELL: Duration = Duration::from_secs(2);

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The tool did it.
    Done(Output),
    /// The tool, or its server, says that it cannot be done.
    Failed(Output),
    /// There was no server to do it, or it went away: nobody knows whether it was done.
    Lost(&'static str),
    /// It took longer than this.
    TimedOut(Duration),
    /// It was stopped.
    Cancelled,
}

/// What is called.
pub(super) struct Request {
    pub tool: String,
    pub arguments: JsonObject,
    pub times: CallTimes,
}

/// A call at work.
pub(super) struct Call<'a> {
    pub peer: &'a Peer<RoleClient>,
    pub calls: &'a Calls,
    pub listener: &'a dyn Listener,
    pub cancel: &'a CancellationToken,
}

/// How long the call may still take. Stands still while a person is asked.
struct Clock {
    times: CallTimes,
    total: Instant,
    silence: Instant,
    paused: Option<Instant>,
}

impl Clock {
    fn start(times: CallTimes) -> Self {
        let now = Instant::now();
        Self { times, total: now + times.total, silence: now + times.silence, paused: None }
    }

    fn deadline(&self) -> (Instant, Duration) {
        if self.silence < self.total {
            (self.silence, self.times.silence)
        } else {
            (self.total, self.times.total)
        }
    }

    fn heard(&mut self) {
        self.silence = Instant::now() + self.times.silence;
    }

    fn pause(&mut self) {
        self.paused = Some(Instant::now());
    }

    fn resume(&mut self) {
        if let Some(since) = self.paused.take() {
            self.total += since.elapsed();
            self.heard();
        }
    }
}

/// A question that a person is being asked.
struct Asking<'a> {
    reply: oneshot::Sender<Answer>,
    answer: Pin<Box<dyn Future<Output = Answer> + Send + 'a>>,
}

impl Call<'_> {
    pub async fn make(&self, scope: &str, request: Request) -> Outcome {
        let mut hearing = self.calls.begin(scope.into());
        let mut clock = Clock::start(request.times);
        let mut params = CallToolRequestParams::new(request.tool).with_arguments(request.arguments);
        for _ in 0..MOST_ROUNDS {
            let outcome = match self.round(params.clone(), &mut hearing, &mut clock).await {
                Ok(ServerResult::CallToolResult(result)) if result.is_error == Some(true) => {
                    Outcome::Failed(Output::of(result))
                }
                Ok(ServerResult::CallToolResult(result)) => Outcome::Done(Output::of(result)),
                Ok(ServerResult::InputRequiredResult(required)) => {
                    match self.inquire(required, &mut params, &mut clock).await {
                        Ok(()) => continue,
                        Err(outcome) => outcome,
                    }
                }
                Ok(ServerResult::CreateTaskResult(_)) => {
                    failed("the tool works in the background, which is not supported")
                }
                Ok(_) => failed("the tool's server answered another question"),
                Err(outcome) => outcome,
            };
            return outcome;
        }
        failed("the tool went on asking instead of answering")
    }

    /// One request and its answer.
    async fn round(
        &self,
        params: CallToolRequestParams,
        hearing: &mut Hearing<'_>,
        clock: &mut Clock,
    ) -> Result<ServerResult, Outcome> {
        let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
        let send = self.peer.send_cancellable_request(request, PeerRequestOptions::no_options());
        let handle = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(Outcome::Cancelled),
            sent = send => sent.map_err(outcome)?,
        };
        hearing.sent(handle.id.clone(), handle.progress_token.clone());
        let mut sent = Sent(Some(handle));
        let Hearing { progress, questions, lines, .. } = hearing;
        let (mut asking, mut next_progress): (Option<Asking<'_>>, _) = (None, Instant::now());
        loop {
            let (deadline, limit) = clock.deadline();
            let is_asking = asking.is_some();
            tokio::select! {
                biased;
                () = self.cancel.cancelled() => return Err(Outcome::Cancelled),
                answer = sent.answer() => return answer.map_err(outcome),
                Some(line) = lines.recv() => self.listener.output(&line),
                () = news(progress, next_progress) => {
                    clock.heard();
                    next_progress = Instant::now() + PROGRESS_PAUSE;
                    let news = progress.borrow_and_update().1.clone();
                    news.into_iter().for_each(|news| self.listener.progress(news));
                }
                Some(Asked { question, answer }) = questions.recv(), if !is_asking => {
                    clock.pause();
                    asking = Some(Asking { reply: answer, answer: self.listener.ask(question) });
                }
                answer = answered(&mut asking), if is_asking => {
                    clock.resume();
                    if let (Some(answer), Some(asked)) = (answer, asking.take()) {
                        // Whoever asked may have gone.
                        let _ = asked.reply.send(answer);
                    }
                    asking = None;
                }
                () = sleep_until(deadline), if !is_asking => return Err(Outcome::TimedOut(limit)),
            }
        }
    }

    /// Asks what a server of the new kind wants to know before it goes on, and notes the answers for the next round.
    async fn inquire(
        &self,
        required: InputRequiredResult,
        params: &mut CallToolRequestParams,
        clock: &mut Clock,
    ) -> Result<(), Outcome> {
        let mut answers = InputResponses::new();
        clock.pause();
        for (key, request) in required.input_requests.into_iter().flatten() {
            let InputRequest::Elicitation(request) = request else {
                return Err(failed("the tool asked for something that only other programs can give"));
            };
            let answer = match handler::question(request.params) {
                None => Answer::Decline,
                Some(question) => tokio::select! {
                    biased;
                    () = self.cancel.cancelled() => return Err(Outcome::Cancelled),
                    answer = self.listener.ask(question) => answer,
                },
            };
            answers.insert(key, serde_json::to_value(handler::result(answer)).unwrap_or(Value::Null));
        }
        clock.resume();
        params.input_responses = (!answers.is_empty()).then_some(answers);
        params.request_state = required.request_state;
        Ok(())
    }
}

/// Waits for news of progress, but not before it is time for some.
async fn news<T>(progress: &mut watch::Receiver<T>, not_before: Instant) {
    sleep_until(not_before).await;
    // The sender lives for as long as the call does.
    if progress.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Waits for the answer, or for the server to lose interest in it.
async fn answered(asking: &mut Option<Asking<'_>>) -> Option<Answer> {
    let asking = asking.as_mut()?;
    tokio::select! {
        answer = &mut asking.answer => Some(answer),
        () = asking.reply.closed() => None,
    }
}

/// A request that waits for its answer. Dropped without it, the server is told that it is not wanted any more. It may go
/// on, and its pipe may be stuck: nobody waits for that.
struct Sent(Option<RequestHandle<RoleClient>>);

impl Sent {
    async fn answer(&mut self) -> Result<ServerResult, ServiceError> {
        let Some(handle) = &mut self.0 else { return std::future::pending().await };
        let answer = (&mut handle.rx).await;
        self.0 = None;
        answer.unwrap_or(Err(ServiceError::TransportClosed))
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        if let (Some(handle), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            let farewell = handle.cancel(Some("stopped, or too late".to_owned()));
            runtime.spawn(timeout(FAREWELL, farewell));
        }
    }
}

fn failed(words: &str) -> Outcome {
    Outcome::Failed(Output::words(words))
}

/// What went wrong, in words for a model and a room.
fn outcome(fault: ServiceError) -> Outcome {
    match fault {
        ServiceError::McpError(error) => Outcome::Failed(Output::words(error.message)),
        ServiceError::Cancelled { .. } => failed("the tool's server gave up the call"),
        _ => Outcome::Lost("the tool's server went away before it answered"),
    }
}
