//! What the agent answers: one function for each thing that someone may want. Longer texts are files of their own.

mod asking;
mod documents;
mod room;

use antiphon_protocol::part::{PlanItem, PlanState};

use super::{
    intent::Intent,
    library::Library,
    markdown,
    speech::{Halt, Speech},
    tools::{CountWords, Countdown, ListDocs, Print, Trouble},
};

const HELLO_THOUGHT: &str = include_str!("texts/hello.thought.md");
const HELLO: &str = include_str!("texts/hello.md");
const STORY_THOUGHT: &str = include_str!("texts/story.thought.md");
const STORY: &str = include_str!("texts/story.md");

/// Letters that are repeated of something that was not understood.
const REPEATED_LETTERS: usize = 200;

/// Gives the answer.
pub(super) async fn answer(speech: &Speech<'_>, library: &Library, intent: Intent) -> Result<(), Halt> {
    match intent {
        Intent::Hello => {
            speech.think(HELLO_THOUGHT).await?;
            speech.say(HELLO).await
        }
        Intent::Search(words) => room::search(speech, &words).await,
        Intent::Docs(topic) => {
            documents::docs(speech, library, &markdown::shorten(&topic, REPEATED_LETTERS)).await
        }
        Intent::Countdown(seconds) => countdown(speech, seconds).await,
        Intent::CountWords => room::count_words(speech).await,
        Intent::Story => {
            speech.think(STORY_THOUGHT).await?;
            speech.say(STORY).await
        }
        Intent::Plan => plan(speech, library).await,
        Intent::Launch => asking::launch(speech).await,
        Intent::Question => asking::ask(speech).await,
        Intent::Print => print(speech).await,
        Intent::Other(said) => other(speech, &said).await,
    }
}

async fn countdown(speech: &Speech<'_>, wanted: u32) -> Result<(), Halt> {
    let mut countdown = Countdown::new(wanted);
    let from = countdown.from;
    if wanted > from {
        speech.say(&format!("I count from {from} at most. You can stop me on the way.\n")).await?;
    }
    let outcome = speech.run_tool(&mut countdown).await?;
    let left = countdown.left;
    match outcome {
        Ok(_) => {
            speech.say(&format!("Zero. That was a countdown of {from} seconds, and nobody stopped it.")).await
        }
        Err(Trouble::Stopped) => {
            let told = format!(
                "You stopped the countdown at {left}. Only the tool ended: I am still here, and this answer is complete."
            );
            speech.say(&told).await
        }
        Err(Trouble::Failed(fault)) => speech.say(&sorry("The countdown", &fault.message)).await,
    }
}

async fn print(speech: &Speech<'_>) -> Result<(), Halt> {
    let told = match speech.run_tool(&mut Print::long()).await? {
        Ok(_) => "That was more than anyone reads. The card shows its beginning and its end; the rest is one click away.".to_owned(),
        Err(Trouble::Stopped) => "Enough, then.".to_owned(),
        Err(Trouble::Failed(fault)) => sorry("The printing", &fault.message),
    };
    speech.say(&told).await
}

/// The steps of a plan, the first `done` of them done.
fn steps(done: usize) -> Vec<PlanItem> {
    let titles = ["Count what was said in this room", "See which documents I carry", "Tell what I found"];
    let state = |index: usize| match index.cmp(&done) {
        std::cmp::Ordering::Less => PlanState::Done,
        std::cmp::Ordering::Equal => PlanState::Active,
        std::cmp::Ordering::Greater => PlanState::Pending,
    };
    titles
        .iter()
        .enumerate()
        .map(|(at, title)| PlanItem { title: (*title).to_owned(), state: state(at) })
        .collect()
}

async fn plan(speech: &Speech<'_>, library: &Library) -> Result<(), Halt> {
    speech.say("Here is what I am going to do. Watch the steps.\n").await?;
    let plan = speech.plan(steps(0))?;
    let room = match speech.run_tool(&mut CountWords {}).await? {
        Ok(counted) => {
            format!("{} messages with {} words were said in this room", counted.messages, counted.words)
        }
        Err(trouble) => format!("of this room I know nothing ({})", reason(&trouble)),
    };
    speech.replan(plan, steps(1))?;
    let shelf = match speech.run_tool(&mut ListDocs { library }).await? {
        Ok(docs) => format!("I carry {} documents", docs.len()),
        Err(trouble) => format!("of my documents I know nothing ({})", reason(&trouble)),
    };
    speech.replan(plan, steps(2))?;
    speech
        .say(&format!("Two tools later I can say: {room}, and {shelf}. Everyone in the room saw each step."))
        .await?;
    speech.replan(plan, steps(3))
}

async fn other(speech: &Speech<'_>, said: &str) -> Result<(), Halt> {
    let said = markdown::escape(&markdown::shorten(said, REPEATED_LETTERS));
    let told = format!(
        "You said “{said}”, and I wish I understood it. There is no model behind me, only a handful of words. Try `help`, \
         `countdown 10`, `story`, `search` with a word, `docs` with a topic, `count`, `plan`, `launch`, `ask` or `print`."
    );
    speech.say(&told).await
}

/// Why a tool found nothing, in a few words.
fn reason(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Stopped => "you stopped the tool".to_owned(),
        Trouble::Failed(fault) => markdown::escape(&fault.message),
    }
}

/// What is said when a tool has failed.
fn sorry(what: &str, fault: &str) -> String {
    format!("{what} did not work: {}. The card above shows what was tried.", markdown::escape(fault))
}
