//! The one trait behind which every kind of agent stands.
//!
//! A connector owns the link to its agent: a browser never talks to one. The supervisor brings it up, gives it runs, hears
//! when the link is lost, and brings it up again.

use antiphon_hub::RunSession;
use async_trait::async_trait;

/// Why an agent cannot be reached, in words for people. Without secrets: everyone in the bot's rooms reads its message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Trouble {
    /// What is wrong, and what to do about it.
    pub message: String,
    /// What is known beyond that, for those who control the bot: who knows what a program says, or an agent.
    pub details: Option<String>,
    /// Whether trying again is of no use until somebody changes something.
    pub permanent: bool,
}

impl Trouble {
    /// Trouble that may pass.
    pub fn passing(message: impl Into<String>) -> Self {
        Self { message: message.into(), details: None, permanent: false }
    }

    /// Trouble that stays.
    pub fn permanent(message: impl Into<String>) -> Self {
        Self { message: message.into(), details: None, permanent: true }
    }

    /// With more for those who control the bot.
    pub fn with(self, details: Option<String>) -> Self {
        Self { details, ..self }
    }
}

/// How a bot is reached.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// Brings the link up. The bot is `starting` until this returns, then `running`. May be called again after
    /// [`lost`](Self::lost) or [`stop`](Self::stop). May be dropped at any moment, and leaves nothing behind then.
    async fn start(&self) -> Result<(), Trouble> {
        Ok(())
    }

    /// Returns when the link is lost, or a health check fails. Called after each successful start; may be dropped.
    async fn lost(&self) -> Trouble {
        std::future::pending().await
    }

    /// Returns once it is worth calling [`start`](Self::start) again before the pause after a trouble is over, which where the
    /// trouble is permanent has no end: a program that connects by itself has come, say. May be dropped.
    async fn ready(&self) {
        std::future::pending().await
    }

    /// Works on one run to its end, which it tells by [`RunSession::finish`]. Heeds [`RunSession::cancelled`]. Called for as
    /// many runs at a time as the bot may have. A panic, or a run that is dropped, ends that run alone.
    async fn work(&self, run: RunSession);

    /// Takes the link down. No run is at work any more.
    async fn stop(&self) {}
}
