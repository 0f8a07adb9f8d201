//! Who is speaking: tokens, key sets, guests, tickets, origins. No rooms.
//!
//! - [`Authenticator`] takes a token and answers with an [`Identity`]. Each key has one algorithm, fixed by the
//!   configuration or by the key's own type; what a token says about itself only helps to find the key. Keys that
//!   a provider publishes are fetched, cached, refreshed and forgotten as the provider says.
//! - [`GuestIssuer`] signs people in by name alone, with a key that never leaves the data directory.
//! - [`Tickets`] stand in for a token, once and for seconds, where a token cannot be sent in a header.
//! - [`Vault`] keeps secrets of others, sealed with a key that is not in the database.
//! - [`Passes`] are given to clients that may come back, and known again after a restart.
//! - [`OriginPolicy`] says which web pages may talk to the server.
//!
//! All time comes from a [`Clock`]; no error, log line or debug output holds a token or a secret.
//!
//! The server runs [`Authenticator::keep_keys_fresh`] beside its other tasks, and asks
//! [`Authenticator::still_trusts`] about its open connections whenever [`Authenticator::key_changes`] says so.
//!
//! # Configuration for Supabase
//! ```toml
#![doc = include_str!("../supabase.example.toml")]
//! ```

mod authenticator;
mod cache;
mod claims;
mod clock;
mod config;
mod error;
mod guest;
mod identity;
mod key_file;
mod keys;
mod name;
mod origin;
mod passes;
mod preset;
mod provider;
mod random;
mod secret;
mod ticket;
mod token;
mod vault;

pub use authenticator::Authenticator;
pub use clock::{Clock, SystemClock, UnixSeconds};
pub use config::{Algorithm, Guests, IdentityConfig, OneOrMany, Preset, ProviderConfig};
pub use error::{AuthError, ConfigError, NameFault, Refusal};
pub use guest::{GuestIssuer, GuestToken, KEY_FILE};
pub use identity::{BOT_PREFIX, GUEST_PREFIX, Identity, Kind};
pub use name::MAX_NAME_CHARS;
pub use origin::{OriginPolicy, OriginVerdict};
pub use passes::{PASSES_KEY_FILE, Passes};
pub use ticket::{MAX_TICKETS, MAX_TICKETS_PER_SUBJECT, TICKET_LIFETIME_S, Tickets};
pub use token::MAX_TOKEN_BYTES;
pub use vault::{VAULT_KEY_FILE, Vault, VaultError};
