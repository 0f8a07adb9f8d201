//! The endpoint: one request, one stream.

use std::time::Duration;

use reqwest::{
    Client, Response, StatusCode, Url,
    header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER},
    redirect,
};
use secrecy::ExposeSecret;
use serde::Serialize;
use tokio::time::{Instant, timeout_at};

use super::{
    chunk::Chunk,
    frames::{Frame, Frames},
    options::{OpenAiOptions, Times},
    pause,
    prompt::Turn,
    reply::Reply,
    trouble::{Halt, Trouble},
};
use crate::halves::Halves;

/// For the connection alone; who cannot be reached within it is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where completions come from.
pub(super) struct Endpoint {
    client: Client,
    url: Url,
    times: Times,
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: &'a [Turn],
    stream: bool,
}

impl Endpoint {
    /// Connects nowhere yet. Redirects are not followed: they would carry the room's words and the key elsewhere.
    pub fn new(options: &OpenAiOptions) -> Result<Self, reqwest::Error> {
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
            times: options.times,
        })
    }

    /// Asks a model once, and has what it says written into the reply. Dropped, it closes the connection.
    pub async fn ask(&self, model: &str, turns: &[Turn], reply: &mut Reply<'_>) -> Result<(), Halt> {
        let begin_by = Instant::now() + self.times.first_chunk;
        let too_late = || Halt::slow("the model did not begin to answer within", self.times.first_chunk);
        let request = self.client.post(self.url.clone()).json(&Body { model, messages: turns, stream: true });
        let response = timeout_at(begin_by, request.send()).await.map_err(|_| too_late())?;
        let mut response = accepted(response.map_err(|_| Trouble::unreachable())?)?;
        let first = timeout_at(begin_by, response.chunk()).await.map_err(|_| too_late())?;
        let mut stream = Stream::default();
        let mut piece = first.ok().flatten();
        while let Some(bytes) = piece {
            let frames = stream.frames.push(&bytes).map_err(|_| Trouble::unreadable())?;
            if stream.take(frames, reply).await? {
                return Ok(());
            }
            let next = tokio::time::timeout(self.times.chunk_gap, response.chunk()).await;
            let silence = |_| Halt::slow("the model fell silent for", self.times.chunk_gap);
            // A stream that breaks is one that ends: what it has said so far decides whether it was whole.
            piece = next.map_err(silence)?.ok().flatten();
        }
        let last = Vec::from_iter(stream.frames.end());
        if stream.take(last, reply).await? || stream.finished { Ok(()) } else { Err(Trouble::cut().into()) }
    }
}

/// Anything but a plain yes is a no.
fn accepted(response: Response) -> Result<Response, Trouble> {
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    match response.status() {
        StatusCode::OK => Ok(response),
        status => Err(Trouble::refused(status, retry_after.and_then(pause::asked))),
    }
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
            self.finished |= chunk.finished;
            reply.add(chunk).await?;
        }
        Ok(false)
    }
}
