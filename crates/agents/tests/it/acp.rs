//! The `acp` connector with a program of its own that behaves well or badly, as it is asked.

mod answers;
mod clocks;
mod faults;
mod files;
mod permissions;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use antiphon_agents::{Connector, Place, acp};
use antiphon_protocol::{
    BotSpec, Message, Run,
    bot::{AcpSpec, ConnectorSpec, Secret},
};
use serde_json::json;

use crate::{
    watcher::{Seen, Watcher, text_of},
    world::{Person, World},
};

const PROGRAM: &str = "tests/it/acp/agent.mjs";

/// A hub with a bot that is a program, and a person in a private room with it.
struct Scene {
    world: World,
    mara: Person,
    chat: Watcher,
}

/// The program, with these variables.
fn program(variables: &[(&str, &str)]) -> AcpSpec {
    let program = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(PROGRAM);
    let env: BTreeMap<String, Secret> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), Secret((*value).to_owned()))).collect();
    serde_json::from_value(json!({"command": "node", "args": [program], "env": env})).unwrap()
}

impl Scene {
    async fn new() -> Self {
        Self::with(program(&[])).await
    }

    async fn with(own: AcpSpec) -> Self {
        Self::of(spec(own)).await
    }

    /// The bot runs.
    async fn of(spec: BotSpec) -> Self {
        let world = World::new().await;
        world.brings(vec![spec]).await;
        let mara = world.person("mara", "Mara").await;
        let chat = mara.chat_with("coder").await;
        Self { world, mara, chat }
    }

    /// Asks, and waits for the end of the run. The answer's text is empty if there is none.
    async fn ask(&mut self, text: &str) -> (Run, String) {
        let (run, answer) = self.answer(text).await;
        (run, answer.as_ref().map(text_of).unwrap_or_default())
    }

    async fn answer(&mut self, text: &str) -> (Run, Option<Message>) {
        let question = self.mara.say(&self.chat.room, text).await;
        let is_over = |seen: &Seen| seen.run(&question).is_some_and(|run| run.state.is_final());
        self.chat.until("the end of the run", is_over).await;
        if self.chat.seen.answer(&question).is_some() {
            let (run, message) = self.chat.answered(&question).await;
            return (run, Some(message));
        }
        (self.chat.seen.run(&question).unwrap().clone(), None)
    }

    /// Where rooms have their folders.
    fn home(&self) -> PathBuf {
        self.world.data_dir().canonicalize().unwrap().join("acp/coder")
    }
}

fn spec(own: AcpSpec) -> BotSpec {
    let connector = json!({"type": "acp", "command": "node"});
    let spec = json!({"id": "coder", "name": "Coder", "connector": connector});
    BotSpec { connector: ConnectorSpec::Acp(own), ..serde_json::from_value(spec).unwrap() }
}

/// A connector that was not started.
fn connect(world: &World, own: &AcpSpec) -> Arc<dyn Connector> {
    let place = Place { hub: Arc::clone(&world.hub), data_dir: world.data_dir().to_owned() };
    acp::connector(&spec(own.clone()), own, &place).unwrap()
}
