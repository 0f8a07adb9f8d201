//! Server-sent events, read by the rules of the HTML standard.

use futures_util::{StreamExt as _, stream::BoxStream};
use reqwest::Response;
use serde_json::Value;
use tokio::time::timeout;

use super::PATIENCE;

/// A stream of events.
pub struct Stream {
    body: BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    unread: String,
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
        Self { body: response.bytes_stream().boxed(), unread: String::new(), heard: String::new() }
    }

    pub async fn read(&mut self) -> Option<()> {
        let piece = timeout(PATIENCE, self.body.next()).await.expect("something in time")?;
        let text = String::from_utf8(piece.ok()?.to_vec()).expect("pieces end with events");
        self.unread.push_str(&text);
        self.heard.push_str(&text);
        Some(())
    }

    /// The next event, by the rules of the HTML standard: lines end with CR, LF or both.
    pub async fn next(&mut self) -> Option<Heard> {
        loop {
            let Some((event, rest)) = self.unread.split_once("\n\n") else {
                self.read().await?;
                continue;
            };
            let (mut id, mut data) = (None, String::new());
            for line in event.split(['\n', '\r']) {
                match line.split_once(": ") {
                    Some(("id", value)) => id = Some(value.to_owned()),
                    Some(("data", value)) => data.push_str(value),
                    Some(("" | "retry", _)) => {}
                    field => panic!("not a field of ours: {field:?}"),
                }
            }
            self.unread = rest.to_owned();
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
