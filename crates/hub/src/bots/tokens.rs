//! Tokens by which bots come in: which bot has which. Only fingerprints are held.

use std::collections::HashMap;

use antiphon_protocol::{CloseCode, User, UserId};
use parking_lot::RwLock;
use sha2::{Digest as _, Sha256};

use crate::Hub;

/// Whose token has this fingerprint.
#[derive(Debug, Default)]
pub(super) struct Tokens(RwLock<HashMap<[u8; 32], UserId>>);

/// SHA-256 of a token: finds it again without keeping it. Tokens are random, so nothing slower is needed.
pub fn fingerprint(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

impl Hub {
    /// The bot that this token belongs to.
    pub fn bot_of_token(&self, token: &str) -> Option<User> {
        let bot = self.bots.tokens.0.read().get(&fingerprint(token)).cloned()?;
        self.bot(&bot).map(|bot| bot.user)
    }

    /// Whether a bot has a token.
    pub(super) fn has_bot_token(&self, bot: &UserId) -> bool {
        self.bots.tokens.0.read().values().any(|owner| owner == bot)
    }

    /// Gives a bot the token with this fingerprint, or none. Whoever came in by another one has to leave.
    pub fn set_bot_token(&self, bot: &UserId, token: Option<[u8; 32]>) {
        let mut tokens = self.bots.tokens.0.write();
        if token.is_some_and(|token| tokens.get(&token) == Some(bot)) {
            return;
        }
        let before = tokens.len();
        tokens.retain(|_, owner| owner != bot);
        let had_one = tokens.len() < before;
        if let Some(token) = token {
            tokens.insert(token, bot.clone());
        }
        drop(tokens);
        if had_one {
            self.disconnect(bot, CloseCode::AuthenticationFailed);
        }
    }
}
