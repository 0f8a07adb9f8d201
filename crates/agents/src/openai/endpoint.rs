//! The endpoint: one request, one stream.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use reqwest::{
    Client, Response, StatusCode, Url,
    header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER},
    redirect,
};
use secrecy::ExposeSecret;
use serde::Serialize;
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    chunk::Chunk,
    frames::{Frame, Frames},
    options::{Options, Times},
    pause,
    prompt::Turn,
    reply::Reply,
    toolbox::Definition,
    trouble::{Halt, Remedy, Trouble},
};
use crate::halves::Halves;

/// For the connection alone; who cannot be reached within it is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait for an answer when it is only looked whether somebody is there.
const LOOK_TIMEOUT: Duration = Duration::from_secs(5);
/// As much of a refusal as is read, to find out whether it is about length.
const MOST_REFUSAL_BYTES: usize = 16 * 1024;
/// What services say then, besides the code that most of them give it.
const TOO_LONG: [&str; 6] = [
    "context_length_exceeded",
    "context length",
    "context window",
    "maximum context",
    "too many tokens",
    "prompt is too long",
];
/// How long to wait for what a request has cost, once the model has said that it is done. Some endpoints then say nothing
/// more, and do not hang up either.
const LAST_WORD: Duration = Duration::from_secs(2);

/// Where completions come from.
pub(super) struct Endpoint {
    client: Client,
    url: Url,
    models: Url,
    times: Times,
    /// Whether it takes requests that ask what they cost.
    tells_usage: AtomicBool,
}

/// What a model is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub turns: &'a [Turn],
    /// The tools that there are.
    pub tools: &'a [Definition],
    /// Whether they may be used in this answer.
    pub may_use_tools: bool,
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: &'a [Turn],
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "<[Definition]>::is_empty")]
    tools: &'a [Definition],
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<&'static str>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

impl Endpoint {
    /// Connects nowhere yet. Redirects are not followed: they would carry the room's words and the key elsewhere.
    pub fn new(options: &Options) -> Result<Self, reqwest::Error> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        let key = options.api_key.as_ref().map(|key| format!("Bearer {}", key.expose_secret()));
        if let Some(mut value) = key.and_then(|key| HeaderValue::try_from(key).ok()) {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .default_headers(headers)
            .user_agent(concat!("antiphon/", env!("CARGO_PKG_VERSION")));
        let client = if options.base_url.is_local() { client.no_proxy() } else { client };
        Ok(Self {
            client: client.build()?,
            url: options.base_url.below(&["chat", "completions"]),
            models: options.base_url.below(&["models"]),
            times: options.times,
            tells_usage: AtomicBool::new(true),
        })
    }

    /// Whether somebody is there who takes the key. What else is answered does not matter: not every endpoint lists its
    /// models, and not every key may ask for them.
    pub async fn look(&self) -> Result<(), Trouble> {
        match self.client.get(self.models.clone()).timeout(LOOK_TIMEOUT).send().await {
            Ok(response) if response.status() == StatusCode::UNAUTHORIZED => {
                Err(Trouble::refused(response.status(), None))
            }
            Err(fault) if fault.is_connect() => Err(Trouble::unreachable()),
            _ => Ok(()),
        }
    }

    /// Asks a model once, and has what it says written into the reply. Dropped, it closes the connection.
    pub async fn ask(&self, model: &str, question: Question<'_>, reply: &mut Reply<'_>) -> Result<(), Halt> {
        let begin_by = Instant::now() + self.times.first_chunk;
        let too_late = || Trouble::late("the model did not begin to answer within", self.times.first_chunk);
        let open = self.open(model, question, reply);
        let mut response = timeout_at(begin_by, open).await.map_err(|_| too_late())??;
        let first = timeout_at(begin_by, response.chunk()).await.map_err(|_| too_late())?;
        let mut stream = Stream::default();
        let mut piece = first.ok().flatten();
        while let Some(bytes) = piece {
            let frames = stream.frames.push(&bytes).map_err(|_| Trouble::unreadable())?;
            if stream.take(frames, reply).await? {
                return Ok(());
            }
            let gap = if stream.finished { LAST_WORD } else { self.times.chunk_gap };
            // A stream that breaks is one that ends: what it has said so far decides whether it was whole.
            piece = match timeout(gap, response.chunk()).await {
                Ok(next) => next.ok().flatten(),
                Err(_) if stream.finished => None,
                Err(_) => return Err(Trouble::late("the model fell silent for", gap).into()),
            };
        }
        let last = Vec::from_iter(stream.frames.end());
        if stream.take(last, reply).await? || stream.finished { Ok(()) } else { Err(Trouble::cut().into()) }
    }

    /// A stream that begins. Endpoints that do not know the question what it costs are asked without it, once and for all.
    async fn open(
        &self,
        model: &str,
        question: Question<'_>,
        reply: &Reply<'_>,
    ) -> Result<Response, Trouble> {
        let tells_usage = self.tells_usage.load(Ordering::Relaxed);
        reply.count_request(model);
        match self.post(model, question, tells_usage).await {
            Err(trouble) if tells_usage && trouble.remedy == Remedy::Plainer => {
                reply.count_request(model);
                let response = self.post(model, question, false).await?;
                self.tells_usage.store(false, Ordering::Relaxed);
                Ok(response)
            }
            result => result,
        }
    }

    async fn post(
        &self,
        model: &str,
        question: Question<'_>,
        tells_usage: bool,
    ) -> Result<Response, Trouble> {
        let Question { turns, tools, may_use_tools } = question;
        let body = Body {
            model,
            messages: turns,
            stream: true,
            stream_options: tells_usage.then_some(StreamOptions { include_usage: true }),
            tools,
            // Left out where there is no choice.
            tool_choice: (!tools.is_empty() && !may_use_tools).then_some("none"),
        };
        let response = self.client.post(self.url.clone()).json(&body).send().await;
        accepted(response.map_err(|_| Trouble::unreachable())?).await
    }
}

/// Anything but a plain yes is a no.
async fn accepted(response: Response) -> Result<Response, Trouble> {
    let status = response.status();
    if status == StatusCode::OK {
        return Ok(response);
    }
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let refused = Trouble::refused(status, retry_after.and_then(pause::asked));
    let is_long = match status {
        StatusCode::PAYLOAD_TOO_LARGE => true,
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => is_too_long(response).await,
        _ => false,
    };
    Err(if is_long { Trouble::too_long(status) } else { refused })
}

/// Whether a request is refused for its length. What else is said about it is not kept: it may repeat the request.
async fn is_too_long(mut response: Response) -> bool {
    let mut body = Vec::new();
    while let Ok(Some(bytes)) = response.chunk().await {
        body.extend_from_slice(&bytes);
        if body.len() >= MOST_REFUSAL_BYTES {
            break;
        }
    }
    let words = String::from_utf8_lossy(&body).to_ascii_lowercase();
    TOO_LONG.iter().any(|known| words.contains(known))
}

/// How far a stream has come.
#[derive(Default)]
struct Stream {
    frames: Frames,
    halves: Halves,
    /// Whether the model said that it was done. What follows is usage at most.
    finished: bool,
}

impl Stream {
    /// Returns whether nothing can follow.
    async fn take(&mut self, frames: Vec<Frame>, reply: &mut Reply<'_>) -> Result<bool, Halt> {
        for frame in frames {
            let Frame::Data(json) = frame else { return Ok(true) };
            let chunk = Chunk::read(&self.halves.mend(json))?;
            self.finished |= chunk.finished.is_some();
            reply.add(chunk).await?;
        }
        Ok(false)
    }
}
