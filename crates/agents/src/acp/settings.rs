//! What the operator's words about a bot come to.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use antiphon_protocol::{
    BotSpec, Role, UserId,
    bot::{AcpSpec, Secret},
};
use secrecy::SecretString;

use crate::{Program, Trouble, kept};

/// Folder of the data directory that holds one for each such bot.
const HOMES: &str = "acp";

/// A bot that is a program, as it is wanted.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub bot: UserId,
    /// What people call it.
    pub name: String,
    pub program: Program,
    /// Where it is started, and where each room gets a folder.
    pub home: PathBuf,
    /// Whether it may have the server read and write text files in the folder of a room.
    pub files: bool,
    /// Whether sessions outlive the program.
    pub resume: bool,
    /// The way to sign in that it is told to take, by its id.
    pub sign_in: Option<String>,
    /// How long it may take to start, and to open a session.
    pub start: Duration,
    /// How long it may be silent while one of its tools runs; as long as a step, if nothing.
    pub tool: Option<Duration>,
    /// How long people have to decide.
    pub decide: Duration,
    /// Who may see its thoughts.
    pub thoughts_for: Option<Role>,
    /// Who may see what its tools are called with, and what comes of it.
    pub tools_for: Option<Role>,
    /// Parts that an answer may have.
    pub parts: usize,
}

impl Settings {
    pub fn of(spec: &BotSpec, own: &AcpSpec, data: &Path, parts: usize) -> Result<Self, Trouble> {
        if own.command.trim().is_empty() {
            return Err(Trouble::permanent("its settings name no program"));
        }
        let home = data.join(HOMES).join(kept::name(spec.id.as_str()));
        let secret = |value: &Secret| SecretString::from(value.0.as_str());
        let env = own.env.iter().map(|(name, value)| (name.clone(), secret(value))).collect();
        let visible_to = |what: &str| spec.visible_to.get(what).copied();
        Ok(Self {
            bot: spec.id.clone(),
            name: spec.name.clone().unwrap_or_else(|| spec.id.to_string()),
            program: Program {
                command: own.command.clone(),
                args: own.args.clone(),
                env,
                folder: Some(home.clone()),
            },
            home,
            files: own.files,
            resume: own.resume,
            sign_in: own.sign_in.clone(),
            start: Duration::from_millis(own.start_ms),
            tool: own.tool_ms.map(Duration::from_millis),
            decide: Duration::from_millis(own.decide_within_ms),
            thoughts_for: visible_to("reasoning"),
            tools_for: visible_to("tools"),
            parts,
        })
    }
}
