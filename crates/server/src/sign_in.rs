//! Signing in: from a token or ticket to a user, with errors in the words of the wire.

use std::time::Duration;

use antiphon_hub::{Reader, Session};
use antiphon_identity::{AuthError, Identity, Kind, UnixSeconds};
use antiphon_protocol::{Error, ErrorCode, Timestamp, User, UserId, UserKind};

use crate::doors::Doors;

/// Where the identity of a bot comes from: the server itself.
pub const BOTS: &str = "bots";

/// The last second that has a date: a bot's token holds until it is withdrawn.
const NEVER: UnixSeconds = 253_402_300_799;

/// Somebody whose token or ticket was good.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// As the token said it.
    pub identity: Identity,
}

/// Who has this role may manage everyone's bots.
const ADMINISTRATOR: &str = "antiphon_admin";

impl SignedIn {
    /// The user that an identity stands for.
    ///
    /// # Errors
    /// If the token's subject cannot serve as a user's id.
    pub fn new(identity: Identity) -> Result<Self, Error> {
        let id =
            UserId::parse(&identity.subject).ok().filter(|id| *id != UserId::system()).ok_or_else(|| {
                let advice =
                    "the token's subject cannot be a user id: at most 128 letters, digits and _ - . : @ | ~";
                Error::new(ErrorCode::TokenRefused, advice)
            })?;
        let kind = match identity.kind {
            Kind::Person | Kind::Guest => UserKind::Person,
            Kind::Bot => UserKind::Bot,
        };
        let name = identity.name.clone().unwrap_or_else(|| id.as_str().chars().take(24).collect());
        Ok(Self { user: User { id, kind, name, avatar: identity.avatar.clone() }, identity })
    }

    /// A bot that came with its token.
    fn of_bot(user: User) -> Self {
        let identity = Identity {
            subject: user.id.to_string(),
            kind: Kind::Bot,
            name: Some(user.name.clone()),
            avatar: user.avatar.clone(),
            roles: Vec::new(),
            expires_at: NEVER,
            provider: BOTS.to_owned(),
            signed_by: String::new(),
        };
        Self { user, identity }
    }

    /// Whether the identity provider calls the user an administrator.
    pub fn is_administrator(&self) -> bool {
        self.identity.roles.iter().any(|role| role == ADMINISTRATOR)
    }

    /// When the token expires.
    pub fn expires_at(&self) -> Timestamp {
        timestamp(self.identity.expires_at)
    }
}

/// Seconds of a token as an instant of the wire.
pub fn timestamp(seconds: UnixSeconds) -> Timestamp {
    Timestamp::from_millis(i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX))
}

impl Doors {
    /// Everything that somebody may do. Acts, and hears nothing.
    pub fn session(&self, signed_in: &SignedIn) -> Session {
        let mut session = self.hub.session(signed_in.user.clone());
        session.set_administrator(signed_in.is_administrator());
        session
    }

    /// A connection of somebody who is signed in, unless they have too many.
    pub fn connect(&self, signed_in: &SignedIn) -> Result<(Session, Reader), Error> {
        let (mut session, reader) = self.hub.connect(signed_in.user.clone())?;
        session.set_administrator(signed_in.is_administrator());
        Ok((session, reader))
    }

    /// How long somebody's token holds from now on.
    pub fn time_left(&self, signed_in: &SignedIn) -> Duration {
        Duration::from_secs(signed_in.identity.expires_at.saturating_sub(self.clock.unix_now()))
    }

    /// Signs in by a token, and makes the user known.
    pub async fn sign_in_by_token(&self, token: &str) -> Result<SignedIn, Error> {
        if let Some(bot) = self.hub.bot_of_token(token) {
            return Ok(SignedIn::of_bot(bot));
        }
        let identity = self.authenticator.verify(token).await.map_err(auth_error)?;
        self.let_in(identity).await
    }

    /// Signs in by a ticket, once.
    pub async fn sign_in_by_ticket(&self, ticket: &str) -> Result<SignedIn, Error> {
        let refused =
            || Error::new(ErrorCode::TokenRefused, "the ticket was used before or is too old: get another");
        let identity = self.tickets.redeem(ticket).ok_or_else(refused)?;
        self.let_in(identity).await
    }

    /// Signs in by whichever it is: a bot's token is known as it is, other tokens have dots, a ticket has none.
    pub async fn sign_in(&self, token_or_ticket: &str) -> Result<SignedIn, Error> {
        let is_bots = self.hub.bot_of_token(token_or_ticket).is_some();
        if is_bots || token_or_ticket.is_empty() || token_or_ticket.contains('.') {
            self.sign_in_by_token(token_or_ticket).await
        } else {
            self.sign_in_by_ticket(token_or_ticket).await
        }
    }

    async fn let_in(&self, identity: Identity) -> Result<SignedIn, Error> {
        let signed_in = SignedIn::new(identity)?;
        self.hub.admit(signed_in.user.clone()).await?;
        Ok(signed_in)
    }
}

/// An error of the identity part, as it goes over the wire.
pub fn auth_error(fault: AuthError) -> Error {
    let message = fault.to_string();
    match fault {
        AuthError::TokenMissing => Error::new(ErrorCode::Unauthenticated, message),
        AuthError::TokenExpired => Error::new(ErrorCode::TokenExpired, message),
        AuthError::GuestsOff => Error::new(ErrorCode::Forbidden, message),
        AuthError::GuestName(_) => Error::field("name", message),
        AuthError::KeysUnavailable | AuthError::TicketsExhausted => {
            Error { retry_after_ms: Some(2_000), ..Error::new(ErrorCode::Unavailable, message) }
        }
        AuthError::TokenNotYetValid => {
            Error { retryable: true, ..Error::new(ErrorCode::TokenRefused, message) }
        }
        AuthError::TokenMalformed(_) | AuthError::TokenRefused(_) => {
            Error::new(ErrorCode::TokenRefused, message)
        }
    }
}
