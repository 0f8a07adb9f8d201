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

use antiphon_hub::{Hub, RunSession};
use antiphon_protocol::{
    Bot, BotStatus, BusyPolicy, Connector, Ending, Error, Message, Part, TriggerPolicy, User, UserId,
    UserKind,
};
use tokio_util::task::TaskTracker;
use tracing::{debug, info};

use intent::Intent;
use library::Library;
use speech::{Halt, Speech};

pub use pace::Pace;

/// The bot's id, and what it answers to after an `@`.
pub const BOT: &str = "demo";

/// What can be chosen about the demonstration agent.
#[derive(Debug, Clone)]
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

/// Makes the demonstration agent known, lets it into the default room, and has it answer until the hub stops. Its tasks
/// go into `tasks`, which is to be waited for after [`Hub::stop`].
pub async fn start(hub: &Arc<Hub>, options: DemoOptions, tasks: &TaskTracker) -> Result<(), Error> {
    let bot = UserId::parse(BOT).expect("a literal within the grammar");
    hub.put_bot(introduce(bot.clone())).await?;
    hub.add_to_default_room(&bot).await?;
    let inbox = hub.inbox(&bot, options.concurrency);
    let library = Arc::new(Library::embedded());
    let work = move |run| work(run, Arc::clone(&library), options.pace);
    tasks.spawn(crate::serve(inbox, tasks.clone(), work));
    info!(%bot, "the demonstration agent answers");
    Ok(())
}

fn introduce(id: UserId) -> Bot {
    let suggestions = [
        "What is Antiphon, and what can you do?",
        "Count down from 20, I may stop you",
        "Tell me a long story while I cut the network",
    ];
    Bot {
        user: User { id, kind: UserKind::Bot, name: "Demo".to_owned(), avatar: None },
        owner: None,
        connector: Connector::Builtin,
        status: BotStatus::Running,
        error: None,
        since: None,
        restarts: 0,
        trigger: TriggerPolicy::default(),
        busy: BusyPolicy::default(),
        answers_bots: false,
        description: Some(
            "Shows what agents can do here: streamed answers, tools you can watch and stop, plans."
                .to_owned(),
        ),
        suggestions: suggestions.map(str::to_owned).to_vec(),
    }
}

/// One run, from what was said to its end.
async fn work(run: RunSession, library: Arc<Library>, pace: Pace) {
    let id = run.run().run.clone();
    let (ending, error) = match respond(&run, &library, &pace).await {
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
