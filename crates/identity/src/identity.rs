//! The answer to "who is speaking".

use antiphon_protocol::UserId;
use serde::Serialize;

use crate::clock::UnixSeconds;
use crate::random;

/// Prefix of every guest's subject. No provider may assert a subject that begins so.
pub const GUEST_PREFIX: &str = "guest_";

/// Prefix of every bot's subject. No provider may assert a subject that begins so.
pub const BOT_PREFIX: &str = "bot_";

/// Prefix of the ids of people whose subject is not an id by itself.
const HASHED_PREFIX: &str = "sub_";

/// Whether a provider must not assert this subject: it would speak for a guest, a bot or the server itself.
pub(crate) fn is_reserved(subject: &str) -> bool {
    [GUEST_PREFIX, BOT_PREFIX, HASHED_PREFIX].iter().any(|prefix| subject.starts_with(prefix))
        || subject == UserId::system().as_str()
}

/// What sort of token the identity was proven with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody with an account at a configured provider.
    Person,
    /// Somebody who gave a name and nothing else.
    Guest,
    /// A program; no token of this kind is issued yet.
    Bot,
}

/// Somebody whose token has been checked, and for how long that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Who: stable for the same account, distinct between providers by their `subject_prefix`.
    pub subject: String,
    /// What kind of token said so.
    pub kind: Kind,
    /// Display name, cleaned of invisible characters and cut to a showable length.
    pub name: Option<String>,
    /// Picture, always an http or https URL.
    pub avatar: Option<String>,
    /// Roles as the provider states them.
    pub roles: Vec<String>,
    /// From this second on the identity needs a new token.
    pub expires_at: UnixSeconds,
    /// Name of the provider in the configuration; `guest` for guests.
    pub provider: String,
    /// Which of the provider's keys vouched, see [`Authenticator::still_trusts`](crate::Authenticator::still_trusts).
    pub signed_by: String,
}

impl Identity {
    /// The user's id: the subject, or, where that has characters which no id may have, a hash of it.
    #[must_use]
    pub fn user_id(&self) -> UserId {
        UserId::parse(&self.subject).unwrap_or_else(|_| {
            let hash = random::fingerprint(&self.subject);
            let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            UserId::parse(&format!("{HASHED_PREFIX}{hex}")).expect("a prefix and 64 hex digits are an id")
        })
    }
}
