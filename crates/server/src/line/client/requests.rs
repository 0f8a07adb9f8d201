//! What a client asks: from the message to the request, from the request to its answer.

use std::{sync::Arc, time::Duration};

use antiphon_hub::Begun;
use antiphon_protocol::{
    ClientFrame, CloseCode, Error, ErrorCode, Reply, Request, frame::Authenticate, request::ParseError,
};
use antiphon_websocket::{self as websocket, CloseReason, Message};
use tokio::time::Instant;

use super::{Client, Joining, Started};
use crate::{
    line::{Farewell, inbox::Inbox, sign_in, words},
    sign_in::SignedIn,
    trust,
};

impl Client {
    pub(super) fn on_message(&mut self, message: Message) {
        self.alarm.heard();
        match message {
            Message::Text(text) => self.inbox = Inbox::new(text),
            Message::Binary(_) => self.on_fault(None, sign_in::binary_refused()),
            Message::Close(reason) => self.farewell = Some(Farewell::Closed(echo(reason.as_ref()))),
            Message::Ping(_) | Message::Pong(_) => {}
        }
    }

    /// Takes one object out of the inbox. Returns whether there was one.
    pub(super) fn read_inbox(&mut self) -> bool {
        let Some(frame) = self.inbox.next(ClientFrame::parse) else { return false };
        match frame {
            Ok(frame) => {
                self.faults.forget();
                match frame {
                    ClientFrame::Pong => {}
                    ClientFrame::Authenticate { reference, body } => self.refresh(reference, body),
                    ClientFrame::Request { reference, request } => self.begin(reference, request),
                }
            }
            Err(ParseError { reference, error }) => self.on_fault(reference, error),
        }
        true
    }

    fn begin(&mut self, reference: Option<u64>, request: Request) {
        self.doors.meters.request(self.line.door(), request.name());
        match request {
            Request::JoinRoom(request) => self.joining = Some(Box::new((reference, request))),
            request => {
                if let Request::LeaveRoom(request) = &request {
                    self.reader.leave(&request.room);
                }
                let session = self.session.clone();
                self.starting = Some(Box::pin(async move {
                    let begun = if is_page(&request) {
                        Begun::Now(session.handle(request).await)
                    } else {
                        session.begin(request).await
                    };
                    (reference, Started::Request(begun))
                }));
            }
        }
    }

    /// Awaited in line, so that its answer precedes the room's events.
    pub(super) async fn join(&mut self, joining: Joining) {
        let (reference, request) = *joining;
        match self.reader.join(&self.session, request).await {
            Ok(joined) => self.line.write(&words::answer(reference, Reply::Joined(Box::new(joined)))),
            Err(error) => self.answer(reference, Err(error)),
        }
    }

    pub(super) fn on_started(&mut self, reference: Option<u64>, started: Started) {
        match started {
            Started::Request(Begun::Now(result)) => self.answer(reference, result),
            Started::Request(Begun::Later(later)) => self.in_flight.push(reference, later),
            Started::Refresh(result) => self.on_refreshed(reference, result),
        }
    }

    /// A request without a number is only answered if it failed.
    pub(super) fn answer(&mut self, reference: Option<u64>, result: Result<Reply, Error>) {
        match result {
            Ok(_) if reference.is_none() => {}
            Ok(reply) => self.line.write(&words::answer(reference, reply)),
            Err(error) => {
                if let (ErrorCode::RateLimited, Some(wait)) = (error.code, error.retry_after_ms) {
                    self.alarm.pause_reading(Duration::from_millis(wait));
                }
                self.refuse(reference, error);
            }
        }
    }

    fn on_fault(&mut self, reference: Option<u64>, error: Error) {
        self.refuse(reference, error);
        if self.faults.note(Instant::now()) {
            self.farewell = Some(Farewell::Ours(CloseCode::ProtocolViolation));
        }
    }

    fn refuse(&mut self, reference: Option<u64>, error: Error) {
        self.doors.meters.error(self.line.door(), error.code);
        self.line.write(&words::error(reference, error));
    }

    /// Judges a new token while everything else goes on.
    fn refresh(&mut self, reference: Option<u64>, body: Authenticate) {
        self.doors.meters.request(self.line.door(), "authenticate");
        let doors = Arc::clone(&self.doors);
        let judging =
            async move { (reference, Started::Refresh(doors.sign_in(&body.token).await.map(Box::new))) };
        self.starting = Some(Box::pin(judging));
    }

    /// The connection stays its user's: whoever else shows a token here has taken somebody's seat.
    fn on_refreshed(&mut self, reference: Option<u64>, result: Result<Box<SignedIn>, Error>) {
        let same = result.and_then(|signed_in| {
            let is_same = signed_in.user.id == self.session.user().id;
            let stranger = || {
                Error::new(ErrorCode::TokenRefused, "the token is another user's: open another connection")
            };
            is_same.then_some(signed_in).ok_or_else(stranger)
        });
        match same {
            Ok(signed_in) => {
                self.alarm.renew(&self.doors.settings.timers, self.doors.time_left(&signed_in));
                self.expires_at = signed_in.expires_at();
                self.session.set_administrator(signed_in.is_administrator());
                self.trust = trust::Entry::of(&signed_in, &self.doors);
                self.line.write(&sign_in::authenticated(reference, &signed_in, &self.reader, &self.doors));
            }
            Err(error) => {
                if !error.retryable {
                    self.farewell = Some(Farewell::Ours(sign_in::refusal(&error)));
                }
                self.refuse(reference, error);
            }
        }
    }
}

/// Whether the answer may be large: such are made one at a time, and not before the last one is nearly written.
pub fn is_page(request: &Request) -> bool {
    use Request::{GetMessage, History, ListMembers, ListRooms, Search};
    matches!(request, History(_) | GetMessage(_) | Search(_) | ListRooms(_) | ListMembers(_))
}

/// The code to answer a client's close frame with: its own.
pub(in crate::line) fn echo(reason: Option<&CloseReason>) -> websocket::CloseCode {
    reason.map_or(websocket::CloseCode::NO_STATUS, |reason| reason.code)
}
