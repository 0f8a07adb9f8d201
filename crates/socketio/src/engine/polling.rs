//! Long-polling: a GET that waits for what is next, a POST that brings what the client says.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, header},
    response::Response,
};
use http_body_util::{BodyExt as _, Limited};
use tokio::sync::{mpsc, oneshot};

use super::{
    Engine, Refusal, payload,
    session::{Command, Posted},
};

/// Waits for what is next.
pub(super) async fn poll(commands: mpsc::Sender<Command>) -> Result<Response, Refusal> {
    let (answer, answered) = oneshot::channel();
    commands.send(Command::Poll(answer)).await.map_err(|_| Refusal::UnknownSession)?;
    // Not answered: the session has ended meanwhile.
    answered.await.unwrap_or(Err(Refusal::UnknownSession)).map(body)
}

/// Brings what the client says. Answered when all of it was taken.
pub(super) async fn post(
    engine: &Arc<Engine>,
    commands: mpsc::Sender<Command>,
    request: Request,
) -> Result<Response, Refusal> {
    let limit = engine.options.max_payload;
    let body = match Limited::new(request.into_body(), limit).collect().await {
        Ok(body) => Some(body.to_bytes()),
        Err(fault) if fault.is::<http_body_util::LengthLimitError>() => None,
        Err(_) => return Err(Refusal::BadRequest),
    };
    let (posted, refusal) = match body {
        None => (Posted::Malformed, Refusal::TooLarge),
        Some(body) => match payload::read(&body) {
            Ok(packets) => (Posted::Packets(packets), Refusal::BadRequest),
            Err(payload::Malformed) => (Posted::Malformed, Refusal::BadRequest),
        },
    };
    let (answer, answered) = oneshot::channel();
    commands.send(Command::Post(posted, answer)).await.map_err(|_| Refusal::UnknownSession)?;
    match answered.await {
        Ok(true) => Ok(text("ok".into())),
        Ok(false) => Err(refusal),
        Err(_) => Err(Refusal::UnknownSession),
    }
}

/// The answer to a poll.
pub(super) fn body(payload: Vec<u8>) -> Response {
    text(Body::from(payload))
}

fn text(body: Body) -> Response {
    let mut response = Response::new(body);
    let kind = HeaderValue::from_static("text/plain; charset=UTF-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
