//! The demonstration agent: what a new user meets first. It needs no network, no key and no model, and shows what
//! agents can do in a room: streamed answers, tools with progress and live output, plans, and being stopped.

mod answers;
mod intent;
mod library;
mod markdown;
mod pace;
mod speech;
mod tools;

use std::sync::Arc;

use antiphon_hub::RunSession;
use antiphon_protocol::{BotSpec, Ending, Message, Part, UserId, bot::ConnectorSpec};
use async_trait::async_trait;
use tracing::debug;

use crate::Connector;
use intent::Intent;
use library::Library;
use speech::{Halt, Speech};

pub use pace::Pace;

/// The bot's id, and what it answers to after an `@`.
pub const BOT: &str = "demo";

/// What can be chosen about the demonstration agent.
#[derive(Debug, Clone, Copy)]
pub struct DemoOptions {
    /// In how many rooms it answers at the same time. An answer costs little, so the bound is there for the case that
    /// everyone tries it at once; the others wait their turn.
    pub concurrency: usize,
    /// How fast it speaks.
    pub pace: Pace,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self { concurrency: 64, pace: Pace::default() }
    }
}

/// What the demonstration agent is.
pub fn spec(options: DemoOptions) -> BotSpec {
    let suggestions = [
        "What is Antiphon, and what can you do?",
        "Count down from 20, I may stop you",
        "Tell me a long story while I cut the network",
        "Launch some balloons, but ask me first",
    ];
    let id = UserId::parse(BOT).expect("a literal within the grammar");
    let about = "Shows what agents can do here: streamed answers, tools you can watch and stop, plans.";
    BotSpec {
        name: Some("Demo".to_owned()),
        description: Some(about.to_owned()),
        suggestions: suggestions.map(str::to_owned).to_vec(),
        concurrency: options.concurrency,
        ..BotSpec::new(id, ConnectorSpec::Builtin {})
    }
}

/// How the demonstration agent is reached: it is right here.
pub fn connector(options: DemoOptions) -> Arc<dyn Connector> {
    Arc::new(Demo { library: Library::embedded(), pace: options.pace })
}

struct Demo {
    library: Library,
    pace: Pace,
}

#[async_trait]
impl Connector for Demo {
    async fn work(&self, run: RunSession) {
        work(run, &self.library, &self.pace).await;
    }
}

/// One run, from what was said to its end.
async fn work(run: RunSession, library: &Library, pace: &Pace) {
    let id = run.run().run.clone();
    let (ending, error) = match respond(&run, library, pace).await {
        Ok(()) => (Ending::Completed, None),
        Err(Halt::Cancelled) => (Ending::Cancelled, None),
        Err(Halt::Fault(fault)) => (Ending::Failed, Some(fault.message)),
    };
    if let Err(fault) = run.finish(ending, error).await {
        debug!(run = %id, %fault, "the run was over before the bot was");
    }
}

async fn respond(run: &RunSession, library: &Library, pace: &Pace) -> Result<(), Halt> {
    let intent = Intent::of(&text_of(run.trigger()));
    let speech = Speech::begin(run, pace).await?;
    answers::answer(&speech, library, intent).await
}

/// What a message says.
fn text_of(message: &Message) -> String {
    let texts = message.parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}
