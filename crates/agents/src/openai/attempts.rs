//! Attempts: the model, again after a pause, then the next model, until one begins to speak.

use std::time::Duration;

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
    /// Asks until there is an answer. What was shown once is not taken back: an answer that broke off stays so. What became
    /// of each request is in the run's usage. Where a shorter request may help, `may_shorten`, that is told at once.
    pub async fn make(
        &self,
        question: Question<'_>,
        reply: &mut Reply<'_>,
        may_shorten: bool,
    ) -> Result<(), Halt> {
        let mut last = Trouble::silent();
        for model in std::iter::once(&self.options.model).chain(&self.options.fallback_models) {
            match self.ask(model, question, reply).await {
                Err(Halt::Trouble(trouble)) if !reply.has_begun() => {
                    let is_over = match trouble.remedy {
                        Remedy::Shorter if may_shorten => return Err(trouble.into()),
                        remedy => remedy == Remedy::Nothing,
                    };
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
            reply.begin_attempt();
            let at = reply.now();
            let outcome = match self.endpoint.ask(model, question, reply).await {
                Ok(()) if reply.is_silent() => Err(Trouble::silent().into()),
                outcome => outcome,
            };
            let pause = match &outcome {
                Err(Halt::Trouble(trouble)) => self.pause(trouble, attempt, reply.has_begun()),
                _ => None,
            };
            reply.count(model, at, &outcome, pause);
            let Err(Halt::Trouble(trouble)) = outcome else { return outcome };
            let (bot, reason) = (&self.options.id, trouble.reason.as_str());
            warn!(%bot, run = %reply.run_id(), model, attempt, reason, "a model did not answer");
            let Some(pause) = pause else { return Err(trouble.into()) };
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// How long to wait before the same model is asked again; nothing if it is not.
    fn pause(&self, trouble: &Trouble, attempt: u32, has_begun: bool) -> Option<Duration> {
        let Remedy::Again(asked) = trouble.remedy else { return None };
        if has_begun || attempt == self.options.retries {
            return None;
        }
        // Without a random source all pauses are of medium length.
        let dice = getrandom::u32().unwrap_or(u32::MAX / 2);
        pause::before(attempt, asked, dice)
    }
}
