//! Long-polling: a GET that waits for what is next, a POST that brings what the client says.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, header},
    response::Response,
};
use http_body_util::{BodyExt as _, Limited};
use tokio::sync::oneshot;

use super::{
    Engine, Line, Refusal,
    delivery::Delivery,
    payload,
    session::{Command, Posted},
};

/// Waits for what is next.
pub(super) async fn poll(line: Line) -> Result<Response, Refusal> {
    let (answer, answered) = oneshot::channel();
    line.commands.send(Command::Poll(answer)).await.map_err(|_| Refusal::UnknownSession)?;
    // Not answered: the session has ended meanwhile.
    answered.await.unwrap_or(Err(Refusal::UnknownSession)).map(Delivery::into_body).map(text)
}

/// Brings what the client says. Answered when all of it was taken.
pub(super) async fn post(engine: &Arc<Engine>, line: Line, request: Request) -> Result<Response, Refusal> {
    let turn = line.posting.try_lock();
    let (posted, refusal) = match &turn {
        Ok(_) => tokio::select! {
            posted = read(request, engine.options.max_payload) => posted?,
            // Nobody is there to hear the rest.
            () = line.commands.closed() => return Err(Refusal::UnknownSession),
        },
        // Of two at once nobody could say which is first.
        Err(_) => (Posted::Malformed, Refusal::BadRequest),
    };
    let (answer, answered) = oneshot::channel();
    line.commands.send(Command::Post(posted, answer)).await.map_err(|_| Refusal::UnknownSession)?;
    match answered.await {
        Ok(true) => Ok(text("ok".into())),
        Ok(false) => Err(refusal),
        Err(_) => Err(Refusal::UnknownSession),
    }
}

/// What was posted, and how it is refused if it is.
async fn read(request: Request, limit: usize) -> Result<(Posted, Refusal), Refusal> {
    match Limited::new(request.into_body(), limit).collect().await {
        Ok(body) => match payload::read(&body.to_bytes()) {
            Ok(packets) => Ok((Posted::Packets(packets), Refusal::BadRequest)),
            Err(payload::Malformed) => Ok((Posted::Malformed, Refusal::BadRequest)),
        },
        Err(fault) if fault.is::<http_body_util::LengthLimitError>() => {
            Ok((Posted::Malformed, Refusal::TooLarge))
        }
        Err(_) => Err(Refusal::BadRequest),
    }
}

/// The answer to a request.
pub(super) fn text(body: Body) -> Response {
    let mut response = Response::new(body);
    let kind = HeaderValue::from_static("text/plain; charset=UTF-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
