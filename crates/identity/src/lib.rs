//! Who is speaking: tokens, key sets, guests, tickets, origins. No rooms.

mod authenticator;
mod cache;
mod claims;
mod clock;
mod config;
mod error;
mod guest;
mod identity;
mod keys;
mod name;
mod origin;
mod preset;
mod provider;
mod random;
mod secret;
mod ticket;
mod token;

pub use authenticator::Authenticator;
pub use clock::{Clock, SystemClock, UnixSeconds};
pub use config::{Algorithm, Guests, IdentityConfig, OneOrMany, Preset, ProviderConfig};
pub use error::{AuthError, ConfigError, NameFault, Refusal};
pub use guest::{GuestIssuer, GuestToken, KEY_FILE};
pub use identity::{BOT_PREFIX, GUEST_PREFIX, Identity, Kind};
pub use name::MAX_NAME_CHARS;
pub use origin::{OriginPolicy, OriginVerdict};
pub use ticket::{MAX_TICKETS, TICKET_LIFETIME_S, Tickets};
pub use token::MAX_TOKEN_BYTES;
