//! Attempts: the model, again after a pause, then the next model, until one begins to speak.

use tracing::warn;

use super::{
    endpoint::{Endpoint, Question},
    options::Options,
    pause,
    reply::Reply,
    trouble::{Halt, Remedy, Trouble},
};

/// Who can be asked.
pub(super) struct Attempts<'a> {
    pub options: &'a Options,
    pub endpoint: &'a Endpoint,
}

impl Attempts<'_> {
    /// Asks until there is an answer. What was shown once is not taken back: an answer that broke off stays so. Each model
    /// that was asked is in the run's usage, with the number of its requests.
    pub async fn make(&self, question: Question<'_>, reply: &mut Reply<'_>) -> Result<(), Halt> {
        let mut last = Trouble::silent();
        for model in std::iter::once(&self.options.model).chain(&self.options.fallback_models) {
            match self.ask(model, question, reply).await {
                Err(Halt::Trouble(trouble)) if !reply.has_begun() => {
                    let is_over = trouble.remedy == Remedy::Nothing;
                    last = trouble;
                    if is_over {
                        break;
                    }
                }
                outcome => return outcome,
            }
        }
        match &self.options.fallback_answer {
            Some(words) => Ok(reply.say(words).await?),
            None => Err(last.into()),
        }
    }

    /// Asks one model, as often as it is worth it.
    async fn ask(&self, model: &str, question: Question<'_>, reply: &mut Reply<'_>) -> Result<(), Halt> {
        let mut attempt = 0;
        loop {
            let outcome = self.endpoint.ask(model, question, reply).await;
            reply.count_tokens(model);
            let Err(Halt::Trouble(trouble)) = outcome else { return outcome };
            let (bot, reason) = (&self.options.id, trouble.reason.as_str());
            warn!(%bot, run = %reply.run_id(), model, attempt, reason, "a model did not answer");
            let Remedy::Again(asked) = trouble.remedy else { return Err(trouble.into()) };
            if reply.has_begun() || attempt == self.options.retries {
                return Err(trouble.into());
            }
            // Without a random source all pauses are of medium length.
            let dice = getrandom::u32().unwrap_or(u32::MAX / 2);
            let Some(pause) = pause::before(attempt, asked, dice) else { return Err(trouble.into()) };
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }
}
