//! One signed-in client: reads its requests, writes answers and events, keeps its times. One task, and no queue but
//! what was just pulled: events are pulled when everything before them is written, requests are read while few are
//! under way.

mod requests;

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::Arc,
    task::{Poll, ready},
};

use antiphon_hub::{Begun, LiveEvent, Reader, Session};
use antiphon_protocol::{CloseCode, Error, Event, Timestamp, request::JoinRoom};
use antiphon_websocket::{self as websocket, ConnectionError};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::{
    Farewell, Line,
    alarm::{Alarm, Due},
    faults::Faults,
    in_flight::{Answered, InFlight},
    inbox::Inbox,
    sign_in::Entered,
    words,
};
use crate::{doors::Doors, sign_in::SignedIn, trust};

pub(super) use requests::echo;
pub use requests::is_page;

/// With so many bytes of answers unwritten, no further request is read.
const UNWRITTEN_BYTES: usize = 256 * 1024;

/// A client and everything that it may do and hear.
pub(super) struct Client {
    doors: Arc<Doors>,
    line: Line,
    session: Session,
    reader: Reader,
    /// Resolves when the server drains.
    drain: Pin<Box<WaitForCancellationFutureOwned>>,
    alarm: Alarm,
    /// By which key the user came in.
    trust: trust::Entry,
    /// The end of the token.
    expires_at: Timestamp,
    inbox: Inbox,
    /// The request that is waiting for its place in the pipeline; none is begun before it.
    starting: Option<Starting>,
    /// The join that comes next.
    joining: Option<Joining>,
    in_flight: InFlight<Option<u64>>,
    faults: Faults,
    /// Set when the connection has to end.
    farewell: Option<Farewell>,
}

/// A join and its number.
type Joining = Box<(Option<u64>, JoinRoom)>;

type Starting = Pin<Box<dyn Future<Output = (Option<u64>, Started)> + Send>>;

/// What has come of a request that needed time to begin.
enum Started {
    Request(Begun),
    Refresh(Result<Box<SignedIn>, Error>),
}

/// What can happen next on a line.
enum Happening {
    Drain,
    Due(Due),
    Started((Option<u64>, Started)),
    Answered(Answered<Option<u64>>),
    Heard(Result<websocket::Event, ConnectionError>),
    News,
}

impl Client {
    pub fn new(line: Line, entered: Entered, doors: Arc<Doors>) -> Self {
        let Entered { session, reader, signed_in, inbox } = entered;
        let alarm =
            Alarm::new(&doors.settings.timers, reader.connection_id().as_str(), doors.time_left(&signed_in));
        Self {
            trust: trust::Entry::of(&signed_in, &doors),
            // A token of its own: thousands would otherwise meet at one lock.
            drain: Box::pin(doors.drain.child_token().cancelled_owned()),
            doors,
            line,
            session,
            reader,
            alarm,
            expires_at: signed_in.expires_at(),
            inbox,
            starting: None,
            joining: None,
            in_flight: InFlight::default(),
            faults: Faults::default(),
            farewell: None,
        }
    }

    /// Serves the client until one of both has had enough.
    pub async fn serve(&mut self) -> Farewell {
        loop {
            // Before anything more is done for someone whose access was withdrawn.
            if let Some(code) = self.reader.ended() {
                return Farewell::Ours(code);
            }
            while self.may_begin() && self.read_inbox() {
                if let Some(joining) = self.joining.take() {
                    Box::pin(self.join(joining)).await;
                }
            }
            if let Some(farewell) = self.farewell.take() {
                return farewell;
            }
            match self.next().await {
                Happening::Drain => return Box::pin(self.drain()).await,
                Happening::Due(due) => self.on_due(due),
                Happening::Started((reference, started)) => self.on_started(reference, started),
                Happening::Answered((reference, result)) => self.answer(reference, result),
                Happening::Heard(Ok(websocket::Event::Message(message))) => self.on_message(message),
                Happening::Heard(Ok(websocket::Event::Flushed)) => {}
                Happening::Heard(Err(fault)) => self.farewell = Some(fault.into()),
                Happening::News => self.pull().await,
            }
        }
    }

    /// Lets go of everything but the line: who is not served any more is not here any more.
    pub fn into_line(self: Box<Self>) -> Line {
        self.line
    }

    /// Everything here may be dropped when another branch is first, without losing anything.
    async fn next(&mut self) -> Happening {
        let reads = self.inbox.is_empty() && self.may_begin();
        let (is_flushed, starts) = (self.line.is_flushed(), self.starting.is_some());
        let pulls = is_flushed && self.alarm.may_pull();
        let happening = tokio::select! {
            biased;
            () = self.drain.as_mut() => Happening::Drain,
            due = self.alarm.next() => Happening::Due(due),
            started = start(&mut self.starting), if starts => Happening::Started(started),
            answered = self.in_flight.next(), if !self.in_flight.is_empty() => Happening::Answered(answered),
            heard = hear(&mut self.line, reads), if reads || !is_flushed => Happening::Heard(heard),
            () = self.reader.ready(), if pulls => Happening::News,
        };
        if !reads {
            // Who is not listened to is not silent. Whether they still take what is written, TCP finds out.
            self.alarm.heard();
        }
        happening
    }

    /// Whether one more request may begin.
    fn may_begin(&self) -> bool {
        self.starting.is_none()
            && self.farewell.is_none()
            && self.alarm.may_read()
            && self.in_flight.len() < self.doors.settings.limits.requests_in_flight
            && self.line.unwritten_bytes() < UNWRITTEN_BYTES
    }

    fn on_due(&mut self, due: Due) {
        match due {
            Due::Ping => self.line.ping(),
            Due::Silence if !self.alarm.is_silent() => {}
            Due::Silence => self.farewell = Some(Farewell::Ours(CloseCode::HeartbeatMissed)),
            Due::TokenExpired => self.farewell = Some(Farewell::Ours(CloseCode::TokenExpired)),
            Due::TokenExpiring => {
                self.line.write(&words::json(&Event::TokenExpiring { expires_at: self.expires_at }));
            }
            Due::Resume => {}
        }
    }

    /// Takes what is next. Once growing text has gone out, more of it is gathered for a moment.
    async fn pull(&mut self) {
        let mut batch: Vec<Arc<LiveEvent>> = Vec::new();
        Box::pin(self.reader.pull(&mut batch, Reader::PULL_BYTES)).await;
        let bytes = batch.iter().map(|event| self.line.write_event(event)).sum();
        self.doors.meters.delivered(batch.len(), bytes);
        if batch.iter().any(|event| event.is_append()) {
            self.alarm.pause_pulling(self.doors.settings.timers.stream_window);
        }
        self.flush().await;
    }

    /// Writes what the line takes at once; the rest goes out while waiting for what happens next.
    async fn flush(&mut self) {
        if let Poll::Ready(Err(fault)) = poll_fn(|cx| Poll::Ready(self.line.poll_flush(cx))).await {
            self.farewell = Some(ConnectionError::from(fault).into());
        }
    }

    /// The server stops: what was asked is still answered, nothing more is read.
    async fn drain(&mut self) -> Farewell {
        while self.starting.is_some() || !self.in_flight.is_empty() {
            let starts = self.starting.is_some();
            tokio::select! {
                (reference, started) = start(&mut self.starting), if starts => self.on_started(reference, started),
                (reference, result) = self.in_flight.next(), if !self.in_flight.is_empty() => {
                    self.answer(reference, result);
                }
            }
        }
        Farewell::Ours(CloseCode::Draining)
    }
}

/// Waits for the request that is beginning; never, if none is.
async fn start(starting: &mut Option<Starting>) -> (Option<u64>, Started) {
    match starting {
        Some(future) => {
            let started = future.as_mut().await;
            *starting = None;
            started
        }
        None => std::future::pending().await,
    }
}

/// Reads and writes; or only writes, so that a client who asks too much is heard later.
async fn hear(line: &mut Line, reads: bool) -> Result<websocket::Event, ConnectionError> {
    poll_fn(|cx| {
        if reads {
            return line.poll_next(cx);
        }
        let flushed: io::Result<()> = ready!(line.poll_flush(cx));
        Poll::Ready(flushed.map(|()| websocket::Event::Flushed).map_err(ConnectionError::from))
    })
    .await
}
