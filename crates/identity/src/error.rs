//! What can be wrong with a token, and what can be wrong with the configuration.
//!
//! Neither kind ever carries a token, a secret or any other value that it is about.

use std::fmt;

/// Why somebody is not let in. [`code`](Self::code) is stable and for programs, the message for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The token is the empty string.
    #[error("no token was given; sign in and send the token")]
    TokenMissing,
    /// Not a JWT, or one with parts that cannot be read.
    #[error("the token cannot be read: {0}")]
    TokenMalformed(&'static str),
    /// `exp` has passed.
    #[error("the token has expired; get a new one from where you signed in")]
    TokenExpired,
    /// `nbf` or `iat` lies in the future, beyond the leeway.
    #[error("the token is not valid yet; compare the clocks of the issuer and of this server")]
    TokenNotYetValid,
    /// A readable token that does not open this door.
    #[error("the token is not accepted here: {0}")]
    TokenRefused(Refusal),
    /// The provider's keys have never been fetched; the token may be a good one.
    #[error("the sign-in provider's keys cannot be fetched at the moment; try again shortly")]
    KeysUnavailable,
    /// Guest sign-in is off.
    #[error("guests are not admitted here; sign in with an account")]
    GuestsOff,
    /// The name that a guest asked for.
    #[error("this name cannot be used: {0}")]
    GuestName(NameFault),
    /// As many tickets are outstanding as the server keeps.
    #[error("too many tickets are waiting to be used; try again in a few seconds")]
    TicketsExhausted,
}

impl AuthError {
    /// Stable identifier of the error, for the wire.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TokenMissing => "token_missing",
            Self::TokenMalformed(_) => "token_malformed",
            Self::TokenExpired => "token_expired",
            Self::TokenNotYetValid => "token_not_yet_valid",
            Self::TokenRefused(_) => "token_refused",
            Self::KeysUnavailable => "keys_unavailable",
            Self::GuestsOff => "guests_off",
            Self::GuestName(_) => "guest_name_invalid",
            Self::TicketsExhausted => "tickets_exhausted",
        }
    }

    /// Whether the very same request may succeed a little later.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        matches!(self, Self::TokenNotYetValid | Self::KeysUnavailable | Self::TicketsExhausted)
    }
}

/// What exactly is wrong with a token that could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No configured key is for this algorithm; `none` never is.
    #[error("no configured key is for its algorithm")]
    Algorithm,
    /// `kid` names no key that is known.
    #[error("its key is not known")]
    UnknownKey,
    /// No key that could have signed it did.
    #[error("its signature does not match")]
    Signature,
    /// The header demands extensions (`crit`, `b64`, `enc`) that nobody here understands.
    #[error("its header asks for an extension that is not supported")]
    Extension,
    /// `typ` names something other than an access token.
    #[error("its `typ` is not that of an access token")]
    Type,
    /// A refresh token or the like.
    #[error("it is not an access token")]
    Use,
    /// `iss` is missing or another.
    #[error("its issuer is not the configured one")]
    Issuer,
    /// `aud` is missing or another.
    #[error("it was issued for another audience")]
    Audience,
    /// `sub` is missing, empty, too long or no string.
    #[error("its subject is missing or unusable")]
    Subject,
    /// `sub` begins with a prefix that belongs to guests or bots.
    #[error("its subject begins with a reserved prefix")]
    ReservedSubject,
    /// There is no `exp`.
    #[error("it never expires")]
    NoExpiry,
    /// A claim that the configuration requires has another value or is missing.
    #[error("a claim required by the configuration is missing or different")]
    RequiredClaim,
}

/// What is wrong with a guest's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Nothing is left after trimming.
    #[error("it is empty")]
    Empty,
    /// More than [`MAX_NAME_CHARS`](crate::MAX_NAME_CHARS).
    #[error("it is longer than {} characters", crate::MAX_NAME_CHARS)]
    TooLong,
    /// Control, zero-width, direction-changing or private characters.
    #[error("it contains characters that cannot be seen")]
    Invisible,
}

/// A setting that cannot be worked with: its key and what to do, never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    key: String,
    problem: String,
}

impl ConfigError {
    pub(crate) fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { key: key.into(), problem: problem.into() }
    }

    /// The same error, seen from the section that contains the setting.
    pub(crate) fn within(self, section: &str) -> Self {
        Self { key: format!("{section}.{}", self.key), ..self }
    }

    /// Dotted name of the setting, below `identity`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.problem)
    }
}

impl std::error::Error for ConfigError {}
