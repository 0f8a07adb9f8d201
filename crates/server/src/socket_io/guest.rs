//! One signed-in client of Socket.IO: hears its events, answers them, and tells it what happens. No queue but what was just
//! made: events are pulled from the hub when the client can take them.

mod asking;
mod place;

use std::{collections::VecDeque, net::SocketAddr, pin::Pin, sync::Arc};

use antiphon_hub::{LiveEvent, Reader, Session};
use antiphon_protocol::{CloseCode, Event as Tells, Timestamp};
use antiphon_socketio::{Ack, Event, Handler, Outgoing, Shared, Socket, engine::Closed};
use async_trait::async_trait;
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::{DOOR, admission::Presence, say::Saying, told::Told};
use crate::{
    doors::Doors,
    jitter,
    line::{
        alarm::{Alarm, Due},
        faults::Faults,
        in_flight::{Answered, InFlight},
    },
    meters::Open,
    sign_in::SignedIn,
    trust,
};

/// How much may wait for a client that asks and does not read, in bytes; then it has had enough chances.
const MOST_DUE_BYTES: usize = 8 * 1024 * 1024;

/// Somebody who has just been let in.
pub struct Arrival {
    pub socket: Socket,
    pub session: Session,
    pub reader: Reader,
    pub signed_in: SignedIn,
    pub presence: Presence,
    pub told: Told,
    pub due: VecDeque<Shared>,
    pub address: Option<SocketAddr>,
}

/// An event that is to be answered.
struct Question {
    event: String,
    ack: Option<Ack>,
}

/// A client and everything that it may do and hear.
pub struct Guest {
    doors: Arc<Doors>,
    socket: Socket,
    session: Session,
    reader: Reader,
    told: Told,
    /// What is to be said next.
    due: VecDeque<Shared>,
    in_flight: InFlight<Question>,
    /// What came while nobody was asked.
    came: Option<Came>,
    alarm: Alarm,
    /// The end of the token.
    expires_at: Timestamp,
    /// By which key the user came in.
    trust: trust::Entry,
    /// Resolves when the server drains.
    drain: Pin<Box<WaitForCancellationFutureOwned>>,
    faults: Faults,
    /// Set when the connection has to end; taken when that was said.
    farewell: Option<CloseCode>,
    /// Whether that was said.
    is_over: bool,
    address: Option<SocketAddr>,
    _presence: Presence,
    _open: Open,
}

/// What has come first.
enum Came {
    Drain,
    Due(Due),
    Answered(Answered<Question>),
}

impl Guest {
    pub fn new(doors: Arc<Doors>, arrival: Arrival) -> Self {
        let Arrival { socket, session, reader, signed_in, presence, told, due, address } = arrival;
        let timers = &doors.settings.timers;
        Self {
            alarm: Alarm::new(timers, reader.connection_id().as_str(), doors.time_left(&signed_in)),
            expires_at: signed_in.expires_at(),
            trust: trust::Entry::of(&signed_in, &doors),
            drain: Box::pin(doors.drain.child_token().cancelled_owned()),
            _open: doors.meters.open(DOOR),
            doors,
            socket,
            session,
            reader,
            told,
            due,
            in_flight: InFlight::default(),
            came: None,
            faults: Faults::default(),
            farewell: None,
            is_over: false,
            address,
            _presence: presence,
        }
    }

    async fn take(&mut self, came: Came) {
        match came {
            Came::Drain => {
                // What was asked is still answered.
                while !self.in_flight.is_empty() {
                    let (question, result) = self.in_flight.next().await;
                    self.answer(question, result);
                }
                self.farewell = Some(CloseCode::Draining);
            }
            Came::Due(Due::TokenExpiring) => {
                let event = Tells::TokenExpiring { expires_at: self.expires_at };
                self.due.push_back(Saying::Event(&event).packet(None, None));
            }
            Came::Due(Due::TokenExpired) => self.farewell = Some(CloseCode::TokenExpired),
            // The heartbeat is Engine.IO's.
            Came::Due(Due::Ping | Due::Silence | Due::Resume) => {}
            Came::Answered((question, result)) => self.answer(question, result),
        }
    }

    /// Takes what is next in the rooms. Once growing text has gone out, more of it is gathered for a moment.
    async fn hear(&mut self, budget: usize) {
        let mut batch: Vec<Arc<LiveEvent>> = Vec::new();
        self.reader.pull(&mut batch, budget).await;
        let before = self.due.len();
        for event in &batch {
            self.told.hear(event, &mut self.due);
        }
        let bytes = self.due.iter().skip(before).map(Shared::len).sum();
        self.doors.meters.delivered(self.due.len() - before, bytes);
        if batch.iter().any(|event| event.is_append()) {
            self.alarm.pause_pulling(self.doors.settings.timers.stream_window);
        }
    }

    /// The last word. Whoever may come back is cut, because stock clients come back from a cut only; others are disconnected.
    fn say_farewell(&mut self, code: CloseCode) {
        self.is_over = true;
        self.doors.meters.closed(code.reason());
        let address = self.address.map_or_else(String::new, |address| address.to_string());
        let after = jitter::spread(&address, self.doors.settings.timers.reconnect_spread);
        let after_ms = if code.reconnect() { after.as_millis() as u64 } else { 0 };
        let bye = Tells::Bye { code: code.number(), reconnect: code.reconnect(), after_ms };
        self.due.push_back(Saying::Event(&bye).packet(None, None));
        if code.reconnect() {
            self.socket.close();
        } else {
            self.socket.disconnect();
        }
    }

    fn push_due(&mut self, outgoing: &mut Outgoing) {
        while outgoing.room() > 0
            && let Some(packet) = self.due.pop_front()
        {
            outgoing.push(packet);
        }
    }
}

#[async_trait]
impl Handler for Guest {
    async fn event(&mut self, event: Event) -> Result<(), Closed> {
        if self.is_over {
            return Ok(());
        }
        Box::pin(self.ask(event)).await;
        let due: usize = self.due.iter().map(Shared::len).sum();
        if due > MOST_DUE_BYTES {
            self.doors.meters.closed(CloseCode::ProtocolViolation.reason());
            self.is_over = true;
            return Err(Closed::ProtocolError);
        }
        Ok(())
    }

    async fn ready(&mut self) {
        if !self.due.is_empty() || self.came.is_some() || (self.farewell.is_some() && !self.is_over) {
            return;
        }
        if self.is_over {
            std::future::pending().await
        }
        let pulls = self.alarm.may_pull();
        let came = tokio::select! {
            biased;
            () = self.drain.as_mut() => Came::Drain,
            due = self.alarm.next() => Came::Due(due),
            answered = self.in_flight.next(), if !self.in_flight.is_empty() => Came::Answered(answered),
            () = self.reader.ready(), if pulls => return,
        };
        self.came = Some(came);
    }

    async fn pull(&mut self, outgoing: &mut Outgoing) {
        if let Some(came) = self.came.take() {
            self.take(came).await;
        }
        if !self.is_over
            && let Some(code) = self.reader.ended().or(self.farewell.take())
        {
            self.say_farewell(code);
        }
        self.push_due(outgoing);
        if !self.is_over && outgoing.room() > 0 && self.alarm.may_pull() {
            self.hear(outgoing.room()).await;
            self.push_due(outgoing);
        }
    }

    async fn disconnected(&mut self, why: Closed) {
        if !self.is_over {
            self.doors.meters.closed(match why {
                Closed::ByClient => "closed_by_client",
                Closed::PingTimeout => CloseCode::HeartbeatMissed.reason(),
                Closed::ProtocolError => "broken_framing",
                Closed::ByServer | Closed::Stopped | Closed::TransportError => "gone",
            });
        }
    }
}
