//! What is said about a bot makes sense, or not: the same for the settings file and for `register_bot`.

use crate::UserId;

use super::{
    TriggerPolicy,
    spec::{AcpSpec, AgUiSpec, BotSpec, ConnectorSpec, McpServerSpec, OpenAiSpec, ToolSpec},
};

/// Room for a question and a few messages before it, in tokens.
pub(super) const LEAST_CONTEXT_TOKENS: usize = 256;
/// No wait is longer: a month.
pub(super) const LONGEST_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// More rooms at the same time than any one bot serves.
pub(super) const MOST_AT_ONCE: usize = 10_000;
/// More waiting messages than anybody waits behind.
pub(super) const MOST_QUEUED: usize = 100_000;
/// Whoever fails so often will fail again.
pub(super) const MOST_ATTEMPTS: u32 = 100;
/// More rounds of tools than a model makes use of.
pub(super) const MOST_ROUNDS: u32 = 1_000;
/// More than anybody looks through: suggestions, words, rooms, tool servers, tools.
pub(super) const MOST_LISTED: usize = 200;
/// What is told to everyone who joins a room of the bot is short: a description or suggestion, in bytes.
const LONGEST_TEXT: usize = 1_000;
/// The same for the address of a picture: as long as addresses are.
const LONGEST_ADDRESS: usize = 2_048;

/// An address of the web without a user name or password.
pub(super) const WEB: &str = r"^https?://[^\s/?#@]+([/?#]\S*)?$";

/// Something about a bot that cannot be worked with: which key, and what is wrong. Never its value, which may be secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecFault {
    /// Dotted name of the key.
    pub key: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

type Checked = Result<(), SpecFault>;

impl BotSpec {
    /// Looks for what cannot be worked with.
    ///
    /// # Errors
    /// Names the first key at fault.
    pub fn check(&self) -> Result<(), SpecFault> {
        unless(self.id == UserId::system(), "id", "the server's own")?;
        unless(self.name.as_deref().is_some_and(is_blank), "name", "must not be empty")?;
        let short = |text: &String| text.len() <= LONGEST_TEXT;
        unless(!self.description.iter().all(short), "description", "longer than 1000 bytes")?;
        unless(!self.suggestions.iter().all(short), "suggestions", "one is longer than 1000 bytes")?;
        let is_long = self.avatar.as_ref().is_some_and(|address| address.len() > LONGEST_ADDRESS);
        unless(is_long, "avatar", "longer than 2048 bytes")?;
        within("concurrency", self.concurrency, 1, MOST_AT_ONCE)?;
        within("queue", self.queue, 1, MOST_QUEUED)?;
        within("attempts", self.attempts, 1, MOST_ATTEMPTS)?;
        time("queue_ttl_ms", self.queue_ttl_ms)?;
        time("lease_ms", self.lease_ms)?;
        time("total_ms", self.total_ms)?;
        time("step_ms", self.step_ms)?;
        few("suggestions", self.suggestions.len())?;
        few("rooms", self.rooms.as_ref().map_or(0, Vec::len))?;
        if let TriggerPolicy::Keywords { words } = &self.trigger {
            few("trigger.words", words.len())?;
            let none = words.is_empty() || words.iter().any(|word| is_blank(word));
            unless(none, "trigger.words", "must not be empty")?;
            unless(!words.iter().all(short), "trigger.words", "one is longer than 1000 bytes")?;
        }
        let is_known = |kind: &str| matches!(kind, "reasoning" | "tools");
        let odd = self.visible_to.keys().any(|kind| !is_known(kind));
        unless(odd, "visible_to", "has `reasoning` and `tools` only")?;
        self.connector.check().map_err(|fault| below("connector", fault))
    }
}

impl ConnectorSpec {
    fn check(&self) -> Checked {
        match self {
            Self::Builtin {} | Self::BotSocket { .. } => Ok(()),
            Self::OpenAi(own) => own.check(),
            Self::AgUi(own) => own.check(),
            Self::Acp(own) => own.check(),
        }
    }
}

impl OpenAiSpec {
    fn check(&self) -> Checked {
        web("base_url", &self.base_url)?;
        unless(is_blank(&self.model), "model", "must not be empty")?;
        unless(self.fallback_models.iter().any(|model| is_blank(model)), "fallback_models", "one is empty")?;
        few("fallback_models", self.fallback_models.len())?;
        secret("api_key", self.api_key.as_ref().map(|key| key.0.as_str()))?;
        unless(self.context_tokens < LEAST_CONTEXT_TOKENS, "context_tokens", "must be at least 256")?;
        // Four bytes count as a token, so this is half of what there is.
        let most_system_bytes = self.context_tokens.saturating_mul(2);
        let system_bytes = self.system_prompt.as_ref().map_or(0, String::len);
        unless(system_bytes > most_system_bytes, "system_prompt", "longer than half of context_tokens")?;
        within("retries", self.retries, 0, MOST_ATTEMPTS)?;
        within("tool_rounds", self.tool_rounds, 1, MOST_ROUNDS)?;
        time("first_chunk_ms", self.first_chunk_ms)?;
        time("chunk_gap_ms", self.chunk_gap_ms)?;
        few("mcp_servers", self.mcp_servers.len())?;
        for (at, server) in self.mcp_servers.iter().enumerate() {
            server.check().map_err(|fault| below(&format!("mcp_servers[{at}]"), fault))?;
            let twice = self.mcp_servers[..at].iter().any(|other| other.name == server.name);
            unless(twice, &format!("mcp_servers[{at}].name"), "another server has it")?;
        }
        few("tools", self.tools.len())?;
        for (name, tool) in &self.tools {
            tool.check().map_err(|fault| below(&format!("tools.{name}"), fault))?;
        }
        Ok(())
    }
}

impl McpServerSpec {
    fn check(&self) -> Checked {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let odd = self.name.is_empty() || self.name.len() > 32 || !self.name.chars().all(plain);
        unless(odd, "name", "has 1 to 32 letters, digits, _ and -")?;
        match (&self.command, &self.url) {
            (Some(command), None) => unless(is_blank(command), "command", "must not be empty")?,
            (None, Some(url)) => web("url", url)?,
            (Some(_), Some(_)) => return fault("url", "`command` is set as well; keep one"),
            (None, None) => return fault("command", "`command` or `url` is needed"),
        }
        self.headers.iter().try_for_each(|(name, value)| header("headers", name, &value.0))
    }
}

impl ToolSpec {
    fn check(&self) -> Checked {
        time("timeout_ms", self.timeout_ms)?;
        time("decide_within_ms", self.decide_within_ms)?;
        within("retries", self.retries, 0, MOST_ATTEMPTS)
    }
}

impl AgUiSpec {
    fn check(&self) -> Checked {
        web("url", &self.url)?;
        self.headers.iter().try_for_each(|(name, value)| header("headers", name, &value.0))?;
        unless(self.context_tokens < LEAST_CONTEXT_TOKENS, "context_tokens", "must be at least 256")?;
        time("first_chunk_ms", self.first_chunk_ms)?;
        time("chunk_gap_ms", self.chunk_gap_ms)?;
        time("tool_ms", self.tool_ms)?;
        time("decide_within_ms", self.decide_within_ms)
    }
}

impl AcpSpec {
    fn check(&self) -> Checked {
        unless(is_blank(&self.command), "command", "must not be empty")?;
        time("start_ms", self.start_ms)?;
        self.tool_ms.map_or(Ok(()), |tool_ms| time("tool_ms", tool_ms))?;
        time("decide_within_ms", self.decide_within_ms)
    }
}

fn fault(key: &str, problem: &'static str) -> Checked {
    Err(SpecFault { key: key.to_owned(), problem })
}

fn unless(is_fault: bool, key: &str, problem: &'static str) -> Checked {
    if is_fault { fault(key, problem) } else { Ok(()) }
}

fn below(key: &str, mut fault: SpecFault) -> SpecFault {
    fault.key = format!("{key}.{}", fault.key);
    fault
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn within<N: PartialOrd + Copy>(key: &str, number: N, least: N, most: N) -> Checked {
    unless(number < least, key, "too small")?;
    unless(number > most, key, "too large")
}

fn time(key: &str, millis: u64) -> Checked {
    unless(millis == 0, key, "must not be zero")?;
    unless(millis > LONGEST_MS, key, "longer than 30 days")
}

fn few(key: &str, count: usize) -> Checked {
    unless(count > MOST_LISTED, key, "more than 200")
}

/// An address of the web that holds no user name or password.
fn web(key: &str, address: &str) -> Checked {
    let rest = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://"));
    let Some(rest) = rest else { return fault(key, "neither https nor http") };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    unless(authority.contains('@'), key, "holds a user name or password; give those as a secret")?;
    let odd = authority.is_empty() || address.chars().any(|c| c.is_whitespace() || c.is_control());
    unless(odd, key, "not a URL")
}

/// A secret that can stand in a header.
fn secret(key: &str, secret: Option<&str>) -> Checked {
    let is_secret = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    unless(secret.is_some_and(|text| !is_secret(text)), key, "empty, or with characters that no key has")
}

fn header(key: &str, name: &str, value: &str) -> Checked {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    unless(name.is_empty() || !name.chars().all(is_name), key, "one has a name that no header has")?;
    let odd = value.chars().any(|c| c.is_control());
    unless(odd, &format!("{key}.{name}"), "has characters that no header has")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn openai() -> OpenAiSpec {
        OpenAiSpec::new("https://a.example/v1", "m")
    }

    fn fault_of(own: OpenAiSpec) -> String {
        let id = UserId::parse("helper").unwrap();
        BotSpec::new(id, ConnectorSpec::OpenAi(own)).check().unwrap_err().key
    }

    #[test]
    fn what_everyone_is_told_is_short() {
        let bot = || BotSpec::new(UserId::parse("helper").unwrap(), ConnectorSpec::Builtin {});
        let long = || "x".repeat(3_000);
        let keys = [
            BotSpec { description: Some(long()), ..bot() },
            BotSpec { suggestions: vec![long()], ..bot() },
            BotSpec { avatar: Some(long()), ..bot() },
            BotSpec { trigger: TriggerPolicy::Keywords { words: vec![long()] }, ..bot() },
        ]
        .map(|bot| bot.check().unwrap_err().key);
        assert_eq!(keys, ["description", "suggestions", "avatar", "trigger.words"]);
    }

    #[test]
    fn what_cannot_be_worked_with_is_named() {
        let id = UserId::parse("helper").unwrap();
        BotSpec::new(id, ConnectorSpec::OpenAi(openai())).check().unwrap();
        assert_eq!(fault_of(OpenAiSpec { first_chunk_ms: 0, ..openai() }), "connector.first_chunk_ms");
        assert_eq!(fault_of(OpenAiSpec { model: " ".to_owned(), ..openai() }), "connector.model");
        for address in
            ["", "v1", "ftp://a.example", "https://user:SECRET@a.example/v1", "http:// a", "http://"]
        {
            assert_eq!(
                fault_of(OpenAiSpec { base_url: address.to_owned(), ..openai() }),
                "connector.base_url"
            );
        }
        let nameless = McpServerSpec {
            name: "files".to_owned(),
            command: None,
            args: Vec::new(),
            env: Default::default(),
            url: None,
            headers: Default::default(),
            tools: None,
        };
        let own = OpenAiSpec { mcp_servers: vec![nameless], ..openai() };
        assert_eq!(fault_of(own), "connector.mcp_servers[0].command");
        let tool = ToolSpec { timeout_ms: u64::MAX, ..ToolSpec::default() };
        let own = OpenAiSpec { tools: [("clock".to_owned(), tool)].into(), ..openai() };
        assert_eq!(fault_of(own), "connector.tools.clock.timeout_ms");
    }
}
