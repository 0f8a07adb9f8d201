//! The whole output of a tool call, as a file: for members of its room who may see the call.

use antiphon_protocol::{Error, MessageId, RoomId, ToolCallId};
use axum::{
    http::{
        HeaderMap, HeaderValue, Method,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
    response::Response,
};
use serde::Deserialize;

use super::{Failure, FromQuery, caller::Caller, ranged::ranged, tagged::tag_of};

/// Which output, as the path says.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    room: RoomId,
    message_id: MessageId,
    tool_call: ToolCallId,
}

/// What a tool puts out is anything at all: nothing that a browser should show as a page of ours.
pub async fn output(
    caller: Caller,
    FromQuery(wanted): FromQuery<Wanted>,
    method: Method,
    known: HeaderMap,
) -> Result<Response, Failure> {
    caller.doors.meters.request("http", "tool_output");
    let Wanted { room, message_id, tool_call } = wanted;
    let file = caller.session().tool_output(&room, &message_id, &tool_call).await?;
    // Bounded by the limit `tool_output_kept`.
    let text = tokio::fs::read(file).await.map_err(|_| Error::not_found("tool output"))?;
    let name = format!("attachment; filename=\"{tool_call}.txt\"");
    let tag = tag_of(&text);
    let mut response = ranged(text.into(), tag, &method, &known);
    if response.status().is_client_error() {
        // A problem, which is no file.
        return Ok(response);
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
