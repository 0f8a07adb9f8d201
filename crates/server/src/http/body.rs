//! A request from path and body: the same fields as on a socket, those of the path put among those of the body.

use std::sync::Arc;

use antiphon_protocol::{Error, ErrorCode, request::parse_error};
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::{
    Failure,
    caller::{Answer, Caller},
    fields::Fields,
    query::{idempotency_key, path_fields},
};
use crate::doors::Doors;

/// A request, read from path and body.
pub struct FromBody<T>(pub T);

/// Carries out a request whose fields are in path and body.
pub async fn by_body<T>(caller: Caller, FromBody(asked): FromBody<T>) -> Answer
where
    T: DeserializeOwned + Into<antiphon_protocol::Request>,
{
    caller.ask(asked).await
}

impl<T: DeserializeOwned> FromRequest<Arc<Doors>> for FromBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, doors: &Arc<Doors>) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let path = path_fields(&mut parts).await?;
        let body = read_all(body, doors.settings.limits.frame_bytes).await?;
        let mut fields = Fields::read(&body)?;
        for (name, value) in &path {
            fields.put(name, value)?;
        }
        if let Some(key) = idempotency_key(&parts.headers)? {
            fields.put_default("id", key);
        }
        let asked = serde_json::from_str(&fields.to_json()).map_err(|fault| parse_error(&fault))?;
        Ok(Self(asked))
    }
}

/// The whole body, as long as it is not too large.
pub async fn read_all(body: axum::body::Body, limit: usize) -> Result<Bytes, Error> {
    match Limited::new(body, limit).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(fault) if fault.is::<LengthLimitError>() => Err(Error::too_large("body", limit)),
        Err(_) => Err(Error::new(ErrorCode::BadRequest, "the body could not be read to its end")),
    }
}
