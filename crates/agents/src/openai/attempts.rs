//! Attempts: the model, again after a pause, then the next model, until one begins to speak.

use tracing::warn;

use super::{
    endpoint::Endpoint,
    options::OpenAiOptions,
    pause,
    prompt::Turn,
    reply::Reply,
    trouble::{Halt, Remedy, Trouble},
};

/// A question, and who is asked.
pub(super) struct Attempts<'a> {
    pub options: &'a OpenAiOptions,
    pub endpoint: &'a Endpoint,
    pub turns: &'a [Turn],
}

impl Attempts<'_> {
    /// Asks until there is an answer. What was shown once is not taken back: an answer that broke off stays so.
    pub async fn make(&self, reply: &mut Reply<'_>) -> Result<(), Halt> {
        let mut last = Trouble::silent();
        for model in std::iter::once(&self.options.model).chain(&self.options.fallback_models) {
            match self.ask(model, reply).await {
                Err(Halt::Trouble(trouble)) if !reply.has_begun() && trouble.remedy != Remedy::Nothing => {
                    last = trouble;
                }
                outcome => return outcome,
            }
        }
        Err(last.into())
    }

    /// Asks one model, as often as it is worth it.
    async fn ask(&self, model: &str, reply: &mut Reply<'_>) -> Result<(), Halt> {
        let mut attempt = 0;
        loop {
            reply.begin_again();
            let Err(halt) = self.endpoint.ask(model, self.turns, reply).await else { return Ok(()) };
            let Halt::Trouble(trouble) = &halt else { return Err(halt) };
            let (bot, reason) = (&self.options.id, trouble.reason.as_str());
            warn!(%bot, run = %reply.run_id(), model, attempt, reason, "a model did not answer");
            let Remedy::Again(asked) = trouble.remedy else { return Err(halt) };
            if reply.has_begun() || attempt == self.options.retries {
                return Err(halt);
            }
            // Without a random source all pauses are of medium length.
            let dice = getrandom::u32().unwrap_or(u32::MAX / 2);
            let Some(pause) = pause::before(attempt, asked, dice) else { return Err(halt) };
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }
}
