//! An HTTP line as a client has it: an endless answer, and what is posted.

use std::collections::VecDeque;

use http_body_util::BodyExt as _;
use hyper::{HeaderMap, body::Incoming};
use reqwest::{Client, Response};
use serde_json::Value;
use tokio::time::timeout;

use super::{
    PATIENCE,
    narrow::{self, Connection},
};

/// An open line.
pub struct HttpLine {
    body: Incoming,
    _connection: Connection,
    unread: Vec<u8>,
    /// The head of the endless answer.
    pub headers: HeaderMap,
    /// What came that is no event.
    pub preamble: String,
    events: VecDeque<Value>,
    /// The code of the `bye`, once it was heard.
    code: Option<u16>,
    http: Client,
    /// Where to post, once the line has said its id.
    pub path: String,
    authority: String,
    /// Shown with each post.
    pub token: String,
}

impl HttpLine {
    /// Opens a line. A small `buffer` holds little that is not read.
    pub async fn open(authority: &str, token: &str, buffer: Option<u32>) -> Self {
        let (answer, connection) = narrow::get(authority, "/v1/sse", token, buffer).await;
        let headers = answer.headers().clone();
        Self {
            headers,
            body: answer.into_body(),
            _connection: connection,
            unread: Vec::new(),
            preamble: String::new(),
            events: VecDeque::new(),
            code: None,
            http: Client::new(),
            path: String::new(),
            authority: authority.to_owned(),
            token: token.to_owned(),
        }
    }

    /// Says something; the answer of HTTP.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> Response {
        let url = format!("http://{}{}", self.authority, self.path);
        self.http.post(url).bearer_auth(&self.token).body(body).send().await.expect("an answer")
    }

    /// The next event, or the code of the end.
    pub async fn hear(&mut self) -> Result<Value, Option<u16>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                if event["type"] == "authenticated" && event.get("ref").is_none() {
                    self.path = format!("/v1/sse/{}", event["connection_id"].as_str().expect("an id"));
                }
                if event["type"] == "bye" {
                    self.code = event["code"].as_u64().and_then(|code| u16::try_from(code).ok());
                }
                return Ok(event);
            }
            let frame =
                timeout(PATIENCE, self.body.frame()).await.expect("the server says something in time");
            let Some(Ok(frame)) = frame else { return Err(self.code) };
            self.split(&frame.into_data().expect("data"));
        }
    }

    /// Takes whole lines off what came: those with an event are one JSON object each.
    fn split(&mut self, mut came: &[u8]) {
        while let Some(end) = came.iter().position(|byte| *byte == b'\n') {
            self.unread.extend_from_slice(&came[..end]);
            came = &came[end + 1..];
            let line = String::from_utf8(std::mem::take(&mut self.unread)).expect("UTF-8");
            match line.strip_prefix("data: ") {
                Some(json) => self.events.push_back(serde_json::from_str(json).expect("one line of JSON")),
                None => self.preamble.push_str(&line),
            }
        }
        self.unread.extend_from_slice(came);
    }
}
