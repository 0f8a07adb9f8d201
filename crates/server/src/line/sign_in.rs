//! Signing in: by the first words on a socket, where nothing but `authenticate` counts, and not for long; over HTTP with
//! the request.

use antiphon_hub::{Reader, Session};
use antiphon_protocol::{
    ClientFrame, CloseCode, Error, ErrorCode,
    event::Authenticated,
    frame::{Answer, Authenticate},
};
use antiphon_websocket::Message;
use tokio::time::{Instant, timeout};

use super::{Farewell, Line, faults::Faults, inbox::Inbox, words};
use crate::{doors::Doors, sign_in::SignedIn};

/// Somebody who has signed in.
pub(super) struct Entered {
    pub session: Session,
    pub reader: Reader,
    pub signed_in: SignedIn,
    /// What came behind `authenticate` in the same message, if it came in one.
    pub inbox: Inbox,
}

/// Waits for a good `authenticate`, but not for long.
pub(super) async fn wait(line: &mut Line, doors: &Doors) -> Result<Entered, Farewell> {
    let limit = doors.settings.timers.authentication;
    tokio::select! {
        outcome = timeout(limit, listen(line, doors)) => {
            outcome.unwrap_or(Err(Farewell::Ours(CloseCode::AuthenticationTimeout)))
        }
        () = doors.drain.cancelled() => Err(Farewell::Ours(CloseCode::Draining)),
    }
}

async fn listen(line: &mut Line, doors: &Doors) -> Result<Entered, Farewell> {
    let mut faults = Faults::default();
    loop {
        let mut inbox = match line.read().await? {
            Message::Text(text) => Inbox::new(text),
            Message::Binary(_) => {
                refuse(line, doors, None, binary_refused());
                note(&mut faults)?;
                continue;
            }
            Message::Close(reason) => return Err(Farewell::Closed(super::client::echo(reason.as_ref()))),
            Message::Ping(_) | Message::Pong(_) => continue,
        };
        while let Some(frame) = inbox.next(ClientFrame::parse) {
            match frame {
                Ok(ClientFrame::Authenticate { reference, body }) => {
                    let (session, reader, signed_in) = authenticate(line, doors, reference, &body).await?;
                    return Ok(Entered { session, reader, signed_in, inbox });
                }
                Ok(ClientFrame::Pong) => {}
                Ok(ClientFrame::Request { reference, .. }) => {
                    let error = Error::new(ErrorCode::Unauthenticated, "send `authenticate` first");
                    refuse(line, doors, reference, error);
                }
                Err(fault) => refuse(line, doors, fault.reference, fault.error),
            }
            note(&mut faults)?;
        }
    }
}

/// Each of them is answered, and who does not read lets the answers pile up: so they are few.
fn note(faults: &mut Faults) -> Result<(), Farewell> {
    if faults.note(Instant::now()) { Err(Farewell::Ours(CloseCode::ProtocolViolation)) } else { Ok(()) }
}

pub(super) fn binary_refused() -> Error {
    Error::new(ErrorCode::BinaryRefused, "send text frames: this door speaks JSON")
}

fn refuse(line: &mut Line, doors: &Doors, reference: Option<u64>, error: Error) {
    doors.meters.error(line.door(), error.code);
    line.write(&words::error(reference, error));
}

async fn authenticate(
    line: &mut Line,
    doors: &Doors,
    reference: Option<u64>,
    body: &Authenticate,
) -> Result<(Session, Reader, SignedIn), Farewell> {
    doors.meters.request(line.door(), "authenticate");
    let attempt = async {
        let signed_in = doors.sign_in(&body.token).await?;
        let (session, reader) = doors.connect(&signed_in)?;
        Ok((session, reader, signed_in))
    };
    match attempt.await {
        Ok((session, reader, signed_in)) => {
            line.write(&authenticated(reference, &signed_in, &reader, doors));
            Ok((session, reader, signed_in))
        }
        Err(error) => {
            let code = refusal(&error);
            refuse(line, doors, reference, error);
            Err(Farewell::Ours(code))
        }
    }
}

/// The answer to a good `authenticate`.
pub(super) fn authenticated(
    reference: Option<u64>,
    signed_in: &SignedIn,
    reader: &Reader,
    doors: &Doors,
) -> Vec<u8> {
    let body = Authenticated {
        user: signed_in.user.clone(),
        connection_id: reader.connection_id().clone(),
        expires_at: signed_in.expires_at(),
        ping_interval_ms: doors.settings.timers.ping_interval.as_millis() as u64,
        limits: doors.settings.limits.clone(),
    };
    words::json(&Answer::Authenticated { reference, body })
}

/// The close code that follows a refused `authenticate`.
pub fn refusal(error: &Error) -> CloseCode {
    match error.code {
        ErrorCode::TokenExpired => CloseCode::TokenExpired,
        ErrorCode::TooMany => CloseCode::TooManyConnections,
        _ if error.retryable => CloseCode::ServerError,
        _ => CloseCode::AuthenticationFailed,
    }
}
