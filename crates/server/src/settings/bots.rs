//! `[[bots]]`: the bots that the operator gives a model.

use std::{fs, path::PathBuf, time::Duration};

use antiphon_agents::{
    builtin,
    openai::{BaseUrl, OpenAiOptions, Times},
};
use antiphon_protocol::{RoomId, UserId};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{SettingsError, sections::millis};

/// Room for a question and a few messages before it.
const LEAST_CONTEXT_TOKENS: usize = 256;

/// One bot, as written in the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaidBot {
    id: UserId,
    name: Option<String>,
    description: Option<String>,
    #[serde(default)]
    suggestions: Vec<String>,
    #[expect(dead_code, reason = "one connector so far, to be named for the sake of those to come")]
    connector: SaidConnector,
    base_url: String,
    model: String,
    #[serde(default)]
    fallback_models: Vec<String>,
    api_key_file: Option<PathBuf>,
    api_key_env: Option<String>,
    system_prompt: Option<String>,
    #[serde(default = "context_tokens")]
    context_tokens: usize,
    #[serde(default = "concurrency")]
    concurrency: usize,
    rooms: Option<Vec<RoomId>>,
    #[serde(rename = "first_chunk_ms", default = "first_chunk", deserialize_with = "millis")]
    first_chunk: Duration,
    #[serde(rename = "chunk_gap_ms", default = "chunk_gap", deserialize_with = "millis")]
    chunk_gap: Duration,
    #[serde(rename = "total_ms", default = "total", deserialize_with = "millis")]
    total: Duration,
    #[serde(default = "retries")]
    retries: u32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
enum SaidConnector {
    #[serde(rename = "openai")]
    OpenAi,
}

/// What the smallest models that are in use take, with room for an answer.
fn context_tokens() -> usize {
    8_000
}

/// What hosted models grant to small accounts, and a machine of one's own can do.
fn concurrency() -> usize {
    8
}

fn retries() -> u32 {
    2
}

fn first_chunk() -> Duration {
    Times::default().first_chunk
}

fn chunk_gap() -> Duration {
    Times::default().chunk_gap
}

fn total() -> Duration {
    Times::default().total
}

/// Works out what was said about all bots. `variable` looks into the environment.
pub(super) fn bots(
    said: Vec<SaidBot>,
    default_room: &RoomId,
    demo_agent: bool,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Vec<OpenAiOptions>, SettingsError> {
    let mut bots: Vec<OpenAiOptions> = Vec::new();
    for (at, bot) in said.into_iter().enumerate() {
        let fault = |(key, problem): (&str, String)| SettingsError::new(format!("bots[{at}].{key}"), problem);
        let is_demo = demo_agent && bot.id.as_str() == builtin::BOT;
        if is_demo || bots.iter().any(|other| other.id == bot.id) {
            return Err(fault(("id", "another bot has it".to_owned())));
        }
        bots.push(bot.options(default_room, &variable).map_err(fault)?);
    }
    Ok(bots)
}

impl SaidBot {
    fn options(
        self,
        default_room: &RoomId,
        variable: &impl Fn(&str) -> Option<String>,
    ) -> Result<OpenAiOptions, (&'static str, String)> {
        self.check()?;
        let api_key = self.api_key(variable)?;
        let base_url = BaseUrl::parse(&self.base_url).map_err(|problem| ("base_url", problem.to_owned()))?;
        let Self { first_chunk, chunk_gap, total, .. } = self;
        Ok(OpenAiOptions {
            name: self.name.unwrap_or_else(|| self.id.to_string()),
            id: self.id,
            description: self.description,
            suggestions: self.suggestions,
            rooms: self.rooms.unwrap_or_else(|| vec![default_room.clone()]),
            base_url,
            api_key,
            model: self.model,
            fallback_models: self.fallback_models,
            system_prompt: self.system_prompt,
            context_tokens: self.context_tokens,
            concurrency: self.concurrency,
            retries: self.retries,
            times: Times { first_chunk, chunk_gap, total },
        })
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        let times = [
            ("first_chunk_ms", self.first_chunk),
            ("chunk_gap_ms", self.chunk_gap),
            ("total_ms", self.total),
        ];
        if let Some((key, _)) = times.into_iter().find(|(_, time)| time.is_zero()) {
            return Err((key, "must not be zero".to_owned()));
        }
        let is_blank = |text: &str| text.trim().is_empty();
        let system_bytes = self.system_prompt.as_ref().map_or(0, String::len);
        // Four bytes count as a token, so this is half of what there is.
        let most_system_bytes = self.context_tokens.saturating_mul(2);
        let faults = [
            ("id", self.id == UserId::system(), "the server's own"),
            ("name", self.name.as_deref().is_some_and(is_blank), "must not be empty"),
            ("model", is_blank(&self.model), "must not be empty"),
            ("concurrency", self.concurrency == 0, "must not be zero"),
            ("context_tokens", self.context_tokens < LEAST_CONTEXT_TOKENS, "must be at least 256"),
            ("system_prompt", system_bytes > most_system_bytes, "longer than half of context_tokens"),
        ];
        match faults.into_iter().find(|(_, is_fault, _)| *is_fault) {
            Some((key, _, problem)) => Err((key, problem.to_owned())),
            None => Ok(()),
        }
    }

    fn api_key(
        &self,
        variable: &impl Fn(&str) -> Option<String>,
    ) -> Result<Option<SecretString>, (&'static str, String)> {
        let (key, secret) = match (&self.api_key_file, &self.api_key_env) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err(("api_key_file", "`api_key_env` is set as well; keep one".to_owned()));
            }
            (Some(path), None) => {
                let text = fs::read_to_string(path)
                    .map_err(|fault| ("api_key_file", format!("cannot be read: {fault}")))?;
                ("api_key_file", text)
            }
            (None, Some(name)) => {
                let text = variable(name).ok_or_else(|| ("api_key_env", "no such variable".to_owned()))?;
                ("api_key_env", text)
            }
        };
        let secret = SecretString::from(secret.trim());
        let is_key = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_key(secret.expose_secret()) {
            return Err((key, "empty, or with characters that no key has".to_owned()));
        }
        Ok(Some(secret))
    }
}
