//! A device: a connection that hears, and remembers what it heard.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use antiphon_hub::{LiveEvent, Reader, Session};
use antiphon_protocol::{Error, Joined, RoomId, request::JoinRoom};
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    view::View,
    world::{PATIENCE, join},
};

/// About what a socket takes at once.
const BUDGET: usize = 16 * 1024;

/// News of rooms and people that most tests are not about.
const CHATTER: [&str; 6] = ["presence", "unread", "room_joined", "room_left", "queue", "bot_status"];

pub struct Device {
    pub session: Session,
    pub reader: Reader,
    heard: VecDeque<Value>,
    deaf_to: Vec<&'static str>,
}

impl Device {
    pub fn new(session: Session, reader: Reader) -> Self {
        Self { session, reader, heard: VecDeque::new(), deaf_to: CHATTER.to_vec() }
    }

    /// Also hears who comes and goes, and news of the user's rooms.
    pub fn attentive(mut self) -> Self {
        self.deaf_to.clear();
        self
    }

    pub async fn joins(&mut self, room: &RoomId) -> Joined {
        self.asks_to_join(join(room)).await.expect("the room lets them in")
    }

    pub async fn asks_to_join(&mut self, request: JoinRoom) -> Result<Joined, Error> {
        self.reader.join(&self.session, request).await
    }

    /// Joins with what a client already holds, and goes on from there.
    pub async fn joins_with(&mut self, view: &mut View) {
        let joined = self.asks_to_join(view.request()).await.expect("the room lets them in");
        view.join(&joined);
    }

    /// What was told until now; what is on its way is waited for only if nothing is here.
    async fn listen(&mut self, patience: Duration) -> bool {
        if timeout(patience, self.reader.ready()).await.is_err() {
            return false;
        }
        self.pull(BUDGET).await;
        true
    }

    /// One pull, as a door does it.
    pub async fn pull(&mut self, budget: usize) {
        let mut batch: Vec<Arc<LiveEvent>> = Vec::new();
        self.reader.pull(&mut batch, budget).await;
        let events = batch.iter().map(|event| serde_json::from_slice(event.json()).expect("events are JSON"));
        self.heard.extend(events.filter(|event: &Value| {
            !self.deaf_to.contains(&event["type"].as_str().expect("events have a type"))
        }));
    }

    /// What was pulled and not yet looked at.
    pub fn heard(&mut self) -> Vec<Value> {
        self.heard.drain(..).collect()
    }

    /// The next event, whatever it is.
    pub async fn next(&mut self) -> Value {
        let waiting = async {
            while self.heard.is_empty() {
                self.listen(PATIENCE).await;
            }
        };
        assert!(timeout(PATIENCE, waiting).await.is_ok(), "{} heard nothing", self.session.user().id);
        self.heard.pop_front().expect("not empty, as was just seen")
    }

    /// The next event, which is of this type.
    pub async fn hears(&mut self, kind: &str) -> Value {
        let event = self.next().await;
        assert_eq!(event["type"], kind, "{} heard {event}", self.session.user().id);
        event
    }

    /// The next event of this type, whatever else is told before.
    pub async fn hears_of(&mut self, kind: &'static str) -> Value {
        self.deaf_to.retain(|deaf| *deaf != kind);
        self.hears_until(kind).await.pop().expect("the last is the one that was waited for")
    }

    /// The next event, which is a message with this text.
    pub async fn hears_text(&mut self, text: &str) -> Value {
        let event = self.hears("message").await;
        assert_eq!(event["message"]["parts"][0]["text"], text);
        event
    }

    /// Everything until an event of this type, which is the last.
    pub async fn hears_until(&mut self, kind: &str) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            events.push(self.next().await);
            if events.last().is_some_and(|event| event["type"] == kind) {
                return events;
            }
        }
    }

    /// Everything that was told by now. An answer comes after what it caused, so nothing is on its way to a device
    /// when the one who caused it has been answered.
    pub async fn everything(&mut self) -> Vec<Value> {
        while self.listen(Duration::ZERO).await {}
        self.heard()
    }

    pub async fn hears_nothing_more(&mut self) {
        let rest = self.everything().await;
        assert!(rest.is_empty(), "{} also heard {rest:?}", self.session.user().id);
    }

    /// Lets a view take everything that was told by now.
    pub async fn brings_up(&mut self, view: &mut View) {
        for event in self.everything().await {
            view.apply(&event);
        }
    }
}
