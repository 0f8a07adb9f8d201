//! Server-sent events, read by the rules of the HTML standard.

use futures_util::{StreamExt as _, stream::BoxStream};
use http_body_util::BodyExt as _;
use reqwest::Response;
use serde_json::Value;
use tokio::time::timeout;

use super::{PATIENCE, narrow};

/// A stream of events.
pub struct Stream {
    /// What comes; nothing where it is cut.
    body: BoxStream<'static, Option<bytes::Bytes>>,
    unread: String,
    /// How much of it is known to hold no end of an event: events can be long, and what comes of them at a time short.
    looked_at: usize,
    /// Everything that came.
    pub heard: String,
}

/// An event.
pub struct Heard {
    pub id: Option<String>,
    pub data: Value,
}

impl Stream {
    pub fn new(response: Response) -> Self {
        Self::of(response.bytes_stream().map(Result::ok).boxed())
    }

    /// Over a connection whose end holds little that is not read.
    pub async fn open_narrow(authority: &str, path: &str, token: &str) -> Self {
        let (answer, connection) = narrow::get(authority, path, token, Some(4_096)).await;
        let body = answer.into_body().into_data_stream().map(move |piece| {
            // Kept for as long as somebody reads.
            let _ = &connection;
            piece.ok()
        });
        Self::of(body.boxed())
    }

    fn of(body: BoxStream<'static, Option<bytes::Bytes>>) -> Self {
        Self { body, unread: String::new(), looked_at: 0, heard: String::new() }
    }

    pub async fn read(&mut self) -> Option<()> {
        let piece = timeout(PATIENCE, self.body.next()).await.expect("something in time")??;
        let text = String::from_utf8(piece.to_vec()).expect("pieces end with events");
        self.unread.push_str(&text);
        self.heard.push_str(&text);
        Some(())
    }

    /// The next event, by the rules of the HTML standard: lines end with CR, LF or both.
    pub async fn next(&mut self) -> Option<Heard> {
        loop {
            let Some(length) = self.unread[self.looked_at..].find("\n\n") else {
                self.looked_at = self.unread.floor_char_boundary(self.unread.len().saturating_sub(1));
                self.read().await?;
                continue;
            };
            let rest = self.unread.split_off(self.looked_at + length + 2);
            let event = std::mem::replace(&mut self.unread, rest);
            self.looked_at = 0;
            let (mut id, mut data) = (None, String::new());
            for line in event.trim_end().split(['\n', '\r']) {
                match line.split_once(": ") {
                    Some(("id", value)) => id = Some(value.to_owned()),
                    Some(("data", value)) => data.push_str(value),
                    Some(("" | "retry", _)) => {}
                    field => panic!("not a field of ours: {field:?}"),
                }
            }
            if !data.is_empty() {
                return Some(Heard { id, data: serde_json::from_str(&data).expect("JSON") });
            }
        }
    }

    pub async fn event(&mut self, kind: &str) -> Heard {
        loop {
            let heard = self.next().await.expect("the stream goes on");
            if heard.data["type"] == kind {
                return heard;
            }
        }
    }
}
