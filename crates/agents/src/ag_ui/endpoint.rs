//! The endpoint: one request, one stream of events. Who drops a stream closes its connection, and that is how an agent is
//! stopped.

use std::time::Duration;

use antiphon_protocol::UserId;
use reqwest::{
    Client, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, HeaderValue},
    redirect,
};
use serde::Serialize;
use tokio::time::{Instant, timeout_at};
use tracing::info;

use super::{
    dialect::{Dialect, Spoken, older},
    event::Event,
    frames::Frames,
    input::RunAgentInput,
    options::{Options, Times},
    trouble::Halt,
};
use crate::{Trouble, halves::Halves};

/// For the connection alone; who cannot be reached within it is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A whole answer to the question whether somebody is there.
const LOOK_TIMEOUT: Duration = Duration::from_secs(15);
/// An agent that is done may begin another run in the same stream; for longer than this nobody waits for it.
const LINGER: Duration = Duration::from_millis(500);
/// Most that one stream may bring. A long answer has some 100 kB; the rest is for agents that send their state again and
/// again.
const MOST_STREAM_BYTES: usize = 64 * 1024 * 1024;

/// What is read of a refusal: the fields that it names come first.
const MOST_REFUSAL_BYTES: usize = 64 * 1024;

/// Where an agent is, and how it is spoken to.
pub(super) struct Endpoint {
    bot: UserId,
    client: Client,
    url: reqwest::Url,
    spoken: Spoken,
    times: Times,
}

impl Endpoint {
    /// Connects nowhere yet. Redirects are not followed: they would carry the room's words and the key elsewhere.
    pub fn new(options: &Options) -> Result<Self, Trouble> {
        let mut headers = options.headers.clone();
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("text/event-stream"));
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .default_headers(headers)
            .user_agent(concat!("antiphon/", env!("CARGO_PKG_VERSION")));
        let client = if options.url.is_local() { client.no_proxy() } else { client };
        let no_tls = |_| Trouble::permanent("no TLS on this machine: certificates are missing");
        let client = client.build().map_err(no_tls)?;
        let (bot, url, spoken) = (options.id.clone(), options.url.url().clone(), Spoken::default());
        Ok(Self { bot, client, url, spoken, times: options.times })
    }

    /// Whether anybody answers at all. AG-UI has no question for that, so what is answered does not matter.
    pub async fn look(&self) -> Result<(), Trouble> {
        let asked = self.client.head(self.url.clone()).timeout(LOOK_TIMEOUT).send().await;
        asked.map(drop).map_err(|_| Trouble::passing("the agent cannot be reached"))
    }

    /// Begins a run. An agent of before 1.0 refuses what that has added, and is asked once more, without; from then on it is
    /// asked as it wants to be. What is refused has not been begun.
    pub async fn ask(&self, input: &RunAgentInput<'_>) -> Result<Stream, Halt> {
        let begin_by = Instant::now() + self.times.first_event;
        if self.spoken.dialect() == Dialect::Forerunner {
            return self.stream(self.post(&older(input), begin_by).await?, begin_by);
        }
        let mut response = self.post(input, begin_by).await?;
        if matches!(response.status(), StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) {
            let (refused, words) = (response.status(), refusal(&mut response, begin_by).await);
            if !self.spoken.may_be_older(&words, !input.resume.is_empty()) {
                return Err(Halt::refused(refused));
            }
            let again = self.post(&older(input), begin_by).await?;
            if again.status() != StatusCode::OK {
                return Err(Halt::refused(refused));
            }
            if self.spoken.learn(Dialect::Forerunner) {
                info!(bot = %self.bot, "an agent refuses what AG-UI 1.0 has added, and is asked as its forerunners were");
            }
            return self.stream(again, begin_by);
        }
        let stream = self.stream(response, begin_by)?;
        self.spoken.learn(Dialect::Current);
        Ok(stream)
    }

    /// The agent has done what only 1.0 has words for.
    pub fn speaks_current(&self) {
        self.spoken.learn(Dialect::Current);
    }

    async fn post(&self, body: &impl Serialize, begin_by: Instant) -> Result<Response, Halt> {
        let too_late = |_| Halt::slow("the agent did not begin to answer within", self.times.first_event);
        let request = self.client.post(self.url.clone()).json(body);
        let sent = timeout_at(begin_by, request.send()).await.map_err(too_late)?;
        sent.map_err(|fault| match fault.is_connect() {
            true => Halt::Away,
            false => Halt::Trouble("the agent broke off before its answer".to_owned()),
        })
    }

    fn stream(&self, response: Response, begin_by: Instant) -> Result<Stream, Halt> {
        Ok(Stream {
            response: accepted(response)?,
            frames: Frames::default(),
            halves: Halves::default(),
            bytes: 0,
            begin_by: Some(begin_by),
            times: self.times,
        })
    }
}

/// What an agent says about its refusal, as far as that is read.
async fn refusal(response: &mut Response, begin_by: Instant) -> Vec<u8> {
    let mut words = Vec::new();
    while words.len() < MOST_REFUSAL_BYTES
        && let Ok(Ok(Some(more))) = timeout_at(begin_by, response.chunk()).await
    {
        words.extend_from_slice(&more[..more.len().min(MOST_REFUSAL_BYTES - words.len())]);
    }
    words
}

/// Anything but a plain yes is a no.
fn accepted(response: Response) -> Result<Response, Halt> {
    if response.status() != StatusCode::OK {
        return Err(Halt::refused(response.status()));
    }
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    match kind {
        Some(kind) if !kind.starts_with("text/event-stream") => Err(Halt::no_stream()),
        _ => Ok(response),
    }
}

/// The events of a run as they come.
pub(super) struct Stream {
    response: Response,
    frames: Frames,
    halves: Halves,
    bytes: usize,
    /// When the first of them must be there, until it is.
    begin_by: Option<Instant>,
    times: Times,
}

/// What the agent is doing, which decides how long it may be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// It speaks.
    Speaking,
    /// It waits for a tool.
    Tool,
    /// It is done, and may go on.
    Over,
}

/// What has come.
pub(super) enum Piece {
    /// Events; perhaps none yet.
    Events(Vec<Event>),
    /// Nothing, so far.
    Nothing,
    /// Nothing will.
    End,
}

impl Stream {
    /// Waits for what comes next, but no longer than until `soon`. `since` is when the last piece came.
    pub async fn next(&mut self, pace: Pace, since: Instant, soon: Option<Instant>) -> Result<Piece, Halt> {
        let limit = match (self.begin_by, pace) {
            (Some(begin_by), _) => Some(begin_by),
            (None, Pace::Speaking) => Some(since + self.times.gap),
            // The engine has the clock of tools.
            (None, Pace::Tool) => None,
            (None, Pace::Over) => Some(since + LINGER),
        };
        let chunk = self.response.chunk();
        let come = match [limit, soon].into_iter().flatten().min() {
            Some(until) => timeout_at(until, chunk).await,
            None => Ok(chunk.await),
        };
        match come {
            Ok(Ok(Some(bytes))) => {
                self.begin_by = None;
                self.read(&bytes).map(Piece::Events)
            }
            // A stream that breaks is one that ends: what was said so far decides whether it was whole.
            Ok(Ok(None) | Err(_)) => Ok(Piece::End),
            Err(_) if limit.is_none_or(|limit| Instant::now() < limit) => Ok(Piece::Nothing),
            Err(_) if pace == Pace::Over => Ok(Piece::End),
            Err(_) => Err(self.silence()),
        }
    }

    /// The events of a last line without an end.
    pub fn rest(&mut self) -> Result<Vec<Event>, Halt> {
        let frames = self.frames.end().map_err(|_| Halt::too_long())?;
        self.events(frames)
    }

    fn read(&mut self, bytes: &[u8]) -> Result<Vec<Event>, Halt> {
        self.bytes += bytes.len();
        if self.bytes > MOST_STREAM_BYTES {
            return Err(Halt::Trouble(format!("the agent sent more than {MOST_STREAM_BYTES} bytes")));
        }
        let frames = self.frames.push(bytes).map_err(|_| Halt::too_long())?;
        self.events(frames)
    }

    fn events(&mut self, frames: Vec<Vec<u8>>) -> Result<Vec<Event>, Halt> {
        let read = |frame| Event::read(&self.halves.mend(frame)).map_err(Halt::from);
        frames.into_iter().map(read).collect()
    }

    fn silence(&self) -> Halt {
        match self.begin_by {
            Some(_) => Halt::slow("the agent did not begin to answer within", self.times.first_event),
            None => Halt::slow("the agent fell silent for", self.times.gap),
        }
    }
}
