//! What a client asks: from the event to the request, from the request to the acknowledgement.

use std::borrow::Cow;

use antiphon_hub::Begun;
use antiphon_protocol::{
    CloseCode, Error, ErrorCode, JoinMode, Reply, Request,
    request::JoinRoom,
    socket_io::{ChatError, Entered, Refused},
};
use antiphon_socketio::Event;
use serde_json::Value;
use tokio::time::Instant;

use super::{Guest, Question, place::Asker};
use crate::{
    line::{is_page, sign_in},
    sign_in::SignedIn,
    socket_io::{
        DOOR,
        dialect::{Asked, CHAT_MESSAGE, Dialect},
        say::Saying,
        told::{Before, Entering},
        words,
    },
    trust,
};

impl Guest {
    pub(super) async fn ask(&mut self, event: Event) {
        let question = Question { event: event.name, ack: event.ack };
        if !event.attachments.is_empty() {
            let words = "this door takes JSON only: put a file where it has an address, and send that";
            return self.fault(question, Error::new(ErrorCode::BinaryRefused, words));
        }
        let argument = event.args.into_iter().next();
        if question.event == "authenticate" {
            return self.refresh(question, argument).await;
        }
        match Asked::read(&question.event, argument) {
            Ok(asked) => self.carry_out(question, asked).await,
            Err(error) => self.fault(question, error),
        }
    }

    async fn carry_out(&mut self, question: Question, asked: Asked) {
        let (dialect, called) = (asked.dialect, asked.called.clone());
        let asker = Asker { session: &self.session, told: &self.told };
        let request = match asker.request_of(asked).await {
            Ok(request) => request,
            Err(error) if error.retryable => return self.answer(question, Err(error)),
            Err(error) => return self.fault(question, error),
        };
        self.faults.forget();
        self.doors.meters.request(DOOR, request.name());
        match request {
            Request::JoinRoom(request) => {
                let result = self.join(request, dialect, called).await;
                self.acknowledge(question, result.map(|entered| words::done(&entered)));
            }
            Request::SendMessage(said) if question.event == CHAT_MESSAGE && !self.told.is_in(&said.room) => {
                let room = said.room.clone();
                let joining =
                    JoinRoom { room, cursor: None, streams: Vec::new(), receive: None, limit: None };
                match self.join(joining, dialect, called).await {
                    Ok(_) => self.begin(question, said.into()).await,
                    Err(error) => self.answer(question, Err(error)),
                }
            }
            request => self.begin(question, request).await,
        }
    }

    /// As at every other door: checked, and put into the pipeline, in the order in which it was said.
    async fn begin(&mut self, question: Question, request: Request) {
        while self.in_flight.len() >= self.doors.settings.limits.requests_in_flight {
            let (earlier, result) = self.in_flight.next().await;
            self.answer(earlier, result);
        }
        if let Request::LeaveRoom(request) = &request {
            self.reader.leave(&request.room);
            self.told.leave(&request.room, &mut self.due);
        }
        if is_page(&request) {
            let result = self.session.handle(request).await;
            return self.answer(question, result);
        }
        match self.session.begin(request).await {
            Begun::Now(result) => self.answer(question, result),
            Begun::Later(later) => self.in_flight.push(question, later),
        }
    }

    /// The room's state comes first, then the answer, then what happens.
    async fn join(
        &mut self,
        request: JoinRoom,
        dialect: Dialect,
        called: Option<String>,
    ) -> Result<Entered, Error> {
        let receive = request.receive.clone();
        let seq = request.cursor.as_ref().map_or(0, |cursor| cursor.seq);
        let before = Before { seq, told: 0, streams: request.streams.clone() };
        let joined = self.reader.join(&self.session, request).await?;
        let resumed = joined.mode == JoinMode::Resumed;
        let entered = Entered { room: joined.room.clone(), head: joined.head, resumed };
        let entering = Entering { dialect, called, receive, before: resumed.then_some(before) };
        self.told.enter(joined, entering, &mut self.due);
        Ok(entered)
    }

    pub(super) fn answer(&mut self, question: Question, result: Result<Reply, Error>) {
        self.acknowledge(question, result.map(|reply| words::done(&reply)));
    }

    /// Refuses what makes no sense. A client that says nothing else does not speak the protocol.
    fn fault(&mut self, question: Question, error: Error) {
        self.answer(question, Err(error));
        if self.faults.note(Instant::now()) {
            self.farewell = Some(CloseCode::ProtocolViolation);
        }
    }

    /// Whoever wants no acknowledgement is told only what failed.
    fn acknowledge(&mut self, question: Question, result: Result<String, Error>) {
        let Question { event, ack } = question;
        if let Err(error) = &result {
            self.doors.meters.error(DOOR, error.code);
        }
        let packet = match (ack, result) {
            (Some(ack), Ok(done)) => ack.packet(&done),
            (Some(ack), Err(error)) => ack.packet(&words::refused(&error)),
            (None, Ok(_)) => return,
            (None, Err(error)) => {
                let refused = Refused { event: Cow::Borrowed(&event), error: Cow::Borrowed(&error) };
                let saying = match &*event {
                    CHAT_MESSAGE => Saying::Error(ChatError::Refused(refused)),
                    _ => Saying::Refused(refused),
                };
                saying.packet(None, None)
            }
        };
        self.due.push_back(packet);
    }

    /// Takes over a new token. The connection stays its user's.
    async fn refresh(&mut self, question: Question, argument: Option<Value>) {
        self.doors.meters.request(DOOR, "authenticate");
        let token = argument.as_ref().and_then(|fields| fields.get("token")).and_then(Value::as_str);
        let Some(token) = token else {
            return self.fault(question, Error::field("token", "`token` is missing"));
        };
        match self.doors.sign_in(token).await.and_then(|signed_in| self.same_user(signed_in)) {
            Ok(signed_in) => {
                self.alarm.renew(&self.doors.settings.timers, self.doors.time_left(&signed_in));
                self.expires_at = signed_in.expires_at();
                self.session.set_administrator(signed_in.is_administrator());
                self.trust = trust::Entry::of(&signed_in, &self.doors);
                let until = serde_json::json!({ "expires_at": self.expires_at });
                self.acknowledge(question, Ok(words::done(&until)));
            }
            Err(error) => {
                if !error.retryable {
                    self.farewell = Some(sign_in::refusal(&error));
                }
                self.answer(question, Err(error));
            }
        }
    }

    fn same_user(&self, signed_in: SignedIn) -> Result<SignedIn, Error> {
        if signed_in.user.id == self.session.user().id {
            return Ok(signed_in);
        }
        Err(Error::new(ErrorCode::TokenRefused, "the token is another user's: open another connection"))
    }
}
