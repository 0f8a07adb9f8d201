//! The AI SDK's `WebSocketChatTransport`, `GET /v1/ai-sdk/ws`: many answers on one socket, each under the number of its request.
//! A frame that the SDK does not know closes the socket there, so there are none but its own.

use std::{collections::HashMap, sync::Arc, time::Duration};

use antiphon_hub::Reader;
use antiphon_protocol::{CloseCode, Error};
use antiphon_websocket::{
    self as websocket, Event, Message,
    encode::{ping_frame, text_frame},
};
use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    response::Response,
};
use bytes::Bytes;
use hyper::upgrade::OnUpgrade;
use tokio::{
    sync::mpsc,
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::{
    chunk::{Chunk, Version},
    http::Address,
    shown::Shown,
    way::Way,
    words::{Asks, Says},
};
use crate::{
    answer::{Broken, CONVERSATION_BYTES, Following},
    doors::Doors,
    http::{Caller, Failure, FromQuery},
    line::{
        websocket::{Socket, accept, open},
        words::json,
    },
    peer::Peer,
    trust,
};

/// Most answers at the same time on one socket. A page shows one, or a few side by side.
const MOST_REQUESTS: usize = 16;

/// Frames that wait for the socket, of all answers together.
const WAITING_FRAMES: usize = 64;

/// Most frames of a client that cannot be read before it is sent away.
const MOST_FAULTS: u32 = 20;

/// Answers an upgrade request of somebody with a token or a ticket, and leaves the rest to a task.
pub async fn door(
    State(doors): State<Arc<Doors>>,
    Extension(peer): Extension<Arc<Peer>>,
    caller: Caller,
    FromQuery(address): FromQuery<Address>,
    mut request: Request,
) -> Result<Response, Failure> {
    let accept = match accept(&request) {
        Ok(accept) => accept,
        Err(refusal) => return Ok(*refusal),
    };
    doors.check_open()?;
    let way = address.way(caller, Version::V7)?;
    // Held for as long as the socket is open, so that it counts, and ends when access is withdrawn.
    let (_, presence) = doors.connect(&way.signed_in)?;
    let upgrade = hyper::upgrade::on(&mut request);
    doors.tasks.spawn(serve(upgrade, peer, way, presence));
    Ok(accept.into_response().map(|()| Body::empty()))
}

async fn serve(upgrade: OnUpgrade, peer: Arc<Peer>, way: Way, presence: Reader) {
    let doors = Arc::clone(&way.doors);
    let Some(socket) = open(upgrade, &doors, CONVERSATION_BYTES).await else { return };
    let _open = doors.meters.open("ai_sdk_ws");
    let _trust = trust::Entry::of(&way.signed_in, &doors);
    let left = doors.time_left(&way.signed_in);
    let mut page = Page::new(socket, way, presence, left);
    let farewell = page.serve().await;
    doors.meters.closed(farewell.map_or("gone", CloseCode::reason));
    let socket = page.socket;
    if let Some(code) = farewell {
        let outcome = socket.close(websocket::CloseCode(code.number()), code.reason()).await;
        debug!(address = %peer.address, ?outcome, code = code.reason(), "a page of the AI SDK was sent away");
    }
}

/// One page, and the answers that it follows.
struct Page {
    socket: Socket,
    way: Way,
    presence: Reader,
    /// What the answers have to tell. Closed when the page is gone; that ends them.
    frames: mpsc::Receiver<Says>,
    teller: mpsc::Sender<Says>,
    /// Answers under way, and how each is stopped.
    requests: HashMap<String, CancellationToken>,
    ping: Interval,
    heard_at: Instant,
    ends_at: Instant,
    faults: u32,
}

/// What can happen next.
enum Happening {
    Drain,
    Expired,
    Ping,
    Heard(Result<Event, websocket::ConnectionError>),
    Tell(Says),
    Notice,
}

impl Page {
    fn new(socket: Socket, way: Way, presence: Reader, left: Duration) -> Self {
        let now = Instant::now();
        let timers = &way.doors.settings.timers;
        let mut ping = interval_at(now + timers.ping_interval, timers.ping_interval);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let ends_at = now + left + timers.expiry_grace;
        let (teller, frames) = mpsc::channel(WAITING_FRAMES);
        let requests = HashMap::new();
        Self { socket, way, presence, frames, teller, requests, ping, heard_at: now, ends_at, faults: 0 }
    }

    /// Serves the page until one of both has had enough; the code, if it is ours to close.
    async fn serve(&mut self) -> Option<CloseCode> {
        loop {
            if let Some(code) = self.presence.ended() {
                return Some(code);
            }
            let outcome = match self.next().await {
                Happening::Drain => return Some(CloseCode::Draining),
                Happening::Expired => return Some(CloseCode::TokenExpired),
                Happening::Ping => self.ping(),
                Happening::Heard(Ok(Event::Message(message))) => self.hear(message),
                Happening::Heard(Ok(Event::Flushed)) => Ok(()),
                Happening::Heard(Err(fault)) => {
                    return fault.close_code().map(|_| CloseCode::ProtocolViolation);
                }
                Happening::Tell(says) => {
                    self.say(&says);
                    Ok(())
                }
                Happening::Notice => {
                    // News of rooms, which this door does not tell.
                    self.presence.pull(&mut Vec::new(), 0).await;
                    Ok(())
                }
            };
            if let Err(code) = outcome {
                return code;
            }
        }
    }

    /// All of this may be dropped when another branch is first.
    async fn next(&mut self) -> Happening {
        let is_flushed = self.socket.is_flushed();
        tokio::select! {
            biased;
            () = self.way.doors.drain.cancelled() => Happening::Drain,
            () = sleep_until(self.ends_at) => Happening::Expired,
            _ = self.ping.tick() => Happening::Ping,
            heard = self.socket.next() => Happening::Heard(heard),
            Some(says) = self.frames.recv(), if is_flushed => Happening::Tell(says),
            () = self.presence.ready() => Happening::Notice,
        }
    }

    /// Asks below the words of the SDK, because it has none for that.
    fn ping(&mut self) -> Result<(), Option<CloseCode>> {
        if self.heard_at.elapsed() >= 2 * self.way.doors.settings.timers.ping_interval {
            return Err(Some(CloseCode::HeartbeatMissed));
        }
        self.queue(ping_frame(b""));
        Ok(())
    }

    fn hear(&mut self, message: Message) -> Result<(), Option<CloseCode>> {
        self.heard_at = Instant::now();
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return self.fault(),
            Message::Close(_) => return Err(None),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
        };
        let Ok((request, asks)) = Asks::read(&text) else { return self.fault() };
        match asks {
            Ok(asks) => self.begin(request, asks),
            Err(error) => self.refuse(request, &error),
        }
        Ok(())
    }

    fn fault(&mut self) -> Result<(), Option<CloseCode>> {
        self.faults += 1;
        if self.faults >= MOST_FAULTS { Err(Some(CloseCode::ProtocolViolation)) } else { Ok(()) }
    }

    fn begin(&mut self, request: String, asks: Asks) {
        self.requests.retain(|_, stop| !stop.is_cancelled());
        if let Asks::Abort = asks {
            if let Some(stop) = self.requests.remove(&request) {
                stop.cancel();
            }
            return;
        }
        if self.requests.contains_key(&request) {
            return self.refuse(request, &Error::field("requestId", "this request is under way"));
        }
        if self.requests.len() >= MOST_REQUESTS {
            return self.refuse(request, &Error::too_many("requestId", MOST_REQUESTS));
        }
        let name = if matches!(asks, Asks::Send(_)) { "send_message" } else { "join_room" };
        self.way.doors.meters.request("ai_sdk_ws", name);
        let stop = CancellationToken::new();
        self.requests.insert(request.clone(), stop.clone());
        let telling = Telling { request, way: self.way.clone(), teller: self.teller.clone(), stop };
        self.way.doors.tasks.spawn(telling.run(asks));
    }

    fn refuse(&mut self, request: String, error: &Error) {
        self.way.doors.meters.error("ai_sdk_ws", error.code);
        self.say(&Says::error(request, error.message.clone()));
    }

    fn say(&mut self, says: &Says) {
        self.queue(text_frame(&json(says)));
    }

    fn queue(&mut self, frame: Bytes) {
        let queued = self.socket.queue(frame);
        debug_assert!(queued.is_ok(), "the queue is bounded by what this task puts into it");
    }
}

/// One answer, on its way to the socket. Ends with the answer, when it is stopped, or when the page is gone.
struct Telling {
    request: String,
    way: Way,
    teller: mpsc::Sender<Says>,
    /// Cancelled when the page has the answer stopped, and when it is over.
    stop: CancellationToken,
}

/// The page is gone, or wants no more.
struct Gone;

impl Telling {
    async fn run(self, asks: Asks) {
        let _is_over = self.stop.clone().drop_guard();
        let began = match &asks {
            Asks::Send(asked) => self.way.ask(asked).await.map(Some),
            Asks::Resume { id } => self.way.resume(id).await,
            Asks::Abort => return,
        };
        // The page is gone or wants no more: nothing is left to be told.
        let Ok(()) = (match began {
            Ok(Some(mut following)) => self.follow(&mut following).await,
            Ok(None) => self.say(Says::NoActive { request_id: self.request.clone() }).await,
            Err(error) => {
                self.way.doors.meters.error("ai_sdk_ws", error.code);
                self.say(Says::error(self.request.clone(), error.message)).await
            }
        }) else {
            return;
        };
    }

    async fn follow(&self, following: &mut Following<Shown>) -> Result<(), Gone> {
        let told = self.tell(following).await;
        if self.stop.is_cancelled() && !following.is_over() {
            // What is refused here, for instance because the run is over, nobody waits to hear.
            let _ = following.stop().await;
        }
        told
    }

    async fn tell(&self, following: &mut Following<Shown>) -> Result<(), Gone> {
        let request_id = self.request.clone();
        self.say(Says::Start { request_id: request_id.clone() }).await?;
        let mut sequence = 0;
        while !following.is_over() {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return Err(Gone),
                () = self.teller.closed() => return Err(Gone),
                () = following.ready() => {}
            }
            let (chunks, grows) = match following.pull().await {
                Ok(pulled) => pulled,
                Err(Broken::Cut) => return Ok(()),
                Err(Broken::Refused(words)) => {
                    return self.say(Says::error(request_id, words.to_owned())).await;
                }
            };
            for chunk in chunks {
                self.say_chunk(&mut sequence, chunk).await?;
            }
            if grows {
                sleep(self.way.doors.settings.timers.stream_window).await;
            }
        }
        self.say(Says::End { request_id }).await
    }

    async fn say_chunk(&self, sequence: &mut u64, chunk: Chunk) -> Result<(), Gone> {
        let says = Says::Chunk { request_id: self.request.clone(), sequence: *sequence, chunk };
        *sequence += 1;
        self.say(says).await
    }

    async fn say(&self, says: Says) -> Result<(), Gone> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(Gone),
            sent = self.teller.send(says) => sent.map_err(|_| Gone),
        }
    }
}
