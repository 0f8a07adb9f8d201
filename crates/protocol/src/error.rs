//! Errors: for two readers, the program (`code`, `retryable`) and the person (`message`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of error. Each code has one HTTP status and is either worth a retry or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The frame or body is not one JSON object.
    BadJson,
    /// A field is missing, of the wrong type, or has a value that is not allowed; `field` names it.
    BadRequest,
    /// No such `type`.
    UnknownType,
    /// Text was expected, bytes came.
    BinaryRefused,
    /// Nobody is signed in on this connection or request.
    Unauthenticated,
    /// The token's time is over.
    TokenExpired,
    /// The token is not good: signature, issuer, audience or shape.
    TokenRefused,
    /// The user may not do this.
    Forbidden,
    /// The user is not a member of this room.
    NotMember,
    /// There is no such thing, or the user may not know of it.
    NotFound,
    /// The id was used for something else, or the thing is in a state that does not allow this.
    Conflict,
    /// Larger than `limit`.
    TooLarge,
    /// More than `limit`.
    TooMany,
    /// As much waits for this bot here as may; `limit` says how much.
    QueueFull,
    /// The bot is at work and takes no other message meanwhile.
    BotBusy,
    /// Somebody decided before; the present state of things tells who and how.
    AlreadyDecided,
    /// The run is over, or another attempt of it is at work: nothing more of this one is accepted.
    Fenced,
    /// Too often; try again after `retry_after_ms`.
    RateLimited,
    /// The server cannot do it now; nothing was done.
    Unavailable,
    /// The server failed; whether it was done is unknown, and repeating with the same id is safe.
    Internal,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 20] = [
        Self::BadJson,
        Self::BadRequest,
        Self::UnknownType,
        Self::BinaryRefused,
        Self::Unauthenticated,
        Self::TokenExpired,
        Self::TokenRefused,
        Self::Forbidden,
        Self::NotMember,
        Self::NotFound,
        Self::Conflict,
        Self::TooLarge,
        Self::TooMany,
        Self::QueueFull,
        Self::BotBusy,
        Self::AlreadyDecided,
        Self::Fenced,
        Self::RateLimited,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The code as it is written on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadJson => "bad_json",
            Self::BadRequest => "bad_request",
            Self::UnknownType => "unknown_type",
            Self::BinaryRefused => "binary_refused",
            Self::Unauthenticated => "unauthenticated",
            Self::TokenExpired => "token_expired",
            Self::TokenRefused => "token_refused",
            Self::Forbidden => "forbidden",
            Self::NotMember => "not_member",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::TooLarge => "too_large",
            Self::TooMany => "too_many",
            Self::QueueFull => "queue_full",
            Self::BotBusy => "bot_busy",
            Self::AlreadyDecided => "already_decided",
            Self::Fenced => "fenced",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// The HTTP status that carries it.
    pub fn http_status(self) -> u16 {
        match self {
            Self::BadJson | Self::BadRequest | Self::UnknownType | Self::TooMany => 400,
            Self::BinaryRefused => 415,
            Self::Unauthenticated | Self::TokenExpired | Self::TokenRefused => 401,
            Self::Forbidden | Self::NotMember => 403,
            Self::NotFound => 404,
            Self::Conflict | Self::BotBusy | Self::AlreadyDecided | Self::Fenced => 409,
            Self::TooLarge => 413,
            Self::RateLimited | Self::QueueFull => 429,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }

    /// Whether the same request may succeed later.
    pub fn retryable(self) -> bool {
        matches!(
            self,
            Self::QueueFull | Self::BotBusy | Self::RateLimited | Self::Unavailable | Self::Internal
        )
    }
}

/// An error as it goes over every door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// For the program.
    pub code: ErrorCode,
    /// For the person: what happened and what to do.
    pub message: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// When to try again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_after_ms: Option<u64>,
    /// The field at fault.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
    /// The limit that was passed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<u64>,
}

impl Error {
    /// An error with this code and these words.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let retryable = code.retryable();
        Self { code, message: message.into(), retryable, retry_after_ms: None, field: None, limit: None }
    }

    /// A field that is missing or wrong.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(ErrorCode::BadRequest, message) }
    }

    /// A field that is larger than `limit` bytes.
    pub fn too_large(field: &str, limit: usize) -> Self {
        let message = format!("`{field}` is larger than {limit} bytes");
        Self {
            field: Some(field.to_owned()),
            limit: Some(limit as u64),
            ..Self::new(ErrorCode::TooLarge, message)
        }
    }

    /// A list that has more than `limit` elements.
    pub fn too_many(field: &str, limit: usize) -> Self {
        let message = format!("`{field}` has more than {limit} elements");
        Self {
            field: Some(field.to_owned()),
            limit: Some(limit as u64),
            ..Self::new(ErrorCode::TooMany, message)
        }
    }

    /// Too often.
    pub fn rate_limited(retry_after_ms: u64) -> Self {
        let message = format!("too many requests: try again in {retry_after_ms} ms");
        Self { retry_after_ms: Some(retry_after_ms), ..Self::new(ErrorCode::RateLimited, message) }
    }

    /// Nothing of this kind that the user may know of.
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("there is no such {what}, or you have no access to it"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_written_as_serde_writes_them() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{}\"", code.as_str()));
        }
    }
}
